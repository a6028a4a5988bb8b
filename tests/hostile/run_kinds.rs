//! What is no file in place of each file of a run, through each command that reads it, and through those that need not.

use crate::case::{Case, End};
use crate::kinds::{Kind, remove};

/// Every command that opens a run, with its name.
const COMMANDS: [(&str, &str); 8] = [
    ("eval", "eval run"),
    ("sample", "sample run --count 4 --out new.png"),
    ("plane", "plane run --grid 2 --out new.png"),
    ("compare", "compare run gan --images 0 --out new.png"),
    ("compare it second", "compare gan run --images 0 --out new.png"),
    ("resume", "train --resume run --steps 8 --threads 1"),
    ("fork", "train --fork run@6 --set beta=2 --steps 8 --threads 1 --out new"),
    ("repeat", "train --config run/config.toml --steps 1 --threads 1 --out new"),
];

/// Those that read the newest checkpoint.
const OF_CHECKPOINTS: [&str; 7] = ["eval", "sample", "plane", "compare", "compare it second", "resume", "fork"];

const STATE: &str = "checkpoints/000006/state.toml";
const TENSORS: [&str; 2] = ["checkpoints/000006/weights.safetensors", "checkpoints/000006/optimizer.safetensors"];

/// The commands that read a file of a run.
fn readers(name: &str) -> Vec<&'static str> {
    match name {
        "config.toml" | "changes.toml" => COMMANDS.map(|(command, _)| command).to_vec(),
        "plan.toml" | ".lock" => vec!["resume"],
        "plane.toml" => vec!["plane", "resume", "fork"],
        "metrics.csv" => vec!["resume", "fork"],
        "fork.toml" => Vec::new(),
        _ => OF_CHECKPOINTS.to_vec(),
    }
}

/// What is said of this in place of that file; none where it is as good as no file, which a run may lack.
fn sentence(name: &str, command: &str, kind: Kind) -> Option<String> {
    let is_optional = ["changes.toml", "plan.toml", "plane.toml"].contains(&name);
    match (name, kind) {
        (".lock", _) => Some(format!("run/.lock: expected a file, found {}", kind.word())),
        ("changes.toml", Kind::LinkToNothing) if command != "repeat" => Some(
            "run/changes.toml: expected what the checkpoint of step 6 was written with, found something".to_owned(),
        ),
        (_, Kind::LinkToNothing) if is_optional => None,
        _ => Some(format!("latentarium: run/{name}: {}", kind.said())),
    }
}

fn case(name: &'static str, (command, arguments): (&str, &str), kind: Kind) -> Case {
    let title = format!("{command}: {kind:?} as {name}");
    let reads = readers(name).contains(&command);
    let sentence = reads.then(|| sentence(name, command, kind)).flatten();
    let case = match sentence {
        Some(sentence) => Case::refused(title, arguments, sentence),
        None => Case::done(title, arguments),
    };
    case.after(move |here| kind.put(&here.join("run").join(name)))
}

/// A folder of checkpoints, or a checkpoint, that is none.
fn folders(command: &str, arguments: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let put =
        |case: Case, name: &'static str, kind: Kind| case.after(move |here| kind.put(&here.join("run").join(name)));
    for kind in Kind::ALL {
        let title = |name: &str| format!("{command}: {kind:?} as {name}");
        let found = match kind {
            Kind::LinkToItself => Some("expected a folder of checkpoints, found Too many levels".to_owned()),
            Kind::LinkToNothing => Some("expected a folder of checkpoints, found nothing".to_owned()),
            // A run that was not begun is begun, and one without this step is not forked there.
            Kind::Folder if ["resume", "fork"].contains(&command) => None,
            Kind::Folder => Some("expected a checkpoint, found none".to_owned()),
            _ => Some(format!("expected a folder of checkpoints, found {}", kind.word())),
        };
        let found = found.map(|found| format!("run/checkpoints: {found}"));
        cases
            .extend(found.map(|found| put(Case::refused(title("checkpoints"), arguments, found), "checkpoints", kind)));
        let found = match kind {
            Kind::LinkToItself => kind.said(),
            Kind::LinkToNothing | Kind::Folder => "expected a file, found nothing",
            _ => "expected a file, found a path through what is no folder",
        };
        let name = "checkpoints/000006";
        cases.push(put(Case::refused(title(name), arguments, format!("run/{STATE}: {found}")), name, kind));
    }
    cases
}

/// What is no run.
fn no_runs(command: &str, arguments: &str) -> Vec<Case> {
    let kinds = Kind::ALL.into_iter().map(|kind| {
        let found = match kind {
            Kind::Folder => "latentarium: run/config.toml: expected a file, found nothing".to_owned(),
            _ => format!("latentarium: run: expected a run folder, found {}", kind.word()),
        };
        // It is given the path of a file in it.
        let found = if command != "repeat" {
            found
        } else {
            let kind = match kind {
                Kind::Folder | Kind::LinkToNothing => "expected a file, found nothing",
                Kind::LinkToItself => kind.said(),
                _ => "expected a file, found a path through what is no folder",
            };
            format!("latentarium: run/config.toml: {kind}")
        };
        Case::refused(format!("{command}: {kind:?} as the run"), arguments, found)
            .after(move |here| kind.put(&here.join("run")))
    });
    kinds.collect()
}

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let is_long = std::env::var_os("LATENTARIUM_LONG").is_some_and(|value| value != "0");
    let names = ["config.toml", "changes.toml", "plan.toml", "plane.toml", "fork.toml", "metrics.csv", ".lock", STATE];
    for command in COMMANDS {
        for name in names.into_iter().chain(TENSORS) {
            let reads = readers(name).contains(&command.0);
            // All kinds through one command, where there is little time; one kind shows that a file is not looked at.
            let kinds = match reads {
                true if is_long || readers(name).first() == Some(&command.0) => &Kind::ALL[..],
                true => &[Kind::Pipe, Kind::LinkToNothing],
                false => &[Kind::Pipe],
            };
            cases.extend(kinds.iter().map(|kind| case(name, command, *kind)));
        }
        if OF_CHECKPOINTS.contains(&command.0) {
            cases.extend(folders(command.0, command.1));
        }
        cases.extend(no_runs(command.0, command.1));
    }
    for kind in Kind::ALL {
        // A fork copies step 0, too.
        let found = match kind {
            Kind::LinkToItself => kind.said(),
            _ => "expected a file, found a path through what is no folder",
        };
        let fork = "train --fork run@6 --set beta=2 --steps 8 --threads 1 --out new";
        let title = format!("fork: {kind:?} as checkpoints/000000");
        let case = match kind {
            Kind::LinkToNothing | Kind::Folder => Case::done(title, fork),
            _ => Case::refused(title, fork, format!("run/checkpoints/000000/weights.safetensors: {found}")),
        };
        cases.push(case.after(move |here| kind.put(&here.join("run/checkpoints/000000"))));
        // Where nothing else says how far it is to go.
        if kind != Kind::LinkToNothing {
            let as_far = "train --fork run@6 --set beta=2 --out new";
            let sentence = format!("run/plan.toml: {}", kind.said());
            let case = Case::refused(format!("fork as far: {kind:?} as plan.toml"), as_far, sentence);
            cases.push(case.after(move |here| kind.put(&here.join("run/plan.toml"))));
        }
    }
    let unsaid = [
        ("resume", "train --resume run", "run: nothing says how far it is to go: expected --epochs or --steps"),
        (
            "fork",
            "train --fork run@6 --set beta=2 --out new",
            "expected more than 6 steps in all, found 6: say how far",
        ),
    ];
    cases.extend(unsaid.map(|(command, arguments, sentence)| {
        let case = Case::new(format!("{command}: no plan"), arguments, 2, End::Said, sentence);
        case.after(|here| remove(&here.join("run/plan.toml")))
    }));
    let missing = ["config.toml", STATE, TENSORS[0], TENSORS[1]];
    for (command, arguments) in COMMANDS {
        for name in missing {
            if readers(name).contains(&command) {
                let sentence = format!("latentarium: run/{name}: expected a file, found nothing");
                let case = Case::refused(format!("{command}: no {name}"), arguments, sentence);
                cases.push(case.after(move |here| remove(&here.join("run").join(name))));
            }
        }
    }
    cases
}
