//! The geometry that conv, conv transpose and pooling have in common. Maps lie channels last, `[height, width, channels]`,
//! so that a window's row is one run of memory.

use super::vector::for_each_processor;
use std::fmt::{Display, Formatter, Result};
use std::ops::Range;

/// The size of a map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Map {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Elements a place.
    pub channels: usize,
}

impl Map {
    /// Places in it.
    pub const fn places(self) -> usize {
        self.height * self.width
    }

    /// Elements in it.
    pub const fn elements(self) -> usize {
        self.places() * self.channels
    }
}

impl Display for Map {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        write!(formatter, "{}×{}×{}", self.height, self.width, self.channels)
    }
}

/// A square window, how far it moves, and how far it reaches beyond the map's edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Its side.
    pub side: usize,
    /// Places from one position to the next.
    pub stride: usize,
    /// Zeros around the map.
    pub padding: usize,
}

impl Window {
    /// How many positions it has along an edge of `size` places; 0 where it does not fit.
    pub fn positions(self, size: usize) -> usize {
        match (size + 2 * self.padding).checked_sub(self.side) {
            Some(room) => room / self.stride.max(1) + 1,
            None => 0,
        }
    }

    /// The places that it covers at a position along an edge of `size` places.
    pub fn covered(self, position: usize, size: usize) -> Range<usize> {
        let from = position * self.stride;
        from.saturating_sub(self.padding)..(from + self.side).saturating_sub(self.padding).min(size)
    }
}

/// A window's positions over a large map make up a small one. A conv reads the large map, a conv transpose writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvShape {
    /// What the window moves over.
    pub large: Map,
    /// A place for each position of the window.
    pub small: Map,
    /// The window.
    pub window: Window,
}

impl ConvShape {
    /// The positions of `window` over `large`, `channels` elements each.
    pub fn new(large: Map, window: Window, channels: usize) -> Self {
        let (height, width) = (window.positions(large.height), window.positions(large.width));
        Self { large, small: Map { height, width, channels }, window }
    }

    /// Elements of the window: `side·side·large.channels`.
    pub const fn receptive_field(&self) -> usize {
        self.window.side * self.window.side * self.large.channels
    }

    /// Elements of a weight, `[small.channels, side, side, large.channels]`.
    pub const fn weights(&self) -> usize {
        self.small.channels * self.receptive_field()
    }

    /// `[small.channels, side, side, large.channels]`.
    pub fn weight_shape(&self) -> Vec<usize> {
        vec![self.small.channels, self.window.side, self.window.side, self.large.channels]
    }

    /// Multiplications and additions for one example.
    pub const fn flops(&self) -> u64 {
        2 * (self.small.places() * self.weights()) as u64
    }

    /// Calls `visit(small place, rows, columns)` with the places of the large map that the window covers at each position.
    pub fn for_each_window(&self, mut visit: impl FnMut(usize, Range<usize>, Range<usize>)) {
        for y in 0..self.small.height {
            for x in 0..self.small.width {
                let rows = self.window.covered(y, self.large.height);
                visit(y * self.small.width + x, rows, self.window.covered(x, self.large.width));
            }
        }
    }

    /// Writes the receptive field of each position, `[small.places, receptive field]`, zeros beyond the edge.
    pub fn im2col(&self, large: &[f32], columns: &mut [f32]) {
        im2col(self, large, columns);
    }

    /// Adds each position's column to its receptive field: the adjoint of [`Self::im2col`].
    pub fn col2im(&self, columns: &[f32], large: &mut [f32]) {
        col2im(self, columns, large);
    }

    /// Calls `visit(column, large, zeros, count)` for each row of the window at each position: of the run that begins at
    /// `column` among the columns, the elements from `zeros` on, `count` of them, stand for those from `large` on in the map.
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
    fn im2col(shape: &ConvShape, large: &[f32], columns: &mut [f32]) {
        let run = shape.window.side * shape.large.channels;
        shape.for_each_run(|column, from, zeros, count| {
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
    fn col2im(shape: &ConvShape, columns: &[f32], large: &mut [f32]) {
        shape.for_each_run(|column, from, zeros, count| {
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
        fn col2im_is_the_adjoint_of_im2col(
            height in 1usize..9, width in 1usize..9, channels in 1usize..4,
            side in 1usize..5, stride in 1usize..4, padding in 0usize..4, seed in any::<u64>(),
        ) {
            let shape = ConvShape::new(Map { height, width, channels }, Window { side, stride, padding }, 1);
            prop_assume!(shape.small.places() > 0);
            let count = shape.small.places() * shape.receptive_field();
            let draws = normal_rows(seed, Purpose::Sample, 0, 1, shape.large.elements() + count);
            let (large, columns) = draws.split_at(shape.large.elements());
            let mut unfolded = vec![f32::NAN; count];
            shape.im2col(large, &mut unfolded);
            // Every column against its definition.
            for (place, value) in unfolded.iter().enumerate() {
                let (position, inside) = (place / shape.receptive_field(), place % shape.receptive_field());
                let (row, column, channel) = (inside / (side * channels), inside / channels % side, inside % channels);
                let y = (position / shape.small.width * stride + row).checked_sub(padding).filter(|y| *y < height);
                let x = (position % shape.small.width * stride + column).checked_sub(padding).filter(|x| *x < width);
                let expected = y.zip(x).map_or(0.0, |(y, x)| large[(y * width + x) * channels + channel]);
                prop_assert_eq!(*value, expected);
            }
            let mut folded = vec![0.0; large.len()];
            shape.col2im(columns, &mut folded);
            let inner = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
            prop_assert!((inner(&unfolded, columns) - inner(large, &folded)).abs() < 1e-3);
        }
    }
}
