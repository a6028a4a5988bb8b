//! The header of a `.npy` file (NumPy's format, versions 1.0 to 3.0), parsed within bounds. Nothing in it is ever executed.

use crate::message::{Message, message};

/// The first bytes of every file.
pub const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// Bytes before the length of the header: the magic string and the version.
pub const START: usize = MAGIC.len() + 2;
/// The most bytes that a header may have: NumPy's own writer needs some 120.
pub const MAX_HEADER: u64 = 10_000;
/// The longest text of an element, in its units.
const MAX_TEXT: u16 = 4096;
/// The most dimensions that are listed.
const MAX_DIMENSIONS: usize = 32;

/// The type of an element as it lies in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementType {
    /// A byte, 0 or not.
    Bool,
    /// Unsigned, of so many bytes.
    Unsigned(u8),
    /// Signed, of so many bytes.
    Signed(u8),
    /// IEEE floating point, of 2, 4 or 8 bytes.
    Float(u8),
    /// Text of so many units: 4 bytes each of UTF-32, or a byte each.
    Text {
        /// Bytes of a unit.
        unit: u8,
        /// Units, at least 1.
        length: u16,
    },
}

impl ElementType {
    /// Bytes of one element.
    pub fn size(self) -> u64 {
        match self {
            Self::Bool => 1,
            Self::Unsigned(size) | Self::Signed(size) | Self::Float(size) => u64::from(size),
            Self::Text { unit, length } => u64::from(unit) * u64::from(length),
        }
    }

    /// Whether it is no number.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text { .. })
    }

    /// Text of some length: `U12`, `S8`.
    fn text(kind: &str) -> Option<Self> {
        let (unit, digits) = match kind.split_at_checked(1)? {
            ("U", digits) => (4, digits),
            ("S", digits) => (1, digits),
            _ => return None,
        };
        let length = digits.parse().ok().filter(|length| {
            digits.starts_with(|digit: char| digit.is_ascii_digit()) && (1..=MAX_TEXT).contains(length)
        })?;
        Some(Self::Text { unit, length })
    }
}

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The type of the elements.
    pub element: ElementType,
    /// Whether they are stored with the most significant byte first.
    pub big_endian: bool,
    /// Whether the first dimension is the fastest.
    pub fortran: bool,
    /// The sizes of the dimensions.
    pub shape: Vec<u64>,
}

impl Header {
    /// Parses the dictionary that a header is: `{'descr': '<f4', 'fortran_order': False, 'shape': (10, 28, 28), }`.
    ///
    /// # Errors
    /// What was found in place of one.
    pub fn parse(bytes: &[u8]) -> Result<Self, Message> {
        let text = std::str::from_utf8(bytes).map_err(|_| message!("a header that is not text"))?;
        let mut scanner = Scanner { rest: text };
        let (mut descr, mut fortran, mut shape) = (None, None, None);
        scanner.expect('{')?;
        while !scanner.accept('}') {
            let key = scanner.string()?;
            scanner.expect(':')?;
            let again = match key {
                "descr" => descr.replace(scanner.element()?).is_some(),
                "fortran_order" => fortran.replace(scanner.boolean()?).is_some(),
                "shape" => shape.replace(scanner.sizes()?).is_some(),
                other => return Err(message!("a header with the key {key}", key = format!("{other:.40?}"))),
            };
            if again {
                return Err(message!("a header with {key} twice", key = format!("{key:?}")));
            }
            if !scanner.accept(',') {
                scanner.expect('}')?;
                break;
            }
        }
        if !scanner.rest.trim().is_empty() {
            return Err(message!("a header with more behind its dictionary"));
        }
        let missing = |key: &str| message!("a header without {key}", key = format!("{key:?}"));
        let (element, big_endian) = descr.ok_or_else(|| missing("descr"))?;
        let fortran = fortran.ok_or_else(|| missing("fortran_order"))?;
        Ok(Self { element, big_endian, fortran, shape: shape.ok_or_else(|| missing("shape"))? })
    }
}

/// What is left of a header's text.
struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    /// Goes past white space and `sign`, if it is next.
    fn accept(&mut self, sign: char) -> bool {
        self.rest = self.rest.trim_start();
        let after = self.rest.strip_prefix(sign);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn expect(&mut self, sign: char) -> Result<(), Message> {
        if self.accept(sign) {
            return Ok(());
        }
        Err(message!("a header with {found} in place of {sign}", found = self.next(), sign = format!("{sign:?}")))
    }

    /// What is next, for a sentence.
    fn next(&self) -> Message {
        match self.rest.chars().next() {
            Some(sign) => Message::words(format_args!("{sign:?}")),
            None => message!("its end"),
        }
    }

    /// A string without escapes, in quotes of either kind.
    fn string(&mut self) -> Result<&'a str, Message> {
        let quote = if self.accept('"') { '"' } else { '\'' };
        if quote == '\'' {
            self.expect(quote)?;
        }
        let (text, rest) =
            self.rest.split_once(quote).ok_or_else(|| message!("a header with a string that does not end"))?;
        self.rest = rest;
        Ok(text)
    }

    fn boolean(&mut self) -> Result<bool, Message> {
        self.rest = self.rest.trim_start();
        for (word, value) in [("True", true), ("False", false)] {
            if let Some(rest) = self.rest.strip_prefix(word) {
                self.rest = rest;
                return Ok(value);
            }
        }
        Err(message!("a header with {found} in place of True or False", found = self.next()))
    }

    /// A tuple of whole numbers, each with or without the `L` of old Pythons.
    fn sizes(&mut self) -> Result<Vec<u64>, Message> {
        let mut sizes = Vec::new();
        self.expect('(')?;
        while !self.accept(')') {
            let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = self.rest.split_at(digits);
            let size = number.parse().map_err(|_| match number {
                "" => message!("a header with {found} in place of a size", found = self.next()),
                _ => message!("a header with the size {size}", size = format!("{number:.40}")),
            })?;
            sizes.push(size);
            if sizes.len() > MAX_DIMENSIONS {
                return Err(message!("a header with more than {most} dimensions", most = MAX_DIMENSIONS));
            }
            self.rest = rest.strip_prefix('L').unwrap_or(rest);
            if !self.accept(',') {
                self.expect(')')?;
                break;
            }
        }
        Ok(sizes)
    }

    /// The type of the elements and whether it is big-endian.
    fn element(&mut self) -> Result<(ElementType, bool), Message> {
        if self.accept('[') {
            return Err(message!("records of several fields"));
        }
        let text = self.string()?;
        let refused = || message!("elements of the type {kind}", kind = format!("{text:.40?}"));
        if text.contains('O') {
            return Err(message!("pickled Python objects, which are never opened"));
        }
        let (order, kind) = match text.split_at_checked(1) {
            Some((order @ ("<" | ">" | "|" | "="), kind)) => (order, kind),
            _ => ("|", text),
        };
        let element = match kind {
            "b1" => ElementType::Bool,
            "u1" => ElementType::Unsigned(1),
            "u2" => ElementType::Unsigned(2),
            "u4" => ElementType::Unsigned(4),
            "u8" => ElementType::Unsigned(8),
            "i1" => ElementType::Signed(1),
            "i2" => ElementType::Signed(2),
            "i4" => ElementType::Signed(4),
            "i8" => ElementType::Signed(8),
            "f2" => ElementType::Float(2),
            "f4" => ElementType::Float(4),
            "f8" => ElementType::Float(8),
            other => ElementType::text(other).ok_or_else(refused)?,
        };
        // Of more than a byte the order must be said.
        let is_of_bytes = element.size() == 1 || matches!(element, ElementType::Text { unit: 1, .. });
        if !is_of_bytes && !matches!(order, "<" | ">") {
            return Err(refused());
        }
        Ok((element, order == ">"))
    }
}
