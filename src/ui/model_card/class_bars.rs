//! Which classes a model makes, as small bars of a fixed size, and beside them the steps of its parts.

use crate::metrics::{ClassShares, SHARE_SAMPLES, SMALL_SHARE};
use crate::ui::text::{tr, whole};
use crate::ui::theme;
use crate::ui::view::{ModelView, View};
use eframe::egui::{Label, Painter, Rect, Response, RichText, Role, Sense, Ui, Vec2, WidgetInfo, pos2};
use rust_i18n::t;

/// A bar of this share is as high as the bars can be.
const HIGHEST: f64 = 0.5;
/// The part of the line that bars have beside steps: the rest is for six digits of two parts.
const BARS: f32 = 0.36;
/// How much of themselves bars show that are of old weights.
const OLD: f32 = 0.35;
/// Height of the bars and what is beside them.
const HEIGHT: f32 = 3.0 * theme::GRID;

/// Draws the bars, `width` wide with the steps; nothing where the data has no classes or the model makes no samples.
pub fn ui(ui: &mut Ui, view: &View<'_>, model: &ModelView<'_>, width: f32) {
    let names = view.data.map(|data| data.class_names()).unwrap_or_default();
    if names.is_empty() || !model.config.family().samples {
        return;
    }
    let shares = model.class_shares.filter(|shares| shares.shares.len() == names.len());
    let steps = steps(model);
    ui.horizontal(|ui| {
        ui.set_height(HEIGHT);
        let bars = if steps.is_empty() { width } else { BARS * width };
        let (rect, response) = ui.allocate_exact_size(Vec2::new(bars, HEIGHT), Sense::hover());
        let mut painter = ui.painter_at(rect);
        if shares.is_some_and(|shares| is_old(shares, model)) {
            painter.multiply_opacity(OLD);
        }
        draw(&painter, rect, shares.map_or(&[][..], |shares| &shares.shares), names.len(), theme::of(ui));
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, described(model, names, shares)));
        explain(response, rect, names, shares);
        if !steps.is_empty() {
            ui.add(Label::new(theme::figure(steps)).truncate().show_tooltip_when_elided(false))
                .on_hover_text(tr("class_bars.steps_tip"));
        }
    });
}

/// Whether shares are of weights that were there before those that are shown began.
fn is_old(shares: &ClassShares, model: &ModelView<'_>) -> bool {
    model.snapshot.is_some_and(|shown| shares.step > shown.step)
}

/// The steps of each part: `D 1 200 G 1 200`; empty where the model has none.
fn steps(model: &ModelView<'_>) -> String {
    let made = model.status.map(|status| status.part_steps).unwrap_or_default();
    let parts = model.config.family().parts.iter().zip(made);
    let parts: Vec<String> = parts.map(|(part, steps)| format!("{} {}", part.sign, whole(steps))).collect();
    parts.join(" ")
}

fn draw(painter: &Painter, rect: Rect, shares: &[f64], classes: usize, palette: &theme::Palette) {
    painter.rect_filled(rect, theme::GRID / 4.0, palette.surfaces[1]);
    let wide = rect.width() / classes.max(1) as f32;
    let gap = (wide / 4.0).min(theme::GRID / 4.0);
    for (class, share) in shares.iter().enumerate() {
        let left = rect.left() + wide * class as f32 + gap / 2.0;
        let column = Rect::from_min_max(pos2(left, rect.top()), pos2(left + wide - gap, rect.bottom()));
        let high = rect.height() * (share / HIGHEST).sqrt().min(1.0) as f32;
        let small = *share < SMALL_SHARE;
        if small {
            painter.rect_filled(column, 0.0, palette.warning.gamma_multiply(0.25));
        }
        let color = if small { palette.warning } else { theme::class_color(class) };
        let bar = Rect::from_min_max(pos2(column.left(), rect.bottom() - high.max(theme::GRID / 4.0)), column.max);
        painter.rect_filled(bar, 0.0, color);
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// The whole in words, for those who do not see it.
fn described(model: &ModelView<'_>, names: &[String], shares: Option<&ClassShares>) -> String {
    let Some(shares) = shares else {
        return t!("class_bars.none", slot = model.label()).into_owned();
    };
    let all: Vec<String> =
        names.iter().zip(&shares.shares).map(|(name, share)| format!("{name} {}", percent(*share))).collect();
    t!("class_bars.name", slot = model.label(), step = whole(shares.step), shares = all.join(", ")).into_owned()
}

/// Each class with its share, the one under the pointer marked.
fn explain(response: Response, rect: Rect, names: &[String], shares: Option<&ClassShares>) {
    let Some(shares) = shares else {
        response.on_hover_text(tr("class_bars.none_tip"));
        return;
    };
    let under = response.hover_pos().map(|at| ((at.x - rect.left()) / rect.width() * names.len() as f32) as usize);
    response.on_hover_ui(|ui| {
        for (class, (name, share)) in names.iter().zip(&shares.shares).enumerate() {
            let text = theme::figure(format!("{:>6}  {name}", percent(*share)));
            let text = if *share < SMALL_SHARE { text.color(theme::of(ui).warning) } else { text };
            ui.label(if under == Some(class) { RichText::strong(text) } else { text });
        }
        let accuracy = percent(shares.accuracy);
        let tip =
            t!("class_bars.tip", count = whole(SHARE_SAMPLES as u64), step = whole(shares.step), accuracy = accuracy);
        ui.label(theme::note(ui, tip));
    });
}
