//! The JSON Schema of a system description, built from the requirements of a round.

use serde_json::{Map, Value, json};

use super::Round;

impl Round {
    /// Returns the schema of `systems/<system>.json` in this round: every field of the template is text, the published
    /// fields are required, status and division are official words. Additional fields are allowed.
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
            // The draft that most editors support; its own schema also compiles fastest.
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "MLPerf Tiny system description",
            "type": "object",
            "properties": properties,
            "required": self.system_description.required,
            "additionalProperties": {"type": "string"},
        })
    }
}

/// Returns the schema of one of several words, in any case.
fn any_case<'a>(words: impl Iterator<Item = &'a String>) -> Value {
    let letter = |c: char| {
        let (lower, upper) = (c.to_lowercase().to_string(), c.to_uppercase().to_string());
        if lower == upper { lower } else { format!("[{lower}{upper}]") }
    };
    let words: Vec<String> = words.map(|word| word.chars().map(letter).collect()).collect();
    json!({"type": "string", "pattern": format!("^({})$", words.join("|"))})
}
