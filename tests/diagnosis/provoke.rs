//! A run with something wrong on purpose, trained, and what was found.

use latentarium::dataset::{Column, Dataset, Split};
use latentarium::diagnosis::{Finding, FindingChange, FindingKind};
use latentarium::model::{Config, Model, Saved};
use latentarium::run::{self, Checkpoint, Fork, MadeWith, RunConfig};
use latentarium::trainer::{Autosave, BatchHook, Control, Event, Options, Trainer};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A run with something wrong on purpose.
pub struct Provoked {
    pub config: Config,
    pub data: Arc<Dataset>,
    pub hook: Option<BatchHook>,
    pub weights: Option<fn(&mut Saved)>,
    pub steps: u64,
    pub test_interval_steps: u64,
}

/// What was found.
#[derive(Debug)]
pub struct Diagnosed {
    /// What was named, in the order in which it was.
    pub began: Vec<Finding>,
    /// What is named at the end, in the order of the table.
    pub last: Vec<Finding>,
    /// Steps made.
    pub steps: u64,
}

impl Diagnosed {
    /// What was named first.
    pub fn first(&self) -> Option<FindingKind> {
        self.began.first().map(|finding| finding.kind)
    }
}

impl Provoked {
    pub fn new(preset: &str, data: &Arc<Dataset>, set: &[(&str, latentarium::model::Setting)]) -> Self {
        let mut config = Config::preset(preset).unwrap();
        for (key, value) in set {
            config = config.with(key, value.clone()).unwrap();
        }
        Self { config, data: data.clone(), hook: None, weights: None, steps: 500, test_interval_steps: 50 }
    }

    pub fn steps(self, steps: u64) -> Self {
        Self { steps, ..self }
    }

    /// The same with narrower layers: the signs are the same.
    pub fn small(self) -> Self {
        let hidden = latentarium::model::Setting::Widths(vec![64, 96].into());
        Self { config: self.config.with("hidden", hidden).unwrap(), ..self }
    }

    pub fn hook(self, hook: impl Fn(u64, &mut [f32]) + Send + Sync + 'static) -> Self {
        Self { hook: Some(Arc::new(hook)), ..self }
    }

    pub fn weights(self, weights: fn(&mut Saved)) -> Self {
        Self { weights: Some(weights), ..self }
    }

    fn options(&self) -> Options {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Options {
            threads,
            total_steps: Some(self.steps),
            test_interval_steps: self.test_interval_steps,
            autosave: Autosave { every_s: 0.0, every_steps: 50, ..Autosave::default() },
            batch_hook: self.hook.clone(),
            ..Options::default()
        }
    }

    /// Trains it in a folder that is not there yet.
    pub fn train(&self, folder: &Path) -> Diagnosed {
        let trainer = match self.weights {
            Some(alter) => {
                self.begin(folder, alter);
                Trainer::open(folder, self.data.clone(), self.options()).unwrap()
            }
            None => {
                let trainer = Trainer::spawn(self.config.clone(), self.data.clone(), self.options()).unwrap();
                run::create_folder(folder).unwrap();
                trainer.send(Control::Save(folder.to_owned()));
                trainer
            }
        };
        watch(trainer)
    }

    /// A run of step 0 whose weights are altered.
    fn begin(&self, folder: &Path, alter: fn(&mut Saved)) {
        run::create_folder(folder).unwrap();
        let lock = run::begin(folder, &RunConfig::new(self.config.clone(), &self.data)).unwrap();
        let mut saved = Model::new(&self.config, self.data.shape()).unwrap().save().unwrap();
        alter(&mut saved);
        let config = run::sha256(&std::fs::read(folder.join("config.toml")).unwrap());
        let made_with = MadeWith { config, changes: run::sum_of_changes(&[], 0) };
        Checkpoint { step: 0, train_s: 0.0, saved }.write(folder, &made_with).unwrap();
        run::metrics_file::MetricsFile::create(folder, Vec::new()).unwrap();
        drop(lock);
    }

    /// Forks a sick run at the last checkpoint before a finding with what it says should help, and trains the fork as far.
    pub fn try_remedy(&self, sick: &Path, finding: &Finding, folder: &Path) -> Diagnosed {
        let remedy = finding.remedy.as_ref().expect("a remedy");
        let kept = run::kept(sick).unwrap();
        let good = kept.iter().map(|kept| kept.step).filter(|step| *step <= finding.since_step).max().unwrap();
        let set = [(remedy.key.to_owned(), toml::Value::try_from(remedy.value.clone()).unwrap())];
        Fork::plan(sick, good, &set).unwrap().write(folder, None).unwrap();
        watch(Trainer::open(folder, self.data.clone(), self.options()).unwrap())
    }
}

/// Trains to the end.
fn watch(trainer: Trainer) -> Diagnosed {
    trainer.send(Control::Start);
    let mut began = Vec::new();
    loop {
        match trainer.wait(Duration::from_secs(600)).expect("an event within ten minutes") {
            Event::Diagnosed(change) => {
                if let FindingChange::Began(finding) = *change {
                    began.push(finding);
                }
            }
            Event::Finished { .. } | Event::Failed { .. } => break,
            _ => {}
        }
    }
    // What is said after the end belongs to it.
    while let Some(event) = trainer.wait(Duration::from_millis(50)) {
        if let Event::Diagnosed(change) = event
            && let FindingChange::Began(finding) = *change
        {
            began.push(finding);
        }
    }
    let last = trainer.diagnosis().map(|report| report.findings.clone()).unwrap_or_default();
    let steps = trainer.status().step;
    drop(trainer);
    latentarium::trainer::wait_for_ended(Duration::from_secs(60));
    Diagnosed { began, last, steps }
}

/// The same training images with their classes in order, the first `count` of them.
pub fn sorted_by_class(data: &Dataset, count: usize) -> Arc<Dataset> {
    let mut places: Vec<usize> = (0..count.min(data.train.count())).collect();
    places.sort_by_key(|place| data.train.class(*place));
    Arc::new(Dataset::new(data.source.clone(), "sorted", chosen(&data.train, &places), data.test.clone()))
}

/// The first training images alone.
pub fn first(data: &Dataset, count: usize) -> Arc<Dataset> {
    let places: Vec<usize> = (0..count).collect();
    Arc::new(Dataset::new(data.source.clone(), "few", chosen(&data.train, &places), data.test.clone()))
}

fn chosen(split: &Split, places: &[usize]) -> Split {
    let pixels = split.gather(places);
    let bytes: Vec<u8> = pixels.iter().map(|value| (value * 255.0).round() as u8).collect();
    let classes: Vec<u8> = places.iter().map(|place| split.class(*place).unwrap() as u8).collect();
    Split::of_bytes(split.shape(), bytes, vec![Column::class(classes, split.class_names())])
}
