//! Support vector regression from codes to principal components of the images, each for itself on one kernel (Drucker et al. 1997).

use super::error::FitError;
use super::examples::GoOn;
use super::smo::{KernelRows, SvrSettings, check, component, radial};
use rayon::prelude::*;

/// The regressions: y_k = Σ_i B_ki·exp(−γ|z − c_i|²) + b_k. Components that are still to come are 0: of principal components, the
/// mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Svr {
    /// Latent dimensions.
    pub latent: usize,
    /// γ.
    pub gamma: f64,
    /// c, the codes of all examples, `[centres, latent]`.
    pub centres: Vec<f32>,
    /// B, `[components, centres]`.
    pub coefficients: Vec<f32>,
    /// b, `[components]`.
    pub bias: Vec<f32>,
    /// Components that are done: the first.
    pub done: usize,
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SvrStep {
    /// Moves of two coefficients, of all components of the step.
    pub moves: usize,
    /// Mean over examples and these components of how far the error goes beyond ε, in units of the components.
    pub loss: f64,
}

impl Svr {
    /// Nothing learned yet, for these centres `[centres, latent]`.
    ///
    /// # Errors
    /// As [`check`].
    pub fn new(centres: Vec<f32>, latent: usize, components: usize, gamma: f64) -> Result<Self, FitError> {
        let count = check(&centres, latent)?;
        let (coefficients, bias) = (vec![0.0; components * count], vec![0.0; components]);
        Ok(Self { latent, gamma, centres, coefficients, bias, done: 0 })
    }

    /// Centres.
    pub fn count(&self) -> usize {
        self.centres.len() / self.latent.max(1)
    }

    /// The kernel that every step needs: it follows from the centres.
    ///
    /// # Errors
    /// If `go_on` says no.
    pub fn kernel(&self, go_on: GoOn<'_>) -> Result<KernelRows, FitError> {
        KernelRows::of(&self.centres, self.latent, self.gamma, go_on)
    }

    /// The next `many` components, at once on the threads there are. `values` are the components of the examples that the centres
    /// are codes of, `[centres, components]`. As before where it fails.
    ///
    /// # Errors
    /// If the values are of another number or no numbers, the settings are out of range, or `go_on`, asked every 512 moves, says no.
    pub fn step(
        &mut self,
        kernel: &KernelRows,
        values: &[f32],
        settings: &SvrSettings,
        many: usize,
        go_on: GoOn<'_>,
    ) -> Result<SvrStep, FitError> {
        let (components, count) = (self.bias.len(), self.count());
        let SvrSettings { cost, epsilon, gamma, tolerance } = *settings;
        let bounded = cost > 0.0 && cost.is_finite() && epsilon >= 0.0 && tolerance > 0.0 && gamma == self.gamma;
        if !bounded || values.len() != components * count || !values.iter().all(|value| value.is_finite()) {
            return Err(FitError::Refused(format!(
                "components: expected {components} numbers for each of {count} centres, and settings in range, found {} and {settings:?}",
                values.len()
            )));
        }
        let to = components.min(self.done.saturating_add(many));
        let fitted = (self.done..to).into_par_iter().map(|at| {
            let values: Vec<f32> = values.iter().skip(at).step_by(components).copied().collect();
            component(kernel, &values, settings, go_on)
        });
        let fitted = fitted.collect::<Option<Vec<_>>>().ok_or(FitError::Cancelled)?;
        let rows = self.coefficients.chunks_exact_mut(count).zip(&mut self.bias).skip(self.done);
        for ((row, bias), fit) in rows.zip(&fitted) {
            row.iter_mut().zip(&fit.coefficients).for_each(|(value, beta)| *value = *beta as f32);
            *bias = fit.bias as f32;
        }
        let number = (fitted.len() * count).max(1) as f64;
        let loss = fitted.iter().map(|fit| fit.loss).sum::<f64>() / number;
        self.done = to;
        Ok(SvrStep { moves: fitted.iter().map(|fit| fit.moves).sum(), loss })
    }

    /// Components `[batch, components]` of codes `[batch, latent]`.
    pub fn evaluate(&self, codes: &[f32]) -> Vec<f32> {
        let (components, latent, count) = (self.bias.len().max(1), self.latent.max(1), self.count());
        let mut out = vec![0.0; codes.len() / latent * components];
        let rows = out.par_chunks_exact_mut(components).zip(codes.par_chunks_exact(latent));
        rows.for_each_init(
            || vec![0.0; count],
            |basis, (out, code)| {
                radial(self.gamma, code, &self.centres, basis);
                let rows = self.coefficients.chunks_exact(count.max(1)).zip(&self.bias);
                out.iter_mut().zip(rows).for_each(|(out, (row, bias))| *out = bias + product(row, basis));
            },
        );
        out
    }
}

/// Σ a·b, in lanes.
fn product(a: &[f32], b: &[f32]) -> f32 {
    let ((wide_a, a), (wide_b, b)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    let mut lanes = [0.0f32; 16];
    for (a, b) in wide_a.iter().zip(wide_b) {
        lanes.iter_mut().zip(a.iter().zip(b)).for_each(|(lane, (a, b))| *lane += a * b);
    }
    lanes.iter().sum::<f32>() + a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    const SETTINGS: SvrSettings = SvrSettings { cost: 10.0, epsilon: 0.02, gamma: 1.5, tolerance: 1e-3 };
    const COUNT: usize = 200;

    fn centres() -> Vec<f32> {
        (0..COUNT).map(|at| (at * 61 % COUNT) as f32 / 50.0 - 2.0).collect()
    }

    /// sin 2z, 0.3·z and 0, `[200, 3]`.
    fn values() -> Vec<f32> {
        centres().iter().flat_map(|z| [(2.0 * z).sin(), 0.3 * z, 0.0]).collect()
    }

    fn new() -> Svr {
        Svr::new(centres(), 1, 3, SETTINGS.gamma).unwrap()
    }

    fn step(svr: &mut Svr, many: usize, go_on: GoOn<'_>) -> Result<SvrStep, FitError> {
        let kernel = svr.kernel(&|| true).unwrap();
        svr.step(&kernel, &values(), &SETTINGS, many, go_on)
    }

    #[test]
    fn curves_are_found_to_epsilon() {
        let mut svr = new();
        assert!(step(&mut svr, 1, &|| true).unwrap().loss < 1e-3);
        assert_eq!((svr.done, &svr.evaluate(&[0.3])[1..]), (1, &[0.0; 2][..]));
        step(&mut svr, 9, &|| true).unwrap();
        let (out, values) = (svr.evaluate(&centres()), values());
        assert!(out.iter().zip(&values).all(|(a, b)| (a - b).abs() < 0.025));
        assert_eq!(svr.done, 3);
    }

    #[test]
    fn threads_and_pauses_change_no_bit() {
        let fits = [(1, 1), (2, 2), (4, 3)].map(|(threads, many)| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut svr = new();
            while svr.done < 3 {
                let mut again = svr.clone();
                pool.install(|| step(&mut again, many, &|| true)).unwrap();
                svr = again;
            }
            svr
        });
        assert_eq!(fits[0], fits[1]);
        assert_eq!(fits[0], fits[2]);
    }

    #[test]
    fn it_refuses_and_stops() {
        let mut svr = new();
        assert_eq!(step(&mut svr, 1, &|| false), Err(FitError::Cancelled));
        let kernel = svr.kernel(&|| true).unwrap();
        let refused = |svr: &mut Svr, values: &[f32], settings| {
            matches!(svr.step(&kernel, values, &settings, 1, &|| true), Err(FitError::Refused(_)))
        };
        assert!(refused(&mut svr, &[0.0; 7], SETTINGS));
        assert!(refused(&mut svr, &[f32::NAN; 600], SETTINGS));
        assert!(refused(&mut svr, &values(), SvrSettings { cost: f64::NAN, ..SETTINGS }));
        assert_eq!(svr, new());
    }
}
