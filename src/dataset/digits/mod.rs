//! Handwritten-looking digits, generated: 20 000 to learn from and 4 000 to test on, with no file to ship.
//!
//! A digit is a skeleton of strokes in one of several ways of writing it, distorted as a hand would, and drawn
//! by MNIST's rules: 28×28, white on black, the ink within 20×20, its centre of mass in the middle. Every image
//! is keyed by (seed, split, index), so any number of threads gives the same bytes.

mod hand;
mod raster;
mod shapes;
mod stroke;

use super::column::Column;
use super::format::BuiltIn;
use super::progress::Progress;
use super::rows::Rows;
use super::sample::{ImageShape, Sample};
use super::set::Dataset;
use super::source::{Source, SourceError};
use super::split::Split;
use crate::random::{Purpose, stream};
use hand::Hand;
use raster::{AREA, SIDE};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What they are opened by.
const NAME: &str = "digits";
/// Images to learn from.
const TRAIN: usize = 20_000;
/// Images to test on.
const TEST: usize = 4_000;
/// Images between two reports of progress.
const REPORT_EVERY: u64 = 250;
/// The seed of the data set that everybody gets.
const SEED: u64 = 0;

/// The digits as a data set that comes with the program.
pub struct Digits;

impl BuiltIn for Digits {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "generated handwritten digits, 28×28 grey, 20000 to train on and 4000 to test"
    }

    /// Generating is too short to be broken off: a request to cancel is honoured at its end. What somebody still holds is not
    /// generated again.
    fn open(&self, progress: &Progress) -> Result<Dataset, SourceError> {
        let data = held(progress).unwrap_or_else(|| digits(progress));
        hold(&data);
        if progress.is_cancelled() { Err(SourceError::Cancelled(NAME.into())) } else { Ok(data) }
    }
}

/// The splits that were opened last, for as long as somebody holds them.
static OPENED: Mutex<Option<[HeldSplit; 2]>> = Mutex::new(None);

/// A split's images, not kept in memory by this.
struct HeldSplit {
    rows: Weak<dyn Rows>,
    columns: Vec<Column>,
}

fn hold(data: &Dataset) {
    let held = [&data.train, &data.test]
        .map(|split| HeldSplit { rows: split.rows_if_held(), columns: split.columns().to_vec() });
    *OPENED.lock().unwrap_or_else(PoisonError::into_inner) = Some(held);
}

fn held(progress: &Progress) -> Option<Dataset> {
    let opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    let [train, test] = opened.as_ref()?;
    let split = |held: &HeldSplit| {
        Some(Split::new(Sample::Image(ImageShape::grey(SIDE, SIDE)), held.rows.upgrade()?, held.columns.clone()))
    };
    let (train, test) = (split(train)?, split(test)?);
    progress.set_total((TRAIN + TEST) as u64);
    progress.set_done((TRAIN + TEST) as u64);
    Some(Dataset::new(Source::built_in(NAME), NAME, train, test))
}

/// The generated handwritten digits: 20 000 train and 4 000 test images of 28×28×1, classes `0` to `9` in
/// nearly equal shares.
///
/// Always the same bytes. Takes about a second on two cores and cannot be cancelled half-way; progress counts
/// images.
pub fn digits(progress: &Progress) -> Dataset {
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(16));
    generate(SEED, [TRAIN, TEST], threads, progress)
}

/// A data set of `counts` = [train, test] images, made by `threads` threads.
fn generate(seed: u64, counts: [usize; 2], threads: usize, progress: &Progress) -> Dataset {
    let done = Mutex::new(0);
    progress.set_total(counts.iter().sum::<usize>() as u64);
    progress.set_done(0);
    let advance = |images: u64| {
        // Reported under the lock, so that what others see never goes backwards.
        let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
        *done += images;
        progress.set_done(*done);
    };
    let names: Arc<[String]> = (0..10).map(|class| class.to_string()).collect();
    let [train, test] = [0, 1].map(|split| {
        let (pixels, labels) = make_split(seed, split, counts[split], threads, &advance);
        Split::of_bytes(ImageShape::grey(SIDE, SIDE), pixels, vec![Column::class(labels, names.clone())])
    });
    Dataset::new(Source::built_in(NAME), NAME, train, test)
}

/// Pixels (`[count, SIDE, SIDE]`) and classes of one split of `count` images; each thread makes a range of them.
fn make_split(
    seed: u64,
    split: usize,
    count: usize,
    threads: usize,
    advance: &(impl Fn(u64) + Sync),
) -> (Vec<u8>, Vec<u8>) {
    let mut images = vec![[0u8; AREA]; count];
    let mut labels = vec![0u8; count];
    let share = count.div_ceil(threads.max(1)).max(1);
    let parts = images.chunks_mut(share).zip(labels.chunks_mut(share)).enumerate();
    let parts = Mutex::new(parts.collect::<Vec<_>>());
    let next = || parts.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let draw = || {
        while let Some((part, (images, labels))) = next() {
            let mut unreported = 0;
            for (offset, (image, label)) in images.iter_mut().zip(labels).enumerate() {
                let index = (part * share + offset) as u64;
                *label = write_digit(seed, split as u64, index, image);
                unreported += 1;
                if unreported == REPORT_EVERY {
                    advance(unreported);
                    unreported = 0;
                }
            }
            advance(unreported);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // Where the system has no more threads, those that there are draw it all.
            let _ = std::thread::Builder::new().spawn_scoped(scope, draw);
        }
        draw();
    });
    drop(parts);
    (images.into_flattened(), labels)
}

/// Draws the class of one image, then the image.
fn write_digit(seed: u64, split: u64, index: u64, image: &mut [u8; AREA]) -> u8 {
    let mut hand = Hand::new(stream(seed, Purpose::Generate, split, index));
    let class = hand.class();
    let (mut sketch, warp, pen) = shapes::write(&mut hand, class);
    warp.apply(&mut hand, &mut sketch);
    raster::draw(&mut hand, &pen, &mut sketch, image);
    class
}

#[cfg(test)]
mod tests;
