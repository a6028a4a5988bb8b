//! A compare sheet as a value: images, what models make of them, samples.

use super::image_figures::ImageFigures;
use super::interpolation::{Interpolation, StripEnds};
use super::memorised_bound::{MemorisedBound, NearestTraining};
use super::reconstruction::{Reconstruction, ReconstructionKind, Searched};
use super::source::SheetSource;
use crate::dataset::ImageShape;
use crate::explore::path::PathKind;
use crate::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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
    /// Its weights.
    pub weights: Arc<Snapshot>,
    /// How it comes to its reconstructions.
    pub kind: ReconstructionKind,
    /// One a test image; `None` where none is found, or not yet.
    pub reconstructions: Vec<Option<Arc<Reconstruction>>>,
    /// For each of them, whether it was searched for.
    pub searched: Vec<Searched>,
    /// Whether its samples are of a Gaussian that was fitted to its encodings: it has no prior.
    pub fitted: bool,
    /// Twenty, or as many as the source says.
    pub samples: Arc<[SheetSample]>,
    /// The nearest training image of each sample; `None` where nobody asked.
    pub nearest: Option<Arc<[NearestTraining]>>,
}

impl SheetModel {
    /// Steps that it had made.
    pub fn step(&self) -> u64 {
        self.weights.step
    }

    /// What it makes of a test image.
    pub fn reconstruction(&self, row: usize) -> Option<&Arc<Reconstruction>> {
        self.reconstructions.get(row)?.as_ref()
    }

    /// The means of its figures over the images that there are; `None` where there are none.
    pub fn figures(&self) -> Option<ImageFigures> {
        ImageFigures::mean(self.reconstructions.iter().flatten().map(|made| made.figures))
    }
}

/// A whole sheet. Cloning shares the images.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// What it is made of.
    pub source: SheetSource,
    /// The test images.
    pub originals: Arc<[Original]>,
    /// The models, A first.
    pub models: Vec<SheetModel>,
    /// By what samples count as memorised; `None` where nobody asked.
    pub bound: Option<Arc<MemorisedBound>>,
    /// What lies between two of the test images; `None` where nobody asked.
    pub interpolation: Option<Arc<Interpolation>>,
}

/// A column of a sheet; the number is the model's place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// The training image that is nearest to each of these.
    Nearest(usize),
}

impl SheetColumn {
    /// The model whose images these are.
    pub const fn model(self) -> Option<usize> {
        match self {
            Self::Original => None,
            Self::Reconstruction(model) | Self::Error(model) | Self::Sample(model) | Self::Nearest(model) => {
                Some(model)
            }
        }
    }

    /// Whether its rows are samples, not test images.
    pub const fn is_of_samples(self) -> bool {
        matches!(self, Self::Sample(_) | Self::Nearest(_))
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
    /// The shape of every image in it.
    pub fn shape(&self) -> ImageShape {
        self.source.data.shape()
    }

    /// The columns of test images, from the left.
    pub fn image_columns(&self) -> Vec<SheetColumn> {
        let of_model = |model| [SheetColumn::Reconstruction(model), SheetColumn::Error(model)];
        std::iter::once(SheetColumn::Original).chain((0..self.models.len()).flat_map(of_model)).collect()
    }

    /// The image of a column that belongs to the test image, or the sample, `row`.
    pub fn cell(&self, column: SheetColumn, row: usize) -> Option<SheetCell<'_>> {
        let model = column.model().and_then(|model| self.models.get(model));
        Some(match column {
            SheetColumn::Original => SheetCell::Image(&self.originals.get(row)?.image),
            SheetColumn::Reconstruction(_) => SheetCell::Image(&model?.reconstruction(row)?.image),
            SheetColumn::Error(_) => SheetCell::Error(&model?.reconstruction(row)?.error),
            SheetColumn::Sample(_) => SheetCell::Image(&model?.samples.get(row)?.image),
            SheetColumn::Nearest(_) => SheetCell::Image(&model?.nearest.as_ref()?.get(row)?.image),
        })
    }

    /// Where in a model's latent space an image of a column lies, by the model's place. An original lies where the first model
    /// has it; a training image nowhere.
    pub fn latent(&self, column: SheetColumn, row: usize) -> Option<(usize, &[f32])> {
        let of_image = |model: usize| Some((model, self.models.get(model)?.reconstruction(row)?.latent.as_slice()));
        match column {
            SheetColumn::Original => (0..self.models.len()).find_map(of_image),
            SheetColumn::Reconstruction(model) | SheetColumn::Error(model) => of_image(model),
            SheetColumn::Sample(model) => Some((model, &self.models.get(model)?.samples.get(row)?.latent)),
            SheetColumn::Nearest(_) => None,
        }
    }

    /// What a model made of a test image.
    pub fn reconstruction(&self, model: usize, row: usize) -> Option<&Arc<Reconstruction>> {
        self.models.get(model)?.reconstruction(row)
    }

    /// How far apart two models are in an image: the absolute difference of their mean squared errors.
    pub fn gap(&self, row: usize) -> Option<f64> {
        let error = |model| Some(self.reconstruction(model, row)?.figures.squared_error);
        Some((error(0)? - error(1)?).abs())
    }

    /// Whether every test image was searched for; while its models train, from earlier places will do.
    pub fn is_searched(&self, least: Searched) -> bool {
        self.models.iter().all(|model| model.searched.iter().all(|searched| *searched >= least))
    }

    /// Where the models have two of the test images, by their rows.
    fn ends(&self, [from, to]: [usize; 2]) -> Vec<Option<StripEnds>> {
        let of = |model: &SheetModel| Some([model.reconstruction(from)?.clone(), model.reconstruction(to)?.clone()]);
        self.models.iter().map(of).collect()
    }

    /// Whether its interpolation is the one between these rows.
    pub fn has_interpolation(&self, rows: [usize; 2], path: PathKind) -> bool {
        self.interpolation.as_ref().is_some_and(|made| made.is_of((rows, path), &self.ends(rows)))
    }

    /// Decodes the ways between two of its rows; not for the UI thread.
    pub fn interpolate(&mut self, rows: [usize; 2], path: PathKind) {
        let ends = self.models.iter().map(|model| &*model.weights).zip(self.ends(rows)).collect();
        self.interpolation = Some(Arc::new(Interpolation::new((rows, path), ends)));
    }

    /// Finds the nearest training image of each sample, in the pool that it is called in. Whether `go_on` never said no.
    pub fn find_nearest(&mut self, bound: &Arc<MemorisedBound>, go_on: &mut dyn FnMut() -> bool) -> bool {
        let samples =
            self.models.iter().flat_map(|model| model.samples.iter()).flat_map(|s| &s.image).copied().collect();
        let Some(found) = bound.nearest(&self.source.data, samples, go_on) else { return false };
        let mut found = found.into_iter();
        for model in &mut self.models {
            model.nearest = Some(found.by_ref().take(model.samples.len()).collect());
        }
        self.bound = Some(bound.clone());
        true
    }

    /// The same sheet with its test images in another order, each by its row here.
    #[must_use]
    pub fn in_order(&self, rows: &[usize]) -> Self {
        let originals = rows.iter().filter_map(|row| self.originals.get(*row).cloned()).collect();
        let models = self.models.iter().map(|model| SheetModel {
            reconstructions: rows.iter().map(|row| model.reconstruction(*row).cloned()).collect(),
            searched: rows.iter().filter_map(|row| model.searched.get(*row).copied()).collect(),
            ..model.clone()
        });
        let place = |row: usize| rows.iter().position(|other| *other == row);
        let interpolation = self.interpolation.as_ref().and_then(|made| {
            let [from, to] = made.rows.map(place);
            let mut moved = (**made).clone();
            moved.rows = [from?, to?];
            Some(Arc::new(moved))
        });
        Self { originals, models: models.collect(), interpolation, ..self.clone() }
    }
}
