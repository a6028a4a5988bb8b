//! The plane that a model is looked at by until its user chooses another.

use super::encoded::Encoding;
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
        (Some(_), Some(test)) => match Encoding::of(snapshot, test, IMAGES, &mut Scratch::default(), &mut || true) {
            Some(encoding) => Plane::of_highest_kl(&encoding.kl_per_dimension),
            None => Plane::of_axes(snapshot.latent, 0, 1),
        },
        _ => Plane::random(snapshot.latent, seed),
    }
}
