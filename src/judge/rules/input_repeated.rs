use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{Mode, Round};

rule! {
    /// An accuracy run loads an input twice.
    ///
    /// An input that counts twice shifts the figure.
    ///
    /// Help: measure accuracy over the list once.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3; MLPerf Tiny rules, 2.6 (any order, every input).
    "input-repeated", Accuracy, Warning, check, needs evidence, keeps figure
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Accuracy) {
        let Some((inputs, list)) = place.run.listed_inputs() else { continue };
        let repeated: Vec<_> = inputs.loaded().filter(|(_, loads)| loads.repeated(list.slices)).collect();
        let Some((name, loads)) = repeated.first() else { continue };
        let finding = findings.at(place.run.inputs_path(), loads.line(), format!("`{name}` was loaded more than once"));
        if repeated.len() > 1 {
            finding.note(format!("{} inputs were", repeated.len()));
        }
    }
}
