//! The weights of one step after another, oldest first: what a film of training is made of.

use super::half_snapshot::whole_bytes;
use super::ring::RingEntry;
use super::run_weights::RunWeights;
use super::store::PastSource;
use super::track::{KeptIn, TimelineMark};
use crate::message::{Explain, Message, message};
use crate::run::{self, RunError};
use crate::snapshot::Snapshot;
use std::path::Path;
use std::sync::{Arc, PoisonError};

/// What checkpoints that are read before it is their turn may hold, in bytes.
const HELD_BYTES: u64 = 256 << 20;

/// Where the weights of a step are.
#[derive(Debug)]
enum PastWeights {
    Whole(Arc<Snapshot>),
    Half(RingEntry),
    Run,
}

/// One model's steps, rising, and where the weights of each are read.
#[derive(Debug)]
pub struct PastReader {
    steps: Vec<(u64, PastWeights)>,
    run: Option<RunWeights>,
}

impl PastReader {
    /// Of the checkpoints that a run keeps.
    ///
    /// # Errors
    /// The file system's own.
    pub fn of_run(folder: &Path) -> Result<Self, RunError> {
        let steps = run::kept(folder)?.into_iter().map(|kept| (kept.step, PastWeights::Run)).collect();
        Ok(Self { steps, run: Some(RunWeights::new(folder.into())) })
    }

    /// Of what a timeline offers of a model: `source` says where older marks lie, `newest` are the weights of the last. What a
    /// ring holds is held from here on, whatever becomes of the ring.
    pub fn of_marks(
        marks: &[TimelineMark],
        source: impl Fn(&TimelineMark) -> Option<PastSource>,
        newest: &Arc<Snapshot>,
    ) -> Self {
        let mut run = None;
        let mut weights = |mark: &TimelineMark| match (mark.kept, source(mark)) {
            (KeptIn::Newest, _) => Some((newest.step, PastWeights::Whole(newest.clone()))),
            (_, Some(PastSource::Ring(_, ring))) => {
                let ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
                Some((mark.step, PastWeights::Half(ring.get(mark.step)?.clone())))
            }
            (_, Some(PastSource::Run(_, folder))) => {
                run.get_or_insert_with(|| RunWeights::new(folder));
                Some((mark.step, PastWeights::Run))
            }
            (_, None) => None,
        };
        Self { steps: marks.iter().filter_map(&mut weights).collect(), run }
    }

    /// How many steps there are.
    pub fn count(&self) -> usize {
        self.steps.len()
    }

    /// Reads checkpoints before it is their turn, as many as 256 MiB hold: training that goes on removes some of a run.
    ///
    /// # Errors
    /// Names the file, what was expected and what was found.
    pub fn hold(&mut self, go_on: &dyn Fn() -> bool) -> Result<(), Message> {
        let mut bytes = 0;
        for place in 0..self.steps.len() {
            if !go_on() || bytes > HELD_BYTES {
                break;
            }
            if let Some((_, PastWeights::Run)) = self.steps.get(place) {
                let snapshot = self.snapshot(place)?;
                bytes += whole_bytes(&snapshot);
                if let Some((_, weights)) = self.steps.get_mut(place) {
                    *weights = PastWeights::Whole(snapshot);
                }
            }
        }
        Ok(())
    }

    /// The weights of the step at a place, from 0.
    ///
    /// # Errors
    /// Names the file, what was expected and what was found.
    pub fn snapshot(&mut self, place: usize) -> Result<Arc<Snapshot>, Message> {
        match (self.steps.get(place), &mut self.run) {
            (Some((_, PastWeights::Whole(snapshot))), _) => Ok(snapshot.clone()),
            (Some((_, PastWeights::Half(half))), _) => half.snapshot().map(Arc::new).map_err(|error| error.message()),
            (Some((step, PastWeights::Run)), Some(run)) => {
                run.read(*step).map(Arc::new).map_err(|error| error.message())
            }
            _ => Err(message!("no step of training is kept")),
        }
    }
}
