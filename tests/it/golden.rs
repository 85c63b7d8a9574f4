//! Golden submissions, all measured on the simulator.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, LazyLock};

use tempfile::TempDir;
use tinyaudit::round::{Round, Runner};
use tinyaudit::submit::demo::{self, Demo};
use tinyaudit::testbench::runner::inputs::Synthetic;
use tinyaudit::testbench::simulator::Profile;

/// The small submission under `fixtures/`: both runners, energy, and a wake word.
pub fn bundled() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/submission")
}

/// A system whose energy was measured with the MLCommons runner.
pub static ENERGY: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    make(folder.path(), "v1.3", &[("cortex-m4-reference", Runner::Mlcommons, &["ic"])]);
    folder
});

/// A system whose other benchmarks were measured with the EEMBC runner.
pub static OTHERS: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    make(folder.path(), "v1.3", &[("cortex-m4-reference", Runner::Eembc, &["ad", "kws", "vww"])]);
    folder
});

/// A system with the wake word, and with its energy.
pub static STREAMING: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    make(folder.path(), "v1.3", &[("cortex-m4-reference", Runner::Mlcommons, &["sww"])]);
    folder
});

/// The same system with three benchmarks.
#[cfg(unix)]
pub static BOARD: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    make(folder.path(), "v1.3", &[("cortex-m4-reference", Runner::Mlcommons, &["ic", "kws", "vww"])]);
    folder
});

/// Makes a submission in a folder from profiles, runners and benchmarks.
pub fn make(folder: &Path, round: &str, systems: &[(&str, Runner, &[&str])]) {
    let round = Round::named(round).unwrap();
    for (profile, runner, benchmarks) in systems {
        let part = TempDir::new().unwrap();
        let demo = Demo {
            round: &round,
            division: "closed",
            submitter: "ExampleCo",
            systems: vec![(Arc::new(Profile::named(profile).unwrap()), *runner)],
            benchmarks: benchmarks.iter().map(|name| (*name).to_owned()).collect(),
            inputs: &Synthetic,
        };
        demo::write(&demo, part.path(), &mut |_, _| {}).unwrap();
        for (path, bytes) in files(part.path()) {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
}

/// All files below a folder, by path.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

/// Copies a tree.
pub fn copy(from: &Path, to: &Path) {
    for (path, bytes) in files(from) {
        let path = to.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// The bundled submission equals the output of the simulator, byte for byte. `TINYAUDIT_BLESS=1` rewrites it.
#[test]
fn the_bundled_submission_equals_the_simulator_output() {
    let made = TempDir::new().unwrap();
    make(
        made.path(),
        "v1.3",
        &[("fast-accelerator", Runner::Eembc, &["ic"]), ("fpga", Runner::Mlcommons, &["ic", "sww"])],
    );
    if std::env::var_os("TINYAUDIT_BLESS").is_some() {
        let _ = fs::remove_dir_all(bundled());
        copy(made.path(), &bundled());
    }
    let (made, kept) = (files(made.path()), files(&bundled()));
    assert_eq!(made.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>());
    for (path, bytes) in &made {
        assert!(kept[path] == *bytes, "{} differs; write it anew with TINYAUDIT_BLESS=1", path.display());
    }
}

/// The program, with a state folder separate from the user's.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinyaudit"));
    command.env("XDG_STATE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("state")).env_remove("TINYAUDIT_ROUND");
    command
}

/// Runs the program and returns its output and exit code.
pub fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Everything that it printed, stdout first.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
