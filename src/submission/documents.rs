//! What a submitter's documents and code say, as far as rules ask for it. Only facts are kept, never the files.

use std::collections::{BTreeMap, BTreeSet};

use md5::{Digest, Md5};
use rayon::prelude::*;

use super::Submitter;
use crate::location::{At, Damage};
use crate::log::checklist::{self, Checklist};
use crate::log::text;
use crate::round::{dataset, dataset_names};
use crate::tree::{Entry, Kind, Tree, join};

/// Largest text of `code` that is looked into, in bytes.
const MAX_TEXT: u64 = 16 << 20;

/// Largest model that is looked into, in bytes: several times what the memory of the benchmarks' devices holds.
const MAX_MODEL: u64 = 4 << 20;

/// What a submitter's documents and code say.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    /// Files named like a checklist, sorted by path.
    pub checklists: Vec<ChecklistFile>,
    /// Files of `code` that something is known of, sorted by path.
    pub code: Vec<CodeFile>,
    /// Description files that begin with a byte-order mark.
    pub byte_order_marks: Vec<String>,
}

/// A file named like a checklist.
#[derive(Debug, Clone)]
pub struct ChecklistFile {
    /// Its path.
    pub path: String,
    /// What it says; `None` for a PDF, whose marks cannot be told from its text.
    pub content: Option<Result<Checklist, Damage>>,
}

/// A file of `code` that something is known of.
#[derive(Debug, Clone, Default)]
pub struct CodeFile {
    /// Its path.
    pub path: String,
    /// How many inputs of the evaluation lists it names, and where the first stands.
    pub evaluation_inputs: Option<(usize, At<String>)>,
    /// The digest of a model file.
    pub model_md5: Option<String>,
    /// The line at which a private key begins.
    pub private_key: Option<At<()>>,
}

/// Whether a name is that of a checklist.
#[must_use]
pub fn is_checklist(name: &str) -> bool {
    let lower = name.to_lowercase();
    let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
    let left_behind = name.starts_with("._") || name.starts_with("~$");
    lower.contains("checklist") && ["pdf", "docx"].contains(&ending) && !left_behind
}

/// `model_mapping.json`: names of the submitter's own models, each with the benchmark it is entered for.
#[must_use]
pub fn model_mapping(tree: &Tree, submitter: &str) -> BTreeMap<String, String> {
    let path = join(submitter, "model_mapping.json");
    let bytes = tree.get(&path).filter(|entry| entry.is_file()).and_then(|entry| tree.read(entry).ok());
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// Reads a submitter's documents and code.
#[must_use]
pub fn read(tree: &Tree, submitter: &Submitter) -> Documents {
    let entries = tree.below(&submitter.path);
    let checklists = entries
        .iter()
        .filter(|entry| entry.is_file() && is_checklist(entry.name()) && is_document(tree, entry))
        .map(|entry| ChecklistFile { path: entry.path.clone(), content: read_checklist(tree, entry) })
        .collect();
    let systems = format!("{}/", join(&submitter.path, "systems"));
    let starts_with_mark = |entry: &&Entry| {
        entry.is_file()
            && entry.path.starts_with(&systems)
            && ending(entry) == "json"
            && tree.read(entry).is_ok_and(|bytes| bytes.starts_with(text::BYTE_ORDER_MARK))
    };
    let byte_order_marks = entries.iter().filter(starts_with_mark).map(|entry| entry.path.clone()).collect();
    let code = tree.below(&join(&submitter.path, "code"));
    let code = code.par_iter().filter_map(|entry| read_code(tree, entry, submitter.is_closed())).collect();
    Documents { checklists, code, byte_order_marks }
}

/// Whether a file begins as a PDF or Word file does.
fn is_document(tree: &Tree, entry: &Entry) -> bool {
    // A file that cannot be read is reported as such.
    tree.read(entry).is_ok_and(|bytes| bytes.starts_with(b"%PDF") || bytes.starts_with(b"PK"))
}

fn read_checklist(tree: &Tree, entry: &Entry) -> Option<Result<Checklist, Damage>> {
    if ending(entry) != "docx" {
        return None;
    }
    let bytes = tree.read(entry).map_err(|error| Damage::new(0, format!("the file cannot be read: {error}")));
    Some(bytes.and_then(|bytes| checklist::parse(&bytes)))
}

const MODELS: [&str; 5] = ["tflite", "h5", "hdf5", "keras", "onnx"];
const TEXTS: [&str; 26] = [
    "c", "cc", "cpp", "csv", "cxx", "h", "hpp", "inc", "ini", "ino", "ipynb", "js", "json", "m", "md", "py", "rs", "s",
    "sh", "tcl", "toml", "txt", "xml", "yaml", "yml", "pem",
];

/// What is known of a file; models are looked into where `models` says so.
fn read_code(tree: &Tree, entry: &Entry, models: bool) -> Option<CodeFile> {
    let Kind::File(size) = entry.kind else { return None };
    let ending = ending(entry);
    let is_model = models && size <= MAX_MODEL && MODELS.contains(&ending.as_str());
    let is_text = size <= MAX_TEXT && TEXTS.contains(&ending.as_str());
    if !(is_model || is_text) || entry.name().starts_with("._") {
        return None;
    }
    tree.read_with(entry, |bytes| look_into(entry, bytes, is_model)).ok()?
}

fn look_into(entry: &Entry, bytes: &[u8], is_model: bool) -> Option<CodeFile> {
    let mut file = CodeFile { path: entry.path.clone(), ..CodeFile::default() };
    if is_model {
        file.model_md5 = Some(text::hex(&Md5::digest(bytes)));
    } else {
        // The official lists themselves may lie beside the code that reads them.
        if !entry.name().starts_with("y_labels") {
            file.evaluation_inputs = evaluation_inputs(bytes);
        }
        file.private_key = memchr::memmem::find(bytes, b"PRIVATE KEY-----")
            .filter(|at| bytes[..*at].ends_with(b"-----BEGIN ") || bytes[..*at].ends_with(b"RSA "))
            .map(|at| At::new((), line_of(bytes, at)));
    }
    let says_something = file.evaluation_inputs.is_some() || file.model_md5.is_some() || file.private_key.is_some();
    says_something.then_some(file)
}

/// Names of evaluation inputs in a text: how many different ones, and the first.
fn evaluation_inputs(bytes: &[u8]) -> Option<(usize, At<String>)> {
    let mut named = BTreeSet::new();
    let mut first = None;
    for at in memchr::memmem::find_iter(bytes, b".bin") {
        let start = bytes[..at].iter().rposition(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'));
        let name = &bytes[start.map_or(0, |start| start + 1)..at + b".bin".len()];
        let Ok(name) = std::str::from_utf8(name) else { continue };
        let lists = || dataset_names().into_iter().filter_map(dataset);
        if !named.contains(name) && lists().any(|list| list.labels.contains_key(name)) {
            first.get_or_insert_with(|| At::new(name.to_owned(), line_of(bytes, at)));
            named.insert(name.to_owned());
        }
    }
    first.map(|first| (named.len(), first))
}

fn line_of(bytes: &[u8], offset: usize) -> u32 {
    text::lines(&bytes[..offset]).last().map_or(1, |(line, _)| line)
}

fn ending(entry: &Entry) -> String {
    entry.name().rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_lowercase())
}
