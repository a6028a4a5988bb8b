//! The compare sheet: the same test images as they are and as each model reconstructs them, by its encoder or by inversion,
//! beside fresh samples of each model; and the figures that models are compared by.

mod choice;
mod encoder_figures;
mod figures;
mod image_choice;
mod image_figures;
mod interpolation;
mod making;
mod memorised_bound;
mod reconstruction;
mod reference;
mod sample_figures;
mod search;
mod sheet;
mod source;
mod table;
mod whole;

pub use choice::{RowOrder, SheetChoice, SheetPart};
pub use figures::ModelFigures;
pub use image_choice::{ImageChoice, ImageDraw, MOST_PINNED, one_of_each_class};
pub use image_figures::ImageFigures;
pub use interpolation::{Interpolation, InterpolationStrip, STRIP_IMAGES};
pub use memorised_bound::{MemorisedBound, NearestTraining};
pub use reconstruction::{Reconstruction, ReconstructionKind, Searched};
pub use reference::{FigureProgress, FigureProtocol, FigureReference, FigureStage};
pub use sample_figures::SampleFigures;
pub use search::{SearchStart, SheetSearch};
pub use sheet::{Original, Sheet, SheetCell, SheetColumn, SheetModel, SheetSample};
pub use source::SheetSource;
pub use table::sheet_csv;

use crate::dataset::ImageShape;

/// The error of one pixel (`0..height·width`) as a map of errors shows it: of several channels the one that is most
/// wrong, so that a wrong colour of the right brightness is seen. `errors` is `[shape.values()]`.
pub fn pixel_error(shape: ImageShape, errors: &[f32], pixel: usize) -> f32 {
    let area = shape.height * shape.width;
    let channels = (0..shape.channels).filter_map(|channel| errors.get(channel * area + pixel).copied());
    channels.max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(0.0)
}
