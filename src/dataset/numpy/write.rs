//! How a `.npy` file begins that is written.

use super::header::MAGIC;

/// What the beginning of a file is filled up to a multiple of.
const ALIGNMENT: usize = 64;

/// All that comes before the elements: `descr` is their type as a Python literal (`'<f4'`, or a list of named fields) and
/// `shape` how many there are, the last dimension fastest. Version 1.0, or 3.0 where that cannot hold it.
pub fn npy_header(descr: &str, shape: &[usize]) -> Vec<u8> {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    let comma = if sizes.len() == 1 { "," } else { "" };
    let text = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': ({}{comma}), }}", sizes.join(", "));
    let is_old = text.is_ascii() && text.len() + ALIGNMENT < usize::from(u16::MAX);
    let (version, width): (&[u8; 2], usize) = if is_old { (b"\x01\x00", 2) } else { (b"\x03\x00", 4) };
    let before = MAGIC.len() + version.len() + width;
    let length = (before + text.len() + 1).next_multiple_of(ALIGNMENT) - before;
    let mut out = [MAGIC.as_slice(), version].concat();
    out.extend((length as u32).to_le_bytes().into_iter().take(width));
    out.extend(text.as_bytes());
    out.resize(before + length - 1, b' ');
    out.push(b'\n');
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::numpy::header::{ElementType, Header, START};

    #[test]
    fn what_is_written_is_read_as_it_was() {
        for shape in [&[3][..], &[10, 28, 28], &[2, 3, 4, 5]] {
            let bytes = npy_header("'<f4'", shape);
            assert!(bytes.len().is_multiple_of(ALIGNMENT) && bytes.ends_with(b"\n"));
            assert_eq!(usize::from(u16::from_le_bytes([bytes[START], bytes[START + 1]])), bytes.len() - START - 2);
            let header = Header::parse(&bytes[START + 2..]).unwrap();
            assert_eq!(header.shape, shape.iter().map(|size| *size as u64).collect::<Vec<_>>());
            assert!(header.element == ElementType::Float(4) && !header.fortran && !header.big_endian);
        }
        let named = npy_header("[('größe', '<f4')]", &[1]);
        assert_eq!(&named[6..8], b"\x03\x00");
    }
}
