//! Pictures without a window: images as bytes, sheets of them, figures of planes and curves, the compare sheet. The window draws the
//! same [`Bitmap`]s that files hold.

mod bitmap;
mod canvas;
mod colormap;
mod compare;
mod completion;
mod field;
mod figure;
pub mod film;
mod overview;
mod samples;
mod sheet;
mod thumbnail;

pub use bitmap::Bitmap;
pub use colormap::{COLOR_ENTRIES, ColorMap};
pub use compare::{cell, compare};
pub use completion::{CompletedRow, completions};
pub use field::{FieldStyle, field_picture, lay_over};
pub use figure::{
    CurvesFigure, DataPlaneFigure, Figure, FigureClass, FigureCurve, FigureError, FigureKey, FigureLegend, FigureLine,
    FigureMark, FigurePlot, FigurePoint, FigureStyle, PlaneFigure, pixels, run_curves, svg,
};
pub use overview::{OverviewCell, overview};
pub use samples::{FreshSamples, SAMPLE_COUNTS};
pub use sheet::{SheetLayout, SheetWriter, plane, tiles};
pub use thumbnail::thumbnail;

use image::{ImageError, ImageFormat, RgbImage};

/// A picture as the bytes of a PNG file.
///
/// # Errors
/// Where it cannot be encoded.
pub fn png(picture: &RgbImage) -> Result<Vec<u8>, ImageError> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}
