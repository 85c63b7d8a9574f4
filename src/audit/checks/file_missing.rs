use super::prelude::*;
use crate::model::Run;
use crate::round::Runner;
use crate::schema::spelling::without_copies;
use crate::source::join;

check! {
    /// A file of a run is missing.
    ///
    /// Every run must contain the files that its runner wrote: the claimed results, the log they come from, and the
    /// script or `results.json`. Without them the claim cannot be checked. The official checker does not require
    /// `results.json`.
    ///
    /// Help: add the file from the runner's session folder, unedited; if it is lost, measure again.
    ///
    /// Official checker: mentions it in its log and passes; only a missing results.txt drops the row.
    ///
    /// Source: directory structure of the results repositories.
    "file-missing", Structure, Error, Run(check),
    affects: every,
    fails: Unproven,
    absence: true,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    let required = &view.round.runners.get(runner_of(view)).required;
    let missing = required.iter().filter(|role| !run.has(**role));
    let missing = missing.map(|role| view.round.files.of(*role, run.mode)).filter(|names| !names.is_empty());
    if run.files.is_empty() {
        let finding = found.at(&run.path, 0, "the run folder does not contain any files");
        finding.missing(missing.map(|names| paths(run, &names)));
    } else {
        for names in missing {
            report(run, &names, &mut found);
        }
    }
    found.or_pass((!required.is_empty()).then(|| Place::whole(&run.path)))
}

/// Returns the paths that a file of a run may have.
pub(super) fn paths(run: &Run, names: &[String]) -> Vec<String> {
    names.iter().map(|name| join(&run.path, name)).collect()
}

fn report(run: &Run, names: &[String], found: &mut Findings) {
    let name = names[0].as_str();
    let finding = found.at(&run.path, 0, format!("`{name}` is missing")).missing([paths(run, names)]);
    let packed =
        |file: &&str| [".gz", ".zip", ".xz", ".bz2", ".7z"].iter().any(|ending| **file == format!("{name}{ending}"));
    if let Some(packed) = run.files.names().find(packed) {
        finding.help(format!("unpack `{packed}` to `{name}`"));
    } else if let Some(similar) = similar(run, name, run.mode) {
        finding.help(format!("did you mean `{similar}`? Rename it to `{name}`"));
    }
}

/// Returns a file whose name was probably meant to be `name`.
fn similar<'a>(run: &'a Run, name: &str, mode: Mode) -> Option<&'a str> {
    let stem = |name: &str| {
        let lower = without_copies(name);
        let plain = lower.strip_prefix(&format!("{mode}_")).unwrap_or(&lower).to_owned();
        plain.replace("results.", "result.")
    };
    run.files.names().find(|file| *file != name && stem(file) == stem(name))
}

/// Returns the runner whose files to expect: the one the files show, otherwise the one the marker names, otherwise the
/// only one the round permits.
pub(super) fn runner_of(view: &RunView<'_>) -> Runner {
    let runners = &view.round.runners;
    view.run.runner.unwrap_or_else(|| {
        let marked = runners.eembc.marker.as_ref().is_some_and(|marker| view.has_beside(marker));
        if marked || runners.mlcommons.benchmarks.is_empty() { Runner::Eembc } else { Runner::Mlcommons }
    })
}
