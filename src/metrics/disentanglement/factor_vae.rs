//! The FactorVAE score (Kim and Mnih 2018): how well the dimension that varies least among examples that share a factor tells which
//! factor that is.

use super::code_table::{CodeTable, moments};
use super::factor::Factor;
use crate::random::{Purpose, stream};
use rand::Rng;

/// A dimension whose standard deviation over all examples is less is not looked at, as in disentanglement_lib.
const LEAST_DEVIATION: f64 = 0.05;
/// Votes that the classifier is made of, and that it is judged by.
const VOTES: [usize; 2] = [2000, 1000];
/// Examples of each vote, which share a factor's level.
const EXAMPLES: usize = 64;

/// What votes are cast by.
#[derive(Clone, Debug)]
pub struct FactorVotes {
    /// The codes that are looked at, dimension by dimension, and their variances over all examples.
    dimensions: Vec<(Vec<f64>, f64)>,
}

impl FactorVotes {
    /// Of the codes of these examples; places below are places among them.
    pub fn new(codes: &CodeTable, examples: &[usize]) -> Self {
        let unbiased = |values: &[f64]| moments(values).1 * values.len() as f64 / (values.len() as f64 - 1.0).max(1.0);
        let dimensions = codes.of(examples).map(|values| {
            let variance = unbiased(&values);
            (values, variance)
        });
        Self { dimensions: dimensions.filter(|(_, variance)| variance.sqrt() >= LEAST_DEVIATION).collect() }
    }

    /// The dimension, among those that are looked at, whose variance at these places is least relative to that over all; `None` where
    /// none is looked at.
    pub fn vote(&self, places: &[usize]) -> Option<usize> {
        let of_dimension = |(values, variance): &(Vec<f64>, f64)| {
            let values: Vec<f64> = places.iter().filter_map(|place| values.get(*place).copied()).collect();
            moments(&values).1 / variance
        };
        let relative = self.dimensions.iter().map(of_dimension).enumerate();
        relative.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(dimension, _)| dimension)
    }

    /// The share of `judged` votes, (factor, dimension) each, that the majority of the `learned` ones is right about; `None` of none.
    pub fn majority(learned: &[(usize, usize)], judged: &[(usize, usize)]) -> Option<f64> {
        let votes =
            |dimension: usize, factor: usize| learned.iter().filter(|vote| **vote == (factor, dimension)).count();
        let factors = learned.iter().map(|(factor, _)| factor + 1).max()?;
        let dimensions = learned.iter().chain(judged).map(|(_, dimension)| dimension + 1).max()?;
        // Of as many votes the first factor, as numpy's argmax has it.
        let most = |dimension: usize| (0..factors).rev().max_by_key(|factor| votes(dimension, *factor));
        let classifier: Vec<Option<usize>> = (0..dimensions).map(most).collect();
        let right = judged.iter().filter(|(factor, dimension)| classifier.get(*dimension) == Some(&Some(*factor)));
        (!judged.is_empty()).then(|| right.count() as f64 / judged.len() as f64)
    }
}

/// The score of these examples: 0 to 1, chance is one over the number of factors. A level of a factor is chosen as often as examples
/// have it, if two or more do. 0 where no dimension varies; `None` where there are no factors.
pub fn factor_vae_score(codes: &CodeTable, factors: &[Factor], examples: &[usize], seed: u64) -> Option<f64> {
    let groups: Vec<Vec<Vec<usize>>> = factors.iter().map(|factor| groups_of(&factor.of(examples))).collect();
    if groups.is_empty() || groups.iter().any(Vec::is_empty) {
        return None;
    }
    let voters = FactorVotes::new(codes, examples);
    if voters.dimensions.is_empty() {
        return Some(0.0);
    }
    let vote = |which: u64, number: usize| {
        let mut random = stream(seed, Purpose::FactorVotes, which, number as u64);
        let below = |random: &mut rand_chacha::ChaCha8Rng, most: usize| {
            random.random_range(0..u32::try_from(most).unwrap_or(u32::MAX).max(1)) as usize
        };
        let factor = below(&mut random, groups.len());
        let levels = groups.get(factor)?;
        let mut chosen = below(&mut random, levels.iter().map(Vec::len).sum());
        let group = levels.iter().find(|group| {
            let is_here = chosen < group.len();
            chosen = chosen.saturating_sub(group.len());
            is_here
        })?;
        let places: Vec<usize> =
            (0..EXAMPLES).filter_map(|_| group.get(below(&mut random, group.len())).copied()).collect();
        Some((factor, voters.vote(&places)?))
    };
    let [learned, judged] = [0, 1].map(|which: usize| {
        let count = VOTES.get(which).copied().unwrap_or(0);
        (0..count).filter_map(|number| vote(which as u64, number)).collect::<Vec<_>>()
    });
    FactorVotes::majority(&learned, &judged)
}

/// The places of the examples of each level that two or more have.
fn groups_of(levels: &[usize]) -> Vec<Vec<usize>> {
    let mut groups = vec![Vec::new(); levels.iter().max().map_or(0, |most| most + 1)];
    for (place, level) in levels.iter().enumerate() {
        if let Some(group) = groups.get_mut(*level) {
            group.push(place);
        }
    }
    groups.retain(|group: &Vec<usize>| group.len() > 1);
    groups
}
