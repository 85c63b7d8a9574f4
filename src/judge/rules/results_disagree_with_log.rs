use super::evidence;
use crate::judge::rule::{Findings, rule};
use crate::read::log::claims::Printed;
use crate::read::submission::{Figure, Submission};
use crate::round::{FileRole, Round};

rule! {
    /// results.txt claims another figure than the summary at the end of the log.
    ///
    /// The MLCommons runner writes its results into both files. Where they differ, one of them was edited.
    ///
    /// Help: submit results.txt as the runner wrote it.
    ///
    /// Source: the MLCommons runner's output.
    "results-disagree-with-log", Evidence, Error, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let run = place.run;
        let (Some(claims), Some(log)) = (&run.claims, &run.log) else { continue };
        let summary = &log.summary;
        if summary.is_empty() || evidence::another_session(run, round).is_some() {
            continue;
        }
        let path = run.path_of(FileRole::Results);
        let mut differ = |name: &str, claimed: Option<&Printed>, logged: Option<&Printed>| {
            if let (Some(claimed), Some(logged)) = (claimed, logged)
                && claimed.text != logged.text
            {
                findings
                    .at(
                        path,
                        claimed.line,
                        format!("claims a {name} of {}, the log says {}", claimed.text, logged.text),
                    )
                    .label("claimed here")
                    .also(run.path_of(FileRole::Log), logged.line, "printed in the session");
            }
        };
        // A claim that our own figure contradicts is that rule's finding.
        let units = round.tolerances.printed_units;
        let unless_wrong = |figure: Option<&Figure>, printed: &Option<Printed>| {
            let wrong = figure.is_some_and(|figure| figure.agrees(units) == Some(false));
            printed.clone().filter(|_| !wrong)
        };
        let scores = &run.scores;
        let wakeword = scores.wakeword.as_ref();
        let duty = wakeword.map(|scores| &scores.duty_cycle);
        let frames = wakeword.map(|scores| &scores.throughput);
        for (name, figure, claimed, logged) in [
            ("Top-1", scores.top1.as_ref(), &claims.top1, &summary.top1),
            ("AUC", scores.auc.as_ref(), &claims.auc, &summary.auc),
            ("median throughput", scores.throughput.as_ref(), &claims.throughput, &summary.throughput),
            ("median energy", scores.energy.as_ref(), &claims.energy, &summary.energy),
            ("duty cycle", duty, &claims.duty_cycle, &summary.duty_cycle),
            ("throughput", frames, &claims.estimated_throughput, &summary.estimated_throughput),
            ("period", None, &claims.period, &summary.period),
        ] {
            differ(name, unless_wrong(figure, claimed).as_ref(), logged.as_ref());
        }
        for (index, (claimed, logged)) in claims.windows.iter().zip(&summary.windows).enumerate() {
            let seconds = run.windows.get(index).and_then(|window| window.seconds);
            let wrong = |printed: &&Printed| seconds.is_some_and(|seconds| !printed.agrees_with(seconds, units));
            let sound = claimed.runtime.as_ref().filter(|printed| !wrong(printed));
            differ("runtime", sound, logged.runtime.as_ref());
            differ("throughput", sound.and(claimed.throughput.as_ref()), logged.throughput.as_ref());
        }
        let wrong = scores.energy.as_ref().is_some_and(|energy| energy.agrees(units) == Some(false));
        for (claimed, logged) in claims.energies.iter().zip(&summary.energies).filter(|_| !wrong) {
            differ("energy", claimed.energy.as_ref(), logged.energy.as_ref());
            differ("power", claimed.power.as_ref(), logged.power.as_ref());
            differ("energy per inference", claimed.per_inference.as_ref(), logged.per_inference.as_ref());
            differ("trial time", claimed.elapsed.as_ref(), logged.elapsed.as_ref());
        }
    }
}
