//! Networks of every preset, and random ones.

use crate::common::by_candle;
use crate::device::{SHAPES, assert_close, assert_parity, decoder, gpu, latents};
use latentarium::dataset::ImageShape;
use latentarium::model::{Config, Model, presets};
use latentarium::nn::conv_shape::{ConvShape, Map, Window};
use latentarium::nn::operations::{
    Addition, AvgPool, Compute, Concatenation, Conv, ConvTranspose, DecisionTrees, FourierFeatures, Linear, MapOrder,
    MaxPool, Monomials, Permute, RadialBasis, Upsample,
};
use latentarium::random::{Purpose, normal_rows, stream};
use latentarium::snapshot::{Activation, Network, Operation, OperationKind, Scratch};
use rand::{Rng, RngCore};

#[test]
fn every_preset_decodes_as_on_the_cpu() {
    let Some(gpu) = gpu() else { return };
    for (place, preset) in presets().enumerate() {
        let counts = [1, 21, 3, 70].into_iter().cycle().skip(place);
        for ((latent, shape), count) in [1, 2, 7, 64].into_iter().zip(SHAPES).zip(counts) {
            // A polynomial of many dimensions has more terms than are fitted.
            let is_fitted = Config::preset(preset).unwrap().most_steps().is_some();
            let latent = if is_fitted { latent.min(7) } else { latent };
            let network = decoder(preset, latent, shape);
            assert_parity(gpu, &network, count, &format!("{preset} z {latent} {shape} × {count}"));
        }
    }
}

#[test]
fn many_rows_and_large_latents_decode_as_on_the_cpu() {
    let Some(gpu) = gpu() else { return };
    for (latent, count) in [(512, 5), (3, 4096), (511, 16), (512, 17)] {
        let config = Config::vae_dense().with("latent", latent).unwrap().with("hidden", vec![31]).unwrap();
        let network = Model::new(&config, ImageShape::grey(5, 7)).unwrap().snapshot(0).unwrap().decoder;
        assert_parity(gpu, &network, count, &format!("z {latent} × {count}"));
    }
}

/// A network of random operations, sizes and activations.
fn random_network(seed: u64) -> Network {
    let mut random = stream(seed, Purpose::Generate, 0, 0);
    let channels = [1, 2, 3, 4, 5, 8, 12, 33, 36, 68];
    let input = random.random_range(1..40);
    let mut draw = |range: std::ops::Range<usize>| random.random_range(range);
    let mut map = match draw(0..2) {
        0 => vector(input),
        _ => Map { height: draw(1..8), width: draw(1..8), channels: channels[draw(0..10)] },
    };
    // Values an example of each value, and the operations with what they read.
    let mut sizes = vec![input, map.elements()];
    let mut operations: Vec<(OperationKind, Vec<usize>)> =
        vec![(Linear { inputs: input, outputs: map.elements() }.into(), vec![0])];
    for _ in 0..draw(0..7) {
        let newest = sizes.len() - 1;
        if draw(0..3) == 0 {
            // Any earlier value that fits, the latent among them, or the newest one again; in either order.
            let adds = draw(0..2) == 0;
            let fits = |size: usize| if adds { size == map.elements() } else { size.is_multiple_of(map.places()) };
            let others: Vec<usize> = (0..newest).filter(|value| fits(sizes[*value])).collect();
            let again = others.is_empty() || draw(0..4) == 0;
            let other = if again { newest } else { others[draw(0..others.len())] };
            let inputs = if draw(0..2) == 0 { [newest, other] } else { [other, newest] };
            let kind: OperationKind = if adds {
                Addition(map).into()
            } else {
                let channels = inputs.map(|value| sizes[value] / map.places());
                Concatenation { height: map.height, width: map.width, channels }.into()
            };
            if kind.outputs() < 4000 {
                map.channels = kind.outputs() / map.places();
                sizes.push(kind.outputs());
                operations.push((kind, inputs.into()));
            }
            continue;
        }
        let side = draw(1..6);
        let window = Window { side, stride: draw(1..4), padding: draw(0..3).min(side - 1) };
        let other = channels[draw(0..10)];
        let (kind, next): (OperationKind, Map) = match draw(0..10) {
            0 | 7 => {
                let next = match draw(0..2) {
                    0 => vector(input),
                    _ => Map { height: draw(1..5), width: draw(1..6), channels: draw(1..40) },
                };
                (Linear { inputs: map.elements(), outputs: next.elements() }.into(), next)
            }
            1 => {
                let shape = ConvShape::new(map, window, other);
                (Conv(shape).into(), shape.small)
            }
            // What covers the large map wholly, and what leaves some of it out.
            2 | 3 => {
                let edge = |small: usize, rest: usize| {
                    let covered = (small - 1) * window.stride + window.side + rest % window.stride;
                    covered.saturating_sub(2 * window.padding)
                };
                let rest = draw(0..3);
                let large = Map { height: edge(map.height, rest), width: edge(map.width, rest), channels: other };
                let shape = ConvShape::new(large, window, map.channels);
                (ConvTranspose(shape).into(), large)
            }
            4 => {
                let shape = ConvShape::new(map, window, map.channels);
                (MaxPool(shape).into(), shape.small)
            }
            8 => {
                let shape = ConvShape::new(map, window, map.channels);
                (AvgPool(shape).into(), shape.small)
            }
            5 => {
                let to = Map { height: draw(1..12), width: draw(1..12), ..map };
                (Upsample { from: map, to }.into(), to)
            }
            9 => {
                let features = FourierFeatures { inputs: map.elements() };
                (features.into(), vector(features.outputs()))
            }
            6 if draw(0..2) == 0 => (Permute::planes(map).into(), map),
            _ => (Permute::channels_last(map).into(), map),
        };
        let fits = kind.inputs() == map.elements() && next.elements() > 0 && next.elements() < 4000;
        if fits {
            map = next;
            sizes.push(map.elements());
            operations.push((kind, vec![newest]));
        }
    }
    let operations = operations.into_iter().enumerate();
    let operations = operations.map(|(index, (kind, inputs))| random_operation(index, (kind, inputs), seed));
    Network::new(input, operations.collect()).unwrap()
}

fn vector(values: usize) -> Map {
    Map { height: 1, width: 1, channels: values }
}

pub fn random_operation(index: usize, (kind, inputs): (OperationKind, Vec<usize>), seed: u64) -> Operation {
    let mut random = stream(seed, Purpose::Generate, 1, index as u64);
    // As many values as are summed: of a transposed convolution, those of the stands that cover a place.
    let fan_in = match &kind {
        OperationKind::ConvTranspose(ConvTranspose(shape)) => {
            shape.window.side.div_ceil(shape.window.stride).pow(2) * shape.small.channels
        }
        kind => kind.fan_in(),
    };
    let scale = 1.0 / (fan_in as f32).sqrt();
    let mut draws = normal_rows(random.next_u64(), Purpose::Weights, 0, 1, kind.weights() + kind.biases());
    draws.iter_mut().for_each(|value| *value *= scale);
    let bias = draws.split_off(kind.weights());
    let activation = match random.random_range(0..4) {
        0 => Activation::Identity,
        1 => Activation::Relu,
        2 => Activation::LeakyRelu { slope: random.random_range(0.01..0.5) },
        _ => Activation::Sigmoid,
    };
    Operation { name: format!("operation {index}"), inputs, kind, weight: draws.into(), bias: bias.into(), activation }
}

#[test]
fn two_hundred_random_networks_decode_as_on_the_cpu() {
    let Some(gpu) = gpu() else { return };
    let mut seen = [0usize; 15];
    for seed in 0..200 {
        let network = random_network(seed);
        for operation in network.operations() {
            let place = match operation.kind {
                OperationKind::Linear(_) => 0,
                OperationKind::Conv(_) => 1,
                OperationKind::ConvTranspose(_) => 2,
                OperationKind::MaxPool(_) => 3,
                OperationKind::Upsample(_) => 4,
                OperationKind::Permute(Permute { to: MapOrder::ChannelsLast, .. }) => 5,
                OperationKind::Permute(Permute { to: MapOrder::Planes, .. }) => 6,
                OperationKind::Addition(_) => 7,
                OperationKind::Concatenation(_) => 8,
                OperationKind::AvgPool(_) => 13,
                OperationKind::FourierFeatures(_) => 14,
                // Their weights are not any numbers, and of nearly equal ones another may be the largest.
                OperationKind::Monomials(_)
                | OperationKind::RadialBasis(_)
                | OperationKind::DecisionTrees(_)
                | OperationKind::ExpertProduct(_)
                | OperationKind::Sectors(_)
                | OperationKind::TreeDraws(_)
                | OperationKind::ChainDraws(_)
                | OperationKind::AutoregressiveDraws(_)
                | OperationKind::RecurrentDraws(_)
                | OperationKind::Largest(_) => {
                    continue;
                }
            };
            seen[place] += 1;
            if let [first, second] = operation.inputs[..] {
                // Additions, then concatenations: of the latent, of a value with itself.
                seen[place + 2] += usize::from(first.min(second) == 0);
                seen[place + 4] += usize::from(first == second);
            }
        }
        let count = [1, 2, 5, 13, 40][seed as usize % 5];
        let kinds: Vec<_> = network.operations().iter().map(|one| (one.kind, &one.inputs, one.activation)).collect();
        let case = format!("seed {seed} × {count}: {kinds:?}");
        assert_parity(gpu, &network, count, &case);
        if network.operations().iter().any(|operation| operation.inputs.len() == 2) {
            // The window of a chunk's latents begins before them where their place is not one that the device allows.
            let latents = latents(&network, count);
            let expected = network.evaluate(&latents, count, &mut Scratch::default()).to_vec();
            assert_close(&gpu.decode_in_chunks(&network, &latents, count, 3), &expected, &case);
        }
    }
    assert!(seen.iter().all(|times| *times >= 10), "{seen:?}");
}

/// The latents as they lie, of chunks too, as far out as the plane can be looked at.
#[test]
fn fourier_features_of_far_places_are_those_of_the_cpu() {
    let Some(gpu) = gpu() else { return };
    for (inputs, reach) in [(1, 3.0), (2, 3.0), (2, 200.0), (7, 8192.0)] {
        let features = Operation {
            name: "features".to_owned(),
            inputs: vec![0],
            kind: FourierFeatures { inputs }.into(),
            weight: [].into(),
            bias: [].into(),
            activation: Activation::Identity,
        };
        let network = Network::new(inputs, vec![features]).unwrap();
        let mut random = stream(7, Purpose::Sample, 0, 0);
        let latents: Vec<f32> = (0..301 * inputs).map(|_| random.random_range(-reach..reach)).collect();
        let expected = network.evaluate(&latents, 301, &mut Scratch::default()).to_vec();
        let case = format!("z {inputs} within {reach}");
        assert_close(&gpu.decode(&network, &latents, 301), &expected, &case);
        assert_close(&gpu.decode_in_chunks(&network, &latents, 301, 50), &expected, &case);
    }
}

#[test]
fn polynomials_radial_basis_functions_and_trees_decode_as_on_the_cpu() {
    let Some(gpu) = gpu() else { return };
    for seed in 0..30 {
        let mut random = stream(seed, Purpose::Generate, 2, 0);
        let inputs = random.random_range(1..6);
        let outputs = random.random_range(1..90);
        let (trees, depth) = (random.random_range(1..5), random.random_range(0..6));
        let trees = DecisionTrees { inputs, outputs, trees, depth };
        let normal = |count: usize| normal_rows(seed, Purpose::Weights, 0, 1, count);
        let mut of_trees = normal(trees.weights());
        for decision in of_trees[..trees.trees * trees.decision_values()].chunks_exact_mut(2) {
            decision[0] = random.random_range(0..inputs) as f32;
        }
        let exponents: Vec<f32> = (0..outputs * inputs).map(|_| random.random_range(0..4) as f32).collect();
        let cases: [(OperationKind, Vec<f32>); 3] = [
            (trees.into(), of_trees),
            (RadialBasis { inputs, centres: outputs }.into(), normal(outputs * inputs)),
            (Monomials { inputs, terms: outputs }.into(), exponents),
        ];
        for (kind, weight) in cases {
            let first = Operation {
                name: "first".to_owned(),
                inputs: vec![0],
                kind,
                weight: weight.into(),
                bias: [].into(),
                activation: Activation::Identity,
            };
            let last = random_operation(1, (Linear { inputs: outputs, outputs: 33 }.into(), vec![1]), seed);
            let network = Network::new(inputs, vec![first, last]).unwrap();
            let count = [1, 2, 5, 13, 70][seed as usize % 5];
            assert_parity(gpu, &network, count, &format!("seed {seed} × {count}: {kind:?}"));
        }
    }
}

#[test]
fn a_skip_and_a_concatenation_give_what_candle_gives() {
    let map = Map { height: 3, width: 5, channels: 7 };
    let same = ConvShape::new(map, Window { side: 3, stride: 1, padding: 1 }, map.channels);
    let both = Concatenation { height: 3, width: 5, channels: [7, 1] };
    let kinds: [(OperationKind, &[usize]); 5] = [
        (Linear { inputs: 15, outputs: map.elements() }.into(), &[0]),
        (Conv(same).into(), &[1]),
        (Addition(map).into(), &[2, 1]),
        (both.into(), &[3, 0]),
        (Permute::planes(both.whole()).into(), &[4]),
    ];
    let operations = kinds.into_iter().enumerate();
    let operations = operations.map(|(index, (kind, inputs))| random_operation(index, (kind, inputs.to_vec()), 5));
    let network = Network::new(15, operations.collect()).unwrap();
    let latents = latents(&network, 11);
    let expected = by_candle(&network, &latents, 11);
    assert_close(network.evaluate(&latents, 11, &mut Scratch::default()), &expected, "on the CPU");
    let Some(gpu) = gpu() else { return };
    assert_close(&gpu.decode(&network, &latents, 11), &expected, "on the GPU");
    assert_close(&gpu.decode_in_chunks(&network, &latents, 11, 3), &expected, "on the GPU in chunks");
}
