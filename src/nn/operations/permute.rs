//! Between the two orders that a map's elements lie in: planes, as images lie, and channels last.

use super::candle_maps::{flat, only, planes};
use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::kernels::for_each_example;
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, element_stage, wgsl};
use crate::nn::conv_shape::Map;
use candle_core::{Result, Tensor};

/// The elements of a map in another order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permute {
    /// The map.
    pub map: Map,
    /// The order that it gives; it reads the other one.
    pub to: MapOrder,
}

/// The order of a map's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapOrder {
    /// `[height, width, channels]`.
    ChannelsLast,
    /// `[channels, height, width]`.
    Planes,
}

impl Permute {
    const ONLY: ShaderStage = element_stage!("permute");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];

    /// Planes to channels last.
    pub const fn channels_last(map: Map) -> Self {
        Self { map, to: MapOrder::ChannelsLast }
    }

    /// Channels last to planes.
    pub const fn planes(map: Map) -> Self {
        Self { map, to: MapOrder::Planes }
    }

    /// The operation that undoes it.
    const fn inverse(self) -> Self {
        match self.to {
            MapOrder::ChannelsLast => Self::planes(self.map),
            MapOrder::Planes => Self::channels_last(self.map),
        }
    }

    /// What it reads as a matrix `[groups, width]`, which it transposes.
    const fn matrix(self) -> (usize, usize) {
        match self.to {
            MapOrder::ChannelsLast => (self.map.channels, self.map.places()),
            MapOrder::Planes => (self.map.places(), self.map.channels),
        }
    }
}

impl Compute for Permute {
    fn inputs(&self) -> usize {
        self.map.elements()
    }

    fn outputs(&self) -> usize {
        self.map.elements()
    }

    fn forward(&self, _: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        let (groups, width) = self.matrix();
        for_each_example(self, x.first, out, |x, out| {
            for (group, row) in x.chunks_exact(width).enumerate() {
                row.iter().enumerate().for_each(|(place, value)| out[place * groups + group] = *value);
            }
        });
    }

    fn backward(&self, _: &[f32], _: Inputs<'_>, gradient: &[f32], x_gradient: InputGradients<'_>) {
        self.inverse().forward(&[], &[], gradient.into(), x_gradient.first);
    }

    fn by_candle(&self, _: Option<&Tensor>, _: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor> {
        let (x, Map { height, width, channels }) = (only(x)?, self.map);
        match self.to {
            MapOrder::ChannelsLast => flat(&x.contiguous()?.reshape(((), channels, height, width))?),
            MapOrder::Planes => planes(x, self.map)?.flatten_from(1),
        }
    }

    fn input_gradient_by_candle(&self, _: Option<&Tensor>, gradient: &Tensor) -> Result<Option<Tensor>> {
        self.inverse().by_candle(None, None, &[gradient]).map(Some)
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let (height, width) = self.matrix();
        let sizes = ShaderSizes { large: Map { height, width, channels: 1 }, ..ShaderSizes::default() };
        ShaderCall::by_elements(Self::ONLY, examples, self.outputs(), sizes)
    }

    fn label(&self) -> &'static str {
        "operation.permute"
    }

    fn sizes(&self) -> String {
        self.map.to_string()
    }

    fn layout(&self) -> OutputLayout {
        match self.to {
            MapOrder::ChannelsLast => OutputLayout::ChannelsLast(self.map),
            MapOrder::Planes => OutputLayout::Planes(self.map),
        }
    }
}
