//! Every layer's kernel: forward and backward equal to candle's generic operations, backward to finite differences in double
//! precision; on random shapes, odd sizes, strides and paddings 0 to 3, and a batch of one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use candle_core::{DType, Device, Tensor, Var};
use latentarium::nn::conv_shape::{ConvShape, Map, Window};
use latentarium::nn::layer::Layer;
use latentarium::nn::operations::{
    Addition, AvgPool, Compute, Concatenation, Conv, ConvTranspose, FourierFeatures, InputGradients, Inputs, Linear,
    MaxPool, Monomials, OperationKind, Permute, RadialBasis, Upsample,
};
use latentarium::nn::parameters::Parameters;
use latentarium::nn::sequential::Sequential;
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::Activation;
use proptest::prelude::*;

const ACTIVATIONS: [Activation; 4] =
    [Activation::Identity, Activation::Relu, Activation::LeakyRelu { slope: 0.2 }, Activation::Sigmoid];

fn draw(seed: u64, shape: &[usize]) -> Tensor {
    let values = normal_rows(seed, Purpose::Sample, shape.len() as u64, 1, shape.iter().product());
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

fn flat(tensor: &Tensor) -> Vec<f64> {
    tensor.flatten_all().unwrap().to_dtype(DType::F64).unwrap().to_vec1().unwrap()
}

fn close(ours: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    close_sums(ours, expected, 1, tolerance, what);
}

/// The same for sums of so many terms about as large as 1: where they happen to cancel, what is left is as uncertain as a
/// sum of their usual size.
fn close_sums(ours: &[f64], expected: &[f64], terms: usize, tolerance: f64, what: &str) {
    assert_eq!(ours.len(), expected.len(), "{what}");
    let size = expected.iter().fold((terms as f64).sqrt().max(1.0), |size, x| size.max(x.abs()));
    for (a, b) in ours.iter().zip(expected) {
        assert!((a - b).abs() <= tolerance * size, "{what}: {a} against {b} of {size}");
    }
}

/// One layer on the kernels and the same by candle, with the same weights.
struct Pair {
    parameters: [Parameters; 2],
    networks: [Sequential; 2],
}

impl Pair {
    fn new(make: impl Fn(&mut Parameters) -> Vec<Layer>) -> Self {
        let mut parameters = [Parameters::default(), Parameters::reference()];
        let networks = parameters.each_mut().map(|parameters| {
            let layers = make(parameters);
            Sequential::new(parameters, layers).unwrap()
        });
        Self { parameters, networks }
    }

    /// Compares values, input gradients and the gradients of all parameters, each output weighted differently.
    fn compare(&self, x: &Tensor, tolerance: f64) {
        let x = Var::from_tensor(x).unwrap();
        let mut found = Vec::new();
        for (parameters, network) in self.parameters.iter().zip(&self.networks) {
            let out = network.forward(&x).unwrap();
            let gradients = (&out * draw(99, out.dims())).unwrap().sum_all().unwrap().backward().unwrap();
            parameters.accumulate(&gradients).unwrap();
            let mut all = vec![("out".to_owned(), flat(&out)), ("x".to_owned(), flat(gradients.get(&x).unwrap()))];
            for (name, parameter) in parameters.iter() {
                let gradient = parameter.gradient().unwrap_or_else(|| panic!("{name} has no gradient"));
                all.push((name.to_owned(), gradient.into_iter().map(f64::from).collect()));
            }
            // With weights that learn nothing the gradient of x is the same, and nothing is accumulated.
            parameters.clear_gradients();
            let out = network.forward_fixed(&x).unwrap();
            let fixed = (&out * draw(99, out.dims())).unwrap().sum_all().unwrap().backward().unwrap();
            close(&flat(fixed.get(&x).unwrap()), &all[1].1, 1e-6, "x through fixed weights");
            assert!(parameters.iter().all(|(_, parameter)| parameter.gradient().is_none()));
            found.push(all);
        }
        let values = found[0][0].1.len();
        for (place, ((name, ours), (_, expected))) in found[0].iter().zip(&found[1]).enumerate() {
            // The values and the gradient of x come first; then a parameter's gradient sums over all that it has given.
            let terms = if place < 2 { 1 } else { values / ours.len().max(1) };
            close_sums(ours, expected, terms, tolerance, name);
        }
    }
}

/// Whether every value before the activation is so far from 0 that rounding cannot change its side.
fn away_from_kinks(kind: &OperationKind, weight: Option<&Tensor>, bias: Option<&Tensor>, x: &Tensor) -> bool {
    flat(&kind.by_candle(weight, bias, &[x]).unwrap()).iter().all(|value| value.abs() > 1e-5)
}

fn tensors(parameters: &Parameters) -> (Option<Tensor>, Option<Tensor>) {
    let named = |end: &str| {
        parameters
            .iter()
            .find(|(name, _)| name.ends_with(end))
            .map(|(_, parameter)| parameter.variable.as_tensor().clone())
    };
    (named("weight"), named("bias"))
}

fn check(kind: impl Into<OperationKind>, batch: usize, activation: Activation, seed: u64) {
    let kind = kind.into();
    let pair = Pair::new(|parameters| vec![Layer::new(parameters, "layer", kind, activation, seed).unwrap()]);
    let x = draw(seed, &[batch, kind.inputs()]);
    let (weight, bias) = tensors(&pair.parameters[0]);
    if activation == Activation::Sigmoid || away_from_kinks(&kind, weight.as_ref(), bias.as_ref(), &x) {
        pair.compare(&x, 1e-5);
    }
    differences(kind, batch, seed);
}

/// The kernels' gradients against central differences of candle's own operations in double precision, without an activation,
/// whose slope is tested with the others.
fn differences(kind: OperationKind, batch: usize, seed: u64) {
    let mut parameters = Parameters::default();
    let layer = Layer::new(&mut parameters, "layer", kind, Activation::Identity, seed).unwrap();
    let network = Sequential::new(&parameters, vec![layer]).unwrap();
    let x = Var::from_tensor(&draw(seed, &[batch, kind.inputs()])).unwrap();
    let out = network.forward(&x).unwrap();
    let weights = draw(7, out.dims());
    let gradients = (&out * &weights).unwrap().sum_all().unwrap().backward().unwrap();
    let (weight, bias) = tensors(&parameters);
    let wide = |tensor: &Tensor| tensor.to_dtype(DType::F64).unwrap();
    let (x64, weight64, bias64) = (wide(&x), weight.as_ref().map(wide), bias.as_ref().map(wide));
    let value = |x: &Tensor, weight: Option<&Tensor>, bias: Option<&Tensor>| -> f64 {
        let out = kind.by_candle(weight, bias, &[x]).unwrap();
        (out * wide(&weights)).unwrap().sum_all().unwrap().to_scalar().unwrap()
    };
    let moved = |tensor: &Tensor, place: usize, by: f64| {
        let mut values = flat(tensor);
        values[place] += by;
        Tensor::from_vec(values, tensor.shape(), &Device::Cpu).unwrap()
    };
    let step = 1e-4;
    let compare = |what: &str, ours: &[f64], value: &dyn Fn(usize, f64) -> f64| {
        let size = ours.iter().fold(1.0f64, |size, x| size.max(x.abs()));
        for place in (0..ours.len()).step_by((ours.len() / 5).max(1)) {
            let expected = (value(place, step) - value(place, -step)) / (2.0 * step);
            assert!(
                (ours[place] - expected).abs() < 1e-4 * size,
                "{what}[{place}]: {} against {expected}",
                ours[place]
            );
        }
    };
    compare("x", &flat(gradients.get(&x).unwrap()), &|place, by| {
        value(&moved(&x64, place, by), weight64.as_ref(), bias64.as_ref())
    });
    for (name, parameter) in parameters.iter() {
        let ours: Vec<f64> = parameter.gradient().unwrap().into_iter().map(f64::from).collect();
        compare(name, &ours, &|place, by| match name.ends_with("weight") {
            true => value(&x64, weight64.as_ref().map(|weight| moved(weight, place, by)).as_ref(), bias64.as_ref()),
            false => value(&x64, weight64.as_ref(), bias64.as_ref().map(|bias| moved(bias, place, by)).as_ref()),
        });
    }
}

prop_compose! {
    fn conv_shape()(
        height in 1usize..12, width in 1usize..12, channels in 1usize..6, small in 1usize..40,
        side in 1usize..6, stride in 1usize..4, padding in 0usize..4,
    ) -> Option<ConvShape> {
        let shape = ConvShape::new(Map { height, width, channels }, Window { side, stride, padding }, small);
        (shape.small.places() > 0).then_some(shape)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn linear(batch in 1usize..150, inputs in 1usize..70, outputs in 1usize..300, seed in 0u64..1000, which in 0usize..4) {
        check(Linear { inputs, outputs }, batch, ACTIVATIONS[which], seed);
    }

    #[test]
    fn conv(batch in 1usize..40, shape in conv_shape(), seed in 0u64..1000, which in 0usize..4) {
        prop_assume!(shape.is_some());
        check(Conv(shape.unwrap()), batch, ACTIVATIONS[which], seed);
    }

    #[test]
    fn conv_transpose(batch in 1usize..40, shape in conv_shape(), seed in 0u64..1000, which in 0usize..4) {
        prop_assume!(shape.is_some());
        check(ConvTranspose(shape.unwrap()), batch, ACTIVATIONS[which], seed);
    }

    #[test]
    fn pooling(
        batch in 1usize..40, height in 1usize..12, width in 1usize..12, channels in 1usize..9, side in 1usize..4, seed in 0u64..1000,
    ) {
        // candle goes back through pooling only where windows do not overlap.
        let window = Window { side, stride: side, padding: 0 };
        let shape = ConvShape::new(Map { height, width, channels }, window, channels);
        prop_assume!(shape.small.places() > 0);
        // Two values nearly alike have another largest one a step further.
        check(MaxPool(shape), batch, Activation::Sigmoid, seed);
    }

    #[test]
    fn average_pooling(batch in 1usize..40, shape in conv_shape(), seed in 0u64..1000, which in 0usize..4) {
        prop_assume!(shape.is_some());
        let shape = shape.unwrap();
        let shape = ConvShape { small: Map { channels: shape.large.channels, ..shape.small }, ..shape };
        check(AvgPool(shape), batch, ACTIVATIONS[which], seed);
    }

    #[test]
    fn upsampling(
        batch in 1usize..40, height in 1usize..6, width in 1usize..6, more in 0usize..9, channels in 1usize..9, seed in 0u64..1000,
    ) {
        let from = Map { height, width, channels };
        let to = Map { height: height + more, width: width + more / 2, channels };
        check(Upsample { from, to }, batch, Activation::Identity, seed);
    }

    #[test]
    fn layouts(batch in 1usize..40, height in 1usize..9, width in 1usize..9, channels in 1usize..5, seed in 0u64..1000) {
        let map = Map { height, width, channels };
        check(Permute::channels_last(map), batch, Activation::Identity, seed);
        check(Permute::planes(map), batch, Activation::Identity, seed);
    }

    #[test]
    fn fourier_features(batch in 1usize..40, inputs in 1usize..70, seed in 0u64..1000, which in 0usize..4) {
        let features = FourierFeatures { inputs };
        check(features, batch, ACTIVATIONS[which], seed);
        // The tangent along a direction is what a small step along it changes.
        let (x, direction) = (flat(&draw(seed, &[batch, inputs])), flat(&draw(seed + 1, &[batch, inputs])));
        let plain = |values: &[f64]| values.iter().map(|value| *value as f32).collect::<Vec<f32>>();
        let mut tangent = vec![f32::NAN; batch * features.outputs()];
        features.tangent(&[], (&plain(&x)[..]).into(), (&plain(&direction)[..]).into(), &mut tangent);
        let moved = |by: f64| {
            let x: Vec<f64> = x.iter().zip(&direction).map(|(x, direction)| x + by * direction).collect();
            let x = Tensor::from_vec(x, (batch, inputs), &Device::Cpu).unwrap();
            flat(&features.by_candle(None, None, &[&x]).unwrap())
        };
        for ((tangent, after), before) in tangent.iter().zip(moved(1e-4)).zip(moved(-1e-4)) {
            prop_assert!((f64::from(*tangent) - (after - before) / 2e-4).abs() < 1e-5);
        }
    }

    #[test]
    fn features_with_fixed_weights(batch in 1usize..20, inputs in 1usize..6, outputs in 1usize..30, seed in 0u64..1000) {
        let centres = draw(seed + 2, &[outputs, inputs]);
        check_fixed(&RadialBasis { inputs, centres: outputs }, &centres, batch, seed);
        let exponents = (centres.abs().unwrap() * 1.5).unwrap().floor().unwrap();
        check_fixed(&Monomials { inputs, terms: outputs }, &exponents, batch, seed);
    }

    #[test]
    fn two_values(
        batch in 1usize..20, height in 1usize..5, width in 1usize..5, first in 1usize..9, second in 1usize..9, seed in 0u64..1000,
    ) {
        check_two(Addition(Map { height, width, channels: first }), batch, seed);
        check_two(Concatenation { height, width, channels: [first, second] }, batch, seed);
    }

    #[test]
    fn batch_norm(batch in 4usize..100, places in 1usize..5, channels in 1usize..40, seed in 0u64..1000, which in 0usize..4) {
        let values = places * channels;
        let activation = ACTIVATIONS[which];
        let pair = Pair::new(|parameters| {
            let linear = Linear { inputs: 6, outputs: values };
            vec![
                Layer::before_norm(parameters, "before", linear, seed).unwrap(),
                Layer::norm(parameters, "norm", values, channels, activation).unwrap(),
            ]
        });
        let x = (draw(seed, &[batch, 6]) * 2.0).unwrap();
        let weight = tensors(&pair.parameters[0]).0.unwrap();
        let before = x.matmul(&weight.t().unwrap()).unwrap().reshape(((), channels)).unwrap();
        let centred = before.broadcast_sub(&before.mean_keepdim(0).unwrap()).unwrap();
        // Nearly equal rows make the deviation tiny and every rounding large; near the kink the side may change.
        let variance = flat(&centred.sqr().unwrap().mean_keepdim(0).unwrap()).into_iter().fold(f64::INFINITY, f64::min);
        let kink = flat(&centred).iter().fold(f64::INFINITY, |least, value| least.min(value.abs()));
        prop_assume!(variance > 0.02 && kink > 1e-5);
        pair.compare(&x, 1e-4);
    }
}

/// An operation of two values, forward against candle and backward against candle's own gradients.
fn check_two(kind: impl Into<OperationKind>, batch: usize, seed: u64) {
    let kind = kind.into();
    let second = kind.second_inputs().unwrap();
    let (a, b) = (draw(seed, &[batch, kind.inputs()]), draw(seed + 1, &[batch, second]));
    let (a, b) = (Var::from_tensor(&a).unwrap(), Var::from_tensor(&b).unwrap());
    let expected = kind.by_candle(None, None, &[&a, &b]).unwrap();
    let weights = draw(9, expected.dims());
    let gradients = (&expected * &weights).unwrap().sum_all().unwrap().backward().unwrap();
    let plain = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let (first, other, gradient) = (plain(&a), plain(&b), plain(&weights));
    let mut out = vec![0.0; batch * kind.outputs()];
    let x = Inputs { first: &first, second: &other };
    kind.forward(&[], &[], x, &mut out);
    assert_eq!(out, plain(&expected));
    let (mut to_first, mut to_second) = (vec![f32::NAN; first.len()], vec![f32::NAN; other.len()]);
    kind.backward(&[], x, &gradient, InputGradients { first: &mut to_first, second: &mut to_second });
    assert_eq!(to_first, plain(gradients.get(&a).unwrap()));
    assert_eq!(to_second, plain(gradients.get(&b).unwrap()));
}

/// Values, gradients and tangents of an operation whose weight is not learned, against candle's own in double precision.
fn check_fixed(operation: &dyn Compute, weight: &Tensor, batch: usize, seed: u64) {
    let what = format!("{operation:?} × {batch}");
    let plain = |tensor: &Tensor| flat(tensor).into_iter().map(|value| value as f32).collect::<Vec<f32>>();
    let (inputs, outputs) = (operation.inputs(), operation.outputs());
    let x = Var::from_tensor(&(draw(seed, &[batch, inputs]) * 0.7).unwrap().to_dtype(DType::F64).unwrap()).unwrap();
    let gradient = draw(seed + 3, &[batch, outputs]);
    let weight_64 = weight.to_dtype(DType::F64).unwrap();
    let by_candle = |x: &Tensor| operation.by_candle(Some(&weight_64), None, &[x]).unwrap();
    let expected = by_candle(&x);
    let mut out = vec![f32::NAN; batch * outputs];
    operation.forward(&plain(weight), &[], (&plain(&x)[..]).into(), &mut out);
    close(&out.iter().map(|value| f64::from(*value)).collect::<Vec<f64>>(), &flat(&expected), 1e-5, &what);
    let weighted = (expected * gradient.to_dtype(DType::F64).unwrap()).unwrap().sum_all().unwrap();
    let gradients = weighted.backward().unwrap();
    let mut x_gradient = vec![f32::NAN; batch * inputs];
    let values = plain(&x);
    operation.backward(&plain(weight), (&values[..]).into(), &plain(&gradient), (&mut x_gradient[..]).into());
    let expected = gradients.get(&x).map_or_else(|| vec![0.0; x_gradient.len()], flat);
    let ours: Vec<f64> = x_gradient.iter().map(|value| f64::from(*value)).collect();
    close_sums(&ours, &expected, outputs, 1e-5, &what);
    let direction = draw(seed + 4, &[batch, inputs]).to_dtype(DType::F64).unwrap();
    let mut tangent = vec![f32::NAN; batch * outputs];
    operation.tangent(&plain(weight), (&values[..]).into(), (&plain(&direction)[..]).into(), &mut tangent);
    let moved = |by: f64| flat(&by_candle(&(x.as_tensor() + (&direction * by).unwrap()).unwrap()));
    let expected: Vec<f64> =
        moved(1e-4).iter().zip(moved(-1e-4)).map(|(after, before)| (after - before) / 2e-4).collect();
    close(&tangent.iter().map(|value| f64::from(*value)).collect::<Vec<f64>>(), &expected, 1e-4, &what);
}

#[test]
fn fourier_features_lie_feature_by_feature() {
    let mut out = [0.0; 10];
    FourierFeatures { inputs: 2 }.forward(&[], &[], (&[0.0, std::f32::consts::FRAC_PI_4][..]).into(), &mut out);
    let root = std::f32::consts::FRAC_1_SQRT_2;
    let expected = [0.0, std::f32::consts::FRAC_PI_4, 0.0, root, 1.0, root, 0.0, 1.0, 1.0, 0.0];
    assert!(out.iter().zip(expected).all(|(out, expected)| (out - expected).abs() < 1e-6), "{out:?}");
}

#[test]
fn layers_that_do_not_fit_are_refused() {
    let mut parameters = Parameters::default();
    let mut layer = |inputs, outputs| {
        Layer::new(&mut parameters, "layer", Linear { inputs, outputs }, Activation::Relu, 0).unwrap()
    };
    let layers = vec![layer(3, 4), layer(5, 2)];
    assert!(
        Sequential::new(&Parameters::default(), layers)
            .unwrap_err()
            .to_string()
            .contains("gives 4 values, layer reads 5")
    );
    assert!(Sequential::new(&Parameters::default(), Vec::new()).is_err());
    let sum = Addition(Map { height: 1, width: 1, channels: 4 });
    let sum = Layer::new(&mut Parameters::default(), "sum", sum, Activation::Relu, 0).unwrap();
    let refused = Sequential::new(&Parameters::default(), vec![sum]).unwrap_err().to_string();
    assert!(refused.contains("sum reads two values, and a layer reads one"), "{refused}");
    let network = Sequential::new(&Parameters::default(), vec![layer(3, 4)]).unwrap();
    assert!(
        network.forward(&draw(1, &[2, 5])).unwrap_err().to_string().contains("expected 3 values an example, found 5")
    );
}
