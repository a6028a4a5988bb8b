//! The training panel: what the models measure, as they measure it.

mod curves;
mod figure;
pub mod known;
mod legend;
mod plot;
mod scale;
mod timeline;

pub use figure::figure_plots;
pub(super) use scale::ticks as axis_ticks;

use crate::metrics::Group;
use crate::model::{MetricId, ModelId};
use crate::trainer::Axis;
use crate::ui::command::{Command, ModelCommand, ViewCommand};
use crate::ui::settings::Curves;
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{Panel, PanelNeeds, theme, widgets};
use curves::{Measured, groups, shown};
use eframe::egui::{Button, Label, Slider, Ui, vec2};
use plot::{PlotContents, YRange};
use std::collections::{BTreeMap, BTreeSet};

/// A plot with its gutter is at least so wide, in points: of more groups than there is room for, the first are drawn.
const LEAST_WIDTH: f32 = 43.0 * theme::GRID;
/// A plot is at least so high.
const LEAST_HEIGHT: f32 = 12.0 * theme::GRID;

/// The panel's own looks.
#[derive(Default)]
pub struct Training {
    points_drawn: usize,
    /// Curves that were clicked away.
    hidden: BTreeSet<(ModelId, MetricId)>,
    ranges: BTreeMap<Group, YRange>,
    /// Groups that were clicked to the front, the last first.
    front: Vec<Group>,
    /// Groups that there were in the last frame, and those of them that it drew.
    groups: Vec<Group>,
    drawn: Vec<Group>,
    /// Whether the pointer or the keyboard is on the timeline.
    on_timeline: bool,
}

impl Training {
    /// Points that the last frame drew.
    pub fn points_drawn(&self) -> usize {
        self.points_drawn
    }

    /// The groups that there is room for: those that were asked for last, else the first ones; in their order.
    fn chosen(&self, groups: &[Group], room: usize) -> Vec<Group> {
        let mut by_rank = groups.to_vec();
        by_rank.sort_by_key(|group| self.front.iter().position(|front| front == group).unwrap_or(usize::MAX));
        by_rank.truncate(room.max(1));
        groups.iter().copied().filter(|group| by_rank.contains(group)).collect()
    }

    /// One plot and its gutter.
    fn group(
        &mut self,
        ui: &mut Ui,
        measured: &[Measured<'_>],
        curves: Curves,
        group: Group,
        size: eframe::egui::Vec2,
    ) {
        let mut shown: Vec<_> = measured.iter().map(|of| (of, shown(&of.last, group))).collect();
        curves::mark_second(&mut shown);
        let range = self.ranges.entry(group).or_default();
        let gutter = legend::width(ui, &shown);
        let plot_size = vec2(size.x - gutter - theme::GRID, size.y);
        let hidden = &mut self.hidden;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GRID;
            let contents = PlotContents { group, curves, shown: &shown, hidden };
            let (points, ends) = plot::ui(ui, plot_size, &contents, range);
            self.points_drawn += points;
            legend::ui(ui, vec2(gutter, size.y), &shown, (hidden, &ends));
        });
    }

    /// What is chosen of the curves' looks.
    fn options(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let mut settings = view.settings.clone();
        let curves = &mut settings.curves;
        ui.set_width(34.0 * theme::GRID);
        let label = ui.label(theme::note(ui, tr("training.smoothing")));
        let slider = Slider::new(&mut curves.smoothing, 0.0..=0.99).max_decimals(2);
        ui.add(slider).labelled_by(label.id).on_hover_text(tr("training.smoothing_tip"));
        ui.checkbox(&mut curves.logarithmic, tr("training.log")).on_hover_text(tr("training.log_tip"));
        ui.horizontal(|ui| {
            ui.selectable_value(&mut curves.axis, Axis::Step, tr("axis.steps")).on_hover_text(tr("axis.steps_tip"));
            let seconds = ui.selectable_value(&mut curves.axis, Axis::Seconds, tr("axis.seconds"));
            seconds.on_hover_text(tr("axis.seconds_tip"));
        });
        ui.separator();
        ui.add(Label::new(theme::note(ui, tr("training.hint"))).wrap());
        if settings != *view.settings {
            commands.push(ViewCommand::Settings(Box::new(settings)).into());
        }
    }
}

impl Panel for Training {
    fn bar(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        if self.groups.is_empty() {
            return;
        }
        // From right to left.
        ui.add_space(theme::GRID);
        let menu = ui.menu_button(tr("training.options"), |ui| Self::options(ui, view, commands));
        menu.response.on_hover_text(tr("training.options_tip"));
        if self.drawn.len() == self.groups.len() {
            return;
        }
        for group in self.groups.iter().rev() {
            let words = tr(&format!("group.{}", group.name()));
            let is_drawn = self.drawn.contains(group);
            let chip = ui.add(Button::selectable(is_drawn, words)).on_hover_text(tr("training.group_tip"));
            if chip.clicked() {
                self.front.retain(|front| front != group);
                self.front.insert(0, *group);
            }
        }
    }

    fn begin_frame(&mut self) {
        self.on_timeline = false;
    }

    fn needs(&mut self, _view: &View<'_>, _now_secs: f64, needs: &mut PanelNeeds) {
        needs.timeline = self.on_timeline;
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        self.points_drawn = 0;
        self.drawn.clear();
        let measured: Vec<Measured<'_>> = view.shown_models().map(Measured::of).collect();
        let groups = groups(&measured);
        self.groups.clone_from(&groups);
        if groups.is_empty() {
            let ready = view.models.iter().any(|model| model.status.is_some());
            let words = if ready { tr("training.empty") } else { tr("train.no_data") };
            ui.horizontal(|ui| {
                if widgets::button(ui, ready, &tr("training.begin"), &tr("train.all_tip")).clicked() {
                    commands.push(ModelCommand::ToggleAll.into());
                }
                ui.add(Label::new(theme::note(ui, words)).truncate());
            });
            return;
        }
        let gap = 2.0 * theme::GRID;
        let has_strip = view.timeline.timeline.is_offered();
        let strip = if has_strip { timeline::HEIGHT + theme::GRID } else { 0.0 };
        let size = ui.available_size() - vec2(0.0, strip);
        let columns = (((size.x + gap) / (LEAST_WIDTH + gap)) as usize).clamp(1, groups.len());
        let rows =
            (((size.y + theme::GRID) / (LEAST_HEIGHT + theme::GRID)) as usize).clamp(1, groups.len().div_ceil(columns));
        let chosen = self.chosen(&groups, columns * rows);
        let rows = chosen.len().div_ceil(columns).max(1);
        let width = (size.x - gap * (columns as f32 - 1.0)) / columns as f32;
        let height = (size.y - theme::GRID * (rows as f32 - 1.0)) / rows as f32;
        let cell = vec2(width.max(legend::WIDEST + 8.0 * theme::GRID), height.max(4.0 * theme::GRID));
        ui.spacing_mut().item_spacing.y = theme::GRID;
        for row in chosen.chunks(columns) {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = gap;
                for group in row {
                    self.group(ui, &measured, view.settings.curves, *group, cell);
                }
            });
        }
        self.drawn = chosen;
        if has_strip {
            self.on_timeline = timeline::ui(ui, view, commands);
        }
    }
}
