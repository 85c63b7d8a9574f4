use super::prelude::*;

check! {
    /// An open system description does not name the training framework.
    ///
    /// Help: fill in `Training framework (open division)` in the system description.
    ///
    /// Source: system description template.
    "training-framework-missing", SystemDescription, Warning, System(check)
}

const FIELD: &str = "Training framework (open division)";

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let system = view.system;
    let description = system.description.as_ref().filter(|description| description.damage.is_none());
    let Some(description) = description.filter(|_| system.division == "open") else { return Outcome::NotApplicable };
    let line = description.get(FIELD).map_or(0, |field| field.line);
    if description.text(FIELD).is_empty() {
        found.at(&system.description_path, line, format!("`{FIELD}` is missing or empty"));
    }
    found.or_pass(Place::new(&system.description_path, line))
}
