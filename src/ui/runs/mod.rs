//! The panel of runs: a table of any number of them with their figures, their curves over each other, and where they stand by rate
//! and distortion.

mod bar;
mod cells;
mod grid;
pub mod known;
mod plots;
mod rows;

pub use cells::heading;
pub use rows::rows;

use crate::explore::runs::{RunPlot, RunTable, arranged, columns};
use crate::ui::command::{Command, RunsCommand};
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{Panel, PanelNeeds, theme};
use eframe::egui::{Ui, vec2};

/// With less room below, the plot stands beside the table, in points.
const STACKED: f32 = 40.0 * theme::GRID;

/// The panel's own looks.
#[derive(Default)]
pub struct RunsPanel {
    /// Rows of the table and points of the plot that the last frame drew.
    drawn_rows: usize,
    points_drawn: usize,
}

impl RunsPanel {
    /// Rows that the last frame drew.
    pub fn rows_drawn(&self) -> usize {
        self.drawn_rows
    }

    /// Points that the last frame drew.
    pub fn points_drawn(&self) -> usize {
        self.points_drawn
    }
}

/// Asks for a changed choice.
fn change(view: &View<'_>, commands: &mut Vec<Command>, change: impl FnOnce(&mut RunTable)) {
    let mut table = view.runs.table.clone();
    change(&mut table);
    if table != *view.runs.table {
        commands.push(RunsCommand::Change(Box::new(table)).into());
    }
}

impl Panel for RunsPanel {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let rows = rows(view);
        bar::ui(ui, view, &rows, commands);
        let arranged = arranged(&rows, view.runs.table);
        let room = ui.available_size();
        let plot_of = |ui: &mut Ui, commands: &mut Vec<Command>| {
            choose_plot(ui, view, commands);
            match view.runs.table.plot {
                RunPlot::Curves => plots::curves(ui, view, &rows, commands),
                RunPlot::RateDistortion => plots::rate_distortion(ui, &rows),
            }
        };
        let table = grid::Grid { rows: &rows, arranged: &arranged, columns: &columns(&rows), view };
        if room.y >= STACKED {
            self.drawn_rows = table.ui(ui, vec2(room.x, 0.5 * room.y), commands);
            self.points_drawn = plot_of(ui, commands);
        } else {
            ui.horizontal_top(|ui| {
                let size = vec2(0.6 * room.x, room.y);
                ui.allocate_ui(size, |ui| self.drawn_rows = table.ui(ui, size, commands));
                ui.vertical(|ui| self.points_drawn = plot_of(ui, commands));
            });
        }
    }

    fn needs(&mut self, _view: &View<'_>, _now_secs: f64, needs: &mut PanelNeeds) {
        needs.runs = true;
    }
}

fn choose_plot(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        for (plot, name, tip) in [
            (RunPlot::Curves, tr("runs.curves"), tr("runs.curves_tip")),
            (RunPlot::RateDistortion, tr("runs.rate_distortion"), tr("runs.rate_distortion_tip")),
        ] {
            if ui.selectable_label(view.runs.table.plot == plot, name).on_hover_text(tip).clicked() {
                change(view, commands, |table| table.plot = plot);
            }
        }
        if view.runs.table.plot == RunPlot::Curves {
            plots::choose_curve(ui, view, commands);
        }
    });
}
