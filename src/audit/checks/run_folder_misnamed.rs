use super::prelude::*;
use crate::source::{join, name_of};

check! {
    /// A run's folder has not its official name.
    ///
    /// Only `accuracy`, `performance` and `energy` are read by the official tools; what lies elsewhere is lost.
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
                found.at(&run.path, 0, format!("the run's folder is called `{name}`, expected `{}`", run.mode));
            }
        }
        for name in &benchmark.strange_folders {
            let path = join(&benchmark.path, name);
            let holds = |file: &str| view.entry(&join(&path, file)).is_some();
            match meant(name) {
                // A name that is meant to be a missing run is that rule's finding.
                Some(mode) if !runs.contains_key(&mode) && mode != Mode::Energy => {}
                _ if holds("results.txt") || holds("log.txt") => {
                    let message = format!("`{name}` holds a session, but is none of accuracy, energy and performance");
                    found.at(&path, 0, message);
                }
                Some(mode) if runs.contains_key(&mode) => {
                    found.at(&path, 0, format!("`{name}` is no run, although `{mode}` is there, too"));
                }
                _ => {}
            }
        }
    }
    let mut listed = results.map(|benchmark| Place::whole(&benchmark.path));
    found.or_pass(listed.next())
}

/// The run that a name was probably meant to be.
fn meant(name: &str) -> Option<Mode> {
    let lower = name.to_lowercase();
    Mode::ALL
        .into_iter()
        .find(|mode| lower.len() > 2 && (mode.name().starts_with(&lower) || lower.starts_with(mode.name())))
}
