//! The mathematics of looking: no window, no GPU.

pub mod anchors;
pub mod browse;
pub mod brush;
pub mod codes;
pub mod coloring;
pub mod compare;
pub mod data_plane;
pub mod default_plane;
pub mod density;
pub mod direction_source;
pub mod directions;
pub mod drawn;
pub mod encoded;
pub mod field;
pub mod fitted_gaussian;
pub mod lens;
pub mod line;
pub mod nearest;
pub mod outline;
pub mod pad;
pub mod pad_canvas;
pub mod path;
pub mod pick;
pub mod plane;
pub mod plane_point;
pub mod point_choice;
pub mod point_values;
pub mod points_table;
pub mod posterior;
pub mod refine;
pub mod tiles;
pub mod timeline;
pub mod viewer;
pub mod viewport;

pub use default_plane::default_plane;
