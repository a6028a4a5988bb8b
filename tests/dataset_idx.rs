//! Folders of IDX files: what is right is read, what is wrong or hostile is refused in one sentence.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use flate2::{Compression, write::GzEncoder};
use latentarium::dataset::{Dataset, FORMATS, ImageShape, Progress, Source, SourceError, Split, load};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

const TRAIN_IMAGES: &str = "train-images-idx3-ubyte";
const TRAIN_LABELS: &str = "train-labels-idx1-ubyte";
const TEST_IMAGES: &str = "t10k-images-idx3-ubyte";
const TEST_LABELS: &str = "t10k-labels-idx1-ubyte";
const ALL: [&str; 4] = [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS];

/// An IDX file of unsigned bytes.
fn idx(sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, sizes.len() as u8];
    for size in sizes {
        bytes.extend(size.to_be_bytes());
    }
    bytes.extend(data);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn ramp(count: usize) -> Vec<u8> {
    (0..count).map(|at| (at * 7 % 256) as u8).collect()
}

/// Three train and two test images of 4×5, classes 0 to 2.
fn contents(name: &str) -> Vec<u8> {
    match name {
        TRAIN_IMAGES => idx(&[3, 4, 5], &ramp(60)),
        TRAIN_LABELS => idx(&[3], &[2, 0, 1]),
        TEST_IMAGES => idx(&[2, 4, 5], &ramp(40)),
        _ => idx(&[2], &[1, 1]),
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    std::fs::write(folder.join(name), bytes).unwrap();
}

fn good_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ALL {
        write(folder.path(), name, &contents(name));
    }
    folder
}

fn classes(split: &Split) -> Vec<usize> {
    (0..split.count()).map(|index| split.class(index).unwrap()).collect()
}

fn open(folder: &Path) -> Result<Dataset, SourceError> {
    load(&Source::path(folder.to_owned()), &Progress::default())
}

/// The sentence that refuses a good folder in which `name` holds `bytes`; it must name that file.
fn refusal(name: &str, bytes: &[u8]) -> String {
    let folder = good_folder();
    write(folder.path(), name, bytes);
    let sentence = open(folder.path()).unwrap_err().to_string();
    let path = folder.path().join(name).display().to_string();
    let rest = sentence.strip_prefix(&path).unwrap_or_else(|| panic!("{sentence} does not name {path}"));
    assert!(!rest.contains('\n'), "{rest}");
    rest.to_owned()
}

#[test]
fn a_plain_folder_is_read_as_it_is() {
    let folder = good_folder();
    let progress = Progress::default();
    let source = Source::path(folder.path().to_owned());
    let data = load(&source, &progress).unwrap();
    assert_eq!(data.source, source);
    assert_eq!(data.shape(), ImageShape::grey(4, 5));
    assert_eq!((data.train.count(), data.test.count()), (3, 2));
    assert_eq!(classes(&data.train), [2, 0, 1]);
    let pixels = data.train.rows().bytes().unwrap();
    assert_eq!(pixels, ramp(60));
    assert_eq!(data.class_names(), ["0", "1", "2"]);
    let bytes: usize = ALL.map(|name| contents(name).len()).iter().sum();
    assert_eq!(progress.get(), (bytes as u64, bytes as u64));
}

/// SHA-256 of sizes, bytes and labels of both splits: what runs of before hold as `data_checksum`.
fn checksum(splits: [(&[u64], &[u8], &[u8]); 2]) -> String {
    let mut hash = Sha256::new();
    for (sizes, pixels, labels) in splits {
        sizes.iter().for_each(|size| hash.update(size.to_le_bytes()));
        hash.update(pixels);
        hash.update(labels);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_id_is_that_of_all_runs_before() {
    let train: (&[u64], _, &[u8]) = (&[3, 1, 4, 5], ramp(60), &[2, 0, 1]);
    let test: (&[u64], _, &[u8]) = (&[2, 1, 4, 5], ramp(40), &[1, 1]);
    let expected = checksum([(train.0, &train.1, train.2), (test.0, &test.1, test.2)]);
    assert_eq!(open(good_folder().path()).unwrap().id.as_str(), expected);
}

#[test]
fn packed_dotted_and_unpacked_files_give_the_same_set() {
    let plain = open(good_folder().path()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for name in ALL {
        write(folder.path(), &format!("{name}.gz"), &gzip(&contents(name)));
    }
    assert_eq!(open(folder.path()).unwrap().id, plain.id);

    let folder = tempfile::tempdir().unwrap();
    for name in ALL {
        write(folder.path(), &name.replace("-idx", ".idx"), &contents(name));
    }
    assert_eq!(open(folder.path()).unwrap().id, plain.id);

    // A browser that unpacks what it fetches keeps the name.
    let folder = tempfile::tempdir().unwrap();
    for name in ALL {
        write(folder.path(), &format!("{name}.gz"), &contents(name));
    }
    assert_eq!(open(folder.path()).unwrap().id, plain.id);
}

#[test]
fn the_folder_names_the_set_and_fashion_its_classes() {
    let parent = tempfile::tempdir().unwrap();
    for (folder_name, set_name, first) in [("MNIST", "mnist", "0"), ("Fashion-MNIST", "fashion-mnist", "T-shirt/top")] {
        let folder = parent.path().join(folder_name);
        std::fs::create_dir(&folder).unwrap();
        for name in ALL {
            write(&folder, name, &contents(name));
        }
        let data = open(&folder).unwrap();
        assert_eq!((data.name.as_str(), data.class_names()[0].as_str()), (set_name, first));
        let data = open(&folder.join("..").join(folder_name).join(".")).unwrap();
        assert_eq!(data.name, set_name);
    }
}

#[test]
fn any_byte_is_a_class() {
    let folder = good_folder();
    write(folder.path(), TEST_LABELS, &idx(&[2], &[0, 255]));
    let data = open(folder.path()).unwrap();
    assert_eq!((data.class_names().len(), data.class_names()[255].as_str()), (256, "255"));
}

/// The refusal of what is of no format: it names all that can be opened, from the one list.
fn kinds() -> String {
    let summaries: Vec<_> = FORMATS.iter().map(|format| format.summary().to_string()).collect();
    let (last, others) = summaries.split_last().unwrap();
    format!("expected {} or {last}, found ", others.join(", "))
}

#[test]
fn a_missing_folder_a_file_and_an_empty_folder_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let sentence = |path: &Path| open(path).unwrap_err().to_string();
    let missing = folder.path().join("nowhere");
    let kinds = kinds();
    assert_eq!(
        sentence(&missing),
        format!(
            "{}: expected a file, a folder or the name of a known data set, found nothing there",
            missing.display()
        )
    );
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    assert!(sentence(&file).ends_with(&format!("{kinds}another file")));
    assert!(sentence(folder.path()).ends_with(&format!("{kinds}a folder of other files")));
    std::fs::remove_file(&file).unwrap();
    assert!(sentence(folder.path()).ends_with(&format!("{kinds}an empty folder")));
}

#[test]
fn the_missing_file_is_named() {
    for name in ALL {
        let folder = good_folder();
        std::fs::remove_file(folder.path().join(name)).unwrap();
        let sentence = open(folder.path()).unwrap_err().to_string();
        assert!(sentence.contains(&format!("{name}: expected this file")), "{sentence}");
    }
    let folder = good_folder();
    std::fs::remove_file(folder.path().join(TEST_LABELS)).unwrap();
    std::fs::create_dir(folder.path().join(TEST_LABELS)).unwrap();
    assert!(open(folder.path()).unwrap_err().to_string().ends_with("found a folder of that name"));
}

#[test]
fn each_damage_has_its_sentence() {
    let images = contents(TRAIN_IMAGES);
    assert_eq!(refusal(TRAIN_IMAGES, &[]), ": expected an IDX file, found an empty file");
    assert_eq!(
        refusal(TRAIN_IMAGES, b"<!DOCTYPE html>"),
        ": expected an IDX file of unsigned bytes in 3 dimensions (magic number 0x00000803), \
         found magic number 0x3c21444f"
    );
    assert_eq!(
        refusal(TRAIN_LABELS, &images),
        ": expected an IDX file of unsigned bytes in 1 dimensions (magic number 0x00000801), \
         found magic number 0x00000803"
    );
    for length in [1, 4, 15] {
        assert_eq!(
            refusal(TRAIN_IMAGES, &images[..length]),
            format!(": expected a header of 16 bytes, found {length} bytes in all")
        );
    }
    assert_eq!(
        refusal(TRAIN_IMAGES, &images[..40]),
        ": expected 60 bytes of data after the header, found 24 bytes: the file is truncated"
    );
    let longer = [images, vec![0; 9]].concat();
    assert_eq!(
        refusal(TRAIN_IMAGES, &longer),
        ": expected 60 bytes of data after the header, found 69 bytes: there is trailing data"
    );
}

#[test]
fn headers_that_announce_too_much_are_refused_before_memory_is_taken() {
    let sides = ": expected images of 1×1 to 512×512 pixels, found a header that says ";
    for (height, width) in [(0, 5), (4, 0), (513, 5), (4, u32::MAX), (u32::MAX, u32::MAX)] {
        for pack in [false, true] {
            let bytes = idx(&[3, height, width], &[]);
            let bytes = if pack { gzip(&bytes) } else { bytes };
            assert_eq!(refusal(TRAIN_IMAGES, &bytes), format!("{sides}{height}×{width}"));
        }
    }
    assert_eq!(
        refusal(TRAIN_IMAGES, &gzip(&idx(&[10_000_000, 512, 512], &[]))),
        ": expected at most 2147483648 bytes of data, found a header that says 10000000 × 512 × 512"
    );
    // Two thousand million images of one pixel take 2 GiB, and what is kept of each of them ten times as much.
    assert_eq!(
        refusal(TRAIN_IMAGES, &gzip(&idx(&[1 << 31, 1, 1], &[]))),
        ": expected at most 10000000 images, found 2147483648 images"
    );
    // Just under the limit, and nothing behind it.
    assert_eq!(
        refusal(TRAIN_IMAGES, &idx(&[8_000, 512, 512], &[1, 2])),
        ": expected 2097152000 bytes of data after the header, found 2 bytes: the file is truncated"
    );
    assert_eq!(refusal(TRAIN_IMAGES, &idx(&[0, 4, 5], &[])), ": expected at least one image, found 0 images");
}

#[test]
fn counts_and_shapes_must_agree() {
    assert_eq!(refusal(TRAIN_LABELS, &idx(&[2], &[0, 1])), ": expected 3 labels, one for each image, found 2 labels");
    assert_eq!(
        refusal(TEST_IMAGES, &idx(&[2, 5, 4], &ramp(40))),
        ": expected images of 4×5 pixels, as in the train file, found images of 5×4 pixels"
    );
}

#[test]
fn damaged_and_lying_gzip_is_refused() {
    let whole = gzip(&idx(&[300, 20, 20], &noise(120_000)));
    let refusal = |bytes: &[u8]| {
        let folder = good_folder();
        write(folder.path(), TRAIN_IMAGES, bytes);
        write(folder.path(), TRAIN_LABELS, &idx(&[300], &[0; 300]));
        write(folder.path(), TEST_IMAGES, &idx(&[2, 20, 20], &ramp(800)));
        open(folder.path()).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(refusal(&whole), Ok(()));
    let cut = refusal(&whole[..whole.len() / 2]).unwrap_err();
    assert!(cut.contains("expected a whole gzip file, found one that is truncated: it ends after"), "{cut}");
    let headless = refusal(&whole[..5]).unwrap_err();
    assert!(headless.contains("it ends after 0 unpacked bytes"), "{headless}");

    let mut flipped = whole.clone();
    let end = flipped.len() - 6;
    flipped[end] ^= 0x55;
    let checksum = refusal(&flipped).unwrap_err();
    assert!(checksum.contains("expected valid gzip data, found damaged data"), "{checksum}");
    let mut garbage = whole.clone();
    garbage[20..400].fill(0xff);
    let garbage = refusal(&garbage).unwrap_err();
    assert!(garbage.contains("expected valid gzip data, found damaged data"), "{garbage}");

    let short = refusal(&gzip(&idx(&[300, 20, 20], &noise(7_000)))).unwrap_err();
    assert!(short.contains("expected 120000 bytes of data after the header, found 7000 bytes"), "{short}");
    // Even the best packing does not come to what is promised.
    let small = refusal(&gzip(&idx(&[300, 20, 20], &ramp(7)))).unwrap_err();
    assert!(small.contains("found a packed file that cannot hold more than "), "{small}");
    let more = [gzip(&idx(&[300, 20, 20], &noise(60_000))), gzip(&noise(60_000))].concat();
    assert_eq!(refusal(&more), Ok(()), "a file of two parts");
    for behind in [&b"garbage"[..], &[0; 700], b"g"] {
        let behind = refusal(&[&whole[..], behind].concat()).unwrap_err();
        assert!(behind.contains("bytes behind its end that are not gzip"), "{behind}");
    }
    // Packs a thousandfold: only what was promised, and one byte, is unpacked.
    let bomb = refusal(&gzip(&idx(&[300, 20, 20], &vec![0; 64 << 20]))).unwrap_err();
    assert!(
        bomb.ends_with("expected 120000 bytes of data after the header, found more: there is trailing data"),
        "{bomb}"
    );
}

/// Bytes that do not pack.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn a_cancelled_opening_says_so() {
    let folder = good_folder();
    let progress = Progress::default();
    progress.cancel();
    for source in [Source::path(folder.path().to_owned()), Source::default()] {
        let error = load(&source, &progress).unwrap_err();
        assert!(matches!(error, SourceError::Cancelled(_)), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_it_panic(which in 0usize..4, bytes in prop::collection::vec(any::<u8>(), 0..200), pack: bool) {
        let folder = good_folder();
        write(folder.path(), ALL[which], &if pack { gzip(&bytes) } else { bytes });
        let _ = open(folder.path());
    }

    #[test]
    fn no_mutation_makes_it_panic(
        which in 0usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut: prop::sample::Index,
        shorten: bool,
        pack in 0..3,
    ) {
        let folder = good_folder();
        let mutate = |bytes: &mut Vec<u8>| {
            for (at, value) in &changes {
                let at = at.index(bytes.len().min(20));
                bytes[at] = *value;
            }
            if shorten {
                bytes.truncate(cut.index(bytes.len()));
            }
        };
        let mut bytes = contents(ALL[which]);
        match pack {
            0 => mutate(&mut bytes),
            1 => {
                mutate(&mut bytes);
                bytes = gzip(&bytes);
            }
            _ => {
                bytes = gzip(&bytes);
                mutate(&mut bytes);
            }
        }
        write(folder.path(), ALL[which], &bytes);
        if let Ok(data) = open(folder.path()) {
            let pixels = data.train.rows().bytes().unwrap();
            prop_assert_eq!(pixels.len(), data.train.count() * data.shape().values());
        }
    }
}

#[test]
fn mnist_itself_is_read() {
    let Some(folder) = std::env::var_os("LATENTARIUM_DATA") else {
        eprintln!("skipped: LATENTARIUM_DATA names no folder that holds mnist/");
        return;
    };
    let data = open(&Path::new(&folder).join("mnist")).unwrap();
    assert_eq!((data.train.count(), data.test.count()), (60_000, 10_000));
    assert_eq!(data.shape(), ImageShape::grey(28, 28));
    assert_eq!(data.class_names().len(), 10);
    assert_eq!(classes(&data.train)[..5], [5, 0, 4, 1, 9]);
    let pixels = data.train.rows().bytes().unwrap();
    let mean = pixels.iter().map(|x| f64::from(*x)).sum::<f64>() / pixels.len() as f64 / 255.0;
    assert!((mean - 0.1307).abs() < 1e-4, "{mean}");
}
