//! What can be asked of the viewer, and when a newer request makes an older one pointless.

use super::slot::Request;
use crate::dataset::Split;
use crate::explore::coloring::ColoringRequest;
use crate::explore::directions::DirectionRequest;
use crate::explore::drawn::Drawn;
use crate::explore::field::{FieldSource, POSTERIOR, PlaneField};
use crate::explore::nearest::Nearest;
use crate::explore::plane::Plane;
use crate::explore::tiles::{AtlasLimits, Lattice};
use crate::nn::operations::DrawTrace;
use crate::snapshot::Snapshot;
use std::sync::Arc;

/// Tiles of a plane, by one model's weights.
#[derive(Clone, Debug)]
pub struct TileRequest {
    /// The weights.
    pub snapshot: Arc<Snapshot>,
    /// The plane.
    pub plane: Arc<Plane>,
    /// Which latents of it.
    pub lattice: Lattice,
    /// How large the atlas may be.
    pub limits: AtlasLimits,
}

/// Test images as a model's encoder sees them. It evaluates every one of them: a slice costs little, all of them are asked for seldom.
#[derive(Clone, Debug)]
pub struct PointsRequest {
    /// The weights.
    pub snapshot: Arc<Snapshot>,
    /// The plane to lay them onto; with the same weights only this is done anew.
    pub plane: Arc<Plane>,
    /// The images.
    pub split: Split,
    /// Which of them: their places in the split, rising.
    pub images: Arc<[u32]>,
    /// What they are coloured by; with the same weights only this is done anew.
    pub coloring: Arc<ColoringRequest>,
}

/// Test images in the plane of a decoder without an encoder.
#[derive(Clone, Debug)]
pub struct PlacesRequest {
    /// The decoder, the plane, and the images: as for points.
    pub points: PointsRequest,
    /// A model whose reconstructions say from which error on an image is missed.
    pub beside: Option<Arc<Snapshot>>,
}

/// A latent, and the weights that it is looked at with.
#[derive(Clone, Debug)]
pub struct Look {
    /// The weights.
    pub snapshot: Arc<Snapshot>,
    /// The latent, `[snapshot.latent]`.
    pub latent: Vec<f32>,
}

/// The training image that is nearest to what a model makes of a latent.
#[derive(Clone, Debug)]
pub struct NearestRequest {
    /// What is looked at.
    pub look: Arc<Look>,
    /// Where to search.
    pub split: Split,
}

/// A field over a plane.
#[derive(Clone)]
pub struct FieldRequest {
    /// Which.
    pub field: &'static PlaneField,
    /// What it is made of.
    pub source: FieldSource,
}

/// The answer to a [`NearestRequest`].
#[derive(Clone, Debug)]
pub struct NearestFound {
    /// What was looked at.
    pub look: Arc<Look>,
    /// What is nearest to it.
    pub nearest: Nearest,
}

/// What a model makes of a latent.
#[derive(Clone, Debug)]
pub struct LookFound {
    /// What was looked at.
    pub look: Arc<Look>,
    /// The latent, and what each of the decoder's operations gave for it; the last one is the image.
    pub values: Vec<Arc<[f32]>>,
    /// How the image was drawn, where the decoder can say it.
    pub trace: Option<Arc<DrawTrace>>,
}

impl LookFound {
    /// The image, `[image.values()]` in [0, 1].
    pub fn image(&self) -> Option<&Arc<[f32]>> {
        self.values.last()
    }
}

impl PointsRequest {
    /// Whether an older request has the same encoding: laid onto another plane it need not be made again.
    pub(super) fn has_encoding_of(&self, older: &Self) -> bool {
        Arc::ptr_eq(&self.snapshot, &older.snapshot) && !self.supersedes(older)
    }
}

impl Request for TileRequest {
    fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.snapshot, &other.snapshot) && !self.supersedes(other)
    }

    /// Tiles of another place are abandoned; tiles of older weights are finished, or there would never be any while the
    /// weights come faster than the tiles.
    fn supersedes(&self, running: &Self) -> bool {
        self.lattice != running.lattice || self.plane != running.plane || self.limits != running.limits
    }
}

impl Request for PointsRequest {
    fn same(&self, other: &Self) -> bool {
        let alike = self.plane == other.plane && Arc::ptr_eq(&self.coloring, &other.coloring);
        Arc::ptr_eq(&self.snapshot, &other.snapshot) && alike && !self.supersedes(other)
    }

    fn supersedes(&self, running: &Self) -> bool {
        self.images != running.images || !self.split.same(&running.split)
    }
}

impl PlacesRequest {
    /// Whether an older request has the same places: laid onto another plane they need not be looked for again.
    pub(super) fn has_places_of(&self, older: &Self) -> bool {
        self.points.has_encoding_of(&older.points) && self.same_beside(older)
    }

    fn same_beside(&self, other: &Self) -> bool {
        match (&self.beside, &other.beside) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        }
    }
}

impl Request for PlacesRequest {
    fn same(&self, other: &Self) -> bool {
        self.points.same(&other.points) && self.same_beside(other)
    }

    fn supersedes(&self, running: &Self) -> bool {
        self.points.supersedes(&running.points)
    }
}

impl Request for Arc<Look> {
    fn same(&self, other: &Self) -> bool {
        Self::ptr_eq(self, other) || (Arc::ptr_eq(&self.snapshot, &other.snapshot) && self.latent == other.latent)
    }

    /// One image is quickly made: it is finished.
    fn supersedes(&self, _: &Self) -> bool {
        false
    }
}

impl Request for DirectionRequest {
    fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.snapshot, &other.snapshot) && self.latent == other.latent && self.plane == other.plane
    }

    /// Two tangents are quickly made: they are finished.
    fn supersedes(&self, _: &Self) -> bool {
        false
    }
}

impl Request for Arc<Drawn> {
    fn same(&self, other: &Self) -> bool {
        Self::ptr_eq(self, other) || Drawn::same(self, other)
    }

    /// One image is quickly made: it is finished.
    fn supersedes(&self, _: &Self) -> bool {
        false
    }
}

impl Request for FieldRequest {
    fn same(&self, other: &Self) -> bool {
        self.field.id == other.field.id && self.source.same(&other.source)
    }

    /// What is of another plane, of another image or of cells of another size is abandoned; what is of older weights or lies beside is finished,
    /// or there would never be any while the weights or the view move faster. So is heat of another image: what is decoded for
    /// it serves every one.
    fn supersedes(&self, running: &Self) -> bool {
        self.source.plane != running.source.plane
            || self.source.lattice.cell != running.source.lattice.cell
            || (self.field.id != POSTERIOR.id && !self.source.same_image(&running.source))
    }
}

impl Request for NearestRequest {
    fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.look, &other.look) && !self.supersedes(other)
    }

    /// A search takes a frame or two: it is finished, so that the answer follows a cursor that never rests.
    fn supersedes(&self, running: &Self) -> bool {
        !self.split.same(&running.split)
    }
}
