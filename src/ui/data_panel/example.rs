//! One example, large, with all that is known of it.

use super::images;
use crate::dataset::{ColumnValues, Dataset, Split};
use crate::explore::browse::{Browse, ExamplePlace};
use crate::gpu::{TextureSlot, image};
use crate::ui::command::{Command, DataCommand, FileCommand, ImageSubject};
use crate::ui::text::{number, tr};
use crate::ui::theme::signs;
use crate::ui::view::View;
use crate::ui::{copy, theme, widgets};
use eframe::egui::{Align2, Grid, Id, Label, Role, ScrollArea, Ui, Vec2, WidgetInfo, Window};

/// Side of the picture, in points.
const SIDE: f32 = 28.0 * theme::GRID;

/// The window.
#[derive(Default)]
pub(super) struct ExampleWindow {
    slot: TextureSlot,
}

impl ExampleWindow {
    pub fn ui(&self, ui: &Ui, view: &View<'_>, data: &Dataset, commands: &mut Vec<Command>) {
        let browse = view.browse.browse;
        let Some(place) = browse.example else { return };
        let split = place.part.of(data);
        if place.index >= split.count() {
            return;
        }
        let mut open = true;
        Window::new(images::name(split, place.index))
            .id(Id::unique("example"))
            .pivot(Align2::CENTER_CENTER)
            .default_pos(ui.ctx().content_rect().center())
            .open(&mut open)
            .collapsible(false)
            .resizable(false)
            .show(ui.ctx(), |ui| {
                let (rect, response) = ui.allocate_exact_size(Vec2::splat(SIDE), copy::IMAGE_SENSE);
                response.widget_info(|| WidgetInfo::labeled(Role::Image, true, tr("data_panel.example")));
                match view.browse.example {
                    Some(shown) => {
                        let (map, fit) = (view.settings.color_map, images::fit(ui, rect, shown.picture.size()));
                        image::paint(ui.painter(), rect, &self.slot, &shown.picture, map, fit);
                    }
                    None => _ = ui.painter().rect_filled(rect, 0.0, theme::of(ui).surfaces[2]),
                }
                copy::menu(&response, ImageSubject::Example(place), commands);
                steps(ui, view, place, commands);
                let area = ScrollArea::vertical().max_height(20.0 * theme::GRID);
                area.show(ui, |ui| facts(ui, split, place.index));
                ui.set_max_width(SIDE);
                ui.add(Label::new(theme::note(ui, tr("data_panel.example_note"))).wrap());
            });
        if copy::pressed(ui.ctx()) {
            commands.push(FileCommand::CopyImage(ImageSubject::Example(place)).into());
        }
        if !open || widgets::escapes_below_dialogs(ui.ctx()) {
            commands.push(DataCommand::Browse(Box::new(Browse { example: None, ..browse.clone() })).into());
        }
    }
}

/// Buttons to the examples beside it in the list.
fn steps(ui: &mut Ui, view: &View<'_>, place: ExamplePlace, commands: &mut Vec<Command>) {
    let Some(data) = view.data.filter(|_| view.browse.browse.part == place.part) else { return };
    let listed = view.browse.listed;
    let Some(count) = listed.count(place.part.of(data).count()) else { return };
    let position = listed.position(place.index);
    ui.horizontal(|ui| {
        for (sign, words, step) in [(signs::BEFORE, "data_panel.before", -1), (signs::AFTER, "data_panel.after", 1)] {
            let next = position.and_then(|position| position.checked_add_signed(step)).filter(|next| *next < count);
            let clicked = widgets::sign_button(ui, next.is_some(), sign, &tr(words), &tr(words)).clicked();
            if let Some(index) = next.and_then(|next| listed.place(next)).filter(|_| clicked) {
                commands.push(DataCommand::LookAtExample(ExamplePlace { index, ..place }).into());
            }
        }
    });
}

/// The value of every column.
fn facts(ui: &mut Ui, split: &Split, index: usize) {
    Grid::new("columns").num_columns(2).spacing([2.0 * theme::GRID, theme::GRID / 4.0]).show(ui, |ui| {
        for column in split.columns() {
            let value = match &column.values {
                ColumnValues::Class { names, indices } => {
                    indices.get(index).and_then(|class| names.get(usize::from(class)).cloned())
                }
                ColumnValues::Number(numbers) => numbers.get(index).map(|value| number(f64::from(value))),
                ColumnValues::Text(texts) => texts.get(index).map(|text| text.to_string()),
            };
            ui.label(theme::note(ui, column.name.as_str()));
            ui.add(Label::new(theme::figure(value.unwrap_or_default())).wrap().selectable(true));
            ui.end_row();
        }
    });
}
