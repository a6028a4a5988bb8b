//! The window around the project: panels and where they lie, messages, size and zoom.

use crate::app::panel_picture::PanelCapture;
use crate::app::state::State;
use crate::app::timeline_state::TimelineState;
use crate::model::PerModel;
use crate::ui::layout::{self, PanelLayout};
use crate::ui::messages::{Level, Messages};
use crate::ui::settings::Settings;
use crate::ui::text::wrapped;
use crate::ui::toasts::{ToastAction, Toasts};
use crate::ui::{PanelNeeds, Panels, theme};
use eframe::egui::{ColorImage, Theme};
use std::time::{Duration, Instant};

/// How much larger text is where the plane is presented.
const PRESENTED: f32 = 1.5;
/// A message with a button is there at least this long, in seconds.
const LEAST_WITH_BUTTON_S: u64 = 12;

/// All of it.
pub(super) struct Shell {
    pub layout: PanelLayout,
    pub panels: Panels,
    /// What the panels needed when they were drawn last.
    pub needs: PanelNeeds,
    pub toasts: Toasts,
    pub messages: Messages,
    pub last_message: Option<(Level, String)>,
    /// Its button.
    pub last_action: Option<ToastAction>,
    /// What draws the window; empty where nobody knows.
    pub device: String,
    /// The window's size in points, where it does not fill the screen.
    pub window: Option<[f32; 2]>,
    /// Whether it fills the screen.
    pub maximized: bool,
    /// The section of each model's card that is open, by its name.
    pub sections: PerModel<String>,
    /// Whether the session is closed: what is kept of it is written.
    pub closed: bool,
    pub zoom: f32,
    pub quit: bool,
    /// Whether the window is to have all of the screen, until that was asked of the system.
    pub full_screen: Option<bool>,
    /// The plane and the outputs are shown alone.
    pub presenting: bool,
    /// The zoom factor that was asked for and is not given yet.
    pub next_zoom: Option<f32>,
    /// The image that goes to the clipboard next.
    pub copied: Option<ColorImage>,
    /// The panel whose picture is taken with the next frame.
    pub capture: Option<PanelCapture>,
    /// Whether the window is cleared with the panels' ground before it is drawn.
    pub cleared: bool,
    /// The settings that the window's theme was made for, and whether it is dark.
    pub themed: Option<(Settings, bool)>,
    /// What the state file holds, and since when.
    pub saved: (String, Instant),
    /// Frames drawn, in all windows together.
    pub frames: u64,
    /// Where training is looked at.
    pub timeline: TimelineState,
}

impl Shell {
    pub fn new(state: &State) -> Self {
        let layout = state.layout.as_deref();
        Self {
            layout: layout.and_then(layout::from_text).unwrap_or_default(),
            panels: Panels::default(),
            needs: PanelNeeds::default(),
            toasts: Toasts::default(),
            messages: Messages::default(),
            last_message: None,
            last_action: None,
            device: String::new(),
            window: state.window,
            maximized: state.maximized,
            sections: state.sections.clone(),
            closed: false,
            zoom: state.zoom,
            quit: false,
            full_screen: None,
            presenting: false,
            next_zoom: None,
            copied: None,
            capture: None,
            cleared: false,
            themed: None,
            saved: (String::new(), Instant::now()),
            frames: 0,
            timeline: TimelineState::default(),
        }
    }

    /// Shows the plane and the outputs alone with text half as large again, or everything as it was.
    pub fn present(&mut self, on: bool) {
        if self.presenting != on {
            self.presenting = on;
            self.next_zoom = Some(if on { self.zoom * PRESENTED } else { self.zoom / PRESENTED });
        }
    }

    /// The zoom factor where the plane is not presented.
    pub fn own_zoom(&self) -> f32 {
        if self.presenting { self.zoom / PRESENTED } else { self.zoom }
    }

    /// Shows a message, once, and keeps it for the log.
    pub fn say(&mut self, level: Level, text: &str) {
        self.messages.add(level, text);
        self.toast(level, text, None);
    }

    /// Keeps a message that is shown elsewhere for the log.
    pub fn log(&mut self, level: Level, text: &str) {
        self.messages.add(level, text);
        self.note(level, text);
    }

    fn note(&mut self, level: Level, text: &str) {
        match level {
            Level::Failed => tracing::warn!("{text}"),
            Level::Done | Level::Note => tracing::info!("{text}"),
        }
        self.last_message = Some((level, text.to_owned()));
    }

    /// The same with a button.
    pub fn offer(&mut self, level: Level, text: &str, action: ToastAction) {
        self.messages.add(level, text);
        self.toast(level, text, Some(action));
    }

    /// Shows a message as a toast.
    pub fn toast(&mut self, level: Level, text: &str, action: Option<ToastAction>) {
        let shown = wrapped(text, 56);
        let seconds = 3 + text.chars().count() as u64 / 15;
        // Who may press a button has to come there first.
        let seconds = if action.is_some() { seconds.max(LEAST_WITH_BUTTON_S) } else { seconds };
        let palette =
            theme::palette(if self.themed.as_ref().is_none_or(|(_, dark)| *dark) { Theme::Dark } else { Theme::Light });
        let look = match level {
            Level::Done => (theme::signs::DONE, palette.text),
            Level::Note => (theme::signs::NOTE, palette.text_secondary),
            Level::Failed => (theme::signs::FAILED, palette.danger),
        };
        self.toasts.add(look, shown, Duration::from_secs(seconds.min(20)), action.clone());
        self.note(level, text);
        self.last_action = action;
    }
}
