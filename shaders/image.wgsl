// One image: grey through a colour map, or colour as it is; sharp pixels or smooth.

struct Image {
    screen: vec2<f32>,
    // Upper left corner and size of the image on the screen, in pixels.
    min: vec2<f32>,
    size: vec2<f32>,
    map: u32,
    // 1: red, green and blue; 2: smooth.
    flags: u32,
}

@group(0) @binding(0) var<uniform> image: Image;
@group(0) @binding(1) var pixels: texture_2d<f32>;

@vertex
fn vs_main(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4<f32> {
    return position_from_pixel(image.min + corner(vertex) * image.size, image.screen);
}

fn load(place: vec2<i32>) -> vec4<f32> {
    let last = vec2<i32>(textureDimensions(pixels)) - 1;
    return textureLoad(pixels, clamp(place, vec2<i32>(0), last), 0);
}

fn color_at(pixel: vec2<f32>) -> vec3<f32> {
    let place = (pixel - image.min) / image.size * vec2<f32>(textureDimensions(pixels));
    var value: vec4<f32>;
    if (image.flags & 2u) != 0u {
        let from_middle = place - 0.5;
        let first = vec2<i32>(floor(from_middle));
        let part = fract(from_middle);
        let upper = mix(load(first), load(first + vec2<i32>(1, 0)), part.x);
        let lower = mix(load(first + vec2<i32>(0, 1)), load(first + vec2<i32>(1, 1)), part.x);
        value = mix(upper, lower, part.y);
    } else {
        value = load(vec2<i32>(floor(place)));
    }
    if (image.flags & 1u) != 0u {
        return value.rgb;
    }
    return color_from_value(value.r, image.map);
}

@fragment
fn fs_gamma(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    return vec4<f32>(color_at(position.xy), 1.0);
}

@fragment
fn fs_linear(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    return vec4<f32>(linear_from_gamma(color_at(position.xy)), 1.0);
}
