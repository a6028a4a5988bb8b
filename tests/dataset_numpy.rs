//! Archives and arrays that NumPy wrote: every layout and type is read, what is wrong or hostile is refused in one sentence.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use latentarium::dataset::{ColumnValues, Dataset, ImageShape, Progress, Source, SourceError, load};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn made(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/made").join(name)
}

fn open(path: &Path) -> Result<Dataset, SourceError> {
    load(&Source::path(path), &Progress::default())
}

fn opened(name: &str) -> Dataset {
    open(&made(name)).unwrap_or_else(|error| panic!("{error}"))
}

fn with_options(name: &str, options: &str) -> Dataset {
    let source = Source::parse(&format!("{}?{options}", made(name).display()));
    load(&source, &Progress::default()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn splits_of_an_archive_are_those_that_its_names_say() {
    let data = opened("keras.npz");
    assert_eq!((data.name.as_str(), data.shape()), ("keras", ImageShape::grey(8, 8)));
    assert_eq!((data.train.count(), data.test.count()), (40, 10));
    assert_eq!(data.class_names().len(), 10);
    assert!((0..40).all(|index| data.train.class(index) == Some(index % 10)));
    assert!(data.notes.is_empty(), "{:?}", data.notes);
    // The same images and classes as IDX have the same id.
    assert_eq!(data.id, opened("idx").id);
}

#[test]
fn the_layout_of_dsprites_gives_factors_and_its_pickled_object_is_passed_over() {
    let data = opened("sprites.npz");
    assert_eq!((data.train.count(), data.test.count(), data.shape()), (44, 4, ImageShape::grey(16, 16)));
    let names: Vec<_> = data.train.columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["color", "shape", "scale", "orientation", "x", "y"]);
    assert_eq!(data.class_names(), ["square", "ellipse", "heart"]);
    // Masks are black and white.
    assert!(data.train.image(0).iter().all(|value| [0.0, 1.0].contains(value)));
    let notes: Vec<_> = data.notes.iter().map(ToString::to_string).collect();
    let [note] = &notes[..] else { panic!("{notes:?}") };
    assert!(note.ends_with("metadata is passed over: pickled Python objects, which are never opened"), "{note}");
    // The last of the rows is number 47, of which the factors are known.
    let last = |name: &str| match &data.train.columns().iter().find(|column| column.name == name).unwrap().values {
        ColumnValues::Number(cells) => cells.get(43).unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(["scale", "orientation", "x", "y"].map(last), [1.0, 3.0, 1.0, 1.0]);
    assert_eq!(data.train.class(43), Some(2));
}

#[test]
fn every_type_is_brought_to_the_unit_range() {
    let expected = [0.0, 1.0, 0.25, 0.5];
    for name in ["f16", "f64", "signed", "u16", "nchw", "nhwc"] {
        let data = opened(&format!("types/{name}.npz"));
        let channels = if name.starts_with('n') { 3 } else { 1 };
        assert_eq!(data.shape(), ImageShape { channels, height: 3, width: 4 }, "{name}");
        assert_eq!((data.train.count(), data.test.count()), (11, 1), "{name}");
        let image = data.train.image(5);
        let far = image.iter().zip(expected.iter().cycle()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(far < 1e-4, "{name}: {image:?}");
        let columns: Vec<_> = data.train.columns().iter().map(|column| column.name.as_str()).collect();
        assert_eq!(columns, ["labels", "weights"], "{name}");
        assert_eq!(data.train.class(4), Some(1), "{name}");
    }
    assert_eq!(opened("types/bool.npz").train.image(0)[..4], [0.0, 1.0, 0.0, 1.0]);
}

#[test]
fn a_range_that_is_asked_for_is_taken() {
    let byte = with_options("types/f64.npz", "range=0..255");
    assert!((byte.train.image(0)[1] - 1.0 / 255.0).abs() < 1e-6);
    let signed = with_options("types/f64.npz", "range=-1..1");
    assert_eq!(signed.train.image(0)[..4], [0.5, 1.0, 0.625, 0.75]);
    let word = with_options("keras.npz", "range=0..65535");
    let plain = opened("keras.npz");
    assert!((word.train.image(0)[3] * 65535.0 - plain.train.image(0)[3] * 255.0).abs() < 1e-3);
    assert_ne!(word.id, plain.id);
}

/// The words of a column of both splits: those of its classes, or its text.
fn words(data: &Dataset, name: &str) -> (bool, Vec<String>) {
    let (mut is_class, mut words) = (false, Vec::new());
    for split in [&data.train, &data.test] {
        let column = split.columns().iter().find(|column| column.name == name).unwrap();
        match &column.values {
            ColumnValues::Class { names, indices } => {
                is_class = true;
                let index = |at: usize| usize::from(indices.get(at).unwrap());
                words.extend((0..split.count()).map(|at| names[index(at)].clone()));
            }
            ColumnValues::Text(cells) => words.extend((0..split.count()).map(|at| cells.get(at).unwrap().to_string())),
            ColumnValues::Number(_) => panic!("{name} holds numbers"),
        }
    }
    (is_class, words)
}

#[test]
fn labels_that_are_words_are_classes_where_they_are_few() {
    let names = ["ship", "cat", "größer", "cat", "", "犬", "10", "9", "cat", "ship", "犬", "größer"].map(str::to_owned);
    let (mut shared, tenth) = (names.to_vec(), names[9].clone());
    shared.remove(9);
    shared.push(tenth);
    for name in ["utf32", "big", "bytes"] {
        let data = opened(&format!("words/{name}.npy"));
        assert_eq!(data.class_names(), ["", "9", "10", "cat", "größer", "ship", "犬"], "{name}");
        assert_eq!(words(&data, "class"), (true, shared.clone()), "{name}");
    }
    let parts = opened("words/parts.npz");
    assert_eq!(parts.class_names(), ["", "9", "10", "a longer name", "cat", "größer", "ship", "犬"]);
    let test = ["cat", "a longer name", "犬"].map(str::to_owned);
    assert_eq!(words(&parts, "class"), (true, [&names[..], &test].concat()));
    let mut authors = names.to_vec();
    authors.reverse();
    authors.extend_from_slice(&names[..3]);
    assert_eq!(words(&parts, "author"), (false, authors));
    assert!(parts.notes.is_empty(), "{:?}", parts.notes);
    let many = opened("words/many.npz");
    let (is_class, words) = words(&many, "labels");
    assert!(!is_class && many.class_names().is_empty() && many.train.class(0).is_none());
    assert_eq!((words.len(), words[0].as_str(), words[299].as_str()), (300, "n0", "n299"));
}

#[test]
fn text_that_is_none_is_refused_and_images_are_no_text() {
    let images = array("|u1", "2, 1, 1", &[0; 2]);
    let labelled = |labels: &[u8]| refusal(&archive(&[("x.npy", &images), ("y.npy", labels)]));
    let start = "/set.npz/y.npy: expected text in each element, found";
    for (code, name) in [(0xd800u32, "U+D800"), (0x11_0000, "U+110000"), (u32::MAX, "U+FFFFFFFF")] {
        let codes: Vec<u8> = [65, 0, 66, code].iter().flat_map(|code: &u32| code.to_le_bytes()).collect();
        let said = labelled(&array("<U2", "2,", &codes));
        assert_eq!(said, format!("{start} {name}, which is no character, at element 1"));
    }
    let said = labelled(&array("|S2", "2,", b"a\0\xc3\x28"));
    assert_eq!(said, format!("{start} bytes that are no UTF-8 at element 1"));
    // A zero between characters is one.
    let said = labelled(&array("|S3", "2,", b"a\0bcd\0"));
    assert_eq!(said, "nothing: it was opened");
    let said = refusal(&archive(&[("x.npy", &array("|S1", "4, 2, 2", &[65; 16]))]));
    assert!(said.ends_with(", found x [4, 2, 2]"), "{said}");
}

/// An archive of this, stored, with a name a member.
fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// An array of bytes as NumPy writes it.
fn array(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.extend(data);
    bytes
}

fn refusal(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.npz");
    std::fs::write(&path, bytes).unwrap();
    match open(&path) {
        Ok(_) => "nothing: it was opened".to_owned(),
        Err(error) => error.to_string().replace(&folder.path().display().to_string(), ""),
    }
}

#[test]
fn archives_without_images_or_damaged_ones_are_refused_in_a_sentence() {
    let images = array("|u1", "3, 2, 2", &[9; 12]);
    let line = array("|u1", "3,", &[9; 3]);
    assert_eq!(refusal(b""), "/set.npz: expected a NumPy archive (.npz), found an empty file");
    assert!(
        refusal(b"PK and no archive").starts_with("/set.npz: expected a NumPy archive (.npz), found damaged data (")
    );
    assert!(refusal(&archive(&[])).ends_with("found no array"));
    assert!(refusal(&archive(&[("x.npy", &line)])).ends_with("found x [3]"));
    assert!(refusal(&archive(&[("notes.txt", b"hello")])).ends_with("found no array"));
    assert!(refusal(&archive(&[("x.npy", &array("|O", "3, 2, 2", &[0; 12]))])).ends_with("found no array"));
    assert!(refusal(&archive(&[("x.npy", &images[..images.len() - 1])])).ends_with("found no array"));
    let one = array("|u1", "1, 2, 2", &[9; 4]);
    assert!(
        refusal(&archive(&[("x.npy", &one)])).contains("expected at least one image to learn from and one to test on")
    );
    let other = array("|u1", "3, 3, 3", &[9; 27]);
    let two = archive(&[("x_train.npy", &images), ("x_test.npy", &other)]);
    assert!(refusal(&two).contains("expected images of one size and type to learn from and to test on"));
    let reals: Vec<u8> = [f32::NAN; 12].iter().flat_map(|value| value.to_le_bytes()).collect();
    assert!(refusal(&archive(&[("x.npy", &array("<f4", "3, 2, 2", &reals))])).ends_with("found NaN at element 0"));
    let many: Vec<_> = (0..300).map(|place| format!("{place}.npy")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &line[..])).collect();
    assert!(refusal(&archive(&many)).ends_with("found 300 members, more than 256"));
    assert_eq!(refusal(&archive(&[("x.npy", &images)])), "nothing: it was opened");
}

#[test]
fn damage_in_a_packed_member_is_said() {
    let mut bytes = std::fs::read(made("keras.npz")).unwrap();
    let middle = bytes.len() / 3;
    bytes[middle..middle + 40].fill(0xaa);
    let sentence = refusal(&bytes);
    assert!(
        sentence.starts_with("/set.npz/x_train.npy: expected valid zip data, found damaged data after "),
        "{sentence}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_change_of_an_archive_makes_it_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = std::fs::read(made("types/u16.npz")).unwrap();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] ^= byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let sentence = refusal(&bytes);
        prop_assert!(!sentence.contains('\n'), "{}", sentence);
    }
}
