use super::prelude::*;

check! {
    /// A system description cannot be read.
    ///
    /// It has to be strict JSON. One unreadable description ends the official checker for every submitter.
    ///
    /// Help: mend the JSON at that line; a missing or surplus comma and a line break inside a text are the usual causes.
    ///
    /// Official checker: ends its whole run, without a result for anybody.
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
