//! Where a model is: a table of fixed places, and a line for what there is to know. Nothing moves as it trains, pauses or
//! fails.

use crate::trainer::Phase;
use crate::ui::command::{Command, ModelCommand};
use crate::ui::text::{explain, tr, whole};
use crate::ui::view::ModelView;
use crate::ui::{theme, widgets};
use eframe::egui::{Align, Color32, Label, Layout, RichText, Ui, vec2};
use rust_i18n::t;

/// What the line below the table says.
struct Notice {
    text: String,
    /// What is said of it where the pointer rests.
    more: String,
    color: Color32,
    /// A button with its words and what they mean.
    action: Option<NoticeAction>,
}

/// A button beside a notice.
struct NoticeAction {
    words: String,
    tip: &'static str,
    command: Command,
}

/// Draws the table.
pub fn table(ui: &mut Ui, model: &ModelView<'_>, has_points: bool) {
    let status = model.status;
    let state = match status.map(|status| (status.phase, status.step)) {
        None if model.failure.is_some() => "phase.failed",
        None if model.mistake.is_some() => "phase.cannot",
        None => "phase.none",
        Some((Phase::Paused, _)) if model.queued => "phase.queued",
        Some((Phase::Paused, 0)) => "phase.ready",
        Some((Phase::Paused, _)) => "phase.paused",
        Some((Phase::Training, _)) => "phase.training",
        Some((Phase::Waiting, _)) => "phase.waiting",
        Some((Phase::Finished, _)) => "phase.finished",
        Some((Phase::Failed, _)) => "phase.failed",
        Some((Phase::Stopped, _)) => "phase.stopped",
    };
    line(ui, |ui| ui.add(Label::new(RichText::new(tr(state)).small().strong()).truncate()));
    let figure = |is_known: bool, figure: String| if is_known { figure } else { "–".to_owned() };
    let (step, epoch, rate, seconds) = status.map_or((0, 0.0, 0.0, 0.0), |status| {
        let epoch = status.step as f64 / status.steps_per_epoch.max(1) as f64;
        (status.step, epoch, status.samples_per_s, status.train_s)
    });
    let rate = figure(rate > 0.0, whole(rate.round() as u64));
    let seconds = figure(seconds > 0.0, format!("{seconds:.1} s"));
    let rate_name = if has_points { "phase.rate_points" } else { "phase.rate" };
    let rows = [
        [
            ("phase.step", "phase.step_tip", figure(status.is_some(), whole(step))),
            ("phase.epoch", "phase.epoch_tip", figure(step > 0, format!("{epoch:.2}"))),
        ],
        [(rate_name, "phase.rate_tip", rate), ("phase.time", "phase.time_tip", seconds)],
    ];
    for row in rows {
        ui.horizontal(|ui| {
            let width = (ui.available_width() - ui.spacing().item_spacing.x) / 2.0;
            for (name, tip, value) in row {
                widgets::cell(ui, vec2(width, theme::LINE), &tr(name), &value, &tr(tip));
            }
        });
    }
}

/// Draws the line below it; it has its place whether it says something or not.
pub fn notice(ui: &mut Ui, model: &ModelView<'_>, commands: &mut Vec<Command>) {
    let Some(notice) = known(ui, model) else {
        line(ui, |_| {});
        return;
    };
    ui.allocate_ui_with_layout(vec2(ui.available_width(), theme::LINE), Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_size(vec2(ui.available_width(), theme::LINE));
        ui.spacing_mut().interact_size.y = theme::LINE;
        ui.spacing_mut().button_padding.y = 0.0;
        if let Some(NoticeAction { words, tip, command }) = notice.action
            && ui.button(RichText::new(words).small()).on_hover_text(tr(tip)).clicked()
        {
            commands.push(command);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let label = Label::new(RichText::new(notice.text).small().color(notice.color)).truncate();
            ui.add(label).on_hover_text(notice.more);
        });
    });
}

/// What there is to know of a model, the worst first.
fn known(ui: &Ui, model: &ModelView<'_>) -> Option<Notice> {
    let palette = theme::of(ui);
    let reset = NoticeAction {
        words: tr("model.reset_now"),
        tip: "model.reset_now_tip",
        command: ModelCommand::Reset(model.id).into(),
    };
    let back = model.status.and_then(|status| status.saved_step).map(|step| NoticeAction {
        words: t!("model.go_back", step = whole(step)).into_owned(),
        tip: "model.go_back_tip",
        command: ModelCommand::GoBack(model.id).into(),
    });
    let notice = |text: String, color, action| Notice { more: text.clone(), text, color, action };
    if let Some(failure) = model.failure {
        let text = explain(failure);
        let more = format!("{text}\n{}", tr("model.after_failure"));
        return Some(Notice { text, more, color: palette.danger, action: back.or(Some(reset)) });
    }
    if let Some(mistake) = &model.mistake {
        return Some(notice(explain(mistake), palette.danger, None));
    }
    if model.waits_for_reset {
        return Some(notice(tr("model.waits_for_reset"), palette.warning, Some(reset)));
    }
    let words = match model.status {
        None => "train.no_data",
        Some(_) if model.ready_made => "model.ready_made",
        Some(_) => return None,
    };
    Some(notice(tr(words), palette.text_secondary, None))
}

/// A line of fixed height.
fn line<T>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> T) {
    ui.allocate_ui_with_layout(vec2(ui.available_width(), theme::LINE), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(vec2(ui.available_width(), theme::LINE));
        add(ui);
    });
}
