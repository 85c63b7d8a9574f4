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

/// Sessions are checked before there is a submission: what each is, its figures and windows, and which results are complete.
#[test]
fn sessions_are_checked_at_the_board() {
    let folder = TempDir::new().unwrap();
    for mode in ["performance", "accuracy", "energy"] {
        let arguments = ["--profile", "cortex-m4-reference", "--benchmark", "kws", "--round", "v1.3", "--mode", mode];
        assert!(run(&arguments, &[], &folder.path().join(mode)).status.success());
    }
    let check = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinyaudit"));
        let output = command.arg("check").args(arguments).current_dir(folder.path()).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    };
    let (code, said) = check(&["energy", "--round", "v1.3"]);
    assert!(
        code == Some(0) && said.contains("energy: kws energy, MLCommons runner, round v1.3\n  energy 24"),
        "{said}"
    );
    assert!(said.contains("  window 5: 150 inferences in 11.2") && said.contains(" s, 249"), "{said}");
    let (code, said) = check(&["--round", "v1.3"]);
    assert!(code == Some(0) && said.contains("  kws  performance  ✓  ./performance\n"), "{said}");
    assert!(said.ends_with("results:\n  kws  complete\n"), "{said}");
    // A claim that the log contradicts, and a folder that is not a session.
    let results = folder.path().join("performance/results.txt");
    let claims = fs::read_to_string(&results).unwrap();
    fs::write(&results, claims.replace("13.296", "23.296")).unwrap();
    fs::create_dir(folder.path().join("nothing")).unwrap();
    let (code, said) = check(&["performance", "accuracy", "nothing", "--round", "v1.3"]);
    assert_eq!(code, Some(1), "{said}");
    for part in [
        "throughput 23.296 ≠ 13.296 inf/s",
        "error[throughput-mismatch]",
        "--> results.txt:",
        "nothing: not a session that can be used: it does not contain session files",
        "  kws  performance is missing\n",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
