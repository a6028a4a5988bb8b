//! Where a decoder is not sure: how far decoders differ whose weights are drawn from its posterior (Blundell 2015).

use super::disagreement::among;
use super::{FieldScratch, FieldSource, FieldValues};
use crate::snapshot::Network;

/// Decoders that are drawn.
const DRAWS: u64 = 8;

/// The standard deviation of each pixel over the drawn decoders, mean over pixels.
pub(super) fn uncertainty(
    source: &FieldSource,
    scratch: &mut FieldScratch,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<FieldValues> {
    let mut draw = |draw: u64| if go_on() { source.snapshot.decoder.drawn(draw) } else { None };
    let drawn: Vec<Network> = (0..DRAWS).map(&mut draw).collect::<Option<_>>()?;
    let mean_of_roots =
        |variances: &mut dyn Iterator<Item = f64>, pixels: f64| variances.map(f64::sqrt).sum::<f64>() / pixels;
    among(&drawn.iter().collect::<Vec<_>>(), source, scratch, go_on, mean_of_roots)
}
