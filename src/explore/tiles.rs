//! Decoded tiles over the visible part of a plane: which latents, and their images packed into one atlas.

use super::plane::Plane;
use super::viewer::Decoder;
use super::viewport::{Area, Viewport};
use crate::dataset::ImageShape;
use crate::snapshot::Snapshot;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// The largest grid that can be asked for, in tiles along the longer side of what is seen.
pub const LARGEST_GRID: usize = 64;

/// Latents that are decoded between two looks at whether the work is still wanted.
const CHUNK: usize = 128;

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// A number that nothing else in this process has: what textures and buffers are told apart by.
pub fn fresh_id() -> u64 {
    NEXT_ID.fetch_add(1, Ordering::Relaxed)
}

/// Square cells of a plane, aligned to multiples of their side, so that panning does not move the latents that the
/// tiles show. Cells are numbered to the right and upwards; cell (0, 0) has its lower left corner at the plane's origin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lattice {
    /// The side of a cell in the plane's units.
    pub cell: f32,
    /// The leftmost column.
    pub column: i64,
    /// The lowest row.
    pub row: i64,
    /// Columns.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
}

impl Lattice {
    /// The cells that cover what is seen, `grid` (1 to [`LARGEST_GRID`]) of them along its longer side, and one more
    /// where the edges cut through cells.
    pub fn covering(view: &Viewport, area: Area, grid: usize) -> Self {
        let grid = grid.clamp(1, LARGEST_GRID);
        let (min, max) = view.bounds(area);
        let cell = ((max[0] - min[0]).max(max[1] - min[1]) / grid as f32).max(f32::MIN_POSITIVE);
        let first = |axis: usize| (min[axis] / cell + 1e-3).floor() as i64;
        let count = |axis: usize| {
            (((max[axis] / cell - 1e-3).ceil() as i64 - first(axis)).max(1) as usize).min(LARGEST_GRID + 1)
        };
        Self { cell, column: first(0), row: first(1), columns: count(0), rows: count(1) }
    }

    /// The lowest and the highest position of the whole: `(min, max)`.
    pub fn bounds(&self) -> ([f32; 2], [f32; 2]) {
        let at = |column: i64, row: i64| [column as f32 * self.cell, row as f32 * self.cell];
        (at(self.column, self.row), at(self.column + self.columns as i64, self.row + self.rows as i64))
    }

    /// Whether another lattice lies within this one.
    pub fn covers(&self, other: &Self) -> bool {
        let ((low, high), (min, max)) = (self.bounds(), other.bounds());
        let slack = 1e-3 * other.cell;
        let below = low.iter().zip(&min).all(|(low, min)| *low <= min + slack);
        below && high.iter().zip(&max).all(|(high, max)| *high >= max - slack)
    }

    /// The same place in at most `cells` cells (but one at least): two, four, eight … times as large.
    pub fn coarser_than(&self, cells: usize) -> Self {
        let mut coarse = *self;
        while coarse.columns * coarse.rows > cells.max(1) && (coarse.columns > 1 || coarse.rows > 1) {
            let halved = |first: i64, count: usize| {
                let (low, high) = (first.div_euclid(2), (first + count as i64 - 1).div_euclid(2));
                (low, (high - low + 1) as usize)
            };
            let ((column, columns), (row, rows)) =
                (halved(coarse.column, coarse.columns), halved(coarse.row, coarse.rows));
            if (columns, rows) == (coarse.columns, coarse.rows) {
                break;
            }
            coarse = Self { cell: 2.0 * coarse.cell, column, row, columns, rows };
        }
        coarse
    }

    /// Its highest rows alone.
    #[must_use]
    pub fn highest(&self, rows: usize) -> Self {
        let rows = rows.min(self.rows);
        Self { row: self.row + (self.rows - rows) as i64, rows, ..*self }
    }

    /// The middle of the cell that a position lies in, in the lattice or outside of it.
    pub fn middle_at(&self, position: [f32; 2]) -> [f32; 2] {
        position.map(|x| ((x / self.cell).floor() + 0.5) * self.cell)
    }

    /// The middles of the cells, in the order in which they are read: from the upper left, row by row.
    pub fn middles(&self) -> Vec<[f32; 2]> {
        self.middles_of(0..self.columns * self.rows)
    }

    /// The middles of some of them, by their number in that order.
    pub fn middles_of(&self, cells: Range<usize>) -> Vec<[f32; 2]> {
        let middle = |first: i64, place: usize| (first as f32 + place as f32 + 0.5) * self.cell;
        let columns = self.columns.max(1);
        cells
            .map(|cell| {
                let (column, from_top) = (cell % columns, cell / columns);
                [middle(self.column, column), middle(self.row, self.rows.saturating_sub(1 + from_top))]
            })
            .collect()
    }
}

/// How large an atlas may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtlasLimits {
    /// The longest side, in pixels.
    pub side: usize,
    /// The memory, in bytes.
    pub bytes: usize,
}

impl Default for AtlasLimits {
    /// What every device can do: 2 048 pixels a side, 16 MiB.
    fn default() -> Self {
        Self { side: 2048, bytes: 16 << 20 }
    }
}

impl AtlasLimits {
    /// By how much (a whole number) images must be made smaller so that `columns × rows` of them fit; `None` where even
    /// one pixel each would not.
    pub fn reduction(self, shape: ImageShape, columns: usize, rows: usize) -> Option<usize> {
        let longest = shape.width.max(shape.height).max(1);
        (1..=longest).find(|factor| {
            let width = columns.saturating_mul(shape.width.div_ceil(*factor));
            let height = rows.saturating_mul(shape.height.div_ceil(*factor));
            width <= self.side && height <= self.side && width * height * atlas_channels(shape) <= self.bytes
        })
    }
}

/// Bytes a pixel of an atlas of such images: 1 for grey, 4 for colour.
pub const fn atlas_channels(shape: ImageShape) -> usize {
    if shape.is_color() { 4 } else { 1 }
}

/// Decoded tiles, packed. Rows of the atlas go downwards, so its first row of tiles is the lattice's highest.
#[derive(Clone, Debug)]
pub struct TileGrid {
    /// Unlike that of any other grid in this process.
    pub id: u64,
    /// The step of the weights.
    pub step: u64,
    /// What decoding took, in milliseconds.
    pub decode_ms: f32,
    /// Where the tiles lie on the plane.
    pub lattice: Lattice,
    /// Width and height of one tile in the atlas, in pixels.
    pub tile: [usize; 2],
    /// Bytes a pixel: 1 (grey) or 4 (red, green, blue, opaque).
    pub channels: usize,
    /// `[rows·tile height, columns·tile width, channels]`, 0 is black and 255 white.
    pub pixels: Vec<u8>,
}

impl TileGrid {
    /// Width and height of the atlas, in pixels.
    pub fn size(&self) -> [usize; 2] {
        [self.lattice.columns * self.tile[0], self.lattice.rows * self.tile[1]]
    }

    /// Decodes a whole lattice; `None` where `wanted` (asked about every 128 latents) said no, where the plane does not
    /// belong to the network, or where nothing fits the limits.
    pub fn decode(
        decoder: &mut dyn Decoder,
        snapshot: &Snapshot,
        plane: &Plane,
        lattice: Lattice,
        limits: AtlasLimits,
        wanted: &mut dyn FnMut() -> bool,
    ) -> Option<Self> {
        let shape = snapshot.image;
        let reduction = limits.reduction(shape, lattice.columns, lattice.rows)?;
        if plane.latent() != snapshot.latent || shape.values() == 0 {
            return None;
        }
        let tile = [shape.width.div_ceil(reduction), shape.height.div_ceil(reduction)];
        let channels = atlas_channels(shape);
        let pixels = vec![0; lattice.columns * lattice.rows * tile[0] * tile[1] * channels];
        let began = Instant::now();
        let mut grid = Self { id: fresh_id(), step: snapshot.step, decode_ms: 0.0, lattice, tile, channels, pixels };
        let middles = lattice.middles();
        for (number, chunk) in middles.chunks(CHUNK).enumerate() {
            if !wanted() {
                return None;
            }
            let images = decoder.decode(snapshot, &plane.latents_from_plane(chunk), chunk.len());
            for (place, image) in images.chunks_exact(shape.values()).enumerate() {
                grid.pack(number * CHUNK + place, image, shape, reduction);
            }
        }
        grid.decode_ms = began.elapsed().as_secs_f32() * 1e3;
        Some(grid)
    }

    /// The images of some latents `[count, latent]` in a row, the first at the left; its lattice says nothing of where they lie.
    /// `None` where the latents do not belong to the network, or where nothing fits the limits.
    pub fn row(decoder: &mut dyn Decoder, snapshot: &Snapshot, latents: &[f32], limits: AtlasLimits) -> Option<Self> {
        let (shape, columns) = (snapshot.image, latents.len().checked_div(snapshot.latent)?);
        if shape.values() == 0 || latents.len() != columns * snapshot.latent || columns == 0 {
            return None;
        }
        let reduction = limits.reduction(shape, columns, 1)?;
        let tile = [shape.width.div_ceil(reduction), shape.height.div_ceil(reduction)];
        let (channels, began) = (atlas_channels(shape), Instant::now());
        let lattice = Lattice { cell: 1.0, column: 0, row: 0, columns, rows: 1 };
        let pixels = vec![0; columns * tile[0] * tile[1] * channels];
        let mut grid = Self { id: fresh_id(), step: snapshot.step, decode_ms: 0.0, lattice, tile, channels, pixels };
        let images = decoder.decode(snapshot, latents, columns);
        for (place, image) in images.chunks_exact(shape.values()).enumerate() {
            grid.pack(place, image, shape, reduction);
        }
        grid.decode_ms = began.elapsed().as_secs_f32() * 1e3;
        Some(grid)
    }

    /// Writes the image of the tile at `place` (row by row) into the atlas, the mean of `reduction²` pixels each.
    fn pack(&mut self, place: usize, image: &[f32], shape: ImageShape, reduction: usize) {
        let columns = self.lattice.columns;
        let stride = columns * self.tile[0];
        let corner = (place / columns * self.tile[1]) * stride + place % columns * self.tile[0];
        let (tile, channels) = (self.tile, self.channels);
        for y in 0..tile[1] {
            let start = (corner + y * stride) * channels;
            let Some(row) = self.pixels.get_mut(start..start + tile[0] * channels) else { return };
            if channels > 1 {
                row.fill(255);
            }
            for (channel, plane) in image.chunks_exact(shape.width * shape.height).take(channels).enumerate() {
                let out = row.iter_mut().skip(channel).step_by(channels);
                if reduction == 1 {
                    let values = plane.get(y * shape.width..).unwrap_or_default();
                    out.zip(values).for_each(|(out, value)| *out = byte(*value));
                } else {
                    out.enumerate().for_each(|(x, out)| *out = byte(mean_of_block(plane, shape, [x, y], reduction)));
                }
            }
        }
    }
}

fn mean_of_block(plane: &[f32], shape: ImageShape, [x, y]: [usize; 2], reduction: usize) -> f32 {
    let (mut sum, mut count) = (0.0, 0);
    for y in y * reduction..((y + 1) * reduction).min(shape.height) {
        for x in x * reduction..((x + 1) * reduction).min(shape.width) {
            sum += plane.get(y * shape.width + x).copied().unwrap_or(0.0);
            count += 1;
        }
    }
    sum / count.max(1) as f32
}

/// A value in [0, 1] as a byte; what is not a number is black.
pub fn byte(value: f32) -> u8 {
    (value * 255.0 + 0.5) as u8
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    struct Ramp;
    impl Decoder for Ramp {
        fn decode(&mut self, snapshot: &Snapshot, latents: &[f32], _: usize) -> &[f32] {
            // The first latent is the grey value of the whole image.
            let values = snapshot.image.values();
            Vec::leak(latents.chunks(snapshot.latent).flat_map(|z| vec![z[0]; values]).collect())
        }
    }

    fn snapshot(image: ImageShape) -> Snapshot {
        let values = (vec![0.0; 2 * image.values()], vec![0.0; image.values()]);
        let operation = crate::snapshot::Operation::linear("out", 0, values, crate::snapshot::Activation::Identity);
        let decoder = crate::snapshot::Network::new(2, vec![operation]).unwrap();
        Snapshot {
            step: 3,
            image,
            latent: 2,
            likelihood: None,
            decoder,
            encoder: None,
            critic: None,
            prior: Default::default(),
        }
    }

    #[test]
    fn tiles_lie_in_the_atlas_where_they_lie_on_the_plane() {
        let lattice = Lattice { cell: 0.1, column: 0, row: 0, columns: 10, rows: 2 };
        let snapshot = snapshot(ImageShape::grey(3, 4));
        let limits = AtlasLimits::default();
        let plane = Plane::of_two();
        let grid = TileGrid::decode(&mut Ramp, &snapshot, &plane, lattice, limits, &mut || true).unwrap();
        assert_eq!((grid.size(), grid.step), ([40, 6], 3));
        for (place, value) in grid.pixels.iter().enumerate() {
            let column = place % 40 / 4;
            assert_eq!(*value, byte((column as f32 + 0.5) * 0.1));
        }
    }

    #[test]
    fn colours_go_side_by_side_and_large_images_are_averaged() {
        let lattice = Lattice { cell: 1.0, column: 0, row: 0, columns: 2, rows: 1 };
        let shape = ImageShape { channels: 3, height: 2, width: 2 };
        let image: Vec<f32> = (0..12).map(|i| i as f32 / 12.0).collect();
        let mut grid =
            TileGrid { id: 0, step: 0, decode_ms: 0.0, lattice, tile: [2, 2], channels: 4, pixels: vec![0; 32] };
        grid.pack(1, &image, shape, 1);
        let value = |i: usize| byte(image[i]);
        assert_eq!(grid.pixels[..8], [0; 8]);
        assert_eq!(grid.pixels[8..12], [value(0), value(4), value(8), 255]);
        assert_eq!(grid.pixels[28..32], [value(3), value(7), value(11), 255]);
        let mut small = TileGrid { tile: [1, 1], pixels: vec![0; 8], ..grid };
        small.pack(0, &image, shape, 2);
        assert_eq!(small.pixels[..4], [byte(1.5 / 12.0), byte(5.5 / 12.0), byte(9.5 / 12.0), 255]);
    }

    #[test]
    fn what_is_no_longer_wanted_is_abandoned() {
        let lattice = Lattice { cell: 0.1, column: -16, row: -16, columns: 32, rows: 32 };
        let mut looks = 0;
        let mut wanted = || {
            looks += 1;
            looks < 3
        };
        let snapshot = snapshot(ImageShape::grey(2, 2));
        let limits = AtlasLimits::default();
        assert!(TileGrid::decode(&mut Ramp, &snapshot, &Plane::of_two(), lattice, limits, &mut wanted).is_none());
        assert_eq!(looks, 3);
    }

    #[test]
    fn large_images_are_made_smaller_until_they_fit() {
        let limits = AtlasLimits { side: 2048, bytes: 16 << 20 };
        let colour = ImageShape { channels: 3, height: 256, width: 200 };
        assert_eq!(limits.reduction(ImageShape::grey(28, 28), 33, 33), Some(1));
        assert_eq!(limits.reduction(colour, 32, 32), Some(4));
        assert_eq!(limits.reduction(colour, 3000, 1), None);
    }

    #[test]
    fn panning_within_a_cell_keeps_the_lattice() {
        let area = Area { min: [0.0, 0.0], size: [600.0, 600.0] };
        let view = Viewport { centre: [0.15, 0.15], half_height: 3.0 };
        let lattice = Lattice::covering(&view, area, 10);
        assert_eq!(lattice, Lattice::covering(&view.panned(area, [5.0, -5.0]), area, 10));
        assert_eq!(lattice.middles().len(), lattice.columns * lattice.rows);
    }

    proptest! {
        #[test]
        fn the_lattice_covers_what_is_seen(
            x in -9.0f32..9.0, y in -9.0f32..9.0, half in 0.01f32..50.0, width in 50.0f32..2000.0, grid in 1usize..=64,
        ) {
            let area = Area { min: [0.0, 0.0], size: [width, 500.0] };
            let view = Viewport { centre: [x, y], half_height: half };
            let lattice = Lattice::covering(&view, area, grid);
            let ((low, high), (min, max)) = (lattice.bounds(), view.bounds(area));
            let slack = lattice.cell * 0.01;
            for axis in 0..2 {
                prop_assert!(low[axis] <= min[axis] + slack && high[axis] >= max[axis] - slack);
            }
            prop_assert!(lattice.columns <= grid + 1 && lattice.rows <= grid + 1);
        }
    }
}
