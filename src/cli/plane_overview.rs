//! `latentarium plane` of several runs: their planes side by side, or samples of those that have none.

use super::Outcome;
use super::common::{check_ending, open_for_images, usage, write_png};
use super::interruption::{end_of, go_on};
use super::output::say;
use super::plane_choice::plane_of;
use crate::picture::{FreshSamples, OverviewCell, overview, plane};
use crate::run::Opened;
use anyhow::Result;
use std::io;
use std::path::{Path, PathBuf};

/// Quilts in a row.
const COLUMNS: usize = 6;

/// What is asked for.
pub struct OverviewRequest<'a> {
    /// Folders of runs of images of one shape.
    pub runs: &'a [PathBuf],
    /// Images a side of each quilt.
    pub grid: usize,
    /// Half the side of what is shown of a plane, in standard deviations of the prior.
    pub range: f32,
    /// Whether layers are asked for, too.
    pub layers: bool,
    /// The picture to write.
    pub out: &'a Path,
}

impl OverviewRequest<'_> {
    /// Writes the picture.
    ///
    /// # Errors
    /// Names what cannot be opened, or is of points or of another shape.
    pub fn write(&self) -> Result<Outcome> {
        check_ending("--out", self.out, &["png"])?;
        if self.layers {
            return Err(usage("--layer: expected one run, found several"));
        }
        let (runs, dataset) = open_for_images(self.runs, None, "side by side")?;
        let mut cells = Vec::with_capacity(runs.len());
        for run in &runs {
            let plane_shown = plane_of(run, Some(&dataset.test))?;
            let (mut images, is_noise) = (Vec::new(), draws_each_pixel(run));
            let keep = |image: &[f32]| -> io::Result<()> {
                go_on()?;
                images.push(image.to_vec());
                Ok(())
            };
            let decoded: io::Result<()> = match is_noise {
                true => {
                    let seed = run.config.model.seed();
                    FreshSamples::new(&run.snapshot, None, seed, self.grid * self.grid).decode(keep)
                }
                false => plane(&run.snapshot, &plane_shown, (self.grid, self.range), keep),
            };
            end_of(decoded.map_err(anyhow::Error::from))?;
            let kind = if is_noise { "samples" } else { "plane" };
            cells.push(OverviewCell { words: vec![run.config.model.preset.clone(), kind.to_owned()], images });
        }
        write_png(self.out, &overview(dataset.shape(), self.grid, COLUMNS, &cells)?)?;
        say(self.out.display())?;
        Ok(Outcome::Done)
    }
}

/// Whether all its latent is the numbers that pixels are drawn with: its plane is a slice of noise.
fn draws_each_pixel(run: &Opened) -> bool {
    run.snapshot.encoder.is_none() && run.snapshot.latent == run.snapshot.image.values()
}
