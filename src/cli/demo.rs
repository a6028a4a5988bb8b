//! `latentarium demo`: the main job without a window.

use super::Outcome;
use super::common::{default_threads, fetch, progress_bar, usage, write_file, write_png, write_sheet};
use super::interruption::{AFTER_A_CHECKPOINT, is_interrupted, note_interruptions};
use super::output::say;
use crate::dataset::Source;
use crate::disk::FileError;
use crate::explore::compare::{ImageFigures, SheetChoice, SheetSource};
use crate::explore::default_plane;
use crate::model::{Config, MetricId};
use crate::picture::{self, ColorMap, FigureStyle, SheetLayout};
use crate::run;
use crate::trainer::{Control, Event, Options, Trainer};
use anyhow::{Result, anyhow, bail};
use clap::Args;
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[derive(Args)]
pub struct DemoArguments {
    /// How long to train.
    #[arg(long, default_value_t = 60.0)]
    seconds: f64,
    /// Where to write the pictures.
    #[arg(long, default_value = "demo")]
    out: PathBuf,
    /// digits, or a folder: `latentarium data` lists the kinds.
    #[arg(long, default_value = "digits")]
    data: String,
}

impl Default for DemoArguments {
    fn default() -> Self {
        Self { seconds: 60.0, out: PathBuf::from("demo"), data: "digits".into() }
    }
}

impl DemoArguments {
    /// The main job on other data.
    pub fn with_data(data: Option<String>) -> Self {
        Self { data: data.unwrap_or_else(|| "digits".into()), ..Self::default() }
    }
}

pub fn run(arguments: &DemoArguments) -> Result<Outcome> {
    if !(arguments.seconds > 0.0 && arguments.seconds <= 86_400.0) {
        return Err(usage(format!("--seconds: expected above 0 up to 86400, found {}", arguments.seconds)));
    }
    note_interruptions(AFTER_A_CHECKPOINT)?;
    let out = &arguments.out;
    std::fs::create_dir_all(out).map_err(|error| anyhow!("{}", FileError::written(&error).at(out)))?;
    let dataset = fetch(&Source::parse(&arguments.data))?;
    let spawn = |preset: &str| -> Result<Trainer> {
        let config = Config::preset(preset).ok_or_else(|| anyhow!("there is no preset {preset}"))?;
        let options = Options { threads: (default_threads() / 2).max(1), ..Options::default() };
        Ok(Trainer::spawn(config, dataset.clone(), options)?)
    };
    let trainers = [spawn("vae-dense")?, spawn("gan-plane")?];
    trainers.iter().for_each(|trainer| trainer.send(Control::Start));
    train(&trainers, arguments.seconds)?;

    let [a, b] = &trainers;
    let snapshot = |trainer: &Trainer| {
        trainer.snapshot().ok_or_else(|| anyhow!("a model was not ready within {} s", arguments.seconds))
    };
    let (snapshot_a, snapshot_b) = (snapshot(a)?, snapshot(b)?);
    let curves = picture::run_curves(a.history(), b.history());
    write_png(&out.join("curves.png"), &picture::pixels(&curves, &FigureStyle::default())?)?;
    for (snapshot, name) in [(&snapshot_a, "plane-vae.png"), (&snapshot_b, "plane-gan.png")] {
        let plane = default_plane(snapshot, 0, Some(&dataset.test));
        write_sheet(&out.join(name), SheetLayout::quilt(20, snapshot.image), |each| {
            picture::plane(snapshot, &plane, (20, 3.0), each)
        })?;
    }
    let sheet = SheetSource::new(vec![snapshot_a, snapshot_b], dataset.clone(), 20, 0).sheet(None);
    let sheet = sheet.clone().whole(&SheetChoice::default(), None, &|| true).unwrap_or(sheet);
    write_png(
        &out.join("compare.png"),
        &picture::compare(&sheet, dataset.class_names(), ColorMap::Grey, &FigureStyle::default())?,
    )?;
    for trainer in &trainers {
        let folder = run::create_free_folder(out, &trainer.config().preset, &dataset.name)?;
        trainer.send(Control::Save(folder));
        wait_for(trainer, |event| matches!(event, Event::Saved { .. }))?;
    }

    let mut summary =
        format!("data      {} ({} train, {} test)\n", dataset.name, dataset.train.count(), dataset.test.count());
    for (trainer, id) in trainers.iter().zip([MetricId::TEST_TOTAL, MetricId::GENERATOR_LOSS]) {
        let status = trainer.status();
        let config = trainer.config();
        let (step, loss) = trainer.history().last(id).unwrap_or((0, f32::NAN));
        let rate =
            (status.step * config.images_per_step(dataset.train.count()) as u64) as f64 / status.train_s.max(1e-9);
        let preset = &config.preset;
        summary += &format!(
            "{preset:<9} {} steps, {rate:.0} samples/s, {} {loss:.2} at step {step}\n",
            status.step,
            id.name()
        );
    }
    for model in &sheet.models {
        if let Some(ImageFigures { squared_error, nats: Some(nats), .. }) = model.figures() {
            summary += &format!("compare   mean squared error {squared_error:.4}, reconstruction {nats:.1} nats\n");
        }
    }
    write_file(&out.join("summary.txt"), summary.as_bytes())?;
    say(summary.trim_end())?;
    say(format!("pictures  {}/curves.png, plane-vae.png, plane-gan.png, compare.png", out.display()))?;
    Ok(if is_interrupted() { Outcome::Interrupted } else { Outcome::Done })
}

/// Trains both for so many seconds, or until the user interrupts; both hold still afterwards.
fn train(trainers: &[Trainer], seconds: f64) -> Result<()> {
    let started = Instant::now();
    let bar = progress_bar(seconds.ceil() as u64, "s");
    while started.elapsed().as_secs_f64() < seconds && !is_interrupted() {
        for trainer in trainers {
            if let Some(Event::Failed { message, .. }) = trainer.wait(Duration::from_millis(50)) {
                bail!("{}: {message}", trainer.config().preset);
            }
        }
        bar.set_position(started.elapsed().as_secs());
        let rates = trainers.iter().map(|trainer| (trainer.config().preset, trainer.status().samples_per_s));
        let rates: Vec<String> = rates.map(|(preset, rate)| format!("{preset} {rate:.0}")).collect();
        bar.set_message(format!("{} samples/s", rates.join(" · ")));
    }
    bar.finish_and_clear();
    for trainer in trainers {
        trainer.send(Control::Pause);
        wait_for(trainer, |event| matches!(event, Event::Paused { .. }))?;
    }
    Ok(())
}

/// Waits until something happens; fails with the trainer's own words if the run ends.
fn wait_for(trainer: &Trainer, is_it: impl Fn(&Event) -> bool) -> Result<()> {
    loop {
        match trainer.wait(Duration::from_secs(60)) {
            Some(Event::Failed { message, .. } | Event::SaveFailed { message, .. }) => bail!("{message}"),
            Some(event) if is_it(&event) => return Ok(()),
            Some(_) => {}
            None => bail!("the {} trainer has not answered for a minute", trainer.config().preset),
        }
    }
}
