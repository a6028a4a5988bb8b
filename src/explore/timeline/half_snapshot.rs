//! A snapshot in half the memory: weights as 16-bit floats. What is computed with it differs in the third or fourth digit,
//! and is labelled so where it is shown.

use crate::dataset::ImageShape;
use crate::nn::adversarial::AdversarialLoss;
use crate::snapshot::{Critic, Likelihood, Network, NetworkError, Operation, Prior, Snapshot, WeightDeviations};
use half::f16;
use half::slice::HalfFloatSliceExt;
use std::sync::Arc;

/// One operation: biases, of which there are few, are as they were.
#[derive(Clone, Debug)]
struct HalfOperation {
    /// Without its weights.
    operation: Operation,
    weight: Box<[f16]>,
}

#[derive(Clone, Debug)]
struct HalfNetwork {
    input: usize,
    operations: Vec<HalfOperation>,
    /// The standard deviations of its weights, where they are normal variables.
    deviations: Option<Box<Self>>,
}

/// A snapshot whose weights are 16-bit floats.
#[derive(Clone, Debug)]
pub struct HalfSnapshot {
    step: u64,
    image: ImageShape,
    latent: usize,
    likelihood: Option<Likelihood>,
    decoder: HalfNetwork,
    encoder: Option<HalfNetwork>,
    critic: Option<(HalfNetwork, AdversarialLoss)>,
    prior: Prior,
}

impl HalfNetwork {
    fn of(network: &Network) -> Self {
        let halved = |operation: &Operation| {
            let mut weight = vec![f16::ZERO; operation.weight.len()].into_boxed_slice();
            weight.convert_from_f32_slice(&operation.weight);
            // A finite weight stays one.
            for (half, whole) in weight.iter_mut().zip(operation.weight.iter()) {
                if half.is_infinite() && whole.is_finite() {
                    *half = if *whole > 0.0 { f16::MAX } else { f16::MIN };
                }
            }
            HalfOperation { operation: Operation { weight: Arc::from([]), ..operation.clone() }, weight }
        };
        let operations = network.operations().iter().map(halved).collect();
        let deviations = network.deviations().map(|deviations| Box::new(Self::of(deviations)));
        Self { input: network.input(), operations, deviations }
    }

    fn network(&self) -> Result<Network, NetworkError> {
        let whole = |half: &HalfOperation| {
            let mut weight = vec![0.0f32; half.weight.len()];
            half.weight.convert_to_f32_slice(&mut weight);
            Operation { weight: weight.into(), ..half.operation.clone() }
        };
        let network = Network::new(self.input, self.operations.iter().map(whole).collect())?;
        let Some(deviations) = &self.deviations else { return Ok(network) };
        let deviation = |half: &HalfOperation| {
            let Operation { weight, bias, .. } = whole(half);
            WeightDeviations { weight, bias }
        };
        network.with_deviations(deviations.operations.iter().map(deviation))
    }

    /// Weights, and biases; of normal variables both means and deviations.
    fn values(&self) -> (usize, usize) {
        let values = |half: &HalfOperation| (half.weight.len(), half.operation.bias.len());
        let all = self.operations.iter().chain(self.deviations.iter().flat_map(|deviations| &deviations.operations));
        all.map(values).fold((0, 0), |sum, next| (sum.0 + next.0, sum.1 + next.1))
    }
}

impl HalfSnapshot {
    /// A snapshot with its weights rounded.
    pub fn of(snapshot: &Snapshot) -> Self {
        Self {
            step: snapshot.step,
            image: snapshot.image,
            latent: snapshot.latent,
            likelihood: snapshot.likelihood,
            decoder: HalfNetwork::of(&snapshot.decoder),
            encoder: snapshot.encoder.as_ref().map(HalfNetwork::of),
            critic: snapshot.critic.as_ref().map(|critic| (HalfNetwork::of(&critic.network), critic.loss)),
            prior: snapshot.prior.clone(),
        }
    }

    /// Steps trained.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// What it holds, in bytes, but for what is the same whatever its size.
    pub fn bytes(&self) -> u64 {
        let networks = [Some(&self.decoder), self.encoder.as_ref(), self.critic.as_ref().map(|(network, _)| network)];
        let bytes = |network: &HalfNetwork| {
            let (weights, biases) = network.values();
            (size_of::<f16>() * weights + size_of::<f32>() * biases) as u64
        };
        networks.into_iter().flatten().map(bytes).sum()
    }

    /// The snapshot that is computed with.
    ///
    /// # Errors
    /// Never of one that was made of a snapshot.
    pub fn snapshot(&self) -> Result<Snapshot, NetworkError> {
        let critic = match &self.critic {
            Some((network, loss)) => Some(Critic { network: network.network()?, loss: *loss }),
            None => None,
        };
        Ok(Snapshot {
            step: self.step,
            image: self.image,
            latent: self.latent,
            likelihood: self.likelihood,
            decoder: self.decoder.network()?,
            encoder: self.encoder.as_ref().map(HalfNetwork::network).transpose()?,
            critic,
            prior: self.prior.clone(),
        })
    }
}

/// What the weights and biases of a snapshot hold in full precision, in bytes.
pub(super) fn whole_bytes(snapshot: &Snapshot) -> u64 {
    let critic = snapshot.critic.as_ref().map(|critic| &critic.network);
    let networks = [Some(&snapshot.decoder), snapshot.decoder.deviations(), snapshot.encoder.as_ref(), critic];
    let operations = networks.into_iter().flatten().flat_map(Network::operations);
    operations.map(|operation| 4 * (operation.weight.len() + operation.bias.len()) as u64).sum()
}
