use super::prelude::*;

check! {
    /// A description gives an accelerator's frequency or memory, but does not name the accelerator.
    ///
    /// Help: name the accelerator in `Accelerator`, or leave all its fields empty.
    ///
    /// Source: system description template.
    "accelerator-half-described", SystemDescription, Note, System(check)
}

const DETAILS: [&str; 3] =
    ["Accelerator(s) Frequencies", "Accelerator memory type and capacity", "Accelerator storage type and capacity"];

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let Some(description) = &view.system.description else { return Outcome::NotApplicable };
    let says =
        |key: &str| !["", "-", "0", "n/a", "na", "none", "no"].contains(&description.text(key).to_lowercase().as_str());
    let path = &view.system.description_path;
    let half = DETAILS.iter().filter(|key| says(key)).find_map(|key| Some((key, description.get(key)?)));
    if let Some((key, field)) = half.filter(|_| !says("Accelerator")) {
        found.at(path, field.line, format!("`{key}` is `{}`, but `Accelerator` does not name one", field.shown()));
    }
    found.or_pass(Place::whole(path))
}
