//! What the command line says of a run: progress while it trains, figures when it ends.

use crate::cli::common::{is_interrupted, progress_bar};
use crate::model::Series;
use crate::trainer::{Control, Event, Trainer};
use anyhow::{Result, bail};
use std::path::Path;
use std::time::Duration;

/// Prints where the run is.
pub fn report(trainer: &Trainer, out: &Path, json: bool) {
    let (status, config) = (trainer.status(), trainer.config());
    let epochs = status.step as f64 / status.steps_per_epoch.max(1) as f64;
    let samples = (status.step * config.batch as u64) as f64;
    let rate = if status.train_s > 0.0 { samples / status.train_s } else { 0.0 };
    let losses: Vec<(Series, f32)> =
        Series::ALL.into_iter().filter_map(|series| Some((series, trainer.history().last(series)?.1))).collect();
    if json {
        let mut line = serde_json::json!({
            "run": out, "preset": config.preset, "steps": status.step, "epochs": epochs,
            "train_s": status.train_s, "samples_per_s": rate,
        });
        for (series, value) in losses {
            line[series.name()] = value.into();
        }
        println!("{line}");
    } else {
        println!("{:<20} {}", "run", out.display());
        println!("{:<20} {} ({epochs:.2} epochs)", "steps", status.step);
        println!("{:<20} {:.1} s, {rate:.0} samples/s", "training", status.train_s);
        for (series, value) in losses {
            println!("{:<20} {value:.4}", series.name());
        }
    }
}

/// Shows progress until the run has finished (`false`) or the user interrupts it (`true`).
pub fn watch(trainer: &Trainer, steps: u64) -> Result<bool> {
    let bar = progress_bar(steps, "steps");
    let mut stopping = false;
    loop {
        match trainer.wait(Duration::from_millis(100)) {
            Some(Event::Failed { message, .. }) => bail!("{message}"),
            // On the way: the next one may succeed, and the last one must.
            Some(Event::SaveFailed { message, .. }) => {
                bar.suspend(|| eprintln!("latentarium: no checkpoint was written: {message}"));
            }
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

/// Waits until the run is on disk; fails with the reason if it cannot be.
pub fn wait_for_save(trainer: &Trainer) -> Result<()> {
    loop {
        match trainer.wait(Duration::from_secs(60)) {
            Some(Event::Saved { .. }) => return Ok(()),
            Some(Event::SaveFailed { message, .. } | Event::Failed { message, .. }) => bail!("{message}"),
            Some(_) => {}
            None => bail!("the run was not written within a minute"),
        }
    }
}
