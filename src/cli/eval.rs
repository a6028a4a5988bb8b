//! `latentarium eval`.

use super::Outcome;
use super::common::{figure, open, progress_bar, threads_of, usage};
use super::eval_inversion::InversionArguments;
use super::eval_likelihood::{LikelihoodArguments, images_of};
use super::eval_places::PlacesArguments;
use super::fields;
use super::figures::measure;
use super::interruption::{SOON, is_interrupted, note_interruptions};
use super::output::say;
use crate::dataset::Dataset;
use crate::explore::compare::FigureProtocol;
use crate::metrics::{ClassShares, Classifier, ClassifierEffort, PixelSpread, TestFolds};
use crate::model::Model;
use crate::random::Purpose;
use crate::run::Opened;
use crate::snapshot::SharedScratch;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

/// Test images and samples that figures are of, at most.
const FIGURE_IMAGES: usize = 10_000;
/// Samples that are looked at.
const SAMPLES: usize = 1000;
/// Values of samples that are in hand at a time: 64 MiB.
const SLICE_VALUES: usize = 16 << 20;

#[derive(Args)]
pub struct EvalArguments {
    /// The run's folder.
    run: PathBuf,
    /// Other data than it was trained on.
    #[arg(long)]
    data: Option<String>,
    #[command(flatten)]
    likelihood: LikelihoodArguments,
    #[command(flatten)]
    places: PlacesArguments,
    #[command(flatten)]
    inversion: InversionArguments,
    /// The figures that models of any family are compared by, with intervals and floors, as `compare` prints them.
    #[arg(long)]
    figures: bool,
    /// Test images that are looked at closely, the first ones; of --figures any [default: 1000, for places and figures 10000, for
    /// inversion 100, or all where there are fewer].
    #[arg(long, value_name = "N")]
    images: Option<usize>,
    /// Threads; the figures do not depend on it.
    #[arg(long)]
    threads: Option<usize>,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &EvalArguments) -> Result<Outcome> {
    let threads = threads_of(arguments.threads)?;
    note_interruptions(SOON)?;
    let (opened, dataset) = open(&arguments.run, arguments.data.as_deref())?;
    let EvalArguments { likelihood, places, inversion, figures, .. } = arguments;
    let looks_closely = likelihood.is_asked() || places.is_asked() || inversion.is_asked() || *figures;
    if arguments.images.is_some() && !looks_closely {
        let expected = "--nll-samples, --grid-nll, --gap, --places, --inversion or --figures";
        return Err(usage(format!("--images: expected {expected} beside it, found none")));
    }
    if *figures && dataset.sample().is_point() {
        return Err(usage(format!("--figures: expected a run of images, found points of {}", dataset.sample())));
    }
    let images = likelihood.check(&opened, &dataset, arguments.images)?;
    let figure_images = match figures {
        true => images_of(&dataset, arguments.images, FIGURE_IMAGES)?,
        false => 0,
    };
    let search = places.check(&opened, &dataset, arguments.images)?;
    let inversion = inversion.check(&opened, &dataset, arguments.images)?;
    let mut line = serde_json::json!({
        "run": arguments.run.display().to_string(), "preset": opened.config.model.preset, "steps": opened.checkpoint.step, "z": opened.config.model.latent(),
    });
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let is_whole = pool.install(|| -> Result<bool> {
        evaluate_model(&opened, &dataset, &mut line)?;
        if opened.config.model.family().samples {
            evaluate_samples(&opened, &dataset, &mut line)?;
        }
        if is_interrupted() || !likelihood.evaluate(&opened, &dataset, images, &mut line)? {
            return Ok(false);
        }
        let is_found = search.map_or(Ok(true), |search| search.evaluate(&opened, &dataset, &mut line))?
            && inversion.map_or(Ok(true), |inversion| inversion.evaluate(&opened, &dataset, &mut line))?;
        if !is_found || !figures {
            return Ok(is_found);
        }
        let protocol = FigureProtocol {
            images: figure_images,
            seed: opened.config.model.seed(),
            effort: ClassifierEffort::THOROUGH,
        };
        let Some(measured) = measure(std::slice::from_ref(&opened), &dataset, protocol)? else { return Ok(false) };
        measured.describe(&mut line);
        measured.list(0, &mut line);
        Ok(true)
    })?;
    if !is_whole {
        return Ok(Outcome::Interrupted);
    }
    if arguments.json {
        say(&line)?;
    } else {
        fields::rows(&line).iter().try_for_each(say)?;
    }
    Ok(Outcome::Done)
}

/// What the model's family measures on the whole test set, means an image.
fn evaluate_model(opened: &Opened, dataset: &Dataset, line: &mut serde_json::Value) -> Result<()> {
    let mut model = Model::new(&opened.config.model, opened.config.image)?;
    model.restore(&opened.checkpoint.saved)?;
    let bar = progress_bar(dataset.test.count() as u64, "images");
    let mut folds = TestFolds::default();
    let figures = model.evaluate(&dataset.test, &mut |batch| {
        bar.set_position(batch.done as u64);
        folds.add(batch.tested);
        !is_interrupted()
    })?;
    bar.finish_and_clear();
    for (name, value) in figures {
        line[name] = value.into();
    }
    for (metric, values) in folds.figures() {
        line[metric.id.name()] = figure(metric, &values);
    }
    Ok(())
}

/// Which classes samples of the prior are of, and how they spread.
fn evaluate_samples(opened: &Opened, dataset: &Dataset, line: &mut serde_json::Value) -> Result<()> {
    let seed = opened.config.model.seed();
    let go_on = &mut || !is_interrupted();
    let classifier = Classifier::train(dataset, ClassifierEffort::QUICK, go_on)?;
    // Null where the data has no classes.
    let shares = classifier.and_then(|classifier| ClassShares::of(&opened.snapshot, seed, &classifier, go_on));
    let latent = opened.snapshot.latent;
    let latents = opened.snapshot.draws(seed, Purpose::Evaluation, 0, SAMPLES);
    let pixels = opened.snapshot.image.values();
    let mut scratch = SharedScratch::default();
    let mut spread = PixelSpread::new(pixels);
    let slice = (SLICE_VALUES / pixels.max(1)).clamp(1, SAMPLES);
    for latents in latents.chunks(slice * latent) {
        let samples = opened.snapshot.decoder.evaluate_on_threads(latents, latents.len() / latent, &mut scratch);
        samples.chunks_exact(pixels.max(1)).for_each(|sample| spread.add(sample));
    }
    let rounded = |share: f64| (share * 1000.0).round() / 1000.0;
    line["class_share"] = shares.as_ref().map(|all| all.shares.iter().copied().map(rounded).collect::<Vec<_>>()).into();
    line["smallest_share"] = shares.map(|shares| rounded(shares.smallest())).into();
    line["pixel_std"] = spread.deviation().into();
    Ok(())
}
