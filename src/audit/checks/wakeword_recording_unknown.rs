use super::prelude::*;
use crate::parse::results_json::Infer;
use crate::round::{WakewordTruth, wakeword_truth};

check! {
    /// A wake word run did not play the official recording.
    ///
    /// The test is one pass over the long recording, which lasts twenty minutes and contains the wake word fifty times.
    /// results.json states the name and length of the recording and the times of the word.
    ///
    /// Help: measure again with the long test recording of the official data.
    ///
    /// Source: mlcommons/tiny benchmark/runner README and `sww_long_test.json`.
    "wakeword-recording-unknown", Wakeword, Error, Run(check),
    affects: [Wakeword],
    fails: NotByTheRules,
}

/// Difference in seconds that printing and parsing a time may cause.
const PRINTED: f64 = 1e-6;

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let spec = view.spec.filter(|_| view.is_streaming());
    let Some(truth) = spec.and_then(|spec| wakeword_truth(spec.lists.first()?)) else {
        return Outcome::NotApplicable;
    };
    let mut looked = None;
    if let Some(infer) = view.run.json.iter().flatten().find_map(|entry| entry.infer.as_ref()) {
        compare(view, infer, truth, &mut found);
        let named = infer.wav_file.is_some() || infer.length_sec.is_some() || infer.detection_windows.is_some();
        looked = named.then(|| view.at(FileRole::Json, 1));
    }
    if let Some(played) = view.log().and_then(|log| log.recording.as_ref()).filter(|_| found.is_empty()) {
        let (name, seconds) = &played.value;
        let another_length = (seconds - truth.length_s).abs() > PRINTED;
        if *name != truth.wav || another_length {
            let message =
                format!("`{name}` of {seconds} s was played, expected `{}` of {} s", truth.wav, truth.length_s);
            let finding = found.at(view.run.path_of(FileRole::Log), played.line, message);
            if another_length {
                finding.measured(*seconds, truth.length_s, "s");
            }
        }
        looked = Some(view.at(FileRole::Log, played.line));
    }
    found.or_pass(looked)
}

/// Reports the first difference between results.json and the official recording.
fn compare(view: &RunView<'_>, infer: &Infer, truth: &WakewordTruth, found: &mut Findings) {
    let path = view.run.path_of(FileRole::Json);
    let close = |a: f64, b: f64| (a - b).abs() < PRINTED;
    let same = |words: &[(f64, f64)]| {
        words.len() == truth.words.len()
            && words.iter().zip(&truth.words).all(|(a, b)| close(a.0, b.0) && close(a.1, b.1))
    };
    if let Some(wav) = infer.wav_file.as_ref().filter(|wav| *wav != truth.wav) {
        found.at(path, 1, format!("the recording is `{wav}`, expected `{}`", truth.wav));
    } else if let Some(length) = infer.length_sec.filter(|length| (length - truth.length_s).abs() > PRINTED) {
        let message = format!("the recording lasts {length} s, expected {} s", truth.length_s);
        found.at(path, 1, message).measured(length, truth.length_s, "s");
    } else if let Some(words) = infer.detection_windows.as_ref().filter(|words| !same(words)) {
        let message = format!("the {} times of the word differ from those of the official recording", words.len());
        found.at(path, 1, message);
    }
}
