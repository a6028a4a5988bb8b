//! p(z|x) of the image that is looked at, and how far the encoder's q(z|x) is from it.

use super::{FieldFigure, FieldScratch, FieldSource, FieldValues, HeatTable};
use crate::explore::plane::Plane;
use crate::explore::posterior::EvidenceTable;
use crate::snapshot::Snapshot;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is kept for one image after another.
#[derive(Default)]
pub(super) struct KeptTables {
    heat: Option<Arc<HeatTable>>,
    evidence: Option<KeptEvidence>,
}

struct KeptEvidence {
    snapshot: Arc<Snapshot>,
    plane: Arc<Plane>,
    table: EvidenceTable,
    /// What an image took at most.
    took: Duration,
}

impl KeptEvidence {
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
    let kept = scratch.posterior.heat.take().filter(|table| table.is_of(source));
    let table = match kept {
        Some(table) => table,
        None => Arc::new(HeatTable::decode(source, go_on)?),
    };
    scratch.posterior.heat.insert(table).heat(image)
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
            KeptEvidence { snapshot, plane, table, took: Duration::ZERO }
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
    Some(FieldValues { figures, image: Some(image.clone()), least_cost, ..FieldValues::default() })
}
