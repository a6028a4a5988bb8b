//! A path as a small file of TOML or JSON.

use super::PathKind;
use crate::dataset::Split;
use crate::disk::read_file;
use crate::explore::encoded::Encoding;
use crate::explore::plane::Plane;
use crate::message::{Explain, Message, message};
use crate::snapshot::{Scratch, Snapshot};
use serde::Deserialize;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// Images along a path.
pub const PATH_FRAMES: RangeInclusive<usize> = 1..=10_000;
/// Waypoints of a path.
const WAYPOINTS: RangeInclusive<usize> = 2..=1000;
/// How far from 0 a waypoint may lie along each dimension.
const FARTHEST: f32 = 1e4;
/// The most that such a file may hold, in bytes.
const MOST_BYTES: u64 = 4 << 20;
/// Brackets in brackets, at most: the parsers follow them by recursion.
const MOST_DEPTH: usize = 16;
/// Images along a path of which the file does not say how many.
const FRAMES: usize = 120;

/// The points that a path leads through.
#[derive(Clone, Debug, PartialEq)]
pub enum Waypoints {
    /// Latents, `[latent]` each.
    Latents(Vec<Vec<f32>>),
    /// Positions on the plane that the model is looked at by.
    Positions(Vec<[f32; 2]>),
    /// The codes of test images, by their places in the split.
    Images(Vec<u32>),
}

/// A path.
#[derive(Clone, Debug, PartialEq)]
pub struct PathFile {
    file: PathBuf,
    /// What it leads through.
    pub waypoints: Waypoints,
    /// How it goes from one to the next.
    pub kind: PathKind,
    /// Whether it goes back to the first.
    pub closed: bool,
    /// Images along it.
    pub frames: usize,
    /// Whether images follow each other at equal steps of what they look like, and not of their latents.
    pub constant_speed: bool,
}

/// Why a file is no path, or none through this latent space: one sentence.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub struct PathFileError {
    file: PathBuf,
    expected: Message,
    found: Message,
}

impl Explain for PathFileError {
    fn message(&self) -> Message {
        let Self { file, expected, found } = self;
        message!("{path}: expected {expected}, found {found}", path = file, expected, found)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    latents: Option<Vec<Vec<f32>>>,
    positions: Option<Vec<[f32; 2]>>,
    images: Option<Vec<u32>>,
    #[serde(default)]
    kind: PathKind,
    #[serde(default)]
    closed: bool,
    frames: Option<usize>,
    #[serde(default)]
    constant_speed: bool,
}

impl PathFile {
    /// Reads and checks a file: JSON where it ends so, else TOML.
    ///
    /// # Errors
    /// Names the file, what was expected and what was found.
    pub fn read(path: &Path) -> Result<Self, PathFileError> {
        let wrong = |expected, found| PathFileError { file: path.to_owned(), expected, found };
        let bytes = read_file(path, MOST_BYTES).map_err(|error| wrong(error.expected, error.found))?;
        let text = String::from_utf8(bytes).map_err(|_| wrong(message!("text in UTF-8"), message!("other bytes")))?;
        let settings = || message!("a path (latents, positions or images; kind, closed, frames, constant_speed)");
        let depth = text.bytes().fold((0usize, 0usize), |(open, deepest), byte| match byte {
            b'[' | b'{' => (open + 1, deepest.max(open + 1)),
            b']' | b'}' => (open.saturating_sub(1), deepest),
            _ => (open, deepest),
        });
        if depth.1 > MOST_DEPTH {
            return Err(wrong(settings(), message!("brackets in more than {most} brackets", most = MOST_DEPTH)));
        }
        let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        let written: Result<Written, Message> = match is_json {
            true => serde_json::from_str(&text).map_err(Message::words),
            false => toml::from_str(&text).map_err(|error: toml::de::Error| {
                let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
                let (what, line) = (Message::words(error.message()), before.matches('\n').count() + 1);
                message!("{what} in line {line}", what, line)
            }),
        };
        let written = written.map_err(|found| wrong(settings(), found))?;
        let waypoints = match (written.latents, written.positions, written.images) {
            (Some(latents), None, None) => Waypoints::Latents(latents),
            (None, Some(positions), None) => Waypoints::Positions(positions),
            (None, None, Some(images)) => Waypoints::Images(images),
            (None, None, None) => return Err(wrong(settings(), message!("no waypoints"))),
            _ => return Err(wrong(message!("one kind of waypoints"), message!("several"))),
        };
        let (count, frames) = (waypoints.count(), written.frames.unwrap_or(FRAMES));
        if !WAYPOINTS.contains(&count) {
            let (low, high) = (WAYPOINTS.start(), WAYPOINTS.end());
            return Err(wrong(message!("{low} to {high} waypoints", low, high), Message::words(count)));
        }
        if !PATH_FRAMES.contains(&frames) {
            let (low, high) = (PATH_FRAMES.start(), PATH_FRAMES.end());
            return Err(wrong(message!("{low} to {high} frames", low, high), Message::words(frames)));
        }
        if let Some(far) = waypoints.coordinates().find(|x| x.is_nan() || x.abs() > FARTHEST) {
            return Err(wrong(message!("coordinates from −{most} to {most}", most = FARTHEST), Message::words(far)));
        }
        let Written { kind, closed, constant_speed, .. } = written;
        Ok(Self { file: path.to_owned(), waypoints, kind, closed, frames, constant_speed })
    }

    /// Its waypoints as latents of a model: positions by its `plane`, images by its encoder and the `test` set.
    ///
    /// # Errors
    /// Names the file and what does not fit the model.
    pub fn latents(
        &self,
        snapshot: &Snapshot,
        test: Option<&Split>,
        plane: Option<&Plane>,
    ) -> Result<Vec<Vec<f32>>, PathFileError> {
        let wrong = |expected, found| PathFileError { file: self.file.clone(), expected, found };
        let latent = snapshot.latent;
        match &self.waypoints {
            Waypoints::Latents(latents) => match latents.iter().find(|z| z.len() != latent) {
                Some(other) => Err(wrong(message!("latents of {latent} numbers", latent), Message::words(other.len()))),
                None => Ok(latents.clone()),
            },
            Waypoints::Positions(positions) => match plane.filter(|plane| plane.is_valid(latent)) {
                Some(plane) => Ok(positions.iter().map(|at| plane.latent_from_plane(*at)).collect()),
                None => Err(wrong(message!("latents"), message!("positions, and no plane"))),
            },
            Waypoints::Images(images) => {
                let test = test.filter(|_| snapshot.encoder.is_some());
                let no_encoder = || wrong(message!("latents or positions"), message!("images, and no encoder"));
                let test = test.ok_or_else(no_encoder)?;
                if let Some(image) = images.iter().find(|image| **image as usize >= test.count()) {
                    let expected = message!("test images below {count}", count = test.count());
                    return Err(wrong(expected, Message::words(image)));
                }
                let code = |image: &u32| {
                    let one = [*image].into();
                    let encoding = Encoding::of_images(snapshot, test, &one, &mut Scratch::default(), &mut || true);
                    encoding.map(|encoding| encoding.mean)
                };
                images.iter().map(code).collect::<Option<_>>().ok_or_else(no_encoder)
            }
        }
    }
}

impl Waypoints {
    fn count(&self) -> usize {
        match self {
            Self::Latents(latents) => latents.len(),
            Self::Positions(positions) => positions.len(),
            Self::Images(images) => images.len(),
        }
    }

    fn coordinates(&self) -> Box<dyn Iterator<Item = f32> + '_> {
        match self {
            Self::Latents(latents) => Box::new(latents.iter().flatten().copied()),
            Self::Positions(positions) => Box::new(positions.iter().flatten().copied()),
            Self::Images(_) => Box::new(std::iter::empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::dataset::ImageShape;
    use crate::snapshot::{Activation, Network, Operation};

    fn read(name: &str, text: impl AsRef<[u8]>) -> Result<PathFile, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let place = format!("{}/", folder.path().display());
        PathFile::read(&path).map_err(|error| error.to_string().replace(&place, ""))
    }

    #[test]
    fn both_forms_say_the_same() {
        let toml =
            "latents = [[0, 1.5], [2, 3]]\nkind = \"geodesic\"\nclosed = true\nframes = 48\nconstant_speed = true\n";
        let found = read("path.toml", toml).unwrap();
        assert_eq!(found.waypoints, Waypoints::Latents(vec![vec![0.0, 1.5], vec![2.0, 3.0]]));
        assert_eq!(
            (found.kind, found.closed, found.frames, found.constant_speed),
            (PathKind::Geodesic, true, 48, true)
        );
        let found = read("path.JSON", r#"{"images": [3, 1], "kind": "spherical"}"#).unwrap();
        assert_eq!((found.waypoints, found.kind), (Waypoints::Images(vec![3, 1]), PathKind::Spherical));
        assert_eq!((found.closed, found.frames, found.constant_speed), (false, FRAMES, false));
    }

    #[test]
    fn what_is_no_path_is_refused_in_one_sentence() {
        let path = "expected a path (latents, positions or images; kind, closed, frames, constant_speed), found";
        let many = format!("images = {:?}", vec![1; 1001]);
        for (name, text, sentence) in [
            ("p.toml", "", format!("{path} no waypoints")),
            ("p.toml", "latents = 3", format!("{path} ")),
            ("p.toml", "images = [1, 2]\nfarmes = 3", format!("{path} unknown field `farmes`")),
            ("p.toml", "images = [1, -2]", format!("{path} ")),
            ("p.toml", "images = [1, 2]\nkind = \"straigth\"", format!("{path} unknown variant `straigth`")),
            ("p.json", "{\"images\": [1", format!("{path} EOF")),
            ("p.json", &"[".repeat(100_000), format!("{path} brackets in more than 16 brackets")),
            (
                "p.toml",
                &format!("latents = {}", "[".repeat(100_000)),
                format!("{path} brackets in more than 16 brackets"),
            ),
            ("p.toml", "images = [1]", "expected 2 to 1000 waypoints, found 1".into()),
            ("p.toml", &many, "expected 2 to 1000 waypoints, found 1001".into()),
            ("p.toml", "images = [1, 2]\nframes = 0", "expected 1 to 10000 frames, found 0".into()),
            ("p.toml", "positions = [[nan, 0], [1, 1]]", "expected coordinates from −10000 to 10000, found NaN".into()),
            ("p.json", "{\"positions\": [[0, 1e9], [1, 1]]}", "from −10000 to 10000, found 1000000000".into()),
            (
                "p.toml",
                "images = [1, 2]\npositions = [[0, 0], [1, 1]]",
                "expected one kind of waypoints, found several".into(),
            ),
        ] {
            let said = read(name, text).unwrap_err();
            assert!(said.starts_with(&format!("{name}: ")) && said.contains(&sentence), "{said}");
            assert!(!said.contains('\n'), "{said}");
        }
        assert!(read("p.toml", [0xff, 0xfe]).unwrap_err().contains("expected text in UTF-8"));
        let missing = PathFile::read(Path::new("nowhere.toml")).unwrap_err().to_string();
        assert_eq!(missing, "nowhere.toml: expected a file, found nothing");
    }

    #[test]
    fn waypoints_must_fit_the_model() {
        let operation = Operation::linear("one", 0, (vec![1.0; 12], vec![0.0; 4]), Activation::Identity);
        let decoder = Network::new(3, vec![operation]).unwrap();
        let image = ImageShape::grey(2, 2);
        let snapshot = Snapshot {
            step: 0,
            image,
            latent: 3,
            likelihood: None,
            decoder,
            encoder: None,
            critic: None,
            prior: Default::default(),
        };
        let said = |text: &str| read("p.toml", text).unwrap().latents(&snapshot, None, None).unwrap_err().to_string();
        assert!(said("latents = [[0, 1, 2], [0, 1]]").contains("expected latents of 3 numbers, found 2"));
        assert!(said("images = [0, 1]").contains("expected latents or positions, found images, and no encoder"));
        let plane = Plane::of_axes(3, 2, 0);
        let along = read("p.toml", "positions = [[1, 2], [3, 4]]").unwrap().latents(&snapshot, None, Some(&plane));
        assert_eq!(along.unwrap(), [[2.0, 0.0, 1.0], [4.0, 0.0, 3.0]]);
    }
}
