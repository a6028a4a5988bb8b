//! What is kept between two starts of the program, in a file of our own: the project, and where the window was.

use crate::app::project::{ModelEntry, Project};
use crate::app::session_files::SessionRecord;
use crate::app::tolerant::{self, Tolerated};
use crate::disk::{FileError, read_file};
use crate::message::{Explain, Message, message};
use crate::model::PerModel;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// The state file's format number. In format 1 the project's fields lay beside the others, with two models.
pub const FORMAT: u32 = 2;

/// A state file is not larger, in bytes.
const LARGEST_BYTES: u64 = 8 << 20;

/// The environment variable that puts the state file elsewhere.
pub const PATH_VARIABLE: &str = "LATENTARIUM_STATE";

/// Everything that is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// `FORMAT`: the number of the format that it was written in.
    pub format: u32,
    /// What the person works on.
    pub project: Project,
    /// Where the panels are, as [`crate::ui::layout::to_text`] writes it.
    pub layout: Option<String>,
    /// The window's size in points, where it does not fill the screen.
    pub window: Option<[f32; 2]>,
    /// Whether it fills the screen.
    pub maximized: bool,
    /// The zoom factor.
    pub zoom: f32,
    /// The section of each model's card that is open, by its name.
    pub sections: PerModel<String>,
    /// How far the models were.
    pub last_session: SessionRecord,
}

impl Default for State {
    fn default() -> Self {
        Self {
            format: FORMAT,
            project: Project::default(),
            layout: None,
            window: None,
            maximized: false,
            zoom: 1.0,
            sections: PerModel::default(),
            last_session: SessionRecord::default(),
        }
    }
}

/// A state file that was read.
#[derive(Debug)]
pub struct StateRead {
    /// What it holds.
    pub state: State,
    /// What of it could not be read, in a sentence.
    pub left_out: Option<String>,
}

/// Why a state file is not used: one sentence.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum StateError {
    /// It cannot be read.
    Unread {
        /// The file.
        path: PathBuf,
        /// What is there instead.
        error: FileError,
    },
    /// It is not a state file.
    Broken {
        /// The file.
        path: PathBuf,
        /// Where the reader gave up.
        error: serde_json::Error,
    },
    /// A later program wrote it.
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format number.
        found: u64,
    },
}

impl Explain for StateError {
    fn message(&self) -> Message {
        let expected = |path: &Path, expected: Message, found: Message| {
            message!("{path}: expected {expected}, found {found}", path, expected, found)
        };
        match self {
            Self::Unread { path, error } => error.at(path),
            Self::Broken { path, error } => expected(path, message!("a state file"), Message::words(error)),
            Self::Newer { path, found } => {
                expected(path, message!("format {format} or older", format = FORMAT), Message::words(found))
            }
        }
    }
}

/// Where the state file is; `None` where the system names no folder for it.
pub fn path() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(PATH_VARIABLE) {
        return Some(PathBuf::from(path));
    }
    Some(directories::ProjectDirs::from("", "", "latentarium")?.config_dir().join("state.json"))
}

/// Reads the state file; the default where there is none. A part that cannot be read is left out, and the rest is kept.
///
/// # Errors
/// Names the file and what is wrong with it.
pub fn read(path: &Path) -> Result<StateRead, StateError> {
    let bytes = match read_file(path, LARGEST_BYTES) {
        Ok(bytes) => bytes,
        Err(error) if error.is_missing => return Ok(StateRead { state: State::default(), left_out: None }),
        Err(error) => return Err(StateError::Unread { path: path.to_owned(), error }),
    };
    let fields: Map<String, Value> =
        serde_json::from_slice(&bytes).map_err(|error| StateError::Broken { path: path.to_owned(), error })?;
    let format = fields.get("format").and_then(Value::as_u64).unwrap_or(1);
    if format > u64::from(FORMAT) {
        return Err(StateError::Newer { path: path.to_owned(), found: format });
    }
    let fields = if format < 2 { from_format_1(fields) } else { fields };
    let Tolerated { value: state, left_out } = tolerant::read::<State>(Value::Object(fields));
    let left_out = (!left_out.is_empty()).then(|| format!("{}: {}", path.display(), left_out.join(", ")));
    Ok(StateRead { state: State { format: FORMAT, ..state }.made_whole(), left_out })
}

/// Puts a state file that is not used aside, since the next one takes its name; gives where it is kept.
pub fn set_aside(path: &Path) -> Option<PathBuf> {
    let aside = path.with_extension("unread.json");
    std::fs::rename(path, &aside).ok().map(|()| aside)
}

/// A state of format 1 as one of format 2.
fn from_format_1(mut fields: Map<String, Value>) -> Map<String, Value> {
    let mut project: Map<String, Value> = Map::new();
    for name in ["settings", "cursor", "view", "data", "sheet_seed"] {
        project.extend(fields.remove(name).map(|value| (name.to_owned(), value)));
    }
    let whole = Project::default();
    if let Some(Value::Array(configs)) = fields.remove("models") {
        let entry = |(config, of): (&Value, &ModelEntry)| {
            let config: crate::model::Config = Deserialize::deserialize(config).ok()?;
            let entry = ModelEntry { name: config.preset.clone(), config, ..of.clone() };
            serde_json::to_value(entry).ok()
        };
        let entries: Vec<Value> = configs.iter().zip(&whole.models).filter_map(entry).collect();
        if entries.len() == whole.models.len() {
            project.insert("models".to_owned(), entries.into());
        }
    }
    fields.insert("project".to_owned(), project.into());
    fields.insert("format".to_owned(), FORMAT.into());
    fields
}

impl State {
    /// The text of a state file.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Numbers that the window could not live with become the default's.
    fn made_whole(mut self) -> Self {
        if !(0.2..=5.0).contains(&self.zoom) {
            self.zoom = 1.0;
        }
        if self.window.is_some_and(|size| !size.iter().all(|x| (200.0..=20_000.0).contains(x))) {
            self.window = None;
        }
        self.project = self.project.made_whole();
        let project = &self.project;
        self.sections.retain(|id, _| project.model(id).is_some());
        self.last_session.models.retain(|id, record| project.model(id).is_some() && record.step > 0);
        self
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::app::session_files::{ModelRecord, RunPlace};
    use crate::model::ModelId;
    use crate::ui::settings::Language;

    fn read_text(text: &str) -> Result<StateRead, StateError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    #[test]
    fn it_is_the_same_after_writing_and_reading() {
        let mut state = State { zoom: 1.5, window: Some([900.0, 700.0]), ..State::default() };
        state.project.cursor = [0.5, -1.0];
        state.project.add(crate::model::Config::preset("dcgan").unwrap(), None);
        state.project.shown.b = ModelId(2);
        state.sections.insert(ModelId(2), "training".to_owned());
        let record = |place| ModelRecord { place, step: 4200, train_s: 12.5 };
        state.last_session.models.insert(ModelId(0), record(RunPlace::Autosaved(3)));
        state.last_session.models.insert(ModelId(2), record(RunPlace::Saved("/a/run".into())));
        let read = read_text(&state.to_text()).unwrap();
        assert_eq!((read.state, read.left_out), (state, None));
    }

    #[test]
    fn broken_and_newer_files_are_named() {
        let nothing = read(Path::new("/nonexistent/state.json")).unwrap();
        assert_eq!(nothing.state, State::default());
        for text in ["{", "[]", "{\"format\": 99}"] {
            assert!(read_text(text).unwrap_err().to_string().contains("state.json"), "{text}");
        }
        let read = read_text("{\"zoom\": 1e9, \"cursor\": [1e9, 0], \"window\": [1, 1]}").unwrap();
        assert_eq!(read.state, State::default());
    }

    #[test]
    fn one_unknown_word_keeps_all_the_rest() {
        let mut state = State { zoom: 1.25, ..State::default() };
        state.project.settings.language = Language::Chinese;
        state.project.cursor = [0.5, -1.0];
        let text = state.to_text();
        for (word, unknown) in [("\"vae-dense\"", "7"), ("\"grey\"", "\"plaid\""), ("\"Step\"", "\"moons\"")] {
            assert!(text.contains(word), "{word} in {text}");
            let read = read_text(&text.replacen(word, unknown, 1)).unwrap();
            assert_eq!(read.state.zoom, 1.25, "{word}");
            assert_eq!(read.state.project.settings.language, Language::Chinese, "{word}");
            assert_eq!(read.state.project.cursor, [0.5, -1.0], "{word}");
            assert!(read.left_out.is_some(), "{word}");
        }
    }

    #[test]
    fn one_model_that_cannot_be_read_loses_no_other() {
        let whole = serde_json::json!({"place": {"autosaved": 3}, "step": 7, "train_s": 0.5});
        let last_session = serde_json::json!({"models": {"0": whole, "1": 7, "x": whole, "9": whole}, "ended": true});
        let text = serde_json::json!({"format": 2, "last_session": last_session, "zoom": 1.25}).to_string();
        let read = read_text(&text).unwrap();
        let ids: Vec<ModelId> = read.state.last_session.models.iter().map(|(id, _)| id).collect();
        assert_eq!((ids, read.state.zoom), (vec![ModelId(0)], 1.25), "{:?}", read.left_out);
        assert!(read.left_out.is_some() && read.state.last_session.ended);
    }

    #[test]
    fn a_state_of_format_1_is_read() {
        let vae = serde_json::to_value(crate::model::Config::preset("vae-400").unwrap()).unwrap();
        let gan = serde_json::to_value(crate::model::Config::preset("dcgan").unwrap()).unwrap();
        let old = serde_json::json!({
            "format": 1, "models": [vae, gan], "cursor": [0.25, 0.5], "sheet_seed": 7, "zoom": 1.5, "data": "digits",
        });
        let State { project, zoom, .. } = read_text(&old.to_string()).unwrap().state;
        let presets: Vec<&str> = project.models.iter().map(|model| model.config.preset.as_str()).collect();
        assert_eq!(presets, ["vae-400", "dcgan"]);
        assert_eq!((project.cursor, project.sheet_seed, zoom), ([0.25, 0.5], 7, 1.5));
    }
}
