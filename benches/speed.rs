//! Benchmark of the whole program next to `cat` of the files it opens, of packaging next to compressing and hashing the
//! same files, of peak memory, of how both grow with the tree, and of the parsers and metrics by themselves.
//!
//! Both sides of a ratio are measured in the same run, each the best of several repetitions, so that other load affects
//! both alike. Trees: one, ten and a hundred copies of the bundled submission, a simulated anomaly detection on the
//! full list, and the published rounds if `TINYAUDIT_ROUNDS` is their folder. `cargo bench -- --test` runs everything
//! once on little data.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use sha2::Digest;
use tinyaudit::audit::metrics::accuracy::Row;
use tinyaudit::audit::metrics::auc;
use tinyaudit::audit::report::Report;
use tinyaudit::parse::{claims, eembc, mlcommons, results_json, script};
use tinyaudit::round::Round;
use tinyaudit::source::Tree;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tinyaudit");

/// Environment variable of a call of this benchmark that runs one command and prints its peak memory. A process only
/// knows the peak of all its children together.
const PEAK: &str = "TINYAUDIT_BENCH_PEAK";

/// Environment variable of a call of this benchmark that compresses and hashes a folder.
const ALONE: &str = "TINYAUDIT_BENCH_ALONE";

/// Whether to run only once, to test the benchmark itself.
fn short() -> bool {
    std::env::args().any(|argument| argument == "--test")
}

fn repetitions() -> u32 {
    if short() { 1 } else { 9 }
}

/// Cost of a command.
#[derive(Clone, Copy)]
struct Cost {
    wall: Duration,
    cpu: Duration,
}

fn cpu_of_children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(micros.try_into().unwrap())
}

/// The lowest wall time and the lowest CPU time of a command.
fn cost(command: &mut Command) -> Cost {
    let mut best = Cost { wall: Duration::MAX, cpu: Duration::MAX };
    for _ in 0..repetitions() {
        let (start, before) = (Instant::now(), cpu_of_children());
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        best.wall = best.wall.min(start.elapsed());
        best.cpu = best.cpu.min(cpu_of_children().saturating_sub(before));
    }
    best
}

/// Peak memory of tinyaudit in KiB.
fn peak(arguments: &[&str]) -> i64 {
    let output = Command::new(std::env::current_exe().unwrap()).args(arguments).env(PEAK, "1").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The files that a check opens.
fn opened(root: &Path, round: &str) -> BTreeSet<PathBuf> {
    let mut all = Vec::new();
    files(root, &mut all);
    let below = |path: &Path| path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
    let listed: Vec<_> = all.iter().map(|path| (below(path), path.metadata().unwrap().len())).collect();
    let found = Arc::new(Mutex::new(BTreeSet::new()));
    let (seen, folder) = (Arc::clone(&found), root.to_owned());
    let open = move |path: &str| {
        let path = folder.join(path);
        let file = File::open(&path)?;
        seen.lock().unwrap().insert(path);
        Ok(Box::new(file) as Box<dyn Read>)
    };
    let tree = Tree::from_files(round, listed, open).unwrap();
    assert!(Report::check(&tree, Round::named(round).unwrap(), None).is_ok());
    std::mem::take(&mut *found.lock().unwrap())
}

fn whole_program(name: &str, tree: &Path, round: &str) {
    let opened = opened(tree, round);
    let bytes: u64 = opened.iter().map(|path| path.metadata().unwrap().len()).sum();
    let cat = cost(Command::new("cat").args(&opened));
    println!(
        "{name}: {} files opened, {:.1} MB, cat {:.1} ms, CPU {:.1} ms",
        opened.len(),
        bytes as f64 / 1e6,
        ms(cat.wall),
        ms(cat.cpu)
    );
    for command in ["check", "results"] {
        let arguments = [command, tree.to_str().unwrap(), "--round", round, "--format", "json"];
        let ours = cost(Command::new(PROGRAM).args(arguments));
        println!(
            "    {command}: {:.1} ms ({:.2} times), CPU {:.1} ms ({:.2} times), {:.1} MiB",
            ms(ours.wall),
            ms(ours.wall) / ms(cat.wall),
            ms(ours.cpu),
            ms(ours.cpu) / ms(cat.cpu),
            peak(&arguments) as f64 / 1024.0,
        );
    }
}

/// Packaging next to its minimum work: compressing and hashing the same files with the same libraries.
fn packaging(name: &str, folder: &Path, round: &str) {
    let alone = cost(Command::new(std::env::current_exe().unwrap()).arg(folder).env(ALONE, "1"));
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("package.zip");
    let mut command = Command::new(PROGRAM);
    command
        .args(["package", folder.to_str().unwrap(), "--round", round, "--allow-errors", "--force", "--out"])
        .arg(&out);
    let ours = cost(&mut command);
    println!(
        "package of {name}: {:.1} ms ({:.2} times compressing and hashing alone), CPU {:.1} ms ({:.2} times)",
        ms(ours.wall),
        ms(ours.wall) / ms(alone.wall),
        ms(ours.cpu),
        ms(ours.cpu) / ms(alone.cpu),
    );
}

/// Compresses and hashes all files of a folder.
fn compress_and_hash(folder: &Path) {
    let mut all = Vec::new();
    files(folder, &mut all);
    let mut archive = zip::ZipWriter::new(tempfile::tempfile().unwrap());
    for path in all {
        let bytes = std::fs::read(&path).unwrap();
        std::hint::black_box(sha2::Sha256::digest(&bytes));
        archive.start_file(path.to_str().unwrap(), zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(&bytes).unwrap();
    }
    archive.finish().unwrap();
}

fn parser(name: &str, bytes: &[u8], parse: impl Fn(&[u8])) {
    let best = (0..repetitions())
        .map(|_| {
            let start = Instant::now();
            parse(std::hint::black_box(bytes));
            start.elapsed()
        })
        .min()
        .unwrap();
    println!("{name}: {:.2} GB/s", bytes.len() as f64 / best.as_secs_f64() / 1e9);
}

/// A tree with `count` copies of the bundled submission.
fn copies(bundled: &Path, count: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("closed")).unwrap();
    for number in 0..count {
        let copy = folder.path().join(format!("closed/Company{number}"));
        assert!(Command::new("cp").args(["-r", "--"]).arg(bundled).arg(&copy).status().unwrap().success());
    }
    folder
}

fn main() {
    if std::env::var_os(PEAK).is_some() {
        let arguments = std::env::args_os().skip(1);
        Command::new(PROGRAM).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        return println!("{}", getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss());
    }
    if std::env::var_os(ALONE).is_some() {
        return std::env::args_os().skip(1).for_each(|folder| compress_and_hash(Path::new(&folder)));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bundled = root.join("fixtures/submission/closed/ExampleCo");
    for count in if short() { [1, 2, 3] } else { [1, 10, 100] } {
        whole_program(&format!("bundled, {count} times"), copies(&bundled, count).path(), "v1.3");
    }
    packaging("the bundled submission", &bundled, "v1.3");
    if !short() {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("full");
        let demo = ["--round", "v1.2", "--profile", "fast-accelerator", "--benchmark", "ad"];
        assert!(Command::new(PROGRAM).args(["-q", "demo"]).arg(&tree).args(demo).status().unwrap().success());
        whole_program("anomaly detection on the full list", &tree, "v1.2");
    }
    let rounds = std::env::var_os("TINYAUDIT_ROUNDS").map(PathBuf::from).filter(|_| !short());
    for round in rounds.iter().flat_map(|_| ["v0.5", "v0.7", "v1.2", "v1.3"]) {
        whole_program(round, &rounds.as_ref().unwrap().join(round), round);
    }
    for (round, submitter) in rounds.iter().flat_map(|_| [("v0.7", "plumerai"), ("v1.3", "STMicroelectronics")]) {
        let folder = rounds.as_ref().unwrap().join(round).join("closed").join(submitter);
        packaging(&format!("{submitter} {round}"), &folder, round);
    }
    for arguments in [["--version"], ["rules"]] {
        println!("{}: {:.1} ms", arguments[0], ms(cost(Command::new(PROGRAM).args(arguments)).wall));
    }

    let read = |path: &str| std::fs::read(bundled.join("results").join(path)).unwrap();
    let many = |path: &str| read(path).repeat(if short() { 1 } else { 40 });
    parser("EEMBC log", &many("simulated_npu_400mhz/ic/accuracy/log.txt"), |bytes| drop(eembc::parse(bytes)));
    parser("EEMBC script", &many("simulated_npu_400mhz/ic/accuracy/script.async"), |bytes| drop(script::parse(bytes)));
    parser("MLCommons log", &many("simulated_fpga_100mhz/ic/accuracy/log.txt"), |bytes| drop(mlcommons::parse(bytes)));
    parser("results.txt", &many("simulated_npu_400mhz/ic/energy/results.txt"), |bytes| drop(claims::parse(bytes)));
    parser("results.json", &read("simulated_fpga_100mhz/ic/accuracy/results.json"), |bytes| {
        drop(results_json::parse(bytes));
    });
    let outputs: Vec<[f64; 10]> =
        (0..1000).map(|row| std::array::from_fn(|class| (row * 7919 % (class + 97)) as f64 / 97.0)).collect();
    let rows: Vec<Row<'_>> =
        outputs.iter().enumerate().map(|(row, outputs)| Row { outputs, class: row % 10 }).collect();
    parser("AUC of 1000 vectors of 10", &vec![0; size_of_val(&outputs[..])], |_| {
        let _ = std::hint::black_box((auc::thresholded_mean(&rows, 10), auc::one_versus_rest(&rows, 10)));
    });
}
