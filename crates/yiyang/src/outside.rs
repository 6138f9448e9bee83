//! The world outside: the real clock and the operating system's random bytes. Everything further in is handed these.

use kernel::{Chance, Clock, Instant};

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        chrono::DateTime::from_timestamp_millis(since.as_millis() as i64).unwrap_or_default()
    }
}

/// The operating system's random bytes.
pub struct SystemChance;

impl Chance for SystemChance {
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(e) = getrandom::fill(buffer) {
            // Without random bytes no session and no sealed field is safe: better to stop than to go on.
            eprintln!("错误：操作系统无法提供随机数（{e}），程序停止");
            std::process::abort();
        }
    }
}
