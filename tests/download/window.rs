//! The window: what a session of yesterday names is looked for in the cache, and never fetched.

use eframe::egui::Context;
use latentarium::app::{Level, Session, Start};
use latentarium::dataset::Source;
use latentarium::dataset::download::{self, Download};
use std::path::Path;
use std::time::{Duration, Instant};

fn opened(state: &Path, data: Option<Source>) -> Session {
    let mut session = Session::new(Start { data, state: Some(state.to_owned()), threads: 1, ..Start::default() });
    let began = Instant::now();
    while session.is_opening() || session.data().is_none() {
        session.logic(&Context::default(), Duration::ZERO);
        assert!(began.elapsed() < Duration::from_secs(60), "nothing was opened");
        std::thread::sleep(Duration::from_millis(5));
    }
    session
}

#[test]
fn a_session_of_yesterday_fetches_nothing() {
    if download::in_cache(Download::named("emnist").unwrap()).is_some() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    opened(&state, Some(Source::parse("sprites"))).close();
    let text = std::fs::read_to_string(&state).unwrap();
    assert!(text.contains("\"sprites\""), "{text}");
    std::fs::write(&state, text.replace("\"sprites\"", "\"emnist\"")).unwrap();
    let session = opened(&state, None);
    assert_eq!(session.data().unwrap().name, "digits", "what can be opened stands in");
    let said = session.messages().iter().any(|message| {
        message.level == Level::Failed && message.text.starts_with("emnist is not downloaded: open it by its name")
    });
    assert!(said);
}
