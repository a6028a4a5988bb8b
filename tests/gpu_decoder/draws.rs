//! Operations that draw or choose, whose weights are not any numbers.

use crate::device::{Gpu, assert_parity, gpu, latents};
use crate::networks::random_operation;
use latentarium::nn::conv_shape::Map;
use latentarium::nn::operations::{
    AutoregressiveDraws, ChainDraws, Compute, ExpertProduct, Largest, Linear, RecurrentDraws, Sectors, TreeDraws,
};
use latentarium::random::{Purpose, normal_rows, stream};
use latentarium::snapshot::{Network, Operation, OperationKind, Scratch};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

#[test]
fn sectors_and_draws_of_trees_and_chains_decode_as_on_the_cpu() {
    let Some(gpu) = gpu() else { return };
    for seed in 0..30 {
        let mut random = stream(seed, Purpose::Generate, 3, 0);
        let (parts, pixels) = (random.random_range(1..12), random.random_range(1..90));
        let sectors = Sectors { sectors: parts, outputs: pixels };
        // Directions by rising angle, the first at 0.
        let directions = |random: &mut ChaCha8Rng, parts: usize| -> Vec<f32> {
            let mut begins: Vec<f32> = (1..parts).map(|_| random.random_range(0.0..std::f32::consts::TAU)).collect();
            begins.push(0.0);
            begins.sort_by(f32::total_cmp);
            begins.iter().flat_map(|angle| [angle.cos(), angle.sin()]).collect()
        };
        let mut of_sectors = directions(&mut random, parts);
        of_sectors.extend(normal_rows(seed, Purpose::Weights, 0, 1, parts * pixels));
        let pixel = |pixel: usize| {
            let parent = if pixel == 0 { 0 } else { random.random_range(0..pixel) };
            TreeDraws::numbers(parent, [random.random_range(-1.0..1.0), random.random_range(-1.0..1.0)])
        };
        let of_tree: Vec<f32> = (0..pixels).flat_map(pixel).collect();
        let mut side = || random.random_range(1..9);
        let image = match seed % 3 {
            0 => Map { height: side(), width: 1 + side(), channels: 1 },
            1 => Map { height: side(), width: 1, channels: 1 + side() },
            _ => Map { height: side(), width: side(), channels: 3 },
        };
        let draws = ChainDraws { image, states: side() };
        let lines = (0..=draws.states).flat_map(|_| directions(&mut random, 4 * draws.states));
        let mut of_chain: Vec<f32> = lines.collect();
        of_chain.extend(normal_rows(seed, Purpose::Weights, 1, 1, draws.weights() - of_chain.len()));
        let cases: [(OperationKind, usize, Vec<f32>); 3] = [
            (sectors.into(), 2, of_sectors),
            (TreeDraws { pixels }.into(), pixels, of_tree),
            (draws.into(), image.elements(), of_chain),
        ];
        for (kind, inputs, weight) in cases {
            let first = Operation::of_weight("first", 0, kind, weight);
            let last = random_operation(1, (Linear { inputs: kind.outputs(), outputs: 33 }.into(), vec![1]), seed);
            let network = Network::new(inputs, vec![first, last]).unwrap();
            let count = [1, 2, 5, 13, 70][seed as usize % 5];
            assert_parity(gpu, &network, count, &format!("seed {seed} × {count}: {kind:?}"));
        }
    }
}

/// The numbers as they lie, of chunks too, and equal ones among them.
#[test]
fn the_largest_number_is_the_one_that_it_is_on_the_cpu() {
    let Some(gpu) = gpu() else { return };
    for inputs in [1, 2, 7, 64] {
        let largest = Operation::of_weight("largest", 0, Largest { inputs }, Vec::<f32>::new());
        let network = Network::new(inputs, vec![largest]).unwrap();
        let mut random = stream(7, Purpose::Sample, inputs as u64, 0);
        let latents: Vec<f32> = (0..301 * inputs).map(|_| random.random_range(-9..9) as f32).collect();
        let expected = network.evaluate(&latents, 301, &mut Scratch::default()).to_vec();
        assert_eq!(expected.iter().sum::<f32>(), 301.0);
        assert_eq!(gpu.decode(&network, &latents, 301), expected, "{inputs}");
        assert_eq!(gpu.decode_in_chunks(&network, &latents, 301, 50), expected, "{inputs}");
    }
}

/// As the CPU draws them, and in chunks as whole.
#[track_caller]
fn assert_drawn_alike(gpu: &Gpu, network: &Network, count: usize, case: &str) {
    assert_parity(gpu, network, count, case);
    let latents = latents(network, count);
    let whole = gpu.decode(network, &latents, count);
    assert_eq!(gpu.decode_in_chunks(network, &latents, count, 3), whole, "{case}");
}

#[test]
fn draws_pixel_by_pixel_decode_as_on_the_cpu() {
    let Some(gpu) = gpu() else { return };
    for seed in 0..30 {
        let mut random = stream(seed, Purpose::Generate, 4, 0);
        let pixels = random.random_range(1..300);
        let hidden = [0, 1, 127, 128, 300, AutoregressiveDraws::MOST_HIDDEN][seed as usize % 6];
        let context = [0, 0, 2, 131][seed as usize % 4];
        let draws = AutoregressiveDraws { pixels, hidden, context };
        // What comes later weighs something here as well: it is not there yet.
        let mut weight = normal_rows(seed, Purpose::Weights, 0, 1, draws.weights());
        let scale = 3.0 / (pixels.max(hidden) as f32).sqrt();
        weight.iter_mut().for_each(|weight| *weight *= scale);
        let network = Network::new(draws.inputs(), vec![Operation::of_weight("draws", 0, draws, weight)]).unwrap();
        let count = [1, 2, 5, 13, 70][seed as usize % 5];
        assert_drawn_alike(gpu, &network, count, &format!("seed {seed} × {count}: {draws:?}"));
    }
}

#[test]
fn draws_row_by_row_decode_as_on_the_cpu() {
    let Some(gpu) = gpu() else { return };
    for seed in 0..12 {
        let mut random = stream(seed, Purpose::Generate, 5, 0);
        let mut side = || random.random_range(1..12);
        let image = Map { height: side(), width: side(), channels: 1 + seed as usize % 3 };
        let units = [1, 64, 127, 128, 300, RecurrentDraws::MOST_UNITS][seed as usize % 6];
        let draws = RecurrentDraws { image, units };
        let mut weight = normal_rows(seed, Purpose::Weights, 0, 1, draws.weights());
        let scale = 1.0 / (units as f32).sqrt();
        weight.iter_mut().for_each(|weight| *weight *= scale);
        let network = Network::new(draws.inputs(), vec![Operation::of_weight("draws", 0, draws, weight)]).unwrap();
        let count = [1, 2, 5, 13][seed as usize % 4];
        assert_drawn_alike(gpu, &network, count, &format!("seed {seed} × {count}: {draws:?}"));
    }
}

#[test]
fn products_of_experts_are_as_on_the_cpu() {
    let Some(gpu) = gpu() else { return };
    for (seed, dimensions) in (0..4).zip([1, 2, 7, 33]) {
        let first = random_operation(0, (Linear { inputs: 3, outputs: 2 * dimensions }.into(), vec![0]), seed);
        let product = Operation::of_weight("product", 1, ExpertProduct { dimensions }, Vec::new());
        let network = Network::new(3, vec![first, product]).unwrap();
        assert_parity(gpu, &network, [1, 5, 13, 70][seed as usize], &format!("{dimensions} dimensions"));
    }
}
