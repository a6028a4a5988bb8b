//! Pictures without a window: sheets of images, the latent plane, curves, the compare sheet.

mod canvas;
mod curves;
mod sheet;

pub use canvas::{Canvas, signed_rgb};
pub use curves::curves;
pub use sheet::{compare, grid, plane};
