//! What stands above the pad: pen and eraser, steps back and forth, images to begin with.

use super::Pad;
use crate::dataset::ImageShape;
use crate::explore::pad::{PadChange, PadImage};
use crate::ui::brush_surface::width_field;
use crate::ui::command::{Command, PadCommand};
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::widgets;
use eframe::egui::{DragValue, Ui};

impl Pad {
    pub(super) fn tools(&mut self, ui: &mut Ui, view: &View<'_>, shape: ImageShape, commands: &mut Vec<Command>) {
        let pad = view.pad.state;
        let mut change = |change: PadChange| commands.push(PadCommand::Change(change).into());
        let mut pen = pad.pen;
        ui.horizontal_wrapped(|ui| {
            ui.selectable_value(&mut pen.erases, false, tr("pad.pen")).on_hover_text(tr("pad.pen_tip"));
            ui.selectable_value(&mut pen.erases, true, tr("pad.eraser")).on_hover_text(tr("pad.eraser_tip"));
            if shape.is_color() {
                let picker = ui.color_edit_button_srgb(&mut pen.color);
                picker.on_hover_text(tr("pad.color_tip"));
            }
            pen.width = width_field(ui, pen.width, shape, (&tr("pad.width"), &tr("pad.width_tip")));
            let [back, again] = pad.can_go(shape);
            if widgets::button(ui, back, &tr("pad.back"), &tr("pad.back_tip")).clicked() {
                change(PadChange::Back);
            }
            if widgets::button(ui, again, &tr("pad.again"), &tr("pad.again_tip")).clicked() {
                change(PadChange::Again);
            }
            if widgets::button(ui, view.pad.image.is_some(), &tr("pad.clear"), &tr("pad.clear_tip")).clicked() {
                change(PadChange::Clear);
            }
        });
        ui.horizontal_wrapped(|ui| {
            let Some(data) = view.data else { return };
            let last = data.test.count().saturating_sub(1);
            self.image = self.image.min(last);
            let field = DragValue::new(&mut self.image).range(0..=last).speed(0.2);
            ui.add(field).accessible_name(tr("pad.image")).on_hover_text(tr("pad.image_tip"));
            if widgets::button(ui, true, &tr("pad.load"), &tr("pad.load_tip")).clicked() {
                change(PadChange::Image(PadImage::of(&data.test.image(self.image))));
            }
            let nearest = view.planes.nearest.as_ref().map(|found| found.nearest.index);
            let button = widgets::button(ui, nearest.is_some(), &tr("pad.nearest"), &tr("pad.nearest_tip"));
            if let (true, Some(index)) = (button.clicked(), nearest) {
                change(PadChange::Image(PadImage::of(&data.train.image(index))));
            }
            let mut follows = pad.follows;
            if ui.checkbox(&mut follows, tr("pad.follow")).on_hover_text(tr("pad.follow_tip")).changed() {
                change(PadChange::Follow(follows));
            }
        });
        if pen != pad.pen {
            change(PadChange::Pen(pen));
        }
    }
}
