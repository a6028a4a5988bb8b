//! What the command line says of a run: progress while it trains, figures when it ends.

use crate::cli::common::{figure, progress_bar};
use crate::cli::findings;
use crate::cli::interruption::is_interrupted;
use crate::cli::output::{say, tell};
use crate::dataset::Dataset;
use crate::diagnosis::FindingChange;
use crate::metrics::{self, Metric};
use crate::model::MetricId;
use crate::trainer::{Control, Event, History, TEST_IMAGES, Trainer};
use anyhow::{Result, bail};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a write may take.
const LONGEST_WRITE: Duration = Duration::from_secs(60);

/// How many images a run has, and how many of those it does not learn from its curves look at.
#[derive(Clone, Copy)]
pub struct ImagesOfRun {
    pub train: usize,
    pub test: usize,
}

impl ImagesOfRun {
    /// Of a data set.
    pub fn of(dataset: &Dataset) -> Self {
        Self { train: dataset.train.count(), test: dataset.test.count().min(TEST_IMAGES) }
    }
}

/// Prints where a run is.
pub fn report(trainer: &Trainer, images: ImagesOfRun, out: &Path, json: bool) -> Result<()> {
    let (status, config) = (trainer.status(), trainer.config());
    let epochs = status.step as f64 / status.steps_per_epoch.max(1) as f64;
    let samples = status.step as f64 * config.images_per_step(images.train) as f64;
    let rate = if status.train_s > 0.0 { samples / status.train_s } else { 0.0 };
    let losses = last_values(trainer.history());
    // Test images are looked at now and then, and not all of them.
    let tested = |metric: &Metric| {
        let (step, _) = trainer.history().last(metric.id).filter(|_| metric.id.name().starts_with("test_"))?;
        Some(step)
    };
    if json {
        let mut line = serde_json::json!({
            "run": out.display().to_string(), "preset": config.preset, "steps": status.step, "epochs": epochs,
            "train_s": status.train_s, "samples_per_s": rate,
        });
        let report = trainer.diagnosis();
        line["findings"] = findings::json(report.as_deref().map_or(&[][..], |report| &report.findings));
        line["test_step"] = losses.iter().find_map(|(metric, _)| tested(metric)).into();
        line["test_images"] = images.test.into();
        for (metric, values) in losses {
            line[metric.id.name()] = figure(metric, &values);
        }
        return say(line);
    }
    say(format!("{:<20} {}", "run", out.display()))?;
    say(format!("{:<20} {} ({epochs:.2} epochs)", "steps", status.step))?;
    say(format!("{:<20} {:.1} s, {rate:.0} samples/s", "training", status.train_s))?;
    losses.into_iter().try_for_each(|(metric, values)| {
        let values: Vec<String> = values.iter().map(|value| format!("{value:.4}")).collect();
        let when = tested(metric).map(|step| format!("  (step {step}, the first {} test images)", images.test));
        say(format!("{:<20} {}{}", metric.id.name(), values.join(" "), when.unwrap_or_default()))
    })
}

/// The last value of each metric that has any, or those of its dimensions.
fn last_values(history: &History) -> Vec<(&'static Metric, Vec<f32>)> {
    let last = history.last_values();
    let values = |metric: &Metric| -> Vec<f32> {
        last.iter().filter(|(id, _)| id.name() == metric.id.name()).map(|(_, value)| *value).collect()
    };
    metrics::all().map(|metric| (metric, values(metric))).filter(|(_, values)| !values.is_empty()).collect()
}

/// Shows progress until the run in the folder `out` has finished (`false`) or the user interrupts it (`true`).
pub fn watch(trainer: &Trainer, steps: u64, out: &Path) -> Result<bool> {
    let bar = progress_bar(steps, "steps");
    let mut stopping = false;
    loop {
        match trainer.wait(Duration::from_millis(100)) {
            Some(Event::Failed { message, .. }) => bail!("{message}"),
            // On the way: the next one may succeed, and the last one must.
            Some(Event::SaveFailed { message, .. }) => bar.suspend(|| tell(message)),
            Some(Event::RoomAgain { step }) => {
                bar.suspend(|| tell(format!("there is room again: written at step {step}")))
            }
            Some(Event::Diagnosed(change)) => {
                if let FindingChange::Began(finding) = &*change {
                    bar.suspend(|| tell(findings::sentence(finding, out)));
                }
            }
            Some(Event::Finished { .. }) => break,
            Some(Event::Paused { .. }) if stopping => break,
            _ => {}
        }
        let status = trainer.status();
        bar.set_position(status.step);
        let loss =
            [MetricId::TOTAL, MetricId::DISCRIMINATOR_LOSS].into_iter().find_map(|id| trainer.history().last(id));
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

/// Waits until the run is on disk, and for room there unless the user wants an end; fails with the reason if it cannot be.
pub fn wait_for_save(trainer: &Trainer) -> Result<()> {
    let mut waits_for_room = None;
    let mut since = Instant::now();
    loop {
        match trainer.wait(Duration::from_millis(100)) {
            Some(Event::Saved { .. }) => return Ok(()),
            Some(Event::SaveFailed { message, waits: true, .. }) if !is_interrupted() => {
                tell(&message);
                waits_for_room = Some(message);
            }
            Some(Event::SaveFailed { message, .. } | Event::Failed { message, .. }) => bail!("{message}"),
            Some(Event::RoomAgain { .. }) => (waits_for_room, since) = (None, Instant::now()),
            Some(_) => {}
            None => match &waits_for_room {
                Some(message) if is_interrupted() => bail!("{message}"),
                None if since.elapsed() > LONGEST_WRITE => bail!("the run was not written within a minute"),
                _ => {}
            },
        }
    }
}
