//! The decoder on the GPU gives what the snapshot's own evaluation gives: every preset, random networks, in chunks; and
//! what does not fit is refused before anything is allocated.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::by_candle;
use eframe::wgpu;
use latentarium::dataset::ImageShape;
use latentarium::gpu::decoder::{
    DecodeSchedule, DecoderError, DecoderPipelines, Packed, Plan, Weights, encode, read_back,
};
use latentarium::gpu::{self, Headless};
use latentarium::model::{Config, Model, presets};
use latentarium::nn::conv_shape::{ConvShape, Map, Window};
use latentarium::nn::operations::{
    Addition, AvgPool, Concatenation, Conv, ConvTranspose, Linear, MapOrder, MaxPool, Permute, Upsample,
};
use latentarium::random::{Purpose, normal_rows, stream};
use latentarium::snapshot::{Activation, Network, Operation, OperationKind, Scratch};
use rand::{Rng, RngCore};
use std::sync::OnceLock;

/// In pixel units.
const TOLERANCE: f32 = 1e-4;

struct Gpu {
    headless: Headless,
    pipelines: DecoderPipelines,
}

/// One device for all tests, or a sentence why there is none.
fn gpu() -> Option<&'static Gpu> {
    static GPU: OnceLock<Option<Gpu>> = OnceLock::new();
    let gpu = GPU.get_or_init(|| {
        let headless = gpu::headless()?;
        let pipelines = DecoderPipelines::new(&headless.device).unwrap();
        Some(Gpu { headless, pipelines })
    });
    if gpu.is_none() {
        assert!(std::env::var("LATENTARIUM_REQUIRE_GPU").as_deref() != Ok("1"), "a graphics adapter is required");
        println!("skipped: there is no graphics adapter here");
    }
    gpu.as_ref()
}

impl Gpu {
    fn weights(&self, network: &Network) -> Weights {
        let mut weights = Weights::new(&self.headless.device, &self.pipelines, network).unwrap();
        weights.upload(&self.headless.device, &self.headless.queue, &Packed::new(network, 1).unwrap()).unwrap();
        weights
    }

    fn run(&self, plan: &Plan, weights: &Weights, latents: &[f32]) -> Vec<f32> {
        let Headless { device, queue, .. } = &self.headless;
        // In two parts, the second one from the middle on.
        let first = plan.schedule().count / 2;
        let (left, right) = latents.split_at(first * plan.schedule().values[0]);
        plan.write_latents((device, queue), 0, left).unwrap();
        plan.write_latents((device, queue), first, right).unwrap();
        let mut encoder = device.create_command_encoder(&Default::default());
        let chunks = 0..plan.schedule().chunks.len();
        encode(&mut encoder, (&self.pipelines, plan, weights), chunks, None).unwrap();
        queue.submit([encoder.finish()]);
        let count = plan.schedule().count * plan.schedule().values.last().unwrap();
        read_back(device, queue, plan.output().unwrap(), count).unwrap()
    }

    fn decode(&self, network: &Network, latents: &[f32], count: usize) -> Vec<f32> {
        let Headless { device, queue, .. } = &self.headless;
        let plan = Plan::new(device, queue, &self.pipelines, network, count).unwrap();
        self.run(&plan, &self.weights(network), latents)
    }

    fn decode_in_chunks(&self, network: &Network, latents: &[f32], count: usize, at_most: usize) -> Vec<f32> {
        let Headless { device, queue, .. } = &self.headless;
        let schedule = DecodeSchedule::in_chunks(network, count, at_most, &device.limits()).unwrap();
        let plan = Plan::of(device, queue, &self.pipelines, schedule).unwrap();
        self.run(&plan, &self.weights(network), latents)
    }

    fn decode_within(&self, network: &Network, latents: &[f32], count: usize, limits: &wgpu::Limits) -> Vec<f32> {
        let Headless { device, queue, .. } = &self.headless;
        let schedule = DecodeSchedule::new(network, count, limits).unwrap();
        assert!(schedule.chunks.len() > 1, "{}", schedule.chunk());
        let plan = Plan::of(device, queue, &self.pipelines, schedule).unwrap();
        self.run(&plan, &self.weights(network), latents)
    }
}

#[track_caller]
fn assert_close(ours: &[f32], expected: &[f32], case: &str) {
    assert_eq!(ours.len(), expected.len(), "{case}");
    let far = ours.iter().zip(expected).enumerate().find(|(_, (a, b))| (**a - **b).abs() > TOLERANCE || a.is_nan());
    assert!(far.is_none(), "{case}: {far:?}");
}

fn latents(network: &Network, count: usize) -> Vec<f32> {
    normal_rows(3, Purpose::Sample, 0, count, network.input())
}

#[track_caller]
fn assert_parity(gpu: &Gpu, network: &Network, count: usize, case: &str) {
    let latents = latents(network, count);
    let expected = network.evaluate(&latents, count, &mut Scratch::default()).to_vec();
    assert_close(&gpu.decode(network, &latents, count), &expected, case);
}

fn decoder(preset: &str, latent: usize, shape: ImageShape) -> Network {
    let config = Config::preset(preset).unwrap().with("latent", latent).unwrap();
    Model::new(&config, shape).unwrap().snapshot(0).unwrap().decoder
}

const SHAPES: [ImageShape; 4] = [
    ImageShape::grey(28, 28),
    ImageShape { channels: 3, height: 32, width: 32 },
    ImageShape { channels: 3, height: 15, width: 22 },
    ImageShape::grey(9, 30),
];

#[test]
fn every_preset_decodes_as_on_the_cpu() {
    let Some(gpu) = gpu() else { return };
    for (place, preset) in presets().enumerate() {
        let counts = [1, 21, 3, 70].into_iter().cycle().skip(place);
        for ((latent, shape), count) in [1, 2, 7, 64].into_iter().zip(SHAPES).zip(counts) {
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
        let (kind, next): (OperationKind, Map) = match draw(0..9) {
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

fn random_operation(index: usize, (kind, inputs): (OperationKind, Vec<usize>), seed: u64) -> Operation {
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
    let mut seen = [0usize; 14];
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

#[test]
fn chunks_decode_as_on_the_cpu() {
    let Some(gpu) = gpu() else { return };
    let own = gpu.headless.device.limits();
    // Dense layers of many images take fewer workgroups than those of few.
    for (preset, shape, kibibytes, across) in [
        ("vae-conv", SHAPES[2], 160, Some(17)),
        ("gan-dense", SHAPES[3], 20, None),
        ("vae-conv-pool", SHAPES[0], 160, Some(30)),
    ] {
        let network = decoder(preset, 3, shape);
        let latents = latents(&network, 23);
        let expected = network.evaluate(&latents, 23, &mut Scratch::default()).to_vec();
        let small = wgpu::Limits { max_storage_buffer_binding_size: kibibytes << 10, ..own.clone() };
        assert_close(&gpu.decode_within(&network, &latents, 23, &small), &expected, preset);
        if let Some(max_compute_workgroups_per_dimension) = across {
            let narrow = wgpu::Limits { max_compute_workgroups_per_dimension, ..own.clone() };
            assert_close(&gpu.decode_within(&network, &latents, 23, &narrow), &expected, preset);
        }
    }
}

#[test]
fn a_part_of_the_chunks_can_be_encoded_and_values_between_stay_there() {
    let Some(gpu) = gpu() else { return };
    let Headless { device, queue, .. } = &gpu.headless;
    let network = decoder("vae-dense", 2, ImageShape::grey(9, 9));
    let schedule = DecodeSchedule::in_chunks(&network, 10, 4, &device.limits()).unwrap();
    assert_eq!(schedule.chunks.iter().map(|chunk| chunk.examples).collect::<Vec<_>>(), [4, 4, 2]);
    let plan = Plan::of(device, queue, &gpu.pipelines, schedule).unwrap();
    let weights = gpu.weights(&network);
    let latents = latents(&network, 10);
    plan.write_latents((device, queue), 0, &latents).unwrap();
    let mut encoder = device.create_command_encoder(&Default::default());
    encode(&mut encoder, (&gpu.pipelines, &plan, &weights), 1..2, None).unwrap();
    queue.submit([encoder.finish()]);
    let images: Vec<f32> = read_back(device, queue, plan.output().unwrap(), 10 * 81).unwrap();
    let expected = network.evaluate(&latents, 10, &mut Scratch::default()).to_vec();
    assert_close(&images[4 * 81..8 * 81], &expected[4 * 81..8 * 81], "the second chunk");
    assert!(images[..4 * 81].iter().chain(&images[8 * 81..]).all(|value| *value == 0.0));
    let first = Network::new(2, network.operations()[..1].to_vec()).unwrap();
    let expected = first.evaluate(&latents[8..16], 4, &mut Scratch::default()).to_vec();
    let hidden = read_back(device, queue, plan.value(1).unwrap(), expected.len()).unwrap();
    assert_close(&hidden, &expected, "what the first operation gave");
}

#[test]
fn newer_weights_do_not_change_what_was_encoded() {
    let Some(gpu) = gpu() else { return };
    let Headless { device, queue, .. } = &gpu.headless;
    let linear = |weight: f32| {
        Network::new(1, vec![Operation::linear("fc", 0, ([weight], [0.0]), Activation::Identity)]).unwrap()
    };
    let plans = [0; 2].map(|_| Plan::new(device, queue, &gpu.pipelines, &linear(0.0), 1).unwrap());
    let mut weights = Weights::new(device, &gpu.pipelines, &linear(0.0)).unwrap();
    let mut encoder = device.create_command_encoder(&Default::default());
    let refused = encode(&mut encoder, (&gpu.pipelines, &plans[0], &weights), 0..1, None);
    assert_eq!((refused, weights.step()), (Err(DecoderError::NoWeights), None));
    for (step, plan) in plans.iter().enumerate() {
        plan.write_latents((device, queue), 0, &[10.0]).unwrap();
        weights.upload(device, queue, &Packed::new(&linear(2.0 + step as f32), step as u64).unwrap()).unwrap();
        assert_eq!(weights.step(), Some(step as u64));
        encode(&mut encoder, (&gpu.pipelines, plan, &weights), 0..1, None).unwrap();
    }
    queue.submit([encoder.finish()]);
    let images = plans.map(|plan| read_back::<f32>(device, queue, plan.output().unwrap(), 1).unwrap());
    assert_eq!(images, [[20.0], [30.0]]);
    let other = decoder("vae-dense", 2, SHAPES[0]);
    let refused = weights.upload(device, queue, &Packed::new(&other, 0).unwrap());
    assert_eq!(refused, Err(DecoderError::OtherNetwork));
    let plan = Plan::new(device, queue, &gpu.pipelines, &other, 1).unwrap();
    assert_eq!(
        plan.write_latents((device, queue), 0, &[1.0]),
        Err(DecoderError::Latents { latent: 2, room: 2, found: 1 })
    );
    let mut encoder = device.create_command_encoder(&Default::default());
    let refused = encode(&mut encoder, (&gpu.pipelines, &plan, &weights), 0..1, None);
    assert_eq!(refused, Err(DecoderError::OtherNetwork));
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_allocated() {
    let network = decoder("vae-conv", 2, SHAPES[0]);
    let refused = |limits: &wgpu::Limits, count| DecodeSchedule::new(&network, count, limits).unwrap_err();
    let limits = wgpu::Limits::default();
    assert_eq!(refused(&limits, 0), DecoderError::NoExamples);
    let small = wgpu::Limits { max_storage_buffer_binding_size: 20_000, ..limits.clone() };
    assert!(refused(&small, 1).to_string().ends_with("needs 25088 bytes, and the graphics adapter allows 20000"));
    let few = wgpu::Limits { max_compute_workgroups_per_dimension: 2, ..limits.clone() };
    assert!(
        refused(&few, 1).to_string().contains("workgroups, and the graphics adapter allows 4"),
        "{}",
        refused(&few, 1)
    );
    assert!(matches!(refused(&limits, 1 << 20), DecoderError::TooLarge { .. }));
    assert!(matches!(refused(&limits, usize::MAX), DecoderError::Uncountable(_)));
    let without = refused(&wgpu::Limits::downlevel_webgl2_defaults(), 1);
    assert!(matches!(without, DecoderError::NoCompute { .. }), "{without}");

    let Some(gpu) = gpu() else { return };
    let Headless { device, queue, .. } = &gpu.headless;
    let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
    let weights = Weights::within(device, &gpu.pipelines, &network, &small).err().unwrap();
    assert!(matches!(weights, DecoderError::TooLarge { .. }), "{weights}");
    let count = (device.limits().max_buffer_size / 4 / 784) as usize + 1;
    let plan = Plan::new(device, queue, &gpu.pipelines, &network, count).err().unwrap();
    assert!(matches!(plan, DecoderError::TooLarge { .. }), "{plan}");
    assert!(pollster::block_on(scope.pop()).is_none(), "the device was never asked");
}
