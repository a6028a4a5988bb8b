//! What layers give and get in the newest step that was looked at: a row a layer.

use super::histogram;
use crate::diagnosis::StepLook;
use crate::nn::inspection::{HISTOGRAM_BINS, LayerInspection, ParameterInspection, ValueFigures};
use crate::ui::text::{number, tr, whole};
use crate::ui::theme;
use eframe::egui::{Color32, Grid, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};
use rust_i18n::t;

/// The columns, each with what it means.
const COLUMNS: [(&str, &str); 5] = [
    ("diagnose.layer", "diagnose.layer_tip"),
    ("diagnose.gives", "diagnose.gives_tip"),
    ("diagnose.gets", "diagnose.gets_tip"),
    ("diagnose.update", "diagnose.update_tip"),
    ("diagnose.dead", "diagnose.dead_tip"),
];

/// The table of layers.
pub(super) fn table(ui: &mut Ui, look: &StepLook) {
    if look.inspection.layers.is_empty() {
        return;
    }
    ui.label(theme::note(ui, t!("diagnose.layers", step = whole(look.step + 1))))
        .on_hover_text(tr("diagnose.layers_tip"));
    ScrollArea::horizontal().id_salt("layers").show(ui, |ui| {
        Grid::new("layers").num_columns(5).striped(true).show(ui, |ui| {
            for (name, tip) in COLUMNS {
                ui.label(theme::note(ui, tr(name))).on_hover_text(tr(tip));
            }
            ui.end_row();
            for layer in &look.inspection.layers {
                row(ui, look, layer);
                ui.end_row();
            }
        });
    });
}

fn row(ui: &mut Ui, look: &StepLook, layer: &LayerInspection) {
    let palette = theme::of(ui);
    ui.label(theme::figure(&layer.name)).on_hover_text(t!(
        "diagnose.size",
        outputs = layer.outputs,
        units = layer.units
    ));
    let given = t!("diagnose.gives_of", layer = layer.name);
    histogram::ui(ui, &layer.values, &given, palette.text_secondary);
    match &layer.gradients {
        Some(gradients) => {
            let got = t!("diagnose.gets_of", layer = layer.name);
            _ = histogram::ui(ui, gradients, &got, theme::CURVES[4]);
        }
        None => _ = ui.label(""),
    }
    let own = |part: &str| {
        let name = format!("{}.{part}", layer.name);
        look.inspection.parameters.iter().find(|parameter| parameter.name == name)
    };
    match own("weight").or_else(|| own("scale")) {
        Some(weight) => _ = ui.label(theme::figure(number(weight.update_ratio()))).on_hover_text(words(weight)),
        None => _ = ui.label(""),
    }
    let dead = layer.dead_share.map_or_else(String::new, |share| format!("{:.0} %", 100.0 * share));
    ui.label(theme::figure(dead));
}

fn words(parameter: &ParameterInspection) -> String {
    let norms = [parameter.weight_norm, parameter.gradient_norm, parameter.update_norm].map(number);
    let [weight, gradient, update] = norms;
    t!("diagnose.norms", name = parameter.name, weight = weight, gradient = gradient, update = update).into_owned()
}

/// What a critic says of the batch's real images, of test images and of generated ones, one histogram over the other on one scale.
pub(super) fn logits(ui: &mut Ui, look: &StepLook) {
    let (real, fake) = (&look.inspection.real_logits, &look.inspection.fake_logits);
    if real.is_empty() || fake.is_empty() {
        return;
    }
    let test = &look.test_logits;
    let all = ValueFigures::of(&[real.as_slice(), test, fake].concat());
    ui.add_space(theme::GRID);
    ui.label(theme::note(ui, tr("diagnose.logits"))).on_hover_text(tr("diagnose.logits_tip"));
    let palette = theme::of(ui);
    let sets: [(&[f32], &str, Color32); 3] = [
        (real, "diagnose.real", palette.text_secondary),
        (test, "diagnose.test", theme::CURVES[3]),
        (fake, "diagnose.fake", theme::CURVES[4]),
    ];
    for (logits, key, color) in sets.into_iter().filter(|(logits, ..)| !logits.is_empty()) {
        ui.horizontal(|ui| {
            let name = tr(key);
            let label = ui.label(theme::note(ui, &name));
            ui.add_space((8.0 * theme::GRID - label.rect.width()).max(0.0));
            let width = (ui.available_width() - theme::GRID).max(8.0 * theme::GRID);
            let (rect, response) = ui.allocate_exact_size(vec2(width, 3.0 * theme::GRID), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, t!("diagnose.logits_of", images = name)));
            ui.painter().rect_filled(rect, 0.0, palette.surfaces[2]);
            histogram::bars(ui, rect, &binned(logits, all.least, all.most), color);
            zero(ui, rect, all.least, all.most);
            response.on_hover_text(number(f64::from(logits.iter().sum::<f32>() / logits.len() as f32)));
        });
    }
    ui.label(theme::note(ui, format!("{} … {}", number(f64::from(all.least)), number(f64::from(all.most)))));
}

/// A line where D is undecided.
fn zero(ui: &Ui, rect: Rect, least: f32, most: f32) {
    if least < 0.0 && most > 0.0 {
        let x = rect.left() + rect.width() * (-least / (most - least));
        let stroke = (1.0, theme::of(ui).text_secondary);
        ui.painter().line_segment([pos2(x, rect.top()), pos2(x, rect.bottom())], stroke);
    }
}

fn binned(values: &[f32], least: f32, most: f32) -> Vec<u32> {
    let mut counts = vec![0; 2 * HISTOGRAM_BINS];
    let scale = counts.len() as f32 / (most - least).max(f32::MIN_POSITIVE);
    let last = counts.len() - 1;
    for value in values.iter().filter(|value| value.is_finite()) {
        if let Some(count) = counts.get_mut((((value - least) * scale) as usize).min(last)) {
            *count += 1;
        }
    }
    counts
}
