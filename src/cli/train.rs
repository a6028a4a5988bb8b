//! `latentarium train`.

use super::Outcome;
use super::common::{default_threads, is_interrupted, load, note_interruptions, progress_bar, usage};
use crate::dataset::{Dataset, Source};
use crate::explore::default_plane;
use crate::model::{Binarize, Change, Config, Family, Likelihood, Series};
use crate::run;
use crate::trainer::{Control, Event, Options, Trainer};
use anyhow::{Result, bail};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

#[derive(Args)]
pub struct TrainArguments {
    /// The preset to train; `latentarium presets` lists them.
    #[arg(required_unless_present = "config", conflicts_with = "config")]
    preset: Option<String>,
    /// Repeat the run of this config.toml to the bit, with the changes beside it.
    #[arg(long, conflicts_with_all = ["z", "batch", "lr", "beta", "likelihood", "binarize", "seed"])]
    config: Option<PathBuf>,
    /// digits, or a folder of IDX files.
    #[arg(long)]
    data: Option<String>,
    /// Passes over the training images.
    #[arg(long, conflicts_with = "steps")]
    epochs: Option<u64>,
    /// Steps in all.
    #[arg(long)]
    steps: Option<u64>,
    /// Latent dimensions.
    #[arg(long)]
    z: Option<usize>,
    /// Images a step.
    #[arg(long)]
    batch: Option<usize>,
    /// Learning rate.
    #[arg(long)]
    lr: Option<f64>,
    /// Weight of the KL term.
    #[arg(long)]
    beta: Option<f64>,
    /// Distribution of pixels.
    #[arg(long, value_parser = ["bernoulli", "gaussian"])]
    likelihood: Option<String>,
    /// What is done to grey images.
    #[arg(long, value_parser = ["none", "static", "dynamic"])]
    binarize: Option<String>,
    /// Seed of every random stream.
    #[arg(long)]
    seed: Option<u64>,
    /// Threads; the result does not depend on it.
    #[arg(long)]
    threads: Option<usize>,
    /// The run's folder; must not exist.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
}

/// What is to be trained, on what, how long.
struct Plan {
    config: Config,
    changes: Vec<Change>,
    dataset: Arc<Dataset>,
    steps: u64,
}

impl TrainArguments {
    fn plan(&self) -> Result<Plan> {
        let (config, changes, source) = match (&self.config, &self.preset) {
            (Some(path), _) => {
                let config = run::read_config(path)?;
                let changes = run::read_changes(path.parent().unwrap_or(path.as_path()))?;
                (config.model, changes, config.data)
            }
            (None, preset) => {
                let source = Source::from(self.data.clone().unwrap_or_else(|| "digits".into()));
                (self.preset_config(preset.as_deref().unwrap_or_default())?, Vec::new(), source)
            }
        };
        config.check().map_err(|error| usage(error.to_string()))?;
        if self.threads == Some(0) {
            return Err(usage("threads: expected 1 or more, found 0"));
        }
        let source = self.data.clone().map_or(source, Source::from);
        let dataset = load(&source)?;
        if let Some(path) = &self.config {
            let expected = run::read_config(path)?.data_checksum;
            if expected != dataset.checksum {
                bail!(
                    "{}: expected the data it was trained on, found other images or labels in {source}",
                    path.display()
                );
            }
        }
        let per_epoch = (dataset.train.count() / config.batch) as u64;
        let repeated = self.config.as_ref().and_then(|path| Some(run::open(path.parent()?).ok()?.checkpoint.step));
        let steps = match (self.steps, self.epochs) {
            (Some(steps), _) => steps,
            (None, Some(epochs)) => epochs.saturating_mul(per_epoch),
            (None, None) => repeated.unwrap_or(10 * per_epoch),
        };
        Ok(Plan { config, changes, dataset, steps })
    }

    fn preset_config(&self, name: &str) -> Result<Config> {
        let mut config = Config::preset(name).ok_or_else(|| {
            usage(format!("expected one of the presets {}, found {name}", crate::model::PRESETS.join(", ")))
        })?;
        config.latent = self.z.unwrap_or(config.latent);
        config.batch = self.batch.unwrap_or(config.batch);
        config.learning_rate = self.lr.unwrap_or(config.learning_rate);
        config.seed = self.seed.unwrap_or(config.seed);
        if config.family != Family::Vae && self.beta.is_some() {
            return Err(usage(format!("--beta is for a VAE, {name} is none")));
        }
        if config.family == Family::Gan && (self.likelihood.is_some() || self.binarize.is_some()) {
            return Err(usage(format!("--likelihood and --binarize are for autoencoders, {name} is none")));
        }
        config.beta = self.beta.unwrap_or(config.beta);
        match self.likelihood.as_deref() {
            Some("gaussian") => config.likelihood = Likelihood::Gaussian,
            Some(_) => config.likelihood = Likelihood::Bernoulli,
            None => {}
        }
        match self.binarize.as_deref() {
            Some("static") => config.binarize = Binarize::Static,
            Some("dynamic") => config.binarize = Binarize::Dynamic,
            Some(_) => config.binarize = Binarize::None,
            None => {}
        }
        Ok(config)
    }
}

pub fn run(arguments: TrainArguments) -> Result<Outcome> {
    if let Some(out) = arguments.out.as_ref().filter(|out| out.exists()) {
        return Err(usage(format!("--out {}: expected a folder that does not exist yet, found one", out.display())));
    }
    let plan = arguments.plan()?;
    note_interruptions()?;
    let preset = plan.config.preset.clone();
    let out = arguments.out.unwrap_or_else(|| run::free_folder(&PathBuf::from("runs"), &preset, &plan.dataset.name));
    let options = Options {
        threads: arguments.threads.unwrap_or_else(default_threads),
        changes: plan.changes,
        total_steps: Some(plan.steps),
        ..Options::default()
    };
    let batch = plan.config.batch as u64;
    let dataset = plan.dataset;
    let trainer = Trainer::spawn(plan.config, dataset.clone(), options)?;
    // The folder is there from the beginning, with the checkpoint of step 0: a full disk is found before the work.
    trainer.send(Control::Save(out.clone()));
    trainer.send(Control::Start);
    let interrupted = watch(&trainer, plan.steps)?;
    trainer.send(Control::Save(out.clone()));
    wait_for_save(&trainer)?;
    if let Some(snapshot) = trainer.snapshot() {
        run::write_plane(&out, &default_plane(&snapshot, trainer.config().seed, Some(&dataset.test)))?;
    }
    let status = trainer.status();
    let epochs = status.step as f64 / status.steps_per_epoch.max(1) as f64;
    let rate = if status.train_s > 0.0 { (status.step * batch) as f64 / status.train_s } else { 0.0 };
    let losses: Vec<(Series, f32)> =
        Series::ALL.into_iter().filter_map(|series| Some((series, trainer.history().last(series)?.1))).collect();
    if arguments.json {
        let mut line = serde_json::json!({
            "run": out, "preset": preset, "steps": status.step, "epochs": epochs,
            "train_s": status.train_s, "samples_per_s": rate,
        });
        for (series, value) in losses {
            line[series.name()] = value.into();
        }
        println!("{line}");
    } else {
        println!("run            {}", out.display());
        println!("steps          {} ({epochs:.2} epochs)", status.step);
        println!("training       {:.1} s, {rate:.0} samples/s", status.train_s);
        for (series, value) in losses {
            println!("{:<14} {value:.4}", series.name());
        }
    }
    Ok(if interrupted { Outcome::Interrupted } else { Outcome::Done })
}

/// Shows progress until the run has finished (`false`) or the user interrupts it (`true`).
fn watch(trainer: &Trainer, steps: u64) -> Result<bool> {
    let bar = progress_bar(steps, "steps");
    let mut stopping = false;
    loop {
        match trainer.wait(Duration::from_millis(100)) {
            Some(Event::Failed { message, .. } | Event::SaveFailed { message, .. }) => bail!("{message}"),
            Some(Event::Finished { .. }) => break,
            Some(Event::Paused { .. }) if stopping => break,
            _ => {}
        }
        let status = trainer.status();
        bar.set_position(status.step);
        let loss =
            [Series::Total, Series::DiscriminatorLoss].into_iter().find_map(|series| trainer.history().last(series));
        bar.set_message(format!(
            "{:.0} samples/s · loss {:.2}",
            status.samples_per_s,
            loss.map_or(f32::NAN, |(_, loss)| loss)
        ));
        if is_interrupted() && !stopping {
            stopping = true;
            trainer.send(Control::Pause);
        }
    }
    bar.finish_and_clear();
    Ok(stopping)
}

fn wait_for_save(trainer: &Trainer) -> Result<()> {
    loop {
        match trainer.wait(Duration::from_secs(60)) {
            Some(Event::Saved { .. }) => return Ok(()),
            Some(Event::SaveFailed { message, .. } | Event::Failed { message, .. }) => bail!("{message}"),
            Some(_) => {}
            None => bail!("the run was not written within a minute"),
        }
    }
}
