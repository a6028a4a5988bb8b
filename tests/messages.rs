//! Sentences that say what went wrong: in the language that is switched on where a person sees them, in English elsewhere.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{small_digits, wait_for};
use latentarium::dataset::{Dataset, Progress, Source, load};
use latentarium::message::{Explain, Message};
use latentarium::model::{Config, Part};
use latentarium::run;
use latentarium::trainer::{Control, Event, Options, Trainer};
use latentarium::ui::text::explain;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

fn translations() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/messages/zh-CN.toml");
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The templates that the sources ask for.
fn templates() -> BTreeSet<String> {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut out = BTreeSet::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let (text, _) = text.split_once("#[cfg(test)]\nmod tests {").unwrap_or((&text, ""));
        for call in text.split("message!(").skip(1) {
            let Some((template, _)) = call.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"')) else {
                continue;
            };
            // A line that goes on in the next.
            let parts: Vec<&str> = template.split("\\\n").collect();
            let template = parts.iter().skip(1).fold(parts[0].to_owned(), |all, part| all + part.trim_start());
            assert!(!template.contains('\\'), "{}: an escape in {template}", path.display());
            out.insert(template);
        }
    }
    out
}

fn names(template: &str) -> BTreeSet<&str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn every_template_has_a_translation_with_the_same_arguments_and_none_is_idle() {
    let (templates, translations) = (templates(), translations());
    assert!(templates.len() > 150, "{}", templates.len());
    let missing: Vec<_> = templates.iter().filter(|template| !translations.contains_key(*template)).collect();
    assert!(missing.is_empty(), "without a translation: {missing:#?}");
    let idle: Vec<_> = translations.keys().filter(|template| !templates.contains(*template)).collect();
    assert!(idle.is_empty(), "never asked for: {idle:#?}");
    for (template, translation) in &translations {
        assert_eq!(names(template), names(translation), "{template}");
    }
}

fn header(sizes: &[u32]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, sizes.len() as u8];
    sizes.iter().for_each(|size| file.extend(size.to_be_bytes()));
    file
}

#[test]
fn what_goes_wrong_is_said_in_chinese_and_its_display_stays_english() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let load = |path: &Path| load(&Source::path(path.to_owned()), &Progress::default()).unwrap_err();
    let mut cases: Vec<(Message, String, &str)> = Vec::new();

    let error = load(&at("nowhere"));
    let english = error.to_string();
    assert!(english.contains("nowhere: expected a file, a folder or the name of a known data set"), "{english}");
    assert!(english.ends_with(", found nothing there"), "{english}");
    cases.push((error.message(), english, "nowhere：应为文件、文件夹或已知数据集的名称"));

    for (name, sizes) in [("train-images-idx3-ubyte", &[3, 4, 5][..]), ("t10k-images-idx3-ubyte", &[3, 4, 5])] {
        std::fs::write(at(name), [header(sizes), vec![0; 7]].concat()).unwrap();
    }
    for name in ["train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"] {
        std::fs::write(at(name), [header(&[3]), vec![0; 3]].concat()).unwrap();
    }
    let error = load(folder.path());
    let english = error.to_string();
    let whole =
        "train-images-idx3-ubyte: expected 60 bytes of data after the header, found 7 bytes: the file is truncated";
    assert!(english.ends_with(whole), "{english}");
    cases.push((error.message(), english, "应为文件头之后 60 字节的数据，实际为：7 字节：文件被截断"));

    let error = Config::vae_dense().with("batch", 0).unwrap().check().unwrap_err();
    let english = error.to_string();
    assert!(english.starts_with("batch: expected 1 to ") && english.ends_with(", found 0"), "{english}");
    cases.push((error.message(), english, "batch：应为 1 到 "));

    let error = Config::vae_dense().with("banana", 1).unwrap_err();
    let english = error.to_string();
    assert!(english.starts_with("banana: expected one of ") && english.ends_with("found no such key"), "{english}");
    cases.push((error.message(), english, "banana：没有这一项，应为 adam_beta1, "));

    let error = run::open(&at("no-run")).unwrap_err();
    let english = error.to_string();
    assert!(english.ends_with("no-run: expected a run folder, found nothing"), "{english}");
    cases.push((error.message(), english, "no-run：应为训练记录文件夹，实际为：什么也没有"));

    let data = small_digits();
    let trainer = Trainer::spawn(Config::vae_dense(), data.clone(), Options::default()).unwrap();
    trainer.send(Control::Step(Part::Whole));
    trainer.send(Control::Save(at("run")));
    wait_for(&trainer, |event| matches!(event, Event::Saved { .. }));
    let error = Trainer::open(&at("run"), data.clone(), Options::default()).err().unwrap();
    let english = error.to_string();
    let locked = "run: expected a run that nobody trains at this moment, found one that is being trained";
    assert!(english.ends_with(locked), "{english}");
    cases.push((error.message(), english, "run：应为此刻没有在训练的训练记录，实际为：正在训练的训练记录"));
    let error = run::Fork::plan(&at("run"), 77, &[]).unwrap_err();
    let english = error.to_string();
    assert!(english.contains("run: expected one of the steps that are kept (") && english.ends_with("found 77"));
    cases.push((error.message(), english, "run：应为保留的检查点之一（第 "));
    let error = run::Fork::plan(&at("run"), 1, &[("latent".to_owned(), 3.into())]).unwrap_err();
    let english = error.to_string();
    let fixed = "latent: a fork cannot change it, it gives the weights their shapes: begin a new run with it";
    assert_eq!(english, fixed);
    cases.push((error.message(), english, "latent：分叉不能改动它，因为它决定权重的形状；请用它开始一个新的训练"));
    drop(trainer);

    let other = Dataset::new(data.source.clone(), "other", data.test.clone(), data.train.clone());
    let error = Trainer::open(&at("run"), Arc::new(other), Options::default()).err().unwrap();
    let english = error.to_string();
    assert!(english.contains("run: expected data with checksum ") && english.ends_with("… in other"), "{english}");
    cases.push((error.message(), english, "… 的数据，实际 other 的校验和为 "));

    let broken = |fault: fn(&mut [f32])| {
        let hook = move |_: u64, pixels: &mut [f32]| fault(pixels);
        let options = Options { batch_hook: Some(Arc::new(hook)), ..Options::default() };
        let trainer = Trainer::spawn(Config::vae_dense(), data.clone(), options).unwrap();
        trainer.send(Control::Start);
        match wait_for(&trainer, |event| matches!(event, Event::Failed { .. })).pop() {
            Some(Event::Failed { message, .. }) => message,
            other => panic!("{other:?}"),
        }
    };
    let message = broken(|pixels| pixels.fill(f32::NAN));
    let nan = "step 1: reconstruction became NaN; a smaller learning rate or other data may help";
    cases.push((message, nan.to_owned(), "第 1 步：reconstruction 变成了 NaN；较小的学习率或其他数据也许有用"));
    let message = broken(|_| panic!("an injected fault"));
    let panic = "step 1: the trainer panicked: an injected fault".to_owned();
    cases.push((message, panic, "第 1 步：训练因程序错误而中止：an injected fault"));

    rust_i18n::set_locale("zh-CN");
    for (message, english, chinese) in &cases {
        assert_eq!(message.to_string(), *english, "whatever the interface speaks");
        assert!(explain(message).contains(chinese), "{} has not {chinese}", explain(message));
    }
    rust_i18n::set_locale("en");
    for (message, english, _) in &cases {
        assert_eq!(explain(message), *english);
    }
}
