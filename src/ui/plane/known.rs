//! What is known of the models' planes: what the panels draw from.

use crate::explore::anchors::Anchors;
use crate::explore::codes::{DimensionEffects, PointMap};
use crate::explore::data_plane::DataPlane;
use crate::explore::directions::Directions;
use crate::explore::drawn::DrawnFound;
use crate::explore::encoded::EncodedPoints;
use crate::explore::field::FieldGrid;
use crate::explore::path::PathMade;
use crate::explore::plane::Plane;
use crate::explore::posterior::{PlacedImages, WorstEncoded};
use crate::explore::tiles::{AtlasLimits, TileGrid};
use crate::explore::viewer::{LookFound, NearestFound};
use crate::gpu::OnDevice;
use crate::model::{ModelId, PerModel};
use crate::ui::latent::known::AnchorPictures;
use crate::ui::points::known::SelectionView;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of one model's plane.
#[derive(Clone, Default)]
pub struct PlaneView {
    /// Where it lies.
    pub plane: Option<Arc<Plane>>,
    /// Its newest tiles that the CPU decoded.
    pub tiles: Option<Arc<TileGrid>>,
    /// Its newest encoded points; a model without an encoder has none.
    pub points: Option<Arc<EncodedPoints>>,
    /// The newest images along the line, that the CPU decoded.
    pub line: Option<Arc<TileGrid>>,
    /// The newest path over it that is made.
    pub path: Option<Arc<PathMade>>,
    /// Where on that the cursor was put last, 0 to 1.
    pub path_part: Option<f32>,
    /// What it made of a latent last.
    pub found: Option<Arc<LookFound>>,
    /// What steps change in its image, as found last.
    pub directions: Option<Arc<Directions>>,
    /// What it made of a drawing last, where that is too much for a frame.
    pub drawn: Option<Arc<DrawnFound>>,
    /// Its newest fields, by their ids.
    pub fields: BTreeMap<&'static str, Arc<FieldGrid>>,
    /// The images that its encoder serves worst, as they were measured last.
    pub worst: Option<Arc<WorstEncoded>>,
    /// How far that is being measured anew, 0 to 1.
    pub gaps_measured: Option<f32>,
    /// The places of images, where it has no encoder and they are looked for.
    pub placed: Option<Arc<PlacedImages>>,
    /// The share of the images that no place reproduced, by steps.
    pub coverage: Arc<Vec<(u64, f32)>>,
    /// Where the window's device decodes.
    pub on_device: Option<OnDevice>,
    /// What it has learned of points, drawn among its data.
    pub data_plane: Option<Arc<DataPlane>>,
    /// Latents that a person has marked.
    pub anchors: Anchors,
    /// What it makes of them.
    pub anchored: Option<Arc<AnchorPictures>>,
    /// How much each of its dimensions changes the image.
    pub effects: Option<Arc<DimensionEffects>>,
    /// The newest map of its points of each kind.
    pub maps: [Option<Arc<PointMap>>; 2],
    /// How far the map is that is being made, in [0, 1].
    pub map_progress: Option<f32>,
}

impl PlaneView {
    /// The step of the weights that its tiles are of.
    pub fn tiles_step(&self) -> Option<u64> {
        OnDevice::step_of(self.on_device).or_else(|| self.tiles.as_ref().map(|tiles| tiles.step))
    }
}

/// What is known of all planes.
#[derive(Clone, Default)]
pub struct PlanesView {
    /// The planes of the models that are looked at.
    pub models: PerModel<PlaneView>,
    /// How large a texture with tiles may be.
    pub limits: AtlasLimits,
    /// The training image nearest to A's output.
    pub nearest: Option<Arc<NearestFound>>,
    /// The test images that are selected.
    pub selection: SelectionView,
}

impl PlanesView {
    /// What is known of a model's plane.
    pub fn get(&self, model: ModelId) -> Option<&PlaneView> {
        self.models.get(model)
    }
}
