//! The test images that are selected, and of which data.

use crate::dataset::DatasetId;
use crate::ui::points::known::SelectionView;

/// The selection, and the images that it is of.
#[derive(Default)]
pub(super) struct Selecting {
    pub of: Option<DatasetId>,
    pub view: SelectionView,
}
