//! When an image counts as missed by a decoder: no place of its plane reproduces it well enough.

use super::components::component_errors;
use super::places::ImagePlace;
use crate::dataset::{Split, stratified};
use crate::snapshot::{Scratch, Snapshot};

/// An image is missed where its error is above this quantile of the reference's errors.
pub const QUANTILE: f64 = 0.99;
/// Where there is no VAE the reference is the images' own principal components, so many of them: of handwritten digits their
/// errors have about the same quantile (0.086) as those of a VAE of two dimensions (0.089), whose mean is that of seven.
pub const COMPONENTS: usize = 4;
/// Images that the errors are measured on, at most, and their values.
const MEASURED: usize = 1000;
const MOST_VALUES: usize = 4 << 20;
/// Images a component at least: fewer would be learned by heart.
const IMAGES_A_COMPONENT: usize = 16;

/// What places are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissedReference {
    /// The reconstructions of a VAE.
    Reconstructions,
    /// The projections onto the images' first principal components.
    Components,
}

/// From which error on an image is missed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MissedRule {
    /// What it was measured by.
    pub reference: MissedReference,
    /// Mean squared error a pixel: an image with more is missed.
    pub most_error: f32,
}

impl MissedRule {
    /// By the reconstructions of a model that has an encoder, on up to 1000 images of each class its part; else by the
    /// principal components of these images. `None` where `current` (asked again and again) gave false, or there are no
    /// images.
    pub fn of(beside: Option<&Snapshot>, split: &Split, current: &mut dyn FnMut() -> bool) -> Option<Self> {
        let chosen = |most: usize| stratified(split.count(), most, |image| split.class(image).unwrap_or(0));
        let (reference, errors) = match beside.filter(|snapshot| encodes(snapshot, split)) {
            Some(snapshot) => {
                let errors = reconstruction_errors(snapshot, split, &chosen(MEASURED), current)?;
                (MissedReference::Reconstructions, errors)
            }
            None => {
                let pixels = split.shape().values().max(1);
                let images: Vec<usize> =
                    chosen(MEASURED.min(MOST_VALUES / pixels).max(1)).iter().map(|image| *image as usize).collect();
                let components = COMPONENTS.min(images.len() / IMAGES_A_COMPONENT);
                (MissedReference::Components, component_errors(&split.gather(&images), pixels, components, current)?)
            }
        };
        Some(Self { reference, most_error: quantile(errors, QUANTILE)? })
    }
}

fn encodes(snapshot: &Snapshot, split: &Split) -> bool {
    let pixels = split.shape().values();
    let encodes =
        |encoder: &crate::snapshot::Network| encoder.input() == pixels && encoder.output() == 2 * snapshot.latent;
    snapshot.encoder.as_ref().is_some_and(encodes) && snapshot.decoder.output() == pixels
}

fn reconstruction_errors(
    snapshot: &Snapshot,
    split: &Split,
    images: &[u32],
    current: &mut dyn FnMut() -> bool,
) -> Option<Vec<f32>> {
    let encoder = snapshot.encoder.as_ref()?;
    let (mut scratch, mut image) = (Scratch::default(), vec![0.0; split.shape().values()]);
    let mut errors = Vec::with_capacity(images.len());
    for place in images {
        split.read(*place as usize, &mut image);
        let code = encoder.evaluate(&image, 1, &mut scratch).get(..snapshot.latent)?.to_vec();
        errors.push(mean_squared_error(&image, snapshot.decoder.evaluate(&code, 1, &mut scratch)));
        if !current() {
            return None;
        }
    }
    Some(errors)
}

/// The error that this share of them is not above.
fn quantile(mut errors: Vec<f32>, share: f64) -> Option<f32> {
    errors.sort_unstable_by(f32::total_cmp);
    errors.get((errors.len().checked_sub(1)? as f64 * share) as usize).copied()
}

fn mean_squared_error(one: &[f32], other: &[f32]) -> f32 {
    let squares: f32 = one.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum();
    squares / one.len().max(1) as f32
}

/// The places of images, and which of them no place reproduces.
#[derive(Clone, Debug)]
pub struct FoundPlaces {
    /// One an image.
    pub places: Vec<ImagePlace>,
    /// From which error on an image is missed.
    pub rule: MissedRule,
}

impl FoundPlaces {
    /// Whether the image of a place is missed.
    pub fn is_missed(&self, place: &ImagePlace) -> bool {
        // What is no number is no reproduction.
        place.error.is_nan() || place.error > self.rule.most_error
    }

    /// The images that no place reproduces, by their place among them.
    pub fn missed(&self) -> impl Iterator<Item = usize> {
        self.places.iter().enumerate().filter(|(_, place)| self.is_missed(place)).map(|(image, _)| image)
    }

    /// Their share of all.
    pub fn missed_share(&self) -> f64 {
        self.missed().count() as f64 / self.places.len().max(1) as f64
    }

    /// Of each class, how many are missed of how many.
    pub fn by_class(&self, labels: &[u8], classes: usize) -> Vec<(usize, usize)> {
        let mut counts = vec![(0, 0); classes];
        for (place, label) in self.places.iter().zip(labels) {
            if let Some((missed, all)) = counts.get_mut(usize::from(*label)) {
                *missed += usize::from(self.is_missed(place));
                *all += 1;
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::ImageShape;
    use crate::random::{Purpose, normal_rows};
    use crate::snapshot::{Activation, Network, Operation};

    const PIXELS: usize = 6;

    /// Networks that know nothing of the images.
    fn auto_encoder() -> Snapshot {
        let layer = |inputs: usize, outputs: usize| {
            let weight = normal_rows(3, Purpose::Weights, 0, outputs, inputs);
            Network::new(inputs, vec![Operation::linear("one", 0, (weight, vec![0.1; outputs]), Activation::Sigmoid)])
        };
        let (decoder, encoder) = (layer(2, PIXELS).unwrap(), Some(layer(PIXELS, 4).unwrap()));
        let image = ImageShape::grey(2, 3);
        Snapshot {
            step: 5,
            image,
            latent: 2,
            likelihood: None,
            decoder,
            encoder,
            critic: None,
            prior: Default::default(),
        }
    }

    #[test]
    fn an_image_that_no_place_reproduces_is_missed_and_counted_with_its_class() {
        let place = |error| ImagePlace { latent: [0.0; 2], log_variance: [0.0; 2], error };
        let rule = MissedRule { reference: MissedReference::Components, most_error: 0.3 };
        let found = FoundPlaces { places: [0.1, 0.5, 0.2, f32::NAN].map(place).into(), rule };
        assert_eq!(found.missed().collect::<Vec<_>>(), [1, 3]);
        assert_eq!(found.missed_share(), 0.5);
        assert_eq!(found.by_class(&[0, 0, 2, 2], 3), [(1, 2), (0, 0), (1, 2)]);
    }

    #[test]
    fn the_error_from_which_on_an_image_is_missed_is_measured_by_a_vae_or_by_the_images_components() {
        let bytes: Vec<u8> = (0..200 * PIXELS).map(|i| (i * i % 251) as u8).collect();
        let split = Split::of_bytes(ImageShape::grey(2, 3), bytes, Vec::new());
        let alone = MissedRule::of(None, &split, &mut || true).unwrap();
        assert_eq!(alone.reference, MissedReference::Components);
        let vae = auto_encoder();
        let beside = MissedRule::of(Some(&vae), &split, &mut || true).unwrap();
        assert_eq!(beside.reference, MissedReference::Reconstructions);
        let images: Vec<f32> = split.gather(&(0..200).collect::<Vec<_>>());
        let encoder = vae.encoder.as_ref().unwrap();
        let error = |image: &[f32]| {
            let code = encoder.evaluate(image, 1, &mut Scratch::default())[..2].to_vec();
            mean_squared_error(image, vae.decoder.evaluate(&code, 1, &mut Scratch::default()))
        };
        let below = images.chunks(PIXELS).filter(|image| error(image) <= beside.most_error).count();
        assert_eq!(below, 198, "one in a hundred has more");
        let above = |images: &[f32], components: usize, rule: MissedRule| {
            let errors = component_errors(images, PIXELS, components, &mut || true).unwrap();
            errors.into_iter().filter(|error| *error > rule.most_error).count()
        };
        assert_eq!(above(&images, COMPONENTS, alone), 2);
        // Few images have fewer components.
        let bytes = split.rows().bytes().unwrap()[..40 * PIXELS].to_vec();
        let few = Split::of_bytes(ImageShape::grey(2, 3), bytes, Vec::new());
        let rule = MissedRule::of(None, &few, &mut || true).unwrap();
        assert_eq!(above(&images[..40 * PIXELS], 2, rule), 1);
        // A decoder that is given no code is no encoder: the components stand in.
        let gan = Snapshot { encoder: None, ..vae };
        assert_eq!(MissedRule::of(Some(&gan), &split, &mut || true), Some(alone));
        assert_eq!(MissedRule::of(None, &split, &mut || false), None);
    }
}
