//! What both models make of the cursor's latent, large, in the frame in which the cursor moves, beside the nearest real
//! image; and how they drew it, of models that can say it: then the image comes with that from the viewer, a frame later.

mod cell;
mod heading;
mod nearest;
mod places;
pub mod settings;
mod trace;

use crate::explore::viewer::Look;
use crate::snapshot::Scratch;
use crate::ui::command::{Command, ModelCommand, ViewCommand};
use crate::ui::settings::Settings;
use crate::ui::slot::Slot;
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{Panel, PanelNeeds, theme, widgets};
pub use cell::QUICK_FLOPS;
use cell::{Decoded, OutputCell};
use eframe::egui::{Label, Ui};
use heading::FRAME;
use nearest::NearestImage;
use places::{OutputForm, OutputPlaces};
use std::sync::Arc;

/// The panel. An idle frame decodes nothing: outputs are kept until the weights or the latent are others.
pub struct OutputPanel {
    scratch: Scratch,
    cells: Vec<OutputCell>,
    nearest: NearestImage,
    decodes: u64,
}

impl Default for OutputPanel {
    fn default() -> Self {
        Self {
            scratch: Scratch::default(),
            cells: Slot::BOTH.map(OutputCell::new).into(),
            nearest: NearestImage::default(),
            decodes: 0,
        }
    }
}

impl Panel for OutputPanel {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        if view.has_points() {
            self.cells.iter_mut().for_each(|cell| cell.decoded = None);
            widgets::empty(ui, &tr("output.points"));
            return;
        }
        let cursor = view.cursor_after(commands);
        for cell in &mut self.cells {
            self.decodes += u64::from(cell.decode(view, commands, &mut self.scratch));
        }
        self.nearest.find(view);
        if self.cells.iter().all(|cell| cell.decoded.is_none()) {
            if widgets::empty_with_action(ui, &tr("output.empty"), &tr("output.fill"), &tr("train.all_tip")) {
                commands.push(ModelCommand::ToggleAll.into());
            }
            return;
        }
        let size = ui.available_size();
        let heats = self.cells.iter().filter(|cell| cell.has_heat(view)).count();
        let places = OutputPlaces::in_panel(size, heats);
        let side = self.whole_pixel_side(places.side, ui.ctx().pixels_per_point());
        let columns = if places.form == OutputForm::Above { 1 } else { self.cells.len().max(1) };
        for row in self.cells.chunks_mut(columns) {
            ui.horizontal(|ui| {
                row.iter_mut().for_each(|cell| cell.ui(ui, side, view, cursor, commands));
                if places.form == OutputForm::Line {
                    row.iter().for_each(|cell| cell.heat_ui(ui, side, view));
                    self.nearest.ui(ui, side, view, commands);
                }
            });
        }
        if places.form == OutputForm::Line {
            ui.add(Label::new(theme::note(ui, tr("output.not_aligned"))).wrap());
        } else {
            let nearest = places.nearest_side(size, side, heats);
            self.nearest.strip(ui, nearest, view, &self.cells, commands);
        }
    }

    fn needs(&mut self, _view: &View<'_>, now_secs: f64, needs: &mut PanelNeeds) {
        for slot in Slot::BOTH {
            if let Some(look) = self.look_query(slot) {
                needs.look(slot, look);
            }
        }
        needs.nearest = self.nearest_query(now_secs);
    }

    fn leave(&mut self) {
        self.scratch.free();
        self.cells.iter_mut().for_each(|cell| cell.decoded = None);
        self.nearest.leave();
    }
}

impl OutputPanel {
    /// The largest side up to `side` (in points) at which every pixel of the image is a whole number of screen pixels.
    fn whole_pixel_side(&self, side: f32, pixels_per_point: f32) -> f32 {
        let shapes = self.cells.iter().filter_map(|cell| Some(cell.decoded.as_ref()?.look.snapshot.image));
        let longest = shapes.map(|shape| shape.width.max(shape.height)).max().unwrap_or(1).max(1) as f32;
        let times = ((side - 2.0 * FRAME) * pixels_per_point / longest).floor();
        if times >= 1.0 { times * longest / pixels_per_point + 2.0 * FRAME } else { side.floor() }
    }

    fn cell(&self, slot: Slot) -> Option<&OutputCell> {
        self.cells.iter().find(|cell| cell.slot == slot)
    }

    fn decoded(&self, slot: Slot) -> Option<&Decoded> {
        self.cell(slot)?.decoded.as_ref()
    }

    /// What a model made of the cursor's latent when the panel was last drawn, `[shape.values()]`.
    pub fn image(&self, slot: Slot) -> Option<&Arc<[f32]>> {
        Some(&self.decoded(slot)?.made.as_ref()?.image)
    }

    /// How often a latent was decoded so far.
    pub fn decodes(&self) -> u64 {
        self.decodes
    }

    /// What the viewer shall decode for a model, because it is too much for a frame, or because it is shown how it is drawn.
    /// Give it to the viewer every frame; the same again costs nothing.
    pub fn look_query(&self, slot: Slot) -> Option<&Arc<Look>> {
        self.cell(slot)?.look_query()
    }

    /// What to ask the nearest image for: A's output, at once when the cursor moves, and twice a second while only the
    /// weights change. `now_secs` is any clock that goes forward. Give it to the viewer every frame; the same again costs
    /// nothing.
    pub fn nearest_query(&mut self, now_secs: f64) -> Option<Arc<Look>> {
        let look = self.decoded(Slot::A)?.look.clone();
        self.nearest.query(look, now_secs)
    }
}

/// The switch of whether it is shown how images are drawn, for menus.
pub fn trace_switch(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let mut output = view.settings.output;
    ui.checkbox(&mut output.traces, tr("output.traces")).on_hover_text(tr("output.traces_tip"));
    if output != view.settings.output {
        commands.push(ViewCommand::Settings(Box::new(Settings { output, ..view.settings.clone() })).into());
    }
}
