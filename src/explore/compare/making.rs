//! The making of a sheet: all but what is searched for.

use super::reconstruction::{Reconstruction, ReconstructionKind, Searched};
use super::sheet::{Original, Sheet, SheetModel, SheetSample};
use super::source::SheetSource;
use crate::explore::fitted_gaussian::{FittedGaussian, truncated_latents};
use crate::snapshot::{Scratch, Snapshot};
use std::convert::Infallible;
use std::sync::Arc;

impl SheetSource {
    /// A sheet with all but what is searched for. What was found before with the same weights is kept; where a model has gone on
    /// learning, what stands in for it is decoded at the latents that were found before. A few milliseconds for 20 rows; not
    /// for the UI thread.
    pub fn sheet(&self, before: Option<&Sheet>) -> Sheet {
        let before = before.filter(|before| Arc::ptr_eq(&before.source.data, &self.data));
        let original =
            |index: usize| Original { index, class: self.data.test.class(index), image: self.data.test.image(index) };
        let places = self.images.places(&self.data, self.rows, self.seed);
        let originals: Arc<[Original]> = places.into_iter().map(original).collect();
        let mut scratch = Scratch::default();
        let models = self.models.iter().enumerate();
        let models = models.map(|(place, weights)| self.model((place, weights), &originals, before, &mut scratch));
        let models = models.collect();
        let bound = before.and_then(|before| before.bound.clone());
        Sheet { source: self.clone(), models, originals, bound, interpolation: None }
    }

    fn model(
        &self,
        (place, weights): (usize, &Arc<Snapshot>),
        originals: &[Original],
        before: Option<&Sheet>,
        scratch: &mut Scratch,
    ) -> SheetModel {
        let kept = Kept::of(place, weights, before);
        let kind = if weights.encoder.is_some() { ReconstructionKind::Encoder } else { ReconstructionKind::Inversion };
        let mut made = |original: &Original| match kind {
            ReconstructionKind::Encoder if !kept.is_same => {
                (encoded(weights, &original.image, scratch), Searched::Afresh)
            }
            ReconstructionKind::Encoder => match kept.reconstruction(weights, original, scratch) {
                (None, _) => (encoded(weights, &original.image, scratch), Searched::Afresh),
                found => found,
            },
            ReconstructionKind::Inversion => kept.reconstruction(weights, original, scratch),
        };
        let (reconstructions, searched) = originals.iter().map(&mut made).unzip();
        let weights = weights.clone();
        if let Some(same) = kept.samples(self) {
            let SheetModel { fitted, samples, nearest, .. } = same.clone();
            return SheetModel { weights, kind, reconstructions, searched, fitted, samples, nearest };
        }
        let fitted = FittedGaussian::in_place_of_prior(&weights, &self.data.train, scratch);
        let latents = truncated_latents(&weights, fitted.as_ref(), (self.seed, self.rows), self.truncation);
        let (fitted, samples) = (fitted.is_some(), samples(&weights, &latents, scratch));
        SheetModel { weights, kind, reconstructions, searched, fitted, samples, nearest: None }
    }
}

/// What was found before of a model.
struct Kept<'a> {
    found: Option<(&'a Sheet, &'a SheetModel)>,
    is_same: bool,
}

impl<'a> Kept<'a> {
    /// That of the same weights, else that of earlier ones in the same place.
    fn of(place: usize, weights: &Arc<Snapshot>, before: Option<&'a Sheet>) -> Self {
        let of = |model: &'a SheetModel| before.map(|sheet| (sheet, model));
        let models = before.map(|sheet| sheet.models.as_slice()).unwrap_or_default();
        if let Some(same) = models.iter().find(|model| Arc::ptr_eq(&model.weights, weights)) {
            return Self { found: of(same), is_same: true };
        }
        let follows = |model: &&SheetModel| {
            let earlier = &model.weights;
            earlier.latent == weights.latent && earlier.image == weights.image && earlier.step <= weights.step
        };
        Self { found: models.get(place).filter(follows).and_then(of), is_same: false }
    }

    /// The model whose samples those of a sheet are.
    fn samples(&self, source: &SheetSource) -> Option<&'a SheetModel> {
        let of = |source: &SheetSource| (source.seed, source.rows, source.truncation);
        let (sheet, model) = self.found.filter(|_| self.is_same)?;
        (of(&sheet.source) == of(source)).then_some(model)
    }

    fn reconstruction(
        &self,
        weights: &Snapshot,
        original: &Original,
        scratch: &mut Scratch,
    ) -> (Option<Arc<Reconstruction>>, Searched) {
        let Some((sheet, model)) = self.found else { return (None, Searched::No) };
        let row = sheet.originals.iter().position(|earlier| earlier.index == original.index);
        let Some(row) = row else { return (None, Searched::No) };
        let found = model.reconstruction(row).cloned();
        if self.is_same {
            return (found, model.searched.get(row).copied().unwrap_or(Searched::No));
        }
        let decoded = |found: Arc<Reconstruction>| {
            let image = weights.decoder.evaluate(&found.latent, 1, scratch).to_vec();
            Arc::new(Reconstruction::new(weights, &original.image, found.latent.clone(), image))
        };
        (found.map(decoded), Searched::No)
    }
}

/// What a model with an encoder makes of an image.
fn encoded(snapshot: &Snapshot, original: &[f32], scratch: &mut Scratch) -> Option<Arc<Reconstruction>> {
    let latent = snapshot.encoder.as_ref()?.evaluate(original, 1, scratch).get(..snapshot.latent)?.to_vec();
    let image = snapshot.decoder.evaluate(&latent, 1, scratch).to_vec();
    Some(Arc::new(Reconstruction::new(snapshot, original, latent, image)))
}

fn samples(snapshot: &Snapshot, latents: &[f32], scratch: &mut Scratch) -> Arc<[SheetSample]> {
    let mut images = Vec::new();
    let Ok(()) = snapshot.decoder.evaluate_each(latents, scratch, |image| {
        images.push(image.to_vec());
        Ok::<_, Infallible>(())
    });
    let latents = latents.chunks_exact(snapshot.latent.max(1));
    latents.zip(images).map(|(latent, image)| SheetSample { latent: latent.to_vec(), image }).collect()
}
