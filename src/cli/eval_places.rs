//! What `latentarium eval` says of where a decoder without an encoder has test images, and which it misses.

use super::common::{progress_bar, usage};
use super::eval_likelihood::images_of;
use super::interruption::is_interrupted;
use crate::dataset::Dataset;
use crate::metrics::{
    COMPONENTS, FoundPlaces, ImagePlace, MissedReference, MissedRule, PLACE_SIGMA, PlaceTable, QUANTILE,
};
use crate::run::{self, Opened};
use crate::snapshot::{Scratch, Snapshot};
use anyhow::Result;
use clap::Args;
use rayon::prelude::*;
use std::path::PathBuf;

/// Test images that are looked for unless it is said how many.
const IMAGES: usize = 10_000;
/// Images that a thread looks for at a time.
const PART: usize = 32;
/// Images that are in hand at a time.
const IN_HAND: usize = 2048;
/// Images that are named as the worst reproduced.
const WORST: usize = 10;

#[derive(Args)]
pub struct PlacesArguments {
    /// Look for the places of test images in the plane of a GAN with z 2, and count those that no place reproduces.
    #[arg(long)]
    places: bool,
    /// Count as missed what is reproduced worse than all but 1 % of the images by this run's encoder and decoder; without it,
    /// by the images' own first four principal components.
    #[arg(long, value_name = "RUN", requires = "places")]
    against: Option<PathBuf>,
}

/// A search that can be made.
pub struct PlaceSearch {
    images: usize,
    beside: Option<Snapshot>,
}

impl PlacesArguments {
    /// Whether anything is asked for.
    pub fn is_asked(&self) -> bool {
        self.places
    }

    /// The search that is asked for, of so many images that were `asked` for, or what is wrong with that.
    pub fn check(&self, opened: &Opened, dataset: &Dataset, asked: Option<usize>) -> Result<Option<PlaceSearch>> {
        if !self.places {
            return Ok(None);
        }
        let latent = opened.config.model.latent();
        if latent != 2 {
            return Err(usage(format!("--places: expected a run with z 2, found z {latent}")));
        }
        let beside = self.against.as_deref().map(run::open).transpose()?.map(|beside| beside.snapshot);
        if let (Some(beside), Some(folder)) = (&beside, &self.against)
            && (beside.encoder.is_none() || beside.image != dataset.shape())
        {
            let folder = folder.display();
            return Err(usage(format!("--against: expected a run with an encoder of such images, found {folder}")));
        }
        Ok(Some(PlaceSearch { images: images_of(dataset, asked, IMAGES)?, beside }))
    }
}

impl PlaceSearch {
    /// Adds how many of the first test images are missed, in all and by class, and which are reproduced worst; `false` if
    /// interrupted.
    pub fn evaluate(&self, opened: &Opened, dataset: &Dataset, line: &mut serde_json::Value) -> Result<bool> {
        let (test, count) = (&dataset.test, self.images);
        let Some(rule) = MissedRule::of(self.beside.as_ref(), test, &mut || !is_interrupted()) else {
            return Ok(false);
        };
        let Some(table) = PlaceTable::decode(&opened.snapshot, &mut || !is_interrupted())? else { return Ok(false) };
        let bar = progress_bar(count as u64, "images");
        let mut places: Vec<ImagePlace> = Vec::with_capacity(count);
        for from in (0..count).step_by(IN_HAND) {
            let pixels = test.gather(&(from..(from + IN_HAND).min(count)).collect::<Vec<_>>());
            let parts = pixels.par_chunks(PART * table.pixels().max(1));
            places.par_extend(parts.map_init(Scratch::default, |scratch, part| table.find(part, scratch)).flatten());
            bar.set_position(places.len() as u64);
            if is_interrupted() {
                return Ok(false);
            }
        }
        bar.finish_and_clear();
        let found = FoundPlaces { places, rule };
        line["missed_share"] = found.missed_share().into();
        line["missed_above"] = rule.most_error.into();
        line["missed_rule"] = match rule.reference {
            MissedReference::Reconstructions => format!("quantile {QUANTILE} of reconstruction errors"),
            MissedReference::Components => {
                format!("quantile {QUANTILE} of errors of {COMPONENTS} principal components")
            }
        }
        .into();
        let labels: Vec<u8> = (0..count).map(|image| test.class(image).unwrap_or(0) as u8).collect();
        let of_classes = found.by_class(&labels, dataset.class_names().len());
        let share = |(missed, all): (usize, usize)| missed as f64 / all.max(1) as f64;
        line["missed_by_class"] = of_classes.into_iter().map(share).collect();
        line["place_error"] =
            (found.places.iter().map(|place| f64::from(place.error)).sum::<f64>() / count.max(1) as f64).into();
        let mut order: Vec<(usize, &ImagePlace)> = found.places.iter().enumerate().collect();
        order.sort_by(|(_, a), (_, b)| b.error.total_cmp(&a.error));
        let worst = order.iter().take(WORST).map(|(image, place)| {
            let class = test.class(*image).and_then(|class| dataset.class_names().get(class).cloned());
            serde_json::json!({ "image": image, "class": class, "error": place.error, "place": place.latent })
        });
        line["worst_placed"] = worst.collect();
        line["place_sigma"] = ((f64::from(PLACE_SIGMA) * 1e6).round() / 1e6).into();
        line["place_images"] = count.into();
        Ok(true)
    }
}
