//! Which colour is which class.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::ui::text::tr;
use crate::ui::theme;
use eframe::egui::{FontId, Painter, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo};
use eframe::egui::{pos2, vec2};
use std::collections::BTreeSet;

/// The classes in the upper right corner of the plane, a row each: the pointer over one fades the others, a click
/// hides or shows it, a double click shows it alone.
pub struct LegendLayer;

impl PlaneLayer for LegendLayer {
    fn draw(&mut self, _: &Painter, _: &PlaneFrame<'_>) {}

    fn controls(&mut self, ui: &mut Ui, frame: &mut PlaneFrame<'_>) {
        let names = frame.data().map(|data| data.class_names()).unwrap_or_default();
        if frame.points.is_none() || names.is_empty() {
            return;
        }
        let (palette, whole) = (frame.palette, frame.rect);
        let font = FontId::proportional(theme::TEXT_SMALL);
        let rows: Vec<_> =
            names.iter().map(|name| ui.painter().layout_no_wrap(name.clone(), font.clone(), palette.text)).collect();
        let row_height = 18.0;
        let widest = rows.iter().map(|row| row.size().x).fold(0.0, f32::max).min(140.0);
        let size = vec2(widest + 30.0, (row_height * rows.len() as f32 + 8.0).min(whole.height() - 16.0));
        if size.y < row_height || size.x > whole.width() / 2.0 {
            return;
        }
        let ground = Rect::from_min_size(pos2(whole.right() - 8.0 - size.x, whole.top() + 8.0), size);
        ui.painter_at(whole).rect_filled(ground, 4.0, palette.surfaces[1].gamma_multiply(0.88));
        let mut child = ui.new_child(UiBuilder::new().id_salt("plane legend").max_rect(ground.shrink(4.0)));
        child.spacing_mut().item_spacing.y = 0.0;
        let mut isolated = None;
        ScrollArea::vertical().show(&mut child, |ui| {
            for (class, (galley, name)) in rows.into_iter().zip(names).enumerate() {
                let shown = !frame.hidden.contains(&class);
                // A drag that begins here is not one of the plane.
                let (rect, response) = ui.allocate_exact_size(vec2(size.x - 8.0, row_height), Sense::click_and_drag());
                let name = format!("{} {name}", tr("plane.class"));
                response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, shown, &name));
                let fade = if shown { 1.0 } else { 0.3 };
                let middle = pos2(rect.left() + 8.0, rect.center().y);
                ui.painter().circle_filled(middle, 4.0, theme::class_color(class).gamma_multiply(fade));
                let place = pos2(rect.left() + 18.0, rect.center().y - galley.size().y / 2.0);
                ui.painter().galley_with_override_text_color(place, galley, palette.text.gamma_multiply(fade));
                if response.has_focus() || response.hovered() {
                    let stroke = Stroke::new(1.0, palette.text_secondary);
                    ui.painter().rect_stroke(rect, 2.0, stroke, StrokeKind::Inside);
                }
                if response.hovered() || response.has_focus() {
                    isolated = Some(class);
                }
                if response.double_clicked() {
                    solo(frame.hidden, class, names.len());
                } else if response.clicked() && !frame.hidden.remove(&class) {
                    frame.hidden.insert(class);
                }
            }
        });
        *frame.isolated = isolated.filter(|class| !frame.hidden.contains(class));
    }
}

/// Shows one class alone, or all where it is alone already. Its first click has hidden or shown it before.
fn solo(hidden: &mut BTreeSet<usize>, class: usize, classes: usize) {
    let others = || (0..classes).filter(|other| *other != class);
    let alone = others().all(|other| hidden.contains(&other));
    hidden.clear();
    if !alone {
        hidden.extend(others());
    }
}
