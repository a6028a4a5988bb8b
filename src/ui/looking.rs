//! The plane and the output as panels of the window: what they draw from, and what they ask for.

use crate::explore::encoded::EncodedPoints;
use crate::explore::plane::Plane;
use crate::explore::tiles::{AtlasLimits, TileGrid};
use crate::explore::viewer::{LookFound, NearestFound};
use crate::gpu::{Decoding, OnDevice};
use crate::ui::command::{Command, Slot};
use crate::ui::output::{OutputAction, OutputColors, OutputInput, OutputModel, OutputPanel};
use crate::ui::plane::{PlaneAction, PlaneColors, PlaneInput, PlanePanel, Show};
use crate::ui::text::{decoded_by, tr};
use crate::ui::view::View;
use crate::ui::{Panel, theme};
use eframe::egui::Ui;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is drawn on the plane: kept between sittings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlaneSettings {
    /// Whose plane it is.
    pub model: Slot,
    /// Tiles along the longer side.
    pub grid: usize,
    /// What is drawn.
    pub show: Show,
}

impl Default for PlaneSettings {
    fn default() -> Self {
        Self { model: Slot::A, grid: 20, show: Show::default() }
    }
}

/// What is known of one model's plane.
#[derive(Clone, Default)]
pub struct PlaneView {
    /// Where it lies.
    pub plane: Option<Arc<Plane>>,
    /// Its newest tiles.
    pub tiles: Option<Arc<TileGrid>>,
    /// Its newest encoded points.
    pub points: Option<Arc<EncodedPoints>>,
    /// What it made of a latent last.
    pub found: Option<Arc<LookFound>>,
    /// Where the window's device decodes.
    pub on_device: Option<OnDevice>,
}

/// What is known of both planes.
#[derive(Clone, Default)]
pub struct LookView {
    /// The planes of A and B.
    pub planes: [PlaneView; 2],
    /// How large a texture with tiles may be.
    pub limits: AtlasLimits,
    /// The training image nearest to A's output.
    pub nearest: Option<Arc<NearestFound>>,
}

/// Where the cursor is: the plane is drawn first, and where it moved the cursor in this very frame, all follow in this frame.
pub fn newest_cursor(view: &View<'_>, commands: &[Command]) -> [f32; 2] {
    let moved = commands.iter().rev().find_map(|command| match command {
        Command::Cursor(cursor) | Command::CursorSettled(cursor) => Some(*cursor),
        _ => None,
    });
    moved.unwrap_or(view.cursor)
}

/// The latent plane in its tile.
#[derive(Default)]
pub struct PlanePane {
    /// The panel.
    pub panel: PlanePanel,
}

impl Panel for PlanePane {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let palette = theme::of(ui);
        let settings = view.settings.plane;
        let model = settings.model;
        let look = match model {
            Slot::A => &view.look.planes[0],
            Slot::B => &view.look.planes[1],
        };
        let input = PlaneInput {
            text: tr,
            colors: PlaneColors {
                background: palette.surfaces[0],
                surface: palette.surfaces[1],
                text: palette.text,
                text_secondary: palette.text_secondary,
                ring: palette.text_secondary,
                cursor: palette.text,
                halo: palette.surfaces[0],
                focus: palette.text_secondary,
            },
            model_names: [&view.model(Slot::A).config.preset, &view.model(Slot::B).config.preset],
            model_colors: Slot::BOTH.map(theme::model_color),
            model: model.index(),
            plane: look.plane.as_ref(),
            snapshot: view.model(model).snapshot,
            on_device: look.on_device,
            limits: view.look.limits,
            tiles: look.tiles.as_ref(),
            points: look.points.as_ref(),
            images: view.data.map(|data| &data.test),
            class_names: view.data.map(|data| data.class_names()).unwrap_or_default(),
            class_colors: &theme::CLASSES,
            cursor: view.cursor,
            map: view.settings.color_map,
            grid: settings.grid,
            show: settings.show,
        };
        for action in self.panel.ui(ui, &input) {
            let plane = |plane| Command::Settings(crate::ui::settings::Settings { plane, ..*view.settings });
            commands.push(match action {
                PlaneAction::CursorMoved(cursor) => Command::Cursor(cursor),
                PlaneAction::CursorSettled(cursor) => Command::CursorSettled(cursor),
                PlaneAction::ModelChosen(index) => {
                    plane(PlaneSettings { model: if index == 0 { Slot::A } else { Slot::B }, ..settings })
                }
                PlaneAction::GridChosen(grid) => plane(PlaneSettings { grid, ..settings }),
                PlaneAction::ShowChanged(show) => plane(PlaneSettings { show, ..settings }),
                PlaneAction::OriginFromPoint(index) => Command::OriginFromPoint(model, index),
                PlaneAction::OriginToZero => Command::OriginToZero(model),
                PlaneAction::Fill => Command::ToggleBoth,
                PlaneAction::ViewChanged(_) | PlaneAction::Hovered(_) => continue,
            });
        }
    }
}

/// The output in its tile.
#[derive(Default)]
pub struct OutputPane {
    /// The panel.
    pub panel: OutputPanel,
}

impl Panel for OutputPane {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let palette = theme::of(ui);
        let [plane_a, plane_b] = &view.look.planes;
        let model = |slot: Slot, plane: &'_ Option<Arc<Plane>>| (view.model(slot).snapshot, plane.clone());
        let (a, b) = (model(Slot::A, &plane_a.plane), model(Slot::B, &plane_b.plane));
        let refused = |slot: Slot| match &view.model(slot).decoding {
            refused @ Decoding::CpuRefused(_) => Some(decoded_by(refused)),
            _ => None,
        };
        let (refused_a, refused_b) = (refused(Slot::A), refused(Slot::B));
        let input = OutputInput {
            text: tr,
            colors: OutputColors {
                background: palette.surfaces[0],
                text: palette.text,
                text_secondary: palette.text_secondary,
                frame: palette.text_secondary,
            },
            models: [
                OutputModel {
                    name: &view.model(Slot::A).config.preset,
                    color: theme::model_color(Slot::A),
                    snapshot: a.0,
                    plane: a.1.as_deref(),
                    on_device: plane_a.on_device,
                    refused: refused_a.as_deref(),
                    found: plane_a.found.as_ref(),
                },
                OutputModel {
                    name: &view.model(Slot::B).config.preset,
                    color: theme::model_color(Slot::B),
                    snapshot: b.0,
                    plane: b.1.as_deref(),
                    on_device: plane_b.on_device,
                    refused: refused_b.as_deref(),
                    found: plane_b.found.as_ref(),
                },
            ],
            cursor: newest_cursor(view, commands),
            map: view.settings.color_map,
            nearest: view.look.nearest.as_deref(),
            train: view.data.map(|data| &data.train),
            class_names: view.data.map(|data| data.class_names()).unwrap_or_default(),
        };
        for action in self.panel.ui(ui, &input) {
            match action {
                OutputAction::Fill => commands.push(Command::ToggleBoth),
            }
        }
    }
}
