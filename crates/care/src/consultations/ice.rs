//! How two browsers find each other: the STUN and TURN servers of the installation, and short-lived credentials for the latter.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use kernel::{AccountId, Instant};
use serde::Serialize;
use sha1::Sha1;

/// So long a credential can begin a relay, in seconds: longer than a consultation with a new beginning. An installation
/// setting, not a policy.
pub const LIFETIME: i64 = 4 * 3600;

/// The servers of the installation; none by default, then only browsers of one network reach each other.
#[derive(Clone, Default)]
pub struct Ice {
    /// Addresses of STUN servers: `stun:host:3478`.
    pub stun: Vec<String>,
    /// Addresses of TURN servers: `turn:host:3478`, `turns:host:5349?transport=tcp`.
    pub turn: Vec<String>,
    /// The secret that is shared with the TURN servers (coturn's `static-auth-secret`).
    pub secret: String,
    /// Whether everything goes through the TURN servers, never directly.
    pub relay_only: bool,
}

/// A server as the browser wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Server {
    /// Its addresses.
    pub urls: Vec<String>,
    /// User name; none for STUN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Password; none for STUN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// What a browser is told about finding the other one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The servers.
    pub servers: Vec<Server>,
    /// Whether it may connect through them only.
    pub relay: bool,
}

/// An address without a transport is tried with both.
fn ways(url: &str) -> Vec<String> {
    if url.contains('?') || url.starts_with("turns:") {
        return vec![url.to_owned()];
    }
    ["udp", "tcp"].iter().map(|by| format!("{url}?transport={by}")).collect()
}

impl Ice {
    /// What is wrong with the settings, in words for the person at the terminal.
    ///
    /// # Errors
    /// The first mistake.
    pub fn check(&self) -> Result<(), String> {
        let scheme =
            |url: &&String, known: &[&str]| !known.iter().any(|one| url.starts_with(one) && url.len() > one.len());
        if let Some(url) = self.stun.iter().find(|url| scheme(url, &["stun:", "stuns:"])) {
            return Err(format!("STUN 地址“{url}”应形如 stun:host:3478"));
        }
        if let Some(url) = self.turn.iter().find(|url| scheme(url, &["turn:", "turns:"])) {
            return Err(format!("TURN 地址“{url}”应形如 turn:host:3478"));
        }
        if !self.turn.is_empty() && self.secret.is_empty() {
            return Err("有 TURN 地址而没有共享密钥：请设置 YIYANG_TURN_SECRET 或 --turn-secret-file".into());
        }
        if self.relay_only && self.turn.is_empty() {
            return Err("只走中继须有 TURN 地址：请加 --turn turn:host:3478".into());
        }
        Ok(())
    }

    /// What the browser of an account is told at an instant: the credential holds for [`LIFETIME`] and names the account.
    #[must_use]
    pub fn told(&self, account: AccountId, now: Instant) -> Told {
        let mut servers = vec![];
        if !self.stun.is_empty() {
            servers.push(Server { urls: self.stun.clone(), username: None, credential: None });
        }
        if !self.turn.is_empty() {
            let (username, credential) = credential(&self.secret, account, now);
            let urls = self.turn.iter().flat_map(|url| ways(url)).collect();
            servers.push(Server { urls, username: Some(username), credential: Some(credential) });
        }
        Told { servers, relay: self.relay_only }
    }
}

/// User name and password for coturn's `use-auth-secret`: `expiry:account`, and the HMAC-SHA1 over it in base64.
fn credential(secret: &str, account: AccountId, now: Instant) -> (String, String) {
    let username = format!("{}:{account}", now.timestamp() + LIFETIME);
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else { return (username, String::new()) };
    mac.update(username.as_bytes());
    let password = STANDARD.encode(mac.finalize().into_bytes());
    (username, password)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ice(turn: &[&str], secret: &str, relay_only: bool) -> Ice {
        let turn = turn.iter().map(|one| (*one).to_owned()).collect();
        Ice { stun: vec!["stun:a:1".into()], turn, secret: secret.into(), relay_only }
    }

    #[test]
    fn a_credential_is_what_coturn_reckons() {
        let now = kernel::time::parse_local("2026-11-02 09:00").expect("instant");
        let account = AccountId::parse("0198c0de000070008000000000000001").expect("id");
        let told = ice(&["turn:t:3478", "turns:t:5349"], "north", false).told(account, now);
        let turn = &told.servers[1];
        let name = format!("{}:0198c0de000070008000000000000001", now.timestamp() + LIFETIME);
        assert_eq!(turn.username.as_deref(), Some(name.as_str()));
        assert_eq!(turn.urls, ["turn:t:3478?transport=udp", "turn:t:3478?transport=tcp", "turns:t:5349"]);
        // Reckoned by `printf … | openssl dgst -sha1 -hmac north -binary | base64`.
        assert_eq!(turn.credential.as_deref(), Some("yR/4f1lX5RUkS30YOc4UEcxxMRM="));
        assert_eq!(told.servers[0].credential, None);
    }

    #[test]
    fn settings_that_cannot_work_are_said_before_anybody_calls() {
        let wrong = |ice: Ice| ice.check().expect_err("wrong");
        assert!(wrong(ice(&["turn:t:3478"], "", false)).contains("YIYANG_TURN_SECRET"));
        assert!(wrong(ice(&["t:3478"], "s", false)).contains("turn:host:3478"));
        assert!(wrong(ice(&["turn:"], "s", false)).contains("turn:host:3478"));
        assert!(wrong(ice(&[], "", true)).contains("--turn"));
        assert!(wrong(Ice { stun: vec!["http://x".into()], ..Ice::default() }).contains("stun:host:3478"));
        assert_eq!((ice(&["turn:t:1"], "s", true).check(), Ice::default().check()), (Ok(()), Ok(())));
    }
}
