//! Explains the errors that a JSON Schema finds in a document.

use jsonschema::error::{TypeKind, ValidationError, ValidationErrorKind as Kind};
use jsonschema::types::JsonType;
use serde_json::Value;

use super::FileError;
use super::document::Document;
use super::spelling::nearest;

/// Maximum number of characters by which a word may differ from the one that a message suggests.
const SLIPS: usize = 3;

/// Maximum number of names that a message lists.
const LISTED: usize = 12;

/// Returns all errors of a document, in no particular order.
///
/// If the schema does not compile, there are none; a test compiles all schemas.
pub(super) fn errors(schema: &Value, document: &Document) -> Vec<FileError> {
    let Ok(validator) = jsonschema::validator_for(schema) else { return Vec::new() };
    let found: Vec<_> = validator.iter_errors(&document.value).collect();
    let mut explanation = Explanation { schema, document, errors: Vec::new() };
    explanation.add_all(&found);
    explanation.errors
}

struct Explanation<'a> {
    schema: &'a Value,
    document: &'a Document,
    errors: Vec<FileError>,
}

impl Explanation<'_> {
    /// Adds the errors of one value and of the values in it.
    fn add_all(&mut self, errors: &[ValidationError<'_>]) {
        let misspelt = self.add_unknown_keys(errors);
        for error in errors {
            let missing = |name: &str| misspelt.iter().any(|(at, meant)| at == pointer(error) && meant == name);
            match error.kind() {
                Kind::AdditionalProperties { .. } => {}
                // The key is misspelled, which is already reported.
                Kind::Required { property } if property.as_str().is_some_and(missing) => {}
                Kind::AnyOf { context } | Kind::OneOfNotValid { context } => self.add_alternatives(error, context),
                // In YAML, text needs no quotation marks, so a number may be meant as text.
                Kind::Type { kind: TypeKind::Single(JsonType::String) }
                    if error.instance().is_number() || error.instance().is_boolean() => {}
                _ => self.add(pointer(error), self.describe(error)),
            }
        }
    }

    fn add(&mut self, pointer: &str, message: String) {
        self.errors.push(FileError { line: self.document.line(pointer), message });
    }

    /// Adds an error for each unknown key. Returns the keys that were probably meant, each with its mapping's pointer.
    fn add_unknown_keys(&mut self, errors: &[ValidationError<'_>]) -> Vec<(String, String)> {
        let mut misspelt = Vec::new();
        for error in errors {
            let Kind::AdditionalProperties { unexpected } = error.kind() else { continue };
            let at = pointer(error);
            let known = self.keys_beside(error);
            let used = self.document.value.pointer(at);
            let is_unused = |key: &&str| used.is_none_or(|used| used.get(*key).is_none());
            for key in unexpected {
                let place = format!("{at}/{}", super::pointer_part(key));
                let hint = if let Some(near) = nearest(key, known.iter().map(String::as_str), SLIPS) {
                    misspelt.push((at.to_owned(), near.to_owned()));
                    format!("did you mean `{near}`?")
                } else {
                    list(known.iter().map(String::as_str).filter(is_unused))
                };
                self.add(&place, format!("unknown key `{}`; {hint}", path(&place)));
            }
        }
        misspelt
    }

    /// Returns the keys that are allowed in the mapping of an unknown key.
    fn keys_beside(&self, error: &ValidationError<'_>) -> Vec<String> {
        let place = error.schema_path().as_str();
        let around = place.rsplit_once('/').map_or("", |(around, _)| around);
        let properties = self.schema.pointer(&format!("{around}/properties")).and_then(Value::as_object);
        properties.map_or_else(Vec::new, |properties| properties.keys().cloned().collect())
    }

    /// Adds the errors of a value that may have one of several forms. If one form fits except for inner values, it was
    /// probably meant, and only its errors are added. Otherwise one error lists what the value may be.
    fn add_alternatives(&mut self, error: &ValidationError<'_>, forms: &[Vec<ValidationError<'static>>]) {
        let at = pointer(error);
        let is_right_type = |form: &&Vec<ValidationError<'static>>| {
            !form.iter().any(|inner| {
                pointer(inner) == at
                    && matches!(inner.kind(), Kind::Type { .. } | Kind::Constant { .. } | Kind::Enum { .. })
            })
        };
        let inside = |form: &&Vec<ValidationError<'static>>| form.iter().all(|inner| pointer(inner) != at);
        let mut right: Vec<_> = forms.iter().filter(is_right_type).collect();
        if let Some(meant) = right.iter().copied().find(inside) {
            return self.add_all(meant);
        }
        if let [only] = right[..] {
            return self.add_all(only);
        }
        if right.is_empty() {
            right = forms.iter().collect();
        }
        let mut words = Vec::new();
        for inner in right.into_iter().flatten().filter(|inner| pointer(inner) == at) {
            match inner.kind() {
                Kind::Constant { expected_value } => words.extend(expected_value.as_str().map(ToOwned::to_owned)),
                Kind::Enum { options } => words.extend(strings(options)),
                Kind::Required { property } => words.extend(property.as_str().map(ToOwned::to_owned)),
                _ => {}
            }
        }
        let found = match error.instance().as_ref() {
            Value::Object(map) if map.len() == 1 => map.keys().next().cloned(),
            Value::String(text) => Some(text.clone()),
            _ => None,
        };
        let found_text = found.as_deref().map_or_else(|| shown(error.instance()), |text| format!("`{text}`"));
        let near = found.as_deref().and_then(|found| nearest(found, words.iter().map(String::as_str), SLIPS));
        let expected = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if words.is_empty() => "that form is not allowed here".to_owned(),
            None => list(words.iter().map(String::as_str)),
        };
        self.add(at, format!("{} is {found_text}; {expected}", name(at)));
    }

    fn describe(&self, error: &ValidationError<'_>) -> String {
        let at = pointer(error);
        let (name, found) = (name(at), shown(error.instance()));
        let range = || {
            let place = error.schema_path().as_str();
            let around = place.rsplit_once('/').map_or("", |(around, _)| around);
            let limit = |key: &str| self.schema.pointer(&format!("{around}/{key}")).and_then(Value::as_f64);
            match (limit("minimum"), limit("maximum")) {
                (Some(least), Some(most)) => format!("{least} to {most}"),
                (Some(least), None) => format!("at least {least}"),
                (None, most) => format!("at most {}", most.unwrap_or(f64::INFINITY)),
            }
        };
        match error.kind() {
            Kind::Required { property } => {
                let key = path(&format!("{at}/{}", super::pointer_part(property.as_str().unwrap_or_default())));
                format!("required key `{key}` is missing")
            }
            Kind::Type { kind } => {
                let types: Vec<&str> = match kind {
                    TypeKind::Single(kind) => vec![word(*kind)],
                    // An optional value may also be empty, but a message need not suggest that.
                    TypeKind::Multiple(kinds) => {
                        kinds.iter().filter(|kind| *kind != JsonType::Null).map(word).collect()
                    }
                };
                format!("{name} is {found}; expected {}", types.join(" or "))
            }
            Kind::Minimum { .. } | Kind::Maximum { .. } => format!("{name} is {found}; expected {}", range()),
            Kind::Enum { options } => {
                let words = strings(options);
                let near = error.instance().as_str();
                let near = near.and_then(|found| nearest(found, words.iter().map(String::as_str), SLIPS));
                let expected = near
                    .map_or_else(|| list(words.iter().map(String::as_str)), |near| format!("did you mean `{near}`?"));
                format!("{name} is {found}; {expected}")
            }
            _ => format!("{name}: {error}"),
        }
    }
}

fn pointer<'a>(error: &'a ValidationError<'_>) -> &'a str {
    error.instance_path().as_str()
}

/// Returns the names in a pointer, joined by dots. Indices are left out: the line shows which entry of a list it is.
fn path(pointer: &str) -> String {
    let names = pointer.split('/').skip(1).filter(|name| name.parse::<usize>().is_err());
    names.map(|name| name.replace("~1", "/").replace("~0", "~")).collect::<Vec<_>>().join(".")
}

/// Returns what a message calls the value at a pointer.
fn name(pointer: &str) -> String {
    match path(pointer) {
        path if !path.is_empty() => format!("`{path}`"),
        _ if pointer.is_empty() => "the file".to_owned(),
        _ => "the entry".to_owned(),
    }
}

fn word(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Null => "nothing",
        JsonType::Number => "a number",
        JsonType::Object => "a mapping of keys to values",
        JsonType::String => "text",
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "empty".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
        scalar => format!("`{}`", scalar.as_str().map_or_else(|| scalar.to_string(), ToOwned::to_owned)),
    }
}

fn strings(options: &Value) -> Vec<String> {
    options.as_array().into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => "no other key is allowed here".to_owned(),
        1 => format!("expected {}", names[0]),
        2..=LISTED => format!("expected one of {}", names.join(", ")),
        more => format!("expected one of {} and {} more", names[..LISTED].join(", "), more - LISTED),
    }
}
