//! Makes the compare sheet in the background, and adds to it what is searched for as long as it is on the screen.

use crate::app::done::{Done, SheetMade};
use crate::app::jobs::JobKey;
use crate::app::session::Session;
use crate::app::sheet_state::SheetState;
use crate::dataset::Progress;
use crate::explore::compare::{MemorisedBound, SearchStart, Sheet, SheetChoice, SheetPart, SheetSearch, SheetSource};
use crate::model::ModelId;
use crate::ui::slot::Slot;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is found in so long is shown together.
const TOGETHER: Duration = Duration::from_millis(150);
/// Test images that are drawn, and samples of each model.
const ROWS: usize = 20;

impl Session {
    /// Starts what is due.
    pub(super) fn refresh_sheet(&mut self) {
        self.forget_sheet_of_others();
        let Some(source) = self.sheet_source() else { return };
        let running = self.services.jobs.is_running(&JobKey::Sheet);
        let state = &self.services.sheet;
        let advancing = running && state.advancing.is_some();
        let is_new = state.requested || !state.source.as_ref().is_some_and(|last| last.is_same(&source));
        let follows =
            !state.requested && state.source.as_ref().is_some_and(|last| last.is_same_but_for_weights(&source));
        // A sheet is soon made; newer weights wait for what is being searched for, anything else does not.
        if running && (!advancing || (is_new && follows)) {
            return;
        }
        if is_new && self.make_sheet(source) {
            return;
        }
        // Until the next is made, the search goes on in the one that is there.
        if !self.shell.needs.sheet {
            self.services.sheet.advancing = None;
            self.services.jobs.cancel(&JobKey::Sheet);
        } else if !running && (!is_new || follows) {
            self.advance_sheet();
        }
    }

    fn models_on_sheet(&self) -> Vec<ModelId> {
        Slot::BOTH.into_iter().map(|slot| self.project.id(slot)).collect()
    }

    /// A sheet holds the data that it is made of, and the weights.
    fn forget_sheet_of_others(&mut self) {
        let models = self.models_on_sheet();
        let (state, open) = (&mut self.services.sheet, self.services.data.as_ref());
        let is_open = |source: &SheetSource| open.is_some_and(|data| Arc::ptr_eq(data, &source.data));
        let of_other_models = !self.shell.needs.sheet && !state.of.is_empty() && state.of != models;
        if of_other_models || state.source.as_ref().is_some_and(|source| !is_open(source)) {
            self.services.jobs.cancel(&JobKey::Sheet);
            *state = SheetState { requested: state.requested, afresh: state.afresh, ..SheetState::default() };
        }
    }

    /// What a sheet would be made of now; `None` where there is nothing to compare.
    fn sheet_source(&self) -> Option<SheetSource> {
        let data = self.services.data.clone().filter(|data| !data.sample().is_point())?;
        let shown = |slot: Slot| self.model(slot).shown().filter(|shown| shown.image == data.shape()).cloned();
        let models: Option<Vec<_>> = Slot::BOTH.into_iter().map(shown).collect();
        let images = self.project.sheet.images.clone();
        let (seed, truncation) = (self.project.sheet_seed, self.project.settings.plane.truncation);
        Some(SheetSource { models: models?, data, images, rows: ROWS, seed, truncation })
    }

    fn trains_on_sheet(&self) -> bool {
        Slot::BOTH.into_iter().any(|slot| self.model(slot).is_training())
    }

    /// Begins another sheet where it is time; whether it is.
    fn make_sheet(&mut self, source: SheetSource) -> bool {
        let (trains, models) = (self.trains_on_sheet(), self.models_on_sheet());
        let state = &mut self.services.sheet;
        if !state.requested {
            let rest = self.shell.timeline.drags_for();
            if !rest.is_zero() {
                self.services.waker.later(rest);
                return false;
            }
            let rest = state.rest(trains);
            if !rest.is_zero() {
                self.services.waker.later(rest);
                return false;
            }
        }
        let before = state.sheet.clone().filter(|_| !state.afresh);
        (state.source, state.of) = (Some(source.clone()), models);
        (state.started, state.advancing) = (Some(Instant::now()), None);
        (state.requested, state.afresh) = (false, false);
        let work = self.work_on_sheet(&source, trains);
        self.services.jobs.start(JobKey::Sheet, move |progress| {
            let made = work.timed(|work| {
                let mut sheet = source.sheet(before.as_deref());
                // What is quickly added comes at once: it does not flicker while training goes on.
                let later = work.choice.part == SheetPart::Samples && work.bound.is_none();
                let go_on = later || work.add(&mut sheet, progress);
                go_on.then_some(sheet)
            });
            Done::Sheet(made.map(Box::new))
        });
        true
    }

    fn advance_sheet(&mut self) {
        let trains = self.trains_on_sheet();
        let state = &self.services.sheet;
        let Some(sheet) = state.sheet.clone() else { return };
        // What broke is not tried again.
        let broke = state.advancing.as_ref().is_some_and(|advancing| Arc::ptr_eq(advancing, &sheet));
        let work = self.work_on_sheet(&sheet.source, trains);
        if broke || !(work.searches(&sheet) || work.adds(&sheet)) {
            return;
        }
        let rest = state.rest_of_additions(trains);
        if !rest.is_zero() {
            self.services.waker.later(rest);
            return;
        }
        self.services.sheet.advancing = Some(sheet.clone());
        self.services.jobs.start(JobKey::Sheet, move |progress| {
            let mut sheet = (*sheet).clone();
            let made = work
                .timed(|work| (work.search(&mut sheet, progress) && work.add(&mut sheet, progress)).then_some(sheet));
            Done::Sheet(made.map(Box::new))
        });
    }

    fn work_on_sheet(&self, source: &SheetSource, trains: bool) -> SheetWork {
        let state = &self.services.sheet;
        SheetWork {
            search: state.search.clone(),
            start: if trains { SearchStart::Earlier } else { SearchStart::Draws },
            choice: self.project.sheet.clone(),
            selection: self.project.selection,
            bound: state.bound_of(&source.data.id),
        }
    }

    /// A sheet was made or added to; `None` where that was cancelled.
    pub(super) fn receive_sheet(&mut self, made: Option<SheetMade>) {
        let state = &mut self.services.sheet;
        let is_addition = state.advancing.take().is_some();
        let Some(SheetMade { sheet, search, bound, took }) = made else { return };
        if is_addition {
            state.added = Some((Instant::now(), took));
        } else {
            state.took = took;
        }
        state.bound = bound.map(|bound| (sheet.source.data.id.clone(), bound)).or(state.bound.take());
        (state.search, state.sheet) = (search, Some(Arc::new(sheet)));
    }

    /// The compare sheet, if one is ready.
    pub fn sheet(&self) -> Option<&Arc<Sheet>> {
        self.services.sheet.sheet.as_ref()
    }
}

/// What is to be added to a sheet, and with what.
struct SheetWork {
    search: SheetSearch,
    start: SearchStart,
    choice: SheetChoice,
    selection: Option<usize>,
    bound: Option<Arc<MemorisedBound>>,
}

impl SheetWork {
    /// Does the work.
    fn timed(mut self, work: impl FnOnce(&mut Self) -> Option<Sheet>) -> Option<SheetMade> {
        let began = Instant::now();
        let sheet = work(&mut self)?;
        Some(SheetMade { sheet, search: self.search, bound: self.bound, took: began.elapsed() })
    }

    fn searches(&self, sheet: &Sheet) -> bool {
        !sheet.is_searched(self.start.searched())
    }

    fn pair(&self, sheet: &Sheet) -> Option<[usize; 2]> {
        self.choice.pair(sheet, self.selection)
    }

    /// Whether the part that is looked at lacks something.
    fn adds(&self, sheet: &Sheet) -> bool {
        match self.choice.part {
            SheetPart::Images => false,
            SheetPart::Samples => sheet.models.iter().any(|model| model.nearest.is_none()),
            SheetPart::Interpolation => {
                self.pair(sheet).is_some_and(|pair| !sheet.has_interpolation(pair, self.choice.path))
            }
        }
    }

    /// Searches for some images; whether it was not cancelled.
    fn search(&mut self, sheet: &mut Sheet, progress: &Progress) -> bool {
        let began = Instant::now();
        let mut more = || began.elapsed() < TOGETHER;
        let mut go_on = || !progress.is_cancelled();
        self.search.advance(sheet, self.start, &mut more, &mut go_on)
    }

    /// Adds what the part that is looked at lacks; whether it was not cancelled.
    fn add(&mut self, sheet: &mut Sheet, progress: &Progress) -> bool {
        if !self.adds(sheet) {
            return true;
        }
        let mut go_on = || !progress.is_cancelled();
        if self.choice.part == SheetPart::Interpolation {
            if let Some(pair) = self.pair(sheet) {
                sheet.interpolate(pair, self.choice.path);
            }
            return go_on();
        }
        if self.bound.is_none() {
            self.bound = MemorisedBound::of(&sheet.source.data, &mut go_on).map(Arc::new);
        }
        match &self.bound {
            Some(bound) => sheet.find_nearest(bound, &mut go_on),
            // There is nothing that could be near.
            None => {
                sheet.models.iter_mut().for_each(|model| model.nearest = Some([].into()));
                go_on()
            }
        }
    }
}
