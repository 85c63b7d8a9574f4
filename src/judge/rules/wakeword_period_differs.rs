use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// The frames of a wake word run do not come at the recording's pace.
    ///
    /// The sound is played at a fixed rate, so that a frame follows another every 32 ms.
    ///
    /// Help: check the edges of the processing pin.
    ///
    /// Source: mlcommons/tiny benchmark/runner (streaming) warns above 2 %.
    "wakeword-period-differs", Wakeword, Note, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    let Some(wakeword) = round.wakeword else { return };
    for place in submission.runs() {
        let Some(claimed) = place.run.claims.as_ref().and_then(|claims| claims.period.as_ref()) else { continue };
        if (claimed.value / wakeword.period_seconds - 1.0).abs() > wakeword.period_fraction {
            let message = format!(
                "the period is {} s, expected {} s within {:.0} %",
                claimed.text,
                wakeword.period_seconds,
                100.0 * wakeword.period_fraction
            );
            findings.at(place.run.path_of(FileRole::Results), claimed.line, message);
        }
    }
}
