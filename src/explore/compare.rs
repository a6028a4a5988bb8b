//! The compare sheet: the same test images as they are and as each model that has an encoder reconstructs them, beside fresh
//! samples of each model; and the figures that models are compared by.

mod encoder_figures;
mod figures;
mod reference;
mod sample_figures;

pub use figures::ModelFigures;
pub use reference::{FigureProgress, FigureProtocol, FigureReference, FigureStage};
pub use sample_figures::SampleFigures;

use super::fitted_gaussian::{FittedGaussian, truncated_latents};
use crate::dataset::{Dataset, ImageShape};
use crate::metrics;
use crate::snapshot::{Likelihood, Scratch, Snapshot};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// One test image.
#[derive(Clone, Debug)]
pub struct Original {
    /// Its place in the test set.
    pub index: usize,
    /// Its class; none where the data has no classes.
    pub class: Option<usize>,
    /// `[shape.values()]`, in [0, 1].
    pub image: Vec<f32>,
}

/// What a model with an encoder makes of a test image. Images are `[shape.values()]`.
#[derive(Clone, Debug)]
pub struct Reconstruction {
    /// The posterior's mean, `[latent]`.
    pub latent: Vec<f32>,
    /// Decoded from it, in [0, 1].
    pub image: Vec<f32>,
    /// reconstruction − original, in [−1, 1].
    pub error: Vec<f32>,
    /// Mean over pixels of the squared error.
    pub squared_error: f32,
    /// −log p(x|z) at the posterior's mean, in nats, by the model's own likelihood; `None` where it has none.
    pub nats: Option<f32>,
}

/// A fresh sample.
#[derive(Clone, Debug)]
pub struct SheetSample {
    /// A draw from the prior, or from what stands in for it, `[latent]`.
    pub latent: Vec<f32>,
    /// Decoded from it, `[shape.values()]`, in [0, 1].
    pub image: Vec<f32>,
}

/// One model's part of a sheet.
#[derive(Clone, Debug)]
pub struct SheetModel {
    /// Steps that it had made.
    pub step: u64,
    /// What its nats are of.
    pub likelihood: Option<Likelihood>,
    /// One a test image; empty where it has no encoder.
    pub reconstructions: Vec<Reconstruction>,
    /// Whether its samples are of a Gaussian that was fitted to its encodings: it has no prior.
    pub fitted: bool,
    /// As many as there are test images.
    pub samples: Vec<SheetSample>,
}

impl SheetModel {
    /// Mean squared error a pixel over the reconstructions; `None` where there are none.
    pub fn squared_error(&self) -> Option<f32> {
        self.mean(|reconstruction| Some(reconstruction.squared_error))
    }

    /// Mean nats an image over the reconstructions; `None` where there are none, or no likelihood.
    pub fn nats(&self) -> Option<f32> {
        self.mean(|reconstruction| reconstruction.nats)
    }

    fn mean(&self, value: impl Fn(&Reconstruction) -> Option<f32>) -> Option<f32> {
        let sum: f32 = self.reconstructions.iter().map(value).sum::<Option<f32>>()?;
        (!self.reconstructions.is_empty()).then(|| sum / self.reconstructions.len() as f32)
    }
}

/// A whole sheet.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The shape of every image in it.
    pub shape: ImageShape,
    /// The test images.
    pub originals: Vec<Original>,
    /// The models, A first.
    pub models: Vec<SheetModel>,
    /// ψ: the samples are decoded from draws that are so many times as far from the mean as the prior's.
    pub truncation: f32,
}

/// A column of a sheet; the number is the model's place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetColumn {
    /// The test images.
    Original,
    /// What a model makes of them.
    Reconstruction(usize),
    /// How far that is from them.
    Error(usize),
    /// What a model makes of random latents.
    Sample(usize),
}

impl SheetColumn {
    /// The model whose images these are.
    pub const fn model(self) -> Option<usize> {
        match self {
            Self::Original => None,
            Self::Reconstruction(model) | Self::Error(model) | Self::Sample(model) => Some(model),
        }
    }
}

/// One image of a sheet, `[shape.values()]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SheetCell<'a> {
    /// In [0, 1].
    Image(&'a [f32]),
    /// In [−1, 1].
    Error(&'a [f32]),
}

impl Sheet {
    /// The columns that there is something for, from the left.
    pub fn columns(&self) -> Vec<SheetColumn> {
        let encoders = (0..self.models.len()).filter(|model| !self.reconstructions(*model).is_empty());
        let reconstructed = encoders.flat_map(|model| [SheetColumn::Reconstruction(model), SheetColumn::Error(model)]);
        let samples = (0..self.models.len()).map(SheetColumn::Sample);
        std::iter::once(SheetColumn::Original).chain(reconstructed).chain(samples).collect()
    }

    /// The image of a column that belongs to the test image `row`.
    pub fn cell(&self, column: SheetColumn, row: usize) -> Option<SheetCell<'_>> {
        match column {
            SheetColumn::Original => Some(SheetCell::Image(&self.originals.get(row)?.image)),
            SheetColumn::Reconstruction(model) => Some(SheetCell::Image(&self.reconstructions(model).get(row)?.image)),
            SheetColumn::Error(model) => Some(SheetCell::Error(&self.reconstructions(model).get(row)?.error)),
            SheetColumn::Sample(model) => Some(SheetCell::Image(&self.samples(model).get(row)?.image)),
        }
    }

    /// Where in a model's latent space an image of a column lies; an original lies where the first model that has an encoder
    /// puts it.
    pub fn latent(&self, column: SheetColumn, row: usize) -> Option<(usize, &[f32])> {
        let model = match column {
            SheetColumn::Original => (0..self.models.len()).find(|model| !self.reconstructions(*model).is_empty())?,
            SheetColumn::Reconstruction(model) | SheetColumn::Error(model) | SheetColumn::Sample(model) => model,
        };
        let latent = match column {
            SheetColumn::Sample(_) => &self.samples(model).get(row)?.latent,
            _ => &self.reconstructions(model).get(row)?.latent,
        };
        Some((model, latent))
    }

    /// What a model made of the test images.
    pub fn reconstructions(&self, model: usize) -> &[Reconstruction] {
        self.models.get(model).map_or(&[], |model| &model.reconstructions)
    }

    /// Whether a model's samples are of a Gaussian that was fitted to its encodings.
    pub fn is_fitted(&self, model: usize) -> bool {
        self.models.get(model).is_some_and(|model| model.fitted)
    }

    fn samples(&self, model: usize) -> &[SheetSample] {
        self.models.get(model).map_or(&[], |model| &model.samples)
    }
}

/// Makes a sheet of the first test images of each class in turn: `rows` of them, and as many samples of each model from
/// one seed. The models must decode images of the data's shape. A few milliseconds for 16 rows; not for the UI thread.
pub fn sheet(models: &[&Snapshot], dataset: &Dataset, rows: usize, seed: u64) -> Sheet {
    truncated_sheet(models, dataset, rows, seed, 1.0)
}

/// The same with samples of a truncation.
pub fn truncated_sheet(models: &[&Snapshot], dataset: &Dataset, rows: usize, seed: u64, truncation: f32) -> Sheet {
    let mut scratch = Scratch::default();
    let original = |index: &usize| Original {
        index: *index,
        class: dataset.test.class(*index),
        image: dataset.test.image(*index),
    };
    let originals: Vec<Original> = one_of_each_class(dataset, rows).iter().map(original).collect();
    let models = models.iter().map(|snapshot| {
        let fitted = FittedGaussian::in_place_of_prior(snapshot, &dataset.train, &mut scratch);
        let latents = truncated_latents(snapshot, fitted.as_ref(), (seed, originals.len()), truncation);
        SheetModel {
            step: snapshot.step,
            likelihood: snapshot.likelihood,
            reconstructions: originals.iter().filter_map(|o| reconstruct(snapshot, &o.image, &mut scratch)).collect(),
            fitted: fitted.is_some(),
            samples: samples(snapshot, &latents, &mut scratch),
        }
    });
    let models = models.collect();
    Sheet { shape: dataset.shape(), models, originals, truncation }
}

/// What a model makes of an image; `None` where it has no encoder.
fn reconstruct(snapshot: &Snapshot, original: &[f32], scratch: &mut Scratch) -> Option<Reconstruction> {
    let latent = snapshot.encoder.as_ref()?.evaluate(original, 1, scratch).get(..snapshot.latent)?.to_vec();
    let image = snapshot.decoder.evaluate(&latent, 1, scratch).to_vec();
    let error: Vec<f32> = image.iter().zip(original).map(|(r, o)| r - o).collect();
    let squared_error = error.iter().map(|e| e * e).sum::<f32>() / error.len().max(1) as f32;
    let nats = snapshot.likelihood.map(|likelihood| metrics::nats(likelihood, original, &image));
    Some(Reconstruction { latent, image, error, squared_error, nats })
}

fn samples(snapshot: &Snapshot, latents: &[f32], scratch: &mut Scratch) -> Vec<SheetSample> {
    let mut images = Vec::new();
    let Ok(()) = snapshot.decoder.evaluate_each(latents, scratch, |image| {
        images.push(image.to_vec());
        Ok::<_, Infallible>(())
    });
    let latents = latents.chunks_exact(snapshot.latent.max(1));
    latents.zip(images).map(|(latent, image)| SheetSample { latent: latent.to_vec(), image }).collect()
}

/// The error of one pixel (`0..height·width`) as a map of errors shows it: of several channels the one that is most
/// wrong, so that a wrong colour of the right brightness is seen. `errors` is `[shape.values()]`.
pub fn pixel_error(shape: ImageShape, errors: &[f32], pixel: usize) -> f32 {
    let area = shape.height * shape.width;
    let channels = (0..shape.channels).filter_map(|channel| errors.get(channel * area + pixel).copied());
    channels.max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(0.0)
}

/// The first test image of each class, then the second of each, and so on: `count` indices, or all there are. Where the
/// data has no classes these are the first images.
pub fn one_of_each_class(dataset: &Dataset, count: usize) -> Vec<usize> {
    let mut by_class: Vec<Vec<usize>> = vec![Vec::new(); dataset.class_names().len().max(1)];
    for index in 0..dataset.test.count() {
        if let Some(class) = by_class.get_mut(dataset.test.class(index).unwrap_or(0)) {
            class.push(index);
        }
    }
    let longest = by_class.iter().map(Vec::len).max().unwrap_or(0);
    (0..longest)
        .flat_map(|place| by_class.iter().filter_map(move |class| class.get(place).copied()))
        .take(count)
        .collect()
}
