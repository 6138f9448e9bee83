//! Passwords: argon2id, its salt from the chance that is handed in.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use kernel::Chance;
use tokio::sync::{Semaphore, SemaphorePermit};

/// The shortest password. An installation setting.
const SHORTEST: usize = 8;
/// Letters and digits that nobody mistakes for one another on paper.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz";
const DIGITS: &[u8] = b"23456789";
/// Bytes of salt.
const SALT: usize = 16;
/// The hash of nobody's password: checked for unknown names, so that they take as long to refuse.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2Q$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// One hash at a time, see [`turn`].
static TURNS: Semaphore = Semaphore::const_new(1);

/// Waits for one's turn to hash; give it to the work that hashes. A hash takes 19 MiB for tens of milliseconds: a hundred
/// log-ins at once, or somebody who guesses, would else take gigabytes and every core from those who work.
pub async fn turn() -> Option<SemaphorePermit<'static>> {
    TURNS.acquire().await.ok()
}

/// A password as it is kept: a PHC string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashed(String);

impl Hashed {
    /// Hashes a password. Takes tens of milliseconds on purpose: never inside a transaction.
    ///
    /// # Errors
    /// Only for passwords of many gigabytes.
    pub fn new(password: &str, chance: &dyn Chance) -> db::Result<Self> {
        let mut salt = [0; SALT];
        chance.fill(&mut salt);
        let hash: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
        hash.map(|hash| Self(hash.to_string())).map_err(|e| db::Error::Engine(e.to_string()))
    }

    /// The PHC string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether the password is the one that was hashed. Without a hash it is not, but takes as long to say so.
#[must_use]
pub fn fits(password: &str, hash: Option<&str>) -> bool {
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
    let same = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    same && hash.is_some()
}

/// What is wrong with a password that somebody chose.
///
/// # Errors
/// In the words of the page.
pub fn check(password: &str, login: &str) -> Result<(), String> {
    if password.chars().count() < SHORTEST {
        return Err(format!("至少 {SHORTEST} 位"));
    }
    let letters = password.chars().any(char::is_alphabetic);
    let others = password.chars().any(|c| !c.is_alphabetic());
    if !(letters && others) {
        return Err("应同时有字母和数字（或符号）".into());
    }
    if password.to_lowercase().contains(&login.to_lowercase()) {
        return Err("不能包含登录名".into());
    }
    Ok(())
}

/// A password to be told once and changed at the first log-in: `mkqv-4827-xwtn`.
#[must_use]
pub fn random(chance: &dyn Chance) -> String {
    let mut text = String::new();
    for (group, alphabet) in [LETTERS, DIGITS, LETTERS].into_iter().enumerate() {
        if group > 0 {
            text.push('-');
        }
        text.extend((0..4).map(|_| alphabet[(chance.u64() % alphabet.len() as u64) as usize] as char));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::chance::Seeded;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let chance = Seeded::new(1);
        let (one, two) =
            (Hashed::new("春天-2026", &chance).expect("hash"), Hashed::new("春天-2026", &chance).expect("hash"));
        assert_ne!(one, two, "each has its own salt");
        assert!(one.as_str().starts_with("$argon2id$"));
        assert!(fits("春天-2026", Some(one.as_str())) && !fits("春天-2027", Some(one.as_str())));
        assert!(!fits("春天-2026", None) && !fits("x", Some("nonsense")));
        assert!(PasswordHash::new(NOBODY).is_ok(), "else unknown names would be refused faster");
    }

    #[test]
    fn weak_passwords_are_named() {
        assert!(check("abcdef1", "li").is_err());
        assert!(check("abcdefg1", "li").is_ok());
        assert!(check("abcdefgh", "li").is_err() && check("12345678", "li").is_err());
        assert!(check("LiMing-2026", "liming").is_err());
        assert!(check(&random(&Seeded::new(2)), "admin").is_ok());
    }
}
