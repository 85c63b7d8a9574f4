//! Fuzz targets, shared by cargo-fuzz and by the tests, which run the committed corpora.
//!
//! No input may cause a panic, a hang or unbounded memory use.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tinyaudit::audit::report::Report;
use tinyaudit::infer::weights::{forms_of, search, search_model};
use tinyaudit::infer::{Arithmetic, Interpreter, Model, Values};
use tinyaudit::parse::document::{checklist, description};
use tinyaudit::parse::sheet::{self, Sheet};
use tinyaudit::parse::{blocks, claims, eembc, energy_trace, mlcommons, results_json, script};
use tinyaudit::render;
use tinyaudit::render::reconciliation::{Reconciliation, write_markdown, write_text};
use tinyaudit::round::{Mode, Round, Runner, Severity};
use tinyaudit::source::Tree;
use tinyaudit::submit::package::Manifest;
use tinyaudit::testbench::device::{Device, LinkError, Micros, Received, SECOND};
use tinyaudit::testbench::runner::inputs::Synthetic;
use tinyaudit::testbench::runner::measure::Ports;
use tinyaudit::testbench::runner::{Job, Setup, list_for, measure};
use tinyaudit::testbench::simulator::board::BoardKind;
use tinyaudit::testbench::simulator::{Bench, Port, Profile, Wiring};

#[path = "grammar.rs"]
mod grammar;

use self::grammar::Choices;

/// Name and function of a target.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 10] = [
    ("logs", logs),
    ("sessions", sessions),
    ("cost", cost),
    ("documents", documents),
    ("archive", archive),
    ("tree", tree),
    ("firmware", firmware),
    ("runner", runner),
    ("models", models),
    ("tables", tables),
];

/// Reads a model and runs it, if it is one; and searches the bytes for weights, as firmware or as text.
pub fn models(bytes: &[u8]) {
    let _ = forms_of(bytes);
    let _ = search_model(bytes);
    if let Ok(model) = Model::parse(bytes) {
        for arithmetic in Arithmetic::ALL {
            let Ok(interpreter) = Interpreter::new(&model, arithmetic) else { continue };
            let count = model.tensors[model.input].elements();
            if count <= 1 << 20 {
                for value in [i8::MIN, 1, i8::MAX] {
                    let _ = interpreter.run(Values::I8(vec![value; count]));
                }
                let _ = interpreter.run(Values::F32(vec![1.0; count]));
            }
        }
    }
    let mut read = |take: &mut dyn FnMut(&[u8])| {
        bytes.chunks(777).for_each(take);
        Ok(())
    };
    let found = search(&mut read);
    assert!(found.is_ok());
}

/// Parses session files in every dialect, whole and in blocks.
pub fn logs(bytes: &[u8]) {
    let _ = results_json::parse(bytes);
    let _ = energy_trace::parse_stamps(bytes);
    let trace = energy_trace::EnergyTrace::parse(bytes.to_vec());
    assert!(trace.samples().len() * 4 <= bytes.len());
    let whole = (eembc::parse(bytes), mlcommons::parse(bytes), claims::parse(bytes), script::parse(bytes));
    let mut parts =
        (eembc::Parser::default(), mlcommons::Parser::default(), claims::Parser::default(), script::Parser::default());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        parts.0.block(line);
        parts.1.block(line);
        parts.2.block(line);
        parts.3.block(line);
    }
    let parts = (parts.0.finish(), parts.1.finish(), parts.2.claims, parts.3.commands);
    assert_eq!(format!("{whole:?}"), format!("{parts:?}"));
    let mut joined = Vec::new();
    assert!(blocks::for_each(&mut { bytes }, |block| joined.extend_from_slice(block)).is_ok());
    assert_eq!(joined, bytes);
}

/// Loads, audits and renders runs of both runners, made from bytes that select lines and values.
pub fn sessions(bytes: &[u8]) {
    let mut choices = Choices::of(bytes);
    let Ok(folder) = tempfile::tempdir() else { return };
    for run in ["ic/performance", "ic/accuracy", "ic/energy", "sww/performance"] {
        let place = folder.path().join("closed/Co/results/board").join(run);
        let _ = std::fs::create_dir_all(&place);
        for (name, text) in grammar::session(&mut choices) {
            logs(text.as_bytes());
            let _ = std::fs::write(place.join(name), text);
        }
    }
    if let Ok(tree) = Tree::open(folder.path()) {
        judge(&tree);
    }
}

/// CPU time, which other load changes little: of this thread when other tests run in parallel, else of the process.
#[cfg(unix)]
fn now() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let clock = if cfg!(fuzzing) { ClockId::ProcessCPUTime } else { ClockId::ThreadCPUTime };
    clock_gettime(clock).try_into().unwrap_or_default()
}

/// Time since the first call.
#[cfg(not(unix))]
fn now() -> Duration {
    static START: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

/// Times below this are ignored, because they cannot be measured well.
const LITTLE: Duration = Duration::from_millis(150);

/// Repeats the bytes, as lines and as one line: parsing, loading, and auditing with rendering may not take eight times
/// as long for four times as many.
pub fn cost(bytes: &[u8]) {
    const MEGABYTE: usize = 1 << 20;
    let parsers: [Target; 8] = [
        ("EEMBC log", |bytes| drop(eembc::parse(bytes))),
        ("MLCommons log", |bytes| drop(mlcommons::parse(bytes))),
        ("results.txt", |bytes| drop(claims::parse(bytes))),
        ("results.json", |bytes| drop(results_json::parse(bytes))),
        ("script", |bytes| drop(script::parse(bytes))),
        ("stamps", |bytes| drop(energy_trace::parse_stamps(bytes))),
        ("description", |bytes| drop(description::parse(bytes))),
        ("checklist", |bytes| drop(checklist::parse(bytes))),
    ];
    let loaders: [Target; 2] = [("loaded documents", loaded), ("a submission", |bytes| repeated(bytes))];
    let line: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b'\n').collect();
    let lines = [bytes, b"\n"].concat();
    for unit in [line, lines].iter().filter(|unit| !unit.is_empty()) {
        let long = |length: usize| unit.repeat(length / unit.len() + 1);
        let (much, less) = (long(MEGABYTE), long(MEGABYTE / 8));
        for (long, works) in [(&much, &parsers[..]), (&less, &loaders)] {
            for (name, work) in works {
                let time = |bytes: &[u8]| {
                    let start = now();
                    work(bytes);
                    now().saturating_sub(start)
                };
                // Other processes share the cache, but hardly disturb three measurements in a row.
                let slow = || {
                    let all = time(long);
                    all > LITTLE && all > 8 * time(&long[..long.len() / 4])
                };
                assert!(!(0..3).all(|_| slow()), "{name} of {} bytes: {:?}", long.len(), time(long));
            }
        }
    }
}

/// Audits a run of each runner whose files are all these bytes, and renders it in every format.
fn repeated(bytes: &[u8]) {
    const FILES: [&str; 5] = ["log.txt", "results.txt", "results.json", "script.async", "trace1-timestamps.json"];
    let files = ["ic/performance", "kws/accuracy"]
        .into_iter()
        .flat_map(|run| FILES.map(|name| (format!("closed/Co/results/board/{run}/{name}"), bytes.len() as u64)));
    let held = bytes.to_vec();
    let open = move |_: &str| Ok(Box::new(std::io::Cursor::new(held.clone())) as Box<dyn std::io::Read>);
    if let Ok(tree) = Tree::from_files("", files.collect::<Vec<_>>(), open) {
        for report in judge(&tree) {
            let _ = render::junit::write(&report, Severity::Error, &mut std::io::sink());
            let _ = render::html::write_check(
                &report,
                render::html::ReportOptions::new(Severity::Error),
                &mut std::io::sink(),
            );
        }
    }
}

/// Parses rounds, waivers, manifests and profiles.
fn loaded(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Round::parse("draft", "draft.yaml", text, |_| Ok(()));
        let _ = tinyaudit::audit::waiver::parse(text, "waivers.yaml");
        let _ = Manifest::parse(text);
        let _ = Profile::parse("draft", "draft.yaml", text);
    }
}

/// Parses system descriptions, checklists, rounds, waivers and manifests.
pub fn documents(bytes: &[u8]) {
    let _ = description::parse(bytes);
    let _ = checklist::parse(bytes);
    let _ = checklist::parse_pdf(bytes);
    loaded(bytes);
}

/// Reads a published table, as a workbook, Markdown or CSV, and compares it with the bundled submission.
pub fn tables(bytes: &[u8]) {
    static BUNDLED: LazyLock<Option<Report>> = LazyLock::new(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut folders = [root.join("fixtures/submission"), root.join("../fixtures/submission")].into_iter();
        let tree = Tree::open(&folders.find(|folder| folder.is_dir())?).ok()?;
        Report::check(&tree, Round::named("v1.3").ok()?, None).ok()
    });
    let Some(report) = &*BUNDLED else { panic!("the bundled submission is missing") };
    let compare = |sheets: &[Sheet]| {
        let found = Reconciliation::new("table", sheets, report, None, &[]);
        let _ = write_text(&found, &mut std::io::sink());
        let _ = write_markdown(&found, &mut std::io::sink());
        let _ = render::html::reconciliation::write(&found, &mut std::io::sink());
    };
    if bytes.starts_with(b"PK") {
        let _ = sheet::workbook(bytes).map(|sheets| compare(&sheets));
    } else {
        let _ = sheet::separated(bytes).map(|sheet| compare(&[sheet]));
        let _ = std::str::from_utf8(bytes).map(|text| sheet::markdown(text).map(|sheets| compare(&sheets)));
    }
}

/// Opens, verifies and checks a package, zip or tar, with arbitrary content.
pub fn archive(bytes: &[u8]) {
    let Ok(mut file) = tempfile::tempfile() else { return };
    if std::io::Write::write_all(&mut file, bytes).and_then(|()| std::io::Seek::rewind(&mut file)).is_err() {
        return;
    }
    let Ok(tree) = Tree::from_file(file) else { return };
    let _ = tinyaudit::submit::package::differences(&tree);
    judge(&tree);
}

/// Checks a submission of arbitrary files. The bytes are a list of files: a line with the name or the number of a usual
/// name, a line with the length, and that many bytes of content.
pub fn tree(bytes: &[u8]) {
    const USUAL: [&str; 12] = [
        "closed/Co/systems/board.json",
        "closed/Co/results/board/ic/performance/log.txt",
        "closed/Co/results/board/ic/performance/results.txt",
        "closed/Co/results/board/ic/performance/results.json",
        "closed/Co/results/board/ic/accuracy/log.txt",
        "closed/Co/results/board/ic/accuracy/results.txt",
        "closed/Co/results/board/ic/energy/log.txt",
        "closed/Co/results/board/ic/energy/trace1-energy.bin",
        "closed/Co/results/board/ic/energy/trace1-timestamps.json",
        "closed/Co/results/board/sww/performance/results.json",
        "closed/Co/results/board/kws/performance/script.async",
        "closed/Co/code/ic/README.md",
    ];
    let Ok(folder) = tempfile::tempdir() else { return };
    let mut rest = bytes;
    for _ in 0..32 {
        let Some((name, after)) = line(rest) else { break };
        let Some((length, after)) = line(after) else { break };
        let length = std::str::from_utf8(length).ok().and_then(|length| length.parse().ok()).unwrap_or(after.len());
        let (content, after) = after.split_at(length.min(after.len()));
        rest = after;
        let Ok(name) = std::str::from_utf8(name) else { continue };
        let name = name.parse::<usize>().map_or(name, |number| USUAL[number % USUAL.len()]);
        let path = Path::new(name);
        if path.components().all(|part| matches!(part, std::path::Component::Normal(_))) && !name.contains('\0') {
            let path = folder.path().join(path);
            let _ = path.parent().map(std::fs::create_dir_all);
            let _ = std::fs::write(path, content);
        }
    }
    if let Ok(tree) = Tree::open(folder.path()) {
        judge(&tree);
    }
}

fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

/// Two very different rounds, parsed once.
static ROUNDS: LazyLock<Vec<Round>> =
    LazyLock::new(|| ["v0.5", "v1.3"].into_iter().filter_map(|name| Round::named(name).ok()).collect());

/// Audits a tree with both rounds and renders the quick formats.
fn judge(tree: &Tree) -> Vec<Report> {
    let reports: Vec<Report> =
        ROUNDS.iter().filter_map(|round| Report::check(tree, round.clone(), None).ok()).collect();
    for report in &reports {
        let mut sink = std::io::sink();
        let findings: Vec<_> = report.findings().collect();
        let layout = render::text::Layout { width: 100, styled: false, threshold: Severity::Error };
        let _ = render::text::write(report, &findings, layout, &mut sink);
        let _ = render::json::write(&render::json::Check::new(report, Severity::Error, true), &mut sink);
        let _ = render::sarif::write(report, &mut sink);
    }
    reports
}

/// Sends arbitrary bytes to a simulated device, a board and an energy monitor.
pub fn firmware(bytes: &[u8]) {
    let Ok(profile) = Profile::named("cortex-m4-reference").map(Arc::new) else { return };
    for (energy, board, benchmark) in
        [(false, None, "ic"), (true, Some(BoardKind::Interface), "kws"), (true, Some(BoardKind::IoManager), "ic")]
    {
        let Ok(mut bench) = Bench::from_profile(&profile, benchmark, Wiring { energy, board }) else { continue };
        for (index, part) in bytes.split_inclusive(|byte| *byte == b'%').take(64).enumerate() {
            let at = index as Micros * SECOND;
            let port = [Port::Dut, Port::Board, Port::Monitor][index % if energy { 3 } else { 1 }];
            bench.take(port, at, part);
            for port in [Port::Dut, Port::Board, Port::Monitor] {
                let _ = bench.drain(port, at + SECOND / 2);
            }
        }
    }
}

/// Runs the runner with a device that answers arbitrary lines.
pub fn runner(bytes: &[u8]) {
    let Ok(round) = Round::named("v1.3") else { return };
    for (benchmark, mode, dialect) in [
        ("ic", Mode::Performance, Runner::Eembc),
        ("kws", Mode::Accuracy, Runner::Mlcommons),
        ("ic", Mode::Energy, Runner::Mlcommons),
        ("sww", Mode::Performance, Runner::Mlcommons),
    ] {
        let spec = &round.benchmarks[benchmark];
        let Ok((list, truth)) = list_for(spec, None) else { continue };
        let started = jiff::civil::date(2026, 1, 5).at(8, 0, 0, 0);
        let round = &round;
        let setup = Setup::default();
        let job = Job { benchmark, spec, round, mode, dialect, list, truth, inputs: &Synthetic, started, setup };
        let answers = || -> Option<Box<dyn Device>> { Some(Box::new(Answers::of(bytes))) };
        let monitor = if mode == Mode::Energy { answers() } else { None };
        let mut ports = Ports { dut: answers(), board: None, monitor };
        let _ = measure(&job, &mut ports, &mut |_| {});
    }
}

/// A device that answers every command with the next line of a list.
struct Answers {
    lines: VecDeque<Vec<u8>>,
    now: Micros,
}

impl Answers {
    fn of(bytes: &[u8]) -> Self {
        Self { lines: bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect(), now: 0 }
    }
}

impl Device for Answers {
    fn send(&mut self, _: &[u8]) -> Result<(), LinkError> {
        self.now += 100;
        Ok(())
    }

    fn receive(&mut self, within: Micros) -> Result<Option<Received>, LinkError> {
        let Some(text) = self.lines.pop_front() else {
            self.now = self.now.saturating_add(within);
            return Ok(None);
        };
        self.now += 1000;
        Ok(Some(Received { at: self.now, text, bare: false }))
    }

    fn now(&self) -> Micros {
        self.now
    }

    fn name(&self) -> String {
        "answers".to_owned()
    }

    fn baud(&self) -> u32 {
        115_200
    }
}

/// The committed corpus of every target.
pub fn corpora(root: &Path) -> BTreeMap<String, Vec<std::path::PathBuf>> {
    let mut found = BTreeMap::new();
    for (name, _) in TARGETS {
        let entries = std::fs::read_dir(root.join("fuzz/corpus").join(name)).into_iter().flatten().flatten();
        let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
        files.sort();
        found.insert(name.to_owned(), files);
    }
    found
}
