//! What a model is and how it is trained, in full: presets, and the numbers that can be changed.

use serde::{Deserialize, Serialize};

/// How a model learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Variational autoencoder (Kingma and Welling 2013).
    Vae,
    /// Autoencoder: the same without noise and without KL.
    Autoencoder,
    /// Generative adversarial network (Goodfellow 2014).
    Gan,
}

/// The distribution of pixels that a decoder's output stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Likelihood {
    /// Independent coin flips, from logits.
    Bernoulli,
    /// Unit-variance normal about the decoder's output: ½(x−x̂)² + ½ ln 2π a pixel.
    Gaussian,
}

/// Whether grey images are made black and white before a Bernoulli likelihood sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Binarize {
    /// Grey values are probabilities.
    None,
    /// Drawn once.
    Static,
    /// Training images drawn anew at every sight of them; test images once.
    Dynamic,
}

/// Every number that a training run depends on, apart from the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The preset it started from.
    pub preset: String,
    /// How it learns.
    pub family: Family,
    /// Widths of the decoder's (generator's) hidden layers, from latent to pixel; the encoder (critic) mirrors them.
    pub hidden: Vec<usize>,
    /// Latent dimensions.
    pub latent: usize,
    /// Images a step.
    pub batch: usize,
    /// Adam's step size, for all networks of the model.
    pub learning_rate: f64,
    /// Adam's β₁.
    pub adam_beta1: f64,
    /// Weight of the KL term; no meaning for other families.
    pub beta: f64,
    /// Pixel distribution of a VAE.
    pub likelihood: Likelihood,
    /// What is done to grey images first.
    pub binarize: Binarize,
    /// Batch norm in a GAN's generator.
    pub batch_norm: bool,
    /// γ of the R1 penalty γ/2·E‖∇D(x)‖² on real images (Mescheder 2018); 0 for none.
    pub r1_gamma: f64,
    /// Seed of every random stream.
    pub seed: u64,
}

/// The presets' names, in the order they are shown.
pub const PRESETS: [&str; 5] = ["vae-dense", "ae-dense", "vae-400", "gan-dense", "gan-collapse"];

impl Config {
    /// The preset `vae-dense`.
    pub fn vae_dense() -> Self {
        Self {
            preset: "vae-dense".to_owned(),
            family: Family::Vae,
            hidden: vec![256, 512],
            latent: 2,
            batch: 128,
            learning_rate: 1e-3,
            adam_beta1: 0.9,
            beta: 1.0,
            likelihood: Likelihood::Bernoulli,
            binarize: Binarize::None,
            batch_norm: false,
            r1_gamma: 0.0,
            seed: 0,
        }
    }

    /// The preset `gan-dense`.
    pub fn gan_dense() -> Self {
        Self {
            preset: "gan-dense".to_owned(),
            family: Family::Gan,
            learning_rate: 2e-4,
            adam_beta1: 0.5,
            batch_norm: true,
            r1_gamma: 1.0,
            ..Self::vae_dense()
        }
    }

    /// A preset by name; `None` for one that does not exist.
    pub fn preset(name: &str) -> Option<Self> {
        let (vae, gan) = (Self::vae_dense(), Self::gan_dense());
        let config = match name {
            "vae-dense" => vae,
            "ae-dense" => Self { family: Family::Autoencoder, ..vae },
            "vae-400" => Self { hidden: vec![400], latent: 20, ..vae },
            "gan-dense" => gan,
            "gan-collapse" => Self { batch_norm: false, r1_gamma: 0.0, ..gan },
            _ => return None,
        };
        Some(Self { preset: name.to_owned(), ..config })
    }

    /// One line on what a preset is.
    pub fn summary(&self) -> String {
        let widths: Vec<String> = self.hidden.iter().map(ToString::to_string).collect();
        let widths = widths.join("–");
        let (latent, rate) = (self.latent, self.learning_rate);
        match self.family {
            Family::Vae => format!("variational autoencoder, decoder z {latent}–{widths}–pixels, Adam {rate}"),
            Family::Autoencoder => {
                format!("autoencoder without noise, decoder z {latent}–{widths}–pixels, Adam {rate}")
            }
            Family::Gan if self.batch_norm => {
                format!("GAN with batch norm and R1, generator z {latent}–{widths}–pixels, Adam {rate}")
            }
            Family::Gan => format!(
                "GAN without batch norm and R1: loses its modes, generator z {latent}–{widths}–pixels, Adam {rate}"
            ),
        }
    }

    /// Says what is wrong with the numbers, in one sentence.
    ///
    /// # Errors
    /// Names the key, what is allowed and what was found.
    pub fn check(&self) -> Result<(), ConfigError> {
        let whole = |key: &'static str, value: usize, most: usize| {
            if (1..=most).contains(&value) { Ok(()) } else { Err(ConfigError::new(key, format!("1 to {most}"), value)) }
        };
        let real = |key: &'static str, value: f64, least: f64, most: f64| {
            if (least..=most).contains(&value) {
                Ok(())
            } else {
                Err(ConfigError::new(key, format!("{least} to {most}"), value))
            }
        };
        whole("latent", self.latent, 512)?;
        whole("batch", self.batch, 4096)?;
        whole("hidden layers", self.hidden.len(), 8)?;
        for width in &self.hidden {
            whole("hidden", *width, 8192)?;
        }
        real("learning_rate", self.learning_rate, 0.0, 1.0)?;
        real("adam_beta1", self.adam_beta1, 0.0, 0.9999)?;
        real("beta", self.beta, 0.0, 1000.0)?;
        real("r1_gamma", self.r1_gamma, 0.0, 1000.0)?;
        if self.family == Family::Gan && self.batch_norm && self.batch < 2 {
            return Err(ConfigError::new("batch", "2 or more with batch norm".into(), self.batch));
        }
        if self.likelihood == Likelihood::Gaussian && self.binarize != Binarize::None {
            return Err(ConfigError::new(
                "binarize",
                "none with a Gaussian likelihood".into(),
                format!("{:?}", self.binarize),
            ));
        }
        Ok(())
    }

    /// Whether it has an encoder.
    pub fn encodes(&self) -> bool {
        self.family != Family::Gan
    }
}

/// A number that no run can have.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("{key}: expected {expected}, found {found}")]
pub struct ConfigError {
    key: &'static str,
    expected: String,
    found: String,
}

impl ConfigError {
    fn new(key: &'static str, expected: String, found: impl ToString) -> Self {
        Self { key, expected, found: found.to_string() }
    }
}
