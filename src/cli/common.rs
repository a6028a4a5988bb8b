//! What several subcommands share.

use super::Outcome;
use super::interruption::{Interrupted, is_interrupted};
use super::output::{say, tell};
use crate::dataset::download::{self, Download};
use crate::dataset::{self, Dataset, Place, Progress, Source, SourceError};
use crate::disk;
use crate::explore::data_plane::DataBounds;
use crate::gpu::DecoderChoice;
use crate::metrics::{Columns, Metric};
use crate::model::{Config, presets};
use crate::nn::device::{DeviceChoice, DeviceError};
use crate::picture::{self, DataPlaneFigure, Figure, FigureStyle, SheetLayout, SheetWriter};
use crate::run::{self, Opened};
use anyhow::{Context, Result, anyhow, bail};
use candle_core::Device;
use image::RgbImage;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Wrong usage: exit status 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// The most threads that are made.
const MOST_THREADS: usize = 256;

/// What a progress bar counts that has units of its own.
const BYTES: &str = "bytes";

/// An error of wrong usage.
pub fn usage(text: impl Into<String>) -> anyhow::Error {
    Usage(text.into()).into()
}

/// Sets candle's own thread count to one; called before any thread starts.
#[allow(unsafe_code)]
pub fn limit_candle_threads() {
    // Sound: no other thread runs yet that could read the environment.
    unsafe { std::env::set_var("CANDLE_NUM_THREADS", "1") };
}

/// The physical cores.
pub fn default_threads() -> usize {
    num_cpus::get_physical().max(1)
}

/// The threads that were asked for, or the usual ones.
///
/// # Errors
/// None, or more than any machine has use for.
pub fn threads_of(asked: Option<usize>) -> Result<usize> {
    if let Some(asked) = asked {
        within("--threads", asked, 1..=MOST_THREADS)?;
    }
    Ok(asked.unwrap_or_else(default_threads))
}

/// Checks a number that was asked for.
///
/// # Errors
/// Names the option, what was expected and what was found.
pub fn within(option: &str, asked: usize, range: RangeInclusive<usize>) -> Result<()> {
    if range.contains(&asked) {
        return Ok(());
    }
    Err(usage(format!("{option}: expected {} to {}, found {asked}", range.start(), range.end())))
}

/// The device that a person asks for by name.
pub fn open_device(name: &str) -> Result<Device> {
    let choice: DeviceChoice = name.parse().map_err(|error: DeviceError| usage(format!("--device: {error}")))?;
    Ok(choice.open()?)
}

/// A progress bar on standard error with rate and time left; hidden where nobody looks.
pub fn progress_bar(total: u64, unit: &str) -> ProgressBar {
    let bar = ProgressBar::new(total);
    if std::io::stderr().is_terminal() {
        let template = match unit {
            BYTES => "{bar:32} {bytes}/{total_bytes} · {bytes_per_sec} · {eta} left".to_owned(),
            _ => format!("{{bar:32}} {{pos}}/{{len}} {unit} · {{per_sec}} · {{eta}} left · {{msg}}"),
        };
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
    } else {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    bar
}

/// Opens a data source that a flag asks for, with a progress bar: what is not in the cache is downloaded.
pub fn fetch(source: &Source) -> Result<Arc<Dataset>> {
    dataset::check_named(source)?;
    if let Place::Download(name) = source.place
        && let Some(download) = Download::named(name).filter(|download| download::in_cache(download).is_none())
    {
        let (size, folder) = (download.bytes().div_ceil(1_000_000), download::cache_folder().unwrap_or_default());
        tell(format!("downloading {name}, {size} MB, into {}", folder.display()));
    }
    load_by(dataset::fetch_and_load, source)
}

/// Opens a data source that nobody names just now, with a progress bar: nothing is downloaded.
pub fn load(source: &Source) -> Result<Arc<Dataset>> {
    load_by(dataset::load, source)
}

fn load_by(open: fn(&Source, &Progress) -> Result<Dataset, SourceError>, source: &Source) -> Result<Arc<Dataset>> {
    let progress = Arc::new(Progress::default());
    let bar = progress_bar(0, BYTES);
    let watched = progress.clone();
    std::thread::scope(|scope| {
        let work = std::thread::Builder::new().spawn_scoped(scope, move || open(source, &watched));
        let work = work.context("no thread to open the data could be made")?;
        while !work.is_finished() {
            let (done, total) = progress.get();
            bar.set_length(total);
            bar.set_position(done);
            if is_interrupted() {
                progress.cancel();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        bar.finish_and_clear();
        match work.join() {
            Ok(Err(_)) if is_interrupted() => Err(Interrupted.into()),
            Ok(loaded) => {
                let loaded = loaded?;
                loaded.notes.iter().for_each(tell);
                Ok(Arc::new(loaded))
            }
            Err(_) => bail!("opening {source} failed by a fault of the program"),
        }
    })
}

/// Opens the data that a run names in its `config.toml`.
pub fn load_of_run(run: &Path, source: &Source) -> Result<Arc<Dataset>> {
    load(source).map_err(|error| match error.downcast::<SourceError>() {
        Ok(error) => anyhow!("{}, data: {error}", run.join("config.toml").display()),
        Err(other) => other,
    })
}

/// Opens a run and its data (another source where one is given).
pub fn open(folder: &Path, data: Option<&str>) -> Result<(Opened, Arc<Dataset>)> {
    let opened = run::open(folder)?;
    let source = data.map_or_else(|| opened.config.data.clone(), Source::parse);
    let dataset = if data.is_some() { fetch(&source)? } else { load_of_run(folder, &source)? };
    if dataset.sample() != opened.config.sample() {
        bail!(
            "{}: expected images of {}, found {} in {}",
            folder.display(),
            opened.config.sample(),
            dataset.sample(),
            dataset.name
        );
    }
    if data.is_none() && opened.config.data_checksum != dataset.id.as_str() {
        bail!("{}: expected the data it was trained on, found other images or labels in {source}", folder.display());
    }
    Ok((opened, dataset))
}

/// Opens runs on the same images and the data of the first one (another source where one is given); `purpose` is the end of what
/// they are expected for.
///
/// # Errors
/// Names the run whose data is points or of another shape, or that cannot be opened.
pub fn open_for_images(folders: &[PathBuf], data: Option<&str>, purpose: &str) -> Result<(Vec<Opened>, Arc<Dataset>)> {
    let Some((first, others)) = folders.split_first() else { return Err(usage("expected a run or more")) };
    let (opened, dataset) = open(first, data)?;
    if dataset.sample().is_point() {
        bail!("{}: expected images {purpose}, found points of {}", first.display(), dataset.sample());
    }
    let mut runs = vec![opened];
    for folder in others {
        let opened = run::open(folder)?;
        if opened.config.sample() != dataset.sample() {
            bail!("{}: expected images of {}, found {}", folder.display(), dataset.sample(), opened.config.sample());
        }
        runs.push(opened);
    }
    Ok((runs, dataset))
}

/// A metric's value as JSON: a number, a list where it has one for each dimension, a whole number where it counts.
pub fn figure(metric: &Metric, values: &[f32]) -> serde_json::Value {
    let one = |value: f32| if metric.unit.is_count() { (value as u64).into() } else { value.into() };
    match metric.columns {
        Columns::PerDimension { .. } => values.iter().copied().map(one).collect(),
        Columns::One => values.first().copied().map_or(serde_json::Value::Null, one),
    }
}

/// Writes a picture as PNG, atomically.
pub fn write_png(path: &Path, picture: &RgbImage) -> Result<()> {
    write_file(path, &picture::png(picture)?)
}

/// Whether a picture is written as SVG: its path ends so.
pub fn is_svg(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("svg"))
}

/// Writes a figure, atomically: as SVG where the path ends so, else as PNG.
pub fn write_figure(path: &Path, figure: &impl Figure) -> Result<()> {
    let style = FigureStyle::default();
    match is_svg(path) {
        true => write_file(path, picture::svg(figure, &style)?.as_bytes()),
        false => write_png(path, &picture::pixels(figure, &style)?),
    }
}

/// Writes a sheet of images as PNG, atomically and a row at a time, with progress: `fill` gives it one image after another.
pub fn write_sheet(
    path: &Path,
    layout: SheetLayout,
    fill: impl FnOnce(&mut dyn FnMut(&[f32]) -> io::Result<()>) -> io::Result<()>,
) -> Result<()> {
    let bar = progress_bar(layout.count() as u64, "images");
    let written = disk::export_with(path, |file| {
        let mut sheet = SheetWriter::new(file.try_clone()?, layout)?;
        fill(&mut |image| {
            bar.inc(1);
            sheet.push(image)
        })?;
        sheet.finish()
    });
    bar.finish_and_clear();
    written.map_err(|error| anyhow!("{}", error.at(path)))
}

/// Writes a picture of the data's plane with what a model of points makes, over the range of its data, and prints its name.
///
/// # Errors
/// Points that do not lie in a plane, or the file system's own words.
pub fn write_points(path: &Path, opened: &Opened, points: Vec<[f32; 2]>, lines: Vec<Vec<[f32; 2]>>) -> Result<Outcome> {
    let (config, folder) = (&opened.config, opened.folder.display());
    if config.sample().values() != 2 {
        bail!("{folder}: expected points of 2 coordinates to draw, found {}", config.sample());
    }
    let bounds = DataBounds::of_range(config.image_range);
    let heading = format!("{} on {}, step {}", config.model.preset, config.data_name, opened.checkpoint.step);
    write_figure(path, &DataPlaneFigure { bounds, points, lines, heading })?;
    say(path.display())?;
    Ok(Outcome::Done)
}

/// Checks that a file does not end as another kind of file than these does.
pub fn check_ending(option: &str, path: &Path, endings: &[&str]) -> Result<()> {
    match path.extension() {
        Some(found) if !endings.iter().any(|ending| found.eq_ignore_ascii_case(ending)) => {
            let (path, found, expected) = (path.display(), found.display(), endings.join(" or ."));
            Err(usage(format!("{option} {path}: expected a file that ends with .{expected}, found .{found}")))
        }
        _ => Ok(()),
    }
}

/// Writes a file that a person named.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    disk::export(path, bytes).map_err(|error| anyhow!("{}", error.at(path)))
}

/// A preset by its name.
///
/// # Errors
/// Where there is none of that name: says which there are.
pub fn config_of(preset: &str) -> Result<Config> {
    let known = || presets().collect::<Vec<_>>().join(", ");
    Config::preset(preset).ok_or_else(|| usage(format!("expected one of the presets {}, found {preset}", known())))
}

/// Reads the name of a decoder.
///
/// # Errors
/// Says which names there are.
pub fn decoder_choice(name: &str) -> Result<DecoderChoice, String> {
    let named = DecoderChoice::ALL.into_iter().find(|choice| choice.name() == name);
    named.ok_or_else(|| format!("expected auto, gpu or cpu, found {name}"))
}
