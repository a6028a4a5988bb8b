//! The plane that a model is looked at by until its user chooses another.

use super::plane::Plane;
use crate::dataset::Split;
use crate::snapshot::{Scratch, Snapshot};

/// Test images that decide which dimensions carry most.
const IMAGES: usize = 2000;

/// The space itself for two dimensions; else the two dimensions of highest KL of a VAE on `test`, or two seeded random
/// directions where there is no encoder or no test set.
pub fn default_plane(snapshot: &Snapshot, seed: u64, test: Option<&Split>) -> Plane {
    match (&snapshot.encoder, test) {
        _ if snapshot.latent <= 2 => Plane::random(snapshot.latent, seed),
        (Some(_), Some(test)) => Plane::of_highest_kl(&kl_per_dimension(snapshot, test)),
        _ => Plane::random(snapshot.latent, seed),
    }
}

/// Mean KL(q(z|x) ‖ p(z)) of each dimension over the first test images, `[latent]`, in nats.
fn kl_per_dimension(snapshot: &Snapshot, test: &Split) -> Vec<f32> {
    let mut kl = vec![0.0; snapshot.latent];
    let Some(encoder) = &snapshot.encoder else { return kl };
    let mut scratch = Scratch::default();
    let count = test.count().min(IMAGES);
    let indices: Vec<usize> = (0..count).collect();
    for chunk in indices.chunks(200) {
        let posterior = encoder.evaluate(&test.gather(chunk), chunk.len(), &mut scratch);
        for row in posterior.chunks_exact(2 * snapshot.latent) {
            let (mean, log_variance) = row.split_at(snapshot.latent);
            for ((kl, mean), log_variance) in kl.iter_mut().zip(mean).zip(log_variance) {
                *kl += 0.5 * (mean * mean + log_variance.exp() - 1.0 - log_variance) / count as f32;
            }
        }
    }
    kl
}
