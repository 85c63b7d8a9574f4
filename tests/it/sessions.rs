//! Measuring with `tinyaudit run` over ports of any kind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use tinyaudit::parse::claims::{self, Claims};
use tinyaudit::testbench::simulator::answers::synthetic_input;

/// A folder with the first inputs of a list, as the simulated device expects them.
pub(crate) fn data_sets(list: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let list = tinyaudit::round::dataset(list).unwrap();
    let place = folder.path().join(list.name);
    fs::create_dir(&place).unwrap();
    for (name, _) in &list.inputs {
        let bytes = synthetic_input(name, list.input_bytes.unwrap() as usize, list.stride_bytes as usize);
        fs::write(place.join(name), bytes).unwrap();
    }
    folder
}

pub(crate) fn run(arguments: &[&str], ports: &[(&str, PathBuf)], into: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinyaudit"));
    command.arg("run").args(arguments).arg("--into").arg(into);
    for (option, path) in ports {
        command.arg(format!("--{option}")).arg(path);
    }
    command.output().unwrap()
}

/// Runs a measurement, which must succeed, and returns its claims and log.
pub(crate) fn measured(arguments: &[&str], ports: &[(&str, PathBuf)]) -> (Claims, String, TempDir) {
    let folder = TempDir::new().unwrap();
    let into = folder.path().join("session");
    let output = run(arguments, ports, &into);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let claims = claims::parse(&fs::read(into.join("results.txt")).unwrap());
    (claims, fs::read_to_string(into.join("log.txt")).unwrap(), folder)
}

pub(crate) fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found / expected - 1.0).abs() < tolerance, "found {found}, expected {expected}");
}
