//! What stands above the table: folders, figures on demand, seeds as one, export.

use super::change;
use super::known::MeasuringView;
use crate::explore::compare::FigureStage;
use crate::explore::runs::{RunId, RunRow};
use crate::ui::command::{Ask, Command, ExportSubject, FileCommand, RunsCommand};
use crate::ui::text::{tr, whole};
use crate::ui::view::View;
use crate::ui::{theme, widgets};
use eframe::egui::{ProgressBar, Ui};
use rust_i18n::t;

pub(super) fn ui(ui: &mut Ui, view: &View<'_>, rows: &[RunRow], commands: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        if widgets::button(ui, true, &tr("runs.add"), &tr("runs.add_tip")).clicked() {
            commands.push(FileCommand::Ask(Ask::AddRuns).into());
        }
        folders(ui, view, commands);
        let asked = asked_for(view, rows);
        let measuring = view.runs.measuring.is_some();
        let tip = t!("runs.figures_tip", count = whole(asked.len() as u64)).into_owned();
        let tip = if view.has_points() { tr("runs.figures_of_points") } else { tip };
        if widgets::button(ui, !asked.is_empty() && !measuring, &tr("runs.figures"), &tip).clicked() {
            commands.push(RunsCommand::Measure(asked).into());
        }
        let mut by_seed = view.runs.table.by_seed;
        if ui.checkbox(&mut by_seed, tr("runs.by_seed")).on_hover_text(tr("runs.by_seed_tip")).changed() {
            change(view, commands, |table| table.by_seed = by_seed);
        }
        if widgets::button(ui, !rows.is_empty(), &tr("runs.export"), &tr("runs.export_tip")).clicked() {
            commands.push(FileCommand::Ask(Ask::Export(ExportSubject::Runs)).into());
        }
    });
    // A place of its own, so that nothing moves when it changes.
    ui.horizontal(|ui| {
        ui.set_min_height(3.0 * theme::GRID);
        if let Some(measuring) = view.runs.measuring {
            return self::measuring(ui, &measuring, rows, commands);
        }
        let measured = rows.iter().filter(|row| row.measured.is_some()).count();
        let count = t!("runs.count", count = rows.len(), measured = measured).into_owned();
        ui.label(theme::note(ui, if view.runs.reading { tr("runs.reading") } else { count }));
    });
}

/// The folders that were added, each with a way out.
fn folders(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let folders = &view.runs.table.folders;
    if folders.is_empty() {
        return;
    }
    let name = t!("runs.folders", count = folders.len()).into_owned();
    let menu = ui.menu_button(format!("{name} {}", theme::signs::MENU), |ui| {
        if ui.button(tr("runs.again")).on_hover_text(tr("runs.again_tip")).clicked() {
            commands.push(RunsCommand::ReadAgain.into());
            ui.close();
        }
        for folder in folders {
            let words = t!("runs.remove", path = folder.display()).into_owned();
            if ui.button(words).on_hover_text(tr("runs.remove_tip")).clicked() {
                change(view, commands, |table| table.folders.retain(|other| other != folder));
                ui.close();
            }
        }
    });
    menu.response.on_hover_text(tr("runs.folders_tip"));
}

/// The runs that figures would be made of: those that are chosen, or all; of data that is open, and not at this step already.
fn asked_for(view: &View<'_>, rows: &[RunRow]) -> Vec<RunId> {
    let is_chosen = |row: &&RunRow| view.runs.table.overlaid.is_empty() || view.runs.table.is_overlaid(&row.id);
    let is_new = |row: &&RunRow| row.measured.as_ref().is_none_or(|measured| Some(measured.figures.step) != row.step);
    let fits = |row: &&RunRow| row.fits_data && !view.has_points();
    rows.iter().filter(fits).filter(is_chosen).filter(is_new).map(|row| row.id.clone()).collect()
}

fn measuring(ui: &mut Ui, measuring: &MeasuringView<'_>, rows: &[RunRow], commands: &mut Vec<Command>) {
    let ((done, total), rate) = (measuring.progress.get(), measuring.progress.rate());
    let name = rows.iter().find(|row| row.id == *measuring.run).map_or("", |row| row.name.as_str());
    let stage = match measuring.stage {
        FigureStage::Learning => tr("runs.stage_learning"),
        FigureStage::Features => tr("runs.stage_features"),
        FigureStage::Nearest => tr("runs.stage_nearest"),
        FigureStage::Encodings => tr("runs.stage_encodings"),
    };
    let mut words = t!("runs.measuring", name = name, stage = stage).into_owned();
    if rate > 0 {
        let left = total.saturating_sub(done).div_ceil(rate);
        words += &t!("runs.pace", rate = whole(rate), left = whole(left));
    }
    if measuring.waiting > 0 {
        words += &t!("runs.waiting", count = measuring.waiting);
    }
    let part = if total > 0 { done as f32 / total as f32 } else { 0.0 };
    let bar = ui.add(ProgressBar::new(part).desired_width(12.0 * theme::GRID));
    bar.on_hover_text(tr("runs.measuring_tip"));
    ui.label(theme::note(ui, words));
    if widgets::button(ui, true, &tr("runs.cancel"), &tr("runs.cancel_tip")).clicked() {
        commands.push(RunsCommand::Cancel.into());
    }
}
