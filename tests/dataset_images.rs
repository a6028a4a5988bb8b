//! Folders of images and tables that list images: every format, size and colour; classes, splits, columns; what is broken is
//! left out and named; no link is followed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use latentarium::dataset::{Cells, ColumnValues, Dataset, ImageShape, Progress, Source, SourceError, load, preview};
use latentarium::dataset::{DataOptions, ImageColor, ImageFit};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Once;

/// Entries of the cache go to a folder of this test's own.
fn own_cache() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache-of-images");
        let _ = std::fs::remove_dir_all(&folder);
        // SAFETY: the first thing that any test of this binary does, before it opens anything.
        #[allow(unsafe_code)]
        unsafe {
            std::env::set_var("LATENTARIUM_CACHE", &folder);
        }
    });
}

fn made(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/made").join(name)
}

fn open_with(path: &Path, options: DataOptions) -> Result<Dataset, SourceError> {
    own_cache();
    load(&Source::path(path).with(options), &Progress::default())
}

fn open(path: &Path) -> Result<Dataset, SourceError> {
    open_with(path, DataOptions::default())
}

fn opened(path: &Path) -> Dataset {
    open(path).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn idx_an_archive_a_folder_and_a_table_of_the_same_images_are_the_same_data() {
    let ids = ["idx", "keras.npz", "folders", "table.csv"].map(|name| opened(&made(name)).id);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[test]
fn many_files_are_decoded_once() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(made("formats/a.png")).unwrap();
    for index in 0..2100 {
        let class = folder.path().join(format!("class {}", index % 3));
        std::fs::create_dir_all(&class).unwrap();
        std::fs::write(class.join(format!("{index}.png")), if index == 5 { b"broken" } else { &bytes[..] }).unwrap();
    }
    let options = DataOptions { side: Some(8), ..DataOptions::default() };
    let open = || open_with(folder.path(), options.clone()).unwrap();
    let (first, again) = (open(), open());
    let entries = std::fs::read_dir(Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache-of-images/images")).unwrap();
    assert_eq!(entries.count(), 1, "one entry for both");
    assert_eq!((first.train.count(), first.test.count()), (1889, 210));
    assert_eq!(first.id, again.id);
    assert_eq!(first.notes, again.notes.clone());
    assert!(
        again.notes[0].to_string().contains("1 of 2100 files are no images and left out: class 2/5.png: "),
        "{:?}",
        again.notes
    );
    assert_eq!(again.train.class(5), Some(0), "the sixth was left out, the seventh is of class 0");
    // A file that is changed is read again.
    std::fs::write(folder.path().join("class 2/5.png"), &bytes).unwrap();
    assert_eq!(open().train.count(), 1890);
}

#[test]
fn every_format_gives_the_same_picture_and_what_is_broken_is_named() {
    let data = opened(&made("formats"));
    assert_eq!(data.shape(), ImageShape { channels: 3, height: 64, width: 64 });
    assert_eq!((data.train.count(), data.test.count()), (9, 1));
    assert!(data.class_names().is_empty() && data.train.columns().is_empty());
    let note = data.notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(note.contains("1 of 11 files are no images and left out: broken.png: a damaged image ("), "{note}");
    // a.bmp, a.gif, a.jpg, a.png, a.tiff, a.webp are the first six; their left half is red, their right half blue.
    for index in 0..6 {
        let image = data.train.image(index);
        let pixel = |x: usize, y: usize| [0, 1, 2].map(|channel| image[channel * 4096 + y * 64 + x]);
        for (x, expected) in [(10, [1.0, 0.0, 0.0]), (54, [0.0, 0.0, 1.0])] {
            let found = pixel(x, 32);
            let far = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0f32, f32::max);
            assert!(far < 0.03, "{index}: {found:?}");
        }
    }
}

#[test]
fn size_fit_and_colours_are_those_that_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.png", "turned.jpg", "clear.png", "deep.png"] {
        std::fs::copy(made("formats").join(name), folder.path().join(name)).unwrap();
    }
    // All are 30 by 20, the turned one after it was turned.
    let kept = opened(folder.path());
    assert_eq!(kept.shape(), ImageShape { channels: 3, height: 64, width: 64 }, "the turned one is stored as 20 by 30");
    let options =
        DataOptions { side: Some(15), fit: Some(ImageFit::Whole), color: Some(ImageColor::Grey), ..Default::default() };
    let data = open_with(folder.path(), options).unwrap();
    assert_eq!(data.shape(), ImageShape::grey(15, 15));
    // a.png, clear.png, deep.png, then to test turned.jpg. All of an image stands in the middle, with black above and below.
    let image = data.train.image(0);
    assert!(image[..15].iter().all(|value| *value == 0.0) && image[7 * 15 + 2] > 0.15, "{image:?}");
    let clear = data.train.image(1);
    assert!(clear[4 * 15 + 7] > 0.15 && clear[10 * 15 + 7] < 0.05, "{clear:?}");
    let deep = data.train.image(2);
    assert!(deep[3 * 15 + 7] < deep[7 * 15 + 7] && deep[7 * 15 + 7] < deep[11 * 15 + 7], "{deep:?}");
    let options = DataOptions { side: Some(8), fit: Some(ImageFit::Crop), ..Default::default() };
    let data = open_with(folder.path(), options).unwrap();
    let turned = data.test.image(0);
    assert!(turned[4 * 8] > 0.9 && turned[128 + 4 * 8 + 7] > 0.9, "turned upright: red at the left, blue at the right");
}

#[test]
fn a_table_gives_classes_numbers_and_words() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.png", "a.bmp"] {
        std::fs::copy(made("formats").join(name), folder.path().join(name)).unwrap();
    }
    let table = "\u{feff}age,Label,who,file\n3,cat,\"Ann, 5\",a.png\n,dog,Bo,a.bmp\n7.5,cat,,a.png\n";
    let path = folder.path().join("list.csv");
    std::fs::write(&path, table).unwrap();
    let data = opened(&path);
    assert_eq!((data.name.as_str(), data.train.count(), data.test.count()), ("list", 2, 1));
    assert_eq!(data.shape(), ImageShape { channels: 3, height: 20, width: 30 }, "images of one size stay as they are");
    let names: Vec<_> = data.train.columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["class", "age", "who"]);
    assert_eq!(
        (data.class_names(), data.train.class(1), data.test.class(0)),
        (&["cat".to_owned(), "dog".to_owned()][..], Some(1), Some(0))
    );
    match (&data.train.columns()[1].values, &data.train.columns()[2].values) {
        (ColumnValues::Number(Cells::Listed(ages)), ColumnValues::Text(who)) => {
            assert_eq!(ages[0], 3.0);
            assert!(ages[1].is_nan());
            assert_eq!(who.get(0).as_deref(), Some("Ann, 5"));
        }
        other => panic!("{other:?}"),
    }
}

fn refused(table: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(made("formats/a.png"), folder.path().join("a.png")).unwrap();
    let path = folder.path().join("list.csv");
    std::fs::write(&path, table).unwrap();
    match open(&path) {
        Ok(_) => "nothing: it was opened".to_owned(),
        Err(error) => error.to_string().replace(&folder.path().display().to_string(), ""),
    }
}

#[test]
fn tables_that_lead_elsewhere_or_are_damaged_are_refused() {
    let inside = "/list.csv: expected files in the table's own folder or below, found ";
    for file in ["/etc/passwd", "../a.png", "sub/../../a.png", ""] {
        assert_eq!(refused(&format!("file,x\n{file},1\na.png,2\n")), format!("{inside}{file:?}"));
    }
    let words = "/list.csv: expected a table with a column file and a row an image, found ";
    assert_eq!(refused(""), format!("{words}an empty file"));
    assert_eq!(refused("name,label\na,b\n"), format!("{words}the columns name, label"));
    assert!(refused("file,label\na.png\na.png,3\n").starts_with(&format!("{words}damaged rows (")));
    assert!(refused("file\n").ends_with("found 0 rows"));
    assert!(refused("file\na.png\n").ends_with("found 1 rows"));
    let split = "/list.csv: expected train or test in the column split, found \"maybe\"";
    assert_eq!(refused("file,split\na.png,train\na.png,maybe\n"), split);
    assert!(refused("file,split\na.png,train\na.png,train\n").contains("expected at least one image to learn from"));
    assert!(
        refused("file\nno.png\nnone.png\n").contains("found 0 images (no.png: nothing"),
        "{}",
        refused("file\nno.png\nnone.png\n")
    );
    assert_eq!(refused("file\na.png\na.png\n"), "nothing: it was opened");
}

#[cfg(unix)]
#[test]
fn no_link_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (inside, outside) = (folder.path().join("inside"), folder.path().join("outside"));
    for folder in [&inside, &outside] {
        std::fs::create_dir(folder).unwrap();
        for name in ["a.png", "b.png", "c.png"] {
            std::fs::copy(made("formats/a.png"), folder.join(name)).unwrap();
        }
    }
    std::os::unix::fs::symlink(outside.join("a.png"), inside.join("link.png")).unwrap();
    std::os::unix::fs::symlink(&outside, inside.join("elsewhere")).unwrap();
    let data = opened(&inside);
    assert_eq!(data.train.count() + data.test.count(), 3);
    assert!(
        data.notes.iter().any(|note| note.to_string().ends_with("1 links and devices are passed over")),
        "{:?}",
        data.notes
    );
    let list = |row: &str| {
        let path = inside.join("list.csv");
        std::fs::write(&path, format!("file\na.png\n{row}\nb.png\n")).unwrap();
        open(&path)
    };
    assert!(list("elsewhere/a.png").unwrap_err().to_string().contains("found a link out of it, "));
    let note = list("link.png").unwrap().notes.iter().map(ToString::to_string).collect::<String>();
    assert!(note.contains("1 of 3 files are no images and left out: link.png: a link"), "{note}");
}

#[test]
fn a_preview_shows_what_would_be_opened() {
    let options = DataOptions { side: Some(16), ..DataOptions::default() };
    let found = preview(&made("folders"), &options, 12, &Progress::default()).unwrap().unwrap();
    assert_eq!((found.files, found.classes, found.shape, found.broken), (50, 10, ImageShape::grey(16, 16), 0));
    assert!((10..=12).contains(&found.images.len()) && found.images.iter().all(|image| image.len() == 256));
    assert!(preview(&made("idx"), &options, 12, &Progress::default()).unwrap().is_none());
}

#[test]
fn numbered_files_of_classes_that_take_turns_are_all_previewed_and_all_tested_on() {
    own_cache();
    let folder = tempfile::tempdir().unwrap();
    for (class, level) in [("black", 0u8), ("white", 255)] {
        std::fs::create_dir(folder.path().join(class)).unwrap();
        for number in 0..20 {
            let image = image::GrayImage::from_pixel(8, 8, image::Luma([level]));
            image.save(folder.path().join(class).join(format!("{number}.png"))).unwrap();
        }
    }
    let previewed = preview(folder.path(), &DataOptions::default(), 10, &Progress::default()).unwrap().unwrap();
    let bright = previewed.images.iter().filter(|image| image[0] > 0.5).count();
    assert_eq!((previewed.images.len(), bright), (10, 5));
    let data = opened(folder.path());
    let tested: Vec<_> = (0..data.test.count()).filter_map(|index| data.test.class(index)).collect();
    assert_eq!([0, 1].map(|class| tested.iter().filter(|of| **of == class).count()), [2, 2]);
}

#[test]
fn an_opening_that_is_cancelled_says_so() {
    own_cache();
    let progress = Progress::default();
    progress.cancel();
    let error = load(&Source::path(made("formats")), &progress).unwrap_err();
    assert!(matches!(error, SourceError::Cancelled(_)), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_change_of_a_file_makes_it_panic(
        name in prop::sample::select(vec!["a.png", "a.jpg", "a.gif", "a.bmp", "a.webp", "a.tiff", "turned.jpg", "deep.png"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(made("formats/a.png"), folder.path().join("0.png")).unwrap();
        std::fs::copy(made("formats/a.png"), folder.path().join("2.png")).unwrap();
        let mut bytes = std::fs::read(made("formats").join(name)).unwrap();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] ^= byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        std::fs::write(folder.path().join("1.png"), &bytes).unwrap();
        let data = open(folder.path()).unwrap();
        prop_assert!((2..=3).contains(&(data.train.count() + data.test.count())));
    }
}
