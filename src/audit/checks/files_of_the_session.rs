use super::prelude::*;
use crate::audit::evidence::another_session;
use crate::parse::claims::{Claims, Printed};
use crate::round::Runner;

check! {
    /// The log, results.txt and the other files are from one session of this mode and runner.
    ///
    /// Help: submit all files of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; all published sessions.
    "files-of-the-session", Evidence, Error, Figure(check),
    affects: every,
    needs: [
        accuracy_mismatch, auc_mismatch, claim_missing, energy_mismatch, evidence_missing, file_missing,
        log_of_another_session, mode_disagrees_with_folder, model_disagrees_with_benchmark, results_disagree_with_log,
        results_json_disagrees_with_log, script_disagrees_with_log, sequence_broken,
        session_shared, session_whole, throughput_mismatch, wakeword_mismatch, windows_shared,
    ],
}

fn check(view: &RunView<'_>, kind: Kind) -> Outcome {
    let run = view.run;
    let Some(log) = view.log() else { return view.unknown(FileRole::Log, 0, "there is no log") };
    let Some(claims) = view.claims() else { return view.unknown(FileRole::Results, 0, "nothing is claimed") };
    if claims.runner != Some(log.runner) {
        return view.unknown(FileRole::Results, 1, "results.txt is not in the format of the log's runner");
    }
    let strange = match log.runner {
        Runner::Eembc => vec![FileRole::Json],
        Runner::Mlcommons => vec![FileRole::Script, FileRole::Trace, FileRole::Stamps],
    };
    let strange =
        strange.into_iter().chain([FileRole::Trace, FileRole::Stamps].into_iter().filter(|_| run.mode != Mode::Energy));
    if let Some(role) = strange.into_iter().find(|role| run.has(*role)) {
        return view.unknown(role, 0, "this runner does not write this file in a session of this mode");
    }
    if kind != Kind::Wakeword && log.mode.is_none_or(|mode| mode.value != run.mode) {
        return view.unknown(FileRole::Log, 0, "the log does not show a run of this mode");
    }
    match log.runner {
        Runner::Eembc => {
            let (Some(stamp), Some(end)) = (claims.first_stamp, log.end_ms) else {
                return view.unknown(FileRole::Results, 0, "results.txt or the log does not contain a timestamp");
            };
            let gap = (stamp.value as f64 - end as f64) / 1000.0;
            if !(0.0..=view.round.tolerances.session_gap_seconds).contains(&gap) {
                let why = "results.txt was not written when the log ended";
                return view.unknown(FileRole::Results, stamp.line, why);
            }
            Outcome::Pass(view.at(FileRole::Results, stamp.line))
        }
        Runner::Mlcommons => {
            let claimed = claimed_texts(claims, kind);
            let logged = claimed_texts(&log.summary, kind);
            if claimed.is_empty() || claimed != logged {
                return view.unknown(FileRole::Log, 0, "the log does not repeat the claims of results.txt");
            }
            let (claimed, logged) = (claims.first_stamp, log.summary.first_stamp);
            if claimed.is_none() != logged.is_none() || another_session(run, view.round).is_some() {
                let why = "results.txt and its copy in the log have different timestamps";
                return view.unknown(FileRole::Results, 0, why);
            }
            Outcome::Pass(view.at(FileRole::Results, claims.first_stamp.map_or(1, |at| at.line)))
        }
    }
}

/// Returns the published figures as they are printed.
fn claimed_texts(claims: &Claims, kind: Kind) -> Vec<String> {
    let text = |printed: &Option<Printed>| printed.as_ref().map(|printed| printed.text.clone());
    let counts = claims.wakeword.map(|at| format!("{:?}", at.value));
    let all = match kind {
        Kind::Throughput => vec![text(&claims.throughput)],
        Kind::Quality => vec![text(&claims.top1), text(&claims.auc)],
        Kind::Energy => vec![text(&claims.energy)],
        Kind::Wakeword => vec![counts, text(&claims.duty_cycle), text(&claims.estimated_throughput)],
    };
    all.into_iter().flatten().collect()
}
