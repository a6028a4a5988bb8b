//! Archives: what is kept of them, and what is refused.

use crate::behaviour::{patience, sha256};
use crate::server::{Behaviour, Server};
use flate2::Compression;
use flate2::write::GzEncoder;
use latentarium::dataset::download::{Download, Downloads, MirroredFile, Mirrors};
use latentarium::dataset::{Dataset, Progress, Source, load};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use zip::write::{SimpleFileOptions, ZipWriter};

/// Serves an archive as that of a data set, and fetches it.
fn fetch(name: &str, archive: &[u8], cache: &Path) -> Result<PathBuf, String> {
    let (server, download) = (Server::start(), Download::named(name).unwrap());
    let file = download.files[0].name;
    server.put(&format!("/{name}/{file}"), archive, Behaviour::Whole);
    let file = MirroredFile {
        data: name.to_owned(),
        name: file.to_owned(),
        address: None,
        bytes: Some(archive.len() as u64),
        sha256: Some(sha256(archive)),
    };
    let mirrors = Mirrors { mirror: Some(server.base.clone()), files: vec![file] };
    let downloads = Downloads { cache: cache.to_owned(), mirrors, patience: patience() };
    downloads.fetch(download, &Progress::default()).map_err(|error| error.to_string())
}

fn open(folder: &Path) -> Dataset {
    load(&Source::path(folder), &Progress::default()).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// One entry of a tar archive.
fn entry(path: &str, kind: u8, link: &str, size: usize, bytes: &[u8]) -> Vec<u8> {
    let mut header = [0u8; 512];
    header[..path.len()].copy_from_slice(path.as_bytes());
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    header[148..156].copy_from_slice(b"        ");
    header[156] = kind;
    header[157..157 + link.len()].copy_from_slice(link.as_bytes());
    header[257..265].copy_from_slice(b"ustar  \0");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let behind = (512 - bytes.len() % 512) % 512;
    [header.as_slice(), bytes, &vec![0; behind]].concat()
}

fn plain(path: &str, bytes: &[u8]) -> Vec<u8> {
    entry(path, b'0', "", bytes.len(), bytes)
}

/// The batches of CIFAR-10, each of two images.
fn batches() -> Vec<(String, Vec<u8>)> {
    let batch = |number: u8| {
        let image = |class: u8| [vec![class], (0..3072u32).map(|at| (at % 251) as u8 ^ number).collect()].concat();
        [image(number), image(9 - number)].concat()
    };
    let names = (1..=5).map(|number| format!("data_batch_{number}.bin")).chain(["test_batch.bin".to_owned()]);
    names.zip(0..).map(|(name, number)| (name, batch(number))).collect()
}

const CLASSES: &[u8] = b"a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";

fn tar(more: &[Vec<u8>], but: &str) -> Vec<u8> {
    let mut archive = entry("cifar-10-batches-bin/", b'5', "", 0, b"");
    archive.extend(more.concat());
    let meta = ("batches.meta.txt".to_owned(), CLASSES.to_owned());
    for (name, bytes) in batches().into_iter().chain([meta]).filter(|(name, _)| name != but) {
        archive.extend(plain(&format!("cifar-10-batches-bin/{name}"), &bytes));
    }
    archive.extend([0; 1024]);
    archive
}

#[test]
fn of_a_tar_only_the_batches_are_kept_and_nothing_leaves_the_folder() {
    let cache = tempfile::tempdir().unwrap();
    let hostile = [
        entry("data_batch_1.bin", b'2', "/etc/passwd", 0, b""),
        entry("../../test_batch.bin", b'1', "/etc/passwd", 0, b""),
        plain("../../../escaped", b"x"),
        plain("/tmp/escaped", b"x"),
        entry("cifar-10-batches-bin/fifo", b'6', "", 0, b""),
        plain("cifar-10-batches-bin/readme.html", b"<p>"),
    ];
    let folder = fetch("cifar-10", &gzip(&tar(&hostile, "")), cache.path()).unwrap();
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names.len(), 7, "{names:?}");
    assert!(std::fs::read_dir(&folder).unwrap().all(|entry| entry.unwrap().file_type().unwrap().is_file()));
    assert!(
        std::fs::read_dir(cache.path())
            .unwrap()
            .flatten()
            .all(|entry| { ["cifar-10", ".cifar-10.lock"].contains(&entry.file_name().to_str().unwrap()) })
    );
    let data = open(&folder);
    assert_eq!((data.train.count(), data.test.count(), data.name.as_str()), (10, 2, "cifar-10"));
    assert_eq!(data.class_names().concat(), "abcdefghij");
}

#[test]
fn an_archive_that_is_none_or_lacks_a_file_is_one_sentence() {
    let whole = tar(&[], "");
    let mut sum = whole.clone();
    sum[512 + 149] ^= 1;
    let long = entry("data_batch_1.bin", b'0', "", 1 << 30, b"");
    let cases = [
        (gzip(&tar(&[], "data_batch_3.bin")), "expected an archive with the file data_batch_3.bin, found no such file"),
        (gzip(&sum), "expected a tar archive, found a header whose checksum is another"),
        (gzip(&whole[..9_000]), "expected a tar archive, found one that is truncated"),
        (gzip(b"no archive"), "expected a tar archive, found one that is truncated"),
        (gzip(&tar(&[long], "")), "expected at most 536870912 bytes, found data_batch_1.bin of 1073741824 bytes"),
        (
            gzip(&tar(&[plain("elsewhere/data_batch_1.bin", b"x")], "")),
            "expected an archive with one file data_batch_1.bin, found two of that name",
        ),
        (gzip(&tar(&vec![plain("x", b""); 10_001], "")), "expected a tar archive, found one of more than 10000 files"),
        (gzip(&whole)[..2_000].to_owned(), "expected a whole gzip file, found one that is truncated"),
    ];
    for (archive, expected) in cases {
        let cache = tempfile::tempdir().unwrap();
        let said = fetch("cifar-10", &archive, cache.path()).unwrap_err();
        assert!(said.contains(expected), "{said}");
        assert!(!cache.path().join("cifar-10").exists());
    }
    let mut damaged = gzip(&whole);
    let middle = damaged.len() / 2;
    damaged[middle..middle + 20].fill(0xff);
    let cache = tempfile::tempdir().unwrap();
    fetch("cifar-10", &damaged, cache.path()).unwrap_err();
    assert!(!cache.path().join("cifar-10").exists());
}

/// An IDX file of bytes.
fn idx(sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
    let head = [0, 0, 8, sizes.len() as u8].into_iter().chain(sizes.iter().flat_map(|size| size.to_be_bytes()));
    gzip(&head.chain(bytes.iter().copied()).collect::<Vec<_>>())
}

fn zipped(but: &str) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // A bar across the top as EMNIST stores it: down the left side.
    let image: Vec<u8> = (0..16).map(|at| if at % 4 == 0 { 255 } else { 0 }).collect();
    let files = [
        ("train-images-idx3-ubyte.gz", idx(&[2, 4, 4], &[image.clone(), image.clone()].concat())),
        ("train-labels-idx1-ubyte.gz", idx(&[2], &[0, 2])),
        ("test-images-idx3-ubyte.gz", idx(&[1, 4, 4], &image)),
        ("test-labels-idx1-ubyte.gz", idx(&[1], &[1])),
        ("mapping.txt", b"0 48\n1 65\n2 110\n".to_vec()),
    ];
    for split in ["letters", "balanced"] {
        for (name, bytes) in files.iter().filter(|(name, _)| *name != but) {
            archive.start_file(format!("gzip/emnist-{split}-{name}"), SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
    }
    archive.start_file("../../escaped", SimpleFileOptions::default()).unwrap();
    archive.write_all(b"x").unwrap();
    archive.finish().unwrap().into_inner()
}

#[test]
fn of_emnist_the_balanced_split_is_kept_and_its_images_stand_upright() {
    let cache = tempfile::tempdir().unwrap();
    let folder = fetch("emnist", &zipped(""), cache.path()).unwrap();
    let data = open(&folder);
    assert_eq!((data.train.count(), data.test.count(), data.name.as_str()), (2, 1, "emnist"));
    let upright: Vec<f32> = (0..16).map(|at| if at < 4 { 1.0 } else { 0.0 }).collect();
    for (split, index) in [(&data.train, 0), (&data.train, 1), (&data.test, 0)] {
        assert_eq!(split.image(index), upright);
    }
    assert_eq!(data.class_names(), ["0", "A", "n"]);
    assert_eq!(data.train.class(1), Some(2));
    assert!(
        !std::fs::read_dir(&folder)
            .unwrap()
            .flatten()
            .any(|entry| { entry.file_name().to_string_lossy().contains("letters") })
    );
}

#[test]
fn a_zip_that_is_none_or_lacks_a_file_is_one_sentence() {
    let cache = tempfile::tempdir().unwrap();
    let said = fetch("emnist", &zipped("mapping.txt"), cache.path()).unwrap_err();
    assert!(
        said.ends_with("expected an archive with the file emnist-balanced-mapping.txt, found no such file"),
        "{said}"
    );
    let said = fetch("emnist", b"no archive", cache.path()).unwrap_err();
    assert!(said.contains("expected a zip archive, found "), "{said}");
    let whole = zipped("");
    fetch("emnist", &whole[..whole.len() / 2], cache.path()).unwrap_err();
    assert!(!cache.path().join("emnist").exists());
}
