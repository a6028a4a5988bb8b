//! The path that is laid over the plane: its waypoints, the images along it, and what plays it.

use super::PlanePanel;
use super::strip::side;
use crate::explore::line::row_view;
use crate::explore::path::{MOST_WAYPOINTS, PATH_IMAGES, PathKind, PathMade, PlanePath};
use crate::gpu::tiles::{self, TileStyle};
use crate::ui::command::{Command, ImageSubject, PlaneCommand};
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{copy, theme, widgets};
use eframe::egui::{Checkbox, ComboBox, DragValue, Rect, Role, Sense, Slider, Stroke, Ui, WidgetInfo, vec2};
use rust_i18n::t;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// How long a path can be played from end to end, in seconds.
const DURATIONS_SECS: RangeInclusive<f32> = 0.5..=60.0;
/// A frame that came late moves the cursor no further than this, in seconds.
const LONGEST_FRAME_SECS: f32 = 0.1;

/// How a path is played.
pub(super) struct Playing {
    is_playing: bool,
    /// Where on the path, 0 to 1.
    part: f32,
    duration_secs: f32,
}

impl Default for Playing {
    fn default() -> Self {
        Self { is_playing: false, part: 0.0, duration_secs: 6.0 }
    }
}

/// The path that leads somewhere over the plane that is shown.
fn leading<'a>(view: &View<'a>) -> Option<&'a PlanePath> {
    view.path.filter(|path| path.leads() && !view.has_points())
}

/// The same once it is made.
fn made<'v>(view: &'v View<'_>) -> Option<&'v Arc<PathMade>> {
    let known = view.plane(view.settings.plane.model)?;
    let path = leading(view)?;
    known.path.as_ref().filter(|made| made.source.path == *path && known.plane.as_ref() == Some(&made.source.plane))
}

/// The path with one more waypoint: that which is laid, or the line's ends, or none so far.
pub(super) fn extended(view: &View<'_>, place: [f32; 2]) -> Option<PlaneCommand> {
    let line = view.line.map(|line| PlanePath { waypoints: vec![line.from, line.to], ..PlanePath::default() });
    let mut path = view.path.cloned().or(line).unwrap_or_default();
    if path.waypoints.len() >= MOST_WAYPOINTS || path.waypoints.last() == Some(&place) {
        return None;
    }
    path.waypoints.push(place);
    Some(PlaneCommand::Path(Some(path)))
}

/// The same with the code of a test image, given by its place in the split, in place of where it lies.
pub(super) fn through_image(view: &View<'_>, place: [f32; 2], image: usize) -> Option<PlaneCommand> {
    match (extended(view, place)?, u32::try_from(image)) {
        (PlaneCommand::Path(Some(mut path)), Ok(image)) => {
            path.images.insert(path.waypoints.len() - 1, image);
            Some(PlaneCommand::Path(Some(path)))
        }
        _ => None,
    }
}

/// The cursor goes to a part of a path.
fn go(view: &View<'_>, made: &PathMade, part: f32, settled: bool) -> Command {
    let at = made.at(part);
    match (made.leaves_plane(), settled) {
        (true, _) => {
            PlaneCommand::CursorOnPath { model: view.slots.id(view.settings.plane.model), at, part, settled }.into()
        }
        (false, true) => PlaneCommand::CursorSettled(at).into(),
        (false, false) => PlaneCommand::Cursor(at).into(),
    }
}

/// What a kind of path is called, and what it is.
fn words(kind: PathKind) -> (String, String) {
    match kind {
        PathKind::Straight => (tr("plane.path_straight"), tr("plane.path_straight_tip")),
        PathKind::Spherical => (tr("plane.path_spherical"), tr("plane.path_spherical_tip")),
        PathKind::Geodesic => (tr("plane.path_geodesic"), tr("plane.path_geodesic_tip")),
    }
}

impl PlanePanel {
    /// The height of the images and the controls in so wide a panel, in points: 0 where there is no path.
    pub(super) fn path_height(&self, ui: &Ui, view: &View<'_>, width: f32) -> f32 {
        let row = ui.spacing().interact_size.y + ui.spacing().item_spacing.y;
        if leading(view).is_some() { side(width) + theme::GRID + row } else { 0.0 }
    }

    /// The images along the path, and what plays and changes it.
    pub(super) fn path(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let Some(path) = leading(view) else {
            self.playing.is_playing = false;
            return;
        };
        let made = made(view).cloned();
        self.path_images(ui, view, made.as_deref(), commands);
        ui.horizontal(|ui| {
            self.player(ui, view, made.as_deref(), commands);
            let mut changed = path.clone();
            let (name, tip) = words(path.kind);
            let list = ComboBox::from_id_salt("path kind").selected_text(name).show_ui(ui, |ui| {
                for kind in PathKind::ALL {
                    let (name, tip) = words(kind);
                    ui.selectable_value(&mut changed.kind, kind, name).on_hover_text(tip);
                }
            });
            list.response.on_hover_text(tip).accessible_name(tr("plane.path_kind"));
            let closed = Checkbox::new(&mut changed.closed, tr("plane.path_closed"));
            ui.add(closed).on_hover_text(tr("plane.path_closed_tip"));
            if changed != *path {
                commands.push(PlaneCommand::Path(Some(changed)).into());
            }
            let remove = (tr("plane.path_remove"), tr("plane.path_remove_tip"));
            if widgets::sign_button(ui, true, theme::signs::REMOVE, &remove.0, &remove.1).clicked() {
                commands.push(PlaneCommand::Path(None).into());
            }
            if made.is_none() {
                ui.spinner();
                ui.label(theme::note(ui, tr("plane.path_coming")));
            }
            if let Some(made) = made.filter(|made| made.leaves_plane()) {
                let words = t!("plane.path_leaves", distance = format!("{:.2}", made.farthest()));
                ui.label(theme::note(ui, words)).on_hover_text(tr("plane.path_leaves_tip"));
            }
        });
    }

    /// Plays the path, holds it still, and goes to any place of it: the cursor moves along.
    fn player(&mut self, ui: &mut Ui, view: &View<'_>, made: Option<&PathMade>, commands: &mut Vec<Command>) {
        let playing = &mut self.playing;
        let (sign, name) = match playing.is_playing {
            true => (theme::signs::PAUSE, tr("plane.path_pause")),
            false => (theme::signs::START, tr("plane.path_play")),
        };
        if widgets::sign_button(ui, made.is_some(), sign, &name, &tr("plane.path_play_tip")).clicked() {
            playing.is_playing = !playing.is_playing;
            if playing.is_playing && playing.part >= 1.0 {
                playing.part = 0.0;
            }
            if let (false, Some(made)) = (playing.is_playing, made) {
                commands.push(go(view, made, playing.part, true));
            }
        }
        let slider = ui.add_enabled(made.is_some(), Slider::new(&mut playing.part, 0.0..=1.0).show_value(false));
        let slider = slider.on_hover_text(tr("plane.path_scrub_tip")).accessible_name(tr("plane.path_scrub"));
        if let (true, Some(made)) = (slider.changed(), made) {
            playing.is_playing = false;
            commands.push(go(view, made, playing.part, false));
        }
        if let (true, Some(made)) = (slider.drag_stopped(), made) {
            commands.push(go(view, made, playing.part, true));
        }
        let duration = DragValue::new(&mut playing.duration_secs).range(DURATIONS_SECS).speed(0.1).fixed_decimals(1);
        let duration = ui.add(duration.suffix(" s")).on_hover_text(tr("plane.path_duration_tip"));
        duration.accessible_name(tr("plane.path_duration"));
        let Some(made) = made.filter(|_| playing.is_playing) else { return };
        // A frame later it is further on; nothing is drawn for it while it does not play.
        playing.part += ui.input(|input| input.stable_dt).min(LONGEST_FRAME_SECS) / playing.duration_secs;
        if playing.part >= 1.0 && made.source.path.closed {
            playing.part = playing.part.fract();
        }
        if playing.part < 1.0 {
            commands.push(go(view, made, playing.part, false));
            ui.ctx().request_repaint();
        } else {
            (playing.part, playing.is_playing) = (1.0, false);
            commands.push(go(view, made, 1.0, true));
        }
    }

    /// The images along the path; a click on one takes the cursor to its place.
    fn path_images(&mut self, ui: &mut Ui, view: &View<'_>, made: Option<&PathMade>, commands: &mut Vec<Command>) {
        let side = side(ui.available_width());
        let (rect, response) = ui.allocate_exact_size(vec2(side * PATH_IMAGES as f32, side), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, tr("plane.path_images")));
        if ui.is_rect_visible(rect) {
            self.draw_path_images(ui, rect, view, made);
        }
        let pointed = response.interact_pointer_pos().map(|pixel| ((pixel.x - rect.left()) / side).max(0.0) as usize);
        let part = |image: usize| Some((made?, made?.image_parts().nth(image)?));
        if let Some((made, part)) = pointed.filter(|_| response.clicked()).and_then(part) {
            commands.push(go(view, made, part, true));
        }
        if let Some(image) = pointed.filter(|_| response.secondary_clicked()) {
            self.strip.menu_place = image;
        }
        if let Some((_, part)) = part(self.strip.menu_place) {
            copy::menu(&response, ImageSubject::OnPath(view.settings.plane.model, part), commands);
        }
        response.on_hover_text(tr("plane.path_images_tip"));
    }

    fn draw_path_images(&self, ui: &Ui, rect: Rect, view: &View<'_>, made: Option<&PathMade>) {
        let (painter, palette) = (ui.painter_at(rect), theme::of(ui));
        painter.rect_filled(rect, 0.0, palette.surfaces[0]);
        if let Some(images) = made.and_then(|made| made.images.as_ref()) {
            let style = TileStyle { map: view.settings.color_map, smooth: true };
            tiles::paint(&painter, rect, &self.strip.of_cpu, images, row_view(&images.lattice), style);
        }
        let width = rect.width() / PATH_IMAGES as f32;
        for place in 1..PATH_IMAGES {
            let x = rect.left() + width * place as f32;
            painter.vline(x, rect.y_range(), Stroke::new(2.0, palette.surfaces[1]));
        }
    }
}
