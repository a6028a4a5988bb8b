//! Chunks, newer weights, and what does not fit.

use crate::device::{SHAPES, assert_close, decoder, gpu, latents};
use eframe::wgpu;
use latentarium::dataset::ImageShape;
use latentarium::gpu::Headless;
use latentarium::gpu::decoder::{DecodeSchedule, DecoderError, Packed, Plan, Weights, encode, read_back};
use latentarium::snapshot::{Activation, Network, Operation, Scratch};

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
    encode(&mut encoder, &gpu.pipelines, &plan, &weights, 1..2, None).unwrap();
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
    let refused = encode(&mut encoder, &gpu.pipelines, &plans[0], &weights, 0..1, None);
    assert_eq!((refused, weights.step()), (Err(DecoderError::NoWeights), None));
    for (step, plan) in plans.iter().enumerate() {
        plan.write_latents((device, queue), 0, &[10.0]).unwrap();
        weights.upload(device, queue, &Packed::new(&linear(2.0 + step as f32), step as u64).unwrap()).unwrap();
        assert_eq!(weights.step(), Some(step as u64));
        encode(&mut encoder, &gpu.pipelines, plan, &weights, 0..1, None).unwrap();
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
    let refused = encode(&mut encoder, &gpu.pipelines, &plan, &weights, 0..1, None);
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
