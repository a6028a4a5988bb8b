//! Numbers of cards, which a card that is gone leaves to the next: of each menu and each tip that was ever open the window keeps
//! something for good, by an id that is made of the card's.

use crate::model::ModelId;

/// The number of each model's card: the same while the model is on the list.
#[derive(Debug, Default)]
pub struct CardIds {
    /// At each number the model that has it.
    models: Vec<Option<ModelId>>,
}

impl CardIds {
    /// Takes the numbers of models that are gone, and gives one to each that is new: the least that is free.
    pub fn keep(&mut self, models: &[ModelId]) {
        for model in &mut self.models {
            *model = model.filter(|model| models.contains(model));
        }
        for new in models {
            if self.models.contains(&Some(*new)) {
                continue;
            }
            match self.models.iter_mut().find(|model| model.is_none()) {
                Some(free) => *free = Some(*new),
                None => self.models.push(Some(*new)),
            }
        }
    }

    /// The number of a model's card, where it is on the list.
    pub fn of(&self, model: ModelId) -> Option<usize> {
        self.models.iter().position(|other| *other == Some(model))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_keeps_its_number_and_one_that_is_gone_leaves_it_to_the_next() {
        let mut ids = CardIds::default();
        ids.keep(&[3, 5, 9].map(ModelId));
        assert_eq!([3, 5, 9].map(|id| ids.of(ModelId(id))), [Some(0), Some(1), Some(2)]);
        ids.keep(&[9, 3].map(ModelId));
        ids.keep(&[11, 9, 3, 12].map(ModelId));
        let found = [3, 5, 9, 11, 12].map(|id| ids.of(ModelId(id)));
        assert_eq!(found, [Some(0), None, Some(2), Some(1), Some(3)]);
        (0..1000).for_each(|id| ids.keep(&[ModelId(9), ModelId(100 + id)]));
        assert!(ids.models.len() == 4 && ids.of(ModelId(9)) == Some(2));
    }
}
