//! A slot for the newest value: who writes never waits for who reads, and what nobody read is forgotten.

use std::sync::{Arc, Mutex, PoisonError};

/// The newest value, shared.
#[derive(Debug)]
pub struct Latest<T> {
    value: Mutex<Option<Arc<T>>>,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self { value: Mutex::new(None) }
    }
}

impl<T> Latest<T> {
    /// Replaces the value.
    pub fn set(&self, value: T) {
        let value = Some(Arc::new(value));
        // Dropped after the lock is released: freeing megabytes takes a while.
        let old = std::mem::replace(&mut *self.value.lock().unwrap_or_else(PoisonError::into_inner), value);
        drop(old);
    }

    /// Takes the newest value out.
    pub fn take(&self) -> Option<Arc<T>> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The newest value.
    pub fn get(&self) -> Option<Arc<T>> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
