//! Starts the making of what the panel of the latent space shows: how much each dimension changes the image, and what the model
//! makes of its anchors.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::session::Session;
use crate::app::space_state::AnchorSource;
use crate::dataset::Split;
use crate::explore::anchors::Anchors;
use crate::explore::codes::{Arithmetic, DimensionEffects};
use crate::picture::Bitmap;
use crate::snapshot::Scratch;
use crate::ui::latent::known::{AnchorPictures, ArithmeticPictures, RealPicture};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Effects follow training at most this often.
const EFFECTS_INTERVAL: Duration = Duration::from_secs(5);
/// Measuring them takes at most this part of a core: one of so many.
const EFFECTS_SHARE: u32 = 24;
/// The anchors' pictures follow training at most this often.
const ANCHORS_INTERVAL: Duration = Duration::from_millis(500);

impl Session {
    /// Starts what is due where the panel is on the screen.
    pub(super) fn refresh_latent_space(&mut self) {
        if !self.shell.needs.latent_space {
            return;
        }
        let slot = self.project.settings.plane.model;
        let id = self.id(slot);
        let (training, has_prior) = (self.model(slot).is_training(), self.model(slot).config.family().samples);
        let seed = self.model(slot).config.seed();
        let Some(snapshot) = self.model(slot).shown().cloned() else { return };
        let points = self.services.planes.points(id).filter(|points| points.encoding.latent == snapshot.latent);
        let encoding = points.map(|points| points.encoding.clone());
        let state = &self.services.planes.planes.entry(id).space;
        let took = state.effects.as_ref().map_or(Duration::ZERO, |effects| effects.took);
        let interval = if training { EFFECTS_INTERVAL.max(took * EFFECTS_SHARE) } else { Duration::ZERO };
        let age = state.effects_of.as_ref().map(|(of, at)| (Arc::ptr_eq(of, &snapshot), at.elapsed()));
        // Without a prior, steps are made from codes.
        let has_places = has_prior || snapshot.encoder.is_none() || encoding.is_some();
        let key = JobKey::Effects(id);
        match age {
            Some((true, _)) => {}
            Some((false, age)) if age < interval => self.services.waker.later(interval - age),
            _ if !has_places || self.services.jobs.is_running(&key) => {}
            _ => {
                self.services.planes.planes.entry(id).space.effects_of = Some((snapshot.clone(), Instant::now()));
                let (of, codes) = (snapshot.clone(), encoding.clone().filter(|_| !has_prior));
                self.services.jobs.start(key, move |progress| {
                    let codes = codes.as_ref().map(|codes| codes.mean.as_slice());
                    let mut go_on = |done: usize, total: usize| {
                        progress.set_total(total as u64);
                        progress.set_done(done as u64);
                        !progress.is_cancelled()
                    };
                    Done::Effects(id, DimensionEffects::of(&of, seed, codes, &mut go_on).map(Box::new))
                });
            }
        }
        let Some(anchors) = self.project.anchors.get(id).cloned() else { return };
        let source = AnchorSource { snapshot, anchors, encoding };
        let asked = self.services.planes.planes.entry(id).space.anchored_of.as_ref();
        let age = asked.map(|(of, at)| (of.same(&source), of.anchors == source.anchors, at.elapsed()));
        match age {
            Some((true, ..)) => {}
            Some((_, true, age)) if training && age < ANCHORS_INTERVAL => {
                self.services.waker.later(ANCHORS_INTERVAL - age);
            }
            _ => {
                self.services.planes.planes.entry(id).space.anchored_of = Some((source.clone(), Instant::now()));
                let split = self.services.data.as_ref().map(|data| data.test.clone());
                self.services.jobs.start(JobKey::Anchors(id), move |_| {
                    Done::Anchored(id, Box::new(pictures(&source, split.as_ref())))
                });
            }
        }
    }
}

/// Decodes the anchors and what comes of them.
fn pictures(AnchorSource { snapshot, anchors, encoding }: &AnchorSource, split: Option<&Split>) -> AnchorPictures {
    let mut scratch = Scratch::default();
    let mut decoded = |latent: &[f32]| {
        let image = (latent.len() == snapshot.latent).then(|| snapshot.decoder.evaluate(latent, 1, &mut scratch));
        image.map(|image| Bitmap::new(snapshot.image, image))
    };
    let places: [usize; Anchors::NAMES.len()] = std::array::from_fn(|place| place);
    let anchored = places.map(|place| anchors.get(place).and_then(|anchor| decoded(&anchor.latent)));
    let found = Arithmetic::of(anchors, snapshot.latent, encoding.as_deref());
    let split = split.filter(|split| split.shape() == snapshot.image);
    let result = found.and_then(|Arithmetic { latent, nearest }| {
        let nearest = nearest.zip(split).map(|(nearest, split)| {
            let index = nearest.image as usize;
            RealPicture { index, distance: nearest.distance, picture: Bitmap::new(split.shape(), &split.image(index)) }
        });
        Some(ArithmeticPictures { picture: decoded(&latent)?, latent, nearest })
    });
    AnchorPictures { step: snapshot.step, anchors: anchored, result }
}
