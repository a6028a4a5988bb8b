//! The search for what a model without an encoder comes nearest to each test image with.

use super::reconstruction::{Reconstruction, ReconstructionKind, Searched};
use super::sheet::{Sheet, SheetModel};
use crate::explore::inversion::{InversionScratch, Inverter};
use rayon::prelude::*;
use std::sync::Arc;

/// Of the draws that searches begin from: whatever the samples' seed, the same image is found.
const SEARCH_SEED: u64 = 0;

/// What searches begin from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchStart {
    /// From fresh draws alone: what is found repeats to the bit.
    Draws,
    /// From where the image was found with earlier weights, too.
    Earlier,
}

impl SearchStart {
    /// What an image counts as that was searched for so.
    pub const fn searched(self) -> Searched {
        match self {
            Self::Draws => Searched::Afresh,
            Self::Earlier => Searched::Onward,
        }
    }
}

/// What searches of one sheet after another go on with.
#[derive(Clone, Debug, Default)]
pub struct SheetSearch {
    /// By the place of the model whose weights they are of.
    inverters: Vec<Option<Arc<Inverter>>>,
    /// The row that is next: none is always last while weights are replaced.
    next: usize,
}

impl SheetSearch {
    fn inverter(&mut self, place: usize, model: &SheetModel, scratch: &mut InversionScratch) -> Option<Arc<Inverter>> {
        if self.inverters.len() <= place {
            self.inverters.resize(place + 1, None);
        }
        let kept = self.inverters.get_mut(place)?;
        if kept.as_ref().is_none_or(|kept| !Arc::ptr_eq(kept.snapshot(), &model.weights)) {
            *kept = Some(Arc::new(Inverter::new(model.weights.clone(), SEARCH_SEED, scratch)));
        }
        kept.clone()
    }

    /// Searches on this thread for images of a sheet that were not searched for, and puts what is found into it, until
    /// `more`, asked after each, says no. Whether it was not broken off: `go_on` is asked now and then.
    pub fn advance(
        &mut self,
        sheet: &mut Sheet,
        start: SearchStart,
        more: &mut dyn FnMut() -> bool,
        go_on: &mut dyn FnMut() -> bool,
    ) -> bool {
        let mut scratch = InversionScratch::default();
        let rows = sheet.originals.len();
        let first = self.next;
        for row in (0..rows).map(|place| (first + place) % rows) {
            for place in 0..sheet.models.len() {
                let Some(model) = sheet.models.get(place).filter(|model| is_open(model, row, start)) else { continue };
                let Some(inverter) = self.inverter(place, model, &mut scratch) else { continue };
                let found = found(&inverter, sheet, (place, row), start, &mut scratch, go_on);
                if !go_on() {
                    return false;
                }
                put(sheet, (place, row), start, found);
                if !more() {
                    self.next = row + 1;
                    return true;
                }
            }
        }
        true
    }
}

impl Sheet {
    /// The same sheet with all that is searched for from fresh draws, in the pool that it is called in: the digits do not depend
    /// on its threads. `None` where `go_on`, asked now and then, says no.
    pub fn searched(mut self, go_on: &(dyn Fn() -> bool + Sync)) -> Option<Self> {
        let start = SearchStart::Draws;
        for place in 0..self.models.len() {
            let Some(model) = self.models.get(place) else { continue };
            let open: Vec<usize> = (0..self.originals.len()).filter(|row| is_open(model, *row, start)).collect();
            if open.is_empty() {
                continue;
            }
            let inverter = Inverter::new(model.weights.clone(), SEARCH_SEED, &mut InversionScratch::default());
            let search = |scratch: &mut InversionScratch, row: &usize| {
                found(&inverter, &self, (place, *row), start, scratch, &mut || go_on())
            };
            let all: Vec<_> = open.par_iter().with_max_len(1).map_init(InversionScratch::default, search).collect();
            if !go_on() {
                return None;
            }
            open.into_iter().zip(all).for_each(|(row, found)| put(&mut self, (place, row), start, found));
        }
        Some(self)
    }
}

/// Whether a test image is yet to be searched for.
fn is_open(model: &SheetModel, row: usize, start: SearchStart) -> bool {
    let searched = model.searched.get(row).copied().unwrap_or(Searched::Afresh);
    model.kind == ReconstructionKind::Inversion && searched < start.searched()
}

/// What is found for a test image, by the model's place and the row; `None` where there is nothing, or it was broken off.
fn found(
    inverter: &Inverter,
    sheet: &Sheet,
    (place, row): (usize, usize),
    start: SearchStart,
    scratch: &mut InversionScratch,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<Arc<Reconstruction>> {
    let original = sheet.originals.get(row)?;
    let earlier = sheet.reconstruction(place, row).filter(|_| start == SearchStart::Earlier);
    let found = inverter.invert(&original.image, earlier.map(|earlier| earlier.latent.as_slice()), scratch, go_on)?;
    Some(Arc::new(Reconstruction::new(inverter.snapshot(), &original.image, found.latent, found.image)))
}

fn put(sheet: &mut Sheet, (place, row): (usize, usize), start: SearchStart, found: Option<Arc<Reconstruction>>) {
    let Some(model) = sheet.models.get_mut(place) else { return };
    if let (Some(made), Some(searched)) = (model.reconstructions.get_mut(row), model.searched.get_mut(row)) {
        (*made, *searched) = (found, start.searched());
    }
}
