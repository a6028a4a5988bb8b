//! What an input takes: this thread's time, the process's memory, and whether it comes to an end at all.

use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

/// The longest that an input may be waited for.
const LONGEST: Duration = Duration::from_secs(60);

/// The processor's time that this thread has had; others that run beside it do not count.
#[cfg(unix)]
pub fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec.try_into().unwrap_or(0))
}

/// The clock's time, where the system has no other at hand.
#[cfg(not(unix))]
pub fn thread_time() -> Duration {
    static BEGAN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    BEGAN.elapsed()
}

/// The most memory that this process has had, in bytes.
#[cfg(target_os = "linux")]
pub fn peak_bytes() -> u64 {
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF).unwrap();
    usage.max_rss().cast_unsigned() * 1024
}

/// Not known here.
#[cfg(not(target_os = "linux"))]
pub fn peak_bytes() -> u64 {
    0
}

type Current = Mutex<Option<(Instant, Vec<u8>)>>;

/// Ends the process where an input is never done with, and says which.
pub struct Watch(Arc<Current>);

impl Watch {
    pub fn new(name: &str) -> Self {
        let current: Arc<Current> = Arc::default();
        let (watched, name): (Weak<Current>, _) = (Arc::downgrade(&current), name.to_owned());
        std::thread::spawn(move || {
            while let Some(current) = watched.upgrade() {
                if let Some((began, bytes)) = &*current.lock().unwrap()
                    && began.elapsed() > LONGEST
                {
                    eprintln!("{name}: still busy after {LONGEST:?} with b\"{}\"", bytes.escape_ascii());
                    std::process::exit(101);
                }
                drop(current);
                std::thread::sleep(Duration::from_secs(1));
            }
        });
        Self(current)
    }

    /// An input is begun with.
    pub fn begin(&self, bytes: &[u8]) {
        *self.0.lock().unwrap() = Some((Instant::now(), bytes.to_vec()));
    }

    /// It is done with.
    pub fn end(&self) {
        *self.0.lock().unwrap() = None;
    }
}
