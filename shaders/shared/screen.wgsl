// Places on the screen, and the last step of every fragment: egui blends in gamma space, so what is written to a target
// that converts to sRGB by itself has to be made linear first.

fn position_from_pixel(pixel: vec2<f32>, screen: vec2<f32>) -> vec4<f32> {
    return vec4<f32>(2.0 * pixel.x / screen.x - 1.0, 1.0 - 2.0 * pixel.y / screen.y, 0.0, 1.0);
}

// The corner of a unit square drawn as a strip of two triangles.
fn corner(vertex: u32) -> vec2<f32> {
    return vec2<f32>(f32(vertex & 1u), f32(vertex >> 1u));
}

fn linear_from_gamma(gamma: vec3<f32>) -> vec3<f32> {
    let low = gamma / 12.92;
    let high = pow((gamma + 0.055) / 1.055, vec3<f32>(2.4));
    return select(high, low, gamma < vec3<f32>(0.04045));
}
