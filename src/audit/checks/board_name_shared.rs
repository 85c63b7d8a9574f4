use std::collections::BTreeMap;

use super::prelude::*;

check! {
    /// Two systems of a submitter have the same board name.
    ///
    /// The published table numbers results by division, submitter and board, so both systems get the same ID.
    ///
    /// Help: give each board a different name if each system should have a separate result ID.
    ///
    /// Source: `generate_final_report.py` (Unique ID).
    "board-name-shared", SystemDescription, Note, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let fields = view.systems().iter().filter_map(|system| {
        let field = system.description.as_ref()?.get("Board Name")?;
        (!field.as_str().trim().is_empty()).then_some((system, field))
    });
    for (system, field) in fields.clone() {
        if let Some(first) = seen.get(field.as_str()) {
            let message = format!("`{}` has the board name `{}`, the same as `{first}`", system.name, field.shown());
            found.at(&system.description_path, field.line, message);
        } else {
            seen.insert(field.as_str(), &system.name);
        }
    }
    let first = fields.map(|(system, field)| Place::new(&system.description_path, field.line)).next();
    found.or_pass(first)
}
