//! Folders of CIFAR-10's batches: cut, too many, of other classes, or no files at all.

use crate::case::Case;
use crate::kinds::Kind;
use std::fs::{self, File};
use std::path::Path;

const TRAIN: &str = "train vae-dense --batch 1 --steps 1 --data data --out new";
const BATCH: &str = "data_batch_1.bin";
const TEST: &str = "test_batch.bin";
const META: &str = "batches.meta.txt";
const RECORD: usize = 3073;

/// A folder of one batch of three images, and one of two to test on.
fn small(here: &Path) {
    fs::create_dir(here.join("data")).unwrap();
    fs::write(here.join("data").join(BATCH), vec![3; 3 * RECORD]).unwrap();
    fs::write(here.join("data").join(TEST), vec![4; 2 * RECORD]).unwrap();
}

fn of(what: &str, name: &'static str, bytes: Vec<u8>, sentence: &str) -> Case {
    let sentence = format!("latentarium: {{here}}/data/{name}: {sentence}");
    Case::refused(format!("CIFAR: {what} in {name}"), TRAIN, sentence).after(move |here| {
        small(here);
        fs::write(here.join("data").join(name), &bytes).unwrap();
    })
}

pub fn cases() -> Vec<Case> {
    let records = "expected records of 3073 bytes (a class, then 32×32 each of red, green and blue), found ";
    let classes = "expected a class from 0 to 9 at the start of each record, found ";
    let names = "expected ten class names, a line each of at most 64 characters, found ";
    let mut cases = Vec::new();
    for name in [BATCH, TEST] {
        cases.extend([
            of("nothing", name, Vec::new(), "expected a batch of CIFAR-10, found an empty file"),
            of("one byte", name, vec![0], &format!("{records}1 bytes: 0 records and 1 bytes")),
            of("a record that is cut", name, vec![0; RECORD - 1], &format!("{records}3072 bytes: 0 records and")),
            of("a byte too many", name, vec![0; RECORD + 1], &format!("{records}3074 bytes: 1 records and 1 bytes")),
            of("class 10", name, vec![10; RECORD], &format!("{classes}10 in record 0")),
            of("class 255", name, [vec![0; RECORD], vec![255; RECORD]].concat(), &format!("{classes}255 in record 1")),
            of(
                "a packed file that is cut",
                name,
                b"\x1f\x8b\x08\x00\x00".to_vec(),
                "expected a whole gzip file, found",
            ),
            of("other bytes packed", name, b"\x1f\x8b and so on".to_vec(), "expected valid gzip data, found damaged"),
            // More images than there may be, none of which takes room on the disk.
            Case::refused(format!("CIFAR: a hole as {name}"), TRAIN, "expected at most 500000 images to learn from")
                .after(move |here| {
                    small(here);
                    let file = File::create(here.join("data").join(name)).unwrap();
                    file.set_len(RECORD as u64 * 500_001).unwrap();
                }),
        ]);
        cases.extend(Kind::ALL.into_iter().map(|kind| {
            let found = match kind {
                Kind::Folder => "a folder of that name",
                Kind::LinkToNothing | Kind::LinkToItself => "no such file",
                _ => "something of that name that is not a file",
            };
            let sentence = format!("{{here}}/data/{name}: expected this file, plain or with .gz, found {found}");
            Case::refused(format!("CIFAR: {kind:?} as {name}"), TRAIN, sentence).after(move |here| {
                small(here);
                kind.put(&here.join("data").join(name));
            })
        }));
    }
    cases.extend([
        of(
            "nothing",
            META,
            Vec::new(),
            "expected ten class names, a line each of at most 64 characters, found an empty file",
        ),
        of("nine names", META, b"a\nb\nc\nd\ne\nf\ng\nh\ni\n".to_vec(), &format!("{names}9 lines")),
        of("eleven names", META, b"a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n".to_vec(), &format!("{names}11 lines")),
        of("bytes", META, vec![0xff; 20], &format!("{names}bytes that are not text")),
        of(
            "a long name",
            META,
            format!("{}\nb\nc\nd\ne\nf\ng\nh\ni\nj\n", "a".repeat(65)).into(),
            &format!("{names}a line that"),
        ),
        of("a bell", META, b"a\x07\nb\nc\nd\ne\nf\ng\nh\ni\nj\n".to_vec(), &format!("{names}a line that is no name")),
        of("a long text", META, vec![b'\n'; 4097], &format!("{names}more than 4096 bytes")),
        Case::refused("CIFAR: a hole as names", TRAIN, format!("{META}: {names}more than 4096 bytes")).after(|here| {
            small(here);
            File::create(here.join("data").join(META)).unwrap().set_len(8 << 30).unwrap();
        }),
        Case::refused(
            "CIFAR: no test batch",
            TRAIN,
            format!("{TEST}: expected this file, plain or with .gz, found no such file"),
        )
        .after(|here| {
            small(here);
            fs::remove_file(here.join("data").join(TEST)).unwrap();
        }),
        Case::refused(
            "CIFAR: a test batch alone",
            TRAIN,
            format!("{BATCH}: expected this file, plain or with .gz, found no such"),
        )
        .after(|here| {
            small(here);
            fs::remove_file(here.join("data").join(BATCH)).unwrap();
        }),
        Case::refused("CIFAR: too many batches", TRAIN, "data: expected at most 100 batches to learn from, found 101")
            .after(|here| {
                small(here);
                (1..=101).for_each(|batch| fs::write(here.join(format!("data/data_batch_{batch}.bin")), "").unwrap());
            }),
        Case::refused("CIFAR: the version for Python", TRAIN, "found CIFAR-10's version for Python").after(|here| {
            fs::create_dir(here.join("data")).unwrap();
            fs::write(here.join("data/data_batch_1"), "pickled").unwrap();
        }),
        Case::refused("files of two formats", TRAIN, "/data: expected a folder of IDX files").after(|here| {
            small(here);
            crate::fixture::small_data(&here.join("data"));
        }),
    ]);
    cases
}
