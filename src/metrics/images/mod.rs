//! How near an image is to another: figures of reconstructions, one pair at a time.

mod psnr;
mod ssim;

pub use psnr::{MOST_DECIBELS, psnr, squared_error};
pub use ssim::ssim;
