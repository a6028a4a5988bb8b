//! Which device a model trains on.

use crate::message::{Explain, Message, message};
use candle_core::Device;
use candle_core::utils::{cuda_is_available, metal_is_available};
use std::str::FromStr;

/// What a person asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The first accelerator that there is and that the program was built for, else the CPU.
    #[default]
    Auto,
    /// The CPU, on the kernels of this program.
    Cpu,
    /// An NVIDIA card by number.
    Cuda(usize),
    /// Apple's own.
    Metal,
}

/// Why a device cannot be had.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("{}", self.message())]
pub enum DeviceError {
    /// No device is called that.
    Unknown(String),
    /// The program was built without it.
    NotBuilt {
        /// What was asked for.
        device: String,
        /// The feature.
        feature: &'static str,
    },
    /// The driver refused.
    Refused {
        /// What was asked for.
        device: String,
        /// In its own words.
        reason: String,
    },
}

impl Explain for DeviceError {
    fn message(&self) -> Message {
        match self {
            Self::Unknown(found) => message!("expected auto, cpu, cuda:N or metal, found {found}", found),
            Self::NotBuilt { device, feature } => {
                message!("{device} needs a program that was built with --features {feature}", device, feature)
            }
            Self::Refused { device, reason } => message!("{device} cannot be used: {reason}", device, reason),
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = DeviceError;

    fn from_str(text: &str) -> Result<Self, DeviceError> {
        let unknown = || DeviceError::Unknown(text.to_owned());
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "metal" => Ok(Self::Metal),
            "cuda" => Ok(Self::Cuda(0)),
            _ => {
                let number = text.strip_prefix("cuda:").ok_or_else(unknown)?;
                number.parse().map(Self::Cuda).map_err(|_| unknown())
            }
        }
    }
}

impl DeviceChoice {
    /// Opens the device.
    ///
    /// # Errors
    /// If the program was not built for it, or its driver refuses; never for [`Self::Auto`], which says in the log when it
    /// falls back to the CPU.
    pub fn open(self) -> Result<Device, DeviceError> {
        let refused =
            |error: candle_core::Error| DeviceError::Refused { device: name(self), reason: error.to_string() };
        let not_built = |feature| DeviceError::NotBuilt { device: name(self), feature };
        match self {
            Self::Cpu => Ok(Device::Cpu),
            Self::Cuda(number) if cuda_is_available() => Device::new_cuda(number).map_err(refused),
            Self::Cuda(_) => Err(not_built("cuda")),
            Self::Metal if metal_is_available() => Device::new_metal(0).map_err(refused),
            Self::Metal => Err(not_built("metal")),
            Self::Auto => {
                for choice in [Self::Cuda(0), Self::Metal] {
                    match choice.open() {
                        Ok(device) => return Ok(device),
                        Err(DeviceError::NotBuilt { .. }) => {}
                        Err(error) => tracing::warn!("{error}; training on the CPU"),
                    }
                }
                Ok(Device::Cpu)
            }
        }
    }
}

fn name(choice: DeviceChoice) -> String {
    match choice {
        DeviceChoice::Auto => "auto".into(),
        DeviceChoice::Cpu => "cpu".into(),
        DeviceChoice::Cuda(number) => format!("cuda:{number}"),
        DeviceChoice::Metal => "metal".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_read_and_refused_by_name() {
        assert_eq!("cuda:3".parse(), Ok(DeviceChoice::Cuda(3)));
        assert_eq!("auto".parse(), Ok(DeviceChoice::Auto));
        for wrong in ["gpu", "cuda:", "cuda:x", ""] {
            assert_eq!(wrong.parse::<DeviceChoice>(), Err(DeviceError::Unknown(wrong.into())));
        }
        assert!(DeviceChoice::Cpu.open().is_ok_and(|device| device.is_cpu()));
        assert!(DeviceChoice::Auto.open().is_ok());
    }

    #[cfg(not(any(feature = "cuda", feature = "metal")))]
    #[test]
    fn what_was_not_built_says_which_feature_it_needs() {
        let said = |choice: DeviceChoice| choice.open().map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(
            said(DeviceChoice::Cuda(1)),
            Err("cuda:1 needs a program that was built with --features cuda".into())
        );
        assert_eq!(said(DeviceChoice::Metal), Err("metal needs a program that was built with --features metal".into()));
    }
}
