use super::prelude::*;

check! {
    /// A system description cannot be read.
    ///
    /// It must be strict JSON. One unreadable description stops the official checker for every submitter.
    ///
    /// Help: correct the JSON at that line; the usual causes are a missing or surplus comma, or a line break inside a
    /// string.
    ///
    /// Official checker: its whole run ends, without a result for any submitter.
    ///
    /// Source: `submission_checker.py` reads it as JSON.
    "system-description-malformed", SystemDescription, Error, System(check),
    affects: result,
    fails: NotByTheRules,
}

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let Some(description) = &view.system.description else { return Outcome::NotApplicable };
    let path = &view.system.description_path;
    if let Some(damage) = &description.damage {
        found.at(path, damage.line, damage.message.as_str());
    }
    found.or_pass(Place::whole(path))
}
