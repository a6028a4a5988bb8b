//! Selecting test images on a plane or by what is typed: found and looked at together in the background.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::selection_state::Selecting;
use crate::app::session::Session;
use crate::dataset::{Progress, Split};
use crate::explore::codes::PointMap;
use crate::explore::encoded::EncodedPoints;
use crate::explore::outline::{SelectBy, SelectedImages};
use crate::explore::tiles::fresh_id;
use crate::message::Message;
use crate::model::ModelId;
use crate::picture::{Bitmap, thumbnail};
use crate::ui::points::known::{SelectedPoints, SelectionView};
use std::sync::Arc;

/// Small pictures of a selection, at most: of more, evenly spread ones are made.
const MOST_THUMBNAILS: usize = 240;
/// Pixels of the longer side of a small picture, at most.
const THUMBNAIL_SIDE: usize = 64;
/// The standard deviation of values in [0, 1] is no more than this, which is drawn white.
const LARGEST_DEVIATION: f32 = 0.5;

impl Session {
    /// Selects test images; what was selected before stays until they are found.
    pub(super) fn select(&mut self, id: ModelId, by: SelectBy) {
        let Some(data) = self.services.data.clone().filter(|data| !data.sample().is_point()) else { return };
        let points = self.services.planes.points(id);
        let map = match &by {
            SelectBy::Map(kind, _) => {
                let known = self.services.planes.planes.get(id);
                known.and_then(|state| state.maps.made.get(kind.index())?.clone())
            }
            SelectBy::Outline(_) | SelectBy::Search(_) => None,
        };
        let is_there = match &by {
            SelectBy::Outline(_) => points.is_some(),
            SelectBy::Map(..) => map.is_some(),
            SelectBy::Search(_) => true,
        };
        if !is_there {
            return;
        }
        self.services.selecting.of = Some(data.id.clone());
        self.services.jobs.start(JobKey::Select, move |progress| {
            let outlined = OutlinedPoints { points: points.as_deref(), map: map.as_deref() };
            Done::Selected(found(by, &outlined, &data.test, progress).map(|found| found.map(Box::new)))
        });
    }

    /// Selects nothing.
    pub(super) fn deselect(&mut self) {
        self.services.jobs.cancel(&JobKey::Select);
        self.services.selecting = Selecting::default();
    }

    /// Test images were found.
    pub(super) fn receive_selected(&mut self, found: Result<Option<Box<SelectedPoints>>, Message>) {
        let view = &mut self.services.selecting.view;
        match found {
            Ok(Some(selected)) => *view = SelectionView { shown: Some(Arc::new(*selected)), refused: None },
            Ok(None) => {}
            Err(why) => *view = SelectionView { shown: None, refused: Some(why) },
        }
    }

    /// The test images that are selected: their places in the split, rising.
    pub fn selected(&self) -> Option<Arc<[u32]>> {
        Some(self.selection_view().shown?.selected.images.clone())
    }

    /// What is selected of the data that is open.
    pub(super) fn selection_view(&self) -> SelectionView {
        let Selecting { of, view } = &self.services.selecting;
        let is_open = of.as_ref().zip(self.services.data.as_ref()).is_some_and(|(of, data)| *of == data.id);
        if is_open { view.clone() } else { SelectionView::default() }
    }
}

/// The points that are outlined, on the plane or on a map.
struct OutlinedPoints<'a> {
    points: Option<&'a EncodedPoints>,
    map: Option<&'a PointMap>,
}

/// Finds the images and makes their pictures; nothing where that is cancelled or finds none that were outlined.
fn found(
    by: SelectBy,
    outlined: &OutlinedPoints<'_>,
    split: &Split,
    progress: &Progress,
) -> Result<Option<SelectedPoints>, Message> {
    let OutlinedPoints { points, map } = *outlined;
    let mut go_on = || !progress.is_cancelled();
    let images = match &by {
        SelectBy::Outline(outline) => points.map(|points| outline.images(points)),
        SelectBy::Map(_, outline) => {
            let coloring = points.map(|points| points.coloring.clone()).unwrap_or_default();
            map.map(|map| outline.images_of_map(map, &coloring))
        }
        SelectBy::Search(text) => SelectedImages::found(text, split, &mut go_on)?,
    };
    let selected = images.and_then(|images| SelectedImages::of(split, images, &mut go_on));
    let Some(selected) = selected else { return Ok(None) };
    let shape = split.shape();
    let mut image = vec![0.0; shape.values()];
    let stride = selected.images.len().div_ceil(MOST_THUMBNAILS).max(1);
    let some = selected.images.iter().step_by(stride).take_while(|_| !progress.is_cancelled());
    let thumbnails = some.map(|place| {
        split.read(*place as usize, &mut image);
        (*place, thumbnail(shape, &image, THUMBNAIL_SIDE))
    });
    let thumbnails = thumbnails.collect();
    let deviation: Vec<f32> = selected.deviation.iter().map(|x| x / LARGEST_DEVIATION).collect();
    let (mean, deviation) = (Bitmap::new(shape, &selected.mean), Bitmap::new(shape, &deviation));
    Ok(Some(SelectedPoints { id: fresh_id(), by, selected, mean, deviation, thumbnails }))
}
