//! Elements that are text, each with zeros behind it up to the length of all: UTF-32 (`<U12`) or bytes of UTF-8 (`|S8`).

use super::header::{ElementType, Header};
use crate::message::{Message, message};
use std::sync::Arc;

/// Adds the text of each element of `bytes`, which are whole elements. What is no text at all gives none.
///
/// # Errors
/// What was found in place of characters.
pub fn add_texts(header: &Header, bytes: &[u8], out: &mut Vec<Arc<str>>) -> Result<(), Message> {
    let ElementType::Text { unit, .. } = header.element else { return Ok(()) };
    for element in bytes.chunks_exact(header.element.size().max(1) as usize) {
        let index = out.len();
        let text =
            if unit == 1 { of_bytes(element, index)? } else { of_characters(element, header.big_endian, index)? };
        out.push(text);
    }
    Ok(())
}

fn of_bytes(element: &[u8], index: usize) -> Result<Arc<str>, Message> {
    let length = element.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let text = std::str::from_utf8(element.get(..length).unwrap_or_default());
    text.map(Arc::from).map_err(|_| message!("bytes that are no UTF-8 at element {index}", index))
}

fn of_characters(element: &[u8], big_endian: bool, index: usize) -> Result<Arc<str>, Message> {
    let (units, _) = element.as_chunks::<4>();
    let codes = units.iter().map(|unit| if big_endian { u32::from_be_bytes(*unit) } else { u32::from_le_bytes(*unit) });
    let codes: Vec<u32> = codes.collect();
    let length = codes.iter().rposition(|code| *code != 0).map_or(0, |last| last + 1);
    let character = |code: &u32| {
        let none =
            || message!("{code}, which is no character, at element {index}", code = format!("U+{code:04X}"), index);
        char::from_u32(*code).ok_or_else(none)
    };
    let text: String = codes.iter().take(length).map(character).collect::<Result<_, _>>()?;
    Ok(text.into())
}
