//! What goes wrong in training, named: each finding with the figure that shows it, since which step, how sure, and the one
//! change that should help.
//!
//! [`Evidence`] keeps what was looked at lately; the table [`FINDINGS`] has a rule for each finding, a pure function of the
//! evidence; [`Diagnosis`] remembers which of them hold. A new finding is its rule in `rules`, its line in the table and its
//! texts.

mod batch_facts;
mod evidence;
mod finding;
mod kind;
mod rules;
mod state;
mod table;

pub use batch_facts::{BatchFacts, mean_image};
pub use evidence::{Evidence, StepLook};
pub use finding::{Certainty, Finding, Remedy, Sign};
pub use kind::FindingKind;
pub use state::{Diagnosis, FindingChange};
pub use table::{FINDINGS, FindingDefinition};
