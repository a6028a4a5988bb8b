//! Who decodes what is looked at: the graphics adapter while it can, else the CPU in the same window. A model whose network
//! the adapter cannot take is decoded by the CPU, and the others go on on the adapter.

use crate::app::session::{Level, Session};
use crate::gpu::live::{self, DecoderReport, Link, Wake};
use crate::gpu::{self, Decoding, DeviceInfo, OnDevice};
use crate::model::{ModelId, PerModel};
use crate::ui::command::Slot;
use crate::ui::plane::known::PlanesView;
use crate::ui::text::tr;
use eframe::egui_wgpu;
use rust_i18n::t;
use std::sync::Arc;

/// What the choice between the two decoders rests on.
#[derive(Default)]
pub(super) struct DecoderState {
    /// What the window draws with; `None` where nobody knows.
    device: Option<DeviceInfo>,
    /// Why the adapter decodes nothing any more in this sitting.
    refusal: Option<String>,
    /// Why single models are decoded by the CPU, as the person was last told.
    told: PerModel<String>,
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

    /// Starts the decoder on the device when it is asked for, and reports what it refuses.
    pub(super) fn update_decoder(&mut self) {
        if !self.device_decoding().is_gpu() {
            return;
        }
        let refusal = self.decoder.link.as_ref().and_then(|link| {
            link.start();
            link.refusal()
        });
        if let Some(why) = refusal {
            self.refuse_gpu(&why);
            return;
        }
        for slot in Slot::BOTH {
            let model = self.model_id(slot);
            let Some(why) = self.network_refusal(slot) else {
                self.decoder.told.remove(model);
                continue;
            };
            if self.decoder.told.insert(model, why.clone()).is_none_or(|told| told != why) {
                self.say(Level::Note, &t!("toast.network_refused", slot = slot.name(), why = why));
            }
        }
    }

    /// Whether the window's device decodes: not until its shaders are compiled.
    pub fn is_live(&self) -> bool {
        self.device_decoding().is_gpu() && self.decoder.link.as_ref().is_some_and(|link| link.is_ready())
    }

    /// How the decoder on the device stands.
    pub fn decoder_report(&self) -> Option<DecoderReport> {
        self.decoder.link.as_ref().map(|link| link.report())
    }

    /// Where the window's device decodes a model in this frame; `None` where the CPU does alone.
    pub fn on_device(&self, slot: Slot) -> Option<OnDevice> {
        if !self.is_live() || !self.decoding(slot).is_gpu() {
            return None;
        }
        let model = self.model_id(slot);
        let step = self.decoder_report()?.steps.get(model).copied();
        Some(OnDevice { model, step })
    }

    /// Whether the plane is seen as fine as was asked for, by the newest weights.
    pub fn decode_is_settled(&self) -> bool {
        let settings = &self.settings.plane;
        if self.on_device(settings.model).is_some() {
            return self.decoder_report().is_some_and(|report| report.settled);
        }
        let lattice = self.panels.plane.lattice(settings.grid);
        let newest = self.model(settings.model).shown().map(|snapshot| snapshot.step);
        let there = self.looking.tiles(settings.model.id());
        there.is_some_and(|tiles| Some(tiles.lattice) == lattice && Some(tiles.step) == newest)
    }

    pub(super) fn planes_view(&self) -> PlanesView {
        self.looking.view(|slot| self.on_device(slot))
    }

    /// Which model stands at a place.
    pub(super) fn model_id(&self, slot: Slot) -> ModelId {
        slot.id()
    }

    /// Who decodes what the device can take.
    pub fn device_decoding(&self) -> Decoding {
        gpu::decide(self.settings.decoder, self.decoder.device.as_ref(), self.decoder.refusal.as_deref())
    }

    /// Who decodes a model.
    pub fn decoding(&self, slot: Slot) -> Decoding {
        let refusal = self.decoder.refusal.clone().or_else(|| self.network_refusal(slot));
        gpu::decide(self.settings.decoder, self.decoder.device.as_ref(), refusal.as_deref())
    }

    /// Why the device cannot take a model's network.
    fn network_refusal(&self, slot: Slot) -> Option<String> {
        let shown = self.model(slot).shown()?;
        self.decoder.link.as_ref()?.refusal_of(self.model_id(slot), &shown.decoder)
    }

    /// What the newest tiles of the shown plane took to decode, in milliseconds.
    pub(super) fn decode_ms(&self) -> Option<f32> {
        let slot = self.settings.plane.model;
        if self.on_device(slot).is_some() {
            return self.decoder_report()?.decode_ms;
        }
        self.looking.tiles(slot.id()).map(|tiles| tiles.decode_ms)
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
        // What the lost one reported is of no use any more.
        self.take_device_errors();
        let why = tr("toast.device_lost");
        self.refuse_gpu(&why);
        self.say(Level::Failed, &why);
    }
}
