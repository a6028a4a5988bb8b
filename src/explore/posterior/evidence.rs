//! log p(x), ELBO and the gap between them, of images that come one by one: a table of decoded cells is kept for them.

use super::slice::PlaneSlice;
use crate::explore::plane::Plane;
use crate::metrics::{
    EvidenceError, EvidenceGrid, Fineness, ImageEvidence, KeptCells, PlaneNormal, VaeDensity, elbo, inference_gaps,
};
use crate::snapshot::{Scratch, Snapshot};
use rayon::prelude::*;

/// What a kept table may take, in bytes; its cells are fewer where they would take more.
const MOST_BYTES: usize = 64 << 20;

/// Cells grow with what they have to reach so often; then they begin anew.
const MOST_REACHED: usize = 8;

/// A VAE on a plane, and the decoded cells that images are integrated over.
pub struct EvidenceTable {
    density: VaeDensity,
    slice: PlaneSlice,
    kept: Option<KeptCells>,
    /// Posteriors that the cells were made to reach.
    reached: Vec<PlaneNormal>,
}

/// What is known of one image on a plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SliceEvidence {
    /// log p(x), ELBO and their gap, in nats.
    pub evidence: ImageEvidence,
    /// q(z|x) on the plane: positions are counted from the plane's own 0.
    pub posterior: PlaneNormal,
    /// Whether all of it is given that z lies on the plane, which is less than the whole space.
    pub is_part: bool,
}

impl EvidenceTable {
    /// A VAE on a plane; nothing is decoded yet.
    ///
    /// # Errors
    /// If the snapshot is of no VAE, or of another latent space than the plane.
    pub fn new(snapshot: &Snapshot, plane: &Plane) -> Result<Self, EvidenceError> {
        let density = VaeDensity::new(snapshot)?;
        let slice = PlaneSlice::new(&density, plane)?;
        Ok(Self { density, slice, kept: None, reached: Vec::new() })
    }

    /// The decoder on the plane.
    pub fn slice(&self) -> &PlaneSlice {
        &self.slice
    }

    /// What is known of `image` (`[pixels]`); cells that were decoded for one before serve again.
    ///
    /// # Errors
    /// If `go_on` (asked between a few thousand decodes) gave false, the image is of another size, or has no finite density.
    pub fn of_image(&mut self, image: &[f32], go_on: &mut dyn FnMut() -> bool) -> Result<SliceEvidence, EvidenceError> {
        if image.len() != self.density.pixels() {
            return Err(EvidenceError::NotFinite { image: 0 });
        }
        let mut scratch = Scratch::default();
        let posterior = self.slice.normal(&self.density.posterior(image, &mut scratch));
        if !posterior.is_finite() {
            return Err(EvidenceError::NotFinite { image: 0 });
        }
        let density = &self.slice.density;
        let kept = match self.kept.take().filter(|kept| kept.cover(&posterior)) {
            Some(kept) => kept,
            None => {
                if self.reached.len() >= MOST_REACHED {
                    self.reached.clear();
                }
                self.reached.push(posterior);
                let grid = EvidenceGrid::covering(density, &self.reached, self.fineness())?;
                grid.keep(go_on).ok_or(EvidenceError::Interrupted)?
            }
        };
        let found = EvidenceGrid::integrate_one(density, &kept, image);
        self.kept = Some(kept);
        let found = found?;
        if !go_on() {
            return Err(EvidenceError::Interrupted);
        }
        let elbo = elbo(density, &posterior, image, &mut scratch);
        let evidence = ImageEvidence { log_p: found.log_p, elbo, is_settled: found.is_settled };
        Ok(self.counted(evidence, posterior))
    }

    /// What is known of each of `images` (`[count, pixels]`), in the pool that it is called in.
    ///
    /// # Errors
    /// If `go_on`, which receives how many images have been done since (twice for each), gave false, or one has no finite
    /// density.
    pub fn of_images(
        &self,
        images: &[f32],
        go_on: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<Vec<SliceEvidence>, EvidenceError> {
        let posterior =
            |scratch: &mut Scratch, image: &[f32]| self.slice.normal(&self.density.posterior(image, scratch));
        let posteriors: Vec<PlaneNormal> =
            images.par_chunks_exact(self.density.pixels()).map_init(Scratch::default, posterior).collect();
        let found = inference_gaps(&self.slice.density, &posteriors, images, Fineness::default(), go_on)?;
        Ok(found.into_iter().zip(posteriors).map(|(evidence, posterior)| self.counted(evidence, posterior)).collect())
    }

    fn counted(&self, evidence: ImageEvidence, posterior: PlaneNormal) -> SliceEvidence {
        let [x, y] = self.slice.middle.map(f64::from);
        let mean = [posterior.mean[0] + x, posterior.mean[1] + y];
        SliceEvidence { evidence, posterior: PlaneNormal { mean, ..posterior }, is_part: self.slice.is_part }
    }

    fn fineness(&self) -> Fineness {
        let usual = Fineness::default();
        let most = MOST_BYTES / (size_of::<f32>() * self.density.pixels().max(1));
        let side = (most as f64).sqrt() as usize / 2 * 2;
        Fineness { side: usual.side.min(side.max(8)), ..usual }
    }
}
