//! Memory that the process holds, of files that are kept for reading again nothing: all of it, and what is allocated, which
//! is less by what the allocator has been given back and keeps, and by what the driver holds.

use cap::Cap;
use latentarium::memory::Allocator;
use std::fmt;
use std::time::{Duration, Instant};

// As the program has it, counted: what it gives back, and when, is part of what is measured.
#[global_allocator]
static ALLOCATOR: Cap<Allocator> = Cap::new(Allocator, usize::MAX);

/// After this long all that is made once has been made.
const SETTLED: Duration = Duration::from_secs(600);
/// What may come later.
const MOST_GROWTH: f64 = 0.05;
/// From one sample to the next, at least.
const LEAST_APART: Duration = Duration::from_secs(60);

pub struct Memory {
    lasts: Duration,
    samples: Vec<MemorySample>,
}

#[derive(Clone, Copy)]
struct MemorySample {
    at: Duration,
    resident_bytes: u64,
    allocated_bytes: u64,
}

impl fmt::Display for MemorySample {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [resident, allocated] = [self.resident_bytes, self.allocated_bytes].map(|bytes| bytes >> 20);
        write!(out, "{:.0} s {resident} MiB ({allocated} allocated)", self.at.as_secs_f64())
    }
}

impl Memory {
    pub fn new(lasts: Duration) -> Self {
        Self { lasts, samples: Vec::new() }
    }

    /// Once a minute until all has settled, which is what the rest is compared with; then sixty times in all, at most as often.
    pub fn is_due(&self, now: Duration) -> bool {
        let apart = if now < SETTLED { LEAST_APART } else { LEAST_APART.max(self.lasts / 60) };
        now >= self.samples.last().map_or(apart, |sample| sample.at + apart)
    }

    pub fn sample(&mut self, now: Duration) {
        if let Some(resident_bytes) = resident_bytes() {
            let sample = MemorySample { at: now, resident_bytes, allocated_bytes: allocated_bytes() };
            println!("{sample}");
            self.samples.push(sample);
        }
    }

    pub fn report(&self) -> String {
        let samples: Vec<String> = self.samples.iter().map(ToString::to_string).collect();
        format!("memory at rest: {}", samples.join(", "))
    }

    /// Fails where half of what was held later is more than the most that was held until everything had settled: what grows
    /// is more each time, and what one sample happens to hold is not.
    pub fn check(&self) {
        let (before, after): (Vec<_>, Vec<_>) = self
            .samples
            .iter()
            .map(|sample| (sample.at, sample.resident_bytes as f64))
            .partition(|(at, _)| *at <= SETTLED + LEAST_APART);
        let most = before.iter().map(|(_, bytes)| *bytes).fold(0.0, f64::max);
        let mut after: Vec<f64> = after.into_iter().map(|(_, bytes)| bytes).collect();
        after.sort_by(f64::total_cmp);
        let Some(half) = after.get(after.len() / 2).filter(|_| most > 0.0) else { return };
        let growth = half / most - 1.0;
        assert!(growth <= MOST_GROWTH, "grew by {:.1} %: {}", 100.0 * growth, self.report());
    }
}

/// Of sizes as weights, codes and images have, by threads that end; one piece in eight is kept.
#[test]
fn what_threads_have_freed_goes_back_to_the_system() {
    const KIB: usize = 1 << 10;
    let Some(before) = resident_bytes() else { return println!("skipped: the system does not say what is resident") };
    let make = |thread: usize| {
        let mut pieces: Vec<Vec<u8>> =
            (0..128).map(|piece| vec![1; (40 + 61 * ((piece + thread) % 7)) * KIB]).collect();
        let mut place = 0;
        pieces.retain(|_| {
            place += 1;
            place % 8 == 0
        });
        pieces
    };
    let threads: Vec<_> = (0..8).map(|thread| std::thread::spawn(move || make(thread))).collect();
    let kept: Vec<Vec<u8>> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    let kept_bytes = kept.iter().map(Vec::len).sum::<usize>() as u64;
    let most = before + kept_bytes * 3 / 2;
    let began = Instant::now();
    while resident_bytes().unwrap() > most {
        assert!(began.elapsed() < Duration::from_secs(60), "{} MiB of {}", resident_bytes().unwrap() >> 20, most >> 20);
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(kept);
}

/// Bytes that are allocated now.
pub fn allocated_bytes() -> u64 {
    ALLOCATOR.allocated() as u64
}

/// Bytes of memory that is this process's own and not on disk.
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10)
}
