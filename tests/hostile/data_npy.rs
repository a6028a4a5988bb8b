//! NumPy files: headers that lie, that are not understood, and values that are no pixels.

use crate::case::Case;
use crate::kinds::Kind;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;

const TRAIN: &str = "train vae-dense --batch 1 --steps 1 --data set.npy --out new";
const START: &str = "latentarium: {here}/set.npy: ";
const ELEMENTS: &str = "expected whole or floating-point numbers or truth values as elements, found ";

/// A file of version 1.0 with this header.
fn with_header(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((dictionary.len() as u16).to_le_bytes());
    bytes.extend(dictionary.as_bytes());
    bytes.extend(data);
    bytes
}

/// A file as NumPy writes it.
fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    with_header(&format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}\n"), data)
}

fn good() -> Vec<u8> {
    npy("|u1", "3, 2, 2", &[5; 12])
}

fn of_bytes(name: &str, bytes: Vec<u8>, sentence: &str) -> Case {
    Case::refused(format!("NumPy: {name}"), TRAIN, format!("{START}{sentence}"))
        .after(move |here| fs::write(here.join("set.npy"), &bytes).unwrap())
}

/// A header that is not understood.
fn of_header(dictionary: &str, found: &str) -> Case {
    let name = format!("the header {dictionary:.60}");
    of_bytes(&name, with_header(dictionary, &[5; 12]), &format!("{ELEMENTS}{found}"))
}

/// Sizes that cannot be.
fn of_shape(shape: &str, sentence: &str) -> Case {
    of_bytes(&format!("the shape ({shape:.60})"), npy("|u1", shape, &[]), sentence)
}

fn of_reals(name: &str, values: [f32; 4], found: &str) -> Case {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let ranges = "expected values in [0, 1], [−1, 1], [0, 255] or [0, 65535], found";
    of_bytes(name, npy("<f4", "2, 1, 2", &bytes), &format!("{ranges} {found}"))
}

fn of_labels(name: &str, bytes: Vec<u8>, sentence: &str) -> Case {
    let sentence = format!("latentarium: {{here}}/set_labels.npy: {sentence}");
    Case::refused(format!("NumPy labels: {name}"), TRAIN, sentence).after(move |here| {
        fs::write(here.join("set.npy"), good()).unwrap();
        fs::write(here.join("set_labels.npy"), &bytes).unwrap();
    })
}

pub fn cases() -> Vec<Case> {
    let long = |length: u32| [&b"\x93NUMPY\x02\x00"[..], &length.to_le_bytes(), b"{"].concat();
    let cut = |length: usize| good()[..length].to_vec();
    let images = "expected images of 1×1 to 512×512 pixels as an array [count, height, width]";
    let most = "expected at most 68719476736 bytes of data, found an array [";
    let mut cases = vec![
        of_bytes("nothing", Vec::new(), "expected a NumPy file (.npy), found an empty file"),
        of_bytes("an archive", b"PK\x03\x04 and so on".to_vec(), "expected a NumPy file, which begins with"),
        of_bytes("text", b"1,2,3\n4,5,6\n".to_vec(), "expected a NumPy file, which begins with"),
        of_bytes("a packed file", b"\x1f\x8b and so on".to_vec(), "expected a NumPy file (.npy), found a packed file"),
        of_bytes("version 4", [b"\x93NUMPY\x04\x00", &good()[8..]].concat(), "expected a NumPy file of version 1.0"),
        of_bytes("version 0", [b"\x93NUMPY\x00\x00", &good()[8..]].concat(), "expected a NumPy file of version 1.0"),
        of_bytes("version 1.9", [b"\x93NUMPY\x01\x09", &good()[8..]].concat(), "expected a NumPy file of version 1.0"),
        of_bytes("cut in its magic string", cut(4), "expected a NumPy file, which begins with"),
        of_bytes("cut in its version", cut(7), "expected a NumPy file, which begins with"),
        of_bytes("cut in its length", cut(9), "expected a whole header, found"),
        of_bytes("cut in its header", cut(40), "expected a whole header, found 40 bytes in all: the file is truncated"),
        of_bytes("no data", cut(good().len() - 12), "expected 12 bytes of data after the header, found 0 bytes"),
        of_bytes("cut in its data", cut(good().len() - 3), "expected 12 bytes of data after the header, found 9 bytes"),
        of_bytes(
            "more data",
            [good(), vec![1]].concat(),
            "expected 12 bytes of data after the header, found 13 bytes: there is trailing data",
        ),
        of_bytes(
            "the longest header",
            long(u32::MAX),
            "expected a header of at most 10000 bytes, found one of 4294967295",
        ),
        of_bytes(
            "a header that is too long",
            long(10_001),
            "expected a header of at most 10000 bytes, found one of 10001",
        ),
        of_bytes("a header that is not there", long(10_000), "expected a whole header, found 13 bytes in all"),
        of_bytes("bytes in the header", with_header("{'descr\u{0}': '\u{7f}'}", &[]), ELEMENTS),
        of_bytes("another type", npy("<f1", "2, 1, 2", &[0; 4]), &format!("{ELEMENTS}elements of the type \"<f1\"")),
        of_bytes(
            "no image",
            npy("|u1", "0, 2, 2", &[]),
            "expected at least one image to learn from and one to test on",
        ),
        of_bytes("one image", npy("|u1", "1, 2, 2", &[0; 4]), "expected at least one image to learn from and one to"),
        of_bytes("no side", npy("|u1", "2, 0, 5", &[]), images),
        of_bytes("a side of 513", npy("|u1", "2, 513, 1", &[0; 1026]), images),
        of_bytes("one dimension", npy("|u1", "4,", &[0; 4]), images),
        of_bytes("no dimensions", npy("|u1", "", &[0]), images),
        of_bytes("four channels", npy("|u1", "2, 2, 2, 4", &[0; 32]), images),
        of_bytes("five dimensions", npy("|u1", "2, 1, 1, 1, 1", &[0; 2]), images),
        of_reals("NaN", [0.0, f32::NAN, 0.5, 1.0], "NaN at element 1"),
        of_reals("infinite", [0.0, 1.0, 0.5, f32::NEG_INFINITY], "-inf at element 3"),
        of_reals("all NaN", [f32::NAN; 4], "NaN at element 0"),
        of_reals("below and above", [-3.0, 0.0, 1.0, 2.5], "values from -3 to 2.5"),
        of_reals("the largest", [0.0, 0.0, 1.0, f32::MAX], "values from 0 to 3402823"),
    ];
    for shape in
        ["18446744073709551615, 2, 2", "1099511627776, 512, 512", "4294967296, 4294967296, 1", "262145, 512, 512"]
    {
        cases.push(of_shape(shape, &format!("{most}{shape}]")));
    }
    cases.extend([
        of_shape(
            "8192, 512, 512",
            "expected 2147483648 bytes of data after the header, found 0 bytes: the file is truncated",
        ),
        of_shape("99999999999999999999, 2, 2", &format!("{ELEMENTS}a header with the size 99999999999999999999")),
        of_shape("-1, 2, 2", &format!("{ELEMENTS}a header with '-' in place of a size")),
        of_shape(&"1,".repeat(40), &format!("{ELEMENTS}a header with more than 32 dimensions")),
        of_shape(&"(".repeat(5000), &format!("{ELEMENTS}a header with '(' in place of a size")),
        of_header("", "a header with its end in place of '{'"),
        of_header("{}", "a header without \"descr\""),
        of_header("[1, 2]", "a header with '[' in place of '{'"),
        of_header("__import__('os')", "a header with '_' in place of '{'"),
        of_header("{'descr", "a header with a string that does not end"),
        of_header("{'evil': 1}", "a header with the key \"evil\""),
        of_header("{'descr': '|u1', 'descr': '|u1'}", "a header with \"descr\" twice"),
        of_header("{'descr': '|u1', 'fortran_order': False}", "a header without \"shape\""),
        of_header("{'fortran_order': 0}", "a header with '0' in place of True or False"),
        of_header("{'descr': '|O', ", "pickled Python objects, which are never opened"),
        of_header("{'descr': [('r', '|u1')], ", "records of several fields"),
        of_header("{'descr': '<M8[ns]', ", "elements of the type \"<M8[ns]\""),
        of_header(
            "{'shape': (3,), 'descr': '|u1', 'fortran_order': False} + 1",
            "a header with more behind its dictionary",
        ),
        of_bytes(
            "Fortran order",
            with_header("{'descr': '|u1', 'fortran_order': True, 'shape': (3, 2, 2)}", &[5; 12]),
            "expected an array in C order, found one in Fortran order",
        ),
        of_labels("nothing", Vec::new(), "expected a NumPy file (.npy), found an empty file"),
        of_labels("text", b"labels of sorts".to_vec(), "expected a NumPy file, which begins with"),
        of_labels("too few", npy("|u1", "2,", &[0; 2]), "expected 3 labels, one for each image, found an array [2]"),
        of_labels(
            "a table",
            npy("|u1", "3, 1", &[0; 3]),
            "expected 3 labels, one for each image, found an array [3, 1]",
        ),
        of_labels("the most", npy("|u1", "18446744073709551615,", &[]), "expected at most 68719476736 bytes of data"),
        of_labels(
            "negative",
            npy("|i1", "3,", &[0, 255, 0]),
            "expected a class from 0 to 255 for each image, found -1",
        ),
        of_labels("real", npy("<f4", "3,", &[0; 12]), "expected a class from 0 to 255 for each image, found floating"),
        of_labels(
            "too large",
            npy("<u2", "3,", &[0, 0, 0, 1, 0, 0]),
            "expected a class from 0 to 255 for each image, found 256",
        ),
        of_labels(
            "half of a pair of UTF-16",
            npy("<U1", "3,", &[65, 0, 0, 0, 0, 0xd8, 0, 0, 66, 0, 0, 0]),
            "expected text in each element, found U+D800, which is no character, at element 1",
        ),
        of_labels(
            "bytes that are no text",
            npy("|S2", "3,", b"ab\xff\xfecd"),
            "expected text in each element, found bytes that are no UTF-8 at element 1",
        ),
        of_labels(
            "words that are cut",
            npy("<U4", "3,", &[0; 47]),
            "expected 48 bytes of data after the header, found 47 bytes: the file is truncated",
        ),
        of_labels(
            "very many words",
            npy("<U4096", "18446744073709551,", &[]),
            "expected at most 68719476736 bytes of data",
        ),
        of_labels("words of no length", npy("<U0", "3,", &[]), &format!("{ELEMENTS}elements of the type \"<U0\"")),
        of_bytes("text as images", npy("|S1", "3, 2, 2", &[65; 12]), &format!("{ELEMENTS}text")),
        Case::refused("NumPy: a hole behind the data", TRAIN, "there is trailing data").after(|here| {
            fs::write(here.join("set.npy"), good()).unwrap();
            File::options().write(true).open(here.join("set.npy")).unwrap().set_len(8 << 30).unwrap();
        }),
        Case::refused("NumPy: nobody may read it", TRAIN, format!("{START}expected a file that may be read"))
            .by_another_user()
            .after(|here| {
                fs::write(here.join("set.npy"), good()).unwrap();
                fs::set_permissions(here.join("set.npy"), fs::Permissions::from_mode(0o000)).unwrap();
            }),
        Case::refused("NumPy: a folder of that name", TRAIN, "/set.npy: expected a folder of IDX files").after(
            |here| {
                Kind::Folder.put(&here.join("set.npy"));
            },
        ),
    ]);
    cases
}
