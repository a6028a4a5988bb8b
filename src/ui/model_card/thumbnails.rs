//! The small planes beside the presets in their list, as `examples/preset_thumbnails.rs` has made them.

use crate::ui::theme;
use eframe::egui::{ColorImage, Context, Id, Image, TextureHandle, TextureOptions, vec2};

/// The side of one, in points.
pub(super) const SIDE: f32 = 4.5 * theme::GRID;

/// The files by the presets' names.
static FILES: &[(&str, &[u8])] = &[
    ("vae-dense", include_bytes!("../../../assets/presets/vae-dense.png")),
    ("vae-400", include_bytes!("../../../assets/presets/vae-400.png")),
    ("vae-400-best", include_bytes!("../../../assets/presets/vae-400-best.png")),
    ("vae-conv", include_bytes!("../../../assets/presets/vae-conv.png")),
    ("vae-conv-pool", include_bytes!("../../../assets/presets/vae-conv-pool.png")),
    ("naive-bayes-vae", include_bytes!("../../../assets/presets/naive-bayes-vae.png")),
    ("cvae", include_bytes!("../../../assets/presets/cvae.png")),
    ("vae-made", include_bytes!("../../../assets/presets/vae-made.png")),
    ("bayesian-vae", include_bytes!("../../../assets/presets/bayesian-vae.png")),
    ("ae-dense", include_bytes!("../../../assets/presets/ae-dense.png")),
    ("vae-gan", include_bytes!("../../../assets/presets/vae-gan.png")),
    ("gan-plane", include_bytes!("../../../assets/presets/gan-plane.png")),
    ("gan-dense", include_bytes!("../../../assets/presets/gan-dense.png")),
    ("gan-collapse", include_bytes!("../../../assets/presets/gan-collapse.png")),
    ("info-gan", include_bytes!("../../../assets/presets/info-gan.png")),
    ("cgan", include_bytes!("../../../assets/presets/cgan.png")),
    ("dcgan", include_bytes!("../../../assets/presets/dcgan.png")),
    ("wgan", include_bytes!("../../../assets/presets/wgan.png")),
    ("wgan-gp", include_bytes!("../../../assets/presets/wgan-gp.png")),
    ("wgan-gp-conv", include_bytes!("../../../assets/presets/wgan-gp-conv.png")),
    ("flow-2d", include_bytes!("../../../assets/presets/flow-2d.png")),
    ("latent-flow", include_bytes!("../../../assets/presets/latent-flow.png")),
    ("ddpm-2d", include_bytes!("../../../assets/presets/ddpm-2d.png")),
    ("pca", include_bytes!("../../../assets/presets/pca.png")),
    ("linear-ae", include_bytes!("../../../assets/presets/linear-ae.png")),
    ("noise-ae", include_bytes!("../../../assets/presets/noise-ae.png")),
    ("denoising-ae", include_bytes!("../../../assets/presets/denoising-ae.png")),
    ("sigma-vae", include_bytes!("../../../assets/presets/sigma-vae.png")),
    ("polynomial", include_bytes!("../../../assets/presets/polynomial.png")),
    ("svm", include_bytes!("../../../assets/presets/svm.png")),
    ("tree", include_bytes!("../../../assets/presets/tree.png")),
    ("forest", include_bytes!("../../../assets/presets/forest.png")),
    ("gaussian-mixture", include_bytes!("../../../assets/presets/gaussian-mixture.png")),
    ("bernoulli-mixture", include_bytes!("../../../assets/presets/bernoulli-mixture.png")),
    ("chow-liu", include_bytes!("../../../assets/presets/chow-liu.png")),
    ("hmm", include_bytes!("../../../assets/presets/hmm.png")),
    ("fvsbn", include_bytes!("../../../assets/presets/fvsbn.png")),
    ("made", include_bytes!("../../../assets/presets/made.png")),
    ("rnn-rows", include_bytes!("../../../assets/presets/rnn-rows.png")),
];

/// The pixels of a preset's plane; `None` where it has none.
fn pixels(preset: &str) -> Option<ColorImage> {
    let (_, file) = FILES.iter().find(|(name, _)| *name == preset)?;
    let decoded = image::load_from_memory_with_format(file, image::ImageFormat::Png).ok()?.to_luma8();
    let size = [decoded.width() as usize, decoded.height() as usize];
    Some(ColorImage::from_gray(size, decoded.as_raw()))
}

/// A preset's plane, decoded when it is shown first.
pub(super) fn of(context: &Context, preset: &str) -> Option<Image<'static>> {
    let id = Id::unique(("preset plane", preset));
    let known = context.data(|data| data.get_temp::<Option<TextureHandle>>(id));
    let texture = known.unwrap_or_else(|| {
        let load = |pixels| context.load_texture(format!("plane of {preset}"), pixels, TextureOptions::LINEAR);
        let texture = pixels(preset).map(load);
        context.data_mut(|data| data.insert_temp(id, texture.clone()));
        texture
    });
    texture.map(|texture| Image::new((texture.id(), vec2(SIDE, SIDE))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::presets;

    #[test]
    fn every_preset_has_a_plane_that_shows_something_and_there_are_no_others() {
        for preset in presets() {
            let pixels = pixels(preset).map(|image| image.pixels).unwrap_or_default();
            let first = pixels.first().copied();
            assert!(pixels.iter().any(|pixel| Some(*pixel) != first), "{preset}");
        }
        assert_eq!(FILES.len(), presets().count());
    }
}
