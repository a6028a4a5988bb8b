//! Fresh samples of a model as files: the one place where they are drawn and written, from the window and from the command line.

use super::{Bitmap, ColorMap, png};
use crate::dataset::{ImageShape, npy_header};
use crate::disk::{self, FileError, atomic};
use crate::explore::fitted_gaussian::{FittedGaussian, sample_latents};
use crate::snapshot::{Scratch, Snapshot};
use image::RgbImage;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Samples that are drawn at a time.
pub const SAMPLE_COUNTS: std::ops::RangeInclusive<usize> = 1..=10_000;

/// Samples of a model, by their latents.
pub struct FreshSamples<'a> {
    snapshot: &'a Snapshot,
    /// `[count, latent]`.
    latents: Vec<f32>,
    count: usize,
}

impl<'a> FreshSamples<'a> {
    /// `count` draws of the prior, or of what is `fitted` in its place. The same seed gives the same bits.
    pub fn new(snapshot: &'a Snapshot, fitted: Option<&FittedGaussian>, seed: u64, count: usize) -> Self {
        Self { snapshot, latents: sample_latents(snapshot, fitted, seed, count), count }
    }

    /// Their latents, `[count, latent]`.
    pub fn latents(&self) -> &[f32] {
        &self.latents
    }

    /// Decodes them one after another, `[shape.values()]` in [0, 1] each.
    ///
    /// # Errors
    /// What `each` ends it with.
    pub fn decode(&self, each: impl FnMut(&[f32]) -> io::Result<()>) -> io::Result<()> {
        self.snapshot.decoder.evaluate_each(&self.latents, &mut Scratch::default(), each)
    }

    /// Writes a `.npy` array of numbers in [0, 1]: `[count, height, width]`, or of colours `[count, 3, height, width]`.
    /// `go_on` is asked before each.
    ///
    /// # Errors
    /// The file system's own, or what `go_on` ends it with.
    pub fn write_array(&self, path: &Path, mut go_on: impl FnMut() -> io::Result<()>) -> Result<(), FileError> {
        let (count, ImageShape { channels, height, width }) = (self.count, self.snapshot.image);
        let sizes = if channels == 1 { vec![count, height, width] } else { vec![count, channels, height, width] };
        disk::export_with(path, |file| {
            let mut file = BufWriter::new(file);
            file.write_all(&npy_header("'<f4'", &sizes))?;
            self.decode(|image| {
                go_on()?;
                image.iter().try_for_each(|value| file.write_all(&value.to_le_bytes()))
            })?;
            file.flush()
        })
    }

    /// Writes a new folder of pictures `1.png`, `2.png`, …, all numbers equally long. `go_on` is asked before each.
    ///
    /// # Errors
    /// The file system's own, or what `go_on` ends it with.
    pub fn write_folder(&self, path: &Path, mut go_on: impl FnMut() -> io::Result<()>) -> Result<(), FileError> {
        let (digits, shape) = (self.count.to_string().len(), self.snapshot.image);
        let (width, height) = (shape.width as u32, shape.height as u32);
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        disk::refuse_in_run(&std::path::absolute(parent).map_err(|error| FileError::io(&error))?)?;
        let mut number = 0;
        let written = atomic::write_folder(path, |folder| {
            self.decode(|image| {
                go_on()?;
                number += 1;
                let picture = RgbImage::from_raw(width, height, Bitmap::new(shape, image).rgb(ColorMap::Grey));
                let bytes = png(&picture.unwrap_or_default()).map_err(io::Error::other)?;
                atomic::write_inside(&folder.join(format!("{number:0digits$}.png")), &bytes)
            })
        });
        written.map_err(|error| FileError::written(&error))
    }
}
