//! What is done to an entry of the corpus. A mutation is three numbers beside its kind, each of which shrinks by itself.

use crate::corpus::{Corpus, Input, LONGEST};
use crate::text;
use proptest::prelude::*;
use std::ops::Range;

/// Mutations of one input, at most.
const MOST: usize = 12;
/// Mutations of most inputs, at most.
const FEW: usize = 3;
/// Bytes of a header: half of all places lie in it.
const HEADER: usize = 64;

/// Numbers at which something ends, in a width of 1, 2, 4 or 8 bytes; the last are infinity and no number as floats.
const NUMBERS: [u64; 18] = [
    0,
    1,
    2,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0xffff,
    (1 << 31) - 1,
    1 << 31,
    u32::MAX as u64,
    i64::MAX as u64,
    1 << 63,
    u64::MAX,
    0x7f80_0000,
    0x7fc0_0000,
    0x7ff0_0000_0000_0000,
    0x7ff8_0000_0000_0000,
];

/// What text rarely holds, or reads as something else.
const ODD: [&[u8]; 24] = [
    b"\0",
    b"\x1b[2J",
    b"\xff\xfe",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"\r",
    b"\n",
    b"\t",
    "\u{feff}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{2028}".as_bytes(),
    "\u{130}".as_bytes(),
    b"\\u0000",
    b"\\ud800",
    b"\"",
    b"'''",
    b"\"\"\"",
    b"[",
    b"{",
    b"}",
    b"=",
    b",",
    b"#",
    b"1979-05-27T07:32:00Z",
];

/// The kinds, the plainest first: shrinking goes towards them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The bytes end here.
    Cut,
    /// Some bytes less.
    Delete,
    /// Another byte.
    Byte,
    /// One bit turned over.
    Flip,
    /// A number at which something ends, in either byte order.
    Number,
    /// Some bytes more, all the same.
    Insert,
    /// Some bytes again, once or many times.
    Repeat,
    /// From here on another entry.
    Splice,
    /// Another figure in a text.
    Figure,
    /// Two lines in each other's place.
    SwapLines,
    /// A line again, once or many times.
    RepeatLine,
    /// A word in another's place.
    Word,
    /// Characters that text rarely holds.
    Odd,
}

const KINDS: [Kind; 13] = [
    Kind::Cut,
    Kind::Delete,
    Kind::Byte,
    Kind::Flip,
    Kind::Number,
    Kind::Insert,
    Kind::Repeat,
    Kind::Splice,
    Kind::Figure,
    Kind::SwapLines,
    Kind::RepeatLine,
    Kind::Word,
    Kind::Odd,
];

/// Some bytes so many times, as far as they have room in an input.
pub fn repeated(bytes: &[u8], times: usize) -> Vec<u8> {
    bytes.repeat(times.min(LONGEST / bytes.len().max(1)))
}

/// One mutation.
#[derive(Clone, Copy, Debug)]
pub struct Mutation {
    pub kind: Kind,
    /// Where.
    pub at: u32,
    /// How much.
    pub size: u32,
    /// Which of several.
    pub choice: u32,
}

/// Inputs of a corpus: an entry, and one to twelve mutations.
pub fn inputs(entries: usize) -> impl Strategy<Value = Input> {
    let kind = prop::sample::select(KINDS.as_slice());
    let mutation = (kind, any::<u32>(), any::<u32>(), any::<u32>());
    let mutation = mutation.prop_map(|(kind, at, size, choice)| Mutation { kind, at, size, choice });
    // Mostly few: many leave little that a reader comes to behind its first check.
    let count = prop_oneof![3 => 1..=FEW, 1 => 1..=MOST];
    let mutations = count.prop_flat_map(move |count| prop::collection::vec(mutation.clone(), 1..=count));
    (0..entries, mutations).prop_map(|(entry, mutations)| Input { entry, mutations })
}

impl Mutation {
    /// Does it. Where there is nothing to do it to, nothing happens.
    pub fn apply(&self, bytes: &mut Vec<u8>, corpus: &Corpus) {
        let Self { choice, .. } = *self;
        let (at, choice) = (self.place(bytes.len()), choice as usize);
        match self.kind {
            Kind::Cut => bytes.truncate(at),
            Kind::Delete => drop(bytes.drain(self.range(bytes.len()))),
            Kind::Byte => bytes.get_mut(at).into_iter().for_each(|byte| *byte = choice as u8),
            Kind::Flip => bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << (choice % 8)),
            Kind::Number => self.number(bytes, at),
            Kind::Insert => self.insert(bytes, at, &vec![choice as u8; self.length()]),
            Kind::Repeat => {
                let part = repeated(&bytes[self.range(bytes.len())], self.times());
                self.insert(bytes, at, &part);
            }
            Kind::Splice => {
                let other = &corpus.entries[choice % corpus.entries.len()].bytes;
                let from = if self.size.is_multiple_of(2) { at } else { self.size as usize };
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from % (other.len() + 1)..]);
            }
            Kind::Figure => text::figure(bytes, self.at as usize, choice),
            Kind::SwapLines => text::swap_lines(bytes, self.at as usize, choice),
            Kind::RepeatLine => text::repeat_line(bytes, self.at as usize, self.times()),
            Kind::Word => text::word(bytes, self.at as usize, &corpus.words, choice),
            Kind::Odd => self.insert(bytes, at, &ODD[choice % ODD.len()].repeat(self.times())),
        }
    }

    /// A place in so many bytes, or behind them; half of all in the header.
    fn place(&self, length: usize) -> usize {
        let bound = if self.at.is_multiple_of(2) { length.min(HEADER) } else { length };
        self.at as usize / 2 % (bound + 1)
    }

    /// Bytes: mostly few.
    fn length(&self) -> usize {
        let most = [4, 4, 16, 64, 1024][self.choice as usize / 256 % 5];
        1 + self.size as usize % most
    }

    fn range(&self, length: usize) -> Range<usize> {
        let at = self.place(length);
        at..(at + self.length()).min(length)
    }

    /// Mostly once.
    fn times(&self) -> usize {
        match self.size % 64 {
            63 => self.size as usize / 64 % 3000,
            60..63 => self.size as usize / 64 % 40,
            _ => 1,
        }
    }

    fn insert(&self, bytes: &mut Vec<u8>, at: usize, part: &[u8]) {
        drop(bytes.splice(at..at, part.iter().copied()));
    }

    fn number(&self, bytes: &mut [u8], at: usize) {
        let (number, width) = (NUMBERS[self.choice as usize % NUMBERS.len()], 1 << (self.size % 4));
        let ordered: Vec<u8> = match self.size / 4 % 2 {
            0 => number.to_le_bytes()[..width].to_vec(),
            _ => number.to_be_bytes()[8 - width..].to_vec(),
        };
        bytes.iter_mut().skip(at).zip(ordered).for_each(|(byte, new)| *byte = new);
    }
}
