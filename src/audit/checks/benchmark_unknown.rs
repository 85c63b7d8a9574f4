use super::prelude::*;
use crate::round::{BenchmarkSpec, Round};
use crate::schema::spelling::{nearest, plain};

check! {
    /// A result folder is not named after a benchmark of the round.
    ///
    /// Its results can be neither checked nor published.
    ///
    /// Help: rename the folder to the official short name, or remove it from the submission.
    ///
    /// Official checker: rejects the result in the closed division; in the open division, an unofficial name stops its
    /// whole run.
    ///
    /// Source: directory structure of the results repositories; `submission_checker.py`, MODEL_CONFIG.
    "benchmark-unknown", Structure, Error, System(check),
    affects: result,
    fails: NotByTheRules,
}

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let (round, system) = (view.round, view.system);
    let beside = |name: &str| system.benchmarks.iter().any(|other| other.folder == name);
    for benchmark in system.benchmarks.iter().filter(|benchmark| benchmark.name.is_none()) {
        let known = round.benchmarks.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let message = format!("`{}` is not a benchmark of {}, expected one of {known}", benchmark.folder, round.name);
        let finding = found.at(&benchmark.path, 0, message);
        let model = benchmark.runs.values().find_map(|run| run.log.as_ref()?.model.as_ref());
        let meant = model.and_then(|model| round.benchmark_of_model(model));
        if let Some(name) = meant.filter(|name| beside(name)) {
            finding.help(format!("remove the folder: its logs show the model of `{name}`, which already exists"));
        } else if let Some(name) = meant {
            finding.help(if system.is_closed() {
                format!("rename the folder to `{name}`: its logs show that benchmark's model")
            } else {
                let folder = &benchmark.folder;
                format!(
                    "rename the folder to `{name}`, or write {{\"{folder}\": \"{name}\"}} into `model_mapping.json` \
                     beside `results`"
                )
            });
        } else if let Some(near) = near(&benchmark.folder, round) {
            finding.help(format!("rename the folder to `{near}`, if that is the benchmark"));
        }
    }
    found.or_pass(system.benchmarks.first().map(|benchmark| Place::whole(&benchmark.path)))
}

/// Returns the benchmark whose short name or title a folder's name probably stands for.
fn near<'a>(folder: &str, round: &'a Round) -> Option<&'a str> {
    let folder = plain(folder);
    let is_meant = |(name, spec): &(&'a String, &BenchmarkSpec)| {
        folder == plain(name) || nearest(&folder, [plain(&spec.title).as_str()].into_iter(), 3).is_some()
    };
    round.benchmarks.iter().find(is_meant).map(|(name, _)| name.as_str())
}
