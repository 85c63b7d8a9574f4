use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::{join, parent_of};
use crate::round::spelling::{nearest, plain};
use crate::round::{BenchmarkSpec, Round};

rule! {
    /// A folder is no benchmark of the round.
    ///
    /// Its results can be neither judged nor published.
    ///
    /// Help: name the folder after the official short name, or take it out of the submission.
    ///
    /// Official checker: rejects the result in the closed division; a name of one's own in the open division ends its
    /// whole run.
    ///
    /// Source: directory structure of the results repositories; `submission_checker.py`, MODEL_CONFIG.
    "benchmark-unknown", Structure, Error, check,
    explains window_count
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for (system, benchmark) in submission.benchmarks().filter(|(_, benchmark)| benchmark.name.is_none()) {
        let known = round.benchmarks.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let message = format!("`{}` is no benchmark of {}, expected one of {known}", benchmark.folder, round.name);
        let finding = findings.at(&benchmark.path, 0, message);
        let model = benchmark.runs.values().find_map(|run| run.log.as_ref()?.model.as_ref());
        let beside = |name: &str| submission.entries.get(&join(parent_of(&benchmark.path), name)).is_some();
        let meant = model.and_then(|model| round.benchmark_of_model(model));
        if let Some(name) = meant.filter(|name| beside(name)) {
            finding.help(format!("take it out: `{name}` is there already, and its logs show that benchmark's model"));
        } else if let Some(name) = meant {
            finding.help(if system.is_closed() {
                format!("name the folder `{name}`: its logs show that benchmark's model")
            } else {
                let folder = &benchmark.folder;
                format!("name the folder `{name}`, or write {{\"{folder}\": \"{name}\"}} into `model_mapping.json` beside `results`")
            });
        } else if let Some(near) = near(&benchmark.folder, round) {
            finding.help(format!("name the folder `{near}`, if that was meant"));
        }
    }
}

/// The benchmark whose short name, or title, a folder's name was probably meant to be.
fn near<'a>(folder: &str, round: &'a Round) -> Option<&'a str> {
    let folder = plain(folder);
    let is_meant = |(name, spec): &(&'a String, &BenchmarkSpec)| {
        folder == plain(name) || nearest(&folder, [plain(&spec.title).as_str()].into_iter(), 3).is_some()
    };
    round.benchmarks.iter().find(is_meant).map(|(name, _)| name.as_str())
}
