//! Follows the timeline: keeps snapshots in memory, lists the checkpoints of runs, plays films, and has the weights shown
//! on which the scrubber stands.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::past::PastShown;
use crate::app::runtime::ModelRuntime;
use crate::app::session::Session;
use crate::explore::timeline::{
    KeptIn, PastRequest, PastSource, PlayWay, Timeline, TimelineAxis, TimelineMark, TimelinePlace, TimelineTrack,
};
use crate::history::History;
use crate::message::{Explain, Message};
use crate::model::ModelId;
use crate::run;
use crate::trainer::Trainer;
use crate::ui::messages::Level;
use crate::ui::slot::Slot;
use crate::ui::text::explain;
use crate::ui::training::known::TimelineView;
use eframe::egui;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Snapshots of a ring that are unpacked because they may be asked for next; of a run all that there is room for.
const AHEAD: usize = 4;

impl Session {
    /// Everything that belongs to it, once a frame.
    pub(super) fn follow_timeline(&mut self, context: &egui::Context) {
        self.keep_snapshots();
        self.list_checkpoints();
        self.lay_tracks();
        self.play_on(context);
        self.look_back();
    }

    /// Whether other weights will soon follow those that are shown of a model.
    pub(super) fn shows_passing(&self, id: ModelId) -> bool {
        let Some(model) = self.services.models.get(id) else { return false };
        (model.is_training() && !model.looks_back()) || self.shell.timeline.moves()
    }

    fn keep_snapshots(&mut self) {
        let timeline = &self.services.timeline;
        let Some(store) = &timeline.store else { return };
        let models = self.services.models.iter().filter(|(_, model)| model.trainer.is_some()).count();
        let budget_bytes = timeline.budget_bytes / models.max(1) as u64;
        for (_, model) in self.services.models.iter_mut() {
            let training = model.is_training();
            let Some(newest) = model.trainer.as_ref().and_then(Trainer::snapshot) else { continue };
            if let Some(later) = model.past.keep(&newest, (budget_bytes, training), store) {
                self.services.waker.later(later);
            }
        }
    }

    fn shown_ids(&self) -> Vec<ModelId> {
        let mut ids = Slot::BOTH.map(|slot| self.id(slot)).to_vec();
        ids.dedup();
        ids
    }

    fn list_checkpoints(&mut self) {
        for id in self.shown_ids() {
            let Some(model) = self.services.models.get_mut(id) else { continue };
            let run = run_of(model);
            let Some(folder) = model.past.take_unlisted(run) else { continue };
            let source = model.past.run_id();
            self.services.jobs.start(JobKey::Past(id), move |_| {
                let kept = run::kept(&folder).map_err(|error| error.message());
                let steps = kept.map(|kept| kept.into_iter().map(|kept| kept.step).collect());
                Done::PastListed { id, source, folder, steps }
            });
        }
    }

    /// The checkpoints of a model's run are listed.
    pub(super) fn receive_past(&mut self, id: ModelId, source: u64, folder: &Path, steps: Result<Vec<u64>, Message>) {
        let Some(model) = self.services.models.get_mut(id).filter(|model| model.past.run_id() == source) else {
            return;
        };
        match steps {
            Ok(steps) => model.past.list(folder, steps),
            Err(message) => {
                model.past.list(folder, Vec::new());
                self.shell.log(Level::Failed, &explain(&message));
            }
        }
    }

    fn lay_tracks(&mut self) {
        let axis = self.project.settings.timeline.axis;
        let images = self.services.data.as_ref().map_or(0, |data| data.train.count());
        let track = |id: ModelId| {
            let (model, entry) = self.services.models.get(id).zip(self.project.model(id))?;
            let status = model.status()?;
            // Beside ready-made weights there is nothing that was learned here.
            let newest = model.newest().filter(|_| status.step > 0)?.step.min(status.step);
            let history = model.trainer.as_ref().map(Trainer::history);
            let an_image = entry.config.images_per_step(images) as f64;
            let pace = status.train_s / status.step.max(1) as f64;
            let places = |steps: &[u64]| places(steps, axis, an_image, (history.map(|history| &**history), pace));
            Some((id, model.past.track(newest, places)))
        };
        let tracks = self.shown_ids().into_iter().filter_map(track).collect();
        let state = &mut self.shell.timeline;
        (state.timeline.axis, state.timeline.tracks) = (axis, tracks);
        if !state.timeline.is_offered() {
            state.go(TimelinePlace::Live);
            state.play(None);
        }
    }

    /// The next picture of a film, where it is due and the one before is there.
    fn play_on(&mut self, context: &egui::Context) {
        let per_s = self.project.settings.timeline.per_s;
        let state = &mut self.shell.timeline;
        let Some(way) = state.playing else { return };
        let (interval, now) = (Duration::from_secs(1) / per_s.max(1), Instant::now());
        let due = *state.due.get_or_insert(now + interval);
        if now < due {
            context.request_repaint_after(due - now);
            return;
        }
        if state.pending {
            // Who reads the weights wakes the window.
            return;
        }
        let (before, next) = (state.timeline.position(), state.timeline.stepped(way.marks()));
        state.go(next);
        // A film that fell behind does not hurry.
        state.due = Some((due + interval).max(now));
        if next == TimelinePlace::Live && way == PlayWay::Forwards || state.timeline.position() == before {
            state.play(None);
        } else {
            context.request_repaint_after(interval);
        }
    }

    /// Has the weights shown on which the scrubber stands, as soon as they are there; until then what was shown before stays.
    fn look_back(&mut self) {
        let Some(store) = &self.services.timeline.store else { return };
        let state = &mut self.shell.timeline;
        let place = state.timeline.place;
        let shown: Vec<ModelId> = state.timeline.tracks.iter().map(|(id, _)| id).collect();
        let (mut requests, mut failures) = (Vec::new(), Vec::new());
        state.pending = false;
        for (id, model) in self.services.models.iter_mut() {
            let mark = state.timeline.mark(id).filter(|_| place != TimelinePlace::Live && shown.contains(&id));
            let past = mark.and_then(|mark| Some((mark, model.past.source(&mark)?)));
            let Some((mark, source)) = past else {
                model.past.show(None);
                continue;
            };
            let request = PastRequest { source, step: mark.step, now: true };
            let is_shown = |past: &PastShown| past.snapshot.step == mark.step && past.kept == mark.kept;
            if !model.past.shown().is_some_and(is_shown) {
                match store.get(&request) {
                    Some(snapshot) => model.past.show(Some(PastShown { snapshot, kept: mark.kept })),
                    None => {
                        failures.extend(store.take_failure(&request).map(|why| (id, mark, why)));
                        state.pending = true;
                    }
                }
            }
            requests.push(request);
        }
        if place != TimelinePlace::Live || self.shell.needs.timeline {
            requests.extend(ahead(&state.timeline, |id, mark| self.services.models.get(id)?.past.source(mark)));
        }
        let keys = requests.iter().map(|request| (request.source.id(), request.step, request.now)).collect();
        let runs: Vec<u64> = self.services.models.iter().map(|(_, model)| model.past.run_id()).collect();
        if self.services.timeline.requested != keys || self.services.timeline.runs != runs {
            store.retain(|source| self.services.models.iter().any(|(_, model)| model.past.is_source(source)));
            store.request(requests);
            (self.services.timeline.requested, self.services.timeline.runs) = (keys, runs);
        }
        let rest = state.moves_for();
        if !rest.is_zero() {
            self.services.waker.later(rest);
        }
        for (id, mark, why) in failures {
            self.cannot_look_back(id, &mark, &why);
        }
    }

    /// The weights of a mark cannot be read: there is no such mark any more.
    fn cannot_look_back(&mut self, id: ModelId, mark: &TimelineMark, why: &Message) {
        self.services.timeline.requested.clear();
        self.services.waker.now();
        // What a ring has let go of in this very moment is no fault.
        if mark.kept == KeptIn::Run {
            if let Some(model) = self.services.models.get_mut(id) {
                model.past.forget(mark.step);
            }
            self.shell.say(Level::Failed, &explain(why));
        }
    }

    /// Aligns the tracks by something else; the scrubber stays on the step of the first model on which it stands.
    pub(super) fn align_timeline(&mut self, axis: TimelineAxis) {
        let of = |session: &Self| session.shell.timeline.timeline.tracks.iter().next().map(|(id, _)| id);
        let mark = of(self).and_then(|id| Some((id, self.shell.timeline.timeline.mark(id)?)));
        self.project.settings.timeline.axis = axis;
        self.lay_tracks();
        let state = &mut self.shell.timeline;
        if let (Some((id, before)), TimelinePlace::At(_)) = (mark, state.timeline.place) {
            let marks = state.timeline.tracks.get(id).map(TimelineTrack::marks).unwrap_or_default();
            let x = marks.iter().find(|mark| mark.step == before.step).map_or(0.0, |mark| mark.x);
            state.go(state.timeline.placed(x));
        }
    }

    /// What the strip below the curves is drawn from.
    pub(super) fn timeline_view(&self) -> TimelineView<'_> {
        let held = self.services.models.iter().map(|(_, model)| model.past.held_bytes()).sum();
        let state = &self.shell.timeline;
        TimelineView {
            timeline: &state.timeline,
            playing: state.playing,
            held_bytes: held,
            budget_bytes: self.services.timeline.budget_bytes,
        }
    }

    /// The scrubber, and what can be seen of the models that are shown.
    pub fn timeline(&self) -> &Timeline {
        &self.shell.timeline.timeline
    }

    /// Whether weights on which the scrubber stands are still being read.
    pub fn timeline_is_pending(&self) -> bool {
        self.shell.timeline.pending
    }

    /// Whether a film of training runs, and which way.
    pub fn film(&self) -> Option<PlayWay> {
        self.shell.timeline.playing
    }

    /// What the rings of all models hold, and what they may, in bytes.
    pub fn ring_bytes(&self) -> (u64, u64) {
        let view = self.timeline_view();
        (view.held_bytes, view.budget_bytes)
    }
}

/// Where rising steps are on an axis, of a model that sees so many images a step; without curves a step takes `pace` seconds.
fn places(steps: &[u64], axis: TimelineAxis, an_image: f64, (history, pace): (Option<&History>, f64)) -> Vec<f64> {
    let by_step = |each: f64| steps.iter().map(|step| *step as f64 * each).collect();
    match axis {
        TimelineAxis::Step => by_step(1.0),
        TimelineAxis::Images => by_step(an_image),
        TimelineAxis::Seconds => match history.and_then(|history| history.seconds_of(steps)) {
            Some(seconds) => seconds.into_iter().map(f64::from).collect(),
            None => by_step(pace),
        },
    }
}

/// What may be asked for next.
fn ahead(timeline: &Timeline, source: impl Fn(ModelId, &TimelineMark) -> Option<PastSource>) -> Vec<PastRequest> {
    let mut out = Vec::new();
    for (id, track) in timeline.tracks.iter() {
        let mut of_ring = 0;
        for mark in track.around(timeline.place) {
            of_ring += usize::from(mark.kept == KeptIn::Memory);
            if mark.kept != KeptIn::Memory || of_ring <= AHEAD {
                out.extend(source(id, &mark).map(|source| PastRequest { source, step: mark.step, now: false }));
            }
        }
    }
    out
}

/// The folder that a model's checkpoints are in, and the newest of them.
fn run_of(model: &ModelRuntime) -> Option<(PathBuf, u64)> {
    let saved = model.status()?.saved_step?;
    let autosaved = || model.trainer.as_ref().and_then(Trainer::autosave_folder).map(Path::to_owned);
    Some((model.folder.clone().or_else(autosaved)?, saved))
}
