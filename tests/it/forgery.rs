//! Forgeries that are consistent with the claims: the evidence alone must show them.
//!
//! Each forgery changes the evidence of a run such that another figure follows. Whoever forges also changes the claims, so the
//! rules that compare claims with evidence do not count here: at least one other rule must report the run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use tinyaudit::audit::report::Report;
use tinyaudit::round::{Round, Severity};
use tinyaudit::source::Tree;

use crate::corpus::rounds;
use crate::golden;

/// Rules that compare the claims with the evidence, or with each other.
const OF_CLAIMS: &[&str] = &[
    "accuracy-mismatch",
    "auc-mismatch",
    "energy-arithmetic",
    "energy-mismatch",
    "figure-as-claimed",
    "results-disagree-with-log",
    "throughput-mismatch",
    "wakeword-mismatch",
    "window-arithmetic",
];

type Forge = fn(&Path) -> bool;

/// Forgeries of a run: name, and what it does to the folder; false if the folder has nothing to forge.
const FORGERIES: &[(&str, Forge)] = &[
    ("counts doubled", double_counts),
    ("windows cut on both clocks", cut_windows),
    ("nine of ten samples set to 0", |run| {
        samples(run, |all| {
            all.iter_mut().enumerate().filter(|(at, _)| at % 10 > 0).for_each(|(_, sample)| *sample = 0.0);
        })
    }),
    ("samples below the mean pulled down", |run| {
        samples(run, |all| {
            all.iter_mut().enumerate().filter(|(at, _)| at % 3 > 0).for_each(|(_, sample)| *sample *= 0.1);
        })
    }),
    ("every sample repeated", |run| {
        samples(run, |all| {
            *all = all.iter().flat_map(|sample| [*sample, *sample]).collect();
        })
    }),
    ("half of the samples left out", |run| {
        samples(run, |all| {
            *all = all.iter().copied().step_by(2).collect();
        })
    }),
    ("samples moved by 5 s", |run| {
        samples(run, |all| {
            let shift = 5000.min(all.len() / 2);
            all.rotate_right(shift);
        })
    }),
    ("samples scaled by 0.7", |run| samples(run, |all| all.iter_mut().for_each(|sample| *sample *= 0.7))),
    ("energy windows moved by 6 s", move_windows),
];

/// Doubles the number of inferences in every file, without their time.
fn double_counts(run: &Path) -> bool {
    if run.ends_with("accuracy") {
        return false;
    }
    let Ok(log) = fs::read_to_string(run.join("log.txt")) else { return false };
    let count = log
        .split_once("-key[iterInfer]-val[")
        .and_then(|(_, rest)| rest.split(']').next())
        .or_else(|| log.split_once("Running inference with 1/").and_then(|(_, rest)| rest.split(' ').next()));
    let Some(count) = count.and_then(|count| count.parse::<u64>().ok()).filter(|count| *count > 1) else {
        return false;
    };
    let (old, new) = (count.to_string(), (2 * count).to_string());
    for file in ["log.txt", "script.async", "results.json"] {
        let Ok(text) = fs::read_to_string(run.join(file)) else { continue };
        let mut text = text;
        for (before, after) in [
            ("infer ", " "),
            ("m-infer-start-", ""),
            ("val[", "]"),
            ("1/", " "),
            ("# Inferences :           ", ""),
            ("\"iterations\": ", ","),
        ] {
            text = text.replace(&format!("{before}{old}{after}"), &format!("{before}{new}{after}"));
        }
        fs::write(run.join(file), text).unwrap();
    }
    true
}

/// Halves the windows of a performance run by the device's clock and by the host's stamps of the window.
fn cut_windows(run: &Path) -> bool {
    if !run.ends_with("performance") {
        return false;
    }
    let log = fs::read_to_string(run.join("log.txt")).unwrap();
    if run.join("results.json").exists() {
        return cut_mlcommons_windows(run, &log);
    }
    let mut start: Option<(f64, u64)> = None;
    let mut shift = 0.0;
    let forged = log.split('\n').map(|line| {
        let Some((stamp, rest)) = line.split_once(' ') else { return line.to_owned() };
        let Ok(host) = stamp.parse::<f64>() else { return line.to_owned() };
        if let Some((_, us)) = rest.split_once("m-lap-us-") {
            let us: u64 = us.trim().parse().unwrap();
            let Some((began, began_us)) = start.take() else {
                start = Some((host, us));
                return line.to_owned();
            };
            shift = (host - began) / 2.0;
            return format!("{:09.3} dut: m-lap-us-{}", host - shift, began_us + (us - began_us) / 2);
        }
        if rest.contains("m-infer-done") {
            return format!("{:09.3} {rest}", host - std::mem::take(&mut shift));
        }
        line.to_owned()
    });
    let forged: Vec<String> = forged.collect();
    fs::write(run.join("log.txt"), forged.join("\n")).unwrap();
    true
}

fn cut_mlcommons_windows(run: &Path, log: &str) -> bool {
    let forged = log.split('\n').map(|line| {
        let Some((head, rest)) = line.split_once("Runtime      :") else { return line.to_owned() };
        let seconds: f64 = rest.trim().split(' ').next().unwrap().parse().unwrap();
        format!("{head}Runtime      :{:>11.3} sec.", seconds / 2.0)
    });
    let forged: Vec<String> = forged.collect();
    fs::write(run.join("log.txt"), forged.join("\n")).unwrap();
    let mut entries: Value = serde_json::from_slice(&fs::read(run.join("results.json")).unwrap()).unwrap();
    for entry in entries.as_array_mut().unwrap() {
        let Some(infer) = entry.get_mut("infer") else { return false };
        let (Some(start), Some(end)) = (infer["start_time"].as_u64(), infer["end_time"].as_u64()) else { return false };
        infer["end_time"] = (start + (end - start) / 2).into();
        infer["elapsed_time"] = ((end - start) / 2).into();
    }
    fs::write(run.join("results.json"), serde_json::to_vec(&entries).unwrap()).unwrap();
    true
}

/// Edits the samples of an energy run of either runner. If their number changes, the time stamps follow.
fn samples(run: &Path, edit: impl Fn(&mut Vec<f64>)) -> bool {
    if !run.ends_with("energy") {
        return false;
    }
    let path = run.join("trace1-energy.bin");
    if let Ok(bytes) = fs::read(&path) {
        let (head, body) = bytes.split_at(5);
        let mut all: Vec<f64> =
            body.chunks_exact(4).map(|one| f64::from(f32::from_le_bytes(one.try_into().unwrap()))).collect();
        edit(&mut all);
        #[allow(clippy::cast_possible_truncation)] // samples are f32
        let body = all.iter().flat_map(|sample| (*sample as f32).to_le_bytes());
        fs::write(path, head.iter().copied().chain(body).collect::<Vec<u8>>()).unwrap();
        return true;
    }
    let Ok(bytes) = fs::read(run.join("results.json")) else { return false };
    let mut entries: Value = serde_json::from_slice(&bytes).unwrap();
    for entry in entries.as_array_mut().unwrap() {
        let Some(power) = entry.get_mut("power") else { return false };
        let mut all: Vec<f64> = power["samples"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
        let before = all.len() as f64;
        edit(&mut all);
        let factor = all.len() as f64 / before;
        for stamp in power["timestamps"].as_array_mut().unwrap() {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // index of a sample
            let moved = (stamp[1].as_f64().unwrap() * factor) as u64;
            stamp[1] = moved.into();
        }
        power["samples"] = all.into();
    }
    fs::write(run.join("results.json"), serde_json::to_vec(&entries).unwrap()).unwrap();
    true
}

/// Moves the time stamps of the windows of an EEMBC trace by 6 s, but for that of the handshake.
fn move_windows(run: &Path) -> bool {
    let path = run.join("trace1-timestamps.json");
    let Ok(bytes) = fs::read(&path) else { return false };
    let mut stamps: Vec<f64> = serde_json::from_slice(&bytes).unwrap();
    stamps[1..].iter_mut().for_each(|stamp| *stamp += 6.0);
    fs::write(path, serde_json::to_vec(&stamps).unwrap()).unwrap();
    true
}

/// Folders of runs below a tree.
fn runs(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with("log.txt") {
                found.push(folder.clone());
            }
        }
    }
    found.sort();
    found
}

/// Rules other than those of claims that report a run with a warning or an error.
fn reported(root: &Path, run: &Path, round: &str) -> BTreeSet<String> {
    let tree = Tree::open(root).unwrap();
    let report = Report::check(&tree, Round::named(round).unwrap(), None).unwrap();
    let below = run.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
    let benchmark = below.rsplit_once('/').unwrap().0.to_owned();
    let of_run = |path: &str| path.starts_with(&benchmark);
    let all = report.findings().filter(|finding| finding.severity > Severity::Note && of_run(&finding.path));
    all.map(|finding| finding.rule.id.to_owned()).filter(|id| !OF_CLAIMS.contains(&id.as_str())).collect()
}

/// Whether no file of a submission decides a forgery.
fn cannot_be_decided(forgery: &str, run: &Path) -> bool {
    let log_of = |mode: &str| fs::read_to_string(run.with_file_name(mode).join("log.txt"));
    match forgery {
        // Samples without digits to spare, which no log says the instrument has, may have any scale.
        "samples scaled by 0.7" => run.join("results.json").exists(),
        // The number of inferences is only shown by the time of a single one: by the accuracy run, and only if it is
        // longer than the overhead of a command.
        "counts doubled" => {
            let median = log_of("performance").ok().and_then(|_| {
                let claims = fs::read_to_string(run.with_file_name("performance").join("results.txt")).ok()?;
                claims.split_once("Median throughput is")?.1.split_whitespace().next()?.parse::<f64>().ok()
            });
            log_of("accuracy").is_err() || median.is_none_or(|median| median > 300.0)
        }
        _ => false,
    }
}

/// Applies every forgery to every run of a tree. Returns how many were tried, and those that no rule reports beyond
/// what it reports on the unedited run.
fn silent_forgeries(origin: &Path, round: &str) -> (usize, Vec<String>) {
    let (mut tried, mut silent) = (0, Vec::new());
    for own in runs(origin) {
        let before = reported(origin, &own, round);
        let below = own.strip_prefix(origin).unwrap();
        for (name, forge) in FORGERIES {
            let folder = TempDir::new().unwrap();
            golden::copy(origin, folder.path());
            let run = folder.path().join(below);
            if !forge(&run) {
                continue;
            }
            tried += 1;
            let found: Vec<String> =
                reported(folder.path(), &run, round).into_iter().filter(|rule| !before.contains(rule)).collect();
            println!("{name}: {}: {found:?}", below.display());
            if found.is_empty() && !cannot_be_decided(name, &run) {
                silent.push(format!("{name}: {}", below.display()));
            }
        }
    }
    (tried, silent)
}

#[test]
fn consistent_forgeries_are_found_by_the_evidence() {
    let trees = [golden::bundled(), golden::ENERGY.path().to_owned(), golden::OTHERS.path().to_owned()];
    let (mut tried, mut silent) = (0, Vec::new());
    for origin in trees {
        let (count, mut more) = silent_forgeries(&origin, "v1.3");
        tried += count;
        silent.append(&mut more);
    }
    assert!(tried >= 30, "only {tried} forgeries were tried");
    assert!(silent.is_empty(), "{} of {tried} forgeries are silent:\n{}", silent.len(), silent.join("\n"));
}

/// The same on published results: one system of each submitter.
#[test]
fn forgeries_of_published_results_are_found_by_the_evidence() {
    let Some(rounds) = rounds() else { return };
    let (mut tried, mut silent) = (0, Vec::new());
    for round in ["v1.2", "v1.3"] {
        let submitters = fs::read_dir(rounds.join(round).join("closed")).unwrap();
        let mut submitters: Vec<PathBuf> = submitters.map(|entry| entry.unwrap().path()).collect();
        submitters.sort();
        for submitter in submitters.iter().filter(|path| path.join("results").is_dir()) {
            let mut systems: Vec<_> =
                fs::read_dir(submitter.join("results")).unwrap().map(|entry| entry.unwrap().path()).collect();
            systems.sort();
            let Some(system) = systems.iter().find(|path| path.is_dir()) else { continue };
            let folder = TempDir::new().unwrap();
            let below = submitter.strip_prefix(rounds.join(round)).unwrap();
            let results = below.join("results").join(system.file_name().unwrap());
            golden::copy(system, &folder.path().join(results));
            golden::copy(&submitter.join("systems"), &folder.path().join(below).join("systems"));
            let (count, more) = silent_forgeries(folder.path(), round);
            tried += count;
            silent.extend(more.into_iter().map(|one| format!("{round}: {one}")));
        }
    }
    println!("{tried} forgeries of published results");
    assert!(silent.is_empty(), "{} of {tried} are silent:\n{}", silent.len(), silent.join("\n"));
}
