//! Every loss: forward and backward equal to candle's generic operations, backward to finite differences.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use candle_core::{DType, Device, Result, Tensor, Var};
use latentarium::nn::adversarial::{AdversarialLoss, Side, generic_mean_loss, mean_loss};
use latentarium::nn::{generic, likelihood};
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::Activation;
use proptest::prelude::*;

fn draw(seed: u64, shape: &[usize]) -> Var {
    let count = shape.iter().product();
    let values = normal_rows(seed, Purpose::Sample, shape.len() as u64, 1, count);
    Var::from_tensor(&Tensor::from_vec(values, shape, &Device::Cpu).unwrap()).unwrap()
}

fn close(a: &Tensor, b: &Tensor, tolerance: f32) {
    let flat = |t: &Tensor| t.flatten_all().unwrap().to_dtype(DType::F32).unwrap().to_vec1::<f32>().unwrap();
    let (a, b) = (flat(a), flat(b));
    assert_eq!(a.len(), b.len());
    let size = b.iter().fold(1.0f32, |size, x| size.max(x.abs()));
    for (x, y) in a.iter().zip(&b) {
        assert!((x - y).abs() <= tolerance * size, "{x} against {y}");
    }
}

/// Compares value and gradients of two expressions of the same variables, weighted so that every output counts differently.
fn same(variables: &[&Var], ours: impl Fn() -> Result<Tensor>, generic: impl Fn() -> Result<Tensor>) {
    let weigh = |out: &Tensor| {
        let weights = draw(99, out.dims());
        (out * weights.as_tensor()).unwrap().sum_all().unwrap()
    };
    let (a, b) = (ours().unwrap(), generic().unwrap());
    close(&a, &b, 1e-5);
    let (a, b) = (weigh(&a).backward().unwrap(), weigh(&b).backward().unwrap());
    for variable in variables {
        close(a.get(variable).expect("a gradient"), b.get(variable).expect("a gradient"), 1e-5);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bernoulli_is_what_candle_computes(batch in 1usize..40, pixels in 1usize..100, seed in 0u64..1000) {
        let logits = draw(seed, &[batch, pixels]);
        let target = generic::activate(draw(seed + 1, &[batch, pixels]).as_tensor(), Activation::Sigmoid).unwrap();
        let generic = || {
            let softplus = (logits.relu()? + (logits.abs()?.neg()?.exp()? + 1.0)?.log()?)?;
            (softplus - (logits.as_tensor() * &target)?)?.sum(1)
        };
        same(&[&logits], || likelihood::bernoulli(&logits, &target), generic);
    }

    #[test]
    fn gaussian_is_what_candle_computes(batch in 1usize..40, pixels in 1usize..100, seed in 0u64..1000) {
        let (mean, target) = (draw(seed, &[batch, pixels]), draw(seed + 1, &[batch, pixels]));
        let constant = 0.5 * pixels as f64 * std::f64::consts::TAU.ln();
        let generic = || (mean.as_tensor() - target.as_tensor())?.sqr()?.sum(1)?.affine(0.5, constant);
        same(&[&mean], || likelihood::gaussian(&mean, &target, 1.0), generic);
    }

    #[test]
    fn the_posterior_is_what_candle_computes(batch in 1usize..40, latent in 1usize..50, seed in 0u64..1000) {
        let (code, noise) = (draw(seed, &[batch, 2 * latent]), draw(seed + 1, &[batch, latent]));
        let halves = || Ok::<_, candle_core::Error>((code.narrow(1, 0, latent)?, code.narrow(1, latent, latent)?));
        same(&[&code], || likelihood::posterior_sample(&code, &noise), || {
            let (mean, log_variance) = halves()?;
            mean + (log_variance * 0.5)?.exp()? * noise.as_tensor()
        });
        same(&[&code], || likelihood::kl(&code), || {
            let (mean, log_variance) = halves()?;
            ((mean.sqr()? + log_variance.exp()?)? - log_variance)?.affine(0.5, -0.5)
        });
    }

    #[test]
    fn adversarial_losses_are_what_candle_computes(batch in 1usize..200, seed in 0u64..1000) {
        let logits = Var::from_tensor(&(draw(seed, &[batch, 1]).as_tensor() * 3.0).unwrap()).unwrap();
        for loss in AdversarialLoss::ALL {
            for side in [Side::Real, Side::Fake, Side::Generator] {
                same(&[&logits], || mean_loss(&logits, loss, side), || generic_mean_loss(&logits, loss, side));
            }
        }
    }
}

/// Central differences of a scalar in one value of a variable.
fn difference(variable: &Var, place: usize, step: f32, value: &dyn Fn() -> f32) -> f32 {
    let shape = variable.shape().clone();
    let before = variable.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let at = |offset: f32| {
        let mut moved = before.clone();
        moved[place] += offset;
        variable.set(&Tensor::from_vec(moved, &shape, &Device::Cpu).unwrap()).unwrap();
        value()
    };
    let (up, down) = (at(step), at(-step));
    at(0.0);
    (up - down) / (2.0 * step)
}

fn check_differences(variables: &[&Var], loss: &dyn Fn() -> Tensor) {
    let gradients = loss().backward().unwrap();
    for variable in variables {
        let gradient = gradients.get(variable).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        for place in (0..gradient.len()).step_by((gradient.len() / 7).max(1)) {
            let expected = difference(variable, place, 1e-2, &|| loss().to_scalar::<f32>().unwrap());
            assert!(
                (gradient[place] - expected).abs() < 2e-2 * expected.abs().max(1.0),
                "{} against {expected}",
                gradient[place]
            );
        }
    }
}

#[test]
fn losses_agree_with_finite_differences() {
    let (code, noise) = (draw(1, &[3, 4]), draw(2, &[3, 2]));
    check_differences(&[&code], &|| likelihood::kl(&code).unwrap().sum_all().unwrap());
    check_differences(&[&code], &|| {
        likelihood::posterior_sample(&code, noise.as_tensor()).unwrap().sqr().unwrap().sum_all().unwrap()
    });
    let (output, target) = (draw(3, &[3, 5]), draw(4, &[3, 5]));
    check_differences(&[&output], &|| {
        likelihood::gaussian(&output, target.as_tensor(), 0.5).unwrap().sum_all().unwrap()
    });
    let target = generic::activate(target.as_tensor(), Activation::Sigmoid).unwrap();
    check_differences(&[&output], &|| likelihood::bernoulli(&output, &target).unwrap().sum_all().unwrap());
    // Away from the hinges at ±1.
    let logits = [[-2.3f32], [-0.4], [0.2], [0.7], [1.8], [3.1]];
    let logits = Var::from_tensor(&Tensor::new(&logits, &Device::Cpu).unwrap()).unwrap();
    for loss in AdversarialLoss::ALL {
        for side in [Side::Real, Side::Fake, Side::Generator] {
            check_differences(&[&logits], &|| mean_loss(&logits, loss, side).unwrap());
        }
    }
}

#[test]
fn saturated_logits_give_finite_losses_and_gradients() {
    let logits = Var::from_tensor(&Tensor::new(&[[1e4f32, -1e4, 1e4, -1e4]], &Device::Cpu).unwrap()).unwrap();
    let target = Tensor::new(&[[1.0f32, 0.0, 0.0, 1.0]], &Device::Cpu).unwrap();
    let loss = likelihood::bernoulli(&logits, &target).unwrap().sum_all().unwrap();
    assert_eq!(loss.to_scalar::<f32>().unwrap(), 2e4);
    let gradient = loss.backward().unwrap().get(&logits).unwrap().to_vec2::<f32>().unwrap();
    for (found, expected) in gradient[0].iter().zip([0.0, 0.0, 1.0, -1.0]) {
        assert!((found - expected).abs() < 1e-30, "{gradient:?}");
    }
}
