//! The images that an encoder serves worst.

use super::evidence::EvidenceTable;
use crate::dataset::Split;
use crate::explore::plane::Plane;
use crate::metrics::{EvidenceError, ImageEvidence};
use crate::snapshot::Snapshot;

/// Images that are named.
const NAMED: usize = 10;

/// How far an encoder falls short on some images, and where most.
#[derive(Clone, Debug)]
pub struct WorstEncoded {
    /// The step of the weights.
    pub step: u64,
    /// Images that were looked at: the first ones of their split.
    pub images: usize,
    /// The mean of KL(q(z|x) ‖ p(z|x)) over them, in nats.
    pub mean_gap: f64,
    /// Whether all of it is given that z lies on the plane, which is less than the whole space.
    pub is_part: bool,
    /// The places of the worst ones in the split, and what is known of them, the worst first.
    pub worst: Vec<(usize, ImageEvidence)>,
}

impl WorstEncoded {
    /// Looks at the first `count` images of a split, in the pool that it is called in.
    ///
    /// # Errors
    /// If the snapshot is of no VAE on such images, `go_on` (which receives how many images are done, twice for each) gave
    /// false, or an image has no finite density.
    pub fn of(
        snapshot: &Snapshot,
        plane: &Plane,
        split: &Split,
        count: usize,
        go_on: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<Self, EvidenceError> {
        let table = EvidenceTable::new(snapshot, plane)?;
        let count = if split.shape() == snapshot.image { count.min(split.count()) } else { 0 };
        let pixels = split.gather(&(0..count).collect::<Vec<_>>());
        let found = table.of_images(&pixels, go_on)?;
        let mean_gap = found.iter().map(|one| one.evidence.gap()).sum::<f64>() / found.len().max(1) as f64;
        let mut worst: Vec<_> = found.iter().map(|one| one.evidence).enumerate().collect();
        worst.sort_by(|(_, a), (_, b)| b.gap().total_cmp(&a.gap()));
        worst.truncate(NAMED);
        Ok(Self { step: snapshot.step, images: count, mean_gap, is_part: table.slice().is_part, worst })
    }
}
