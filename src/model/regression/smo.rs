//! Sequential minimal optimisation (Platt 1998) of ε-support vector regression, two coefficients at a time, chosen by second-order
//! information (Fan, Chen and Lin 2005, the selection of LIBSVM).
//!
//! β_i = α_i − α_i* in −C..C stands for the pair of which one is always 0: it minimises ½βᵀKβ − yᵀβ + ε·Σ|β_i| with Σβ_i = 0.

use super::error::FitError;
use super::examples::GoOn;
use rayon::prelude::*;

/// The most bytes that a kernel may take: 7071 centres.
const MOST_BYTES: usize = 200_000_000;
/// Values that are compared side by side, and between two looks at where the largest is.
const LANES: usize = 8;
const CHUNK: usize = 8 * LANES;
/// Moves between two questions whether work goes on.
const MOVES: usize = 512;
/// The least curvature, of two examples with the same code: as in LIBSVM.
const LEAST_CURVATURE: f64 = 1e-12;

/// What a component is fitted with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SvrSettings {
    /// C: the most that an example's coefficient may be, above 0.
    pub cost: f64,
    /// ε: errors up to this cost nothing, in units of the component, at least 0.
    pub epsilon: f64,
    /// γ of exp(−γ|z − c|²), above 0.
    pub gamma: f64,
    /// By how much the conditions of the optimum may be missed; 1e-3 in LIBSVM.
    pub tolerance: f64,
}

/// The radial basis functions of all centres at all centres.
#[derive(Clone, Debug, PartialEq)]
pub struct KernelRows {
    count: usize,
    /// `[count, count]`.
    rows: Vec<f32>,
}

/// exp(−γ|z − c|²) of a code at each of the centres `[centres, latent]`, into `out` (`[centres]`).
pub(super) fn radial(gamma: f64, code: &[f32], centres: &[f32], out: &mut [f32]) {
    for (out, centre) in out.iter_mut().zip(centres.chunks_exact(code.len().max(1))) {
        let distance: f32 = code.iter().zip(centre).map(|(z, c)| (z - c) * (z - c)).sum();
        *out = (-gamma as f32 * distance).exp();
    }
}

impl KernelRows {
    /// Of centres `[centres, latent]`.
    ///
    /// # Errors
    /// If there are so many that it would not fit into 200 MB, a code is no number, or `go_on`, asked every row, says no.
    pub fn of(centres: &[f32], latent: usize, gamma: f64, go_on: GoOn<'_>) -> Result<Self, FitError> {
        let count = check(centres, latent)?;
        let mut rows = vec![0.0; count * count];
        let each = rows.par_chunks_exact_mut(count).zip(centres.par_chunks_exact(latent));
        let done = each.try_for_each(|(row, code)| {
            radial(gamma, code, centres, row);
            go_on().then_some(())
        });
        done.map(|()| Self { count, rows }).ok_or(FitError::Cancelled)
    }

    fn row(&self, at: usize) -> &[f32] {
        self.rows.get(at * self.count..(at + 1) * self.count).unwrap_or_default()
    }
}

/// How many centres these are.
///
/// # Errors
/// If there is none, or half a one, or too many, or a code is no number.
pub fn check(centres: &[f32], latent: usize) -> Result<usize, FitError> {
    let count = centres.len() / latent.max(1);
    let most = (MOST_BYTES / 4).isqrt();
    match (1..=most).contains(&count) && count * latent == centres.len() && centres.iter().all(|z| z.is_finite()) {
        true => Ok(count),
        false => Err(FitError::Refused(format!("centres: expected 1 to {most} codes of numbers, found {count}"))),
    }
}

/// One output of the codes.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// β, `[centres]`.
    pub coefficients: Vec<f64>,
    /// What is added to Σ β_i·K(z, c_i).
    pub bias: f64,
    /// Σ of how far each example's error goes beyond ε.
    pub loss: f64,
    /// Moves of two coefficients.
    pub moves: usize,
}

/// The regression of one component's values `[centres]`; `None` where `go_on`, asked every 512 moves, says no. After a hundred
/// thousand moves and a hundred for each centre it is taken as it is.
pub fn component(kernel: &KernelRows, values: &[f32], settings: &SvrSettings, go_on: GoOn<'_>) -> Option<Component> {
    let mut state = State::new(values, settings);
    let (mut score, mut gap) = (vec![0.0; values.len()], vec![0.0; values.len()]);
    for moves in 0..100_000 + 100 * values.len() {
        if moves % MOVES == 0 && !go_on() {
            return None;
        }
        let Some(pair) = state.pair(kernel, (&mut score, &mut gap)) else {
            return Some(state.finish(moves));
        };
        state.shift(kernel, &pair);
    }
    Some(state.finish(100_000 + 100 * values.len()))
}

/// Where the coefficients are on their way.
struct State<'a> {
    settings: &'a SvrSettings,
    /// β.
    beta: Vec<f64>,
    /// y − Kβ.
    left: Vec<f64>,
    /// The bias from which on a greater coefficient would pay is `left − up`; infinite at C.
    up: Vec<f64>,
    /// The bias from which on a smaller coefficient would pay is `left + down`; infinite at −C.
    down: Vec<f64>,
    /// The greatest of the former and the least of the latter.
    bounds: [f64; 2],
}

/// Two coefficients: one that grows, one that falls by as much.
struct Pair {
    grows: usize,
    falls: usize,
    /// By how much they would without limits.
    most: f64,
}

impl<'a> State<'a> {
    fn new(values: &[f32], settings: &'a SvrSettings) -> Self {
        let zero = || vec![settings.epsilon; values.len()];
        let left = values.iter().map(|y| f64::from(*y)).collect();
        Self { settings, beta: vec![0.0; values.len()], left, up: zero(), down: zero(), bounds: [0.0; 2] }
    }

    /// The two to move: of those that may grow the one that pays most, and of those that may fall the one with which the objective
    /// falls most. `None` where none pays more than the tolerance.
    fn pair(&mut self, kernel: &KernelRows, (score, gap): (&mut [f64], &mut [f64])) -> Option<Pair> {
        score.iter_mut().zip(self.left.iter().zip(&self.up)).for_each(|(score, (left, up))| *score = left - up);
        let (grows, high) = largest(score);
        gap.iter_mut()
            .zip(self.left.iter().zip(&self.down))
            .for_each(|(gap, (left, down))| *gap = high - (left + down));
        let widest = largest(gap).1;
        self.bounds = [high, high - widest];
        if widest < self.settings.tolerance || !widest.is_finite() {
            return None;
        }
        for ((score, gap), k) in score.iter_mut().zip(&*gap).zip(kernel.row(grows)) {
            let pays = if *gap > 0.0 { *gap } else { 0.0 };
            *score = pays * pays / curvature(*k);
        }
        let falls = largest(score).0;
        let k = kernel.row(grows).get(falls).copied().unwrap_or_default();
        Some(Pair { grows, falls, most: gap.get(falls)? / curvature(k) })
    }

    /// Moves the two as far as they may, at most to where one of them is 0 or ±C.
    fn shift(&mut self, kernel: &KernelRows, pair: &Pair) {
        let (cost, beta) = (self.settings.cost, |at: usize| self.beta.get(at).copied().unwrap_or_default());
        let (grows, falls) = (beta(pair.grows), beta(pair.falls));
        let top = if grows < 0.0 { 0.0 } else { cost };
        let bottom = if falls > 0.0 { 0.0 } else { -cost };
        let by = pair.most.min(top - grows).min(falls - bottom);
        // Exactly on the limit, or it would be moved again by what rounding left.
        self.set(pair.grows, if by >= top - grows { top } else { grows + by });
        self.set(pair.falls, if by >= falls - bottom { bottom } else { falls - by });
        let rows = kernel.row(pair.grows).iter().zip(kernel.row(pair.falls));
        self.left.iter_mut().zip(rows).for_each(|(left, (a, b))| *left -= by * f64::from(a - b));
    }

    fn set(&mut self, at: usize, value: f64) {
        let SvrSettings { cost, epsilon, .. } = *self.settings;
        let up = if value >= cost { f64::INFINITY } else { epsilon.copysign(if value < 0.0 { -1.0 } else { 1.0 }) };
        let down = if value <= -cost { f64::INFINITY } else { epsilon.copysign(if value > 0.0 { -1.0 } else { 1.0 }) };
        for (values, value) in [(&mut self.beta, value), (&mut self.up, up), (&mut self.down, down)] {
            values.iter_mut().skip(at).take(1).for_each(|old| *old = value);
        }
    }

    /// The bias is the mean of what the coefficients between 0 and ±C ask for, or the middle of what is allowed.
    fn finish(self, moves: usize) -> Component {
        let free = |beta: f64| beta != 0.0 && beta.abs() < self.settings.cost;
        let asked = self.beta.iter().zip(&self.left).filter(|(beta, _)| free(**beta));
        let asked: Vec<f64> = asked.map(|(beta, left)| left - self.settings.epsilon * beta.signum()).collect();
        let bias = match asked.len() {
            0 => 0.5 * self.bounds.iter().sum::<f64>(),
            count => asked.iter().sum::<f64>() / count as f64,
        };
        let beyond = |left: &f64| ((left - bias).abs() - self.settings.epsilon).max(0.0);
        let loss = self.left.iter().map(beyond).sum();
        Component { coefficients: self.beta, bias, loss, moves }
    }
}

/// Of the objective along a pair: K_ii + K_jj − 2·K_ij, where a radial basis function is 1 at its own centre.
fn curvature(k: f32) -> f64 {
    let curvature = 2.0 - 2.0 * f64::from(k);
    if curvature > LEAST_CURVATURE { curvature } else { LEAST_CURVATURE }
}

/// The first of the largest values, and where it is.
fn largest(values: &[f64]) -> (usize, f64) {
    let (mut best, mut from) = (f64::NEG_INFINITY, 0);
    for (number, chunk) in values.chunks(CHUNK).enumerate() {
        let (wide, rest) = chunk.as_chunks::<LANES>();
        let mut lanes = [f64::NEG_INFINITY; LANES];
        for values in wide {
            lanes.iter_mut().zip(values).for_each(|(lane, value)| *lane = if *value > *lane { *value } else { *lane });
        }
        let most =
            lanes.iter().chain(rest).fold(f64::NEG_INFINITY, |most, value| if *value > most { *value } else { most });
        if most > best {
            (best, from) = (most, number * CHUNK);
        }
    }
    let within = values.iter().skip(from).take(CHUNK).position(|value| *value == best);
    (from + within.unwrap_or_default(), best)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    const SETTINGS: SvrSettings = SvrSettings { cost: 1.0, epsilon: 0.05, gamma: 1.0, tolerance: 1e-6 };

    fn codes() -> Vec<f32> {
        (0..40).flat_map(|at| [(at * 7 % 13) as f32 / 6.5 - 1.0, (at * 11 % 17) as f32 / 8.5 - 1.0]).collect()
    }

    fn values() -> Vec<f32> {
        let value = |(at, z): (usize, &[f32])| (2.0 * z[0]).sin() + z[1] * z[1] + (at * 5 % 7) as f32 / 20.0;
        codes().chunks_exact(2).enumerate().map(value).collect()
    }

    fn kernel() -> KernelRows {
        KernelRows::of(&codes(), 2, 1.0, &|| true).unwrap()
    }

    const REFERENCE: [(f64, f64, [f64; 3], usize); 2] = [
        (1.0, 0.76330632, [0.10904874, 1.296246, 0.06632034], 27),
        (10.0, 0.72705306, [0.11371626, 1.34021537, -0.07247714], 25),
    ];

    /// Predictions of scikit-learn 1.9's SVR (C, intercept, at (0, 0), (0.5, −0.5) and (−1, 1)).
    #[test]
    fn it_is_what_scikit_learn_finds() {
        for (cost, bias, expected, supports) in REFERENCE {
            let settings = SvrSettings { cost, ..SETTINGS };
            let fit = component(&kernel(), &values(), &settings, &|| true).unwrap();
            assert!((fit.bias - bias).abs() < 1e-4, "{} {bias}", fit.bias);
            for (code, expected) in [[0.0, 0.0], [0.5, -0.5], [-1.0, 1.0f32]].iter().zip(expected) {
                let mut basis = [0.0; 40];
                radial(1.0, code, &codes(), &mut basis);
                let sum: f64 = basis.iter().zip(&fit.coefficients).map(|(k, b)| f64::from(*k) * b).sum();
                assert!((sum + fit.bias - expected).abs() < 1e-4, "{} {expected}", sum + fit.bias);
            }
            assert_eq!(fit.coefficients.iter().filter(|beta| **beta != 0.0).count(), supports);
        }
    }

    #[test]
    fn the_conditions_of_the_optimum_hold() {
        let (kernel, values) = (kernel(), values());
        let fit = component(&kernel, &values, &SETTINGS, &|| true).unwrap();
        assert!(fit.coefficients.iter().sum::<f64>().abs() < 1e-9 && fit.moves > 10);
        for (at, (beta, y)) in fit.coefficients.iter().zip(&values).enumerate() {
            let sum: f64 = kernel.row(at).iter().zip(&fit.coefficients).map(|(k, b)| f64::from(*k) * b).sum();
            let error = f64::from(*y) - sum - fit.bias;
            match beta {
                0.0 => assert!(error.abs() < 0.05 + 1e-5),
                beta if beta.abs() < 1.0 => assert!((error - 0.05 * beta.signum()).abs() < 1e-5),
                beta => assert!(beta.abs() == 1.0 && error * beta > 0.05 - 1e-5),
            }
        }
    }

    #[test]
    fn equal_codes_and_values_end() {
        let kernel = KernelRows::of(&[0.5; 6], 1, 1.0, &|| true).unwrap();
        let fit = component(&kernel, &[1.0; 6], &SETTINGS, &|| true).unwrap();
        assert_eq!((fit.coefficients, fit.bias, fit.moves), (vec![0.0; 6], 1.0, 0));
        // Two values at one code: the middle of them.
        let fit = component(&kernel, &[0.0, 0.0, 0.0, 1.0, 1.0, 1.0], &SETTINGS, &|| true).unwrap();
        assert_eq!((fit.coefficients, fit.bias), (vec![-1.0, -1.0, -1.0, 1.0, 1.0, 1.0], 0.5));
    }

    #[test]
    fn the_first_of_the_largest_is_found() {
        let mut values: Vec<f64> = (0..203).map(|at| f64::from(at * 37 % 101)).collect();
        (values[150], values[199]) = (500.0, 500.0);
        assert_eq!(largest(&values), (150, 500.0));
        values[202] = 501.0;
        assert_eq!(largest(&values), (202, 501.0));
        assert_eq!(largest(&[]), (0, f64::NEG_INFINITY));
    }

    #[test]
    fn it_refuses_and_stops() {
        assert!(matches!(check(&vec![0.0; 7072], 1), Err(FitError::Refused(_))));
        assert!(check(&[], 1).is_err() && check(&[1.0; 3], 2).is_err() && check(&[f32::NAN], 1).is_err());
        assert_eq!(KernelRows::of(&codes(), 2, 1.0, &|| false).unwrap_err(), FitError::Cancelled);
        assert_eq!(component(&kernel(), &values(), &SETTINGS, &|| false), None);
    }
}
