//! The heat of the image that is looked at, in the very frame in which it is another one.

use super::known::PlaneView;
use crate::explore::field::{FieldGrid, HeatTable, POSTERIOR};
use crate::explore::posterior::PosteriorImage;
use std::sync::{Arc, Weak};

/// Decoded values up to which heat is made in the frame itself: a millisecond or two. More of them are left to the viewer, who
/// answers a frame or more later.
const QUICK_VALUES: usize = 4 << 20;

/// Heat on the plane. An idle frame makes none: it is kept until the image or the decoded places are others.
#[derive(Default)]
pub(super) struct SubjectHeat {
    shown: Option<Arc<FieldGrid>>,
    quick: Option<QuickHeat>,
    made: u64,
}

/// What was made in a frame.
struct QuickHeat {
    table: Weak<HeatTable>,
    image: PosteriorImage,
    /// None of an image that has no finite density.
    grid: Option<Arc<FieldGrid>>,
}

impl SubjectHeat {
    /// Finds or makes the heat of an image from what the viewer gave last, for this image or another.
    pub fn follow(&mut self, known: &PlaneView, image: Option<PosteriorImage>) {
        let field = known.fields.get(POSTERIOR.id);
        self.shown = image.zip(field).and_then(|(image, field)| {
            let is_quick = |quick: &&QuickHeat| quick.image.same(&image) && quick.table.ptr_eq(&field.values.table);
            if let Some(quick) = self.quick.as_ref().filter(is_quick) {
                return quick.grid.clone();
            }
            self.quick = None;
            let of_image = field.values.image.as_ref().is_some_and(|of| of.same(&image));
            if of_image { Some(field.clone()) } else { self.make(known, field, image) }
        });
    }

    fn make(&mut self, known: &PlaneView, field: &FieldGrid, image: PosteriorImage) -> Option<Arc<FieldGrid>> {
        let on_plane = |table: &Arc<HeatTable>| known.plane.as_ref() == Some(table.plane());
        let is_small = |table: &Arc<HeatTable>| table.decoded_values() <= QUICK_VALUES;
        let table = field.values.table.upgrade().filter(|table| on_plane(table) && is_small(table))?;
        let grid = table.grid(&image).map(Arc::new);
        self.made += 1;
        self.quick = Some(QuickHeat { table: field.values.table.clone(), image, grid: grid.clone() });
        grid
    }

    /// The heat of the image that is looked at, where there is one.
    pub fn grid(&self) -> Option<&Arc<FieldGrid>> {
        self.shown.as_ref()
    }

    /// How often it was made in a frame so far.
    pub fn made(&self) -> u64 {
        self.made
    }
}
