// Encoded points: one anti-aliased disc an instance, with an outline that sets it off from what lies under it.

struct Points {
    screen: vec2<f32>,
    // The middle of the plane's area on the screen in pixels, and the position on the plane that lies there.
    middle: vec2<f32>,
    centre: vec2<f32>,
    // Pixels a unit of the plane.
    scale: f32,
    // Of a disc with its outline, in pixels.
    radius: f32,
    // Alpha is how much of the colour below it hides.
    outline: vec4<f32>,
    // A colour a class, 0 to 255: straight alpha, eight bits a channel; those of alpha 0 are hidden.
    palette: array<vec4<u32>, 64>,
}

@group(0) @binding(0) var<uniform> points: Points;

struct Vertex {
    @builtin(position) position: vec4<f32>,
    // From the middle of the disc, in pixels.
    @location(0) offset: vec2<f32>,
    @location(1) @interpolate(flat) color: vec4<f32>,
}

@vertex
fn vs_main(
    @builtin(vertex_index) vertex: u32,
    @location(0) position: vec2<f32>,
    @location(1) class_index: u32,
) -> Vertex {
    let color = unpack4x8unorm(points.palette[(class_index & 255u) >> 2u][class_index & 3u]);
    if color.a == 0.0 {
        // All corners in one place beyond the screen: nothing is drawn.
        return Vertex(vec4<f32>(2.0, 2.0, 0.0, 1.0), vec2<f32>(0.0), color);
    }
    let offset = (corner(vertex) * 2.0 - 1.0) * (points.radius + 0.5);
    let pixel = points.middle + (position - points.centre) * vec2<f32>(points.scale, -points.scale) + offset;
    return Vertex(position_from_pixel(pixel, points.screen), offset, color);
}

// Straight colour and how much of the pixel it covers.
fn color_at(in: Vertex) -> vec4<f32> {
    let distance = length(in.offset);
    let covered = clamp(points.radius + 0.5 - distance, 0.0, 1.0);
    let inner = clamp(points.radius - 0.5 - distance, 0.0, 1.0);
    let rim = mix(in.color.rgb, points.outline.rgb, points.outline.a);
    return vec4<f32>(mix(rim, in.color.rgb, inner), covered * in.color.a);
}

@fragment
fn fs_gamma(in: Vertex) -> @location(0) vec4<f32> {
    let color = color_at(in);
    return vec4<f32>(color.rgb * color.a, color.a);
}

@fragment
fn fs_linear(in: Vertex) -> @location(0) vec4<f32> {
    let color = color_at(in);
    return vec4<f32>(linear_from_gamma(color.rgb) * color.a, color.a);
}
