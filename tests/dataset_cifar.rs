//! Folders of CIFAR-10 binary batches: what is right is read, what is wrong or hostile is refused in one sentence.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use flate2::{Compression, write::GzEncoder};
use latentarium::dataset::{Dataset, FORMATS, ImageShape, Progress, Source, SourceError, Split, load};
use proptest::prelude::*;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

const TRAIN: &str = "data_batch_1.bin";
const TEST: &str = "test_batch.bin";
const META: &str = "batches.meta.txt";
const RECORD: usize = 3073;
/// The refusal of what is of no format: it names all that can be opened, from the one list.
fn kinds() -> String {
    let summaries: Vec<_> = FORMATS.iter().map(|format| format.summary().to_string()).collect();
    let (last, others) = summaries.split_last().unwrap();
    format!("expected {} or {last}, found ", others.join(", "))
}

/// One record a label; the image's planes are `10·label` red, `10·label + 1` green and `10·label + 2` blue.
fn batch(labels: &[u8]) -> Vec<u8> {
    let record = |label: &u8| {
        let plane = |channel: u8| vec![label.wrapping_mul(10).wrapping_add(channel); 1024];
        [vec![*label], plane(0), plane(1), plane(2)].concat()
    };
    labels.iter().flat_map(record).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    std::fs::write(folder.join(name), bytes).unwrap();
}

/// Three train and two test images.
fn good_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), TRAIN, &batch(&[3, 0, 9]));
    write(folder.path(), TEST, &batch(&[1, 2]));
    folder
}

fn classes(split: &Split) -> Vec<usize> {
    (0..split.count()).map(|index| split.class(index).unwrap()).collect()
}

fn open(folder: &Path) -> Result<Dataset, SourceError> {
    load(&Source::path(folder.to_owned()), &Progress::default())
}

/// The sentence that refuses `folder`, after the name of the file that it must be about; none for the folder itself.
fn refusal_of(folder: &Path, name: &str) -> String {
    let sentence = open(folder).unwrap_err().to_string();
    let path = if name.is_empty() { folder.to_owned() } else { folder.join(name) };
    let path = path.display().to_string();
    let rest = sentence.strip_prefix(&path).unwrap_or_else(|| panic!("{sentence} does not name {path}"));
    assert!(!rest.contains('\n'), "{rest}");
    rest.to_owned()
}

/// The sentence that refuses a good folder in which `name` holds `bytes`.
fn refusal(name: &str, bytes: &[u8]) -> String {
    let folder = good_folder();
    write(folder.path(), name, bytes);
    refusal_of(folder.path(), name)
}

#[test]
fn a_folder_is_read_as_it_is() {
    let folder = good_folder();
    let progress = Progress::default();
    let source = Source::path(folder.path().to_owned());
    let data = load(&source, &progress).unwrap();
    assert_eq!((&data.source, data.name.as_str()), (&source, "cifar-10"));
    assert_eq!(data.train.shape(), ImageShape { channels: 3, height: 32, width: 32 });
    assert_eq!((classes(&data.train), classes(&data.test)), (vec![3, 0, 9], vec![1, 2]));
    let pixels = data.train.rows().bytes().unwrap();
    assert_eq!(pixels.len(), 3 * 3072);
    assert_eq!((pixels[0], pixels[1024], pixels[2048], pixels[3072]), (30, 31, 32, 0));
    assert_eq!(data.class_names().len(), 10);
    assert_eq!((data.class_names()[0].as_str(), data.class_names()[9].as_str()), ("airplane", "truck"));
    assert_eq!(progress.get(), (5 * RECORD as u64, 5 * RECORD as u64));
}

#[test]
fn batches_follow_each_other_by_number_plain_before_packed() {
    let folder = good_folder();
    write(folder.path(), "data_batch_10.bin", &batch(&[5]));
    write(folder.path(), "data_batch_2.bin.gz", &gzip(&batch(&[4, 4])));
    let data = open(folder.path()).unwrap();
    assert_eq!(classes(&data.train), [3, 0, 9, 4, 4, 5]);
    // The plain one is taken where both are there.
    write(folder.path(), "data_batch_2.bin", &batch(&[7]));
    let data = open(folder.path()).unwrap();
    assert_eq!(classes(&data.train), [3, 0, 9, 7, 5]);
    // What unpacks and keeps the name is known by its first bytes.
    write(folder.path(), "test_batch.bin", &gzip(&batch(&[8])));
    assert_eq!(classes(&open(folder.path()).unwrap().test), [8]);
}

#[test]
fn class_names_come_from_the_file_beside() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let folder = good_folder();
    write(folder.path(), META, format!("{}\n\n", names.join("\r\n")).as_bytes());
    assert_eq!(open(folder.path()).unwrap().class_names(), names);
    let expected = ": expected ten class names, a line each of at most 64 characters, found ";
    assert_eq!(refusal(META, b"a\nb\n"), format!("{expected}2 lines"));
    assert_eq!(refusal(META, b""), format!("{expected}an empty file"));
    assert_eq!(refusal(META, &[0xff; 9]), format!("{expected}bytes that are not text"));
    assert_eq!(refusal(META, &[b'\n'; 5000]), format!("{expected}more than 4096 bytes"));
    let long = names.map(|name| name.repeat(65)).join("\n");
    assert_eq!(refusal(META, long.as_bytes()), format!("{expected}a line that is no name"));
}

#[test]
fn what_is_no_folder_of_either_kind_is_told() {
    let kinds = kinds();
    let folder = tempfile::tempdir().unwrap();
    let sentence = |path: &Path| refusal_of(path, "").trim_start_matches([':', ' ']).to_owned();
    assert_eq!(sentence(folder.path()), format!("{kinds}an empty folder"));
    write(folder.path(), "train.bin", &batch(&[1]));
    assert_eq!(sentence(folder.path()), format!("{kinds}a folder of other files"));
    write(folder.path(), "data_batch_1", b"\x80\x02");
    assert!(sentence(folder.path()).starts_with(&format!("{kinds}CIFAR-10's version for Python")));
    let folder = good_folder();
    write(folder.path(), "t10k-labels-idx1-ubyte.gz", b"x");
    assert_eq!(sentence(folder.path()), format!("{kinds}files of IDX and of CIFAR-10"));
}

#[test]
fn the_missing_file_is_named() {
    let said = ": expected this file, plain or with .gz, found ";
    for name in [TRAIN, TEST] {
        let folder = good_folder();
        std::fs::remove_file(folder.path().join(name)).unwrap();
        assert_eq!(refusal_of(folder.path(), name), format!("{said}no such file"));
        std::fs::create_dir(folder.path().join(name)).unwrap();
        assert_eq!(refusal_of(folder.path(), name), format!("{said}a folder of that name"));
    }
}

#[test]
fn each_damage_has_its_sentence() {
    let records = ": expected records of 3073 bytes (a class, then 32×32 each of red, green and blue), found ";
    for name in [TRAIN, TEST] {
        assert_eq!(refusal(name, &[]), ": expected a batch of CIFAR-10, found an empty file");
        assert_eq!(refusal(name, &gzip(&[])), format!("{records}no bytes"));
        let cut = batch(&[1, 2, 3]);
        for pack in [false, true] {
            let damaged = |bytes: &[u8]| refusal(name, &if pack { gzip(bytes) } else { bytes.to_vec() });
            assert_eq!(damaged(&cut[..9000]), format!("{records}9000 bytes: 2 records and 2854 bytes"));
            assert_eq!(damaged(b"<html>"), format!("{records}6 bytes: 0 records and 6 bytes"));
            assert_eq!(
                damaged(&[cut.as_slice(), &[0]].concat()),
                format!("{records}9220 bytes: 3 records and 1 bytes")
            );
            assert_eq!(
                damaged(&batch(&[9, 0, 10])),
                ": expected a class from 0 to 9 at the start of each record, found 10 in record 2"
            );
        }
    }
    // A batch of CIFAR-100 has two labels a record.
    assert!(refusal(TRAIN, &vec![0; 2 * 3074]).starts_with(records));
    let whole = gzip(&batch(&[1; 40]));
    let cut = refusal(TRAIN, &whole[..whole.len() / 2]);
    assert!(cut.starts_with(": expected a whole gzip file, found one that is truncated: it ends after"), "{cut}");
    let mut flipped = whole;
    let end = flipped.len() - 6;
    flipped[end] ^= 0x55;
    let checksum = refusal(TRAIN, &flipped);
    assert!(checksum.starts_with(": expected valid gzip data, found damaged data after 122920 unpacked"), "{checksum}");
}

#[test]
fn too_many_images_are_refused_by_the_length_alone() {
    let huge = |folder: &Path, name: &str, records: u64| {
        File::create(folder.join(name)).unwrap().set_len(records * RECORD as u64).unwrap();
    };
    let limit = ": expected at most 500000 images to learn from, and as many to test on, found ";
    // Of holes alone: nothing of it is on the disk, and nothing of it may be read.
    let folder = good_folder();
    huge(folder.path(), TEST, 500_001);
    assert_eq!(refusal_of(folder.path(), TEST), format!("{limit}500001"));
    let folder = good_folder();
    huge(folder.path(), "data_batch_2.bin", 499_998);
    assert_eq!(refusal_of(folder.path(), "data_batch_2.bin"), format!("{limit}499998, after 3 in other batches"));
    let folder = good_folder();
    for number in 2..102 {
        write(folder.path(), &format!("data_batch_{number}.bin"), &batch(&[1]));
    }
    assert_eq!(refusal_of(folder.path(), ""), ": expected at most 100 batches to learn from, found 101");
}

#[test]
fn a_cancelled_opening_says_so() {
    let folder = good_folder();
    let progress = Progress::default();
    progress.cancel();
    let error = load(&Source::path(folder.path().to_owned()), &progress).unwrap_err();
    assert!(matches!(error, SourceError::Cancelled(_)), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_it_panic(
        which in 0usize..3,
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        repeat in 1usize..60,
        pack: bool,
    ) {
        let folder = good_folder();
        let bytes = bytes.repeat(repeat);
        write(folder.path(), [TRAIN, TEST, META][which], &if pack { gzip(&bytes) } else { bytes });
        if let Ok(data) = open(folder.path()) {
            let pixels = data.train.rows().bytes().unwrap();
            prop_assert_eq!(pixels.len(), data.train.count() * data.shape().values());
            prop_assert_eq!(data.class_names().len(), 10);
        }
    }
}

#[test]
fn cifar_10_itself_is_read() {
    let Some(folder) = std::env::var_os("LATENTARIUM_DATA") else {
        println!("skipped: LATENTARIUM_DATA names no folder that holds cifar-10-batches-bin/");
        return;
    };
    let folder = Path::new(&folder).join("cifar-10-batches-bin");
    if !folder.is_dir() {
        println!("skipped: there is no {}", folder.display());
        return;
    }
    let data = open(&folder).unwrap();
    // Whole or a part of it: the files say how much there is.
    let on_disk = |name: &str| std::fs::metadata(folder.join(name)).map_or(0, |data| data.len() as usize / RECORD);
    let train: usize = (1..6).map(|number| on_disk(&format!("data_batch_{number}.bin"))).sum();
    assert_eq!((data.train.count(), data.test.count()), (train, on_disk(TEST)));
    assert_eq!(data.class_names()[6], "frog");
    assert_eq!(classes(&data.train)[..5], [6, 9, 9, 4, 1]);
    // The means of red, green and blue over the training images, as everybody knows them: 0.491, 0.482, 0.447.
    let pixels = data.train.rows().bytes().unwrap();
    for (channel, known) in [0.4914, 0.4822, 0.4465].into_iter().enumerate() {
        let plane = |image: &[u8]| image[channel * 1024..(channel + 1) * 1024].iter().map(|x| u64::from(*x)).sum();
        let sum: u64 = pixels.chunks_exact(3072).map(plane).collect::<Vec<u64>>().iter().sum();
        let mean = sum as f64 / (data.train.count() * 1024) as f64 / 255.0;
        assert!((mean - known).abs() < 0.01, "channel {channel}: {mean}");
    }
}
