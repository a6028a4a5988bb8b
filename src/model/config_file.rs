//! How a configuration is written: what all models have, and a table of its family's own fields. Format 1, one flat list of
//! every family's fields, is read as well.

use super::families::FAMILIES;
use super::family::{COMMON, Family};
use super::field::ticked;
use super::{Config, Setting};
use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::collections::BTreeMap;

/// What the flat list of format 1 knew beside preset and family. What has no meaning for a model's family is forgotten.
const FORMAT_1: [&str; 30] = [
    "network",
    "hidden",
    "channels",
    "latent",
    "batch",
    "optimizer",
    "learning_rate",
    "critic_rate",
    "adam_beta1",
    "adam_beta2",
    "weight_decay",
    "gradient_clip",
    "average_decay",
    "warm_up_steps",
    "schedule",
    "schedule_steps",
    "schedule_share",
    "early_stop_tests",
    "beta",
    "beta_warm_up_steps",
    "free_bits",
    "likelihood",
    "binarize",
    "batch_norm",
    "gan_loss",
    "r1_gamma",
    "gradient_penalty",
    "weight_clip",
    "critic_steps",
    "seed",
];

/// Whether a field of format 1 has no meaning for a family: a change of it in `changes.toml` changed nothing.
pub(super) fn meant_nothing(key: &str, family: &Family) -> bool {
    family.field(key).is_none() && FORMAT_1.contains(&key)
}

impl Serialize for Config {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (common, own): (Vec<_>, Vec<_>) = self.fields().partition(|(field, _)| is_common(field.key));
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("preset", &self.preset)?;
        map.serialize_entry("family", self.family().id)?;
        for (field, value) in common {
            map.serialize_entry(field.key, value)?;
        }
        if !own.is_empty() {
            let own: BTreeMap<&str, &Setting> = own.into_iter().map(|(field, value)| (field.key, value)).collect();
            map.serialize_entry(self.family().id, &own)?;
        }
        map.end()
    }
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Entry {
    Table(BTreeMap<String, Setting>),
    Value(Setting),
}

impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut entries = BTreeMap::<String, Entry>::deserialize(deserializer)?;
        let preset = word::<D::Error>(&mut entries, "preset")?;
        let id = word::<D::Error>(&mut entries, "family")?;
        let Some(family) = FAMILIES.iter().copied().find(|family| family.id == id) else {
            let known: Vec<&str> = FAMILIES.iter().map(|family| family.id).collect();
            return Err(de::Error::custom(format!("unknown variant `{id}`, expected one of {}", ticked(&known))));
        };
        let own = match entries.remove(family.id) {
            Some(Entry::Table(own)) => own,
            Some(Entry::Value(value)) => {
                return Err(de::Error::custom(format!(
                    "invalid type: {}, expected the fields of {}",
                    value.described(),
                    family.id
                )));
            }
            None => flat(&mut entries, family),
        };
        let mut values = BTreeMap::new();
        for (key, entry) in entries {
            match entry {
                Entry::Value(value) if is_common(&key) => values.insert(key, value),
                _ => return Err(unknown(&key, ["preset", "family", family.id].into_iter().chain(FORMAT_1))),
            };
        }
        let fields = || family.fields.iter().filter(|field| !is_common(field.key));
        for (key, value) in own {
            if !fields().any(|field| field.key == key) {
                return Err(unknown(&key, fields().map(|field| field.key)));
            }
            values.insert(key, value);
        }
        let mut config = Self::plain(preset, family);
        for field in family.fields {
            match values.remove(field.key) {
                Some(value) => {
                    let value = field.fit(value);
                    config
                        .values
                        .put(field.key, value.map_err(|why| de::Error::custom(format!("{why} for {}", field.key)))?);
                }
                None if field.is_required => return Err(de::Error::missing_field(field.key)),
                None => {}
            }
        }
        Ok(config)
    }
}

fn is_common(key: &str) -> bool {
    COMMON.iter().any(|field| field.key == key)
}

fn word<E: de::Error>(entries: &mut BTreeMap<String, Entry>, key: &'static str) -> Result<String, E> {
    match entries.remove(key) {
        Some(Entry::Value(Setting::Word(word))) => Ok(word.into_owned()),
        Some(Entry::Value(other)) => {
            Err(E::custom(format!("invalid type: {}, expected a string for {key}", other.described())))
        }
        Some(Entry::Table(_)) => Err(E::custom(format!("invalid type: map, expected a string for {key}"))),
        None => Err(E::missing_field(key)),
    }
}

fn unknown<'a, E: de::Error>(key: &str, known: impl Iterator<Item = &'a str>) -> E {
    let known: Vec<&str> = known.collect();
    E::custom(format!("unknown field `{key}`, expected one of {}", ticked(&known)))
}

/// Takes a family's own fields out of the flat list of format 1, and with them those of the other families.
fn flat(entries: &mut BTreeMap<String, Entry>, family: &Family) -> BTreeMap<String, Setting> {
    let mut own = BTreeMap::new();
    for key in FORMAT_1.into_iter().filter(|key| !is_common(key)) {
        if let Some(Entry::Value(value)) = entries.remove(key)
            && family.field(key).is_some()
        {
            own.insert(key.to_owned(), value);
        }
    }
    own
}
