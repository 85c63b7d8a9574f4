use std::collections::BTreeMap;

use super::prelude::*;
use crate::parse::document::description::Field;
use crate::parse::text;

check! {
    /// A system description gives a field twice, and the value that counts is not the one that says something.
    ///
    /// The official template repeats some fields. Tools keep the last value, so that an empty repetition publishes an
    /// empty cell, and a different one drops the first. No measurement depends on it.
    ///
    /// Help: delete the second copy of the field; it comes from the template.
    ///
    /// Source: system description template; `submission_checker.py` reads the last of duplicate keys.
    "description-value-lost", SystemDescription, Warning, System(check)
}

/// Fields that are listed one by one.
const LISTED: usize = 20;

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let fields = view.system.description.as_ref().map_or(&[][..], |description| &description.fields);
    let path = &view.system.description_path;
    let last: BTreeMap<&str, &Field> = fields.iter().map(|field| (field.key.value.as_str(), field)).collect();
    let pairs: Vec<(&Field, &Field)> = fields
        .iter()
        .map(|field| (field, last[field.key.value.as_str()]))
        .filter(|(field, last)| is_lost(field, last))
        .collect();
    let mut facts = pairs.iter().map(|(field, kept)| {
        let (first, last) = (cut(field.value.as_str()), shown(kept.value.as_str()));
        format!("`{}` is `{first}` here and {last} in line {}", field.key.value, kept.key.line)
    });
    if let Some(((field, kept), others)) = pairs.split_first() {
        let finding = found.at(path, field.key.line, facts.next().unwrap_or_default());
        finding.label("lost").also(path, kept.key.line, "the last one is kept");
        for ((field, _), fact) in others.iter().zip(facts).take(LISTED) {
            finding.note(fact.replacen("here", &format!("in line {}", field.key.line), 1));
        }
        if let Some(more) = others.len().checked_sub(LISTED).filter(|more| *more > 0) {
            finding.note(format!("and {more} more"));
        }
        if view.round.publication.from_descriptions {
            for (field, kept) in pairs.iter().take(LISTED) {
                let cell = shown(kept.value.as_str());
                finding.note(format!("the published cell of `{}` will be {cell}", field.key.value));
            }
        }
    }
    found.or_pass(fields.first().map(|_| Place::whole(path)))
}

/// Whether a field says something, and the last of its name something else.
fn is_lost(field: &Field, last: &Field) -> bool {
    let first = field.value.as_str().trim();
    let says_nothing = first.is_empty() || ["n/a", "none", "-"].contains(&first.to_lowercase().as_str());
    !says_nothing && first != last.value.as_str().trim()
}

/// A value of a readable length.
fn cut(value: &str) -> String {
    text::excerpt(value.trim().as_bytes())
}

fn shown(value: &str) -> String {
    let value = cut(value);
    if value.is_empty() { "empty".to_owned() } else { format!("`{value}`") }
}
