//! Every kernel: forward and backward equal to candle's generic operations, backward to finite differences.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use candle_core::{DType, Device, Result, Tensor, Var};
use latentarium::nn::{batch_norm, likelihood, linear};
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

fn activate(x: &Tensor, activation: Activation) -> Result<Tensor> {
    match activation {
        Activation::Identity => Ok(x.clone()),
        Activation::Relu => x.relu(),
        Activation::LeakyRelu { slope } => x.relu()? - (x.neg()?.relu()? * f64::from(slope))?,
        Activation::Sigmoid => (x.neg()?.exp()? + 1.0)?.recip(),
    }
}

const ACTIVATIONS: [Activation; 4] =
    [Activation::Identity, Activation::Relu, Activation::LeakyRelu { slope: 0.2 }, Activation::Sigmoid];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn linear_is_what_candle_computes(batch in 1usize..150, inputs in 1usize..70, outputs in 1usize..300, seed in 0u64..1000, which in 0usize..4) {
        let activation = ACTIVATIONS[which];
        let (x, w, b) = (draw(seed, &[batch, inputs]), draw(seed + 1, &[outputs, inputs]), draw(seed + 2, &[outputs]));
        same(
            &[&x, &w, &b],
            || linear::linear(&x, &w, &b, activation),
            || activate(&x.matmul(&w.t()?)?.broadcast_add(&b)?, activation),
        );
    }

    #[test]
    fn backward_product_is_what_candle_computes(batch in 1usize..150, k in 1usize..300, n in 1usize..40, seed in 0u64..1000) {
        let (x, w) = (draw(seed, &[batch, k]), draw(seed + 1, &[k, n]));
        same(&[&x, &w], || linear::backward_product(&x, &w), || x.matmul(&w));
    }

    #[test]
    fn batch_norm_is_what_candle_computes(batch in 2usize..100, features in 1usize..40, seed in 0u64..1000, which in 0usize..4) {
        let activation = ACTIVATIONS[which];
        let x = Var::from_tensor(&(draw(seed, &[batch, features]).as_tensor() * 2.0).unwrap()).unwrap();
        let (scale, shift) = (Var::ones(features, DType::F32, &Device::Cpu).unwrap(), draw(seed + 1, &[features]));
        let generic = || {
            let centred = x.broadcast_sub(&x.mean_keepdim(0)?)?;
            let deviation = (centred.sqr()?.mean_keepdim(0)? + f64::from(batch_norm::EPSILON))?.sqrt()?;
            activate(&centred.broadcast_div(&deviation)?.broadcast_mul(&scale)?.broadcast_add(&shift)?, activation)
        };
        let ours = || batch_norm::batch_norm(&x, &batch_norm::statistics(&x)?, &scale, &shift, activation);
        // Two rows of nearly the same value make the deviation tiny and every rounding large.
        let smallest = batch_norm::statistics(&x).unwrap().variance.iter().copied().fold(f32::INFINITY, f32::min);
        prop_assume!(smallest > 0.05);
        let weigh = |out: &Tensor| (out * draw(99, out.dims()).as_tensor()).unwrap().sum_all().unwrap();
        let (a, b) = (ours().unwrap(), generic().unwrap());
        close(&a, &b, 2e-5);
        let (a, b) = (weigh(&a).backward().unwrap(), weigh(&b).backward().unwrap());
        for variable in [&x, &scale, &shift] {
            close(a.get(variable).expect("a gradient"), b.get(variable).expect("a gradient"), 1e-4);
        }
    }

    #[test]
    fn bernoulli_is_what_candle_computes(batch in 1usize..40, pixels in 1usize..100, seed in 0u64..1000) {
        let logits = draw(seed, &[batch, pixels]);
        let target = activate(draw(seed + 1, &[batch, pixels]).as_tensor(), Activation::Sigmoid).unwrap();
        let generic = || {
            let softplus = (logits.relu()? + (logits.abs()?.neg()?.exp()? + 1.0)?.log()?)?;
            (softplus - (logits.as_tensor() * &target)?)?.sum(1)
        };
        same(&[&logits], || likelihood::bernoulli(&logits, &target), generic);
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
    let (mean, log_variance) = (draw(1, &[3, 4]), draw(2, &[3, 4]));
    check_differences(&[&mean, &log_variance], &|| likelihood::kl(&mean, &log_variance).unwrap().sum_all().unwrap());
    let (output, target) = (draw(3, &[3, 5]), draw(4, &[3, 5]));
    check_differences(&[&output], &|| likelihood::gaussian(&output, target.as_tensor()).unwrap().sum_all().unwrap());
    let target = activate(target.as_tensor(), Activation::Sigmoid).unwrap();
    check_differences(&[&output], &|| likelihood::bernoulli(&output, &target).unwrap().sum_all().unwrap());
    let logits = draw(5, &[6, 1]);
    for sign in [1.0, -1.0] {
        check_differences(&[&logits], &|| likelihood::softplus_mean(&logits, sign).unwrap());
    }
    let (x, scale, shift) = (draw(6, &[8, 3]), draw(7, &[3]), draw(8, &[3]));
    check_differences(&[&x, &scale, &shift], &|| {
        let statistics = batch_norm::statistics(&x).unwrap();
        let out = batch_norm::batch_norm(&x, &statistics, &scale, &shift, Activation::Sigmoid).unwrap();
        out.sqr().unwrap().sum_all().unwrap()
    });
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

#[test]
fn the_r1_penalty_is_the_critics_own_input_gradient() {
    // A critic of three LeakyReLU layers, as autograd sees it and as the forward expression has it.
    let leaky = Activation::LeakyRelu { slope: 0.2 };
    let (x, w1, w2, w3) = (draw(1, &[5, 6]), draw(2, &[8, 6]), draw(3, &[7, 8]), draw(4, &[1, 7]));
    let zero = |count: usize| Tensor::zeros(count, DType::F32, &Device::Cpu).unwrap();
    let layers = [(&w1, leaky), (&w2, leaky), (&w3, Activation::Identity)];
    let forward = |x: &Tensor| {
        layers
            .iter()
            .try_fold(x.clone(), |x, (w, activation)| linear::linear(&x, w, &zero(w.dim(0)?), *activation))
            .unwrap()
    };
    let gradients = forward(&x).sum_all().unwrap().backward().unwrap();
    let expected = gradients.get(&x).unwrap();
    let pairs: Vec<(&Tensor, Activation)> = layers.iter().map(|(w, activation)| (w.as_tensor(), *activation)).collect();
    let forward_expression = || {
        let mut values = vec![];
        let mut value = x.as_tensor().clone();
        for (w, activation) in &pairs {
            value = linear::linear(&value, w, &zero(w.dim(0).unwrap()), *activation).unwrap();
            values.push(value.clone());
        }
        linear::input_gradient(&pairs, &values).unwrap()
    };
    close(&forward_expression(), expected, 1e-5);
    // And its square can be differentiated once more, in the weights.
    check_differences(&[&w1, &w2, &w3], &|| forward_expression().sqr().unwrap().sum_all().unwrap());
}
