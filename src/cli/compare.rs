//! `latentarium compare`.

use super::Outcome;
use super::common::{check_ending, open_for_images, threads_of, write_file, write_png};
use super::compare_figures::Compared;
use super::figures::{Measured, measure};
use super::interruption::{SOON, is_interrupted, note_interruptions};
use super::output::{say, tell};
use crate::explore::compare::{FigureProtocol, SheetChoice, SheetSource, sheet_csv};
use crate::metrics::ClassifierEffort;
use crate::picture::{self, ColorMap, FigureStyle};
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;

/// Test images on the sheet.
const ROWS: usize = 20;
/// Models on the sheet.
const SHOWN: usize = 2;

#[derive(Args)]
pub struct CompareArguments {
    /// Runs of any families: two on the sheet, all in the table.
    #[arg(num_args = 2.., required = true)]
    runs: Vec<PathBuf>,
    /// Other data than the first run was trained on.
    #[arg(long)]
    data: Option<String>,
    /// The picture to write: test images, what the models make of them by their encoders or by inversion, samples beside their
    /// nearest training images, and the way between the first two test images.
    #[arg(long)]
    out: PathBuf,
    /// Write the figures of each image on the sheet, too: a row an image a model.
    #[arg(long, value_name = "FILE.csv")]
    csv: Option<PathBuf>,
    /// Test images, and samples of each model, that the figures are of, or all test images where there are fewer; 0 makes the
    /// picture alone.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    images: usize,
    /// Seed of the samples, of which images are chosen, and of the intervals.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Threads; the figures do not depend on it.
    #[arg(long)]
    threads: Option<usize>,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &CompareArguments) -> Result<Outcome> {
    check_ending("--out", &arguments.out, &["png"])?;
    if let Some(path) = &arguments.csv {
        check_ending("--csv", path, &["csv"])?;
    }
    let threads = threads_of(arguments.threads)?;
    note_interruptions(SOON)?;
    let purpose = "for a sheet to compare models by";
    let (runs, dataset) = open_for_images(&arguments.runs, arguments.data.as_deref(), purpose)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let snapshots = runs.iter().map(|run| Arc::new(run.snapshot.clone())).take(SHOWN).collect();
    let shown = SheetSource::new(snapshots, dataset.clone(), ROWS, arguments.seed).sheet(None);
    let whole = || shown.whole(&SheetChoice::default(), None, &|| !is_interrupted());
    let Some(shown) = pool.install(whole) else { return Ok(Outcome::Interrupted) };
    let picture = picture::compare(&shown, dataset.class_names(), ColorMap::Grey, &FigureStyle::default())?;
    write_png(&arguments.out, &picture)?;
    if let Some(path) = &arguments.csv {
        let names: Vec<String> = arguments.runs.iter().map(|run| run.display().to_string()).collect();
        write_file(path, &sheet_csv(&shown, &names, dataset.class_names())?)?;
    }
    let protocol =
        FigureProtocol { images: arguments.images, seed: arguments.seed, effort: ClassifierEffort::THOROUGH };
    let measured = if arguments.images == 0 {
        Measured::default()
    } else {
        match pool.install(|| measure(&runs, &dataset, protocol))? {
            Some(measured) => measured,
            None => return Ok(Outcome::Interrupted),
        }
    };
    let compared =
        Compared { folders: &arguments.runs, runs: &runs, measured: &measured, dataset: &dataset, sheet: &shown };
    if arguments.json {
        say(compared.line(&arguments.out, arguments.seed))?;
        return Ok(Outcome::Done);
    }
    say(arguments.out.display())?;
    compared.notes().iter().for_each(tell);
    compared.table().iter().try_for_each(say)?;
    Ok(Outcome::Done)
}
