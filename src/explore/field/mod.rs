//! Fields: what there is to say of every place of a plane, as numbers on a lattice. A field is a file here and a line in the
//! table; window, export and command line draw from the same grids.

mod aggregate;
mod borders;
mod classes;
mod critic;
mod disagreement;
mod heat;
mod indicatrix;
mod posterior;
mod sensitivity;
mod table;
mod uncertainty;

pub use aggregate::AggregatePosterior;
pub use borders::class_borders;
pub use heat::HeatTable;
pub use indicatrix::indicatrices;
pub use table::{
    AGGREGATE, CLASSES, CRITIC, DISAGREEMENT, EVIDENCE, FIELDS, FieldInputs, FieldPaint, POSTERIOR, PlaneField,
    SENSITIVITY, UNCERTAINTY, UNSUPPORTED, field,
};

use super::encoded::Encoding;
use super::plane::Plane;
use super::posterior::{PosteriorImage, PosteriorSubject};
use super::tiles::{Lattice, fresh_id};
use super::timeline::RingEntry;
use crate::metrics::Classifier;
use crate::snapshot::{Scratch, Snapshot, TangentScratch};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Latents that are evaluated between two looks at whether the work is still asked for.
const CHUNK: usize = 64;

/// Weights that a model's own are compared with.
#[derive(Clone, Debug)]
pub enum OtherWeights {
    /// Those of another model, or of a checkpoint.
    Whole(Arc<Snapshot>),
    /// Earlier ones of the same model, as they are kept in memory.
    Kept(RingEntry),
}

impl OtherWeights {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => Arc::ptr_eq(a, b),
            (Self::Kept(a), Self::Kept(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// The weights themselves; `None` where what was kept is no network any more.
    fn snapshot(&self) -> Option<Arc<Snapshot>> {
        match self {
            Self::Whole(snapshot) => Some(snapshot.clone()),
            Self::Kept(entry) => entry.snapshot().ok().map(Arc::new),
        }
    }
}

/// What a field is made of.
#[derive(Clone)]
pub struct FieldSource {
    /// The weights.
    pub snapshot: Arc<Snapshot>,
    /// The plane.
    pub plane: Arc<Plane>,
    /// The places.
    pub lattice: Lattice,
    /// The test examples' posteriors, where the field is made of them.
    pub encoding: Option<Arc<Encoding>>,
    /// What tells classes apart, where the field is made of it.
    pub classifier: Option<Arc<Classifier>>,
    /// Other weights of the same shape, where the field compares with them.
    pub others: Arc<[OtherWeights]>,
    /// The image that the field is about, where it is about one.
    pub image: Option<PosteriorImage>,
}

/// What figures are called.
pub const FIGURE_NAMES: [&str; 11] = [
    "accuracy",
    "decoders",
    "elbo",
    "elbo_slice",
    "gap",
    "gap_slice",
    "log_p",
    "log_p_slice",
    "marginal_kl",
    "pixel_sigma",
    "unsupported",
];

/// A figure that a field has beside its values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FieldFigure {
    /// One of [`FIGURE_NAMES`]; `field_figure.<name>` in the language tables.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
}

impl FieldFigure {
    /// Whether its value is a share, 0 to 1.
    pub fn is_share(&self) -> bool {
        ["accuracy", "unsupported"].contains(&self.name)
    }
}

/// What a field's arithmetic gives.
#[derive(Clone, Debug, Default)]
pub struct FieldValues {
    /// One a place, from the upper left, row by row; not a number where there is none.
    pub values: Vec<f32>,
    /// The values whose colours are the ends of the map.
    pub range: [f32; 2],
    /// The class of each place, where the field tells classes apart; else empty.
    pub classes: Vec<u8>,
    /// A metric tensor `[xx, xy, yy]` of each place, where the field has one; else empty.
    pub metric: Vec<[f32; 3]>,
    /// What each value is compared with, where there is such a thing; else empty.
    pub reference: Vec<f32>,
    /// What there is to say of all of it.
    pub figures: Vec<FieldFigure>,
    /// The image whose posterior it is, where it is one.
    pub image: Option<PosteriorImage>,
    /// What gives the same of another image at once, as long as it is kept.
    pub table: Weak<HeatTable>,
    /// What it takes with other weights, where that is more than it took.
    pub least_cost: Duration,
}

/// A field over a lattice.
#[derive(Clone, Debug)]
pub struct FieldGrid {
    /// Unlike that of any other grid in this process.
    pub id: u64,
    /// The step of the weights.
    pub step: u64,
    /// The places: the middles of its cells.
    pub lattice: Lattice,
    /// What there is to say of them.
    pub values: FieldValues,
    /// How long it took to make.
    pub took: Duration,
}

/// Buffers that fields reuse.
#[derive(Default)]
pub struct FieldScratch {
    scratch: Scratch,
    tangents: TangentScratch,
    aggregate: Option<AggregatePosterior>,
    posterior: posterior::KeptTables,
}

impl FieldSource {
    /// Whether both give the same.
    pub fn same(&self, other: &Self) -> bool {
        let encoding = match (&self.encoding, &other.encoding) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        let others =
            self.others.len() == other.others.len() && self.others.iter().zip(&*other.others).all(|(a, b)| a.same(b));
        Arc::ptr_eq(&self.snapshot, &other.snapshot)
            && self.lattice == other.lattice
            && self.plane == other.plane
            && self.classifier.is_some() == other.classifier.is_some()
            && encoding
            && others
            && self.same_image(other)
    }

    /// Whether both are about the same image, or about none.
    pub fn same_image(&self, other: &Self) -> bool {
        match (&self.image, &other.image) {
            (Some(a), Some(b)) => a.same(b),
            (None, None) => true,
            _ => false,
        }
    }

    /// Calls `each` with the latents of some places after another, `[count, latent]`; `None` where `go_on` says no or the
    /// plane is none of the network's.
    fn for_each_chunk(&self, go_on: &mut dyn FnMut() -> bool, mut each: impl FnMut(&[f32], usize)) -> Option<()> {
        if self.plane.latent() != self.snapshot.latent {
            return None;
        }
        for middles in self.lattice.middles().chunks(CHUNK) {
            if !go_on() {
                return None;
            }
            each(&self.plane.latents_from_plane(middles), middles.len());
        }
        Some(())
    }
}

impl FieldGrid {
    /// Makes a field; `None` where `go_on`, asked again and again, says no, or the model has nothing of the kind.
    pub fn make(
        field: &PlaneField,
        source: &FieldSource,
        scratch: &mut FieldScratch,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Option<Self> {
        let began = Instant::now();
        let values = (field.compute)(source, scratch, go_on)?;
        let step = match (field.inputs, &source.encoding) {
            (FieldInputs::Encoding, Some(encoding)) => encoding.step,
            _ => source.snapshot.step,
        };
        let (lattice, least) = (source.lattice, values.least_cost);
        Some(Self { id: fresh_id(), step, lattice, values, took: began.elapsed().max(least) })
    }

    /// The number of the place whose cell a position lies in.
    pub fn place_at(&self, position: [f32; 2]) -> Option<usize> {
        let (low, high) = self.lattice.bounds();
        let inside = (0..2).all(|axis| (low[axis]..high[axis]).contains(&position[axis]));
        let cell = |axis: usize| ((position[axis] - low[axis]) / self.lattice.cell) as usize;
        let row = self.lattice.rows.checked_sub(1 + cell(1).min(self.lattice.rows.saturating_sub(1)))?;
        let place = row * self.lattice.columns + cell(0).min(self.lattice.columns.saturating_sub(1));
        (inside && place < self.values.values.len()).then_some(place)
    }

    /// The value at a position; `None` outside of it and where there is none.
    pub fn value_at(&self, position: [f32; 2]) -> Option<f32> {
        self.values.values.get(self.place_at(position)?).copied().filter(|value| value.is_finite())
    }
}

impl FieldValues {
    /// Values with the range that they fill.
    fn of(values: Vec<f32>) -> Self {
        let known = values.iter().copied().filter(|value| value.is_finite());
        let range = known.fold([f32::MAX, f32::MIN], |[low, high], value| [low.min(value), high.max(value)]);
        let range = if range[0] <= range[1] { range } else { [0.0, 1.0] };
        Self { values, range, ..Self::default() }
    }

    /// Whose posterior it is, where it is one.
    pub fn subject(&self) -> Option<PosteriorSubject> {
        self.image.as_ref().map(|image| image.subject)
    }

    /// Where a value lies in the range, 0 to 1.
    pub fn part(&self, value: f32) -> f32 {
        let [low, high] = self.range;
        if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 }
    }
}
