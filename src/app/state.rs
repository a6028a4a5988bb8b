//! What is kept between sittings, in a file of our own.

use crate::dataset::Source;
use crate::explore::tiles::LARGEST_GRID;
use crate::explore::viewport::Viewport;
use crate::gpu::ColorMap;
use crate::model::Config;
use crate::ui::settings::Settings;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The state file's format number.
pub const FORMAT: u32 = 1;

/// The environment variable that puts the state file elsewhere.
pub const PATH_VARIABLE: &str = "LATENTARIUM_STATE";

/// Everything that is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// [`FORMAT`].
    pub format: u32,
    /// How the window looks.
    pub settings: Settings,
    /// Where the panels are, as [`crate::ui::layout::to_text`] writes it.
    pub layout: Option<String>,
    /// The window's size in points.
    pub window: Option<[f32; 2]>,
    /// The zoom factor.
    pub zoom: f32,
    /// The numbers on both cards.
    pub models: Option<[Config; 2]>,
    /// Where the cursor stood.
    pub cursor: [f32; 2],
    /// What part of the plane was seen.
    pub view: Viewport,
    /// The data set.
    pub data: Source,
    /// The seed of the compare sheet's samples.
    pub sheet_seed: u64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            format: FORMAT,
            settings: Settings::default(),
            layout: None,
            window: None,
            zoom: 1.0,
            models: None,
            cursor: [0.0; 2],
            view: Viewport::default(),
            data: Source::default(),
            sheet_seed: 0,
        }
    }
}

/// Why a state file is not used: one sentence.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// It cannot be read.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The file system's own words.
        error: std::io::Error,
    },
    /// It is not a state file.
    #[error("{}: expected a state file, found {error}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What the reader stumbled over.
        error: serde_json::Error,
    },
    /// A later program wrote it.
    #[error("{}: expected format {FORMAT}, found {found}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format number.
        found: u32,
    },
}

/// Where the state file is; `None` where the system names no folder for it.
pub fn path() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(PATH_VARIABLE) {
        return Some(PathBuf::from(path));
    }
    Some(directories::ProjectDirs::from("", "", "latentarium")?.config_dir().join("state.json"))
}

/// Reads the state file; the default where there is none.
///
/// # Errors
/// Names the file and what is wrong with it.
pub fn read(path: &std::path::Path) -> Result<State, StateError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(State::default()),
        Err(error) => return Err(StateError::Io { path: path.to_owned(), error }),
    };
    let broken = |error| StateError::Broken { path: path.to_owned(), error };
    // A list would be taken for a state's fields in order.
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).map_err(broken)?;
    let state: State = serde_json::from_value(fields.into()).map_err(broken)?;
    if state.format > FORMAT {
        return Err(StateError::Newer { path: path.to_owned(), found: state.format });
    }
    Ok(state.made_safe())
}

impl State {
    /// The text of a state file.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Numbers that the window could not live with become the default's.
    fn made_safe(mut self) -> Self {
        let whole = Self::default();
        if !(0.2..=5.0).contains(&self.zoom) {
            self.zoom = whole.zoom;
        }
        if !self.cursor.iter().all(|x| x.abs() <= 100.0) {
            self.cursor = whole.cursor;
        }
        if !self.view.is_valid() {
            self.view = whole.view;
        }
        if self.settings.color_map == ColorMap::Signed {
            self.settings.color_map = ColorMap::Grey;
        }
        self.settings.plane.grid = self.settings.plane.grid.clamp(1, LARGEST_GRID);
        if self.window.is_some_and(|size| !size.iter().all(|x| (200.0..=20_000.0).contains(x))) {
            self.window = None;
        }
        let smoothing = &mut self.settings.curves.smoothing;
        if !(0.0..=0.99).contains(smoothing) {
            *smoothing = whole.settings.curves.smoothing;
        }
        if self.models.as_ref().is_some_and(|models| models.iter().any(|model| model.check().is_err())) {
            self.models = None;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn it_is_the_same_after_writing_and_reading() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let state = State { cursor: [0.5, -1.0], sheet_seed: 7, ..State::default() };
        crate::app::files::write(&path, state.to_text().as_bytes()).unwrap();
        assert_eq!(read(&path).unwrap(), state);
    }

    #[test]
    fn broken_and_newer_files_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        assert_eq!(read(&path).unwrap(), State::default());
        for text in ["{", "[]", "{\"format\": 99}", "{\"cursor\": \"x\"}"] {
            std::fs::write(&path, text).unwrap();
            assert!(read(&path).unwrap_err().to_string().contains("state.json"), "{text}");
        }
        std::fs::write(&path, "{\"zoom\": 1e9, \"cursor\": [1e9, 0], \"window\": [1, 1]}").unwrap();
        assert_eq!(read(&path).unwrap(), State::default());
    }
}
