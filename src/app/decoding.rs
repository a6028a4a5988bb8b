//! Who decodes what is looked at: the graphics adapter while it can, else the CPU in the same window.

use crate::app::session::{Level, Session};
use crate::gpu::{self, Decoding, DeviceInfo};
use eframe::egui_wgpu;
use rust_i18n::t;

/// What the choice between the two decoders rests on.
#[derive(Default)]
pub(super) struct DecoderState {
    /// What the window draws with; `None` where nobody knows.
    device: Option<DeviceInfo>,
    /// Why the adapter does not decode any more in this sitting.
    refusal: Option<String>,
}

impl Session {
    /// Makes the pipelines that draw the planes and images of a window.
    pub fn install(&mut self, render_state: &egui_wgpu::RenderState) {
        gpu::install(render_state);
        self.looking.limits = gpu::atlas_limits(&render_state.device);
        self.decoder.device = Some(DeviceInfo::of(&render_state.adapter));
    }

    /// Who decodes.
    pub fn decoding(&self) -> Decoding {
        gpu::decide(self.settings.decoder, self.decoder.device.as_ref(), self.decoder.refusal.as_deref())
    }

    /// What the newest tiles of the shown plane took to decode, in milliseconds.
    pub(super) fn decode_ms(&self) -> Option<f32> {
        self.looking.tiles(self.settings.plane.model).map(|tiles| tiles.decode_ms)
    }

    /// The graphics adapter failed at something: the CPU decodes until the program ends, and the person is told why.
    pub fn refuse_gpu(&mut self, why: &str) {
        tracing::warn!("the CPU decodes from now on: {why}");
        if self.decoder.refusal.is_none() {
            self.say(Level::Failed, &t!("toast.decoder_refused", why = why));
        }
        self.decoder.refusal.get_or_insert_with(|| why.to_owned());
    }
}
