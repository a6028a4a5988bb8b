//! Pictures of the plane, training and compare panels in both themes, from inputs that are always the same.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod panel;
#[path = "common/pictured_completion.rs"]
mod pictured_completion;
#[path = "common/pictured_model.rs"]
mod pictured_model;

use eframe::egui::{self, Theme};
use eframe::egui_wgpu::RenderState;
use egui_kittest::{Harness, SnapshotOptions, SnapshotResults, TestRenderer};
use latentarium::diagnosis::StepLook;
use latentarium::explore::browse::{Browse, DataPart, ExamplePlace};
use latentarium::explore::compare::{MemorisedBound, SheetChoice, SheetPart, SheetSource};
use latentarium::explore::encoded::{EncodedPoints, Encoding};
use latentarium::explore::field::{
    FIELDS, FieldFigure, FieldGrid, FieldInputs, FieldScratch, FieldSource, FieldValues, OtherWeights, PlaneField,
};
use latentarium::explore::plane::Plane;
use latentarium::explore::posterior::PosteriorSubject;
use latentarium::explore::tiles::fresh_id;
use latentarium::explore::tiles::{Lattice, TileGrid};
use latentarium::explore::timeline::{KeptIn, Timeline, TimelinePlace, TimelineTrack};
use latentarium::gpu;
use latentarium::model::Config;
use latentarium::nn::inspection::{Inspection, LayerInspection, ParameterInspection, ValueFigures};
use latentarium::snapshot::{Activation, Network, Scratch, Snapshot};
use latentarium::trainer::{DiagnosisReport, History, MetricId, Phase, Status};
use latentarium::ui::Pane;
use latentarium::ui::complete::known::CompletionView;
use latentarium::ui::data_panel::known::BrowseView;
use latentarium::ui::plane::known::{PlaneView, PlanesView};
use latentarium::ui::settings::Settings;
use latentarium::ui::slot::Slot;
use latentarium::ui::training::known::TimelineView;
use latentarium::ui::view::{ModelView, SheetView, View};
use latentarium::ui::{Panels, theme};
use pictured_completion::completed;
use pictured_model::{SHAPE, dataset, linear, snapshot};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The example whose posterior is pictured.
const EXAMPLE: ExamplePlace = ExamplePlace { part: DataPart::Test, index: 3 };

/// Whether pictures can be taken; says so where not, and fails where they must be.
fn can_draw() -> bool {
    if gpu::probe().is_some() {
        return true;
    }
    assert!(std::env::var_os("LATENTARIUM_REQUIRE_GPU").is_none(), "there is no graphics adapter, and one is required");
    eprintln!("skipped: there is no graphics adapter to take pictures with");
    false
}

fn history(series: &[MetricId]) -> Arc<History> {
    let history = History::default();
    for step in 0..2000u64 {
        let fall = 1.0 / (1.0 + step as f32 / 100.0);
        let values: Vec<_> = series.iter().enumerate().map(|(i, s)| (*s, fall * (i + 1) as f32)).collect();
        history.push(step, step as f32 * 0.01, &values);
    }
    Arc::new(history)
}

fn tiles() -> Arc<TileGrid> {
    let lattice = Lattice::covering(
        // More than is seen, in cells about as large as those that are asked for: no preview is needed.
        &latentarium::explore::viewport::Viewport { half_height: 4.0, ..Default::default() },
        latentarium::explore::viewport::Area { min: [0.0; 2], size: [640.0, 480.0] },
        24,
    );
    let [width, height] = [lattice.columns * 8, lattice.rows * 8];
    let pixels = (0..width * height).map(|i| ((i % width) * 255 / width) as u8).collect();
    Arc::new(TileGrid { id: fresh_id(), step: 1234, decode_ms: 0.5, lattice, tile: [8, 8], channels: 1, pixels })
}

fn take(name: &str, pane: Pane, size: [f32; 2]) {
    take_of(name, pane, size, &Pictured::default());
}

fn take_in_chinese(name: &str, pane: Pane, size: [f32; 2]) {
    take_of(name, pane, size, &Pictured { in_chinese: true, ..Pictured::default() });
}

/// What a picture shows beside what all do.
#[derive(Default)]
struct Pictured {
    /// Where training is looked at.
    timeline: Timeline,
    /// The field over the plane, without points.
    field: Option<&'static PlaneField>,
    /// What of the compare sheet is looked at.
    choice: SheetChoice,
    /// A step with its values.
    step: Option<Arc<DiagnosisReport>>,
    /// Whether words are Chinese; without a font of its own their signs are frames.
    in_chinese: bool,
}

fn take_of(name: &str, pane: Pane, size: [f32; 2], pictured: &Pictured) {
    if !can_draw() {
        return;
    }
    // Some drivers hang where several threads look for adapters at once.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    rust_i18n::set_locale(if pictured.in_chinese { "zh-CN" } else { "en" });
    let mut results = SnapshotResults::new();
    for (theme, suffix) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let data = dataset();
        let snapshot = snapshot();
        let configs = ["vae-dense", "gan-dense"].map(|preset| Config::preset(preset).unwrap());
        let histories = [
            history(&[MetricId::RECONSTRUCTION, MetricId::KL, MetricId::TEST_TOTAL]),
            history(&[MetricId::DISCRIMINATOR_LOSS, MetricId::GENERATOR_LOSS, MetricId::REAL_SCORE]),
        ];
        let generator = Arc::new(Snapshot { likelihood: None, encoder: None, ..(*snapshot).clone() });
        let sheet = SheetSource::new(vec![snapshot.clone(), generator], data.clone(), 6, 1).sheet(None);
        let mut sheet = sheet.searched(&|| true).unwrap();
        if pictured.choice.part == SheetPart::Samples {
            sheet.find_nearest(&Arc::new(MemorisedBound::of(&data, &mut || true).unwrap()), &mut || true);
        }
        sheet.interpolate([0, 1], pictured.choice.path);
        let (sheet, choice) = (Arc::new(sheet), pictured.choice.clone());
        let selection = pane.id().eq("compare").then(|| sheet.originals[1].index);
        let plane = Arc::new(Plane::of_two());
        let encoding = Encoding::of(&snapshot, &data.test, 40, &mut Scratch::default(), &mut || true).unwrap();
        let points = Arc::new(EncodedPoints::new(Arc::new(encoding), plane.clone()));
        let field = pictured.field.map(|field| (field.id, Arc::new(made(field, &snapshot, &points.encoding))));
        let look = PlaneView {
            plane: Some(plane),
            tiles: Some(tiles()),
            points: Some(points),
            fields: field.iter().cloned().collect(),
            ..PlaneView::default()
        };
        let mut panels = Panels::default();
        let (pane, timeline, step) = (pane.clone(), pictured.timeline.clone(), pictured.step.clone());
        let mut renderer = egui_kittest::wgpu::WgpuTestRenderer::new();
        install(&mut renderer);
        let mut harness = Harness::builder()
            .with_size(size)
            .with_theme(theme)
            .with_context_setup(theme::install)
            .allow_missing_glyphs()
            .renderer(renderer)
            .build_ui(move |ui| {
                let mut settings = Settings::default();
                if let Some((id, _)) = field {
                    settings.plane.show.set(id, true);
                    ["points", "legend"].iter().for_each(|id| settings.plane.show.set(id, false));
                }
                let status = Status { phase: Phase::Paused, step: 1234, steps_per_epoch: 100, ..Status::default() };
                let models = Slot::BOTH.map(|slot| ModelView {
                    status: Some(status),
                    history: Some(&histories[slot.index()]),
                    snapshot: Some(&snapshot),
                    diagnosis: step.clone(),
                    looked_back: timeline.is_offered().then_some(KeptIn::Memory),
                    ..panel::model_view(slot, &configs[slot.index()])
                });
                let browse = Browse { example: Some(EXAMPLE), ..Browse::default() };
                let nothing = panel::view(models.clone().into(), &settings).browse;
                let (drawn, completion) = completed(&data, Slot::BOTH.map(panel::id));
                let view = View {
                    completion: CompletionView { choice: &completion, known: drawn },
                    browse: if field.is_some() { BrowseView { browse: &browse, ..nothing } } else { nothing },
                    data: Some(&data),
                    cursor: [0.5, -0.5],
                    planes: PlanesView {
                        models: [(panel::id(Slot::A), look.clone())].into_iter().collect(),
                        ..PlanesView::default()
                    },
                    sheet: SheetView { sheet: Some(&sheet), seed: 1, computing: false, selection, choice: &choice },
                    threads: 2,
                    timeline: TimelineView {
                        timeline: &timeline,
                        playing: None,
                        held_bytes: 34_000_000,
                        budget_bytes: 256_000_000,
                    },
                    ..panel::view(models.into(), &settings)
                };
                let frame = egui::Frame::new().fill(theme::of(ui).surfaces[1]).inner_margin(theme::GRID);
                egui::CentralPanel::default().frame(frame).show(ui, |ui| {
                    panels.ui(&pane, ui, &view, &mut Vec::new());
                });
            });
        for _ in 0..3 {
            harness.step();
        }
        // Software and hardware differ in the last bit of many pixels; what matters is larger.
        let options = SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
        harness.snapshot_options(format!("{name}_{suffix}"), &options);
        results.extend_harness(&mut harness);
    }
    results.unwrap();
}

/// A field of these weights; of classes one that no training decides.
fn made(field: &'static PlaneField, snapshot: &Arc<Snapshot>, encoding: &Arc<Encoding>) -> FieldGrid {
    let lattice = Lattice::covering(
        &latentarium::explore::viewport::Viewport::default(),
        latentarium::explore::viewport::Area { min: [0.0; 2], size: [640.0, 480.0] },
        field.cells.min(40),
    );
    if field.inputs == FieldInputs::Classifier {
        let class = |[x, y]: [f32; 2]| ((x + 6.0) / 3.0) as u8 + if y > x / 2.0 { 4 } else { 0 };
        let classes: Vec<u8> = lattice.middles().into_iter().map(class).collect();
        let figures = vec![FieldFigure { name: "accuracy", value: 0.98 }];
        let values = vec![0.9; classes.len()];
        let values = FieldValues { values, classes, figures, range: [0.0, 1.0], ..FieldValues::default() };
        return FieldGrid { id: fresh_id(), step: 1234, lattice, values, took: Duration::ZERO };
    }
    let other = Network::new(2, vec![linear("other", 2, SHAPE.values(), Activation::Identity)]).unwrap();
    let other = Snapshot { decoder: other, ..(**snapshot).clone() };
    let image = PosteriorSubject::Example(EXAMPLE).image(Some(&dataset()), None);
    let source = FieldSource {
        snapshot: snapshot.clone(),
        plane: Arc::new(Plane::of_two()),
        lattice,
        encoding: Some(encoding.clone()),
        classifier: None,
        others: Arc::from([OtherWeights::Whole(Arc::new(other))]),
        image,
    };
    FieldGrid::make(field, &source, &mut FieldScratch::default(), &mut || true).expect("a field")
}

fn install(renderer: &mut impl TestRenderer) {
    let mut creation = eframe::CreationContext::_new_kittest(egui::Context::default());
    let mut frame = eframe::Frame::_new_kittest();
    renderer.setup_eframe(&mut creation, &mut frame);
    let state: &RenderState = creation.wgpu_render_state.as_ref().expect("a renderer has a state");
    gpu::install(state);
}

#[test]
fn plane() {
    take("plane", Pane::of("plane"), [720.0, 560.0]);
}

fn layer(id: &str) {
    let field = FIELDS.iter().copied().find(|field| field.id == id);
    assert!(field.is_some(), "{id}");
    take_of(&format!("layer_{id}"), Pane::of("plane"), [560.0, 440.0], &Pictured { field, ..Pictured::default() });
}

#[test]
fn layer_aggregate() {
    layer("aggregate");
}

#[test]
fn layer_classes() {
    layer("classes");
}

#[test]
fn layer_sensitivity() {
    layer("sensitivity");
}

#[test]
fn layer_critic() {
    layer("critic");
}

#[test]
fn layer_disagreement() {
    layer("disagreement");
}

#[test]
fn layer_uncertainty() {
    layer("uncertainty");
}

#[test]
fn layer_unsupported() {
    layer("unsupported");
}

#[test]
fn layer_posterior() {
    layer("posterior");
}

#[test]
fn training() {
    take("training", Pane::of("training"), [900.0, 260.0]);
}

#[test]
fn timeline() {
    let run: Vec<u64> = (0..11).map(|power| 1 << power).collect();
    let memory: Vec<u64> = (0..2000).step_by(130).chain((1900..2000).step_by(10)).collect();
    let track = |run: &[u64], newest| {
        TimelineTrack::new(run, &memory, newest, |steps| steps.iter().map(|step| *step as f64).collect())
    };
    let tracks = [(panel::id(Slot::A), track(&run, 2000)), (panel::id(Slot::B), track(&[], 1700))];
    let place = TimelinePlace::At(1234.0);
    let timeline = Timeline { place, tracks: tracks.into_iter().collect(), ..Timeline::default() };
    take_of("timeline", Pane::of("training"), [900.0, 260.0], &Pictured { timeline, ..Pictured::default() });
}

#[test]
fn compare_sheet() {
    take("compare", Pane::of("compare"), [420.0, 480.0]);
}

#[test]
fn complete() {
    take("complete", Pane::of("complete"), [640.0, 400.0]);
}

#[test]
fn complete_in_chinese() {
    take_in_chinese("complete_zh-CN", Pane::of("complete"), [640.0, 400.0]);
}

fn compare_part(name: &str, part: SheetPart) {
    let choice = SheetChoice { part, ..SheetChoice::default() };
    take_of(name, Pane::of("compare"), [420.0, 480.0], &Pictured { choice, ..Pictured::default() });
}

#[test]
fn compare_samples() {
    compare_part("compare_samples", SheetPart::Samples);
}

#[test]
fn compare_interpolation() {
    compare_part("compare_interpolation", SheetPart::Interpolation);
}

#[test]
fn compare_sheet_in_chinese() {
    take_in_chinese("compare_zh-CN", Pane::of("compare"), [420.0, 480.0]);
}

/// A step of the model above, with six images.
fn step() -> Arc<DiagnosisReport> {
    let (data, snapshot, size) = (dataset(), snapshot(), SHAPE.values());
    let images = data.train.gather(&[0, 1, 2, 3, 4, 5]);
    let encoded = snapshot.encoder.as_ref().unwrap().evaluate(&images, 6, &mut Scratch::default()).to_vec();
    let means: Vec<f32> = encoded.chunks_exact(4).flat_map(|code| [code[0], code[1]]).collect();
    let decoded = snapshot.decoder.evaluate(&means, 6, &mut Scratch::default()).to_vec();
    let layer = |name: &str, activation, kept: Vec<f32>| {
        let kept_gradients: Vec<f32> = kept.iter().map(|value| 1e-3 * (0.5 - value)).collect();
        LayerInspection {
            name: name.to_owned(),
            activation,
            outputs: kept.len() / 6,
            units: kept.len() / 6,
            values: ValueFigures::of(&kept),
            row_variance: 0.1,
            dead_share: None,
            sigmoid_slope: None,
            gradients: Some(ValueFigures::of(&kept_gradients)),
            kept,
            kept_gradients,
        }
    };
    let layers =
        vec![layer("encoder.0", Activation::Identity, encoded), layer("decoder.0", Activation::Sigmoid, decoded)];
    let parameter = |name: &str, count| {
        let (name, rest) = (name.to_owned(), ParameterInspection::default());
        ParameterInspection { name, count, weight_norm: 2.0, update_norm: 0.004, ..rest }
    };
    let parameters = vec![parameter("encoder.0.weight", 4 * size), parameter("decoder.0.weight", 2 * size)];
    let inspection = Inspection { layers, parameters, ..Inspection::default() };
    Arc::new(DiagnosisReport {
        findings: Vec::new(),
        look: StepLook { step: 1233, images, inspection, ..StepLook::default() },
    })
}

fn step_picture(name: &str, in_chinese: bool) {
    let pictured = Pictured { step: Some(step()), in_chinese, ..Pictured::default() };
    take_of(name, Pane::of("step_through"), [640.0, 560.0], &pictured);
}

#[test]
fn step_through() {
    step_picture("step_through", false);
}

#[test]
fn step_through_in_chinese() {
    step_picture("step_through_zh-CN", true);
}
