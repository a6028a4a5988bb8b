//! The compare panel: the same test images as they are and as each model that has an encoder reconstructs them, beside fresh
//! samples of both models.

use crate::explore::compare::{Sheet, SheetColumn};
use crate::gpu::{self, image};
use crate::picture::{self, Bitmap};
use crate::snapshot::Likelihood;
use crate::ui::command::{self, Ask, Command, CompareCommand, FileCommand, ImageSubject, PlaneCommand};
use crate::ui::slot::Slot;
use crate::ui::text::{number, tr, whole};
use crate::ui::view::View;
use crate::ui::{Panel, copy, theme, widgets};
use eframe::egui::{self, DragValue, Role, ScrollArea, Sense, Ui, Vec2, WidgetInfo, Window};
use rust_i18n::t;
use std::sync::Arc;

/// The panel's own looks.
#[derive(Default)]
pub struct Compare {
    drawn: Option<DrawnSheet>,
    large: Vec<gpu::TextureSlot>,
    /// Height of the figures below the table in the last frame, in points.
    footer: f32,
}

/// A sheet as it is drawn.
struct DrawnSheet {
    sheet: Arc<Sheet>,
    columns: Vec<SheetColumn>,
    /// A row an image, a column each.
    cells: Vec<DrawnCell>,
}

/// One image; `None` where there is nothing to show.
struct DrawnCell {
    bitmap: Option<Bitmap>,
    slot: gpu::TextureSlot,
}

impl DrawnSheet {
    fn new(sheet: &Arc<Sheet>) -> Self {
        let columns = sheet.columns();
        let bitmap = |column, row| sheet.cell(column, row).map(|cell| picture::cell(sheet.shape, cell));
        let cell = |column, row| DrawnCell { bitmap: bitmap(column, row), slot: gpu::TextureSlot::default() };
        let rows = 0..sheet.originals.len();
        let cells = rows.flat_map(|row| columns.iter().map(move |column| cell(*column, row))).collect();
        Self { sheet: sheet.clone(), columns, cells }
    }

    fn row(&self, row: usize) -> impl Iterator<Item = (SheetColumn, &DrawnCell)> {
        let cells = self.cells.chunks_exact(self.columns.len().max(1)).nth(row).unwrap_or_default();
        self.columns.iter().copied().zip(cells)
    }
}

/// What a column is called.
fn title(sheet: &Sheet, column: SheetColumn) -> String {
    match column {
        SheetColumn::Original => tr("compare.original"),
        SheetColumn::Reconstruction(model) => of_model("compare.reconstruction", model),
        SheetColumn::Error(model) => of_model("compare.error", model),
        SheetColumn::Sample(model) => {
            let fitted = sheet.is_fitted(model);
            let name = of_model(if fitted { "compare.sample_fitted" } else { "compare.sample" }, model);
            if sheet.truncation == 1.0 { name } else { format!("{name} · ψ {:.2}", sheet.truncation) }
        }
    }
}

/// What that means.
fn tip(sheet: &Sheet, column: SheetColumn) -> String {
    match column {
        SheetColumn::Original => tr("compare.original_tip"),
        SheetColumn::Reconstruction(model) => of_model("compare.reconstruction_tip", model),
        SheetColumn::Error(model) => of_model("compare.error_tip", model),
        SheetColumn::Sample(model) if sheet.is_fitted(model) => of_model("compare.sample_fitted_tip", model),
        SheetColumn::Sample(model) => of_model("compare.sample_tip", model),
    }
}

fn of_model(key: &str, place: usize) -> String {
    t!(key, model = slot_of(place).map_or("", Slot::name)).into_owned()
}

/// A column's title in few letters, where it has such a one.
fn short_title(column: SheetColumn) -> Option<String> {
    let SheetColumn::Reconstruction(model) = column else { return None };
    Some(t!("compare.reconstruction_short", model = slot_of(model).map_or("", Slot::name)).into_owned())
}

/// The place that a model of the sheet stands at.
fn slot_of(model: usize) -> Option<Slot> {
    Slot::BOTH.get(model).copied()
}

/// Moves the cursor to where an image lies.
fn look_at(sheet: &Sheet, view: &View<'_>, column: SheetColumn, row: usize) -> Option<Command> {
    let (model, latent) = sheet.latent(column, row)?;
    Some(PlaneCommand::LookAt(view.slots.id(slot_of(model)?), latent.to_vec()).into())
}

impl Compare {
    fn table(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let Some(drawn) = &self.drawn else { return };
        let palette = theme::of(ui);
        let (map, names) = (view.settings.color_map, class_names(view));
        let gap = theme::GRID / 2.0;
        let side = ((ui.available_width() - 2.0 * theme::GRID) / drawn.columns.len() as f32 - gap).clamp(20.0, 96.0);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for column in drawn.columns.iter().copied() {
                let (title, tip) = (title(&drawn.sheet, column), tip(&drawn.sheet, column));
                // A long title goes on in a second line, but no word of it does.
                let text = theme::note_within(ui, &title, side);
                let short = || theme::note(ui, short_title(column).unwrap_or_else(|| title.clone()));
                let text = text.unwrap_or_else(short);
                ui.allocate_ui(Vec2::new(side, theme::TEXT_SMALL * 3.0), |ui| {
                    ui.set_min_width(side);
                    let label = ui.add(egui::Label::new(text).wrap());
                    label.on_hover_text(format!("{title}: {tip}"));
                });
            }
        });
        let height = ui.available_height() - self.footer.max(2.0 * theme::GRID) - theme::GRID;
        let area = ScrollArea::vertical().auto_shrink(false).max_height(height.max(side));
        area.show_rows(ui, side, drawn.sheet.originals.len(), |ui, visible| {
            ui.spacing_mut().item_spacing = Vec2::splat(gap);
            for row in visible {
                ui.horizontal(|ui| {
                    for (column, cell) in drawn.row(row) {
                        let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
                        match &cell.bitmap {
                            Some(bitmap) => {
                                image::paint(ui.painter(), rect, &cell.slot, bitmap, map, image::Fit::Full);
                            }
                            None => _ = ui.painter().rect_filled(rect, 0.0, palette.surfaces[2]),
                        }
                        if let Some(slot) = column.model().and_then(slot_of) {
                            let stroke = egui::Stroke::new(1.0, view.color(slot));
                            ui.painter().rect_stroke(rect, 0.0, stroke, egui::StrokeKind::Outside);
                        }
                        let name = image_name(&drawn.sheet, column, row, names);
                        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                        if response.clicked() {
                            commands.push(CompareCommand::Select(Some(row)).into());
                            commands.extend(look_at(&drawn.sheet, view, column, row));
                        }
                        if cell.bitmap.is_some() {
                            copy::menu(&response, ImageSubject::Sheet(column, row), commands);
                        }
                        response.on_hover_text(name);
                    }
                });
            }
        });
    }

    fn enlarged(&mut self, ui: &Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let (Some(row), Some(drawn)) = (view.sheet.selection, &self.drawn) else { return };
        self.large.resize_with(drawn.columns.len(), gpu::TextureSlot::default);
        let (mut open, mut pointed) = (true, SheetColumn::Original);
        Window::new(t!("compare.image", place = row + 1))
            .id(egui::Id::unique("enlarged"))
            .pivot(egui::Align2::CENTER_CENTER)
            .default_pos(ui.ctx().content_rect().center())
            .open(&mut open)
            .collapsible(false)
            .resizable(false)
            .show(ui.ctx(), |ui| {
                let side = (ui.ctx().content_rect().width() / drawn.columns.len().max(1) as f32 - 2.0 * theme::GRID)
                    .clamp(8.0 * theme::GRID, 22.0 * theme::GRID);
                ui.horizontal(|ui| {
                    for ((column, cell), slot) in drawn.row(row).zip(&self.large) {
                        let Some(bitmap) = &cell.bitmap else { continue };
                        let (title, tip) = (title(&drawn.sheet, column), tip(&drawn.sheet, column));
                        ui.vertical(|ui| {
                            ui.label(theme::note(ui, title.as_str())).on_hover_text(tip);
                            let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), copy::IMAGE_SENSE);
                            let name = t!("compare.enlarged", column = title);
                            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name.clone()));
                            let map = view.settings.color_map;
                            image::paint(ui.painter(), rect, slot, bitmap, map, image::Fit::Full);
                            if response.hovered() {
                                pointed = column;
                            }
                            copy::menu(&response, ImageSubject::Sheet(column, row), commands);
                        });
                    }
                });
                ui.horizontal_wrapped(|ui| {
                    let class = class_name(&drawn.sheet, row, class_names(view));
                    widgets::fact(ui, &tr("compare.class"), &class, &tr("compare.class_tip"));
                    for (place, model) in drawn.sheet.models.iter().enumerate() {
                        if let Some(made) = model.reconstructions.get(row) {
                            let figures = Figures { squared_error: made.squared_error, nats: made.nats };
                            figures.ui(ui, place, model.likelihood);
                        }
                    }
                });
            });
        if copy::pressed(ui.ctx()) {
            commands.push(FileCommand::CopyImage(ImageSubject::Sheet(pointed, row)).into());
        }
        if !open || widgets::escapes(ui.ctx()) {
            commands.push(CompareCommand::Select(None).into());
        }
    }
}

/// How well a model reconstructs an image, or all of the sheet.
struct Figures {
    squared_error: f32,
    nats: Option<f32>,
}

impl Figures {
    fn ui(&self, ui: &mut Ui, model: usize, likelihood: Option<Likelihood>) {
        let model = slot_of(model).map_or("", Slot::name);
        let error = number(f64::from(self.squared_error));
        widgets::fact(ui, &t!("compare.mse", model = model), &error, &tr("compare.mse_tip"));
        if let (Some(nats), Some(likelihood)) = (self.nats, likelihood) {
            let key = match likelihood {
                Likelihood::Bernoulli => "likelihood.bernoulli",
                Likelihood::Gaussian { .. } => "likelihood.gaussian",
            };
            let name = t!("compare.nats", model = model, likelihood = tr(key));
            widgets::fact(ui, &name, &number(f64::from(nats)), &tr("compare.nats_tip"));
        }
    }
}

fn class_names<'a>(view: &View<'a>) -> &'a [String] {
    view.data.map(|data| data.class_names()).unwrap_or_default()
}

fn class_name(sheet: &Sheet, row: usize, names: &[String]) -> String {
    let Some(original) = sheet.originals.get(row) else { return String::new() };
    let name = original.class.and_then(|class| names.get(class));
    name.cloned().unwrap_or_else(|| format!("#{}", original.index))
}

/// What an image of a sheet is called, by its column and its row; `names` are those of the data's classes.
pub fn image_name(sheet: &Sheet, column: SheetColumn, row: usize, names: &[String]) -> String {
    let title = title(sheet, column);
    match column {
        SheetColumn::Sample(_) => format!("{title} {}", row + 1),
        _ => format!("{title} {} · {}", row + 1, class_name(sheet, row, names)),
    }
}

impl Panel for Compare {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        if view.has_points() {
            widgets::empty(ui, &tr("compare.points"));
            return;
        }
        let Some(sheet) = view.sheet.sheet else {
            widgets::empty(ui, &tr(if view.sheet.computing { "compare.computing" } else { "compare.empty" }));
            return;
        };
        if self.drawn.as_ref().is_none_or(|drawn| !Arc::ptr_eq(&drawn.sheet, sheet)) {
            self.drawn = Some(DrawnSheet::new(sheet));
        }
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(theme::note(ui, tr("compare.seed")));
            let mut seed = view.sheet.seed;
            let field = DragValue::new(&mut seed).speed(0.2).update_while_editing(false);
            ui.add(field).labelled_by(label.id).on_hover_text(tr("compare.seed_tip"));
            if widgets::sign_button(
                ui,
                true,
                theme::signs::SHUFFLE,
                &tr("compare.new_seed"),
                &tr("compare.new_seed_tip"),
            )
            .clicked()
            {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) >> 40;
            }
            if seed != view.sheet.seed {
                commands.push(CompareCommand::Seed(seed).into());
            }
            let refresh = widgets::sign_button(
                ui,
                true,
                theme::signs::REFRESH,
                &tr("compare.refresh"),
                &tr("compare.refresh_tip"),
            );
            if refresh.clicked() {
                commands.push(CompareCommand::Refresh.into());
            }
            if widgets::button(ui, true, &tr("compare.export"), &tr("compare.export_tip")).clicked() {
                commands.push(FileCommand::Ask(Ask::Export(command::ExportSubject::Sheet)).into());
            }
        });
        self.table(ui, view, commands);
        // Facts do not wrap: a line each model.
        let footer = ui.vertical(|ui| {
            for (place, model) in sheet.models.iter().enumerate() {
                if let Some(squared_error) = model.squared_error() {
                    let figures = Figures { squared_error, nats: model.nats() };
                    ui.horizontal(|ui| figures.ui(ui, place, model.likelihood));
                }
            }
            let steps = sheet.models.iter().enumerate();
            let steps = steps.map(|(place, m)| format!("{} {}", slot_of(place).map_or("", Slot::name), whole(m.step)));
            let steps = steps.collect::<Vec<_>>().join(" · ");
            widgets::fact(ui, &tr("compare.steps"), &steps, &tr("compare.steps_tip"));
        });
        self.footer = footer.response.rect.height();
        self.enlarged(ui, view, commands);
    }
}
