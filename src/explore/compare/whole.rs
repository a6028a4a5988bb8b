//! A sheet with all that its picture shows.

use super::choice::SheetChoice;
use super::memorised_bound::MemorisedBound;
use super::sheet::Sheet;
use std::sync::Arc;

impl Sheet {
    /// The same sheet with every image searched for, samples beside their nearest training images and the ways between two of
    /// its rows, these in the order of `choice`; in the pool that it is called in. `selection` is an image's place in the test
    /// set. `None` where `go_on`, asked now and then, says no.
    pub fn whole(
        self,
        choice: &SheetChoice,
        selection: Option<usize>,
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Option<Self> {
        let mut sheet = self.searched(go_on)?;
        if let Some(pair) = choice.pair(&sheet, selection)
            && !sheet.has_interpolation(pair, choice.path)
        {
            sheet.interpolate(pair, choice.path);
        }
        if sheet.models.iter().any(|model| model.nearest.is_none()) {
            let known = sheet.bound.clone();
            let bound = known.or_else(|| MemorisedBound::of(&sheet.source.data, &mut || go_on()).map(Arc::new));
            bound.is_none_or(|bound| sheet.find_nearest(&bound, &mut || go_on())).then_some(())?;
        }
        go_on().then(|| sheet.in_order(&choice.rows(&sheet)))
    }
}
