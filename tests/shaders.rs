//! Every shader is valid, and what the pipelines draw is what the colour maps of the CPU say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use eframe::egui::{self, Color32, Painter, Rect, pos2, vec2};
use eframe::egui_wgpu::{Renderer, RendererOptions, ScreenDescriptor};
use eframe::wgpu;
use latentarium::dataset::ImageShape;
use latentarium::explore::encoded::{EncodedPoints, Encoding};
use latentarium::explore::plane::Plane;
use latentarium::explore::tiles::{Lattice, TileGrid, fresh_id};
use latentarium::explore::viewport::{Area, Viewport};
use latentarium::gpu::image::{self, Fit};
use latentarium::gpu::points::{self, PointPalette, PointSlot, PointStyle};
use latentarium::gpu::tiles::{self, TileStyle};
use latentarium::gpu::{self, ColorMap, Headless, Resources, TextureSlot};
use latentarium::picture::Bitmap;
use std::sync::Arc;

const SIDE: u32 = 128;
const GAMMA: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;
const SRGB: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8UnormSrgb;

#[test]
fn every_shader_is_valid_and_has_its_entry_points() {
    let mut failures = Vec::new();
    for shader in gpu::shader::all() {
        let module = match naga::front::wgsl::parse_str(shader.source) {
            Ok(module) => module,
            Err(error) => {
                failures.push(format!("{}: {}", shader.name, error.emit_to_string(shader.source)));
                continue;
            }
        };
        let flags = naga::valid::ValidationFlags::all();
        if let Err(error) = naga::valid::Validator::new(flags, naga::valid::Capabilities::empty()).validate(&module) {
            failures.push(format!("{}: {}", shader.name, error.emit_to_string(shader.source)));
        }
        let found: Vec<&str> = module.entry_points.iter().map(|entry| entry.name.as_str()).collect();
        for entry in shader.entry_points.iter().filter(|entry| !found.contains(entry)) {
            failures.push(format!("{}: no entry point {entry} among {found:?}", shader.name));
        }
        for entry in found.iter().filter(|entry| !shader.entry_points.contains(entry)) {
            failures.push(format!("{}: entry point {entry} is used by nothing", shader.name));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// A device without a window, or a sentence why there is none.
fn device() -> Option<Headless> {
    let device = gpu::headless();
    if device.is_none() {
        assert!(std::env::var("LATENTARIUM_REQUIRE_GPU").as_deref() != Ok("1"), "a graphics adapter is required");
        println!("skipped: there is no graphics adapter here");
    }
    device
}

/// egui's renderer with ours in it, drawing to a texture.
struct Screen {
    headless: Headless,
    context: egui::Context,
    renderer: Renderer,
    format: wgpu::TextureFormat,
}

impl Screen {
    fn new(format: wgpu::TextureFormat) -> Option<Self> {
        Some(Self::on(device()?, format))
    }

    /// On a device that can do no more than `limits` say.
    fn with_limits(format: wgpu::TextureFormat, limits: wgpu::Limits) -> Option<Self> {
        let adapter = device()?.adapter;
        let descriptor = wgpu::DeviceDescriptor { required_limits: limits, ..Default::default() };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor)).unwrap();
        Some(Self::on(Headless { adapter, device, queue }, format))
    }

    fn on(headless: Headless, format: wgpu::TextureFormat) -> Self {
        let mut renderer = Renderer::new(&headless.device, format, RendererOptions::PREDICTABLE);
        renderer.callback_resources.insert(Resources::new(&headless.device, &headless.queue, format));
        Self { headless, context: egui::Context::default(), renderer, format }
    }

    fn resources(&mut self) -> &mut Resources {
        self.renderer.callback_resources.get_mut().unwrap()
    }

    /// Draws one frame on black; gives its pixels, `[SIDE, SIDE, 4]`.
    fn frame(&mut self, draw: impl Fn(&Painter)) -> Vec<u8> {
        let whole = Rect::from_min_size(pos2(0.0, 0.0), vec2(SIDE as f32, SIDE as f32));
        let input = egui::RawInput { screen_rect: Some(whole), ..Default::default() };
        let mut output = self.context.run_ui(input, |ui| draw(&ui.painter().with_clip_rect(whole)));
        let Headless { device, queue, .. } = &self.headless;
        for (id, deltas) in output.textures_delta.set.drain() {
            for delta in deltas {
                self.renderer.update_texture(device, queue, id, &delta);
            }
        }
        output.textures_delta.free.clear();
        let shapes = std::mem::take(&mut output.shapes);
        let primitives = self.context.tessellate(shapes, 1.0);
        let screen = ScreenDescriptor { size_in_pixels: [SIDE, SIDE], pixels_per_point: 1.0 };
        let mut encoder = device.create_command_encoder(&Default::default());
        let buffers = self.renderer.update_buffers(device, queue, &mut encoder, &primitives, &screen);
        assert!(buffers.is_empty());
        let size = wgpu::Extent3d { width: SIDE, height: SIDE, depth_or_array_layers: 1 };
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size,
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: self.format,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        let view = texture.create_view(&Default::default());
        {
            let attachment = wgpu::RenderPassColorAttachment {
                view: &view,
                resolve_target: None,
                ops: wgpu::Operations { load: wgpu::LoadOp::Clear(wgpu::Color::BLACK), store: wgpu::StoreOp::Store },
                depth_slice: None,
            };
            let descriptor =
                wgpu::RenderPassDescriptor { color_attachments: &[Some(attachment)], ..Default::default() };
            let mut pass = encoder.begin_render_pass(&descriptor).forget_lifetime();
            self.renderer.render(&mut pass, &primitives, &screen);
        }
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: u64::from(SIDE * SIDE * 4),
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let layout =
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(SIDE * 4), rows_per_image: Some(SIDE) };
        let target = wgpu::TexelCopyBufferInfo { buffer: &buffer, layout };
        encoder.copy_texture_to_buffer(texture.as_image_copy(), target, size);
        queue.submit([encoder.finish()]);
        buffer.map_async(wgpu::MapMode::Read, .., |result| result.unwrap());
        device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
        buffer.slice(..).get_mapped_range().unwrap().to_vec()
    }
}

fn rgb(pixels: &[u8], x: usize, y: usize) -> [u8; 3] {
    let at = (y * SIDE as usize + x) * 4;
    [pixels[at], pixels[at + 1], pixels[at + 2]]
}

fn ramp(shape: ImageShape) -> Vec<f32> {
    (0..shape.values()).map(|i| i as f32 / (shape.values() - 1) as f32).collect()
}

#[test]
fn an_image_is_drawn_in_the_colours_of_the_cpu() {
    let shape = ImageShape::grey(9, 12);
    let values = ramp(shape);
    for format in [GAMMA, SRGB] {
        let Some(mut screen) = Screen::new(format) else { return };
        let slot = TextureSlot::default();
        for map in ColorMap::ALL {
            let picture = match map {
                ColorMap::Signed => Bitmap::signed(shape, &values.iter().map(|x| 2.0 * x - 1.0).collect::<Vec<_>>()),
                _ => Bitmap::new(shape, &values),
            };
            let rect = Rect::from_min_size(pos2(5.0, 7.0), vec2(100.0, 100.0));
            let pixels = screen.frame(|painter| image::paint(painter, rect, &slot, &picture, map, Fit::Sharp));
            let ([x0, y0], [width, height]) = Fit::Sharp.place(([5.0, 7.0], [100.0, 100.0]), [12, 9]);
            let expected = picture.rgb(map);
            for y in 0..SIDE as usize {
                for x in 0..SIDE as usize {
                    let (column, row) = ((x as f32 - x0) / (width / 12.0), (y as f32 - y0) / (height / 9.0));
                    let inside = (0.0..12.0).contains(&column) && (0.0..9.0).contains(&row);
                    let at = (row as usize * 12 + column as usize) * 3;
                    let wanted = if inside { [expected[at], expected[at + 1], expected[at + 2]] } else { [0; 3] };
                    let found = rgb(&pixels, x, y);
                    // A target that converts to sRGB by itself rounds once more.
                    let close = wanted.iter().zip(found).all(|(a, b)| a.abs_diff(b) <= u8::from(format == SRGB));
                    assert!(close, "{format:?} {map:?} at {x}, {y}: {found:?}, not {wanted:?}");
                }
            }
        }
    }
}

#[test]
fn colour_images_are_drawn_as_they_are_and_smooth_ones_without_steps() {
    let Some(mut screen) = Screen::new(GAMMA) else { return };
    let slot = TextureSlot::default();
    let whole = Rect::from_min_size(pos2(0.0, 0.0), vec2(128.0, 128.0));
    let colour = Bitmap::new(ImageShape { channels: 3, height: 1, width: 1 }, &[1.0, 0.5, 0.0]);
    let pixels = screen.frame(|painter| image::paint(painter, whole, &slot, &colour, ColorMap::Magma, Fit::Sharp));
    assert_eq!(rgb(&pixels, 64, 64), [255, 128, 0]);
    let shape = ImageShape { channels: 3, height: 4, width: 4 };
    let colours = Bitmap::new(shape, &ramp(shape));
    for map in ColorMap::ALL {
        let pixels = screen.frame(|painter| image::paint(painter, whole, &slot, &colours, map, Fit::Sharp));
        for (place, wanted) in colours.rgb(map).chunks_exact(3).enumerate() {
            assert_eq!(rgb(&pixels, place % 4 * 32 + 16, place / 4 * 32 + 16), wanted, "{map:?}: pixel {place}");
        }
    }
    let edge = Bitmap::new(ImageShape::grey(2, 2), &[0.0, 1.0, 0.0, 1.0]);
    let pixels = screen.frame(|painter| image::paint(painter, whole, &slot, &edge, ColorMap::Grey, Fit::Smooth));
    let row: Vec<u8> = (0..128).map(|x| rgb(&pixels, x, 50)[0]).collect();
    assert!(row.windows(2).all(|pair| pair[1] >= pair[0] && pair[1] - pair[0] <= 5), "{row:?}");
}

/// Four tiles of 4×4 pixels, each of one value, or where there are four channels of one [`color_of`] it.
fn grid(channels: usize) -> Arc<TileGrid> {
    let lattice = Lattice { cell: 1.0, column: -1, row: -1, columns: 2, rows: 2 };
    let value = |x: usize, y: usize| [[10, 90], [170, 250]][y / 4][x / 4];
    let pixel = |value| if channels == 4 { [&color_of(value)[..], &[255]].concat() } else { vec![value] };
    let pixels = (0..64).flat_map(|i| pixel(value(i % 8, i / 8))).collect();
    Arc::new(TileGrid { id: fresh_id(), step: 0, decode_ms: 0.0, lattice, tile: [4, 4], channels, pixels })
}

fn color_of(value: u8) -> [u8; 3] {
    [value, 255 - value, value / 2]
}

#[test]
fn tiles_are_drawn_where_they_lie_on_the_plane_and_stay_there_when_the_view_moves() {
    for format in [GAMMA, SRGB] {
        let Some(mut screen) = Screen::new(format) else { return };
        let slot = TextureSlot::default();
        let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(128.0, 128.0));
        let area = Area { min: [0.0, 0.0], size: [128.0, 128.0] };
        let view = Viewport { centre: [0.0, 0.0], half_height: 2.0 };
        for view in [view, view.panned(area, [16.0, -8.0]), view.zoomed(area, [30.0, 30.0], 1.5)] {
            for (channels, smooth) in [(1, false), (1, true), (4, false), (4, true)] {
                let grid = grid(channels);
                let style = TileStyle { map: ColorMap::Viridis, smooth };
                let pixels = screen.frame(|painter| tiles::paint(painter, rect, &slot, &grid, view, style));
                for (position, value) in [([-0.5, 0.5], 10), ([0.5, 0.5], 90), ([-0.5, -0.5], 170), ([0.5, -0.5], 250)]
                {
                    let [x, y] = view.pixel_from_plane(area, position);
                    let found = rgb(&pixels, x as usize, y as usize);
                    let wanted =
                        if channels == 4 { color_of(value) } else { ColorMap::Viridis.table()[value as usize] };
                    let close = wanted.iter().zip(found).all(|(a, b)| a.abs_diff(b) <= u8::from(format == SRGB));
                    assert!(close, "{format:?} {channels} {smooth} at {position:?}: {found:?}, not {wanted:?}");
                }
                let [x, y] = view.pixel_from_plane(area, [1.2, 0.0]);
                assert_eq!(rgb(&pixels, x as usize, y as usize), [0; 3]);
            }
        }
    }
}

const WHOLE: Rect = Rect { min: pos2(0.0, 0.0), max: pos2(SIDE as f32, SIDE as f32) };
const VIEW: Viewport = Viewport { centre: [0.0, 0.0], half_height: 2.0 };

/// The pixel that [`VIEW`] shows a position at.
fn pixel(position: [f32; 2]) -> [usize; 2] {
    VIEW.pixel_from_plane(Area { min: [0.0, 0.0], size: [128.0, 128.0] }, position).map(|x| x as usize)
}

/// Points of these places and classes.
fn points_at(points: &[([f32; 2], u8)]) -> Arc<EncodedPoints> {
    let encoding = Encoding {
        step: 0,
        latent: 2,
        mean: points.iter().flat_map(|(position, _)| *position).collect(),
        log_variance: vec![0.0; 2 * points.len()],
        kl_per_dimension: vec![0.0; 2],
        images: (0..points.len() as u32).collect(),
        labels: points.iter().map(|(_, class)| *class).collect(),
        took: Default::default(),
    };
    Arc::new(EncodedPoints::new(Arc::new(encoding), Arc::new(Plane::of_two())))
}

/// Classes in these colours, the others hidden.
fn discs(radius: f32, outline: Color32, colors: &[(usize, Color32)]) -> PointStyle {
    let color = |class: usize| colors.iter().find(|(other, _)| *other == class).map(|(_, color)| *color);
    PointStyle { radius, outline, palette: PointPalette::new(color, 1.0) }
}

#[test]
fn points_are_discs_in_their_colours_above_what_lies_under_them() {
    for format in [GAMMA, SRGB] {
        let Some(mut screen) = Screen::new(format) else { return };
        let slot = PointSlot::default();
        let places = [([-1.0, 1.0], 0), ([1.0, -1.0], 255), ([1.5, 1.5], 7)];
        let cloud = points_at(&places);
        let style = discs(6.0, Color32::WHITE, &[(0, Color32::RED), (255, Color32::GREEN)]);
        let pixels = screen.frame(|painter| points::paint(painter, WHOLE, &slot, &cloud, VIEW, style.clone()));
        let at = |index: usize, dx: usize| {
            let [x, y] = pixel(places[index].0);
            rgb(&pixels, x + dx, y)
        };
        assert_eq!(at(0, 0), [255, 0, 0]);
        assert_eq!(at(1, 0), [0, 255, 0]);
        assert!(at(1, 5).iter().all(|x| *x > 240));
        assert_eq!(at(1, 8), [0; 3]);
        assert_eq!(at(2, 0), [0; 3]);
        let style = PointStyle { outline: Color32::TRANSPARENT, ..style };
        let pixels = screen.frame(|painter| points::paint(painter, WHOLE, &slot, &cloud, VIEW, style.clone()));
        let [x, y] = pixel(places[1].0);
        assert!(rgb(&pixels, x + 5, y)[1] > 240 && rgb(&pixels, x + 5, y)[0] == 0);
    }
}

#[test]
fn other_colours_and_hidden_classes_need_no_other_points() {
    let Some(mut screen) = Screen::new(GAMMA) else { return };
    let (slot, cloud) = (PointSlot::default(), points_at(&[([-1.0, 1.0], 0), ([1.0, -1.0], 1)]));
    let (red, green, blue) = (Color32::RED, Color32::GREEN, Color32::BLUE);
    for (colors, expected) in [
        (vec![(0, red), (1, green)], [[255, 0, 0], [0, 255, 0]]),
        (vec![(1, green)], [[0, 0, 0], [0, 255, 0]]),
        (vec![(0, green), (1, blue)], [[0, 255, 0], [0, 0, 255]]),
        (vec![], [[0, 0, 0], [0, 0, 0]]),
    ] {
        let style = discs(6.0, Color32::WHITE, &colors);
        let pixels = screen.frame(|painter| points::paint(painter, WHOLE, &slot, &cloud, VIEW, style.clone()));
        let found = [[-1.0, 1.0], [1.0, -1.0]].map(|position| rgb(&pixels, pixel(position)[0], pixel(position)[1]));
        assert_eq!(found, expected, "{colors:?}");
        assert_eq!(screen.resources().uploads(), 1);
    }
}

#[test]
fn very_many_points_arrive_over_several_frames_and_the_old_ones_stay_until_then() {
    let Some(mut screen) = Screen::new(GAMMA) else { return };
    let slot = PointSlot::default();
    let (few, many) = (points_at(&[([-1.0, 1.0], 0)]), points_at(&vec![([1.0, -1.0], 1); 400_000]));
    let style = discs(3.0, Color32::WHITE, &[(0, Color32::RED), (1, Color32::GREEN)]);
    let mut draw = |points: &Arc<EncodedPoints>| {
        let pixels = screen.frame(|painter| points::paint(painter, WHOLE, &slot, points, VIEW, style.clone()));
        let asked = screen.context.has_requested_repaint();
        let found = [[-1.0, 1.0], [1.0, -1.0]].map(|position| rgb(&pixels, pixel(position)[0], pixel(position)[1]));
        let shows = match found {
            [[255, 0, 0], [0, 0, 0]] => "few",
            [[0, 0, 0], [0, 255, 0]] => "many",
            other => panic!("{other:?}"),
        };
        (shows, slot.settled() == points.id, asked, screen.resources().uploads())
    };
    // egui itself asks for a second frame at the very start.
    let _ = (draw(&few), draw(&few));
    assert_eq!(draw(&few), ("few", true, false, 1));
    assert_eq!(draw(&many), ("few", false, true, 2));
    assert_eq!(draw(&many), ("few", false, true, 3));
    assert_eq!(draw(&many), ("many", true, true, 4));
    // egui draws once more than it is asked to.
    let _ = draw(&many);
    assert_eq!(draw(&many), ("many", true, false, 4));
    // Others come while these are on their way: those arrive, then the newest.
    let again = points_at(&vec![([1.0, -1.0], 1); 400_000]);
    assert_eq!(draw(&again).3, 5);
    assert_eq!(draw(&few), ("many", false, true, 6));
    assert_eq!(draw(&few), ("many", false, true, 7));
    assert_eq!(draw(&few), ("few", true, true, 8));
}

#[test]
fn more_points_than_the_device_can_hold_are_thinned() {
    let most = 1 << 18;
    let limits = wgpu::Limits { max_buffer_size: most, ..Default::default() };
    let Some(mut screen) = Screen::with_limits(GAMMA, limits) else { return };
    let slot = PointSlot::default();
    // Only every third fits: those of class 0.
    let count = 3 * (most as usize / 12);
    let places: Vec<_> = (0..count).map(|i| if i % 3 == 0 { ([-1.0, 1.0], 0) } else { ([1.0, -1.0], 1) }).collect();
    let cloud = points_at(&places);
    let style = discs(6.0, Color32::WHITE, &[(0, Color32::RED), (1, Color32::GREEN)]);
    let pixels = screen.frame(|painter| points::paint(painter, WHOLE, &slot, &cloud, VIEW, style.clone()));
    let found = [[-1.0, 1.0], [1.0, -1.0]].map(|position| rgb(&pixels, pixel(position)[0], pixel(position)[1]));
    assert_eq!(found, [[255, 0, 0], [0, 0, 0]]);
    assert_eq!(slot.settled(), cloud.id);
}

#[test]
fn nothing_is_uploaded_twice_and_what_nobody_owns_is_freed() {
    let Some(mut screen) = Screen::new(GAMMA) else { return };
    let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(64.0, 64.0));
    let (image_slot, tile_slot, point_slot) = (TextureSlot::default(), TextureSlot::default(), PointSlot::default());
    let picture = Bitmap::new(ImageShape::grey(4, 4), &[0.5; 16]);
    let grid = grid(1);
    let cloud = points_at(&[([0.0, 0.0], 0)]);
    for half_height in [1.0, 2.0, 3.0] {
        let view = Viewport { centre: [0.0, 0.0], half_height };
        let _ = screen.frame(|painter| {
            let style = TileStyle { map: ColorMap::Grey, smooth: true };
            image::paint(painter, rect, &image_slot, &picture, ColorMap::Grey, Fit::Sharp);
            tiles::paint(painter, rect, &tile_slot, &grid, view, style);
            let style = discs(3.0, Color32::BLACK, &[(0, Color32::RED)]);
            points::paint(painter, rect, &point_slot, &cloud, view, style);
        });
        assert_eq!((screen.resources().uploads(), screen.resources().slots()), (3, 3));
    }
    drop((image_slot, tile_slot, point_slot));
    screen.resources().free_unowned();
    assert_eq!(screen.resources().slots(), 0);
}
