//! One case: what lies there, the command line, and how it must end.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Output};

/// The longest sentence, in bytes: a path alone may have 4096.
const LONGEST: usize = 8192;

/// How the program must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// One sentence that says where it is, what was expected and what was found.
    Refused,
    /// The same after some work, of which what was written stays.
    Begun,
    /// One sentence about what is no file.
    Said,
    /// What the reader of arguments says, which has an example of usage below.
    Misused,
    /// Nothing to complain about.
    Done,
    /// The status alone: standard error is closed or full, or the program ends quietly.
    Silent,
}

type Prepare = Box<dyn Fn(&Path) + Send + Sync>;
type Surround = Box<dyn Fn(&mut Command, &Path) + Send + Sync>;

/// A row of a table.
pub struct Case {
    /// What is hostile about it; no other case is called so.
    pub name: String,
    /// The command line.
    pub arguments: Vec<OsString>,
    /// The exit status.
    pub status: i32,
    /// How it ends.
    pub end: End,
    /// Whether it runs as a user to whom nothing belongs.
    pub is_by_another: bool,
    /// A part of what it says; `{here}` stands for the case's folder.
    sentence: String,
    prepare: Vec<Prepare>,
    surround: Vec<Surround>,
    beside: Vec<&'static str>,
}

impl Case {
    /// `arguments` are parted by spaces.
    pub fn new(name: impl Into<String>, arguments: &str, status: i32, end: End, sentence: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            arguments: arguments.split_whitespace().map(OsString::from).collect(),
            status,
            end,
            is_by_another: false,
            sentence: sentence.into(),
            prepare: Vec::new(),
            surround: Vec::new(),
            beside: Vec::new(),
        }
    }

    /// A file or folder is at fault: status 1.
    pub fn refused(name: impl Into<String>, arguments: &str, sentence: impl Into<String>) -> Self {
        Self::new(name, arguments, 1, End::Refused, sentence)
    }

    /// An argument is at fault: status 2.
    pub fn wrong(name: impl Into<String>, arguments: &str, sentence: impl Into<String>) -> Self {
        Self::new(name, arguments, 2, End::Refused, sentence)
    }

    /// It works all the same.
    pub fn done(name: impl Into<String>, arguments: &str) -> Self {
        Self::new(name, arguments, 0, End::Done, "")
    }

    /// Another argument, which may have spaces and need not be text.
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// What is done in its folder before.
    pub fn after(mut self, prepare: impl Fn(&Path) + Send + Sync + 'static) -> Self {
        self.prepare.push(Box::new(prepare));
        self
    }

    /// What the program is started with.
    pub fn with(mut self, surround: impl Fn(&mut Command, &Path) + Send + Sync + 'static) -> Self {
        self.surround.push(Box::new(surround));
        self
    }

    /// Runs it as a user to whom nothing belongs; where the tests are not run by root, as who runs them.
    pub fn by_another_user(mut self) -> Self {
        self.is_by_another = true;
        self
    }

    /// Has this run beside those that its arguments name.
    pub fn beside(mut self, run: &'static str) -> Self {
        self.beside.push(run);
        self
    }

    /// Whether it needs this run: to copy one takes longer than most cases.
    pub fn needs(&self, run: &str) -> bool {
        self.beside.contains(&run) || self.arguments.iter().any(|argument| argument.to_string_lossy().contains(run))
    }

    /// Makes what lies in its folder.
    pub fn prepare(&self, here: &Path) {
        self.prepare.iter().for_each(|prepare| prepare(here));
    }

    /// Sets what the program is started with.
    pub fn surround(&self, command: &mut Command, here: &Path) {
        self.surround.iter().for_each(|surround| surround(command, here));
    }

    /// Everything about an end that is not as it must be.
    pub fn complaints(&self, output: &Output, here: &Path) -> Vec<String> {
        let mut complaints = Vec::new();
        let said = String::from_utf8_lossy(&output.stderr);
        let mut must = |holds: bool, complaint: &str| {
            if !holds {
                complaints.push(complaint.to_owned());
            }
        };
        must(output.status.code() == Some(self.status), &format!("{}, not {}", output.status, self.status));
        must(!said.contains("panicked"), "a panic");
        must(self.end == End::Done || self.status == 0 || output.stdout.is_empty(), "it printed a result");
        let line = said.strip_suffix('\n').unwrap_or(&said);
        let is_one_line = !line.chars().any(char::is_control) && said.ends_with('\n');
        match self.end {
            End::Refused | End::Begun | End::Said => {
                must(is_one_line, "not one line");
                must(said.len() <= LONGEST, &format!("{} bytes are no sentence", said.len()));
                must(line.starts_with("latentarium: "), "it does not begin with the program's name");
            }
            End::Misused => must(line.starts_with("error: "), "it does not begin with “error: ”"),
            End::Done | End::Silent => must(said.is_empty(), "it complained"),
        }
        if matches!(self.end, End::Refused | End::Begun) {
            must(
                said.contains("expected ") && said.contains(", found "),
                "neither what was expected nor what was found",
            );
            must(said.matches("expected ").count() <= 2, "it says it twice");
        }
        let sentence = self.sentence.replace("{here}", &here.display().to_string());
        must(said.contains(&sentence), &format!("it does not say “{sentence}”"));
        if !complaints.is_empty() {
            complaints.push(format!("it said “{line:.500}”"));
        }
        complaints
    }
}
