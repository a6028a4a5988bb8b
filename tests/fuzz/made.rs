//! How the corpus was made: runs by the program itself, and by hand what is like them or wrong in one place.

use crate::corpus;
use crate::data::packed;
use crate::downloads::sign;
use latentarium::app::State;
use latentarium::model::Config;
use latentarium::ui::layout;
use latentarium::ui::settings::Language;
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use std::process::Command;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// Writes an entry.
fn put(reader: &str, name: &str, bytes: impl AsRef<[u8]>) {
    let folder = corpus::folder().join(reader);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), bytes).unwrap();
}

/// Writes all of it.
pub fn corpus() {
    idx();
    cifar();
    npy();
    archives();
    points();
    runs();
    settings();
    tensors();
    window();
    typed();
}

fn idx_file(sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, sizes.len() as u8];
    sizes.iter().for_each(|size| bytes.extend(size.to_be_bytes()));
    bytes.extend(data);
    bytes
}

fn ramp(count: usize) -> Vec<u8> {
    (0..count).map(|index| (index * 37 % 256) as u8).collect()
}

fn idx() {
    let (train, labels) = (idx_file(&[16, 4, 3], &ramp(192)), idx_file(&[16], &[0, 1, 2, 1].repeat(4)));
    put("idx", "train-images.idx", &train);
    put("idx", "train-labels.idx", &labels);
    put("idx", "t10k-images.idx", idx_file(&[8, 4, 3], &ramp(96)));
    put("idx", "t10k-labels.idx", idx_file(&[8], &[0, 1].repeat(4)));
    put("idx", "train-labels.wide.idx", idx_file(&[16], &[255; 16]));
    put("idx", "train-images.wrong-more.idx", idx_file(&[u32::MAX; 3], &ramp(20)));
    put("idx", "train-labels.wrong-kind.idx", [0, 0, 13, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
    put("gzip", "train-images.gz", packed(&train));
    put("gzip", "train-labels.gz", packed(&labels));
    put("gzip", "train-labels.parts.gz", [packed(&labels[..9]), packed(&labels[9..])].concat());
    put("gzip", "train-images.wrong-bomb.gz", packed(&idx_file(&[16, 4, 3], &vec![0; 1 << 20])));
}

fn cifar() {
    let record = |label: u8| [vec![label], vec![label * 20; 1024], ramp(1024), vec![9; 1024]].concat();
    put("cifar", "train.one.bin", record(3));
    put("cifar", "test.two.bin", [record(0), record(9)].concat());
    put("cifar", "train.packed.bin", packed(&[record(1), record(2)].concat()));
    put("cifar", "train.wrong-label.bin", record(10));
    let names = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n";
    put("cifar-names", "names.txt", names);
    put("cifar-names", "names.other.txt", format!("\r\n  {}", names.replace('\n', "\r\n").replace("cat", "Kätzchen")));
    put("cifar-names", "names.packed.gz", packed(names.as_bytes()));
    put("cifar-names", "names.wrong-many.txt", format!("{names}eleven\n"));
}

/// A file of NumPy's format.
fn npy_file(version: u8, kind: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    while !(header.len() + 11).is_multiple_of(16) {
        header.push(' ');
    }
    header.push('\n');
    let length = header.len() as u32;
    let length = if version == 1 { (length as u16).to_le_bytes().to_vec() } else { length.to_le_bytes().to_vec() };
    [b"\x93NUMPY".as_slice(), &[version, 0], &length, header.as_bytes(), data].concat()
}

fn npy() {
    let reals: Vec<f32> = (0..12 * 6).map(|index| index as f32 / 72.0).collect();
    let bytes: Vec<u8> = reals.iter().flat_map(|real| real.to_le_bytes()).collect();
    let doubles: Vec<u8> = reals.iter().flat_map(|real| (f64::from(*real) * 2.0 - 1.0).to_be_bytes()).collect();
    put("npy", "images.npy", npy_file(1, "|u1", "(12, 3, 2)", &ramp(72)));
    put("npy", "images.reals.npy", npy_file(1, "<f4", "(12, 3, 2)", &bytes));
    put("npy", "images.doubles.npy", npy_file(2, ">f8", "(12, 3, 2)", &doubles));
    put("npy", "images.colour.npy", npy_file(3, "<u2", "(4, 2, 3, 3)", &ramp(144)));
    put("npy", "images.planes.npy", npy_file(1, "|b1", "(2L, 3L, 2L, 2L)", &[0, 1, 1].repeat(8)));
    put("npy", "images.wrong-objects.npy", npy_file(1, "|O", "(12, 3, 2)", &ramp(72)));
    put("npy", "images.wrong-many.npy", npy_file(1, "<i8", "(9223372036854775807, 2, 2)", &ramp(64)));
    let classes: Vec<u8> = (0..12i64).flat_map(|class| (class % 5).to_le_bytes()).collect();
    put("npy", "labels.npy", npy_file(1, "<i8", "(12,)", &classes));
    put("npy", "labels.wrong-below.npy", npy_file(1, "|i1", "(12,)", &[255; 12]));
    let words: Vec<u8> = "ab\0é犬\0".repeat(6).chars().flat_map(|sign| u32::from(sign).to_le_bytes()).collect();
    put("npy", "labels.words.npy", npy_file(1, "<U3", "(12,)", &words));
    put("npy", "labels.bytes.npy", npy_file(1, "|S4", "(12,)", &"ab\0\0é\0\0".as_bytes().repeat(6)));
    put("npy", "labels.wrong-character.npy", npy_file(1, "<U1", "(12,)", &[0, 0xd8, 0, 0].repeat(12)));
}

/// An entry of a tar archive.
fn tar_entry(path: &str, kind: u8, size: &str, bytes: &[u8]) -> Vec<u8> {
    let mut header = [0; 512];
    header[..path.len()].copy_from_slice(path.as_bytes());
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..124 + size.len()].copy_from_slice(size.as_bytes());
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar  \0");
    sign(&mut header);
    [header.as_slice(), bytes, &vec![0; bytes.len().next_multiple_of(512) - bytes.len()]].concat()
}

fn tar_file(path: &str, bytes: &[u8]) -> Vec<u8> {
    tar_entry(path, b'0', &format!("{:011o}", bytes.len()), bytes)
}

fn zip_file(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (number, (path, bytes)) in members.iter().enumerate() {
        let methods = [CompressionMethod::Deflated, CompressionMethod::Stored];
        let options = SimpleFileOptions::default().compression_method(methods[number % 2]);
        archive.start_file(*path, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Archives of three files that are kept, among others.
fn archives() {
    let (a, b, words) = (ramp(700), ramp(512), b"one\ntwo\n");
    let [first, second, third] = [("set/a.bin", &a[..]), ("b.bin", &b[..]), ("deep/set/names.txt", &words[..])];
    let end = vec![0; 1024];
    let files = [first, second, third].map(|(path, bytes)| tar_file(path, bytes));
    let whole = [files.concat(), end.clone()].concat();
    put("tar", "whole.tar", &whole);
    put("tar", "open.tar", files.concat());
    let escapes = [tar_file("../../a.bin", &a), tar_file("/tmp/b.bin", b""), tar_file("../escaped", b"x")].concat();
    let kinds =
        [tar_entry("set/", b'5', "0", b""), tar_entry("a.bin", b'2', "0", b""), tar_entry("b.bin", b'L', "3", b"x/y")];
    put("tar", "outside.tar", [kinds.concat(), escapes, files[2].clone(), end.clone()].concat());
    put("tar", "few.wrong-missing.tar", [&files[..2].concat(), &end[..]].concat());
    put("tar", "many.wrong-twice.tar", [files.concat(), files[1].clone(), end.clone()].concat());
    put(
        "tar",
        "many.wrong-long.tar",
        [files[..2].concat(), tar_entry("names.txt", b'0', "77777777777", b"x")].concat(),
    );
    put("tar", "many.wrong-size.tar", [files[..2].concat(), tar_entry("names.txt", b'0', "\u{7f}", b"x")].concat());
    put("tar", "many.wrong-sign.tar", [files[..2].concat(), tar_entry("names.txt", b'0', "+1", b"x")].concat());
    put("tar", "whole.wrong-cut.tar", &whole[..2100]);
    put("tar-gzip", "whole.gz", packed(&whole));
    put("tar-gzip", "parts.gz", [packed(&whole[..1000]), packed(&whole[1000..])].concat());
    put("tar-gzip", "bomb.wrong-end.gz", packed(&[whole.clone(), vec![0; 1 << 20]].concat()));
    let passed = tar_entry("passed", b'0', &format!("{:o}", 1 << 20), &vec![0; 1 << 20]);
    put("tar-gzip", "bomb.wrong-file.gz", packed(&[passed, whole].concat()));
    put("zip", "whole.zip", zip_file(&[first, second, third]));
    put(
        "zip",
        "outside.zip",
        zip_file(&[("../../a.bin", &a), ("/b.bin", b""), third, ("../escaped", b"x"), ("b.bin/", b"")]),
    );
    put("zip", "few.wrong-missing.zip", zip_file(&[first, third]));
    put("zip", "many.wrong-twice.zip", zip_file(&[first, second, third, ("other/a.bin", b"x")]));
    let two = zip_file(&[first, second, third, ("deep/set/names.tyt", b"x")]);
    let mut one_name = two;
    while let Some(at) = one_name.windows(9).position(|part| part == b"names.tyt") {
        one_name[at + 7] = b'x';
    }
    put("zip", "many.wrong-name.zip", one_name);
    put("zip", "bomb.wrong-long.zip", zip_file(&[(first.0, &vec![0; 1 << 20]), second, third]));
}

fn points() {
    let lines = |end: &str| {
        let points = (0..14).map(|at| format!("{},{}{end}", at as f32 * 0.25 - 1.0, (at * 7 % 5) as f32 * -0.5));
        format!("x,y{end}{}", points.collect::<String>())
    };
    put("points", "drawn.points", lines("\n"));
    put("points", "other.points", lines("\r\n"));
    put("points", "marked.points", format!("\u{feff}{}", lines("\n")));
    put("points", "far.points", lines("\n").replace("\n0.25,", "\n-1e6, ").replace(",-0\n", ",+1.5e-42\n"));
    put("points", "three.wrong-columns.points", lines("\n").replace("x,y", "x,y,z"));
    put("points", "few.wrong-count.points", &lines("\n")[..40]);
    put("points", "far.wrong-nan.points", lines("\n").replace("\n0.25,", "\nnan,"));
}

/// Runs by the program, on data in a folder of no machine's.
fn runs() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::create_dir(here.join("data")).unwrap();
    for (split, count) in [("train", 16), ("t10k", 8)] {
        let images = idx_file(&[count, 4, 3], &ramp(12 * count as usize));
        fs::write(here.join(format!("data/{split}-images-idx3-ubyte")), images).unwrap();
        fs::write(here.join(format!("data/{split}-labels-idx1-ubyte")), idx_file(&[count], &vec![1; count as usize]))
            .unwrap();
    }
    let train = |arguments: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_latentarium"));
        let output = command.current_dir(here).arg("train").args(arguments.split(' ')).output().unwrap();
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let small = "--set hidden=[4] --batch 8 --data data --threads 1";
    train(&format!("vae-dense {small} --steps 2 --out parent"));
    train("--fork parent@2 --set learning_rate=0.002 --steps 6 --threads 1 --out vae");
    train(&format!("gan-dense {small} --steps 2 --out gan"));
    train("pca --data data --threads 1 --steps 1 --out pca");
    for (family, step) in [("vae", 6), ("gan", 2), ("pca", 1)] {
        let run = here.join(family);
        let old = latentarium::run::sum_of(&run.join("config.toml")).unwrap();
        let text = |name: &str| fs::read_to_string(run.join(name)).unwrap().replace(here.to_str().unwrap(), "/sets");
        fs::write(run.join("config.toml"), text("config.toml")).unwrap();
        let new = latentarium::run::sum_of(&run.join("config.toml")).unwrap();
        for part in ["config", "changes", "plan", "plane"] {
            put(part, &format!("{family}.toml"), text(&format!("{part}.toml")));
        }
        put("metrics", &format!("{family}.csv"), text("metrics.csv"));
        let checkpoint = format!("checkpoints/{step:06}");
        for part in ["weights", "optimizer"] {
            let bytes = fs::read(run.join(format!("{checkpoint}/{part}.safetensors"))).unwrap();
            put(part, &format!("{family}.safetensors"), bytes);
        }
        let state = text(&format!("{checkpoint}/state.toml")).replace(&old, &new);
        let (bare, _) = state.split_once("[sha256]").unwrap();
        put("state", &format!("{family}.toml"), bare.replace("format = 2", "format = 1"));
        put("state", &format!("{family}.sums.toml"), &state);
        if family == "vae" {
            put("fork", "vae.toml", text("fork.toml"));
        }
    }
}

/// Files of settings and figures by hand.
fn settings() {
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/format-1");
    let old = |name: &str| fs::read_to_string(old.join(name)).unwrap();
    put("config", "vae.format-1.toml", old("vae/config.toml"));
    put("config", "gan.format-1.toml", old("gan/config.toml"));
    let whole = String::from_utf8(corpus::entry("config", "vae.toml").bytes).unwrap();
    put("config", "vae.convolutional.toml", whole.replace("\"dense\"", "\"convolutional\"").replace("= 32", "= 2"));
    put("config", "vae.wrong-image.toml", whole.replace("height = 4", "height = 9223372036854775807"));
    put("config", "vae.wrong-newer.toml", whole.replace("format = 2", "format = 3"));
    put("changes", "vae.many.toml", old("vae/changes.toml"));
    put("changes", "gan.many.toml", old("gan/changes.toml"));
    let change = |value: &str| format!("format = 1\nchange = [{{ step = 0, key = \"beta\", value = {value} }}]\n");
    put("changes", "vae.inline.toml", change("1_000e-3"));
    put("changes", "vae.wrong-value.toml", change("1979-05-27T07:32:00Z"));
    put("changes", "vae.wrong-list.toml", change("[[1], \"two\", { three = 3 }]"));
    put("plan", "vae.most.toml", "format = 1\ntotal_steps = 9223372036854775807\n");
    put("plan", "vae.wrong-half.toml", "format = 1\ntotal_steps = 0.5\n");
    put("plane", "vae.far.toml", "format = 1\n[plane]\norigin = [3.4e38, -0.0]\nu = [0.6, 0.8]\nv = [-0.8, 0.6]\n");
    put("plane", "vae.wrong-nan.toml", "format = 1\n[plane]\norigin = [nan]\nu = [1]\nv = [inf]\n");
    let origin = "format = 1\nparent = '''\n/runs/an\\other'''\nstep = 9\n[set]\nhidden = [8, 0x10]\nwhen = 07:32:00\n";
    put("fork", "vae.odd.toml", origin);
    put("fork", "vae.wrong-key.toml", "format = 1\nparent = \"..\"\nstep = 0\nset = {}\nwho = \"me\"\n");
    put("metrics", "vae.torn.csv", "step,seconds,kl\n1,0.5,1\n2,0.");
    put("metrics", "vae.odd.csv", "step,seconds,kl,kl,banana,kl_7,\r\n1,nan,inf,,,-0,\r\n\u{37},1,2,3,4,5,6\n");
    put("metrics", "vae.header.csv", "step,seconds");
    put("metrics", "vae.wrong-cells.csv", "step,seconds,\n1,0,,2\n");
    put("metrics", "vae.wrong-return.csv", "\rc");
    put("metrics", "vae.wrong-columns.csv", "time,loss\n1,2\n");
    put("state", "vae.wrong-time.toml", "format = 1\nstep = 6\ntrain_s = -inf\n[updates]\n\"\" = 6\n");
}

/// A safetensors file with this header.
fn tensors_file(header: &str, data: &[u8]) -> Vec<u8> {
    [(header.len() as u64).to_le_bytes().as_slice(), header.as_bytes(), data].concat()
}

/// Files of tensors by hand.
fn tensors() {
    let metadata = r#""__metadata__":{"latentarium":"{\"format\":1,\"step\":6}"}"#;
    let one = |tensor: &str| format!("{{{metadata},{tensor}}}");
    let tensor = r#""a.first":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#;
    put("weights", "vae.wrong-names.safetensors", tensors_file(&one(tensor), &[0; 4]));
    let half = tensor.replace("F32", "F16").replace("[0,4]", "[0,2]");
    put("weights", "vae.wrong-halves.safetensors", tensors_file(&one(&half), &[0; 2]));
    let large = tensor.replace("[1]", "[4294967296,4294967296,4]");
    put("weights", "vae.wrong-sizes.safetensors", tensors_file(&one(&large), &[0; 4]));
    put("weights", "vae.wrong-nan.safetensors", tensors_file(&one(tensor), &f32::NAN.to_le_bytes()));
    put("weights", "vae.wrong-length.safetensors", tensors_file("{}", &[])[..8].repeat(2));
    put("optimizer", "vae.wrong-lone.safetensors", tensors_file(&one(tensor), &[0; 4]));
}

/// What the window keeps.
fn window() {
    let mut state = State { zoom: 1.5, window: Some([900.0, 700.0]), ..State::default() };
    put("window", "plain.json", state.to_text());
    state.project.add(Config::preset("dcgan").unwrap(), None);
    state.project.add(Config::preset("pca").unwrap(), None);
    state.project.settings.language = Language::Chinese;
    let model = state.project.models[2].id;
    state.project.planes.insert(model, latentarium::explore::plane::Plane::of_axes(3, 0, 2));
    state.project.selection = Some(3);
    state.layout = layout::to_text(&layout::PanelLayout::default());
    put("window", "full.json", state.to_text());
    let [vae, gan] = ["vae-400", "dcgan"].map(|preset| serde_json::to_value(Config::preset(preset).unwrap()).unwrap());
    let old = serde_json::json!({ "format": 1, "models": [vae, gan], "cursor": [0.25, 0.5], "data": "digits" });
    put("window", "format-1.json", old.to_string());
    put("window", "nothing.json", "{}");
    put("window", "word.wrong-unknown.json", r#"{"format": 2, "zoom": "far", "project": {"models": [1, null]}}"#);
    put("window", "newer.wrong-format.json", r#"{"format": 18446744073709551615}"#);
    put("window", "one-model.json", one_model());
    let text = state.layout.unwrap();
    put("layout", "default.json", &text);
    let panes: Vec<String> = latentarium::ui::panels::panes().map(|pane| pane.id().to_owned()).collect();
    let later = text.replace(&format!("\"{}\"", panes[0]), "\"a later panel\"");
    put("layout", "later.json", &later);
    let layout: serde_json::Value = serde_json::from_str(&later).unwrap();
    let next = format!("\"next_tile_id\":{}", layout["tiles"]["next_tile_id"]);
    put("layout", "taken.json", later.replace(&next, "\"next_tile_id\":1"));
    put("layout", "twice.wrong-pane.json", text.replace(&panes[0], &panes[1]));
}

/// A state whose first model no run can have, and whose views show it and the other.
fn one_model() -> String {
    let text = State::default().to_text();
    text.replacen("\"preset\": \"vae-dense\"", "\"preset\": \"\"", 1)
}

/// What a person types.
fn typed() {
    let texts = [
        "learning_rate=0.002",
        "latent=3",
        "hidden=[256, 64]",
        "likelihood=gaussian",
        "batch_norm=true",
        "seed=18446744073709551615",
        "binarize=\"none\"",
        "beta=1_0.5e-1",
    ];
    for text in texts {
        put("set", &format!("{}.txt", text.split('=').next().unwrap()), text);
    }
    put("set", "other.wrong-key.txt", "banana=1");
    put("set", "table.wrong-value.txt", "beta={ a = 1979-05-27T07:32:00Z, b = [[], 'x'] }");
    put("set", "lines.wrong-value.txt", "learning_rate='''\na\nb'''");
    for (name, text) in [
        ("digits", "digits"),
        ("sprites", "sprites"),
        ("here", "."),
        ("nothing", ""),
        ("relative", "../sets/./small"),
        ("absolute", "/sets/häuser.npy"),
        ("tilde", "~/sets"),
    ] {
        put("source", &format!("{name}.txt"), text);
    }
}
