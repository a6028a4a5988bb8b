//! `latentarium eval`.

use super::Outcome;
use super::common::{default_threads, figure, is_interrupted, note_interruptions, open, progress_bar, usage};
use super::eval_likelihood::LikelihoodArguments;
use crate::dataset::Dataset;
use crate::metrics::{TestFolds, class_share};
use crate::model::{Family, MetricId, Model};
use crate::random::{Purpose, normal_rows};
use crate::run::Opened;
use crate::snapshot::SharedScratch;
use anyhow::Result;
use candle_core::Device;
use clap::Args;
use std::path::PathBuf;

/// Samples that are sorted into classes.
const SAMPLES: usize = 1000;

#[derive(Args)]
pub struct EvalArguments {
    /// The run's folder.
    run: PathBuf,
    /// Other data than it was trained on.
    #[arg(long)]
    data: Option<String>,
    #[command(flatten)]
    likelihood: LikelihoodArguments,
    /// Threads; the figures do not depend on it.
    #[arg(long)]
    threads: Option<usize>,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &EvalArguments) -> Result<Outcome> {
    if arguments.threads == Some(0) {
        return Err(usage("threads: expected 1 or more, found 0"));
    }
    note_interruptions()?;
    let (opened, dataset) = open(&arguments.run, arguments.data.as_deref())?;
    let images = arguments.likelihood.check(&opened, &dataset)?;
    let mut line = serde_json::json!({
        "run": arguments.run, "preset": opened.config.model.preset, "steps": opened.checkpoint.step, "z": opened.config.model.latent,
    });
    let threads = arguments.threads.unwrap_or_else(default_threads);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let is_whole = pool.install(|| -> Result<bool> {
        match opened.config.model.family {
            Family::Gan => {}
            Family::Vae | Family::Autoencoder => evaluate_autoencoder(&opened, &dataset, &mut line)?,
        }
        if opened.config.model.family != Family::Autoencoder {
            evaluate_samples(&opened, &dataset, &mut line);
        }
        Ok(!is_interrupted() && arguments.likelihood.evaluate(&opened, &dataset, images, &mut line)?)
    })?;
    if !is_whole {
        return Ok(Outcome::Interrupted);
    }
    if arguments.json {
        println!("{line}");
    } else if let Some(fields) = line.as_object() {
        for (name, value) in fields {
            println!("{name:<21} {value}");
        }
    }
    Ok(Outcome::Done)
}

/// Means over the whole test set, in nats an image.
fn evaluate_autoencoder(opened: &Opened, dataset: &Dataset, line: &mut serde_json::Value) -> Result<()> {
    let config = &opened.config.model;
    let mut model = Model::new(config, opened.config.image)?;
    model.restore(&opened.checkpoint.saved)?;
    let count = dataset.test.count();
    let bar = progress_bar(count as u64, "images");
    let mut folds = TestFolds::default();
    let losses = model.test_on((&dataset.test, count), config, &Device::Cpu, &mut |batch| {
        bar.set_position(batch.done as u64);
        folds.add(batch.tested);
        !is_interrupted()
    })?;
    bar.finish_and_clear();
    let value = |id| losses.iter().find(|(other, _)| *other == id).map_or(0.0, |(_, value)| f64::from(*value));
    let (reconstruction, kl) = (value(MetricId::TEST_RECONSTRUCTION), value(MetricId::TEST_KL));
    line["test_recon"] = reconstruction.into();
    if config.family == Family::Vae {
        line["test_kl"] = kl.into();
        line["test_neg_elbo"] = (reconstruction + kl).into();
    }
    for (metric, values) in folds.figures() {
        line[metric.id.name()] = figure(metric, &values);
    }
    Ok(())
}

/// Which classes samples of the prior are of.
fn evaluate_samples(opened: &Opened, dataset: &Dataset, line: &mut serde_json::Value) {
    let latent = opened.snapshot.latent;
    let latents = normal_rows(opened.config.model.seed, Purpose::Evaluation, 0, SAMPLES, latent);
    let mut scratch = SharedScratch::default();
    let samples = opened.snapshot.decoder.evaluate_on_threads(&latents, SAMPLES, &mut scratch);
    // Null where the data has no classes.
    let classes = Some(dataset.class_names().len()).filter(|classes| *classes > 0);
    let share = classes.map(|classes| class_share(samples, SAMPLES, &dataset.train, classes));
    let rounded = |share: f64| (share * 1000.0).round() / 1000.0;
    let smallest = share.as_ref().map(|share| rounded(share.iter().copied().fold(f64::INFINITY, f64::min)));
    line["class_share"] = share.map(|share| share.into_iter().map(rounded).collect::<Vec<_>>()).into();
    line["smallest_share"] = smallest.into();
    line["pixel_std"] = pixel_deviation(samples, opened.snapshot.image.values()).into();
}

/// The standard deviation of each pixel over the samples, averaged over pixels: near 0 where all samples are alike.
fn pixel_deviation(samples: &[f32], pixels: usize) -> f64 {
    let count = (samples.len() / pixels.max(1)).max(1) as f64;
    let deviation = |pixel: usize| {
        let values = || samples.iter().skip(pixel).step_by(pixels).map(|value| f64::from(*value));
        let mean = values().sum::<f64>() / count;
        (values().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()
    };
    (0..pixels).map(deviation).sum::<f64>() / pixels.max(1) as f64
}
