//! The numbers of a round file within the ranges that its schema states.

use std::sync::LazyLock;

use serde_json::Value;

use super::Round;

static SCHEMA: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(Round).into());

/// Says which number of a round file lies outside of its range, if one does.
pub(super) fn check(round: &Value) -> Result<(), String> {
    wrong("", round, &SCHEMA).map_or(Ok(()), Err)
}

fn wrong(field: &str, value: &Value, schema: &Value) -> Option<String> {
    let named = schema.get("$ref").and_then(Value::as_str);
    let schema = named.and_then(|place| SCHEMA.pointer(place.trim_start_matches('#'))).unwrap_or(schema);
    let of_alternative = || {
        let alternatives = ["anyOf", "oneOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
        alternatives.into_iter().find_map(|schema| wrong(field, value, schema))
    };
    let own = match value {
        Value::Object(fields) => fields.iter().find_map(|(key, value)| {
            let inner = schema.get("properties").and_then(|known| known.get(key));
            let inner = inner.or_else(|| schema.get("additionalProperties"))?;
            wrong(&if field.is_empty() { key.clone() } else { format!("{field}.{key}") }, value, inner)
        }),
        Value::Number(number) => {
            let (least, most) = (schema.get("minimum")?.as_f64()?, schema.get("maximum")?.as_f64()?);
            let inside = number.as_f64().is_some_and(|number| (least..=most).contains(&number));
            (!inside).then(|| format!("{field} is {number}, expected {least} to {most}"))
        }
        _ => None,
    };
    own.or_else(of_alternative)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Schemas of numbers in which a bound is missing.
    fn open(place: &str, schema: &Value, found: &mut Vec<String>) {
        let is_number = |kind: &Value| kind == "number" || kind == "integer";
        let kind = schema.get("type");
        if kind.is_some_and(|kind| is_number(kind) || kind.as_array().is_some_and(|all| all.iter().any(is_number)))
            && (schema.get("minimum").is_none() || schema.get("maximum").is_none())
        {
            found.push(place.to_owned());
        }
        match schema {
            Value::Object(fields) => {
                fields.iter().for_each(|(key, inner)| open(&format!("{place}/{key}"), inner, found));
            }
            Value::Array(all) => all.iter().for_each(|inner| open(place, inner, found)),
            _ => {}
        }
    }

    #[test]
    fn every_number_has_a_range() {
        let mut found = Vec::new();
        open("", &SCHEMA, &mut found);
        assert!(found.is_empty(), "{found:?}");
    }
}
