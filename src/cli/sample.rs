//! `latentarium sample`.

use super::Outcome;
use super::common::{self, check_ending, usage, write_points, write_sheet};
use super::interruption::{SOON, end_of, go_on, note_interruptions};
use super::output::{say, tell};
use crate::disk::FileError;
use crate::explore::data_plane::places;
use crate::explore::fitted_gaussian::FittedGaussian;
use crate::picture::{FreshSamples, SAMPLE_COUNTS, SheetLayout};
use crate::run;
use crate::snapshot::Scratch;
use anyhow::{Result, anyhow};
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct SampleArguments {
    /// The run's folder.
    run: PathBuf,
    /// How many samples.
    #[arg(long, default_value_t = 100)]
    count: usize,
    /// Seed of the samples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// A picture to write all of them into (.png), an array (.npy), or a folder for a picture each (it ends with a slash).
    #[arg(long)]
    out: PathBuf,
}

/// What samples are written as.
#[derive(Clone, Copy)]
enum Kind {
    Sheet,
    Array,
    Folder,
}

/// What a path asks for: a new or empty folder where it ends with a separator, an array where it ends in `.npy`, else a sheet.
fn kind_of(path: &Path) -> Kind {
    let is_folder = path.as_os_str().to_string_lossy().ends_with(std::path::MAIN_SEPARATOR);
    let has_room = || std::fs::read_dir(path).map_or(!path.exists(), |mut entries| entries.next().is_none());
    match path.extension() {
        _ if is_folder && has_room() => Kind::Folder,
        Some(ending) if ending.eq_ignore_ascii_case("npy") => Kind::Array,
        _ => Kind::Sheet,
    }
}

pub fn run(arguments: &SampleArguments) -> Result<Outcome> {
    if !SAMPLE_COUNTS.contains(&arguments.count) {
        return Err(usage(format!("--count: expected 1 to 10000, found {}", arguments.count)));
    }
    let kind = kind_of(&arguments.out);
    note_interruptions(SOON)?;
    let opened = run::open(&arguments.run)?;
    let is_point = opened.config.sample().is_point();
    match kind {
        Kind::Sheet if is_point => check_ending("--out", &arguments.out, &["png", "svg", "npy"])?,
        Kind::Sheet => check_ending("--out", &arguments.out, &["png", "npy"])?,
        Kind::Array | Kind::Folder => {}
    }
    let snapshot = &opened.snapshot;
    // A family without a prior has none to draw from: a Gaussian that is fitted to its encodings stands in.
    let has_prior = opened.config.model.family().samples;
    let fitted = if has_prior {
        None
    } else {
        let (_, dataset) = common::open(&arguments.run, None)?;
        FittedGaussian::in_place_of_prior(snapshot, &dataset.train, &mut Scratch::default())
    };
    if fitted.is_some() {
        tell("samples of a fitted Gaussian: this family has no prior");
    }
    let samples = FreshSamples::new(snapshot, fitted.as_ref(), arguments.seed, arguments.count);
    let (out, shape, count) = (&arguments.out, snapshot.image, arguments.count);
    if is_point && !matches!(kind, Kind::Array) {
        let points = places(snapshot, samples.latents(), &mut Scratch::default());
        return write_points(out, &opened, points, Vec::new());
    }
    let at_out = |error: FileError| anyhow!("{}", error.at(out));
    let written = match kind {
        Kind::Folder => samples.write_folder(out, go_on).map_err(at_out),
        Kind::Array => samples.write_array(out, go_on).map_err(at_out),
        Kind::Sheet => {
            let columns = (count as f64).sqrt().ceil() as usize;
            write_sheet(out, SheetLayout::rows_of(columns, shape, count), |each| {
                samples.decode(|image| go_on().and_then(|()| each(image)))
            })
        }
    };
    end_of(written)?;
    say(arguments.out.display())?;
    Ok(Outcome::Done)
}
