//! Files that people write: rounds, waivers, profiles and settings, with every structural error at its line.
//!
//! A file is deserialised first. It is compared with the JSON Schema of its type only if that fails or if the type has
//! ranges, because compiling a schema takes about 10 ms. Without the feature `schema`, only the first error of the
//! deserialiser is reported, and ranges are not checked.

use std::fmt;

use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;

use document::Document;

mod document;
#[cfg(feature = "schema")]
mod explain;
pub mod spelling;

/// Largest file that is read, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// The errors of one file, in the order of its lines; there is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileErrors {
    /// The file, as messages name it.
    file: String,
    errors: Vec<FileError>,
}

/// One error of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileError {
    /// Line, from 1; 0 if it is not known.
    pub line: u64,
    /// What is wrong, what was expected.
    pub message: String,
}

impl FileErrors {
    /// All errors, in the order of their lines.
    #[must_use]
    pub fn errors(&self) -> &[FileError] {
        &self.errors
    }

    /// The errors of a file.
    #[must_use]
    pub fn new(file: &str, mut errors: Vec<FileError>) -> Self {
        errors.sort();
        errors.dedup();
        Self { file: file.to_owned(), errors }
    }
}

impl fmt::Display for FileErrors {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = match &self.errors[..] {
            [_] => "",
            errors => {
                write!(out, "{} has {} errors", self.file, errors.len())?;
                "\n  "
            }
        };
        for FileError { line, message } in &self.errors {
            let line = if *line == 0 { String::new() } else { format!("{line}:") };
            write!(out, "{separator}{}:{line} {message}", self.file)?;
        }
        Ok(())
    }
}

impl std::error::Error for FileErrors {}

/// Reads a YAML file of a type whose schema does not forbid more than its deserialiser does.
///
/// # Errors
/// When the text is not YAML of this type: all structural errors.
pub(crate) fn read_yaml<T: DeserializeOwned + JsonSchema>(file: &str, text: &str) -> Result<T, FileErrors> {
    if text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes; expected at most {MAX_BYTES}", text.len());
        return Err(FileErrors::new(file, vec![FileError { line: 0, message }]));
    }
    yaml(text).map_err(|error| {
        let document = Document::from_yaml(text).ok();
        let errors = document.and_then(|document| structural_errors(schema_of::<T>, &document));
        FileErrors::new(file, errors.unwrap_or_else(|| vec![described(&error)]))
    })
}

/// Reads a YAML file of a type whose schema states ranges of numbers.
///
/// # Errors
/// When the text is not YAML of this type, or a number is out of range: all structural errors.
pub(crate) fn read_yaml_in_range<T: DeserializeOwned + JsonSchema>(file: &str, text: &str) -> Result<T, FileErrors> {
    let value = read_yaml(file, text)?;
    // A number that JSON does not have, such as `.nan`, is out of every range.
    let document = Document::from_yaml(text).map_err(|error| FileErrors::new(file, vec![described(&error)]))?;
    match structural_errors(schema_of::<T>, &document) {
        Some(errors) => Err(FileErrors::new(file, errors)),
        None => Ok(value),
    }
}

fn described(error: &serde_yaml::Error) -> FileError {
    let line = error.location().map_or(0, |location| location.line());
    FileError { line, message: error.without_snippet().to_string() }
}

/// Reads YAML within the limits of files that people write: what strangers wrote must not exhaust memory or the stack.
fn yaml<T: DeserializeOwned>(text: &str) -> Result<T, serde_yaml::Error> {
    let options = serde_yaml::options! {
        budget: serde_yaml::budget! { max_nodes: 50_000, max_depth: 32, max_aliases: 100 },
    };
    serde_yaml::from_str_with_options(text, options)
}

/// Reads a TOML file.
///
/// # Errors
/// When the text is not TOML of this type: all structural errors.
#[cfg(feature = "cli")]
pub(crate) fn read_toml<T: DeserializeOwned + JsonSchema>(file: &str, text: &str) -> Result<T, FileErrors> {
    let described = |error: toml::de::Error| {
        let line = error.span().map_or(0, |span| document::line_at(text, span.start));
        FileError { line, message: error.message().replace('\n', ", ") }
    };
    let document = match Document::from_toml(text) {
        Ok(document) => document,
        Err(errors) => return Err(FileErrors::new(file, errors.into_iter().map(described).collect())),
    };
    toml::from_str(text).map_err(|error| {
        FileErrors::new(file, structural_errors(schema_of::<T>, &document).unwrap_or_else(|| vec![described(error)]))
    })
}

fn schema_of<T: JsonSchema>() -> Schema {
    schemars::schema_for!(T)
}

/// Returns what a schema finds wrong with a document; `None` if that is nothing, or if the program cannot tell.
#[cfg(feature = "schema")]
fn structural_errors(schema: fn() -> Schema, document: &Document) -> Option<Vec<FileError>> {
    let errors = explain::errors(&schema().into(), document);
    (!errors.is_empty()).then_some(errors)
}

#[cfg(not(feature = "schema"))]
fn structural_errors(_: fn() -> Schema, _: &Document) -> Option<Vec<FileError>> {
    None
}

/// Collects what is wrong with the content of a file that has the right structure, and finds the lines.
#[derive(Debug)]
pub(crate) struct Problems<'a> {
    file: &'a str,
    text: &'a str,
    found: Vec<(String, String)>,
}

impl<'a> Problems<'a> {
    /// No problems yet, of a YAML file.
    #[must_use]
    pub(crate) const fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, found: Vec::new() }
    }

    /// Reports a problem of the value at a JSON pointer (RFC 6901); of the file if the pointer is empty.
    pub(crate) fn report(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.found.push((pointer.into(), message.into()));
    }

    /// Succeeds if nothing was reported.
    ///
    /// # Errors
    /// When something was.
    pub(crate) fn finish(self) -> Result<(), FileErrors> {
        if self.found.is_empty() {
            return Ok(());
        }
        let document = Document::from_yaml(self.text).ok();
        let line = |pointer: &str| document.as_ref().map_or(0, |document| document.line(pointer));
        let errors =
            self.found.into_iter().map(|(pointer, message)| FileError { line: line(&pointer), message }).collect();
        Err(FileErrors::new(self.file, errors))
    }
}

/// A name as a part of a JSON pointer.
#[must_use]
pub(crate) fn pointer_part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
