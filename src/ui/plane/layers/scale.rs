//! Which colour is which number: a scale, of which a drag selects a part.

use super::layer::PlaneFrame;
use crate::explore::coloring::{NO_NUMBER, ValueScale};
use crate::explore::viewport::ticks;
use crate::ui::text::{number, tr};
use crate::ui::{theme, widgets};
use eframe::egui::{Align2, WidgetInfo, pos2, vec2};
use eframe::egui::{EventFilter, FontId, Key, Mesh, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui};
use rust_i18n::t;

/// Width and height of the bar, and the width of the figures beside it.
const BAR: [f32; 2] = [1.5 * theme::GRID, 18.0 * theme::GRID];
const FIGURES: f32 = 7.0 * theme::GRID;
/// Height of a line of words.
const LINE: f32 = 2.0 * theme::GRID;
/// Colours of the bar.
const STOPS: usize = 64;
/// Round numbers on the scale, about.
const TICKS: usize = 4;
/// What a press of an arrow key moves, and what it selects at first: a part of the scale.
const STEP: f32 = 0.1;

/// Draws it, and selects what is dragged over; a click without a drag selects all again.
pub(super) fn ui(ui: &mut Ui, frame: &mut PlaneFrame<'_>, column: &str) {
    let Some(scale) = frame.selection.scale() else { return };
    let (palette, whole) = (frame.palette, frame.rect);
    let small = FontId::proportional(theme::TEXT_SMALL);
    let heading = widgets::cut_short(ui.painter(), column, BAR[0] + FIGURES, palette.text);
    let gaps = if scale.gaps { LINE } else { 0.0 };
    let size = vec2(BAR[0] + FIGURES + 2.0 * theme::GRID, BAR[1] + 2.0 * LINE + gaps);
    if size.y > whole.height() - 2.0 * theme::GRID || size.x > whole.width() / 2.0 {
        return;
    }
    let ground = Rect::from_min_size(pos2(whole.right() - theme::GRID - size.x, whole.top() + theme::GRID), size);
    let painter = ui.painter_at(whole);
    painter.rect_filled(ground, 4.0, palette.surfaces[1].gamma_multiply(0.88));
    painter.galley(ground.min + vec2(theme::GRID, theme::GRID / 4.0), heading, palette.text);
    let bar = Rect::from_min_size(ground.min + vec2(theme::GRID, 1.5 * LINE), BAR.into());
    let place = Rect::from_min_max(bar.min, pos2(ground.right(), bar.bottom())).expand2(vec2(4.0, 4.0));
    // A drag that begins here is not one of the plane.
    let response = ui.interact(place, ui.scope_id().with("plane scale"), Sense::click_and_drag());
    let part_at = |y: f32| ((bar.bottom() - y) / bar.height()).clamp(0.0, 1.0);
    select(ui, frame, &response, scale, part_at);
    keys(ui, frame, &response, scale);
    let range = frame.selection.range();
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Slider, true, t!("plane.scale", column = column));
        let [low, high] = range.unwrap_or([scale.low, scale.high]).map(|value| number(f64::from(value)));
        info.current_text_value = Some(format!("{low} – {high}"));
        info
    });
    let at = |part: f32| bar.bottom() - part * bar.height();
    let is_within = |part: f32| range.is_none_or(|[low, high]| (low..=high).contains(&scale.value(part)));
    let mut mesh = Mesh::default();
    for stop in 0..STOPS {
        let [low, high] = [0, 1].map(|end| (stop + end) as f32 / STOPS as f32);
        let middle = (low + high) / 2.0;
        let color = theme::scale_color(middle).gamma_multiply(if is_within(middle) { 1.0 } else { 0.25 });
        mesh.add_colored_rect(Rect::from_x_y_ranges(bar.x_range(), at(high)..=at(low)), color);
    }
    painter.add(Shape::mesh(mesh));
    figures(&painter, frame, scale, bar);
    if let Some([low, high]) = range {
        let [low, high] = [low, high].map(|value| at(scale.part(value)));
        let place = Rect::from_x_y_ranges(bar.x_range(), high..=low).expand2(vec2(2.0, 0.0));
        painter.rect_stroke(place, 1.0, Stroke::new(1.5, palette.text), StrokeKind::Outside);
    }
    if scale.gaps {
        let middle = pos2(bar.center().x, ground.bottom() - LINE / 2.0 - 2.0);
        painter.circle_filled(middle, 4.0, theme::group_color(frame.selection.key(), NO_NUMBER));
        let words = pos2(bar.right() + theme::GRID, middle.y);
        painter.text(words, Align2::LEFT_CENTER, tr("plane.no_number"), small, palette.text_secondary);
    }
    if response.has_focus() {
        painter.rect_stroke(place, 2.0, Stroke::new(1.0, palette.text_secondary), StrokeKind::Inside);
    }
    response.on_hover_text(t!("plane.scale_tip", column = column));
}

/// The ends of the scale, or of what is selected of it, and round numbers between them.
fn figures(painter: &eframe::egui::Painter, frame: &PlaneFrame<'_>, scale: ValueScale, bar: Rect) {
    let font = FontId::monospace(theme::TEXT_SMALL);
    let range = frame.selection.range();
    let ends = range.unwrap_or([scale.low, scale.high]);
    let (values, digits) = ticks(scale.low, scale.high, TICKS);
    let words = |value: f32| {
        let words = number(f64::from(value));
        if words.contains('e') || !words.contains('.') {
            return words;
        }
        words.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let at = |value: f32| bar.bottom() - scale.part(value) * bar.height();
    let write = |value: f32, words: String, color| {
        let y = at(value);
        let stroke = Stroke::new(1.0, frame.palette.text_secondary);
        painter.line_segment([pos2(bar.right(), y), pos2(bar.right() + 4.0, y)], stroke);
        painter.text(pos2(bar.right() + 6.0, y), Align2::LEFT_CENTER, words, font.clone(), color);
    };
    let is_far = |value: f32| ends.iter().all(|end| (at(*end) - at(value)).abs() > LINE);
    for value in values.into_iter().filter(|value| is_far(*value)) {
        write(value, format!("{value:.digits$}"), frame.palette.text_secondary);
    }
    let [low, high] = ends;
    let sign = |is_beyond: bool, sign: &'static str| if range.is_none() && is_beyond { sign } else { "" };
    write(low, format!("{}{}", sign(scale.beyond[0], "≤ "), words(low)), frame.palette.text);
    // Two figures on one place could not be read.
    if at(low) - at(high) > 0.8 * LINE {
        write(high, format!("{}{}", sign(scale.beyond[1], "≥ "), words(high)), frame.palette.text);
    }
}

/// A drag selects what it goes over; a click without one selects all.
fn select(ui: &Ui, frame: &mut PlaneFrame<'_>, response: &Response, scale: ValueScale, part_at: impl Fn(f32) -> f32) {
    let pressed = ui.input(|input| input.pointer.press_origin());
    if response.clicked() {
        frame.selection.set_range(None);
    } else if let (true, Some(from), Some(to)) = (response.dragged(), pressed, response.interact_pointer_pos()) {
        let parts = [from.y, to.y].map(part_at);
        frame.selection.set_range(Some(parts.map(|part| scale.value(part))));
    }
}

/// Arrows move what is selected, Escape selects all.
fn keys(ui: &Ui, frame: &mut PlaneFrame<'_>, response: &Response, scale: ValueScale) {
    if !response.has_focus() {
        return;
    }
    let filter = EventFilter { vertical_arrows: true, escape: true, ..Default::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let (up, all) = ui.input(|input| {
        let count = |key| input.num_presses(key) as f32;
        (count(Key::ArrowUp) - count(Key::ArrowDown), input.key_pressed(Key::Escape))
    });
    if all {
        frame.selection.set_range(None);
    } else if up != 0.0 {
        let before = frame.selection.range().map(|range| range.map(|value| scale.part(value)));
        let [low, high] = before.unwrap_or(if up > 0.0 { [-STEP, 0.0] } else { [1.0, 1.0 + STEP] });
        let moved = (up * STEP).max(-low).min(1.0 - high);
        frame.selection.set_range(Some([low, high].map(|part| scale.value(part + moved))));
    }
}
