//! Mending a submission where no judgement is needed and no evidence is touched.
//!
//! Nothing is deleted: what goes, goes into a folder beside the submission, and a journal is written first. A step is one
//! rename, so that an interruption leaves the old state or the new one, and undoing works from either.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::{fmt, fs, io};

use serde::{Deserialize, Serialize};

use crate::audit::report::Report;
use crate::round::Runner;
use crate::round::spelling::plain;
use crate::source::{Kind, Tree, around, is_dropping, join, parent_of};
use crate::submit::output::write_new;

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
    steps.extend(spellings(tree, report));
    steps.extend(marks(tree, report, &steps));
    steps.extend(junk(tree));
    // Last, as the others name what they find by the names it has.
    let respelt: Vec<Step> = {
        let done = Done::by(&steps);
        super::respelling::steps(tree, report).into_iter().filter(|step| !done.covers(step)).collect()
    };
    steps.extend(respelt);
    without_blocked(tree, steps)
}

/// The steps that have a free place to put something. Where a link, a pipe or a folder has the name, a person decides.
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

/// Other spellings of an official status, official words with blanks around them, and official keys in another spelling.
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
        let mut told: Vec<String> = Vec::new();
        for (number, found, right) in edits {
            let Some(line) = lines.get_mut(number.wrapping_sub(1)) else { continue };
            // The text as it is written; anything unusual is left to a person.
            if line.matches(&quoted(&found)).count() == 1 {
                *line = line.replacen(&quoted(&found), &quoted(&right), 1);
                told.push(format!("`{found}` becomes `{right}`"));
            }
        }
        if !told.is_empty() {
            let path = system.description_path.clone();
            steps.push(Step::Rewrite { path, content: lines.concat(), why: told.join(", ") });
        }
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

/// The steps of one `fix`, and how far they were taken.
///
/// Two places belong to it. What is removed or replaced is kept beside the submission, in a folder of its own. What was done
/// stands in the user's own folder of state, as a folder beside a submission may have come with it, and nobody but this user
/// may say which files are moved back.
#[derive(Debug)]
struct Journal {
    /// In the order they are taken.
    steps: Vec<Step>,
    /// Where what is removed or replaced is kept.
    kept: PathBuf,
    /// Where the steps are written down.
    file: PathBuf,
}

/// The journals of a submission.
#[derive(Debug)]
pub struct Journals {
    root: PathBuf,
    /// Beside the submission.
    kept: PathBuf,
    /// In the user's folder of state.
    state: PathBuf,
}

impl Journals {
    /// The journals of the submission in a folder, whose path is whole. `state` is the user's folder of state.
    ///
    /// # Errors
    /// When the folder is the root of the file system.
    pub fn of(root: &Path, state: &Path) -> io::Result<Self> {
        let name = root.file_name().ok_or_else(|| io::Error::other("the root of the file system cannot be fixed"))?;
        let kept = root.with_file_name(format!("{}.tinyaudit-undo", name.to_string_lossy()));
        let place = super::package::sha256(root.as_os_str().as_encoded_bytes());
        Ok(Self { root: root.to_owned(), kept, state: state.join("undo").join(place) })
    }

    /// Where what is removed or replaced is kept.
    #[must_use]
    pub fn kept(&self) -> &Path {
        &self.kept
    }

    /// The numbers of what was done and not taken back, in order.
    fn numbers(&self) -> Vec<u32> {
        let names = fs::read_dir(&self.state).into_iter().flatten().flatten();
        let number = |entry: fs::DirEntry| entry.file_name().to_str()?.strip_suffix(".json")?.parse().ok();
        let mut numbers: Vec<u32> = names.filter_map(number).collect();
        numbers.sort_unstable();
        numbers
    }

    /// What a journal says.
    fn read(&self, number: u32) -> io::Result<Written> {
        let file = self.state.join(format!("{number}.json"));
        let written = fs::read(&file).and_then(|bytes| Ok(serde_json::from_slice(&bytes)?));
        written.map_err(|error| at(&file, &error))
    }

    fn journal(&self, number: u32, written: Written) -> Journal {
        let file = self.state.join(format!("{number}.json"));
        Journal { steps: written.steps, kept: self.kept.join(written.kept), file }
    }

    /// Takes steps. Everything that goes or changes is kept. The steps are written down before they are taken, so that an
    /// interruption can be undone. Steps that `continue` those before are undone together with them.
    ///
    /// # Errors
    /// When a step's target is not what it was when the steps were planned, with its path; nothing is done then. When a file
    /// cannot be moved, with its path; [`undo`](Self::undo) restores what was done until then.
    pub fn apply(&self, steps: Vec<Step>, continues: bool) -> io::Result<()> {
        check(&self.root, &steps)?;
        no_link(&self.kept)?;
        let number = self.numbers().last().map_or(1, |last| last + 1);
        // First the folder that something may be moved into, then what allows to undo it, then the steps. Nobody else can
        // know the folder's name, so that what it holds is what was kept.
        fs::create_dir_all(&self.kept).map_err(|error| at(&self.kept, &error))?;
        let folder = tempfile::Builder::new().prefix(&format!("{number}-")).tempdir_in(&self.kept)?;
        let kept = folder.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let written = Written { continues, kept, steps };
        let text = serde_json::to_string_pretty(&written)?;
        let journal = self.journal(number, written);
        if let Err(error) = write_new(&journal.file, text.as_bytes()) {
            // An empty folder that nothing belongs to would only be in the way.
            drop(folder);
            let _ = fs::remove_dir(&self.kept);
            return Err(error);
        }
        let _ = folder.keep();
        journal.take(&self.root)
    }

    /// Takes back what was done last, as far as it was done; returns how many steps that were. `None` where nothing was done.
    ///
    /// # Errors
    /// When a file was made or edited since in the place of one that comes back, or what was kept is gone; then nothing is
    /// undone. When a file cannot be moved.
    pub fn undo(&self) -> io::Result<Option<usize>> {
        let mut last: Vec<Journal> = Vec::new();
        for number in self.numbers().into_iter().rev() {
            let written = self.read(number)?;
            let continues = written.continues;
            last.push(self.journal(number, written));
            if !continues {
                break;
            }
        }
        if last.is_empty() {
            return Ok(None);
        }
        no_link(&self.kept)?;
        // All of them are looked at before the first one is undone.
        last.iter().try_for_each(|journal| journal.can_be_undone(&self.root))?;
        let mut undone = 0;
        for journal in last {
            undone += journal.undo(&self.root)?;
        }
        // Folders go where nothing is left in them.
        let _ = fs::remove_dir(&self.kept);
        let _ = fs::remove_dir(&self.state);
        Ok(Some(undone))
    }
}

/// Refuses a folder that a link takes the place of: it would lead to files that are not ours.
fn no_link(folder: &Path) -> io::Result<()> {
    if folder.is_symlink() { Err(at(folder, &io::Error::other("is a link, which is not followed"))) } else { Ok(()) }
}

/// A journal as it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    /// Whether it goes on with what the one before it did.
    continues: bool,
    /// The folder of what is kept, whose name nobody could have known before.
    kept: String,
    steps: Vec<Step>,
}

/// An error with the path it is about.
fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", super::output::shown(path)))
}

/// A path below a folder, if it only goes down and no link is on its way.
fn below(root: &Path, path: &str) -> io::Result<PathBuf> {
    let mut place = root.to_owned();
    let mut parts = Path::new(path).components().peekable();
    while let Some(part) = parts.next() {
        let Component::Normal(name) = part else {
            return Err(io::Error::other(format!("`{}` leads out of the submission", path.escape_debug())));
        };
        place.push(name);
        if parts.peek().is_some() && place.is_symlink() {
            return Err(io::Error::other(format!("{} is a link, which is not followed", super::output::shown(&place))));
        }
    }
    Ok(place)
}

/// Whether every step can be taken: what it moves or edits is there, and nothing is where it puts something.
fn check(root: &Path, steps: &[Step]) -> io::Result<()> {
    // What earlier steps put somewhere is not there yet, and what they take away still is.
    let (mut made, mut gone): (BTreeSet<&str>, BTreeSet<&str>) = (BTreeSet::new(), BTreeSet::new());
    for step in steps {
        let (source, target) = match step {
            Step::Remove { path, .. } | Step::Rewrite { path, .. } => (Some(path), None),
            Step::Move { from, to } => (Some(from), Some(to)),
            Step::Add { path, .. } => (None, Some(path)),
        };
        if let Some(path) = source.filter(|path| !around(path).any(|one| made.contains(one))) {
            let place = below(root, path)?;
            let found = place.symlink_metadata().map_err(|error| at(&place, &error))?;
            if matches!(step, Step::Rewrite { .. }) && !found.is_file() {
                return Err(at(&place, &io::Error::other("is not a file any more; nothing was changed")));
            }
        }
        if let Some(path) = target {
            let place = below(root, path)?;
            if is_there(&place) && !gone.contains(path.as_str()) {
                let error = io::Error::new(io::ErrorKind::AlreadyExists, "is in the way; nothing was changed");
                return Err(at(&place, &error));
            }
            made.insert(path);
        }
        gone.extend(source.filter(|_| !matches!(step, Step::Rewrite { .. })).map(String::as_str));
    }
    Ok(())
}

impl Journal {
    /// Takes the steps, and notes each that is done.
    fn take(&self, root: &Path) -> io::Result<()> {
        for (number, step) in self.steps.iter().enumerate() {
            let place = self.kept.join(number.to_string());
            let done = match step {
                Step::Remove { path, .. } => below(root, path).and_then(|from| fs::rename(from, place)),
                Step::Move { from, to } => {
                    below(root, from).and_then(|from| move_to_free(&from, &below(root, to)?)).and_then(|()| {
                        // That it was moved is told by what stands here, as both names may be there for other reasons.
                        write_new(&place, b"")
                    })
                }
                Step::Add { path, .. } => below(root, path).and_then(|path| {
                    let new = self.kept.join(format!("{number}.new"));
                    write_new(&new, b"")?;
                    write_new(&place, b"")?;
                    move_to_free(&new, &path)
                }),
                Step::Rewrite { path, content, .. } => below(root, path).and_then(|path| {
                    // Undoing takes what is there for whole, and finds nothing of ours in the tree.
                    let (old, new) = (self.kept.join(format!("{number}.old")), self.kept.join(format!("{number}.new")));
                    fs::copy(&path, &old)?;
                    write_new(&new, content.as_bytes())?;
                    fs::set_permissions(&new, fs::metadata(&old)?.permissions())?;
                    fs::rename(old, place)?;
                    fs::rename(new, &path)
                }),
            };
            done.map_err(|error| {
                io::Error::new(
                    error.kind(),
                    format!("{step}: {error}; `tinyaudit fix --undo` takes back what was done"),
                )
            })?;
        }
        Ok(())
    }

    /// Takes the steps back, the last first, as far as they were taken; returns how many.
    fn undo(&self, root: &Path) -> io::Result<usize> {
        let mut undone = 0;
        for (number, step) in self.steps.iter().enumerate().rev() {
            let place = self.kept.join(number.to_string());
            match step {
                Step::Remove { path, .. } | Step::Rewrite { path, .. } if is_there(&place) => {
                    fs::rename(place, below(root, path)?)?;
                }
                Step::Move { from, to } if was_moved(&place, &below(root, from)?, &below(root, to)?) => {
                    fs::rename(below(root, to)?, below(root, from)?)?;
                }
                Step::Add { path, .. } if is_there(&place) && is_there(&below(root, path)?) => {
                    // Into the folder that goes last, so that what somebody wrote into it would not be lost.
                    fs::rename(below(root, path)?, place)?;
                }
                _ => continue,
            }
            undone += 1;
        }
        // The journal goes first: without it nothing is undone twice. Of the folder only what is ours goes.
        fs::remove_file(&self.file)?;
        for number in 0..self.steps.len() {
            for name in [number.to_string(), format!("{number}.old"), format!("{number}.new")] {
                let _ = fs::remove_file(self.kept.join(name));
            }
        }
        let _ = fs::remove_dir(&self.kept);
        Ok(undone)
    }

    /// Whether everything that was kept is there, and nothing is where it comes back to.
    fn can_be_undone(&self, root: &Path) -> io::Result<()> {
        no_link(&self.kept)?;
        if !self.kept.is_dir() {
            let gone =
                io::Error::new(io::ErrorKind::NotFound, "is gone, and with it what was removed; nothing is undone");
            return Err(at(&self.kept, &gone));
        }
        self.nothing_is_in_the_way(root)
    }

    fn nothing_is_in_the_way(&self, root: &Path) -> io::Result<()> {
        for (number, step) in self.steps.iter().enumerate() {
            let place = self.kept.join(number.to_string());
            let (path, reason) = match step {
                Step::Remove { path, .. } if is_there(&place) && is_there(&below(root, path)?) => {
                    (path, "exists again")
                }
                Step::Move { from, to }
                    if is_there(&place) && is_there(&below(root, from)?) && is_there(&below(root, to)?) =>
                {
                    (from, "exists again")
                }
                Step::Add { path, .. }
                    if fs::metadata(below(root, path)?).is_ok_and(|file| is_there(&place) && file.len() > 0) =>
                {
                    (path, "was edited since")
                }
                Step::Rewrite { path, content, .. } if is_there(&place) && is_there(&below(root, path)?) => {
                    let now = fs::read(below(root, path)?)?;
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

/// Moves a file or folder to where nothing is. Names that differ in case only are one name on some systems.
fn move_to_free(from: &Path, to: &Path) -> io::Result<()> {
    let same = || Some(fs::canonicalize(from).ok()? == fs::canonicalize(to).ok()?);
    if is_there(to) && same() != Some(true) {
        let message = format!("{} is in the way", super::output::shown(to));
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    fs::rename(from, to)
}

/// Whether a move was done: it was noted, or an interruption came between both.
fn was_moved(noted: &Path, from: &Path, to: &Path) -> bool {
    is_there(to) && (is_there(noted) || !is_there(from))
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
