//! The kinds of controls that a card's numbers are set with.

use crate::ui::text::{number, tr, whole};
use crate::ui::{theme, widgets};
use eframe::egui::{ComboBox, DragValue, Grid, Response, Slider, SliderClamping, Ui};
use std::ops::RangeInclusive;

/// The most steps that a control offers.
const MOST_STEPS: u64 = 100_000_000;

/// Rows of a name and what it names.
pub fn rows(ui: &mut Ui, id: &str, add: impl FnOnce(&mut Ui)) {
    Grid::new(id).num_columns(2).spacing([theme::GRID, theme::GRID / 4.0]).show(ui, add);
}

/// A slider over several powers of ten.
pub fn logarithmic(ui: &mut Ui, value: &mut f64, least: f64, most: f64) -> Response {
    let slider = Slider::new(value, least..=most)
        .logarithmic(true)
        .clamping(SliderClamping::Never)
        .custom_formatter(|value, _| number(value));
    ui.add(slider)
}

/// A slider.
pub fn linear(ui: &mut Ui, value: &mut f64, least: f64, most: f64) -> Response {
    ui.add(Slider::new(value, least..=most).clamping(SliderClamping::Never).max_decimals(3))
}

/// A count of at least 1.
pub fn count(ui: &mut Ui, value: &mut usize, most: usize) -> Response {
    ui.add(DragValue::new(value).range(1..=most).speed(0.2).update_while_editing(false))
}

/// A number.
pub fn real(ui: &mut Ui, value: &mut f64, range: RangeInclusive<f64>) -> Response {
    let speed = (0.02 * *value).max(0.001);
    ui.add(DragValue::new(value).range(range).speed(speed).max_decimals(6).update_while_editing(false))
}

/// A number of steps.
pub fn steps(ui: &mut Ui, value: &mut u64, least: u64) -> Response {
    let speed = (0.01 * *value as f64).max(1.0);
    let unit = tr("model.unit_steps");
    ui.add(
        DragValue::new(value)
            .range(least..=MOST_STEPS)
            .speed(speed)
            .custom_formatter(|value, _| whole(value.max(0.0) as u64))
            .suffix(format!(" {unit}"))
            .update_while_editing(false),
    )
}

/// One of several; `name` gives each in words.
pub fn choice<T: Copy + PartialEq>(
    ui: &mut Ui,
    id: &str,
    value: &mut T,
    all: &[T],
    name: impl Fn(T) -> String,
) -> Response {
    ComboBox::from_id_salt(id)
        .selected_text(name(*value))
        .show_ui(ui, |ui| {
            for one in all {
                ui.selectable_value(value, *one, name(*one));
            }
        })
        .response
}

/// What a number that may be left out is when it is not, and how it is set then.
pub struct Usual {
    /// What it is when it is switched on.
    pub value: f64,
    /// The least and the most it may be.
    pub range: RangeInclusive<f64>,
    /// Whether it is whole.
    pub whole: bool,
    /// What follows it.
    pub unit: String,
}

impl Usual {
    /// A number without a unit.
    pub fn real(value: f64, range: RangeInclusive<f64>) -> Self {
        Self { value, range, whole: false, unit: String::new() }
    }
}

/// A row with a number that is 0 where it is switched off, and a box that switches it.
pub fn optional(ui: &mut Ui, name: &str, tooltip: &str, value: &mut f64, usual: Usual) {
    let label = ui.label(theme::note(ui, name)).on_hover_text(tooltip);
    ui.horizontal(|ui| {
        let mut on = *value > 0.0;
        if ui.checkbox(&mut on, ()).labelled_by(label.id).on_hover_text(tooltip).changed() {
            *value = if on { usual.value } else { 0.0 };
        }
        if !on {
            ui.label(theme::note(ui, tr("model.off")));
            return;
        }
        let drag = DragValue::new(value).range(usual.range).suffix(usual.unit).update_while_editing(false);
        let drag = match usual.whole {
            true => drag.speed(0.2).fixed_decimals(0),
            false => drag.speed((0.02 * usual.value).min(0.02)).max_decimals(6),
        };
        ui.add(drag).labelled_by(label.id).on_hover_text(tooltip);
    });
    ui.end_row();
}

/// A row whose value is set elsewhere.
pub fn fact(ui: &mut Ui, name: &str, tooltip: &str, value: String) {
    widgets::row(ui, name, tooltip, |ui| ui.label(theme::figure(value)));
}
