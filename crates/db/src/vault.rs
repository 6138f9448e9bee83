//! Personal data at rest: sealed with SM4-GCM, found again by a keyed hash (HMAC-SM3).

use crate::error::{Error, Result};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{AesGcm, aead::consts::U12};
use hmac::{Hmac, Mac};
use kernel::Chance;
use sm3::Sm3;
use sm4::Sm4;
use std::path::Path;

type Cipher = AesGcm<Sm4, U12>;
/// Bytes of the number used once that stands before each sealed text.
const NONCE: usize = 12;

/// Seals and opens personal fields; made from one master key of 32 bytes.
pub struct Vault {
    cipher: Cipher,
    index: [u8; 32],
}

impl Vault {
    /// Derives the sealing key and the index key from the master key.
    #[must_use]
    pub fn new(master: &[u8; 32]) -> Self {
        let key = hmac(master, b"yiyang seal sm4-gcm");
        // The first 16 of 32 bytes are always a whole SM4 key.
        let cipher = Cipher::new_from_slice(&key[..16]).unwrap_or_else(|_| unreachable!("16 bytes are an SM4 key"));
        Self { cipher, index: hmac(master, b"yiyang index hmac-sm3") }
    }

    /// Reads the master key (64 hexadecimal digits) from a file; makes the file, readable by its owner only, if there is none.
    ///
    /// # Errors
    /// When the file cannot be read or written, or holds something else.
    pub fn from_file(path: &Path, chance: &dyn Chance) -> std::io::Result<Self> {
        if !path.exists() {
            let mut key = [0; 32];
            chance.fill(&mut key);
            let text: String = key.iter().map(|b| format!("{b:02x}")).collect();
            write_private(path, &text)?;
        }
        Self::from_hex(std::fs::read_to_string(path)?.trim())
            .ok_or_else(|| std::io::Error::other(format!("{} 不是 64 位十六进制密钥", path.display())))
    }

    /// Reads a master key of 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut key = [0; 32];
        for (i, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
        }
        Some(Self::new(&key))
    }

    /// Seals a text. `field` binds it to its column, so that a sealed telephone number does not open as an address.
    #[must_use]
    pub fn seal(&self, field: &str, plain: &str, chance: &dyn Chance) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        chance.fill(&mut nonce);
        let payload = Payload { msg: plain.as_bytes(), aad: field.as_bytes() };
        // Fails only for texts of many gigabytes.
        let sealed = self.cipher.encrypt(&nonce.into(), payload).unwrap_or_default();
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`Vault::seal`] sealed.
    ///
    /// # Errors
    /// [`Error::Sealed`] for another key, another field, or changed bytes.
    pub fn open(&self, field: &str, sealed: &[u8]) -> Result<String> {
        let (nonce, body) = sealed.split_at_checked(NONCE).ok_or(Error::Sealed)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| Error::Sealed)?;
        let payload = Payload { msg: body, aad: field.as_bytes() };
        let plain = self.cipher.decrypt(&nonce.into(), payload).map_err(|_| Error::Sealed)?;
        String::from_utf8(plain).map_err(|_| Error::Sealed)
    }

    /// The keyed hash by which an exact value is found without being readable.
    #[must_use]
    pub fn index(&self, field: &str, plain: &str) -> Vec<u8> {
        hmac(&self.index, format!("{field}:{plain}").as_bytes()).to_vec()
    }
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sm3>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(unix)]
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(text.as_bytes())
}

#[cfg(not(unix))]
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::write(path, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::chance::Seeded;

    #[test]
    fn what_was_sealed_opens_only_with_its_key_and_field() {
        let (vault, chance) = (Vault::new(&[7; 32]), Seeded::new(1));
        let sealed = vault.seal("phone", "13800138000", &chance);
        assert_eq!(vault.open("phone", &sealed).expect("opens"), "13800138000");
        assert!(vault.open("address", &sealed).is_err());
        assert!(Vault::new(&[8; 32]).open("phone", &sealed).is_err());
        let mut changed = sealed.clone();
        changed[20] ^= 1;
        assert!(vault.open("phone", &changed).is_err());
        assert!(vault.open("phone", &[1, 2]).is_err());
        assert_ne!(sealed, vault.seal("phone", "13800138000", &chance));
        assert_eq!(vault.index("phone", "1"), vault.index("phone", "1"));
        assert_ne!(vault.index("phone", "1"), vault.index("id", "1"));
    }
}
