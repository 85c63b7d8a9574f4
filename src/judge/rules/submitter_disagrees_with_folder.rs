use std::collections::BTreeSet;

use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A system description names another submitter of the round.
    ///
    /// It was probably copied from there.
    ///
    /// Help: name your own organisation in `Submitter`.
    ///
    /// Source: system description template.
    "submitter-disagrees-with-folder", SystemDescription, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let submitters: BTreeSet<String> = submission.submitters.iter().map(|submitter| plain(&submitter.name)).collect();
    for system in &submission.systems {
        let Some(field) = system.description.as_ref().and_then(|description| description.get("Submitter")) else {
            continue;
        };
        let (claimed, own) = (plain(field.as_str()), plain(&system.submitter));
        if claimed != own && submitters.contains(&claimed) {
            let message =
                format!("`Submitter` is `{}`, but the results lie under `{}`", field.as_str(), system.submitter);
            findings.at(&system.description_path, field.line, message);
        }
    }
}
