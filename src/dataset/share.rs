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
