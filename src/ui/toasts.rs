//! Messages in a corner of the window that go away by themselves. They stand still: a message asks for one frame, when its
//! time is over.

use crate::ui::theme;
use eframe::egui::{Color32, Context, Id, LayerId, Order, Rect, StrokeKind, TextStyle, pos2, vec2};
use std::time::{Duration, Instant};

struct Toast {
    sign: &'static str,
    text: String,
    color: Color32,
    duration: Duration,
    /// Since when it is seen.
    since: Option<Instant>,
}

impl Toast {
    /// How long it is still seen.
    fn left(&self) -> Duration {
        self.since.map_or(self.duration, |since| self.duration.saturating_sub(since.elapsed()))
    }
}

/// The messages that are on the screen, oldest first.
#[derive(Default)]
pub struct Toasts {
    toasts: Vec<Toast>,
}

impl Toasts {
    /// Puts a message there, for so long from when it is first seen.
    pub fn add(&mut self, sign: &'static str, text: String, color: Color32, duration: Duration) {
        self.toasts.push(Toast { sign, text, color, duration, since: None });
    }

    /// Whether nothing is on the screen.
    pub fn is_empty(&self) -> bool {
        self.toasts.is_empty()
    }

    /// Draws the messages into the lower right corner, the oldest lowest.
    pub fn show(&mut self, context: &Context) {
        self.toasts.retain(|toast| !toast.left().is_zero());
        let Some(next) = self.toasts.iter().map(Toast::left).min() else { return };
        context.request_repaint_after(next);
        let painter = context.layer_painter(LayerId::new(Order::Foreground, Id::unique("toasts")));
        let style = context.global_style();
        let (visuals, font) = (&style.visuals, TextStyle::Body.resolve(&style));
        let margin = theme::GRID;
        let mut corner = context.content_rect().max - vec2(2.0 * margin, 2.0 * margin);
        for toast in &mut self.toasts {
            toast.since.get_or_insert_with(Instant::now);
            let sign = painter.layout_no_wrap(toast.sign.to_owned(), font.clone(), toast.color);
            let text = painter.layout_no_wrap(toast.text.clone(), font.clone(), visuals.text_color());
            let inner = vec2(sign.size().x + margin + text.size().x, text.size().y.max(sign.size().y));
            let size = inner + vec2(2.0 * margin, 2.0 * margin);
            let rect = Rect::from_min_size(corner - size, size);
            painter.rect(rect, 4.0, visuals.window_fill, visuals.window_stroke, StrokeKind::Inside);
            let at = rect.min + vec2(margin, margin);
            let beside = pos2(at.x + sign.size().x + margin, at.y);
            painter.galley(at, sign, toast.color);
            painter.galley(beside, text, visuals.text_color());
            corner.y = rect.min.y - margin;
        }
    }
}
