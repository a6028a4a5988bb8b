//! Models and data that a change took away and undo brings back: in memory as they ran, or on disk where there are too many.

use crate::app::runtime::ModelRuntime;
use crate::app::session_files::RunOnDisk;
use crate::dataset::{Dataset, Source};
use crate::disk::atomic;
use crate::model::ModelId;
use crate::trainer::{self, Control};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// How long what is wanted by nobody waits for who still writes it.
const LAST_WRITE: Duration = Duration::from_secs(30);

/// How a model is kept.
pub enum KeptState {
    /// As it ran, holding still.
    Running(Box<ModelRuntime>),
    /// It has to be opened again.
    OnDisk(RunOnDisk),
    /// It had learned nothing, or has been taken out.
    Gone,
}

/// A model that undo keeps. Where it is dropped nobody wants it any more, and what this program autosaved of it goes.
pub struct KeptModel {
    id: ModelId,
    state: KeptState,
}

impl KeptModel {
    /// A model as it ran.
    pub fn running(id: ModelId, model: ModelRuntime) -> Self {
        Self { id, state: KeptState::Running(Box::new(model)) }
    }

    /// A model whose run lies on disk.
    pub fn on_disk(id: ModelId, run: RunOnDisk) -> Self {
        Self { id, state: KeptState::OnDisk(run) }
    }

    /// Which one it is.
    pub fn id(&self) -> ModelId {
        self.id
    }

    /// About what it holds in memory, in bytes.
    pub fn held_bytes(&self) -> u64 {
        match &self.state {
            KeptState::Running(model) => {
                model.trainer.as_ref().map_or(0, trainer::Trainer::held_bytes) + model.past.held_bytes()
            }
            KeptState::OnDisk(_) | KeptState::Gone => 0,
        }
    }

    /// Whether it lies on disk.
    pub fn is_on_disk(&self) -> bool {
        matches!(self.state, KeptState::OnDisk(_))
    }

    /// Whether it is of the run that a person saved to `folder`.
    pub fn is_of(&self, folder: &Path) -> bool {
        match &self.state {
            KeptState::Running(model) => model.folder.as_deref() == Some(folder),
            KeptState::OnDisk(run) => run.folder == folder,
            KeptState::Gone => false,
        }
    }

    /// Lets its memory go: what it has learned is written by its trainer as that ends.
    pub fn move_to_disk(&mut self) {
        if let KeptState::Running(model) = &self.state {
            let run = model.on_disk().filter(|_| model.has_learned());
            self.state = run.map_or(KeptState::Gone, KeptState::OnDisk);
        }
    }

    /// Takes it out.
    pub fn take(mut self) -> KeptState {
        std::mem::replace(&mut self.state, KeptState::Gone)
    }
}

impl Drop for KeptModel {
    fn drop(&mut self) {
        match &self.state {
            KeptState::Running(model) => {
                if let Some(trainer) = &model.trainer {
                    trainer.send(Control::Discard);
                }
            }
            KeptState::OnDisk(run) if run.unsaved => remove(run.folder.clone()),
            KeptState::OnDisk(_) | KeptState::Gone => {}
        }
    }
}

/// Removes a run that was autosaved, as soon as nobody writes it. What the program's end leaves is removed at its next start.
fn remove(folder: PathBuf) {
    let work = move || {
        trainer::wait_for_ended(LAST_WRITE);
        if folder.is_dir()
            && let Err(error) = atomic::remove_folder(&folder)
        {
            tracing::warn!("{} stays: {error}", folder.display());
        }
    };
    if let Err(error) = thread::Builder::new().name("remove a run".to_owned()).spawn(work) {
        tracing::warn!("an autosaved run stays: {error}");
    }
}

/// Data that undo keeps.
pub enum KeptData {
    /// In memory.
    Here(Arc<Dataset>),
    /// It has to be opened again.
    At(Source),
}

impl KeptData {
    /// About what it holds in memory, in bytes.
    pub fn held_bytes(&self) -> u64 {
        match self {
            Self::Here(data) => {
                let values = data.sample().values() as u64;
                let bytes = |split: &crate::dataset::Split| {
                    split.rows().bytes().map_or(split.count() as u64 * values, |bytes| bytes.len() as u64)
                };
                bytes(&data.train) + bytes(&data.test)
            }
            Self::At(_) => 0,
        }
    }

    /// Lets its memory go.
    pub fn move_to_disk(&mut self) {
        if let Self::Here(data) = self {
            *self = Self::At(data.source.clone());
        }
    }
}
