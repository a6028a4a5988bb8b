//! The controls that a trainer receives, and the events that it sends.

use super::copy_slot::CopySlot;
use crate::diagnosis::FindingChange;
use crate::message::Message;
use crate::model::{Change, Key, Part};
use std::path::PathBuf;
use toml::Value;

/// A command; handled at the next step boundary.
#[derive(Clone, Debug, PartialEq)]
pub enum Control {
    /// Train until paused.
    Start,
    /// Hold still.
    Pause,
    /// Make one step, then hold still.
    Step(Part),
    /// Hold still once so many steps are made, where that is later than now; until then a pause by hand forgets it.
    PauseAt(u64),
    /// Make at most so many steps a second from now on; `None` for as many as there is time for.
    Pace(Option<u32>),
    /// Back to step 0 with the same seed.
    Reset,
    /// Look at steps and name what goes wrong, or not.
    Diagnose(bool),
    /// Change a field.
    Set(Key, Value),
    /// Write the run to its folder, or to this one from now on; from then on it is written by itself too.
    Save(PathBuf),
    /// Put a copy of the model here.
    Copy(CopySlot),
    /// Nobody will want this run again: what is in [`Options::autosave_folder`](super::Options::autosave_folder) is removed.
    Discard,
    /// End the thread.
    Stop,
}

/// A change of state; none is ever dropped.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// It trains.
    Started {
        /// Steps made before.
        step: u64,
    },
    /// It holds still.
    Paused {
        /// Steps made.
        step: u64,
    },
    /// It is back at step 0.
    Reset,
    /// A field was changed by hand.
    Changed(Change),
    /// A change that was asked for cannot be made; nothing was changed.
    Refused {
        /// What was asked for.
        change: Change,
        /// Why, in one sentence.
        message: Message,
    },
    /// A field was changed as it was when the run that is repeated was made.
    Repeated(Change),
    /// The run was written because somebody asked for it.
    Saved {
        /// Where.
        path: PathBuf,
        /// At which step.
        step: u64,
    },
    /// The run could not be written; training goes on, or waits.
    SaveFailed {
        /// Where.
        path: PathBuf,
        /// Why, in one sentence.
        message: Message,
        /// Whether there was no room: it is tried again until there is, in silence, and nothing is trained until then.
        waits: bool,
    },
    /// There was room again, and the run was written.
    RoomAgain {
        /// At which step.
        step: u64,
    },
    /// Something was found to go wrong, or goes wrong no more.
    Diagnosed(Box<FindingChange>),
    /// It reached the steps it was asked for.
    Finished {
        /// Steps made.
        step: u64,
    },
    /// The run ended by a fault: not a number, or a panic.
    Failed {
        /// The step in which it happened.
        step: u64,
        /// What happened and what to try, in one sentence.
        message: Message,
    },
}

/// What a trainer is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Holds still; can be started.
    #[default]
    Paused,
    /// Makes steps.
    Training,
    /// Would make steps, and waits for room on the disk.
    Waiting,
    /// Made all the steps it was asked for.
    Finished,
    /// Ended by a fault.
    Failed,
    /// The thread has ended.
    Stopped,
}

/// Where a trainer is, read at any time without waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Status {
    /// What it is doing.
    pub phase: Phase,
    /// Steps made.
    pub step: u64,
    /// Images of one epoch divided by the batch, rounded down.
    pub steps_per_epoch: u64,
    /// Images a second over about the last second; 0 while it holds still.
    pub samples_per_s: f64,
    /// Seconds spent in training.
    pub train_s: f64,
    /// The step of the newest checkpoint that is on disk, in the run's folder or where it is autosaved.
    pub saved_step: Option<u64>,
    /// Updates that each of the model's parts has made, in the family's order; 0 where there is none.
    pub part_steps: [u64; 2],
}
