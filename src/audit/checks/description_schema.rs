//! Violations of a round's schema ([`Round::description_schema`]) in system descriptions; a separate check reports each
//! kind. Only the two kinds that other checks do not report are found here. A test compares the result with that of a
//! schema validator.

use std::collections::BTreeSet;

use crate::audit::view::SystemView;
use crate::parse::document::description::{FieldValue, SystemDescription};
use crate::round::Round;

/// Something that a schema forbids.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Violation {
    /// A required key is missing.
    Missing(String),
    /// The value of this key has another type.
    WrongType(String),
}

/// Returns the description of a system and how it violates the round's schema; `None` if it cannot be read.
pub(crate) fn violations<'a>(view: &SystemView<'a>) -> Option<(&'a SystemDescription, Vec<Violation>)> {
    let description = view.system.description.as_deref().filter(|description| description.damage.is_none())?;
    Some((description, find_violations(description, view.round)))
}

/// Returns the violations as the official checker sees them: a repeated key has its last value, at its first position.
fn find_violations(description: &SystemDescription, round: &Round) -> Vec<Violation> {
    let mut keys = BTreeSet::new();
    let fields = description.fields.iter().map(|field| field.key.value.as_str()).filter(|key| keys.insert(*key));
    let is_text = |key: &str| matches!(description.get(key).map(|value| &value.value), Some(FieldValue::Text(_)));
    let mut found: Vec<_> =
        fields.filter(|key| !is_text(key)).map(|key| Violation::WrongType(key.to_owned())).collect();
    let required = round.system_description.required.iter();
    found.extend(required.filter(|key| !keys.contains(key.as_str())).map(|key| Violation::Missing(key.clone())));
    found
}

#[cfg(test)]
mod tests {
    use jsonschema::error::ValidationErrorKind;
    use proptest::prelude::*;

    use super::*;
    use crate::parse::document::description;

    /// Returns the violations that a validator finds: wrong types, then missing keys.
    fn validator_violations(json: &serde_json::Value, round: &Round) -> Vec<Violation> {
        let validator = jsonschema::validator_for(&round.description_schema()).unwrap();
        let (mut types, mut missing) = (Vec::new(), Vec::new());
        for error in validator.iter_errors(json) {
            match error.kind() {
                ValidationErrorKind::Required { property } => {
                    missing.push(Violation::Missing(property.as_str().unwrap().to_owned()));
                }
                ValidationErrorKind::Type { .. } => {
                    let pointer = error.instance_path().as_str().strip_prefix('/').unwrap().to_owned();
                    types.push(Violation::WrongType(pointer.replace("~1", "/").replace("~0", "~")));
                }
                // Values that are not official are reported by other checks.
                _ => {}
            }
        }
        types.extend(missing);
        types
    }

    proptest! {
        #[test]
        fn a_validator_finds_the_same_violations(
            round in proptest::sample::select(Round::names()),
            left in 0..40_usize,
            others in proptest::collection::vec(
                (
                    proptest::sample::select(vec!["Status", "Division", "a/b~c", "", "Submitter", "ü", "Accelerator Model Name"]),
                    proptest::sample::select(vec!["\"text\"", "\"available\"", "1", "null", "true", "[\"x\"]", "{\"a\": \"b\"}", "\"\""]),
                ),
                0..8,
            ),
        ) {
            let round = Round::named(round).unwrap();
            let required = round.system_description.required.iter().skip(left).map(|key| (key.as_str(), "\"x\""));
            let fields: Vec<String> =
                required.chain(others).map(|(key, value)| format!("{}: {value}", serde_json::json!(key))).collect();
            let text = format!("{{{}}}", fields.join(", "));
            let read = description::parse(text.as_bytes());
            prop_assert!(read.damage.is_none());
            let expected = validator_violations(&serde_json::from_str(&text).unwrap(), &round);
            prop_assert_eq!(find_violations(&read, &round), expected);
        }
    }
}
