//! A panel with a plane, its harnesses, and where on it things are.

use crate::panel::{self, Screen, dataset, snapshot, split};
use eframe::egui::{self, Color32, Event, Modifiers, PointerButton, Pos2, vec2};
use eframe::egui_wgpu::{RenderState, RendererOptions};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use egui_kittest::wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup};
use latentarium::explore::encoded::{EncodedPoints, Encoding, PlanePoint};
use latentarium::explore::plane::Plane;
use latentarium::explore::tiles::{AtlasLimits, TileGrid};
use latentarium::explore::viewer::CpuDecoder;
use latentarium::explore::viewport::{Area, Viewport};
use latentarium::gpu::Resources;
use latentarium::snapshot::Scratch;
use latentarium::ui::plane::PlanePanel;
use latentarium::ui::plane::layers::LAYERS;
use latentarium::ui::slot::Slot;
use latentarium::ui::theme;
use std::sync::Arc;
use std::time::Duration;

/// What an app keeps for the plane.
pub struct State {
    pub panel: PlanePanel,
    pub screen: Screen,
}

impl State {
    pub fn new(latent: usize, filled: bool) -> Self {
        let snapshot = snapshot(latent, 3);
        let plane = Arc::new(if latent == 2 { Plane::of_two() } else { Plane::random(latent, 5) });
        let images = split(200);
        let mut screen = Screen::new();
        screen.settings.plane.grid = 12;
        screen.data = Some(dataset(&images));
        screen.plane(Slot::A).plane = Some(plane.clone());
        if filled {
            let encoding = Encoding::of(&snapshot, &images, 200, &mut Scratch::default(), &mut || true).unwrap();
            let area = Area { min: [0.0, 0.0], size: [600.0, 400.0] };
            let lattice = latentarium::explore::tiles::Lattice::covering(&Viewport::default(), area, 8);
            let (decoder, limits) = (&mut CpuDecoder::default(), AtlasLimits::default());
            let tiles = TileGrid::decode(decoder, &snapshot, &plane, lattice, limits, &mut || true);
            screen.plane(Slot::A).tiles = tiles.map(Arc::new);
            screen.plane(Slot::A).points = Some(Arc::new(EncodedPoints::new(Arc::new(encoding), plane)));
            screen.snapshots.insert(Slot::A, snapshot);
        }
        Self { panel: PlanePanel::default(), screen }
    }

    pub fn points(&mut self) -> &mut Option<Arc<EncodedPoints>> {
        &mut self.screen.plane(Slot::A).points
    }

    /// Shows these layers of those that have a switch, and no others.
    pub fn show_only(&mut self, ids: &[&str]) {
        for layer in LAYERS.iter().filter(|layer| layer.text_keys().is_some()) {
            self.screen.settings.plane.show.set(layer.id, ids.contains(&layer.id));
        }
    }

    pub fn ui(&mut self, ui: &mut egui::Ui) {
        self.screen.draw(&mut self.panel, ui);
    }
}

pub fn harness(state: State) -> Harness<'static, State> {
    let mut harness = Harness::builder()
        .with_size(vec2(700.0, 500.0))
        .with_step_dt(1.0 / 60.0)
        .with_context_setup(theme::install)
        .build_ui_state(|ui, state: &mut State| state.ui(ui), state);
    harness.run_steps(2);
    harness.state_mut().screen.commands.clear();
    harness
}

/// What draws to a picture, or a sentence why there is none.
pub fn render_state() -> Option<RenderState> {
    if latentarium::gpu::probe().is_none() {
        assert!(std::env::var("LATENTARIUM_REQUIRE_GPU").as_deref() != Ok("1"), "a graphics adapter is required");
        println!("skipped: there is no graphics adapter here");
        return None;
    }
    let render_state = create_render_state(default_wgpu_setup(), RendererOptions::PREDICTABLE);
    latentarium::gpu::install(&render_state);
    Some(render_state)
}

pub fn on_screen(state: State, render_state: &RenderState) -> Harness<'static, State> {
    let mut harness = Harness::builder()
        .with_size(vec2(700.0, 500.0))
        .with_step_dt(1.0 / 60.0)
        .with_context_setup(theme::install)
        .renderer(WgpuTestRenderer::from_render_state(render_state.clone()))
        .build_ui_state(|ui, state: &mut State| state.ui(ui), state);
    harness.run_steps(2);
    harness
}

pub fn uploads(render_state: &RenderState) -> u64 {
    render_state.renderer.read().callback_resources.get::<Resources>().unwrap().uploads()
}

/// Points of these places and classes.
pub fn points_at(points: &[([f32; 2], u8)]) -> Arc<EncodedPoints> {
    let encoding = Encoding {
        step: 7,
        latent: 2,
        mean: points.iter().flat_map(|(position, _)| *position).collect(),
        log_variance: vec![0.0; 2 * points.len()],
        kl_per_dimension: vec![0.0; 2],
        images: (0..points.len() as u32).collect(),
        labels: points.iter().map(|(_, class)| *class).collect(),
        took: Duration::ZERO,
    };
    Arc::new(EncodedPoints::new(Arc::new(encoding), Arc::new(Plane::of_two())))
}

pub fn area(harness: &Harness<'_, State>) -> (egui::Rect, Area) {
    let rect = harness.get_by_label("Latent plane").rect();
    (rect, Area { min: rect.min.into(), size: rect.size().into() })
}

pub fn button(harness: &Harness<'_, State>, pos: Pos2, button: PointerButton, pressed: bool) {
    harness.event(Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE });
}

/// Opens a menu of the header.
pub fn open(harness: &mut Harness<'_, State>, name: &str) {
    harness.get_by_label(&format!("{name} ▾")).click();
    harness.run_steps(3);
}

pub fn close(a: [f32; 2], b: [f32; 2]) -> bool {
    (a[0] - b[0]).abs() < 0.02 && (a[1] - b[1]).abs() < 0.02
}

pub fn points_of(harness: &Harness<'_, State>) -> Arc<EncodedPoints> {
    harness.state().screen.planes.get(panel::id(Slot::A)).unwrap().points.clone().unwrap()
}

/// A point that can be seen well, and where it is on the screen.
pub fn some_point(harness: &Harness<'_, State>) -> (usize, Pos2) {
    let (rect, area) = area(harness);
    let points = points_of(harness);
    let inner = egui::Rect::from_min_max(rect.min + vec2(20.0, 20.0), rect.max - vec2(180.0, 40.0));
    let pixel = |point: &PlanePoint| Pos2::from(Viewport::default().pixel_from_plane(area, point.position));
    let (index, at) =
        points.points.iter().map(pixel).enumerate().find(|(_, at)| inner.contains(*at)).expect("a visible point");
    let position = Viewport::default().plane_from_pixel(area, at.into());
    (points.nearest(position, 1.0, |_| true).unwrap_or(index), at)
}

/// The colour that is drawn at a place of the plane.
pub fn color_at(harness: &mut Harness<'_, State>, position: [f32; 2]) -> Color32 {
    let [x, y] = Viewport::default().pixel_from_plane(area(harness).1, position);
    let pixel = harness.render().unwrap().get_pixel(x.round() as u32, y.round() as u32).0;
    Color32::from_rgb(pixel[0], pixel[1], pixel[2])
}
