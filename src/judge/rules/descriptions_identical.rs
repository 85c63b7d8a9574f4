use crate::judge::rule::{Findings, rule};
use crate::read::log::description::SystemDescription;
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// Two systems have the same description.
    ///
    /// A reader of the published table cannot tell them apart.
    ///
    /// Help: say in the description what differs: frequency, voltage, software.
    ///
    /// Source: MLPerf Tiny rules, 9 ("unequivocally identify the hardware").
    "descriptions-identical", SystemDescription, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for (index, system) in submission.systems.iter().enumerate() {
        let Some(description) = system.description.as_ref().filter(|description| description.damage.is_none()) else {
            continue;
        };
        let twin = submission.systems[..index].iter().find(|other| {
            other.submitter == system.submitter
                && other.division == system.division
                && other.description_path != system.description_path
                && other.description.as_ref().is_some_and(|other| values(other) == values(description))
        });
        if let Some(twin) = twin {
            findings.at(&system.description_path, 0, format!("the description is the same as that of `{}`", twin.name));
        }
    }
}

fn values(description: &SystemDescription) -> Vec<(&str, &str)> {
    description.fields.iter().map(|field| (field.key.value.as_str(), field.value.as_str())).collect()
}
