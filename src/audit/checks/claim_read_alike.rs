use super::prelude::*;
use crate::audit::evidence::read_otherwise;
use crate::parse::official::Label;
use crate::round::Target;

check! {
    /// Wherever the official tool may read the claim, it reads the same.
    ///
    /// Help: submit the files of one whole session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; what every published session shows.
    "claim-read-alike", Evidence, Error, Figure(check),
    affects: every,
    needs: [
        claim_contradicted, claim_missing, claim_read_otherwise, evidence_missing, file_missing, log_malformed,
        session_whole,
    ],
}

fn check(view: &RunView<'_>, kind: Kind) -> Outcome {
    let Some(spec) = view.spec else { return Outcome::NotApplicable };
    let Some(claims) = view.claims() else { return view.unknown(FileRole::Results, 0, "nothing is claimed") };
    if let Some(damage) = claims.damage.first() {
        return view.unknown(FileRole::Results, damage.line, damage.message.clone());
    }
    if let Some((earlier, _)) = claims.contradicted.first() {
        return view.unknown(FileRole::Results, earlier.line, format!("the {} is claimed twice", earlier.value));
    }
    if let Some((line, found, own)) = read_otherwise(claims) {
        let why = format!("the official tool may read `{found}` here, we read {own}");
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
