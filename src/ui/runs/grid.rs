//! The table itself: headings that stay, rows and columns of which only those that are seen are drawn.

use super::{cells, change};
use crate::explore::runs::{ArrangedRow, RunColumn, RunId, RunRow};
use crate::metrics::TableCell;
use crate::ui::command::Command;
use crate::ui::text::explain;
use crate::ui::theme;
use crate::ui::view::View;
use eframe::egui::{
    Align, Checkbox, Label, Layout, Rect, RichText, Role, ScrollArea, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};
use rust_i18n::t;

/// How high a row is, in points.
const ROW: f32 = 3.0 * theme::GRID;
/// How wide the column of boxes is.
const BOX: f32 = 3.5 * theme::GRID;

/// What is drawn.
pub(super) struct Grid<'a> {
    pub rows: &'a [RunRow],
    pub arranged: &'a [ArrangedRow],
    pub columns: &'a [RunColumn],
    pub view: &'a View<'a>,
}

impl Grid<'_> {
    /// Draws it, and gives the number of rows that it drew.
    pub fn ui(&self, ui: &mut Ui, size: Vec2, commands: &mut Vec<Command>) -> usize {
        let widths: Vec<f32> = self.columns.iter().map(|column| self.width(*column)).collect();
        let content = vec2(BOX + widths.iter().sum::<f32>(), ROW * (self.arranged.len() + 1) as f32);
        let area = ScrollArea::both().id_salt("runs").auto_shrink(false).max_width(size.x).max_height(size.y);
        let drawn = area.show_viewport(ui, |ui, seen| {
            let origin = ui.max_rect().min;
            ui.set_min_size(content);
            let mut left = BOX;
            let mut columns = Vec::new();
            for (column, width) in self.columns.iter().zip(widths) {
                if left + width > seen.left() && left < seen.right() {
                    columns.push((*column, origin.x + left, width));
                }
                left += width;
            }
            let headings = Rect::from_min_size(pos2(origin.x, origin.y + seen.top()), vec2(content.x, ROW));
            self.headings(ui, headings, &columns, commands);
            // Rows end where the headings begin.
            let clip = ui.clip_rect();
            let below = Rect::from_min_max(pos2(clip.left(), headings.bottom().max(clip.top())), clip.max);
            ui.set_clip_rect(below);
            let first = (seen.top() / ROW).floor().max(0.0) as usize;
            let count = (seen.height() / ROW).ceil() as usize;
            let visible = self.arranged.iter().enumerate().skip(first).take(count);
            let mut drawn = 0;
            for (place, row) in visible {
                let top = origin.y + ROW * (place + 1) as f32;
                self.row(ui, row, (origin.x, top), &columns, commands);
                drawn += 1;
            }
            drawn
        });
        drawn.inner
    }

    fn width(&self, column: RunColumn) -> f32 {
        let grids = match column {
            RunColumn::Name => 18.0,
            RunColumn::Preset => 12.0,
            RunColumn::Data => 9.0,
            RunColumn::Seed | RunColumn::Step => 8.0,
            RunColumn::Figure(_) if self.view.runs.table.by_seed => 24.0,
            RunColumn::Figure(_) => 14.0,
        };
        grids * theme::GRID
    }

    fn headings(&self, ui: &mut Ui, place: Rect, columns: &[(RunColumn, f32, f32)], commands: &mut Vec<Command>) {
        ui.painter().rect_filled(place, 0.0, theme::of(ui).surfaces[1]);
        let sort = self.view.runs.table.sort;
        for (column, left, width) in columns {
            let own = sort.filter(|sort| sort.column == *column);
            let sign = own.map_or("", |sort| if sort.falling { " ▾" } else { " ▴" });
            let name = cells::arrowed(*column);
            let rect = Rect::from_min_size(pos2(*left, place.top()), vec2(*width - theme::GRID / 2.0, ROW));
            let button =
                eframe::egui::Button::selectable(own.is_some(), RichText::new(format!("{name}{sign}")).small());
            let mut place = ui.new_child(UiBuilder::new().max_rect(rect).layout(side(*column)));
            place.spacing_mut().button_padding.x = 0.0;
            let response = place.add(button.truncate());
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, own.is_some(), &name));
            let tip = |ui: &mut Ui| {
                ui.set_max_width(48.0 * theme::GRID);
                ui.label(format!("{name}: {}", cells::tip(*column)));
            };
            if response.on_hover_ui(tip).clicked() {
                change(self.view, commands, |table| table.sort_by(*column));
            }
        }
    }

    fn row(
        &self,
        ui: &mut Ui,
        row: &ArrangedRow,
        (left, top): (f32, f32),
        columns: &[(RunColumn, f32, f32)],
        commands: &mut Vec<Command>,
    ) {
        let runs: Vec<&RunRow> = row.runs.iter().filter_map(|place| self.rows.get(*place)).collect();
        let Some(first) = runs.first() else { return };
        let palette = theme::of(ui);
        if let Some(why) = &first.broken {
            let words = format!("{}: {}", first.name, explain(why));
            let rect = Rect::from_min_size(pos2(left + BOX, top), vec2(ui.clip_rect().right() - left - BOX, ROW));
            let mut place = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
            place.add(Label::new(RichText::new(words).small().color(palette.danger)).truncate());
            return;
        }
        let name = cells::words(&row.cell(self.rows, RunColumn::Name));
        self.overlay(ui, &runs, &name, pos2(left, top), commands);
        for (column, left, width) in columns {
            let cell = row.cell(self.rows, *column);
            let rect = Rect::from_min_size(pos2(*left, top), vec2(*width - theme::GRID / 2.0, ROW));
            let words = cells::words(&cell);
            let text =
                if cell.number().is_some() { theme::figure(words).small() } else { RichText::new(words).small() };
            let passed = |run: &&RunRow| run.measured.as_ref().is_some_and(|own| Some(own.figures.step) != run.step);
            let is_old = matches!(column, RunColumn::Figure(_)) && runs.iter().any(passed);
            let text = if is_old || cell == TableCell::Empty { text.color(palette.text_secondary) } else { text };
            let layout = side(*column);
            let mut place = ui.new_child(UiBuilder::new().max_rect(rect).layout(layout));
            let response = place.add(Label::new(text).truncate());
            let tip = || match column {
                RunColumn::Name => Some(where_it_lies(first)),
                _ => cells::cell_tip(&cell, *column, &runs),
            };
            if response.hovered()
                && let Some(tip) = tip()
            {
                response.on_hover_text(tip);
            }
        }
    }

    /// The box that says whether a row's curves are drawn, in the colour of the first.
    fn overlay(&self, ui: &mut Ui, runs: &[&RunRow], name: &str, at: eframe::egui::Pos2, commands: &mut Vec<Command>) {
        let table = self.view.runs.table;
        let mut on = runs.iter().all(|run| table.is_overlaid(&run.id));
        let rect = Rect::from_min_size(at, vec2(BOX - theme::GRID / 2.0, ROW));
        let color = runs.first().and_then(|run| super::plots::color(ui, table, &run.id));
        let response = ui.scope(|ui| {
            if let Some(color) = color {
                ui.visuals_mut().override_text_color = Some(color);
                ui.visuals_mut().widgets.inactive.fg_stroke.color = color;
                ui.visuals_mut().widgets.hovered.fg_stroke.color = color;
            }
            ui.put(rect, Checkbox::without_text(&mut on))
        });
        let response = response.inner;
        let words = t!("runs.overlay", name = name).into_owned();
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, &words));
        if response.changed() {
            let ids: Vec<RunId> = runs.iter().map(|run| run.id.clone()).collect();
            change(self.view, commands, |table| ids.iter().for_each(|id| table.overlay(id, on)));
        }
        if response.hovered() {
            response.on_hover_text(t!("runs.overlay_tip", most = crate::explore::runs::MOST_OVERLAID));
        }
    }
}

/// Words stand at the left of their column, numbers at its right.
fn side(column: RunColumn) -> Layout {
    match column {
        RunColumn::Name | RunColumn::Preset | RunColumn::Data => Layout::left_to_right(Align::Center),
        RunColumn::Seed | RunColumn::Step | RunColumn::Figure(_) => Layout::right_to_left(Align::Center),
    }
}

fn where_it_lies(run: &RunRow) -> String {
    match &run.id {
        RunId::Folder(folder) => folder.display().to_string(),
        RunId::Model(_) => run.name.clone(),
    }
}
