//! What each regression is to a model: its steps, its operations, what is saved of it.

use super::examples::{Chosen, Examples};
use super::forest::{ForestSettings, plant};
use super::polynomial::{Polynomial, PolynomialSettings};
use super::tree::grow;
use super::trees::Trees;
use super::{Regressor, RegressorInput, Result, SavedRegressor};
use crate::model::StepError;
use crate::nn::operations::{Compute, DecisionTrees, Monomials};
use crate::random::{Purpose, stream};
use crate::snapshot::{Activation, Operation};
use rand::seq::SliceRandom;

/// A polynomial, fitted in one step.
#[derive(Debug)]
pub(super) struct PolynomialDecoder {
    pub settings: PolynomialSettings,
    pub polynomial: Polynomial,
}

impl Regressor for PolynomialDecoder {
    fn step(&mut self, input: &RegressorInput<'_>) -> Result<f64> {
        let (polynomial, error) = Polynomial::fit(&self.settings, input.examples, input.go_on)?;
        self.polynomial = polynomial;
        Ok(error)
    }

    fn operations(&self) -> Vec<Operation> {
        let Polynomial { pixels, latent, exponents, coefficients } = &self.polynomial;
        let powers: Vec<f32> = exponents.iter().map(|power| f32::from(*power)).collect();
        let monomials = Monomials { inputs: *latent, terms: self.polynomial.terms() };
        let linear = (coefficients.clone(), vec![0.0; *pixels]);
        vec![
            Operation::of_weight("decoder.monomials", 0, monomials, powers),
            Operation::linear("decoder.pixels", 1, linear, Activation::Identity),
        ]
    }

    fn save(&self) -> Vec<(&'static str, Vec<f32>)> {
        vec![("coefficients", self.polynomial.coefficients.clone())]
    }

    fn restore(&mut self, saved: &mut SavedRegressor<'_>) -> Result<()> {
        self.polynomial.coefficients = saved.take("coefficients", self.polynomial.coefficients.len())?;
        Ok(())
    }

    /// The sums of products of monomials with each other and with pixels.
    fn flops(&self) -> u64 {
        let terms = self.polynomial.terms();
        2 * (terms * (terms + self.polynomial.pixels)) as u64
    }

    fn parameter_count(&self) -> usize {
        self.polynomial.coefficients.len()
    }
}

/// Trees, as a model has them.
#[derive(Debug)]
pub(super) struct GrownTrees {
    /// What each tree is grown with.
    pub settings: ForestSettings,
    /// How many there will be.
    pub count: usize,
    pub trees: Trees,
}

/// Numbers that are saved of a node.
const NODE_NUMBERS: usize = 4;

impl GrownTrees {
    fn operation(&self) -> DecisionTrees {
        let (Trees { pixels, latent, .. }, ForestSettings { depth, .. }) = (&self.trees, self.settings);
        DecisionTrees { inputs: *latent, outputs: *pixels, trees: self.count, depth }
    }

    /// The mean of the trees that are there.
    fn operations(&self) -> Vec<Operation> {
        let (operation, pixels) = (self.operation(), self.trees.pixels);
        let share = 1.0 / self.trees.roots.len().max(1) as f32;
        let mut weight = vec![0.0; operation.weights()];
        let (decisions, leaves) = weight.split_at_mut(self.count * operation.decision_values());
        let each = decisions
            .chunks_exact_mut(operation.decision_values().max(1))
            .zip(leaves.chunks_exact_mut(operation.leaves() * pixels));
        for ((decisions, leaves), root) in each.zip(&self.trees.roots) {
            self.trees.complete(*root, decisions, leaves, share);
        }
        vec![Operation::of_weight("decoder.trees", 0, operation, weight)]
    }

    fn save(&self) -> Vec<(&'static str, Vec<f32>)> {
        let Trees { roots, feature, threshold, left, right, values, .. } = &self.trees;
        let numbers = |values: &[u32]| values.iter().map(|value| *value as f32).collect::<Vec<f32>>();
        vec![
            ("feature", numbers(feature)),
            ("left", numbers(left)),
            ("right", numbers(right)),
            ("roots", numbers(roots)),
            ("threshold", threshold.clone()),
            ("values", values.clone()),
        ]
    }

    fn restore(&mut self, saved: &SavedRegressor<'_>) -> Result<()> {
        let numbers = |name: &str| saved.any(name).into_iter().map(|value| value as u32).collect::<Vec<u32>>();
        let trees = Trees {
            roots: numbers("roots"),
            feature: numbers("feature"),
            threshold: saved.any("threshold"),
            left: numbers("left"),
            right: numbers("right"),
            values: saved.any("values"),
            ..self.trees
        };
        trees.check()?;
        if trees.roots.len() > self.count || trees.depth() > self.settings.depth {
            let found = trees.roots.len();
            return Err(StepError::Saved { name: "roots".to_owned(), expected: self.count, found });
        }
        self.trees = trees;
        Ok(())
    }

    /// Numbers that the trees are made of when they have grown, at most.
    fn most_numbers(&self) -> usize {
        let (leaves, outputs) = (self.operation().leaves(), self.trees.pixels);
        self.count.saturating_mul(leaves.saturating_mul(outputs + 2 * NODE_NUMBERS) + 1)
    }

    /// Each level reads every image about three times for each dimension.
    fn flops(&self) -> u64 {
        (3 * self.settings.depth * self.trees.latent * self.trees.pixels) as u64
    }
}

/// One tree; a step is a level.
#[derive(Debug)]
pub(super) struct TreeDecoder(pub GrownTrees);

impl Regressor for TreeDecoder {
    fn step(&mut self, input: &RegressorInput<'_>) -> Result<f64> {
        let Self(GrownTrees { settings, trees, .. }) = self;
        let chosen = Chosen::all(input.examples.count());
        Ok(grow(trees, input.examples, &chosen, settings.least, input.go_on)?.squared_error)
    }

    fn operations(&self) -> Vec<Operation> {
        self.0.operations()
    }

    fn save(&self) -> Vec<(&'static str, Vec<f32>)> {
        self.0.save()
    }

    fn restore(&mut self, saved: &mut SavedRegressor<'_>) -> Result<()> {
        self.0.restore(saved)
    }

    fn flops(&self) -> u64 {
        self.0.flops() / self.0.settings.depth.max(1) as u64
    }

    fn parameter_count(&self) -> usize {
        self.0.most_numbers()
    }
}

/// A forest; a step is a tree, and the error that it gives is that tree's on the examples drawn for it.
#[derive(Debug)]
pub(super) struct ForestDecoder {
    pub grown: GrownTrees,
    /// Training images that it learns from, at most.
    pub images: usize,
    pub seed: u64,
}

impl Regressor for ForestDecoder {
    fn step(&mut self, input: &RegressorInput<'_>) -> Result<f64> {
        let examples = input.examples;
        let chosen = chosen(examples.count(), self.images, self.seed);
        let codes = examples.codes_of(&chosen);
        let read = |index: usize, out: &mut [f32]| {
            (examples.read)(chosen.get(index).copied().unwrap_or_default(), out);
        };
        let some = Examples { codes: &codes, read: &read, ..*examples };
        let draws = |step: u64, sample: u64| stream(self.seed, Purpose::Bootstrap, step, sample);
        Ok(plant(&mut self.grown.trees, &self.grown.settings, &some, &draws, input.go_on)?.squared_error)
    }

    fn operations(&self) -> Vec<Operation> {
        self.grown.operations()
    }

    fn save(&self) -> Vec<(&'static str, Vec<f32>)> {
        self.grown.save()
    }

    fn restore(&mut self, saved: &mut SavedRegressor<'_>) -> Result<()> {
        self.grown.restore(saved)
    }

    fn flops(&self) -> u64 {
        self.grown.flops()
    }

    fn parameter_count(&self) -> usize {
        self.grown.most_numbers()
    }
}

/// Which of `count` training images a model learns from that takes at most `most`: any, the same for a seed.
pub(super) fn chosen(count: usize, most: usize, seed: u64) -> Vec<usize> {
    let mut all: Vec<usize> = (0..count).collect();
    if count > most {
        all.shuffle(&mut stream(seed, Purpose::Bootstrap, u64::MAX, 0));
        all.truncate(most);
        all.sort_unstable();
    }
    all
}
