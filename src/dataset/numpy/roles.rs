//! Which array of an archive is what: the images, their classes, their factors.

use super::array::ArrayLayout;
use super::header::{ElementType, Header};
use super::members::Member;
use crate::dataset::share::Share;

/// The most columns of one array.
const MOST_COLUMNS: u64 = 64;
/// What arrays of classes are called, or have in their names.
const CLASS_WORDS: [&str; 5] = ["label", "class", "target", "digit", "category"];

/// What the arrays of an archive are, by their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// The arrays of images: one, or one to learn from and one to test on.
    pub images: Vec<(usize, Share)>,
    /// What is known of the images: an array of each split, or one of all.
    pub columns: Vec<ColumnRole>,
    /// The others.
    pub unused: Vec<usize>,
}

/// Arrays that say one thing, or several, of each image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnRole {
    /// What it is called.
    pub name: String,
    /// The arrays.
    pub arrays: Vec<(usize, Share)>,
    /// Numbers of each image; 1 of one column.
    pub width: usize,
    /// Whether they may be classes.
    pub is_class: bool,
    /// Whether they are words.
    pub is_text: bool,
}

/// What a name says of the split, and what is left of it: `x_train` is `x` to learn from.
fn share_of(name: &str) -> (Share, String) {
    let lower = name.to_lowercase();
    for (word, share) in [("train", Share::Train), ("test", Share::Test)] {
        if let Some((before, after)) = lower.split_once(word) {
            let rest = format!("{}{}", before.trim_end_matches(['_', '-', '.']), after);
            return (share, rest.trim_matches(['_', '-', '.']).to_owned());
        }
    }
    (Share::EveryTenth, lower)
}

fn count(header: &Header) -> u64 {
    header.shape.first().copied().unwrap_or(0)
}

/// Numbers of each example in an array that is no image.
fn width(header: &Header) -> Option<usize> {
    match *header.shape {
        [_] => Some(1),
        [_, width @ 1..=MOST_COLUMNS] if width == 1 || !header.element.is_text() => Some(width as usize),
        _ => None,
    }
}

impl Roles {
    /// Finds out by names, sizes and types. The images are the arrays of three or four dimensions whose names say `train` and
    /// `test` (Keras, MedMNIST); else the one with most bytes (dSprites). Arrays of as many numbers belong to them.
    pub fn of(members: &[Member]) -> Self {
        let described: Vec<_> = members.iter().map(|member| (share_of(&member.name), member)).collect();
        let is_image =
            |member: &Member| !member.header.element.is_text() && ArrayLayout::of(&member.header.shape).is_some();
        let image_of = |share: Share| {
            let of_share =
                described.iter().enumerate().filter(|(_, ((of, _), member))| *of == share && is_image(member));
            of_share
                .max_by_key(|(place, (_, member))| (bytes(&member.header), usize::MAX - place))
                .map(|(place, _)| place)
        };
        let mut roles = Self::default();
        match (image_of(Share::Train), image_of(Share::Test)) {
            (Some(train), Some(test)) => roles.images = vec![(train, Share::Train), (test, Share::Test)],
            _ => {
                let images = members.iter().enumerate().filter(|(_, member)| is_image(member));
                let largest = images.max_by_key(|(place, member)| (bytes(&member.header), usize::MAX - place));
                roles.images = largest.map(|(place, _)| (place, Share::EveryTenth)).into_iter().collect();
            }
        }
        roles.find_columns(members, &described);
        roles
    }

    fn find_columns(&mut self, members: &[Member], described: &[((Share, String), &Member)]) {
        let images = self.images.clone();
        let mut used: Vec<usize> = images.iter().map(|(place, _)| *place).collect();
        let counts = |share: Share| {
            let image = images.iter().find(|(_, of)| *of == share);
            image.and_then(|(place, _)| members.get(*place)).map(|member| count(&member.header))
        };
        for (place, ((share, rest), member)) in described.iter().enumerate() {
            let Some(width) = width(&member.header).filter(|_| !used.contains(&place)) else { continue };
            let share = if images.len() == 1 { Share::EveryTenth } else { *share };
            // Pairs are found at the array to learn from.
            if counts(share) != Some(count(&member.header)) || share == Share::Test {
                continue;
            }
            let is_text = member.header.element.is_text();
            let mut arrays = vec![(place, share)];
            if share == Share::Train {
                let other = described.iter().position(|((of, other), test)| {
                    *of == Share::Test
                        && other == rest
                        && counts(Share::Test) == Some(count(&test.header))
                        && self::width(&test.header) == Some(width)
                        && test.header.element.is_text() == is_text
                });
                let Some(other) = other else { continue };
                arrays.push((other, Share::Test));
            }
            used.extend(arrays.iter().map(|(place, _)| *place));
            let is_whole = !matches!(member.header.element, ElementType::Float(_));
            let name = if images.len() == 1 { member.name.clone() } else { rest.clone() };
            let says_so = rest == "y" || CLASS_WORDS.iter().any(|word| rest.contains(word));
            let is_class = is_whole && width == 1 && says_so;
            self.columns.push(ColumnRole { name, arrays, width, is_class, is_text });
        }
        // Counts of the factors' values say nothing that the values do not (dSprites).
        if self.columns.iter().any(|column| column.name == "latents_values") {
            self.columns.retain(|column| column.name != "latents_classes");
        }
        self.columns.sort_by_key(|column| !column.is_class);
        self.unused = (0..members.len()).filter(|place| !used.contains(place)).collect();
    }
}

fn bytes(header: &Header) -> u64 {
    header.shape.iter().fold(header.element.size(), |all, size| all.saturating_mul(*size))
}
