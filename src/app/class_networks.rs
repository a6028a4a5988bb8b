//! Networks that have learned the classes of data. The same data gives the same network: it is there at once when that data is
//! opened again, in whichever session of this process.

use crate::dataset::{Dataset, DatasetId};
use crate::message::Message;
use crate::metrics::{Classifier, ClassifierEffort};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Networks that are kept, at most: of images of 28×28 they hold about a megabyte each.
const MOST_KEPT: usize = 4;

type Kept = (DatasetId, ClassifierEffort, Arc<Classifier>);

static KEPT: Mutex<VecDeque<Kept>> = Mutex::new(VecDeque::new());

/// The network of `data`, learned now where none is kept; `None` where the data has no classes, or `go_on`, asked before each
/// step, says no.
///
/// # Errors
/// If it cannot be made.
pub(super) fn class_network(
    data: &Dataset,
    effort: ClassifierEffort,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Option<Arc<Classifier>>, Message> {
    let is_of = |kept: &&Kept| kept.0 == data.id && kept.1 == effort;
    if let Some((.., network)) = KEPT.lock().unwrap_or_else(PoisonError::into_inner).iter().find(is_of) {
        return Ok(Some(network.clone()));
    }
    let Some(network) = Classifier::train(data, effort, go_on).map_err(Message::words)?.map(Arc::new) else {
        return Ok(None);
    };
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    all.push_front((data.id.clone(), effort, network.clone()));
    all.truncate(MOST_KEPT);
    Ok(Some(network))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::{Column, ImageShape, Source, Split};

    #[test]
    fn it_is_learned_once_and_not_kept_where_it_was_cancelled() {
        let part = |count: usize| {
            let classes: Vec<u8> = (0..count).map(|index| (index % 2) as u8).collect();
            let names: Vec<String> = ["dark", "bright"].map(str::to_owned).into();
            let pixels: Vec<u8> = (0..count).flat_map(|index| [(index % 2) as u8 * 200; 4]).collect();
            Split::of_bytes(ImageShape::grey(2, 2), pixels, vec![Column::class(classes, names)])
        };
        let data = Dataset::new(Source::built_in("digits"), "two", part(8), part(4));
        let effort = ClassifierEffort { hidden: 2, steps: 3, ..ClassifierEffort::QUICK };
        assert!(class_network(&data, effort, &mut || false).unwrap().is_none());
        let first = class_network(&data, effort, &mut || true).unwrap().unwrap();
        let again = class_network(&data, effort, &mut || false).unwrap().unwrap();
        assert!(Arc::ptr_eq(&first, &again), "without a step");
        let other = ClassifierEffort { steps: 2, ..effort };
        assert!(!Arc::ptr_eq(&first, &class_network(&data, other, &mut || true).unwrap().unwrap()));
    }
}
