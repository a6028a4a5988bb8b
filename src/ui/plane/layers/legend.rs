//! Which colour is what: classes and categories as rows, numbers as a scale.

use super::layer::{PlaneFrame, PlaneLayer};
use super::scale;
use crate::explore::coloring::PointKey;
use crate::ui::text::tr;
use crate::ui::{theme, widgets};
use eframe::egui::{Painter, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo};
use eframe::egui::{pos2, vec2};

/// In the upper right corner of the plane: the groups of the points, a row each (the pointer over one fades the others, a
/// click hides or shows it, a double click shows it alone), or a scale, of which a drag selects a part.
pub struct LegendLayer;

/// Height of a row, and the widest one's name.
const ROW_HEIGHT: f32 = 2.25 * theme::GRID;
const MOST_WIDTH: f32 = 140.0;

impl PlaneLayer for LegendLayer {
    fn draw(&mut self, _: &Painter, _: &PlaneFrame<'_>) {}

    fn controls(&mut self, ui: &mut Ui, frame: &mut PlaneFrame<'_>) {
        let Some(points) = frame.points else { return };
        let column = points.coloring.column.as_deref();
        match frame.selection.key() {
            PointKey::Scale(_) => scale::ui(ui, frame, column.unwrap_or_default()),
            PointKey::Class => rows(ui, frame, frame.selection.class_names().to_vec(), None),
            PointKey::Categories { names, others } => {
                let names = names.iter().cloned().chain(others.then(|| tr("plane.others"))).collect();
                rows(ui, frame, names, column);
            }
            PointKey::Alike => {}
        }
    }
}

/// What a category is called that has no letters.
fn named(name: String) -> String {
    if name.trim().is_empty() { "–".to_owned() } else { name }
}

/// The groups, below the name of their column where it is not the class.
fn rows(ui: &mut Ui, frame: &mut PlaneFrame<'_>, names: Vec<String>, column: Option<&str>) {
    if names.is_empty() {
        return;
    }
    let (palette, whole) = (frame.palette, frame.rect);
    let names: Vec<String> = names.into_iter().map(named).collect();
    let galley = |name: &str, color| widgets::cut_short(ui.painter(), name, MOST_WIDTH, color);
    let heading = column.map(|column| galley(column, palette.text_secondary));
    let rows: Vec<_> = names.iter().map(|name| galley(name, palette.text)).collect();
    let widest = rows.iter().chain(&heading).map(|row| row.size().x).fold(0.0, f32::max);
    let lines = rows.len() + usize::from(heading.is_some());
    let size = vec2(widest + 30.0, (ROW_HEIGHT * lines as f32 + 8.0).min(whole.height() - 16.0));
    if size.y < ROW_HEIGHT || size.x > whole.width() / 2.0 {
        return;
    }
    let ground = Rect::from_min_size(pos2(whole.right() - 8.0 - size.x, whole.top() + 8.0), size);
    ui.painter_at(whole).rect_filled(ground, 4.0, palette.surfaces[1].gamma_multiply(0.88));
    let mut child = ui.new_child(UiBuilder::new().id_salt("plane legend").max_rect(ground.shrink(4.0)));
    child.spacing_mut().item_spacing.y = 0.0;
    let mut isolated = None;
    ScrollArea::vertical().show(&mut child, |ui| {
        let row = vec2(size.x - 8.0, ROW_HEIGHT);
        if let Some(heading) = heading {
            let (rect, _) = ui.allocate_exact_size(row, Sense::hover());
            ui.painter().galley(pos2(rect.left() + 4.0, rect.top()), heading, palette.text_secondary);
        }
        for (group, (galley, name)) in rows.into_iter().zip(&names).enumerate() {
            let shown = frame.selection.is_shown(group);
            // A drag that begins here is not one of the plane.
            let (rect, response) = ui.allocate_exact_size(row, Sense::click_and_drag());
            let name = format!("{} {name}", column.map_or_else(|| tr("plane.class"), str::to_owned));
            response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, shown, &name));
            let fade = if shown { 1.0 } else { 0.3 };
            let middle = pos2(rect.left() + 8.0, rect.center().y);
            let color = theme::group_color(frame.selection.key(), group);
            ui.painter().circle_filled(middle, 4.0, color.gamma_multiply(fade));
            let place = pos2(rect.left() + 18.0, rect.center().y - galley.size().y / 2.0);
            ui.painter().galley_with_override_text_color(place, galley, palette.text.gamma_multiply(fade));
            if response.has_focus() || response.hovered() {
                let stroke = Stroke::new(1.0, palette.text_secondary);
                ui.painter().rect_stroke(rect, 2.0, stroke, StrokeKind::Inside);
            }
            if response.hovered() || response.has_focus() {
                isolated = Some(group);
            }
            if response.double_clicked() {
                frame.selection.solo(group, names.len());
            } else if response.clicked() {
                frame.selection.toggle(group);
            }
        }
    });
    frame.selection.isolated = isolated.filter(|group| frame.selection.is_shown(*group));
}
