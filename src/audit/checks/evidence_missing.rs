use super::file_missing::{paths, runner_of};
use super::prelude::*;

check! {
    /// Evidence files of a run are missing.
    ///
    /// The EEMBC runner writes an energy trace and its time stamps, the MLCommons runner a plot of every energy trial;
    /// early rounds asked for the script, but did not require it. Without the trace the claimed energy cannot be
    /// recomputed.
    ///
    /// Help: add the file from the session's folder.
    ///
    /// Source: directory structure of the results repositories; what both runners write.
    "evidence-missing", Evidence, Warning, Run(check),
    affects: [Energy],
    fails: Unproven,
    absence: true,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let (run, round) = (view.run, view.round);
    if run.files.is_empty() {
        return Outcome::NotApplicable;
    }
    let energy = view.is(Mode::Energy);
    let spec = round.runners.get(runner_of(view));
    let roles = spec.expected.iter().chain(spec.energy.iter().filter(|_| energy));
    let plots = spec.plots.as_ref().filter(|_| energy);
    let listed = (roles.clone().next().is_some() || plots.is_some()).then(|| Place::whole(&run.path));
    let roles = roles.filter(|role| !run.has(**role)).map(|role| round.files.of(*role, run.mode));
    let mut missing: Vec<Vec<String>> = roles.filter(|names| !names.is_empty()).collect();
    let trials =
        if view.is_streaming() { round.wakeword.map_or(1, |wakeword| wakeword.trials) } else { round.windows.count };
    if let Some(first) = plots {
        let names = (0..trials).map(|trial| first.replace("000", &format!("{trial:03}")));
        missing.extend(names.filter(|name| !run.files.contains(name)).map(|name| vec![name]));
    }
    if !missing.is_empty() {
        let names: Vec<_> = missing.iter().map(|names| format!("`{}`", names[0])).collect();
        let verb = if names.len() == 1 { "is" } else { "are" };
        found
            .at(&run.path, 0, format!("{} {verb} missing", names.join(", ")))
            .missing(missing.iter().map(|names| paths(run, names)));
    }
    found.or_pass(listed)
}
