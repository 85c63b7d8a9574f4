use super::prelude::*;
use crate::round::{Runner, Target};

check! {
    /// The claim is printed with as many decimals as the runner prints.
    ///
    /// Help: submit all files of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; all published sessions.
    "claim-printed-whole", Evidence, Error, Figure(check),
    affects: [Throughput, Quality, Energy],
    needs: [
        accuracy_mismatch, auc_mismatch, claim_missing, claim_read_alike, energy_mismatch, evidence_missing,
        file_missing, session_whole, throughput_mismatch,
    ],
}

fn check(view: &RunView<'_>, kind: Kind) -> Outcome {
    let Some(spec) = view.spec else { return Outcome::NotApplicable };
    let Some(claimed) = view.figure().and_then(|figure| figure.claimed.as_ref()) else {
        return view.unknown(FileRole::Results, 0, "the figure is not claimed");
    };
    let mlcommons = view.run.runner == Some(Runner::Mlcommons);
    let wanted = match (kind, mlcommons, spec.target) {
        (Kind::Energy, true, _) => 4,
        (Kind::Quality, false, Target::Auc(_)) => 2,
        (Kind::Quality, _, Target::Top1Percent(_)) => 1,
        _ => 3,
    };
    let plain = claimed.text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if plain && claimed.decimals() >= wanted {
        return Outcome::Pass(view.at(FileRole::Results, claimed.line));
    }
    let why = format!("`{}` is not a number with {wanted} decimals, as the runner prints it", claimed.text);
    view.unknown(FileRole::Results, claimed.line, why)
}
