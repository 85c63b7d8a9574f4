use super::prelude::*;
use crate::audit::evidence::differently_read;
use crate::parse::official::Label;
use crate::round::Target;

check! {
    /// Wherever the official checker may read the claim, it reads the same value.
    ///
    /// Help: submit all files of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; all published sessions.
    "claim-read-alike", Evidence, Error, Figure(check),
    affects: every,
    needs: [
        claim_contradicted, claim_missing, claim_read_otherwise, evidence_missing, file_missing, log_malformed,
        session_whole,
    ],
}

fn check(view: &RunView<'_>, kind: Kind) -> Outcome {
    let Some(spec) = view.spec else { return Outcome::NotApplicable };
    let Some(claims) = view.claims() else { return view.unknown(FileRole::Results, 0, "results.txt claims nothing") };
    if let Some(damage) = claims.damage.first() {
        return view.unknown(FileRole::Results, damage.line, damage.message.clone());
    }
    if let Some((earlier, _)) = claims.contradicted.first() {
        return view.unknown(
            FileRole::Results,
            earlier.line,
            format!("the {} has two different claims", earlier.value),
        );
    }
    if let Some((line, found, own)) = differently_read(claims) {
        let why = format!("the official checker may read `{found}` here, tinyaudit reads {own}");
        return view.unknown(FileRole::Results, line, why);
    }
    let wanted: &[Label] = match kind {
        Kind::Throughput => &[Label::Throughput],
        Kind::Energy => &[Label::Energy],
        Kind::Quality if matches!(spec.target, Target::Auc(_)) => &[Label::Auc],
        Kind::Quality => &[Label::Top1],
        Kind::Wakeword => &[Label::Counts, Label::DutyCycle, Label::FrameThroughput],
    };
    let mut line = 0;
    for label in wanted {
        let Some((_, at)) = claims.readings.iter().find(|(read, _)| read == label) else {
            return view.unknown(FileRole::Results, 0, "the figure is not claimed");
        };
        line = at.line;
    }
    Outcome::Pass(view.at(FileRole::Results, line))
}
