//! Memory: what it is taken from, and what is about to be taken compared with what the machine has free.

// What a step of training frees is kept for the next one, and what nothing has taken again for some seconds goes back to
// the system.
#[cfg(target_env = "msvc")]
pub use mimalloc::MiMalloc as Allocator;
#[cfg(not(target_env = "msvc"))]
pub use tikv_jemallocator::Jemalloc as Allocator;

use crate::message::Message;
use sysinfo::{MemoryRefreshKind, System};

/// Bytes of a gibibyte.
const GIB: f64 = (1u64 << 30) as f64;

/// Bytes that this process may still take without others being pushed out, also where a container holds it to fewer than
/// the machine has; all there can be where the system does not say.
pub fn free_bytes() -> u64 {
    let Ok(mut system) = System::new() else { return u64::MAX };
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    // What a container counts as used holds files that are only kept for reading them again.
    let held = system.cgroup_limits().map(|limits| limits.total_memory.saturating_sub(limits.rss));
    let free = system.available_memory().min(held.unwrap_or(u64::MAX));
    if free == 0 { u64::MAX } else { free }
}

/// Bytes in words, in GiB.
pub fn gibibytes(bytes: u64) -> Message {
    Message::words(format_args!("{:.1} GiB", bytes as f64 / GIB))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_is_known_and_in_words() {
        let free = free_bytes();
        assert!((1 << 20..1 << 50).contains(&free), "{free}");
        assert_eq!(gibibytes(3 << 29).to_string(), "1.5 GiB");
    }
}
