//! What a model is on the list: its name, its colour, the view that it stands in; another like it, or none.

use crate::ui::command::{Command, ModelCommand};
use crate::ui::slot::Slot;
use crate::ui::text::tr;
use crate::ui::theme::{self, signs};
use crate::ui::view::{ModelView, View};
use eframe::egui::{self, Button, Key, Role, Sense, Stroke, StrokeKind, TextEdit, Ui, Vec2, WidgetInfo};
use rust_i18n::t;

/// Draws the button that opens the menu of a model.
pub fn ui(ui: &mut Ui, view: &View<'_>, model: &ModelView<'_>, commands: &mut Vec<Command>) {
    let name = t!("entry.menu", slot = model.label());
    let menu = ui.menu_button(signs::MORE, |ui| {
        ui.set_width(28.0 * theme::GRID);
        rename(ui, model, commands);
        colors(ui, model, commands);
        ui.separator();
        for (slot, words) in [(Slot::A, tr("entry.show_a")), (Slot::B, tr("entry.show_b"))] {
            let elsewhere = view.slots.id(slot) != model.id;
            if ui.add_enabled(elsewhere, Button::new(words)).on_hover_text(tr("entry.show_tip")).clicked() {
                commands.push(ModelCommand::Show(slot, model.id).into());
                ui.close();
            }
        }
        ui.separator();
        if ui.button(tr("entry.duplicate")).on_hover_text(tr("entry.duplicate_tip")).clicked() {
            commands.push(ModelCommand::Duplicate(model.id).into());
            ui.close();
        }
        let several = model.rests_with.is_some() || view.active_models().count() > 1;
        let remove = ui.add_enabled(several, Button::new(tr("entry.remove"))).on_hover_text(tr("entry.remove_tip"));
        if remove.on_disabled_hover_text(tr("entry.last_tip")).clicked() {
            commands.push(ModelCommand::Remove(model.id).into());
            ui.close();
        }
    });
    menu.response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    menu.response.on_hover_text(tr("entry.menu_tip"));
}

/// A field with the name; what is typed is taken when the field is left.
fn rename(ui: &mut Ui, model: &ModelView<'_>, commands: &mut Vec<Command>) {
    let id = ui.scope_id().with(("name", model.id));
    let mut text = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_else(|| model.name.to_owned());
    let label = ui.label(theme::note(ui, tr("entry.name")));
    let field = ui.add(TextEdit::singleline(&mut text).desired_width(f32::INFINITY)).labelled_by(label.id);
    if field.lost_focus() || ui.input(|input| input.key_pressed(Key::Enter)) {
        if text != model.name {
            commands.push(ModelCommand::Rename(model.id, text).into());
        }
        ui.data_mut(|data| data.remove::<String>(id));
    } else if field.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, text));
    }
}

/// The models' colours, the model's own framed.
fn colors(ui: &mut Ui, model: &ModelView<'_>, commands: &mut Vec<Command>) {
    ui.label(theme::note(ui, tr("entry.color")));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID / 2.0;
        for (number, color) in (0u8..).zip(theme::MODELS) {
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(2.0 * theme::GRID), Sense::click());
            ui.painter().rect_filled(rect, theme::GRID / 4.0, color);
            if model.color == number || response.hovered() || response.has_focus() {
                let stroke = Stroke::new(2.0, theme::of(ui).text);
                ui.painter().rect_stroke(rect, theme::GRID / 4.0, stroke, StrokeKind::Outside);
            }
            let chosen = model.color == number;
            let name = t!("entry.color_number", number = u32::from(number) + 1);
            response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, chosen, &name));
            if response.clicked() {
                commands.push(ModelCommand::Color(model.id, number).into());
            }
        }
    });
}
