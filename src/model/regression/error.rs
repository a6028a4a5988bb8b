//! Why a fit could not be made.

use crate::model::StepError;
use std::fmt;

/// Why there is no fit; the state is as before the step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FitError {
    /// `go_on` said no.
    Cancelled,
    /// The numbers do not allow it: what, what was expected, what was found.
    Refused(String),
}

impl fmt::Display for FitError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled => out.write_str("cancelled"),
            Self::Refused(what) => out.write_str(what),
        }
    }
}

impl std::error::Error for FitError {}

impl From<FitError> for StepError {
    fn from(error: FitError) -> Self {
        match error {
            FitError::Cancelled => Self::Cancelled,
            FitError::Refused(what) => candle_core::Error::Msg(what).into(),
        }
    }
}
