//! The speed of the whole program beside `cat` of the same result files, and of the parsers by themselves.
//!
//! Ratios are measured side by side in one run, the best of several, so that a busy machine moves both alike. Trees: the
//! bundled submission ten times over, and the published rounds where `TINYAUDIT_ROUNDS` names their folder.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tinyaudit::log::{claims, eembc, mlcommons, results_json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tinyaudit");

/// How often a command is run; a short form serves to see that the benchmark works.
fn repetitions() -> u32 {
    if std::env::args().any(|argument| argument == "--test") { 1 } else { 7 }
}

/// The best wall time of a command, and the CPU time of that run where the system tells.
fn best(command: &mut Command) -> Duration {
    (0..repetitions())
        .map(|_| {
            let start = Instant::now();
            command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
            start.elapsed()
        })
        .min()
        .unwrap()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.is_file() && path.components().any(|part| part.as_os_str() == "results") {
            found.push(path);
        }
    }
}

fn whole_program(name: &str, tree: &Path, round: &str) {
    let mut results = Vec::new();
    files(tree, &mut results);
    let bytes: u64 = results.iter().map(|path| path.metadata().unwrap().len()).sum();
    let cat = best(Command::new("cat").args(&results));
    print!("{name}: {:.1} MB of results, cat {:.1} ms", bytes as f64 / 1e6, cat.as_secs_f64() * 1e3);
    for command in ["check", "results"] {
        let ours = best(Command::new(PROGRAM).arg(command).arg(tree).args(["--round", round, "--format", "json"]));
        let ratio = ours.as_secs_f64() / cat.as_secs_f64();
        print!(", {command} {:.1} ms ({ratio:.2} times)", ours.as_secs_f64() * 1e3);
    }
    println!();
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

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bundled = root.join("fixtures/submission/closed/ExampleCo");
    let folder = tempfile::tempdir().unwrap();
    for number in 0..10 {
        let copy = folder.path().join(format!("closed/Company{number}"));
        std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
        assert!(Command::new("cp").args(["-r", "--"]).arg(&bundled).arg(&copy).status().unwrap().success());
    }
    whole_program("bundled", root.join("fixtures/submission").as_path(), "v1.3");
    whole_program("bundled, ten times", folder.path(), "v1.3");
    if let Some(rounds) = std::env::var_os("TINYAUDIT_ROUNDS").map(PathBuf::from) {
        for round in ["v0.5", "v0.7", "v1.2", "v1.3"] {
            whole_program(round, &rounds.join(round), round);
        }
    }
    let started = best(Command::new(PROGRAM).arg("--version"));
    println!("--version: {:.1} ms", started.as_secs_f64() * 1e3);

    let read = |path: &str| std::fs::read(bundled.join("results").join(path)).unwrap();
    let many = |path: &str| read(path).repeat(40);
    parser("EEMBC log", &many("simulated_npu_400mhz/ic/accuracy/log.txt"), |bytes| drop(eembc::parse(bytes)));
    parser("MLCommons log", &many("simulated_fpga_100mhz/ic/accuracy/log.txt"), |bytes| drop(mlcommons::parse(bytes)));
    parser("results.txt", &many("simulated_npu_400mhz/ic/energy/results.txt"), |bytes| drop(claims::parse(bytes)));
    parser("results.json", &read("simulated_fpga_100mhz/sww/performance/results.json"), |bytes| {
        drop(results_json::parse(bytes));
    });
}
