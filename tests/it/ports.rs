//! The bench over pseudo-terminals: our runner with our simulator, and each with a program that only knows the
//! protocol.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tinyaudit::testbench::device::{Device, SECOND, link::Link, place::Place};

use super::sessions::{close, data_sets, measured, run};

/// A simulated bench; it ends with the test.
pub(crate) struct Simulator {
    child: Child,
    folder: TempDir,
}

impl Simulator {
    pub(crate) fn start(arguments: &[&str], ports: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinyaudit"));
        command.arg("simulate").args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        for port in ports {
            command.arg(format!("--{port}")).arg(folder.path().join(port));
        }
        let child = command.spawn().unwrap();
        let simulator = Self { child, folder };
        let deadline = Instant::now() + Duration::from_secs(20);
        while !ports.iter().all(|port| simulator.port(port).exists()) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        simulator
    }

    pub(crate) fn port(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn interrupt(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        assert!(self.child.wait().unwrap().success());
        let left: Vec<_> = fs::read_dir(self.folder.path()).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn dialogue(port: &mut Link, command: &str) -> Vec<String> {
    port.send(command.as_bytes()).unwrap();
    let mut lines = Vec::new();
    while let Some(line) = port.receive(5 * SECOND).unwrap() {
        lines.push(String::from_utf8(line.text).unwrap());
        if lines.last().is_some_and(|line| line == "m-ready") {
            break;
        }
    }
    lines
}

/// Another program opens the pseudo-terminal several times; then the runner measures through it, and its log has the
/// port and baud rate that it used.
#[test]
fn a_pseudo_terminal_serves_other_programs() {
    let simulator =
        Simulator::start(&["--profile", "fast-accelerator", "--benchmark", "kws", "--speed", "100"], &["device"]);
    let link = simulator.port("device");
    for _ in 0..3 {
        let mut port = Link::open(&Place::Path(link.clone()), 921_600, Instant::now()).unwrap();
        assert_eq!(
            dialogue(&mut port, "profile%"),
            ["m-profile-[ULPMark for tinyML Firmware V0.0.1]", "m-model-[kws01]", "m-ready"]
        );
    }
    let data = data_sets("kws01");
    let data = data.path().to_str().unwrap();
    let common = ["--benchmark", "kws", "--datasets", data, "--baud", "921600", "--mode"];
    let ports = [("port", link.clone())];
    let (claims, _, _) = measured(&[&common[..], &["performance", "--dialect", "eembc"]].concat(), &ports);
    assert_eq!(claims.windows.len(), 5);
    close(claims.throughput.unwrap().value, 1.0 / 0.00068, 0.01);
    let (claims, log, _) = measured(&[&common[..], &["performance"]].concat(), &ports);
    close(claims.throughput.unwrap().value, 1.0 / 0.00068, 0.01);
    let opening = format!("Initializing SerialDevice on port: {} at 921600 baud", link.display());
    assert!(log.contains(&opening), "{log}");
    simulator.interrupt();
}

/// Energy with and without the board: no sample is lost, and every figure is that of the profile.
#[test]
fn energy_is_measured_over_ports() {
    let data = data_sets("kws01");
    let data = data.path().to_str().unwrap();
    std::thread::scope(|scope| {
        for (board, dialect) in [(true, "mlcommons"), (true, "eembc"), (false, "mlcommons")] {
            scope.spawn(move || energy(board, dialect, data));
        }
    });
}

fn energy(board: bool, dialect: &str, data: &str) {
    let truth = 33.2e3 * 0.0752;
    let mut arguments =
        vec!["--profile", "cortex-m4-reference", "--benchmark", "kws", "--mode", "energy", "--speed", "20"];
    if board && dialect == "eembc" {
        arguments.push("--io-manager");
    }
    let simulator = Simulator::start(&arguments, if board { &["board", "monitor"] } else { &["device", "monitor"] });
    let link = if board { ("board", simulator.port("board")) } else { ("port", simulator.port("device")) };
    let ports = [link, ("monitor", simulator.port("monitor"))];
    let common = ["--benchmark", "kws", "--mode", "energy", "--datasets", data, "--dialect", dialect];
    let (claims, log, session) = measured(&[&common[..], &["--supply", "2100"]].concat(), &ports);
    close(claims.energy.unwrap().value, truth, 0.01);
    if dialect == "eembc" {
        assert!(log.contains("emon: m-voltage-mv[2100]"), "{log}");
        assert!(log.contains("io: [dut]: m-timestamp-mode-energy"), "the boot banner is missing");
        return;
    }
    let json = fs::read_to_string(session.path().join("session/results.json")).unwrap();
    assert_eq!(json.matches("\"voltage\": 2.1}").count(), 5);
    assert!(log.contains(&format!("port: {} at 3686400 baud", simulator.port("monitor").display())), "{log}");
    let baud = if board { 115_200 } else { 9600 };
    assert!(log.contains(&format!("port: {} at {baud} baud", ports[0].1.display())), "{log}");
}

/// A recorded dialogue is answered as the device did: the same figures, without the device.
#[test]
fn a_recording_answers_like_the_device() {
    let data = data_sets("kws01");
    let data = data.path().to_str().unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("dialogue.txt");
    let file = file.to_str().unwrap();
    let common = ["--benchmark", "kws", "--mode", "performance", "--datasets", data];
    let measure = |simulator: &Simulator, more: &[&str]| {
        let (claims, log, session) = measured(&[&common[..], more].concat(), &[("port", simulator.port("device"))]);
        let results = fs::read_to_string(session.path().join("session/results.json")).unwrap();
        let outputs: Vec<String> =
            results.split("\"results\": [").skip(1).map(|rest| rest.split(']').next().unwrap().to_owned()).collect();
        assert!(!outputs.is_empty() && log.contains("kws01"));
        (claims.throughput.unwrap().value, outputs)
    };
    let device = ["--profile", "fast-accelerator", "--benchmark", "kws", "--speed", "100"];
    let simulator = Simulator::start(&device, &["device"]);
    let first = measure(&simulator, &["--record", file]);
    simulator.interrupt();
    let player = Simulator::start(&["--recording", file], &["device"]);
    assert_eq!(measure(&player, &[]), first);
    // An earlier recording is not overwritten.
    let before = fs::read(file).unwrap();
    let into = folder.path().join("session");
    let refused = run(&[&common[..], &["--record", file]].concat(), &[("port", player.port("device"))], &into);
    assert!(!refused.status.success() && fs::read(file).unwrap() == before);
    player.interrupt();
}

/// The wake word with the energy monitor, behind the board: no sample of twenty minutes is lost.
#[test]
fn the_wake_word_is_measured_over_ports() {
    let simulator = Simulator::start(
        &["--profile", "cortex-m4-reference", "--benchmark", "sww", "--mode", "energy", "--speed", "100"],
        &["board", "monitor"],
    );
    let ports = [("board", simulator.port("board")), ("monitor", simulator.port("monitor"))];
    let (claims, log, session) = measured(&["--benchmark", "sww", "--mode", "energy"], &ports);
    let counts = claims.wakeword.unwrap().value;
    assert_eq!((counts.false_negatives, counts.false_positives), (5, 3));
    assert!(!log.contains("No activation data found."));
    let lists: Vec<_> = log.lines().filter(|line| line.starts_with("False ")).collect();
    assert!(lists[0].starts_with("False negatives: [") && lists[0].split(", ").count() == 5, "{lists:?}");
    assert!(lists[1] == "False positives: [ 20.  60. 103.]", "{lists:?}");
    let json = fs::read_to_string(session.path().join("session/results.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["activations"].as_array().unwrap().len(), 1000);
    assert_eq!(json[0]["power"]["timestamps"].as_array().unwrap().len(), 2);
}

/// Replies to an interrupted run are not taken for answers to the next one.
#[test]
fn a_stale_reply_is_drained() {
    let simulator =
        Simulator::start(&["--profile", "cortex-m4-reference", "--benchmark", "kws", "--speed", "20"], &["device"]);
    let link = simulator.port("device");
    {
        // Twenty seconds of device time are one second here.
        let mut port = Link::open(&Place::Path(link.clone()), 115_200, Instant::now()).unwrap();
        port.send(b"infer 260 0%").unwrap();
    }
    let data = data_sets("kws01");
    let arguments = ["--benchmark", "kws", "--mode", "performance", "--datasets", data.path().to_str().unwrap()];
    let (claims, _, _) = measured(&arguments, &[("port", link)]);
    close(claims.throughput.unwrap().value, 1.0 / 0.0752, 0.01);
}

/// A device that stops answering is reported, and the run gives up after the time-out.
#[test]
fn a_silent_inference_times_out() {
    let folder = TempDir::new().unwrap();
    let profile = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles/cortex-m4-reference.yaml"));
    let text = profile.unwrap().replace("faults: []", "faults: [{kind: no-reply, command: infer, after: 0}]");
    let path = folder.path().join("silent.yaml");
    fs::write(&path, text).unwrap();
    let simulator =
        Simulator::start(&["--profile", path.to_str().unwrap(), "--benchmark", "kws", "--speed", "20"], &["device"]);
    let data = data_sets("kws01");
    let data = data.path().to_str().unwrap();
    let arguments = ["--benchmark", "kws", "--mode", "performance", "--datasets", data, "--patience", "7"];
    let output = run(&arguments, &[("port", simulator.port("device"))], &folder.path().join("session"));
    let printed = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{printed}");
    assert!(printed.contains("`infer 1 0` has not been answered for 5 s; giving up after 7 s"), "{printed}");
    assert!(printed.contains("within 7 s, received nothing"), "{printed}");
}

#[test]
fn a_real_device_needs_the_data_sets() {
    let folder = TempDir::new().unwrap();
    let arguments = ["--benchmark", "kws", "--mode", "accuracy"];
    let output = run(&arguments, &[("port", folder.path().join("none"))], &folder.path().join("session"));
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && printed.contains("--datasets"), "{printed}");
}

#[test]
fn a_profile_without_power_refuses_energy_mode() {
    for command in ["run", "simulate"] {
        let folder = TempDir::new().unwrap();
        let mut arguments = vec![command, "--profile", "fpga", "--benchmark", "ic", "--mode", "energy"];
        let place = folder.path().join("x");
        let monitor = folder.path().join("monitor");
        let places = [place.to_str().unwrap(), monitor.to_str().unwrap()];
        if command == "run" {
            arguments.extend(["--into", places[0]]);
        } else {
            arguments.extend(["--board", places[0], "--monitor", places[1]]);
        }
        let output = Command::new(env!("CARGO_BIN_EXE_tinyaudit")).args(&arguments).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && printed.contains("no power figures"), "{printed}");
    }
}

/// What `doctor` says about a simulated device with a fault, and its exit code.
fn examined(fault: &str, arguments: &[&str]) -> (String, Option<i32>) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("faulty.yaml");
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles/cortex-m4-reference.yaml");
    let text = fs::read_to_string(built_in).unwrap();
    assert!(text.contains("faults: []"));
    let faults = if fault.is_empty() { String::new() } else { format!("{{{fault}}}") };
    fs::write(&file, text.replace("faults: []", &format!("faults: [{faults}]"))).unwrap();
    let profile = file.to_str().unwrap();
    let mode = if arguments.contains(&"--monitor") { "energy" } else { "performance" };
    let ports: &[&str] = if mode == "energy" { &["device", "monitor"] } else { &["device"] };
    let simulator = Simulator::start(&["--profile", profile, "--benchmark", "kws", "--mode", mode], ports);
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinyaudit"));
    command.arg("doctor").arg("--port").arg(simulator.port("device"));
    for argument in arguments {
        command.arg(argument);
        if *argument == "--monitor" {
            command.arg(simulator.port("monitor"));
        }
    }
    let output = command.output().unwrap();
    (
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
        output.status.code(),
    )
}

/// Every fault that a device can have has its sentence and its next step.
#[test]
fn a_silent_bench_gets_first_aid() {
    std::thread::scope(|scope| {
        for (fault, arguments, part, code) in [
            ("", &[][..], "its clock agrees with this computer's", 0),
            ("kind: no-reply, command: name", &["--baud", "115200"], "no byte came at 115200 baud", 1),
            ("kind: missing-ready, command: name", &["--baud", "115200"], "does not end a reply with m-ready", 1),
            ("kind: stale-ready, command: name", &[], "after its m-ready, the device goes on with `m-ready`", 1),
            ("kind: garbage, command: name", &[], "a reply contains bytes that are not text", 1),
            ("kind: drop-from-device, command: profile", &[], "`profile` does not name a model", 1),
            ("kind: drop-to-device, command: db, after: 1", &[], "8 bytes of an input were not taken", 1),
            ("kind: slow-clock", &[], "correct the frequency that the firmware's timer assumes", 1),
            ("kind: wrong-model", &[], "its model is `", 0),
            ("kind: no-reply, command: timestamp", &[], "`timestamp` is not answered", 1),
            ("", &["--monitor", "--supply", "3300"], "built for energy mode", 1),
            ("", &["--monitor"], "no byte came", 1),
        ] {
            scope.spawn(move || {
                let (said, exit) = examined(fault, arguments);
                assert!(said.contains(part) && exit == Some(code), "{fault} {arguments:?}: {exit:?} {said}");
                assert_eq!(exit == Some(0), !said.contains("FIX"), "{said}");
                if arguments.contains(&"--monitor") {
                    assert!(said.contains("samples in about a second") && said.contains("1.0.6"), "{said}");
                }
            });
        }
    });
    let missing =
        Command::new(env!("CARGO_BIN_EXE_tinyaudit")).args(["doctor", "--port", "/nowhere/tty"]).output().unwrap();
    let said = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(missing.status.code() == Some(2) && said.contains("/nowhere/tty"), "{said}");
}
