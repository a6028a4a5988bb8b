//! `latentarium train`: a new run, one that is repeated, one that goes on, or a fork.

mod fork;
mod resume;
mod watch;

use super::Outcome;
use super::common::{fetch, load, open_device, threads_of, usage};
use super::interruption::{AFTER_A_CHECKPOINT, note_interruptions};
use super::output::tell;
use crate::dataset::{Dataset, Source};
use crate::explore::default_plane;
use crate::explore::plane::Plane;
use crate::model::{Change, Config, Setting, in_force};
use crate::run::{self, RunError};
use crate::trainer::{Autosave, Control, Options, Trainer};
use anyhow::{Result, bail};
use clap::{ArgGroup, Args};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use watch::{ImagesOfRun, report, wait_for_save, watch};

#[derive(Args)]
#[command(group(ArgGroup::new("begin").args(["preset", "config", "resume", "fork"]).required(true).multiple(true)))]
pub struct TrainArguments {
    /// The preset to train; `latentarium presets` lists them.
    #[arg(conflicts_with = "config")]
    preset: Option<String>,
    /// Repeat the run of this config.toml to the bit, with the changes beside it.
    #[arg(long, conflicts_with_all = ["z", "batch", "lr", "beta", "likelihood", "binarize", "seed"])]
    config: Option<PathBuf>,
    /// Go on with a run from its newest checkpoint, to the bits of a run that was never stopped; --epochs and --steps are
    /// totals. Without them: as far as it was begun for.
    #[arg(long, value_name = "RUN", conflicts_with_all = ["config", "fork", "set"])]
    resume: Option<PathBuf>,
    /// Go on from the checkpoint of this step, where a later one is broken; those after it are put aside.
    #[arg(long, value_name = "STEP", requires = "resume")]
    from_step: Option<u64>,
    /// A new run that is RUN up to a checkpoint that it keeps, and has something changed from there on.
    #[arg(long, value_name = "RUN@STEP", conflicts_with = "config", requires = "set")]
    fork: Option<String>,
    /// Any field of the preset's family, as gan_loss=hinge or schedule=cosine. In a fork: what it changes, of those that give
    /// no weight its shape.
    #[arg(long, value_name = "KEY=VALUE", conflicts_with = "config")]
    set: Vec<String>,
    /// digits, or a folder: `latentarium data` lists the kinds.
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
    #[arg(long, allow_negative_numbers = true)]
    lr: Option<f64>,
    /// Weight of the KL term.
    #[arg(long, allow_negative_numbers = true)]
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
    /// What to train on: auto, cpu, cuda:N or metal.
    #[arg(long, default_value = "auto")]
    device: String,
    /// The run's folder; must not exist.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Seconds of training between two checkpoints; 0 for none on the way.
    #[arg(long, value_name = "SECONDS", default_value_t = Autosave::default().every_s)]
    autosave_s: f64,
    /// Steps between two checkpoints, besides those by time; 0 for none.
    #[arg(long, value_name = "STEPS", default_value_t = 0)]
    autosave_steps: u64,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
}

/// What is to be trained, on what, how long, and where it is put.
struct Plan {
    begin: Begin,
    dataset: Arc<Dataset>,
    steps: u64,
}

/// Where a run comes from.
enum Begin {
    /// From nothing, into a folder that is made when it can begin.
    New(Box<Config>, Vec<Change>),
    /// From nothing, in its folder: it came to no checkpoint there.
    Again(Box<Config>, Vec<Change>, PathBuf),
    /// From a checkpoint in its folder.
    Open(PathBuf),
}

impl TrainArguments {
    fn plan(&self) -> Result<Plan> {
        threads_of(self.threads)?;
        if !(0.0..=1e9).contains(&self.autosave_s) {
            return Err(usage(format!("--autosave-s: expected 0 or more, found {}", self.autosave_s)));
        }
        if let Some(run) = &self.resume {
            return resume::plan(self, run);
        }
        if let Some(out) = self.out.as_ref().filter(|out| out.exists()) {
            let out = out.display();
            return Err(usage(format!("--out {out}: expected a folder that does not exist yet, found one")));
        }
        match &self.fork {
            Some(from) => fork::plan(self, from),
            None => self.plan_new(),
        }
    }

    fn plan_new(&self) -> Result<Plan> {
        let (mut config, changes, source) = match (&self.config, &self.preset) {
            (Some(path), _) => {
                let config = run::read_config(path)?;
                let changes = run::read_changes(folder_of(path), &config.model)?;
                (config.model, changes, config.data)
            }
            (None, preset) => {
                let source = Source::default();
                (self.preset_config(preset.as_deref().unwrap_or_default(), None)?, Vec::new(), source)
            }
        };
        config.check().map_err(|error| usage(error.to_string()))?;
        if let (Some(path), Err(error)) = (&self.config, in_force(&config, &changes, 0)) {
            bail!(
                "{}: expected changes that this run can make, found {error}",
                folder_of(path).join("changes.toml").display()
            );
        }
        let asked = self.data.as_deref().map(Source::parse);
        let dataset = asked.as_ref().map_or_else(|| load(&source), fetch)?;
        let source = asked.unwrap_or(source);
        if let (None, Some(preset)) = (&self.config, &self.preset) {
            config = self.preset_config(preset, Some(&dataset))?;
        }
        config.check_on_data(&dataset).map_err(|error| usage(error.to_string()))?;
        if let Some(path) = &self.config {
            let expected = run::read_config(path)?.data_checksum;
            if expected != dataset.id.as_str() {
                bail!(
                    "{}: expected the data it was trained on, found other images or labels in {source}",
                    path.display()
                );
            }
        }
        let repeated = self.config.as_ref().and_then(|path| Some(run::kept(folder_of(path)).ok()?.last()?.step));
        let ten_epochs = 10 * steps_per_epoch(&dataset, &config);
        let ten_epochs = config.most_steps().unwrap_or(ten_epochs);
        let steps = self.total(&dataset, &config).or(repeated).unwrap_or(ten_epochs);
        Ok(Plan { begin: Begin::New(Box::new(config), changes), dataset, steps })
    }

    /// The steps in all that were asked for, if any were.
    fn total(&self, dataset: &Dataset, config: &Config) -> Option<u64> {
        let epochs = |epochs: u64| epochs.saturating_mul(steps_per_epoch(dataset, config));
        let asked = self.steps.or(self.epochs.map(epochs))?;
        Some(config.most_steps().map_or(asked, |most| most.min(asked)))
    }

    /// The run's folder, made: whoever else asks for it gets another, or none.
    fn create_out(&self, preset: &str, data: &str) -> Result<PathBuf> {
        match &self.out {
            Some(out) => {
                run::create_folder(out).map_err(|error| match error {
                    RunError::Unexpected { .. } => usage(format!("--out {error}")),
                    error => error.into(),
                })?;
                Ok(out.clone())
            }
            None => Ok(run::create_free_folder(Path::new("runs"), preset, data)?),
        }
    }

    /// The options that set a field, with the field's key and what it is set to.
    fn fields(&self) -> [(&'static str, &'static str, Option<Setting>); 7] {
        [
            ("--z", "latent", self.z.map(Setting::from)),
            ("--batch", "batch", self.batch.map(Setting::from)),
            ("--lr", "learning_rate", self.lr.map(Setting::from)),
            ("--beta", "beta", self.beta.map(Setting::from)),
            ("--likelihood", "likelihood", self.likelihood.as_deref().map(Setting::from)),
            ("--binarize", "binarize", self.binarize.as_deref().map(Setting::from)),
            ("--seed", "seed", self.seed.map(Setting::from)),
        ]
    }

    /// A preset, as it is on data of a kind that is known, with what was asked for.
    fn preset_config(&self, name: &str, data: Option<&Dataset>) -> Result<Config> {
        let mut config = super::common::config_of(name)?;
        let fitted = data.and_then(|data| config.adapt_to_data(data));
        for (option, key, value) in self.fields() {
            let Some(value) = value else { continue };
            if config.get(key).is_none() {
                return Err(usage(format!("{option}: {name} has no {key}")));
            }
            config = config.with(key, value).map_err(|error| usage(error.to_string()))?;
        }
        for text in &self.set {
            let (key, value) = fork::setting(text)?;
            if key == "preset" {
                return Err(usage("--set preset: the preset is the argument before it"));
            }
            config = config.with_value(&key, &value).map_err(|error| usage(error.to_string()))?;
        }
        data.map_or(Ok(()), |data| config.check_latent(data.sample())).map_err(|error| usage(error.to_string()))?;
        if let (Some(batch), Some(data)) = (fitted.filter(|batch| config.whole("batch") == Some(*batch)), data) {
            tell(format!("{name}: batches of {batch}, as the data has {} examples to learn from", data.train.count()));
        }
        Ok(config)
    }
}

/// The folder that a file lies in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn steps_per_epoch(dataset: &Dataset, config: &Config) -> u64 {
    let images = dataset.train.count();
    (images / config.images_per_step(images).max(1)) as u64
}

pub fn run(arguments: &TrainArguments) -> Result<Outcome> {
    let Plan { begin, dataset, steps } = arguments.plan()?;
    note_interruptions(AFTER_A_CHECKPOINT)?;
    let mut options = Options {
        device: open_device(&arguments.device)?,
        threads: threads_of(arguments.threads)?,
        total_steps: Some(steps),
        from_step: arguments.from_step,
        autosave: Autosave {
            every_s: arguments.autosave_s,
            every_steps: arguments.autosave_steps,
            ..Autosave::default()
        },
        ..Options::default()
    };
    let (trainer, out) = match begin {
        Begin::New(config, changes) => {
            options.changes = changes;
            let trainer = Trainer::spawn(*config, dataset.clone(), options)?;
            let out = arguments.create_out(&trainer.config().preset, &dataset.name)?;
            (trainer, out)
        }
        Begin::Again(config, changes, out) => {
            options.changes = changes;
            (Trainer::spawn(*config, dataset.clone(), options)?, out)
        }
        Begin::Open(out) => (Trainer::open(&out, dataset.clone(), options)?, out),
    };
    let before = trainer.status().step;
    if before >= steps && before > 0 {
        tell(format!("{} has made {before} steps already, {steps} in all were asked for", out.display()));
        report(&trainer, ImagesOfRun::of(&dataset), &out, arguments.json)?;
        return Ok(Outcome::Done);
    }
    // Found to be broken before the work, not after it.
    let plane = run::read_plane::<Plane>(&out)?;
    // The folder is there from the beginning, with the checkpoint of step 0: a full disk is found before the work.
    trainer.send(Control::Save(out.clone()));
    wait_for_save(&trainer)?;
    trainer.send(Control::Start);
    let interrupted = watch(&trainer, steps, &out)?;
    trainer.send(Control::Save(out.clone()));
    wait_for_save(&trainer)?;
    if let (Some(snapshot), None) = (trainer.snapshot(), plane) {
        run::write_plane(&out, &default_plane(&snapshot, trainer.config().seed(), Some(&dataset.test)))?;
    }
    report(&trainer, ImagesOfRun::of(&dataset), &out, arguments.json)?;
    Ok(if interrupted { Outcome::Interrupted } else { Outcome::Done })
}
