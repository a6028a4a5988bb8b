//! `latentarium compare`.

use super::Outcome;
use super::common::{open, threads_of, usage, write_png};
use super::compare_figures::Compared;
use super::figures::{Measured, measure};
use super::interruption::{SOON, note_interruptions};
use super::output::{say, tell};
use crate::explore::compare::{FigureProtocol, sheet};
use crate::metrics::ClassifierEffort;
use crate::picture::{self, ColorMap, FigureStyle};
use crate::run;
use anyhow::{Result, bail};
use clap::Args;
use std::path::PathBuf;

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
    /// The picture to write.
    #[arg(long)]
    out: PathBuf,
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
    let [first, others @ ..] = arguments.runs.as_slice() else { return Err(usage("expected two runs or more")) };
    let threads = threads_of(arguments.threads)?;
    note_interruptions(SOON)?;
    let (opened, dataset) = open(first, arguments.data.as_deref())?;
    if dataset.sample().is_point() {
        bail!(
            "{}: expected images for a sheet to compare models by, found points of {}",
            first.display(),
            dataset.sample()
        );
    }
    let mut runs = vec![opened];
    for folder in others {
        let opened = run::open(folder)?;
        if opened.config.sample() != dataset.sample() {
            bail!("{}: expected images of {}, found {}", folder.display(), dataset.sample(), opened.config.sample());
        }
        runs.push(opened);
    }
    let snapshots: Vec<_> = runs.iter().map(|run| &run.snapshot).take(SHOWN).collect();
    let shown = sheet(&snapshots, &dataset, ROWS, arguments.seed);
    let picture = picture::compare(&shown, dataset.class_names(), ColorMap::Grey, &FigureStyle::default())?;
    write_png(&arguments.out, &picture)?;
    let protocol =
        FigureProtocol { images: arguments.images, seed: arguments.seed, effort: ClassifierEffort::THOROUGH };
    let measured = if arguments.images == 0 {
        Measured::default()
    } else {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        match pool.install(|| measure(&runs, &dataset, protocol))? {
            Some(measured) => measured,
            None => return Ok(Outcome::Interrupted),
        }
    };
    let compared = Compared { folders: &arguments.runs, runs: &runs, measured: &measured, dataset: &dataset };
    if arguments.json {
        say(compared.line(&arguments.out, shown.originals.len(), arguments.seed))?;
        return Ok(Outcome::Done);
    }
    say(arguments.out.display())?;
    compared.notes().iter().for_each(tell);
    compared.table().iter().try_for_each(say)?;
    Ok(Outcome::Done)
}
