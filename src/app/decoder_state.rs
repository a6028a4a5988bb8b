//! What the choice between the decoders rests on.

use crate::gpu::DeviceInfo;
use crate::gpu::live::Link;
use crate::message::Message;
use crate::model::PerModel;
use std::sync::Arc;

/// What the choice between the two decoders rests on.
#[derive(Default)]
pub(super) struct DecoderState {
    /// What the window draws with; `None` where nobody knows.
    pub device: Option<DeviceInfo>,
    /// Why the adapter decodes nothing any more until the program ends.
    pub refusal: Option<Message>,
    /// Why single models are decoded by the CPU, as the person was last told.
    pub told: PerModel<Message>,
    /// The decoder on the window's device.
    pub link: Option<Arc<Link>>,
}
