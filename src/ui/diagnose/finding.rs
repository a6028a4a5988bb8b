//! A finding in a frame: what it is, the figure that shows it, since when, what it means, and what to try.

use super::known::Verdict;
use crate::diagnosis::{Certainty, Finding};
use crate::explore::timeline::TimelinePlace;
use crate::ui::command::{Command, ModelCommand, TimelineCommand, TrialRequest};
use crate::ui::text::{explain, number, tr, whole};
use crate::ui::view::{ModelView, View};
use crate::ui::{theme, widgets};
use eframe::egui::{Frame, Label, RichText, Ui};
use rust_i18n::t;

/// The card of a finding of a model.
pub(super) fn card(
    ui: &mut Ui,
    view: &View<'_>,
    model: &ModelView<'_>,
    finding: &Finding,
    commands: &mut Vec<Command>,
) {
    let palette = theme::of(ui);
    let key = finding.kind.definition().key;
    let frame = Frame::new().fill(palette.surfaces[0]).corner_radius(theme::GRID / 2.0).inner_margin(theme::GRID);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(theme::signs::FAILED).color(palette.warning));
            ui.label(RichText::new(tr(&format!("finding.{key}"))).strong().color(palette.text));
            let (sure, tip) = match finding.certainty {
                Certainty::Likely => ("diagnose.likely", "diagnose.likely_tip"),
                Certainty::Certain => ("diagnose.certain", "diagnose.certain_tip"),
            };
            ui.label(theme::note(ui, tr(sure))).on_hover_text(tr(tip));
            let since = t!("diagnose.since", step = whole(finding.since_step));
            if ui.link(theme::note(ui, since)).on_hover_text(tr("diagnose.since_tip")).clicked() {
                commands.push(TimelineCommand::Go(TimelinePlace::At(finding.since_step as f64)).into());
            }
        });
        let words = t!("diagnose.step_through", step = whole(finding.since_step));
        if ui.link(theme::note(ui, words)).on_hover_text(tr("diagnose.step_through_tip")).clicked() {
            commands.push(ModelCommand::StepThrough(model.id, finding.since_step).into());
        }
        let sign = &finding.sign;
        let limit = t!("diagnose.limit", value = number(sign.value), limit = number(sign.limit));
        let value = if sign.value.is_finite() { limit.into_owned() } else { number(sign.value) };
        ui.horizontal_wrapped(|ui| {
            ui.label(theme::note(ui, tr(&format!("finding.{key}_figure"))));
            ui.label(theme::figure(value));
            if let Some(place) = &sign.place {
                ui.label(theme::note(ui, explain(place)));
            }
        });
        ui.add(Label::new(tr(&format!("finding.{key}_tip"))).wrap());
        let trial = view.trials.iter().rfind(|trial| trial.sick == model.id && trial.kind == finding.kind);
        if let Some((trial, tried)) =
            trial.and_then(|trial| Some((trial, view.models.iter().find(|model| model.id == trial.tried)?)))
        {
            let step = tried.status.map_or(0, |status| status.step);
            let named = tried.diagnosis.as_ref().map(|report| report.findings.as_slice()).unwrap_or_default();
            let verdict = trial.verdict(named, step);
            let step = whole(step);
            let (words, color) = match verdict {
                Verdict::Open => (t!("diagnose.trying", model = tried.name, step = step), palette.text_secondary),
                Verdict::Cured => (t!("diagnose.cured", model = tried.name, step = step), palette.text),
                Verdict::Refuted => (t!("diagnose.refuted", model = tried.name, step = step), palette.danger),
            };
            ui.add(Label::new(RichText::new(words).color(color)).wrap());
        } else if let Some(remedy) = &finding.remedy {
            let field = model.config.family().field(remedy.key).and_then(|field| field.card);
            let name = field.map_or_else(|| remedy.key.to_owned(), |row| tr((row.words)(model.config)));
            let words = t!("diagnose.try", field = name, value = remedy.value.to_string());
            if widgets::button(ui, true, &words, &tr("diagnose.try_tip")).clicked() {
                let request = TrialRequest {
                    finding: key.to_owned(),
                    since_step: finding.since_step,
                    key: remedy.key.to_owned(),
                    value: remedy.value.clone(),
                };
                commands.push(ModelCommand::Try(model.id, request).into());
            }
        } else {
            ui.add(Label::new(RichText::new(tr("diagnose.no_remedy")).color(palette.text_secondary)).wrap());
        }
    });
}
