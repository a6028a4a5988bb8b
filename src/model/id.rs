//! Which of any number of models is meant, and what is kept for each of them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Models that there are at a time, at most.
pub const MOST_MODELS: usize = 24;

/// A model of the list; never used for another one as long as the program runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelId(pub u32);

/// One value a model, in the order of the models' ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PerModel<T>(BTreeMap<ModelId, T>);

impl<T> Default for PerModel<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> PerModel<T> {
    /// A model's value.
    pub fn get(&self, id: ModelId) -> Option<&T> {
        self.0.get(&id)
    }

    /// A model's value, to be changed.
    pub fn get_mut(&mut self, id: ModelId) -> Option<&mut T> {
        self.0.get_mut(&id)
    }

    /// A model's value, which is made where there is none yet.
    pub fn entry(&mut self, id: ModelId) -> &mut T
    where
        T: Default,
    {
        self.0.entry(id).or_default()
    }

    /// Gives a model a value in place of the one that it had.
    pub fn insert(&mut self, id: ModelId, value: T) -> Option<T> {
        self.0.insert(id, value)
    }

    /// Forgets a model's value.
    pub fn remove(&mut self, id: ModelId) -> Option<T> {
        self.0.remove(&id)
    }

    /// Keeps the values of which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(ModelId, &T) -> bool) {
        self.0.retain(|id, value| keep(*id, value));
    }

    /// All of them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (ModelId, &T)> {
        self.0.iter().map(|(id, value)| (*id, value))
    }

    /// All of them, to be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (ModelId, &mut T)> {
        self.0.iter_mut().map(|(id, value)| (*id, value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> FromIterator<(ModelId, T)> for PerModel<T> {
    fn from_iter<I: IntoIterator<Item = (ModelId, T)>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}
