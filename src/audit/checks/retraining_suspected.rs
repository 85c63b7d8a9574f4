use super::prelude::*;

check! {
    /// The description of a closed result says that its model was trained or fine-tuned.
    ///
    /// The closed division requires the reference weights; only calibration with the official calibration set is
    /// allowed.
    ///
    /// Help: use the reference weights, or move the result to the open division; reword the field if nothing was
    /// trained.
    ///
    /// Source: MLPerf Tiny rules, 6.1 and 8.2.
    "retraining-suspected", SystemDescription, Warning, System(check)
}

const FIELDS: [&str; 2] = ["Quantization Method", "Training and Quantization Notes"];
const WORDS: [&str; 6] = ["quantization aware", "quantization-aware", "qat", "fine-tun", "finetun", "retrain"];

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let Some(description) = view.system.description.as_ref().filter(|_| view.system.is_closed()) else {
        return Outcome::NotApplicable;
    };
    let path = &view.system.description_path;
    let filled = FIELDS.iter().filter_map(|key| description.get(key)).filter(|field| !field.as_str().trim().is_empty());
    for field in filled.clone() {
        let text = field.as_str().to_lowercase();
        let negated = ["no qat", "without", "not "].iter().any(|word| text.contains(word));
        if let Some(word) = WORDS.iter().find(|word| text.contains(**word)).filter(|_| !negated) {
            found.at(path, field.line, format!("`{}` mentions `{word}`", field.as_str()));
        }
    }
    found.or_pass(filled.map(|field| Place::new(path, field.line)).next())
}
