//! A round file may extend another round. It then contains only the sections that differ, each completely; the rest are
//! taken from the other round.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::schema::FileError;

/// The key that names the round a file extends.
const KEY: &str = "extends";

/// Returns the key of the section that begins at a line, if one does.
fn key_of(line: &str) -> Option<&str> {
    let (key, _) = line.split_once(':')?;
    let key = key.trim_matches(['"', '\'']);
    let is_key = key.starts_with(|c: char| c.is_ascii_alphabetic());
    (is_key && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')).then_some(key)
}

/// Completes the text of a round file with the sections of the round that it extends. These are appended, so that line
/// numbers of the file do not change. `known` returns the text of a round.
///
/// # Errors
/// If the extended round does not exist; the error has the line.
pub fn whole(text: &str, known: impl Fn(&str) -> Option<&'static str>) -> Result<Cow<'_, str>, FileError> {
    let mut lines: Vec<&str> = text.lines().collect();
    let Some(own) = lines.iter().position(|line| key_of(line) == Some(KEY)) else { return Ok(Cow::Borrowed(text)) };
    let mut next = Some((own, std::mem::take(&mut lines[own])));
    // Ends because each round is added at most once, even if rounds extend each other.
    let mut seen = BTreeSet::new();
    while let Some((at, line)) = next {
        let name = line.split_once(':').map_or("", |(_, name)| name);
        let name = name.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        let base = known(name).filter(|_| seen.insert(name));
        let Some(base) = base else {
            return Err(FileError {
                line: at as u64 + 1,
                message: format!("extends names the unknown round `{name}`"),
            });
        };
        let keys: BTreeSet<&str> = lines.iter().filter_map(|line| key_of(line)).collect();
        let mut is_taken = false;
        let mut more = Vec::new();
        next = None;
        for (at, line) in base.lines().enumerate() {
            if let Some(key) = key_of(line) {
                is_taken = key != KEY && !keys.contains(key);
                if key == KEY {
                    next = Some((at, line));
                }
            }
            if is_taken {
                more.push(line);
            }
        }
        lines.append(&mut more);
    }
    Ok(Cow::Owned(lines.join("\n") + "\n"))
}

/// Adds `extends` to the schema of a round: with it, no section is required.
pub fn in_schema(schema: &mut schemars::Schema) {
    let Some(required) = schema.remove("required") else { return };
    if let Some(properties) = schema.get_mut("properties").and_then(serde_json::Value::as_object_mut) {
        let says = "Name of the round whose sections are used if this file does not have them.";
        properties.insert(KEY.to_owned(), serde_json::json!({ "description": says, "type": "string" }));
    }
    schema.insert("if".to_owned(), serde_json::json!({ "not": { "required": [KEY] } }));
    schema.insert("then".to_owned(), serde_json::json!({ "required": required }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> Option<&'static str> {
        match name {
            "old" => Some("# old\na: 1\nb:\n  c: 2\n  # of c\nd: 3\n"),
            "middle" => Some("extends: old\nb: 4\n"),
            _ => None,
        }
    }

    #[test]
    fn missing_sections_are_taken_from_the_extended_round() {
        assert_eq!(whole("a: 1\n", known).unwrap(), "a: 1\n");
        assert_eq!(whole("d: 5\nextends: middle # the last\n", known).unwrap(), "d: 5\n\nb: 4\na: 1\n");
        assert_eq!(whole("extends: 'old'\na:\n  b: 1\n", known).unwrap(), "\na:\n  b: 1\nb:\n  c: 2\n  # of c\nd: 3\n");
        // Only a top-level `extends` counts.
        assert_eq!(whole("a:\n  extends: old\n", known).unwrap(), "a:\n  extends: old\n");
        assert!(whole("a: 1\nextends: none\n", known).unwrap_err().line == 2);
    }
}
