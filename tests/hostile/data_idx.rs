//! Folders of IDX files: each of the four files in turn is something else, cut, damaged, or says what cannot be.

use crate::case::Case;
use crate::fixture::{idx, small_data};
use crate::kinds::{Kind, remove};
use flate2::{Compression, write::GzEncoder};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;

const TRAIN_IMAGES: &str = "train-images-idx3-ubyte";
const TRAIN_LABELS: &str = "train-labels-idx1-ubyte";
const TEST_IMAGES: &str = "t10k-images-idx3-ubyte";
const TEST_LABELS: &str = "t10k-labels-idx1-ubyte";
const ALL: [&str; 4] = [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS];
const TRAIN: &str = "train vae-dense --batch 8 --steps 1 --data data --out new";

/// What a file should be, as a refusal of another first word says it.
fn magic(name: &str) -> &'static str {
    match name.contains("images") {
        true => "expected an IDX file of unsigned bytes in 3 dimensions (magic number 0x00000803), found magic number",
        false => "expected an IDX file of unsigned bytes in 1 dimensions (magic number 0x00000801), found magic number",
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A good folder in which one file was changed; the sentence begins with its path.
fn changed(what: &str, name: &'static str, change: fn(Vec<u8>) -> Vec<u8>, sentence: &str) -> Case {
    Case::refused(format!("{what} in {name}"), TRAIN, format!("latentarium: {{here}}/data/{name}: {sentence}")).after(
        move |here| {
            small_data(&here.join("data"));
            let path = here.join("data").join(name);
            fs::write(&path, change(fs::read(&path).unwrap())).unwrap();
        },
    )
}

fn put(kind: Kind, name: &'static str) -> Case {
    // A link to nothing has no name that could be said.
    let found = match kind {
        Kind::Folder => "a folder of that name",
        Kind::LinkToNothing | Kind::LinkToItself => "no such file",
        _ => "something of that name that is not a file",
    };
    let sentence = format!("{{here}}/data/{name}: expected this file, plain or with .gz, found {found}");
    Case::refused(format!("{kind:?} as {name}"), TRAIN, sentence).after(move |here| {
        small_data(&here.join("data"));
        kind.put(&here.join("data").join(name));
    })
}

/// A header with other sizes, and no more data than there was.
fn sizes(what: &str, name: &'static str, sizes: &'static [u32], sentence: &str) -> Case {
    Case::refused(format!("{what} in {name}"), TRAIN, format!("latentarium: {{here}}/data/{name}: {sentence}")).after(
        move |here| {
            small_data(&here.join("data"));
            fs::write(here.join("data").join(name), idx(sizes, &[7; 30])).unwrap();
        },
    )
}

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for name in ALL {
        cases.extend(Kind::ALL.into_iter().map(|kind| put(kind, name)));
        let header = if name.contains("images") { 16 } else { 8 };
        let cut = format!("expected a header of {header} bytes, found 6 bytes in all");
        cases.extend([
            changed("nothing", name, |_| Vec::new(), "expected an IDX file, found an empty file"),
            changed(
                "one byte",
                name,
                |_| vec![0],
                &format!("expected a header of {header} bytes, found 1 bytes in all"),
            ),
            changed("half a header", name, |bytes| bytes[..6].to_vec(), &cut),
            changed("text", name, |_| b"step,seconds\n1,2\n".to_vec(), magic(name)),
            changed("a web page", name, |_| b"<!DOCTYPE html><title>404</title>".to_vec(), magic(name)),
            changed("zeros", name, |_| vec![0; 4096], magic(name)),
            changed("the other byte order", name, |bytes| [&[bytes[3], 8, 0, 0], &bytes[4..]].concat(), magic(name)),
            changed(
                "floating-point numbers",
                name,
                |mut bytes| {
                    bytes[2] = 0x0d;
                    bytes
                },
                magic(name),
            ),
            changed(
                "more dimensions",
                name,
                |mut bytes| {
                    bytes[3] = 4;
                    bytes
                },
                magic(name),
            ),
            changed(
                "a byte too few",
                name,
                |mut bytes| {
                    bytes.pop();
                    bytes
                },
                "expected ",
            ),
            changed(
                "a byte too many",
                name,
                |mut bytes| {
                    bytes.push(0);
                    bytes
                },
                "expected ",
            ),
            changed(
                "a packed file that is cut",
                name,
                |bytes| {
                    let packed = gzip(&bytes);
                    packed[..packed.len() - 9].to_vec()
                },
                "expected a whole gzip file, found one that is truncated",
            ),
            changed(
                "a packed file of another sum",
                name,
                |bytes| {
                    let mut packed = gzip(&bytes);
                    let end = packed.len();
                    packed[end - 6] ^= 1;
                    packed
                },
                "expected valid gzip data, found damaged data",
            ),
            changed(
                "the start of a packed file alone",
                name,
                |_| vec![0x1f, 0x8b],
                "expected a whole gzip file, found",
            ),
            Case::refused(
                format!("{name} that nobody may read"),
                TRAIN,
                "expected a file that may be read, found one that",
            )
            .by_another_user()
            .after(move |here| {
                small_data(&here.join("data"));
                let nothing = fs::Permissions::from_mode(0o000);
                fs::set_permissions(here.join("data").join(name), nothing).unwrap();
            }),
            Case::refused(
                format!("no {name}"),
                TRAIN,
                format!("data/{name}: expected this file, plain or with .gz, found no"),
            )
            .after(move |here| {
                small_data(&here.join("data"));
                remove(&here.join("data").join(name));
            }),
            // A gibibyte of nothing behind the data, which is a hole.
            Case::refused(format!("a hole behind {name}"), TRAIN, "there is trailing data").after(move |here| {
                small_data(&here.join("data"));
                File::options().write(true).open(here.join("data").join(name)).unwrap().set_len(1 << 30).unwrap();
            }),
        ]);
    }
    let sides = "expected images of 1×1 to 512×512 pixels, found a header that says";
    let most = "expected at most 2147483648 bytes of data, found a header that says";
    for name in [TRAIN_IMAGES, TEST_IMAGES] {
        cases.extend([
            sizes("no images", name, &[0, 6, 5], "expected at least one image, found 0 images"),
            sizes("no height", name, &[1, 0, 5], &format!("{sides} 0×5")),
            sizes("no width", name, &[1, 6, 0], &format!("{sides} 6×0")),
            sizes("a side of 513", name, &[1, 513, 1], &format!("{sides} 513×1")),
            sizes("the largest sides", name, &[1, u32::MAX, u32::MAX], &format!("{sides} 4294967295×4294967295")),
            sizes(
                "the most images",
                name,
                &[u32::MAX, 6, 5],
                "expected at most 10000000 images, found 4294967295 images",
            ),
            sizes("a little over the most", name, &[8193, 512, 512], &format!("{most} 8193 × 512 × 512")),
            sizes("as much as may be", name, &[8192, 512, 512], "expected 2147483648 bytes of data after the header"),
        ]);
    }
    for (name, images) in [(TRAIN_LABELS, 64), (TEST_LABELS, 16)] {
        cases.extend([
            sizes("the most labels", name, &[u32::MAX], &format!("{most} 4294967295 × 1 × 1")),
            sizes("no labels", name, &[0], "expected 0 bytes of data after the header, found 30 bytes"),
            sizes(
                "fewer labels than images",
                name,
                &[30],
                &format!("expected {images} labels, one for each image, found 30 labels"),
            ),
        ]);
    }
    let other = "data/t10k-images-idx3-ubyte: expected images of 6×5 pixels, as in the train file, found images of 5×6";
    cases.push(Case::refused("tests of another shape", TRAIN, other).after(|here| {
        small_data(&here.join("data"));
        fs::write(here.join("data").join(TEST_IMAGES), idx(&[16, 5, 6], &[7; 480])).unwrap();
    }));
    cases
}
