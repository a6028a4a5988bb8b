//! `latentarium compare`.

use super::Outcome;
use super::common::{open, usage, write_png};
use super::output::say;
use crate::explore::compare::{Sheet, sheet};
use crate::picture::{self, ColorMap, FigureStyle};
use crate::run::{self, Opened};
use crate::snapshot::Likelihood;
use anyhow::{Result, bail};
use clap::Args;
use std::path::{Path, PathBuf};

/// Test images on the sheet.
const ROWS: usize = 20;
/// Models on the sheet.
const SHOWN: usize = 2;

#[derive(Args)]
pub struct CompareArguments {
    /// Runs of any families: two on the sheet, all in the table.
    #[arg(num_args = 2.., required = true)]
    runs: Vec<PathBuf>,
    /// Other data than the first run was trained on.
    #[arg(long)]
    data: Option<String>,
    /// The picture to write.
    #[arg(long)]
    out: PathBuf,
    /// Seed of the samples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &CompareArguments) -> Result<Outcome> {
    let [first, others @ ..] = arguments.runs.as_slice() else { return Err(usage("expected two runs or more")) };
    let (opened, dataset) = open(first, arguments.data.as_deref())?;
    if dataset.sample().is_point() {
        bail!(
            "{}: expected images for a sheet to compare models by, found points of {}",
            first.display(),
            dataset.sample()
        );
    }
    let mut runs = vec![opened];
    for folder in others {
        let opened = run::open(folder)?;
        if opened.config.sample() != dataset.sample() {
            bail!("{}: expected images of {}, found {}", folder.display(), dataset.sample(), opened.config.sample());
        }
        runs.push(opened);
    }
    let snapshots: Vec<_> = runs.iter().map(|run| &run.snapshot).collect();
    let sheet = sheet(&snapshots, &dataset, ROWS, arguments.seed);
    let mut shown = sheet.clone();
    shown.models.truncate(SHOWN);
    write_png(
        &arguments.out,
        &picture::compare(&shown, dataset.class_names(), ColorMap::Grey, &FigureStyle::default())?,
    )?;
    if arguments.json {
        let first = sheet.models.iter().find(|model| !model.reconstructions.is_empty());
        let line = serde_json::json!({
            "vae_run": arguments.runs.first().map(shown_path), "gan_run": arguments.runs.get(1).map(shown_path),
            "out": shown_path(&arguments.out),
            "images": sheet.originals.len(),
            "vae_steps": sheet.models.first().map(|model| model.step),
            "gan_steps": sheet.models.get(1).map(|model| model.step),
            "mean_squared_error": first.and_then(|model| model.squared_error()),
            "reconstruction_nats": first.and_then(|model| model.nats()),
            "models": models(&arguments.runs, &runs, &sheet),
        });
        say(line)?;
        return Ok(Outcome::Done);
    }
    say(arguments.out.display())?;
    for (folder, model) in arguments.runs.iter().zip(&sheet.models) {
        say(format!("{}, step {}", folder.display(), model.step))?;
        if let Some(error) = model.squared_error() {
            say(format!("mean squared error   {error:.5} a pixel"))?;
        }
        if let (Some(nats), Some(likelihood)) = (model.nats(), model.likelihood) {
            say(format!("reconstruction       {nats:.2} nats an image ({})", name_of(likelihood)))?;
        }
    }
    Ok(Outcome::Done)
}

/// A path as text, also where it is not Unicode.
fn shown_path(path: impl AsRef<Path>) -> String {
    path.as_ref().display().to_string()
}

fn name_of(likelihood: Likelihood) -> &'static str {
    match likelihood {
        Likelihood::Bernoulli => "bernoulli",
        Likelihood::Gaussian { .. } => "gaussian",
    }
}

/// The figures of every run; null where a family has none.
fn models(folders: &[PathBuf], runs: &[Opened], sheet: &Sheet) -> Vec<serde_json::Value> {
    let runs = folders.iter().zip(runs).zip(&sheet.models);
    let figures = runs.map(|((folder, run), model)| {
        serde_json::json!({
            "run": shown_path(folder), "preset": run.config.model.preset, "step": model.step,
            "mse": model.squared_error(), "nats": model.nats(), "likelihood": model.likelihood.map(name_of),
            "n": model.reconstructions.len(),
        })
    });
    figures.collect()
}
