//! Where copies of a model are put for who works with it on another thread, while it goes on with its training.

use super::latest::Latest;
use crate::model::ModelCopy;
use std::sync::Arc;

/// Where a trainer puts a copy of its model, for who asked for it.
#[derive(Clone, Debug, Default)]
pub struct CopySlot(Arc<Latest<ModelCopy>>);

impl PartialEq for CopySlot {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl CopySlot {
    /// Puts a copy here.
    pub(super) fn put(&self, copy: ModelCopy) {
        self.0.set(copy);
    }

    /// The copy, where it has come.
    pub fn take(&self) -> Option<Arc<ModelCopy>> {
        self.0.take()
    }

    /// Whether nobody will put one here any more: the trainer has ended, or could not.
    pub fn is_left(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::{Progress, Source, load};
    use crate::model::Config;
    use crate::snapshot::{Scratch, Snapshot};
    use crate::trainer::{Control, Event, Options, Part, Trainer};
    use std::time::Duration;

    #[test]
    fn a_copy_is_the_model_and_a_trainer_that_has_ended_makes_none() {
        let data = Arc::new(load(&Source::default(), &Progress::default()).unwrap());
        let trainer = Trainer::spawn(Config::vae_dense(), data, Options::default()).unwrap();
        trainer.send(Control::Step(Part::Whole));
        let slot = CopySlot::default();
        trainer.send(Control::Copy(slot.clone()));
        while !matches!(trainer.wait(Duration::from_secs(60)).unwrap(), Event::Paused { step: 1 }) {}
        while !slot.is_left() {
            std::thread::yield_now();
        }
        let copy = slot.take().unwrap();
        let (ours, theirs) = (copy.model().unwrap().snapshot(1).unwrap(), trainer.snapshot().unwrap());
        let decoded =
            |snapshot: &Snapshot| snapshot.decoder.evaluate(&[0.5, -1.0], 1, &mut Scratch::default()).to_vec();
        assert_eq!((copy.step, decoded(&ours)), (1, decoded(&theirs)));
        drop(trainer);
        assert!(slot.is_left() && slot.take().is_none(), "it is taken once");
    }
}
