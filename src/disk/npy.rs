//! Arrays as NumPy writes them (`.npy`, version 1.0).

/// The bytes of a file that holds an array of bytes in C order: `shape` says its sizes, the slowest first.
pub fn npy_of_bytes(shape: &[usize], values: &[u8]) -> Vec<u8> {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    // A tuple of one has a comma behind it.
    let sizes = if let [only] = sizes.as_slice() { format!("{only},") } else { sizes.join(", ") };
    let mut header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({sizes}), }}");
    // The values begin at a multiple of 64 bytes, behind a line's end.
    let before = 10 + header.len() + 1;
    header.extend(std::iter::repeat_n(' ', before.next_multiple_of(64) - before));
    header.push('\n');
    let mut out = b"\x93NUMPY\x01\x00".to_vec();
    out.extend((header.len() as u16).to_le_bytes());
    out.extend(header.as_bytes());
    out.extend(values);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_numpy_writes() {
        // numpy.save of numpy.arange(6, dtype='u1').reshape(2, 3).
        let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }";
        let bytes = npy_of_bytes(&[2, 3], &[0, 1, 2, 3, 4, 5]);
        assert_eq!(bytes.len(), 128 + 6);
        assert_eq!(bytes.get(..10), Some(b"\x93NUMPY\x01\x00\x76\x00".as_slice()));
        assert_eq!(bytes.get(10..10 + header.len()), Some(header.as_bytes()));
        assert_eq!(bytes.get(127..), Some(b"\n\x00\x01\x02\x03\x04\x05".as_slice()));
        assert!(npy_of_bytes(&[2], &[0, 1]).windows(4).any(|part| part == b"(2,)"));
    }
}
