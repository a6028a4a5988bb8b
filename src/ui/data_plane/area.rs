//! One model's data plane: its layers, one over the other.

use super::{DataPlanePanel, DecodedCursor, DrawnData, DrawnField, OnScreen};
use crate::explore::data_plane::{Arrow, CriticField, DataPlane, places};
use crate::picture::ColorMap;
use crate::ui::output::QUICK_FLOPS;
use crate::ui::slot::Slot;
use crate::ui::text::{number, tr, whole};
use crate::ui::theme;
use crate::ui::view::View;
use eframe::egui::{
    Align2, Color32, ColorImage, FontId, Label, Painter, Pos2, Rect, RichText, Role, Sense, Shape, Stroke, StrokeKind,
    TextureOptions, Ui, WidgetInfo, pos2, vec2,
};
use rust_i18n::t;
use std::sync::Arc;

/// Height of what stands above a plane, in points.
pub(super) const TITLE: f32 = 3.0 * theme::GRID;
/// Half the side of a point of the data and of a sample, in points of the screen.
const REAL: f32 = 1.25;
const SAMPLE: f32 = 1.75;
/// Radius of the ring where the cursor's latent decodes to.
const CURSOR: f32 = 5.0;
/// How much of what lies under it the field hides where it is sure.
const FIELD: f32 = 0.45;

impl DataPlanePanel {
    /// Draws one.
    pub(super) fn plane(&mut self, ui: &mut Ui, view: &View<'_>, slot: Slot, side: f32) {
        let made = view.plane(slot).and_then(|known| known.data_plane.clone());
        let model = view.model(slot);
        ui.vertical(|ui| {
            ui.set_width(side);
            let step = made.as_ref().map(|made| format!(" · {} {}", tr("output.step"), whole(made.step)));
            let title = RichText::new(format!("{} · {}{}", slot.name(), model.name, step.unwrap_or_default()));
            ui.add(Label::new(title.color(view.color(slot)).strong()).truncate());
            let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
            let name = t!("data_plane.name", slot = slot.name());
            let readout = response.hover_pos().and_then(|pointer| self.readout(view, slot, rect, pointer));
            response.widget_info(|| {
                let mut info = WidgetInfo::labeled(Role::Image, true, &name);
                info.current_text_value = readout.clone();
                info
            });
            if ui.is_rect_visible(rect) {
                self.draw(ui, view, slot, made.as_ref(), rect);
            }
            if let Some(readout) = readout {
                let (at, font) = (rect.left_top() + vec2(theme::GRID, theme::GRID) / 2.0, theme::TEXT_SMALL);
                let palette = theme::of(ui);
                let words = ui.painter().layout_no_wrap(readout, FontId::monospace(font), palette.text);
                let ground = Rect::from_min_size(at, words.size()).expand(2.0);
                ui.painter().rect_filled(ground, 2.0, palette.surfaces[0]);
                ui.painter().galley(at, words, palette.text);
            }
        });
    }

    fn draw(&mut self, ui: &Ui, view: &View<'_>, slot: Slot, made: Option<&Arc<DataPlane>>, rect: Rect) {
        let cursor = self.decoded(view, slot);
        let Some(DrawnData { bounds, points, key, .. }) = &self.data else { return };
        let (palette, painter) = (theme::of(ui), ui.painter_at(rect));
        let on_screen = OnScreen { rect, bounds: *bounds };
        let settings = &view.settings.data_plane;
        let color = view.color(slot);
        painter.rect_filled(rect, 0.0, palette.surfaces[0]);
        if let Some(made) = made
            && let Some(field) = made.field.as_ref()
        {
            let drawn = &mut self.fields[slot.index()];
            if drawn.as_ref().is_none_or(|drawn| !Arc::ptr_eq(&drawn.of, made)) {
                let image = picture(field);
                match drawn {
                    Some(drawn) => {
                        drawn.texture.set(image, TextureOptions::LINEAR);
                        drawn.of = made.clone();
                    }
                    None => {
                        let texture = ui.ctx().load_texture("critic field", image, TextureOptions::LINEAR);
                        *drawn = Some(DrawnField { of: made.clone(), texture });
                    }
                }
            }
            if let Some(drawn) = drawn {
                let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
                painter.image(drawn.texture.id(), rect, whole, Color32::WHITE);
            }
        }
        if settings.layers.real {
            let grey = palette.text_secondary;
            let colored = points.iter().map(|(point, group)| {
                let group = group.filter(|_| settings.by_class);
                let color = group.map_or(grey, |group| theme::group_color(key, group));
                (*point, color)
            });
            painter.add(on_screen.squares(colored, REAL));
        }
        if let Some(made) = made {
            let line = Stroke::new(1.0, color.gamma_multiply(0.6));
            for places in &made.grid {
                painter.add(Shape::line(places.iter().map(|place| on_screen.pixel(*place)).collect(), line));
            }
            let thin = Stroke::new(1.0, palette.text);
            for [from, to] in &made.reconstructions {
                painter.line_segment([on_screen.pixel(*from), on_screen.pixel(*to)], thin);
            }
            painter.add(on_screen.squares(made.reconstructions.iter().map(|[_, to]| (*to, color)), SAMPLE));
            painter.add(on_screen.squares(made.samples.iter().map(|sample| (*sample, color)), SAMPLE));
            if let Some(at) = cursor {
                let at = on_screen.pixel(at);
                painter.circle_stroke(at, CURSOR, Stroke::new(4.0, palette.surfaces[0]));
                painter.circle_stroke(at, CURSOR, Stroke::new(2.0, color));
            }
            made.arrows.iter().for_each(|arrow| draw_arrow(&painter, on_screen, arrow, palette.text));
        }
        corners(&painter, on_screen, palette.text_secondary);
        painter.rect_stroke(rect, 0.0, Stroke::new(1.0, palette.line), StrokeKind::Inside);
    }
}

impl DataPlanePanel {
    /// The place under the pointer, and what a critic says of it: σ(D(x)) where its loss has probabilities, else D(x).
    fn readout(&mut self, view: &View<'_>, slot: Slot, rect: Rect, pointer: Pos2) -> Option<String> {
        let place = OnScreen { rect, bounds: self.data.as_ref()?.bounds }.place(pointer);
        let [x, y] = place.map(|x| number(f64::from(x)));
        let critic = view.model(slot).snapshot.and_then(|snapshot| snapshot.critic.as_ref());
        let critic = critic.filter(|critic| critic.network.input() == 2 && critic.network.flops() <= QUICK_FLOPS);
        let said = critic.and_then(|critic| {
            let output = *critic.network.evaluate(&place, 1, &mut self.scratch).first()?;
            Some(match critic.loss.has_probabilities() {
                true => format!(" · σ(D(x)) {}", number(1.0 / (1.0 + f64::from(-output).exp()))),
                false => format!(" · D(x) {}", number(f64::from(output))),
            })
        });
        Some(format!("{x}, {y}{}", said.unwrap_or_default()))
    }

    /// Where a model decodes the cursor's latent to: on this thread where it or the weights are new, for a small network.
    fn decoded(&mut self, view: &View<'_>, slot: Slot) -> Option<[f32; 2]> {
        let snapshot = view.model(slot).snapshot.filter(|snapshot| snapshot.decoder.flops() <= QUICK_FLOPS)?;
        let plane = view.plane(slot)?.plane.as_ref().filter(|plane| plane.latent() == snapshot.latent)?;
        let latent = plane.latent_from_plane(view.cursor);
        let known = &mut self.cursors[slot.index()];
        if known.as_ref().is_none_or(|known| !Arc::ptr_eq(&known.of, snapshot) || known.latent != latent) {
            let at = places(snapshot, &latent, &mut self.scratch).first().copied()?;
            *known = Some(DecodedCursor { of: snapshot.clone(), latent, at });
        }
        known.as_ref().map(|known| known.at)
    }
}

fn draw_arrow(painter: &Painter, on_screen: OnScreen, [from, to]: &Arrow, color: Color32) {
    let (from, to) = (on_screen.pixel(*from), on_screen.pixel(*to));
    let along = to - from;
    // A shorter one is a dot already.
    if along.length() < 1.5 || !along.length().is_finite() {
        return;
    }
    let stroke = Stroke::new(1.0, color);
    painter.line_segment([from, to], stroke);
    let tip = along.normalized() * 3.5f32.min(along.length());
    for turned in [vec2(tip.y, -tip.x), vec2(-tip.y, tip.x)] {
        painter.line_segment([to, to - tip + 0.6 * turned], stroke);
    }
}

/// The field's colours: blue where the critic takes points for generated, red for real; nothing where it cannot tell.
fn picture(field: &CriticField) -> ColorImage {
    let pixel = |value: &f32| {
        let [red, green, blue] = ColorMap::Signed.rgb(value.signum());
        let alpha = 255.0 * FIELD * value.abs().min(1.0);
        Color32::from_rgba_unmultiplied(red, green, blue, alpha as u8)
    };
    ColorImage::new([field.side, field.side], field.values.iter().map(pixel).collect())
}

/// What the corners are in the data's own units.
fn corners(painter: &Painter, on_screen: OnScreen, color: Color32) {
    let OnScreen { rect, bounds } = on_screen;
    let text = |[x, y]: [f32; 2]| format!("{}, {}", number(f64::from(x)), number(f64::from(y)));
    let font = FontId::monospace(theme::TEXT_SMALL);
    let inset = vec2(theme::GRID / 2.0, theme::GRID / 2.0);
    painter.text(
        rect.left_bottom() + vec2(inset.x, -inset.y),
        Align2::LEFT_BOTTOM,
        text(bounds.low),
        font.clone(),
        color,
    );
    painter.text(rect.right_top() + vec2(-inset.x, inset.y), Align2::RIGHT_TOP, text(bounds.high), font, color);
}
