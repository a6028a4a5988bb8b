//! What a sheet is made of.

use super::image_choice::ImageChoice;
use crate::dataset::Dataset;
use crate::snapshot::Snapshot;
use std::sync::Arc;

/// What a sheet is made of. The models must decode images of the data's shape.
#[derive(Clone, Debug)]
pub struct SheetSource {
    /// The weights, A first.
    pub models: Vec<Arc<Snapshot>>,
    /// Its test images are compared.
    pub data: Arc<Dataset>,
    /// Which of them.
    pub images: ImageChoice,
    /// Test images that are drawn, and samples of each model.
    pub rows: usize,
    /// Of the samples, and of images that are drawn at random.
    pub seed: u64,
    /// ψ: samples are decoded from draws that are so many times as far from the mean as the prior's.
    pub truncation: f32,
}

impl SheetSource {
    /// The first test images of each class in turn.
    pub fn new(models: Vec<Arc<Snapshot>>, data: Arc<Dataset>, rows: usize, seed: u64) -> Self {
        Self { models, data, images: ImageChoice::default(), rows, seed, truncation: 1.0 }
    }

    /// Whether a sheet of the one is a sheet of the other.
    pub fn is_same(&self, other: &Self) -> bool {
        let same = |(a, b): (&Arc<Snapshot>, &Arc<Snapshot>)| Arc::ptr_eq(a, b);
        self.models.len() == other.models.len()
            && self.models.iter().zip(&other.models).all(same)
            && self.is_same_but_for_weights(other)
    }

    /// The same, whatever the models have learned since.
    pub fn is_same_but_for_weights(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.data, &other.data)
            && (self.rows, self.seed, self.truncation) == (other.rows, other.seed, other.truncation)
            && self.images == other.images
    }
}
