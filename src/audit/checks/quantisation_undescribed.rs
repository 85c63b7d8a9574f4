use super::prelude::*;
use crate::parse::document::description::{Field, SystemDescription};

check! {
    /// The submission does not describe how the weights of a closed result were quantised.
    ///
    /// Quantisation must be a mathematical, reproducible and publicly described step, so that others can repeat it.
    ///
    /// A document whose name mentions quantisation, or a README that mentions it, is accepted, too.
    ///
    /// Help: fill in `Quantization Method` or `Training and Quantization Notes`.
    ///
    /// Source: MLPerf Tiny rules, 8.1; system description template.
    "quantisation-undescribed", SystemDescription, Warning, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    if !view.submitter.is_closed() {
        return Outcome::NotApplicable;
    }
    if let Some(document) = &view.submitter.documents.quantisation {
        return found.or_pass(Place::whole(document));
    }
    let described: Vec<_> = view
        .systems()
        .iter()
        .filter_map(|system| Some((system, system.description.as_ref().filter(|one| one.damage.is_none())?)))
        .collect();
    let silent: Vec<_> = described
        .iter()
        .filter(|(system, description)| {
            !system.name.to_lowercase().contains("float") && description_of(description).is_none()
        })
        .collect();
    if let Some((first, _)) = silent.first() {
        let finding = found.at(
            &first.description_path,
            0,
            "neither `Quantization Method` nor a note or document describes how the model was quantised",
        );
        if silent.len() > 1 {
            finding.note(format!(
                "{} of {} descriptions do not describe it; this is the first",
                silent.len(),
                described.len()
            ));
        }
    }
    let place = described.iter().find_map(|(system, description)| {
        Some(Place::new(&system.description_path, description_of(description)?.value.line))
    });
    found.or_pass(place)
}

/// Returns the field that describes how the model was quantised.
fn description_of(description: &SystemDescription) -> Option<&Field> {
    description.fields.iter().find(|field| {
        let (key, text) = (field.key.value.to_lowercase(), field.value.as_str().trim());
        (key.contains("quantization") || key.contains("quantisation")) && !text.is_empty() && text != "-"
    })
}
