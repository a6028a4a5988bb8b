//! The strip below the curves: one scrubber over training for everything that is drawn.

use crate::explore::timeline::{KeptIn, PlayWay, Timeline, TimelineAxis, TimelinePlace};
use crate::model::ModelId;
use crate::ui::command::{Command, FileCommand, TimelineCommand};
use crate::ui::settings::FILM_RATES;
use crate::ui::text::{number, tr, whole};
use crate::ui::view::{ModelView, View};
use crate::ui::{theme, widgets};
use eframe::egui::text::LayoutJob;
use eframe::egui::{
    Align, Button, Color32, EventFilter, FontId, Key, Label, Layout, Modifiers, Painter, Pos2, Rect, Response, Sense,
    Stroke, TextFormat, Ui, WidgetInfo, pos2, vec2,
};
use rust_i18n::t;

/// How high the strip is.
pub(super) const HEIGHT: f32 = 3.0 * theme::GRID;
/// Width of the steps that are looked at.
const FIGURES: f32 = 28.0 * theme::GRID;
/// The track is at least so wide.
const LEAST_TRACK: f32 = 16.0 * theme::GRID;
/// So near to the right end it is live, in points.
const LIVE_END: f32 = 5.0;
/// Marks that one press of an arrow with Shift goes over.
const MANY: i64 = 10;

/// Draws the strip; says whether a hand is near the scrubber.
pub(super) fn ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) -> bool {
    let timeline = view.timeline.timeline;
    let mut near = false;
    ui.allocate_ui_with_layout(vec2(ui.available_width(), HEIGHT), Layout::left_to_right(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID / 2.0;
        film(ui, view, PlayWay::Backwards, commands);
        film(ui, view, PlayWay::Forwards, commands);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.menu_button(theme::signs::MORE, |ui| options(ui, view, commands))
                .response
                .on_hover_text(tr("timeline.options_tip"))
                .widget_info(|| WidgetInfo::labeled(eframe::egui::Role::Button, true, tr("timeline.options")));
            fork(ui, view, commands);
            let live = timeline.place == TimelinePlace::Live;
            let button = ui.add(Button::selectable(live, tr("timeline.live"))).on_hover_text(tr("timeline.live_tip"));
            if button.clicked() {
                commands.push(TimelineCommand::Go(TimelinePlace::Live).into());
            }
            if ui.available_width() > FIGURES + LEAST_TRACK {
                figures(ui, view);
            }
            near = track(ui, view, commands);
        });
    });
    near
}

/// The button that lets training run as a film one way, or holds it.
fn film(ui: &mut Ui, view: &View<'_>, way: PlayWay, commands: &mut Vec<Command>) {
    let plays = view.timeline.playing == Some(way);
    let (sign, name, tip) = match (plays, way) {
        (true, _) => (theme::signs::PAUSE, tr("timeline.hold"), tr("timeline.hold_tip")),
        (_, PlayWay::Forwards) => (theme::signs::START, tr("timeline.forwards"), tr("timeline.forwards_tip")),
        (_, PlayWay::Backwards) => (theme::signs::BACKWARDS, tr("timeline.backwards"), tr("timeline.backwards_tip")),
    };
    if widgets::sign_button(ui, true, sign, &name, &tip).clicked() {
        commands.push(TimelineCommand::Play((!plays).then_some(way)).into());
    }
}

/// The steps that are looked at, each in its model's colour.
fn figures(ui: &mut Ui, view: &View<'_>) {
    let palette = theme::of(ui);
    let mut job = LayoutJob::default();
    for (model, step) in seen(view) {
        let format = |color: Color32| TextFormat::simple(FontId::monospace(theme::TEXT_SMALL), color);
        let gap = if job.is_empty() { 0.0 } else { theme::GRID };
        job.append(&format!("{} ", model.label()), gap, format(theme::model_color(model.color)));
        job.append(&figure(model, step), 0.0, format(palette.text));
    }
    let label = Label::new(job).truncate().selectable(false).show_tooltip_when_elided(false);
    ui.allocate_ui_with_layout(vec2(FIGURES, HEIGHT), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_width(FIGURES);
        ui.add(label).on_hover_text(tr("timeline.figures_tip"));
    });
}

/// The models of the strip, and the step that is shown of each.
fn seen<'a>(view: &'a View<'_>) -> impl Iterator<Item = (&'a ModelView<'a>, u64)> {
    let with_track = |model: &&ModelView<'_>| view.timeline.timeline.tracks.get(model.id).is_some();
    view.shown_models().filter(with_track).filter_map(|model| Some((model, model.snapshot?.step)))
}

/// A step in words: from memory it is of 16 bits.
fn figure(model: &ModelView<'_>, step: u64) -> String {
    match model.looked_back {
        Some(KeptIn::Memory) => t!("timeline.half", step = whole(step)).into_owned(),
        _ => whole(step),
    }
}

/// The scrubber itself; whether the pointer or the keyboard is on it.
fn track(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) -> bool {
    let timeline = view.timeline.timeline;
    let size = vec2(ui.available_width().max(4.0 * theme::GRID), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let inside = rect.shrink2(vec2(theme::GRID, 0.0));
    let end = timeline.end();
    if response.is_pointer_button_down_on() && ui.input(|input| input.pointer.any_pressed()) {
        response.request_focus();
    }
    let pointed = response.interact_pointer_pos().filter(|_| response.dragged() || response.clicked());
    let held = response.is_pointer_button_down_on() && ui.input(|input| input.pointer.primary_down());
    let pointed = pointed.or_else(|| response.interact_pointer_pos().filter(|_| held));
    if let Some(pixel) = pointed {
        let place = place_at(timeline, inside, pixel);
        if place != timeline.place {
            commands.push(TimelineCommand::Go(place).into());
        }
    }
    keys(ui, &response, timeline, commands);
    describe(ui, &response, view);
    if ui.is_rect_visible(rect) {
        paint(ui, rect, inside, &response, view);
    }
    let hovered = response.hover_pos().map(|pixel| place_at(timeline, inside, pixel));
    let words = hovered.map_or_else(|| tr("timeline.tip"), |place| words_at(view, place));
    let near = response.hovered() || response.has_focus();
    if end > 0.0 {
        response.on_hover_text_at_pointer(words);
    }
    near
}

fn place_at(timeline: &Timeline, inside: Rect, pixel: Pos2) -> TimelinePlace {
    if pixel.x >= inside.right() - LIVE_END {
        return TimelinePlace::Live;
    }
    let part = f64::from((pixel.x - inside.left()) / inside.width().max(1.0));
    timeline.placed(part.clamp(0.0, 1.0) * timeline.end())
}

/// Arrows go from mark to mark, with Shift over ten of them; Home and End to the ends.
fn keys(ui: &Ui, response: &Response, timeline: &Timeline, commands: &mut Vec<Command>) {
    use eframe::egui::accesskit::Action;
    let (id, mut by) = (response.id, 0);
    by += ui.input(|input| input.num_accesskit_action_requests(id, Action::Increment)) as i64;
    by -= ui.input(|input| input.num_accesskit_action_requests(id, Action::Decrement)) as i64;
    if response.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let (presses, shift) = ui.input(|input| {
            let count = |key| input.num_presses(key) as i64;
            (count(Key::ArrowRight) - count(Key::ArrowLeft), input.modifiers.shift)
        });
        by += if shift { MANY * presses } else { presses };
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(Key::Home) {
            commands.push(TimelineCommand::Go(timeline.placed(0.0)).into());
        }
        if pressed(Key::End) {
            commands.push(TimelineCommand::Go(TimelinePlace::Live).into());
        }
    }
    if by != 0 {
        commands.push(TimelineCommand::Step(by).into());
    }
}

/// What a screen reader says.
fn describe(ui: &Ui, response: &Response, view: &View<'_>) {
    let timeline = view.timeline.timeline;
    response.widget_info(|| WidgetInfo::slider(true, timeline.position(), tr("timeline.name")));
    let (end, words) = (timeline.end(), words_at(view, timeline.place));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        use eframe::egui::accesskit::Action;
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(end);
        node.set_value(words);
        node.add_action(Action::Increment);
        node.add_action(Action::Decrement);
    });
}

/// What is seen at a place.
fn words_at(view: &View<'_>, place: TimelinePlace) -> String {
    let timeline = view.timeline.timeline;
    let x = match place {
        TimelinePlace::Live => return tr("timeline.live"),
        TimelinePlace::At(x) => x,
    };
    let mut words = match timeline.axis {
        TimelineAxis::Step => t!("timeline.at_step", count = whole(x as u64)).into_owned(),
        TimelineAxis::Seconds => t!("timeline.at_seconds", count = number(x)).into_owned(),
        TimelineAxis::Images => t!("timeline.at_images", count = whole(x as u64)).into_owned(),
    };
    for model in view.shown_models() {
        let Some(mark) = timeline.tracks.get(model.id).and_then(|track| track.at(place)) else { continue };
        let step = whole(mark.step);
        words += " · ";
        words += &match mark.kept {
            KeptIn::Run => t!("timeline.of_run", slot = model.label(), step = step),
            KeptIn::Memory => t!("timeline.of_memory", slot = model.label(), step = step),
            KeptIn::Newest => t!("timeline.of_newest", slot = model.label(), step = step),
        };
    }
    words
}

fn paint(ui: &Ui, rect: Rect, inside: Rect, response: &Response, view: &View<'_>) {
    let (timeline, palette, painter) = (view.timeline.timeline, theme::of(ui), ui.painter_at(rect));
    painter.rect_filled(rect, theme::GRID / 2.0, palette.surfaces[2]);
    let middle = rect.center().y;
    painter.hline(inside.x_range(), middle, Stroke::new(1.0, palette.line));
    let end = timeline.end().max(f64::MIN_POSITIVE);
    let at = |x: f64| inside.left() + (x / end) as f32 * inside.width();
    for (place, model) in view.shown_models().enumerate() {
        let upwards = if place == 0 { -1.0 } else { 1.0 };
        ticks(&painter, (model.id, theme::model_color(model.color)), timeline, |x| pos2(at(x), middle), upwards);
    }
    let handle = at(timeline.position());
    let live = timeline.place == TimelinePlace::Live;
    let color = if live { palette.text_secondary } else { palette.text };
    painter.vline(handle, rect.y_range().shrink(2.0), Stroke::new(2.0, color));
    painter.circle_filled(pos2(handle, middle), theme::GRID / 2.0, color);
    if response.has_focus() || response.hovered() {
        let stroke = if response.has_focus() { palette.text } else { palette.text_secondary };
        painter.rect_stroke(rect, theme::GRID / 2.0, Stroke::new(1.0, stroke), eframe::egui::StrokeKind::Inside);
    }
}

/// A model's marks: what is on disk long, what is in memory short.
fn ticks(
    painter: &Painter,
    (id, color): (ModelId, Color32),
    timeline: &Timeline,
    at: impl Fn(f64) -> Pos2,
    upwards: f32,
) {
    for mark in timeline.tracks.get(id).map(|track| track.marks()).unwrap_or_default() {
        let length = if mark.kept == KeptIn::Memory { 0.5 * theme::GRID } else { theme::GRID };
        let foot = at(mark.x);
        painter.line_segment([foot, foot + vec2(0.0, upwards * length)], Stroke::new(1.0, color));
    }
}

/// The button that forks a run at the step that is looked at; of two runs a menu.
fn fork(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    ui.menu_button(tr("timeline.fork"), |ui| {
        for (model, step) in seen(view) {
            let words = t!("timeline.fork_of", slot = model.label(), step = whole(step));
            let entry = ui.add_enabled(model.folder.is_some(), Button::new(words));
            if entry.on_disabled_hover_text(tr("menu.fork_unsaved")).clicked() {
                commands.push(FileCommand::AskForkAt(model.id, step).into());
            }
        }
    })
    .response
    .on_hover_text(tr("timeline.fork_tip"));
}

/// How it is looked back.
fn options(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    ui.set_width(34.0 * theme::GRID);
    ui.label(theme::note(ui, tr("timeline.align"))).on_hover_text(tr("timeline.align_tip"));
    ui.horizontal(|ui| {
        let mut axis = view.settings.timeline.axis;
        for (other, words) in [
            (TimelineAxis::Step, tr("timeline.by_step")),
            (TimelineAxis::Seconds, tr("timeline.by_seconds")),
            (TimelineAxis::Images, tr("timeline.by_images")),
        ] {
            ui.selectable_value(&mut axis, other, words).on_hover_text(tr("timeline.align_tip"));
        }
        if axis != view.settings.timeline.axis {
            commands.push(TimelineCommand::Align(axis).into());
        }
    });
    ui.label(theme::note(ui, tr("timeline.rate"))).on_hover_text(tr("timeline.rate_tip"));
    ui.horizontal(|ui| {
        let mut per_s = view.settings.timeline.per_s;
        for rate in FILM_RATES {
            ui.selectable_value(&mut per_s, rate, t!("timeline.per_s", count = rate));
        }
        if per_s != view.settings.timeline.per_s {
            commands.push(TimelineCommand::Rate(per_s).into());
        }
    });
    ui.separator();
    let megabytes = |bytes: u64| format!("{:.1}", bytes as f64 / 1e6);
    let (held, most) = (megabytes(view.timeline.held_bytes), megabytes(view.timeline.budget_bytes));
    let value = t!("timeline.held", held = held, most = most);
    widgets::fact(ui, &tr("timeline.memory"), &value, &tr("timeline.memory_tip"));
    ui.add(Label::new(theme::note(ui, tr("timeline.hint"))).wrap());
}
