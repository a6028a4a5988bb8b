//! A hidden Markov model of binary images: a row of pixels a step, each with a state that the row depends on and that depends on
//! the state of the row above. Images are drawn from a normal number a pixel, row by row: the angle of a row's first two numbers
//! chooses its state, so that on a plane through the latents another direction from the middle is another path of states.

mod chain;
mod em;
mod forward_backward;
mod given;
#[cfg(test)]
mod tests;

use super::exact::binary::{BinaryDensity, BinaryModel, GoesOn};
use super::exact::bits::PixelBits;
use super::exact::conditioned::Conditioned;
use super::exact::numbers::{logistic, normal_quantile};
use super::exact::{BINARIZED, PASSES};
use super::family::{Family, LATENT_A_VALUE, Preset, SEED};
use super::field::{CardInput, Field, FieldChange, Section};
use super::{Likelihood, Saved, Setting, StepError};
use crate::dataset::ImageShape;
use crate::nn::conv_shape::Map;
use crate::nn::operations::{ChainDraws, Compute};
use crate::random::{Purpose, stream};
use crate::snapshot::Operation;
use chain::{HiddenMarkov, ImageRows};
use given::ChainGiven;
use std::f64::consts::TAU;

/// Where the last cell of a circle begins at the latest, in turns: at a whole turn it would begin with the first.
const LAST_TURN: f64 = 1.0 - 1e-9;
/// Pixels of a row at least: its first two numbers choose its state.
const FEWEST_IN_ROW: usize = 2;

/// Hidden states.
static STATES: Field = Field::whole("states", (2, 64), 32).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.states",
    CardInput::Plain,
);

/// A hidden Markov model over the rows of an image.
pub static HIDDEN_MARKOV: Family = Family {
    id: "hmm",
    words: "family.hmm",
    heading: "preset.exact",
    presets: &[Preset { name: "hmm", settings: &[("passes", Setting::Whole(20))] }],
    fields: &[&STATES, &PASSES, &BINARIZED, &LATENT_A_VALUE, &SEED],
    parts: &[],
    points: |_| Vec::new(),
    encodes: false,
    samples: true,
    bounds_evidence: false,
    most_steps: |config| config.whole("passes"),
    check: |_| Ok(()),
    warning: |_, _| None,
    summary: |config| {
        let states = config.whole("states").unwrap_or(0);
        format!("hidden Markov model of {states} states over rows of pixels, by passes of expectation–maximisation")
    },
    make: |config, shape, parameters| {
        let states = config.whole("states").unwrap_or(0) as usize;
        let rows = ImageRows::new(shape);
        if rows.length() < FEWEST_IN_ROW {
            let found = rows.length();
            let refused = format!("rows: expected {FEWEST_IN_ROW} pixels or more, found {found}");
            return Err(candle_core::Error::Msg(refused).into());
        }
        parameters().check(states.saturating_mul(states + 1 + rows.length()))?;
        let chain = HiddenMarkov::nothing(rows, states);
        let density = DrawnChain { chain, passes: 0, shape, seed: config.seed() };
        Ok(Box::new(BinaryModel::new(config, shape, Box::new(density))?))
    },
};

/// The chain, before its first pass or after.
#[derive(Debug)]
struct DrawnChain {
    chain: HiddenMarkov,
    /// Passes that were made.
    passes: usize,
    shape: ImageShape,
    seed: u64,
}

impl BinaryDensity for DrawnChain {
    fn step(&mut self, images: &PixelBits, go_on: GoesOn<'_>) -> Option<f64> {
        let first = |step, sample| stream(self.seed, Purpose::Weights, step, sample);
        let mut chain = match self.passes {
            0 => HiddenMarkov::new(self.chain.rows(), images, self.chain.states(), &first),
            _ => self.chain.clone(),
        };
        let pass = chain.step(images, go_on)?;
        (self.chain, self.passes) = (chain, self.passes + 1);
        Some(pass.log_p)
    }

    fn log_ps(&self, images: &PixelBits) -> Vec<f64> {
        self.chain.log_ps(images, &|| true).unwrap_or_default()
    }

    fn given<'a>(&'a self, kept: &'a [Option<bool>]) -> Option<Box<dyn Conditioned + 'a>> {
        Some(Box::new(ChainGiven::new(&self.chain, kept)))
    }

    fn latent(&self) -> usize {
        self.shape.values()
    }

    fn operations(&self) -> Vec<Operation> {
        let ImageShape { channels, height, width } = self.shape;
        let draws = ChainDraws { image: Map { height, width, channels }, states: self.chain.states() };
        vec![Operation::of_weight("decoder.chain", 0, draws, draws_weight(&self.chain, draws))]
    }

    fn likelihood(&self) -> Option<Likelihood> {
        None
    }

    fn save(&self) -> Vec<(&'static str, Vec<f32>)> {
        vec![
            ("initial", self.chain.initial().to_vec()),
            ("logits", self.chain.logits().to_vec()),
            ("steps", vec![self.passes as f32]),
            ("transitions", self.chain.transitions().to_vec()),
        ]
    }

    fn restore(&mut self, saved: &Saved) -> Result<(), StepError> {
        let (rows, states) = (self.chain.rows(), self.chain.states());
        let initial = saved.take("initial", states)?;
        let transitions = saved.take("transitions", states * states)?;
        let logits = saved.take("logits", states * rows.length())?;
        let passes = saved.take("steps", 1)?.pop().unwrap_or_default() as usize;
        if let Some(chain) = HiddenMarkov::restore(rows, initial, transitions, logits) {
            (self.chain, self.passes) = (chain, passes);
        }
        Ok(())
    }

    /// Both passes over the states of each row, their pairs, and the sums of pixels that are on.
    fn flops(&self) -> u64 {
        let (rows, states) = (self.chain.rows(), self.chain.states());
        (3 * rows.count() * states * states + 2 * rows.pixels() * states) as u64
    }

    fn parameter_count(&self) -> usize {
        self.chain.initial().len() + self.chain.transitions().len() + self.chain.logits().len()
    }
}

/// The weight that images are drawn with. States stand in the order of how many pixels of their rows are on, so that neighbours
/// on the circle are alike.
fn draws_weight(chain: &HiddenMarkov, draws: ChainDraws) -> Vec<f32> {
    let (terms, length) = (chain.terms(), chain.rows().length());
    let pixels: Vec<Vec<f64>> = chain.logits().chunks_exact(length.max(1)).map(probabilities).collect();
    let mut order: Vec<usize> = (0..chain.states()).collect();
    order.sort_by(|a, b| pixels[*a].iter().sum::<f64>().total_cmp(&pixels[*b].iter().sum::<f64>()));
    let mut weight = Vec::with_capacity(draws.weights());
    // Each state with its first two pixels off and on.
    let mut cells = |next: &[f64]| {
        let mut before = 0.0f64;
        for state in &order {
            let share = |element: usize, on: bool| {
                let p = pixels[*state].get(element).copied().unwrap_or_default();
                if on { p } else { 1.0 - p }
            };
            for [first, second] in [[false, false], [true, false], [false, true], [true, true]] {
                let angle = TAU * before.min(LAST_TURN);
                weight.extend([angle.cos() as f32, angle.sin() as f32]);
                before += next[*state] * share(0, first) * share(1, second);
            }
        }
    };
    cells(&terms.initial);
    for state in &order {
        cells(&terms.transitions[state * order.len()..(state + 1) * order.len()]);
    }
    for state in &order {
        weight.extend(pixels[*state].iter().map(|p| normal_quantile(*p) as f32));
    }
    weight
}

fn probabilities(logits: &[f32]) -> Vec<f64> {
    logits.iter().map(|logit| logistic(f64::from(*logit))).collect()
}
