//! Values of a kind, small ones for what decides how much memory and time a model needs, any for the rest.

use crate::chance::Chance;
use latentarium::model::{Config, Field, FieldKind, Setting};

/// Fields that decide how large a model is.
const LARGE: [&str; 4] = ["latent", "batch", "channels", "hidden"];
/// What these are at most.
const MOST: u64 = 48;

/// A value of a field's range, now and then one of its ends or one outside.
fn value(field: &Field, chance: &mut Chance) -> Setting {
    match field.kind {
        FieldKind::Whole { least, most } => {
            let most = if LARGE.contains(&field.key) { most.min(MOST) } else { most };
            let near = least + chance.below(most.saturating_sub(least).min(MOST) as usize + 1) as u64;
            Setting::Whole(chance.one_of(&[near, near, near, least, most, least.saturating_sub(1)]))
        }
        FieldKind::Real { least, most } => {
            let near = chance.real(least..least + (most - least).min(1.0));
            Setting::Real(chance.one_of(&[near, near, near, least, most, -1.0]))
        }
        FieldKind::Flag => Setting::Flag(chance.once_in(2)),
        FieldKind::Choice(words) => Setting::Word(chance.one_of(words).into()),
        FieldKind::Widths { .. } => {
            let widths: Vec<usize> = (0..chance.below(4)).map(|_| 1 + chance.below(MOST as usize)).collect();
            Setting::Widths(widths.into())
        }
    }
}

/// The same with a field or two changed.
pub fn changed(config: &Config, chance: &mut Chance) -> Config {
    let mut config = config.clone();
    for _ in 0..chance.one_of(&[1, 1, 1, 2]) {
        let fields: Vec<&Field> = config.fields().map(|(field, _)| field).collect();
        let field = chance.one_of(&fields);
        config = config.with(field.key, value(field, chance)).unwrap_or(config);
    }
    config
}
