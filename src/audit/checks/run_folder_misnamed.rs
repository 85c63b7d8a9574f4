use super::prelude::*;
use crate::source::{join, name_of};

check! {
    /// A run folder does not have its official name.
    ///
    /// The official tools read only `accuracy`, `performance` and `energy`; files in other folders are ignored.
    ///
    /// Help: give the folder its official name.
    ///
    /// Source: directory structure of the results repositories.
    "run-folder-misnamed", Structure, Warning, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let results = view.results().filter(|benchmark| !benchmark.runs.is_empty());
    for benchmark in results.clone() {
        let runs = &benchmark.runs;
        for run in runs.values() {
            let name = name_of(&run.path);
            if Mode::from_name(name).is_none() {
                found.at(&run.path, 0, format!("the run folder is called `{name}`, expected `{}`", run.mode));
            }
        }
        for name in &benchmark.other_folders {
            let path = join(&benchmark.path, name);
            let holds = |file: &str| view.entry(&join(&path, file)).is_some();
            match intended_mode(name) {
                // The rule `run-missing` reports a folder that was probably meant for a missing run.
                Some(mode) if !runs.contains_key(&mode) && mode != Mode::Energy => {}
                _ if holds("results.txt") || holds("log.txt") => {
                    let message =
                        format!("`{name}` contains a session, but is not named `accuracy`, `energy` or `performance`");
                    found.at(&path, 0, message);
                }
                Some(mode) if runs.contains_key(&mode) => {
                    found.at(&path, 0, format!("`{name}` is not a run folder; `{mode}` exists, too"));
                }
                _ => {}
            }
        }
    }
    let mut listed = results.map(|benchmark| Place::whole(&benchmark.path));
    found.or_pass(listed.next())
}

/// Returns the mode that a folder name was probably meant to be.
fn intended_mode(name: &str) -> Option<Mode> {
    let lower = name.to_lowercase();
    Mode::ALL
        .into_iter()
        .find(|mode| lower.len() > 2 && (mode.name().starts_with(&lower) || lower.starts_with(mode.name())))
}
