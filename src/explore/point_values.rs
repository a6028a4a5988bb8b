//! What a model itself says of each point: the nats of its code, and how badly it is reconstructed.

use super::coloring::{ColorBy, ColoringRequest, PointColoring};
use super::encoded::{Encoding, kl_per_dimension};
use crate::dataset::Split;
use crate::snapshot::{Scratch, Snapshot};
use std::convert::Infallible;
use std::sync::Arc;

/// What the scale of nats is called.
pub const KL_NAME: &str = "KL (nats)";
/// What the scale of reconstruction errors is called.
pub const ERROR_NAME: &str = "MSE";
/// Images that are decoded between two checks whether to go on.
const CHUNK: usize = 64;

/// The KL of each posterior from the prior, summed over dimensions, in nats, `[count]`.
pub fn nats(encoding: &Encoding) -> Vec<f32> {
    let latent = encoding.latent.max(1);
    let rows = encoding.mean.chunks_exact(latent).zip(encoding.log_variance.chunks_exact(latent));
    rows.map(|(mean, logs)| kl_per_dimension(mean, logs, latent).iter().sum()).collect()
}

/// Mean over pixels of the squared error of each image decoded from its code, `[count]`; `None` where `current` (asked every 64
/// images) returned false, or the snapshot decodes other codes or images.
pub fn squared_errors(
    encoding: &Encoding,
    (snapshot, split): (&Snapshot, &Split),
    scratch: &mut Scratch,
    current: &mut dyn FnMut() -> bool,
) -> Option<Vec<f32>> {
    let (latent, values) = (encoding.latent, split.shape().values());
    if latent == 0 || snapshot.decoder.input() != latent || snapshot.decoder.output() != values {
        return None;
    }
    let mut errors = Vec::with_capacity(encoding.count());
    let mut image = vec![0.0; values];
    for (codes, places) in encoding.mean.chunks(CHUNK * latent).zip(encoding.images.chunks(CHUNK)) {
        if !current() {
            return None;
        }
        let mut places = places.iter();
        let Ok(()) = snapshot.decoder.evaluate_each(codes, scratch, |decoded| {
            if let Some(place) = places.next() {
                split.read(*place as usize, &mut image);
                let sum: f32 = decoded.iter().zip(&image).map(|(a, b)| (a - b).powi(2)).sum();
                errors.push(sum / values.max(1) as f32);
            }
            Ok::<_, Infallible>(())
        });
    }
    Some(errors)
}

/// What points are coloured by: columns are those of the request, the rest is what the model says. `None` where `current` returned
/// false.
pub fn coloring(
    request: &ColoringRequest,
    encoding: &Encoding,
    (snapshot, split): (&Snapshot, &Split),
    scratch: &mut Scratch,
    current: &mut dyn FnMut() -> bool,
) -> Option<Arc<PointColoring>> {
    let of_numbers = |name, numbers| Arc::new(PointColoring::of_numbers(name, &encoding.images, numbers));
    match request.by() {
        ColorBy::Kl => Some(of_numbers(KL_NAME, nats(encoding))),
        ColorBy::Error => {
            let mut stopped = false;
            let mut go_on = || {
                stopped = !current();
                !stopped
            };
            let errors = squared_errors(encoding, (snapshot, split), scratch, &mut go_on);
            match errors {
                Some(errors) => Some(of_numbers(ERROR_NAME, errors)),
                // What it cannot decode has its class.
                None => (!stopped).then(|| request.coloring().clone()),
            }
        }
        ColorBy::Class | ColorBy::Column(_) | ColorBy::Nothing => Some(request.coloring().clone()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::dataset::ImageShape;
    use crate::explore::coloring::PointKey;
    use crate::snapshot::{Activation, Network, Operation};
    use std::time::Duration;

    /// A model of two dimensions that decodes them as the two pixels.
    fn snapshot() -> Snapshot {
        let operation = Operation::linear("layer", 0, (vec![1.0, 0.0, 0.0, 1.0], vec![0.0; 2]), Activation::Identity);
        let decoder = Network::new(2, vec![operation]).unwrap();
        let image = ImageShape::grey(1, 2);
        Snapshot {
            step: 1,
            image,
            latent: 2,
            likelihood: None,
            decoder,
            encoder: None,
            critic: None,
            prior: Default::default(),
        }
    }

    fn encoding(mean: Vec<f32>) -> Encoding {
        let count = mean.len() / 2;
        Encoding {
            step: 1,
            latent: 2,
            log_variance: vec![0.0; mean.len()],
            mean,
            kl_per_dimension: vec![0.0; 2],
            images: (0..count as u32).collect(),
            labels: vec![0; count],
            took: Duration::ZERO,
        }
    }

    #[test]
    fn nats_and_errors_are_those_of_each_image() {
        let split = Split::of_bytes(ImageShape::grey(1, 2), vec![0, 255, 255, 0], Vec::new());
        let encoding = encoding(vec![0.0, 1.0, 0.5, 0.5]);
        let (snapshot, scratch) = (snapshot(), &mut Scratch::default());
        assert_eq!(nats(&encoding), [0.5, 0.25]);
        let errors = squared_errors(&encoding, (&snapshot, &split), scratch, &mut || true).unwrap();
        assert!(errors[0] < 1e-6 && (errors[1] - 0.25).abs() < 1e-6, "{errors:?}");
        let mut colored = |by: ColorBy, go_on: bool| {
            let request = ColoringRequest::new(&split, &encoding.images, by);
            coloring(&request, &encoding, (&snapshot, &split), scratch, &mut || go_on)
        };
        for (by, name) in [(ColorBy::Kl, KL_NAME), (ColorBy::Error, ERROR_NAME)] {
            let colored = colored(by, true).unwrap();
            assert_eq!(colored.column.as_deref(), Some(name));
            assert!(matches!(colored.key, PointKey::Scale(_)) && colored.group(0, 0) != colored.group(1, 0));
        }
        assert!(colored(ColorBy::Error, false).is_none());
        assert_eq!(colored(ColorBy::Class, false).unwrap().key, PointKey::Class);
    }

    #[test]
    fn codes_of_another_model_have_no_errors() {
        let split = Split::of_bytes(ImageShape::grey(1, 1), vec![0, 255], Vec::new());
        let found =
            squared_errors(&encoding(vec![0.0; 4]), (&snapshot(), &split), &mut Scratch::default(), &mut || true);
        assert_eq!(found, None);
    }
}
