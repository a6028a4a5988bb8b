//! How work is split among threads so that its bits do not depend on how many there are: batches by rows, each row's bits
//! being the same in any shard; sums in shards of a fixed size, added up in order.

use std::ops::Range;

/// The fewest rows of a shard: of fewer, products are made by other kernels.
const FEWEST_ROWS: usize = 8;
/// The most rows of a shard.
const MOST_ROWS: usize = 64;

/// Even shards of a batch's rows, at least one a thread where there are rows enough.
pub fn row_shards(rows: usize) -> impl ExactSizeIterator<Item = Range<usize>> {
    let threads = rayon::current_num_threads();
    let wanted = rows.div_ceil(MOST_ROWS).next_multiple_of(threads.max(1));
    even(rows, wanted.min(rows / FEWEST_ROWS))
}

/// `count` (at least one) ranges that cover `0..length`, as even as can be.
pub fn even(length: usize, count: usize) -> impl ExactSizeIterator<Item = Range<usize>> {
    let count = count.max(1);
    (0..count).map(move |index| length * index / count..length * (index + 1) / count)
}

/// Splits a slice of `[rows, width]` along ranges that follow one another.
pub fn split<'a>(values: &'a [f32], width: usize, range: &Range<usize>) -> &'a [f32] {
    &values[range.start * width..range.end * width]
}

/// The mutable parts of a slice of `[rows, width]` along ranges that follow one another from 0.
pub fn split_mut(values: &mut [f32], width: usize, ranges: impl Iterator<Item = Range<usize>>) -> Vec<&mut [f32]> {
    let mut rest = values;
    ranges
        .map(|range| {
            let (part, after) = std::mem::take(&mut rest).split_at_mut(range.len() * width);
            rest = after;
            part
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_cover_a_batch_evenly() {
        for threads in [1, 2, 3, 4, 16] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let Ok(pool) = pool else { continue };
            for rows in [0, 1, 7, 8, 100, 128, 129, 1000] {
                let shards: Vec<_> = pool.install(|| row_shards(rows).collect());
                assert_eq!(shards.iter().map(ExactSizeIterator::len).sum::<usize>(), rows);
                assert!(shards.windows(2).all(|pair| pair[0].end == pair[1].start));
                if rows >= FEWEST_ROWS {
                    assert!(shards.iter().all(|shard| (FEWEST_ROWS..=MOST_ROWS).contains(&shard.len())), "{shards:?}");
                }
            }
        }
    }
}
