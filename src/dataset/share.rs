//! Which examples are to learn from and which to test on, where a source does not say it of each.

/// Of so many examples one is for testing.
const TEST_EVERY: usize = 10;

/// Which split examples go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// To learn from.
    Train,
    /// To test on.
    Test,
    /// Every tenth to test on, and the last one where there are fewer than ten.
    EveryTenth,
}

impl Share {
    /// The split of one of `count` examples: 0 to learn from, 1 to test on.
    pub fn split(self, index: usize, count: usize) -> usize {
        usize::from(match self {
            Self::Train => false,
            Self::Test => true,
            Self::EveryTenth if count < TEST_EVERY => index + 1 == count,
            Self::EveryTenth => index % TEST_EVERY == TEST_EVERY - 1,
        })
    }

    /// Every tenth to test on among the examples of each class, whatever order they lie in: the splits of examples of these
    /// classes, which are shared out class by class.
    pub fn of_each_class<T: Ord>(classes: &[T]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..classes.len()).collect();
        if classes.len() < TEST_EVERY {
            // One is tested on, whichever class it is of.
            return order.into_iter().map(|place| Self::EveryTenth.split(place, classes.len())).collect();
        }
        order.sort_by_key(|place| classes.get(*place));
        let mut splits = vec![0; classes.len()];
        for (rank, place) in order.into_iter().enumerate() {
            if let Some(split) = splits.get_mut(place) {
                *split = Self::EveryTenth.split(rank, classes.len());
            }
        }
        splits
    }

    /// Those of `values` that go to each split.
    pub fn parts<T: Clone>(self, values: &[T]) -> [Vec<T>; 2] {
        let mut parts = [Vec::new(), Vec::new()];
        for (index, value) in values.iter().enumerate() {
            parts[self.split(index, values.len())].push(value.clone());
        }
        parts
    }

    /// How many of `count` examples go to each split.
    pub fn counts(self, count: usize) -> [usize; 2] {
        match self {
            Self::Train => [count, 0],
            Self::Test => [0, count],
            Self::EveryTenth => {
                let test = if count < TEST_EVERY { 1.min(count) } else { count / TEST_EVERY };
                [count - test, test]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_that_take_turns_are_all_tested_on() {
        for classes in [1, 2, 3, 5, 10] {
            let labels: Vec<usize> = (0..40 * classes).map(|index| index % classes).collect();
            let splits = Share::of_each_class(&labels);
            let mut tested = vec![0; classes];
            splits.iter().zip(&labels).for_each(|(split, label)| tested[*label] += split);
            assert_eq!(tested, vec![4; classes]);
        }
        assert_eq!(Share::of_each_class(&["b", "a", "b"]), [0, 0, 1]);
        assert_eq!(Share::of_each_class::<u8>(&[]), [0usize; 0]);
    }
}
