//! The rows of a card: a control for each field of the family's table.

use super::numbers;
use crate::model::{CardInput, CardRow, Config, Field, FieldKind, Section, Setting};
use crate::ui::text::{number, tr, whole};
use crate::ui::{theme, widgets};
use eframe::egui::{ComboBox, DragValue, Grid, Response, Slider, SliderClamping, Ui};

/// The most steps that a control offers.
const MOST_STEPS: u64 = 100_000_000;
/// The most that a control of a count without a bound offers.
const MOST_COUNT: u64 = 1000;

/// Draws the rows of a section that have a meaning for `config`, and changes it.
pub fn rows(ui: &mut Ui, section: Section, config: &mut Config) {
    let grid = Grid::new(section.0).num_columns(2).spacing([theme::GRID, theme::GRID / 4.0]);
    grid.show(ui, |ui| {
        ui.spacing_mut().slider_width = 8.0 * theme::GRID;
        // As wide whatever the number is.
        ui.spacing_mut().interact_size.x = 8.5 * theme::GRID;
        for field in config.family().fields {
            if let Some(row) = field.card.filter(|row| row.section == section && (field.applies)(config)) {
                draw(ui, field, &row, config);
            }
        }
    });
}

fn draw(ui: &mut Ui, field: &Field, row: &CardRow, config: &mut Config) {
    let Some(before) = config.get(field.key) else { return };
    let words = (row.words)(config);
    let (name, tip) = (tr(words), tr(&format!("{words}_tip")));
    let mut value = before.clone();
    if let CardInput::Optional { usual, unit } = row.input {
        optional(ui, (&name, &tip), field, &mut value, usual, unit);
    } else {
        widgets::row(ui, &name, &tip, |ui| control(ui, field, row.input, &mut value));
    }
    if value != *before
        && let Ok(changed) = config.with(field.key, value)
    {
        *config = changed;
        config.follow(field);
    }
}

fn control(ui: &mut Ui, field: &Field, input: CardInput, value: &mut Setting) -> Response {
    if let FieldKind::Choice(words) = field.kind {
        return choice(ui, field.key, value, words);
    }
    match (value, field.kind) {
        (Setting::Whole(value), FieldKind::Whole { least, .. }) if input == CardInput::Steps => steps(ui, value, least),
        (Setting::Whole(value), FieldKind::Whole { least, most }) => count(ui, value, least, most),
        (Setting::Real(value), FieldKind::Real { least, most }) => match input {
            CardInput::Slider { least, most, logarithmic } => slider(ui, value, (least, most), logarithmic),
            _ => real(ui, value, least, most),
        },
        (Setting::Flag(value), _) => ui.checkbox(value, ()),
        (Setting::Widths(widths), FieldKind::Widths { layers, most }) => {
            let id = ui.scope_id().with(("widths", field.key));
            numbers::widths_field(ui, id, widths, layers, most)
        }
        (other, _) => ui.label(theme::figure(other.to_string())),
    }
}

fn slider(ui: &mut Ui, value: &mut f64, (least, most): (f64, f64), logarithmic: bool) -> Response {
    let slider = Slider::new(value, least..=most).clamping(SliderClamping::Never);
    ui.add(match logarithmic {
        true => slider.logarithmic(true).custom_formatter(|value, _| number(value)),
        false => slider.max_decimals(3),
    })
}

fn count(ui: &mut Ui, value: &mut u64, least: u64, most: u64) -> Response {
    // Any whole number from 0 up is a seed: that has no range.
    match (least, most) {
        (0, u64::MAX) => ui.add(DragValue::new(value).speed(0.2).update_while_editing(false)),
        _ => {
            let most = if most == u64::MAX { MOST_COUNT } else { most };
            numbers::number_field(ui, value, least..=most, |field| field.speed(0.2))
        }
    }
}

fn real(ui: &mut Ui, value: &mut f64, least: f64, most: f64) -> Response {
    let speed = (0.02 * *value).max(0.001);
    numbers::number_field(ui, value, least..=most, |field| field.speed(speed).max_decimals(6))
}

fn steps(ui: &mut Ui, value: &mut u64, least: u64) -> Response {
    let speed = (0.01 * *value as f64).max(1.0);
    let unit = tr("model.unit_steps");
    numbers::number_field(ui, value, least..=MOST_STEPS, |field| {
        let written = |value: f64, _: std::ops::RangeInclusive<usize>| whole(value.max(0.0) as u64);
        field.speed(speed).custom_formatter(written).suffix(format!(" {unit}"))
    })
}

fn choice(ui: &mut Ui, key: &str, value: &mut Setting, words: &'static [&'static str]) -> Response {
    let name = |word: &str| tr(&format!("{key}.{word}"));
    let selected = name(&value.to_string());
    let list = ComboBox::from_id_salt(key).selected_text(selected).show_ui(ui, |ui| {
        for word in words {
            ui.selectable_value(value, (*word).into(), name(word));
        }
    });
    list.response
}

/// A row with a number that is 0 where it is switched off, and a box that switches it.
fn optional(
    ui: &mut Ui,
    (name, tip): (&str, &str),
    field: &Field,
    value: &mut Setting,
    usual: f64,
    unit: Option<&'static str>,
) {
    let label = ui.label(theme::note(ui, name)).on_hover_text(tip);
    ui.horizontal(|ui| {
        let is_whole = matches!(field.kind, FieldKind::Whole { .. });
        let mut on = !matches!(value, Setting::Whole(0)) && *value != Setting::Real(0.0);
        if ui.checkbox(&mut on, ()).labelled_by(label.id).on_hover_text(tip).changed() {
            let usual = if on { usual } else { 0.0 };
            *value = if is_whole { Setting::Whole(usual as u64) } else { Setting::Real(usual) };
        }
        if !on {
            ui.label(theme::note(ui, tr("model.off")));
            return;
        }
        let unit = unit.map(|unit| format!(" {}", tr(unit))).unwrap_or_default();
        let drag = match (value, field.kind) {
            (Setting::Whole(value), _) => {
                numbers::number_field(ui, value, 1..=MOST_COUNT, |field| field.speed(0.2).suffix(unit))
            }
            (Setting::Real(value), FieldKind::Real { least, most }) => {
                let speed = (0.02 * usual).min(0.02);
                numbers::number_field(ui, value, least..=most, |field| field.speed(speed).max_decimals(6).suffix(unit))
            }
            _ => return,
        };
        drag.labelled_by(label.id).on_hover_text(tip);
    });
    ui.end_row();
}
