//! What a family of models is.

use super::field::{CardInput, FieldChange, Section};
use super::{ConfigError, ConfigValues, Field, Setting, StepError, Trainable};
use crate::dataset::ImageShape;
use crate::nn::parameters::Parameters;

/// Latent dimensions.
pub(super) static LATENT: Field = Field::whole("latent", (1, 512), 2).required().changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.latent",
    CardInput::Plain,
);
/// Latent dimensions of a family that draws each value of an example from a number of its own: as many as the data has
/// ([`Config::adapt_to`](super::Config::adapt_to)), whatever stands here. Those of a code come beside them ([`CODE`]).
pub(super) static LATENT_A_VALUE: Field =
    Field::whole("latent", (1, u32::MAX as u64), 784).required().changes(FieldChange::Shape);
/// Dimensions of the code beside the numbers that values are drawn with ([`LATENT_A_VALUE`]).
pub(super) static CODE: Field = Field::whole("code", (1, 64), 2).required().changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.latent",
    CardInput::Plain,
);
/// Seed of every random stream.
pub(super) static SEED: Field = Field::whole("seed", (0, u64::MAX), 0).required().changes(FieldChange::Order).on_card(
    Section::NETWORK,
    |_| "model.seed",
    CardInput::Plain,
);
/// What models of every family have.
pub(super) static COMMON: [&Field; 2] = [&LATENT, &SEED];

/// Makes a model: of a configuration, for images of a shape, with parameters that are made by the function.
pub type MakeModel = fn(&ConfigValues, ImageShape, &dyn Fn() -> Parameters) -> Result<Box<dyn Trainable>, StepError>;

/// One kind of model.
pub struct Family {
    /// Its name in files.
    pub id: &'static str,
    /// The key of its name in the language tables.
    pub words: &'static str,
    /// The key of the heading that its presets stand under.
    pub heading: &'static str,
    /// The configurations that have names.
    pub presets: &'static [Preset],
    /// Its fields, in the order of a card.
    pub fields: &'static [&'static Field],
    /// What of it can be stepped alone; the first has number 1.
    pub parts: &'static [SteppedPart],
    /// What a model of points has otherwise than the preset of these values, beside what all of them have
    /// ([`Config::adapt_to`](super::Config::adapt_to)).
    pub points: fn(&ConfigValues) -> Vec<(&'static str, Setting)>,
    /// Whether it has an encoder.
    pub encodes: bool,
    /// Whether a draw of the standard normal distribution decodes to a sample of what it learned.
    pub samples: bool,
    /// Whether draws of its posterior bound log p(x) (Burda 2016).
    pub bounds_evidence: bool,
    /// Steps after which there is nothing more to learn; `None` where it learns on and on.
    pub most_steps: fn(&ConfigValues) -> Option<u64>,
    /// What is wrong with its numbers taken together.
    pub check: fn(&ConfigValues) -> Result<(), ConfigError>,
    /// The key of a warning about its numbers under a section of the card.
    pub warning: fn(&ConfigValues, Section) -> Option<&'static str>,
    /// One line on what a configuration is.
    pub summary: fn(&ConfigValues) -> String,
    /// Makes a model.
    pub make: MakeModel,
}

/// A configuration that has a name; its text is `preset.NAME` in the language tables.
pub struct Preset {
    /// The name.
    pub name: &'static str,
    /// The fields that are not what they are in every model of the family.
    pub settings: &'static [(&'static str, Setting)],
}

/// Networks of a model that can be updated alone.
pub struct SteppedPart {
    /// What stands on its button.
    pub sign: &'static str,
    /// The key of its button's name in the language tables; `_tip` is added for what it does.
    pub words: &'static str,
}

/// A family's fields with `more` after the first of them.
pub(super) const fn after_first<const FIELDS: usize, const MORE: usize, const ALL: usize>(
    fields: [&'static Field; FIELDS],
    more: [&'static Field; MORE],
) -> [&'static Field; ALL] {
    assert!(FIELDS + MORE == ALL && FIELDS > 0);
    let mut all = [fields[0]; ALL];
    let mut index = 1;
    while index < ALL {
        all[index] = if index <= MORE { more[index - 1] } else { fields[index - MORE] };
        index += 1;
    }
    all
}

/// Fields and then others.
pub(super) const fn joined<const FIRST: usize, const THEN: usize, const ALL: usize>(
    first: [&'static Field; FIRST],
    then: [&'static Field; THEN],
) -> [&'static Field; ALL] {
    assert!(FIRST + THEN == ALL && FIRST > 0);
    let mut all = [first[0]; ALL];
    let mut index = 0;
    while index < ALL {
        all[index] = if index < FIRST { first[index] } else { then[index - FIRST] };
        index += 1;
    }
    all
}

impl std::fmt::Debug for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

impl Family {
    /// A field by its key.
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields.iter().copied().find(|field| field.key == key)
    }
}
