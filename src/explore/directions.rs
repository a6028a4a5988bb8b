//! What a small step on the plane changes in the image: the decoder's tangents along the plane's two directions.

use super::plane::Plane;
use crate::snapshot::{Snapshot, TangentScratch};
use std::sync::Arc;

/// A place of a plane whose directions are looked at.
#[derive(Clone, Debug)]
pub struct DirectionRequest {
    /// The weights.
    pub snapshot: Arc<Snapshot>,
    /// The latent, `[snapshot.latent]`.
    pub latent: Vec<f32>,
    /// The plane.
    pub plane: Arc<Plane>,
}

/// How the image changes there, in pixel values (0 to 1) a unit of the plane.
#[derive(Clone, Debug)]
pub struct Directions {
    /// What was looked at.
    pub request: DirectionRequest,
    /// With a step to the right, `[image.values()]`.
    pub right: Vec<f32>,
    /// With a step upwards, `[image.values()]`.
    pub up: Vec<f32>,
}

impl Directions {
    /// Both changes; `None` where the plane is none of the network's.
    pub fn of(request: &DirectionRequest, scratch: &mut TangentScratch) -> Option<Self> {
        let DirectionRequest { snapshot, latent, plane } = request;
        if plane.latent() != snapshot.latent || latent.len() != snapshot.latent {
            return None;
        }
        let pushed = snapshot.decoder.push_forward(latent, &[&plane.u, &plane.v], 1, scratch);
        let (right, up) = pushed.tangents.split_at(pushed.values.len());
        Some(Self { request: request.clone(), right: right.to_vec(), up: up.to_vec() })
    }

    /// The largest change of a pixel.
    pub fn largest(&self) -> f32 {
        self.right.iter().chain(&self.up).map(|change| change.abs()).filter(|x| x.is_finite()).fold(0.0, f32::max)
    }
}
