//! The terminal: a bar for long work, plain lines when nobody watches.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

const WIDTH: usize = 28;
const EVERY: Duration = Duration::from_millis(100);

/// A bar for a piece of work with a name.
pub struct Bar {
    title: String,
    started: Instant,
    drawn: Option<Instant>,
    live: bool,
}

impl Bar {
    /// Begins the work.
    #[must_use]
    pub fn new(title: &str) -> Self {
        let live = std::io::stderr().is_terminal();
        if !live {
            eprintln!("{title} …");
        }
        Self { title: title.to_owned(), started: Instant::now(), drawn: None, live }
    }

    /// Says how far it is.
    pub fn set(&mut self, done: usize, total: usize) {
        if !self.live || total == 0 || self.drawn.is_some_and(|t| t.elapsed() < EVERY) {
            return;
        }
        self.drawn = Some(Instant::now());
        let full = WIDTH * done.min(total) / total;
        let bar = format!("{}{}", "█".repeat(full), "░".repeat(WIDTH - full));
        let percent = 100 * done.min(total) / total;
        eprint!("\r{} {bar} {percent:>3}%  {done}/{total}   ", self.title);
        let _ = std::io::stderr().flush();
    }

    /// Ends the work with a word on what came of it.
    pub fn done(self, result: &str) {
        let seconds = self.started.elapsed().as_secs_f64();
        let clear = if self.live { "\r\x1b[K" } else { "" };
        eprintln!("{clear}{}：{result}（{seconds:.1} 秒）", self.title);
    }
}
