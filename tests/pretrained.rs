//! The models that come with the program open, decode, and belong to the data that comes with it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use latentarium::dataset::{Progress, digits};
use latentarium::explore::compare::sheet;
use latentarium::run::pretrained;

#[test]
fn the_pretrained_models_reconstruct_and_imitate_the_digits() {
    let dataset = digits(&Progress::default());
    let opened = pretrained().unwrap();
    let [vae, gan] = opened.as_slice() else { panic!("a VAE and a GAN") };
    for opened in [vae, gan] {
        assert_eq!(opened.config.data_checksum, dataset.id.as_str(), "trained on other digits than are generated now");
        assert_eq!(opened.snapshot.latent, 2);
    }
    let sheet = sheet(&[&vae.snapshot, &gan.snapshot], &dataset, 20, 0);
    assert_eq!(sheet.models[0].reconstructions.len(), 20);
    let squared_error = sheet.models[0].squared_error().unwrap();
    assert!(squared_error < 0.05, "{squared_error}");
    let mean_ink = |images: &[Vec<f32>]| {
        images.iter().flatten().map(|x| f64::from(*x)).sum::<f64>() / (images.len() * dataset.shape().values()) as f64
    };
    let real: Vec<Vec<f32>> = sheet.originals.iter().map(|original| original.image.clone()).collect();
    for model in &sheet.models {
        let samples: Vec<Vec<f32>> = model.samples.iter().map(|sample| sample.image.clone()).collect();
        assert!((mean_ink(&samples) / mean_ink(&real) - 1.0).abs() < 0.5);
    }
}
