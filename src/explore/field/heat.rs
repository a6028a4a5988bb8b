//! p(z|x) of one image after another over the same places: they are decoded once, and each image takes one product with them.

use super::{FieldFigure, FieldGrid, FieldSource, FieldValues};
use crate::explore::plane::Plane;
use crate::explore::posterior::{PlaneSlice, PosteriorImage, PosteriorTable};
use crate::explore::tiles::fresh_id;
use crate::metrics::{PLACE_SIGMA, PixelDensity};
use crate::snapshot::{Likelihood, Snapshot};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The decoded places of a plane, by one model's weights.
pub struct HeatTable {
    snapshot: Arc<Snapshot>,
    plane: Arc<Plane>,
    table: PosteriorTable,
    /// What it took to make.
    took: Duration,
}

impl HeatTable {
    /// Decodes the places of a source; a decoder that has no likelihood of its own is looked at under normal pixels. `None`
    /// where `go_on` says no, or the plane is none of the decoder's.
    pub(super) fn decode(source: &FieldSource, go_on: &mut dyn FnMut() -> bool) -> Option<Self> {
        let began = Instant::now();
        let likelihood = source.snapshot.likelihood.unwrap_or(Likelihood::Gaussian { sigma: PLACE_SIGMA });
        let density = PixelDensity::new(&source.snapshot, likelihood).ok()?;
        let slice = PlaneSlice::new(&density, &source.plane).ok()?;
        let table = PosteriorTable::decode(slice, source.lattice, go_on)?;
        let (snapshot, plane) = (source.snapshot.clone(), source.plane.clone());
        Some(Self { snapshot, plane, table, took: began.elapsed() })
    }

    /// Whether these are the places of a source. Larger cells stand for a lattice that would be too much for memory.
    pub(super) fn is_of(&self, source: &FieldSource) -> bool {
        let same_weights = Arc::ptr_eq(&self.snapshot, &source.snapshot);
        same_weights && self.plane == source.plane && self.table.asked == source.lattice
    }

    /// The plane that the places lie on.
    pub fn plane(&self) -> &Arc<Plane> {
        &self.plane
    }

    /// Decoded values: an image's heat takes one multiplication of each.
    pub fn decoded_values(&self) -> usize {
        self.table.decoded_values()
    }

    /// The density p(z|x) over the plane; `None` of an image of another size, or one that has no finite density.
    pub(super) fn heat(self: &Arc<Self>, image: &PosteriorImage) -> Option<FieldValues> {
        let posterior = self.table.posterior(&image.image)?;
        let value = |position| posterior.density_at(position).unwrap_or(f32::NAN);
        let of_all = FieldValues::of(self.table.asked.middles().into_iter().map(value).collect());
        let mut figures = Vec::new();
        if self.snapshot.likelihood.is_none() {
            figures.push(FieldFigure { name: "pixel_sigma", value: (f64::from(PLACE_SIGMA) * 1e4).round() / 1e4 });
        }
        Some(FieldValues {
            range: [0.0, of_all.range[1]],
            figures,
            image: Some(image.clone()),
            table: Arc::downgrade(self),
            least_cost: self.took,
            ..of_all
        })
    }

    /// The same as a field of its own.
    pub fn grid(self: &Arc<Self>, image: &PosteriorImage) -> Option<FieldGrid> {
        let values = self.heat(image)?;
        let (step, lattice, took) = (self.snapshot.step, self.table.asked, values.least_cost);
        Some(FieldGrid { id: fresh_id(), step, lattice, values, took })
    }
}

impl std::fmt::Debug for HeatTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HeatTable").field("asked", &self.table.asked).finish_non_exhaustive()
    }
}
