//! `tinyaudit score`: output vectors that were computed without a runner.

use std::fmt::Write;
use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use tinyaudit::audit::report::{Loading, Report};
use tinyaudit::round::{Mode, Round};
use tinyaudit::source::Tree;

use crate::golden;

/// Names and outputs of the first accuracy run of ic in the bundled submission, with its recomputed Top-1 and AUC.
fn measured() -> (Vec<(String, Vec<f64>)>, f64, f64) {
    let how = Loading { evidence: true, ..Loading::default() };
    let report = Report::load(&Tree::open(&golden::bundled()).unwrap(), Round::named("v1.3").unwrap(), how).unwrap();
    let (_, benchmark) = report.results().find(|(_, benchmark)| benchmark.short_name() == "ic").unwrap();
    let run = &benchmark.runs[&Mode::Accuracy];
    let rows = run.json.as_ref().unwrap().iter().map(|entry| {
        let outputs = entry.infer.as_ref().unwrap().results.clone().unwrap();
        (entry.file.clone().unwrap(), outputs)
    });
    let figure = |figure: &Option<tinyaudit::model::Figure>| figure.as_ref().unwrap().recomputed.unwrap();
    (rows.collect(), figure(&run.scores.top1), figure(&run.scores.auc))
}

fn score(name: &str, bytes: &[u8], more: &[&str]) -> Output {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    let program = Command::new(env!("CARGO_BIN_EXE_tinyaudit"))
        .args(["score", "--benchmark", "ic", "--round", "v1.3"])
        .args(more)
        .arg(&path)
        .output();
    program.unwrap()
}

fn json(name: &str, bytes: &[u8]) -> Value {
    let output = score(name, bytes, &["--format", "json"]);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// The outputs of a run have the run's score, as CSV, JSON and a NumPy array, whatever the order and endings of names.
#[test]
fn outputs_of_a_run_have_its_score() {
    let (mut rows, top1, auc) = measured();
    let line = |(name, outputs): &(String, Vec<f64>)| {
        let outputs = outputs.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
        format!("data/{},{outputs}\n", name.replace(".bin", ".png"))
    };
    let named = |rows: &[(String, Vec<f64>)]| rows.iter().map(line).collect::<String>();
    let by_name: serde_json::Map<String, Value> =
        rows.iter().map(|(name, outputs)| (name.clone(), outputs.clone().into())).collect();
    let list = tinyaudit::round::dataset("ic01").unwrap();
    let place = |name: &str| list.place_of(name).unwrap();
    rows.sort_by_key(|(name, _)| place(name));
    let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({}, 10), }}", rows.len());
    let _ = writeln!(header);
    let mut array =
        [b"\x93NUMPY\x01\x00", &u16::try_from(header.len()).unwrap().to_le_bytes()[..], header.as_bytes()].concat();
    array.extend(rows.iter().flat_map(|(_, outputs)| outputs).flat_map(|output| output.to_le_bytes()));
    rows.reverse();
    for (name, bytes) in [
        ("o.csv", named(&rows).into_bytes()),
        ("o.json", Value::from(by_name).to_string().into_bytes()),
        ("o.npy", array),
    ] {
        let scored = json(name, &bytes);
        assert_eq!(scored["list"], "ic01", "{name}");
        assert!((scored["top1_percent"].as_f64().unwrap() - top1).abs() < 1e-9, "{name}: {scored}");
        assert!((scored["auc"].as_f64().unwrap() - auc).abs() < 1e-9, "{name}: {scored}");
        assert_eq!((&scored["missing"], &scored["reached"]), (&serde_json::json!([]), &Value::from(true)));
        let right: u64 = scored["classes"].as_array().unwrap().iter().map(|one| one["right"].as_u64().unwrap()).sum();
        assert!((100.0 * right as f64 / rows.len() as f64 - top1).abs() < 1e-9);
    }

    // Part of the list is scored, but does not reach the target.
    let output = score("part.csv", named(&rows[..50]).as_bytes(), &[]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.code() == Some(1) && text.contains("150 inputs are missing, first "), "{text}");
}

#[test]
fn what_cannot_be_scored_is_said() {
    for (bytes, part) in [
        (&b"nobody.png,1,2,3,4,5,6,7,8,9,10\n"[..], "`nobody.png` is not on the list ic01"),
        (b"1,2,3,4,5,6,7,8,9,10\n", "1 rows without names; the list ic01 has 200 inputs"),
        (b"emperor_penguin_s_000241.png", "no outputs"),
        (b"\x93NUMPY", "the header of the NumPy file is damaged"),
        (b"", "no outputs"),
    ] {
        let output = score("o", bytes, &[]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains(part), "{part}: {said}");
    }
    let output = score("o", b"1,2\n", &["--benchmark", "sww"]);
    assert_eq!(output.status.code(), Some(2));
}
