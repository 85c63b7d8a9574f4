//! The JSON Schema of a system description, made of what a round demands of one.

use serde_json::{Map, Value, json};

use super::Round;

impl Round {
    /// The schema of `systems/<system>.json` in this round: text for every field of the template, the published ones
    /// required, status and division among the official words. Fields of one's own are allowed.
    #[must_use]
    pub fn description_schema(&self) -> Value {
        let properties: Map<String, Value> = self
            .system_description
            .fields
            .iter()
            .map(|field| {
                let schema = match field.as_str() {
                    "Status" => any_case(self.statuses.keys()),
                    "Division" => any_case(self.divisions.iter()),
                    _ => json!({"type": "string"}),
                };
                (field.clone(), schema)
            })
            .collect();
        json!({
            // The draft that editors know best; its own schema is the quickest to compile, too.
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "MLPerf Tiny system description",
            "type": "object",
            "properties": properties,
            "required": self.system_description.required,
            "additionalProperties": {"type": "string"},
        })
    }
}

/// One of some words, in capitals or not.
fn any_case<'a>(words: impl Iterator<Item = &'a String>) -> Value {
    let letter = |c: char| {
        let (lower, upper) = (c.to_lowercase().to_string(), c.to_uppercase().to_string());
        if lower == upper { lower } else { format!("[{lower}{upper}]") }
    };
    let words: Vec<String> = words.map(|word| word.chars().map(letter).collect()).collect();
    json!({"type": "string", "pattern": format!("^({})$", words.join("|"))})
}
