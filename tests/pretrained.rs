//! The models that come with the program open, decode, and belong to the data that comes with it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use latentarium::dataset::{Progress, digits};
use latentarium::explore::compare::SheetSource;
use latentarium::run::pretrained;
use std::sync::Arc;

#[test]
fn the_pretrained_models_reconstruct_and_imitate_the_digits() {
    let dataset = Arc::new(digits(&Progress::default()));
    let opened = pretrained().unwrap();
    let [vae, gan] = opened.as_slice() else { panic!("a VAE and a GAN") };
    for opened in [vae, gan] {
        assert_eq!(opened.config.data_checksum, dataset.id.as_str(), "trained on other digits than are generated now");
        assert_eq!(opened.snapshot.latent, 2);
    }
    let models = [vae, gan].map(|opened| Arc::new(opened.snapshot.clone())).into();
    let sheet = SheetSource::new(models, dataset.clone(), 20, 0).sheet(None).searched(&|| true).unwrap();
    assert_eq!(sheet.models[0].reconstructions.len(), 20);
    let errors = [0, 1].map(|model| sheet.models[model].figures().unwrap().squared_error);
    assert!(errors[0] < 0.05 && errors[1] < 0.08, "{errors:?}");
    let mean_ink = |images: &[Vec<f32>]| {
        images.iter().flatten().map(|x| f64::from(*x)).sum::<f64>() / (images.len() * dataset.shape().values()) as f64
    };
    let real: Vec<Vec<f32>> = sheet.originals.iter().map(|original| original.image.clone()).collect();
    for model in &sheet.models {
        let samples: Vec<Vec<f32>> = model.samples.iter().map(|sample| sample.image.clone()).collect();
        assert!((mean_ink(&samples) / mean_ink(&real) - 1.0).abs() < 0.5);
    }
}
