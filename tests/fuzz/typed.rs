//! Readers of what a person types: values for `--set` and names of data.

use crate::runner::{Read, Verdict, ensure, refused};
use latentarium::dataset::download::DOWNLOADS;
use latentarium::dataset::{BUILT_IN, Place, Source};
use latentarium::message::Explain;
use latentarium::model::{Config, FAMILIES};
use latentarium::run::value_of;
use toml::Value;

/// A preset of each family, on which values are set.
pub struct Settings(Vec<Config>);

impl Settings {
    pub fn new() -> Self {
        let presets = FAMILIES.iter().map(|family| Config::preset(family.presets[0].name).unwrap());
        Self(presets.collect())
    }

    /// `KEY=VALUE` for each family.
    pub fn read(&self, bytes: &[u8]) -> Verdict {
        let text = String::from_utf8_lossy(bytes);
        let (key, typed) = text.split_once('=').unwrap_or((&text, ""));
        let value = value_of(typed);
        let mut read = Read::Refused;
        for config in &self.0 {
            let set = match config.with_value(key, &value) {
                Ok(set) => set,
                Err(error) => {
                    refused(error.message())?;
                    continue;
                }
            };
            let held = set.get(key).ok_or_else(|| format!("{key} is not there"))?;
            // A number that is none equals nothing.
            let again = set.with_value(key, &Value::from(held)).map_err(|error| error.to_string())?;
            let same = again.get(key).map(ToString::to_string);
            ensure(same.as_ref() == Some(&held.to_string()), || format!("{held} became {same:?}"))?;
            match set.check() {
                Ok(()) => read = Read::Whole,
                Err(error) => drop(refused(error.message())?),
            }
        }
        Ok(read)
    }
}

/// The name of data: of a set that comes with the program, or a path.
pub fn source(bytes: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(bytes);
    let source = Source::parse(&text);
    ensure(source.clone().absolute() == source, || format!("{source:?} is not absolute"))?;
    ensure(Source::from(source.to_string()) == source, || format!("{source:?} is another after it was written"))?;
    let is_known = BUILT_IN.iter().any(|built_in| built_in.name() == text)
        || DOWNLOADS.iter().any(|download| download.name == text);
    let is_plain = source.options.is_default();
    match source.place {
        Place::BuiltIn(name) | Place::Download(name) => {
            ensure((is_known && name == text) || !is_plain, || format!("{name} for {text:?}"))?
        }
        Place::Path(path) => {
            ensure(!is_known, || format!("a path for {text:?}"))?;
            ensure(path.is_absolute() || text.is_empty(), || format!("{path:?} is not absolute"))?;
        }
    }
    Ok(Read::Whole)
}
