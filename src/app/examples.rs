//! Looking through the data: which examples are listed, their pictures, and what all of them are like. Everything is made
//! in jobs, and only while the panel is on the screen.

use crate::app::browsing::Browsing;
use crate::app::done::{Done, ReadExample};
use crate::app::jobs::JobKey;
use crate::app::session::Session;
use crate::dataset::{Dataset, Progress, Sample, Split};
use crate::explore::browse::{DataStatistics, ExamplePlace, Search, order};
use crate::explore::encoded::Encoding;
use crate::model::ModelId;
use crate::picture::{Bitmap, thumbnail};
use crate::snapshot::{Scratch, Snapshot};
use crate::ui::data_panel::known::{BrowseNeeds, BrowseView, ListedExamples, ShownExample, Thumbnails};
use crate::ui::slot::Slot;
use std::sync::Arc;

/// Pixels of the longer side of a small picture, at most.
const THUMBNAIL_SIDE: usize = 64;

impl Session {
    pub(super) fn browse_view(&self) -> BrowseView<'_> {
        let browsing = &self.services.browsing;
        BrowseView {
            browse: &self.project.browse,
            listed: &browsing.listed,
            thumbnails: &browsing.thumbnails,
            statistics: browsing.statistics.as_ref(),
            example: browsing.example.as_ref().filter(|shown| Some(shown.place) == self.project.browse.example),
        }
    }

    /// Asks for what the data panel needs; the same again costs nothing. What nobody looks at any more is cancelled.
    pub(super) fn request_browse(&mut self) {
        let Some(data) = self.services.data.clone() else { return };
        // It holds the data that it is of, whether anybody looks or not.
        if self.services.browsing.of.as_ref().is_some_and(|(other, _)| !Arc::ptr_eq(other, &data)) {
            self.stop_browsing();
            self.services.browsing = Browsing::default();
        }
        let Some(needs) = self.shell.needs.browse.clone() else { return self.stop_browsing() };
        if self.services.browsing.of.is_none() {
            self.stop_browsing();
            self.services.browsing = Browsing::default();
        }
        let of = self.services.browsing.of.as_ref();
        if !of.is_some_and(|(_, browse)| browse.lists_the_same(&self.project.browse)) {
            self.list_examples(&data);
        }
        self.request_thumbnails(&data, &needs);
        let browsing = &self.services.browsing;
        if needs.statistics
            && browsing.statistics.is_none()
            && !browsing.no_statistics
            && !self.services.jobs.is_running(&JobKey::Statistics)
        {
            let data = data.clone();
            self.services.jobs.start(JobKey::Statistics, move |progress| {
                Done::Statistics(DataStatistics::of(&data, &mut || !progress.is_cancelled()).map(Box::new))
            });
        }
        if let Some(place) = self.project.browse.example.filter(|place| self.services.browsing.lacks(*place)) {
            self.read_example(place, Vec::new());
        }
    }

    fn stop_browsing(&mut self) {
        let browsing = &mut self.services.browsing;
        let asked = std::mem::take(&mut browsing.asked);
        let stretches = asked.into_iter().map(JobKey::Thumbnails);
        stretches.chain([JobKey::Statistics]).for_each(|key| _ = self.services.jobs.cancel(&key));
        if self.services.jobs.cancel(&JobKey::ListExamples) {
            browsing.of = None;
        }
    }

    /// Searches and sorts anew.
    fn list_examples(&mut self, data: &Arc<Dataset>) {
        let browse = self.project.browse.clone();
        for stretch in std::mem::take(&mut self.services.browsing.asked) {
            self.services.jobs.cancel(&JobKey::Thumbnails(stretch));
        }
        self.services.jobs.cancel(&JobKey::ListExamples);
        let split = browse.part.of(data).clone();
        let listed = match Search::parse(&browse.search, &split) {
            Err(message) => ListedExamples::Refused(message),
            Ok(None) if browse.sort.is_none() => ListedExamples::All,
            Ok(search) => {
                let sort = browse.sort.clone();
                self.services.jobs.start(JobKey::ListExamples, move |progress| {
                    Done::Listed(order(&split, search.as_ref(), sort.as_ref(), &mut || !progress.is_cancelled()))
                });
                ListedExamples::Coming
            }
        };
        let browsing = &mut self.services.browsing;
        browsing.thumbnails = Thumbnails::default();
        browsing.listed = listed;
        browsing.of = Some((data.clone(), browse));
    }

    fn request_thumbnails(&mut self, data: &Arc<Dataset>, needs: &BrowseNeeds) {
        let seen = Thumbnails::stretches(&needs.positions);
        let browsing = &mut self.services.browsing;
        browsing.thumbnails.keep_near(&seen);
        let split = self.project.browse.part.of(data);
        for gone in browsing.asked.iter().copied().filter(|stretch| !seen.contains(stretch)).collect::<Vec<_>>() {
            browsing.asked.remove(&gone);
            self.services.jobs.cancel(&JobKey::Thumbnails(gone));
        }
        let Some(count) = browsing.listed.count(split.count()) else { return };
        for stretch in seen {
            if browsing.thumbnails.has(stretch) || !browsing.asked.insert(stretch) {
                continue;
            }
            let first = stretch * Thumbnails::STRETCH;
            let positions = first.min(count)..(first + Thumbnails::STRETCH).min(count);
            let places: Vec<usize> = positions.filter_map(|position| browsing.listed.place(position)).collect();
            let split = split.clone();
            self.services.jobs.start(JobKey::Thumbnails(stretch), move |progress| {
                Done::Thumbnails(stretch, pictures(&split, &places, progress).into())
            });
        }
    }

    /// Reads an example, and encodes it with these models.
    fn read_example(&mut self, place: ExamplePlace, models: Vec<(ModelId, Arc<Snapshot>)>) {
        let Some(data) = self.services.data.clone() else { return };
        if place.index >= place.part.of(&data).count() {
            return;
        }
        self.services.browsing.asked_example = Some(place);
        self.services.jobs.start(JobKey::ReadExample, move |_| {
            let split = place.part.of(&data);
            let picture = Bitmap::new(split.shape(), &split.image(place.index));
            let images: Arc<[u32]> = u32::try_from(place.index).ok().into_iter().collect();
            let mut scratch = Scratch::default();
            let mut code = |snapshot: &Snapshot| {
                let encoding = Encoding::of_images(snapshot, split, &images, &mut scratch, &mut || true)?;
                Some(encoding.posterior(0)?.0.to_vec())
            };
            let codes = models.iter().filter_map(|(id, snapshot)| Some((*id, code(snapshot)?))).collect();
            Done::ReadExample(Box::new(ReadExample { shown: ShownExample { place, picture }, codes }))
        });
    }

    /// Looks at an example: it is shown large, and the cursor goes to its code in the models that are shown.
    pub(super) fn look_at_example(&mut self, place: ExamplePlace) {
        let shown = Slot::BOTH.map(|slot| (self.id(slot), self.model(slot).shown().cloned()));
        let mut models: Vec<(ModelId, Arc<Snapshot>)> = Vec::new();
        for (id, snapshot) in shown {
            if let Some(snapshot) = snapshot.filter(|_| models.iter().all(|(other, _)| *other != id)) {
                models.push((id, snapshot));
            }
        }
        self.read_example(place, models);
    }

    pub(super) fn receive_example(&mut self, read: ReadExample) {
        self.services.browsing.example = Some(read.shown);
        self.look_at_codes(&read.codes);
    }
}

/// Small pictures of the examples at these places; fewer where that is cancelled.
fn pictures(split: &Split, places: &[usize], progress: &Progress) -> Vec<Bitmap> {
    let Sample::Image(shape) = split.sample() else { return Vec::new() };
    let mut example = vec![0.0; shape.values()];
    let wanted = places.iter().take_while(|_| !progress.is_cancelled());
    let picture = wanted.map(|place| {
        split.read(*place, &mut example);
        thumbnail(shape, &example, THUMBNAIL_SIDE)
    });
    picture.collect()
}
