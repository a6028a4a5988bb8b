//! Messages in a corner of the window that go away by themselves; some have a button. They stand still: a message asks for
//! one frame, when its time is over.

use crate::ui::command::Command;
use crate::ui::theme;
use eframe::egui::{
    Area, Button, Color32, Context, Galley, Id, LayerId, Order, Painter, Pos2, Rect, Sense, StrokeKind, TextStyle,
    Vec2, pos2, vec2,
};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Messages that stand there at a time; the oldest go first.
const MOST: usize = 4;
/// Ids that messages take in turn: the window keeps something of each for good, and so many are more than pass while a button is
/// held down.
const IDS: u64 = 16;

/// A button of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct ToastAction {
    /// What stands on it.
    pub words: String,
    /// What it asks for.
    pub command: Command,
}

struct Toast {
    sign: &'static str,
    text: String,
    color: Color32,
    duration: Duration,
    action: Option<ToastAction>,
    /// Its id among those that are there.
    number: u64,
    /// Since when it is seen.
    since: Option<Instant>,
}

impl Toast {
    /// How long it is still seen.
    fn left(&self) -> Duration {
        self.since.map_or(self.duration, |since| self.duration.saturating_sub(since.elapsed()))
    }
}

/// What is drawn of a message, and where.
struct Drawn {
    rect: Rect,
    sign: Arc<Galley>,
    text: Arc<Galley>,
    color: Color32,
    button: Rect,
}

impl Drawn {
    fn paint(&self, painter: &Painter, context: &Context) {
        let style = context.global_style();
        let visuals = &style.visuals;
        painter.rect(self.rect, 4.0, visuals.window_fill, visuals.window_stroke, StrokeKind::Inside);
        let at = pos2(self.rect.min.x + theme::GRID, self.rect.center().y - self.text.size().y / 2.0);
        painter.galley(at, self.sign.clone(), self.color);
        painter.galley(pos2(at.x + self.sign.size().x + theme::GRID, at.y), self.text.clone(), visuals.text_color());
    }
}

/// The messages that are on the screen, oldest first.
#[derive(Default)]
pub struct Toasts {
    toasts: Vec<Toast>,
    count: u64,
}

impl Toasts {
    /// Puts a message there, for so long from when it is first seen, with a button where there is an `action`.
    pub fn add(
        &mut self,
        (sign, color): (&'static str, Color32),
        text: String,
        duration: Duration,
        action: Option<ToastAction>,
    ) {
        self.count += 1;
        self.toasts.push(Toast { sign, text, color, duration, action, number: self.count % IDS, since: None });
        // The log has the others.
        let too_many = self.toasts.len().saturating_sub(MOST);
        self.toasts.drain(..too_many);
    }

    /// Whether nothing is on the screen.
    pub fn is_empty(&self) -> bool {
        self.toasts.is_empty()
    }

    /// Takes away the messages whose button asks for what cannot be done any more.
    pub fn retain(&mut self, can: impl Fn(&Command) -> bool) {
        self.toasts.retain(|toast| toast.action.as_ref().is_none_or(|action| can(&action.command)));
    }

    /// Draws the messages at the middle of the lower edge, over curves rather than over outputs, the oldest lowest.
    pub fn show(&mut self, context: &Context, commands: &mut Vec<Command>) {
        self.toasts.retain(|toast| !toast.left().is_zero());
        let Some(next) = self.toasts.iter().map(Toast::left).min() else { return };
        context.request_repaint_after(next);
        let painter = context.layer_painter(LayerId::new(Order::Foreground, Id::unique("toasts")));
        let mut foot = context.content_rect().center_bottom() - vec2(0.0, 2.0 * theme::GRID);
        let mut pressed = None;
        for toast in &mut self.toasts {
            toast.since.get_or_insert_with(Instant::now);
            let drawn = lay_out(&painter, context, toast, foot);
            foot.y = drawn.rect.min.y - theme::GRID;
            let Some(action) = &toast.action else {
                drawn.paint(&painter, context);
                continue;
            };
            // What can be pressed stands in an area of its own: what is only painted is above all areas.
            let area = Area::new(Id::unique(("toast", toast.number))).order(Order::Foreground).fade_in(false);
            let clicked = area.fixed_pos(drawn.rect.min).default_size(drawn.rect.size()).show(context, |ui| {
                drawn.paint(ui.painter(), context);
                ui.allocate_rect(drawn.rect, Sense::hover());
                let button = ui.put(drawn.button, Button::new(action.words.as_str()));
                button.on_hover_text(toast.text.as_str()).clicked()
            });
            if clicked.inner {
                pressed = Some(toast.number);
                commands.push(action.command.clone());
            }
        }
        self.toasts.retain(|toast| Some(toast.number) != pressed);
    }
}

/// Where a message and its parts stand, above `foot`.
fn lay_out(painter: &Painter, context: &Context, toast: &Toast, foot: Pos2) -> Drawn {
    let style = context.global_style();
    let (margin, font) = (theme::GRID, TextStyle::Body.resolve(&style));
    let sign = painter.layout_no_wrap(toast.sign.to_owned(), font.clone(), toast.color);
    let text = painter.layout_no_wrap(toast.text.clone(), font, style.visuals.text_color());
    let button = toast.action.as_ref().map_or(Vec2::ZERO, |action| {
        let words =
            painter.layout_no_wrap(action.words.clone(), TextStyle::Button.resolve(&style), Color32::PLACEHOLDER);
        let size = words.size() + 2.0 * style.spacing.button_padding;
        size.max(vec2(0.0, style.spacing.interact_size.y))
    });
    let words = vec2(sign.size().x + margin + text.size().x, text.size().y.max(sign.size().y));
    let beside = if button == Vec2::ZERO { 0.0 } else { button.x + margin };
    let size = vec2(words.x + beside, words.y.max(button.y)) + Vec2::splat(2.0 * margin);
    let rect = Rect::from_min_size((foot - vec2(size.x / 2.0, size.y)).round(), size);
    let button = Rect::from_min_size(pos2(rect.max.x - margin - button.x, rect.center().y - button.y / 2.0), button);
    Drawn { rect, sign, text, color: toast.color, button }
}
