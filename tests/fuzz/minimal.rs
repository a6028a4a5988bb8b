//! The bytes of an input that fails, as few of them as still fail.

use std::time::{Duration, Instant};

/// The longest that is looked for fewer.
const LONGEST: Duration = Duration::from_secs(30);

/// Leaves out parts, large ones first, as long as it `fails` without them.
pub fn minimal(mut bytes: Vec<u8>, fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let (began, mut size) = (Instant::now(), bytes.len().div_ceil(2));
    while size > 0 {
        let (mut at, before) = (0, bytes.len());
        while at < bytes.len() && began.elapsed() < LONGEST {
            let mut fewer = bytes.clone();
            drop(fewer.drain(at..(at + size).min(bytes.len())));
            if fails(&fewer) {
                bytes = fewer;
            } else {
                at += size;
            }
        }
        if size == 1 && bytes.len() == before || began.elapsed() >= LONGEST {
            break;
        }
        size = if size == 1 { 1 } else { size / 2 };
    }
    bytes
}

#[test]
fn what_is_not_needed_is_left_out() {
    let fails = |bytes: &[u8]| bytes.contains(&b'x') && bytes.contains(&b'y');
    assert_eq!(minimal(b"a long text with x in it, and then y as well".to_vec(), fails), b"xy");
    assert_eq!(minimal(Vec::new(), |_| true), b"");
}
