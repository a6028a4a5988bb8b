//! What one model makes of what is drawn: at once where its networks are small, else by the viewer.

use crate::explore::drawn::{Drawn, DrawnFound};
use crate::snapshot::Scratch;
use crate::ui::output::QUICK_FLOPS;
use crate::ui::slot::Slot;
use crate::ui::view::View;
use std::sync::Arc;

/// Kept until the drawing or the weights are others: an idle frame computes nothing.
#[derive(Default)]
pub struct DrawnCell {
    scratch: Scratch,
    drawn: Option<Arc<Drawn>>,
    found: Option<Arc<DrawnFound>>,
}

impl DrawnCell {
    /// Looks at a drawing with the newest weights of a view's model.
    pub fn update(&mut self, view: &View<'_>, slot: Slot, image: Option<&Arc<[f32]>>) {
        let drawn = view.model(slot).snapshot.zip(image);
        let drawn = drawn.map(|(snapshot, image)| Drawn { snapshot: snapshot.clone(), image: image.clone() });
        let Some((drawn, flops)) = drawn.and_then(|drawn| Some(drawn.flops()?).map(|flops| (drawn, flops))) else {
            (self.drawn, self.found) = (None, None);
            return;
        };
        let is_new = self.drawn.as_ref().is_none_or(|before| !before.same(&drawn));
        if flops > QUICK_FLOPS {
            let found = view.plane(slot).and_then(|known| known.drawn.clone());
            self.found = found.filter(|found| found.drawn.image.len() == drawn.image.len());
        } else if is_new {
            self.found = DrawnFound::of(drawn.clone(), &mut self.scratch).map(Arc::new);
        }
        if is_new {
            self.drawn = Some(Arc::new(drawn));
        }
    }

    /// What the model makes of it; of a large network perhaps of what was drawn a moment ago.
    pub fn found(&self) -> Option<&Arc<DrawnFound>> {
        self.found.as_ref()
    }

    /// What the viewer shall look at, because it is too much for a frame.
    pub fn query(&self) -> Option<&Arc<Drawn>> {
        self.drawn.as_ref().filter(|drawn| drawn.flops().is_some_and(|flops| flops > QUICK_FLOPS))
    }
}
