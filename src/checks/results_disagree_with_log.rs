use super::evidence;
use crate::log::claims::Printed;
use crate::round::{FileRole, Round};
use crate::rule::{Findings, rule};
use crate::submission::Submission;

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
                    .note(format!("the log says so in line {}", logged.line));
            }
        };
        // Figures that are recomputed are judged by that.
        let unless = |recomputed: bool, printed: &Option<Printed>| if recomputed { None } else { printed.clone() };
        let has = |figure: Option<&crate::submission::Figure>| figure.is_some_and(|figure| figure.recomputed.is_some());
        let scores = &run.scores;
        let wakeword = scores.wakeword.as_ref();
        differ("Top-1", unless(has(scores.top1.as_ref()), &claims.top1).as_ref(), summary.top1.as_ref());
        differ("AUC", unless(has(scores.auc.as_ref()), &claims.auc).as_ref(), summary.auc.as_ref());
        differ(
            "median throughput",
            unless(has(scores.throughput.as_ref()), &claims.throughput).as_ref(),
            summary.throughput.as_ref(),
        );
        differ("median energy", unless(has(scores.energy.as_ref()), &claims.energy).as_ref(), summary.energy.as_ref());
        let duty = has(wakeword.map(|scores| &scores.duty_cycle));
        differ("duty cycle", unless(duty, &claims.duty_cycle).as_ref(), summary.duty_cycle.as_ref());
        differ("period", claims.period.as_ref(), summary.period.as_ref());
        differ(
            "throughput",
            unless(duty, &claims.estimated_throughput).as_ref(),
            summary.estimated_throughput.as_ref(),
        );
        let energies = claims.energies.iter().zip(&summary.energies);
        let recomputed = has(scores.energy.as_ref());
        for (claimed, logged) in energies.filter(|_| !recomputed) {
            differ("energy", claimed.energy.as_ref(), logged.energy.as_ref());
            differ("power", claimed.power.as_ref(), logged.power.as_ref());
            differ("energy per inference", claimed.per_inference.as_ref(), logged.per_inference.as_ref());
            differ("trial time", claimed.elapsed.as_ref(), logged.elapsed.as_ref());
        }
    }
}
