//! p(z|x) of the image that is looked at, and how far the encoder's q(z|x) is from it.

use super::{FieldFigure, FieldScratch, FieldSource, FieldValues};
use crate::explore::plane::Plane;
use crate::explore::posterior::{EvidenceTable, PLACE_SIGMA, PlaneSlice, PosteriorTable};
use crate::metrics::PixelDensity;
use crate::snapshot::{Likelihood, Snapshot};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Tables of decoded places, kept for one image after another.
#[derive(Default)]
pub(super) struct KeptTables {
    heat: Option<Kept<PosteriorTable>>,
    evidence: Option<Kept<EvidenceTable>>,
}

struct Kept<T> {
    snapshot: Arc<Snapshot>,
    plane: Arc<Plane>,
    table: T,
    /// What it took to make.
    took: Duration,
}

impl<T> Kept<T> {
    fn is_of(&self, source: &FieldSource) -> bool {
        Arc::ptr_eq(&self.snapshot, &source.snapshot) && self.plane == source.plane
    }
}

/// The density p(z|x) over the plane: of a decoder that has no likelihood of its own, under normal pixels.
pub(super) fn density(
    source: &FieldSource,
    scratch: &mut FieldScratch,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<FieldValues> {
    let image = source.image.as_ref()?;
    let kept = scratch.posterior.heat.take().filter(|kept| kept.is_of(source));
    // A lattice of larger cells stands for one that would be too much for memory.
    let kept = kept.filter(|kept| kept.table.asked == source.lattice);
    let kept = match kept {
        Some(kept) => kept,
        None => {
            let began = Instant::now();
            let likelihood = source.snapshot.likelihood.unwrap_or(Likelihood::Gaussian { sigma: PLACE_SIGMA });
            let density = PixelDensity::new(&source.snapshot, likelihood).ok()?;
            let slice = PlaneSlice::new(&density, &source.plane).ok()?;
            let table = PosteriorTable::decode(slice, source.lattice, go_on)?;
            let (snapshot, plane) = (source.snapshot.clone(), source.plane.clone());
            Kept { snapshot, plane, table, took: began.elapsed() }
        }
    };
    let posterior = kept.table.posterior(&image.image);
    let least_cost = kept.took;
    scratch.posterior.heat = Some(kept);
    let posterior = posterior?;
    let value = |position| posterior.density_at(position).unwrap_or(f32::NAN);
    let values = source.lattice.middles().into_iter().map(value).collect();
    let of_all = FieldValues::of(values);
    let mut figures = Vec::new();
    if source.snapshot.likelihood.is_none() {
        figures.push(FieldFigure { name: "pixel_sigma", value: (f64::from(PLACE_SIGMA) * 1e4).round() / 1e4 });
    }
    let range = [0.0, of_all.range[1]];
    Some(FieldValues { range, figures, subject: Some(image.subject), least_cost, ..of_all })
}

/// log p(x), the ELBO and the gap between them, as figures alone.
pub(super) fn evidence(
    source: &FieldSource,
    scratch: &mut FieldScratch,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<FieldValues> {
    let image = source.image.as_ref()?;
    let mut kept = match scratch.posterior.evidence.take().filter(|kept| kept.is_of(source)) {
        Some(kept) => kept,
        None => {
            let table = EvidenceTable::new(&source.snapshot, &source.plane).ok()?;
            let (snapshot, plane) = (source.snapshot.clone(), source.plane.clone());
            Kept { snapshot, plane, table, took: Duration::ZERO }
        }
    };
    let began = Instant::now();
    let found = kept.table.of_image(&image.image, go_on);
    kept.took = kept.took.max(began.elapsed());
    let least_cost = kept.took;
    scratch.posterior.evidence = Some(kept);
    let found = found.ok()?;
    let names = match found.is_part {
        true => ["log_p_slice", "elbo_slice", "gap_slice"],
        false => ["log_p", "elbo", "gap"],
    };
    let values = [found.evidence.log_p, found.evidence.elbo, found.evidence.gap()];
    let figures = names.into_iter().zip(values).map(|(name, value)| FieldFigure { name, value }).collect();
    Some(FieldValues { figures, subject: Some(image.subject), least_cost, ..FieldValues::default() })
}
