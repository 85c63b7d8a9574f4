//! System descriptions held against the schema of the round ([`Round::description_schema`]): each kind of violation is
//! a check of its own. The schema asks two things that are not graver checks' findings, so they are asked here; a test
//! holds the answers against those of a validator.

use std::collections::BTreeSet;

use crate::audit::view::SystemView;
use crate::parse::document::description::{FieldValue, SystemDescription};
use crate::round::Round;

/// Something that a schema forbids.
#[derive(Debug, PartialEq, Eq)]
pub enum Violation {
    /// A required key is not there.
    Missing(String),
    /// The value of this key has another type.
    WrongType(String),
}

/// The description of a system, if it can be read, and what the schema of the round finds wrong with it.
pub fn violations<'a>(view: &SystemView<'a>) -> Option<(&'a SystemDescription, Vec<Violation>)> {
    let description = view.system.description.as_deref().filter(|description| description.damage.is_none())?;
    Some((description, of(description, view.round)))
}

/// What is wrong with a description as the official tool sees it: with the last of repeated keys, where the first stood.
fn of(description: &SystemDescription, round: &Round) -> Vec<Violation> {
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

    /// The same of a validator: wrong types, then what is missing.
    fn of_validator(json: &serde_json::Value, round: &Round) -> Vec<Violation> {
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
                // Words that are not the official ones are graver checks' findings.
                _ => {}
            }
        }
        types.extend(missing);
        types
    }

    proptest! {
        #[test]
        fn a_validator_says_the_same(
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
            prop_assert_eq!(of(&read, &round), of_validator(&serde_json::from_str(&text).unwrap(), &round));
        }
    }
}
