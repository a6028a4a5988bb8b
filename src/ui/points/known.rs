//! What is known of the test images that are selected: what the panel and the planes draw from.

use crate::explore::outline::{SelectBy, SelectedImages};
use crate::message::Message;
use crate::picture::Bitmap;
use std::sync::Arc;

/// Test images that are selected.
#[derive(Clone, Debug)]
pub struct SelectedPoints {
    /// Unlike that of any other selection in this process.
    pub id: u64,
    /// How they were selected.
    pub by: SelectBy,
    /// Which they are, and what they are like together.
    pub selected: SelectedImages,
    /// Their mean.
    pub mean: Bitmap,
    /// Their standard deviation; white is the largest that there can be.
    pub deviation: Bitmap,
    /// Some of them small, evenly spread: their places in the split with their pictures.
    pub thumbnails: Vec<(u32, Bitmap)>,
}

/// What is known of the selection.
#[derive(Clone, Debug, Default)]
pub struct SelectionView {
    /// What is selected, if anything is.
    pub shown: Option<Arc<SelectedPoints>>,
    /// Why what was typed selects nothing.
    pub refused: Option<Message>,
}
