//! Decision trees: each gives what its leaf holds at the input, and the leaves of all of them are summed.

use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::kernels::for_each_example;
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, element_stage, wgsl};
use crate::nn::conv_shape::Map;
use candle_core::{Result, Tensor, bail};

/// `[batch, inputs]` to `[batch, outputs]`. Each tree is complete, of `depth` levels of decisions. The weight holds, tree by tree,
/// its decisions `[2^depth − 1, 2]` (an input's number and a threshold; the children of decision `n` are `2n + 1` where the input
/// is at most the threshold, else `2n + 2`); then, tree by tree, its leaves `[2^depth, outputs]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecisionTrees {
    /// Coordinates.
    pub inputs: usize,
    /// Elements of a leaf.
    pub outputs: usize,
    /// Trees.
    pub trees: usize,
    /// Levels of decisions.
    pub depth: usize,
}

impl DecisionTrees {
    const ONLY: ShaderStage = element_stage!("decision_trees");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];

    /// Leaves of a tree.
    pub fn leaves(&self) -> usize {
        1 << self.depth
    }

    /// Elements of a tree's decisions.
    pub fn decision_values(&self) -> usize {
        2 * (self.leaves() - 1)
    }

    /// The leaf at which a tree of these decisions ends for `x`.
    fn leaf(&self, decisions: &[f32], x: &[f32]) -> usize {
        let mut node = 0;
        for _ in 0..self.depth {
            let decision = decisions.chunks_exact(2).nth(node);
            let is_left = decision.is_some_and(|decision| match decision {
                [input, threshold] => x.get(*input as usize).is_some_and(|x| x <= threshold),
                _ => false,
            });
            node = 2 * node + 1 + usize::from(!is_left);
        }
        node + 1 - self.leaves()
    }
}

impl Compute for DecisionTrees {
    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn weight_shape(&self) -> Vec<usize> {
        vec![self.trees * (self.decision_values() + self.leaves() * self.outputs)]
    }

    fn flops(&self) -> u64 {
        (self.trees * self.outputs) as u64
    }

    fn forward(&self, weight: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        let (decisions, leaves) = weight.split_at((self.trees * self.decision_values()).min(weight.len()));
        for_each_example(self, x.first, out, |x, out| {
            out.fill(0.0);
            for (tree, leaves) in leaves.chunks_exact(self.leaves() * self.outputs).enumerate() {
                let values = self.decision_values();
                let decisions = decisions.get(tree * values..(tree + 1) * values).unwrap_or(&[]);
                let leaf = leaves.chunks_exact(self.outputs).nth(self.leaf(decisions, x)).unwrap_or(&[]);
                out.iter_mut().zip(leaf).for_each(|(out, value)| *out += value);
            }
        });
    }

    /// It is constant piece by piece.
    fn backward(&self, _: &[f32], _: Inputs<'_>, _: &[f32], x_gradient: InputGradients<'_>) {
        x_gradient.first.fill(0.0);
    }

    fn tangent(&self, _: &[f32], _: Inputs<'_>, _: Inputs<'_>, out: &mut [f32]) {
        out.fill(0.0);
    }

    fn by_candle(&self, _: Option<&Tensor>, _: Option<&Tensor>, _: &[&Tensor]) -> Result<Tensor> {
        bail!("candle has no decision trees")
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let small = Map { height: self.depth, width: self.trees, channels: self.inputs };
        let large = Map { height: 1, width: 1, channels: self.outputs };
        let sizes = ShaderSizes { small, large, ..ShaderSizes::default() };
        ShaderCall::by_elements(Self::ONLY, examples, self.outputs, sizes)
    }

    fn label(&self) -> &'static str {
        "operation.decision_trees"
    }

    fn sizes(&self) -> String {
        format!("{}→{}, {}×{}", self.inputs, self.outputs, self.trees, self.leaves())
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::Vector(self.outputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tree_gives_the_leaf_that_its_decisions_lead_to() {
        let trees = DecisionTrees { inputs: 2, outputs: 1, trees: 2, depth: 2 };
        let first = [0.0, 0.5, 1.0, -1.0, 1.0, 2.0];
        let second = [1.0, 0.0, 0.0, 9.0, 0.0, 9.0];
        let leaves = [1.0, 2.0, 3.0, 4.0, 10.0, 20.0, 30.0, 40.0];
        let weight = [&first[..], &second[..], &leaves[..]].concat();
        assert_eq!(weight.len(), trees.weights());
        let x = [0.5, -1.0, 0.5, 0.0, 0.6, 2.0, 0.6, 2.1, 9.5, -1.0];
        let mut out = [0.0; 5];
        trees.forward(&weight, &[], Inputs::from(&x[..]), &mut out);
        assert_eq!(out, [1.0 + 10.0, 2.0 + 10.0, 3.0 + 30.0, 4.0 + 30.0, 3.0 + 20.0]);
    }
}
