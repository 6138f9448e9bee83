//! The telephone exchanges that may tell of calls, and their keys. Pure.

use hmac::{Hmac, KeyInit, Mac};
use kernel::Area;
use sm3::Sm3;

/// The shortest key: 128 bits as hexadecimal digits.
const SHORTEST: usize = 32;
/// What the keys' marks are made of; says nothing.
const MARK: &[u8] = b"yiyang exchange";

/// Keys of exchanges, each with the county whose calls it takes. Put into the state once.
#[derive(Clone, Default)]
pub struct Exchanges(Vec<(Area, String)>);

impl std::fmt::Debug for Exchanges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(area, _)| area)).finish()
    }
}

fn mac(key: &str) -> Option<Hmac<Sm3>> {
    let mac = <Hmac<Sm3> as KeyInit>::new_from_slice(key.as_bytes()).ok()?;
    Some(mac.chain_update(MARK))
}

impl Exchanges {
    /// Reads lines (or parts between commas) of a division's code and a key; `#` begins a remark.
    ///
    /// # Errors
    /// What is wrong with which line and what to do, in Chinese. The key itself is never repeated.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lines = text.split(['\n', ',']).map(|line| line.split('#').next().unwrap_or_default().trim());
        let lines = (1..).zip(lines).filter(|(_, line)| !line.is_empty());
        let mut all: Vec<(Area, String)> = vec![];
        for (at, line) in lines {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [area, key] = words.as_slice() else {
                return Err(format!("交换机密钥第 {at} 行应为“区划代码 密钥”，中间一个空格"));
            };
            let area = Area::parse(area).map_err(|e| format!("交换机密钥第 {at} 行的区划代码：{e}"))?;
            if key.len() < SHORTEST {
                return Err(format!(
                    "交换机密钥第 {at} 行太短：至少 {SHORTEST} 个字符，可用 openssl rand -hex 32 生成"
                ));
            }
            if all.iter().any(|(_, known)| known == key) {
                return Err(format!("交换机密钥第 {at} 行与前面的重复：每台交换机用自己的密钥"));
            }
            all.push((area, (*key).to_owned()));
        }
        Ok(Self(all))
    }

    /// The county whose exchange has this key. Every key is compared, each in constant time.
    #[must_use]
    pub fn of(&self, key: &str) -> Option<Area> {
        let given = mac(key)?.finalize().into_bytes();
        let fits = |known: &str| mac(known).is_some_and(|mac| mac.verify_slice(&given).is_ok());
        self.0.iter().fold(None, |found, (area, known)| if fits(known) { Some(*area) } else { found })
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "0123456789abcdef0123456789abcdef";
    const OTHER: &str = "fedcba9876543210fedcba9876543210";

    #[test]
    fn a_key_opens_its_own_county_and_no_other() {
        let all = Exchanges::parse(&format!("# 县\n320623 {ONE}\n320612 {OTHER}\n")).expect("read");
        let county = |code| Area::parse(code).ok();
        assert_eq!((all.of(ONE), all.of(OTHER)), (county("320623"), county("320612")));
        assert_eq!((all.of(""), all.of(&ONE[1..]), all.of(&format!("{ONE}0"))), (None, None, None));
        assert_eq!(Exchanges::default().of(ONE), None);
        assert!(!format!("{all:?}").contains(ONE), "keys do not reach a log");
    }

    #[test]
    fn a_line_that_is_wrong_is_named_and_its_key_is_not() {
        for text in
            [ONE.to_owned(), "320623 short".into(), format!("nowhere {ONE}"), format!("320623 {ONE},320612 {ONE}")]
        {
            let said = Exchanges::parse(&text).expect_err("taken");
            assert!(said.contains("行") && !said.contains(ONE), "{said}");
        }
        assert!(Exchanges::parse(" \n# nothing\n").expect("read").is_empty());
    }
}
