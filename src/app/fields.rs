//! Asks for the fields over the plane that is on the screen: each as often as its share of the processor allows.

use crate::app::session::Session;
use crate::explore::directions::Directions;
use crate::explore::field::{FieldGrid, FieldInputs, FieldSource, OtherWeights, PlaneField};
use crate::explore::posterior::PosteriorImage;
use crate::explore::tiles::Lattice;
use crate::explore::viewer::FieldRequest;
use crate::model::ModelId;
use crate::snapshot::Snapshot;
use crate::ui::slot::Slot;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Fields follow training at most this often.
const INTERVAL: Duration = Duration::from_millis(250);
/// All fields together take at most this part of a core: one of so many.
const SHARE: u32 = 16;
/// Other weights that a model's decoder is compared with, at most.
const OTHERS: usize = 7;
/// Earlier weights of the model itself that it is compared with where there are no others.
const EARLIER: usize = 4;

impl Session {
    /// Asks for the fields that are drawn of a model, whose newest weights are these.
    pub(super) fn request_fields(&mut self, id: ModelId, newest: &Arc<Snapshot>, training: bool) {
        let asked: Vec<(&'static PlaneField, Lattice)> = self.shell.needs.fields.clone();
        for (field, lattice) in &asked {
            let Some(viewer) = &self.services.planes.viewer else { return };
            let took = viewer.fields(id).get(field.id).map_or(Duration::ZERO, |grid| grid.took);
            let share = SHARE * asked.len() as u32;
            let interval = if training { INTERVAL.max(took * share) } else { Duration::ZERO };
            let source = self.field_source(id, field, newest.clone(), *lattice);
            let Some(source) = source.filter(|source| field.has_inputs(source)) else { continue };
            let pace = self.services.planes.planes.entry(id).fields.entry(field.id).or_default();
            let source = pace.pass(source, interval, &self.services.waker);
            if let Some(viewer) = &self.services.planes.viewer {
                viewer.request_field(id, FieldRequest { field, source });
            }
        }
    }

    /// The image whose posterior is looked at.
    fn posterior_image(&self) -> Option<PosteriorImage> {
        self.shell.needs.posterior?.image(self.services.data.as_ref(), self.services.drawing.as_ref())
    }

    /// The newest fields of the model in a view, by their ids.
    pub fn fields(&self, slot: Slot) -> BTreeMap<&'static str, Arc<FieldGrid>> {
        self.services.planes.viewer.as_ref().map(|viewer| viewer.fields(self.id(slot))).unwrap_or_default()
    }

    /// What steps change in the image of the model in a view, as found last.
    pub fn directions(&self, slot: Slot) -> Option<Arc<Directions>> {
        self.services.planes.viewer.as_ref()?.directions(self.id(slot))
    }

    /// What a field over a model's plane is made of, as far as it is there.
    pub(super) fn field_source(
        &self,
        id: ModelId,
        field: &PlaneField,
        snapshot: Arc<Snapshot>,
        lattice: Lattice,
    ) -> Option<FieldSource> {
        let plane = self.services.planes.plane(id).cloned()?;
        let encoding = (field.inputs == FieldInputs::Encoding).then(|| self.services.planes.points(id)).flatten();
        let classifier = self.services.shares.thorough.clone().filter(|_| field.inputs == FieldInputs::Classifier);
        let others =
            if field.inputs == FieldInputs::Others { self.others_of(id, snapshot.step) } else { Arc::default() };
        let encoding = encoding.map(|points| points.encoding.clone());
        let image = if field.inputs == FieldInputs::Image { self.posterior_image() } else { None };
        Some(FieldSource { snapshot, plane, lattice, encoding, classifier, others, image })
    }

    /// The weights of the other models of the same preset, which learned from the same data; where there are none, earlier ones
    /// of the model itself.
    fn others_of(&self, id: ModelId, newest: u64) -> Arc<[OtherWeights]> {
        let Some(own) = self.project.model(id) else { return Arc::default() };
        let others = self.project.active().filter(|entry| entry.id != id && entry.config.preset == own.config.preset);
        let whole = others.filter_map(|entry| self.services.models.get(entry.id)?.shown().cloned());
        let others: Vec<OtherWeights> = whole.take(OTHERS).map(OtherWeights::Whole).collect();
        match self.services.models.get(id).filter(|_| others.is_empty()) {
            Some(model) => model.past.earlier(newest, EARLIER).into_iter().map(OtherWeights::Kept).collect(),
            None => others.into(),
        }
    }
}
