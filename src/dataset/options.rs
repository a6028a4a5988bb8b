//! How data is read and which part of it is looked at: what stands behind the `?` of a source, as in `faces?side=32&color=rgb`.

use std::fmt;

/// How files become examples, and which of them are looked at. Nothing said is what suits the data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataOptions {
    /// Which numbers of an array are black and white.
    pub range: Option<ValueRange>,
    /// The side in pixels that images of a folder are brought to.
    pub side: Option<u32>,
    /// How an image that is not square becomes one.
    pub fit: Option<ImageFit>,
    /// Whether images of a folder are grey or have colours.
    pub color: Option<ImageColor>,
    /// Of a hundred examples so many are to test on, chosen anew by this seed; else as the source itself says.
    pub split: Option<SplitChoice>,
    /// The names of the classes that are looked at; all where there is none.
    pub classes: Vec<String>,
    /// At most so many examples to learn from, chosen at random.
    pub take: Option<u32>,
    /// As many examples of each class as the rarest has.
    pub balance: bool,
    /// White for black.
    pub invert: bool,
    /// Black and white only: white from so many per cent of grey on.
    pub binarize: Option<u8>,
}

/// Which numbers of an array are black and white.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueRange {
    /// 0 to 1.
    Unit,
    /// −1 to 1.
    Signed,
    /// 0 to 255.
    Byte,
    /// 0 to 65535.
    Word,
}

/// How an image that is not square becomes one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImageFit {
    /// Its middle fills the square, and what is beyond is cut off.
    #[default]
    Crop,
    /// All of it stands in the square, with black beside it.
    Whole,
}

/// Whether images are grey or have colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageColor {
    /// One channel.
    Grey,
    /// Red, green and blue.
    Rgb,
}

/// Which examples are to test on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitChoice {
    /// Of a hundred so many, 1 to 90.
    pub test_percent: u8,
    /// Of the draw.
    pub seed: u64,
}

/// A choice with a word each, as it is written.
macro_rules! words {
    ($name:ident: $($choice:ident = $word:literal),+) => {
        impl $name {
            /// All that there are, in order.
            pub const ALL: &'static [Self] = &[$(Self::$choice),+];

            /// As it is written.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$choice => $word),+
                }
            }

            fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| choice.word() == word)
            }
        }
    };
}

words!(ValueRange: Unit = "0..1", Signed = "-1..1", Byte = "0..255", Word = "0..65535");
words!(ImageFit: Crop = "crop", Whole = "whole");
words!(ImageColor: Grey = "grey", Rgb = "rgb");

impl ValueRange {
    /// The numbers that are black and white.
    pub const fn ends(self) -> (f32, f32) {
        match self {
            Self::Unit => (0.0, 1.0),
            Self::Signed => (-1.0, 1.0),
            Self::Byte => (0.0, 255.0),
            Self::Word => (0.0, 65535.0),
        }
    }
}

/// The longest side that images may be brought to, in pixels.
pub const MAX_SIDE: u32 = 512;

impl DataOptions {
    /// Options as they are written, without the `?`; `None` where any of it is no option.
    pub fn parse(text: &str) -> Option<Self> {
        let mut options = Self::default();
        let mut seed = None;
        for part in text.split('&') {
            match part.split_once('=').unwrap_or((part, "")) {
                ("range", word) => options.range = Some(ValueRange::parse(word)?),
                ("side", side) => options.side = Some(number(side, 1..=u64::from(MAX_SIDE))? as u32),
                ("fit", word) => options.fit = Some(ImageFit::parse(word)?),
                ("color", word) => options.color = Some(ImageColor::parse(word)?),
                ("test", percent) => {
                    let test_percent = number(percent, 1..=90)? as u8;
                    options.split = Some(SplitChoice { test_percent, seed: 0 });
                }
                ("seed", text) => seed = Some(number(text, 0..=u64::MAX)?),
                ("class", name) => options.classes.push(plain(name)?),
                ("take", count) => options.take = Some(number(count, 1..=u64::from(u32::MAX))? as u32),
                ("balance", "") => options.balance = true,
                ("invert", "") => options.invert = true,
                ("binarize", percent) => options.binarize = Some(number(percent, 1..=100)? as u8),
                _ => return None,
            }
        }
        match (seed, &mut options.split) {
            (Some(seed), Some(split)) => split.seed = seed,
            (Some(_), None) => return None,
            (None, _) => {}
        }
        Some(options)
    }

    /// Whether nothing is said.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

fn number(text: &str, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
    text.parse().ok().filter(|number| range.contains(number))
}

/// The signs that mean something here, each as a per cent and its two hexadecimal digits.
fn encoded(name: &str) -> String {
    let mut out = String::new();
    for sign in name.chars() {
        match sign {
            '%' | '&' | '?' | '=' => out.push_str(&format!("%{:02x}", u32::from(sign))),
            _ => out.push(sign),
        }
    }
    out
}

fn plain(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut out = parts.next()?.to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        out.push(char::from(u8::from_str_radix(digits, 16).ok().filter(u8::is_ascii)?));
        out.push_str(rest);
    }
    Some(out)
}

/// As they are read, without the `?`.
impl fmt::Display for DataOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { range, side, fit, color, split, classes, take, balance, invert, binarize } = self;
        let mut parts = Vec::new();
        parts.extend(range.map(|range| format!("range={}", range.word())));
        parts.extend(side.map(|side| format!("side={side}")));
        parts.extend(fit.map(|fit| format!("fit={}", fit.word())));
        parts.extend(color.map(|color| format!("color={}", color.word())));
        parts.extend(split.map(|split| format!("test={}&seed={}", split.test_percent, split.seed)));
        parts.extend(classes.iter().map(|name| format!("class={}", encoded(name))));
        parts.extend(take.map(|count| format!("take={count}")));
        parts.extend(balance.then(|| "balance".to_owned()));
        parts.extend(invert.then(|| "invert".to_owned()));
        parts.extend(binarize.map(|percent| format!("binarize={percent}")));
        f.write_str(&parts.join("&"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn any_options() -> impl Strategy<Value = DataOptions> {
        let reading = (
            prop::option::of(prop::sample::select(ValueRange::ALL)),
            prop::option::of(1..=MAX_SIDE),
            prop::option::of(prop::sample::select(ImageFit::ALL)),
            prop::option::of(prop::sample::select(ImageColor::ALL)),
        );
        let split = (1..=90u8, any::<u64>()).prop_map(|(test_percent, seed)| SplitChoice { test_percent, seed });
        let looking = (
            prop::option::of(split),
            prop::collection::vec(".{1,8}", 0..3),
            prop::option::of(1..=u32::MAX),
            any::<[bool; 2]>(),
            prop::option::of(1..=100u8),
        );
        (reading, looking).prop_map(|((range, side, fit, color), (split, classes, take, flags, binarize))| {
            let [balance, invert] = flags;
            DataOptions { range, side, fit, color, split, classes, take, balance, invert, binarize }
        })
    }

    proptest! {
        #[test]
        fn options_are_the_same_after_writing_and_reading(options in any_options()) {
            let text = options.to_string();
            prop_assert_eq!(options.is_default(), text.is_empty());
            prop_assert!(options.is_default() || DataOptions::parse(&text) == Some(options), "{}", text);
        }

        #[test]
        fn any_text_is_options_or_none(text in ".{0,40}") {
            let _ = DataOptions::parse(&text).map(|options| options.to_string());
        }
    }

    #[test]
    fn what_is_no_option_or_out_of_range_is_none() {
        for text in
            ["", "size=3", "side=0", "side=513", "test=0", "test=91", "seed=3", "invert=1", "class=%zz", "range=0..2"]
        {
            assert_eq!(DataOptions::parse(text), None, "{text}");
        }
    }
}
