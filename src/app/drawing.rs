//! What drawing costs where the processor draws.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// How the threads of software Vulkan are called; those that show what it drew have the name of the program.
const RASTERIZER: &str = "llvmpipe";

/// Processor time of the threads that draw: the window's own, and those of a software rasterizer.
pub struct Drawing {
    tasks: PathBuf,
    last: BTreeMap<u64, Duration>,
}

impl Default for Drawing {
    fn default() -> Self {
        Self { tasks: PathBuf::from("/proc/self/task"), last: BTreeMap::new() }
    }
}

impl Drawing {
    /// What they took since this was asked the last time, in all threads together; `None` where the system does not say,
    /// and the first time.
    pub fn since_last(&mut self) -> Option<Duration> {
        let own = u64::from(std::process::id());
        let name = |folder: PathBuf| std::fs::read_to_string(folder.join("comm")).unwrap_or_default();
        let program = name(self.tasks.join(own.to_string()));
        let mut times = BTreeMap::new();
        for task in std::fs::read_dir(&self.tasks).ok()?.flatten() {
            let Some(id) = task.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let draws = self.last.contains_key(&id) || {
                let name = name(task.path());
                name == program || name.starts_with(RASTERIZER)
            };
            let Ok(text) = std::fs::read_to_string(task.path().join("schedstat")) else { continue };
            if draws && let Some(ns) = text.split_whitespace().next().and_then(|ns| ns.parse().ok()) {
                times.insert(id, Duration::from_nanos(ns));
            }
        }
        let is_first = self.last.is_empty();
        let before = std::mem::replace(&mut self.last, times);
        let spent = |(id, now): (&u64, &Duration)| now.saturating_sub(before.get(id).copied().unwrap_or_default());
        (!is_first).then(|| self.last.iter().map(spent).sum())
    }
}
