use super::prelude::*;

check! {
    /// A system's `Status` is missing or is not one of the official categories.
    ///
    /// The published tables are grouped by status. The official checker rejects every result of such a system, and
    /// crashes if the field is missing.
    ///
    /// Help: set `Status` in the system description to `available`, `preview` or `rdi`.
    ///
    /// Official checker: rejects the system; if the field is missing, its whole run ends.
    ///
    /// Source: MLPerf Tiny rules, 9; `submission_checker.py`, VALID_AVAILABILITIES.
    "status-unknown", SystemDescription, Error, System(check),
    affects: result,
    fails: NotByTheRules,
}

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let description = view.system.description.as_ref().filter(|description| description.damage.is_none());
    let Some(description) = description else { return Outcome::NotApplicable };
    let (round, path) = (view.round, &view.system.description_path);
    let expected = round.statuses.keys().map(|status| format!("`{status}`")).collect::<Vec<_>>().join(", ");
    let Some(field) = description.get("Status") else {
        found.at(path, 1, format!("`Status` is missing, expected one of {expected}"));
        return found.or_pass(None);
    };
    let status = field.as_str();
    if !round.statuses.contains_key(&status.to_lowercase()) {
        let what = if status.trim().is_empty() {
            "`Status` is empty".to_owned()
        } else {
            format!("`Status` is `{}`", field.shown())
        };
        let finding = found.at(path, field.line, format!("{what}, expected one of {expected}"));
        if let Some(right) = round.status_meant(status) {
            finding.help(format!("write `\"Status\": \"{right}\"`"));
        }
    }
    found.or_pass(Place::new(path, field.line))
}
