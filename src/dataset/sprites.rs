//! Sprites: shapes whose every factor is known, made on demand, in the manner of dSprites (Matthey et al. 2017).
//!
//! 64×64 black and white, one image for each combination of 3 shapes, 6 scales, 40 rotations, 32 places across and 32
//! down: 737 280 images, of which a tenth is for testing. Nothing is kept: an image is made from its index when it is read,
//! in some microseconds, of additions and multiplications only, so that it is the same on every machine.

use super::column::{Cells, Column, ColumnValues};
use super::format::BuiltIn;
use super::progress::Progress;
use super::rows::Rows;
use super::sample::{ImageShape, Sample};
use super::set::Dataset;
use super::source::{Source, SourceError};
use super::split::Split;
use crate::random::{Purpose, stream};
use rand::RngCore;
use sha2::{Digest, Sha256};
use std::sync::Arc;

const NAME: &str = "sprites";
/// Part of the id; another number when any image, factor or the order changes.
const VERSION: u32 = 1;
const SIDE: usize = 64;
/// How many there are of each factor, in the order in which an index counts them: the last one fastest, as in dSprites.
const SIZES: [usize; 5] = [SHAPES.len(), 6, 40, 32, 32];
const COUNT: usize = SIZES[0] * SIZES[1] * SIZES[2] * SIZES[3] * SIZES[4];
/// Images to test on.
const TEST: usize = COUNT / 10;
const SHAPES: [&str; 3] = ["square", "ellipse", "heart"];
/// The key of the order: `sprites` in ASCII.
const SEED: u64 = 0x73_7072_6974_6573;

/// No pixel of a shape of scale 1 is farther from its place than this.
const REACH: usize = 16;
/// Half the side of the largest square, the half axes of the largest ellipse, and what a heart's unit is at scale 1.
const SQUARE: f32 = 11.0;
const ELLIPSE: [f32; 2] = [15.0, 9.0];
const HEART: f32 = 12.0;
/// The centre of mass of the heart (x² + y² − 1)³ ≤ x²y³ is so far above its origin.
const HEART_CENTRE: f32 = 0.2935;
/// sin of the first quarter turn's steps.
const SINES: [f32; 11] =
    [0.0, 0.15643446, 0.309017, 0.4539905, 0.58778524, 0.70710677, 0.809017, 0.8910065, 0.95105654, 0.98768836, 1.0];

/// The sprites as a data set that comes with the program.
pub struct Sprites;

impl BuiltIn for Sprites {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "generated shapes of known shape, scale, rotation, x and y, 64×64 grey, 663552 to train on and 73728 to test"
    }

    /// Makes nothing yet, so there is nothing to break off.
    fn open(&self, progress: &Progress) -> Result<Dataset, SourceError> {
        if progress.is_cancelled() {
            return Err(SourceError::Cancelled(NAME.into()));
        }
        let order = Order::new();
        let test = Part { order, first: 0, count: TEST };
        let train = Part { order, first: TEST, count: COUNT - TEST };
        // They are made as they are asked for.
        let stored = None;
        Ok(Dataset { stored, ..Dataset::new(Source::built_in(NAME), NAME, train.split(), test.split()) })
    }
}

/// The factors of one image as counted from 0: shape, scale, rotation, x, y.
type Factors = [usize; 5];

/// The factors of image `index` of all.
fn factors(index: usize) -> Factors {
    let mut left = index;
    let mut factors = SIZES;
    for factor in factors.iter_mut().rev() {
        let size = *factor;
        *factor = left % size;
        left /= size;
    }
    factors
}

/// A fixed order of all images that looks random: a Feistel network over 20 bits, applied until it gives an index that there
/// is. So that any first part of a split holds every factor in its share, and no table is needed.
#[derive(Clone, Copy)]
struct Order {
    keys: [u32; 4],
}

impl Order {
    const HALF: u32 = 10;

    fn new() -> Self {
        let mut generator = stream(SEED, Purpose::Generate, 0, 0);
        Self { keys: std::array::from_fn(|_| generator.next_u32()) }
    }

    /// The index of what comes at `position`.
    fn index(self, position: usize) -> usize {
        let mask = (1u32 << Self::HALF) - 1;
        // It ends: a permutation comes back to where it began, which is below the count.
        let mut at = (position % COUNT) as u32;
        loop {
            for key in self.keys {
                let (high, low) = (at >> Self::HALF, at & mask);
                let mut mixed = (low ^ key).wrapping_mul(0x85eb_ca6b);
                mixed = (mixed ^ (mixed >> 13)).wrapping_mul(0xc2b2_ae35);
                at = low << Self::HALF | (high ^ (mixed >> (32 - Self::HALF)));
            }
            if (at as usize) < COUNT {
                return at as usize;
            }
        }
    }
}

/// A stretch of the order: the images of one split.
#[derive(Clone, Copy)]
struct Part {
    order: Order,
    first: usize,
    count: usize,
}

impl Part {
    fn factors(self, index: usize) -> Factors {
        factors(self.order.index(self.first + index % self.count))
    }

    /// Images and factors: the shape is the class; scale from 0.5 to 1, rotation in radians, x and y from 0 to 1.
    fn split(self) -> Split {
        let number = |name: &str, value: fn(Factors) -> f32| Column {
            name: name.to_owned(),
            values: ColumnValues::Number(Cells::ByIndex(Arc::new(move |index| value(self.factors(index))))),
        };
        let shape = Column {
            name: "shape".to_owned(),
            values: ColumnValues::Class {
                names: SHAPES.map(str::to_owned).into(),
                indices: Cells::ByIndex(Arc::new(move |index| self.factors(index)[0] as u8)),
            },
        };
        let columns = vec![
            shape,
            number("scale", |[_, scale, ..]| scale_of(scale)),
            number("rotation", |[_, _, rotation, ..]| rotation as f32 * (std::f32::consts::TAU / SIZES[2] as f32)),
            number("x", |[.., x, _]| x as f32 / (SIZES[3] - 1) as f32),
            number("y", |[.., y]| y as f32 / (SIZES[4] - 1) as f32),
        ];
        Split::new(Sample::Image(ImageShape::grey(SIDE, SIDE)), Arc::new(self), columns)
    }
}

impl Rows for Part {
    fn count(&self) -> usize {
        self.count
    }

    fn read(&self, index: usize, out: &mut [f32]) {
        out.fill(0.0);
        if index < self.count {
            draw(self.factors(index), out);
        }
    }

    fn digest(&self, hash: &mut Sha256) {
        hash.update(NAME);
        for number in [VERSION as usize, self.first, self.count] {
            hash.update((number as u64).to_le_bytes());
        }
    }
}

/// The size of a shape relative to the largest.
fn scale_of(scale: usize) -> f32 {
    0.5 + 0.1 * scale as f32
}

/// Sine and cosine of a rotation.
fn turn(rotation: usize) -> (f32, f32) {
    let quarter = SINES.len() - 1;
    let step = rotation % quarter;
    let (sin, cos) = (SINES[step], SINES[quarter - step]);
    match rotation / quarter % 4 {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}

/// Draws the shape into `out`, which is `[SIDE, SIDE]` and black: a pixel is white where its middle is inside.
///
/// A step of x is a pixel to the right, of y a pixel down; rotation is counter-clockwise.
fn draw([shape, scale, rotation, x, y]: Factors, out: &mut [f32]) {
    let (sin, cos) = turn(rotation);
    let inside: fn(f32, f32) -> bool = match shape {
        0 => |x, y| x.abs() <= SQUARE && y.abs() <= SQUARE,
        1 => |x, y| (x * (1.0 / ELLIPSE[0])).powi(2) + (y * (1.0 / ELLIPSE[1])).powi(2) <= 1.0,
        _ => |x, y| {
            let (x, y) = (x * (1.0 / HEART), y * (1.0 / HEART) + HEART_CENTRE);
            let round = x * x + y * y - 1.0;
            round * round * round <= x * x * y * y * y
        },
    };
    let scale = scale_of(scale);
    let reach = ((scale * REACH as f32).ceil() as usize).min(REACH);
    let (skipped, width, grow) = (REACH - reach, 2 * reach + 1, 1.0 / scale);
    let middle = |pixel: usize| (pixel as f32 - reach as f32) * grow;
    for (row, line) in out.chunks_exact_mut(SIDE).skip(y + skipped).take(width).enumerate() {
        let up = -middle(row);
        for (column, pixel) in line.iter_mut().skip(x + skipped).take(width).enumerate() {
            let right = middle(column);
            if inside(right * cos + up * sin, up * cos - right * sin) {
                *pixel = 1.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_counts_the_factors_as_nested_loops_do() {
        let mut index = 0;
        for shape in 0..3 {
            for scale in 0..6 {
                for rotation in 0..40 {
                    for x in 0..32 {
                        for y in 0..32 {
                            assert_eq!(factors(index), [shape, scale, rotation, x, y]);
                            index += 1;
                        }
                    }
                }
            }
        }
        assert_eq!(index, COUNT);
    }

    #[test]
    fn the_order_holds_every_index_once() {
        let order = Order::new();
        let mut seen = vec![false; COUNT];
        (0..COUNT).for_each(|position| seen[order.index(position)] = true);
        assert!(seen.iter().all(|seen| *seen));
    }

    #[test]
    fn a_rotation_is_sine_and_cosine_of_its_angle() {
        for rotation in 0..40 {
            let (sin, cos) = turn(rotation);
            let (exact_sin, exact_cos) = (rotation as f64 * std::f64::consts::TAU / 40.0).sin_cos();
            assert!(
                (f64::from(sin) - exact_sin).abs() < 1e-6 && (f64::from(cos) - exact_cos).abs() < 1e-6,
                "{rotation}"
            );
        }
    }
}
