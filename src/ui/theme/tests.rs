use super::*;

type Matrix = [[f32; 3]; 3];
// Machado, Oliveira and Fernandes 2009, severity 1: protanopia, deuteranopia, tritanopia; the first is full vision.
const VISION: [Matrix; 4] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
];
const XYZ: Matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];

fn apply(matrix: &Matrix, v: [f32; 3]) -> [f32; 3] {
    matrix.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

fn linear(color: Color32) -> [f32; 3] {
    [color.r(), color.g(), color.b()].map(|byte| {
        let c = f32::from(byte) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    })
}

fn lab(linear: [f32; 3]) -> [f32; 3] {
    let white = XYZ.map(|row| row.iter().sum::<f32>());
    let xyz = apply(&XYZ, linear);
    let f = [0, 1, 2].map(|i| {
        let x = xyz[i] / white[i];
        if x > 0.008856 { x.cbrt() } else { 7.787 * x + 16.0 / 116.0 }
    });
    [116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])]
}

fn distance(a: Color32, b: Color32, vision: &Matrix) -> f32 {
    let seen = |color| lab(apply(vision, linear(color)).map(|x| x.clamp(0.0, 1.0)));
    let (a, b) = (seen(a), seen(b));
    (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f32>().sqrt()
}

fn contrast(a: Color32, b: Color32) -> f32 {
    let luminance = |color| apply(&XYZ, linear(color))[1] + 0.05;
    let (a, b) = (luminance(a), luminance(b));
    a.max(b) / a.min(b)
}

/// The least distance of two of these pairs to anybody's eyes.
fn least(pairs: impl Iterator<Item = (Color32, Color32)>) -> f32 {
    let seen = |(a, b): (Color32, Color32)| VISION.iter().map(move |vision| distance(a, b, vision));
    pairs.flat_map(seen).fold(f32::INFINITY, f32::min)
}

#[test]
fn class_colors_can_be_told_apart_by_everybody() {
    let pairs = || (0..10).flat_map(|a| (0..a).map(move |b| (a, b)));
    let colors = |(a, b): (usize, usize)| (CLASSES[a], CLASSES[b]);
    let any = least(pairs().map(colors));
    let neighbours = least(pairs().filter(|(a, b)| a - b == 1 || a - b == 9 || *a < 4).map(colors));
    let greys = [0x00, 0xFF, 0x80].map(Color32::from_gray);
    let grounds = least(CLASSES.into_iter().flat_map(|class| greys.map(|grey| (class, grey))));
    println!("any two {any:.1}, neighbours {neighbours:.1}, from black, white and mid grey {grounds:.1}");
    assert!(any >= CLASS_DISTANCE && CLASS_DISTANCE >= 20.0, "any two: {any}");
    assert!(neighbours >= CLASS_NEIGHBOUR_DISTANCE, "neighbours: {neighbours}");
    assert!(grounds >= CLASS_GROUND_DISTANCE && CLASS_GROUND_DISTANCE >= 25.0, "grounds: {grounds}");
}

#[test]
fn class_colors_stand_out_on_both_themes() {
    for class in CLASSES {
        for surface in DARK.surfaces.into_iter().chain(LIGHT.surfaces) {
            let least = least([(class, surface)].into_iter());
            assert!(least >= 20.0, "{class:?} on {surface:?}: {least}");
        }
    }
}

#[test]
fn text_can_be_read() {
    for palette in [DARK, LIGHT] {
        for surface in palette.surfaces {
            assert!(contrast(palette.text, surface) >= 7.0);
            for color in [palette.text_secondary, palette.warning, palette.danger] {
                assert!(contrast(color, surface) >= 4.5, "{color:?} on {surface:?}");
            }
        }
    }
}
