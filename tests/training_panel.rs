//! The curves of training as they are painted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "panel/mod.rs"]
mod panel;

use eframe::egui::Shape;
use egui_kittest::Harness;
use latentarium::model::Config;
use latentarium::trainer::{History, MetricId};
use latentarium::ui::settings::Settings;
use latentarium::ui::slot::Slot;
use latentarium::ui::view::ModelView;
use latentarium::ui::{Pane, Panels, theme};
use std::sync::Arc;

/// Shapes that a frame paints where a curve of test images is this at each step.
fn painted(value: impl Fn(u64) -> f32) -> usize {
    let history = History::default();
    (0..4000).for_each(|step| history.push(step, step as f32 * 0.01, &[(MetricId::TEST_TOTAL, value(step))]));
    let history = Arc::new(history);
    let configs = ["vae-dense", "gan-dense"].map(|preset| Config::preset(preset).unwrap());
    let mut panels = Panels::default();
    let builder = Harness::builder().with_size([900.0, 260.0]).with_context_setup(theme::install);
    let mut harness = builder.allow_missing_glyphs().build_ui(move |ui| {
        let settings = Settings::default();
        let models = Slot::BOTH.map(|slot| ModelView {
            history: (slot == Slot::A).then_some(&history),
            ..panel::model_view(slot, &configs[slot.index()])
        });
        panels.ui(&Pane::of("training"), ui, &panel::view(models.into(), &settings), &mut Vec::new());
    });
    harness.run_steps(3);
    harness.output().shapes.iter().map(|clipped| count(&clipped.shape)).sum()
}

fn count(shape: &Shape) -> usize {
    match shape {
        Shape::Vec(shapes) => shapes.iter().map(count).sum(),
        _ => 1,
    }
}

#[test]
fn a_curve_of_test_images_is_dashed_but_where_it_fills_the_plot() {
    let falling = painted(|step| 1.0 / (1.0 + step as f32 / 100.0));
    let filling = painted(|step| if step % 2 == 0 { 0.0 } else { 1.0 });
    println!("{falling} shapes falling, {filling} filling");
    assert!(falling > filling + 20, "{falling} shapes of dashes, {filling} of one line");
    assert!(filling < 1000, "{filling}");
}
