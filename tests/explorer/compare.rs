//! The compare sheet in the window: searched for in the background, chosen by hand, linked with the planes.

use crate::screen::Screen;
use latentarium::app::Session;
use latentarium::explore::compare::{ImageChoice, RowOrder, Searched, SheetChoice, SheetPart};
use latentarium::ui::command::{Command, CompareCommand, ViewCommand};
use latentarium::ui::pane::Pane;
use latentarium::ui::slot::Slot;
use std::sync::Arc;

fn is_searched(session: &Session) -> bool {
    session.sheet().is_some_and(|sheet| sheet.is_searched(Searched::Afresh))
}

fn choose(screen: &Screen, change: impl FnOnce(&mut SheetChoice)) {
    let mut choice = screen.session.borrow().project().sheet.clone();
    change(&mut choice);
    screen.session.borrow_mut().apply(CompareCommand::Choose(Box::new(choice)));
}

#[test]
fn closest_images_are_found_while_the_sheet_is_on_the_screen_and_are_those_of_the_command_line() {
    let mut screen = Screen::ready();
    screen.until("closest images", is_searched);
    let sheet = screen.session.borrow().sheet().unwrap().clone();
    assert!(sheet.models[0].reconstructions.iter().chain(&sheet.models[1].reconstructions).all(Option::is_some));
    let alone = sheet.source.sheet(None).searched(&|| true).unwrap();
    for model in 0..2 {
        assert_eq!(sheet.models[model].figures(), alone.models[model].figures());
    }
    // Off the screen nothing is searched for; back on it, it is.
    screen.session.borrow_mut().apply(ViewCommand::TogglePane(Pane::of("compare")));
    screen.step();
    screen.session.borrow_mut().apply(CompareCommand::Refresh);
    screen.until("another sheet", |session| session.sheet().is_some_and(|newer| !Arc::ptr_eq(newer, &sheet)));
    for _ in 0..20 {
        screen.step();
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let session = screen.session.clone();
    assert!(session.borrow().sheet().unwrap().models[1].reconstructions.iter().all(Option::is_none));
    session.borrow_mut().apply(ViewCommand::TogglePane(Pane::of("compare")));
    screen.until("closest images again", is_searched);
}

#[test]
fn what_is_chosen_is_shown_taken_back_and_there_at_the_next_start() {
    let mut screen = Screen::ready();
    screen.until("closest images", is_searched);
    let test = screen.session.borrow().data().unwrap().test.clone();
    let added = test.count() - 1;
    choose(&screen, |choice| {
        choice.images = ImageChoice { class: Some(7), ..choice.images.pin(added, true) };
        choice.order = RowOrder::Gap;
    });
    screen.until("images of one class, and the pinned one", |session| {
        let originals = &session.sheet().unwrap().originals;
        originals.iter().all(|original| original.class == Some(7) || original.index == added)
            && originals.iter().any(|original| original.index == added)
            && is_searched(session)
    });
    screen.session.borrow_mut().apply(CompareCommand::Select(Some(added)));
    let code = |session: &Session, slot: Slot| {
        let sheet = session.sheet().unwrap();
        let row = sheet.originals.iter().position(|original| original.index == added).unwrap();
        let latent = sheet.reconstruction(slot.index(), row).unwrap().latent.clone();
        session.plane(slot).unwrap().plane_from_latent(&latent)
    };
    // One cursor for two planes of two dimensions: it goes to the place in A, and B's is marked.
    {
        let session = screen.session.borrow();
        assert_eq!(session.cursor(), code(&session, Slot::A));
        assert_ne!(code(&session, Slot::A), code(&session, Slot::B));
    }
    let chosen = screen.session.borrow().project().sheet.clone();
    let state = screen.folder.path().join("state.json");
    let kept = format!("\"selection\": {added}");
    screen.until("the state file", |_| std::fs::read_to_string(&state).is_ok_and(|text| text.contains(&kept)));
    let folder = screen.close();
    let mut screen = Screen::open_in(folder);
    assert_eq!(screen.session.borrow().project().sheet, chosen);
    assert_eq!(screen.session.borrow().project().selection, Some(added));
    screen.until("a sheet", |session| session.sheet().is_some());
    choose(&screen, |choice| choice.images = ImageChoice::default());
    screen.session.borrow_mut().apply(Command::Undo);
    assert_eq!(screen.session.borrow().project().sheet, chosen);
}

#[test]
fn samples_get_their_nearest_images_and_strips_their_ends_when_they_are_looked_at() {
    let mut screen = Screen::ready();
    screen.until("closest images", is_searched);
    assert!(screen.session.borrow().sheet().unwrap().models[0].nearest.is_none(), "nobody looks at them");
    choose(&screen, |choice| choice.part = SheetPart::Samples);
    screen.until("nearest training images", |session| {
        session.sheet().unwrap().models.iter().all(|model| model.nearest.as_ref().is_some_and(|near| near.len() == 20))
    });
    let index = screen.session.borrow().sheet().unwrap().originals[5].index;
    choose(&screen, |choice| choice.part = SheetPart::Interpolation);
    screen.session.borrow_mut().apply(CompareCommand::Select(Some(index)));
    screen.until("strips from the selected image", |session| {
        let made = session.sheet().unwrap().interpolation.clone();
        made.is_some_and(|made| made.rows == [5, 6] && made.strips.iter().all(Option::is_some))
    });
}

#[test]
fn while_models_train_the_sheet_follows_them_and_the_search_goes_on_from_where_it_was() {
    let mut screen = Screen::ready();
    screen.until("closest images", is_searched);
    screen.click("Train all");
    let step = |session: &Session, model: usize| session.sheet().unwrap().models[model].step();
    let trained = |session: &Session| Slot::BOTH.iter().all(|slot| session.model(*slot).has_learned());
    screen.until("a sheet of weights that are learned", |session| {
        trained(session) && (0..2).all(|model| (1..4000).contains(&step(session, model)))
    });
    let first = step(&screen.session.borrow(), 1);
    screen.until("a later one with closest images that were searched for", |session| {
        let model = &session.sheet().unwrap().models[1];
        let found = model.searched.iter().zip(&model.reconstructions);
        model.step() > first && found.into_iter().any(|(searched, made)| *searched > Searched::No && made.is_some())
    });
    screen.click("Pause all");
    screen.until("all of them, anew, where nothing trains any more", |session| {
        let newest = session.model(Slot::B).shown().map(|shown| shown.step);
        !session.is_training() && newest == Some(step(session, 1)) && is_searched(session)
    });
    let sheet = screen.session.borrow().sheet().unwrap().clone();
    let alone = sheet.source.sheet(None).searched(&|| true).unwrap();
    assert_eq!(sheet.models[1].figures(), alone.models[1].figures());
}
