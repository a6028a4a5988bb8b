//! Who decodes what is looked at: the graphics adapter while it can, else the CPU in the same window.

use crate::app::session::{Level, Session};
use crate::gpu::live::{self, Link, Report, Wake};
use crate::gpu::{self, Decoding, DeviceInfo};
use crate::ui::looking::LookView;
use crate::ui::text::tr;
use eframe::egui_wgpu;
use rust_i18n::t;
use std::sync::Arc;

/// What the choice between the two decoders rests on.
#[derive(Default)]
pub(super) struct DecoderState {
    /// What the window draws with; `None` where nobody knows.
    device: Option<DeviceInfo>,
    /// Why the adapter does not decode any more in this sitting.
    refusal: Option<String>,
    /// The decoder on the window's device.
    link: Option<Arc<Link>>,
}

impl Session {
    /// Makes the pipelines that draw the planes and images of a window.
    pub fn install(&mut self, render_state: &egui_wgpu::RenderState) {
        gpu::install(render_state);
        self.looking.limits = gpu::atlas_limits(&render_state.device);
        let device = DeviceInfo::of(&render_state.adapter);
        self.looking.suit(device.software);
        self.decoder.device = Some(device);
        let (learned, now) = (self.waker.clone(), self.waker.clone());
        let wake = Wake { learned: Arc::new(move || learned.learned()), now: Arc::new(move || now.now()) };
        match live::connect(render_state, wake) {
            Ok(link) => self.decoder.link = Some(link),
            Err(error) => self.refuse_gpu(&error.to_string()),
        }
    }

    /// Starts the decoder on the device when it is wanted, and hears when it gives up.
    pub(super) fn tend_decoder(&mut self) {
        if !self.decoding().is_gpu() {
            return;
        }
        let refusal = self.decoder.link.as_ref().and_then(|link| {
            link.start();
            link.refusal()
        });
        if let Some(why) = refusal {
            self.refuse_gpu(&why);
        }
    }

    /// Whether the window's device decodes in this frame: not until its shaders are compiled.
    pub fn is_live(&self) -> bool {
        self.decoding().is_gpu() && self.decoder.link.as_ref().is_some_and(|link| link.is_ready())
    }

    /// How the decoder on the device stands.
    pub fn decoder_report(&self) -> Option<Report> {
        self.decoder.link.as_ref().map(|link| link.report())
    }

    /// Whether the plane is seen as fine as was asked for, by the newest weights.
    pub fn decode_is_settled(&self) -> bool {
        if self.is_live() {
            return self.decoder_report().is_some_and(|report| report.settled);
        }
        let settings = self.settings.plane;
        let wanted = self.panels.plane.panel.lattice(settings.grid);
        let newest = self.model(settings.model).shown().map(|snapshot| snapshot.step);
        let there = self.looking.tiles(settings.model);
        there.is_some_and(|tiles| Some(tiles.lattice) == wanted && Some(tiles.step) == newest)
    }

    pub(super) fn look_view(&self) -> LookView {
        let steps = self.decoder_report().filter(|_| self.is_live()).map(|report| report.steps);
        self.looking.view(steps)
    }

    /// Who decodes.
    pub fn decoding(&self) -> Decoding {
        gpu::decide(self.settings.decoder, self.decoder.device.as_ref(), self.decoder.refusal.as_deref())
    }

    /// What the newest tiles of the shown plane took to decode, in milliseconds.
    pub(super) fn decode_ms(&self) -> Option<f32> {
        if self.is_live() {
            return self.decoder_report()?.decode_ms;
        }
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

    /// The graphics device was lost, and this is another window on another one.
    pub fn device_was_lost(&mut self) {
        // What the lost one had to say is of no use any more.
        self.take_device_errors();
        let why = tr("toast.device_lost");
        self.refuse_gpu(&why);
        self.say(Level::Failed, &why);
    }
}
