//! Folders of whole files in which one at a time is an input. They lie in memory where the system has a folder there.

use crate::corpus::{Entry, entry, folder};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder in memory, on Linux.
const IN_MEMORY: &str = "/dev/shm";
/// The families of which there is a run.
const FAMILIES: [&str; 3] = ["vae", "gan", "pca"];

/// A folder of whole files.
pub struct Place {
    folder: TempDir,
    whole: BTreeMap<String, Vec<u8>>,
    replaced: RefCell<Option<String>>,
}

impl Place {
    /// With these files; where a name has folders, in them.
    pub fn new(whole: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let made = tempfile::Builder::new();
        let folder = if Path::new(IN_MEMORY).is_dir() { made.tempdir_in(IN_MEMORY) } else { made.tempdir() };
        let (folder, whole): (TempDir, BTreeMap<_, _>) = (folder.unwrap(), whole.into_iter().collect());
        for (name, bytes) in &whole {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Self { folder, whole, replaced: RefCell::default() }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts an input in the place of a file, and the whole file back where the last one was.
    pub fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let before = self.replaced.replace(Some(name.to_owned())).filter(|before| before != name);
        if let Some(before) = before {
            match self.whole.get(&before) {
                Some(bytes) => fs::write(self.path().join(before), bytes).unwrap(),
                None => fs::remove_file(self.path().join(before)).unwrap(),
            }
        }
        let path = self.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

/// A run, made of the whole files of the corpus.
pub struct Run {
    /// Its folder.
    pub place: Place,
    /// The step of its one checkpoint.
    pub step: u64,
}

impl Run {
    fn new(family: &str, with_checksums: bool) -> Self {
        let state = if with_checksums { format!("{family}.sums.toml") } else { format!("{family}.toml") };
        let state = entry("state", &state).bytes;
        let table: toml::Table = str::from_utf8(&state).unwrap().parse().unwrap();
        let step = table["step"].as_integer().unwrap().cast_unsigned();
        let mut whole = vec![(inside("state", step), state)];
        for part in ["config", "changes", "plan", "plane", "metrics", "weights", "optimizer"] {
            let name = format!("{family}.{}", inside(part, step).rsplit('.').next().unwrap());
            if folder().join(part).join(&name).exists() {
                whole.push((inside(part, step), entry(part, &name).bytes));
            }
        }
        Self { place: Place::new(whole), step }
    }

    /// Puts an input in the place of one of its files, which is called as the corpus calls it.
    pub fn put(&self, part: &str, bytes: &[u8]) -> PathBuf {
        self.place.put(&inside(part, self.step), bytes)
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.place.path()
    }
}

/// Where a file of a run lies.
fn inside(part: &str, step: u64) -> String {
    match part {
        "metrics" => "metrics.csv".to_owned(),
        "state" => format!("checkpoints/{step:06}/state.toml"),
        "weights" | "optimizer" => format!("checkpoints/{step:06}/{part}.safetensors"),
        _ => format!("{part}.toml"),
    }
}

/// A run of each family.
pub struct Runs(BTreeMap<&'static str, Run>);

impl Runs {
    /// Whether or not their checkpoints have checksums, at which nearly all that was changed is refused.
    pub fn new(with_checksums: bool) -> Self {
        Self(FAMILIES.map(|family| (family, Run::new(family, with_checksums))).into())
    }

    /// The run that an entry is about.
    pub fn of(&self, entry: &Entry) -> &Run {
        self.0.get(entry.target()).unwrap_or_else(|| panic!("{} is of no family", entry.name))
    }
}
