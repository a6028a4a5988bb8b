//! The table of fields.

use super::{
    FieldScratch, FieldSource, FieldValues, aggregate, classes, critic, disagreement, posterior, sensitivity,
    uncertainty,
};

/// What a field is computed from beside the decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldInputs {
    /// Nothing.
    Decoder,
    /// The test examples' posteriors.
    Encoding,
    /// What tells the data's classes apart.
    Classifier,
    /// A GAN's critic.
    Critic,
    /// A posterior of the decoder's weights.
    WeightPosterior,
    /// Other weights of the same preset.
    Others,
    /// An image that is looked at.
    Image,
}

/// How a field is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldPaint {
    /// How much there is: the less, the more can be seen through it.
    Level,
    /// How strong something is, from dark to light.
    Strength,
    /// The colours of classes, the surer the less can be seen through them, with lines between them.
    Classes,
    /// Hatching where the value is below 0.
    Hatching,
}

/// A field: a line of the table.
pub struct PlaneField {
    /// Its name on the command line, in settings and in the language tables.
    pub id: &'static str,
    /// Cells along the longer side of what is seen.
    pub cells: usize,
    /// What it is computed from.
    pub inputs: FieldInputs,
    /// How it is drawn.
    pub paint: FieldPaint,
    /// Its arithmetic; `None` where it was told not to go on, or the model has nothing of the kind.
    pub compute: fn(&FieldSource, &mut FieldScratch, &mut dyn FnMut() -> bool) -> Option<FieldValues>,
}

impl PlaneField {
    /// Whether a source has what the field is computed from.
    pub fn has_inputs(&self, source: &FieldSource) -> bool {
        match self.inputs {
            FieldInputs::Decoder => true,
            FieldInputs::Encoding => source.encoding.is_some(),
            FieldInputs::Classifier => source.classifier.is_some(),
            FieldInputs::Critic => source.snapshot.critic.is_some(),
            FieldInputs::WeightPosterior => source.snapshot.decoder.deviations().is_some(),
            FieldInputs::Others => !source.others.is_empty(),
            FieldInputs::Image => source.image.is_some(),
        }
    }
}

/// The aggregate posterior q(z).
pub static AGGREGATE: PlaneField = PlaneField {
    id: "aggregate",
    cells: 64,
    inputs: FieldInputs::Encoding,
    paint: FieldPaint::Level,
    compute: aggregate::density,
};

/// Which class each place decodes to.
pub static CLASSES: PlaneField = PlaneField {
    id: "classes",
    cells: 48,
    inputs: FieldInputs::Classifier,
    paint: FieldPaint::Classes,
    compute: classes::classes,
};

/// How strongly the image answers to a step.
pub static SENSITIVITY: PlaneField = PlaneField {
    id: "sensitivity",
    cells: 28,
    inputs: FieldInputs::Decoder,
    paint: FieldPaint::Strength,
    compute: sensitivity::sensitivity,
};

/// What the critic says of each place.
pub static CRITIC: PlaneField = PlaneField {
    id: "critic",
    cells: 40,
    inputs: FieldInputs::Critic,
    paint: FieldPaint::Strength,
    compute: critic::scores,
};

/// Where decoders that learned the same differ.
pub static DISAGREEMENT: PlaneField = PlaneField {
    id: "disagreement",
    cells: 28,
    inputs: FieldInputs::Others,
    paint: FieldPaint::Strength,
    compute: disagreement::disagreement,
};

/// Where decoders that are drawn from the posterior of a model's weights differ.
pub static UNCERTAINTY: PlaneField = PlaneField {
    id: "uncertainty",
    cells: 28,
    inputs: FieldInputs::WeightPosterior,
    paint: FieldPaint::Strength,
    compute: uncertainty::uncertainty,
};

/// Where less than 1 % of the encodings live.
pub static UNSUPPORTED: PlaneField = PlaneField {
    id: "unsupported",
    cells: 64,
    inputs: FieldInputs::Encoding,
    paint: FieldPaint::Hatching,
    compute: aggregate::unsupported,
};

/// Where the image that is looked at lies: p(z|x).
pub static POSTERIOR: PlaneField = PlaneField {
    id: "posterior",
    cells: 64,
    inputs: FieldInputs::Image,
    paint: FieldPaint::Level,
    compute: posterior::density,
};

/// Figures alone, which stand with [`POSTERIOR`]: they take longer than it does.
pub static EVIDENCE: PlaneField = PlaneField {
    id: "posterior_evidence",
    cells: 1,
    inputs: FieldInputs::Image,
    paint: FieldPaint::Level,
    compute: posterior::evidence,
};

/// All fields that are drawn.
pub static FIELDS: [&PlaneField; 8] =
    [&AGGREGATE, &CLASSES, &SENSITIVITY, &CRITIC, &DISAGREEMENT, &UNCERTAINTY, &UNSUPPORTED, &POSTERIOR];

/// The field of an id.
pub fn field(id: &str) -> Option<&'static PlaneField> {
    FIELDS.iter().copied().find(|field| field.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique() {
        for (place, one) in FIELDS.iter().enumerate() {
            assert!(FIELDS.iter().skip(place + 1).all(|other| other.id != one.id), "{}", one.id);
            assert!(field(one.id).is_some_and(|found| std::ptr::eq(found, *one)));
        }
    }
}
