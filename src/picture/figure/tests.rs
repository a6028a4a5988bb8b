#![allow(clippy::unwrap_used)]

use super::*;

const BARE: FigureStyle =
    FigureStyle { scale: 1, axes: false, points: false, legend: false, headings: false, caption: false };

/// A plane of 28 × 14 pixels, black and white, with a point in its middle and one outside.
fn plane() -> PlaneFigure {
    let tiles = RgbImage::from_fn(28, 14, |x, y| Rgb([if (x + y) % 2 == 0 { 0 } else { 255 }; 3]));
    let point = |x: f32, y: f32| FigurePoint { at: [x, y], color: [200, 0, 0] };
    PlaneFigure {
        tiles,
        bounds: ([-2.0, -1.0], [2.0, 1.0]),
        axes: ["z₁".to_owned(), "z₂".to_owned()],
        points: vec![point(0.0, 0.0), point(9.0, 0.0)],
        lines: Vec::new(),
        legends: vec![FigureLegend {
            heading: None,
            key: FigureKey::Classes(vec![FigureClass { name: "five".to_owned(), color: [200, 0, 0] }]),
        }],
        heading: "A vae-dense".to_owned(),
        caption: "A: vae-dense on digits, step 12, seed 0, β 1".to_owned(),
    }
}

fn curves() -> CurvesFigure {
    let points = |slope: f64| (0..100).map(|step| [f64::from(step), slope * f64::from(step)]).collect();
    let curve = |name: &str, dashed, slope| FigureCurve {
        name: name.to_owned(),
        color: [10, 120, 60],
        dashed,
        points: points(slope),
    };
    let plot = FigurePlot {
        heading: "nats/image".to_owned(),
        x: "Steps".to_owned(),
        logarithmic: false,
        curves: vec![curve("A loss", false, 1.0), curve("A test loss", true, 1.2)],
        marks: vec![FigureMark { x: 50.0, words: "A: beta 4".to_owned() }],
    };
    CurvesFigure { plots: vec![plot.clone(), plot], caption: "A: vae-dense".to_owned() }
}

fn count(picture: &RgbImage, is: impl Fn([u8; 3]) -> bool) -> usize {
    picture.pixels().filter(|pixel| is(pixel.0)).count()
}

#[test]
fn a_bare_plane_is_its_tiles_alone() {
    let drawn = pixels(&plane(), &BARE).unwrap();
    let margin = |side: u32| side - 24;
    assert_eq!((margin(drawn.width()), margin(drawn.height())), (560, 280));
    let inner = imageops::crop_imm(&drawn, 12, 12, 560, 280).to_image();
    assert_eq!(inner, imageops::resize(&plane().tiles, 560, 280, imageops::FilterType::Nearest));
}

#[test]
fn each_part_is_drawn_where_it_is_asked_for() {
    let red = |picture: &RgbImage| count(picture, |[red, green, _]| red > 150 && green < 60);
    let dark = |picture: &RgbImage| {
        count(picture, |[red, green, blue]| {
            (1..160).contains(&red) && red.abs_diff(green) < 40 && red.abs_diff(blue) < 60
        })
    };
    let plain = pixels(&plane(), &BARE).unwrap();
    assert_eq!((red(&plain), dark(&plain)), (0, 0));
    let points = pixels(&plane(), &FigureStyle { points: true, ..BARE }).unwrap();
    // A circle of a radius of two pixels, and nothing of the point outside.
    assert!((9..=25).contains(&red(&points)), "{}", red(&points));
    let legend = pixels(&plane(), &FigureStyle { legend: true, ..BARE }).unwrap();
    assert!(red(&legend) > 25 && dark(&legend) > 10);
    for style in [
        FigureStyle { axes: true, ..BARE },
        FigureStyle { headings: true, ..BARE },
        FigureStyle { caption: true, ..BARE },
    ] {
        let drawn = pixels(&plane(), &style).unwrap();
        assert!(dark(&drawn) > 30 && drawn.height() > plain.height(), "{style:?}");
    }
}

#[test]
fn a_size_is_so_many_times_as_many_pixels() {
    for scale in FigureStyle::SCALES {
        let style = FigureStyle { scale, ..FigureStyle::default() };
        let side = |size: [u32; 2]| size.map(|side| side / scale);
        assert_eq!(side(plane().size(&style)), plane().size(&FigureStyle::default()));
        assert_eq!(side(curves().size(&style)), curves().size(&FigureStyle::default()));
        let drawn = pixels(&plane(), &style).unwrap();
        assert_eq!([drawn.width(), drawn.height()], plane().size(&style));
    }
    let huge = PlaneFigure { tiles: RgbImage::new(4000, 4000), ..plane() };
    let refused = pixels(&huge, &FigureStyle { scale: 4, ..BARE }).unwrap_err().to_string();
    assert!(refused.contains("at most") && refused.contains("16096"), "{refused}");
}

#[test]
fn curves_are_drawn_in_their_colour_and_stay_in_their_plot() {
    let green = |picture: &RgbImage| count(picture, |[red, green, blue]| green > 100 && red < 80 && blue < 110);
    let bare = pixels(&curves(), &BARE).unwrap();
    assert!(green(&bare) > 1000, "{}", green(&bare));
    let all = pixels(&curves(), &FigureStyle::default()).unwrap();
    assert!(all.width() > bare.width() && all.height() > bare.height());
    let corner = imageops::crop_imm(&all, 0, 0, 12, all.height()).to_image();
    assert_eq!(green(&corner), 0);
}

#[test]
fn an_svg_holds_its_words_its_lines_and_its_tiles() {
    let drawn = svg(&plane(), &FigureStyle::default()).unwrap();
    assert!(drawn.trim_start().starts_with("<svg") && drawn.trim_end().ends_with("</svg>"));
    for part in ["A vae-dense", "z₁", "five", "step 12", "data:image/png;base64,", "<circle"] {
        assert!(drawn.contains(part), "{part} in {drawn}");
    }
    let begin = drawn.find("base64,").unwrap() + 7;
    let end = begin + drawn[begin..].find('"').unwrap();
    let tiles = image::load_from_memory(&STANDARD.decode(&drawn[begin..end]).unwrap()).unwrap().to_rgb8();
    assert_eq!(tiles, plane().tiles);
    // What is drawn lies over the tiles.
    assert!(drawn.find("<image").unwrap() < drawn.find("<circle").unwrap());
    let drawn = svg(&curves(), &BARE).unwrap();
    assert!(drawn.contains("<polyline") && !drawn.contains("vae-dense"));
}

#[test]
fn captions_break_between_words() {
    assert_eq!(lines("one two three", 100, 13), ["one two three"]);
    assert_eq!(lines("one two three four five", 60, 13), ["one two", "three", "four five"]);
    assert!(lines("", 100, 13).is_empty());
}

#[test]
fn figures_of_an_axis_have_as_many_digits_as_they_need() {
    assert_eq!([0.0, 0.5, -2.0].map(|value| axis_words(value, 4.0)), ["0", "0.5", "-2"]);
    assert_eq!(axis_words(12_500.0, 1e5), "12500");
    assert_eq!(axis_words(0.0012, 0.001), "0.0012");
}
