//! The configurations that have names.

use super::config::{Binarize, Config, Family, Likelihood, Network, Schedule};
use crate::nn::adversarial::AdversarialLoss;
use crate::nn::optimizer::Method;

/// The presets' names, in the order they are shown.
pub const PRESETS: [&str; 12] = [
    "vae-dense",
    "ae-dense",
    "vae-400",
    "vae-400-best",
    "vae-conv",
    "vae-conv-pool",
    "gan-dense",
    "gan-collapse",
    "dcgan",
    "wgan",
    "wgan-gp",
    "wgan-gp-conv",
];

impl Config {
    /// The preset `vae-dense`.
    pub fn vae_dense() -> Self {
        Self {
            preset: "vae-dense".to_owned(),
            family: Family::Vae,
            network: Network::Dense,
            hidden: vec![256, 512],
            channels: 32,
            latent: 2,
            batch: 128,
            optimizer: Method::Adam,
            learning_rate: 1e-3,
            critic_rate: 1.0,
            adam_beta1: 0.9,
            adam_beta2: 0.999,
            weight_decay: 0.0,
            gradient_clip: 0.0,
            average_decay: 0.0,
            warm_up_steps: 0,
            schedule: Schedule::Constant,
            schedule_steps: 10_000,
            schedule_share: 0.1,
            early_stop_tests: 0,
            beta: 1.0,
            beta_warm_up_steps: 0,
            free_bits: 0.0,
            likelihood: Likelihood::Bernoulli,
            binarize: Binarize::None,
            batch_norm: false,
            gan_loss: AdversarialLoss::NonSaturating,
            r1_gamma: 0.0,
            gradient_penalty: 0.0,
            weight_clip: 0.0,
            critic_steps: 1,
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
        let vae_400 = Self { hidden: vec![400], latent: 20, ..vae.clone() };
        let convolutional_gan =
            Self { network: Network::Convolutional, hidden: vec![], latent: 64, r1_gamma: 0.0, ..gan.clone() };
        let wasserstein =
            Self { gan_loss: AdversarialLoss::Wasserstein, r1_gamma: 0.0, critic_steps: 5, ..gan.clone() };
        let gradient_penalty = Self {
            gradient_penalty: 10.0,
            learning_rate: 1e-4,
            adam_beta1: 0.0,
            adam_beta2: 0.9,
            ..wasserstein.clone()
        };
        let config = match name {
            "vae-dense" => vae,
            "ae-dense" => Self { family: Family::Autoencoder, ..vae },
            "vae-400" => vae_400,
            "vae-400-best" => Self {
                learning_rate: 2e-3,
                binarize: Binarize::Dynamic,
                warm_up_steps: 500,
                schedule: Schedule::Cosine,
                schedule_steps: 46_800,
                schedule_share: 0.0,
                average_decay: 0.999,
                ..vae_400
            },
            "vae-conv" => Self { network: Network::Convolutional, hidden: vec![256], ..vae },
            "vae-conv-pool" => Self { network: Network::Pooled, hidden: vec![], latent: 256, ..vae },
            "gan-dense" => gan,
            "gan-collapse" => Self { batch_norm: false, r1_gamma: 0.0, ..gan },
            "dcgan" => convolutional_gan,
            "wgan" => Self { optimizer: Method::RmsProp, learning_rate: 5e-5, weight_clip: 0.01, ..wasserstein },
            "wgan-gp" => gradient_penalty,
            "wgan-gp-conv" => Self { network: Network::Convolutional, hidden: vec![], latent: 64, ..gradient_penalty },
            _ => return None,
        };
        Some(Self { preset: name.to_owned(), ..config })
    }

    /// One line on what a preset is.
    pub fn summary(&self) -> String {
        let mut widths: Vec<String> = self.hidden.iter().map(ToString::to_string).collect();
        match self.network {
            Network::Dense => {}
            Network::Convolutional => widths.push(format!("convolutions from {}", self.channels)),
            Network::Pooled => widths.push(format!("pooled convolutions from {}", self.channels)),
        }
        let up = format!("z {}–{}–pixels", self.latent, widths.join("–"));
        let optimizer = match self.optimizer {
            Method::Adam => "Adam",
            Method::AdamW => "AdamW",
            Method::RmsProp => "RMSprop",
        };
        let how = format!("{optimizer} {}", self.learning_rate);
        match self.family {
            Family::Vae => format!("variational autoencoder, decoder {up}, {how}{}", self.schedule_note()),
            Family::Autoencoder => format!("autoencoder without noise, decoder {up}, {how}"),
            Family::Gan => format!("{}, generator {up}, {how}", self.gan_note()),
        }
    }

    fn schedule_note(&self) -> &'static str {
        match self.schedule {
            Schedule::Constant => "",
            Schedule::Cosine => " down a cosine, weights averaged, binarised anew at every sight",
            Schedule::Step => " falling in steps",
        }
    }

    fn gan_note(&self) -> &'static str {
        match (self.gan_loss, self.batch_norm) {
            (AdversarialLoss::Wasserstein, _) if self.gradient_penalty > 0.0 => "Wasserstein GAN with gradient penalty",
            (AdversarialLoss::Wasserstein, _) => "Wasserstein GAN with weights clipped",
            (_, false) => "GAN without batch norm and R1: loses its modes",
            _ if self.r1_gamma > 0.0 => "GAN with batch norm and R1",
            _ => "GAN with batch norm",
        }
    }
}
