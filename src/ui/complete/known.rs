//! What the panel may look at.

use crate::explore::completion_choice::CompletionChoice;
use crate::explore::image_completer::CompletedImage;
use crate::message::Message;
use crate::model::PerModel;
use std::sync::Arc;

/// The image that is completed, and what models make of it.
#[derive(Clone)]
pub struct CompletionView<'a> {
    /// Which image, and what of it is missing.
    pub choice: &'a CompletionChoice,
    /// What is known of the models that are shown.
    pub known: PerModel<ModelCompletion>,
}

/// What one model makes of it.
#[derive(Clone, Default)]
pub struct ModelCompletion {
    /// The newest draws.
    pub made: Option<Arc<CompletedImage>>,
    /// Why there are none.
    pub failure: Option<Message>,
    /// Whether newer ones are being made.
    pub is_making: bool,
}
