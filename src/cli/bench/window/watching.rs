//! A person who looks at a window while it trains: at rest, then dragging the cursor.

use super::count::Count;
use crate::app::{Script, ScriptWindow};
use crate::ui::command::FileCommand;
use eframe::egui::{Context, Event, Modifiers, PointerButton, Rect, Vec2};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Moves of the pointer in a second while it drags.
const EVENTS_PER_S: u32 = 60;

/// Lets the cursor rest, then drags it over the plane.
pub(super) struct Watching {
    length: Duration,
    pub rest: Count,
    pub drag: Count,
    hand: Option<Hand>,
    pub finished: bool,
}

impl Watching {
    pub fn new(length: Duration) -> Self {
        Self { length, rest: Count::new(length), drag: Count::new(length), hand: None, finished: false }
    }
}

impl Script for Watching {
    fn frame(&mut self, window: ScriptWindow<'_>) {
        if self.finished {
            return;
        }
        if !self.rest.is_over(window.session) {
            // Training asks for frames by itself; one more a second ends the part.
            window.context.request_repaint_after(Duration::from_secs(1));
        } else if self.hand.is_none() {
            if let Some(rect) = window.plane_rect() {
                tracing::debug!("dragging");
                self.hand = Some(Hand::new(window.context.clone(), rect));
                self.drag = Count::new(self.length);
            } else {
                window.session.apply(FileCommand::Quit);
            }
        } else if self.drag.is_over(window.session) {
            self.finished = true;
            self.hand = None;
            window.session.apply(FileCommand::Quit);
        }
    }

    fn input(&mut self) -> Vec<Event> {
        self.hand.as_ref().map(Hand::take).unwrap_or_default()
    }
}

/// A hand that drags in circles: its thread makes events and asks for frames as a window system does.
struct Hand {
    events: Arc<Mutex<Vec<Event>>>,
    stop: Arc<AtomicBool>,
}

impl Hand {
    fn new(context: Context, rect: Rect) -> Self {
        let at = move |turn: f32| rect.center() + 0.3 * rect.size().min_elem() * Vec2::angled(turn);
        let press = Event::PointerButton {
            pos: at(0.0),
            button: PointerButton::Primary,
            pressed: true,
            modifiers: Modifiers::NONE,
        };
        let events = Arc::new(Mutex::new(vec![Event::PointerMoved(at(0.0)), press]));
        let stop = Arc::new(AtomicBool::new(false));
        let (queue, stopped) = (events.clone(), stop.clone());
        std::thread::spawn(move || {
            let began = Instant::now();
            for index in 1.. {
                let due = Duration::from_secs(1) * index / EVENTS_PER_S;
                std::thread::sleep(due.saturating_sub(began.elapsed()));
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let turn = index as f32 / EVENTS_PER_S as f32;
                queue.lock().unwrap_or_else(PoisonError::into_inner).push(Event::PointerMoved(at(turn)));
                context.request_repaint();
            }
        });
        Self { events, stop }
    }

    fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
