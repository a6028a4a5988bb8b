//! The corpus: a folder a reader, in it whole files and files with something wrong.

use crate::mutation::Mutation;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The longest input, in bytes: what repeats parts of an input would make it grow without end.
pub const LONGEST: usize = 1 << 15;
/// Bytes of an entry that words are taken from.
const TEXT: usize = 4096;
/// The longest word.
const LONGEST_WORD: usize = 32;

/// A file of the corpus, called `TARGET.EXTENSION`, or `TARGET.WHAT.EXTENSION`.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The reader's folder.
    pub folder: String,
    /// The file's name.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl Entry {
    /// What it takes the place of: a file of data, or the run of a family.
    pub fn target(&self) -> &str {
        self.name.split('.').next().unwrap()
    }

    /// Whether a reader must refuse it.
    pub fn is_wrong(&self) -> bool {
        self.name.contains(".wrong-")
    }
}

/// What one reader's inputs are made of.
pub struct Corpus {
    /// In order of their names.
    pub entries: Vec<Entry>,
    /// All that stand in any of them.
    pub words: Vec<Vec<u8>>,
}

/// An input before it is made: an entry and what is done to it.
#[derive(Clone, Debug)]
pub struct Input {
    /// The number of the entry.
    pub entry: usize,
    /// In order.
    pub mutations: Vec<Mutation>,
}

/// Where the corpus lies.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// A file of the corpus.
pub fn entry(folder_of: &str, name: &str) -> Entry {
    let path = folder().join(folder_of).join(name);
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Entry { folder: folder_of.to_owned(), name: name.to_owned(), bytes }
}

impl Corpus {
    /// A reader's own folder.
    pub fn of(name: &str) -> Self {
        let files = fs::read_dir(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut names: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        Self::new(names.iter().map(|file| entry(name, file)).collect())
    }

    pub fn new(entries: Vec<Entry>) -> Self {
        let texts = entries.iter().map(|entry| &entry.bytes[..entry.bytes.len().min(TEXT)]);
        let words = texts.flat_map(|text| crate::text::words(text).into_iter().map(|place| text[place].to_vec()));
        let words: BTreeSet<Vec<u8>> = words.filter(|word| word.len() <= LONGEST_WORD).collect();
        Self { entries, words: words.into_iter().collect() }
    }

    /// Without what a reader must refuse: another may take it.
    pub fn whole(self) -> Self {
        Self { entries: self.entries.into_iter().filter(|entry| !entry.is_wrong()).collect(), ..self }
    }

    /// The bytes of an input.
    pub fn bytes(&self, input: &Input) -> Vec<u8> {
        let mut bytes = self.entries[input.entry].bytes.clone();
        for mutation in &input.mutations {
            mutation.apply(&mut bytes, self);
            bytes.truncate(LONGEST);
        }
        bytes
    }
}
