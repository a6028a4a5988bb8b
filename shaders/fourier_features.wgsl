// Fourier features of each coordinate: z, sin z, cos z, sin 2z, cos 2z. WGSL promises its own sin and cos to 2⁻¹¹ alone,
// and within ±π alone: these are the CPU's, `sin_cos` of src/nn/vector.rs.

fn elements_of() -> u32 {
    return 5u * stage.small_channels;
}

fn element(example: u32, at: u32) -> f32 {
    let z = value_at(stage.input_base + example * stage.small_channels + at % stage.small_channels);
    let waves = sin_cos(z);
    switch at / stage.small_channels {
        case 0u: {
            return z;
        }
        case 1u: {
            return waves.x;
        }
        case 2u: {
            return waves.y;
        }
        case 3u: {
            return 2.0 * waves.x * waves.y;
        }
        default: {
            return 1.0 - 2.0 * waves.x * waves.x;
        }
    }
}

fn sin_cos(z: f32) -> vec2<f32> {
    let x = clamp(z, -8192.0, 8192.0);
    let n = round(x * 0.63661977);
    // π/2 in three parts; n times the first two is exact.
    let r = ((x - n * 1.5703125) - n * 4.837513e-4) - n * 7.54979e-8;
    let r2 = r * r;
    let sin = ((-1.9515296e-4 * r2 + 8.332161e-3) * r2 - 1.6666655e-1) * r2 * r + r;
    let cos = ((2.4433157e-5 * r2 - 1.3887316e-3) * r2 + 4.1666646e-2) * r2 * r2 - 0.5 * r2 + 1.0;
    let quarter = i32(n);
    var waves = vec2<f32>(sin, cos);
    if (quarter & 1) != 0 {
        waves = waves.yx;
    }
    if (quarter & 2) != 0 {
        waves.x = -waves.x;
    }
    if ((quarter + 1) & 2) != 0 {
        waves.y = -waves.y;
    }
    return waves;
}
