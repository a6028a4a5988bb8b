//! Takes a picture of a panel: the window is drawn once more with nothing over it, and the panel is cut out in the background.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::panel_picture::{CapturedWindow, PanelCapture, PanelPicture};
use crate::app::session::Session;
use crate::ui::command::{Ask, ExportSubject, PanelPictureUse};
use crate::ui::messages::Level;
use crate::ui::pane::Pane;
use crate::ui::text::tr;
use eframe::egui::{ColorImage, Context, Event, RawInput, Rect, ScreenshotCallback, ViewportCommand};
use std::sync::Arc;
use std::time::Duration;

/// A window that gives no picture of itself is not waited for longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Until it is there the window is drawn this often: its device answers between frames.
const INTERVAL: Duration = Duration::from_millis(20);

impl Session {
    /// Takes a picture of a panel with the next frame, in which no menu is open any more.
    pub(super) fn picture_panel(&mut self, pane: Pane, purpose: PanelPictureUse) {
        let (sender, receiver) = crossbeam_channel::bounded::<CapturedWindow>(1);
        self.shell.capture = Some(PanelCapture { pane: pane.clone(), sender });
        self.services.jobs.start(JobKey::PicturePanel, move |_| {
            let captured = receiver.recv_timeout(PATIENCE).ok();
            let picture = captured.and_then(|captured| captured.cut_out());
            Done::PanelPictured(purpose, picture.map(|picture| PanelPicture { pane, picture: Arc::new(picture) }))
        });
    }

    /// Before a frame: where a panel's picture is taken with it, nothing is pointed at, so that no tooltip lies over it.
    pub(in crate::app) fn begin_capture(&self, input: &mut RawInput) {
        if self.shell.capture.is_some() {
            input.events.retain(|event| !matches!(event, Event::PointerMoved(_)));
            input.events.push(Event::PointerGone);
        }
    }

    /// After a frame: has the window give what it has drawn. A picture that nobody is asked a path for any more goes.
    pub(in crate::app) fn take_capture(&mut self, context: &Context) {
        if !self.shell.panels.dialogs.asks(Ask::Export(ExportSubject::Panel)) {
            self.services.panel_picture = None;
        }
        if self.services.jobs.is_running(&JobKey::PicturePanel) {
            context.request_repaint_after(INTERVAL);
        }
        let Some(PanelCapture { pane, sender }) = self.shell.capture.take() else { return };
        // Without a place the sender goes, and the job says so.
        let Some(place) = self.shell.panels.place(&pane) else { return };
        let pixels_per_point = context.pixels_per_point();
        let callback = ScreenshotCallback::new(move |window| {
            // Nobody receives any more only where another picture was asked for.
            let _ = sender.try_send(CapturedWindow { window, place, pixels_per_point });
        });
        context.send_viewport_cmd(ViewportCommand::Screenshot(callback));
        context.request_repaint();
    }

    /// Where a panel is on the screen, with the edge around it, in points.
    pub fn panel_place(&self, pane: &Pane) -> Option<Rect> {
        self.shell.panels.place(pane)
    }

    /// A picture was taken, or none could be.
    pub(in crate::app) fn receive_panel(&mut self, purpose: PanelPictureUse, taken: Option<PanelPicture>) {
        let Some(taken) = taken else { return self.shell.say(Level::Failed, &tr("toast.no_picture")) };
        match purpose {
            PanelPictureUse::Copy => {
                let size = [taken.picture.width() as usize, taken.picture.height() as usize];
                let image = ColorImage::from_rgb(size, taken.picture.as_raw());
                self.receive_copy(&tr(&taken.pane.key()), Some(Box::new(image)));
            }
            PanelPictureUse::Save => {
                self.services.panel_picture = Some(taken);
                self.ask(Ask::Export(ExportSubject::Panel));
            }
        }
    }
}
