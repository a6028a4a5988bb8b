//! What a model is built with.

use super::fields::{self, Usual};
use crate::model::{Binarize, Config, Family, Likelihood, Network};
use crate::ui::text::tr;
use crate::ui::widgets::row;
use eframe::egui::{DragValue, Response, Ui};

/// Draws the section.
pub fn ui(ui: &mut Ui, config: &mut Config) {
    fields::rows(ui, "network", |ui| rows(ui, config));
}

fn rows(ui: &mut Ui, config: &mut Config) {
    row(ui, &tr("model.network"), &tr("model.network_tip"), |ui| network(ui, config));
    if config.network != Network::Dense {
        row(ui, &tr("model.channels"), &tr("model.channels_tip"), |ui| fields::count(ui, &mut config.channels, 256));
    }
    let widths: Vec<String> = config.hidden.iter().map(ToString::to_string).collect();
    let widths = if widths.is_empty() { tr("model.hidden_none") } else { widths.join("–") };
    fields::fact(ui, &tr("model.hidden"), &tr("model.hidden_tip"), widths);
    row(ui, &tr("model.latent"), &tr("model.latent_tip"), |ui| fields::count(ui, &mut config.latent, 512));
    row(ui, &tr("model.batch"), &tr("model.batch_tip"), |ui| fields::count(ui, &mut config.batch, 4096));
    if config.encodes() {
        row(ui, &tr("model.likelihood"), &tr("model.likelihood_tip"), |ui| likelihood(ui, config));
        if config.likelihood == Likelihood::Bernoulli {
            row(ui, &tr("model.binarize"), &tr("model.binarize_tip"), |ui| binarize(ui, config));
        }
    }
    let usual = Usual::real(0.999, 0.0..=0.999_999);
    fields::optional(ui, &tr("model.average"), &tr("model.average_tip"), &mut config.average_decay, usual);
    row(ui, &tr("model.seed"), &tr("model.seed_tip"), |ui| {
        ui.add(DragValue::new(&mut config.seed).speed(0.2).update_while_editing(false))
    });
}

fn network(ui: &mut Ui, config: &mut Config) -> Response {
    let name = |network| match network {
        Network::Dense => tr("network.dense"),
        Network::Convolutional => tr("network.convolutional"),
        Network::Pooled => tr("network.pooled"),
    };
    let before = config.network;
    let all = [Network::Dense, Network::Convolutional, Network::Pooled];
    let response = fields::choice(ui, "network", &mut config.network, &all, name);
    if config.network != before {
        config.hidden = hidden(config);
    }
    response
}

/// The hidden dense layers that go with a kind of network: the preset's own where it is of that kind.
fn hidden(config: &Config) -> Vec<usize> {
    match Config::preset(&config.preset) {
        Some(preset) if preset.network == config.network => preset.hidden,
        _ => match (config.network, config.family) {
            (Network::Dense, _) => vec![256, 512],
            (Network::Convolutional, Family::Vae | Family::Autoencoder) => vec![256],
            (Network::Convolutional, Family::Gan) | (Network::Pooled, _) => vec![],
        },
    }
}

fn likelihood(ui: &mut Ui, config: &mut Config) -> Response {
    let name = |likelihood| match likelihood {
        Likelihood::Bernoulli => tr("likelihood.bernoulli"),
        Likelihood::Gaussian => tr("likelihood.gaussian"),
    };
    let all = [Likelihood::Bernoulli, Likelihood::Gaussian];
    let response = fields::choice(ui, "likelihood", &mut config.likelihood, &all, name);
    // Pixels of a normal distribution are not coin flips.
    if config.likelihood == Likelihood::Gaussian {
        config.binarize = Binarize::None;
    }
    response
}

fn binarize(ui: &mut Ui, config: &mut Config) -> Response {
    let name = |binarize| match binarize {
        Binarize::None => tr("binarize.none"),
        Binarize::Static => tr("binarize.static"),
        Binarize::Dynamic => tr("binarize.dynamic"),
    };
    let all = [Binarize::None, Binarize::Static, Binarize::Dynamic];
    fields::choice(ui, "binarize", &mut config.binarize, &all, name)
}
