//! Which processor decodes: what was asked for, what there is, and what has already gone wrong.

use super::probe::DeviceInfo;
use crate::message::Message;
use crate::model::ModelId;
use serde::{Deserialize, Serialize};

/// What the person asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecoderChoice {
    /// A graphics card where there is one that computes, else the CPU.
    #[default]
    Auto,
    /// The graphics adapter, also where it is software rendering.
    Gpu,
    /// The CPU.
    Cpu,
}

impl DecoderChoice {
    /// All, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Gpu, Self::Cpu];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Gpu => "gpu",
            Self::Cpu => "cpu",
        }
    }
}

/// Who decodes, and why it is the CPU where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoding {
    /// Compute shaders on the window's own device.
    Gpu,
    /// The CPU, because it was asked for.
    CpuChosen,
    /// The CPU, because the adapter is software rendering: it would be slower.
    CpuSoftware,
    /// The CPU, because nothing draws on a graphics device.
    CpuNoAdapter,
    /// The CPU, because the adapter cannot compute what is needed, or refused it, for all models or for one: one sentence.
    CpuRefused(Message),
}

impl Decoding {
    /// Whether the graphics adapter decodes.
    pub fn is_gpu(&self) -> bool {
        *self == Self::Gpu
    }
}

/// A model that the window's device decodes in this frame: tiles, output and lens all go by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnDevice {
    /// The model.
    pub model: ModelId,
    /// The step of its weights that are drawn. Until there is one, what the CPU made is drawn beneath; from then on the CPU
    /// decodes nothing.
    pub step: Option<u64>,
}

impl OnDevice {
    /// The step of the weights that the device draws; `None` where the CPU still has to decode.
    pub fn step_of(on_device: Option<Self>) -> Option<u64> {
        on_device.and_then(|on_device| on_device.step)
    }
}

/// Decides. `device` is what the window draws with, `refusal` why it refuses, if it does: everything until the
/// program ends, or the model that is asked about.
pub fn decide(choice: DecoderChoice, device: Option<&DeviceInfo>, refusal: Option<&Message>) -> Decoding {
    let device = match (choice, device) {
        (DecoderChoice::Cpu, _) => return Decoding::CpuChosen,
        (_, None) => return Decoding::CpuNoAdapter,
        (_, Some(device)) => device,
    };
    match (refusal, &device.no_compute, choice) {
        (Some(why), _, _) | (None, Some(why), _) => Decoding::CpuRefused(why.clone()),
        (None, None, DecoderChoice::Auto) if device.software => Decoding::CpuSoftware,
        (None, None, _) => Decoding::Gpu,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(software: bool, no_compute: Option<&str>) -> DeviceInfo {
        DeviceInfo {
            name: "a card".into(),
            backend: "Vulkan".into(),
            driver: String::new(),
            software,
            largest_texture: 8192,
            no_compute: no_compute.map(Message::words),
        }
    }

    #[test]
    fn a_card_that_computes_decodes_and_nothing_else_does_unasked() {
        let (card, software, gl) = (device(false, None), device(true, None), device(false, Some("no compute")));
        let refused = |why: &str| Decoding::CpuRefused(Message::words(why));
        let lost = Message::words("lost");
        for (choice, found, refusal, expected) in [
            (DecoderChoice::Auto, Some(&card), None, Decoding::Gpu),
            (DecoderChoice::Auto, Some(&software), None, Decoding::CpuSoftware),
            (DecoderChoice::Auto, Some(&gl), None, refused("no compute")),
            (DecoderChoice::Auto, Some(&card), Some(&lost), refused("lost")),
            (DecoderChoice::Auto, None, None, Decoding::CpuNoAdapter),
            (DecoderChoice::Gpu, Some(&card), None, Decoding::Gpu),
            (DecoderChoice::Gpu, Some(&software), None, Decoding::Gpu),
            (DecoderChoice::Gpu, Some(&gl), None, refused("no compute")),
            (DecoderChoice::Gpu, Some(&card), Some(&lost), refused("lost")),
            (DecoderChoice::Gpu, None, None, Decoding::CpuNoAdapter),
            (DecoderChoice::Cpu, Some(&card), None, Decoding::CpuChosen),
            (DecoderChoice::Cpu, None, Some(&lost), Decoding::CpuChosen),
        ] {
            assert_eq!(decide(choice, found, refusal), expected, "{choice:?} {found:?} {refusal:?}");
        }
    }
}
