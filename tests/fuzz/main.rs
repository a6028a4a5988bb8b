//! Each reader on its corpus and mutations of it: it reads or refuses, in one sentence, soon and within bounded memory, and
//! what it reads is whole. For some tenths of a second each; with `LATENTARIUM_LONG=1` for a million inputs or ten minutes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod checkpoints;
mod corpus;
mod data;
mod downloads;
mod made;
mod minimal;
mod mutation;
mod place;
mod run_files;
mod runner;
mod text;
mod typed;
mod watch;
mod window;

use corpus::Corpus;
use runner::fuzz;

#[test]
fn idx_files() {
    let reader = data::Idx::new(false);
    fuzz("idx", &Corpus::of("idx"), |entry, bytes| reader.read(entry, bytes));
}

#[test]
fn packed_idx_files() {
    let reader = data::Idx::new(true);
    fuzz("idx, packed after the mutation", &Corpus::of("idx"), |entry, bytes| reader.read(entry, bytes));
}

#[test]
fn gzip_files() {
    let reader = data::Idx::new(false);
    fuzz("gzip", &Corpus::of("gzip"), |entry, bytes| reader.read(entry, bytes));
}

#[test]
fn cifar_batches() {
    let reader = data::Cifar::new();
    fuzz("cifar", &Corpus::of("cifar"), |entry, bytes| reader.read(entry, bytes));
}

#[test]
fn cifar_names() {
    let reader = data::Cifar::new();
    fuzz("cifar-names", &Corpus::of("cifar-names"), |entry, bytes| reader.read(entry, bytes));
}

#[test]
fn numpy_files() {
    let reader = data::Npy::new();
    fuzz("npy", &Corpus::of("npy"), |entry, bytes| reader.read(entry, bytes));
}

#[test]
fn numpy_archives() {
    let reader = data::Npz::new();
    fuzz("npz", &Corpus::of("npz"), |_, bytes| reader.read(bytes));
}

#[test]
fn arrays_packed_after_the_mutation() {
    let reader = data::Npz::new();
    fuzz("npz, packed after the mutation", &Corpus::of("npy"), |entry, bytes| reader.read_member(entry, bytes));
}

#[test]
fn images() {
    let reader = data::Images::new();
    fuzz("images", &Corpus::of("images"), |entry, bytes| reader.read(entry, bytes));
}

#[test]
fn tables_of_images() {
    let reader = data::Images::new();
    fuzz("tables", &Corpus::of("table"), |_, bytes| reader.read_table(bytes));
}

#[test]
fn files_of_points() {
    let reader = data::Points::new();
    fuzz("points", &Corpus::of("points"), |_, bytes| reader.read(bytes));
}

#[test]
fn tar_archives() {
    let reader = downloads::Archives::of_tar();
    fuzz("tar", &Corpus::of("tar"), |_, bytes| reader.read_tar(bytes));
}

#[test]
fn packed_tar_archives() {
    let reader = downloads::Archives::of_tar();
    fuzz("tar-gzip", &Corpus::of("tar-gzip"), |_, bytes| reader.read_tar(bytes));
}

#[test]
fn tar_archives_packed_after_the_mutation() {
    let reader = downloads::Archives::of_tar();
    fuzz("tar, packed after the mutation", &Corpus::of("tar"), |entry, bytes| reader.read_packed_tar(entry, bytes));
}

#[test]
fn zip_archives() {
    let reader = downloads::Archives::of_zip();
    fuzz("zip", &Corpus::of("zip"), |_, bytes| reader.read_zip(bytes));
}

#[test]
fn configurations() {
    let runs = place::Runs::new(false);
    fuzz("config", &Corpus::of("config"), |entry, bytes| run_files::config(&runs, entry, bytes));
}

#[test]
fn changes() {
    let runs = place::Runs::new(false);
    fuzz("changes", &Corpus::of("changes"), |entry, bytes| run_files::changes(&runs, entry, bytes));
}

#[test]
fn plans() {
    let runs = place::Runs::new(false);
    fuzz("plan", &Corpus::of("plan"), |entry, bytes| run_files::plan(&runs, entry, bytes));
}

#[test]
fn planes() {
    let runs = place::Runs::new(false);
    fuzz("plane", &Corpus::of("plane"), |entry, bytes| run_files::plane(&runs, entry, bytes));
}

#[test]
fn origins_of_forks() {
    let runs = place::Runs::new(false);
    fuzz("fork", &Corpus::of("fork"), |entry, bytes| run_files::origin(&runs, entry, bytes));
}

#[test]
fn figures() {
    let runs = place::Runs::new(false);
    fuzz("metrics", &Corpus::of("metrics"), |entry, bytes| run_files::metrics(&runs, entry, bytes));
}

#[test]
fn states_of_checkpoints() {
    let runs = place::Runs::new(false);
    fuzz("state", &Corpus::of("state"), |entry, bytes| checkpoints::file(&runs, "state", entry, bytes));
}

#[test]
fn weights() {
    let runs = place::Runs::new(false);
    fuzz("weights", &Corpus::of("weights"), |entry, bytes| checkpoints::file(&runs, "weights", entry, bytes));
}

#[test]
fn optimisers() {
    let runs = place::Runs::new(false);
    fuzz("optimizer", &Corpus::of("optimizer"), |entry, bytes| checkpoints::file(&runs, "optimizer", entry, bytes));
}

#[test]
fn runs_with_checksums() {
    let checked = checkpoints::Checked::new();
    fuzz("runs with checksums", &checkpoints::Checked::corpus(), |entry, bytes| checked.read(entry, bytes));
}

#[test]
fn state_files_of_the_window() {
    let reader = window::StateFile::new();
    fuzz("window", &Corpus::of("window"), |entry, bytes| reader.read(entry, bytes));
}

#[test]
fn states_of_the_window() {
    fuzz("state of the window", &Corpus::of("window").whole(), |_, bytes| window::state(bytes));
}

#[test]
fn layouts_of_the_window() {
    fuzz("layout", &Corpus::of("layout"), |_, bytes| window::layout(bytes));
}

#[test]
fn typed_settings() {
    let typed = typed::Settings::new();
    fuzz("set", &Corpus::of("set"), |_, bytes| typed.read(bytes));
}

#[test]
fn typed_sources() {
    fuzz("source", &Corpus::of("source"), |_, bytes| typed::source(bytes));
}

#[test]
#[ignore = "writes the corpus; for who changes a format"]
fn the_corpus_is_made_anew() {
    made::corpus();
}
