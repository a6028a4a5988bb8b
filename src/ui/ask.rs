//! What a path is asked for, what can be exported in which formats, and which images can be copied.

use crate::explore::browse::ExamplePlace;
use crate::explore::compare::SheetColumn;
use crate::ui::slot::Slot;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportSubject {
    /// A view's plane of decoded tiles, as it is seen.
    Plane(Slot),
    /// The curves of the models that are shown.
    Curves,
    /// The compare sheet.
    Sheet,
    /// A view's encoded data.
    Points(Slot),
    /// Fresh samples of a view's model.
    Samples(Slot),
    /// A film along the path over a view's plane.
    Film(Slot),
    /// A film of a view's plane as training went on.
    Timeline(Slot),
    /// A panel as it was on the screen when its picture was taken.
    Panel,
    /// The table of runs.
    Runs,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Pixels.
    Png,
    /// Lines and words that stay sharp.
    Svg,
    /// A table.
    Csv,
    /// An array for NumPy.
    Npy,
    /// A table to be typeset.
    Latex,
    /// A folder with a picture of pixels for each.
    Folder,
    /// A film of at most 256 colours a frame.
    Gif,
    /// A film of pixels.
    Apng,
    /// A film of H.264.
    Mp4,
}

impl ExportFormat {
    /// How a file of it ends, without the dot; empty for a folder.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Png | Self::Apng => "png",
            Self::Svg => "svg",
            Self::Csv => "csv",
            Self::Npy => "npy",
            Self::Latex => "tex",
            Self::Folder => "",
            Self::Gif => "gif",
            Self::Mp4 => "mp4",
        }
    }

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png | Self::Folder => "PNG",
            Self::Svg => "SVG",
            Self::Csv => "CSV",
            Self::Npy => "NPY",
            Self::Latex => "LaTeX",
            Self::Gif => "GIF",
            Self::Apng => "APNG",
            Self::Mp4 => "MP4",
        }
    }
}

impl ExportSubject {
    /// All that can be chosen, in the order they are shown; a panel's picture is taken first.
    pub const ALL: [Self; 13] = [
        Self::Plane(Slot::A),
        Self::Plane(Slot::B),
        Self::Curves,
        Self::Sheet,
        Self::Points(Slot::A),
        Self::Points(Slot::B),
        Self::Samples(Slot::A),
        Self::Samples(Slot::B),
        Self::Film(Slot::A),
        Self::Film(Slot::B),
        Self::Timeline(Slot::A),
        Self::Timeline(Slot::B),
        Self::Runs,
    ];

    /// What a file with it is called, without number and ending.
    pub fn file_name(self, data: &str) -> String {
        let of = |what: &str, slot: Slot| format!("{what}-{}-{data}", slot.name().to_lowercase());
        match self {
            Self::Plane(slot) => of("plane", slot),
            Self::Curves => format!("curves-{data}"),
            Self::Sheet => format!("compare-{data}"),
            Self::Points(slot) => of("points", slot),
            Self::Samples(slot) => of("samples", slot),
            Self::Film(slot) => of("path", slot),
            Self::Timeline(slot) => of("timeline", slot),
            Self::Panel => format!("panel-{data}"),
            Self::Runs => format!("runs-{data}"),
        }
    }

    /// The formats that it can be written in; the first where a path has no ending.
    pub const fn formats(self) -> &'static [ExportFormat] {
        match self {
            Self::Plane(_) => &[ExportFormat::Png, ExportFormat::Svg],
            Self::Curves => &[ExportFormat::Png, ExportFormat::Svg, ExportFormat::Csv],
            Self::Sheet => &[ExportFormat::Png, ExportFormat::Csv],
            Self::Panel => &[ExportFormat::Png],
            Self::Points(_) => &[ExportFormat::Csv, ExportFormat::Npy],
            Self::Runs => &[ExportFormat::Csv, ExportFormat::Latex],
            Self::Samples(_) => &[ExportFormat::Folder, ExportFormat::Npy],
            Self::Film(_) | Self::Timeline(_) => &[ExportFormat::Mp4, ExportFormat::Gif, ExportFormat::Apng],
        }
    }

    /// How files with it can end, without the dot.
    pub fn endings(self) -> impl Iterator<Item = &'static str> {
        self.formats().iter().map(|format| format.ending()).filter(|ending| !ending.is_empty())
    }

    /// The format that a path's ending says, or the first where it has none; `None` for an ending of something else.
    pub fn format(self, path: &Path) -> Option<ExportFormat> {
        let Some(ending) = path.extension() else { return self.formats().first().copied() };
        self.formats().iter().copied().find(|format| ending.eq_ignore_ascii_case(format.ending()))
    }
}

/// What a picture of a panel is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PanelPictureUse {
    /// A file, whose path is asked for.
    Save,
    /// The clipboard.
    Copy,
}

/// What a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// A data set to open.
    OpenData,
    /// A run to continue.
    OpenRun,
    /// A folder for runs that are saved.
    SaveInto,
    /// A folder for the data set that kept drawings become.
    Drawings,
    /// A folder of runs to add to the table.
    AddRuns,
    /// A file to export to.
    Export(ExportSubject),
}

/// An image on the screen that can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageSubject {
    /// What a view's model makes of a place of its plane.
    Decoded(Slot, [f32; 2]),
    /// What a view's model makes of a part of the path over its plane, 0 to 1.
    OnPath(Slot, f32),
    /// An example of the data.
    Example(ExamplePlace),
    /// An image of the compare sheet, by its column and its row.
    Sheet(SheetColumn, usize),
    /// What is on the drawing pad.
    Drawing,
    /// What a view's model makes of what is on the drawing pad.
    Reconstruction(Slot),
    /// A drawing that was kept, by its place in the list.
    Kept(usize),
    /// The mean of all examples.
    Mean,
    /// Their standard deviation, as it is drawn.
    Deviation,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paths_ending_says_the_format() {
        let curves = |path: &str| ExportSubject::Curves.format(Path::new(path));
        assert_eq!(curves("a/curves"), Some(ExportFormat::Png));
        assert_eq!(curves("a/curves.SVG"), Some(ExportFormat::Svg));
        assert_eq!(curves("a.b/curves.csv"), Some(ExportFormat::Csv));
        assert_eq!(curves("curves.jpg"), None);
        let samples = |path: &str| ExportSubject::Samples(Slot::B).format(Path::new(path));
        assert_eq!([samples("a/samples/"), samples("samples")], [Some(ExportFormat::Folder); 2]);
        assert_eq!((samples("samples.npy"), samples("samples.png")), (Some(ExportFormat::Npy), None));
        assert_eq!(ExportSubject::Points(Slot::A).format(Path::new("points")), Some(ExportFormat::Csv));
    }
}
