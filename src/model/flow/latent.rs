//! Flow matching on the code of a variational autoencoder (Lipman 2023, Rombach 2022). First the autoencoder learns; then,
//! its weights as they are, the flow from noise to its codes: what is drawn from the prior is carried to where images are.

use super::paths::matching_loss;
use super::process::Process;
use super::scaled_code::ScaledCode;
use super::velocity::{self, lay_out, lay_out_back, scaling};
use crate::dataset::{ImageShape, Split};
use crate::model::learning::Updates;
use crate::model::network::{LearningNetwork, names, save};
use crate::model::trainable::{Figures, StepInput, Trainable, mean_losses};
use crate::model::vae::Vae;
use crate::model::{
    Batch, ConfigValues, Losses, MetricId, Sampling, Saved, SavedNames, Setting, StepError, Tested, TestedBatch, plain,
};
use crate::nn::inspection::Inspector;
use crate::nn::parameters::{Parameters, copied};
use crate::snapshot::{Activation, Network, Operation, Snapshot};
use candle_core::{Device, Tensor};
use serde::Deserialize;

type Result<T> = std::result::Result<T, StepError>;

/// The log variance of an encoded image: about as exact as the way back is.
const LOG_VARIANCE: f32 = -12.0;
/// Rounds of each step's way back.
const ROUNDS: usize = 4;
/// Straight paths.
const PROCESS: Process = Process::FlowMatching;

/// What it learns with, beside what its autoencoder does and how gradients become updates.
#[derive(Clone, Debug, Deserialize)]
struct LatentFlowSettings {
    latent: usize,
    flow_hidden: Vec<usize>,
    seed: u64,
    code_steps: u64,
    flow_steps: usize,
    flow_time: f64,
}

/// An autoencoder and the flow on its code as they learn.
#[derive(Debug)]
pub(super) struct LatentFlow {
    shape: ImageShape,
    settings: LatentFlowSettings,
    /// Normal draws an image: the posterior's noise, the noise where a path begins, and one for the time.
    sampling: Sampling,
    updates: Updates,
    vae: Vae,
    /// Made by the flow's first step.
    code: ScaledCode,
    field: LearningNetwork,
}

impl LatentFlow {
    pub fn new(config: &ConfigValues, shape: ImageShape, parameters: &dyn Fn() -> Parameters) -> Result<Self> {
        let settings: LatentFlowSettings = config.read()?;
        let latent = settings.latent;
        Ok(Self {
            shape,
            sampling: Sampling { latent: 2 * latent + 1, ..config.read()? },
            updates: config.read()?,
            vae: Vae::within(&of_vae(config), shape, parameters())?,
            code: ScaledCode::plain(latent),
            field: LearningNetwork::new("field", parameters(), |parameters| {
                velocity::field(latent, &settings.flow_hidden, settings.seed, parameters)
            })?,
            settings,
        })
    }

    /// Whether the flow has begun to learn.
    fn flows(&self) -> bool {
        self.field.updates() > 0
    }

    /// The draws of a batch that the autoencoder reads, and those of the flow's paths.
    fn draws(&self, batch: &Batch) -> candle_core::Result<(Tensor, Vec<f32>)> {
        let latent = self.settings.latent;
        let posterior = batch.noise.narrow(1, 0, latent)?.contiguous()?;
        Ok((posterior, copied(&batch.noise.narrow(1, latent, latent + 1)?.contiguous()?)?))
    }

    /// Squared error of the field on paths to the codes of a batch.
    fn loss(&self, batch: &Batch) -> candle_core::Result<Tensor> {
        let (posterior, draws) = self.draws(batch)?;
        let mut codes = copied(&self.vae.codes(&batch.images, &posterior)?)?;
        self.code.scale(&mut codes);
        let device = batch.images.device();
        matching_loss(PROCESS, &self.field.layers, (&codes, &draws), (self.settings.latent, device))
    }

    fn flow_step(&mut self, input: &mut StepInput<'_>) -> Result<Losses> {
        let loss = self.loss(&input.batch(&self.sampling)?)?;
        let losses = vec![(MetricId::MATCHING_LOSS, loss.to_scalar::<f32>()?)];
        StepError::check(&losses)?;
        let step = input.step.saturating_sub(self.settings.code_steps);
        self.field.learn(&loss.backward()?, self.updates.at(step))?;
        Ok(losses)
    }
}

/// The autoencoder is kept as it is at its last step, not as the average of its weights: the flow learns what it encodes.
fn of_vae(config: &ConfigValues) -> ConfigValues {
    let mut config = config.clone();
    config.put("average_decay", Setting::Real(0.0));
    config
}

/// Adds a network's operations, its input the last value there is.
fn append(operations: &mut Vec<Operation>, network: &Network) {
    let from = operations.len();
    operations.extend(network.operations().iter().map(|operation| Operation {
        inputs: operation.inputs.iter().map(|value| value + from).collect(),
        ..operation.clone()
    }));
}

impl Trainable for LatentFlow {
    /// One update of the autoencoder, or, when it has learned, of the flow.
    fn step(&mut self, input: &mut StepInput<'_>) -> Result<Losses> {
        if input.step < self.settings.code_steps {
            return self.vae.step(input);
        }
        if self.flows() {
            return self.flow_step(input);
        }
        if let Some(encoder) = self.vae.snapshot(input.step)?.encoder {
            self.code = ScaledCode::of(&encoder, input.train(), self.settings.latent, &|| input.goes_on())?;
        }
        let learned = self.flow_step(input);
        if learned.is_err() {
            self.code = ScaledCode::plain(self.settings.latent);
        }
        learned
    }

    fn set_live(&mut self, config: &ConfigValues) -> Result<()> {
        (self.settings, self.updates) = (config.read()?, config.read()?);
        self.vae.set_live(&of_vae(config))
    }

    fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    /// The autoencoder's figures, and the field's when it has begun to learn.
    fn test(&self, batch: &Batch) -> Result<Tested> {
        let (noise, _) = self.draws(batch)?;
        let Tested { mut losses, .. } = self.vae.test(&Batch { noise, ..batch.clone() })?;
        if self.flows() {
            let loss = self.field.with_average(|| self.loss(batch)?.to_scalar::<f32>())?;
            losses.push((MetricId::TEST_MATCHING_LOSS, loss));
        }
        // They are of the autoencoder's code, which is not the latent space that is shown.
        Ok(Tested { losses, posteriors: None })
    }

    /// Nats an image of the autoencoder; of the field, mean over examples and dimensions.
    fn evaluate(&self, test: &Split, watch: &mut dyn FnMut(TestedBatch<'_>) -> bool) -> Result<Figures> {
        let losses = mean_losses(self, (test, test.count()), &Device::Cpu, watch)?;
        let name = |id| match id {
            MetricId::TEST_RECONSTRUCTION => Some("test_recon"),
            MetricId::TEST_KL => Some("test_kl"),
            MetricId::TEST_MATCHING_LOSS => Some("test_matching_loss"),
            _ => None,
        };
        Ok(losses.into_iter().filter_map(|(id, loss)| Some((name(id)?, f64::from(loss)))).collect())
    }

    /// The decoder goes all steps from noise to a code (to the time that is set) and decodes it; the encoder all of them back.
    /// While the autoencoder learns it is the autoencoder's.
    fn snapshot(&self, step: u64) -> Result<Snapshot> {
        let Snapshot { decoder, encoder, .. } = self.vae.snapshot(step)?;
        let snapshot = |decoder, encoder| Snapshot {
            step,
            image: self.shape,
            latent: self.settings.latent,
            likelihood: None,
            decoder,
            encoder,
            critic: None,
            prior: crate::snapshot::Prior::StandardNormal,
        };
        if !self.flows() {
            return Ok(snapshot(decoder, encoder));
        }
        let LatentFlowSettings { latent, flow_steps, flow_time, .. } = self.settings;
        let field = self.field.plain(Activation::Identity, None)?;
        let field = field.operations();
        let mut down = Vec::new();
        let end = lay_out(field, latent, &PROCESS.steps_to(flow_time, flow_steps), &mut down, 0);
        down.push(self.code.decoding(end));
        append(&mut down, &decoder);
        let encoder = encoder.map(|encoder| {
            let mut up = encoder.operations().to_vec();
            up.push(self.code.encoding(up.len()));
            let place = up.len();
            let end = lay_out_back(field, latent, (&PROCESS.steps_to(1.0, flow_steps), ROUNDS), &mut up, place);
            let mut posterior = scaling("noise", end, latent, 1.0);
            plain::append_constants(&mut posterior, latent, LOG_VARIANCE);
            up.push(posterior);
            Network::new(self.shape.values(), up)
        });
        Ok(snapshot(Network::new(latent, down)?, encoder.transpose()?))
    }

    fn save(&self) -> Result<Saved> {
        let (mut saved, field) = (self.vae.save()?, save(&[&self.field])?);
        saved.weights.extend(field.weights);
        saved.weights.extend(self.code.save().map(|(name, values)| (name.to_owned(), values)));
        saved.moments.extend(field.moments);
        saved.updates.extend(field.updates);
        Ok(saved)
    }

    fn names(&self) -> SavedNames {
        let (mut all, field) = (self.vae.names(), names(&[&self.field]));
        all.weights.extend(field.weights);
        all.weights.extend(["code.deviations", "code.mean"].map(str::to_owned));
        all.moments.extend(field.moments);
        all.updates.extend(field.updates);
        all
    }

    fn restore(&mut self, saved: &Saved) -> Result<()> {
        self.vae.restore(saved)?;
        self.field.restore(saved)?;
        self.code = self.code.saved(saved)?;
        Ok(())
    }

    /// Of an update of the autoencoder; an update of the flow is cheaper.
    fn flops(&self) -> u64 {
        self.vae.flops()
    }

    fn inspectors(&self) -> Vec<&Inspector> {
        self.vae.inspectors().into_iter().chain([self.field.inspector()]).collect()
    }

    fn parameter_count(&self) -> usize {
        self.vae.parameter_count() + self.field.parameters.count() + 2 * self.settings.latent
    }
}
