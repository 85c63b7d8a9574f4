use super::prelude::*;

check! {
    /// A system description names a division other than that of its folder.
    ///
    /// The folder decides what is published, so one of the two is wrong.
    ///
    /// Help: set `Division` to the division's folder name, or move the results.
    ///
    /// Source: system description template; MLPerf Tiny rules, 6.
    "division-disagrees-with-folder", SystemDescription, Warning, System(check)
}

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let (division, path) = (&view.system.division, &view.system.description_path);
    let field = view.system.description.as_ref().and_then(|description| description.get("Division"));
    let Some(field) = field.filter(|field| !field.as_str().trim().is_empty()) else { return Outcome::NotApplicable };
    if !view.round.divisions.contains(division) {
        return Outcome::NotApplicable;
    }
    let claimed = field.as_str().trim();
    if claimed.to_lowercase() != *division {
        found.at(path, field.line, format!("`Division` is `{claimed}`, but the results are under `{division}`"));
    }
    found.or_pass(Place::new(path, field.line))
}
