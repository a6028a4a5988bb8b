// The tiles of a plane, all of them one quad: each pixel finds its tile and reads the atlas once.

struct Tiles {
    screen: vec2<f32>,
    // Upper left corner of the lattice on the screen, and the side of one cell, in pixels.
    min: vec2<f32>,
    cell: f32,
    map: u32,
    // 1: red, green and blue; 2: smooth.
    flags: u32,
    padding: u32,
    // Columns and rows.
    count: vec2<f32>,
    // Width and height of one tile in the atlas.
    tile: vec2<f32>,
}

@group(0) @binding(0) var<uniform> tiles: Tiles;
@group(0) @binding(1) var atlas: texture_2d<f32>;
@group(0) @binding(3) var linear_sampler: sampler;

@vertex
fn vs_main(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4<f32> {
    return position_from_pixel(tiles.min + corner(vertex) * tiles.cell * tiles.count, tiles.screen);
}

// Premultiplied; nothing beside a tile that is not square.
fn color_at(pixel: vec2<f32>) -> vec4<f32> {
    let place = (pixel - tiles.min) / tiles.cell;
    let index = clamp(floor(place), vec2<f32>(0.0), tiles.count - 1.0);
    let fit = tiles.tile / max(tiles.tile.x, tiles.tile.y);
    let inside = (place - index - 0.5) / fit + 0.5;
    if any(inside < vec2<f32>(0.0)) || any(inside >= vec2<f32>(1.0)) {
        return vec4<f32>(0.0);
    }
    let corner = index * tiles.tile;
    let texel = corner + inside * tiles.tile;
    var value: vec4<f32>;
    if (tiles.flags & 2u) != 0u {
        // Half a texel from the edges, so that no tile bleeds into its neighbour.
        let kept = clamp(texel, corner + 0.5, corner + tiles.tile - 0.5);
        value = textureSampleLevel(atlas, linear_sampler, kept / vec2<f32>(textureDimensions(atlas)), 0.0);
    } else {
        value = textureLoad(atlas, vec2<i32>(floor(texel)), 0);
    }
    if (tiles.flags & 1u) != 0u {
        return vec4<f32>(value.rgb, 1.0);
    }
    return vec4<f32>(color_from_value(value.r, tiles.map), 1.0);
}

@fragment
fn fs_gamma(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    return color_at(position.xy);
}

@fragment
fn fs_linear(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let color = color_at(position.xy);
    return vec4<f32>(linear_from_gamma(color.rgb), color.a);
}
