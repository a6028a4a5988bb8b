//! The language tables, and figures as text.

use crate::gpu::Decoding;
use crate::message::Message;
use rust_i18n::t;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The text of a key in the language that is switched on.
pub fn tr(key: &str) -> String {
    t!(key).into_owned()
}

/// Templates of messages in Simplified Chinese, by those in English.
static CHINESE: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| toml::from_str(include_str!("../../assets/messages/zh-CN.toml")).unwrap_or_default());

/// A message in the language that is switched on.
pub fn explain(message: &Message) -> String {
    if &*rust_i18n::locale() == "zh-CN" {
        message.text(&|template| CHINESE.get(template).cloned())
    } else {
        message.to_string()
    }
}

/// Who decodes, and why it is the CPU where it is: one sentence.
pub fn decoded_by(decoding: &Decoding) -> String {
    match decoding {
        Decoding::Gpu => tr("decoder.gpu_tip"),
        Decoding::CpuChosen => tr("decoder.chosen_tip"),
        Decoding::CpuSoftware => tr("decoder.software_tip"),
        Decoding::CpuNoAdapter => tr("decoder.no_adapter_tip"),
        Decoding::CpuRefused(why) => t!("decoder.refused_tip", why = explain(why)).into_owned(),
    }
}

/// A whole number with thin spaces between thousands.
pub fn whole(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{2009}');
        }
        out.push(digit);
    }
    out
}

/// What a latent dimension (from 0) is called: z₁ is the first.
pub fn latent_dimension(dimension: usize) -> String {
    let subscript = |digit: char| digit.to_digit(10).and_then(|digit| char::from_u32(0x2080 + digit)).unwrap_or(digit);
    std::iter::once('z').chain((dimension + 1).to_string().chars().map(subscript)).collect()
}

/// A number with about four digits that matter, as short as it can be.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        format!("{value}")
    } else if size == 0.0 {
        "0".to_owned()
    } else if !(1e-3..1e5).contains(&size) {
        format!("{value:.2e}")
    } else if size >= 100.0 {
        format!("{value:.1}")
    } else if size >= 1.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.4}")
    }
}

/// Breaks text into lines of at most about `most` letters, counted as they are wide (a Chinese one counts double).
pub fn wrapped(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut width = 0;
    let mut last_space = None;
    for letter in text.chars() {
        let wide = if letter as u32 >= 0x2E80 { 2 } else { 1 };
        if width + wide > most && letter != ' ' {
            match last_space.take() {
                Some(space) => {
                    out.replace_range(space..=space, "\n");
                    width = out.len() - space;
                }
                None => {
                    out.push('\n');
                    width = 0;
                }
            }
        }
        if letter == ' ' {
            last_space = Some(out.len());
        }
        if letter == '\n' {
            width = 0;
            last_space = None;
        } else {
            width += wide;
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures() {
        assert_eq!(whole(1), "1");
        assert_eq!(whole(123_456), "123\u{2009}456");
        assert_eq!(number(141.123), "141.1");
        assert_eq!(number(0.000_21), "2.10e-4");
        assert_eq!(number(f64::NAN), "NaN");
        assert_eq!((latent_dimension(0), latent_dimension(111)), ("z₁".to_owned(), "z₁₁₂".to_owned()));
    }

    #[test]
    fn long_text_is_broken_between_words() {
        assert_eq!(wrapped("one two three", 8), "one two\nthree");
        assert_eq!(wrapped("一二三四五", 4), "一二\n三四\n五");
        assert!(wrapped("a/very/long/path/without/any/space", 10).lines().all(|line| line.len() <= 10));
    }
}
