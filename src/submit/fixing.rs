//! Plans the changes that `fix` makes to a submission. They need no judgement and do not touch evidence.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::audit::finding::Finding;
use crate::audit::report::Report;
use crate::round::Runner;
use crate::schema::spelling::plain;
use crate::source::{Kind, Tree, around, is_system_file, join, parent_of};

/// One change to a submission. Paths are relative to the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Remove a file or folder.
    Remove {
        /// The file or folder.
        path: String,
        /// The reason.
        why: String,
    },
    /// Move a file or folder.
    Move {
        /// The present path.
        from: String,
        /// The new path.
        to: String,
    },
    /// Add an empty file.
    Add {
        /// The file.
        path: String,
        /// The reason.
        why: String,
    },
    /// Replace the contents of a file.
    Rewrite {
        /// The file.
        path: String,
        /// Its new contents.
        content: String,
        /// What changes.
        why: String,
    },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remove { path, why } => write!(f, "remove {}: {why}", path.escape_debug()),
            Self::Add { path, why } => write!(f, "add {}: {why}", path.escape_debug()),
            Self::Move { from, to } => write!(f, "move {} to {}", from.escape_debug(), to.escape_debug()),
            Self::Rewrite { path, why, .. } => write!(f, "edit {}: {why}", path.escape_debug()),
        }
    }
}

impl Step {
    /// The paths that it changes.
    fn paths(&self) -> impl Iterator<Item = &str> {
        let (one, other) = match self {
            Self::Move { from, to } => (from, Some(to)),
            Self::Remove { path, .. } | Self::Add { path, .. } | Self::Rewrite { path, .. } => (path, None),
        };
        std::iter::once(one).chain(other).map(String::as_str)
    }

    /// Whether it changes what a finding of a rule is about: the file or folder, or one that is missing.
    #[must_use]
    pub fn is_for(&self, rule: &str, report: &Report) -> bool {
        let concerns = |finding: &Finding| {
            let missing = finding.missing.iter().flatten().map(String::as_str);
            let mut about = missing.chain([finding.path.as_str()]);
            about.any(|about| self.paths().any(|path| path == about))
        };
        report.findings().filter(|finding| finding.rule.id == rule).any(concerns)
    }
}

/// Returns all changes that can be made, in the order in which they are made.
#[must_use]
pub fn plan(tree: &Tree, report: &Report) -> Vec<Step> {
    let mut steps = misnamed(report);
    steps.extend(markers(report));
    steps.extend(spellings(tree, report));
    steps.extend(byte_order_marks(tree, report, &steps));
    steps.extend(junk(tree));
    // Renames come last, as the other steps use the present names.
    let respelt: Vec<Step> = {
        let done = Done::new(&steps);
        super::renaming::steps(tree, report).into_iter().filter(|step| !done.covers(step)).collect()
    };
    steps.extend(respelt);
    without_blocked(tree, steps)
}

/// Drops steps whose target path already exists. Where a link, a pipe or a folder has the name, a person has to decide.
fn without_blocked(tree: &Tree, steps: Vec<Step>) -> Vec<Step> {
    let gone: BTreeSet<String> = steps
        .iter()
        .filter_map(|step| match step {
            Step::Remove { path, .. } | Step::Move { from: path, .. } => Some(path.clone()),
            Step::Add { .. } | Step::Rewrite { .. } => None,
        })
        .collect();
    let is_free = |path: &String| tree.get(path).is_none() || gone.contains(path);
    let can = |step: &Step| match step {
        Step::Move { to: path, .. } | Step::Add { path, .. } => is_free(path),
        Step::Remove { .. } | Step::Rewrite { .. } => true,
    };
    steps.into_iter().filter(can).collect()
}

/// The paths that earlier steps remove, move or create.
struct Done<'a> {
    removed: BTreeSet<&'a str>,
    moved: BTreeSet<&'a str>,
    there: BTreeSet<&'a str>,
}

impl<'a> Done<'a> {
    fn new(steps: &'a [Step]) -> Self {
        let mut done = Self { removed: BTreeSet::new(), moved: BTreeSet::new(), there: BTreeSet::new() };
        for step in steps {
            match step {
                Step::Remove { path, .. } => drop(done.removed.insert(path)),
                Step::Move { from, to } => drop((done.moved.insert(from), done.there.insert(to))),
                Step::Add { path, .. } => drop(done.there.insert(path)),
                Step::Rewrite { .. } => {}
            }
        }
        done
    }

    /// Whether an earlier step already removes or moves what a step moves, or creates its target.
    fn covers(&self, step: &Step) -> bool {
        let Step::Move { from, to } = step else { return false };
        self.moved.contains(from.as_str())
            || self.there.contains(to.as_str())
            || around(from).any(|path| self.removed.contains(path))
    }
}

/// Removes byte-order marks from descriptions that no earlier step rewrites.
fn byte_order_marks(tree: &Tree, report: &Report, earlier: &[Step]) -> Vec<Step> {
    let rewritten: BTreeSet<&String> = earlier
        .iter()
        .filter_map(|step| match step {
            Step::Rewrite { path, .. } => Some(path),
            _ => None,
        })
        .collect();
    let marked = report.submission.submitters.iter().flat_map(|submitter| &submitter.documents.byte_order_marks);
    marked
        .filter(|path| !rewritten.contains(path))
        .filter_map(|path| {
            let text = String::from_utf8(tree.read(tree.get(path)?).ok()?).ok()?;
            let content = text.strip_prefix('\u{FEFF}')?.to_owned();
            let why = "the byte-order mark at the start is removed".to_owned();
            Some(Step::Rewrite { path: path.clone(), content, why })
        })
        .collect()
}

/// Renames `result.txt` to `results.txt` where `results.txt` is missing.
fn misnamed(report: &Report) -> Vec<Step> {
    let runs = report
        .submission
        .runs()
        .filter(|place| place.run.files.contains("result.txt") && !place.run.files.contains("results.txt"));
    runs.map(|place| Step::Move { from: join(&place.run.path, "result.txt"), to: join(&place.run.path, "results.txt") })
        .collect()
}

/// Moves the marker file of the EEMBC runner from a run's folder to the benchmark's, and adds it where the logs are of
/// that runner and the marker is missing.
fn markers(report: &Report) -> Vec<Step> {
    let mut steps = Vec::new();
    let Some(marker) = &report.round.runners.eembc.marker else { return steps };
    for (_, benchmark) in report.submission.benchmarks() {
        let mut there = benchmark.files.contains(marker);
        for run in benchmark.runs.values().filter(|run| run.files.contains(marker)) {
            let from = join(&run.path, marker);
            steps.push(if there {
                Step::Remove {
                    path: from,
                    why: "the marker belongs in the benchmark's folder, which already has one".to_owned(),
                }
            } else {
                Step::Move { from, to: join(&benchmark.path, marker) }
            });
            there = true;
        }
        let misspelt = benchmark.files.names().any(|name| name.eq_ignore_ascii_case(marker));
        let eembc = benchmark.runs.values().any(|run| run.log.as_ref().is_some_and(|log| log.runner == Runner::Eembc));
        let permitted =
            benchmark.name.as_ref().is_some_and(|name| report.round.runners.eembc.benchmarks.contains(name));
        if eembc && permitted && !there && !misspelt {
            let why = "the EEMBC runner wrote the logs".to_owned();
            steps.push(Step::Add { path: join(&benchmark.path, marker), why });
        }
    }
    steps
}

/// Corrects the spelling of statuses and keys in system descriptions to the official one.
fn spellings(tree: &Tree, report: &Report) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for system in report.submission.systems.iter().filter(|system| seen.insert(&system.description_path)) {
        let Some(description) = &system.description else { continue };
        let mut edits: Vec<(usize, String, String)> = Vec::new();
        if let Some(field) = description.get("Status") {
            let found = field.as_str();
            let right = report.round.status_meant(found).filter(|right| **right != found.to_lowercase());
            edits.extend(right.map(|right| (field.line as usize, found.to_owned(), (*right).to_owned())));
        }
        let official = &report.round.system_description.fields;
        for field in &description.fields {
            let key = field.key.value.as_str();
            let right = official.iter().find(|known| plain(known) == plain(key));
            let wrong =
                |right: &&String| !official.iter().any(|known| known == key) && description.get(right).is_none();
            edits.extend(right.filter(wrong).map(|right| (field.key.line as usize, key.to_owned(), right.clone())));
        }
        let read = tree.get(&system.description_path).and_then(|entry| tree.read(entry).ok());
        let Some(text) = read.and_then(|bytes| String::from_utf8(bytes).ok()) else { continue };
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        let mut changes: Vec<String> = Vec::new();
        for (number, found, right) in edits {
            let Some(line) = lines.get_mut(number.wrapping_sub(1)) else { continue };
            // Only where the line has the text exactly once in quotes; a person has to edit anything else.
            if line.matches(&quoted(&found)).count() == 1 {
                *line = line.replacen(&quoted(&found), &quoted(&right), 1);
                changes.push(format!("`{found}` becomes `{right}`"));
            }
        }
        if !changes.is_empty() {
            let path = system.description_path.clone();
            steps.push(Step::Rewrite { path, content: lines.concat(), why: changes.join(", ") });
        }
    }
    steps
}

/// Removes system files, Python caches and empty folders. Of nested folders the outermost is removed.
fn junk(tree: &Tree) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut gone: BTreeSet<&str> = BTreeSet::new();
    let kept = tree.folders_with(|entry| !is_system_file(entry.name()));
    for entry in tree.entries().iter().filter(|entry| entry.is_text()) {
        if around(parent_of(&entry.path)).any(|folder| gone.contains(folder)) {
            continue;
        }
        let why = match entry.kind {
            Kind::Folder if entry.name() == "__pycache__" => "a Python cache",
            Kind::Folder if !kept.contains(&*entry.path) => "an empty folder",
            Kind::File(_) if is_system_file(entry.name()) => "left by an operating system or an editor",
            _ => continue,
        };
        gone.insert(&entry.path);
        steps.push(Step::Remove { path: entry.path.to_string(), why: why.to_owned() });
    }
    steps
}
