//! A window that slides over a map: what convolution, its transpose and pooling have in common. Maps lie channels last,
//! `[height, width, channels]`, so that a window's row is one run of memory.

use super::vector::for_each_processor;

/// The size of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Map {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Values a place.
    pub channels: usize,
}

impl Map {
    /// Places in it.
    pub const fn places(self) -> usize {
        self.height * self.width
    }

    /// Values in it.
    pub const fn values(self) -> usize {
        self.places() * self.channels
    }
}

/// A square window, how far it moves, and how far it reaches beyond the map's edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its side.
    pub side: usize,
    /// Places from one stand to the next.
    pub stride: usize,
    /// Zeros around the map.
    pub padding: usize,
}

impl Window {
    /// How many stands it has along an edge of `size` places; 0 where it does not fit.
    pub fn stands(self, size: usize) -> usize {
        match (size + 2 * self.padding).checked_sub(self.side) {
            Some(room) => room / self.stride.max(1) + 1,
            None => 0,
        }
    }
}

/// A window's stands over a large map make up a small one. A convolution reads the large map, a transposed one writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sliding {
    /// What the window slides over.
    pub large: Map,
    /// A place for each stand.
    pub small: Map,
    /// The window.
    pub window: Window,
}

impl Sliding {
    /// The stands of `window` over `large`, `channels` values each.
    pub fn new(large: Map, window: Window, channels: usize) -> Self {
        let (height, width) = (window.stands(large.height), window.stands(large.width));
        Self { large, small: Map { height, width, channels }, window }
    }

    /// Values under the window: `side·side·large.channels`.
    pub const fn under(&self) -> usize {
        self.window.side * self.window.side * self.large.channels
    }

    /// Values of a weight, `[small.channels, side, side, large.channels]`.
    pub const fn weights(&self) -> usize {
        self.small.channels * self.under()
    }

    /// Writes what is under the window at each stand, `[small.places, under]`, zeros beyond the edge (im2col).
    pub fn gather(&self, large: &[f32], columns: &mut [f32]) {
        gather(self, large, columns);
    }

    /// Adds what each stand has to the places under it: the adjoint of [`Self::gather`] (col2im).
    pub fn scatter(&self, columns: &[f32], large: &mut [f32]) {
        scatter(self, columns, large);
    }

    /// Calls `visit(column, large, zeros, count)` for each row of the window at each stand: of the run that begins at
    /// `column` among the columns, the values from `zeros` on, `count` of them, stand for those from `large` on in the map.
    #[inline(always)]
    fn for_each_run(&self, mut visit: impl FnMut(usize, usize, usize, usize)) {
        let Window { side, stride, padding } = self.window;
        let Map { height, width, channels } = self.large;
        let mut column = 0;
        for y in 0..self.small.height {
            for x in 0..self.small.width {
                // Of the window's columns, those on the map.
                let first = padding.saturating_sub(x * stride).min(side);
                let last = (width + padding).saturating_sub(x * stride).min(side).max(first);
                for row in 0..side {
                    let beyond = y * stride + row < padding || y * stride + row >= height + padding;
                    let count = if beyond { 0 } else { (last - first) * channels };
                    let large = match count {
                        0 => 0,
                        _ => ((y * stride + row - padding) * width + x * stride + first - padding) * channels,
                    };
                    visit(column, large, first * channels, count);
                    column += side * channels;
                }
            }
        }
    }
}

for_each_processor! {
    fn gather(sliding: &Sliding, large: &[f32], columns: &mut [f32]) {
        let run = sliding.window.side * sliding.large.channels;
        sliding.for_each_run(|column, from, zeros, count| {
            let target = &mut columns[column..column + run];
            if count < run {
                target.fill(0.0);
            }
            let pairs = target[zeros..zeros + count].iter_mut().zip(&large[from..from + count]);
            pairs.for_each(|(target, source)| *target = *source);
        });
    }
}

for_each_processor! {
    fn scatter(sliding: &Sliding, columns: &[f32], large: &mut [f32]) {
        sliding.for_each_run(|column, from, zeros, count| {
            let source = &columns[column + zeros..column + zeros + count];
            large[from..from + count].iter_mut().zip(source).for_each(|(target, source)| *target += source);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, normal_rows};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn scatter_is_the_adjoint_of_gather(
            height in 1usize..9, width in 1usize..9, channels in 1usize..4,
            side in 1usize..5, stride in 1usize..4, padding in 0usize..4, seed in any::<u64>(),
        ) {
            let sliding = Sliding::new(Map { height, width, channels }, Window { side, stride, padding }, 1);
            prop_assume!(sliding.small.places() > 0);
            let count = sliding.small.places() * sliding.under();
            let draws = normal_rows(seed, Purpose::Sample, 0, 1, sliding.large.values() + count);
            let (large, columns) = draws.split_at(sliding.large.values());
            let mut gathered = vec![f32::NAN; count];
            sliding.gather(large, &mut gathered);
            // Every column against its definition.
            for (place, value) in gathered.iter().enumerate() {
                let (stand, under) = (place / sliding.under(), place % sliding.under());
                let (row, column, channel) = (under / (side * channels), under / channels % side, under % channels);
                let y = (stand / sliding.small.width * stride + row).checked_sub(padding).filter(|y| *y < height);
                let x = (stand % sliding.small.width * stride + column).checked_sub(padding).filter(|x| *x < width);
                let expected = y.zip(x).map_or(0.0, |(y, x)| large[(y * width + x) * channels + channel]);
                prop_assert_eq!(*value, expected);
            }
            let mut scattered = vec![0.0; large.len()];
            sliding.scatter(columns, &mut scattered);
            let inner = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
            prop_assert!((inner(&gathered, columns) - inner(large, &scattered)).abs() < 1e-3);
        }
    }
}
