use super::prelude::*;
use crate::audit::sizes;
use crate::round::Runner;

check! {
    /// Every input sent to the device has the benchmark's size.
    ///
    /// Help: submit all files of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; all published sessions.
    "inputs-whole", Accuracy, Error, Figure(check),
    affects: [Quality],
    needs: [evidence_missing, file_missing, input_incomplete, input_size, session_whole],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    let Some(spec) = view.spec else { return Outcome::NotApplicable };
    let inferences = view.run.inferences();
    let Some(first) = inferences.first() else {
        return view.unknown(FileRole::Log, 0, "the log does not contain any inferences");
    };
    // The MLCommons runner does not print sizes; the open division may use its own inputs.
    let closed = !view.run.path.starts_with("open/");
    let Some(expected) = spec.input_bytes.filter(|_| view.run.runner == Some(Runner::Eembc)) else {
        return Outcome::Pass(view.at(FileRole::Log, first.line));
    };
    let harmless = sizes::is_surplus(&sizes::wrong(view.run, expected), view.run, expected);
    let wrong = inferences.iter().find(|one| match one.bytes {
        Some(bytes) => closed && bytes != expected && !harmless,
        None => true,
    });
    if let Some(one) = wrong {
        let sent = one.bytes.map_or("an unknown number of".to_owned(), |bytes| bytes.to_string());
        return view.unknown(FileRole::Log, one.line, format!("{sent} bytes were sent, expected {expected}"));
    }
    Outcome::Pass(view.at(FileRole::Log, first.line))
}
