//! Case files: `fixtures/checks/<rule>.yaml` contains edits of a golden submission and the complete list of their
//! findings. Every rule has a case in which it fires and a near miss in which it does not.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tempfile::TempDir;
use tinyaudit::audit::checks::rules;
use tinyaudit::audit::report::{Loading, Report};
use tinyaudit::parse::document::checklist;
use tinyaudit::render::catalogue::{self, Example};
use tinyaudit::round::Round;
use tinyaudit::round::outputs::outputs;
use tinyaudit::source::Tree;

use crate::{golden, infer};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the edits do.
    name: String,
    /// The previous round, given as `--previous`: the golden submission with these edits.
    #[serde(default)]
    previous: Option<Vec<Edit>>,
    /// Which golden submission: `bundled`, `energy`, `board`, `streaming` or `others`.
    #[serde(default)]
    golden: Golden,
    #[serde(default = "newest_with_both_runners")]
    round: String,
    edits: Vec<Edit>,
    /// Waivers to apply, as YAML.
    #[serde(default)]
    waivers: Option<String>,
    /// Every finding, `severity[rule] path:line`.
    expect: Vec<String>,
}

fn newest_with_both_runners() -> String {
    "v1.3".to_owned()
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Golden {
    #[default]
    Bundled,
    Energy,
    Board,
    Streaming,
    Others,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Edit {
    /// Replaces text, which must exist; only its first occurrence unless `all` is set.
    Replace {
        file: PathBuf,
        old: String,
        new: String,
        #[serde(default)]
        all: bool,
    },
    /// Removes a file or folder.
    Delete(PathBuf),
    /// Writes a file.
    Write { file: PathBuf, text: String },
    /// Adds text at the end of a file.
    Append { file: PathBuf, text: String },
    /// Truncates a file to this many bytes.
    Truncate { file: PathBuf, bytes: usize },
    /// Moves a file or folder.
    Move { from: PathBuf, to: PathBuf },
    /// Makes an empty folder.
    Folder(PathBuf),
    /// Makes a symbolic link without a target.
    Link(PathBuf),
    /// Makes a named pipe.
    Pipe(PathBuf),
    /// Makes a sparse file of this many MB.
    Sparse { file: PathBuf, megabytes: u64 },
    /// Copies a file.
    Copy { from: PathBuf, to: PathBuf },
    /// Copies a folder.
    CopyTree { from: PathBuf, to: PathBuf },
    /// Replaces a line of a Word checklist; a line that starts with `X ` is ticked.
    Checklist { file: PathBuf, old: String, new: String },
    /// Multiplies the samples of an energy trace, or those of one window.
    Scale {
        file: PathBuf,
        by: f32,
        #[serde(default)]
        window: Option<(PathBuf, usize)>,
    },
    /// Copies the samples of one window of an energy trace over those of another.
    Repeat { file: PathBuf, windows: PathBuf, from: usize, to: usize },
    /// Sets the samples of an energy trace to 0, but for every `keep`-th.
    Thin { file: PathBuf, keep: usize },
    /// Repeats every sample of an energy trace.
    Stretch { file: PathBuf, times: usize },
    /// Moves the samples of an energy trace to the right, the last ones to the front.
    Rotate { file: PathBuf, samples: usize },
    /// Adds a wave of a tenth of the samples to an energy trace.
    Ripple { file: PathBuf, hz: f64 },
    /// Adds milliseconds to the host times of a log of the EEMBC runner, from the first line that contains a text on.
    Delay { file: PathBuf, from: String, ms: u64 },
    /// Multiplies the device's time stamps in a log of the EEMBC runner.
    Clock { file: PathBuf, by: f64 },
    /// Lets the stated durations of the loads in a log of the EEMBC runner vary by up to 30 ms, by a seed.
    VaryLoads { file: PathBuf, seed: usize },
    /// Writes the outputs of the kws reference model into a log of the EEMBC runner, one of them for another class.
    ReferenceOutputs { file: PathBuf, forged: Option<usize> },
    /// Writes a TFLite model with an input of so many bytes, and so many outputs.
    Model { file: PathBuf, input: u32, outputs: u32 },
    /// Adds a row to the table of a Word checklist.
    Row { file: PathBuf, cells: Vec<String> },
}

/// The submitter's folder; paths are relative to it unless they start with `/`.
const SUBMITTER: &str = "closed/ExampleCo";

fn reference_outputs(lines: &mut [String], forged: Option<usize>) {
    let reference = &outputs("kws01", "kws01").unwrap().arithmetics[0];
    for (row, line) in lines.iter_mut().filter(|line| line.contains("m-results-[")).enumerate() {
        let mut vector = reference.vector(row).unwrap().to_vec();
        if forged == Some(row) {
            vector.rotate_right(1);
        }
        let values: Vec<String> = vector.iter().map(|value| format!("{:.3}", f64::from(*value) / 256.0)).collect();
        let start = line.find("m-results-[").unwrap();
        *line = format!("{}m-results-[{}]", &line[..start], values.join(","));
    }
}

fn vary_loads(lines: &mut [String], seed: usize) {
    const BEFORE: &str = "Binary load took 0.";
    let loads = lines.iter_mut().filter_map(|line| {
        let at = line.find(BEFORE)? + BEFORE.len();
        Some((line, at))
    });
    for (index, (line, at)) in loads.enumerate() {
        let ms = 60 + (index * index + seed * index) * 7919 % 31;
        line.replace_range(at..at + 3, &format!("{ms:03}"));
    }
}

#[allow(clippy::too_many_lines)] // a few per edit
fn apply(edit: &Edit, root: &Path) {
    let place = |path: &Path| match path.strip_prefix("/") {
        Ok(below_root) => root.join(below_root),
        Err(_) => root.join(SUBMITTER).join(path),
    };
    match edit {
        Edit::Replace { file, old, new, all } => {
            let path = place(file);
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            assert!(text.contains(old.as_str()), "{} does not hold {old:?}", file.display());
            let text = if *all { text.replace(old.as_str(), new) } else { text.replacen(old.as_str(), new, 1) };
            fs::write(path, text).unwrap();
        }
        Edit::Delete(path) => {
            let path = place(path);
            if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
        }
        Edit::Write { file, text } => {
            let path = place(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Edit::Append { file, text } => {
            let path = place(file);
            let mut bytes = fs::read(&path).unwrap();
            bytes.extend(text.as_bytes());
            fs::write(path, bytes).unwrap();
        }
        Edit::Truncate { file, bytes } => {
            let path = place(file);
            let kept = fs::read(&path).unwrap()[..*bytes].to_vec();
            fs::write(path, kept).unwrap();
        }
        Edit::Move { from, to } => {
            let to = place(to);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::rename(place(from), to).unwrap();
        }
        Edit::Folder(path) => fs::create_dir_all(place(path)).unwrap(),
        Edit::Link(path) => std::os::unix::fs::symlink("nowhere", place(path)).unwrap(),
        Edit::Pipe(path) => {
            let made = std::process::Command::new("mkfifo").arg(place(path)).status().unwrap();
            assert!(made.success());
        }
        Edit::Sparse { file, megabytes } => {
            fs::File::create(place(file)).unwrap().set_len(megabytes << 20).unwrap();
        }
        Edit::Copy { from, to } => {
            fs::create_dir_all(place(to).parent().unwrap()).unwrap();
            fs::copy(place(from), place(to)).unwrap();
        }
        Edit::CopyTree { from, to } => golden::copy(&place(from), &place(to)),
        Edit::Scale { file, by, window } => edit_samples(&place(file), |samples| {
            let range = window.as_ref().map_or(0..samples.len(), |(stamps, window)| span(&place(stamps), *window));
            samples[range].iter_mut().for_each(|sample| *sample *= by);
        }),
        Edit::Repeat { file, windows, from, to } => edit_samples(&place(file), |samples| {
            let (from, to) = (span(&place(windows), *from), span(&place(windows), *to));
            let length = from.len().min(to.len());
            samples.copy_within(from.start..from.start + length, to.start);
        }),
        Edit::Thin { file, keep } => edit_samples(&place(file), |samples| {
            samples.iter_mut().enumerate().filter(|(at, _)| at % keep > 0).for_each(|(_, sample)| *sample = 0.0);
        }),
        Edit::Stretch { file, times } => edit_samples(&place(file), |samples| {
            *samples = samples.iter().flat_map(|sample| std::iter::repeat_n(*sample, *times)).collect();
        }),
        Edit::Rotate { file, samples } => edit_samples(&place(file), |all| all.rotate_right(*samples)),
        Edit::Ripple { file, hz } => edit_samples(&place(file), |samples| {
            for (at, sample) in samples.iter_mut().enumerate() {
                let wave = 1.0 + 0.1 * (std::f64::consts::TAU * hz * at as f64 / 1000.0).sin();
                #[allow(clippy::cast_possible_truncation)] // a factor near 1
                let factor = wave as f32;
                *sample *= factor;
            }
        }),
        Edit::Delay { file, from, ms } => edit_log(&place(file), |lines| {
            let from = lines.iter().position(|line| line.contains(from)).expect("a line contains the text");
            for line in &mut lines[from..] {
                let Some((stamp, rest)) = line.split_once(' ') else { continue };
                if let Ok(seconds) = stamp.parse::<f64>() {
                    *line = format!("{:09.3} {rest}", seconds + *ms as f64 / 1000.0);
                }
            }
        }),
        Edit::Clock { file, by } => edit_log(&place(file), |lines| {
            for line in lines {
                let Some((head, stamp)) = line.split_once("m-lap-us-") else { continue };
                let us: f64 = stamp.trim().parse().unwrap();
                *line = format!("{head}m-lap-us-{:.0}", us * by);
            }
        }),
        Edit::VaryLoads { file, seed } => edit_log(&place(file), |lines| vary_loads(lines, *seed)),
        Edit::ReferenceOutputs { file, forged } => edit_log(&place(file), |lines| reference_outputs(lines, *forged)),
        Edit::Model { file, input, outputs } => {
            let path = place(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, infer::own_model(*input, *outputs)).unwrap();
        }
        Edit::Checklist { file, old, new } => edit_checklist(&place(file), |checklist| {
            let (ticked, text) = new.strip_prefix("X ").map_or((false, new.as_str()), |text| (true, text));
            let item = checklist.lines.iter_mut().find(|item| item.text == *old).expect("the line is there");
            *item = checklist::Item { text: text.to_owned(), ticked };
        }),
        Edit::Row { file, cells } => edit_checklist(&place(file), |checklist| checklist.rows.push(cells.clone())),
    }
}

/// Range of the samples of a window in a trace of 1000 samples per second; windows are numbered from 1.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // times of a trace
fn span(stamps: &Path, window: usize) -> std::ops::Range<usize> {
    let stamps: Vec<f64> = serde_json::from_slice(&fs::read(stamps).unwrap()).unwrap();
    let sample = |stamp: f64| (stamp * 1000.0).round() as usize;
    sample(stamps[2 * window - 1])..sample(stamps[2 * window])
}

fn edit_samples(path: &Path, edit: impl FnOnce(&mut Vec<f32>)) {
    let bytes = fs::read(path).unwrap();
    let (head, body) = bytes.split_at(5);
    let mut samples: Vec<f32> = body.chunks_exact(4).map(|one| f32::from_le_bytes(one.try_into().unwrap())).collect();
    edit(&mut samples);
    let bytes: Vec<u8> = head.iter().copied().chain(samples.into_iter().flat_map(f32::to_le_bytes)).collect();
    fs::write(path, bytes).unwrap();
}

fn edit_log(path: &Path, edit: impl FnOnce(&mut Vec<String>)) {
    let text = fs::read_to_string(path).unwrap();
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    edit(&mut lines);
    fs::write(path, lines.join("\n")).unwrap();
}

fn edit_checklist(path: &Path, edit: impl FnOnce(&mut checklist::Checklist)) {
    let mut checklist = checklist::parse(&fs::read(path).unwrap()).unwrap();
    edit(&mut checklist);
    fs::write(path, checklist::write(&checklist).unwrap()).unwrap();
}

/// Runs a case: its findings in short form, and an example for each rule.
fn findings(case: &Case) -> (Vec<String>, Vec<(String, Example)>) {
    let folder = TempDir::new().unwrap();
    let golden = match case.golden {
        Golden::Bundled => golden::bundled(),
        Golden::Energy => golden::ENERGY.path().to_owned(),
        Golden::Board => golden::BOARD.path().to_owned(),
        Golden::Streaming => golden::STREAMING.path().to_owned(),
        Golden::Others => golden::OTHERS.path().to_owned(),
    };
    golden::copy(&golden, folder.path());
    for edit in &case.edits {
        apply(edit, folder.path());
    }
    let round = Round::named(&case.round).unwrap();
    let earlier = case.previous.as_ref().map(|edits| {
        let earlier = TempDir::new().unwrap();
        golden::copy(&golden, earlier.path());
        for edit in edits {
            apply(edit, earlier.path());
        }
        Report::check(&Tree::open(earlier.path()).unwrap(), Round::named(&case.round).unwrap(), None)
            .unwrap()
            .submission
    });
    let tree = Tree::open(folder.path()).unwrap();
    let mut report = Report::load(&tree, round, Loading { earlier, weights: true, ..Loading::default() }).unwrap();
    if let Some(text) = &case.waivers {
        report.waive(&tinyaudit::audit::waiver::parse(text, "waivers.yaml").unwrap(), "waivers.yaml");
    }
    let shown = |finding: &tinyaudit::audit::finding::Finding| {
        let waived = if finding.counts() { "" } else { " waived" };
        let path = finding.path.strip_prefix("closed/ExampleCo/").unwrap_or(&finding.path);
        let undecided = finding.undecided.map_or_else(String::new, |rule| format!(": {}", rule.id));
        format!("{}[{}{undecided}] {path}:{}{waived}", finding.severity.name(), finding.rule.id, finding.line)
    };
    let examples = report.findings().map(|finding| {
        let path = finding.path.strip_prefix("closed/ExampleCo/").unwrap_or(&finding.path).to_owned();
        (finding.rule.id.to_owned(), Example { path, message: finding.message.clone() })
    });
    (report.findings().map(shown).collect(), examples.collect())
}

/// The examples as YAML, one entry per rule.
fn yaml(examples: &BTreeMap<String, Example>) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut out =
        String::from("# A finding of every rule, from its first case in fixtures/checks; written by the tests.\n");
    for (id, example) in examples {
        writeln!(out, "{id}:\n  path: {}\n  message: {}", quoted(&example.path), quoted(&example.message)).unwrap();
    }
    out
}

/// The text of a case file with the actual findings filled in.
fn blessed(text: &str, all: &[Vec<String>]) -> String {
    let cases = text.split("\n- name:").zip(all).map(|(case, found)| {
        let head = case.split("\n  expect:").next().unwrap_or(case);
        let list = found.iter().map(|finding| serde_json::Value::from(finding.as_str()).to_string());
        let list = if found.is_empty() {
            " []".to_owned()
        } else {
            format!("\n    - {}", list.collect::<Vec<_>>().join("\n    - "))
        };
        format!("{head}\n  expect:{list}")
    });
    cases.collect::<Vec<_>>().join("\n- name:") + "\n"
}

#[test]
fn every_rule_fires_where_it_must_and_only_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/checks");
    let mut wrong = Vec::new();
    let mut examples = BTreeMap::new();
    // A rule that proves a figure never fires itself; its cases are those of evidence-undecided.
    for rule in rules().filter(|rule| !rule.proves) {
        let path = folder.join(format!("{}.yaml", rule.id));
        let Ok(text) = fs::read_to_string(&path) else {
            wrong.push(format!("{} is missing", path.display()));
            continue;
        };
        let cases: Vec<Case> =
            serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let bless = std::env::var_os("TINYAUDIT_BLESS").is_some();
        let (all, shown): (Vec<Vec<String>>, Vec<_>) = cases.iter().map(findings).unzip();
        let fires = |found: &Vec<String>| found.iter().any(|finding| finding.contains(&format!("[{}", rule.id)));
        if !all.iter().any(fires) || all.iter().all(fires) {
            wrong.push(format!("{} needs a case that fires and one that does not", path.display()));
        }
        if let Some((id, example)) = shown.into_iter().flatten().find(|(id, _)| id == rule.id) {
            examples.insert(id, example);
        }
        if bless {
            fs::write(&path, blessed(&text, &all)).unwrap();
            continue;
        }
        for (case, found) in cases.iter().zip(all) {
            if found != case.expect {
                let list = |findings: &[String]| format!("\n    - {}", findings.join("\n    - "));
                wrong.push(format!(
                    "{}: {}\n  found:{}\n  expected:{}",
                    rule.id,
                    case.name,
                    list(&found),
                    list(&case.expect)
                ));
            }
        }
    }
    if std::env::var_os("TINYAUDIT_BLESS").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/examples.yaml"), yaml(&examples)).unwrap();
    } else {
        assert_eq!(*catalogue::examples(), examples, "write rules/examples.yaml anew with TINYAUDIT_BLESS=1");
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
