//! How near a set of images is to another: figures of samples, in features of a small network or in pixels.
//!
//! Work is cut into blocks of a fixed size and added up in order, so that the bits do not depend on the number of threads.

mod bootstrap;
mod class_entropy;
mod feature_set;
mod features;
mod frechet;
mod kernel_distance;
mod memorised;
mod neighbours;
mod pairs;

pub use bootstrap::{Estimate, MEAN_RESAMPLES, Resamples, SET_RESAMPLES};
pub use class_entropy::{class_entropy, shares};
pub use feature_set::FeatureSet;
pub use features::{FeatureKind, FeatureNetwork, SeenFeatures};
pub use frechet::{FeatureMoments, FrechetReference};
pub use kernel_distance::{Kernel, KernelReference, kernel_distance};
pub use memorised::{MEMORISED_QUANTILE, NearestImage, nearest_images, quantile};
pub use neighbours::{MANIFOLD_NEIGHBOURS, Manifold, Neighbourhoods};
pub use pairs::pairwise_distance;
