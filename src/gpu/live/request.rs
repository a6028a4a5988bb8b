//! What a place on the screen asks to have decoded.

use crate::explore::refine::TilePlace;
use crate::explore::viewport::{Area, Viewport};
use crate::gpu::image::Fit;
use crate::gpu::tiles::TileStyle;
use crate::model::ModelId;
use crate::picture::ColorMap;
use crate::snapshot::Snapshot;
use std::sync::Arc;

/// What is decoded, and how it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Decode {
    /// Tiles of a plane.
    Tiles {
        /// Which ones.
        place: TilePlace,
        /// What part of the plane is seen.
        view: Viewport,
        /// How they are drawn.
        style: TileStyle,
    },
    /// The image at a latent.
    Image {
        /// The latent.
        latent: Vec<f32>,
        /// For grey images.
        map: ColorMap,
        /// How it fills its rectangle.
        fit: Fit,
    },
    /// What an operation gives at a latent, from the buffers in which the image was computed.
    Maps {
        /// The latent.
        latent: Vec<f32>,
        /// The operation's place in the network.
        operation: usize,
        /// How they fill their rectangle.
        fit: Fit,
    },
}

impl Decode {
    /// How many tiles it is of.
    pub fn tiles(&self) -> usize {
        match self {
            Self::Tiles { place, .. } => place.lattice.columns * place.lattice.rows,
            Self::Image { .. } | Self::Maps { .. } => 0,
        }
    }
}

/// Whose decoder, and its newest weights.
#[derive(Clone, Debug)]
pub struct DecodedModel {
    /// The model.
    pub id: ModelId,
    /// Its newest weights; what is on the device may be a little older.
    pub snapshot: Arc<Snapshot>,
}

/// One place on the screen, this frame.
pub(super) struct DecodeRequest {
    pub slot: Arc<u64>,
    pub model: DecodedModel,
    pub decode: Decode,
    /// Upper left corner and size, in pixels.
    pub area: Area,
    /// Width and height of the screen, in pixels.
    pub screen: [f32; 2],
}
