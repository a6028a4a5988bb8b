//! Adding and subtracting marked latents, and which real image's code lies nearest to what comes of it.

use crate::explore::anchors::Anchors;
use crate::explore::encoded::Encoding;

/// What comes of a − b + c.
#[derive(Clone, Debug, PartialEq)]
pub struct Arithmetic {
    /// The latent, `[latent]`.
    pub latent: Vec<f32>,
    /// The nearest code of a test image that is none of the three.
    pub nearest: Option<NearestCode>,
}

/// The code of an image, and how far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearestCode {
    /// The image's place in the split.
    pub image: u32,
    /// Its point's place among the codes.
    pub point: usize,
    /// √Σ(difference)² in latent units.
    pub distance: f32,
}

impl NearestCode {
    /// The code nearest to a latent, of images that are none of `but`.
    pub fn of(encoding: &Encoding, latent: &[f32], but: &[u32]) -> Option<Self> {
        let codes = encoding.mean.chunks_exact(encoding.latent.max(1)).zip(encoding.images.iter()).enumerate();
        let others = codes.filter(|(_, (_, image))| !but.contains(image));
        let distance = |code: &[f32]| code.iter().zip(latent).map(|(x, z)| (x - z).powi(2)).sum::<f32>();
        let nearest = others.map(|(point, (code, image))| (point, *image, distance(code)));
        let (point, image, squared) = nearest.filter(|(.., d)| d.is_finite()).min_by(|a, b| a.2.total_cmp(&b.2))?;
        Some(Self { image, point, distance: squared.sqrt() })
    }
}

impl Arithmetic {
    /// Of three anchors in a space of so many dimensions; `None` where one is missing.
    pub fn of(anchors: &Anchors, latent: usize, encoding: Option<&Encoding>) -> Option<Self> {
        let combined = anchors.combined(latent)?;
        let own: Vec<u32> = (0..Anchors::NAMES.len()).filter_map(|place| anchors.get(place)?.image).collect();
        let encoding = encoding.filter(|encoding| encoding.latent == latent);
        let nearest = encoding.and_then(|encoding| NearestCode::of(encoding, &combined, &own));
        Some(Self { latent: combined, nearest })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::explore::anchors::Anchor;
    use std::time::Duration;

    #[test]
    fn the_nearest_code_is_none_of_the_three_themselves() {
        let codes = [[0.0f32, 0.0], [1.0, 0.0], [0.0, 1.0], [1.2, 1.1], [5.0, 5.0]];
        let encoding = Encoding {
            step: 0,
            latent: 2,
            mean: codes.concat(),
            log_variance: vec![0.0; 10],
            kl_per_dimension: vec![0.0; 2],
            images: [10, 11, 12, 13, 14].into(),
            labels: vec![0; 5],
            took: Duration::ZERO,
        };
        let mut anchors = Anchors::default();
        assert_eq!(Arithmetic::of(&anchors, 2, Some(&encoding)), None);
        for (place, (latent, image)) in [([1.0, 0.0], 11), ([0.0, 0.0], 10), ([0.0, 1.0], 12)].into_iter().enumerate() {
            anchors.set(place, Some(Anchor { latent: latent.to_vec(), image: Some(image) }));
        }
        let found = Arithmetic::of(&anchors, 2, Some(&encoding)).unwrap();
        assert_eq!(found.latent, [1.0, 1.0]);
        let nearest = found.nearest.unwrap();
        assert_eq!((nearest.image, nearest.point), (13, 3));
        assert!((nearest.distance - 0.05f32.sqrt()).abs() < 1e-6);
        assert_eq!(Arithmetic::of(&anchors, 2, None).unwrap().nearest, None, "a model without an encoder");
        anchors.set(0, Some(Anchor { latent: vec![0.1, 0.0], image: None }));
        anchors.set(2, Some(Anchor { latent: vec![0.0, 0.1], image: None }));
        assert_eq!(Arithmetic::of(&anchors, 2, Some(&encoding)).unwrap().nearest.unwrap().image, 11);
    }
}
