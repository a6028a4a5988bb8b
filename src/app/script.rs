//! A window that is driven from inside: what measurement and tests of the real window stand on.

use crate::app::{Explorer, Session};
use eframe::egui::{Context, Event, RawInput, Rect, Ui};
use eframe::egui_wgpu::RenderState;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// What a [`Script`] can reach, before a frame is drawn.
pub struct ScriptWindow<'a> {
    /// Everything the program knows.
    pub session: &'a mut Session,
    /// The window's own context: to ask for frames.
    pub context: &'a Context,
    /// What the window draws with.
    pub render_state: Option<&'a RenderState>,
    /// Since this window was opened.
    pub elapsed: Duration,
}

impl ScriptWindow<'_> {
    /// Where the plane was drawn last, in points of the window; `None` before.
    pub fn plane_rect(&self) -> Option<Rect> {
        let id = self.session.shell.needs.plane_focus?;
        self.context.read_response(id).map(|response| response.rect)
    }
}

/// Drives a window. It is asked once a frame, and asks for no frames by itself.
pub trait Script {
    /// What is to be done before this frame is drawn.
    fn frame(&mut self, window: ScriptWindow<'_>);

    /// What the person does in this frame beside what the window system says.
    fn input(&mut self) -> Vec<Event> {
        Vec::new()
    }
}

/// A script that outlives the window, as the session does.
pub type SharedScript = Rc<RefCell<dyn Script>>;

/// An explorer that a script drives.
pub struct ScriptedExplorer {
    explorer: Explorer,
    script: SharedScript,
    opened: Instant,
}

impl ScriptedExplorer {
    /// Opened now.
    pub fn new(explorer: Explorer, script: SharedScript) -> Self {
        Self { explorer, script, opened: Instant::now() }
    }
}

impl eframe::App for ScriptedExplorer {
    fn raw_input_hook(&mut self, _context: &Context, input: &mut RawInput) {
        input.events.append(&mut self.script.borrow_mut().input());
    }

    fn logic(&mut self, context: &Context, frame: &mut eframe::Frame) {
        self.explorer.logic(context, frame);
        self.script.borrow_mut().frame(ScriptWindow {
            session: &mut self.explorer.session.borrow_mut(),
            context,
            render_state: self.explorer.render_state.as_ref(),
            elapsed: self.opened.elapsed(),
        });
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        self.explorer.ui(ui, frame);
    }

    fn clear_color(&self, visuals: &eframe::egui::Visuals) -> [f32; 4] {
        self.explorer.clear_color(visuals)
    }

    fn on_exit(&mut self) {
        self.explorer.on_exit();
    }
}
