use super::prelude::*;
use crate::model::Figure;

check! {
    /// The figure recomputed from the evidence agrees with the claimed one.
    ///
    /// Help: submit all files of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; all published sessions.
    "figure-as-claimed", Evidence, Error, Figure(check),
    affects: every,
    needs: [
        accuracy_mismatch, auc_mismatch, claim_missing, claim_read_alike, detections_ascend, energy_arithmetic,
        energy_mismatch, entries_in_log, evidence_missing, file_missing, firmware_for_another_mode, list_covered,
        log_of_another_session, mode_disagrees_with_folder, one_answer_each, pulses_whole, session_in_single_mode,
        session_whole, throughput_mismatch, trace_whole, wakeword_mismatch, window_arithmetic, window_count,
        windows_counted,
    ],
}

fn check(view: &RunView<'_>, kind: Kind) -> Outcome {
    let units = view.round.tolerances.printed_units;
    let figures: Vec<&Figure> = match (kind, &view.run.scores.wakeword) {
        (Kind::Wakeword, Some(scores)) => {
            let counts = [&scores.true_positives, &scores.false_negatives, &scores.false_positives];
            let rest = [&scores.duty_cycle, &scores.throughput].into_iter().chain(&scores.power);
            counts.into_iter().chain(rest).collect()
        }
        (Kind::Wakeword, None) => Vec::new(),
        _ => view.figure().into_iter().collect(),
    };
    if figures.is_empty() {
        return view.unknown(FileRole::Results, 0, "there is no figure to compare");
    }
    let mut line = 0;
    for figure in figures {
        match (&figure.claimed, figure.agrees(units)) {
            (Some(claimed), Some(true)) => line = claimed.line,
            (Some(claimed), Some(false)) => {
                let decimals = claimed.decimals() + 1;
                let ours = figure.recomputed.map(|value| format!("{value:.decimals$}")).unwrap_or_default();
                let why = format!("results.txt claims {}, recomputed {ours}", claimed.text);
                return view.unknown(FileRole::Results, claimed.line, why);
            }
            (Some(claimed), None) => {
                let why = figure.reason.clone().unwrap_or_else(|| "there is no evidence".to_owned());
                return view.unknown(FileRole::Results, claimed.line, why);
            }
            (None, _) => return view.unknown(FileRole::Results, 0, "a figure is missing in results.txt"),
        }
    }
    Outcome::Pass(view.at(FileRole::Results, line))
}
