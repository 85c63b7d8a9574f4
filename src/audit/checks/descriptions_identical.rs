use std::collections::BTreeMap;

use super::prelude::*;
use crate::model::System;
use crate::parse::document::description::SystemDescription;

check! {
    /// Two systems have the same description.
    ///
    /// A reader of the published table cannot tell them apart.
    ///
    /// Help: say in the description what differs: frequency, voltage, software.
    ///
    /// Source: MLPerf Tiny rules, 9 ("unequivocally identify the hardware").
    "descriptions-identical", SystemDescription, Warning, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let described = view.systems().iter().filter_map(|system| {
        let description = system.description.as_ref().filter(|description| description.damage.is_none())?;
        Some((system, description))
    });
    // For each content: the first system, and the first one whose description is another file.
    let mut seen: BTreeMap<_, [Option<&System>; 2]> = BTreeMap::new();
    for (system, description) in described.clone() {
        let alike = seen.entry(values(description)).or_default();
        let mut others = alike.iter().flatten();
        if let Some(twin) = others.find(|other| other.description_path != system.description_path) {
            found.at(&system.description_path, 0, format!("the description is the same as that of `{}`", twin.name));
            alike[1].get_or_insert(system);
        }
        alike[0].get_or_insert(system);
    }
    // A single file cannot be compared.
    let mut paths = described.map(|(system, _)| system.description_path.as_str());
    let first = paths.next();
    found.or_pass(paths.find(|path| Some(*path) != first).map(Place::whole))
}

fn values(description: &SystemDescription) -> Vec<(&str, &str)> {
    description.fields.iter().map(|field| (field.key.value.as_str(), field.value.as_str())).collect()
}
