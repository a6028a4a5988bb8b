//! How far an encoder falls short: the gap between log p(x) and the ELBO (Cremer, Li and Duvenaud 2018).

use super::evidence_error::EvidenceError;
use super::grid::{EvidenceGrid, Fineness, Integrated};
use super::pixel_density::PixelDensity;
use super::posteriors::PlaneNormal;
use crate::snapshot::Scratch;
use rayon::prelude::*;

/// What is known of one image's evidence, in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImageEvidence {
    /// log p(x), by integration over the plane.
    pub log_p: f64,
    /// E_q[log p(x|z)] − KL(q(z|x) ‖ p(z)).
    pub elbo: f64,
    /// Whether coarser integrations give the same log p(x).
    pub is_settled: bool,
}

impl ImageEvidence {
    /// KL(q(z|x) ‖ p(z|x)) = log p(x) − ELBO.
    pub fn gap(&self) -> f64 {
        self.log_p - self.elbo
    }
}

/// The ELBO of one image under `posterior`, in nats, its expectation by a quadrature of decoded places.
pub fn elbo(density: &PixelDensity, posterior: &PlaneNormal, image: &[f32], scratch: &mut Scratch) -> f64 {
    let nodes = posterior.nodes();
    let latents: Vec<f32> = nodes.iter().flat_map(|(place, _)| place.map(|z| z as f32)).collect();
    let outputs = density.decode(&latents, nodes.len(), scratch);
    let terms = outputs.chunks_exact(density.pixels()).zip(&nodes);
    let expectation: f64 = terms.map(|(output, (_, weight))| weight * density.log_likelihood(output, image)).sum();
    expectation - posterior.kl()
}

/// log p(x) and ELBO of each of `images` (`[count, pixels]`) under the `posteriors` of a density of two dimensions, in the
/// pool that it is called in; the bits do not depend on its threads.
///
/// `go_on` receives how many images have been done since, twice for each: where it gives false the work ends.
///
/// # Errors
/// If the density is not of two dimensions, `go_on` gives false, or an image has no finite density.
pub fn inference_gaps(
    density: &PixelDensity,
    posteriors: &[PlaneNormal],
    images: &[f32],
    fineness: Fineness,
    go_on: &(dyn Fn(u64) -> bool + Sync),
) -> Result<Vec<ImageEvidence>, EvidenceError> {
    let grid = EvidenceGrid::covering(density, posteriors, fineness)?;
    let integrated = grid.integrate(images, go_on)?;
    let pairs = images.par_chunks_exact(density.pixels()).zip(posteriors).zip(&integrated).enumerate();
    let one = |scratch: &mut Scratch, (index, ((image, posterior), found)): (usize, ((&[f32], _), &Integrated))| {
        let elbo = elbo(density, posterior, image, scratch);
        if !go_on(1) {
            return Err(EvidenceError::Interrupted);
        }
        let evidence = ImageEvidence { log_p: found.log_p, elbo, is_settled: found.is_settled };
        if elbo.is_finite() { Ok(evidence) } else { Err(EvidenceError::NotFinite { image: index }) }
    };
    pairs.with_max_len(4).map_init(Scratch::default, one).collect()
}
