//! A round's file may extend another round: it then holds the sections that change, whole, and those of the other round
//! count for the rest.

use std::borrow::Cow;
use std::collections::BTreeSet;

/// The key that names the round a file extends.
const KEY: &str = "extends";

/// The key of a section, where a line begins one.
fn key_of(line: &str) -> Option<&str> {
    let (key, _) = line.split_once(':')?;
    let key = key.trim_matches(['"', '\'']);
    let is_key = key.starts_with(|c: char| c.is_ascii_alphabetic());
    (is_key && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')).then_some(key)
}

/// The text of a round's file with the sections that it takes from the round it extends behind its own, so that its own lines
/// keep their numbers. `known` gives the text of a round.
///
/// # Errors
/// When there is no such round; the reason names the line.
pub fn whole(text: &str, known: impl Fn(&str) -> Option<&'static str>) -> Result<Cow<'_, str>, String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let Some(own) = lines.iter().position(|line| key_of(line) == Some(KEY)) else { return Ok(Cow::Borrowed(text)) };
    let mut next = Some((own, std::mem::take(&mut lines[own])));
    // Rounds extend earlier ones, so that this ends; what names itself is taken once.
    let mut seen = BTreeSet::new();
    while let Some((at, line)) = next {
        let name = line.split_once(':').map_or("", |(_, name)| name);
        let name = name.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        let base = known(name).filter(|_| seen.insert(name));
        let Some(base) = base else {
            return Err(format!("extends names the round `{name}`, which does not exist, at line {}", at + 1));
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

/// Says in the schema of a round that a file may extend another: then it needs none of the sections.
pub fn in_schema(schema: &mut schemars::Schema) {
    let Some(required) = schema.remove("required") else { return };
    if let Some(properties) = schema.get_mut("properties").and_then(serde_json::Value::as_object_mut) {
        let says = "The round whose sections count where the file has none of its own.";
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
    fn sections_of_the_extended_round_count_where_a_file_has_none_of_its_own() {
        assert_eq!(whole("a: 1\n", known).unwrap(), "a: 1\n");
        assert_eq!(whole("d: 5\nextends: middle # the last\n", known).unwrap(), "d: 5\n\nb: 4\na: 1\n");
        assert_eq!(whole("extends: 'old'\na:\n  b: 1\n", known).unwrap(), "\na:\n  b: 1\nb:\n  c: 2\n  # of c\nd: 3\n");
        // A key of a section is not one of the file.
        assert_eq!(whole("a:\n  extends: old\n", known).unwrap(), "a:\n  extends: old\n");
        assert!(whole("a: 1\nextends: none\n", known).unwrap_err().ends_with("at line 2"));
    }
}
