//! How the window looks: kept from one session to the next.

use crate::explore::timeline::TimelineAxis;
use crate::gpu::{ColorMap, DecoderChoice};
use crate::picture::film::{self, FILM_FRAMES, FILM_SIDES};
use crate::picture::{FigureStyle, SAMPLE_COUNTS};
use crate::trainer::Axis;
use crate::ui::ask::Ask;
use crate::ui::data_plane::settings::DataPlaneSettings;
use crate::ui::output::settings::OutputSettings;
use crate::ui::plane::settings::PlaneSettings;
use crate::ui::slot::Slot;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Dark or light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Appearance {
    /// As the system has it.
    #[default]
    System,
    /// Light text on dark.
    Dark,
    /// Dark text on light.
    Light,
}

impl Appearance {
    /// All, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::System, Self::Dark, Self::Light];

    /// Its key in the language tables.
    pub const fn key(self) -> &'static str {
        match self {
            Self::System => "theme.system",
            Self::Dark => "theme.dark",
            Self::Light => "theme.light",
        }
    }
}

/// A language that the window speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    Chinese,
}

impl Language {
    /// All, in the order they are shown.
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// Its locale's name.
    pub const fn locale(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// Its name in itself, so that it can be found by who reads no other.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "简体中文",
        }
    }
}

/// The colour maps that grey images can have, with their keys in the language tables.
pub const COLOR_MAPS: [(ColorMap, &str); 3] = [
    (ColorMap::Grey, "color_map.grey"),
    (ColorMap::Viridis, "color_map.viridis"),
    (ColorMap::Magma, "color_map.magma"),
];

/// The decoders that can be chosen, with their keys in the language tables.
pub const DECODERS: [(DecoderChoice, &str); 3] =
    [(DecoderChoice::Auto, "decoder.auto"), (DecoderChoice::Gpu, "decoder.gpu"), (DecoderChoice::Cpu, "decoder.cpu")];

/// Steps a second that slow motion can be of.
pub const SLOW_MOTION: [u32; 3] = [1, 5, 20];

/// How curves are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Curves {
    /// Weight of what came before, in [0, 0.999]; 0 draws what was measured.
    pub smoothing: f64,
    /// Logarithmic values.
    pub logarithmic: bool,
    /// Steps or seconds.
    pub axis: Axis,
}

impl Default for Curves {
    fn default() -> Self {
        Self { smoothing: 0.9, logarithmic: false, axis: Axis::Step }
    }
}

/// What the lens is held over: kept from one session to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LensSettings {
    /// Whose decoder.
    pub model: Slot,
    /// Which of its operations, from 0; the last one where it has fewer.
    pub operation: usize,
}

impl Default for LensSettings {
    fn default() -> Self {
        Self { model: Slot::A, operation: 1 }
    }
}

/// Whether steps are looked at while they are made, and whose are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DiagnosisSettings {
    /// Whose findings.
    pub model: Slot,
    /// Whose step is gone through.
    pub stepped: Slot,
    /// Whether nothing is looked at.
    pub is_off: bool,
}

/// Pictures a second that a film of training can have.
pub const FILM_RATES: [u32; 4] = [2, 5, 10, 20];

/// How training is looked back at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TimelineSettings {
    /// What two runs are aligned by.
    pub axis: TimelineAxis,
    /// Pictures a second of a film, of [`film::FILM_RATES`].
    pub per_s: u32,
}

impl Default for TimelineSettings {
    fn default() -> Self {
        Self { axis: TimelineAxis::Step, per_s: 5 }
    }
}

/// The paths that served last, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecentPaths {
    data: Vec<String>,
    runs: Vec<String>,
    pictures: Vec<String>,
}

/// Paths of each kind that are remembered.
const MOST_RECENT: usize = 10;
/// A path that is remembered is not longer, in bytes.
const LONGEST_RECENT: usize = 4096;

impl RecentPaths {
    /// Those that answer `ask`.
    pub fn of(&self, ask: Ask) -> &[String] {
        match ask {
            Ask::OpenData | Ask::Drawings => &self.data,
            Ask::OpenRun | Ask::SaveInto | Ask::AddRuns => &self.runs,
            Ask::Export(_) => &self.pictures,
        }
    }

    /// Remembers one that has answered `ask`.
    pub fn add(&mut self, ask: Ask, path: String) {
        let paths = match ask {
            Ask::OpenData => &mut self.data,
            Ask::OpenRun => &mut self.runs,
            Ask::Export(_) => &mut self.pictures,
            Ask::SaveInto | Ask::Drawings | Ask::AddRuns => return,
        };
        paths.retain(|other| *other != path);
        paths.insert(0, path);
        paths.truncate(MOST_RECENT);
    }

    fn made_whole(mut self) -> Self {
        for paths in [&mut self.data, &mut self.runs, &mut self.pictures] {
            paths.retain(|path| path.len() <= LONGEST_RECENT);
            paths.truncate(MOST_RECENT);
        }
        self
    }
}

/// Which samples are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SampleChoice {
    /// How many, of [`SAMPLE_COUNTS`].
    pub count: usize,
    /// The seed that they are drawn from.
    pub seed: u64,
}

impl Default for SampleChoice {
    fn default() -> Self {
        Self { count: 100, seed: 0 }
    }
}

/// How a film is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FilmChoice {
    /// Frames, of [`FILM_FRAMES`].
    pub frames: usize,
    /// Pixels along its longer side, at most where frames need no more; of [`FILM_SIDES`].
    pub size: u32,
    /// Frames a second, of [`film::FILM_RATES`].
    pub rate: u32,
}

impl Default for FilmChoice {
    fn default() -> Self {
        Self { frames: 120, size: 720, rate: 24 }
    }
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Dark or light.
    pub appearance: Appearance,
    /// The window's language.
    pub language: Language,
    /// The colours of grey images.
    pub color_map: ColorMap,
    /// How curves are drawn.
    pub curves: Curves,
    /// What is drawn on the plane.
    pub plane: PlaneSettings,
    /// What is drawn on the data plane.
    pub data_plane: DataPlaneSettings,
    /// What is shown beside the outputs.
    pub output: OutputSettings,
    /// How training is looked back at.
    pub timeline: TimelineSettings,
    /// What the lens is held over.
    pub lens: LensSettings,
    /// Whether steps are looked at while they are made, and whose are shown.
    pub diagnosis: DiagnosisSettings,
    /// Slow motion: steps that each model makes a second at most, of [`SLOW_MOTION`]; `None` for as many as there is time for.
    pub steps_per_s: Option<u32>,
    /// Who decodes what is looked at.
    pub decoder: DecoderChoice,
    /// What an exported figure shows.
    pub figure: FigureStyle,
    /// Which samples are exported.
    pub samples: SampleChoice,
    /// How a film is exported.
    pub film: FilmChoice,
    /// Where folders of new runs go, an absolute path; `None` for where the program puts them by itself.
    pub runs: Option<PathBuf>,
    /// Paths that served last.
    pub recent: RecentPaths,
}

impl Settings {
    /// Numbers that the window could not live with become the default's.
    #[must_use]
    pub fn made_whole(mut self) -> Self {
        let whole = Self::default();
        if self.color_map == ColorMap::Signed {
            self.color_map = whole.color_map;
        }
        self.plane = self.plane.made_whole();
        self.figure = self.figure.made_whole();
        self.samples.count = self.samples.count.clamp(*SAMPLE_COUNTS.start(), *SAMPLE_COUNTS.end());
        self.film.frames = self.film.frames.clamp(*FILM_FRAMES.start(), *FILM_FRAMES.end());
        self.film.size = self.film.size.clamp(*FILM_SIDES.start(), *FILM_SIDES.end());
        self.film.rate = self.film.rate.clamp(*film::FILM_RATES.start(), *film::FILM_RATES.end());
        self.steps_per_s = self.steps_per_s.filter(|steps| SLOW_MOTION.contains(steps));
        self.runs = self.runs.filter(|runs| runs.is_absolute());
        self.recent = self.recent.made_whole();
        if !FILM_RATES.contains(&self.timeline.per_s) {
            self.timeline.per_s = whole.timeline.per_s;
        }
        if !(0.0..=0.99).contains(&self.curves.smoothing) {
            self.curves.smoothing = whole.curves.smoothing;
        }
        self
    }
}
