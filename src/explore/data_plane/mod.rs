//! What a model of points of the plane has learned, where its data lies: the data's own plane (Kahng et al. 2019, *GAN Lab*).

mod bounds;
mod critic_field;
mod mapped_grid;

pub use bounds::DataBounds;
pub use critic_field::{CriticField, descent};
pub use mapped_grid::{MappedGrid, places};

use crate::dataset::Split;
use crate::explore::plane::Plane;
use crate::random::Purpose;
use crate::snapshot::{Scratch, Snapshot};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Samples; always of the same latents, so that one sees them move.
pub const SAMPLES: usize = 500;
/// Samples that have an arrow.
const ARROWS: usize = 120;
/// Points that are reconstructed.
const RECONSTRUCTIONS: usize = 200;
/// Cells of a critic's field a side.
const FIELD_SIDE: usize = 40;
/// The lattice that is mapped: half its side in standard deviations of the prior.
pub const GRID: MappedGrid = MappedGrid { cells: 16, reach: 2.5 };
/// The longest arrow, as a part of the side of what is seen.
const LONGEST_ARROW: f32 = 0.08;

/// What is made of it, and drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DataPlaneLayers {
    /// The data.
    pub real: bool,
    /// Samples of the model.
    pub samples: bool,
    /// The critic's values.
    pub field: bool,
    /// What a step of the generator would move samples along.
    pub arrows: bool,
    /// A lattice of the latent plane where the decoder puts it.
    pub grid: bool,
    /// From points to their reconstructions.
    pub reconstructions: bool,
}

impl Default for DataPlaneLayers {
    fn default() -> Self {
        Self { real: true, samples: true, field: true, arrows: true, grid: true, reconstructions: true }
    }
}

/// What a data plane is made of.
#[derive(Clone)]
pub struct DataPlaneSource {
    /// The weights.
    pub snapshot: Arc<Snapshot>,
    /// The latent plane whose lattice is mapped.
    pub plane: Arc<Plane>,
    /// Points that are reconstructed.
    pub points: Split,
    /// What is seen.
    pub bounds: DataBounds,
    /// What is made.
    pub layers: DataPlaneLayers,
    /// Whether draws of a prior decode to samples.
    pub has_prior: bool,
}

impl DataPlaneSource {
    /// Whether both give the same.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.snapshot, &other.snapshot)
            && Arc::ptr_eq(&self.plane, &other.plane)
            && self.points.same(&other.points)
            && (self.bounds, self.layers, self.has_prior) == (other.bounds, other.layers, other.has_prior)
    }
}

/// From one place to another.
pub type Arrow = [[f32; 2]; 2];

/// What is drawn of one model; what was not asked for or the model does not have is empty.
#[derive(Clone, Debug, Default)]
pub struct DataPlane {
    /// The step of the weights.
    pub step: u64,
    /// Samples, [`SAMPLES`] of them.
    pub samples: Vec<[f32; 2]>,
    /// From a sample along what a step of the generator would move it by; the longest is [`LONGEST_ARROW`].
    pub arrows: Vec<Arrow>,
    /// From a point to its reconstruction.
    pub reconstructions: Vec<Arrow>,
    /// The lines of the mapped lattice.
    pub grid: Vec<Vec<[f32; 2]>>,
    /// The critic's values.
    pub field: Option<CriticField>,
    /// How long it took to make.
    pub took: Duration,
}

impl DataPlane {
    /// Makes it: some tens of milliseconds for the dense presets.
    pub fn of(source: &DataPlaneSource) -> Self {
        let DataPlaneSource { snapshot, layers, bounds, .. } = source;
        let (began, scratch) = (Instant::now(), &mut Scratch::default());
        let mut made = Self { step: snapshot.step, ..Self::default() };
        if source.has_prior && (layers.samples || layers.arrows) {
            let latents = snapshot.draws(0, Purpose::Sample, 0, SAMPLES);
            made.samples = places(snapshot, &latents, scratch);
        }
        if let Some(critic) = &snapshot.critic {
            if layers.arrows {
                let from = &made.samples[..made.samples.len().min(ARROWS)];
                made.arrows = arrows(from, &descent(critic, from, scratch), LONGEST_ARROW * bounds.side());
            }
            if layers.field {
                made.field = CriticField::of(critic, *bounds, FIELD_SIDE, scratch);
            }
        }
        if !layers.samples {
            made.samples.clear();
        }
        if layers.grid {
            made.grid = GRID.of(snapshot, &source.plane);
        }
        if layers.reconstructions {
            made.reconstructions = reconstructions(snapshot, &source.points, scratch);
        }
        made.took = began.elapsed();
        made
    }
}

/// Directions as arrows of which the longest has a length.
fn arrows(from: &[[f32; 2]], along: &[[f32; 2]], longest: f32) -> Vec<Arrow> {
    let length = along.iter().map(|[x, y]| x.hypot(*y)).filter(|length| length.is_finite()).fold(0.0, f32::max);
    if length <= 0.0 {
        return Vec::new();
    }
    let scale = longest / length;
    from.iter().zip(along).map(|([x, y], [dx, dy])| [[*x, *y], [x + scale * dx, y + scale * dy]]).collect()
}

/// The first points with what the decoder makes of their posteriors' means.
fn reconstructions(snapshot: &Snapshot, points: &Split, scratch: &mut Scratch) -> Vec<Arrow> {
    let Some(encoder) = &snapshot.encoder else { return Vec::new() };
    let indices: Vec<usize> = (0..points.count().min(RECONSTRUCTIONS)).collect();
    let from = points.gather(&indices);
    let codes = encoder.evaluate(&from, indices.len(), scratch).to_vec();
    let means: Vec<f32> =
        codes.chunks_exact(2 * snapshot.latent.max(1)).flat_map(|code| &code[..snapshot.latent]).copied().collect();
    let to = places(snapshot, &means, scratch);
    from.chunks_exact(2).zip(to).map(|(from, to)| [[from[0], from[1]], to]).collect()
}
