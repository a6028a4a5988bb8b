//! What `latentarium eval` says of log p(x): the importance-weighted bound, the grid, and the gap to the ELBO.

use super::common::{progress_bar, usage};
use super::interruption::is_interrupted;
use super::plane_choice::plane_of;
use crate::dataset::Dataset;
use crate::explore::posterior::EvidenceTable;
use crate::metrics::{EvidenceError, Fineness, ImageEvidence, Integrated, VaeDensity, Weighed, grid, importance};
use crate::model::{Batch, Sampling};
use crate::run::Opened;
use anyhow::Result;
use clap::Args;

/// Test images that are looked at unless it is said how many.
const IMAGES: usize = 1000;
/// Draws an image for the ELBO that the grid is compared with.
const ELBO_DRAWS: usize = 100;
/// Images that are named as the worst encoded.
const WORST: usize = 10;
/// Most draws an image.
const MOST_DRAWS: usize = 10_000_000;

#[derive(Args)]
pub struct LikelihoodArguments {
    /// Bound log p(x) of a VAE by so many draws of its posterior an image (importance weighted).
    #[arg(long, value_name = "K")]
    nll_samples: Option<usize>,
    /// Integrate log p(x) of a VAE with z 2 over a grid of its latent plane: all but exact.
    #[arg(long)]
    grid_nll: bool,
    /// Cells a side of that grid, an even number; split where an image needs it.
    #[arg(long, value_name = "N", requires = "grid_nll", default_value_t = Fineness::default().side)]
    grid: usize,
    /// How far the encoder of a VAE falls short: log p(x) − ELBO = KL(q(z|x) ‖ p(z|x)), its mean and the worst-encoded images.
    /// Of more than two dimensions given that z lies on the run's plane.
    #[arg(long)]
    gap: bool,
}

impl LikelihoodArguments {
    /// Whether anything is asked for.
    pub fn is_asked(&self) -> bool {
        self.nll_samples.is_some() || self.grid_nll || self.gap
    }

    /// How many images are looked at of so many that were `asked` for, or what is wrong with what is asked for.
    pub fn check(&self, opened: &Opened, dataset: &Dataset, asked: Option<usize>) -> Result<usize> {
        let config = &opened.config.model;
        if !self.is_asked() {
            return Ok(0);
        }
        if !config.family().bounds_evidence {
            return Err(usage(format!("--nll-samples, --grid-nll and --gap are for a VAE, {} is none", config.preset)));
        }
        if let Some(draws) = self.nll_samples.filter(|draws| !(1..=MOST_DRAWS).contains(draws)) {
            return Err(usage(format!("--nll-samples: expected 1 to {MOST_DRAWS}, found {draws}")));
        }
        if self.grid_nll && config.latent() != 2 {
            return Err(usage(format!("--grid-nll: expected a run with z 2, found z {}", config.latent())));
        }
        if self.grid_nll && (self.grid % 2 == 1 || !(8..=512).contains(&self.grid)) {
            return Err(usage(format!("--grid: expected an even number from 8 to 512, found {}", self.grid)));
        }
        images_of(dataset, asked, IMAGES)
    }

    /// Adds the figures that are asked for to `line`, means over the first `images` test images in nats; `false` if
    /// interrupted.
    pub fn evaluate(
        &self,
        opened: &Opened,
        dataset: &Dataset,
        images: usize,
        line: &mut serde_json::Value,
    ) -> Result<bool> {
        if !self.is_asked() {
            return Ok(true);
        }
        let config = &opened.config.model;
        let density = VaeDensity::new(&opened.snapshot)?;
        let sampling: Sampling = config.read()?;
        let pixels = Batch::of_test(&dataset.test, (0, images), &sampling)?.images.flatten_all()?.to_vec1::<f32>()?;
        let weigh = |draws: usize| {
            watched((images * draws) as u64, "decodes", |go_on| {
                importance(&density, &pixels, draws, config.seed(), go_on)
            })
        };
        if let Some(draws) = self.nll_samples {
            let Some(weighed) = weigh(draws)? else { return Ok(false) };
            let figure = |of: fn(&Weighed) -> f64| mean(weighed.iter().map(of));
            line["test_nll"] = figure(|one| -one.bound).into();
            line["nll_neg_elbo"] = figure(|one| -one.elbo).into();
            line["nll_effective_samples"] = figure(|one| one.effective_draws).into();
            line["nll_samples"] = draws.into();
            line["nll_images"] = images.into();
        }
        if self.grid_nll {
            let fineness = Fineness { side: self.grid, ..Fineness::default() };
            let integrate = |go_on: &(dyn Fn(u64) -> bool + Sync)| grid(&density, &pixels, fineness, go_on);
            let Some(integrated) = watched(images as u64, "images", integrate)? else { return Ok(false) };
            let Some(weighed) = weigh(ELBO_DRAWS)? else { return Ok(false) };
            let log_p = mean(integrated.iter().map(|one| one.log_p));
            line["test_log_p_grid"] = log_p.into();
            line["elbo_gap"] = (log_p - mean(weighed.iter().map(|one| one.elbo))).into();
            line["grid"] = self.grid.into();
            line["grid_images"] = images.into();
            line["grid_unsettled"] = integrated.iter().filter(|one: &&Integrated| !one.is_settled).count().into();
        }
        if self.gap {
            return gap(opened, dataset, &pixels, line);
        }
        Ok(true)
    }
}

/// The first test images that are looked at: `asked` of them, or the `usual` number.
///
/// # Errors
/// If there are not so many.
pub fn images_of(dataset: &Dataset, asked: Option<usize>, usual: usize) -> Result<usize> {
    let count = dataset.test.count();
    match asked {
        Some(images) if !(1..=count).contains(&images) => {
            Err(usage(format!("--images: expected 1 to {count}, found {images}")))
        }
        images => Ok(images.unwrap_or(usual).min(count)),
    }
}

/// Adds the gap between log p(x) and the ELBO: its mean, and the images where it is largest; `false` if interrupted.
fn gap(opened: &Opened, dataset: &Dataset, pixels: &[f32], line: &mut serde_json::Value) -> Result<bool> {
    let plane = plane_of(opened, Some(&dataset.test))?;
    let table = EvidenceTable::new(&opened.snapshot, &plane)?;
    let images = (pixels.len() / dataset.shape().values().max(1)) as u64;
    let Some(found) = watched(2 * images, "images", |go_on| table.of_images(pixels, go_on))? else { return Ok(false) };
    let mut order: Vec<(usize, ImageEvidence)> = found.iter().map(|one| one.evidence).enumerate().collect();
    line["gap_log_p"] = mean(order.iter().map(|(_, one)| one.log_p)).into();
    line["gap_elbo"] = mean(order.iter().map(|(_, one)| one.elbo)).into();
    line["gap"] = mean(order.iter().map(|(_, one)| one.gap())).into();
    line["gap_smallest"] = order.iter().map(|(_, one)| one.gap()).fold(f64::INFINITY, f64::min).into();
    line["gap_of"] = if table.slice().is_part { "the run's plane" } else { "the whole latent space" }.into();
    line["gap_images"] = images.into();
    line["gap_unsettled"] = order.iter().filter(|(_, one)| !one.is_settled).count().into();
    order.sort_by(|(_, a), (_, b)| b.gap().total_cmp(&a.gap()));
    let worst = order.iter().take(WORST).map(|(image, one)| {
        let class = dataset.test.class(*image).and_then(|class| dataset.class_names().get(class).cloned());
        serde_json::json!({ "image": image, "class": class, "gap": one.gap(), "log_p": one.log_p })
    });
    line["worst_encoded"] = worst.collect();
    Ok(true)
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len().max(1) as f64;
    values.sum::<f64>() / count
}

/// Does long work under a progress bar over `total` units; `None` if interrupted.
pub fn watched<T>(
    total: u64,
    unit: &str,
    work: impl FnOnce(&(dyn Fn(u64) -> bool + Sync)) -> Result<T, EvidenceError>,
) -> Result<Option<T>> {
    let bar = progress_bar(total, unit);
    let result = work(&|done| {
        bar.inc(done);
        !is_interrupted()
    });
    bar.finish_and_clear();
    match result {
        Ok(found) => Ok(Some(found)),
        Err(EvidenceError::Interrupted) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
