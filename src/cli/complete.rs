//! `latentarium complete`.

use super::Outcome;
use super::common::{check_ending, open_for_images, within, write_png};
use super::interruption::{SOON, is_interrupted, note_interruptions};
use super::output::say;
use crate::dataset::Dataset;
use crate::explore::completion::KeepRule;
use crate::explore::image_completer::ImageCompleter;
use crate::model::{Completion, CompletionDraws, ModelCopy};
use crate::picture::{CompletedRow, completions};
use crate::run::Opened;
use anyhow::{Result, bail};
use clap::Args;
use std::path::PathBuf;

/// Images, and draws of each, at most.
const MOST: usize = 64;

#[derive(Args)]
pub struct CompleteArguments {
    /// Runs, of any models of images of one shape.
    #[arg(num_args = 1.., required = true)]
    runs: Vec<PathBuf>,
    /// Other data than the first run was trained on.
    #[arg(long)]
    data: Option<String>,
    /// What is kept of each image: top, bottom, left or right, half of it; or random:P, each pixel with the probability P.
    #[arg(long, value_parser = keep_rule)]
    keep: KeepRule,
    /// Draws of the missing pixels of each image.
    #[arg(long, value_name = "N", default_value_t = 4)]
    draws: usize,
    /// Test images, the first ones.
    #[arg(long, value_name = "N", default_value_t = 3)]
    images: usize,
    /// Seed of the draws, and of which pixels are kept where that is random.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The picture to write: a row an image and run, with the image, what is kept of it, and the draws.
    #[arg(long)]
    out: PathBuf,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
}

fn keep_rule(name: &str) -> Result<KeepRule, String> {
    let rule = KeepRule::named(name);
    rule.ok_or_else(|| format!("expected top, bottom, left, right or random:P with P from 0 to 1, found {name}"))
}

pub fn run(arguments: &CompleteArguments) -> Result<Outcome> {
    let CompleteArguments { runs: folders, keep, seed, .. } = arguments;
    check_ending("--out", &arguments.out, &["png"])?;
    within("--draws", arguments.draws, 1..=MOST)?;
    note_interruptions(SOON)?;
    let (runs, dataset) = open_for_images(folders, arguments.data.as_deref(), "to complete")?;
    let (shape, test) = (dataset.shape(), &dataset.test);
    within("--images", arguments.images, 1..=MOST.min(test.count()))?;
    let images: Vec<usize> = (0..arguments.images).collect();
    let masks: Vec<Vec<bool>> = images.iter().map(|image| keep.mask(shape, *seed, *image as u64)).collect();
    let mut of_runs = Vec::with_capacity(runs.len());
    for run in &runs {
        let completer = completer_of(run, &dataset)?;
        let mut completed = Vec::with_capacity(images.len());
        for (image, kept) in images.iter().zip(&masks) {
            if is_interrupted() {
                return Ok(Outcome::Interrupted);
            }
            let draws = CompletionDraws { seed: *seed, image: *image as u64, count: arguments.draws };
            match completer.complete(test, kept, draws, &mut || !is_interrupted())? {
                Some(completion) => completed.push(completion),
                None if is_interrupted() => return Ok(Outcome::Interrupted),
                None => bail!("{}: expected decoded images that are numbers, found none", run.folder.display()),
            }
        }
        of_runs.push(completed);
    }
    let originals = test.gather(&images);
    let originals: Vec<&[f32]> = originals.chunks_exact(shape.values().max(1)).collect();
    let mut rows = Vec::with_capacity(images.len() * runs.len());
    for (place, ((image, kept), original)) in images.iter().zip(&masks).zip(originals).enumerate() {
        for (run, completed) in runs.iter().zip(&of_runs) {
            let Some(completion) = completed.get(place) else { continue };
            let words = vec![format!("#{image}  {}", run.config.model.preset), format!("log p {}", nats(completion))];
            rows.push(CompletedRow { words, original, kept, draws: &completion.draws });
        }
    }
    let heading = format!("{}, keep {keep}, seed {seed}; log p(missing | kept)", dataset.name);
    write_png(&arguments.out, &completions(shape, &heading, &rows)?)?;
    if arguments.json {
        say(line(arguments, &runs, &images, &of_runs))?;
        return Ok(Outcome::Done);
    }
    say(arguments.out.display())?;
    for (folder, completed) in folders.iter().zip(&of_runs) {
        for (image, completion) in images.iter().zip(completed) {
            say(format!("{}  #{image}  log p(missing | kept) {}", folder.display(), nats(completion)))?;
        }
    }
    Ok(Outcome::Done)
}

/// The model of a run's newest weights, as what completes images of the data.
fn completer_of(run: &Opened, dataset: &Dataset) -> Result<ImageCompleter> {
    let Opened { config, checkpoint, .. } = run;
    let (config, shape) = (config.model.clone(), config.image);
    let copy = ModelCopy { step: checkpoint.step, config, shape, saved: checkpoint.saved.clone() };
    Ok(ImageCompleter::of(&copy, &dataset.train)?)
}

/// log p(missing | kept) in words.
fn nats(completion: &Completion) -> String {
    completion.log_p.map_or_else(|| "not known".to_owned(), |log_p| format!("{log_p:.1} nats"))
}

/// The line of `--json`: of each run log p(missing | kept) of each image, in nats, null where it is not known.
fn line(
    arguments: &CompleteArguments,
    runs: &[Opened],
    images: &[usize],
    of_runs: &[Vec<Completion>],
) -> serde_json::Value {
    let model = |((folder, run), completed): ((&PathBuf, &Opened), &Vec<Completion>)| {
        let log_ps: Vec<Option<f64>> = completed.iter().map(|completion| completion.log_p).collect();
        serde_json::json!({
            "run": folder.display().to_string(), "preset": run.config.model.preset, "step": run.checkpoint.step,
            "log_p_missing": log_ps,
        })
    };
    let models: Vec<_> = arguments.runs.iter().zip(runs).zip(of_runs).map(model).collect();
    serde_json::json!({
        "out": arguments.out.display().to_string(), "keep": arguments.keep.to_string(), "seed": arguments.seed,
        "draws": arguments.draws, "images": images, "models": models,
    })
}
