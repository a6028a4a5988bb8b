//! A few of many examples, of each class its part.

use std::collections::BTreeMap;
use std::sync::Arc;

/// `count` of so many images (or all of them), of each class as large a part as the class is of all, spread evenly over its
/// images. In rising order, and always the same.
pub fn stratified(all: usize, count: usize, class: impl Fn(usize) -> usize) -> Arc<[u32]> {
    if count >= all {
        return (0u32..).take(all).collect();
    }
    let mut classes: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for (image, place) in (0u32..).zip(0..all) {
        classes.entry(class(place)).or_default().push(image);
    }
    // Every so-manieth of all images in the order of their classes.
    let sorted: Vec<u32> = classes.into_values().flatten().collect();
    let place = |number: usize| (number * sorted.len() + sorted.len() / 2) / count.max(1);
    let mut chosen: Vec<u32> = (0..count).filter_map(|number| sorted.get(place(number)).copied()).collect();
    chosen.sort_unstable();
    chosen.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_slice_is_rising_and_has_of_each_class_its_part(
            labels in prop::collection::vec(0u8..5, 0..400), count in 0usize..500,
        ) {
            let slice = stratified(labels.len(), count, |image| usize::from(labels[image]));
            prop_assert_eq!(slice.len(), count.min(labels.len()));
            prop_assert!(slice.windows(2).all(|pair| pair[0] < pair[1]));
            for class in 0..5u8 {
                let all = labels.iter().filter(|label| **label == class).count();
                let chosen = slice.iter().filter(|image| labels[**image as usize] == class).count();
                let part = all as f64 * slice.len() as f64 / labels.len().max(1) as f64;
                prop_assert!((chosen as f64 - part).abs() <= 1.0, "class {}: {} of {}, not {}", class, chosen, all, part);
            }
        }
    }
}
