//! Signals that end a command: nothing unfinished stays, and `nohup` is respected.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::golden;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

/// Starts a command that writes a long report, through other programs, and sends it a signal as soon as its temporary
/// file exists. Returns how the command ended and what it left.
fn signalled(signal: Signal, through: &[&str]) -> (ExitStatus, Vec<String>) {
    let tree = TempDir::new().unwrap();
    for number in 0..800 {
        fs::create_dir_all(tree.path().join(format!("closed/Co/results/board{number}/kws/performance"))).unwrap();
    }
    let folder = TempDir::new().unwrap();
    let program = golden::program().get_program().to_owned();
    // Each replaces itself by the next, so that the signal reaches the command.
    let mut command = Command::new("env");
    command.args(through).arg(program).arg("check").arg(tree.path());
    command.args(["--round", "v1.3", "--format", "html", "--out", "report.html"]);
    command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    while names(folder.path()).is_empty() && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(1));
    }
    kill_process(Pid::from_child(&child), signal).unwrap();
    (child.wait().unwrap(), names(folder.path()))
}

#[test]
fn a_signal_that_ends_a_command_leaves_nothing() {
    for signal in [Signal::INT, Signal::TERM] {
        let (status, left) = signalled(signal, &[]);
        assert!(status.code().is_none() && left.is_empty(), "{signal:?}: {status} {left:?}");
    }
}

/// An import unpacks sessions in the system's place for temporary files. What one that was killed left is removed by the
/// next.
#[cfg(target_os = "linux")]
#[test]
fn an_import_that_is_ended_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), &folder.path().join("tree"));
    let own = folder.path().join("tree/closed/ExampleCo");
    let session = folder.path().join("session");
    fs::rename(own.join("results/simulated_npu_400mhz/ic/performance"), &session).unwrap();
    let room = folder.path().join("room");
    fs::create_dir(&room).unwrap();
    // Many sessions take so long that the signal arrives in time.
    let import = |sessions: usize| {
        let mut command = golden::program();
        command.arg("import").args(vec![&session; sessions]).args([
            "--system",
            "simulated_npu_400mhz",
            "--round",
            "v1.3",
            "--dry-run",
        ]);
        command.arg("--into").arg(&own).env("TMPDIR", &room).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    };
    for signal in [Signal::INT, Signal::TERM, Signal::KILL] {
        let mut child = import(100).spawn().unwrap();
        while names(&room).is_empty() && child.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(1));
        }
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), None, "{signal:?}");
        assert_eq!(names(&room).is_empty(), signal != Signal::KILL, "{signal:?}: {:?}", names(&room));
    }
    let output = import(1).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("removed ") && said.contains("interrupted"), "{said}");
    assert!(names(&room).is_empty(), "{:?}", names(&room));
}

#[cfg(target_os = "linux")]
#[test]
fn the_end_of_a_terminal_leaves_nothing_but_nohup_goes_on() {
    // The tests themselves may run under `nohup`.
    let (status, left) = signalled(Signal::HUP, &["--default-signal=HUP"]);
    assert!(status.code().is_none() && left.is_empty(), "{status} {left:?}");
    let (status, left) = signalled(Signal::HUP, &["nohup"]);
    assert!(status.code() == Some(1) && left == ["report.html"], "{status} {left:?}");
}

/// A write beyond the limit of a file's size is an error, as on a full disk.
#[test]
fn a_file_size_limit_is_an_error() {
    let folder = TempDir::new().unwrap();
    let mut command = Command::new("sh");
    command.arg("-c").arg("ulimit -f 8; exec \"$0\" check \"$1\" --round v1.3 --format html --out report.html");
    command.arg(golden::program().get_program()).arg(golden::bundled()).current_dir(folder.path());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("report.html"), "{said}");
    assert!(names(folder.path()).is_empty());
}
