//! What is on the pad as an image that follows it.

use super::pad::{PadState, PadStep, apply, painted};
use crate::dataset::ImageShape;
use std::sync::Arc;

/// What is on the pad, kept so that the stroke that grows is drawn anew and no other.
#[derive(Default)]
pub struct PadCanvas {
    /// The pad without its last step, and what is on it.
    below: Option<(PadState, ImageShape, Vec<f32>)>,
    /// The pad that the image is of, and the data's shape.
    of: Option<(PadState, ImageShape)>,
    image: Option<Arc<[f32]>>,
}

impl PadCanvas {
    /// What is on the pad, `[channels, height, width]` in [0, 1]; `None` where it is black all over. The same as the time
    /// before where the pad is the same.
    pub fn image(&mut self, pad: &PadState, shape: ImageShape) -> Option<&Arc<[f32]>> {
        let same = |kept: &PadState, steps: &[PadStep]| {
            kept.shape == pad.shape && kept.base == pad.base && kept.steps.as_slice() == steps
        };
        if !self.of.as_ref().is_some_and(|(kept, of)| *of == shape && same(kept, &pad.steps)) {
            let (last, before) = match pad.steps.split_last() {
                Some((last, before)) => (Some(last), before),
                None => (None, [].as_slice()),
            };
            if !self.below.as_ref().is_some_and(|(kept, of, _)| *of == shape && same(kept, before)) {
                let below = drawing(pad, before);
                let values = painted(&below, shape);
                self.below = Some((below, shape, values));
            }
            let mut values = self.below.as_ref().map(|(.., values)| values.clone()).unwrap_or_default();
            if let Some(last) = last.filter(|_| pad.shape == Some(shape)) {
                apply(&mut values, last, shape);
            }
            self.image = values.iter().any(|value| *value > 0.0).then(|| values.into());
            self.of = Some((drawing(pad, &pad.steps), shape));
        }
        self.image.as_ref()
    }
}

/// What is drawn, without tools and what was kept.
fn drawing(pad: &PadState, steps: &[PadStep]) -> PadState {
    PadState { shape: pad.shape, base: pad.base.clone(), steps: steps.to_vec(), ..PadState::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::brush::PadStroke;
    use crate::explore::pad::PadChange;
    use proptest::prelude::*;

    const SHAPE: ImageShape = ImageShape::grey(10, 10);

    fn stroke(points: &[[f32; 2]], width: f32, color: [u8; 3]) -> PadStroke {
        PadStroke { points: points.to_vec(), width, color }
    }

    #[test]
    fn black_erases_and_what_is_black_all_over_is_no_image() {
        let (mut pad, mut canvas) = (PadState::default(), PadCanvas::default());
        pad.apply(PadChange::Begin(stroke(&[[5.0; 2]], 4.0, [255; 3])), SHAPE);
        assert!(canvas.image(&pad, SHAPE).is_some());
        assert!(canvas.image(&pad, ImageShape::grey(5, 5)).is_none(), "on other data");
        pad.apply(PadChange::Begin(stroke(&[[5.0; 2]], 40.0, [0; 3])), SHAPE);
        assert!(canvas.image(&pad, SHAPE).is_none());
    }

    proptest! {
        /// A canvas that follows a pad as it grows has the bits of one that is painted at once; values stay in [0, 1].
        #[test]
        fn a_canvas_follows_its_pad(
            changes in prop::collection::vec((0u8..6, -5.0f32..15.0, -5.0f32..15.0, 0.0f32..6.0), 1..40),
        ) {
            let (mut pad, mut canvas) = (PadState::default(), PadCanvas::default());
            for (what, x, y, width) in changes {
                let change = match what {
                    0 => PadChange::Begin(stroke(&[[x, y]], width, [255; 3])),
                    1 | 2 => PadChange::Extend(vec![[y, x], [x, y]]),
                    3 => PadChange::Back,
                    4 => PadChange::Again,
                    _ => PadChange::Clear,
                };
                pad.apply(change, SHAPE);
                let values = painted(&pad, SHAPE);
                prop_assert!(values.iter().all(|value| (0.0..=1.0).contains(value)));
                let image = canvas.image(&pad, SHAPE).map(|image| image.to_vec());
                prop_assert_eq!(image.unwrap_or_else(|| vec![0.0; 100]), values);
            }
        }
    }
}
