//! Where a person says that the files lie: the table's addresses pointed elsewhere.

use super::table::{DOWNLOADS, Download, RemoteFile};
use crate::dataset::source::SourceError;
use crate::disk::read_file;
use crate::message::{Message, message};
use serde::Deserialize;
use std::path::Path;

/// The environment variable with the address of a mirror, which holds `NAME/FILE` of every data set.
const MIRROR_VARIABLE: &str = "LATENTARIUM_MIRROR";
/// The file in the program's folder of settings.
const FILE: &str = "downloads.toml";
/// The most bytes that it may have.
const LARGEST_BYTES: u64 = 64 << 10;

/// Other addresses than the table's: `downloads.toml`, and over it the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mirrors {
    /// The address of a folder that holds `NAME/FILE` of every data set.
    pub mirror: Option<String>,
    /// Single files that lie elsewhere, or are other than the table says.
    #[serde(default, rename = "file")]
    pub files: Vec<MirroredFile>,
}

/// One file that lies elsewhere. What is not said is as in the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MirroredFile {
    /// The data set's name.
    pub data: String,
    /// The file's name.
    pub name: String,
    /// Its whole address.
    pub address: Option<String>,
    /// Its length.
    pub bytes: Option<u64>,
    /// Its SHA-256 in hexadecimal.
    pub sha256: Option<String>,
}

/// A file to be downloaded: where it is, and what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its name in the cache.
    pub name: &'static str,
    /// Its whole address.
    pub address: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

impl Mirrors {
    /// What a person says: the file in the folder of settings, and `LATENTARIUM_MIRROR` for all addresses.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn of_person() -> Result<Self, SourceError> {
        let file = directories::ProjectDirs::from("", "", "latentarium").map(|own| own.config_dir().join(FILE));
        let mut mirrors = match file {
            Some(path) => Self::read(&path)?,
            None => Self::default(),
        };
        if let Ok(mirror) = std::env::var(MIRROR_VARIABLE)
            && !mirror.is_empty()
        {
            mirrors.mirror = Some(mirror);
            mirrors.files.iter_mut().for_each(|file| file.address = None);
        }
        Ok(mirrors)
    }

    /// Reads a file of addresses; none where there is no such file.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn read(path: &Path) -> Result<Self, SourceError> {
        let wrong = |found| SourceError::unexpected(path, message!("a table of other addresses for downloads"), found);
        let bytes = match read_file(path, LARGEST_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.is_missing => return Ok(Self::default()),
            Err(error) => return Err(SourceError::unexpected(path, error.expected, error.found)),
        };
        let text = String::from_utf8(bytes).map_err(|_| wrong(message!("bytes that are not text")))?;
        let mirrors: Self = toml::from_str(&text).map_err(|error| wrong(Message::words(error)))?;
        let is_known = |file: &MirroredFile| {
            Download::named(&file.data).is_some_and(|of| of.files.iter().any(|known| known.name == file.name))
        };
        if let Some(file) = mirrors.files.iter().find(|file| !is_known(file)) {
            let known = DOWNLOADS.iter().flat_map(|of| of.files.iter().map(move |file| (of.name, file.name)));
            let known = known.map(|(of, file)| format!("{of} {file}")).collect::<Vec<_>>().join(", ");
            let found = message!("{data} {name}, which is none of {known}", data = file.data, name = file.name, known);
            return Err(wrong(found));
        }
        let is_sum = |sum: &String| sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
        if let Some(sum) = mirrors.files.iter().filter_map(|file| file.sha256.as_ref()).find(|sum| !is_sum(sum)) {
            return Err(wrong(message!("{sum}, which is no SHA-256 of 64 hexadecimal digits", sum)));
        }
        Ok(mirrors)
    }

    /// The files of a data set, where they are and what they must be.
    pub fn wanted(&self, download: &Download) -> Vec<Wanted> {
        download.files.iter().map(|file| self.wanted_file(download, file)).collect()
    }

    fn wanted_file(&self, download: &Download, file: &RemoteFile) -> Wanted {
        let said = self.files.iter().find(|said| said.data == download.name && said.name == file.name);
        let usual = match &self.mirror {
            Some(mirror) => format!("{}/{}/{}", mirror.trim_end_matches('/'), download.name, file.name),
            None => format!("{}{}", download.base, file.name),
        };
        Wanted {
            name: file.name,
            address: said.and_then(|said| said.address.clone()).unwrap_or(usual),
            bytes: said.and_then(|said| said.bytes).unwrap_or(file.bytes),
            sha256: said.and_then(|said| said.sha256.clone()).unwrap_or_else(|| file.sha256.to_owned()).to_lowercase(),
        }
    }
}
