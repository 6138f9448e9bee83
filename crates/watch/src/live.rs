//! News for open pages: a number that grows whenever an alarm or a case has changed. Whoever shows them waits for it to grow and
//! reads again; what they read is scoped as ever, the number itself says nothing.

use tokio::sync::watch;

/// Put into the state once; cheap to clone.
#[derive(Clone, Debug)]
pub struct Live(watch::Sender<u64>);

impl Default for Live {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Live {
    /// Something has changed and is committed.
    pub fn changed(&self) {
        self.0.send_modify(|number| *number = number.wrapping_add(1));
    }

    /// A way to wait for the next change.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}
