use super::prelude::*;
use crate::audit::evidence::another_session;
use crate::parse::claims::Printed;

check! {
    /// results.txt claims a figure that differs from the summary at the end of the log.
    ///
    /// The MLCommons runner writes its results into both files. If they differ, one of them was edited.
    ///
    /// Help: submit results.txt as the runner wrote it.
    ///
    /// Source: the MLCommons runner's output.
    "results-disagree-with-log", Evidence, Error, Run(check),
    affects: every,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    let (Some(claims), Some(log)) = (view.claims(), view.log()) else { return Outcome::NotApplicable };
    let summary = &log.summary;
    if summary.is_empty() || another_session(run, view.round).is_some() {
        return Outcome::NotApplicable;
    }
    let path = run.path_of(FileRole::Results);
    let mut first = None;
    let mut compare = |name: &str, unit, claimed: Option<&Printed>, logged: Option<&Printed>| {
        let (Some(claimed), Some(logged)) = (claimed, logged) else { return };
        first.get_or_insert(claimed.line);
        if claimed.text != logged.text {
            let message = format!("the claimed {name} is {}, but the log prints {}", claimed.text, logged.text);
            found
                .at(path, claimed.line, message)
                .measured(claimed.value, logged.value, unit)
                .label("claimed here")
                .also(run.path_of(FileRole::Log), logged.line, "printed in the log");
        }
    };
    // Where the recomputed figure contradicts the claim, another rule (`accuracy-mismatch`, …) reports it.
    let units = view.round.tolerances.printed_units;
    let scores = &run.scores;
    let wakeword = scores.wakeword.as_ref();
    let duty = wakeword.map(|scores| &scores.duty_cycle);
    let frames = wakeword.map(|scores| &scores.throughput);
    for (name, unit, figure, claimed, logged) in [
        ("Top-1", "%", scores.top1.as_ref(), &claims.top1, &summary.top1),
        ("AUC", "", scores.auc.as_ref(), &claims.auc, &summary.auc),
        ("median throughput", "inf/s", scores.throughput.as_ref(), &claims.throughput, &summary.throughput),
        ("median energy", "uJ/inf", scores.energy.as_ref(), &claims.energy, &summary.energy),
        ("duty cycle", "", duty, &claims.duty_cycle, &summary.duty_cycle),
        ("throughput", "inf/s", frames, &claims.estimated_throughput, &summary.estimated_throughput),
        ("period", "s", None, &claims.period, &summary.period),
    ] {
        let wrong = figure.is_some_and(|figure| figure.agrees(units) == Some(false));
        compare(name, unit, claimed.as_ref().filter(|_| !wrong), logged.as_ref());
    }
    for (index, (claimed, logged)) in claims.windows.iter().zip(&summary.windows).enumerate() {
        let seconds = run.windows.get(index).and_then(|window| window.seconds);
        let wrong = |printed: &&Printed| seconds.is_some_and(|seconds| !printed.agrees_with(seconds, units));
        let sound = claimed.runtime.as_ref().filter(|printed| !wrong(printed));
        compare("runtime", "s", sound, logged.runtime.as_ref());
        compare("throughput", "inf/s", sound.and(claimed.throughput.as_ref()), logged.throughput.as_ref());
    }
    let wrong = scores.energy.as_ref().is_some_and(|energy| energy.agrees(units) == Some(false));
    for (claimed, logged) in claims.energies.iter().zip(&summary.energies).filter(|_| !wrong) {
        compare("energy", "uJ", claimed.energy.as_ref(), logged.energy.as_ref());
        // Only the MLCommons runner repeats the power in its log, and it prints mW.
        compare("power", "mW", claimed.power.as_ref(), logged.power.as_ref());
        compare("energy per inference", "uJ/inf", claimed.per_inference.as_ref(), logged.per_inference.as_ref());
        compare("trial time", "s", claimed.elapsed.as_ref(), logged.elapsed.as_ref());
    }
    found.or_pass(first.map(|line| view.at(FileRole::Results, line)))
}
