//! log p(x) of a VAE with two latent dimensions, all but exact: p(x|z)·p(z) summed over cells of the plane.
//!
//! log p(x) = log ∫ p(x|z) p(z) dz ≈ log Σ_c A_c p(z_c) p(x|z_c), with the middles z_c and areas A_c of cells c: the
//! midpoint rule. One table of decoded middles serves every image, since log p(x|z_c) is x·o_c + a(x) + b(o_c) of the
//! decoder's outputs o_c: for Bernoulli pixels x·logit − Σ softplus(logit). One matmul gives them all.
//!
//! For a bump of width σ the rule with middles h apart is wrong by a share of no more than about 2·exp(−2π²σ²/h²) along
//! a dimension (Poisson summation): 1 % at h = 1.9σ, 10⁻⁸ at h = σ; but a bump that is narrower than a cell
//! may be missed altogether, and posteriors often are that narrow. The cells in even or odd rows and columns are four
//! grids with middles twice as far apart. An image's sum is taken as settled only if each of them alone gives the
//! same to [`SETTLED`]: what one of them has too much another has too little, so they do not agree by chance, and by
//! the bound above all of them together are then far better than that. Where it is not settled, the cells that hold any of
//! the image's mass are split 2×2, their middles decoded in one table for all such images, and so on. Where the outermost
//! cells hold some of its mass there is more beyond them: the plane is widened for such an image.

use super::density::VaeDensity;
use super::evidence_error::EvidenceError;
use super::grid_cells::{CHILDREN, Cells};
use super::log_sum::LogSum;
use super::pixel_density::PixelDensity;
use super::posteriors::PlaneNormal;
use crate::message::{Message, message};
use crate::nn::matmul::{Matrix, matmul};
use crate::snapshot::Scratch;
use rayon::prelude::*;

/// Cells whose middles are decoded at a time.
const TABLE: u64 = 4096;
/// Latents that a thread decodes at a time.
const BATCH: usize = 128;
/// Images that a thread multiplies at a time.
const ROWS: usize = 16;
/// Images whose cells are remembered at a time.
const GROUP: usize = 512;
/// Cells this far below an image's best, in nats, hold nothing of it: e⁻³⁰ each.
const NOTHING: f64 = 30.0;
/// But so many of the best are kept: the bump may lie between middles that are all far down its sides.
const KEPT: usize = 32;
/// Two sums that are this near to each other, in nats, are the same.
const SETTLED: f64 = 0.01;
/// A plane whose outermost cells hold no more of an image's mass reaches far enough for it; else one of twice the reach does,
/// or the next one.
const AT_EDGE: f64 = 1e-4;
const WIDENINGS: usize = 3;

/// How finely the plane is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fineness {
    /// Cells a side of the first table; even, so that they are four grids of half the fineness.
    pub side: usize,
    /// How often cells may be split 2×2 where an image needs it; 0 for the plain midpoint rule.
    pub splits: u32,
}

impl Default for Fineness {
    fn default() -> Self {
        Self { side: 64, splits: 8 }
    }
}

/// What the grid says of one image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Integrated {
    /// log p(x) in nats.
    pub log_p: f64,
    /// Whether coarser rules give the same; if not, more cells are needed.
    pub is_settled: bool,
    /// The share of it that the outermost cells hold.
    pub at_edge: f64,
}

/// An image on its way.
struct Sum<'a> {
    image: &'a [f32],
    /// Of the cells in even and odd rows and columns.
    quarters: [LogSum; 4],
    /// Cells that hold some of its mass, in ascending order, with what they hold.
    cells: Vec<(u64, f64)>,
    /// The cells before the last split, in ascending order.
    parents: Vec<u64>,
    /// What holds less need not be remembered.
    least: f64,
    result: Option<Integrated>,
}

impl Sum<'_> {
    fn add(&mut self, cells: &Cells, cell: u64, mass: f64) {
        if mass < self.least {
            return;
        }
        if let Some(quarter) = self.quarters.get_mut(cells.quarter(cell)) {
            quarter.add(mass);
        }
        self.cells.push((cell, mass));
    }

    /// Begins anew, with the cells of now to be split.
    fn split(&mut self) {
        self.parents = self.cells.drain(..).map(|(cell, _)| cell).collect();
        (self.quarters, self.least) = ([LogSum::default(); 4], f64::NEG_INFINITY);
    }

    /// Forgets the cells that have turned out to hold nothing beside the best.
    fn prune(&mut self) {
        if self.cells.len() <= KEPT {
            return;
        }
        let mut masses: Vec<f64> = self.cells.iter().map(|(_, mass)| *mass).collect();
        let (_, last_kept, _) = masses.select_nth_unstable_by(KEPT - 1, |a, b| b.total_cmp(a));
        let largest = self.quarters.iter().map(LogSum::largest).fold(f64::NEG_INFINITY, f64::max);
        self.least = last_kept.min(largest - NOTHING);
        self.cells.retain(|(_, mass)| *mass >= self.least);
    }

    /// Notes the sum if its quarters agree, if it is cut off, or if it is the `last`.
    fn settle(&mut self, cells: &Cells, last: bool) {
        let mut all = LogSum::default();
        self.quarters.iter().for_each(|quarter| all.add(quarter.value()));
        let log_p = all.value();
        // A quarter of the cells stands for all of them, each four times as large.
        let is_settled = self.quarters.iter().all(|quarter| (quarter.value() + 4f64.ln() - log_p).abs() < SETTLED);
        let outermost = self.cells.iter().filter(|(cell, _)| cells.is_at_edge(*cell));
        let at_edge: f64 = outermost.map(|(_, mass)| (mass - log_p).exp()).sum();
        // What is cut off needs a wider plane, not finer cells.
        let is_cut = at_edge > AT_EDGE;
        if is_settled || is_cut || last {
            self.result = Some(Integrated { log_p, is_settled: is_settled && !is_cut, at_edge });
        }
    }
}

/// Decoded middles of cells.
struct CellTable {
    middles: Vec<u64>,
    /// `[middles, pixels]`.
    outputs: Vec<f32>,
    /// What of ln p(x, cell) does not depend on the image, `[middles]`.
    constants: Vec<f64>,
}

impl CellTable {
    fn decode(density: &PixelDensity, cells: &Cells, from: u64) -> Self {
        let middles: Vec<u64> = (from..(from + TABLE).min(cells.count())).collect();
        let outputs = decode(density, cells, &middles);
        let constants = (outputs.par_chunks_exact(density.pixels()).zip(&middles))
            .map(|(output, cell)| density.output_constant(output) + cells.log_prior(*cell))
            .collect();
        Self { middles, outputs, constants }
    }
}

/// A plane in cells, over which images are integrated.
pub struct EvidenceGrid<'a> {
    density: &'a PixelDensity,
    cells: Cells,
    splits: u32,
}

/// The first cells of an [`EvidenceGrid`], decoded once for images that come one by one.
pub struct KeptCells {
    cells: Cells,
    tables: Vec<CellTable>,
}

impl KeptCells {
    /// Whether all that a posterior reaches lies within.
    pub fn cover(&self, posterior: &PlaneNormal) -> bool {
        self.cells.cover(posterior)
    }
}

impl<'a> EvidenceGrid<'a> {
    /// A grid as far as the prior and these posteriors reach, to 5σ.
    ///
    /// # Errors
    /// If the latent space is no plane, `side` is not even, or a posterior is not finite.
    pub fn covering(
        density: &'a PixelDensity,
        posteriors: &[PlaneNormal],
        fineness: Fineness,
    ) -> Result<Self, EvidenceError> {
        let mismatch = |what, expected, found: usize| {
            Err(EvidenceError::Mismatch { what, expected, found: Message::words(found) })
        };
        if density.latent() != 2 {
            return mismatch(message!("latent dimensions"), Message::words(2), density.latent());
        }
        if fineness.side == 0 || fineness.side % 2 == 1 || fineness.side > 1024 {
            return mismatch(message!("cells a side"), message!("an even number up to 1024"), fineness.side);
        }
        Ok(Self { density, cells: Cells::covering(posteriors, fineness.side)?, splits: fineness.splits })
    }

    /// Its first cells, decoded; `None` where `go_on` (asked between a few thousand) gave false.
    pub fn keep(&self, go_on: &mut dyn FnMut() -> bool) -> Option<KeptCells> {
        let mut tables = Vec::new();
        for from in (0..self.cells.count()).step_by(TABLE as usize) {
            if !go_on() {
                return None;
            }
            tables.push(CellTable::decode(self.density, &self.cells, from));
        }
        Some(KeptCells { cells: self.cells, tables })
    }

    /// log p(x) of each of `images` (`[count, pixels]`), in the pool that it is called in; the bits do not depend on its
    /// threads.
    ///
    /// `go_on` receives how many images have been done since; where it gives false the work ends.
    ///
    /// # Errors
    /// If `go_on` gives false, or an image has no finite density.
    pub fn integrate(
        &self,
        images: &[f32],
        go_on: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<Vec<Integrated>, EvidenceError> {
        self.integrate_over(images, &[], go_on)
    }

    /// The same of one image, over cells that were kept of a grid of the same density.
    ///
    /// # Errors
    /// If the image has no finite density.
    pub fn integrate_one(
        density: &'a PixelDensity,
        kept: &KeptCells,
        image: &[f32],
    ) -> Result<Integrated, EvidenceError> {
        let grid = Self { density, cells: kept.cells, splits: Fineness::default().splits };
        let found = grid.integrate_over(image, &kept.tables, &|_| true)?;
        found.into_iter().next().ok_or(EvidenceError::NotFinite { image: 0 })
    }

    fn integrate_over(
        &self,
        images: &[f32],
        kept: &[CellTable],
        go_on: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<Vec<Integrated>, EvidenceError> {
        let images: Vec<&[f32]> = images.chunks_exact(self.density.pixels()).collect();
        let mut results = self.integrate_within(&images, kept, go_on)?;
        let mut wider = Self { density: self.density, cells: self.cells, splits: self.splits };
        for _ in 0..WIDENINGS {
            let found = results.iter_mut().zip(&images);
            let (cut, images): (Vec<_>, Vec<&[f32]>) = found.filter(|(found, _)| found.at_edge > AT_EDGE).unzip();
            if cut.is_empty() {
                break;
            }
            wider.cells = wider.cells.widened();
            let again = wider.integrate_within(&images, &[], &|_| go_on(0))?;
            cut.into_iter().zip(again).for_each(|(found, again)| *found = again);
        }
        Ok(results)
    }

    fn integrate_within(
        &self,
        images: &[&[f32]],
        kept: &[CellTable],
        go_on: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<Vec<Integrated>, EvidenceError> {
        let mut results = Vec::with_capacity(images.len());
        for group in images.chunks(GROUP) {
            for sum in integrate(self, group, kept, go_on)? {
                match sum.result {
                    Some(result) if result.log_p.is_finite() => results.push(result),
                    _ => return Err(EvidenceError::NotFinite { image: results.len() }),
                }
            }
        }
        Ok(results)
    }
}

/// log p(x) of each of `images` (`[count, pixels]`), in the pool that it is called in; the bits do not depend on its
/// threads. The plane reaches as far as the prior and the images' own posteriors do, to 5σ.
///
/// `go_on` receives how many images have been done since; where it gives false the work ends.
///
/// # Errors
/// If the latent space is no plane, `side` is not even, `go_on` gives false, or an image has no finite density.
pub fn grid(
    density: &VaeDensity,
    images: &[f32],
    fineness: Fineness,
    go_on: &(dyn Fn(u64) -> bool + Sync),
) -> Result<Vec<Integrated>, EvidenceError> {
    let posteriors = density.plane_posteriors(images);
    EvidenceGrid::covering(density, &posteriors, fineness)?.integrate(images, go_on)
}

/// The sums of a group of images, all with a result.
fn integrate<'a>(
    grid: &EvidenceGrid<'_>,
    images: &[&'a [f32]],
    kept: &[CellTable],
    go_on: &(dyn Fn(u64) -> bool + Sync),
) -> Result<Vec<Sum<'a>>, EvidenceError> {
    let EvidenceGrid { density, mut cells, splits } = *grid;
    let start = |image: &&'a [f32]| Sum {
        image,
        quarters: [LogSum::default(); 4],
        cells: Vec::new(),
        parents: Vec::new(),
        least: f64::NEG_INFINITY,
        result: None,
    };
    let mut sums: Vec<Sum<'a>> = images.iter().map(start).collect();
    let watched = |done| if go_on(done) { Ok(()) } else { Err(EvidenceError::Interrupted) };
    let pixels = density.pixels();
    let factor = density.product_factor();
    for (place, from) in (0..cells.count()).step_by(TABLE as usize).enumerate() {
        let made;
        let table = match kept.get(place) {
            Some(table) => table,
            None => {
                made = CellTable::decode(density, &cells, from);
                &made
            }
        };
        let CellTable { middles, outputs, constants } = table;
        sums.par_chunks_mut(ROWS).for_each(|sums| {
            let rows: Vec<f32> = sums.iter().flat_map(|sum| sum.image.iter().copied()).collect();
            let mut products = vec![0.0; sums.len() * middles.len()];
            let outputs = Matrix::new(outputs, middles.len(), pixels).transposed();
            matmul(&mut products, Matrix::new(&rows, sums.len(), pixels), outputs, false);
            for (sum, products) in sums.iter_mut().zip(products.chunks_exact(middles.len())) {
                let constant = density.image_constant(sum.image);
                for ((cell, of_cell), product) in middles.iter().zip(constants).zip(products) {
                    sum.add(&cells, *cell, factor * f64::from(*product) + constant + of_cell);
                }
                sum.prune();
            }
        });
        watched(0)?;
    }
    sums.iter_mut().for_each(|sum| sum.settle(&cells, splits == 0));
    let mut settled = sums.iter().filter(|sum| sum.result.is_some()).count();
    watched(settled as u64)?;
    for level in 1..=splits {
        if settled == sums.len() {
            break;
        }
        cells = cells.split();
        refine(density, &mut sums, &cells, level == splits, &watched)?;
        let now = sums.iter().filter(|sum| sum.result.is_some()).count();
        watched((now - settled) as u64)?;
        settled = now;
    }
    Ok(sums)
}

/// Splits the cells of the sums that have no result yet into `cells` and sums anew over these.
fn refine(
    density: &PixelDensity,
    sums: &mut [Sum],
    cells: &Cells,
    last: bool,
    watched: &dyn Fn(u64) -> Result<(), EvidenceError>,
) -> Result<(), EvidenceError> {
    let mut open: Vec<&mut Sum> = sums.iter_mut().filter(|sum| sum.result.is_none()).collect();
    open.iter_mut().for_each(|sum| sum.split());
    let mut parents: Vec<u64> = open.iter().flat_map(|sum| sum.parents.iter().copied()).collect();
    parents.sort_unstable();
    parents.dedup();
    for block in parents.chunks((TABLE / CHILDREN) as usize) {
        let middles: Vec<u64> = block.iter().flat_map(|parent| parent * CHILDREN..(parent + 1) * CHILDREN).collect();
        let table = decode(density, cells, &middles);
        let families = middles.chunks_exact(CHILDREN as usize);
        let families: Vec<_> = families.zip(table.chunks_exact(CHILDREN as usize * density.pixels())).collect();
        open.par_iter_mut().for_each(|sum| {
            for (parent, (middles, outputs)) in block.iter().zip(&families) {
                if sum.parents.binary_search(parent).is_err() {
                    continue;
                }
                // So few that the likelihood itself can be had, free of the rounding of x·o + a + b.
                for (cell, output) in middles.iter().zip(outputs.chunks_exact(density.pixels())) {
                    sum.add(cells, *cell, density.log_likelihood(output, sum.image) + cells.log_prior(*cell));
                }
            }
            sum.prune();
        });
        watched(0)?;
    }
    open.into_iter().for_each(|sum| sum.settle(cells, last));
    Ok(())
}

/// The middles of cells, decoded: `[middles, pixels]`.
fn decode(density: &PixelDensity, cells: &Cells, middles: &[u64]) -> Vec<f32> {
    let mut table = vec![0.0; middles.len() * density.pixels()];
    let parts = table.par_chunks_mut(BATCH * density.pixels()).zip(middles.par_chunks(BATCH));
    parts.for_each_init(Scratch::default, |scratch, (table, middles)| {
        let latents: Vec<f32> = middles.iter().flat_map(|cell| cells.middle(*cell).map(|z| z as f32)).collect();
        table.copy_from_slice(density.decode(&latents, middles.len(), scratch));
    });
    table
}
