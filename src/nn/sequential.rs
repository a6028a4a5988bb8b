//! Layers one after another as one candle operation with its own backward. Gradients of weights go to the buffers of their
//! parameters, which are reused, instead of through candle's store, which would fill with zeros, add and allocate each.

use super::generic;
use super::inspection::{InspectedLayer, Inspector};
use super::layer::{Layer, LayerPass, LayerWork};
use super::norm::Statistics;
use super::operations::OperationKind;
use super::parameters::{Parameter, Parameters};
use super::passes::{self, BoundLayer, BoundWork, Passed};
use super::storage::{Held, values, with_values};
use super::weight_gradients::{Wanted, summed_elements, weight_gradients};
use candle_core::{CpuStorage, CustomOp2, DType, Device, Layout, Result, Shape, Tensor, Var, bail};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Layers in order.
#[derive(Debug)]
pub struct Sequential {
    inner: Arc<Inner>,
    fused: bool,
}

/// What the passes through the layers share.
#[derive(Debug)]
pub(super) struct Inner {
    pub layers: Vec<Layer>,
    /// A variable without meaning, by which candle knows that something here learns.
    anchor: Var,
    /// Who looks at what they give.
    pub inspector: Arc<Inspector>,
    /// Buffers between two uses.
    buffers: Mutex<Vec<Vec<f32>>>,
}

impl Sequential {
    /// Layers of these parameters, one after another.
    ///
    /// # Errors
    /// If a layer does not give what the next one reads.
    pub fn new(parameters: &Parameters, layers: Vec<Layer>) -> Result<Self> {
        for layer in &layers {
            if matches!(&layer.work, LayerWork::Operation { kind, .. } if kind.second_inputs().is_some()) {
                bail!("{} reads two values, and a layer reads one", layer.name);
            }
        }
        for pair in layers.windows(2) {
            if let [before, layer] = pair
                && layer.inputs() != before.outputs()
            {
                bail!("{} gives {} values, {} reads {}", before.name, before.outputs(), layer.name, layer.inputs());
            }
        }
        if layers.is_empty() {
            bail!("expected at least one layer, found none");
        }
        let anchor = Var::zeros((), DType::F32, &Device::Cpu)?;
        let inspector = parameters.inspector().clone();
        let inner = Inner { layers, anchor, inspector, buffers: Mutex::default() };
        Ok(Self { inner: Arc::new(inner), fused: parameters.is_fused() })
    }

    /// Multiplications and additions for one example: of all layers, and of the first one that has any.
    pub fn flops(&self) -> (u64, u64) {
        let each = self.inner.layers.iter().map(|layer| match &layer.work {
            LayerWork::Operation { kind, .. } => kind.flops(),
            LayerWork::Norm(_) => 0,
        });
        (each.clone().sum(), each.into_iter().find(|flops| *flops > 0).unwrap_or(0))
    }

    /// The layers.
    pub fn layers(&self) -> &[Layer] {
        &self.inner.layers
    }

    pub(super) fn inner(&self) -> Option<&Inner> {
        self.fused.then_some(&*self.inner)
    }

    /// `[batch, inputs]` to `[batch, outputs]`, with the batch's own statistics, which enter the running ones.
    ///
    /// # Errors
    /// If `x` does not fit.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.apply(x, self.inner.layers.len(), LayerPass::Learning)
    }

    /// The same, but the batch's statistics do not enter the running ones.
    ///
    /// # Errors
    /// If `x` does not fit.
    pub fn forward_apart(&self, x: &Tensor) -> Result<Tensor> {
        self.apply(x, self.inner.layers.len(), LayerPass::Apart)
    }

    /// The same with weights that learn nothing: the gradient passes through to `x` alone.
    ///
    /// # Errors
    /// If `x` does not fit.
    pub fn forward_fixed(&self, x: &Tensor) -> Result<Tensor> {
        self.apply(x, self.inner.layers.len(), LayerPass::Fixed)
    }

    /// What the first `depth` layers give, with weights that learn nothing: `[batch, outputs]` of the last of them.
    ///
    /// # Errors
    /// If `x` does not fit, or there are no such layers.
    pub fn features_fixed(&self, x: &Tensor, depth: usize) -> Result<Tensor> {
        let count = self.inner.layers.len();
        if !(1..=count).contains(&depth) {
            bail!("expected 1 to {count} layers, found {depth}");
        }
        self.apply(x, depth, LayerPass::Fixed)
    }

    fn apply(&self, x: &Tensor, depth: usize, pass: LayerPass) -> Result<Tensor> {
        if !self.fused {
            return generic::forward(&self.inner.layers[..depth], x, pass);
        }
        let operation = Operation { shared: self.inner.clone(), depth, pass, tape: Mutex::default() };
        let anchor = if pass.learns() { self.inner.anchor.as_tensor().clone() } else { self.inner.anchor.detach() };
        x.contiguous()?.apply_op2(&anchor, operation)
    }
}

impl Inner {
    /// A buffer of this length with anything in it.
    pub fn lend(&self, length: usize) -> Vec<f32> {
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        let found = buffers.iter().position(|buffer| buffer.len() == length);
        found.map_or_else(|| vec![0.0; length], |place| buffers.swap_remove(place))
    }

    /// Takes buffers back.
    pub fn give_back(&self, lent: impl IntoIterator<Item = Vec<f32>>) {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner).extend(lent);
    }

    /// Runs `work` on the layers with their parameters at hand.
    pub fn with_layers<T>(&self, work: impl FnOnce(&[BoundLayer<'_>]) -> Result<T>) -> Result<T> {
        let held: Vec<[Option<Held<'_>>; 2]> = self
            .layers
            .iter()
            .map(|layer| layer.parameters().map(|one| one.map(|one| Held::new(&one.variable))))
            .collect();
        let mut layers = Vec::with_capacity(held.len());
        for (layer, [first, second]) in self.layers.iter().zip(&held) {
            let first = first.as_ref().map_or(Ok(&[][..]), Held::values)?;
            let second = second.as_ref().map_or(Ok(&[][..]), Held::values)?;
            let work = match &layer.work {
                LayerWork::Operation { kind, .. } => BoundWork::Operation { kind: *kind, weight: first, bias: second },
                LayerWork::Norm(norm) => BoundWork::Norm { elements: norm.elements, scale: first, shift: second },
            };
            layers.push(BoundLayer { work, activation: layer.activation });
        }
        work(&layers)
    }

    /// Lets who looks see what the layers gave; of a critic's rows the generated images' come first.
    pub fn inspect_forward(&self, values: &[Vec<f32>]) {
        if self.inspector.looks() {
            self.inspector.forward(&self.inspected(), values);
        }
    }

    /// And the gradients before their activations.
    pub fn inspect_backward(&self, gradients: &[Vec<f32>]) {
        if self.inspector.looks() {
            self.inspector.backward(&self.inspected(), gradients);
        }
    }

    fn inspected(&self) -> Vec<InspectedLayer<'_>> {
        fn inspected(layer: &Layer) -> InspectedLayer<'_> {
            let (activation, outputs, units) = (layer.activation, layer.outputs(), layer.units());
            InspectedLayer { name: &layer.name, activation, outputs, units }
        }
        self.layers.iter().map(inspected).collect()
    }

    /// Lends a buffer for each layer's `rows`.
    pub fn lend_values(&self, rows: usize) -> Vec<Vec<f32>> {
        self.lend_first_values(self.layers.len(), rows)
    }

    fn lend_first_values(&self, depth: usize, rows: usize) -> Vec<Vec<f32>> {
        self.layers.iter().take(depth).map(|layer| self.lend(rows * layer.outputs())).collect()
    }

    /// Accumulates weight and bias gradients of the layers that have them; `look` gives each one's input, its gradient, and the
    /// gradient that its bias's is summed from.
    pub fn accumulate<'a>(&self, look: impl Fn(usize) -> (&'a [f32], &'a [f32], Option<&'a [f32]>)) {
        let mut sinks = Vec::new();
        for (index, layer) in self.layers.iter().enumerate() {
            if let LayerWork::Operation { kind, weight: weight @ Some(_), bias } = &layer.work {
                sinks.push((
                    index,
                    *kind,
                    weight.as_ref().map(Parameter::buffer),
                    bias.as_ref().map(Parameter::buffer),
                ));
            }
        }
        let examples = |index: usize, kind: &OperationKind| look(index).1.len() / kind.outputs().max(1);
        let mut partial: Vec<Vec<f32>> =
            sinks.iter().map(|(index, kind, ..)| self.lend(summed_elements(*kind, examples(*index, kind)))).collect();
        let wanted = sinks
            .iter_mut()
            .map(|(index, kind, weight, bias)| {
                let (x, gradient, bias_gradient) = look(*index);
                let (weight, bias) = (weight.as_deref_mut(), bias.as_deref_mut());
                Wanted { kind: *kind, x, gradient, weight, bias, bias_gradient }
            })
            .collect();
        weight_gradients(wanted, &mut partial);
        self.give_back(partial.into_iter().filter(|buffer| !buffer.is_empty()));
    }
}

/// One forward pass, kept for its backward.
struct Operation {
    shared: Arc<Inner>,
    /// Layers that it goes through; all where it learns.
    depth: usize,
    pass: LayerPass,
    tape: Mutex<Option<Tape>>,
}

/// What the layers gave, the last one's apart.
struct Tape {
    values: Vec<Vec<f32>>,
    statistics: Vec<Option<Statistics>>,
}

impl Operation {
    fn tape(&self) -> MutexGuard<'_, Option<Tape>> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        if let Some(tape) = self.tape().take() {
            self.shared.give_back(tape.values);
        }
    }
}

impl CustomOp2 for Operation {
    fn name(&self) -> &'static str {
        "sequential"
    }

    fn cpu_fwd(&self, x: &CpuStorage, x_layout: &Layout, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        let (batch, inputs) = x_layout.shape().dims2()?;
        let x = values(x, x_layout)?;
        self.shared.with_layers(|layers| {
            let layers = &layers[..self.depth];
            let expected = layers.first().map_or(0, BoundLayer::inputs);
            if inputs != expected {
                bail!("expected {expected} values an example, found {inputs}");
            }
            let mut values = self.shared.lend_first_values(self.depth, batch);
            let statistics = passes::forward(layers, x, batch, &mut passes::slices_mut(&mut values));
            for (layer, statistics) in self.shared.layers.iter().zip(&statistics) {
                if let (LayerWork::Norm(norm), Some(statistics), true) =
                    (&layer.work, statistics, self.pass.remembers())
                {
                    norm.remember(statistics, batch * norm.elements / statistics.mean.len().max(1));
                }
            }
            if self.pass.learns() {
                self.shared.inspect_forward(&values);
            }
            // candle owns the result; the buffer stays here.
            let out = values.last().cloned().unwrap_or_default();
            let shape = Shape::from((batch, layers.last().map_or(0, BoundLayer::outputs)));
            *self.tape() = Some(Tape { values, statistics });
            Ok((CpuStorage::F32(out), shape))
        })
    }

    fn bwd(
        &self,
        x: &Tensor,
        _: &Tensor,
        _: &Tensor,
        out_gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let Some(tape) = self.tape().take() else { bail!("this pass has been gone back through already") };
        let batch = x.dim(0)?;
        let mut gradients = self.shared.lend_first_values(self.depth, batch);
        with_values(out_gradient, |values| {
            if let Some(last) = gradients.last_mut() {
                last.copy_from_slice(values);
            }
            Ok(())
        })?;
        let mut x_gradient = x.track_op().then(|| vec![0.0; x.elem_count()]);
        with_values(x, |x| {
            self.shared.with_layers(|layers| {
                let layers = &layers[..self.depth];
                let values = passes::slices(&tape.values);
                let passed = Passed { x, values: &values, statistics: &tape.statistics };
                let outs = &mut passes::slices_mut(&mut gradients);
                let norms = passes::backward(layers, &passed, batch, outs, x_gradient.as_deref_mut());
                if self.pass.learns() {
                    for (index, scale, shift) in norms {
                        if let LayerWork::Norm(norm) = &self.shared.layers[index].work {
                            norm.scale.buffer().add(&scale);
                            norm.shift.buffer().add(&shift);
                        }
                    }
                    self.shared.accumulate(|index| (passes::input_of(index, x, &values), &gradients[index], None));
                }
                Ok(())
            })
        })?;
        if self.pass.learns() {
            self.shared.inspect_backward(&gradients);
        }
        self.shared.give_back(tape.values.into_iter().chain(gradients));
        let x_gradient = x_gradient.map(|gradient| Tensor::from_vec(gradient, x.shape(), x.device())).transpose()?;
        Ok((x_gradient, None))
    }
}
