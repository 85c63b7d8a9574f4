use std::collections::BTreeMap;

use crate::judge::rule::{Findings, rule};
use crate::read::log::description::SystemDescription;
use crate::read::submission::{Submission, System};
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
    // By submitter and content, the first system, and the first one whose description is another file.
    let mut seen: BTreeMap<_, [Option<&System>; 2]> = BTreeMap::new();
    for system in &submission.systems {
        let Some(description) = system.description.as_ref().filter(|description| description.damage.is_none()) else {
            continue;
        };
        let key = (&system.division, &system.submitter, values(description));
        let alike = seen.entry(key).or_default();
        let mut others = alike.iter().flatten();
        if let Some(twin) = others.find(|other| other.description_path != system.description_path) {
            findings.at(&system.description_path, 0, format!("the description is the same as that of `{}`", twin.name));
            alike[1].get_or_insert(system);
        }
        alike[0].get_or_insert(system);
    }
}

fn values(description: &SystemDescription) -> Vec<(&str, &str)> {
    description.fields.iter().map(|field| (field.key.value.as_str(), field.value.as_str())).collect()
}
