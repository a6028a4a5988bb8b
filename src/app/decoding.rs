//! Who decodes what is looked at: the graphics adapter while it can, else the CPU in the same window. A model whose network
//! the adapter cannot take is decoded by the CPU, and the others go on on the adapter.

use crate::app::jobs::JobKey;
use crate::app::session::Session;
use crate::dataset::Progress;
use crate::gpu::live::{self, DecoderReport, Wake};
use crate::gpu::{self, Decoding, DeviceInfo, OnDevice};
use crate::message::{Explain, Message, message};
use crate::model::ModelId;
use crate::ui::messages::Level;
use crate::ui::plane::known::PlanesView;
use crate::ui::slot::Slot;
use crate::ui::text::{explain, tr};
use eframe::egui_wgpu;
use rust_i18n::t;
use std::sync::Arc;

impl Session {
    /// Makes the pipelines that draw the planes and images of a window.
    pub fn install(&mut self, render_state: &egui_wgpu::RenderState) {
        gpu::install(render_state);
        self.services.planes.limits = gpu::atlas_limits(&render_state.device);
        let device = DeviceInfo::of(&render_state.adapter);
        self.services.planes.limit_points(device.software);
        self.services.decoder.device = Some(device);
        let (learned, now) = (self.services.waker.clone(), self.services.waker.clone());
        let wake = Wake { learned: Arc::new(move || learned.learned()), now: Arc::new(move || now.now()) };
        match live::connect(render_state, wake) {
            Ok(link) => self.services.decoder.link = Some(link),
            Err(error) => self.refuse_gpu(error.message()),
        }
    }

    /// Starts the decoder on the device when it is asked for, and reports what it refuses.
    pub(super) fn update_decoder(&mut self) {
        if !self.device_decoding().is_gpu() {
            return;
        }
        let refusal = self.services.decoder.link.as_ref().and_then(|link| {
            link.start();
            link.refusal()
        });
        if let Some(why) = refusal {
            self.refuse_gpu(why);
            return;
        }
        let models: Vec<ModelId> = self.project.models.iter().map(|model| model.id).collect();
        for model in models {
            let Some(why) = self.network_refusal(model) else {
                self.services.decoder.told.remove(model);
                continue;
            };
            if self.services.decoder.told.insert(model, why.clone()).is_none_or(|told| told != why) {
                let name = self.project.label(model);
                self.shell.say(Level::Note, &t!("toast.network_refused", slot = name, why = explain(&why)));
            }
        }
    }

    /// Whether the window's device decodes: not until its shaders are compiled.
    pub fn is_live(&self) -> bool {
        self.device_decoding().is_gpu() && self.services.decoder.link.as_ref().is_some_and(|link| link.is_ready())
    }

    /// How the decoder on the device stands.
    pub fn decoder_report(&self) -> Option<DecoderReport> {
        self.services.decoder.link.as_ref().map(|link| link.report())
    }

    /// Where the window's device decodes a model in this frame; `None` where the CPU does alone.
    pub fn on_device(&self, model: ModelId) -> Option<OnDevice> {
        if !self.is_live() || !self.decoding_of(model).is_gpu() {
            return None;
        }
        let step = self.decoder_report()?.steps.get(model).copied();
        Some(OnDevice { model, step })
    }

    /// Whether the plane is seen as fine as was asked for, by the newest weights.
    pub fn decode_is_settled(&self) -> bool {
        let settings = &self.project.settings.plane;
        if self.on_device(self.id(settings.model)).is_some() {
            return self.decoder_report().is_some_and(|report| report.settled);
        }
        let lattice = self.shell.needs.lattice;
        let newest = self.model(settings.model).shown().map(|snapshot| snapshot.step);
        let there = self.services.planes.tiles(self.id(settings.model));
        there.is_some_and(|tiles| Some(tiles.lattice) == lattice && Some(tiles.step) == newest)
    }

    pub(super) fn planes_view(&self) -> PlanesView {
        let mut view = self.services.planes.view(self.project.shown, |model| self.on_device(model));
        for (id, plane) in view.models.iter_mut() {
            plane.map_progress = self.map_progress(id);
            plane.anchors = self.project.anchors.get(id).cloned().unwrap_or_default();
            let progress = self.services.jobs.progress(&JobKey::Gaps(id)).map(Progress::get);
            plane.gaps_measured = progress.map(|(done, all)| done as f32 / all.max(1) as f32);
        }
        view.selection = self.selection_view();
        view
    }

    /// Who decodes what the device can take.
    pub fn device_decoding(&self) -> Decoding {
        gpu::decide(
            self.project.settings.decoder,
            self.services.decoder.device.as_ref(),
            self.services.decoder.refusal.as_ref(),
        )
    }

    /// Who decodes the model in a view.
    pub fn decoding(&self, slot: Slot) -> Decoding {
        self.decoding_of(self.id(slot))
    }

    /// Who decodes a model.
    pub fn decoding_of(&self, model: ModelId) -> Decoding {
        let refusal = self.services.decoder.refusal.clone().or_else(|| self.network_refusal(model));
        gpu::decide(self.project.settings.decoder, self.services.decoder.device.as_ref(), refusal.as_ref())
    }

    /// Why the device cannot take a model's network.
    fn network_refusal(&self, model: ModelId) -> Option<Message> {
        let shown = self.services.models.get(model)?.shown()?;
        self.services.decoder.link.as_ref()?.refusal_of(model, &shown.decoder)
    }

    /// What the newest tiles of the shown plane took to decode, in milliseconds.
    pub(super) fn decode_ms(&self) -> Option<f32> {
        let model = self.id(self.project.settings.plane.model);
        if self.on_device(model).is_some() {
            return self.decoder_report()?.decode_ms;
        }
        self.services.planes.tiles(model).map(|tiles| tiles.decode_ms)
    }

    /// The graphics adapter failed at something: the CPU decodes until the program ends, and the person is told why.
    pub fn refuse_gpu(&mut self, why: Message) {
        tracing::warn!("the CPU decodes from now on: {why}");
        if self.services.decoder.refusal.is_none() {
            self.shell.say(Level::Failed, &t!("toast.decoder_refused", why = explain(&why)));
        }
        self.services.decoder.refusal.get_or_insert(why);
    }

    /// The graphics device was lost, and this is another window on another one.
    pub fn device_was_lost(&mut self) {
        // What the lost one reported is of no use any more.
        self.take_device_errors();
        self.refuse_gpu(message!("the graphics device was lost"));
        self.shell.say(Level::Failed, &tr("toast.device_lost"));
    }
}
