//! A snapshot's decoder on the GPU, from latents to images, without reading anything back.
//!
//! Once a device: [`DecoderPipelines::new`]. Once a shape of network: [`Weights::new`], and [`Plan::new`] for each number of
//! images. For each newer snapshot: [`Packed::new`] on any thread, then [`Weights::upload`]. For each frame with new latents:
//! [`Plan::write_latents`], then [`encode`] into a compute pass; the images are in [`Plan::output`].
//!
//! Every size is checked against the adapter's limits in [`DecodeSchedule`] and [`Weights::new`] before anything is allocated, and
//! what the device refuses comes back as a [`DecoderError`]: then the CPU decoder goes on. Nothing here waits for the GPU
//! but [`read_back`] and [`wait`], which are for tests and measurements.

mod dispatch;
mod encode;
mod error;
mod pipelines;
mod plan;
mod read_back;
mod schedule;
pub mod shaders;
mod uniforms;
mod weights;

pub use encode::{encode, record};
pub use error::DecoderError;
pub(super) use pipelines::guarded;
pub use pipelines::{DecoderPipelines, one_line};
pub use plan::Plan;
pub use read_back::{read_back, wait};
pub use schedule::{DecodeSchedule, check_compute};
pub use weights::{Packed, Weights};
