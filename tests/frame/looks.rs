//! What is on the screen, whole.

use crate::window::{PaintedText, SIZES, Window};
use eframe::egui::accesskit::Role;
use eframe::egui::{Rect, Vec2, pos2};
use egui_kittest::kittest::Queryable;
use latentarium::ui::panels::panes;
use latentarium::ui::settings::{Appearance, Language};
use latentarium::ui::text::tr;
use latentarium::ui::theme;

/// Texts that say more than there is room for, and say it whole where the pointer rests: notices and hints.
fn may_be_shortened(text: &PaintedText, width: f32) -> bool {
    let sentences = text.text.chars().filter(|letter| *letter == ' ').count() >= 3 || !text.text.is_ascii();
    sentences && (text.place.width() > 0.0) && text.place.width() < width
}

/// The names of all panels' tabs.
fn tabs() -> Vec<String> {
    panes().map(|pane| tr(&pane.key())).collect()
}

fn check_texts(window: &Window, size: Vec2, said: &str) {
    let screen = Rect::from_min_size(pos2(0.0, 0.0), size);
    let tabs = tabs();
    for text in window.texts() {
        if text.seen.is_negative() || tabs.contains(&text.text) {
            // Out of sight in a list that scrolls; a strip of tabs does, too, with an arrow where there are more.
            continue;
        }
        let inside = text.place.intersect(screen);
        let cut_at_side = text.place.width() - text.seen.width() > 1.5 || text.place.width() - inside.width() > 1.5;
        assert!(!cut_at_side, "{said}: cut at a side: {text:?}");
        assert!(!text.shortened || may_be_shortened(&text, size.x), "{said}: shortened: {text:?}");
    }
}

/// Controls that lie over each other, unless one is within the other (a field within its row).
fn check_controls(window: &Window, size: Vec2, said: &str) {
    let screen = Rect::from_min_size(pos2(0.0, 0.0), size);
    // Of a tab that is scrolled out of its strip there is as much as of its name.
    let texts = window.texts();
    let tabs = tabs();
    let is_of = |text: &PaintedText, name: &str, rect: Rect| text.text == name && rect.contains_rect(text.place);
    let controls: Vec<(String, Rect)> = window
        .controls()
        .into_iter()
        .filter(|(name, rect)| !tabs.contains(name) || texts.iter().any(|text| is_of(text, name, *rect)))
        .map(|(name, rect)| {
            let own = texts.iter().filter(|text| text.seen != text.place && is_of(text, &name, rect));
            let seen = own.fold(rect, |rect, text| rect.intersect(text.seen));
            (name, seen.intersect(screen))
        })
        .filter(|(_, rect)| rect.is_positive())
        .collect();
    for (place, (name, rect)) in controls.iter().enumerate() {
        for (other_name, other) in &controls[..place] {
            let both = rect.intersect(*other);
            let is_over = both.is_positive() && both.width() > 1.5 && both.height() > 1.5;
            let nested = rect.expand(1.0).contains_rect(*other) || other.expand(1.0).contains_rect(*rect);
            assert!(!is_over || nested, "{said}: {name} {rect:?} lies over {other_name} {other:?}");
        }
    }
}

/// Both cards are whole, outputs are large, the setup is as wide as it should be.
fn check_sizes(window: &Window, size: Vec2, said: &str) {
    for name in ["Output of A", "Output of B"] {
        let output = window.rect(name);
        assert!(output.width() >= 180.0 && output.height() >= 180.0, "{said}: {name}: {output:?}");
    }
    if size.y >= 900.0 {
        let last = window.rect("Add model");
        assert!(last.bottom() < size.y, "{said}: the cards are not whole: {last:?}");
    }
    let start = window.rect("Start A");
    assert!(start.right() < theme::SETUP_WIDTH && start.left() > 0.0, "{said}: {start:?}");
}

#[test]
fn at_three_sizes_in_both_languages_and_themes_nothing_is_cut_and_nothing_lies_over_another() {
    let mut sides = Vec::new();
    for size in SIZES {
        let said = format!("{}x{}", size.x, size.y);
        let mut window = Window::open(size);
        let tab = |window: &Window| window.harness.get_by_role_and_label(Role::Button, "Training").rect().top();
        let before = tab(&window);
        assert!(before > size.y - 100.0, "{said}: without a curve the strip is a line: {before}");
        window.train();
        let risen = before - tab(&window);
        assert!((90.0..200.0).contains(&risen), "{said}: with curves it is {risen} higher");
        check_sizes(&window, size, &said);
        sides.push(window.rect("Output of A").width());
        for (language, appearance) in [
            (Language::English, Appearance::Dark),
            (Language::English, Appearance::Light),
            (Language::Chinese, Appearance::Dark),
            (Language::Chinese, Appearance::Light),
        ] {
            window.look(language, appearance);
            let said = format!("{said} {language:?} {appearance:?}");
            if let Some(folder) = std::env::var_os("LATENTARIUM_PICTURES") {
                let picture = window.harness.render().unwrap();
                picture.save(std::path::Path::new(&folder).join(format!("{}.png", said.replace(' ', "-")))).unwrap();
            }
            check_texts(&window, size, &said);
            check_controls(&window, size, &said);
        }
        window.look(Language::English, Appearance::System);
    }
    assert!(sides[2] > 1.2 * sides[1], "pictures grow with the window: {sides:?}");
}
