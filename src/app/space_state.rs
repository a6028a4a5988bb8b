//! What is known of a model's latent space as a whole, and what it was made of.

use crate::explore::anchors::Anchors;
use crate::explore::codes::{DimensionEffects, MapKind, PointMap};
use crate::explore::encoded::Encoding;
use crate::snapshot::Snapshot;
use crate::ui::latent::known::AnchorPictures;
use std::sync::Arc;
use std::time::Instant;

/// One model's.
#[derive(Default)]
pub(super) struct SpaceState {
    /// What effects were asked of last, and when.
    pub effects_of: Option<(Arc<Snapshot>, Instant)>,
    pub effects: Option<Arc<DimensionEffects>>,
    /// What the anchors' pictures were asked of last, and when.
    pub anchored_of: Option<(AnchorSource, Instant)>,
    pub anchored: Option<Arc<AnchorPictures>>,
}

/// What the anchors' pictures are made of.
#[derive(Clone)]
pub(super) struct AnchorSource {
    pub snapshot: Arc<Snapshot>,
    pub anchors: Anchors,
    pub encoding: Option<Arc<Encoding>>,
}

impl AnchorSource {
    /// Whether the same comes of it.
    pub fn same(&self, other: &Self) -> bool {
        let encoding = |source: &Self| source.encoding.as_ref().map(Arc::as_ptr);
        Arc::ptr_eq(&self.snapshot, &other.snapshot)
            && self.anchors == other.anchors
            && encoding(self) == encoding(other)
    }
}

impl SpaceState {
    pub fn receive_effects(&mut self, effects: Option<Box<DimensionEffects>>) {
        if let Some(effects) = effects {
            self.effects = Some(Arc::new(*effects));
        }
    }

    pub fn receive_anchored(&mut self, pictures: AnchorPictures) {
        self.anchored = Some(Arc::new(pictures));
    }
}

/// The maps of a model's points.
#[derive(Default)]
pub(super) struct MapState {
    /// The codes that each map was asked of last.
    pub asked: [Option<Arc<Encoding>>; 2],
    /// The newest of each kind.
    pub made: [Option<Arc<PointMap>>; 2],
    /// Which one is being made.
    pub making: Option<MapKind>,
}

impl MapState {
    /// A map is no longer being made.
    pub fn end(&mut self) -> Option<MapKind> {
        self.making.take()
    }
}
