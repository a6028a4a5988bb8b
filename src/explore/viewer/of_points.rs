//! The codes of points and their colours, as little of it anew as a request needs.

use super::requests::PointsRequest;
use crate::explore::coloring::PointColoring;
use crate::explore::encoded::{EncodedPoints, Encoding};
use crate::explore::point_values::coloring;
use crate::snapshot::Scratch;
use std::sync::Arc;
use std::time::Instant;

/// Codes and colours of a request; what the points `before` have of them is taken from there. `None` where `current` returned
/// false, or the snapshot has no encoder for such images.
pub(super) fn of_points(
    request: &PointsRequest,
    before: Option<(Arc<PointsRequest>, Arc<EncodedPoints>)>,
    scratch: &mut Scratch,
    current: &mut dyn FnMut() -> bool,
) -> Option<(Arc<Encoding>, Arc<PointColoring>)> {
    let PointsRequest { snapshot, split, images, .. } = request;
    let model = (&**snapshot, split);
    match before.filter(|(old, _)| request.has_encoding_of(old)) {
        Some((old, points)) if Arc::ptr_eq(&old.coloring, &request.coloring) => {
            Some((points.encoding.clone(), points.coloring.clone()))
        }
        Some((_, points)) => {
            let coloring = coloring(&request.coloring, &points.encoding, model, scratch, current)?;
            Some((points.encoding.clone(), coloring))
        }
        None => {
            let began = Instant::now();
            let encoding = Encoding::of_images(snapshot, split, images, scratch, current)?;
            let coloring = coloring(&request.coloring, &encoding, model, scratch, current)?;
            // What colours cost counts as what points cost: they follow training as often as their share allows.
            Some((Arc::new(Encoding { took: began.elapsed(), ..encoding }), coloring))
        }
    }
}
