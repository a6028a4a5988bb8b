//! What the rows of an image say of their states: the forward–backward algorithm with scaling (Rabiner 1989, section V.A).

use super::chain::ChainTerms;

/// The two passes over an image; buffers are used again.
#[derive(Debug, Default)]
pub struct ForwardBackward {
    /// p(row | state), divided by the largest of its row, `[rows, states]`.
    likelihoods: Vec<f64>,
    /// p(state | the rows up to its own), `[rows, states]`.
    forward: Vec<f64>,
    /// By what `forward` was divided, `[rows]`.
    scales: Vec<f64>,
    /// p(the rows after | state), divided by that without the state, `[rows, states]`.
    backward: Vec<f64>,
    /// What a row and those after it say of its state, `[states]`.
    weighted: Vec<f64>,
}

impl ForwardBackward {
    /// The pass from the first row on: log p(image) of the log p(row | state) of its rows, `[rows, states]`.
    pub fn forward(&mut self, terms: &ChainTerms, logs: &[f64]) -> f64 {
        let states = terms.states().max(1);
        let Self { likelihoods, forward, scales, .. } = self;
        likelihoods.clear();
        forward.clear();
        scales.clear();
        let mut log_p = 0.0;
        for logs in logs.chunks_exact(states) {
            let start = forward.len();
            if start == 0 {
                forward.extend_from_slice(&terms.initial);
            } else {
                forward.resize(start + states, 0.0);
                let (before, now) = forward.split_at_mut(start);
                let before = before.chunks_exact(states).next_back().unwrap_or_default();
                for (from, to) in before.iter().zip(terms.transitions.chunks_exact(states)) {
                    now.iter_mut().zip(to).for_each(|(sum, p)| *sum += from * p);
                }
            }
            let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut scale = 0.0;
            for (p, log) in forward.iter_mut().skip(start).zip(logs) {
                let likelihood = (log - most).exp();
                likelihoods.push(likelihood);
                *p *= likelihood;
                scale += *p;
            }
            forward.iter_mut().skip(start).for_each(|p| *p /= scale);
            scales.push(scale);
            log_p += most + scale.ln();
        }
        log_p
    }

    /// The pass back, after [`Self::forward`]. To `pairs`, `[to, from]`, is added for each row but the first what is p(state of
    /// the row before, state | image) once it is multiplied by the transition.
    pub fn backward(&mut self, terms: &ChainTerms, pairs: &mut [f64]) {
        let states = terms.states().max(1);
        let Self { likelihoods, forward, scales, backward, weighted } = self;
        backward.clear();
        backward.resize(forward.len(), 1.0);
        for (row, scale) in scales.iter().enumerate().skip(1).rev() {
            let (before, now) = backward.split_at_mut(row * states);
            weighted.clear();
            let own = likelihoods.iter().skip(row * states).zip(now);
            weighted.extend(own.map(|(likelihood, after)| likelihood * *after / scale));
            let start = (row - 1) * states;
            let (before, from) = (&mut before[start..], &forward[start..start + states]);
            before.fill(0.0);
            let columns = terms.to.chunks_exact(states).zip(pairs.chunks_exact_mut(states));
            for (to, (transitions, pairs)) in weighted.iter().zip(columns) {
                before.iter_mut().zip(transitions).for_each(|(sum, p)| *sum += to * p);
                pairs.iter_mut().zip(from).for_each(|(sum, p)| *sum += to * p);
            }
        }
    }

    /// p(state | the rows up to its own) of each row, `[rows, states]`, after [`Self::forward`].
    pub fn filtered(&self) -> &[f64] {
        &self.forward
    }

    /// p(state | image) of each row, `[rows, states]`, after both passes.
    pub fn posteriors(&self) -> impl Iterator<Item = f64> + '_ {
        self.forward.iter().zip(&self.backward).map(|(forward, backward)| forward * backward)
    }
}
