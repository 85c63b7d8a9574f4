//! Facts from a submitter's documents and code that rules need. The contents of the files are not kept.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use memchr::memmem;
use rayon::prelude::*;

use super::Submitter;
use super::published::{self, TableRow};
use crate::parse::document::checklist::{self, Checklist};
use crate::parse::location::{At, Damage, Line};
use crate::parse::{blocks, sheet, text};
use crate::round::{Round, datasets};
use crate::source::{Entry, Tree, join};

/// Facts from a submitter's documents and code.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    /// Files named like a checklist, sorted by path.
    pub checklists: Vec<ChecklistFile>,
    /// Files below `code` that contain evaluation inputs or a private key, sorted by path.
    pub code: Vec<CodeFile>,
    /// Description files that begin with a byte-order mark.
    pub byte_order_marks: Vec<String>,
    /// Path of a document named after quantisation, or of a README that mentions it.
    pub quantisation: Option<String>,
    /// Path of the first README, if all READMEs are blank.
    pub blank_readme: Option<String>,
    /// Whether there are files below `code` and all of them are blank.
    pub is_code_blank: bool,
    /// Path of a README that says how energy was measured.
    pub hookup: Option<String>,
    /// Paths of documents that still contain a placeholder of `tinyaudit init`, with its line.
    pub placeholders: Vec<At<String>>,
    /// The tables of figures in its READMEs, sorted by path.
    pub tables: Vec<DocumentTable>,
}

/// The tables of figures in a document.
#[derive(Debug, Clone)]
pub struct DocumentTable {
    /// Path of the document.
    pub path: String,
    /// Rows with figures.
    pub(crate) rows: Vec<TableRow>,
}

/// Placeholders in the documents that `tinyaudit init` creates.
pub(crate) mod placeholder {
    /// Placeholder in the submitter's README.
    pub(crate) const README: &str =
        "Say here how the results are repeated: hardware, tools and their versions, how to build, flash and run.";
    /// Placeholder in the README of a benchmark's code.
    pub(crate) const CODE: &str = "Put the implementation here and say how it is built and run.";
    /// Placeholder in the document on energy.
    pub(crate) const ENERGY: &str = "Say what feeds the device, what is measured, and which jumpers are set.";
    /// All placeholders.
    pub(crate) const ALL: [&str; 3] = [README, CODE, ENERGY];
}

/// A file named like a checklist.
#[derive(Debug, Clone)]
pub struct ChecklistFile {
    /// Path of the file.
    pub path: String,
    /// Whether it is a PDF; otherwise it is a Word file.
    pub is_pdf: bool,
    /// The checklist, or why it cannot be read.
    pub content: Result<Checklist, Damage>,
}

impl ChecklistFile {
    /// Whether it is the worksheet that tinyaudit writes.
    #[must_use]
    pub fn is_worksheet(&self) -> bool {
        self.content.as_ref().is_ok_and(Checklist::is_worksheet)
    }
}

impl Documents {
    /// Returns the messages that `say` gives for each checklist, with the path of the file. Messages for a PDF that a
    /// Word file already gave are left out, since one is usually a copy of the other.
    pub fn checklist_messages<'a>(
        &'a self,
        say: impl Fn(&'a ChecklistFile, &'a Checklist) -> Vec<String>,
    ) -> Vec<(&'a str, String)> {
        let mut said: Vec<(&ChecklistFile, String)> = Vec::new();
        for pdf in [false, true] {
            for file in self.checklists.iter().filter(|file| file.is_pdf == pdf) {
                let messages = file.content.as_ref().map(|checklist| say(file, checklist)).unwrap_or_default();
                let known = |message: &String| pdf && said.iter().any(|(other, said)| !other.is_pdf && said == message);
                let fresh: Vec<String> = messages.into_iter().filter(|message| !known(message)).collect();
                said.extend(fresh.into_iter().map(|message| (file, message)));
            }
        }
        said.into_iter().map(|(file, message)| (file.path.as_str(), message)).collect()
    }
}

/// A file below `code` that contains evaluation inputs or a private key.
#[derive(Debug, Clone, Default)]
pub struct CodeFile {
    /// Path of the file.
    pub path: String,
    /// Number of inputs of the evaluation lists that it names, and the first one with its line.
    pub evaluation_inputs: Option<(usize, At<String>)>,
    /// Line on which a private key begins.
    pub private_key: Option<At<()>>,
}

/// Maximum size of a checklist that is read, in bytes; the form has a few pages.
const MAX_CHECKLIST: u64 = 16 << 20;

/// Maximum size of `model_mapping.json` that is read, in bytes.
const MAX_MAPPING: u64 = 64 << 10;

/// Whether a file name is that of a checklist.
#[must_use]
pub(crate) fn is_checklist(name: &str) -> bool {
    let left_behind = name.starts_with("._") || name.starts_with("~$");
    has_ending(name, &["pdf", "docx"]) && !left_behind && name.to_lowercase().contains("checklist")
}

/// Reads `model_mapping.json`: the submitter's own model names, each with its benchmark. Empty if it cannot be read.
#[must_use]
pub(crate) fn model_mapping(tree: &Tree, submitter: &str) -> BTreeMap<String, String> {
    let path = join(submitter, "model_mapping.json");
    let small = |entry: &&Entry| entry.size().is_some_and(|size| size <= MAX_MAPPING);
    let bytes = tree.get(&path).filter(small).and_then(|entry| tree.read(entry).ok());
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// Reads a submitter's documents and code; the files of code are read in parallel.
#[must_use]
pub(crate) fn read(tree: &Tree, submitter: &Submitter, round: &Round) -> Documents {
    let entries = tree.below(&submitter.path);
    let mut checklists: Vec<ChecklistFile> = entries
        .iter()
        .filter(|entry| entry.is_file() && is_checklist(entry.name()) && is_document(tree, entry))
        .map(|entry| read_checklist(tree, entry))
        .collect();
    // The worksheet is only needed until there is a checklist.
    if checklists.iter().any(|file| !file.is_worksheet()) {
        checklists.retain(|file| !file.is_worksheet());
    }
    let systems = format!("{}/", join(&submitter.path, "systems"));
    let starts_with_mark = |entry: &&Entry| {
        entry.is_file()
            && entry.path.starts_with(&systems)
            && has_ending(entry.name(), &["json"])
            && begins_with(tree, entry, text::BYTE_ORDER_MARK)
    };
    let byte_order_marks = entries.iter().filter(starts_with_mark).map(|entry| entry.path.to_string()).collect();
    let code = tree.below(&join(&submitter.path, "code"));
    let code = code.par_iter().filter_map(|entry| read_code(tree, entry)).collect();
    let quantisation = on_quantisation(tree, submitter, entries);
    let hookup = on_hookup(tree, submitter, entries);
    let readme = |entry: &&Entry| entry.is_file() && entry.name().to_lowercase().starts_with("readme");
    let readmes: Vec<&Entry> = entries.iter().filter(readme).collect();
    let blank_readme = readmes.first().filter(|_| readmes.iter().all(|entry| is_blank(tree, entry)));
    let blank_readme = blank_readme.map(|entry| entry.path.to_string());
    let mut of_code = tree.below(&join(&submitter.path, "code")).iter().filter(|entry| entry.is_file()).peekable();
    let is_code_blank = of_code.peek().is_some() && of_code.all(|entry| is_blank(tree, entry));
    let placeholders = entries.iter().filter_map(|entry| placeholder_in(tree, entry)).collect();
    let tables = readmes.iter().filter_map(|entry| read_tables(tree, entry, submitter, round)).collect();
    Documents {
        checklists,
        code,
        byte_order_marks,
        quantisation,
        blank_readme,
        is_code_blank,
        hookup,
        placeholders,
        tables,
    }
}

/// Reads the tables of figures in a README of the submitter. READMEs deep in `code` are often those of other software.
fn read_tables(tree: &Tree, entry: &Entry, submitter: &Submitter, round: &Round) -> Option<DocumentTable> {
    const DEEPEST: usize = 3;
    const MOST_ROWS: usize = 1000;
    let below = entry.path.strip_prefix(&*submitter.path).unwrap_or(&entry.path).trim_start_matches('/');
    if below.split('/').count() > DEEPEST {
        return None;
    }
    let mut rows = Vec::new();
    is_readme_that(tree, entry, |text| {
        let sheets = sheet::markdown(&String::from_utf8_lossy(text)).unwrap_or_default();
        rows = published::read(&sheets, round, None).rows;
        true
    });
    rows.truncate(MOST_ROWS);
    (!rows.is_empty()).then(|| DocumentTable { path: entry.path.to_string(), rows })
}

/// Finds the first placeholder in a short document.
fn placeholder_in(tree: &Tree, entry: &Entry) -> Option<At<String>> {
    /// Maximum size in bytes, several times that of what `init` writes; a longer document has content of its submitter.
    const LONGEST: u64 = 1 << 10;
    if !has_ending(entry.name(), &["md"]) || entry.size().is_none_or(|size| size > LONGEST) {
        return None;
    }
    let found = |bytes: &[u8]| {
        let at = placeholder::ALL.iter().find_map(|asked| memmem::find(bytes, asked.as_bytes()))?;
        Some(1 + text::line_feeds(&bytes[..at]))
    };
    let line = tree.read_with(entry, found).ok().flatten()?;
    Some(At::new(entry.path.to_string(), line))
}

/// Finds the first document outside `results` that is named after quantisation, or README that mentions it. Source
/// files do not count, as they name functions rather than methods.
fn on_quantisation(tree: &Tree, submitter: &Submitter, entries: &[Entry]) -> Option<String> {
    const DOCUMENTS: [&str; 8] = ["pdf", "md", "txt", "rst", "docx", "html", "ipynb", "adoc"];
    let speaks = |text: &[u8]| holds_any(&text.to_ascii_lowercase(), &["quantiz", "quantis"]);
    let document = beside_results(submitter, entries).find(|entry| {
        ends_in(entry, &DOCUMENTS) && speaks(entry.name().as_bytes()) || is_readme_that(tree, entry, speaks)
    });
    document.map(|entry| entry.path.to_string())
}

/// Finds the first README outside `results` that mentions the wiring, or both an instrument and the supply.
fn on_hookup(tree: &Tree, submitter: &Submitter, entries: &[Entry]) -> Option<String> {
    const WIRING: [&str; 5] = ["hookup", "hook-up", "hook up", "wiring", "schematic"];
    const INSTRUMENTS: [&str; 10] = [
        "lpm01a",
        "js110",
        "js220",
        "joulescope",
        "n6705",
        "v3pwr",
        "power monitor",
        "energy monitor",
        "io manager",
        "interface board",
    ];
    const SUPPLY: [&str; 4] = ["supply", "supplied", "jumper", "volt"];
    let speaks = |text: &[u8]| {
        let lower = text.to_ascii_lowercase();
        holds_any(&lower, &WIRING) || holds_any(&lower, &INSTRUMENTS) && holds_any(&lower, &SUPPLY)
    };
    beside_results(submitter, entries)
        .find(|entry| is_readme_that(tree, entry, speaks))
        .map(|entry| entry.path.to_string())
}

/// Whether a file contains only white space.
fn is_blank(tree: &Tree, entry: &Entry) -> bool {
    /// Maximum size in bytes; a longer file is assumed not to be blank.
    const LONGEST: u64 = 1 << 10;
    let blank = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_whitespace);
    entry.size().is_some_and(|size| size <= LONGEST) && tree.read_with(entry, blank).unwrap_or(false)
}

fn holds_any(text: &[u8], words: &[&str]) -> bool {
    words.iter().any(|word| memmem::find(text, word.as_bytes()).is_some())
}

fn beside_results<'a>(submitter: &Submitter, entries: &'a [Entry]) -> impl Iterator<Item = &'a Entry> {
    let results = format!("{}/", join(&submitter.path, "results"));
    entries.iter().filter(move |entry| !entry.path.starts_with(&results))
}

/// Whether a file is a plain-text README whose content satisfies a condition.
fn is_readme_that(tree: &Tree, entry: &Entry, speaks: impl FnOnce(&[u8]) -> bool) -> bool {
    const LONGEST: u64 = 1 << 20;
    let name = entry.name().to_lowercase();
    let plain = has_ending(&name, &["md", "txt", "rst", "adoc"]) || name == "readme";
    name.starts_with("readme")
        && plain
        && entry.is_file()
        && entry.size().is_some_and(|size| size <= LONGEST)
        && tree.read_with(entry, speaks).unwrap_or(false)
}

/// Whether a file begins like a PDF or Word file, or cannot be read.
fn is_document(tree: &Tree, entry: &Entry) -> bool {
    beginning(tree, entry).is_none_or(|first| first.starts_with(b"%PDF") || first.starts_with(b"PK"))
}

fn begins_with(tree: &Tree, entry: &Entry, beginning: &[u8]) -> bool {
    self::beginning(tree, entry).is_some_and(|first| first.starts_with(beginning))
}

/// Returns the first four bytes of a file, or fewer if it is shorter; `None` if it cannot be read.
fn beginning(tree: &Tree, entry: &Entry) -> Option<Vec<u8>> {
    let mut first = Vec::new();
    tree.stream(entry, |source| source.take(4).read_to_end(&mut first)).ok()?;
    Some(first)
}

fn read_checklist(tree: &Tree, entry: &Entry) -> ChecklistFile {
    // A Word file renamed to .pdf is still read as a Word file.
    let is_pdf =
        begins_with(tree, entry, b"%PDF") || !begins_with(tree, entry, b"PK") && !has_ending(entry.name(), &["docx"]);
    if let Some(size) = entry.size().filter(|size| *size > MAX_CHECKLIST) {
        let message = format!("the file has {size} bytes, expected at most {MAX_CHECKLIST}");
        return ChecklistFile { path: entry.path.to_string(), is_pdf, content: Err(Damage::new(0, message)) };
    }
    let bytes = tree.read(entry).map_err(|error| Damage::new(0, format!("the file cannot be read: {error}")));
    let read = if is_pdf { checklist::parse_pdf } else { checklist::parse };
    // The file is parsed by third-party libraries; a panic in one of them must not end the audit.
    let guarded = |bytes: Vec<u8>| {
        let failed = |_| Err(Damage::new(0, "the file cannot be read: the parser failed on it"));
        std::panic::catch_unwind(|| read(&bytes)).unwrap_or_else(failed)
    };
    ChecklistFile { path: entry.path.to_string(), is_pdf, content: bytes.and_then(guarded) }
}

const TEXTS: [&str; 26] = [
    "c", "cc", "cpp", "csv", "cxx", "h", "hpp", "inc", "ini", "ino", "ipynb", "js", "json", "m", "md", "py", "rs", "s",
    "sh", "tcl", "toml", "txt", "xml", "yaml", "yml", "pem",
];

/// Scans a file of code; `None` if nothing was found or it cannot be read, which is reported elsewhere.
fn read_code(tree: &Tree, entry: &Entry) -> Option<CodeFile> {
    if !ends_in(entry, &TEXTS) {
        return None;
    }
    let mut scan = Scan { is_list: entry.name().starts_with("y_labels"), ..Scan::default() };
    by_blocks(tree, entry, |block| scan.block(block))?;
    if scan.first_input.is_none() && scan.private_key.is_none() {
        return None;
    }
    let first = scan.first_input.and_then(|(name, place)| Some(At::new(name, line_of(tree, entry, place)?)));
    Some(CodeFile {
        path: entry.path.to_string(),
        evaluation_inputs: first.map(|first| (scan.inputs.len(), first)),
        private_key: scan.private_key.and_then(|place| Some(At::new((), line_of(tree, entry, place)?))),
    })
}

fn by_blocks(tree: &Tree, entry: &Entry, take: impl FnMut(&[u8])) -> Option<()> {
    tree.stream(entry, |source| blocks::for_each_of_code(source, take)).map(drop).ok()
}

/// Block number in a file and offset in the block. It is converted to a line only if something was found there.
type Place = (usize, usize);

/// Returns the line of a place in a file.
fn line_of(tree: &Tree, entry: &Entry, (block, offset): Place) -> Option<Line> {
    let (mut line, mut current) = (1, 0);
    by_blocks(tree, entry, |bytes| {
        let before = match current.cmp(&block) {
            Ordering::Less => bytes,
            Ordering::Equal => &bytes[..offset.min(bytes.len())],
            Ordering::Greater => &[],
        };
        line += text::line_feeds(before);
        current += 1;
    })?;
    Some(line)
}

/// Scanner for evaluation inputs and private keys in files of `code`.
#[derive(Default)]
struct Scan {
    /// Whether the file is an official list, which may be included with the code that reads it.
    is_list: bool,
    /// Number of blocks so far.
    blocks: usize,
    /// Different names of evaluation inputs found.
    inputs: BTreeSet<String>,
    first_input: Option<(String, Place)>,
    private_key: Option<Place>,
}

impl Scan {
    fn block(&mut self, bytes: &[u8]) {
        if !self.is_list {
            memmem::find_iter(bytes, b".bin").for_each(|at| self.input(bytes, at));
        }
        if self.private_key.is_none() {
            let begins = |at: &usize| bytes[..*at].ends_with(b"-----BEGIN ") || bytes[..*at].ends_with(b"RSA ");
            let key = memmem::find_iter(bytes, b"PRIVATE KEY-----").find(begins);
            self.private_key = key.map(|at| (self.blocks, at));
        }
        self.blocks += 1;
    }

    /// Records the name that ends with the `.bin` at `at`, if it is that of an evaluation input.
    fn input(&mut self, bytes: &[u8], at: usize) {
        let start = bytes[..at].iter().rposition(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'));
        let name = &bytes[start.map_or(0, |start| start + 1)..at + b".bin".len()];
        let Ok(name) = std::str::from_utf8(name) else { return };
        if !self.inputs.contains(name) && datasets().any(|list| list.place_of(name).is_some()) {
            self.first_input.get_or_insert_with(|| (name.to_owned(), (self.blocks, at)));
            self.inputs.insert(name.to_owned());
        }
    }
}

/// Whether it is a file with one of these extensions, and not a macOS `._` file.
fn ends_in(entry: &Entry, endings: &[&str]) -> bool {
    entry.is_file() && has_ending(entry.name(), endings) && !entry.name().starts_with("._")
}

/// Whether a name has one of these extensions, ignoring case.
fn has_ending(name: &str, endings: &[&str]) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}
