//! What `latentarium eval` says of how near a decoder comes to images: by inversion.

use super::common::{progress_bar, usage};
use super::eval_likelihood::images_of;
use super::interruption::is_interrupted;
use crate::dataset::Dataset;
use crate::explore::inversion::{INVERSION_SIGMA, InversionScratch, Inverter};
use crate::random::{Purpose, normal_rows};
use crate::run::Opened;
use crate::snapshot::SharedScratch;
use anyhow::Result;
use clap::Args;
use rayon::prelude::*;
use std::sync::Arc;
use std::time::Instant;

/// Test images that are inverted unless it is said how many.
const IMAGES: usize = 100;
/// Samples of the model's own that are inverted.
const OWN: usize = 100;

#[derive(Args)]
pub struct InversionArguments {
    /// Search the latents whose images are nearest to test images, and to samples of the model's own.
    #[arg(long)]
    inversion: bool,
}

/// Images to invert.
pub struct InversionSearch {
    images: usize,
}

impl InversionArguments {
    /// Whether anything is asked for.
    pub fn is_asked(&self) -> bool {
        self.inversion
    }

    /// The search that is asked for, of so many images that were `asked` for, or what is wrong with that.
    pub fn check(&self, opened: &Opened, dataset: &Dataset, asked: Option<usize>) -> Result<Option<InversionSearch>> {
        if !self.inversion {
            return Ok(None);
        }
        if opened.config.sample().is_point() {
            return Err(usage(format!("--inversion: expected a run of images, found points of {}", dataset.sample())));
        }
        Ok(Some(InversionSearch { images: images_of(dataset, asked, IMAGES)? }))
    }
}

impl InversionSearch {
    /// Adds the errors of what was found, mean over pixels; `false` if interrupted.
    pub fn evaluate(&self, opened: &Opened, dataset: &Dataset, line: &mut serde_json::Value) -> Result<bool> {
        let snapshot = Arc::new(opened.snapshot.clone());
        let (seed, latent) = (opened.config.model.seed(), snapshot.latent);
        let inverter = Inverter::new(snapshot.clone(), seed, &mut InversionScratch::default());
        let own = normal_rows(seed, Purpose::Sample, 0, OWN, latent);
        let own = snapshot.decoder.evaluate_on_threads(&own, OWN, &mut SharedScratch::default()).to_vec();
        let test = dataset.test.gather(&(0..self.images).collect::<Vec<_>>());
        let bar = progress_bar((OWN + self.images) as u64, "images");
        let pixels = snapshot.decoder.output().max(1);
        let errors = |images: &[f32]| -> Option<Vec<f64>> {
            let of_image = |scratch: &mut InversionScratch, image: &[f32]| {
                let found = inverter.invert(image, None, scratch, &mut || !is_interrupted())?;
                bar.inc(1);
                Some(f64::from(found.squared_error))
            };
            let mut errors: Vec<f64> =
                images.par_chunks(pixels).map_init(InversionScratch::default, of_image).collect::<Option<_>>()?;
            errors.sort_by(f64::total_cmp);
            Some(errors)
        };
        let began = Instant::now();
        let (Some(own), Some(test)) = (errors(&own), errors(&test)) else { return Ok(false) };
        bar.finish_and_clear();
        let median = |errors: &[f64]| errors.get(errors.len() / 2).copied();
        line["inversion_mse"] = (test.iter().sum::<f64>() / test.len().max(1) as f64).into();
        line["inversion_mse_median"] = median(&test).into();
        line["inversion_mse_of_samples_median"] = median(&own).into();
        line["inversion_images"] = self.images.into();
        line["inversion_samples"] = OWN.into();
        line["inversion_sigma"] = ((f64::from(INVERSION_SIGMA) * 1e6).round() / 1e6).into();
        line["inversion_s"] = (began.elapsed().as_secs_f64() / (OWN + self.images) as f64).into();
        Ok(true)
    }
}
