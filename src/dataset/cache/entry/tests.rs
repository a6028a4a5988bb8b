#![allow(clippy::unwrap_used)]
use super::*;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const SHAPE: ImageShape = ImageShape::grey(2, 2);

fn filled(writer: &mut CacheWriter) -> Result<Written<u32>, SourceError> {
    writer.add(0, &[1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
    writer.add(1, &[9; 4]).unwrap();
    Ok(Written { shape: SHAPE, kind: ValueKind::U8, meaning: Meaning::AsIs, more: 3 })
}

fn made(
    images: &Path,
    fill: impl FnOnce(&mut CacheWriter) -> Result<Written<u32>, SourceError>,
) -> Result<CachedImages<u32>, SourceError> {
    open_or_make_in(images, CacheKey::new("test"), Path::new("source"), 12, &|| false, fill)
}

fn is_whole(entry: &CachedImages<u32>) {
    let [train, test] = entry.rows.each_ref().map(|rows| rows.bytes().unwrap());
    assert_eq!((train, test, entry.more), (&[1, 2, 3, 4, 5, 6, 7, 8][..], &[9; 4][..], 3));
}

fn names(images: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(images).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn of_several_that_want_one_entry_at_once_one_makes_it_and_all_have_it() {
    let folder = tempfile::tempdir().unwrap();
    let (fills, together) = (AtomicUsize::new(0), Barrier::new(4));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                together.wait();
                let entry = made(folder.path(), |writer| {
                    fills.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(200));
                    filled(writer)
                });
                is_whole(&entry.unwrap());
            });
        }
    });
    assert_eq!(fills.into_inner(), 1);
    assert_eq!(names(folder.path()), [CacheKey::new("test").name()], "no lock is left");
}

#[test]
fn where_nobody_is_waited_for_both_have_the_entry_of_who_was_faster() {
    let folder = tempfile::tempdir().unwrap();
    let entry = made(folder.path(), |writer| {
        // As if the file system knew no locks.
        let lock = names(folder.path()).into_iter().find(|name| name.ends_with(".lock")).unwrap();
        std::fs::remove_file(folder.path().join(lock)).unwrap();
        is_whole(&made(folder.path(), filled).unwrap());
        filled(writer)
    });
    is_whole(&entry.unwrap());
    assert_eq!(names(folder.path()), [CacheKey::new("test").name()]);
}

#[test]
fn who_waits_can_cancel_and_one_that_fails_leaves_the_next_to_make_it() {
    let folder = tempfile::tempdir().unwrap();
    let refused = made(folder.path(), |_| {
        let key = CacheKey::new("test");
        let waits = open_or_make_in(folder.path(), key, Path::new("source"), 12, &|| true, filled);
        assert!(matches!(waits, Err(SourceError::Cancelled(_))));
        Err(SourceError::Cancelled("first".into()))
    });
    assert!(matches!(refused, Err(SourceError::Cancelled(path)) if path == Path::new("first")));
    assert_eq!(names(folder.path()), [""; 0]);
    is_whole(&made(folder.path(), filled).unwrap());
    let again = made(folder.path(), |_| Err(SourceError::Cancelled("made again".into())));
    is_whole(&again.unwrap());
    // One that is damaged is made anew.
    let entry = folder.path().join(CacheKey::new("test").name());
    std::fs::write(entry.join("train.bin"), [1]).unwrap();
    is_whole(&made(folder.path(), filled).unwrap());
}
