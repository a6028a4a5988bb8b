//! The plane that a model is looked at by until its user chooses another.

use super::encoded::Encoding;
use super::plane::Plane;
use crate::dataset::Split;
use crate::random::Purpose;
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
        _ => plane_without_codes(snapshot, seed),
    }
}

/// The plane of a model that encodes nothing: the space itself for two dimensions, else along two seeded random directions
/// through 0. Where an image is drawn step by step through a seeded draw instead: there 0 is no image that the model draws, but
/// each step's likeliest outcome.
pub fn plane_without_codes(snapshot: &Snapshot, seed: u64) -> Plane {
    let plane = Plane::random(snapshot.latent, seed);
    if snapshot.latent <= 2 || !snapshot.is_traced() {
        return plane;
    }
    let draw = snapshot.draws(seed, Purpose::Plane, 1, 1);
    Plane::new(draw, plane.u, plane.v)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::ImageShape;
    use crate::model::{Config, Model};

    #[test]
    fn planes_of_what_draws_in_steps_lie_through_a_draw_and_those_of_generators_through_zero() {
        let plane = |preset: &str, seed: u64| {
            let config = Config::preset(preset).unwrap().with("latent", 30u64).unwrap();
            let snapshot = Model::new(&config, ImageShape::grey(5, 6)).unwrap().snapshot(0).unwrap();
            default_plane(&snapshot, seed, None)
        };
        assert!(plane("gan-dense", 3).origin.iter().all(|z| *z == 0.0));
        let (first, other) = (plane("made", 3), plane("made", 4));
        let length = first.origin.iter().map(|z| z * z).sum::<f32>().sqrt();
        assert!((3.5..7.5).contains(&length) && first.origin != other.origin, "{length}");
        assert!(first.is_valid(30) && plane("made", 3) == first);
    }
}
