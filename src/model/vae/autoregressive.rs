//! The variational autoencoder whose decoder is autoregressive (Chen 2017): it models images well without the code, which then says
//! nothing, the posterior's collapse. Free bits (Kingma 2016) cure it.

use super::Vae;
use super::decoder::masked_units;
use super::table::{BETA, BETA_WARM_UP_STEPS, FREE_BITS, VAE};
use crate::model::family::{CODE, Family, LATENT_A_VALUE, Preset, SEED, joined};
use crate::model::field::{CardInput, FieldChange, Section};
use crate::model::{Field, Setting, exact, layers, learning};
use crate::nn::operations::AutoregressiveDraws;

/// The variational autoencoder with a masked network as decoder.
pub static AUTOREGRESSIVE_VAE: Family = Family {
    id: "autoregressive-vae",
    words: "family.autoregressive-vae",
    // Down a cosine, twenty epochs of MNIST.
    presets: &[Preset {
        name: "vae-made",
        settings: &[
            // One masked layer would still profit from some three nats of the code: β decides that it does without them.
            ("beta", Setting::Real(4.0)),
            ("free_bits", Setting::Real(3.0)),
            ("batch", Setting::Whole(100)),
            ("schedule", Setting::word("cosine")),
            ("schedule_steps", Setting::Whole(12_000)),
            ("schedule_share", Setting::Real(0.01)),
        ],
    }],
    fields: &FIELDS,
    points: |_| Vec::new(),
    bounds_evidence: false,
    check: |_| Ok(()),
    summary: |config| {
        let (code, units, how) = (config.code(), masked_units(config), learning::note(config));
        format!(
            "VAE of {code} dimensions, each pixel from them and those before it through {units} masked units, {how}"
        )
    },
    make: |config, shape, parameters| Ok(Box::new(Vae::new(config, shape, parameters(), Some(config.read()?), None)?)),
    ..VAE
};

const OF_NETWORK: [&Field; 13] = [
    &LEARNING_RATE,
    &BETA,
    &DENSE,
    &ENCODER_HIDDEN,
    &MASKED_UNITS,
    &CODE,
    &LATENT_A_VALUE,
    &layers::BATCH,
    &layers::SHUFFLE,
    &BERNOULLI,
    &exact::BINARIZED_AT,
    &learning::AVERAGE_DECAY,
    &SEED,
];
const WITH_UPDATES: [&Field; 22] = joined(OF_NETWORK, learning::UPDATES);
const FIELDS: [&Field; 25] = joined(WITH_UPDATES, [&BETA_WARM_UP_STEPS, &FREE_BITS, &learning::EARLY_STOP_TESTS]);

/// Step size.
static LEARNING_RATE: Field = learning::learning_rate(2e-3);
/// The encoder is dense.
static DENSE: Field = Field::choice("network", &["dense"], "dense");
/// Widths of the encoder's hidden layers, from code to pixel.
static ENCODER_HIDDEN: Field = Field::layers("hidden", 8, 8192, &[400]).required().changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.hidden",
    CardInput::Shown,
);
/// Units of the decoder's masked hidden layer.
static MASKED_UNITS: Field = Field::whole("masked_units", (1, AutoregressiveDraws::MOST_HIDDEN as u64), 1000)
    .required()
    .changes(FieldChange::Shape)
    .on_card(Section::NETWORK, |_| "model.masked_units", CardInput::Plain);
/// Pixels are black or white.
static BERNOULLI: Field = Field::choice("likelihood", &["bernoulli"], "bernoulli").required();

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::dataset::{ImageShape, Split};
    use crate::model::exact::bits::kinds;
    use crate::model::exact::numbers::log_p_of_pixel;
    use crate::model::trainable::StepInput;
    use crate::model::{Batch, Batches, CompletionDraws, Config, KeptPixels, MetricId, Trainable};
    use crate::nn::parameters::Parameters;
    use crate::random::{Purpose, normal_rows};
    use crate::snapshot::{OperationKind, Scratch};

    const SHAPE: ImageShape = ImageShape { channels: 2, height: 3, width: 3 };
    const PIXELS: usize = 18;

    fn trained(free_bits: f64, steps: u64) -> Vae {
        let config = Config::preset("vae-made").unwrap().with("free_bits", free_bits).unwrap();
        let config = config.with("masked_units", 40u64).unwrap().with("hidden", vec![30usize]).unwrap();
        let config = config.with("average_decay", 0.9).unwrap().with("code", 3u64).unwrap();
        let mut vae = Vae::new(&config, SHAPE, Parameters::default(), Some(config.read().unwrap()), None).unwrap();
        let mut batches = Batches::new(kinds(SHAPE, 400));
        (0..steps).for_each(|step| drop(vae.step(&mut StepInput::new(step, &mut batches)).unwrap()));
        vae
    }

    /// A test batch of binary images.
    fn batch(vae: &Vae, images: &[f32]) -> Batch {
        let bytes: Vec<u8> = images.iter().map(|x| (255.0 * x) as u8).collect();
        let split = Split::of_bytes(SHAPE, bytes, Vec::new());
        Batch::of_test(&split, (0, split.count()), vae.sampling()).unwrap()
    }

    fn figure(vae: &Vae, batch: &Batch, id: MetricId) -> f64 {
        let losses = vae.test(batch).unwrap().losses;
        losses.iter().find(|(other, _)| *other == id).map(|(_, value)| f64::from(*value)).unwrap()
    }

    /// The code's noise and the pixels' lie one after another, and what is encoded is decoded to images of the likelihood that a
    /// test finds.
    #[test]
    fn images_are_drawn_from_a_code_and_a_number_a_pixel() {
        let vae = trained(1.0, 60);
        let snapshot = vae.snapshot(1).unwrap();
        assert_eq!((snapshot.latent, snapshot.decoder.input(), snapshot.likelihood), (3 + PIXELS, 3 + PIXELS, None));
        let latents = normal_rows(5, Purpose::Sample, 0, 40, 3 + PIXELS);
        let images = snapshot.decoder.evaluate(&latents, 40, &mut Scratch::default()).to_vec();
        assert!(images.iter().all(|value| [0.0, 1.0].contains(value)));

        let encoder = snapshot.encoder.as_ref().unwrap();
        let codes = encoder.evaluate(&images, 40, &mut Scratch::default()).to_vec();
        let batch = batch(&vae, &images);
        let noise = batch.noise.to_vec2::<f32>().unwrap();
        let [operation] = snapshot.decoder.operations() else { panic!("one operation") };
        let OperationKind::AutoregressiveDraws(draws) = operation.kind else { panic!("draws") };
        let mut sum = 0.0;
        for ((image, code), noise) in images.chunks_exact(PIXELS).zip(codes.chunks_exact(2 * (3 + PIXELS))).zip(noise) {
            let (means, log_variances) = code.split_at(3 + PIXELS);
            assert!(means[3..].iter().chain(&log_variances[3..]).all(|value| *value == 0.0));
            let z = |at: usize| means[at] + (0.5 * log_variances[at]).exp() * noise[at];
            let logits = draws.logits(&operation.weight, &[z(0), z(1), z(2)], image);
            sum -= logits.iter().zip(image).map(|(l, x)| log_p_of_pixel(f64::from(*l), *x == 1.0)).sum::<f64>();
        }
        let reconstruction = figure(&vae, &batch, MetricId::TEST_RECONSTRUCTION);
        assert!((sum / 40.0 - reconstruction).abs() < 1e-3, "{} {reconstruction}", sum / 40.0);
    }

    #[test]
    fn free_bits_keep_the_code_in_use() {
        let images = kinds(SHAPE, 200).train.clone();
        let kl = |free_bits| {
            let vae = trained(free_bits, 250);
            figure(&vae, &Batch::of_test(&images, (0, 200), vae.sampling()).unwrap(), MetricId::TEST_KL)
        };
        let (without, with) = (kl(0.0), kl(1.5));
        assert!(with > 3.0 && with > 1.5 * without, "{with} {without}");
    }

    #[test]
    fn what_is_kept_is_kept_where_it_is_completed() {
        let vae = trained(1.0, 60);
        let image: Vec<f32> = (0..PIXELS).map(|pixel| if pixel % 4 == 1 { 1.0 } else { 0.0 }).collect();
        for kept in [vec![0, 1, 2], vec![5, 9, 17], vec![]] {
            let kept: Vec<bool> = (0..PIXELS).map(|pixel| kept.contains(&pixel)).collect();
            let draws = CompletionDraws { seed: 4, image: 2, count: 30 };
            let found = vae.complete(KeptPixels { image: &image, kept: &kept }, draws).unwrap().unwrap();
            assert!(found.draws.len() == 30 * PIXELS && found.log_p.is_none());
            for drawn in found.draws.chunks_exact(PIXELS) {
                assert!((0..PIXELS).all(|pixel| !kept[pixel] || drawn[pixel] == image[pixel]), "{kept:?}");
            }
            assert!(found.draws[..PIXELS] != found.draws[PIXELS..2 * PIXELS]);
        }
    }
}
