//! Colour maps, one table for the screen and for exported pictures.

use std::sync::OnceLock;

/// What colour a value has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColorMap {
    /// Black to white, for values in [0, 1].
    #[default]
    Grey,
    /// Dark violet over green to yellow, for values in [0, 1].
    Viridis,
    /// Black over violet and orange to pale yellow, for values in [0, 1].
    Magma,
    /// Blue over white to red, for values in [−1, 1]; 0 is white.
    Signed,
}

/// Entries of a colour map.
pub const COLOR_ENTRIES: usize = 256;

impl ColorMap {
    /// All of them, in the order of their rows in the lookup texture.
    pub const ALL: [Self; 4] = [Self::Grey, Self::Viridis, Self::Magma, Self::Signed];

    /// Its row in the lookup texture.
    pub const fn row(self) -> usize {
        match self {
            Self::Grey => 0,
            Self::Viridis => 1,
            Self::Magma => 2,
            Self::Signed => 3,
        }
    }

    /// The entry of a value; beyond the map's range its nearest end. What is not a number has entry 0.
    pub fn entry(self, value: f32) -> u8 {
        match self {
            // 0 is exactly an entry, so that no error is exactly white.
            Self::Signed => (value.clamp(-1.0, 1.0) * 127.0 + 128.5) as u8,
            _ => (value * 255.0 + 0.5) as u8,
        }
    }

    /// The colour of a value, red, green and blue as on the screen (gamma space).
    pub fn rgb(self, value: f32) -> [u8; 3] {
        self.table().get(usize::from(self.entry(value))).copied().unwrap_or_default()
    }

    /// All its colours.
    pub fn table(self) -> &'static [[u8; 3]; COLOR_ENTRIES] {
        static TABLES: OnceLock<[[[u8; 3]; COLOR_ENTRIES]; 4]> = OnceLock::new();
        let tables = TABLES.get_or_init(|| ColorMap::ALL.map(|map| std::array::from_fn(|entry| map.computed(entry))));
        &tables[self.row()]
    }

    fn computed(self, entry: usize) -> [u8; 3] {
        let t = entry as f64 / 255.0;
        match self {
            Self::Grey => [entry as u8; 3],
            Self::Viridis => polynomial(&VIRIDIS, t),
            Self::Magma => polynomial(&MAGMA, t),
            Self::Signed => signed((entry as f64 - 128.0) / 127.0),
        }
    }
}

/// Polynomials of degree 6 fitted to the maps' published colours, lowest power first: within 1 % of them.
const VIRIDIS: [[f64; 3]; 7] = [
    [0.277_727_327_2, 0.005_407_344_5, 0.334_099_805_3],
    [0.105_093_043_1, 1.404_613_529_9, 1.384_590_162_6],
    [-0.330_861_828_7, 0.214_847_559_5, 0.095_095_163_0],
    [-4.634_230_499_0, -5.799_100_973_4, -19.332_440_956_3],
    [6.228_269_936_3, 14.179_933_366_8, 56.690_552_600_7],
    [4.776_384_997_7, -13.745_145_377_7, -65.353_032_633_4],
    [-5.435_455_855_9, 4.645_852_612_2, 26.312_435_249_6],
];
const MAGMA: [[f64; 3]; 7] = [
    [-0.002_136_485_1, -0.000_749_655_1, -0.005_386_127_9],
    [0.251_660_540_7, 0.677_523_243_7, 2.494_026_599_3],
    [8.353_717_279_2, -3.577_719_515_0, 0.314_467_903_0],
    [-27.668_733_085_8, 14.264_730_781_0, -13.649_213_188_1],
    [52.176_139_812_3, -27.943_606_071_7, 12.944_169_442_4],
    [-50.768_525_364_7, 29.046_582_821_3, 4.234_152_993_8],
    [18.655_705_065_9, -11.489_773_520_0, -5.601_961_508_7],
];

fn polynomial(coefficients: &[[f64; 3]; 7], t: f64) -> [u8; 3] {
    std::array::from_fn(|channel| {
        let value = coefficients.iter().rev().fold(0.0, |sum, power| sum * t + power[channel]);
        (value * 255.0).round() as u8
    })
}

/// Blue–white–red about 0, lightness falling evenly to both sides.
fn signed(t: f64) -> [u8; 3] {
    let [near, far] = if t < 0.0 { [[146, 197, 222], [33, 102, 172]] } else { [[244, 165, 130], [178, 24, 43]] };
    let t = t.abs().min(1.0);
    std::array::from_fn(|channel| {
        let mix = |a: f64, b: f64, part: f64| a + (b - a) * part;
        let (near, far) = (f64::from(near[channel]), f64::from(far[channel]));
        let value = if t < 0.5 { mix(255.0, near, 2.0 * t) } else { mix(near, far, 2.0 * t - 1.0) };
        value.round() as u8
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_ends_and_the_middle_are_where_they_belong() {
        assert_eq!((ColorMap::Grey.rgb(0.0), ColorMap::Grey.rgb(1.0)), ([0; 3], [255; 3]));
        assert_eq!(ColorMap::Signed.rgb(0.0), [255; 3]);
        assert_eq!((ColorMap::Signed.rgb(-1.0), ColorMap::Signed.rgb(1.0)), ([33, 102, 172], [178, 24, 43]));
        assert_eq!(ColorMap::Signed.rgb(9.0), ColorMap::Signed.rgb(1.0));
        assert_eq!(ColorMap::Viridis.rgb(f32::NAN), ColorMap::Viridis.rgb(0.0));
    }

    #[test]
    fn the_fitted_maps_are_close_to_the_published_ones() {
        let close = |a: [u8; 3], b: [u8; 3]| a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 6);
        for (t, rgb) in [(0.0, [68, 1, 84]), (0.5, [33, 145, 140]), (1.0, [253, 231, 37])] {
            assert!(close(ColorMap::Viridis.rgb(t), rgb), "{t} {:?}", ColorMap::Viridis.rgb(t));
        }
        for (t, rgb) in [(0.0, [0, 0, 4]), (0.5, [183, 55, 121]), (1.0, [252, 253, 191])] {
            assert!(close(ColorMap::Magma.rgb(t), rgb), "{t} {:?}", ColorMap::Magma.rgb(t));
        }
    }

    #[test]
    fn lightness_never_falls_from_dark_to_light() {
        let light = |[r, g, b]: [u8; 3]| 0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b);
        for map in [ColorMap::Grey, ColorMap::Viridis, ColorMap::Magma] {
            for pair in map.table().windows(2) {
                assert!(light(pair[1]) >= light(pair[0]) - 1.0, "{map:?} {pair:?}");
            }
        }
    }
}
