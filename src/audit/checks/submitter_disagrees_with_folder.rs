use std::collections::BTreeSet;

use super::prelude::*;

check! {
    /// A system description names another submitter of the round.
    ///
    /// The description was probably copied from that submitter.
    ///
    /// Help: write the name of your own organisation in `Submitter`.
    ///
    /// Source: system description template.
    "submitter-disagrees-with-folder", SystemDescription, Warning, Submission(check)
}

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let submitters: BTreeSet<String> = view.submission.submitters.iter().map(|one| plain(&one.name)).collect();
    let fields = view
        .submission
        .systems
        .iter()
        .filter_map(|system| Some((system, system.description.as_ref()?.get("Submitter")?)));
    for (system, field) in fields.clone() {
        let (claimed, own) = (plain(field.as_str()), plain(&system.submitter));
        if claimed != own && submitters.contains(&claimed) {
            let message =
                format!("`Submitter` is `{}`, but the results are under `{}`", field.as_str(), system.submitter);
            found.at(&system.description_path, field.line, message);
        }
    }
    let first = fields.map(|(system, field)| Place::new(&system.description_path, field.line)).next();
    found.or_pass(first)
}
