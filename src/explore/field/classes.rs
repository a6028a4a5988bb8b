//! Which class each place decodes to.

use super::{FieldFigure, FieldScratch, FieldSource, FieldValues};

/// The class that a network which learned the data's classes sees in each place's image, and its probability of it.
pub(super) fn classes(
    source: &FieldSource,
    scratch: &mut FieldScratch,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<FieldValues> {
    let mut classifier = (**source.classifier.as_ref()?).clone();
    let decoder = &source.snapshot.decoder;
    if classifier.pixels() != decoder.output() {
        return None;
    }
    let (mut values, mut classes) = (Vec::new(), Vec::new());
    source.for_each_chunk(go_on, |latents, count| {
        let images = decoder.evaluate(latents, count, &mut scratch.scratch);
        for seen in classifier.likeliest(images, count) {
            values.push(seen.map_or(f32::NAN, |seen| seen.probability));
            classes.push(seen.map_or(0, |seen| seen.class as u8));
        }
    })?;
    let figures = vec![FieldFigure { name: "accuracy", value: classifier.accuracy }];
    Some(FieldValues { classes, figures, range: [0.0, 1.0], ..FieldValues::of(values) })
}
