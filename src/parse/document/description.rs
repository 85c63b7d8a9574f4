//! `systems/<system>.json`: the description of a system under test.
//!
//! JSON parsers keep the last of duplicate keys; the official template itself repeats four of them, so both values are
//! kept here with their lines. The key `Operating System ` with a trailing space is from the template, too.

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions};
use serde_json::error::Category;

use crate::parse::location::{At, Damage, Line};
use crate::parse::text;

/// A system description as it is in its file.
#[derive(Debug, Clone, Default)]
pub struct SystemDescription {
    /// All keys and values in the file's order, duplicates included.
    pub fields: Vec<Field>,
    /// Why the file is not a JSON object; the fields are then empty.
    pub damage: Option<Damage>,
}

/// One key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The key, with spaces at its ends.
    pub key: At<String>,
    /// The value.
    pub value: At<FieldValue>,
}

/// The value of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// Text, as every value should be.
    Text(String),
    /// Anything else, as JSON text.
    Other(String),
}

impl FieldValue {
    /// Returns the text, or the JSON text of anything else.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Other(text) => text,
        }
    }

    /// Returns the value as an excerpt for a message.
    #[must_use]
    pub fn shown(&self) -> String {
        text::shown(self.as_str().as_bytes())
    }
}

impl SystemDescription {
    /// Returns the value that the official tool reads: the last of that key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&At<FieldValue>> {
        self.fields.iter().rfind(|field| field.key.value == key).map(|field| &field.value)
    }

    /// Returns the trimmed text of a key; empty if the key is missing.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        self.get(key).map_or("", |value| value.as_str().trim())
    }
}

/// Parses a system description.
#[must_use]
pub fn parse(bytes: &[u8]) -> SystemDescription {
    let damaged = |damage| SystemDescription { fields: Vec::new(), damage: Some(damage) };
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // The strict parser decides; the other one knows the place of every key.
    if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
        return damaged(syntax_error(bytes, &error));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return damaged(Damage::new(0, "the file is not UTF-8"));
    };
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        ..ParseOptions::default()
    };
    let value = match jsonc_parser::parse_to_ast(text, &CollectOptions::default(), &strict) {
        Ok(parsed) => parsed.value,
        Err(error) => return damaged(Damage::new(line(error.line_display()), format!("not valid JSON: {error}"))),
    };
    let Some(Value::Object(object)) = value else {
        return damaged(Damage::new(1, "the file is not a JSON object, expected `{\"Submitter\": …}`"));
    };
    let lines = LineStarts::of(text);
    let fields = object
        .properties
        .iter()
        .map(|property| {
            let range = property.value.range();
            let value = match &property.value {
                Value::StringLit(literal) => FieldValue::Text(literal.value.to_string()),
                _ => FieldValue::Other(text.get(range.start..range.end).unwrap_or_default().to_owned()),
            };
            Field {
                key: At::new(property.name.as_str().to_owned(), lines.line_of(property.range.start)),
                value: At::new(value, lines.line_of(range.start)),
            }
        })
        .collect();
    SystemDescription { fields, damage: None }
}

/// Describes the first syntax error, for the person who typed it.
fn syntax_error(bytes: &[u8], error: &serde_json::Error) -> Damage {
    let at_error = |message: String| Damage::new(line(error.line()), message);
    if text::is_utf16(bytes) {
        return Damage::new(1, text::UTF16);
    }
    if let Some((line, slip)) = slip(&String::from_utf8_lossy(bytes)) {
        return Damage::new(line, format!("not valid JSON: {slip}"));
    }
    match (bytes.trim_ascii_end().last(), error.classify()) {
        (None, _) => at_error("the file is empty".to_owned()),
        (Some(b','), Category::Eof) => {
            at_error("not valid JSON: the file ends without `}` after a trailing comma".to_owned())
        }
        (_, Category::Eof) => at_error("not valid JSON: the file ends before its `}`".to_owned()),
        _ => at_error(format!("not valid JSON: {error}")),
    }
}

/// Returns the first typical mistake of people and word processors in JSON, with its line.
fn slip(text: &str) -> Option<(Line, String)> {
    let mut lines: Line = 1;
    // The last character that is not white space, and its line; `"` is the end of a text, `0` that of a number or word.
    let mut before: Option<(char, Line)> = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\n' => lines += 1,
            '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{2018}' | '\u{2019}' | '\u{AB}' | '\u{BB}' => {
                return Some((lines, format!("`{c}` is a quotation mark of a word processor; write `\"`")));
            }
            '/' | '#' => return Some((lines, "JSON has no comments; remove it".to_owned())),
            '\'' => {
                return Some((lines, "strings need double quotation marks; write `\"` instead of `'`".to_owned()));
            }
            '}' | ']' => {
                if let Some((',', line)) = before {
                    return Some((line, format!("remove the comma before `{c}`")));
                }
                before = Some((c, lines));
            }
            '"' => {
                if let Some(('"' | '0' | '}' | ']', line)) = before {
                    let missing = if line < lines { "`,`" } else { "`:` or `,`" };
                    return Some((line, format!("{missing} is missing before the next string")));
                }
                loop {
                    match characters.next()? {
                        '\\' => drop(characters.next()),
                        '"' => break,
                        '\n' => {
                            return Some((
                                lines,
                                "a string must end on the line on which it begins; `\"` is missing".to_owned(),
                            ));
                        }
                        _ => {}
                    }
                }
                before = Some(('"', lines));
            }
            ' ' | '\t' | '\r' => {}
            c if c.is_whitespace() => {
                return Some((
                    lines,
                    format!("the space U+{:04X} is not allowed in JSON; write an ordinary space", u32::from(c)),
                ));
            }
            ',' if matches!(before, Some((',' | '{' | '[', _))) => {
                return Some((lines, "a comma without a value before it; remove it".to_owned()));
            }
            ';' => return Some((lines, "write `,` instead of `;`".to_owned())),
            '=' | '\u{FF1A}' => return Some((lines, format!("write `:` instead of `{c}`"))),
            c if c.is_alphabetic() => {
                let (is_key, rest) = (matches!(before, Some(('{' | ',', _))), characters.as_str());
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                let word = format!("{c}{}", &rest[..length]);
                if is_key {
                    return Some((lines, format!("the key `{word}` needs quotation marks")));
                }
                if !["true", "false", "null"].contains(&word.as_str()) {
                    return Some((lines, format!("`{word}` is not a JSON value; write a text in quotation marks")));
                }
                characters = rest[length..].chars();
                before = Some(('0', lines));
            }
            c if c.is_alphanumeric() => before = Some(('0', lines)),
            c => before = Some((c, lines)),
        }
    }
    None
}

/// Byte offsets of the line feeds.
struct LineStarts(Vec<usize>);

impl LineStarts {
    fn of(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    fn line_of(&self, offset: usize) -> Line {
        line(self.0.partition_point(|end| *end < offset) + 1)
    }
}

fn line(number: usize) -> Line {
    Line::try_from(number).unwrap_or(Line::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn duplicate_keys_keep_both_values_and_lines() {
        let text = "{\n  \"Software Libraries\": \"CMSIS\",\n  \"Operating System \": \"none\",\n  \"Software Libraries\": \"\"\n}";
        let description = parse(text.as_bytes());
        let found: Vec<_> = description
            .fields
            .iter()
            .map(|field| (field.key.value.as_str(), field.key.line, field.value.as_str()))
            .collect();
        assert_eq!(
            found,
            [("Software Libraries", 2, "CMSIS"), ("Operating System ", 3, "none"), ("Software Libraries", 4, "")]
        );
        assert_eq!(description.text("Software Libraries"), "");
    }

    #[test]
    fn damage_names_the_line() {
        for (text, at) in [("{\n\"a\": 1,\n}", 2), ("{\n\"a\": \"x\ny\"}", 2), ("[]", 1), ("", 1), ("{\"a\" \"b\"}", 1)]
        {
            let damage = parse(text.as_bytes()).damage.expect(text);
            assert_eq!(damage.line, at, "{text}: {}", damage.message);
        }
    }

    #[test]
    fn typical_mistakes_are_named_at_their_place() {
        for (text, line, message) in [
            ("{\n\"a\": 1,\n}", 2, "remove the comma before `}`"),
            ("{\n\"a\": [1, 2, ]\n}", 2, "remove the comma before `]`"),
            ("{\n\"a\": \"1\"\n\"b\": 2\n}", 2, "`,` is missing"),
            ("{\n\"a\": 1\n\n\"b\": 2\n}", 2, "`,` is missing"),
            ("{\n“a”: 1\n}", 2, "quotation mark of a word processor"),
            ("{\n\"a\": ‘x’\n}", 2, "quotation mark of a word processor"),
            ("{'a': 1}", 1, "double quotation marks"),
            ("{\n// hello\n\"a\": 1}", 2, "no comments"),
            ("{\"a\": 1,, \"b\": 2}", 1, "without a value before it"),
            ("{a: 1}", 1, "the key `a` needs quotation marks"),
            ("{\"a\": None}", 1, "`None` is not a JSON value"),
            ("{\"a\"=1}", 1, "instead of `=`"),
            ("{\"a\": \"x\"; \"b\": 1}", 1, "instead of `;`"),
            ("{\u{A0}\"a\": 1,,}", 1, "U+00A0"),
        ] {
            let damage = parse(text.as_bytes()).damage.expect(text);
            assert!(damage.line == line && damage.message.contains(message), "{text}: {damage:?}");
        }
        let utf16: Vec<u8> = "{\"a\": 1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(parse(&utf16).damage.unwrap().message.contains("UTF-16"));
        // Quotation marks inside a text are allowed.
        assert!(parse("{\"a\": \"“x”, it's\"}".as_bytes()).damage.is_none());
    }

    #[test]
    fn a_missing_end_is_named() {
        for (text, expected) in [
            ("{\n\"a\": \"x\",\n", "the file ends without `}` after a trailing comma"),
            ("{\n\"a\": \"x\"\n", "the file ends before its `}`"),
            (" \n", "the file is empty"),
        ] {
            let message = parse(text.as_bytes()).damage.unwrap().message;
            assert!(message.ends_with(expected), "{text}: {message}");
        }
    }

    #[test]
    fn values_other_than_text_are_kept_as_json() {
        let description = parse(b"{\"Software Libraries\": {\"andes_nn\": {\"SHA\": \"\"}}}");
        assert_eq!(description.fields[0].value.value, FieldValue::Other("{\"andes_nn\": {\"SHA\": \"\"}}".into()));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = parse(&bytes);
        }
    }
}
