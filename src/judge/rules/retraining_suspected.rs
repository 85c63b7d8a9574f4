use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A closed result says that its model was trained or fine-tuned.
    ///
    /// The closed division takes the reference weights; only calibration with the official calibration set is allowed.
    ///
    /// Help: use the reference weights, or move the result to the open division; reword the field if nothing was
    /// trained.
    ///
    /// Source: MLPerf Tiny rules, 6.1 and 8.2.
    "retraining-suspected", SystemDescription, Warning, check
}

const FIELDS: [&str; 2] = ["Quantization Method", "Training and Quantization Notes"];
const WORDS: [&str; 6] = ["quantization aware", "quantization-aware", "qat", "fine-tun", "finetun", "retrain"];

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for system in submission.systems.iter().filter(|system| system.is_closed()) {
        let Some(description) = &system.description else { continue };
        for field in FIELDS.iter().filter_map(|key| description.get(key)) {
            let text = field.as_str().to_lowercase();
            let negated = ["no qat", "without", "not "].iter().any(|word| text.contains(word));
            if let Some(word) = WORDS.iter().find(|word| text.contains(**word)).filter(|_| !negated) {
                let message = format!("`{}` speaks of `{word}`", field.as_str());
                findings.at(&system.description_path, field.line, message);
            }
        }
    }
}
