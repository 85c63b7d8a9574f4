use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Run, Submission};
use crate::round::{FileRole, Round, Task, WakewordTruth, wakeword_truth};

rule! {
    /// A wake word run did not play the official recording.
    ///
    /// The test is one pass over the long recording of twenty minutes with fifty spoken words; results.json repeats its
    /// name, its length and when the word is spoken.
    ///
    /// Help: measure with the long test of the official data.
    ///
    /// Source: mlcommons/tiny benchmark/runner README and `sww_long_test.json`.
    "wakeword-recording-unknown", Wakeword, Error, check, needs evidence, keeps figure
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let Some(spec) = place.spec(round).filter(|spec| spec.task == Task::Wakeword) else { continue };
        let Some(truth) = spec.lists.first().and_then(|name| wakeword_truth(name)) else { continue };
        if let Some(message) = difference(place.run, truth) {
            findings.at(place.run.path_of(FileRole::Json), 1, message);
        } else if let Some(played) = place.run.log.as_ref().and_then(|log| log.recording.as_ref()) {
            let (name, seconds) = &played.value;
            if *name != truth.wav || (seconds - truth.length_s).abs() > PRINTED {
                let message =
                    format!("`{name}` of {seconds} s was played, expected `{}` of {} s", truth.wav, truth.length_s);
                findings.at(place.run.path_of(FileRole::Log), played.line, message);
            }
        }
    }
}

/// Seconds that a repeated time may differ by, from being printed and read.
const PRINTED: f64 = 1e-6;

fn difference(run: &Run, truth: &WakewordTruth) -> Option<String> {
    let infer = run.json.as_ref()?.iter().find_map(|entry| entry.infer.as_ref())?;
    if let Some(wav) = infer.wav_file.as_ref().filter(|wav| *wav != truth.wav) {
        return Some(format!("the recording is `{wav}`, expected `{}`", truth.wav));
    }
    if let Some(length) = infer.length_sec.filter(|length| (length - truth.length_s).abs() > PRINTED) {
        return Some(format!("the recording has {length} s, expected {} s", truth.length_s));
    }
    let words = infer.detection_windows.as_ref()?;
    let same = words.len() == truth.words.len()
        && words.iter().zip(&truth.words).all(|(a, b)| (a.0 - b.0).abs() < PRINTED && (a.1 - b.1).abs() < PRINTED);
    (!same).then(|| format!("the {} times of the word are not those of the official recording", words.len()))
}
