//! Counts what a part of the measurement comes to: samples and frames, after a warm-up.

use crate::app::Session;
use crate::ui::slot::Slot;
use std::time::{Duration, Instant};

/// How long a part runs before it counts.
const WARM_UP: Duration = Duration::from_secs(2);

/// One kind of part of the measurement: sums of all rounds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Measured {
    pub samples: u64,
    pub frames: u64,
    pub seconds: f64,
}

impl Measured {
    pub fn samples_per_s(self) -> f64 {
        self.samples as f64 / self.seconds
    }

    pub fn frames_per_s(self) -> f64 {
        self.frames as f64 / self.seconds
    }

    pub fn add(&mut self, count: &Count) {
        let part = count.part.unwrap_or_default();
        self.samples += part.samples;
        self.frames += part.frames;
        self.seconds += part.seconds;
    }
}

/// Samples of both models so far.
fn samples(session: &Session) -> u64 {
    let of = |slot: Slot| {
        let model = session.model(slot);
        model.status().map_or(0, |status| status.step) * model.config.whole("batch").unwrap_or(0)
    };
    Slot::BOTH.into_iter().map(of).sum()
}

/// Counts samples and frames of a part, after its warm-up.
pub(super) struct Count {
    length: Duration,
    began: Instant,
    first: Option<(u64, u64, Instant)>,
    part: Option<Measured>,
}

impl Count {
    pub fn new(length: Duration) -> Self {
        Self { length, began: Instant::now(), first: None, part: None }
    }

    /// Looks at the counters; whether the part is over.
    pub fn is_over(&mut self, session: &Session) -> bool {
        let now = (samples(session), session.frames(), Instant::now());
        match self.first {
            None if self.began.elapsed() >= WARM_UP => self.first = Some(now),
            Some((samples, frames, at)) if self.part.is_none() && at.elapsed() >= self.length => {
                let seconds = (now.2 - at).as_secs_f64();
                self.part = Some(Measured { samples: now.0 - samples, frames: now.1 - frames, seconds });
            }
            _ => {}
        }
        self.part.is_some()
    }
}
