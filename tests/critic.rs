//! A critic's step on the kernels against candle's own differentiation: every loss, both penalties, dense and convolutional.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use candle_core::{Device, Tensor, Var};
use latentarium::nn::adversarial::AdversarialLoss;
use latentarium::nn::conv_shape::{ConvShape, Map, Window};
use latentarium::nn::critic::{CriticLosses, Penalties, backward};
use latentarium::nn::generic;
use latentarium::nn::layer::Layer;
use latentarium::nn::operations::{AvgPool, Conv, FourierFeatures, Linear, MaxPool, OperationKind, Permute};
use latentarium::nn::parameters::Parameters;
use latentarium::nn::sequential::Sequential;
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::Activation;

const LEAKY: Activation = Activation::LeakyRelu { slope: 0.2 };

fn draw(seed: u64, batch: usize, values: usize) -> Tensor {
    Tensor::from_vec(normal_rows(seed, Purpose::Sample, 0, batch, values), (batch, values), &Device::Cpu).unwrap()
}

fn dense(parameters: &mut Parameters) -> Sequential {
    let widths = [12, 40, 24, 1];
    let layers = widths.windows(2).enumerate().map(|(index, pair)| {
        let kind = Linear { inputs: pair[0], outputs: pair[1] };
        let activation = if index == 2 { Activation::Identity } else { LEAKY };
        Layer::new(parameters, &format!("critic.{index}"), kind, activation, 3).unwrap()
    });
    let layers = layers.collect();
    Sequential::new(parameters, layers).unwrap()
}

fn convolutional(parameters: &mut Parameters) -> Sequential {
    let window = Window { side: 4, stride: 2, padding: 1 };
    let image = Map { height: 9, width: 7, channels: 3 };
    let first = ConvShape::new(image, window, 8);
    let second = ConvShape::new(first.small, window, 12);
    let pool = ConvShape::new(second.small, Window { side: 2, stride: 1, padding: 1 }, 12);
    let kinds: [(OperationKind, Activation); 5] = [
        (Permute::channels_last(image).into(), Activation::Identity),
        (Conv(first).into(), LEAKY),
        (Conv(second).into(), LEAKY),
        (AvgPool(pool).into(), Activation::Identity),
        (Linear { inputs: pool.small.elements(), outputs: 1 }.into(), Activation::Identity),
    ];
    let layers = kinds.into_iter().enumerate().map(|(index, (kind, activation))| {
        Layer::new(parameters, &format!("critic.{index}"), kind, activation, 5).unwrap()
    });
    let layers = layers.collect();
    Sequential::new(parameters, layers).unwrap()
}

/// What a step measures, and its gradients.
fn step(
    mut parameters: Parameters,
    make: fn(&mut Parameters) -> Sequential,
    loss: AdversarialLoss,
    penalties: Penalties<'_>,
) -> (CriticLosses, Vec<(String, Vec<f32>)>) {
    let network = make(&mut parameters);
    let values = match network.layers()[0].outputs() {
        40 => 12,
        values => values,
    };
    let (real, fake) = (draw(1, 17, values), draw(2, 17, values));
    let measured = backward(&network, &parameters, &real, &fake, loss, penalties).unwrap();
    let gradients = parameters.iter().map(|(name, parameter)| (name.to_owned(), parameter.gradient().unwrap()));
    (measured, gradients.collect())
}

/// What a critic's step accumulates behind a layer that gives four of 16 elements, with the same weights whatever it is.
fn step_behind(first: impl FnOnce(&mut Parameters) -> Layer, images: [&Tensor; 2]) -> (CriticLosses, Vec<Vec<f32>>) {
    let mut parameters = Parameters::default();
    let hidden = Layer::new(&mut parameters, "hidden", Linear { inputs: 4, outputs: 6 }, LEAKY, 3).unwrap();
    let last = Linear { inputs: 6, outputs: 1 };
    let last = Layer::new(&mut parameters, "last", last, Activation::Identity, 3).unwrap();
    let first = first(&mut parameters);
    let network = Sequential::new(&parameters, vec![first, hidden, last]).unwrap();
    let between = [0.1, 0.3, 0.5, 0.7, 0.9];
    let penalties = Penalties { r1_gamma: 3.0, gradient_lambda: 2.0, between: &between };
    let [real, fake] = images;
    let found = backward(&network, &parameters, real, fake, AdversarialLoss::NonSaturating, penalties).unwrap();
    let own = parameters.iter().filter(|(name, _)| !name.starts_with("first"));
    (found, own.map(|(_, parameter)| parameter.gradient().unwrap()).collect())
}

#[test]
fn features_of_the_first_layers_are_what_candle_gives_and_so_is_their_gradient() {
    for (make, inputs, count) in [(dense as fn(&mut Parameters) -> Sequential, 12, 3), (convolutional, 189, 5)] {
        let networks = [Parameters::default(), Parameters::reference()].map(|mut parameters| make(&mut parameters));
        let images = Var::from_tensor(&draw(1, 17, inputs)).unwrap();
        for depth in 1..=count {
            let [ours, expected] = networks.each_ref().map(|network| {
                let features = network.features_fixed(images.as_tensor(), depth).unwrap();
                let gradients = features.sqr().unwrap().sum_all().unwrap().backward().unwrap();
                let values = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
                (values(&features), values(gradients.get(images.as_tensor()).unwrap()))
            });
            assert_eq!(ours.0.len(), 17 * networks[0].layers()[depth - 1].outputs());
            for (ours, expected) in [(ours.0, expected.0), (ours.1, expected.1)] {
                let size = expected.iter().fold(1e-3f32, |size, x| size.max(x.abs()));
                assert_eq!(ours.len(), expected.len());
                assert!(ours.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-4 * size), "{inputs} to {depth}");
            }
        }
        for depth in [0, count + 1] {
            let error = networks[0].features_fixed(images.as_tensor(), depth).unwrap_err().to_string();
            assert!(error.starts_with(&format!("expected 1 to {count} layers, found {depth}")), "{error}");
        }
    }
}

#[test]
fn penalties_go_through_the_elements_that_a_pooling_chose() {
    // The upper left element of each window is by far the largest, so pooling is a matrix that picks it.
    let picked = [0, 2, 8, 10];
    let images = [1, 2].map(|seed| {
        let mut values = draw(seed, 5, 16).flatten_all().unwrap().to_vec1::<f32>().unwrap();
        values.chunks_exact_mut(16).for_each(|image| picked.iter().for_each(|place| image[*place] += 20.0));
        Tensor::from_vec(values, (5, 16), &Device::Cpu).unwrap()
    });
    let images = images.each_ref();
    let map = Map { height: 4, width: 4, channels: 1 };
    let pool = MaxPool(ConvShape::new(map, Window { side: 2, stride: 2, padding: 0 }, 1));
    let pooled =
        step_behind(|parameters| Layer::new(parameters, "first", pool, Activation::Identity, 0).unwrap(), images);
    let matrix = step_behind(
        |parameters| {
            let layer = Layer::before_norm(parameters, "first", Linear { inputs: 16, outputs: 4 }, 0).unwrap();
            let mut weight = vec![0.0f32; 4 * 16];
            picked.iter().enumerate().for_each(|(row, place)| weight[row * 16 + place] = 1.0);
            let (_, parameter) = parameters.iter().find(|(name, _)| *name == "first.weight").unwrap();
            parameter.variable.set(&Tensor::from_vec(weight, (4, 16), &Device::Cpu).unwrap()).unwrap();
            layer
        },
        images,
    );
    assert!((pooled.0.r1 - matrix.0.r1).abs() < 1e-5 && pooled.0.r1 > 0.0, "{:?} {:?}", pooled.0, matrix.0);
    for (pooled, matrix) in pooled.1.iter().zip(&matrix.1) {
        let size = matrix.iter().fold(0.1f32, |size, x| size.max(x.abs()));
        assert!(pooled.iter().zip(matrix).all(|(a, b)| (a - b).abs() < 1e-5 * size), "{pooled:?} against {matrix:?}");
    }
}

#[test]
fn penalties_do_not_go_through_what_is_curved() {
    let penalties = Penalties { r1_gamma: 1.0, ..Penalties::default() };
    for parameters in [Parameters::default(), Parameters::reference()] {
        let mut parameters = parameters;
        let kinds: [OperationKind; 2] =
            [FourierFeatures { inputs: 3 }.into(), Linear { inputs: 15, outputs: 1 }.into()];
        let layers = kinds.into_iter().map(|kind| {
            let name = kind.label().to_owned();
            Layer::new(&mut parameters, &name, kind, Activation::Identity, 3).unwrap()
        });
        let layers = layers.collect();
        let network = Sequential::new(&parameters, layers).unwrap();
        let images = [1, 2].map(|seed| draw(seed, 5, 3));
        let loss = AdversarialLoss::NonSaturating;
        assert!(backward(&network, &parameters, &images[0], &images[1], loss, penalties).is_err());
    }
}

#[test]
fn a_step_is_what_candle_differentiates() {
    let between: Vec<f32> = (0..17).map(|index| index as f32 / 16.0).collect();
    for make in [dense as fn(&mut Parameters) -> Sequential, convolutional] {
        for loss in AdversarialLoss::ALL {
            for (r1_gamma, gradient_lambda) in [(0.0, 0.0), (1.5, 0.0), (0.0, 10.0), (2.0, 3.0)] {
                let penalties = Penalties { r1_gamma, gradient_lambda, between: &between };
                let (ours, our_gradients) = step(Parameters::default(), make, loss, penalties);
                let (candle, expected) = step(Parameters::reference(), make, loss, penalties);
                let case = format!("{} γ {r1_gamma} λ {gradient_lambda}", loss.name());
                for (a, b) in
                    [(ours.loss, candle.loss), (ours.r1, candle.r1), (ours.gradient_penalty, candle.gradient_penalty)]
                {
                    assert!((a - b).abs() <= 1e-5 * b.abs().max(1.0), "{case}: {a} against {b}");
                }
                assert_eq!((ours.real.len(), ours.fake.len()), (17, 17));
                assert!(ours.real.iter().zip(&candle.real).all(|(a, b)| (a - b).abs() < 1e-5));
                for ((name, ours), (_, expected)) in our_gradients.iter().zip(&expected) {
                    let size = expected.iter().fold(0.1f32, |size, x| size.max(x.abs()));
                    for (a, b) in ours.iter().zip(expected) {
                        assert!((a - b).abs() < 2e-5 * size, "{case} {name}: {a} against {b}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_input_gradient_is_candles_own() {
    for make in [dense as fn(&mut Parameters) -> Sequential, convolutional] {
        let mut parameters = Parameters::reference();
        let network = make(&mut parameters);
        let values = if network.layers()[0].outputs() == 40 { 12 } else { network.layers()[0].outputs() };
        let x = candle_core::Var::from_tensor(&draw(3, 5, values)).unwrap();
        let gradients = network.forward(&x).unwrap().sum_all().unwrap().backward().unwrap();
        let expected = gradients.get(&x).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let ours = generic::output_and_input_gradient(network.layers(), &x).unwrap().1;
        let ours = ours.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert!(ours.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5));
    }
}

/// The dense critic's whole loss in double precision, input gradients written out.
fn total_in_double(
    weights: &[(Vec<f64>, Vec<f64>)],
    real: &[Vec<f64>],
    fake: &[Vec<f64>],
    penalties: Penalties<'_>,
) -> f64 {
    let output_and_gradient = |x: &[f64]| {
        let (mut value, mut slopes) = (x.to_vec(), Vec::new());
        for (index, (weight, bias)) in weights.iter().enumerate() {
            let inputs = value.len();
            let before = bias.iter().enumerate().map(|(output, bias)| {
                bias + (0..inputs).map(|input| weight[output * inputs + input] * value[input]).sum::<f64>()
            });
            let before: Vec<f64> = before.collect();
            let slope = |x: &f64| if index == 2 || *x > 0.0 { 1.0 } else { f64::from(0.2f32) };
            slopes.push(before.iter().map(slope).collect::<Vec<f64>>());
            value = before.iter().map(|x| x * slope(x)).collect();
        }
        let mut gradient = vec![1.0];
        for ((weight, bias), slopes) in weights.iter().zip(&slopes).rev() {
            let inputs = weight.len() / bias.len();
            let back = (0..inputs).map(|input| {
                (0..bias.len()).map(|output| gradient[output] * slopes[output] * weight[output * inputs + input]).sum()
            });
            gradient = back.collect();
        }
        (value[0], gradient.iter().map(|g: &f64| g * g).sum::<f64>())
    };
    let images = real.len() as f64;
    let mut total = 0.0;
    for ((real, fake), between) in real.iter().zip(fake).zip(penalties.between) {
        let (value, square) = output_and_gradient(real);
        let mixed: Vec<f64> = real.iter().zip(fake).map(|(r, f)| f + f64::from(*between) * (r - f)).collect();
        let length = output_and_gradient(&mixed).1.sqrt();
        total += (output_and_gradient(fake).0 - value) / images;
        total += 0.5 * penalties.r1_gamma * square / images;
        total += penalties.gradient_lambda * (length - 1.0).powi(2) / images;
    }
    total
}

#[test]
fn penalties_agree_with_finite_differences_in_double_precision() {
    let between: Vec<f32> = (0..17).map(|index| index as f32 / 16.0).collect();
    let penalties = Penalties { r1_gamma: 2.0, gradient_lambda: 5.0, between: &between };
    let mut parameters = Parameters::default();
    let network = dense(&mut parameters);
    let (real, fake) = (draw(1, 17, 12), draw(2, 17, 12));
    let found = backward(&network, &parameters, &real, &fake, AdversarialLoss::Wasserstein, penalties).unwrap();
    let wide =
        |values: &Tensor| values.flatten_all().unwrap().to_vec1::<f32>().unwrap().into_iter().map(f64::from).collect();
    let named = |name: String| {
        let parameter = parameters.iter().find(|(other, _)| **other == name).unwrap().1;
        let values: Vec<f64> = wide(&parameter.variable);
        (values, parameter.gradient().unwrap())
    };
    let layers: Vec<_> =
        (0..3).map(|index| (named(format!("critic.{index}.weight")), named(format!("critic.{index}.bias")))).collect();
    let weights: Vec<(Vec<f64>, Vec<f64>)> =
        layers.iter().map(|((weight, _), (bias, _))| (weight.clone(), bias.clone())).collect();
    let rows = |tensor: &Tensor| {
        let values: Vec<f64> = wide(tensor);
        values.chunks(12).map(<[f64]>::to_vec).collect::<Vec<_>>()
    };
    let (real, fake) = (rows(&real), rows(&fake));
    let total = total_in_double(&weights, &real, &fake, penalties);
    let ours = f64::from(found.loss) + f64::from(found.r1) + f64::from(found.gradient_penalty);
    assert!((ours - total).abs() < 1e-5 * total.abs().max(1.0), "{ours} against {total}");
    for (index, ((_, weight), (_, bias))) in layers.iter().enumerate() {
        for (is_bias, gradient) in [(false, weight), (true, bias)] {
            let size = gradient.iter().fold(0.01f32, |size, x| size.max(x.abs()));
            for place in (0..gradient.len()).step_by((gradient.len() / 20).max(1)) {
                let at = |by: f64| {
                    let mut weights = weights.clone();
                    let (weight, bias) = &mut weights[index];
                    (if is_bias { bias } else { weight })[place] += by;
                    total_in_double(&weights, &real, &fake, penalties)
                };
                let expected = (at(1e-6) - at(-1e-6)) / 2e-6;
                let found = f64::from(gradient[place]);
                assert!((found - expected).abs() < 1e-4 * f64::from(size), "layer {index}: {found} against {expected}");
            }
        }
    }
}
