//! `bench timeline`: what it takes to look back at training. A run of many checkpoints is made, and the real app scrubs over it
//! off-screen, from one place to the next; the CPU decodes.

use super::ui::process_time;
use crate::app::{Session, Start};
use crate::cli::common::config_of;
use crate::dataset::{self, Progress, Source};
use crate::explore::timeline::TimelinePlace;
use crate::gpu::DecoderChoice;
use crate::history::History;
use crate::model::{Batches, Config, Model, StepInput};
use crate::run::metrics_file::MetricsFile;
use crate::run::{self, Checkpoint, MadeWith, RunConfig};
use crate::ui::command::{TimelineCommand, ViewCommand};
use crate::ui::settings::Settings;
use crate::ui::slot::Slot;
use anyhow::{Result, anyhow};
use eframe::egui::{Context, Pos2, RawInput, Rect, Vec2};
use serde::Serialize;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Steps from one checkpoint to the next.
const STEPS: u64 = 10;
/// Seconds that a step is said to have taken.
const STEP_S: f32 = 0.01;
/// The plane of a window of this size is square: as many rows of tiles as columns.
const SIZE: Vec2 = Vec2::new(1440.0, 990.0);
const PATIENCE: Duration = Duration::from_secs(60);
/// What opening begins has begun after so long.
const OPENING: Duration = Duration::from_secs(5);
/// A twentieth of the processor is taken at most in so long where nothing is computed.
const CALM: Duration = Duration::from_secs(1);
/// What a place may take of the processor, in milliseconds.
const MOST_MS: f64 = 100.0;

/// How it is measured.
pub struct BenchTimeline {
    /// The model's preset.
    pub preset: String,
    /// Checkpoints of the run.
    pub checkpoints: u64,
    /// Tiles along the longer side of the plane.
    pub grid: usize,
    /// Places that are scrubbed to.
    pub places: u32,
}

/// What was measured.
#[derive(Serialize)]
pub struct TimelineTimes {
    preset: String,
    checkpoints: usize,
    places: u32,
    /// Columns and rows.
    tiles: [usize; 2],
    /// Processor time of all threads from the scrubber's move until the tiles are those of its step, in milliseconds; none where
    /// the system has no such clock.
    cpu_ms_p50: Option<f64>,
    /// 95 of 100 places took no more.
    cpu_ms_p95: Option<f64>,
    /// The same by the clock on the wall.
    wall_ms_p50: f64,
    wall_ms_p95: f64,
    /// The part of the places that took no more than 100 ms of the processor.
    within_100_ms: Option<f64>,
    /// The part of the places whose weights were shown in the first frame: with them the cursor's images.
    in_the_same_frame: f64,
}

impl BenchTimeline {
    /// Measures.
    ///
    /// # Errors
    /// If there is no such preset, the run cannot be written, or it does not open.
    pub fn run(self) -> Result<TimelineTimes> {
        let config = config_of(&self.preset)?;
        let folder = tempfile::tempdir()?;
        let run = folder.path().join("run");
        write_run(&run, config, self.checkpoints)?;
        let start = Start { run: Some(run), threads: 1, decoder: Some(DecoderChoice::Cpu), ..Start::default() };
        let mut window = Window::open(start);
        let mut settings = Settings::clone(window.session.settings());
        settings.plane.grid = self.grid;
        window.session.apply(ViewCommand::Settings(Box::new(settings)));
        let newest = (self.checkpoints - 1) * STEPS;
        window.until("the run did not open", |session| {
            let marks = session.timeline().tracks.get(session.id(Slot::A)).map_or(0, |track| track.marks().len());
            marks as u64 == self.checkpoints && session.tiles(Slot::A).is_some_and(|tiles| tiles.step == newest)
        })?;
        window.rest()?;
        let (mut cpu, mut wall, mut at_once) = (Vec::new(), Vec::new(), 0);
        for place in 0..self.places {
            // Steps in no order, never the same twice in a row, the newest left out.
            let number = (u64::from(place) * 17 + 5) % (self.checkpoints - 1);
            let step = number * STEPS;
            let (began, before) = (Instant::now(), process_time());
            window.session.apply(TimelineCommand::Go(TimelinePlace::At(step as f64)));
            window.frame();
            at_once += u32::from(window.session.model(Slot::A).shown().is_some_and(|shown| shown.step == step));
            window.until("no tiles came", |session| session.tiles(Slot::A).is_some_and(|tiles| tiles.step == step))?;
            wall.push(1e3 * began.elapsed().as_secs_f64());
            let took = process_time().zip(before).map(|(now, before)| now.saturating_sub(before));
            cpu.extend(took.map(|took| 1e3 * took.as_secs_f64()));
        }
        let tiles = window.session.tiles(Slot::A).map_or([0; 2], |tiles| [tiles.lattice.columns, tiles.lattice.rows]);
        let within = cpu.iter().filter(|ms| **ms <= MOST_MS).count() as f64 / cpu.len().max(1) as f64;
        Ok(TimelineTimes {
            preset: self.preset,
            checkpoints: self.checkpoints as usize,
            places: self.places,
            tiles,
            cpu_ms_p50: part(&mut cpu, 0.50),
            cpu_ms_p95: part(&mut cpu, 0.95),
            wall_ms_p50: part(&mut wall, 0.50).unwrap_or(f64::NAN),
            wall_ms_p95: part(&mut wall, 0.95).unwrap_or(f64::NAN),
            within_100_ms: (!cpu.is_empty()).then_some(within),
            in_the_same_frame: f64::from(at_once) / f64::from(self.places.max(1)),
        })
    }
}

/// What this part of the times is not above.
fn part(times: &mut [f64], part: f64) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    let index = ((times.len() as f64 * part).ceil() as usize).max(1) - 1;
    times.get(index).copied()
}

/// Trains on the embedded digits and writes so many checkpoints, the first of step 0.
fn write_run(folder: &Path, config: Config, checkpoints: u64) -> Result<()> {
    let data = Arc::new(dataset::load(&Source::default(), &Progress::default())?);
    let _lock = run::begin(folder, &RunConfig::new(config.clone(), &data))?;
    let config_sum = run::sum_of(&folder.join("config.toml"))?;
    let mut model = Model::new(&config, data.shape())?;
    let mut batches = Batches::new(data);
    let (history, last) = (History::default(), (checkpoints - 1) * STEPS);
    for step in 0..=last {
        if step.is_multiple_of(STEPS) {
            let made_with = MadeWith { config: config_sum.clone(), changes: run::sum_of_changes(&[], step) };
            Checkpoint { step, train_s: step as f64 * f64::from(STEP_S), saved: model.save()? }
                .write(folder, &made_with)?;
        }
        if step < last {
            let losses = model.step(&mut StepInput::new(step, &mut batches))?;
            history.push(step + 1, (step + 1) as f32 * STEP_S, &losses);
        }
    }
    MetricsFile::create(folder, history.thinned())?;
    Ok(())
}

/// The window without a screen: it draws when somebody asks for it, as a real one does.
struct Window {
    session: Session,
    context: Context,
    /// When the next frame is due.
    due: Arc<Mutex<Option<Instant>>>,
}

impl Window {
    fn open(start: Start) -> Self {
        let (context, due) = (Context::default(), Arc::new(Mutex::new(Some(Instant::now()))));
        let asked = due.clone();
        context.set_request_repaint_callback(move |info| {
            let (at, mut due) = (Instant::now() + info.delay, asked.lock().unwrap_or_else(PoisonError::into_inner));
            *due = Some(due.map_or(at, |due| due.min(at)));
        });
        let mut session = Session::new(start);
        session.attach(&context, String::new());
        Self { session, context, due }
    }

    fn until(&mut self, what: &str, mut reached: impl FnMut(&Session) -> bool) -> Result<()> {
        let began = Instant::now();
        while !reached(&self.session) {
            if began.elapsed() > PATIENCE {
                return Err(anyhow!("{what} within {} s", PATIENCE.as_secs()));
            }
            let due = *self.due.lock().unwrap_or_else(PoisonError::into_inner);
            match due.filter(|due| *due <= Instant::now()) {
                Some(_) => self.frame(),
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        }
        Ok(())
    }

    /// Waits until nothing is computed any more of what opening a run begins, such as learning the data's classes.
    fn rest(&mut self) -> Result<()> {
        let (began, mut since) = (Instant::now(), (Instant::now(), process_time()));
        self.until("there was no rest", |_| {
            let calm = match process_time().zip(since.1) {
                Some((now, before)) => now.saturating_sub(before) < CALM / 20,
                None => true,
            };
            let whole = since.0.elapsed() >= CALM;
            if whole {
                since = (Instant::now(), process_time());
            }
            began.elapsed() > OPENING && whole && calm
        })
    }

    fn frame(&mut self) {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let screen_rect = Some(Rect::from_min_size(Pos2::ZERO, SIZE));
        self.session.logic(&self.context, Duration::from_millis(5));
        let input = RawInput { screen_rect, max_texture_side: Some(8192), ..RawInput::default() };
        let output = self.context.run_ui(input, |ui| self.session.ui(ui));
        output.drop_without_applying_deltas();
    }
}
