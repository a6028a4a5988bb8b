//! The real window, by script: what happens when the graphics device is lost. A program of its own, since a window must be
//! opened on the first thread; needs a display and an adapter, and says where it is skipped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use latentarium::app::{Script, ScriptWindow, Session, SharedScript, SharedSession, Start};
use latentarium::cli::explorer::{WindowError, show};
use latentarium::model::ModelId;
use latentarium::trainer::MetricId;
use latentarium::ui::command::{FileCommand, ModelCommand};
use latentarium::ui::slot::Slot;
use latentarium::ui::text::tr;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How a device is lost.
#[derive(Clone, Copy, Debug)]
enum Loss {
    /// Before a frame is drawn: the window closes by itself.
    BetweenFrames,
    /// After the panels were drawn and before they are painted, where egui's renderer panics.
    WithinAFrame,
}

/// Trains, loses the device in each window in turn, and closes the window after the last loss.
struct Losing {
    losses: Vec<Loss>,
    began: Instant,
    windows: usize,
    last_elapsed: Duration,
    lost_in: usize,
    /// What was seen in each window: its frames, the step in its first and last frame, what was said.
    seen: Vec<Seen>,
    closing: bool,
}

#[derive(Clone, Debug, Default)]
struct Seen {
    frames: u32,
    steps: [u64; 2],
    said: Vec<String>,
}

impl Losing {
    fn new(losses: &[Loss]) -> Self {
        Self {
            losses: losses.to_vec(),
            began: Instant::now(),
            windows: 0,
            last_elapsed: Duration::MAX,
            lost_in: 0,
            seen: Vec::new(),
            closing: false,
        }
    }
}

fn step(session: &Session) -> u64 {
    session.model(Slot::A).status().map_or(0, |status| status.step)
}

impl Script for Losing {
    fn frame(&mut self, window: ScriptWindow<'_>) {
        assert!(self.began.elapsed() < Duration::from_secs(120), "not within two minutes: {:?}", self.seen);
        if window.elapsed < self.last_elapsed {
            self.windows += 1;
            self.seen.push(Seen { steps: [step(window.session); 2], ..Seen::default() });
        }
        self.last_elapsed = window.elapsed;
        window.context.request_repaint_after(Duration::from_millis(50));
        let seen = self.seen.last_mut().unwrap();
        seen.frames += 1;
        seen.steps[1] = step(window.session);
        if let Some((_, said)) = window.session.last_message()
            && seen.said.last() != Some(said)
        {
            seen.said.push(said.clone());
        }
        if window.session.is_ready() && !window.session.model(Slot::A).is_training() {
            window.session.apply(ModelCommand::Start(ModelId(0)));
        }
        let trains = window.session.model(Slot::A).is_training() && seen.steps[1] > seen.steps[0] + 3;
        if self.closing || !trains || window.elapsed < Duration::from_secs(1) {
            return;
        }
        match self.losses.get(self.windows - 1) {
            Some(_) if self.lost_in == self.windows => {}
            Some(loss) => {
                self.lost_in = self.windows;
                let device = window.render_state.expect("a window has a device").device.clone();
                match loss {
                    Loss::BetweenFrames => device.destroy(),
                    Loss::WithinAFrame => {
                        window.context.on_end_pass("lose the device", std::sync::Arc::new(move |_| device.destroy()));
                    }
                }
            }
            None => {
                self.closing = true;
                window.session.apply(FileCommand::Quit);
            }
        }
    }
}

/// Shows a session whose device is lost so often; gives the session, what was seen, and how it ended.
fn lose(losses: &[Loss]) -> (SharedSession, Vec<Seen>, Result<(), WindowError>) {
    let session: SharedSession = Rc::new(RefCell::new(Session::new(Start { threads: 1, ..Start::default() })));
    let script = Rc::new(RefCell::new(Losing::new(losses)));
    let shared: SharedScript = script.clone();
    let ended = show(&session, Some(&shared));
    let seen = script.borrow().seen.clone();
    (session, seen, ended)
}

/// Every step's losses are in the history, from the first to the last that was made.
fn no_step_is_missed(session: &Session) -> u64 {
    let model = session.model(Slot::A);
    let trainer = model.trainer.as_ref().expect("a trainer");
    let steps = trainer.history().with(MetricId::TOTAL, |curve| curve.points().map(|point| point.step).collect());
    let steps: Vec<u64> = steps.expect("a curve");
    let first = steps[0];
    assert!(steps.iter().enumerate().all(|(index, step)| *step == first + index as u64), "{steps:?}");
    steps.len() as u64
}

fn two_losses_are_survived() {
    let (session, seen, ended) = lose(&[Loss::BetweenFrames, Loss::WithinAFrame]);
    ended.expect("the window comes back");
    assert_eq!(seen.len(), 3, "each loss is followed by another window");
    for pair in seen.windows(2) {
        assert!(pair[1].steps[0] >= pair[0].steps[1], "the same run goes on");
        assert!(pair[1].steps[1] > pair[0].steps[1], "steps go on rising");
        assert!(pair[1].frames >= 3, "the new window draws");
        let lost = tr("toast.device_lost");
        assert!(pair[1].said.contains(&lost), "a message says so: {:?}", pair[1].said);
    }
    let mut session = session.borrow_mut();
    let steps = no_step_is_missed(&session);
    assert!(steps >= seen[2].steps[1], "{steps} steps recorded");
    session.close();
}

fn three_losses_are_too_many() {
    let (session, seen, ended) = lose(&[Loss::BetweenFrames; 3]);
    let error = ended.expect_err("it gives up").to_string();
    assert_eq!(error, "the graphics device was lost 3 times");
    assert_eq!(seen.len(), 3);
    let mut session = session.borrow_mut();
    assert!(no_step_is_missed(&session) >= seen[2].steps[1], "training went on all the same");
    session.close();
}

/// What draws a window here, Vulkan or OpenGL, or why there is none. Opens one and closes it.
fn backend_of_a_window() -> Result<String, String> {
    struct Closing(String);
    impl Script for Closing {
        fn frame(&mut self, window: ScriptWindow<'_>) {
            let state = window.render_state.expect("a window has a device");
            self.0 = format!("{:?}", state.adapter.get_info().backend);
            window.session.apply(FileCommand::Quit);
        }
    }
    let session: SharedSession = Rc::new(RefCell::new(Session::new(Start::default())));
    let script = Rc::new(RefCell::new(Closing(String::new())));
    let shared: SharedScript = script.clone();
    let ended = show(&session, Some(&shared));
    session.borrow_mut().close();
    match ended {
        Err(WindowError::NoAdapter(why)) => Err(why),
        ended => {
            ended.expect("a window opens and closes");
            Ok(script.borrow().0.clone())
        }
    }
}

/// A program of its own: drivers are looked for once.
#[cfg(target_os = "linux")]
fn opengl_has_the_window_where_vulkan_has_nothing() {
    let program = std::env::current_exe().expect("this program");
    let output = std::process::Command::new(program)
        .arg("backend_of_a_window")
        .env("VK_DRIVER_FILES", "/nonexistent")
        .env_remove("WGPU_BACKEND")
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let found = said.lines().find_map(|line| line.strip_prefix("a window's backend: ")).expect("it says");
    match found.strip_prefix("none: ") {
        Some(why) => {
            assert!(!is_required(), "no window without Vulkan: {why}");
            println!("skipped: there is no OpenGL here: {why}");
        }
        None => assert_eq!(found, "Gl"),
    }
}

/// Whether an adapter must be here.
fn is_required() -> bool {
    std::env::var_os("LATENTARIUM_REQUIRE_GPU").is_some_and(|value| value == "1")
}

fn main() {
    // The harness's own options, of which a name chooses tests.
    let name = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let chosen = |test: &str| name.as_ref().is_none_or(|name| test.contains(name.as_str()));
    let display = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux") && !display("DISPLAY") && !display("WAYLAND_DISPLAY") {
        println!("skipped: there is no display for a window");
        return;
    }
    let backend = backend_of_a_window();
    if name.as_deref() == Some("backend_of_a_window") {
        println!("a window's backend: {}", backend.unwrap_or_else(|why| format!("none: {why}")));
        return;
    }
    if let Err(why) = backend {
        assert!(!is_required(), "an adapter is required and there is none: {why}");
        println!("skipped: there is no graphics adapter: {why}");
        return;
    }
    for (name, test) in [
        ("two_losses_are_survived", two_losses_are_survived as fn()),
        ("three_losses_are_too_many", three_losses_are_too_many),
        #[cfg(target_os = "linux")]
        ("opengl_has_the_window_where_vulkan_has_nothing", opengl_has_the_window_where_vulkan_has_nothing),
    ] {
        if chosen(name) {
            test();
            println!("test {name} ... ok");
        }
    }
}
