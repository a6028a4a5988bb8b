//! A place for one request and one result, where the latest request wins.

use crate::explore::tiles::fresh_id;
use std::sync::Arc;

/// What a slot is asked for.
pub trait Request {
    /// Whether the other request would give the same result.
    fn same(&self, other: &Self) -> bool;

    /// Whether the result of a request that is being worked on is of no use any more once this one is there.
    fn supersedes(&self, running: &Self) -> bool;
}

/// The newest request and the newest result.
pub struct LatestSlot<R, T> {
    latest: Option<Arc<R>>,
    pending: bool,
    /// No other slot has it: what was begun for one that is gone is thrown away.
    id: u64,
    answer: Option<(Arc<R>, Arc<T>)>,
}

impl<R, T> Default for LatestSlot<R, T> {
    fn default() -> Self {
        Self { latest: None, pending: false, id: fresh_id(), answer: None }
    }
}

/// A request that is being worked on.
pub struct Taken<R> {
    /// What to make.
    pub request: Arc<R>,
    slot: u64,
}

impl<R: Request, T> LatestSlot<R, T> {
    /// Takes note of a request; says whether it is a new one. One that failed is not tried again until another comes.
    pub fn request(&mut self, request: R) -> bool {
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
        self.latest.clone().map(|request| Taken { request, slot: self.id })
    }

    /// The request that nobody works on, if there is one.
    pub fn pending(&self) -> Option<&R> {
        self.latest.as_deref().filter(|_| self.pending)
    }

    /// Whether to go on with it.
    pub fn is_current(&self, taken: &Taken<R>) -> bool {
        self.id == taken.slot && self.latest.as_ref().is_some_and(|latest| !latest.supersedes(&taken.request))
    }

    /// Publishes the result; says whether the slot is still the one that was asked.
    pub fn finish(&mut self, taken: &Taken<R>, result: T) -> bool {
        let current = self.id == taken.slot;
        if current {
            self.answer = Some((taken.request.clone(), Arc::new(result)));
        }
        current
    }

    /// The newest result.
    pub fn result(&self) -> Option<&Arc<T>> {
        self.answer.as_ref().map(|(_, result)| result)
    }

    /// The newest result and what it is the answer to.
    pub fn answer(&self) -> Option<&(Arc<R>, Arc<T>)> {
        self.answer.as_ref()
    }
}
