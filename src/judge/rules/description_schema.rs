//! System descriptions held against the JSON Schema of the round.
//!
//! The schema says what is wrong, the description knows on which line; each kind of violation is a rule of its own.

use serde_json::{Map, Value};

use crate::read::log::description::{FieldValue, SystemDescription};
use crate::read::submission::Submission;
use crate::round::Round;

/// Something that a schema forbids.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "schema"), expect(dead_code, reason = "nothing is found"))]
pub enum Violation {
    /// A required key is not there.
    Missing(String),
    /// The value of this key has another type.
    WrongType(String),
}

/// Descriptions that can be read, each with its path and what the schema of the round finds wrong with it.
///
/// Without the feature `schema` nothing is found.
pub fn violations<'a>(
    submission: &'a Submission,
    round: &Round,
) -> Vec<(&'a str, &'a SystemDescription, Vec<Violation>)> {
    let find = validator(round);
    let readable = submission.systems.iter().filter_map(|system| {
        let description = system.description.as_ref().filter(|description| description.damage.is_none())?;
        Some((system.description_path.as_str(), description))
    });
    readable.map(|(path, description)| (path, &**description, find(&value(description)))).collect()
}

/// The description as the official tool sees it: the last of repeated keys.
fn value(description: &SystemDescription) -> Value {
    let fields = description.fields.iter().map(|field| {
        let value = match &field.value.value {
            FieldValue::Text(text) => Value::from(text.as_str()),
            FieldValue::Other(json) => serde_json::from_str(json).unwrap_or(Value::Null),
        };
        (field.key.value.clone(), value)
    });
    Value::Object(fields.collect::<Map<_, _>>())
}

#[cfg(feature = "schema")]
fn validator(round: &Round) -> impl Fn(&Value) -> Vec<Violation> + use<> {
    use jsonschema::error::ValidationErrorKind;
    let validator = jsonschema::validator_for(&round.description_schema()).ok();
    move |description| {
        let errors = validator.iter().flat_map(|validator| validator.iter_errors(description));
        errors
            .filter_map(|error| match error.kind() {
                ValidationErrorKind::Required { property } => {
                    Some(Violation::Missing(property.as_str().unwrap_or_default().to_owned()))
                }
                ValidationErrorKind::Type { .. } => {
                    let pointer = error.instance_path().as_str().trim_start_matches('/').to_owned();
                    Some(Violation::WrongType(pointer.replace("~1", "/").replace("~0", "~")))
                }
                // Words that are not the official ones are graver rules' findings.
                _ => None,
            })
            .collect()
    }
}

#[cfg(not(feature = "schema"))]
fn validator(_: &Round) -> impl Fn(&Value) -> Vec<Violation> + use<> {
    |_| Vec::new()
}
