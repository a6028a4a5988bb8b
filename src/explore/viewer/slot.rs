//! A place for one request and one result, where the latest request wins.

use std::sync::Arc;

/// Something that can be asked for.
pub trait Request {
    /// Whether the other request would give the same result.
    fn same(&self, other: &Self) -> bool;

    /// Whether the result of a request that is being worked on is of no use any more once this one is there.
    fn supersedes(&self, running: &Self) -> bool;
}

/// The newest request and the newest result.
pub struct Slot<R, T> {
    latest: Option<Arc<R>>,
    pending: bool,
    /// Counts how often the slot was cleared: what was begun before is thrown away.
    epoch: u64,
    /// The newest result.
    pub result: Option<Arc<T>>,
}

impl<R, T> Default for Slot<R, T> {
    fn default() -> Self {
        Self { latest: None, pending: false, epoch: 0, result: None }
    }
}

/// A request that is being worked on.
pub struct Taken<R> {
    /// What to make.
    pub request: Arc<R>,
    epoch: u64,
}

impl<R: Request, T> Slot<R, T> {
    /// Takes note of a request; says whether it is a new one. One that failed is not tried again until another comes.
    pub fn ask(&mut self, request: R) -> bool {
        if self.latest.as_ref().is_some_and(|latest| request.same(latest)) {
            return false;
        }
        self.latest = Some(Arc::new(request));
        self.pending = true;
        true
    }

    /// Takes the request to work on it.
    pub fn take(&mut self) -> Option<Taken<R>> {
        if !std::mem::take(&mut self.pending) {
            return None;
        }
        self.latest.clone().map(|request| Taken { request, epoch: self.epoch })
    }

    /// Whether there is a request that nobody works on.
    pub fn is_pending(&self) -> bool {
        self.pending
    }

    /// Whether to go on with it.
    pub fn is_wanted(&self, taken: &Taken<R>) -> bool {
        self.epoch == taken.epoch && self.latest.as_ref().is_some_and(|latest| !latest.supersedes(&taken.request))
    }

    /// Publishes the result; says whether it was still wanted.
    pub fn finish(&mut self, taken: &Taken<R>, result: T) -> bool {
        let wanted = self.epoch == taken.epoch;
        if wanted {
            self.result = Some(Arc::new(result));
        }
        wanted
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.latest = None;
        self.pending = false;
        self.result = None;
        self.epoch += 1;
    }
}
