use std::collections::BTreeMap;

use super::prelude::*;
use crate::parse::document::description::Field;
use crate::parse::text;

check! {
    /// A system description gives a field twice, and the last value overrides a different one.
    ///
    /// The official template repeats some fields. Tools keep the last value: if it is empty, the published cell is
    /// empty; if it is different, the first value is dropped. No measurement depends on it.
    ///
    /// Help: delete the second copy of the field; it comes from the template.
    ///
    /// Source: system description template; `submission_checker.py` reads the last of duplicate keys.
    "description-value-lost", SystemDescription, Warning, System(check)
}

/// Maximum number of fields that are listed one by one.
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
    let fact = |(field, kept): &(&Field, &Field), place: &str| {
        let (first, last) = (cut(field.value.as_str()), quoted(kept.value.as_str()));
        format!("`{}` is `{first}` {place} and {last} in line {}", field.key.value, kept.key.line)
    };
    if let Some((pair @ (field, kept), others)) = pairs.split_first() {
        let finding = found.at(path, field.key.line, fact(pair, "here"));
        finding.label("overridden").also(path, kept.key.line, "the last value is kept");
        for pair in others.iter().take(LISTED) {
            finding.note(fact(pair, &format!("in line {}", pair.0.key.line)));
        }
        if let Some(more) = others.len().checked_sub(LISTED).filter(|more| *more > 0) {
            finding.note(format!("and {more} more"));
        }
        if view.round.publication.from_descriptions {
            for (field, kept) in pairs.iter().take(LISTED) {
                let cell = quoted(kept.value.as_str());
                finding.note(format!("the published cell of `{}` will be {cell}", field.key.value));
            }
        }
    }
    found.or_pass(fields.first().map(|_| Place::whole(path)))
}

/// Whether a field has a value, and the last field of its name another one.
fn is_lost(field: &Field, last: &Field) -> bool {
    let first = field.value.as_str().trim();
    let says_nothing = first.is_empty() || ["n/a", "none", "-"].contains(&first.to_lowercase().as_str());
    !says_nothing && first != last.value.as_str().trim()
}

/// Shortens a value to a readable length.
fn cut(value: &str) -> String {
    text::excerpt(value.trim().as_bytes())
}

fn quoted(value: &str) -> String {
    let value = cut(value);
    if value.is_empty() { "empty".to_owned() } else { format!("`{value}`") }
}
