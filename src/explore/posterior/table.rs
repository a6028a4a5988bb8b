//! p(z|x) over what is seen of a plane, from decoded places: one product of the image with all of them.

use super::slice::PlaneSlice;
use crate::explore::tiles::Lattice;
use crate::metrics::LogSum;
use crate::nn::matmul::{Matrix, matmul};
use crate::snapshot::Scratch;

/// Places that are decoded between two looks at whether to go on.
const CHUNK: usize = 128;
/// What the outputs of a table may take, in bytes: cells are larger where they would take more.
const MOST_BYTES: usize = 32 << 20;

/// The decoded middles of a lattice's cells, kept for one image after another.
pub struct PosteriorTable {
    /// The cells that were asked for.
    pub asked: Lattice,
    /// The cells.
    pub lattice: Lattice,
    /// The decoder on the plane.
    pub slice: PlaneSlice,
    /// `[cells, pixels]`, row by row from the upper left.
    outputs: Vec<f32>,
    /// What of ln p(x, cell) does not depend on the image, `[cells]`.
    constants: Vec<f64>,
}

/// How an image's posterior lies over the cells of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanePosterior {
    /// The cells.
    pub lattice: Lattice,
    /// The probability of each cell among all of them, `[rows, columns]`, the highest row first: sums to 1.
    pub mass: Vec<f32>,
    /// ln of the sum of p(x, cell) over the cells: log p(x) as far as the cells are fine enough, and reach far enough.
    pub log_sum: f64,
}

impl PlanePosterior {
    /// The density at a position of the plane, a unit of its area; `None` outside of the cells.
    pub fn density_at(&self, position: [f32; 2]) -> Option<f32> {
        let Lattice { cell, column, row, columns, rows } = self.lattice;
        let place = |x: f32, first: i64, count: usize| {
            usize::try_from((x / cell).floor() as i64 - first).ok().filter(|place| *place < count)
        };
        let (column, row) = (place(position[0], column, columns)?, place(position[1], row, rows)?);
        Some(self.mass.get((rows - 1 - row) * columns + column)? / (cell * cell))
    }

    /// The cell that holds most, by its number.
    pub fn best(&self) -> Option<usize> {
        (0..self.mass.len()).max_by(|a, b| self.mass[*a].total_cmp(&self.mass[*b]))
    }
}

impl PosteriorTable {
    /// Decodes the cells of a lattice, or of one like it whose cells are so large that the table is not too much for memory;
    /// `None` where `current` (asked every 128 places) gave false.
    pub fn decode(slice: PlaneSlice, lattice: Lattice, current: &mut dyn FnMut() -> bool) -> Option<Self> {
        let pixels = slice.density.pixels();
        let asked = lattice;
        let lattice = lattice.coarser_than(MOST_BYTES / (size_of::<f32>() * pixels.max(1)));
        let log_area = 2.0 * f64::from(lattice.cell).ln();
        let middles = lattice.middles();
        let mut outputs = Vec::with_capacity(middles.len() * pixels);
        let mut constants = Vec::with_capacity(middles.len());
        let mut scratch = Scratch::default();
        for chunk in middles.chunks(CHUNK) {
            if !current() {
                return None;
            }
            let places: Vec<[f32; 2]> = chunk.iter().map(|position| slice.coordinates(*position)).collect();
            let decoded = slice.density.decode(places.as_flattened(), chunk.len(), &mut scratch);
            let constant = |(output, place): (&[f32], &[f32; 2])| {
                slice.density.output_constant(output) + slice.log_prior(*place) + log_area
            };
            constants.extend(decoded.chunks_exact(pixels).zip(&places).map(constant));
            outputs.extend_from_slice(decoded);
        }
        Some(Self { asked, lattice, slice, outputs, constants })
    }

    /// Values of all decoded cells: what the product with an image goes through.
    pub fn decoded_values(&self) -> usize {
        self.outputs.len()
    }

    /// p(z|x) over the cells, of `image` (`[pixels]`); `None` of an image of another size, or one that has no finite density.
    pub fn posterior(&self, image: &[f32]) -> Option<PlanePosterior> {
        let density = &self.slice.density;
        let (pixels, cells) = (density.pixels(), self.constants.len());
        if image.len() != pixels {
            return None;
        }
        let mut products = vec![0.0; cells];
        matmul(&mut products, Matrix::new(&self.outputs, cells, pixels), Matrix::new(image, pixels, 1), false);
        let (factor, constant) = (density.product_factor(), density.image_constant(image));
        let log = |(product, of_cell): (&f32, &f64)| factor * f64::from(*product) + of_cell + constant;
        let mut sum = LogSum::default();
        products.iter().zip(&self.constants).for_each(|one| sum.add(log(one)));
        let log_sum = sum.value();
        if !log_sum.is_finite() {
            return None;
        }
        let mass = products.iter().zip(&self.constants).map(|one| (log(one) - log_sum).exp() as f32).collect();
        Some(PlanePosterior { lattice: self.lattice, mass, log_sum })
    }
}
