//! The lens: what any operation of a decoder gives at the cursor, its maps side by side.

use crate::dataset::ImageShape;
use crate::explore::lens::MapSheet;
use crate::explore::viewer::{CpuDecoder, Look, LookFound};
use crate::gpu::image::{self, Fit};
use crate::gpu::live::{self, Decode, DecodedModel};
use crate::gpu::{self, ColorMap, Decoding, OnDevice};
use crate::picture::Bitmap;
use crate::snapshot::{Operation, OperationKind, Snapshot};
use crate::ui::command::{Command, ModelCommand, ViewCommand};
use crate::ui::output::QUICK_FLOPS;
use crate::ui::settings::{LensSettings, Settings};
use crate::ui::slot::Slot;
use crate::ui::text::{decoded_by, tr, whole};
use crate::ui::view::View;
use crate::ui::{Panel, PanelNeeds, theme, widgets};
use eframe::egui::{self, ComboBox, Painter, Rect, RichText, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use rust_i18n::t;
use std::sync::Arc;

/// The panel.
#[derive(Default)]
pub struct Activations {
    decoder: CpuDecoder,
    /// What each operation gives, by the CPU.
    made: Option<LookFound>,
    picture: Option<(usize, Bitmap)>,
    requested: Option<(Slot, Arc<Look>)>,
    slot: gpu::TextureSlot,
}

impl Panel for Activations {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let mut lens = view.settings.lens;
        let operations = |slot: Slot| view.model(slot).snapshot.map(|s| s.decoder.operations()).unwrap_or_default();
        ui.horizontal_wrapped(|ui| {
            for slot in Slot::BOTH {
                let name = RichText::new(view.model(slot).name).color(view.color(slot)).strong();
                ui.selectable_value(&mut lens.model, slot, name);
            }
            let all = operations(lens.model);
            let last = all.len().saturating_sub(1);
            lens.operation = lens.operation.min(last);
            let said = all.get(lens.operation).map_or_else(String::new, |o| described(lens.operation, o));
            let combo = ComboBox::from_id_salt("operation")
                .selected_text(said)
                .width((ui.available_width() - 10.0 * theme::GRID).clamp(8.0 * theme::GRID, 30.0 * theme::GRID))
                .truncate();
            let chosen = combo.show_ui(ui, |ui| {
                for (index, operation) in all.iter().enumerate() {
                    ui.selectable_value(&mut lens.operation, index, described(index, operation));
                }
            });
            chosen.response.accessible_name(tr("activations.operation"));
            if widgets::sign_button(
                ui,
                lens.operation > 0,
                theme::signs::BEFORE,
                &tr("activations.before"),
                &tr("activations.before"),
            )
            .clicked()
            {
                lens.operation = lens.operation.saturating_sub(1);
            }
            if widgets::sign_button(
                ui,
                lens.operation < last,
                theme::signs::AFTER,
                &tr("activations.after"),
                &tr("activations.after"),
            )
            .clicked()
            {
                lens.operation += 1;
            }
        });
        if lens != view.settings.lens && !operations(lens.model).is_empty() {
            commands.push(ViewCommand::Settings(Box::new(Settings { lens, ..view.settings.clone() })).into());
        }
        let Some(snapshot) = view.model(lens.model).snapshot else {
            if widgets::empty_with_action(ui, &tr("activations.empty"), &tr("output.fill"), &tr("train.all_tip")) {
                commands.push(ModelCommand::ToggleAll.into());
            }
            return;
        };
        let Some(plane) = view.plane(lens.model) else { return };
        let latent = view.latent_after(lens.model, commands).filter(|latent| latent.len() == snapshot.latent);
        let (Some(latent), Some(sheet)) = (latent, MapSheet::of_decoder(snapshot, lens.operation)) else { return };
        let footer = ui.text_style_height(&egui::TextStyle::Small) * 2.0 + theme::GRID;
        let size = vec2(ui.available_width(), (ui.available_height() - footer).max(4.0 * theme::GRID));
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, tr("activations.name")));
        let place = fitted(rect, sheet.size());
        if ui.is_rect_visible(rect) {
            let painter = ui.painter_at(rect);
            if let Some(OnDevice { model, step: Some(_) }) = plane.on_device {
                self.made = None;
                let model = DecodedModel { id: model, snapshot: snapshot.clone() };
                let decode = Decode::Maps { latent, operation: lens.operation, fit: Fit::Full };
                live::paint(&painter, place, &self.slot, model, decode);
            } else {
                self.decode(snapshot, latent, lens, plane.found.as_deref());
                self.prepare_picture(lens.operation, &sheet);
                if let Some((_, picture)) = &self.picture {
                    image::paint(&painter, place, &self.slot, picture, ColorMap::Signed, Fit::Full);
                }
            }
            grid(&painter, place, &sheet, theme::of(ui).surfaces[1]);
        }
        let maps = match sheet.maps {
            1 if sheet.map_stride == 0 => t!("activations.vector", values = sheet.elements),
            1 => t!("activations.one_map", width = sheet.width, height = sheet.height),
            maps => t!("activations.maps", maps = maps, width = sheet.width, height = sheet.height),
        };
        let under = response.hover_pos().and_then(|pos| map_at(place, &sheet, pos));
        let under = under.filter(|_| sheet.maps > 1).map(|map| format!(" · {}", t!("activations.map", map = map)));
        let under = under.unwrap_or_default();
        let decoding = &view.model(lens.model).decoding;
        let refused = matches!(decoding, Decoding::CpuRefused(_)).then(|| format!(" · {}", decoded_by(decoding)));
        let refused = refused.unwrap_or_default();
        // What is drawn is of older weights where newer ones are on their way.
        let made = || self.made.as_ref().map(|made| made.look.snapshot.step);
        let step = OnDevice::step_of(plane.on_device).or_else(made).filter(|step| *step != snapshot.step);
        let step = step.map(|step| format!(" · {} {}", tr("output.step"), whole(step))).unwrap_or_default();
        ui.label(theme::note(ui, format!("{maps}{under}{step} · {}{refused}", tr("activations.colors"))));
    }

    fn begin_frame(&mut self) {
        self.requested = None;
    }

    fn needs(&mut self, _view: &View<'_>, _now_secs: f64, needs: &mut PanelNeeds) {
        if let Some((slot, look)) = &self.requested {
            needs.look(*slot, look);
        }
    }

    fn leave(&mut self) {
        *self = Self::default();
    }
}

impl Activations {
    /// What the viewer shall evaluate for a model, because it is too much for a frame. The same again costs nothing.
    pub fn look_query(&self, slot: Slot) -> Option<&Arc<Look>> {
        self.requested.as_ref().filter(|(other, _)| *other == slot).map(|(_, look)| look)
    }

    /// Evaluates the decoder at a latent on this thread, or takes what the viewer has found.
    fn decode(&mut self, snapshot: &Arc<Snapshot>, latent: Vec<f32>, lens: LensSettings, found: Option<&LookFound>) {
        if snapshot.decoder.flops() > QUICK_FLOPS {
            self.requested = Some((lens.model, Arc::new(Look { snapshot: snapshot.clone(), latent })));
            let kinds = |snapshot: &Snapshot| -> Vec<OperationKind> {
                snapshot.decoder.operations().iter().map(|operation| operation.kind).collect()
            };
            let newer = found.filter(|found| {
                self.made.as_ref().is_none_or(|made| !Arc::ptr_eq(&made.look, &found.look))
                    && kinds(&found.look.snapshot) == kinds(snapshot)
            });
            if let Some(found) = newer {
                (self.made, self.picture) = (Some(found.clone()), None);
            }
            return;
        }
        let same = |made: &LookFound| Arc::ptr_eq(&made.look.snapshot, snapshot) && made.look.latent == latent;
        if !self.made.as_ref().is_some_and(same) {
            let values = self.decoder.values(snapshot, &latent);
            let look = Arc::new(Look { snapshot: snapshot.clone(), latent });
            (self.made, self.picture) = (Some(LookFound { look, values, trace: None }), None);
        }
    }

    fn prepare_picture(&mut self, operation: usize, sheet: &MapSheet) {
        if self.picture.as_ref().is_some_and(|(shown, _)| *shown == operation) {
            return;
        }
        let values = self.made.as_ref().and_then(|made| made.values.get(operation + 1));
        let [width, height] = sheet.size();
        let picture = |values: &Arc<[f32]>| Bitmap::signed(ImageShape::grey(height, width), &sheet.picture(values));
        self.picture = values.map(|values| (operation, picture(values)));
    }
}

/// The largest rectangle of a picture's shape in the middle of another.
fn fitted(rect: Rect, [width, height]: [usize; 2]) -> Rect {
    let size = vec2(width.max(1) as f32, height.max(1) as f32);
    Rect::from_center_size(rect.center(), size * (rect.width() / size.x).min(rect.height() / size.y))
}

/// Lines between the maps, and the ground where there are none.
fn grid(painter: &Painter, place: Rect, sheet: &MapSheet, color: egui::Color32) {
    let cell = vec2(place.width() / sheet.columns as f32, place.height() / sheet.rows() as f32);
    for map in sheet.maps..sheet.columns * sheet.rows() {
        let offset = vec2((map % sheet.columns) as f32, (map / sheet.columns) as f32) * cell;
        painter.rect_filled(Rect::from_min_size(place.min + offset, cell), 0.0, color);
    }
    // A vector may leave the end of its last line empty.
    let beyond = (sheet.width * sheet.height).saturating_sub(sheet.elements);
    if sheet.maps == 1 && beyond > 0 {
        let value = vec2(place.width() / sheet.width as f32, place.height() / sheet.height as f32);
        let end = Rect::from_min_max(place.max - vec2(beyond as f32, 1.0) * value, place.max);
        painter.rect_filled(end, 0.0, color);
    }
    let stroke = Stroke::new(1.0, color);
    for column in 1..sheet.columns {
        let x = egui::lerp(place.x_range(), column as f32 / sheet.columns as f32);
        painter.line_segment([pos2(x, place.top()), pos2(x, place.bottom())], stroke);
    }
    for row in 1..sheet.rows() {
        let y = egui::lerp(place.y_range(), row as f32 / sheet.rows() as f32);
        painter.line_segment([pos2(place.left(), y), pos2(place.right(), y)], stroke);
    }
}

/// The map under a place on the screen.
fn map_at(place: Rect, sheet: &MapSheet, pos: egui::Pos2) -> Option<usize> {
    let part = (pos - place.min) / place.size();
    if !(0.0..1.0).contains(&part.x) || !(0.0..1.0).contains(&part.y) {
        return None;
    }
    let (column, row) = (part.x * sheet.columns as f32, part.y * sheet.rows() as f32);
    Some(row as usize * sheet.columns + column as usize).filter(|map| *map < sheet.maps)
}

/// An operation in a line: its number, what it computes, on what sizes.
fn described(index: usize, operation: &Operation) -> String {
    format!("{} · {} {}", index + 1, tr(operation.kind.label()), operation.kind.sizes())
}
