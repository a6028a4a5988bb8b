//! What is on the screen, whole.

use crate::window::{PaintedText, SIZES, Window};
use eframe::egui::{Rect, Vec2, pos2};
use latentarium::ui::settings::{Appearance, Language};
use latentarium::ui::theme;

/// Texts that say more than there is room for, and say it whole where the pointer rests: notices and hints.
fn may_be_shortened(text: &PaintedText, width: f32) -> bool {
    let sentences = text.text.chars().filter(|letter| *letter == ' ').count() >= 3 || !text.text.is_ascii();
    sentences && (text.place.width() > 0.0) && text.place.width() < width
}

fn check_texts(window: &Window, size: Vec2, said: &str) {
    let screen = Rect::from_min_size(pos2(0.0, 0.0), size);
    for text in window.texts() {
        if text.seen.is_negative() {
            // Out of sight in a list that scrolls.
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
    let controls: Vec<(String, Rect)> = window
        .controls()
        .into_iter()
        .map(|(name, rect)| (name, rect.intersect(screen)))
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

#[test]
fn at_three_sizes_in_both_languages_and_themes_nothing_is_cut_and_nothing_lies_over_another() {
    for size in SIZES {
        let mut window = Window::trained(size);
        for (language, appearance) in [
            (Language::English, Appearance::Dark),
            (Language::English, Appearance::Light),
            (Language::Chinese, Appearance::Dark),
            (Language::Chinese, Appearance::Light),
        ] {
            window.look(language, appearance);
            let said = format!("{}x{} {language:?} {appearance:?}", size.x, size.y);
            if let Some(folder) = std::env::var_os("LATENTARIUM_PICTURES") {
                let picture = window.harness.render().unwrap();
                picture.save(std::path::Path::new(&folder).join(format!("{}.png", said.replace(' ', "-")))).unwrap();
            }
            check_texts(&window, size, &said);
            check_controls(&window, size, &said);
        }
        window.look(Language::English, Appearance::System);
    }
}

#[test]
fn both_cards_are_whole_without_scrolling_and_outputs_are_large() {
    for size in [SIZES[1], SIZES[2]] {
        let window = Window::trained(size);
        let last = window.rect("Add model");
        assert!(last.bottom() < size.y, "{last:?}");
        for name in ["Output of A", "Output of B"] {
            let output = window.rect(name);
            assert!(output.width() >= 180.0 && output.height() >= 180.0, "{name}: {output:?}");
        }
        let setup = window.rect("Train A").left();
        assert!(setup < theme::SETUP_WIDTH);
    }
    let small = Window::trained(SIZES[0]);
    let output = small.rect("Output of A");
    assert!(output.width() >= 180.0, "{output:?}");
}

#[test]
fn pictures_grow_with_the_window_and_the_curves_are_a_line_until_there_are_some() {
    let side = |window: &Window| window.rect("Output of A").width();
    let (middle, large) = (Window::open(SIZES[1]), ());
    let before = middle.rect("Training").top();
    let small_side = side(&middle);
    drop(middle);
    let () = large;
    let large = Window::open(SIZES[2]);
    assert!(side(&large) > 1.2 * small_side, "{} {small_side}", side(&large));
    drop(large);
    let trained = Window::trained(SIZES[1]);
    let after = trained.rect("Training").top();
    assert!(before > SIZES[1].y - 100.0, "{before}");
    assert!((100.0..200.0).contains(&(before - after)), "{before} {after}");
}
