//! The compare panel: the same test images as they are and as model A makes them, beside fresh samples of both.

use crate::explore::compare::{Row, Sheet};
use crate::gpu::image::{self, Picture};
use crate::gpu::{self, ColorMap};
use crate::ui::command::{self, Command, Slot};
use crate::ui::dialogs::Ask;
use crate::ui::pictures::blit;
use crate::ui::text::{number, tr, whole};
use crate::ui::view::View;
use crate::ui::{Panel, theme, widgets};
use eframe::egui::{self, DragValue, Role, ScrollArea, Sense, Ui, Vec2, WidgetInfo, Window};
use rust_i18n::t;
use std::sync::Arc;

/// The panel's own looks.
#[derive(Default)]
pub struct Compare {
    drawn: Option<(Arc<Sheet>, Vec<Option<Picture>>)>,
    slots: Vec<gpu::Slot>,
    large: [gpu::Slot; 5],
    enlarged: Option<usize>,
}

/// The columns of one image in the atlas: original, reconstruction, error, sample of A, sample of B.
const COLUMNS: [(&str, &str); 5] = [
    ("compare.original", "compare.original_tip"),
    ("compare.reconstruction", "compare.reconstruction_tip"),
    ("compare.error", "compare.error_tip"),
    ("compare.sample_a", "compare.sample_a_tip"),
    ("compare.sample_b", "compare.sample_b_tip"),
];

impl Compare {
    fn refresh(&mut self, sheet: &Arc<Sheet>) {
        if self.drawn.as_ref().is_some_and(|(drawn, _)| Arc::ptr_eq(drawn, sheet)) {
            return;
        }
        let pictures: Vec<Option<Picture>> = (0..count(sheet)).flat_map(|place| cells(sheet, place)).collect();
        self.slots.resize_with(pictures.len(), gpu::Slot::default);
        self.drawn = Some((sheet.clone(), pictures));
    }

    fn table(&mut self, ui: &mut Ui, view: &View<'_>, sheet: &Arc<Sheet>, commands: &mut Vec<Command>) {
        let palette = theme::of(ui);
        let map = view.settings.color_map;
        let gap = theme::GRID / 2.0;
        let side = ((ui.available_width() - 2.0 * theme::GRID) / COLUMNS.len() as f32 - gap).clamp(20.0, 96.0);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for (title, tip) in COLUMNS {
                ui.allocate_ui(Vec2::new(side, theme::TEXT_SMALL * 1.5), |ui| {
                    ui.set_min_width(side);
                    ui.add(egui::Label::new(theme::note(ui, tr(title))).truncate()).on_hover_text(tr(tip));
                });
            }
        });
        let Some((_, pictures)) = &self.drawn else { return };
        let height = ui.available_height() - 3.0 * theme::GRID;
        let count = count(sheet);
        ScrollArea::vertical().auto_shrink(false).max_height(height.max(side)).show_rows(
            ui,
            side,
            count,
            |ui, visible| {
                ui.spacing_mut().item_spacing = Vec2::splat(gap);
                for place in visible {
                    ui.horizontal(|ui| {
                        for column in 0..COLUMNS.len() {
                            let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
                            let cell = place * COLUMNS.len() + column;
                            match (pictures.get(cell).and_then(Option::as_ref), self.slots.get(cell)) {
                                (Some(picture), Some(slot)) => {
                                    image::paint(ui.painter(), rect, slot, picture, map, image::Fit::Full);
                                }
                                _ => {
                                    ui.painter().rect_filled(rect, 0.0, palette.surfaces[2]);
                                }
                            }
                            if let Some(slot) = model_of(column) {
                                let stroke = egui::Stroke::new(1.0, theme::model_color(slot));
                                ui.painter().rect_stroke(rect, 0.0, stroke, egui::StrokeKind::Outside);
                            }
                            let row = sheet.rows.get(place);
                            let name = image_name(row, column, place, view);
                            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                            if response.clicked() {
                                self.enlarged = Some(place);
                                if let Some(row) = row {
                                    commands.push(Command::LookAt(row.mean.clone()));
                                }
                            }
                            response.on_hover_text(name);
                        }
                    });
                }
            },
        );
    }

    fn enlarged(&mut self, ui: &Ui, view: &View<'_>, sheet: &Arc<Sheet>) {
        let Some(place) = self.enlarged else { return };
        let Some((_, pictures)) = &self.drawn else { return };
        let mut open = true;
        Window::new(t!("compare.image", place = place + 1))
            .id(egui::Id::unique("enlarged"))
            .open(&mut open)
            .collapsible(false)
            .resizable(false)
            .show(ui.ctx(), |ui| {
                let side = 22.0 * theme::GRID;
                ui.horizontal(|ui| {
                    for (column, ((title, tip), slot)) in COLUMNS.into_iter().zip(&self.large).enumerate() {
                        let picture = pictures.get(place * COLUMNS.len() + column).and_then(Option::as_ref);
                        let Some(picture) = picture else { continue };
                        ui.vertical(|ui| {
                            ui.label(theme::note(ui, tr(title))).on_hover_text(tr(tip));
                            let (rect, _) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
                            let map = view.settings.color_map;
                            image::paint(ui.painter(), rect, slot, picture, map, image::Fit::Full);
                        });
                    }
                });
                if let Some(row) = sheet.rows.get(place) {
                    ui.horizontal(|ui| {
                        widgets::fact(ui, &tr("compare.class"), &class_name(row, view), &tr("compare.class_tip"));
                        widgets::fact(
                            ui,
                            &tr("compare.mse"),
                            &number(f64::from(row.squared_error)),
                            &tr("compare.mse_tip"),
                        );
                        let nats = number(f64::from(row.reconstruction_nats));
                        widgets::fact(ui, &tr("compare.nats"), &nats, &tr("compare.nats_tip"));
                    });
                }
            });
        if !open || ui.input(|input| input.key_pressed(egui::Key::Escape)) {
            self.enlarged = None;
        }
    }
}

fn count(sheet: &Sheet) -> usize {
    sheet.rows.len().max(sheet.samples_a.len()).max(sheet.samples_b.len())
}

const fn model_of(column: usize) -> Option<Slot> {
    match column {
        1 | 3 => Some(Slot::A),
        4 => Some(Slot::B),
        _ => None,
    }
}

fn class_name(row: &Row, view: &View<'_>) -> String {
    let names = view.data.map(|data| data.class_names()).unwrap_or_default();
    row.class.and_then(|class| names.get(class)).cloned().unwrap_or_else(|| format!("#{}", row.index))
}

fn image_name(row: Option<&Row>, column: usize, place: usize, view: &View<'_>) -> String {
    let title = COLUMNS.get(column).map_or_else(String::new, |(title, _)| tr(title));
    match row {
        Some(row) if column < 3 => format!("{title} {} · {}", place + 1, class_name(row, view)),
        _ => format!("{title} {}", place + 1),
    }
}

impl Panel for Compare {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let Some(sheet) = view.sheet.sheet else {
            widgets::empty(ui, &tr(if view.sheet.computing { "compare.computing" } else { "compare.empty" }));
            return;
        };
        self.refresh(sheet);
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
                commands.push(Command::SheetSeed(seed));
            }
            let refresh = widgets::sign_button(
                ui,
                true,
                theme::signs::REFRESH,
                &tr("compare.refresh"),
                &tr("compare.refresh_tip"),
            );
            if refresh.clicked() {
                commands.push(Command::RefreshSheet);
            }
            if widgets::button(ui, true, &tr("compare.export"), &tr("compare.export_tip")).clicked() {
                commands.push(Command::Ask(Ask::Export(command::Picture::Sheet)));
            }
        });
        self.table(ui, view, sheet, commands);
        ui.horizontal_wrapped(|ui| {
            if !sheet.rows.is_empty() {
                let mse = number(f64::from(sheet.mean_squared_error));
                widgets::fact(ui, &tr("compare.mse"), &mse, &tr("compare.mse_tip"));
                let nats = number(f64::from(sheet.mean_reconstruction_nats));
                widgets::fact(ui, &tr("compare.nats"), &nats, &tr("compare.nats_tip"));
            }
            let steps = format!("A {} · B {}", whole(sheet.step_a), whole(sheet.step_b));
            widgets::fact(ui, &tr("compare.steps"), &steps, &tr("compare.steps_tip"));
        });
        let sheet = sheet.clone();
        self.enlarged(ui, view, &sheet);
    }
}

/// The pictures of one image, a column each; none where there is nothing to show.
fn cells(sheet: &Sheet, place: usize) -> [Option<Picture>; 5] {
    let shape = sheet.shape;
    let row = sheet.rows.get(place);
    let image = |values: Option<&Vec<f32>>| values.map(|values| Picture::new(shape, values));
    [
        image(row.map(|row| &row.original)),
        image(row.map(|row| &row.reconstruction)),
        // A square root shows small errors, which most of them are.
        row.map(|row| {
            let errors: Vec<f32> = row.error.iter().map(|error| error.abs().sqrt().copysign(*error)).collect();
            Picture::signed(shape, &errors)
        }),
        image(sheet.samples_a.get(place)),
        image(sheet.samples_b.get(place)),
    ]
}

/// The whole sheet as one picture, for a file: a row an image, a column as on the screen, `scale` pixels a pixel.
pub fn picture(sheet: &Sheet, map: ColorMap, scale: usize) -> egui::ColorImage {
    let scale = scale.clamp(1, 16);
    let gap = 2 * scale;
    let (step_x, step_y) = (sheet.shape.width * scale + gap, sheet.shape.height * scale + gap);
    let size = [COLUMNS.len() * step_x + gap, count(sheet).max(1) * step_y + gap];
    let mut whole = egui::ColorImage::filled(size, egui::Color32::WHITE);
    for place in 0..count(sheet) {
        for (column, cell) in cells(sheet, place).into_iter().enumerate() {
            if let Some(cell) = cell {
                let at = (gap + column * step_x, gap + place * step_y);
                blit(&mut whole, at, cell.size(), &cell.rgb(map), scale);
            }
        }
    }
    whole
}
