//! Readers of checkpoints: with checksums, at which what was changed is refused, and without.

use crate::corpus::{Corpus, Entry, entry};
use crate::place::Runs;
use crate::run_files::opened;
use crate::runner::{Read, Verdict, ensure, refused};
use latentarium::nn::optimizer::Moments;
use latentarium::run::{self, Checkpoint, Opened};
use std::collections::BTreeMap;

/// More than any file of tensors has here, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// A file of a checkpoint that has no checksums: alone first, then in the run.
pub fn file(runs: &Runs, part: &str, entry: &Entry, bytes: &[u8]) -> Verdict {
    let run = runs.of(entry);
    run.put(part, bytes);
    let model = run::read_config(&run.path().join("config.toml")).unwrap().model;
    let changes = run::read_changes(run.path(), &model).unwrap();
    let checkpoint = match Checkpoint::read_at(run.path(), run.step, &changes, |_| Ok(MOST_BYTES)) {
        Ok(checkpoint) => checkpoint,
        Err(error) => return refused(error),
    };
    ensure(checkpoint.step == run.step && checkpoint.train_s >= 0.0, || format!("{checkpoint:.200?}"))?;
    let mut values = checkpoint.saved.weights.values().chain(checkpoint.saved.moments.values().flat_map(both));
    ensure(values.all(|values| values.iter().all(|value| value.is_finite())), || "not finite".to_owned())?;
    match opened(run)? {
        Ok(opened) => {
            ensure(opened.checkpoint == checkpoint, || "another checkpoint".to_owned())?;
            let original = shapes(&checkpoint.saved.weights);
            let made = latentarium::model::Model::new(&opened.config.model, opened.config.image);
            let made = made.and_then(|model| model.save()).map_err(|error| error.to_string())?;
            ensure(original == shapes(&made.weights), || format!("{original:?} fit no model"))?;
            Ok(Read::Whole)
        }
        Err(_) => Ok(Read::Refused),
    }
}

fn both(moments: &Moments) -> [&Vec<f32>; 2] {
    [&moments.first, &moments.second]
}

fn shapes(weights: &BTreeMap<String, Vec<f32>>) -> Vec<(&str, usize)> {
    weights.iter().map(|(name, values)| (name.as_str(), values.len())).collect()
}

/// A run whose checkpoint has checksums: it opens as it was, or not at all.
pub struct Checked {
    runs: Runs,
    whole: Opened,
}

impl Checked {
    /// The whole files of one run.
    pub fn corpus() -> Corpus {
        Corpus::new(vec![
            entry("config", "vae.toml"),
            entry("changes", "vae.toml"),
            entry("state", "vae.sums.toml"),
            entry("weights", "vae.safetensors"),
            entry("optimizer", "vae.safetensors"),
        ])
    }

    pub fn new() -> Self {
        let runs = Runs::new(true);
        let whole = run::open(runs.of(&Self::corpus().entries[0]).path()).unwrap();
        Self { runs, whole }
    }

    pub fn read(&self, entry: &Entry, bytes: &[u8]) -> Verdict {
        let run = self.runs.of(entry);
        run.put(&entry.folder, bytes);
        let opened = match run::open(run.path()) {
            Ok(opened) => opened,
            Err(error) => return refused(error),
        };
        let is_by_bytes = !["changes", "state"].contains(&entry.folder.as_str());
        ensure(!is_by_bytes || bytes == entry.bytes, || "other bytes were not noticed".to_owned())?;
        ensure(opened.checkpoint == self.whole.checkpoint, || "another checkpoint".to_owned())?;
        ensure(opened.config == self.whole.config, || format!("another configuration: {:?}", opened.config))?;
        Ok(Read::Whole)
    }
}
