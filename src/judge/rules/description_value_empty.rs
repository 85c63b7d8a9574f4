use crate::judge::rule::{Findings, rule};
use crate::read::location::Line;
use crate::read::log::description::SystemDescription;
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A field of a description that is published says nothing.
    ///
    /// The template's field is there, but empty or a placeholder; its cell in the published table stays empty.
    ///
    /// Help: fill in the field.
    ///
    /// Source: system description template; the columns of the published tables.
    "description-value-empty", SystemDescription, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for system in &submission.systems {
        let Some(description) = &system.description else { continue };
        // An unknown status or division is a graver rule's finding, a lost value that of its own rule.
        let keys =
            round.system_description.required.iter().filter(|key| !["Status", "Division"].contains(&key.as_str()));
        let empty: Vec<(Line, String)> = keys.filter_map(|key| says_nothing(description, key)).collect();
        let Some(((line, first), others)) = empty.split_first() else { continue };
        if others.is_empty() {
            findings.at(&system.description_path, *line, first.clone());
            continue;
        }
        let finding =
            findings.at(&system.description_path, *line, format!("{first}, as {} more say nothing", others.len()));
        for (line, other) in others {
            finding.note(format!("line {line}: {other}"));
        }
    }
}

/// Where a field stands that says nothing, every time it is given, and in what way.
fn says_nothing(description: &SystemDescription, key: &str) -> Option<(Line, String)> {
    let field = description.get(key)?;
    let all: Vec<&str> = description
        .fields
        .iter()
        .filter(|other| other.key.value == key)
        .map(|other| other.value.as_str().trim())
        .collect();
    let empty = |text: &&&str| ["", "tbd", "todo", "xxx", "?"].contains(&text.to_lowercase().as_str());
    if all.iter().filter(empty).count() < all.len() {
        return None;
    }
    let found = match all[..] {
        [""] => format!("`{key}` is empty"),
        [_] => format!("`{key}` is `{}`", field.shown()),
        _ if all.iter().all(|text| text.is_empty()) => format!("`{key}` is given {} times, empty each time", all.len()),
        _ => format!("`{key}` is given {} times and says nothing", all.len()),
    };
    Some((field.line, found))
}
