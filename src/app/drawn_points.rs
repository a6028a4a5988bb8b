//! Points that a person has drawn become data: written to a file of the program's own, so that runs on them repeat, and
//! opened as any other.

use crate::app::done::Done;
use crate::app::files;
use crate::app::jobs::JobKey;
use crate::app::services::Opening;
use crate::app::session::Session;
use crate::dataset::{self, POINTS_ENDING, Source, points_text};
use crate::message::{Explain, Message};
use rust_i18n::t;
use std::path::{Path, PathBuf};

impl Session {
    /// Writes points that were drawn and opens them, in the background.
    pub(super) fn learn_drawn(&mut self, points: Vec<[f32; 2]>) {
        let folder = self.drawn_folder();
        let what = t!("data_plane.drawn").into_owned();
        self.services.opening = Some(Opening { what, source: None, asked: true, show: None });
        self.services.jobs.start(JobKey::Open, move |progress| {
            let opened = write(&folder, &points).and_then(|path| {
                dataset::load(&Source::path(path), progress).map(Box::new).map_err(|error| error.message())
            });
            Done::Data(opened)
        });
    }

    /// Beside the state file where one is kept, else among the program's own data.
    fn drawn_folder(&self) -> PathBuf {
        let beside = self.services.session_files.state.as_ref().and_then(|state| Some(state.parent()?.join("drawn")));
        let own = || directories::ProjectDirs::from("", "", "latentarium").map(|own| own.data_dir().join("drawn"));
        beside.or_else(own).unwrap_or_else(|| std::env::temp_dir().join("latentarium-drawn"))
    }
}

/// Writes points to a file of a name that is free.
fn write(folder: &Path, points: &[[f32; 2]]) -> Result<PathBuf, Message> {
    let name = |number: u32| folder.join(format!("drawn-{number}.{POINTS_ENDING}"));
    let path = (1..u32::MAX).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(u32::MAX));
    files::write(&path, points_text(points).as_bytes()).map_err(|error| error.message())?;
    Ok(path)
}
