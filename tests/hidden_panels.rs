//! What is not on the screen asks for nothing and holds nothing: no weights, no data, no sheet.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod panel;

use eframe::egui::{self, vec2};
use egui_kittest::Harness;
use latentarium::dataset::Dataset;
use latentarium::explore::compare::{Sheet, SheetSource};
use latentarium::explore::pad::{PadChange, PadImage, PadState};
use latentarium::explore::plane::Plane;
use latentarium::model::Config;
use latentarium::snapshot::Snapshot;
use latentarium::ui::panels::PANELS;
use latentarium::ui::plane::known::{PlaneView, PlanesView};
use latentarium::ui::settings::Settings;
use latentarium::ui::slot::Slot;
use latentarium::ui::view::{ModelView, PadView, SheetView, View};
use latentarium::ui::{Pane, PanelNeeds, Panels, theme};
use panel::{dataset, id, model_view, snapshot, split};
use std::sync::Arc;

struct Looked {
    panels: Panels,
    /// What is on the screen.
    shown: Option<Pane>,
    needs: PanelNeeds,
    snapshot: Arc<Snapshot>,
    data: Arc<Dataset>,
    sheet: Arc<Sheet>,
}

impl Looked {
    fn new() -> Self {
        let (snapshot, data) = (snapshot(2, 3), dataset(&split(30)));
        let sheet = SheetSource::new(vec![snapshot.clone(), snapshot.clone()], data.clone(), 6, 1).sheet(None);
        let (panels, needs) = (Panels::default(), PanelNeeds::default());
        Self { panels, shown: None, needs, snapshot, data, sheet: Arc::new(sheet) }
    }

    fn ui(&mut self, ui: &mut egui::Ui) {
        let (settings, configs) =
            (Settings::default(), ["vae-dense", "gan-dense"].map(|name| Config::preset(name).unwrap()));
        let models = Slot::BOTH.map(|slot| {
            let snapshot = Some(&self.snapshot);
            ModelView { snapshot, ..model_view(slot, &configs[slot.index()]) }
        });
        let plane = PlaneView { plane: Some(Arc::new(Plane::of_two())), ..PlaneView::default() };
        let planes = Slot::BOTH.map(|slot| (id(slot), plane.clone())).into_iter().collect();
        let mut pad = PadState::default();
        let image = self.data.test.image(1);
        pad.apply(PadChange::Image(PadImage::of(&image)), self.data.shape());
        let image: Arc<[f32]> = image.into();
        let usual = panel::view(Vec::new(), &settings).sheet;
        let view = View {
            data: Some(&self.data),
            planes: PlanesView { models: planes, ..PlanesView::default() },
            pad: PadView { state: &pad, image: Some(&image) },
            sheet: SheetView { sheet: Some(&self.sheet), selection: Some(3), ..usual },
            ..panel::view(models.into(), &settings)
        };
        self.panels.begin_frame();
        if let Some(pane) = &self.shown {
            self.panels.ui(pane, ui, &view, &mut Vec::new());
        }
        self.needs = self.panels.needs(&view, 0.0);
    }

    /// Who holds weights, data and sheet.
    fn holders(&self) -> [usize; 3] {
        [Arc::strong_count(&self.snapshot), Arc::strong_count(&self.data), Arc::strong_count(&self.sheet)]
    }
}

fn harness() -> Harness<'static, Looked> {
    rust_i18n::set_locale("en");
    let draw = |ui: &mut egui::Ui, looked: &mut Looked| looked.ui(ui);
    let builder = Harness::builder().with_size(vec2(640.0, 560.0)).with_context_setup(theme::install);
    builder.build_ui_state(draw, Looked::new())
}

#[test]
fn a_panel_that_leaves_the_screen_holds_nothing_and_needs_nothing() {
    for entry in PANELS {
        let mut harness = harness();
        harness.run_steps(2);
        let before = harness.state().holders();
        harness.state_mut().shown = Some(Pane::of(entry.id));
        harness.run_steps(3);
        harness.state_mut().shown = None;
        harness.run_steps(3);
        let state = harness.state();
        assert_eq!(state.holders(), before, "{}: weights, data, sheet", entry.id);
        let PanelNeeds { lattice, fields, posterior, line, looks, directions, drawings, .. } = &state.needs;
        assert!(lattice.is_none() && fields.is_empty() && posterior.is_none() && line.is_none(), "{}", entry.id);
        assert!(looks.is_empty() && directions.is_empty() && drawings.is_empty(), "{}", entry.id);
        let PanelNeeds { latent_space, data_plane, sheet, completion, timeline, runs, .. } = state.needs;
        assert!([latent_space, data_plane, sheet, completion, timeline, runs] == [false; 6], "{}", entry.id);
        let PanelNeeds { point_map, nearest, browse, .. } = &state.needs;
        assert!(point_map.is_none() && nearest.is_none() && browse.is_none(), "{}", entry.id);
    }
}

/// So that the test above can fail: while they are seen, panels do hold and ask.
#[test]
fn panels_on_the_screen_hold_what_they_show() {
    let held = |id: &str| {
        let mut harness = harness();
        harness.run_steps(2);
        let before = harness.state().holders();
        harness.state_mut().shown = Some(Pane::of(id));
        harness.run_steps(3);
        let after = harness.state().holders();
        (0..3).map(|at| after[at] > before[at]).collect::<Vec<bool>>()
    };
    assert!(held("output")[0] && held("pad")[0], "weights");
    assert!(held("complete")[1], "data");
    assert!(held("compare")[2], "a sheet");
}
