//! Figures computed from what models give: pure functions.

mod class_share;
mod density;
mod grid;
mod grid_cells;
mod importance;
mod log_sum;

pub use class_share::{class_share, nearest};
pub use density::{EvidenceError, Posterior, VaeDensity};
pub use grid::{Fineness, Integrated, grid};
pub use importance::{Weighed, importance};
pub use log_sum::LogSum;

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
