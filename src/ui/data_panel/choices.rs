//! Which examples are looked at, and how their values are changed: the options that a source is opened with.

use crate::dataset::{DataOptions, Dataset, DatasetId, ExamplesLeft, SplitChoice};
use crate::ui::command::{Command, DataCommand};
use crate::ui::text::{tr, whole};
use crate::ui::view::View;
use crate::ui::{theme, widgets};
use eframe::egui::{Button, DragValue, Grid, Label, Response, RichText, ScrollArea, Ui};
use rust_i18n::t;

/// What the controls begin with where an option is switched on.
const USUAL_SPLIT: SplitChoice = SplitChoice { test_percent: 10, seed: 0 };
const USUAL_TAKE: u32 = 1000;
const USUAL_BINARIZE: u8 = 50;

/// What is chosen, and of which data.
#[derive(Default)]
pub(super) struct Choices {
    chosen: Option<(DatasetId, DataOptions)>,
}

impl Choices {
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, data: &Dataset, commands: &mut Vec<Command>) {
        let now = &data.source.options;
        let chosen = self.chosen.take().filter(|(of, _)| *of == data.id);
        let mut options = chosen.map_or_else(|| now.clone(), |(_, options)| options);
        let counts = data.whole.as_deref().or(view.browse.statistics.map(|statistics| &statistics.counts));
        let footer = 3.5 * theme::LINE + 3.0 * theme::GRID;
        let height = (ui.available_height() - footer).max(6.0 * theme::GRID);
        ScrollArea::vertical().id_salt("choices").auto_shrink(false).max_height(height).show(ui, |ui| {
            ui.add(Label::new(theme::note(ui, tr("data_panel.choices_note"))).wrap());
            Grid::new("choices").num_columns(2).spacing([theme::GRID, theme::GRID / 2.0]).show(ui, |ui| {
                controls(ui, &mut options, !data.class_names().is_empty());
            });
            // Without counts the names are those that are left.
            classes(ui, &mut options.classes, counts.map_or(data.class_names(), |counts| &counts.class_names));
        });
        let left = counts.map(|counts| counts.left(&options));
        let words = left.map_or_else(|| tr("data_panel.left_unknown"), |left| left_words(&left));
        ui.add(Label::new(theme::note(ui, words)).wrap()).on_hover_text(tr("data_panel.left_tip"));
        ui.horizontal(|ui| {
            let enough = left.is_none_or(|left| left.train >= 2 && left.test >= 1);
            let changed = options != *now;
            let words = RichText::new(tr("data_panel.apply")).strong();
            let apply = ui.add_enabled(changed && enough && view.opening.is_none(), Button::new(words));
            let tip = tr(if enough { "data_panel.apply_tip" } else { "data_panel.too_few" });
            if apply.on_hover_text(&tip).on_disabled_hover_text(tip).clicked() {
                commands.push(DataCommand::Open(data.source.clone().with(options.clone())).into());
            }
            let undo = widgets::button(ui, changed, &tr("data_panel.discard"), &tr("data_panel.discard_tip"));
            if undo.clicked() {
                options = now.clone();
            }
            let looking = looking_at_all(&options);
            if widgets::button(ui, looking != options, &tr("data_panel.all"), &tr("data_panel.all_tip")).clicked() {
                options = looking;
            }
        });
        self.chosen = Some((data.id.clone(), options));
    }
}

/// The same files read in the same way, and all of them looked at as they are.
fn looking_at_all(options: &DataOptions) -> DataOptions {
    let DataOptions { range, side, fit, color, .. } = *options;
    DataOptions { range, side, fit, color, ..DataOptions::default() }
}

fn controls(ui: &mut Ui, options: &mut DataOptions, has_classes: bool) {
    let percent = |ui: &mut Ui, value: &mut u8, most: u8| ui.add(DragValue::new(value).range(1..=most).suffix(" %"));
    optional(ui, ["data_panel.split", "data_panel.split_tip"], &mut options.split, USUAL_SPLIT, |ui, split| {
        percent(ui, &mut split.test_percent, 90)
    });
    if let Some(split) = &mut options.split {
        widgets::row(ui, &tr("data_panel.split_seed"), &tr("data_panel.split_seed_tip"), |ui| {
            ui.add(DragValue::new(&mut split.seed).speed(0.2).update_while_editing(false))
        });
    }
    optional(ui, ["data_panel.take", "data_panel.take_tip"], &mut options.take, USUAL_TAKE, |ui, take| {
        ui.add(DragValue::new(take).range(2..=u32::MAX).speed(10.0).update_while_editing(false))
    });
    if has_classes {
        switch(ui, ["data_panel.balance", "data_panel.balance_tip"], &mut options.balance);
    }
    switch(ui, ["data_panel.invert", "data_panel.invert_tip"], &mut options.invert);
    optional(
        ui,
        ["data_panel.binarize", "data_panel.binarize_tip"],
        &mut options.binarize,
        USUAL_BINARIZE,
        |ui, threshold| percent(ui, threshold, 100),
    );
}

fn switch(ui: &mut Ui, keys: [&str; 2], on: &mut bool) {
    let [name, tip] = keys.map(tr);
    widgets::row(ui, &name, &tip, |ui| ui.checkbox(on, ()));
}

/// A row with a box that switches an option on, and its number; `keys` are of its name and of its tooltip.
fn optional<T: Copy>(
    ui: &mut Ui,
    keys: [&str; 2],
    value: &mut Option<T>,
    usual: T,
    control: impl FnOnce(&mut Ui, &mut T) -> Response,
) {
    let [name, tip] = keys.map(tr);
    let label = ui.label(theme::note(ui, name)).on_hover_text(&tip);
    ui.horizontal(|ui| {
        let mut on = value.is_some();
        if ui.checkbox(&mut on, ()).labelled_by(label.id).on_hover_text(&tip).changed() {
            *value = on.then_some(usual);
        }
        if let Some(value) = value {
            control(ui, value).labelled_by(label.id).on_hover_text(&tip);
        }
    });
    ui.end_row();
}

/// A button a class; where all are chosen, none is named.
fn classes(ui: &mut Ui, chosen: &mut Vec<String>, names: &[String]) {
    if names.len() < 2 && chosen.is_empty() {
        return;
    }
    ui.label(theme::note(ui, tr("data_panel.classes"))).on_hover_text(tr("data_panel.classes_tip"));
    ui.horizontal_wrapped(|ui| {
        for name in names {
            let is_kept = chosen.is_empty() || chosen.contains(name);
            let button = ui.add(Button::selectable(is_kept, name.as_str()));
            let tip = t!(if is_kept { "data_panel.class_out_tip" } else { "data_panel.class_in_tip" }, class = name);
            if button.on_hover_text(tip).clicked() {
                let keeps = |other: &&String| (chosen.is_empty() || chosen.contains(*other)) != (*other == name);
                let kept: Vec<String> = names.iter().filter(keeps).cloned().collect();
                // The last one stays.
                if !kept.is_empty() {
                    *chosen = if kept.len() == names.len() { Vec::new() } else { kept };
                }
            }
        }
    });
}

fn left_words(left: &ExamplesLeft) -> String {
    let [train, test] = [left.train, left.test].map(|count| whole(count as u64));
    t!(if left.is_exact { "data_panel.left" } else { "data_panel.left_about" }, train = train, test = test).into_owned()
}
