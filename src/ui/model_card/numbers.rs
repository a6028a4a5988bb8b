//! Numbers and lists of numbers that are typed: one that is out of range is refused with its range, and what stood there stays.

use crate::ui::text::number;
use crate::ui::theme;
use eframe::egui::{Align2, DragValue, FontId, Id, LayerId, Order, Response, TextEdit, Ui, emath::Numeric};
use rust_i18n::t;
use std::borrow::Cow;
use std::cell::Cell;
use std::ops::RangeInclusive;

/// How long a refusal is said, in seconds.
const SAID_S: f64 = 4.0;

/// A field for a number of `range`; `finish` gives it its speed and how it is written.
pub(super) fn number_field<N: Numeric>(
    ui: &mut Ui,
    value: &mut N,
    range: RangeInclusive<N>,
    finish: impl FnOnce(DragValue<'_>) -> DragValue<'_>,
) -> Response {
    let (least, most) = (range.start().to_f64(), range.end().to_f64());
    let refused = Cell::new(None);
    let before = value.to_f64();
    let field = finish(DragValue::new(value).range(range).update_while_editing(false));
    let field = field.custom_parser(|text| {
        let plain: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        let typed: f64 = plain.trim_end_matches(char::is_alphabetic).replace('−', "-").parse().ok()?;
        if (least..=most).contains(&typed) {
            return Some(typed);
        }
        refused.set(Some(typed));
        Some(before)
    });
    let response = ui.add(field);
    if let Some(typed) = refused.get() {
        let written = |value: f64| if N::INTEGRAL && value.fract() == 0.0 { format!("{value}") } else { number(value) };
        let says = t!("model.out_of_range", least = written(least), most = written(most), found = written(typed));
        refuse(ui, response.id, says.into_owned());
    }
    show_refusal(ui, &response);
    response
}

/// A field for the widths of layers, written as 512, 256; what is no such list is refused.
pub(super) fn widths_field(
    ui: &mut Ui,
    id: Id,
    widths: &mut Cow<'static, [usize]>,
    layers: usize,
    most: usize,
) -> Response {
    let written = widths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut text = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_else(|| written.clone());
    let response = ui.add(TextEdit::singleline(&mut text).id(id).desired_width(14.0 * theme::GRID).char_limit(64));
    if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, text));
    } else if response.lost_focus() {
        ui.data_mut(|data| data.remove::<String>(id));
        match widths_of(&text, layers, most) {
            Some(list) if list[..] != widths[..] => *widths = Cow::Owned(list),
            Some(_) => {}
            None => refuse(ui, id, t!("model.widths_range", layers = layers, most = most, found = text).into_owned()),
        }
    }
    show_refusal(ui, &response);
    response
}

/// The widths that a text lists: numbers from 1 to `most` between commas, dashes or spaces, `layers` of them at most.
fn widths_of(text: &str, layers: usize, most: usize) -> Option<Vec<usize>> {
    let words = text.split(|letter: char| letter.is_whitespace() || ",;–-×".contains(letter));
    let widths: Vec<usize> =
        words.filter(|word| !word.is_empty()).map(|word| word.parse().ok()).collect::<Option<_>>()?;
    let fits = widths.len() <= layers && widths.iter().all(|width| (1..=most).contains(width));
    fits.then_some(widths)
}

fn refuse(ui: &Ui, id: Id, says: String) {
    let until = ui.input(|input| input.time) + SAID_S;
    ui.data_mut(|data| data.insert_temp(id.with("refusal"), (says, until)));
}

/// Says why what was typed was refused, beside the field and above everything: nothing moves for it.
fn show_refusal(ui: &Ui, response: &Response) {
    let key = response.id.with("refusal");
    let Some((says, until)) = ui.data(|data| data.get_temp::<(String, f64)>(key)) else { return };
    let left = until - ui.input(|input| input.time);
    if left <= 0.0 {
        ui.data_mut(|data| data.remove::<(String, f64)>(key));
        return;
    }
    ui.ctx().request_repaint_after_secs(left as f32);
    let palette = theme::of(ui);
    let painter = ui.ctx().layer_painter(LayerId::new(Order::Foreground, key));
    let galley = painter.layout_no_wrap(says, FontId::proportional(theme::TEXT_SMALL), palette.warning);
    let place = Align2::LEFT_TOP.anchor_size(response.rect.left_bottom(), galley.size());
    painter.rect_filled(place.expand(theme::GRID / 2.0), theme::GRID / 4.0, palette.surfaces[2]);
    painter.galley(place.min, galley, palette.warning);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_read_as_they_are_written() {
        assert_eq!(widths_of("512, 256", 8, 4096), Some(vec![512, 256]));
        assert_eq!(widths_of("512–256", 8, 4096), Some(vec![512, 256]));
        assert_eq!(widths_of("", 8, 4096), Some(Vec::new()));
        for wrong in ["512, x", "0", "4097", "1 1 1 1 1 1 1 1 1", "1.5"] {
            assert_eq!(widths_of(wrong, 8, 4096), None, "{wrong}");
        }
    }
}
