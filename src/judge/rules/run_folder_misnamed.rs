use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::name_of;
use crate::round::{Mode, Round};

rule! {
    /// A run's folder has not its official name.
    ///
    /// Only `accuracy`, `performance` and `energy` are read by the official tools; what lies elsewhere is lost.
    ///
    /// Help: give the folder its official name.
    ///
    /// Source: directory structure of the results repositories.
    "run-folder-misnamed", Structure, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let name = name_of(&place.run.path);
        if Mode::from_name(name).is_none() {
            findings.at(
                &place.run.path,
                0,
                format!("the run's folder is called `{name}`, expected `{}`", place.run.mode),
            );
        }
    }
    for (_, benchmark) in submission.benchmarks().filter(|(_, benchmark)| !benchmark.runs.is_empty()) {
        for name in &benchmark.strange_folders {
            let path = crate::read::tree::join(&benchmark.path, name);
            let holds = |file: &str| submission.entries.get(&format!("{path}/{file}")).is_some();
            // A name that is meant to be a missing run is that rule's finding.
            let missing = meant(name).is_some_and(|mode| !benchmark.runs.contains_key(&mode) && mode != Mode::Energy);
            if !missing && (holds("results.txt") || holds("log.txt")) {
                findings.at(
                    &path,
                    0,
                    format!("`{name}` holds a session, but is none of accuracy, energy and performance"),
                );
            }
        }
    }
    for (_, benchmark) in submission.benchmarks().filter(|(_, benchmark)| !benchmark.runs.is_empty()) {
        let meant = benchmark.strange_folders.iter().filter_map(|name| Some((name, meant(name)?)));
        for (name, mode) in meant.filter(|(_, mode)| benchmark.runs.contains_key(mode)) {
            let path = crate::read::tree::join(&benchmark.path, name);
            let holds = |file: &str| submission.entries.get(&format!("{path}/{file}")).is_some();
            if holds("results.txt") || holds("log.txt") {
                continue;
            }
            findings.at(&path, 0, format!("`{name}` is no run, although `{mode}` is there, too"));
        }
    }
}

/// The run that a name was probably meant to be.
fn meant(name: &str) -> Option<Mode> {
    let lower = name.to_lowercase();
    Mode::ALL
        .into_iter()
        .find(|mode| lower.len() > 2 && (mode.name().starts_with(&lower) || lower.starts_with(mode.name())))
}
