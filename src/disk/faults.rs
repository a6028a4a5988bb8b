//! Faults of the file system, for tests: each call that writes, syncs, renames or makes something passes [`point`] first.

#[cfg(not(test))]
pub fn point() -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub use injected::{Fault, point, set, with};

#[cfg(test)]
mod injected {
    use std::cell::Cell;
    use std::io;

    /// Which of a thread's calls fail.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Fault {
        /// None.
        Never,
        /// This one alone, from 0.
        At(usize),
        /// This one and all after it, as on a full disk.
        From(usize),
    }

    thread_local! {
        static FAULT: Cell<(Fault, usize)> = const { Cell::new((Fault::Never, 0)) };
    }

    /// Fails where this thread was told to.
    pub fn point() -> io::Result<()> {
        let (fault, calls) = FAULT.get();
        FAULT.set((fault, calls + 1));
        let fails = match fault {
            Fault::Never => false,
            Fault::At(place) => calls == place,
            Fault::From(place) => calls >= place,
        };
        if fails { Err(io::Error::from(io::ErrorKind::StorageFull)) } else { Ok(()) }
    }

    /// From now on this thread's calls fail so.
    pub fn set(fault: Fault) {
        FAULT.set((fault, 0));
    }

    /// Does something under a fault; gives the calls that were made as well.
    pub fn with<T>(fault: Fault, work: impl FnOnce() -> T) -> (T, usize) {
        FAULT.set((fault, 0));
        let done = work();
        let (_, calls) = FAULT.replace((Fault::Never, 0));
        (done, calls)
    }
}
