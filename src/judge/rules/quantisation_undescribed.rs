use crate::judge::rule::{Findings, rule};
use crate::read::log::description::SystemDescription;
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// Nothing says how the weights of a closed result were quantised.
    ///
    /// Quantisation must be a mathematical, reproducible and publicly described step, so that others can repeat it.
    ///
    /// A document named for it or a README that speaks of it will do, too.
    ///
    /// Help: fill in `Quantization Method` or `Training and Quantization Notes`.
    ///
    /// Source: MLPerf Tiny rules, 8.1; system description template.
    "quantisation-undescribed", SystemDescription, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    let closed = submission.submitters.iter().filter(|submitter| submitter.is_closed());
    for submitter in closed.filter(|submitter| submitter.documents.quantisation.is_none()) {
        let described: Vec<_> = submission
            .systems_of(submitter)
            .iter()
            .filter_map(|system| Some((system, system.description.as_ref().filter(|one| one.damage.is_none())?)))
            .collect();
        let silent: Vec<_> = described
            .iter()
            .filter(|(system, description)| !system.name.to_lowercase().contains("float") && !describes(description))
            .collect();
        let Some((first, _)) = silent.first() else { continue };
        let finding = findings.at(
            &first.description_path,
            0,
            "neither `Quantization Method` nor a note or document says how the model was quantised",
        );
        if silent.len() > 1 {
            finding.note(format!(
                "{} of {} descriptions are silent on it, this is the first",
                silent.len(),
                described.len()
            ));
        }
    }
}

fn describes(description: &SystemDescription) -> bool {
    let fields = description.fields.iter().filter(|field| {
        let key = field.key.value.to_lowercase();
        key.contains("quantization") || key.contains("quantisation")
    });
    fields.map(|field| field.value.as_str().trim()).any(|text| !text.is_empty() && text != "-")
}
