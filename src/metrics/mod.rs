//! What is measured: the table of metrics, and figures computed from what models give.
//!
//! A metric is a file here and its line in [`METRICS`]; curves, `metrics.csv`, the training panel and the command line
//! read the table. What models of any family are compared by has a table of its own, [`FIGURES`]: of reconstructions in
//! [`images`], of samples in [`samples`], of codes beside known factors in [`disentanglement`].

mod adversarial;
mod class_accuracy;
mod class_share;
mod classifier;
mod code_density;
mod components;
mod density;
pub mod disentanglement;
mod elbo;
mod evidence_error;
mod figure_table;
mod figures;
mod fold;
mod grid;
mod grid_cells;
pub mod images;
mod importance;
mod inference_gap;
mod latent_error;
mod latent_use;
mod log_sum;
mod matching;
mod measurement;
mod metric;
mod missed;
mod missed_share;
mod mutual_information;
mod pixel_density;
mod pixel_spread;
mod places;
mod posteriors;
mod reconstructions;
mod sample_spread;
pub mod samples;
mod small_network;
mod squared_error;
mod table;
mod test_fold;

pub use class_share::{ClassShares, SHARE_SAMPLES, SMALL_SHARE};
pub use classifier::{Classifier, ClassifierEffort, SeenClass};
pub use density::VaeDensity;
pub use evidence_error::EvidenceError;
pub use figure_table::{FigureTable, TableCell, TableColumn};
pub use figures::{Better, FIGURES, FigureDefinition, FigureId, FigureSubject};
pub use fold::TestFolds;
pub use grid::{EvidenceGrid, Fineness, Integrated, KeptCells, grid};
pub use importance::{Weighed, importance};
pub use inference_gap::{ImageEvidence, elbo, inference_gaps};
pub use log_sum::LogSum;
pub use measurement::{Measure, Measurement, MeasurementInput};
pub use metric::{Columns, Group, Metric, MetricCompute, MetricSource, Unit};
pub use missed::{COMPONENTS, FoundPlaces, MissedReference, MissedRule, QUANTILE};
pub use mutual_information::DrawnPosteriors;
pub use pixel_density::PixelDensity;
pub use pixel_spread::PixelSpread;
pub use places::{ImagePlace, PLACE_SIGMA, PlaceTable};
pub use posteriors::{ImagePosterior, PlaneNormal};
pub use table::{MEASUREMENTS, METRICS, all, column, of_column, of_curve, place};
pub use test_fold::TestFold;

use crate::snapshot::Likelihood;

/// −log p(x) of an image, in nats, where a decoder's output gives the mean of its pixels. Both are `[pixels]`, in [0, 1].
pub fn nats(likelihood: Likelihood, image: &[f32], mean: &[f32]) -> f32 {
    match likelihood {
        Likelihood::Bernoulli => bernoulli_nats(image, mean),
        Likelihood::Gaussian { sigma } => gaussian_nats(image, mean, sigma),
    }
}

/// −log p(x) of independent normal pixels of standard deviation σ about the given means,
/// ½‖x − μ‖²/σ² + pixels·(ln σ + ½ ln 2π), in nats an image.
pub fn gaussian_nats(image: &[f32], mean: &[f32], sigma: f32) -> f32 {
    let squares: f64 = image.iter().zip(mean).map(|(x, m)| (f64::from(*x) - f64::from(*m)).powi(2)).sum();
    let (sigma, pixels) = (f64::from(sigma), image.len() as f64);
    (0.5 * squares / (sigma * sigma) + 0.5 * pixels * std::f64::consts::TAU.ln() + pixels * sigma.ln()) as f32
}

/// −log p(x) of independent Bernoulli pixels with the given probabilities, in nats an image. Probabilities are kept
/// 10⁻⁶ away from 0 and 1.
pub fn bernoulli_nats(image: &[f32], probabilities: &[f32]) -> f32 {
    let nats: f64 = image
        .iter()
        .zip(probabilities)
        .map(|(x, p)| {
            let (x, p) = (f64::from(*x), f64::from(p.clamp(1e-6, 1.0 - 1e-6)));
            -(x * p.ln() + (1.0 - x) * (1.0 - p).ln())
        })
        .sum();
    nats as f32
}
