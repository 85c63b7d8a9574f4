use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Place, Run, Submission};
use crate::read::tree::{Kind, join};
use crate::round::spelling::without_copies;
use crate::round::{Mode, Round, Runner};

rule! {
    /// A file of a run is missing.
    ///
    /// Every run comes with what its runner wrote: the claimed results, the log they come from, and the script or
    /// `results.json`. Without them nobody can check the claim. The official checker does not ask for `results.json`.
    ///
    /// Help: add the file from where the runner left the session, unedited; where it is lost, measure again.
    ///
    /// Official checker: mentions it in its log and passes; only a missing results.txt loses the row.
    ///
    /// Source: directory structure of the results repositories.
    "file-missing", Structure, Error, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let run = place.run;
        if run.files.is_empty() {
            findings.at(&run.path, 0, "the run's folder holds no files");
            continue;
        }
        for role in &round.runners.get(runner_of(&place, round)).required {
            let names = round.files.of(*role, run.mode);
            if !run.has(*role) && !names.iter().any(|name| is_unreadable(submission, run, name)) {
                report(run, names.first(), findings);
            }
        }
    }
}

/// Whether a file of a run is there but cannot be read, which is a finding of its own.
pub(super) fn is_unreadable(submission: &Submission, run: &Run, name: &str) -> bool {
    let entry = submission.entries.get(&join(&run.path, name));
    entry.is_some_and(|entry| matches!(entry.kind, Kind::Unreadable(_)))
}

fn report(run: &Run, name: Option<&String>, findings: &mut Findings) {
    let Some(name) = name else { return };
    let finding = findings.at(&run.path, 0, format!("`{name}` is missing"));
    let packed =
        |file: &&str| [".gz", ".zip", ".xz", ".bz2", ".7z"].iter().any(|ending| **file == format!("{name}{ending}"));
    if let Some(packed) = run.files.names().find(packed) {
        finding.help(format!("unpack `{packed}` to `{name}`"));
    } else if let Some(similar) = similar(run, name, run.mode) {
        finding.help(format!("did you mean `{similar}`? Rename it to `{name}`"));
    }
}

/// A file whose name was probably meant to be `name`.
fn similar<'a>(run: &'a Run, name: &str, mode: Mode) -> Option<&'a str> {
    let stem = |name: &str| {
        let lower = without_copies(name);
        let plain = lower.strip_prefix(&format!("{mode}_")).unwrap_or(&lower).to_owned();
        plain.replace("results.", "result.")
    };
    run.files.names().find(|file| *file != name && stem(file) == stem(name))
}

/// Whose files to expect: what the files show, else the marker, else the only runner the round permits.
pub(super) fn runner_of(place: &Place<'_>, round: &Round) -> Runner {
    place.run.runner.unwrap_or_else(|| {
        let marked = round.runners.eembc.marker.as_ref().is_some_and(|marker| place.benchmark.files.contains(marker));
        if marked || round.runners.mlcommons.benchmarks.is_empty() { Runner::Eembc } else { Runner::Mlcommons }
    })
}
