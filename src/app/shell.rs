//! The window around the project: panels and where they lie, messages, size and zoom.

use crate::ui::layout::{self, Layout};
use crate::ui::messages::{Level, Messages};
use crate::ui::settings::Settings;
use crate::ui::text::wrapped;
use crate::ui::toasts::Toasts;
use crate::ui::{PanelNeeds, Panels, theme};
use eframe::egui::Theme;
use std::time::{Duration, Instant};

/// How much larger text is where the plane is presented.
const PRESENTED: f32 = 1.5;

/// All of it.
pub(super) struct Shell {
    pub layout: Layout,
    pub panels: Panels,
    /// What the panels needed when they were drawn last.
    pub needs: PanelNeeds,
    pub toasts: Toasts,
    pub messages: Messages,
    pub last_message: Option<(Level, String)>,
    /// What draws the window; empty where nobody knows.
    pub device: String,
    /// The window's size in points.
    pub window: Option<[f32; 2]>,
    pub zoom: f32,
    pub quit: bool,
    /// Whether the window is to have all of the screen, until that was asked of the system.
    pub full_screen: Option<bool>,
    /// The plane and the outputs are shown alone.
    pub presenting: bool,
    /// The zoom factor that was asked for and is not given yet.
    pub next_zoom: Option<f32>,
    /// Whether the window is cleared with the panels' ground before it is drawn.
    pub cleared: bool,
    /// The settings that the window's theme was made for, and whether it is dark.
    pub themed: Option<(Settings, bool)>,
    /// What the state file holds, and since when.
    pub saved: (String, Instant),
    /// Frames drawn, in all windows together.
    pub frames: u64,
}

impl Shell {
    pub fn new(layout: Option<&str>, window: Option<[f32; 2]>, zoom: f32) -> Self {
        Self {
            layout: layout.and_then(layout::from_text).unwrap_or_default(),
            panels: Panels::default(),
            needs: PanelNeeds::default(),
            toasts: Toasts::default(),
            messages: Messages::default(),
            last_message: None,
            device: String::new(),
            window,
            zoom,
            quit: false,
            full_screen: None,
            presenting: false,
            next_zoom: None,
            cleared: false,
            themed: None,
            saved: (String::new(), Instant::now()),
            frames: 0,
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
        self.toast(level, text);
    }

    /// Shows a message as a toast.
    pub fn toast(&mut self, level: Level, text: &str) {
        let shown = wrapped(text, 56);
        let seconds = 3 + text.chars().count() as u64 / 15;
        let palette =
            theme::palette(if self.themed.as_ref().is_none_or(|(_, dark)| *dark) { Theme::Dark } else { Theme::Light });
        let (sign, color) = match level {
            Level::Done => (theme::signs::DONE, palette.text),
            Level::Note => (theme::signs::NOTE, palette.text_secondary),
            Level::Failed => (theme::signs::FAILED, palette.danger),
        };
        self.toasts.add(sign, shown, color, Duration::from_secs(seconds.min(20)));
        match level {
            Level::Failed => tracing::warn!("{text}"),
            Level::Done | Level::Note => tracing::info!("{text}"),
        }
        self.last_message = Some((level, text.to_owned()));
    }
}
