//! The composition root: `logic()` receives what threads have done, `ui()` draws, `apply(Command)` is the only thing that
//! mutates. All state is in a [`Session`], which outlives the window.

mod apply;
mod browsing;
mod class_networks;
mod complete;
mod completion_state;
mod completions;
mod counting;
mod data_plane_state;
mod data_planes;
mod decoder_state;
mod decoding;
mod done;
mod drawing;
mod drawn_points;
mod examples;
mod field_pace;
mod fields;
mod files;
mod findings;
mod gaps;
mod jobs;
mod kept;
mod latent_space;
mod logic;
mod model_views;
mod panel_picture;
mod past;
mod path_state;
mod paths;
mod planes;
mod point_maps;
mod points;
mod project;
mod receive;
mod requests;
mod resting;
mod restore;
mod run_table;
mod run_table_state;
mod runs;
mod runtime;
mod script;
mod selecting;
mod selection_state;
mod services;
mod session;
mod session_files;
mod shares;
mod sheet_state;
mod sheets;
mod shell;
mod space_state;
mod trials;

mod start;
mod state;
mod throttle;
mod timeline;
mod timeline_state;
mod tolerant;
mod undo;
mod wake;

pub use crate::ui::messages::Level;
pub use past::PastShown;
pub use project::{ModelEntry, Project};
pub use runtime::ModelRuntime;
pub use script::{Script, ScriptWindow, ScriptedExplorer, SharedScript};
pub use session::{Session, SessionModel};
pub use start::Start;
pub use state::{PATH_VARIABLE, State};
pub use wake::Waker;

use crate::app::drawing::Drawing;
use crate::gpu::{DeviceInfo, live};
use crate::ui::command::Command;
use crate::ui::layout::Behavior;
use crate::ui::model_card::sections;
use crate::ui::settings::Appearance;
use crate::ui::shortcuts::KeyboardState;
use crate::ui::{Pane, dropped, help, menu, present, shortcuts, theme};
use eframe::egui::{self, Context, ThemePreference, Ui};
use eframe::{egui_wgpu, wgpu};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A session that a window and its maker share.
pub type SharedSession = Rc<RefCell<Session>>;

/// One window on a session.
pub struct Explorer {
    session: SharedSession,
    /// When the last frame began.
    began: Instant,
    /// Whether the processor draws.
    software: bool,
    lost: Arc<AtomicBool>,
    render_state: Option<egui_wgpu::RenderState>,
    /// What drawing has taken of the processor.
    drawing: Drawing,
    /// Whether the window is known to lie within its screen.
    fitted: bool,
}

impl Explorer {
    /// A window on `session`.
    pub fn new(session: SharedSession, creation: &eframe::CreationContext<'_>) -> Self {
        let render_state = creation.wgpu_render_state.clone();
        let device = render_state.as_ref().map(|state| DeviceInfo::of(&state.adapter));
        let software = device.as_ref().is_some_and(|device| device.software);
        let mut state = session.borrow_mut();
        // Off-screen nobody clears with this program's colour.
        state.shell.cleared = creation.winit_window().is_some();
        state.attach(&creation.egui_ctx, device.map_or_else(String::new, |device| device.name));
        if let Some(render_state) = &render_state {
            state.install(render_state);
        }
        drop(state);
        Self {
            session,
            began: Instant::now(),
            software,
            lost: Arc::default(),
            render_state,
            drawing: Drawing::default(),
            fitted: false,
        }
    }

    /// Closes as soon as `lost` says that the graphics device is gone: with a device that is lost nothing can be drawn.
    #[must_use]
    pub fn closed_by(mut self, lost: Arc<AtomicBool>) -> Self {
        self.lost = lost;
        self
    }

    /// The session.
    pub fn session(&self) -> &SharedSession {
        &self.session
    }
}

/// Makes a window that opened larger than its screen as large as that; whether its size is known.
fn fit_to_screen(context: &Context) -> bool {
    let viewport = context.input(|input| input.viewport().clone());
    let (Some(screen), Some(inner), Some(outer)) = (viewport.monitor_size, viewport.inner_rect, viewport.outer_rect)
    else {
        return false;
    };
    // A window manager gives its frame with the first events, not with the first frame.
    let frame = outer.size() - inner.size();
    let most = screen - frame;
    if screen.min_elem() > 0.0 && (inner.width() > most.x || inner.height() > most.y) {
        context.send_viewport_cmd(egui::ViewportCommand::InnerSize(inner.size().min(most)));
        context.send_viewport_cmd(egui::ViewportCommand::OuterPosition(egui::Pos2::ZERO));
    }
    frame.y > 0.0 || context.cumulative_frame_nr() > 30
}

impl eframe::App for Explorer {
    fn logic(&mut self, context: &Context, frame: &mut eframe::Frame) {
        let last_frame_s = frame.info().cpu_usage.unwrap_or(0.0).clamp(0.0, 5.0);
        let drawn = if self.software { self.drawing.since_last() } else { None };
        let last_frame = drawn.unwrap_or(Duration::from_secs_f32(last_frame_s));
        if self.software && self.session.borrow().is_training() {
            // As a screen's own pace would: without it training has what a moving pointer leaves.
            let pause = self.session.borrow().waker().pause(last_frame, self.began.elapsed());
            std::thread::sleep(pause);
        }
        if !self.fitted {
            self.fitted = fit_to_screen(context);
        }
        self.began = Instant::now();
        self.session.borrow_mut().logic(context, last_frame);
    }

    fn raw_input_hook(&mut self, _context: &Context, input: &mut egui::RawInput) {
        self.session.borrow().begin_capture(input);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        if let Some(state) = &self.render_state {
            // Its callbacks are called from here: a device that was destroyed says so only when it is asked.
            let _ = state.device.poll(wgpu::PollType::Poll);
            live::release_unused(state);
        }
        if self.lost.load(Ordering::Relaxed) {
            // A frame without shapes is the one that egui's renderer takes without panicking.
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
            return;
        }
        self.session.borrow_mut().ui(ui);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self) {
        let mut session = self.session.borrow_mut();
        session.keep_state(&Context::default(), true);
        session.detach();
    }
}

impl Session {
    /// Draws everything, and carries out what was asked for.
    pub fn ui(&mut self, ui: &mut Ui) {
        let context = ui.ctx().clone();
        self.shell.frames += 1;
        self.set_theme(&context);
        let mut commands = Vec::new();
        let keyboard = KeyboardState {
            plane_focus: self.shell.needs.plane_focus,
            help: self.shell.panels.dialogs.help,
            maximised: self.shell.layout.maximised().is_some(),
            presenting: self.shell.presenting,
            asks: self.shell.panels.dialogs.is_open(),
            cursor: self.project.cursor,
            plane: self.project.settings.plane.model,
            viewport: self.project.view,
        };
        shortcuts::commands(&context, &keyboard, &mut commands);
        dropped::commands(ui, &mut commands);

        // The panels' own looks and the layout are lent out while the rest is looked at.
        let mut panels = std::mem::take(&mut self.shell.panels);
        panels.begin_frame();
        let mut layout = std::mem::take(&mut self.shell.layout);
        let shown: Vec<Pane> = if self.shell.presenting { present::panes().into() } else { layout.shown() };
        let needs;
        {
            let view = self.view(&shown);
            let palette = theme::of(ui);
            if !self.shell.cleared {
                ui.painter().rect_filled(context.content_rect(), 0.0, palette.surfaces[1]);
            }
            // The panels' own ground is what the window is cleared with: a processor that draws pays for every layer.
            if !view.presenting {
                let bar = egui::Frame::new().inner_margin(theme::GRID / 2.0);
                egui::Panel::top("bar").frame(bar).show(ui, |ui| menu::ui(ui, &view, &mut commands));
            }
            egui::CentralPanel::default().frame(egui::Frame::NONE).show(ui, |ui| {
                if view.presenting {
                    present::ui(ui, &mut panels, &view, &mut commands);
                } else {
                    layout.ui(ui, view.has_curves(), &mut Behavior::new(&mut panels, &view, &mut commands));
                }
            });
            panels.dialogs.ui(&context, &view, &mut commands);
            panels.damaged.ui(&context, &mut commands);
            panels.fork.ui(&context, &mut commands);
            help::ui(&context, &mut panels.dialogs.help);
            needs = panels.needs(&view, context.input(|input| input.time));
        }
        self.shell.needs = needs;
        self.shell.panels = panels;
        self.shell.layout = layout;
        self.request_views();
        self.request_browse();
        let undo = &self.undo;
        self.shell.toasts.retain(|command| match command {
            Command::UndoTo(number) => undo.has(*number),
            _ => true,
        });
        if self.shell.capture.is_none() {
            self.shell.toasts.show(&context, &mut commands);
        }
        self.announce(&context);

        match self.shell.next_zoom.take() {
            Some(zoom) => context.set_zoom_factor(zoom),
            None => self.shell.zoom = context.zoom_factor(),
        }
        if let Some(image) = self.shell.copied.take() {
            context.copy_image(image);
        }
        if let Some(on) = self.shell.full_screen.take() {
            context.send_viewport_cmd(egui::ViewportCommand::Fullscreen(on));
        }
        let size = context.content_rect().size();
        self.shell.maximized = context.input(|input| input.viewport().maximized.unwrap_or(false));
        if !self.shell.maximized {
            self.shell.window = Some([size.x, size.y]);
        }
        self.keep_sections(&context);
        self.take_capture(&context);
        let asked = !commands.is_empty();
        for command in commands {
            self.apply(command);
        }
        if asked {
            context.request_repaint();
        }
        if self.shell.quit {
            context.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }

    /// Remembers which sections of cards are open.
    fn keep_sections(&mut self, context: &Context) {
        let open = |model: &ModelEntry| Some((model.id, sections::open_name(context, model.id)?.to_owned()));
        self.shell.sections = self.project.models.iter().filter_map(open).collect();
    }

    /// Gives the window the theme that is switched on.
    fn set_theme(&mut self, context: &Context) {
        let look = (self.project.settings.clone(), context.theme() == egui::Theme::Dark);
        if self.shell.themed.as_ref() == Some(&look) {
            return;
        }
        context.set_theme(match self.project.settings.appearance {
            Appearance::System => ThemePreference::System,
            Appearance::Dark => ThemePreference::Dark,
            Appearance::Light => ThemePreference::Light,
        });
        self.shell.themed = Some(look);
    }

    /// Toasts are only painted: a screen reader gets the newest message as a status.
    fn announce(&self, context: &Context) {
        if let Some((_, text)) = &self.shell.last_message {
            context.accesskit_node_builder(egui::Id::unique("newest message"), |node| {
                node.set_role(egui::accesskit::Role::Status);
                node.set_live(egui::accesskit::Live::Polite);
                node.set_label(text.as_str());
            });
        }
    }
}
