//! A window that is driven from inside: what measurement and tests of the real window stand on.

use crate::app::Session;
use eframe::egui::{Context, Event, Rect};
use eframe::wgpu;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// What a [`Script`] can reach, before a frame is drawn.
pub struct Stage<'a> {
    /// Everything the program knows.
    pub session: &'a mut Session,
    /// The window's own context: to ask for frames, or to close it.
    pub context: &'a Context,
    /// What the window draws with.
    pub render_state: Option<&'a eframe::egui_wgpu::RenderState>,
    /// Since this window was opened.
    pub elapsed: Duration,
}

impl Stage<'_> {
    /// The device that the window draws with.
    pub fn device(&self) -> Option<&wgpu::Device> {
        self.render_state.map(|state| &state.device)
    }

    /// Where the plane was drawn last, in points of the window; `None` before.
    pub fn plane_rect(&self) -> Option<Rect> {
        let id = self.session.shell.needs.plane_focus?;
        self.context.read_response(id).map(|response| response.rect)
    }

    /// Closes the window with this frame.
    pub fn close(&mut self) {
        self.session.shell.quit = true;
    }
}

/// Drives a window. It is asked once a frame, and asks for no frames by itself.
pub trait Script {
    /// What is to be done before this frame is drawn.
    fn frame(&mut self, stage: Stage<'_>);

    /// What the person does in this frame beside what the window system says.
    fn input(&mut self) -> Vec<Event> {
        Vec::new()
    }
}

/// A script that outlives the window, as the session does.
pub type SharedScript = Rc<RefCell<dyn Script>>;
