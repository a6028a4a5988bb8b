//! The hidden states that the rows of an image were drawn with: a cell beside each row, with the number of its state.

use super::frame::TraceFrame;
use crate::nn::operations::StatePath;
use crate::ui::text::tr;
use crate::ui::theme;
use eframe::egui::{Align2, Color32, FontId, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2};
use rust_i18n::t;
use std::ops::Range;

/// The share of a place's width that cells and numbers take: of one that is seven times as wide as an image of 28 pixels, six times
/// are left.
const SHARE: f32 = 1.0 / 7.0;
/// The part of that which cells take.
const CELLS: f32 = 0.3;
/// Width that numbers need, in points.
const NUMBERS: f32 = 2.0 * theme::TEXT_SMALL;

/// The width that cells and numbers take of a place of images, in points.
pub(super) fn width(place: Rect) -> f32 {
    (SHARE * place.width()).clamp(0.0, 4.0 * theme::GRID)
}

/// Draws the cells at the right of their image, so wide with the numbers; the rows that have the state under the pointer are
/// framed.
pub(super) fn ui(ui: &Ui, image: Rect, (frame, path): (&TraceFrame<'_>, &StatePath), width: f32) {
    let strip = Rect::from_min_max(pos2(image.right(), image.top()), pos2(image.right() + width, image.bottom()));
    let whole = image.union(strip);
    let response = ui.interact(whole, ui.scope_id().with(("states", frame.model)), Sense::hover());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Image, true, t!("output.states", model = frame.model));
        let path: Vec<String> = path.path.iter().map(|state| (state + 1).to_string()).collect();
        info.current_text_value = Some(path.join(" "));
        info
    });
    let painter = ui.painter_at(whole);
    let height = image.height() / path.path.len().max(1) as f32;
    let rows = |rows: &Range<usize>| image.top() + rows.start as f32 * height..=image.top() + rows.end as f32 * height;
    let cells = strip.left() + 2.0..=strip.left() + 2.0 + CELLS * width;
    let runs = runs(&path.path);
    for (state, run) in &runs {
        painter.rect_filled(Rect::from_x_y_ranges(cells.clone(), rows(run)), 0.0, color(*state));
        let top = *rows(run).start();
        painter.hline(cells.clone(), top, Stroke::new(1.0, theme::of(ui).surfaces[0]));
    }
    let (left, ink) = (cells.end() + 2.0, theme::of(ui).text);
    let (font, words) = (FontId::monospace(theme::TEXT_SMALL), 0.5 * (theme::TEXT_SMALL + 1.0));
    if strip.right() - left >= 0.6 * NUMBERS {
        let middle = |run: &Range<usize>| image.top() + 0.5 * (run.start + run.end) as f32 * height;
        for (state, y) in spaced(&runs, |run| middle(run), 2.0 * words) {
            painter.text(pos2(left, y), Align2::LEFT_CENTER, (state + 1).to_string(), font.clone(), ink);
        }
    }
    let row = ui.input(|input| input.pointer.hover_pos()).filter(|at| whole.contains(*at) && response.hovered());
    let row = row.map(|at| ((at.y - image.top()) / height.max(f32::MIN_POSITIVE)) as usize);
    if let Some((row, state)) = row.and_then(|row| Some((row, *path.path.get(row)?))) {
        for (_, run) in runs.iter().filter(|(other, _)| *other == state) {
            let place = Rect::from_x_y_ranges(image.x_range(), rows(run));
            painter.rect_stroke(place, 0.0, Stroke::new(1.0, frame.color), StrokeKind::Inside);
        }
        let at = t!("output.states_at", row = row + 1, state = state + 1, states = path.states);
        response.on_hover_text_at_pointer(format!("{at}\n{}", tr("output.states_tip")));
    }
}

/// Ten colours, which states have in turns: the numbers tell those of one colour apart.
fn color(state: usize) -> Color32 {
    theme::class_color(state)
}

/// The states of rows, those of one state below each other as one.
fn runs(path: &[usize]) -> Vec<(usize, Range<usize>)> {
    let mut runs: Vec<(usize, Range<usize>)> = Vec::new();
    for (row, state) in path.iter().enumerate() {
        match runs.last_mut().filter(|(last, _)| last == state) {
            Some((_, run)) => run.end = row + 1,
            None => runs.push((*state, row..row + 1)),
        }
    }
    runs
}

/// Where numbers can be written, `least` from one to the next: the longest runs have theirs first.
fn spaced(runs: &[(usize, Range<usize>)], middle: impl Fn(&Range<usize>) -> f32, least: f32) -> Vec<(usize, f32)> {
    let mut order: Vec<&(usize, Range<usize>)> = runs.iter().collect();
    order.sort_by_key(|(_, run)| std::cmp::Reverse(run.len()));
    let mut placed: Vec<(usize, f32)> = Vec::new();
    for (state, run) in order {
        let y = middle(run);
        if placed.iter().all(|(_, other)| (other - y).abs() >= least) {
            placed.push((*state, y));
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_state_are_one_and_long_ones_have_their_numbers_first() {
        let runs = runs(&[3, 3, 3, 0, 5, 5, 3]);
        assert_eq!(runs, [(3, 0..3), (0, 3..4), (5, 4..6), (3, 6..7)]);
        let middle = |run: &Range<usize>| 5.0 * (run.start + run.end) as f32;
        assert_eq!(spaced(&runs, middle, 15.0), [(3, 15.0), (5, 50.0), (0, 35.0), (3, 65.0)]);
        assert_eq!(spaced(&runs, middle, 16.0), [(3, 15.0), (5, 50.0)]);
        assert!(super::runs(&[]).is_empty());
    }
}
