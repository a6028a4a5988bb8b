//! The test images that are selected: the field that searches them, how many of each class, their mean and spread, and some of
//! them small.

use super::known::SelectedPoints;
use crate::dataset::Dataset;
use crate::explore::browse::{DataPart, ExamplePlace};
use crate::explore::outline::SelectBy;
use crate::gpu::TextureSlot;
use crate::gpu::image::{self, Fit};
use crate::picture::Bitmap;
use crate::ui::command::{Command, DataCommand, ImageSubject, PlaneCommand};
use crate::ui::data_panel::example_name;
use crate::ui::text::{explain, tr, whole};
use crate::ui::theme::signs;
use crate::ui::view::View;
use crate::ui::{copy, theme, widgets};
use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Label, Rect, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, TextEdit, TextStyle, Ui, Vec2, WidgetInfo,
};
use rust_i18n::t;
use std::collections::BTreeMap;

/// Least side of a small picture, in points.
const LEAST_SIDE: f32 = 6.0 * theme::GRID;
/// Side of the mean and the deviation, in points.
const LARGE_SIDE: f32 = 9.0 * theme::GRID;

/// The section's own looks.
#[derive(Default)]
pub(super) struct SelectionSection {
    typed: String,
    slots: BTreeMap<u32, TextureSlot>,
    /// The selection that the pictures are of.
    of: u64,
    mean: TextureSlot,
    deviation: TextureSlot,
}

impl SelectionSection {
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, data: &Dataset, commands: &mut Vec<Command>) {
        self.search(ui, view, commands);
        if let Some(why) = &view.planes.selection.refused {
            ui.add(Label::new(RichText::new(explain(why)).small().color(theme::of(ui).warning)).wrap());
        }
        let Some(selected) = view.planes.selection.shown.as_deref() else {
            ui.add(Label::new(theme::note(ui, tr("points.help"))).wrap());
            return;
        };
        if self.of != selected.id {
            self.slots.clear();
            self.of = selected.id;
        }
        ui.horizontal(|ui| {
            self.large(ui, view, &self.mean, &selected.mean, ("points.mean", "points.mean_tip"));
            self.large(ui, view, &self.deviation, &selected.deviation, ("points.deviation", "points.deviation_tip"));
            ui.vertical(|ui| counts(ui, data, selected));
        });
        if selected.thumbnails.len() < selected.selected.images.len() {
            let (shown, all) = (selected.thumbnails.len() as u64, selected.selected.images.len() as u64);
            let words = t!("points.some", shown = whole(shown), all = whole(all));
            ui.label(theme::note(ui, words));
        }
        self.strip(ui, view, data, selected, commands);
    }

    /// The field that selects by index, class or column.
    fn search(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let shown = view.planes.selection.shown.as_deref();
        ui.horizontal(|ui| {
            let width = (ui.available_width() - widgets::SIGN_WIDTH - theme::GRID).max(8.0 * theme::GRID);
            let hint = RichText::new(tr("points.search_hint")).color(theme::of(ui).text_secondary);
            let field = TextEdit::singleline(&mut self.typed).desired_width(width).hint_text(hint).char_limit(200);
            let field = ui.add(field);
            if field.changed() {
                let model = view.slots.id(view.settings.plane.model);
                let select = PlaneCommand::Select(model, SelectBy::Search(self.typed.clone()));
                let typed = !self.typed.trim().is_empty();
                commands.push(if typed { select } else { PlaneCommand::Deselect }.into());
            }
            field.accessible_name(tr("points.search")).on_hover_text(tr("points.search_tip"));
            let any = shown.is_some() || !self.typed.is_empty();
            let clear = widgets::sign_button(ui, any, signs::REMOVE, &tr("points.clear"), &tr("points.clear_tip"));
            if clear.clicked() {
                self.typed.clear();
                commands.push(PlaneCommand::Deselect.into());
            }
        });
        // What was outlined is not what stands in the field.
        if shown.is_some_and(|shown| matches!(shown.by, SelectBy::Outline(_) | SelectBy::Map(..))) {
            self.typed.clear();
        }
    }

    fn large(&self, ui: &mut Ui, view: &View<'_>, slot: &TextureSlot, picture: &Bitmap, keys: (&str, &str)) {
        ui.vertical(|ui| {
            ui.set_width(LARGE_SIDE);
            let (name, tip) = (tr(keys.0), tr(keys.1));
            ui.add(Label::new(theme::note(ui, name.as_str())).truncate());
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(LARGE_SIDE), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
            if ui.is_rect_visible(rect) {
                image::paint(ui.painter(), rect, slot, picture, view.settings.color_map, Fit::Full);
            }
            response.on_hover_text(tip);
        });
    }

    /// Some of the images; a click puts the cursor onto the code of one.
    fn strip(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        data: &Dataset,
        selected: &SelectedPoints,
        commands: &mut Vec<Command>,
    ) {
        let gap = theme::GRID / 2.0;
        ui.spacing_mut().item_spacing = Vec2::splat(gap);
        let width = ui.available_width() - theme::GRID;
        let columns = ((width + gap) / (LEAST_SIDE + gap)).floor().max(1.0);
        let side = ((width + gap) / columns - gap).floor().clamp(LEAST_SIDE, 1.5 * LEAST_SIDE);
        let columns = columns as usize;
        let rows = selected.thumbnails.len().div_ceil(columns);
        ScrollArea::vertical().id_salt("selected").auto_shrink(false).show_rows(ui, side, rows, |ui, seen| {
            for row in selected.thumbnails.chunks(columns).skip(seen.start).take(seen.len()) {
                ui.horizontal(|ui| {
                    for (place, picture) in row {
                        let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
                        let name = example_name(&data.test, *place as usize);
                        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                        let slot = self.slots.entry(*place).or_default();
                        draw(ui, rect, slot, picture, view, response.hovered() || response.has_focus());
                        let example = ExamplePlace { part: DataPart::Test, index: *place as usize };
                        if response.clicked() {
                            commands.push(DataCommand::LookAtExample(example).into());
                        }
                        copy::menu(&response, ImageSubject::Example(example), commands);
                        response.on_hover_text(name);
                    }
                });
            }
        });
    }
}

fn draw(ui: &Ui, rect: Rect, slot: &TextureSlot, picture: &Bitmap, view: &View<'_>, is_looked_at: bool) {
    image::paint(ui.painter(), rect, slot, picture, view.settings.color_map, Fit::Full);
    if is_looked_at {
        let stroke = Stroke::new(2.0, theme::of(ui).text);
        ui.painter().rect_stroke(rect, 0.0, stroke, StrokeKind::Outside);
    }
}

/// How many there are, and of each class, the most frequent first.
fn counts(ui: &mut Ui, data: &Dataset, selected: &SelectedPoints) {
    let all = selected.selected.images.len();
    let words = t!("points.count", count = whole(all as u64), all = whole(data.test.count() as u64));
    ui.label(theme::figure(words));
    let names = data.test.class_names();
    let mut classes: Vec<(usize, usize)> = selected.selected.classes.iter().copied().enumerate().collect();
    classes.retain(|(_, count)| *count > 0);
    classes.sort_by_key(|(class, count)| (std::cmp::Reverse(*count), *class));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID;
        for (class, count) in classes {
            let name = names.get(class).map_or("", String::as_str);
            let words = t!("points.of_class", name = name, count = whole(count as u64));
            let part = format!("{:.1} %", 100.0 * count as f64 / all.max(1) as f64);
            // One piece of text, so that what has no room in a row stands in the next one.
            let mut job = LayoutJob::default();
            let (font, color) = (TextStyle::Small.resolve(ui.style()), ui.visuals().text_color());
            job.append(signs::DONE, 0.0, TextFormat::simple(font.clone(), theme::class_color(class)));
            job.append(&words, theme::GRID / 2.0, TextFormat::simple(font, color));
            let label = ui.add(Label::new(job).extend()).on_hover_text(part);
            label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
        }
    });
}
