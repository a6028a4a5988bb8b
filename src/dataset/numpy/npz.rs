//! `.npz` archives: images, and what is known of them, as arrays of one file.

use super::array::{images_words, size_words};
use super::columns::ColumnParts;
use super::header::Header;
use super::images::ImageArrays;
use super::members::{Member, Members};
use super::npy::file_name;
use super::roles::{ColumnRole, Roles};
use super::values::{add_reals, labels};
use crate::dataset::cache::CacheKey;
use crate::dataset::format::{Candidate, Format};
use crate::dataset::options::DataOptions;
use crate::dataset::progress::Progress;
use crate::dataset::room::check_room;
use crate::dataset::set::Dataset;
use crate::dataset::share::Share;
use crate::dataset::source::{Source, SourceError};
use crate::dataset::stream::Meter;
use crate::dataset::understood::OF_ARRAYS;
use crate::message::{Message, message};
use std::path::Path;
use std::sync::Arc;

/// The six factors of dSprites (Matthey et al. 2017), whose archive says their names in a pickled object only.
const SPRITE_FACTORS: [&str; 6] = ["color", "shape", "scale", "orientation", "x", "y"];
const SPRITE_SHAPES: [&str; 3] = ["square", "ellipse", "heart"];
/// What the array of those factors is called.
const SPRITE_VALUES: &str = "latents_values";

/// A file `NAME.npz`, packed or not, that holds images as an array of the sizes that [`Npy`](super::Npy) reads.
///
/// Arrays whose names say `train` and `test` are the two splits (`x_train`, `test_images`); else the array with most bytes is
/// divided as that of a `.npy` file. Arrays of one number an image are classes where they are whole numbers and called so,
/// else numbers; arrays of up to 64 numbers an image are as many
/// columns. Arrays of text are classes where they are called so and their words are few, else text. Pickled objects are passed over with a note.
pub struct Npz;

impl Format for Npz {
    fn name(&self) -> &'static str {
        "NPZ"
    }

    fn summary(&self) -> Message {
        message!("a NumPy archive of images (NAME.npz, with classes and factors where there are any)")
    }

    fn claims(&self, candidate: &Candidate) -> bool {
        candidate.ends_in("npz")
    }

    fn options(&self) -> &'static [&'static str] {
        OF_ARRAYS
    }

    fn open(&self, path: &Path, options: &DataOptions, progress: &Progress) -> Result<Dataset, SourceError> {
        let meter = Meter::new(path, progress);
        meter.expect_file(path)?;
        let mut members = Members::open(path, &meter)?;
        let roles = Roles::of(&members.arrays);
        let headers: Vec<(&Header, Share)> = roles
            .images
            .iter()
            .filter_map(|(place, share)| Some((&members.arrays.get(*place)?.header, *share)))
            .collect();
        if headers.is_empty() {
            return Err(SourceError::unexpected(path, images_words(), contents(&members.arrays)));
        }
        let arrays = ImageArrays::of(path, &headers)?;
        let mut notes = std::mem::take(&mut members.skipped);
        notes.extend(roles.unused.iter().filter_map(|place| members.arrays.get(*place)).map(|member| {
            let (name, sizes) = (format!("{:.60}", member.name), size_words(&member.header.shape));
            message!("{path}: {name} is passed over: {found}", path, name, found = sizes)
        }));
        let mut columns = ColumnParts::default();
        for role in &roles.columns {
            add_columns(&mut members, role, &meter, &mut columns)?;
        }
        let data = path.metadata().map_err(|error| SourceError::io(path, error))?;
        let key = CacheKey::new("npz").with_file(path, &data);
        let read = arrays.read(path, options.range, key, &meter, |take| {
            for (place, share) in &roles.images {
                take(members.array(*place, &meter)?, *share)?;
            }
            Ok(())
        })?;
        let [train, test] = columns.splits(arrays.shape(), read.rows);
        let stored = Some(read.stored);
        Ok(Dataset { notes, stored, ..Dataset::new(Source::path(path), file_name(path), train, test) })
    }
}

/// What an archive without images holds, for a sentence.
fn contents(members: &[Member]) -> Message {
    let one = |member: &Member| {
        let sizes: Vec<_> = member.header.shape.iter().map(u64::to_string).collect();
        format!("{:.40} [{}]", member.name, sizes.join(", "))
    };
    match members {
        [] => message!("no array"),
        members => Message::words(members.iter().take(8).map(one).collect::<Vec<_>>().join(", ")),
    }
}

/// Reads what arrays say of the images.
fn add_columns(
    members: &mut Members<'_>,
    role: &ColumnRole,
    meter: &Meter<'_>,
    columns: &mut ColumnParts,
) -> Result<(), SourceError> {
    // What a column of classes is called where its array's name says no more.
    let name = if role.is_class && ["", "y"].contains(&role.name.as_str()) { "class" } else { &role.name };
    if role.is_text {
        let mut parts: [Vec<Arc<str>>; 2] = Default::default();
        for (place, share) in &role.arrays {
            let words = members.array(*place, meter)?.read_texts(meter)?;
            parts.iter_mut().zip(share.parts(&words)).for_each(|(part, more)| part.extend(more));
        }
        columns.add_words(name, parts, role.is_class);
        return Ok(());
    }
    let mut numbers: [Vec<f32>; 2] = Default::default();
    let mut classes: Option<[Vec<u8>; 2]> = role.is_class.then(Default::default);
    for (place, share) in &role.arrays {
        let array = members.array(*place, meter)?;
        let (header, path) = (array.header.clone(), array.path().to_owned());
        let count = header.shape.first().map_or(0, |count| *count as usize);
        check_room(&path, (count as u64).saturating_mul(role.width as u64).saturating_mul(8))?;
        let mut bytes = Vec::new();
        array.read(header.element.size(), meter, |more| {
            bytes.extend_from_slice(more);
            Ok(())
        })?;
        // Whole numbers that are no classes are numbers.
        classes = classes.and_then(|[mut train, mut test]| {
            let [more_train, more_test] = share.parts(&labels(&header, &bytes).ok()?);
            train.extend(more_train);
            test.extend(more_test);
            Some([train, test])
        });
        let mut values = Vec::new();
        add_reals(&header, &bytes, &mut values);
        for (index, example) in values.chunks_exact(role.width.max(1)).enumerate() {
            numbers[share.split(index, count)].extend_from_slice(example);
        }
    }
    if let Some(classes) = classes {
        columns.add_classes(name, classes, None);
        return Ok(());
    }
    let is_sprites = role.name == SPRITE_VALUES && role.width == SPRITE_FACTORS.len();
    for place in 0..role.width {
        let part = |all: &Vec<f32>| all.iter().copied().skip(place).step_by(role.width).collect::<Vec<f32>>();
        let parts = [part(&numbers[0]), part(&numbers[1])];
        let is_shape = |value: &f32| matches!(*value, 1.0 | 2.0 | 3.0);
        match SPRITE_FACTORS.get(place).filter(|_| is_sprites) {
            Some(&"shape") if parts.iter().flatten().all(is_shape) => {
                let names: Arc<[String]> = SPRITE_SHAPES.map(str::to_owned).into();
                let classes = parts.map(|part| part.iter().map(|value| *value as u8 - 1).collect());
                columns.add_classes("shape", classes, Some(names));
            }
            Some(name) => columns.add_numbers(name, parts),
            None if role.width == 1 => columns.add_numbers(&role.name, parts),
            None => columns.add_numbers(&format!("{}_{}", role.name, place + 1), parts),
        }
    }
    Ok(())
}
