//! How noise becomes data: the paths that examples go, and the steps that a learned field goes back and forth along them.

use serde::Deserialize;
use std::f64::consts::{FRAC_PI_2, PI};

/// What is learned of the paths x_τ = α·x + σ·z from noise z (τ 0) to data x (τ 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Process {
    /// Straight paths, α = τ and σ = 1 − τ, and their velocity x − z (Lipman 2023).
    FlowMatching,
    /// Diffusion down a cosine, α = sin(πτ/2) and σ = cos(πτ/2), and its noise z (Ho 2020, Nichol and Dhariwal 2021). Its
    /// samples are those of the deterministic sampler (Song 2021), so that noise is a latent.
    Diffusion,
}

/// Numbers of a time that the field reads.
pub(super) const TIME_FEATURES: usize = 7;

/// Where diffusion begins: at τ 0 nothing of the data would be left to divide by.
const LEAST_SHARE: f64 = 0.02;

/// σ(1.702·n) of a normal draw is nearly uniform.
const NEARLY_UNIFORM: f64 = 1.702;

/// From one τ to the next: x is multiplied by `keep`, and `add` times what the field gives at x and `time` is added.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FlowStep {
    pub time: f64,
    pub keep: f64,
    pub add: f64,
}

impl Process {
    /// The words of the field that chooses it.
    pub const WORDS: [&'static str; 2] = ["flow-matching", "diffusion"];

    /// Where it begins.
    fn start(self) -> f64 {
        match self {
            Self::FlowMatching => 0.0,
            Self::Diffusion => LEAST_SHARE,
        }
    }

    /// α and σ at τ.
    pub fn shares(self, time: f64) -> (f64, f64) {
        match self {
            Self::FlowMatching => (time, 1.0 - time),
            Self::Diffusion => ((FRAC_PI_2 * time).sin(), (FRAC_PI_2 * time).cos()),
        }
    }

    /// τ of a standard normal draw: most in the middle for straight paths (logit-normal, Esser 2024), nearly uniform for
    /// diffusion.
    pub fn time_of(self, draw: f64) -> f64 {
        let share = |x: f64| 1.0 / (1.0 + (-x).exp());
        match self {
            Self::FlowMatching => share(draw),
            Self::Diffusion => self.start() + (1.0 - self.start()) * share(NEARLY_UNIFORM * draw),
        }
    }

    /// What the field should give where x and z are the ends of the path.
    pub fn target(self, x: f32, z: f32) -> f32 {
        match self {
            Self::FlowMatching => x - z,
            Self::Diffusion => z,
        }
    }

    /// `count` equal steps from noise to `end` (1: data).
    pub fn steps_to(self, end: f64, count: usize) -> Vec<FlowStep> {
        let times = self.times(end, count);
        times.iter().zip(times.iter().skip(1)).map(|(from, to)| self.step(*from, *to)).collect()
    }

    /// The same way back, from data to noise.
    pub fn steps_back(self, count: usize) -> Vec<FlowStep> {
        let mut times = self.times(1.0, count);
        times.reverse();
        times.iter().zip(times.iter().skip(1)).map(|(from, to)| self.step(*from, *to)).collect()
    }

    fn times(self, end: f64, count: usize) -> Vec<f64> {
        let (start, count) = (self.start(), count.max(1));
        (0..=count).map(|step| start + (1.0 - start) * end * step as f64 / count as f64).collect()
    }

    fn step(self, from: f64, to: f64) -> FlowStep {
        match self {
            Self::FlowMatching => FlowStep { time: from, keep: 1.0, add: to - from },
            Self::Diffusion => {
                let ((alpha, sigma), (next_alpha, next_sigma)) = (self.shares(from), self.shares(to));
                let keep = next_alpha / alpha;
                FlowStep { time: from, keep, add: next_sigma - sigma * keep }
            }
        }
    }
}

/// What the field reads of τ.
pub(super) fn time_features(time: f64) -> [f32; TIME_FEATURES] {
    let wave = |turns: f64| [(turns * PI * time).cos() as f32, (turns * PI * time).sin() as f32];
    let [[a, b], [c, d], [e, f]] = [1.0, 2.0, 4.0].map(wave);
    [time as f32, a, b, c, d, e, f]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ALL: [Process; 2] = [Process::FlowMatching, Process::Diffusion];

    /// The exact field of a single example leads from any noise to it, and back.
    #[test]
    fn the_field_of_one_example_leads_to_it_and_back() {
        for process in ALL {
            for (x, z) in [(0.7, -1.3), (-2.0, 0.4)] {
                let field = |place: f64, time: f64| {
                    let (alpha, sigma) = process.shares(time);
                    let noise = (place - alpha * x) / sigma.max(1e-9);
                    match process {
                        Process::FlowMatching => x - noise,
                        Process::Diffusion => noise,
                    }
                };
                let go = |from: f64, steps: Vec<FlowStep>| {
                    steps.iter().fold(from, |place, step| step.keep * place + step.add * field(place, step.time))
                };
                let (alpha, sigma) = process.shares(process.start());
                let end = go(alpha * x + sigma * z, process.steps_to(1.0, 8));
                assert!((end - x).abs() < 1e-9, "{process:?}: {end} for {x}");
                let middle = go(alpha * x + sigma * z, process.steps_to(0.5, 8));
                let time = process.times(0.5, 8).pop().unwrap();
                let (alpha, sigma) = process.shares(time);
                assert!((middle - (alpha * x + sigma * z)).abs() < 1e-9, "{process:?}");
            }
        }
    }

    #[test]
    fn times_are_between_noise_and_data() {
        for process in ALL {
            let times: Vec<f64> = (-40..=40).map(|draw| process.time_of(f64::from(draw) / 10.0)).collect();
            assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{process:?}");
            assert!(times.iter().all(|time| (process.start()..=1.0).contains(time)), "{process:?}");
            let back = process.steps_back(5);
            assert_eq!((back.len(), back.first().unwrap().time), (5, 1.0));
        }
    }
}
