//! Mending a submission where no judgement is needed and no evidence is touched.
//!
//! Nothing is deleted: what goes, goes into a folder beside the submission, with a journal that is written first. A step
//! is one rename, so that an interruption leaves the old state or the new one, and undoing works from either.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::judge::report::Report;
use crate::keep::output::write_new;
use crate::read::tree::{Kind, Tree, around, is_dropping, join, parent_of};
use crate::round::Runner;

/// One thing to do. Paths are relative to the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Take a file or folder out.
    Remove {
        /// What.
        path: String,
        /// Why.
        why: String,
    },
    /// Give a file another place.
    Move {
        /// From here.
        from: String,
        /// To there.
        to: String,
    },
    /// Add an empty file.
    Add {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
    /// Replace the content of a file.
    Rewrite {
        /// The file.
        path: String,
        /// Its new content.
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

/// What there is to mend, in the order it is done.
#[must_use]
pub fn plan(tree: &Tree, report: &Report) -> Vec<Step> {
    let mut steps = misnamed(report);
    steps.extend(markers(report));
    steps.extend(statuses(tree, report));
    steps.extend(marks(tree, report, &steps));
    steps.extend(junk(tree));
    // Last, as the others name what they find by the names it has.
    let respelt: Vec<Step> = {
        let done = Done::by(&steps);
        super::respelling::steps(tree, report).into_iter().filter(|step| !done.covers(step)).collect()
    };
    steps.extend(respelt);
    steps
}

/// What earlier steps take away, and what they put where.
struct Done<'a> {
    removed: BTreeSet<&'a str>,
    moved: BTreeSet<&'a str>,
    there: BTreeSet<&'a str>,
}

impl<'a> Done<'a> {
    fn by(steps: &'a [Step]) -> Self {
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

    /// Whether they take away what a step moves, or fill its place.
    fn covers(&self, step: &Step) -> bool {
        let Step::Move { from, to } = step else { return false };
        self.moved.contains(from.as_str())
            || self.there.contains(to.as_str())
            || around(from).any(|path| self.removed.contains(path))
    }
}

/// Byte-order marks in front of descriptions that no other step writes anew.
fn marks(tree: &Tree, report: &Report, earlier: &[Step]) -> Vec<Step> {
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
            let why = "the byte-order mark in front goes".to_owned();
            Some(Step::Rewrite { path: path.clone(), content, why })
        })
        .collect()
}

/// `result.txt`, where `results.txt` is missing.
fn misnamed(report: &Report) -> Vec<Step> {
    let runs = report
        .submission
        .runs()
        .filter(|place| place.run.files.contains("result.txt") && !place.run.files.contains("results.txt"));
    runs.map(|place| Step::Move { from: join(&place.run.path, "result.txt"), to: join(&place.run.path, "results.txt") })
        .collect()
}

/// The runner's marker: in a run's folder instead of the benchmark's, or nowhere although the logs show the runner.
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
                    why: "the marker belongs into the benchmark's folder, where it is, too".to_owned(),
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
            let why = "the logs are of the EEMBC runner".to_owned();
            steps.push(Step::Add { path: join(&benchmark.path, marker), why });
        }
    }
    steps
}

/// Other spellings of an official status, and official words with blanks around them.
fn statuses(tree: &Tree, report: &Report) -> Vec<Step> {
    let mut steps = Vec::new();
    for system in &report.submission.systems {
        let Some(field) = system.description.as_ref().and_then(|description| description.get("Status")) else {
            continue;
        };
        let found = field.as_str();
        let Some(right) = report.round.status_meant(found).filter(|right| **right != found.to_lowercase()) else {
            continue;
        };
        let read = tree.get(&system.description_path).and_then(|entry| tree.read(entry).ok());
        let Some(text) = read.and_then(|bytes| String::from_utf8(bytes).ok()) else { continue };
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        let Some(line) = lines.get_mut((field.line as usize).wrapping_sub(1)) else { continue };
        // The value as it is written; anything unusual is left to a person.
        if line.matches(&quoted(found)).count() != 1 {
            continue;
        }
        *line = line.replacen(&quoted(found), &quoted(right), 1);
        let why = format!("`Status` becomes `{right}`");
        steps.push(Step::Rewrite { path: system.description_path.clone(), content: lines.concat(), why });
    }
    steps
}

/// Junk files, Python caches and empty folders; of nested ones the outermost.
fn junk(tree: &Tree) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut gone: BTreeSet<&str> = BTreeSet::new();
    let kept = tree.folders_with(|entry| !is_dropping(entry.name()));
    for entry in tree.entries().iter().filter(|entry| entry.is_text()) {
        if around(parent_of(&entry.path)).any(|folder| gone.contains(folder)) {
            continue;
        }
        let why = match entry.kind {
            Kind::Folder if entry.name() == "__pycache__" => "a Python cache",
            Kind::Folder if !kept.contains(&*entry.path) => "an empty folder",
            Kind::File(_) if is_dropping(entry.name()) => "left by an operating system or an editor",
            _ => continue,
        };
        gone.insert(&entry.path);
        steps.push(Step::Remove { path: entry.path.to_string(), why: why.to_owned() });
    }
    steps
}

/// The steps that were taken, or are about to be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Journal {
    /// In the order they are taken.
    pub steps: Vec<Step>,
}

/// The journal's name in the folder of what is kept.
const JOURNAL: &str = "journal.json";

impl Journal {
    /// Reads the journal of what was done last.
    ///
    /// # Errors
    /// When there is none.
    pub fn read(kept: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&fs::read(kept.join(JOURNAL))?)?)
    }

    /// Takes the steps. Everything that goes or changes is kept in a folder of its own.
    ///
    /// # Errors
    /// When a file cannot be moved; undoing restores what was done until then.
    pub fn apply(&self, root: &Path, kept: &Path) -> io::Result<()> {
        write_new(&kept.join(JOURNAL), serde_json::to_string_pretty(self)?.as_bytes())?;
        for (number, step) in self.steps.iter().enumerate() {
            let place = kept.join(number.to_string());
            match step {
                Step::Remove { path, .. } => fs::rename(root.join(path), place)?,
                Step::Move { from, to } => fs::rename(root.join(from), root.join(to))?,
                Step::Add { path, .. } => write_new(&root.join(path), b"")?,
                Step::Rewrite { path, content, .. } => {
                    // Undoing takes what is there for whole, and finds nothing of ours in the tree.
                    let (old, new) = (kept.join(format!("{number}.old")), kept.join(format!("{number}.new")));
                    fs::copy(root.join(path), &old)?;
                    write_new(&new, content.as_bytes())?;
                    fs::set_permissions(&new, fs::metadata(&old)?.permissions())?;
                    fs::rename(old, place)?;
                    fs::rename(new, root.join(path))?;
                }
            }
        }
        Ok(())
    }

    /// Takes the steps back, the last first, as far as they were taken.
    ///
    /// # Errors
    /// When a file was made or edited since in the place of one that comes back; then nothing is undone. When a file cannot
    /// be moved.
    pub fn undo(&self, root: &Path, kept: &Path) -> io::Result<()> {
        self.nothing_is_in_the_way(root, kept)?;
        for (number, step) in self.steps.iter().enumerate().rev() {
            let place = kept.join(number.to_string());
            match step {
                Step::Remove { path, .. } | Step::Rewrite { path, .. } if is_there(&place) => {
                    fs::rename(place, root.join(path))?;
                }
                Step::Move { from, to } if is_there(&root.join(to)) => {
                    fs::rename(root.join(to), root.join(from))?;
                }
                // Into the folder that goes last, so that what somebody wrote into it would not be lost.
                Step::Add { path, .. } if is_there(&root.join(path)) => fs::rename(root.join(path), place)?,
                _ => {}
            }
        }
        fs::remove_dir_all(kept)
    }

    fn nothing_is_in_the_way(&self, root: &Path, kept: &Path) -> io::Result<()> {
        for (number, step) in self.steps.iter().enumerate() {
            let place = kept.join(number.to_string());
            let (path, reason) = match step {
                Step::Remove { path, .. } if is_there(&place) && is_there(&root.join(path)) => (path, "is there again"),
                Step::Move { from, to } if is_there(&root.join(from)) && is_there(&root.join(to)) => {
                    (from, "is there again")
                }
                Step::Add { path, .. } if fs::metadata(root.join(path)).is_ok_and(|file| file.len() > 0) => {
                    (path, "was edited since")
                }
                Step::Rewrite { path, content, .. } if is_there(&place) && is_there(&root.join(path)) => {
                    let now = fs::read(root.join(path))?;
                    // An interruption leaves the old content where the new one was to go.
                    if now == content.as_bytes() || now == fs::read(&place)? {
                        continue;
                    }
                    (path, "was edited since")
                }
                _ => continue,
            };
            let message = format!("nothing is undone: {path} {reason}; move it away");
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
        Ok(())
    }
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
