//! The compare sheet: the same test images as the VAE reconstructs them, beside fresh samples of both models.

use crate::dataset::{Dataset, ImageShape};
use crate::metrics;
use crate::random::{Purpose, normal_rows};
use crate::snapshot::{Scratch, Snapshot};

/// One test image and what model A makes of it. Images are `[shape.values()]`.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its place in the test set.
    pub index: usize,
    /// Its class; none where the data has no classes.
    pub class: Option<usize>,
    /// The image itself, in [0, 1].
    pub original: Vec<f32>,
    /// Decoded from the posterior's mean, in [0, 1].
    pub reconstruction: Vec<f32>,
    /// reconstruction − original, in [−1, 1].
    pub error: Vec<f32>,
    /// Mean over pixels of the squared error.
    pub squared_error: f32,
    /// −log p(x|z) at the posterior's mean as independent Bernoulli pixels, in nats.
    pub reconstruction_nats: f32,
    /// The posterior's mean, `[latent]`.
    pub mean: Vec<f32>,
}

/// A whole sheet.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The shape of every image in it.
    pub shape: ImageShape,
    /// One a test image; empty where model A has no encoder.
    pub rows: Vec<Row>,
    /// Fresh samples of model A, in [0, 1].
    pub samples_a: Vec<Vec<f32>>,
    /// Fresh samples of model B, in [0, 1].
    pub samples_b: Vec<Vec<f32>>,
    /// Steps that A had made.
    pub step_a: u64,
    /// Steps that B had made.
    pub step_b: u64,
    /// Mean over the rows.
    pub mean_squared_error: f32,
    /// Mean over the rows, in nats an image.
    pub mean_reconstruction_nats: f32,
}

/// Makes a sheet of the first test images of each class in turn: `rows` of them, and as many samples of each model from
/// one seed. A few milliseconds for 16 rows; not for the UI thread.
pub fn sheet(a: &Snapshot, b: &Snapshot, dataset: &Dataset, rows: usize, seed: u64) -> Sheet {
    let mut scratch = Scratch::default();
    let indices = one_of_each_class(dataset, rows);
    let rows: Vec<Row> = indices.iter().filter_map(|index| row(a, dataset, *index, &mut scratch)).collect();
    let mut samples = |snapshot: &Snapshot, count: usize| -> Vec<Vec<f32>> {
        let latents = normal_rows(seed, Purpose::Sample, 0, count, snapshot.latent);
        let pixels = snapshot.decoder.evaluate(&latents, count, &mut scratch);
        pixels.chunks_exact(snapshot.image.values()).map(<[f32]>::to_vec).collect()
    };
    let count = indices.len();
    let mean = |value: fn(&Row) -> f32| rows.iter().map(value).sum::<f32>() / rows.len().max(1) as f32;
    Sheet {
        shape: dataset.shape(),
        samples_a: samples(a, count),
        samples_b: samples(b, count),
        step_a: a.step,
        step_b: b.step,
        mean_squared_error: mean(|row| row.squared_error),
        mean_reconstruction_nats: mean(|row| row.reconstruction_nats),
        rows,
    }
}

fn row(a: &Snapshot, dataset: &Dataset, index: usize, scratch: &mut Scratch) -> Option<Row> {
    let original = dataset.test.image(index);
    let mean = a.encoder.as_ref()?.evaluate(&original, 1, scratch).get(..a.latent)?.to_vec();
    let reconstruction = a.decoder.evaluate(&mean, 1, scratch).to_vec();
    let error: Vec<f32> = reconstruction.iter().zip(&original).map(|(r, o)| r - o).collect();
    Some(Row {
        index,
        class: dataset.test.class(index),
        squared_error: error.iter().map(|e| e * e).sum::<f32>() / error.len().max(1) as f32,
        reconstruction_nats: metrics::bernoulli_nats(&original, &reconstruction),
        original,
        reconstruction,
        error,
        mean,
    })
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
