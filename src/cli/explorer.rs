//! The explorer's window.

use crate::app::{Explorer, ScriptedExplorer, Session, SharedScript, SharedSession, Start};
use crate::gpu::{self, decoder::one_line};
use crate::message::panic_text;
use eframe::egui::{IconData, ViewportBuilder};
use eframe::{egui_wgpu, wgpu};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// Why there is no window: one line.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// Nothing to put a window on.
    #[error("there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)")]
    NoDisplay,
    /// Nothing to draw with.
    #[error("no graphics adapter can draw a window: {0}")]
    NoAdapter(String),
    /// The window system refused.
    #[error("no window could be opened: {0}")]
    Window(String),
    /// The graphics device was lost again and again.
    #[error("the graphics device was lost {0} times")]
    DeviceLost(u32),
}

/// Losses of the device after which the window is not opened again.
const MOST_LOSSES: u32 = 3;

/// How long to wait for what a window's device still draws when the window is gone.
const LAST_FRAME: Duration = Duration::from_secs(2);

/// Opens the explorer and returns when its window is closed.
///
/// # Errors
/// Where no window can be had: says why in one line.
pub fn open_window(start: Start) -> Result<(), WindowError> {
    has_display()?;
    let session: SharedSession = Rc::new(RefCell::new(Session::new(start)));
    let outcome = show(&session, None);
    session.borrow_mut().close();
    outcome
}

/// Shows a session in a window, driven by a script where one is given, and returns when the window is closed; where the
/// graphics device is lost, in another window. The session goes on, and may be shown again.
///
/// # Errors
/// Where no window can be had, or the device is lost again and again: says why in one line.
pub fn show(session: &SharedSession, script: Option<&SharedScript>) -> Result<(), WindowError> {
    has_display()?;
    let mut refusals = Vec::new();
    for backends in gpu::backends_in_turn() {
        match show_on(backends, session, script) {
            Err(WindowError::NoAdapter(why)) => {
                tracing::warn!(?backends, "no window: {why}");
                if !refusals.contains(&why) {
                    refusals.push(why);
                }
            }
            outcome => return outcome,
        }
    }
    Err(WindowError::NoAdapter(refusals.join("; ")))
}

/// The same on these kinds of graphics alone.
fn show_on(
    backends: wgpu::Backends,
    session: &SharedSession,
    script: Option<&SharedScript>,
) -> Result<(), WindowError> {
    let mut losses = 0;
    // After a panic in the event loop its next run returns at once without a frame; the one after it works.
    let mut empty_runs = 0;
    loop {
        let frames = session.borrow().frames();
        let watch = Watch::default();
        // egui's renderer panics where the device is lost within a frame. All state lives in the session.
        let outcome = catch_unwind(AssertUnwindSafe(|| run(backends, session, script, &watch, losses)));
        let was_lost = watch.was_lost();
        match outcome {
            Ok(Err(error)) => return Err(explain(error)),
            Ok(Ok(())) if losses > 0 && session.borrow().frames() == frames && empty_runs < 2 => empty_runs += 1,
            Ok(Ok(())) if !was_lost => return Ok(()),
            // Nothing of ours ran yet: it was the library of the graphics driver.
            Err(panic) if !watch.has_begun() => return Err(WindowError::NoAdapter(panic_text(&*panic).to_owned())),
            Err(panic) if !was_lost => std::panic::resume_unwind(panic),
            Ok(Ok(())) | Err(_) => {
                losses += 1;
                empty_runs = 0;
                session.borrow_mut().detach();
                tracing::warn!(losses, "the graphics device was lost");
                if losses >= MOST_LOSSES {
                    return Err(WindowError::DeviceLost(losses));
                }
            }
        }
    }
}

fn has_display() -> Result<(), WindowError> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux") && !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") {
        return Err(WindowError::NoDisplay);
    }
    Ok(())
}

fn explain(error: eframe::Error) -> WindowError {
    // One line, and what is wrong rather than where in a library it was found.
    let one_line = |text: String| {
        let line = text.lines().next().unwrap_or_default();
        line.rsplit_once(".rs:")
            .map_or(line, |(_, rest)| rest.split_once(": ").map_or(line, |(_, what)| what))
            .to_owned()
    };
    match error {
        eframe::Error::Wgpu(error) => WindowError::NoAdapter(one_line(error.to_string())),
        error => WindowError::Window(one_line(error.to_string())),
    }
}

/// One window, after so many losses of the device.
fn run(
    backends: wgpu::Backends,
    session: &SharedSession,
    script: Option<&SharedScript>,
    watch: &Watch,
    losses: u32,
) -> eframe::Result {
    let size = session.borrow().window_size().unwrap_or([1440.0, 900.0]);
    let maximized = session.borrow().is_maximized();
    let mut viewport = ViewportBuilder::default()
        .with_maximized(maximized)
        .with_title("Latentarium")
        .with_app_id("latentarium")
        .with_inner_size(size)
        .with_min_inner_size([800.0, 560.0]);
    if let Some(icon) = icon() {
        viewport = viewport.with_icon(icon);
    }
    let mut native = eframe::NativeOptions { viewport, renderer: eframe::Renderer::Wgpu, ..Default::default() };
    native.wgpu_options.wgpu_setup = gpu::setup_of(backends).into();
    let (session, script, watch) = (session.clone(), script.cloned(), watch.clone());
    eframe::run_native(
        "latentarium",
        native,
        Box::new(move |creation| {
            if let Some(state) = &creation.wgpu_render_state {
                watch.begin(state, &session);
            }
            let explorer = Explorer::new(session, creation).closed_by(watch.lost);
            if losses > 0 {
                explorer.session().borrow_mut().device_was_lost();
            }
            Ok(match script {
                Some(script) => Box::new(ScriptedExplorer::new(explorer, script)),
                None => Box::new(explorer),
            })
        }),
    )
}

/// Whether the device of a window was lost.
#[derive(Clone, Default)]
struct Watch {
    /// The queue as well: without it a device that was destroyed never says so.
    device: Rc<RefCell<Option<(wgpu::Device, wgpu::Queue)>>>,
    lost: Arc<AtomicBool>,
    begun: Rc<Cell<bool>>,
}

impl Watch {
    /// Whether there is, or was, a window with a device.
    fn has_begun(&self) -> bool {
        self.begun.get()
    }

    /// Listens to a new window's device: without callbacks of our own wgpu's would panic.
    fn begin(&self, state: &egui_wgpu::RenderState, session: &SharedSession) {
        self.begun.set(true);
        let device = &state.device;
        *self.device.borrow_mut() = Some((device.clone(), state.queue.clone()));
        let (errors, waker) = (session.borrow().device_errors(), session.borrow().waker());
        let (lost, woken) = (self.lost.clone(), waker.clone());
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            let message = one_line(&error.to_string());
            tracing::error!("graphics device: {message}");
            let mut errors = errors.lock().unwrap_or_else(PoisonError::into_inner);
            // A fault that comes every frame is told once a frame at most.
            if errors.len() < 4 {
                errors.push(message);
            }
            drop(errors);
            waker.now();
        }));
        // eframe drops a device and never destroys it: whatever is said here is a loss.
        device.set_device_lost_callback(move |reason, message| {
            tracing::error!("graphics device lost: {reason:?} {message}");
            lost.store(true, Ordering::Relaxed);
            woken.now();
        });
    }

    /// Asks the device first: one that was destroyed says so only then.
    fn was_lost(&self) -> bool {
        if let Some((device, _queue)) = self.device.borrow_mut().take() {
            // It is not lost before what it was given to draw is drawn; no window waits for this.
            let wait = wgpu::PollType::Wait { submission_index: None, timeout: Some(LAST_FRAME) };
            if let Err(error) = device.poll(wait) {
                tracing::debug!("the device of a window that is gone: {error}");
            }
            // Nothing to hear any more.
            device.set_device_lost_callback(|_, _| {});
        }
        self.lost.load(Ordering::Relaxed)
    }
}

fn icon() -> Option<IconData> {
    let bytes = include_bytes!("../../assets/icon.png");
    match eframe::icon_data::from_png_bytes(bytes) {
        Ok(icon) => Some(icon),
        Err(error) => {
            tracing::warn!(%error, "the icon cannot be read");
            None
        }
    }
}
