//! Passes over examples in blocks of fixed size, whose sums do not depend on the number of threads.

use rayon::prelude::*;
use std::ops::Range;

/// Blocks that are worked on together; so many partial sums are held at a time.
const GROUP: usize = 16;

/// Works on `count` examples in blocks of `block`, in parallel, and hands the results to `add` in their order. `go_on` is asked
/// before each group of blocks; `None` where it says no.
pub fn in_blocks<P: Send>(
    count: usize,
    block: usize,
    go_on: &(dyn Fn() -> bool + Sync),
    work: impl Fn(Range<usize>) -> P + Sync,
    mut add: impl FnMut(P),
) -> Option<()> {
    let starts: Vec<usize> = (0..count).step_by(block.max(1)).collect();
    for group in starts.chunks(GROUP) {
        if !go_on() {
            return None;
        }
        let parts: Vec<P> = group.par_iter().map(|from| work(*from..count.min(from + block))).collect();
        parts.into_iter().for_each(&mut add);
    }
    Some(())
}

/// What a pass of expectation–maximisation found, of the parameters that it began with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EmPass {
    /// Mean log p(x) over the training images, in nats.
    pub log_p: f64,
    /// What the passes climb, over the number of images: `log_p` and the logarithm of the prior that smoothing stands for, up to
    /// a constant.
    pub objective: f64,
}

/// The result of `work` in pools of 1, 2 and 4 threads.
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) fn in_pools<T: Send>(work: impl Fn() -> T + Sync) -> [T; 3] {
    [1, 2, 4].map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(&work))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn sums_are_in_order_and_cover_every_example() {
        let results = in_pools(|| {
            let mut ranges = Vec::new();
            in_blocks(103, 3, &|| true, |range| range, |range| ranges.push(range)).unwrap();
            ranges
        });
        for ranges in results {
            assert_eq!(ranges.len(), 35);
            assert_eq!(ranges.into_iter().flatten().collect::<Vec<_>>(), (0..103).collect::<Vec<_>>());
        }
    }

    #[test]
    fn it_ends_when_asked_to() {
        let (asked, mut done) = (AtomicUsize::new(0), 0);
        let go_on = || asked.fetch_add(1, Ordering::Relaxed) < 2;
        assert_eq!(in_blocks(1000, 1, &go_on, |_| 1, |one| done += one), None);
        assert_eq!(done, 2 * GROUP);
    }
}
