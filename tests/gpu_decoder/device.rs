//! One device for all tests, and the comparison with the snapshot's own evaluation.

use eframe::wgpu;
use latentarium::dataset::ImageShape;
use latentarium::gpu::decoder::{DecodeSchedule, DecoderPipelines, Packed, Plan, Weights, encode, read_back};
use latentarium::gpu::{self, Headless};
use latentarium::model::{Config, Model};
use latentarium::nn::operations::normal_log_odds;
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::{Network, Operation, OperationKind, Scratch};
use std::sync::OnceLock;

/// In pixel units.
const TOLERANCE: f32 = 1e-4;

pub const SHAPES: [ImageShape; 4] = [
    ImageShape::grey(28, 28),
    ImageShape { channels: 3, height: 32, width: 32 },
    ImageShape { channels: 3, height: 15, width: 22 },
    ImageShape::grey(9, 30),
];

pub struct Gpu {
    pub headless: Headless,
    pub pipelines: DecoderPipelines,
}

/// One device for all tests, or a sentence why there is none.
pub fn gpu() -> Option<&'static Gpu> {
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
    pub fn weights(&self, network: &Network) -> Weights {
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
        encode(&mut encoder, &self.pipelines, plan, weights, chunks, None).unwrap();
        queue.submit([encoder.finish()]);
        let count = plan.schedule().count * plan.schedule().values.last().unwrap();
        read_back(device, queue, plan.output().unwrap(), count).unwrap()
    }

    pub fn decode(&self, network: &Network, latents: &[f32], count: usize) -> Vec<f32> {
        let Headless { device, queue, .. } = &self.headless;
        let plan = Plan::new(device, queue, &self.pipelines, network, count).unwrap();
        self.run(&plan, &self.weights(network), latents)
    }

    pub fn decode_in_chunks(&self, network: &Network, latents: &[f32], count: usize, at_most: usize) -> Vec<f32> {
        let Headless { device, queue, .. } = &self.headless;
        let schedule = DecodeSchedule::in_chunks(network, count, at_most, &device.limits()).unwrap();
        let plan = Plan::of(device, queue, &self.pipelines, schedule).unwrap();
        self.run(&plan, &self.weights(network), latents)
    }

    pub fn decode_within(&self, network: &Network, latents: &[f32], count: usize, limits: &wgpu::Limits) -> Vec<f32> {
        let Headless { device, queue, .. } = &self.headless;
        let schedule = DecodeSchedule::new(network, count, limits).unwrap();
        assert!(schedule.chunks.len() > 1, "{}", schedule.chunk());
        let plan = Plan::of(device, queue, &self.pipelines, schedule).unwrap();
        self.run(&plan, &self.weights(network), latents)
    }
}

#[track_caller]
pub fn assert_close(ours: &[f32], expected: &[f32], case: &str) {
    assert_eq!(ours.len(), expected.len(), "{case}");
    let far = ours.iter().zip(expected).enumerate().find(|(_, (a, b))| (**a - **b).abs() > TOLERANCE || a.is_nan());
    assert!(far.is_none(), "{case}: {far:?}");
}

pub fn latents(network: &Network, count: usize) -> Vec<f32> {
    normal_rows(3, Purpose::Sample, 0, count, network.input())
}

#[track_caller]
pub fn assert_parity(gpu: &Gpu, network: &Network, count: usize, case: &str) {
    let latents = latents(network, count);
    let expected = network.evaluate(&latents, count, &mut Scratch::default()).to_vec();
    let ours = gpu.decode(network, &latents, count);
    match network.operations() {
        [Operation { kind: OperationKind::AutoregressiveDraws(draws), weight, .. }] => {
            let logits = |context: &[f32], image: &[f32]| draws.logits(weight, context, image);
            assert_drawn(&logits, &|pixel| pixel, &latents, (&ours, &expected), draws.pixels, case);
        }
        [Operation { kind: OperationKind::RecurrentDraws(draws), weight, .. }] => {
            let logits = |_: &[f32], image: &[f32]| draws.logits(weight, image);
            let row = |pixel: usize| pixel / draws.image.width % draws.image.height;
            assert_drawn(&logits, &row, &latents, (&ours, &expected), network.input(), case);
        }
        _ => assert_close(&ours, &expected, case),
    }
}

/// The logits of an image's pixels given a context.
type Logits<'a> = &'a dyn Fn(&[f32], &[f32]) -> Vec<f32>;

/// Images that are drawn part by part are the same, but for those of which a number lay on the edge within rounding: few, and
/// the same up to the part that it is in, which `part` says of a pixel.
#[track_caller]
fn assert_drawn(
    logits: Logits<'_>,
    part: &dyn Fn(usize) -> usize,
    latents: &[f32],
    (ours, expected): (&[f32], &[f32]),
    pixels: usize,
    case: &str,
) {
    assert_eq!(ours.len(), expected.len(), "{case}");
    assert!(ours.iter().all(|value| [0.0, 1.0].contains(value)), "{case}");
    let images = ours.chunks_exact(pixels).zip(expected.chunks_exact(pixels));
    let mut others = 0;
    // What is given comes before the pixels' own numbers.
    let inputs = latents.len() / (ours.len() / pixels);
    for ((ours, expected), latent) in images.zip(latents.chunks_exact(inputs)) {
        let (context, latent) = latent.split_at(inputs - pixels);
        let differing = (0..pixels).filter(|pixel| ours[*pixel] != expected[*pixel]);
        let Some(pixel) = differing.min_by_key(|pixel| part(*pixel)) else { continue };
        let distance = logits(context, expected)[pixel] - normal_log_odds(latent[pixel]);
        assert!(distance.abs() < TOLERANCE, "{case}: pixel {pixel}, {distance} from the edge");
        others += 1;
    }
    assert!(others * pixels <= ours.len() / 20, "{case}: {others} other images");
}

pub fn decoder(preset: &str, latent: usize, shape: ImageShape) -> Network {
    let config = Config::preset(preset).unwrap().with("latent", latent).unwrap();
    // Deep forests of large images are more than a device binds.
    let config = config.clone().with("depth", 4).unwrap_or(config);
    Model::new(&config, shape).unwrap().snapshot(0).unwrap().decoder
}
