//! NumPy archives: members that lie, that are not understood, that are too many or too much.

use crate::case::Case;
use crate::kinds::Kind;
use std::fs;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const TRAIN: &str = "train vae-dense --batch 1 --steps 1 --data set.npz --out new";
const START: &str = "latentarium: {here}/set.npz: ";
const ARCHIVE: &str = "expected a NumPy archive (.npz), found ";
const IMAGES: &str = "expected images of 1×1 to 512×512 pixels as an array [count, height, width], [count, height, width, \
                      channels] or [count, channels, height, width] with 1 or 3 channels, found ";
const BOTH: &str = "expected at least one image to learn from and one to test on, found ";
const RANGES: &str = "expected values in [0, 1], [−1, 1], [0, 255] or [0, 65535], found ";

/// An array as NumPy writes it.
fn array(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}\n");
    [b"\x93NUMPY\x01\x00", &(text.len() as u16).to_le_bytes()[..], text.as_bytes(), data].concat()
}

fn images() -> Vec<u8> {
    array("|u1", "3, 2, 2", &[5; 12])
}

fn archive(members: &[(&str, Vec<u8>)], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn stored(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    archive(members, CompressionMethod::Stored)
}

fn good() -> Vec<u8> {
    stored(&[("images.npy", images())])
}

fn of_bytes(name: &str, bytes: Vec<u8>, sentence: &str) -> Case {
    Case::refused(format!("NumPy archive: {name}"), TRAIN, format!("{START}{sentence}"))
        .after(move |here| fs::write(here.join("set.npz"), &bytes).unwrap())
}

/// What is wrong is said of the member.
fn of_packing(name: &str, bytes: Vec<u8>, sentence: &str) -> Case {
    let sentence = format!("latentarium: {{here}}/set.npz/images.npy: {sentence}");
    Case::refused(format!("NumPy archive: {name}"), TRAIN, sentence)
        .after(move |here| fs::write(here.join("set.npz"), &bytes).unwrap())
}

/// One member, stored.
fn of_member(name: &str, bytes: Vec<u8>, sentence: &str) -> Case {
    of_bytes(name, stored(&[("images.npy", bytes)]), sentence)
}

fn line() -> Vec<u8> {
    array("|u1", "3,", &[1; 3])
}

/// An archive of so many lines of numbers.
fn in_plenty(count: usize) -> Vec<u8> {
    let names: Vec<String> = (0..count).map(|place| format!("{place}.npy")).collect();
    let members: Vec<_> = names.iter().map(|name| (name.as_str(), array("|u1", "3,", &[1; 3]))).collect();
    stored(&members)
}

/// A good archive in which bytes behind a signature are others.
fn changed(signature: &[u8; 4], offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut all = good();
    let at = all.windows(4).position(|window| window == signature).unwrap() + offset;
    all[at..at + bytes.len()].copy_from_slice(bytes);
    all
}

const LOCAL: &[u8; 4] = b"PK\x03\x04";
const CENTRAL: &[u8; 4] = b"PK\x01\x02";
const END: &[u8; 4] = b"PK\x05\x06";

pub fn cases() -> Vec<Case> {
    let reals = |values: [f32; 4]| values.repeat(3).iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let cut = |length: usize| good()[..length].to_vec();
    let packed_with_zeros = archive(&[("images.npy", vec![0; 64 << 20])], CompressionMethod::Deflated);
    let mut cases = vec![
        of_bytes("nothing", Vec::new(), &format!("{ARCHIVE}an empty file")),
        of_bytes("text", b"hello, this is no archive".to_vec(), &format!("{ARCHIVE}damaged data (")),
        of_bytes("an array", images(), &format!("{ARCHIVE}damaged data (")),
        of_bytes("a gzip file", b"\x1f\x8b\x08\x00 and so on".to_vec(), &format!("{ARCHIVE}damaged data (")),
        of_bytes("its first bytes alone", b"PK\x03\x04".to_vec(), &format!("{ARCHIVE}damaged data (")),
        of_bytes("no members", stored(&[]), &format!("{IMAGES}no array")),
        of_bytes("cut in its first member", cut(40), &format!("{ARCHIVE}damaged data (")),
        of_bytes("cut in its list", cut(good().len() - 40), &format!("{ARCHIVE}damaged data (")),
        of_bytes("cut at its last byte", cut(good().len() - 1), &format!("{ARCHIVE}damaged data (")),
        of_bytes("all 0", vec![0; 4096], &format!("{ARCHIVE}damaged data (")),
        of_bytes("all 255", vec![255; 4096], &format!("{ARCHIVE}damaged data (")),
        of_bytes("another text", stored(&[("notes.txt", b"x".to_vec())]), &format!("{IMAGES}no array")),
        of_bytes("a member without a name", stored(&[("", images())]), &format!("{IMAGES}no array")),
        of_bytes("labels alone", stored(&[("labels.npy", line())]), &format!("{IMAGES}labels [3]")),
        of_bytes("a table", stored(&[("x.npy", array("|u1", "3, 4", &[1; 12]))]), &format!("{IMAGES}x [3, 4]")),
        of_bytes("no dimensions", stored(&[("x.npy", array("|u1", "", &[1]))]), &format!("{IMAGES}x []")),
        of_bytes(
            "other sizes to test on",
            stored(&[("x_train.npy", images()), ("x_test.npy", array("|u1", "3, 3, 3", &[5; 27]))]),
            "expected images of one size and type to learn from and to test on, found an array [3, 3, 3]",
        ),
        of_bytes(
            "another type to test on",
            stored(&[("x_train.npy", images()), ("x_test.npy", array("<u2", "3, 2, 2", &[5; 24]))]),
            "expected images of one size and type to learn from and to test on, found an array [3, 2, 2]",
        ),
        of_bytes(
            "none to learn from",
            stored(&[("x_train.npy", array("|u1", "0, 2, 2", &[])), ("x_test.npy", images())]),
            BOTH,
        ),
        of_bytes(
            "none to test on",
            stored(&[("x_train.npy", images()), ("x_test.npy", array("|u1", "0, 2, 2", &[]))]),
            BOTH,
        ),
        of_member("pickled objects", array("|O", "3, 2, 2", b"cos\nsystem\n(S'id'\ntR."), &format!("{IMAGES}no array")),
        of_member("an empty member", Vec::new(), &format!("{IMAGES}no array")),
        of_member("a member of text", b"hello".to_vec(), &format!("{IMAGES}no array")),
        of_member(
            "a header that lies about its length",
            array("|u1", "4, 2, 2", &[5; 12]),
            &format!("{IMAGES}no array"),
        ),
        of_member("more than its header says", array("|u1", "2, 2, 2", &[5; 12]), &format!("{IMAGES}no array")),
        of_member("the largest sizes", array("|u1", "18446744073709551615, 2, 2", &[]), &format!("{IMAGES}no array")),
        of_member(
            "sizes whose product is 0",
            array("|u1", "4294967296, 4294967296, 1", &[]),
            &format!("{IMAGES}no array"),
        ),
        of_member("an array within an archive", stored(&[("x.npy", images())]), &format!("{IMAGES}no array")),
        of_member("one image", array("|u1", "1, 2, 2", &[5; 4]), &format!("{BOTH}an array [1, 2, 2]")),
        of_member("no image", array("|u1", "0, 2, 2", &[]), &format!("{BOTH}an array [0, 2, 2]")),
        of_member("no side", array("|u1", "3, 0, 2", &[]), &format!("{IMAGES}images [3, 0, 2]")),
        of_member("a side of 513", array("|u1", "2, 513, 1", &[0; 1026]), &format!("{IMAGES}images [2, 513, 1]")),
        of_member("four channels", array("|u1", "2, 2, 2, 4", &[0; 32]), &format!("{IMAGES}images [2, 2, 2, 4]")),
        of_member(
            "NaN",
            array("<f4", "3, 2, 2", &reals([0.0, f32::NAN, 0.5, 1.0])),
            &format!("{RANGES}NaN at element 1"),
        ),
        of_member(
            "infinite",
            array("<f4", "3, 2, 2", &reals([f32::INFINITY; 4])),
            &format!("{RANGES}inf at element 0"),
        ),
        of_member(
            "far",
            array("<f4", "3, 2, 2", &reals([0.0, 1e9, 0.0, 0.0])),
            &format!("{RANGES}values from 0 to 1000000000"),
        ),
        of_member(
            "half a number",
            array("<f2", "3, 2, 2", &[0xff, 0x7e].repeat(12)),
            &format!("{RANGES}NaN at element 0"),
        ),
        of_bytes("a bomb of zeros", packed_with_zeros, &format!("{IMAGES}no array")),
        of_bytes("members in plenty", in_plenty(300), &format!("{ARCHIVE}300 members, more than 256")),
        of_bytes("a list elsewhere", changed(END, 16, &[0xff, 0xff, 0xff, 0x7f]), &format!("{ARCHIVE}damaged data (")),
        of_bytes(
            "more members than are listed",
            changed(END, 8, &[0xfe, 0xff, 0xfe, 0xff]),
            &format!("{ARCHIVE}damaged data ("),
        ),
        of_bytes("a member elsewhere", changed(CENTRAL, 42, &[0xf0, 0xff, 0xff, 0x7f]), "expected "),
        of_packing(
            "a member that is packed otherwise",
            changed(CENTRAL, 10, &[12, 0]),
            "expected a file that can be read, found compression method not supported",
        ),
        of_packing(
            "a member of no known packing",
            changed(CENTRAL, 10, &[0x77, 0x77]),
            "expected a file that can be read, found compression method not supported",
        ),
        of_bytes("a member that is encrypted", changed(CENTRAL, 8, &[1, 0]), &format!("{IMAGES}no array")),
        of_bytes("a member without its header", changed(LOCAL, 0, b"XXXX"), "expected "),
        of_bytes(
            "a member that announces 4 GB",
            changed(CENTRAL, 24, &[0xfe, 0xff, 0xff, 0xff]),
            &format!("{IMAGES}no array"),
        ),
        of_bytes("a stored member called deflated", changed(CENTRAL, 10, &[8, 0]), "expected "),
        of_packing(
            "another checksum",
            changed(CENTRAL, 16, &[1, 2, 3, 4]),
            "expected valid zip data, found damaged data after 85 unpacked bytes",
        ),
        Case::done("NumPy archive: names that lead elsewhere", TRAIN).after(|here| {
            let all = stored(&[("../../evil.npy", images()), ("/etc/evil.npy", line())]);
            fs::write(here.join("set.npz"), all).unwrap();
        }),
        Case::done("NumPy archive: labels that are none", TRAIN).after(|here| {
            let labels = array("<i8", "3,", &[255; 24]);
            fs::write(here.join("set.npz"), stored(&[("x.npy", images()), ("labels.npy", labels)])).unwrap();
        }),
    ];
    for kind in Kind::ALL {
        let case = Case::refused(format!("NumPy archive: {kind:?}"), TRAIN, "/set.npz: ");
        cases.push(case.after(move |here| kind.put(&here.join("set.npz"))));
    }
    cases
}
