//! Bars: how many examples there are of each class, and how often each value occurs.

use crate::dataset::SourceCounts;
use crate::ui::text::{number, tr, whole};
use crate::ui::theme;
use eframe::egui::{Align2, Color32, FontId, Painter, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use rust_i18n::t;

/// Height of the bars of values, in points.
const VALUES_HEIGHT: f32 = 10.0 * theme::GRID;
/// Height of a class's two bars, in points.
const CLASS_HEIGHT: f32 = 2.0 * theme::GRID;

/// Two bars a class, as long as there are examples of it: to learn from, and paler to test on.
pub(super) fn classes(ui: &mut Ui, counts: &SourceCounts) {
    let parts = [&counts.train.classes, &counts.test.classes];
    let most = parts.iter().flat_map(|classes| classes.iter()).max().copied().unwrap_or(0).max(1) as f32;
    let palette = theme::of(ui);
    let width = ui.available_width() - theme::GRID;
    let font = FontId::proportional(theme::TEXT_SMALL);
    let wide = |name: &String| ui.painter().layout_no_wrap(name.clone(), font.clone(), palette.text).size().x;
    let widest = counts.class_names.iter().map(wide).fold(0.0, f32::max);
    let [names, figures] = [(widest + theme::GRID).min(0.35 * width), 14.0 * theme::GRID];
    for (class, name) in counts.class_names.iter().enumerate() {
        let [train, test] = parts.map(|classes| classes.get(class).copied().unwrap_or(0));
        let (row, response) = ui.allocate_exact_size(vec2(width, CLASS_HEIGHT), Sense::hover());
        let [train_words, test_words] = [train, test].map(|count| whole(count as u64));
        let words = t!("data_panel.class_counts", class = name, train = train_words, test = test_words).into_owned();
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
        if ui.is_rect_visible(row) {
            let middle = |x: f32| pos2(x, row.center().y);
            let painter = ui.painter();
            let name_width = names - theme::GRID;
            crate::ui::widgets::paint_truncated(painter, name, middle(row.left()), name_width, palette.text);
            let room = Rect::from_x_y_ranges(row.left() + names..=row.right() - figures, row.y_range());
            for (count, line, color) in [(train, 0.0, theme::class_color(class)), (test, 1.0, palette.text_secondary)] {
                let height = CLASS_HEIGHT / 2.0 - 1.0;
                let top = room.top() + line * (height + 1.0);
                let size = vec2(room.width() * count as f32 / most, height);
                painter.rect_filled(Rect::from_min_size(pos2(room.left(), top), size), 0.0, color);
            }
            let font = FontId::monospace(theme::TEXT_SMALL);
            let figures = format!("{train_words} · {test_words}");
            painter.text(middle(row.right()), Align2::RIGHT_CENTER, figures, font, palette.text_secondary);
        }
        response.on_hover_text(format!("{words}. {}", tr("data_panel.class_counts_tip")));
    }
}

/// A bar for each part of 0 to 1, by the logarithm of how many values lie in it.
pub(super) fn values(ui: &mut Ui, histogram: &[u64]) {
    let palette = theme::of(ui);
    let width = ui.available_width() - theme::GRID;
    let (rect, response) = ui.allocate_exact_size(vec2(width, VALUES_HEIGHT + theme::LINE), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, tr("data_panel.histogram")));
    let plot = Rect::from_min_size(rect.min, vec2(width, VALUES_HEIGHT));
    let all: u64 = histogram.iter().sum();
    let bar = plot.width() / histogram.len().max(1) as f32;
    if ui.is_rect_visible(rect) {
        let painter = ui.painter();
        painter.rect_filled(plot, 0.0, palette.surfaces[0]);
        let most = log(histogram.iter().max().copied().unwrap_or(0)).max(1.0);
        for (place, count) in histogram.iter().enumerate().filter(|(_, count)| **count > 0) {
            // A single value is seen as well.
            let height = (log(*count) / most * plot.height()).max(1.0);
            let left = plot.left() + place as f32 * bar;
            let place = Rect::from_x_y_ranges(left..=left + bar - 1.0, plot.bottom() - height..=plot.bottom());
            painter.rect_filled(place, 0.0, palette.text_secondary);
        }
        axis(painter, rect, palette.text_secondary);
    }
    let under = response.hover_pos().map(|pointer| ((pointer.x - plot.left()) / bar).max(0.0) as usize);
    let tip = match under.and_then(|place| Some((place, *histogram.get(place)?))) {
        Some((place, count)) => {
            let edge = |place: usize| number(place as f64 / histogram.len().max(1) as f64);
            let share = number(100.0 * count as f64 / all.max(1) as f64);
            let (from, to) = (edge(place), edge(place + 1));
            t!("data_panel.bin", from = from, to = to, count = whole(count), share = share).into_owned() + "\n"
        }
        None => String::new(),
    };
    response.on_hover_text(tip + &tr("data_panel.histogram_tip"));
}

/// log₁₀(1 + count).
fn log(count: u64) -> f32 {
    (count as f32).ln_1p() / std::f32::consts::LN_10
}

fn axis(painter: &Painter, rect: Rect, color: Color32) {
    for (x, align, words) in [
        (rect.left(), Align2::LEFT_BOTTOM, "0"),
        (rect.center().x, Align2::CENTER_BOTTOM, "0.5"),
        (rect.right(), Align2::RIGHT_BOTTOM, "1"),
    ] {
        painter.text(pos2(x, rect.bottom()), align, words, FontId::monospace(theme::TEXT_SMALL), color);
    }
}
