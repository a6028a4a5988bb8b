//! All that data can come from, and the one function that opens any of it.

use super::cifar::Cifar10;
use super::digits::Digits;
use super::download::{self, Download};
use super::format::{BuiltIn, Candidate, Format};
use super::idx::IdxFolder;
use super::images::{ImageFolder, ImageTable};
use super::numpy::{Npy, Npz};
use super::options::DataOptions;
use super::points_file::PointsFile;
use super::progress::Progress;
use super::set::Dataset;
use super::source::{Place, Source, SourceError};
use super::sprites::Sprites;
use super::toys;
use super::understood;
use super::view::looked_at;
use crate::message::{Message, message};
use serde::{Deserialize, Deserializer};
use std::path::{Path, PathBuf, is_separator};

/// Every format that files and folders are read in.
pub static FORMATS: &[&dyn Format] = &[&IdxFolder, &Cifar10, &Npy, &Npz, &ImageFolder, &ImageTable, &PointsFile];

/// Every data set that comes with the program; the first one is what a first start opens.
pub static BUILT_IN: &[&dyn BuiltIn] =
    &[&Digits, &Sprites, &toys::RING, &toys::GRID, &toys::MOONS, &toys::SWISS_ROLL, &toys::PINWHEEL, &toys::SPIRALS];

impl Source {
    /// What a person typed or chose: the name of a data set that comes with the program or is downloaded, or a path, which is
    /// made absolute here, so that all that is written of it means the same from any folder.
    pub fn parse(text: &str) -> Self {
        Self::from(text.to_owned()).absolute()
    }
}

impl Default for Source {
    fn default() -> Self {
        Self::built_in(Digits.name())
    }
}

/// As it is written in a file; a path stays as it is. What stands behind the last `?` and is no options is part of a path.
impl From<String> for Source {
    fn from(text: String) -> Self {
        let options = text.rsplit_once('?').and_then(|(place, options)| Some((place, DataOptions::parse(options)?)));
        match options {
            Some((place, options)) => Self { place: Place::named(place), options },
            None => Place::named(&text).into(),
        }
    }
}

impl Place {
    /// The data set of this name, or a path.
    fn named(text: &str) -> Self {
        if let Some(built_in) = BUILT_IN.iter().find(|built_in| built_in.name() == text) {
            return Self::BuiltIn(built_in.name());
        }
        match Download::named(text) {
            Some(download) => Self::Download(download.name),
            None => Self::Path(PathBuf::from(text)),
        }
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(String::deserialize(deserializer)?))
    }
}

/// Opens a source that a person asked for just now, by a click, a typed name or a flag: what is not in the cache is
/// downloaded first.
///
/// # Errors
/// The same as [`load`]'s, or what is wrong with the download.
pub fn fetch_and_load(source: &Source, progress: &Progress) -> Result<Dataset, SourceError> {
    check_named(source)?;
    if let Place::Download(name) = source.place
        && let Some(download) = Download::named(name)
    {
        download::fetch(download, progress)?;
    }
    load(source, progress)
}

/// Opens a source: generates, or reads and checks, with progress and a way to cancel; then looks at the part of it that its
/// options say. Nothing is downloaded: what a session, a run or a step of undo names is only looked for in the cache. The data
/// set's own source is absolute.
///
/// # Errors
/// One sentence that names the file, what was expected and what was found.
pub fn load(source: &Source, progress: &Progress) -> Result<Dataset, SourceError> {
    let source = source.clone().absolute();
    check_named(&source)?;
    let opened = match &source.place {
        Place::BuiltIn(name) => match BUILT_IN.iter().find(|built_in| built_in.name() == *name) {
            Some(built_in) => built_in.open(progress),
            None => Err(SourceError::unexpected(Path::new(name), expected(), message!("another name"))),
        },
        Place::Download(name) => match Download::named(name).map(|download| (download, download::in_cache(download))) {
            Some((_, Some(folder))) => open(&folder, &source.options, progress),
            Some((download, None)) => Err(SourceError::NotDownloaded { name, bytes: download.bytes() }),
            None => Err(SourceError::unexpected(Path::new(name), expected(), message!("another name"))),
        },
        Place::Path(path) => match misread(path) {
            Some(error) => Err(error),
            None => open(path, &source.options, progress),
        },
    };
    let opened = opened?;
    let notes = opened.notes.clone();
    let looked_at = looked_at(opened, &source.options)?;
    Ok(Dataset { source, notes, ..looked_at })
}

/// The options that the source of a name understands; none where nothing is called so.
fn options_of(name: &str) -> Option<&'static [&'static str]> {
    let built_in = BUILT_IN.iter().find(|built_in| built_in.name() == name).map(|built_in| built_in.options());
    built_in.or_else(|| Some(Download::named(name)?.options()))
}

/// Refuses options that the source of a name does not understand, without opening it; for a path that is done where its format
/// is known.
///
/// # Errors
/// Names the first of them, and those that it understands.
pub fn check_named(source: &Source) -> Result<(), SourceError> {
    match source.place {
        Place::BuiltIn(name) | Place::Download(name) => {
            understood::check(Path::new(name), &source.options, options_of(name).unwrap_or_default())
        }
        Place::Path(_) => Ok(()),
    }
}

/// What is wrong with options that were taken for a part of a path, as what stands before the `?` is there and the whole is not.
fn misread(path: &Path) -> Option<SourceError> {
    if path.symlink_metadata().is_ok() {
        return None;
    }
    let (place, options) = path.to_str()?.rsplit_once('?').filter(|(_, options)| !options.contains(is_separator))?;
    let place = Path::new(place);
    if place.exists() {
        return Some(match format_of(place) {
            Ok(format) => understood::misread(place, options, format.options()),
            Err(error) => error,
        });
    }
    // A path is made absolute before anybody looks whether it is one.
    let name = place.strip_prefix(std::env::current_dir().ok()?).ok()?;
    Some(understood::misread(name, options, options_of(name.to_str()?)?))
}

/// Opens a file or folder in the one format that claims it.
fn open(path: &Path, options: &DataOptions, progress: &Progress) -> Result<Dataset, SourceError> {
    let format = format_of(path)?;
    understood::check(path, options, format.options())?;
    format.open(path, options, progress)
}

/// The one format that claims a file or folder.
fn format_of(path: &Path) -> Result<&'static dyn Format, SourceError> {
    let candidate = Candidate::of(path, expected())?;
    let claimed: Vec<_> = FORMATS.iter().filter(|format| format.claims(&candidate)).collect();
    let found = match claimed.as_slice() {
        [format] => return Ok(**format),
        [] => match (FORMATS.iter().find_map(|format| format.near_miss(&candidate)), &candidate.names) {
            (Some(near_miss), _) => near_miss,
            (None, None) => message!("another file"),
            (None, Some(names)) if names.is_empty() => message!("an empty folder"),
            (None, Some(_)) => message!("a folder of other files"),
        },
        several => {
            let names = several.iter().map(|format| Message::words(format.name()));
            let names = names.reduce(|first, next| message!("{first} and of {next}", first, next));
            names.map_or_else(|| message!("another file"), |names| message!("files of {names}", names))
        }
    };
    Err(SourceError::unexpected(path, expected(), found))
}

/// What can be opened, as a refusal names it.
fn expected() -> Message {
    let mut summaries: Vec<_> = FORMATS.iter().map(|format| format.summary()).collect();
    let last = summaries.pop().unwrap_or_else(|| message!("another file"));
    match summaries.into_iter().reduce(|first, next| message!("{first}, {next}", first, next)) {
        Some(others) => message!("{others} or {last}", others, last),
        None => last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_types_is_absolute_and_what_a_file_holds_is_as_it_is() {
        let here = std::env::current_dir().unwrap_or_default();
        assert_eq!(Source::parse("./sets/small"), Source::path(here.join("sets/small")));
        assert_eq!(Source::from("sets/small".to_owned()), Source::path("sets/small"));
        for built_in in BUILT_IN {
            let source = Source::parse(built_in.name());
            assert_eq!(source, Source::built_in(built_in.name()));
            assert_eq!(Source::from(source.to_string()), source);
        }
        let looked_at = DataOptions { side: Some(32), invert: true, ..DataOptions::default() };
        let (faces, mirrored) = (Source::path("sets/faces?").with(looked_at), Source::path("what?mirrored"));
        assert_eq!(faces.to_string(), "sets/faces??side=32&invert");
        for source in [faces, mirrored] {
            assert_eq!(Source::from(source.to_string()), source);
        }
    }

    #[test]
    fn options_that_a_source_does_not_understand_are_named_with_those_that_it_does() {
        let said =
            |text: &str| load(&Source::parse(text), &Progress::default()).map_err(|error| error.to_string()).err();
        let images = "options among test=1…90&seed=N, class=NAME, take=N, balance, invert, binarize=1…100";
        let points = "options among test=1…90&seed=N, class=NAME, take=N, balance";
        for (text, expected, found) in [
            ("digits?side=32", images, "side=32"),
            ("digits?take=9&sid=32", images, "sid=32"),
            ("digits?test=91", images, "test=91"),
            ("mnist?crop", images, "crop"),
            ("mnist?color=grey", images, "color=grey"),
            ("8-ring?take=100&invert", points, "invert"),
            ("8-ring?binarise=50", points, "binarise=50"),
        ] {
            let (name, _) = text.split_once('?').unwrap_or_default();
            assert_eq!(said(text), Some(format!("{name}: expected {expected}, found {found}")));
        }
        assert_eq!(said("8-ring?take=100"), None);
        let nothing = said("nothing-here?side=0").unwrap_or_default();
        assert!(nothing.ends_with("found nothing there"), "{nothing}");
    }
}
