//! `latentarium sample`.

use super::Outcome;
use super::common::{self, usage, write_points, write_sheet};
use super::interruption::{SOON, end_of, go_on, note_interruptions};
use super::output::{say, tell};
use crate::dataset::{ImageShape, npy_header};
use crate::disk::{self, FileError, atomic};
use crate::explore::data_plane::places;
use crate::explore::fitted_gaussian::{FittedGaussian, sample_latents};
use crate::picture::{self, Bitmap, ColorMap, SheetLayout};
use crate::run;
use crate::snapshot::Scratch;
use anyhow::{Result, anyhow};
use clap::Args;
use image::RgbImage;
use std::io::{self, BufWriter, Write};
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

/// What is given each sample, one after another.
type Take<'a> = dyn FnMut(&[f32]) -> io::Result<()> + 'a;

/// Writes a `.npy` array of numbers in [0, 1]: `[count, height, width]`, or of colours `[count, 3, height, width]`.
fn write_array(
    path: &Path,
    shape: ImageShape,
    count: usize,
    fill: impl FnOnce(&mut Take<'_>) -> io::Result<()>,
) -> Result<()> {
    let ImageShape { channels, height, width } = shape;
    let sizes = if channels == 1 { vec![count, height, width] } else { vec![count, channels, height, width] };
    let written = disk::export_with(path, |file| {
        let mut file = BufWriter::new(file);
        file.write_all(&npy_header("'<f4'", &sizes))?;
        fill(&mut |image| image.iter().try_for_each(|value| file.write_all(&value.to_le_bytes())))?;
        file.flush()
    });
    written.map_err(|error| anyhow!("{}", error.at(path)))
}

/// Writes a new folder of pictures `1.png`, `2.png`, …, all numbers equally long.
fn write_folder(
    path: &Path,
    shape: ImageShape,
    count: usize,
    fill: impl FnOnce(&mut Take<'_>) -> io::Result<()>,
) -> Result<()> {
    let digits = count.to_string().len();
    let mut number = 0;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let refused = |error: FileError| anyhow!("{}", error.at(path));
    disk::refuse_in_run(&std::path::absolute(parent)?).map_err(refused)?;
    let written = atomic::write_folder(path, |folder| {
        fill(&mut |image| {
            number += 1;
            let (width, height) = (shape.width as u32, shape.height as u32);
            let picture = RgbImage::from_raw(width, height, Bitmap::new(shape, image).rgb(ColorMap::Grey));
            let bytes = picture::png(&picture.unwrap_or_default()).map_err(io::Error::other)?;
            atomic::write_inside(&folder.join(format!("{number:0digits$}.png")), &bytes)
        })
    });
    written.map_err(|error| refused(FileError::written(&error)))
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
    if !(1..=10_000).contains(&arguments.count) {
        return Err(usage(format!("--count: expected 1 to 10000, found {}", arguments.count)));
    }
    let kind = kind_of(&arguments.out);
    note_interruptions(SOON)?;
    let opened = run::open(&arguments.run)?;
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
    let latents = sample_latents(snapshot, fitted.as_ref(), arguments.seed, arguments.count);
    if opened.config.sample().is_point() {
        return write_points(&arguments.out, &opened, places(snapshot, &latents, &mut Scratch::default()), Vec::new());
    }
    let (out, shape, count) = (&arguments.out, snapshot.image, arguments.count);
    let fill = |each: &mut Take<'_>| {
        snapshot.decoder.evaluate_each(&latents, &mut Scratch::default(), |image| go_on().and_then(|()| each(image)))
    };
    let written = match kind {
        Kind::Folder => write_folder(out, shape, count, fill),
        Kind::Array => write_array(out, shape, count, fill),
        Kind::Sheet => {
            let columns = (count as f64).sqrt().ceil() as usize;
            write_sheet(out, SheetLayout::rows_of(columns, shape, count), fill)
        }
    };
    end_of(written)?;
    say(arguments.out.display())?;
    Ok(Outcome::Done)
}
