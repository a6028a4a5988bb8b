//! What one of the views shows: what its model makes of the cursor's latent, and how it drew that.

use super::heading::{Heading, captioned, framed};
use super::trace::{self, TraceFrame, TraceView};
use crate::explore::viewer::{Look, LookFound};
use crate::gpu::image::{self, Fit};
use crate::gpu::live::{self, Decode, DecodedModel};
use crate::gpu::{Decoding, OnDevice, TextureSlot};
use crate::nn::operations::DrawTrace;
use crate::picture::Bitmap;
use crate::snapshot::{Scratch, Snapshot};
use crate::ui::command::{Command, ImageSubject};
use crate::ui::copy;
use crate::ui::slot::Slot;
use crate::ui::text::{decoded_by, tr, whole};
use crate::ui::view::View;
use eframe::egui::{Rect, Ui};
use std::sync::Arc;

/// A network of so many floating-point operations is decoded in the frame itself: a millisecond or two. Larger ones are
/// left to the viewer, who answers a frame later.
pub const QUICK_FLOPS: u64 = 20_000_000;

/// What is looked at, and what is known of it.
pub(super) struct Decoded {
    pub look: Arc<Look>,
    /// None where the device decodes, or until the viewer has.
    pub made: Option<Made>,
    on_device: Option<OnDevice>,
    /// The viewer decodes: it is too much for a frame, or comes with how it was drawn.
    by_viewer: bool,
}

/// What a model made of a latent.
pub(super) struct Made {
    /// What was looked at.
    look: Arc<Look>,
    pub image: Arc<[f32]>,
    pub picture: Bitmap,
    /// How it was drawn, where the model can say it.
    pub trace: Option<Arc<DrawTrace>>,
}

impl Made {
    fn new(look: Arc<Look>, image: Arc<[f32]>, trace: Option<Arc<DrawTrace>>) -> Self {
        Self { picture: Bitmap::new(look.snapshot.image, &image), look, image, trace }
    }
}

fn same(one: &Look, other: &Look) -> bool {
    Arc::ptr_eq(&one.snapshot, &other.snapshot) && one.latent == other.latent
}

impl Decoded {
    /// Takes what the viewer has found, unless it is of another look than what is there.
    fn take(&mut self, found: &LookFound, traced: bool) {
        let is_enough = |made: &Made| same(&made.look, &self.look) && (made.trace.is_some() || !traced);
        let Some(image) = found.image().filter(|_| found.look.snapshot.image == self.look.snapshot.image) else {
            return;
        };
        let keeps = self.made.as_ref().is_some_and(|made| {
            Arc::ptr_eq(&made.image, image)
                || is_enough(made)
                || (same(&made.look, &self.look) && !same(&found.look, &self.look))
        });
        if !keeps {
            self.made = Some(Made::new(found.look.clone(), image.clone(), found.trace.clone()));
        }
    }
}

/// What one of the views shows.
pub(super) struct OutputCell {
    pub slot: Slot,
    pub decoded: Option<Decoded>,
    texture: TextureSlot,
    device_texture: TextureSlot,
    trace: TraceView,
}

impl OutputCell {
    pub fn new(slot: Slot) -> Self {
        Self {
            slot,
            decoded: None,
            texture: TextureSlot::default(),
            device_texture: TextureSlot::default(),
            trace: TraceView::default(),
        }
    }

    /// Decodes the cursor's latent where it or the weights are new, on this thread where that takes some 0.03 ms, as of a dense
    /// network; says whether it did so.
    pub fn decode(&mut self, view: &View<'_>, commands: &[Command], scratch: &mut Scratch) -> bool {
        let looked_at = || {
            let (known, snapshot) = (view.plane(self.slot)?, view.model(self.slot).snapshot?);
            let latent = view.latent_after(self.slot, commands)?;
            (latent.len() == snapshot.latent).then_some((known, snapshot, latent))
        };
        let Some((known, snapshot, latent)) = looked_at() else {
            self.decoded = None;
            return false;
        };
        let traced = shows_traces(view, snapshot);
        let by_viewer = traced || snapshot.decoder.flops() > QUICK_FLOPS;
        let on_device = known.on_device.filter(|_| !traced);
        let is_same = |old: &Decoded| Arc::ptr_eq(&old.look.snapshot, snapshot) && old.look.latent == latent;
        let mut decoded = match self.decoded.take() {
            Some(old) if is_same(&old) => Decoded { on_device, by_viewer, ..old },
            old => {
                let made = old.and_then(|old| old.made).filter(|_| by_viewer);
                let look = Arc::new(Look { snapshot: snapshot.clone(), latent });
                Decoded { look, made, on_device, by_viewer }
            }
        };
        let mut decodes = false;
        if OnDevice::step_of(on_device).is_some() {
            decoded.made = None;
        } else if by_viewer {
            if let Some(found) = &known.found {
                decoded.take(found, traced);
            }
        } else if decoded.made.as_ref().is_none_or(|made| !same(&made.look, &decoded.look)) {
            let image = snapshot.decoder.evaluate(&decoded.look.latent, 1, scratch);
            decoded.made = Some(Made::new(decoded.look.clone(), image.into(), None));
            decodes = true;
        }
        self.decoded = Some(decoded);
        decodes
    }

    /// What the viewer shall decode.
    pub fn look_query(&self) -> Option<&Arc<Look>> {
        let decoded = self.decoded.as_ref()?;
        (decoded.by_viewer && OnDevice::step_of(decoded.on_device).is_none()).then_some(&decoded.look)
    }

    /// Whether there are probabilities to be shown beside its image.
    pub fn has_heat(&self, view: &View<'_>) -> bool {
        trace_frame(self.slot, self.decoded.as_ref(), view)
            .is_some_and(|frame| matches!(**frame.trace, DrawTrace::Conditionals(_)))
    }

    /// The probabilities that its image was drawn with.
    pub fn heat_ui(&self, ui: &mut Ui, side: f32, view: &View<'_>) {
        if let Some(frame) = trace_frame(self.slot, self.decoded.as_ref(), view) {
            self.trace.heat_ui(ui, side, &frame);
        }
    }

    fn heading(&self, view: &View<'_>) -> Heading {
        let decoded = self.decoded.as_ref();
        let made = decoded.and_then(|decoded| decoded.made.as_ref());
        let step = made.map(|made| made.look.snapshot.step);
        let step = step.or(decoded.and_then(|decoded| OnDevice::step_of(decoded.on_device)));
        let for_trace = decoded.is_some_and(|decoded| shows_traces(view, &decoded.look.snapshot))
            && view.plane(self.slot).is_some_and(|known| known.on_device.is_some());
        Heading {
            name: view.model(self.slot).name.to_owned(),
            accessible: match self.slot {
                Slot::A => tr("output.a"),
                Slot::B => tr("output.b"),
            },
            color: view.color(self.slot),
            figure: step.map(|step| format!("{} {}", tr("output.step"), whole(step))),
            refused: match &view.model(self.slot).decoding {
                refused @ Decoding::CpuRefused(_) => Some(decoded_by(refused)),
                _ => for_trace.then(|| tr("output.trace_cpu")),
            },
        }
    }

    pub fn ui(&mut self, ui: &mut Ui, side: f32, view: &View<'_>, cursor: [f32; 2], commands: &mut Vec<Command>) {
        let heading = self.heading(view);
        let frame = trace_frame(self.slot, self.decoded.as_ref(), view);
        if let Some(frame) = &frame {
            self.trace.prepare(frame);
        }
        let mut drawn = self.trace.drawn;
        captioned(
            ui,
            side,
            &heading,
            |ui| {
                let response = framed(ui, side, &heading, |ui, place| self.paint(ui, place, view, frame.as_ref()));
                if heading.figure.is_some() {
                    copy::menu(&response, ImageSubject::Decoded(self.slot, cursor), commands);
                }
            },
            |ui| drawn = frame.as_ref().map_or(drawn, |frame| trace::slider(ui, frame, drawn)),
        );
        self.trace.drawn = drawn;
    }

    fn paint(&self, ui: &Ui, place: Rect, view: &View<'_>, frame: Option<&TraceFrame<'_>>) {
        let map = view.settings.color_map;
        let Some(decoded) = &self.decoded else { return };
        if let Some(made) = &decoded.made {
            let room = frame.map_or(place, |frame| trace::image_room(frame, place));
            let picture = frame.and_then(|_| self.trace.picture()).unwrap_or(&made.picture);
            image::paint(ui.painter(), room, &self.texture, picture, map, Fit::Sharp);
            if let Some(frame) = frame {
                let image = image::place(room, picture.size(), Fit::Sharp, ui.ctx().pixels_per_point());
                self.trace.ui(ui, (place, image), frame);
            }
        }
        if let Some(on_device) = decoded.on_device {
            let model = DecodedModel { id: on_device.model, snapshot: decoded.look.snapshot.clone() };
            let decode = Decode::Image { latent: decoded.look.latent.clone(), map, fit: Fit::Sharp };
            live::paint(ui.painter(), place, &self.device_texture, model, decode);
        }
    }
}

/// What is drawn from, where a model can say how it draws.
fn trace_frame<'a>(slot: Slot, decoded: Option<&'a Decoded>, view: &View<'_>) -> Option<TraceFrame<'a>> {
    let made = decoded?.made.as_ref()?;
    let trace = made.trace.as_ref().filter(|_| view.settings.output.traces)?;
    let (shape, image) = (made.look.snapshot.image, &*made.image);
    Some(TraceFrame { trace, shape, image, model: slot.name(), color: view.color(slot) })
}

/// Whether it is shown how a model draws images.
fn shows_traces(view: &View<'_>, snapshot: &Snapshot) -> bool {
    view.settings.output.traces && snapshot.is_traced()
}
