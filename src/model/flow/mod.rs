//! Flows from noise to data: a field of velocities or of noise is learned along paths between the two, and followed in steps.
//! The code that it flows in is linear, so that on two-dimensional data the plane is the data's own.

mod code;
mod latent;
mod latent_table;
mod paths;
mod process;
mod scaled_code;
mod table;
mod velocity;

pub use latent_table::LATENT_FLOW;
pub use table::FLOW;

use super::learning::Updates;
use super::network::{LearningNetwork, names, save};
use super::trainable::{Figures, StepInput, Trainable, mean_losses};
use super::{
    Batch, ConfigValues, Losses, MetricId, Sampling, Saved, SavedNames, StepError, Tested, TestedBatch, plain,
};
use crate::dataset::{ImageShape, Split};
use crate::nn::inspection::Inspector;
use crate::nn::parameters::{Parameters, copied};
use crate::random::Purpose;
use crate::snapshot::{Activation, Network, Prior, Scratch, Snapshot};
use candle_core::{Device, Tensor};
use code::FlowCode;
use paths::matching_loss;
use process::Process;
use serde::Deserialize;
use velocity::{lay_out, scaling};

type Result<T> = std::result::Result<T, StepError>;

/// The log variance of an encoded example: about as exact as the way back is.
const LOG_VARIANCE: f32 = -12.0;

/// What it learns with, beside how gradients become updates.
#[derive(Clone, Debug, Deserialize)]
struct FlowSettings {
    latent: usize,
    hidden: Vec<usize>,
    seed: u64,
    process: Process,
    flow_steps: usize,
    flow_time: f64,
}

/// A flow as it learns.
#[derive(Debug)]
struct Flow {
    shape: ImageShape,
    settings: FlowSettings,
    sampling: Sampling,
    updates: Updates,
    /// Made by the first step.
    code: FlowCode,
    field: LearningNetwork,
}

impl Flow {
    fn new(config: &ConfigValues, shape: ImageShape, parameters: Parameters) -> Result<Self> {
        let settings: FlowSettings = config.read()?;
        let latent = settings.latent;
        // Beside the noise one draw for the time.
        let sampling = Sampling { latent: latent + 1, noise: Purpose::Latent, ..config.read()? };
        parameters.check(shape.values().saturating_mul(latent.saturating_add(1)))?;
        if latent != shape.values() {
            super::pca::check_covariance(shape.values())?;
        }
        Ok(Self {
            shape,
            code: FlowCode::nothing(shape.values(), latent),
            field: LearningNetwork::new("", parameters, |parameters| {
                velocity::field(latent, &settings.hidden, settings.seed, parameters)
            })?,
            settings,
            sampling,
            updates: config.read()?,
        })
    }

    /// Squared error of what the field gives on the paths of a batch, mean over examples and dimensions.
    fn loss(&self, batch: &Batch) -> candle_core::Result<Tensor> {
        let (latent, process) = (self.settings.latent, self.settings.process);
        let (images, draws) = (copied(&batch.images)?, copied(&batch.noise)?);
        let count = draws.len() / (latent + 1);
        let encoder =
            Network::new(self.shape.values(), vec![self.code.encoding()]).map_err(candle_core::Error::wrap)?;
        let mut scratch = Scratch::default();
        let codes = encoder.evaluate(&images, count, &mut scratch);
        matching_loss(process, &self.field.layers, (codes, &draws), (latent, batch.images.device()))
    }
}

impl Trainable for Flow {
    /// One update on the squared error; before the first one the code is found.
    fn step(&mut self, input: &mut StepInput<'_>) -> Result<Losses> {
        let before = self.code.clone();
        if input.step == 0 {
            self.code = FlowCode::of(input.train(), self.settings.latent, &|| input.goes_on())?;
        }
        let learned = input.batch(&self.sampling).and_then(|batch| Ok(self.loss(&batch)?)).and_then(|loss| {
            let losses = vec![(MetricId::MATCHING_LOSS, loss.to_scalar::<f32>()?)];
            StepError::check(&losses)?;
            self.field.learn(&loss.backward()?, self.updates.at(input.step))?;
            Ok(losses)
        });
        if learned.is_err() {
            self.code = before;
        }
        learned
    }

    fn set_live(&mut self, config: &ConfigValues) -> Result<()> {
        (self.settings, self.updates) = (config.read()?, config.read()?);
        Ok(())
    }

    fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    fn test(&self, batch: &Batch) -> Result<Tested> {
        let loss = self.field.with_average(|| self.loss(batch)?.to_scalar::<f32>())?;
        Ok(Tested { losses: vec![(MetricId::TEST_MATCHING_LOSS, loss)], posteriors: None })
    }

    /// Mean over examples and dimensions.
    fn evaluate(&self, test: &Split, watch: &mut dyn FnMut(TestedBatch<'_>) -> bool) -> Result<Figures> {
        let losses = mean_losses(self, (test, test.count()), &Device::Cpu, watch)?;
        Ok(losses.into_iter().map(|(_, loss)| ("test_matching_loss", f64::from(loss))).collect())
    }

    /// The decoder goes all steps from noise to data (to the time that is set), the encoder all of them back.
    fn snapshot(&self, step: u64) -> Result<Snapshot> {
        let FlowSettings { latent, process, flow_steps, flow_time, .. } = self.settings;
        let field = self.field.plain(Activation::Identity, None)?;
        let field = field.operations();
        let mut decoder = Vec::new();
        let end = lay_out(field, latent, &process.steps_to(flow_time, flow_steps), &mut decoder, 0);
        decoder.push(self.code.decoding(end));
        let mut encoder = vec![self.code.encoding()];
        let end = lay_out(field, latent, &process.steps_back(flow_steps), &mut encoder, 1);
        let mut posterior = scaling("noise", end, latent, 1.0);
        plain::append_constants(&mut posterior, latent, LOG_VARIANCE);
        encoder.push(posterior);
        Ok(Snapshot {
            step,
            image: self.shape,
            latent,
            likelihood: None,
            decoder: Network::new(latent, decoder)?,
            encoder: Some(Network::new(self.shape.values(), encoder)?),
            critic: None,
            prior: Prior::StandardNormal,
        })
    }

    fn save(&self) -> Result<Saved> {
        let mut saved = save(&[&self.field])?;
        saved.weights.extend(self.code.save().map(|(name, values)| (name.to_owned(), values)));
        Ok(saved)
    }

    fn names(&self) -> SavedNames {
        let mut names = names(&[&self.field]);
        names.weights.extend(["code.deviations", "code.directions", "code.mean"].map(str::to_owned));
        names
    }

    fn restore(&mut self, saved: &Saved) -> Result<()> {
        self.field.restore(saved)?;
        self.code = self.code.saved(saved)?;
        Ok(())
    }

    fn flops(&self) -> u64 {
        let (all, first) = self.field.layers.flops();
        3 * all - first
    }

    fn inspectors(&self) -> Vec<&Inspector> {
        vec![self.field.inspector()]
    }

    fn parameter_count(&self) -> usize {
        self.field.parameters.count() + self.shape.values() * (self.settings.latent + 1)
    }
}
