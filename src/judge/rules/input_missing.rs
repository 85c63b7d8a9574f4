use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{Mode, Round};

rule! {
    /// An accuracy run does not cover its whole input list.
    ///
    /// Accuracy is measured over every input of the official list (for anomaly detection over every slice of every
    /// file); leaving some out changes the figure.
    ///
    /// Help: measure accuracy over the whole list.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3 ("the entire set of validation inputs").
    "input-missing", Accuracy, Error, check, needs evidence, keeps figure,
    explains accuracy_mismatch, auc_mismatch, quality_target_missed
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Accuracy) {
        let Some((inputs, list)) = place.run.listed_inputs() else { continue };
        let missing: Vec<&str> =
            inputs.on_list().filter(|(_, loads)| loads.is_missing()).map(|(name, _)| name).collect();
        let path = place.run.inputs_path();
        if let Some(first) = missing.first() {
            let all = list.inputs.len();
            findings
                .at(path, 0, format!("{} of the {all} inputs of {} are missing", missing.len(), list.name))
                .note(format!("the first is `{first}`"));
        }
        let slices = list.slices as usize;
        let cut = inputs.on_list().find(|(_, loads)| !loads.is_missing() && loads.distinct() < slices);
        if let Some((name, loads)) = cut.filter(|_| slices > 1) {
            findings.at(path, 0, format!("`{name}` was run on {} slices, expected {slices}", loads.distinct()));
        }
    }
}
