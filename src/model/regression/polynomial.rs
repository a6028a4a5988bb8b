//! Ridge regression on monomials of the code, in closed form (Hoerl and Kennard 1970): one pass over the images.

use super::error::FitError;
use super::examples::{Examples, GoOn};
use faer::linalg::matmul::matmul;
use faer::linalg::solvers::Solve;
use faer::{Accum, Mat, MatMut, MatRef, Par, Side};
use rayon::prelude::*;
use serde::Deserialize;

/// Images at a time.
const BLOCK: usize = 256;
/// Rows of the sums that one piece of work computes; the bits follow from it, so that no number of threads does.
const STRIPE: usize = 64;
/// The most bytes that the sums and the solution may take.
const MOST_BYTES: u64 = 240 << 20;

/// What a polynomial is fitted with.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct PolynomialSettings {
    /// The highest total degree of a monomial.
    pub degree: usize,
    /// λ of λ|w|², at least 0, where the squared error is summed over the examples; the constant term is free of it.
    pub ridge: f64,
}

/// A polynomial from codes to pixels: x = C·φ(z), with φ_t(z) = Π z_i^e_ti.
#[derive(Clone, Debug, PartialEq)]
pub struct Polynomial {
    /// Pixels of an image.
    pub pixels: usize,
    /// Latent dimensions.
    pub latent: usize,
    /// e, `[terms, latent]`: of rising total degree, the constant first.
    pub exponents: Vec<u8>,
    /// C, `[pixels, terms]`.
    pub coefficients: Vec<f32>,
}

/// Monomials of at most total degree `degree` in `latent` variables: (latent + degree over degree); `None` where that is
/// more than an integer holds.
pub fn terms(latent: usize, degree: usize) -> Option<usize> {
    let (few, many) = (latent.min(degree), latent.max(degree));
    (1..=few).try_fold(1usize, |count, at| Some(count.checked_mul(many.checked_add(at)?)? / at))
}

/// Their exponents, `[terms, latent]`: of rising degree, and within one in scikit-learn's order.
pub fn exponents(latent: usize, degree: usize) -> Vec<u8> {
    fn fill(out: &mut Vec<u8>, row: &mut Vec<u8>, latent: usize, degree: usize) {
        if row.len() + 1 >= latent {
            out.extend(&*row);
            out.push(degree as u8);
            return;
        }
        for first in (0..=degree).rev() {
            row.push(first as u8);
            fill(out, row, latent, degree - first);
            row.pop();
        }
    }
    let mut out = Vec::new();
    let degrees = 0..=degree.min(usize::from(u8::MAX));
    degrees.filter(|_| latent > 0).for_each(|degree| fill(&mut out, &mut Vec::new(), latent, degree));
    out
}

/// φ of one code, into `out` (`[terms]`).
fn features(exponents: &[u8], code: &[f32], out: &mut [f64]) {
    for (out, powers) in out.iter_mut().zip(exponents.chunks_exact(code.len().max(1))) {
        *out = code.iter().zip(powers).map(|(z, power)| f64::from(*z).powi(i32::from(*power))).product();
    }
}

/// Refuses what the sums have no room for.
///
/// # Errors
/// If the sums of so many terms and pixels would take too many bytes, or the degree is above 255.
pub fn check(settings: &PolynomialSettings, latent: usize, pixels: usize) -> Result<usize, FitError> {
    let PolynomialSettings { degree, ridge } = *settings;
    // The products, what is factored and its factor; the right side, the solution in two scales, and what it leaves.
    let bytes = |terms: usize| {
        (terms as u64) * (3 * terms as u64).saturating_add((pixels as u64).saturating_mul(5)).saturating_mul(8)
    };
    match terms(latent, degree).filter(|terms| *terms < 1 << 24 && bytes(*terms) <= MOST_BYTES) {
        Some(terms) if degree <= 255 && ridge >= 0.0 && ridge.is_finite() => Ok(terms),
        _ => Err(FitError::Refused(format!(
            "degree: expected fewer monomials of {latent} latent dimensions (the sums may take {} MB) and a ridge of at least 0, found degree {degree} and ridge {ridge}",
            MOST_BYTES >> 20
        ))),
    }
}

impl Polynomial {
    /// Nothing learned yet: black.
    ///
    /// # Errors
    /// As [`check`].
    pub fn nothing(settings: &PolynomialSettings, latent: usize, pixels: usize) -> Result<Self, FitError> {
        let terms = check(settings, latent, pixels)?;
        let exponents = exponents(latent, settings.degree);
        Ok(Self { pixels, latent, exponents, coefficients: vec![0.0; pixels * terms] })
    }

    /// Monomials.
    pub fn terms(&self) -> usize {
        self.exponents.len() / self.latent.max(1)
    }

    /// The least squares with a ridge, and its mean squared error over the examples and pixels.
    ///
    /// # Errors
    /// If the sums would be too large, an example's code is no number, the equations have no one solution, or `go_on`, asked
    /// before each block, says no.
    pub fn fit(
        settings: &PolynomialSettings,
        examples: &Examples<'_>,
        go_on: GoOn<'_>,
    ) -> Result<(Self, f64), FitError> {
        examples.check()?;
        let mut fit = Self::nothing(settings, examples.latent, examples.pixels)?;
        let Sums { products, squares } = sums(&fit.exponents, examples, go_on)?;
        let (pixels, terms) = (fit.pixels, fit.terms());
        let whole = MatRef::from_row_major_slice(&products, pixels + terms, terms);
        let (moments, gram) = whole.split_at_row(pixels);
        let penalty = |term: usize| if term == 0 { 0.0 } else { settings.ridge };
        // In units of each monomial's own size: z⁶ sums to some thousand times what 1 does.
        let scales: Vec<f64> = (0..terms).map(|term| (gram[(term, term)] + penalty(term)).sqrt().recip()).collect();
        let scaled = Mat::from_fn(terms, terms, |i, j| {
            (gram[(i, j)] + if i == j { penalty(i) } else { 0.0 }) * scales[i] * scales[j]
        });
        let singular = || {
            let what = format!("degree: expected fewer than {terms} monomials of these codes, or a ridge above 0");
            FitError::Refused(format!("{what}, found {} examples", examples.count()))
        };
        let right = Mat::from_fn(terms, pixels, |term, pixel| moments[(pixel, term)] * scales[term]);
        let solved = scaled.llt(Side::Lower).map_err(|_| singular())?.solve(&right);
        let solution = Mat::from_fn(terms, pixels, |term, pixel| solved[(term, pixel)] * scales[term]);
        // |x − Cφ|² = |x|² − ⟨C, 2M − CG⟩.
        let mut left = moments.to_owned();
        matmul(left.as_mut(), Accum::Add, solution.transpose(), gram, -0.5, Par::Seq);
        let explained: f64 = (0..pixels)
            .map(|pixel| (0..terms).map(|term| 2.0 * solution[(term, pixel)] * left[(pixel, term)]).sum::<f64>())
            .sum();
        let rest = squares - explained;
        let error = if rest < 0.0 { 0.0 } else { rest } / (examples.count() * pixels) as f64;
        if !error.is_finite() {
            return Err(singular());
        }
        for (row, pixel) in fit.coefficients.chunks_exact_mut(terms).zip(0..pixels) {
            row.iter_mut().zip(0..terms).for_each(|(value, term)| *value = solution[(term, pixel)] as f32);
        }
        Ok((fit, error))
    }

    /// Pixels `[batch, pixels]` of codes `[batch, latent]`; not held in 0..1.
    #[cfg(test)]
    pub fn evaluate(&self, codes: &[f32]) -> Vec<f32> {
        let (pixels, terms) = (self.pixels.max(1), self.terms());
        let mut out = vec![0.0; codes.len() / self.latent.max(1) * pixels];
        let rows = out.par_chunks_exact_mut(pixels).zip(codes.par_chunks_exact(self.latent.max(1)));
        rows.for_each_init(
            || (vec![0.0f64; terms], vec![0.0f32; terms]),
            |(wide, values), (out, code)| {
                features(&self.exponents, code, wide);
                values.iter_mut().zip(&*wide).for_each(|(value, wide)| *value = *wide as f32);
                for (out, row) in out.iter_mut().zip(self.coefficients.chunks_exact(terms.max(1))) {
                    *out = row.iter().zip(&*values).map(|(c, value)| c * value).sum();
                }
            },
        );
        out
    }
}

/// Sums over the examples.
struct Sums {
    /// Σ x·φᵀ and below it Σ φ·φᵀ (its lower half and what comes with it), `[pixels + terms, terms]`.
    products: Vec<f64>,
    /// Σ |x|².
    squares: f64,
}

/// The sums, a block of examples at a time. Every value is summed in the order of the examples, whatever the number of threads.
fn sums(exponents: &[u8], examples: &Examples<'_>, go_on: GoOn<'_>) -> Result<Sums, FitError> {
    let Examples { codes, latent, pixels, read } = *examples;
    let (count, terms) = (examples.count(), exponents.len() / latent.max(1));
    let width = pixels + terms;
    let (mut products, mut squares) = (vec![0.0f64; width * terms], 0.0);
    let mut block: Vec<f64> = Vec::new();
    for (from, codes) in (0..count).step_by(BLOCK).zip(codes.chunks(BLOCK * latent)) {
        if !go_on() {
            return Err(FitError::Cancelled);
        }
        let rows = BLOCK.min(count - from);
        block.resize(rows * width, 0.0);
        let each = block.par_chunks_exact_mut(width).zip(codes.par_chunks_exact(latent)).enumerate().map_init(
            || vec![0.0f32; pixels],
            |image, (row, (values, code))| {
                read(from + row, image);
                let (out, right) = values.split_at_mut(pixels);
                out.iter_mut().zip(&*image).for_each(|(value, x)| *value = f64::from(*x));
                features(exponents, code, right);
                out.iter().map(|x| x * x).sum::<f64>()
            },
        );
        squares += each.collect::<Vec<f64>>().iter().sum::<f64>();
        let whole = MatRef::from_row_major_slice(&block, rows, width);
        let features = whole.subcols(pixels, terms);
        products.par_chunks_mut(STRIPE * terms).enumerate().for_each(|(stripe, sums)| {
            let high = sums.len() / terms.max(1);
            let out = MatMut::from_row_major_slice_mut(sums, high, terms);
            matmul(out, Accum::Add, whole.subcols(stripe * STRIPE, high).transpose(), features, 1.0, Par::Seq);
        });
    }
    Ok(Sums { products, squares })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    const CUBIC: PolynomialSettings = PolynomialSettings { degree: 3, ridge: 0.0 };

    /// 700 codes around a spiral.
    fn codes() -> Vec<f32> {
        (0..700)
            .flat_map(|at| [(at as f32 * 0.7).sin() * 1.5, (at as f32 * 0.31).cos() * (at as f32 / 350.0)])
            .collect()
    }

    /// A cubic in two pixels, and a third that is none.
    fn images(codes: &[f32]) -> impl Fn(usize, &mut [f32]) + Sync + '_ {
        |at, out| {
            let (x, y) = (codes[2 * at], codes[2 * at + 1]);
            out.copy_from_slice(&[0.5 + x - 2.0 * x * y * y, y * y * y - 0.25 * x * x, (3.0 * x).sin()]);
        }
    }

    #[test]
    fn terms_are_counted() {
        for (latent, degree, expected) in [(2, 3, 10), (2, 6, 28), (1, 4, 5), (10, 3, 286), (5, 0, 1), (64, 2, 2145)] {
            assert_eq!(terms(latent, degree), Some(expected));
            assert_eq!(exponents(latent, degree).len(), expected * latent);
        }
        assert_eq!(terms(usize::MAX, 3), None);
        assert_eq!(terms(200, 200), None);
        assert!(check(&PolynomialSettings { degree: 200, ridge: 0.0 }, 200, 3).is_err());
        assert!(check(&PolynomialSettings { degree: 2, ridge: f64::NAN }, 2, 3).is_err());
        assert_eq!(exponents(2, 2), [0, 0, 1, 0, 0, 1, 2, 0, 1, 1, 0, 2]);
    }

    #[test]
    fn a_polynomial_is_found_again() {
        let codes = codes();
        let examples = Examples { codes: &codes, latent: 2, pixels: 3, read: &images(&codes) };
        let (fit, error) = Polynomial::fit(&CUBIC, &examples, &|| true).unwrap();
        let mut expected = [[0.0f32; 10]; 2];
        (expected[0][0], expected[0][1], expected[0][8]) = (0.5, 1.0, -2.0);
        (expected[1][9], expected[1][3]) = (1.0, -0.25);
        for (found, expected) in fit.coefficients.iter().zip(expected.as_flattened()) {
            assert!((found - expected).abs() < 1e-5, "{:?}", fit.coefficients);
        }
        let (out, mut squares, mut image) = (fit.evaluate(&codes), 0.0, [0.0; 3]);
        for (at, out) in out.chunks_exact(3).enumerate() {
            images(&codes)(at, &mut image);
            squares += out.iter().zip(&image).map(|(a, b)| f64::from((a - b).powi(2))).sum::<f64>();
        }
        assert!(error > 1e-3 && (squares / 2100.0 - error).abs() < 1e-6 * error.max(1.0), "{squares} {error}");
    }

    #[test]
    fn a_ridge_leaves_the_constant_free() {
        let codes = codes();
        let examples = Examples { codes: &codes, latent: 2, pixels: 3, read: &|_, out| out.fill(0.7) };
        let (fit, error) = Polynomial::fit(&PolynomialSettings { degree: 2, ridge: 1e9 }, &examples, &|| true).unwrap();
        assert!(error < 1e-9);
        for row in fit.coefficients.chunks_exact(6) {
            assert!((row[0] - 0.7).abs() < 1e-6 && row[1..].iter().all(|c| c.abs() < 1e-6), "{row:?}");
        }
        // With a slope, the ridge of one variable: b = Sxy / (Sxx + λ) about the means.
        let line = [-1.0f32, 0.0, 1.0];
        let examples = Examples { codes: &line, latent: 1, pixels: 1, read: &|at, out| out[0] = at as f32 };
        let (fit, _) = Polynomial::fit(&PolynomialSettings { degree: 1, ridge: 2.0 }, &examples, &|| true).unwrap();
        assert!((fit.coefficients[0] - 1.0).abs() < 1e-6 && (fit.coefficients[1] - 0.5).abs() < 1e-6);
    }

    #[test]
    fn it_refuses_and_stops() {
        let codes = [1.0f32; 8];
        let examples = Examples { codes: &codes, latent: 2, pixels: 1, read: &|_, out| out.fill(0.0) };
        assert!(matches!(Polynomial::fit(&CUBIC, &examples, &|| true), Err(FitError::Refused(_))));
        assert_eq!(Polynomial::fit(&CUBIC, &examples, &|| false).unwrap_err(), FitError::Cancelled);
    }

    #[test]
    fn threads_change_no_bit() {
        let codes = codes();
        let fits = [1, 2, 4].map(|threads| {
            let examples = Examples { codes: &codes, latent: 2, pixels: 3, read: &images(&codes) };
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| Polynomial::fit(&CUBIC, &examples, &|| true)).unwrap()
        });
        assert_eq!(fits[0], fits[1]);
        assert_eq!(fits[0], fits[2]);
    }
}
