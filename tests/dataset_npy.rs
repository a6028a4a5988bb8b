//! `.npy` files: what is right is read, what is wrong or hostile is refused in one sentence.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use latentarium::dataset::{Dataset, ImageShape, Progress, Source, SourceError, Split, load};
use proptest::prelude::*;
use std::path::Path;

/// A file of version 1.0 as NumPy writes it.
fn npy(descr: &str, shape: &[u64], data: &[u8]) -> Vec<u8> {
    let sizes: Vec<_> = shape.iter().map(|size| format!("{size},")).collect();
    let dictionary = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}), }}", sizes.join(" "));
    with_header(1, &dictionary, data)
}

fn with_header(version: u8, dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend([version, 0]);
    let start = bytes.len() + if version == 1 { 2 } else { 4 };
    let text = format!("{dictionary}{}\n", " ".repeat(63 - (start + dictionary.len()) % 64));
    match version {
        1 => bytes.extend((text.len() as u16).to_le_bytes()),
        _ => bytes.extend((text.len() as u32).to_le_bytes()),
    }
    bytes.extend(text.as_bytes());
    assert_eq!(bytes.len() % 64, 0);
    bytes.extend(data);
    bytes
}

fn ramp(count: usize) -> Vec<u8> {
    (0..count).map(|at| (at * 7 % 256) as u8).collect()
}

fn open(path: &Path) -> Result<Dataset, SourceError> {
    load(&Source::path(path.to_owned()), &Progress::default())
}

fn open_bytes(bytes: &[u8]) -> Result<Dataset, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Faces.npy");
    std::fs::write(&path, bytes).unwrap();
    open(&path).map_err(|error| {
        let sentence = error.to_string();
        let rest = sentence.strip_prefix(&path.display().to_string());
        let rest = rest.unwrap_or_else(|| panic!("{sentence} does not name {}", path.display())).to_owned();
        assert!(!rest.contains('\n') && rest.starts_with(": expected ") && rest.contains(", found "), "{rest}");
        rest
    })
}

fn refusal(bytes: &[u8]) -> String {
    open_bytes(bytes).map(|_| "nothing: it was opened").unwrap_err()
}

/// All values of a split, one after another.
fn values(split: &Split) -> Vec<f32> {
    split.gather(&(0..split.count()).collect::<Vec<_>>())
}

fn near(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    let differ = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(differ < 1e-6, "{found:?} for {expected:?}");
}

#[test]
fn bytes_are_read_as_they_are_and_every_tenth_image_is_for_testing() {
    let data = open_bytes(&npy("|u1", &[23, 2, 3], &ramp(138))).unwrap();
    assert_eq!((data.name.as_str(), data.shape()), ("faces", ImageShape::grey(2, 3)));
    assert_eq!((data.train.count(), data.test.count()), (21, 2));
    let all: Vec<Vec<u8>> = ramp(138).chunks(6).map(<[u8]>::to_vec).collect();
    assert_eq!(data.test.rows().bytes().unwrap(), [&all[9][..], &all[19]].concat());
    let others: Vec<u8> = (0..23).filter(|index| index % 10 != 9).flat_map(|index| all[index].clone()).collect();
    assert_eq!(data.train.rows().bytes().unwrap(), others);
    assert!(data.class_names().is_empty() && data.train.columns().is_empty());
    assert_eq!(data.train.class(0), None);
    // Few images: the last one.
    let data = open_bytes(&npy("|u1", &[2, 2, 3], &ramp(12))).unwrap();
    assert_eq!(data.train.rows().bytes().unwrap(), &ramp(12)[..6]);
    assert_eq!(data.test.rows().bytes().unwrap(), &ramp(12)[6..]);
}

#[test]
fn versions_two_and_three_and_other_spellings_are_read() {
    let plain = open_bytes(&npy("|u1", &[3, 2, 2], &ramp(12))).unwrap();
    for (version, dictionary) in [
        (2, "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2, 2), }"),
        (3, "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2, 2), }"),
        (1, "{\"shape\":(3L,2L,2L),\"fortran_order\":False,\"descr\":\"u1\"}"),
        (1, "  { 'fortran_order' : False , 'descr':'<u1','shape' : ( 3 , 2,2 ) }  "),
    ] {
        assert_eq!(open_bytes(&with_header(version, dictionary, &ramp(12))).unwrap().id, plain.id, "{dictionary}");
    }
}

#[test]
fn channels_may_be_last_or_first() {
    // Pixel p of channel c of image i is 100·i + 10·c + p.
    let value = |image: usize, channel: usize, pixel: usize| (100 * image + 10 * channel + pixel) as u8;
    let order = |channels_last: bool| -> Vec<u8> {
        (0..2)
            .flat_map(|image| (0..18).map(move |at| (image, at)))
            .map(|(image, at)| match channels_last {
                true => value(image, at % 3, at / 3),
                false => value(image, at / 6, at % 6),
            })
            .collect()
    };
    let last = open_bytes(&npy("|u1", &[2, 2, 3, 3], &order(true))).unwrap();
    let first = open_bytes(&npy("|u1", &[2, 3, 2, 3], &order(false))).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(last.shape(), ImageShape { channels: 3, height: 2, width: 3 });
    assert_eq!(last.train.rows().bytes().unwrap(), (0..18).map(|at| value(0, at / 6, at % 6)).collect::<Vec<_>>());
    // Where both would fit, channels are last.
    assert_eq!(first.shape(), ImageShape { channels: 3, height: 3, width: 2 });
    let first = open_bytes(&npy("|u1", &[2, 3, 2, 4], &ramp(48))).unwrap();
    assert_eq!(first.shape(), ImageShape { channels: 3, height: 2, width: 4 });
    assert_eq!(first.train.rows().bytes().unwrap(), &ramp(48)[..24]);
    let grey = open_bytes(&npy("|u1", &[2, 2, 3, 1], &ramp(12))).unwrap();
    assert_eq!((grey.shape(), grey.train.rows().bytes().unwrap()), (ImageShape::grey(2, 3), &ramp(12)[..6]));
}

#[test]
fn every_element_type_and_range_is_brought_to_the_unit_range() {
    let expected = [0.0, 1.0, 0.2, 0.4];
    let reals = |scale: f32, from: f32| expected.map(|value| value * scale + from);
    let f4 = |values: [f32; 4]| values.repeat(2).iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let f4_big = |values: [f32; 4]| values.repeat(2).iter().flat_map(|value| value.to_be_bytes()).collect::<Vec<u8>>();
    let f8 = |values: [f32; 4]| {
        values.repeat(2).iter().flat_map(|value| f64::from(*value).to_le_bytes()).collect::<Vec<u8>>()
    };
    let f8_big = |values: [f32; 4]| {
        values.repeat(2).iter().flat_map(|value| f64::from(*value).to_be_bytes()).collect::<Vec<u8>>()
    };
    let u2 = |values: [u16; 4]| values.repeat(2).iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let u2_big = |values: [u16; 4]| values.repeat(2).iter().flat_map(|value| value.to_be_bytes()).collect::<Vec<u8>>();
    let i8 = |values: [i64; 4]| values.repeat(2).iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let i4_big = |values: [i32; 4]| values.repeat(2).iter().flat_map(|value| value.to_be_bytes()).collect::<Vec<u8>>();
    for (descr, bytes) in [
        ("|u1", [0, 255, 51, 102].repeat(2)),
        ("<u2", u2([0, 65535, 13107, 26214])),
        (">u2", u2_big([0, 65535, 13107, 26214])),
        ("<u2", u2([0, 255, 51, 102])),
        ("<i8", i8([0, 255, 51, 102])),
        (">i4", i4_big([0, 255, 51, 102])),
        ("<f4", f4(reals(1.0, 0.0))),
        (">f4", f4_big(reals(1.0, 0.0))),
        ("<f4", f4(reals(2.0, -1.0))),
        ("<f4", f4(reals(255.0, 0.0))),
        ("<f8", f8(reals(1.0, 0.0))),
        (">f8", f8_big(reals(2.0, -1.0))),
        ("<f8", f8(reals(65535.0, 0.0))),
    ] {
        let data = open_bytes(&npy(descr, &[2, 2, 2], &bytes)).unwrap_or_else(|error| panic!("{descr}{error}"));
        near(&values(&data.train), &expected);
        near(&values(&data.test), &expected);
    }
    for (descr, bytes) in [("|b1", vec![0, 1, 0, 1]), ("|u1", vec![0, 1, 0, 1]), ("<u2", vec![0, 0, 1, 0, 0, 0, 1, 0])]
    {
        let data = open_bytes(&npy(descr, &[2, 1, 2], &bytes)).unwrap_or_else(|error| panic!("{descr}{error}"));
        near(&values(&data.train), &[0.0, 1.0]);
    }
}

#[test]
fn classes_have_the_names_of_the_file_beside() {
    let folder = tempfile::tempdir().unwrap();
    let (path, names) = (folder.path().join("set.npy"), folder.path().join("set_classes.txt"));
    std::fs::write(&path, npy("|u1", &[3, 1, 2], &ramp(6))).unwrap();
    std::fs::write(folder.path().join("set_labels.npy"), npy("|u1", &[3], &[2, 0, 1])).unwrap();
    std::fs::write(&names, "cross\n dot \r\nbow\n").unwrap();
    assert_eq!(open(&path).unwrap().class_names(), ["cross", "dot", "bow"]);
    let cases: [(&[u8], &str); 3] =
        [(b"cross\ndot", "2 lines"), (b"\xff\n\n\n", "text that is not UTF-8"), (&[b'\n'; 70_000], "")];
    for (bytes, found) in cases {
        std::fs::write(&names, bytes).unwrap();
        let sentence = open(&path).unwrap_err().to_string();
        assert!(sentence.starts_with(&names.display().to_string()) && sentence.contains(found), "{sentence}");
    }
}

#[test]
fn labels_beside_are_classes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.npy");
    let labels = folder.path().join("set_labels.npy");
    std::fs::write(&path, npy("|u1", &[3, 1, 2], &ramp(6))).unwrap();
    let words = |values: &[i64]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    std::fs::write(&labels, npy("<i8", &[3], &words(&[2, 0, 1]))).unwrap();
    let data = open(&path).unwrap();
    assert_eq!(data.class_names(), ["0", "1", "2"]);
    assert_eq!([data.train.class(0), data.train.class(1), data.test.class(0)], [Some(2), Some(0), Some(1)]);
    let sentence = |bytes: &[u8]| {
        std::fs::write(&labels, bytes).unwrap();
        let sentence = open(&path).unwrap_err().to_string();
        sentence.strip_prefix(&labels.display().to_string()).unwrap().to_owned()
    };
    assert_eq!(
        sentence(&npy("<i8", &[2], &words(&[2, 0]))),
        ": expected 3 labels, one for each image, found an array [2]"
    );
    let classes = ": expected a class from 0 to 255 for each image, found ";
    assert_eq!(sentence(&npy("<i8", &[3], &words(&[0, 256, 1]))), format!("{classes}256 for image 1"));
    assert_eq!(sentence(&npy("<i8", &[3], &words(&[0, 1, -1]))), format!("{classes}-1 for image 2"));
    assert_eq!(sentence(&npy("<f4", &[3], &[0; 12])), format!("{classes}floating-point numbers"));
    std::fs::write(&labels, "labels").unwrap();
    assert!(sentence(b"labels").starts_with(": expected a NumPy file"));
}

#[test]
fn each_damage_has_its_sentence() {
    let good = npy("|u1", &[3, 2, 2], &ramp(12));
    assert_eq!(refusal(&[]), ": expected a NumPy file (.npy), found an empty file");
    assert_eq!(
        refusal(b"PK\x03\x04 and so on"),
        ": expected a NumPy file, which begins with \\x93NUMPY and a version, found other bytes"
    );
    assert_eq!(refusal(b"\x1f\x8b and so on"), ": expected a NumPy file (.npy), found a packed file");
    let version = |version: u8| [&good[..6], &[version], &good[7..]].concat();
    assert_eq!(refusal(&version(4)), ": expected a NumPy file of version 1.0, 2.0 or 3.0, found version 4.0");
    for length in [7, 9, 10, 64] {
        let sentence = refusal(&good[..length]);
        assert!(sentence.contains(if length < 8 { "other bytes" } else { "the file is truncated" }), "{sentence}");
    }
    let data = ": expected 12 bytes of data after the header, found ";
    assert_eq!(refusal(&good[..good.len() - 3]), format!("{data}9 bytes: the file is truncated"));
    assert_eq!(refusal(&[&good[..], b"xx"].concat()), format!("{data}14 bytes: there is trailing data"));
}

#[test]
fn headers_that_lie_are_refused_before_memory_is_taken() {
    let images = ": expected images of 1×1 to 512×512 pixels as an array [count, height, width], \
                  [count, height, width, channels] or [count, channels, height, width] with 1 or 3 channels, found an array ";
    for shape in [&[][..], &[9], &[6, 784], &[2, 2, 2, 2], &[2, 1, 1, 1, 1], &[2, 2, 2, 4]] {
        let bytes = vec![0; shape.iter().product::<u64>() as usize];
        let words: Vec<_> = shape.iter().map(u64::to_string).collect();
        assert_eq!(refusal(&npy("|u1", shape, &bytes)), format!("{images}[{}]", words.join(", ")));
    }
    assert_eq!(refusal(&npy("|u1", &[2, 513, 1], &[0; 1026])), format!("{images}[2, 513, 1]"));
    assert_eq!(refusal(&npy("|u1", &[2, 0, 5], &[])), format!("{images}[2, 0, 5]"));
    let both = ": expected at least one image to learn from and one to test on, found an array ";
    assert_eq!(refusal(&npy("|u1", &[0, 2, 2], &[])), format!("{both}[0, 2, 2]"));
    assert_eq!(refusal(&npy("|u1", &[1, 2, 2], &[0; 4])), format!("{both}[1, 2, 2]"));
    let most = ": expected at most 68719476736 bytes of data, found an array ";
    for shape in [[u64::MAX, 2, 2], [1 << 40, 512, 512], [1 << 32, 1 << 32, 1], [262_145, 512, 512]] {
        let words = shape.map(|size| size.to_string()).join(", ");
        assert_eq!(refusal(&npy("|u1", &shape, &[])), format!("{most}[{words}]"));
    }
    assert_eq!(refusal(&npy("<f8", &[32_769, 512, 512], &[])), format!("{most}[32769, 512, 512]"));
    // Just under the limit, and nothing behind it.
    assert_eq!(
        refusal(&npy("|u1", &[262_144, 512, 512], &[1, 2])),
        ": expected 68719476736 bytes of data after the header, found 2 bytes: the file is truncated"
    );
    let mut long = b"\x93NUMPY\x02\x00".to_vec();
    long.extend(u32::MAX.to_le_bytes());
    assert_eq!(refusal(&long), ": expected a header of at most 10000 bytes, found one of 4294967295");
}

#[test]
fn headers_that_are_not_understood_say_what_was_found() {
    let elements = ": expected whole or floating-point numbers or truth values as elements, found ";
    let header = |text: &str| refusal(&with_header(1, text, &ramp(12))).replace(elements, "");
    let descr = |descr: &str| header(&format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (3, 2, 2)}}"));
    for pickled in ["'|O'", "'O'", "'|O8'"] {
        assert_eq!(descr(pickled), "pickled Python objects, which are never opened");
    }
    assert_eq!(descr("[('r', '|u1'), ('g', '|u1')]"), "records of several fields");
    for other in ["<f1", "<c8", "|S0", "<U0", "|S+5", "<U5000", "|U3", "|S", "<M8[ns]", "=u2", "u2", "<u3", ""] {
        assert_eq!(descr(&format!("'{other}'")), format!("elements of the type {other:?}"));
    }
    assert_eq!(
        refusal(&with_header(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (3, 2, 2)}", &ramp(12))),
        ": expected an array in C order, found one in Fortran order (numpy.ascontiguousarray changes it)"
    );
    assert_eq!(header("{'descr': '|u1', 'fortran_order': False}"), "a header without \"shape\"");
    assert_eq!(header("{'descr': '|u1', 'descr': '|u1'}"), "a header with \"descr\" twice");
    assert_eq!(header("{'evil': 1}"), "a header with the key \"evil\"");
    assert_eq!(header("__import__('os')"), "a header with '_' in place of '{'");
    assert_eq!(header("{'descr"), "a header with a string that does not end");
    assert_eq!(header("{'fortran_order': 0}"), "a header with '0' in place of True or False");
    assert_eq!(header("{'shape': (-1, 2)}"), "a header with '-' in place of a size");
    assert_eq!(header("{'shape': (99999999999999999999, 2)}"), "a header with the size 99999999999999999999");
    assert_eq!(header(&format!("{{'shape': ({})}}", "1,".repeat(40))), "a header with more than 32 dimensions");
    assert_eq!(
        header("{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2, 2)} + 1"),
        "a header with more behind its dictionary"
    );
    let mut bytes = npy("|u1", &[3, 2, 2], &ramp(12));
    bytes[30] = 0xff;
    assert_eq!(refusal(&bytes).replace(elements, ""), "a header that is not text");
}

#[test]
fn values_that_are_no_pixels_are_refused() {
    let ranges = ": expected values in [0, 1], [−1, 1], [0, 255] or [0, 65535], found ";
    let reals = |values: [f32; 4]| {
        refusal(&npy("<f4", &[2, 1, 2], &values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>()))
            .replace(ranges, "")
    };
    assert_eq!(reals([0.0, f32::NAN, 0.5, 1.0]), "NaN at element 1");
    assert_eq!(reals([0.0, 1.0, 0.5, f32::NEG_INFINITY]), "-inf at element 3");
    assert_eq!(reals([-3.0, 0.0, 1.0, 2.5]), "values from -3 to 2.5");
    assert_eq!(reals([0.0, 0.0, 1.0, 1e6]), "values from 0 to 1000000");
    let far: Vec<u8> = [0.0, 1e300, 0.0, 0.0].iter().flat_map(|value: &f64| value.to_le_bytes()).collect();
    assert_eq!(refusal(&npy("<f8", &[2, 1, 2], &far)), format!("{ranges}inf at element 1"));
}

#[test]
fn only_files_of_that_name_are_claimed() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("images.bin");
    std::fs::write(&other, npy("|u1", &[3, 2, 2], &ramp(12))).unwrap();
    let sentence = open(&other).unwrap_err().to_string();
    assert!(
        sentence.contains(", a NumPy file of images (NAME.npy") && sentence.ends_with("found another file"),
        "{sentence}"
    );
    let upper = folder.path().join("IMAGES.NPY");
    std::fs::rename(&other, &upper).unwrap();
    assert_eq!(open(&upper).unwrap().train.count(), 2);
    let directory = folder.path().join("folder.npy");
    std::fs::create_dir(&directory).unwrap();
    assert!(open(&directory).unwrap_err().to_string().ends_with("found an empty folder"));
    std::fs::write(directory.join("images.npy"), "x").unwrap();
    assert!(open(&directory).unwrap_err().to_string().ends_with("found a folder of other files"));
}

#[test]
fn a_cancelled_opening_says_so_and_progress_counts_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.npy");
    let bytes = npy("|u1", &[3, 2, 2], &ramp(12));
    std::fs::write(&path, &bytes).unwrap();
    let progress = Progress::default();
    load(&Source::path(path.clone()), &progress).unwrap();
    assert_eq!(progress.get(), (bytes.len() as u64, bytes.len() as u64));
    progress.cancel();
    let error = load(&Source::path(path), &progress).unwrap_err();
    assert!(matches!(error, SourceError::Cancelled(_)), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), magic: bool, version in 0u8..5) {
        let start: &[u8] = if magic { b"\x93NUMPY" } else { b"" };
        let _ = open_bytes(&[start, &[version, 0], &bytes].concat());
    }

    #[test]
    fn no_header_makes_it_panic(text in "[{}()'\",: a-z0-9LTF\\[\\]]{0,80}") {
        let _ = open_bytes(&with_header(1, &text, &ramp(12)));
    }

    #[test]
    fn no_mutation_makes_it_panic(
        changes in prop::collection::vec((0usize..76, any::<u8>()), 1..4),
        cut in 0usize..140,
        shorten: bool,
    ) {
        let mut bytes = npy("|u1", &[3, 2, 2], &ramp(12));
        for (at, value) in changes {
            bytes[at] = value;
        }
        if shorten {
            bytes.truncate(cut);
        }
        if let Ok(data) = open_bytes(&bytes) {
            let count = data.train.count() + data.test.count();
            prop_assert!(count >= 2 && values(&data.train).iter().all(|value| (0.0..=1.0).contains(value)));
        }
    }
}
