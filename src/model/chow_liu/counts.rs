//! The best tree over the pixels (Chow and Liu 1968): each pixel depends on one other, and of all such distributions it is the one
//! closest to the data. What is learned is how often two pixels are on together; the tree follows from these counts.
//!
//! Pairs' tables have a pseudo-count of 1/2 a cell, so that all of them agree on a pixel's own distribution, (ones + 1) / (n + 2),
//! and the tree's distribution does not depend on where its root is.

use crate::model::exact::bits::PixelBits;
use rayon::prelude::*;

/// Images whose pixels are turned into columns at a time; whole words of them.
const BLOCK: usize = 64 * 64;

/// The counts that the tree is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairCounts {
    pixels: usize,
    seen: u64,
    /// Images with both pixels on, `[pixels, pixels]`, of which the upper half is used; a pixel's own ones are its diagonal.
    pairs: Vec<u32>,
}

impl PairCounts {
    /// Nothing counted yet. Four bytes for each pair of pixels are held, and again as many during a step.
    pub fn new(pixels: usize) -> Self {
        Self { pixels, seen: 0, pairs: vec![0; pixels * pixels] }
    }

    /// What was counted before, of `seen` images; `None` if it is not of so many pixels.
    pub fn restore(pixels: usize, seen: u64, pairs: Vec<u32>) -> Option<Self> {
        (pairs.len() == pixels * pixels).then_some(Self { pixels, seen, pairs })
    }

    /// Pixels of an image.
    pub fn pixels(&self) -> usize {
        self.pixels
    }

    /// Images that have been counted.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// Images with both pixels on, `[pixels, pixels]`, to be saved; the lower half is 0. They are whole numbers up to `seen`.
    pub fn pairs(&self) -> &[u32] {
        &self.pairs
    }

    /// Counts the pairs of all images. `None`, and nothing is changed, where `go_on` says no or they are of another size.
    pub fn step(&mut self, images: &PixelBits, go_on: &(dyn Fn() -> bool + Sync)) -> Option<()> {
        if images.pixels() != self.pixels {
            return None;
        }
        let mut pairs = vec![0; self.pixels * self.pixels];
        for start in (0..images.count()).step_by(BLOCK) {
            if !go_on() {
                return None;
            }
            count(images, start..images.count().min(start + BLOCK), &mut pairs);
        }
        (self.pairs, self.seen) = (pairs, images.count() as u64);
        Some(())
    }

    /// Images with this pixel on.
    pub fn ones(&self, pixel: usize) -> f64 {
        self.both(pixel, pixel)
    }

    fn both(&self, a: usize, b: usize) -> f64 {
        f64::from(self.pairs.get(a.min(b) * self.pixels + a.max(b)).copied().unwrap_or_default())
    }

    /// Images by the values of two pixels, `[a, b]`.
    pub fn table(&self, a: usize, b: usize) -> [[f64; 2]; 2] {
        let (both, a, b) = (self.both(a, b), self.ones(a), self.ones(b));
        [[self.seen as f64 - a - b + both, b - both], [a - both, both]]
    }
}

/// Adds the pairs of some images: each pixel's column of bits, and for each two of them the bits that they share.
fn count(images: &PixelBits, rows: std::ops::Range<usize>, pairs: &mut [u32]) {
    let (pixels, words) = (images.pixels(), rows.len().div_ceil(64).max(1));
    let mut columns = vec![0u64; pixels * words];
    for (at, row) in rows.enumerate() {
        for pixel in images.ones(row) {
            columns[pixel * words + at / 64] |= 1 << (at % 64);
        }
    }
    pairs.par_chunks_exact_mut(pixels.max(1)).enumerate().for_each(|(pixel, pairs)| {
        let mut rest = columns.chunks_exact(words).skip(pixel);
        let Some(own) = rest.next() else { return };
        let others = std::iter::once(own).chain(rest);
        for (pair, other) in pairs.iter_mut().skip(pixel).zip(others) {
            *pair += own.iter().zip(other).map(|(a, b)| (a & b).count_ones()).sum::<u32>();
        }
    });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::model::exact::bits::example;

    #[test]
    fn pairs_are_counted_one_by_one() {
        let images = example(BLOCK + 70, 9);
        let mut model = PairCounts::new(9);
        assert_eq!(model.step(&images, &|| false), None);
        assert_eq!(model, PairCounts::new(9));
        model.step(&images, &|| true).unwrap();
        for a in 0..9 {
            for b in a..9 {
                let expected = (0..images.count()).filter(|row| images.image(*row)[a] && images.image(*row)[b]).count();
                assert_eq!(model.pairs()[a * 9 + b] as usize, expected);
            }
        }
        let table = model.table(7, 2);
        let off_on = (0..images.count()).filter(|row| !images.image(*row)[7] && images.image(*row)[2]).count();
        assert_eq!((table[0][1], table.iter().flatten().sum::<f64>()), (off_on as f64, images.count() as f64));
    }
}
