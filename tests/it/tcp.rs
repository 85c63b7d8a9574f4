//! The bench over TCP, for systems without pseudo-terminals: one process simulates, another measures.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::sessions::{close, data_sets, measured, run};

/// A simulated bench and the names of its ports; it ends with the test.
struct Simulator {
    child: Child,
    ports: Vec<PathBuf>,
}

impl Simulator {
    /// Serves each of these ports on a free TCP port of this machine.
    fn start(arguments: &[&str], ports: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinyaudit"));
        command.arg("simulate").args(arguments).stdout(Stdio::null()).stderr(Stdio::piped());
        for port in ports {
            command.arg(format!("--{port}")).arg("tcp:127.0.0.1:0");
        }
        let mut child = command.spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut ready).unwrap();
        let names = ready.trim_end().strip_prefix("ready: ").unwrap_or_else(|| panic!("{ready}"));
        let served = names.split(", ").map(PathBuf::from).collect::<Vec<_>>();
        assert_eq!(served.len(), ports.len());
        Self { child, ports: served }
    }

    fn connect(&self) -> TcpStream {
        let address = self.ports[0].to_str().unwrap().strip_prefix("tcp:").unwrap().to_owned();
        TcpStream::connect(address).unwrap()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Programs connect and disconnect, one at a time; then the runner measures, and its log has the port that it used.
#[test]
fn a_device_is_measured_over_tcp() {
    let simulator =
        Simulator::start(&["--profile", "fast-accelerator", "--benchmark", "kws", "--speed", "100"], &["device"]);
    for _ in 0..2 {
        let mut stream = simulator.connect();
        stream.write_all(b"profile%").unwrap();
        let mut said = String::new();
        for line in BufReader::new(stream).lines() {
            said += &line.unwrap();
            if said.ends_with("m-ready") {
                break;
            }
        }
        assert_eq!(said, "m-profile-[ULPMark for tinyML Firmware V0.0.1]m-model-[kws01]m-ready");
    }
    let data = data_sets("kws01");
    let common = ["--benchmark", "kws", "--datasets", data.path().to_str().unwrap(), "--mode", "performance"];
    let ports = [("port", simulator.ports[0].clone())];
    for dialect in ["mlcommons", "eembc"] {
        let (claims, log, _) = measured(&[&common[..], &["--dialect", dialect]].concat(), &ports);
        assert_eq!(claims.windows.len(), 5);
        close(claims.throughput.unwrap().value, 1.0 / 0.00068, 0.01);
        let opening = format!("port: {} at 115200 baud", simulator.ports[0].display());
        assert!(log.contains(&opening) || dialect == "eembc", "{log}");
    }
}

/// A program that sends nothing is disconnected when another one connects. While a program is at work, others get an error.
#[test]
fn a_silent_program_does_not_block_the_port() {
    let simulator =
        Simulator::start(&["--profile", "fast-accelerator", "--benchmark", "kws", "--speed", "100"], &["device"]);
    let name = |stream: &mut TcpStream| {
        stream.write_all(b"name%").unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        lines.find(|line| line.as_ref().is_ok_and(|line| line == "m-ready")).unwrap().unwrap()
    };
    let mut silent = simulator.connect();
    let mut second = simulator.connect();
    assert_eq!(name(&mut second), "m-ready");
    let mut rest = Vec::new();
    assert_eq!(silent.read_to_end(&mut rest).unwrap(), 0, "the silent program is disconnected");
    let (mut third, mut refused) = (simulator.connect(), String::new());
    third.write_all(b"name%").unwrap();
    third.read_to_string(&mut refused).unwrap();
    assert_eq!(refused, "e-[Another program is connected to this port]\r\n");
    assert_eq!(name(&mut second), "m-ready");
    drop(second);
    assert_eq!(name(&mut simulator.connect()), "m-ready");
    // A program that has closed its side still gets its answers.
    let mut half = simulator.connect();
    half.write_all(b"name%").unwrap();
    half.shutdown(std::net::Shutdown::Write).unwrap();
    let mut said = String::new();
    half.read_to_string(&mut said).unwrap();
    assert!(said.ends_with("m-ready\r\n"), "{said}");
}

/// Energy with the device behind the board, and the monitor: no sample is lost.
#[test]
fn energy_is_measured_over_tcp() {
    let arguments = ["--profile", "cortex-m4-reference", "--benchmark", "kws", "--mode", "energy", "--speed", "20"];
    let simulator = Simulator::start(&arguments, &["board", "monitor"]);
    let data = data_sets("kws01");
    let ports = [("board", simulator.ports[0].clone()), ("monitor", simulator.ports[1].clone())];
    let arguments = ["--benchmark", "kws", "--mode", "energy", "--datasets", data.path().to_str().unwrap()];
    let (claims, _, _) = measured(&arguments, &ports);
    close(claims.energy.unwrap().value, 33.2e3 * 0.0752, 0.01);
}

/// If the bench disconnects during a run, the run ends immediately and names the port.
#[test]
fn a_bench_that_disconnects_ends_the_run() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = PathBuf::from(format!("tcp:{}", listener.local_addr().unwrap()));
    let bench = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 5]).unwrap();
    });
    let (data, folder) = (data_sets("kws01"), tempfile::tempdir().unwrap());
    let arguments = ["--benchmark", "kws", "--mode", "accuracy", "--datasets", data.path().to_str().unwrap()];
    let output = run(&arguments, &[("port", place.clone())], &folder.path().join("session"));
    bench.join().unwrap();
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && printed.contains(place.to_str().unwrap()), "{printed}");
    let output = run(&arguments, &[("port", place.clone())], &folder.path().join("session"));
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && printed.contains("cannot be opened"), "{printed}");
}

/// There is no authentication, so the program neither serves nor contacts other machines.
#[test]
fn tcp_stays_on_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("session");
    let into = into.to_str().unwrap();
    let run = ["run", "--benchmark", "kws", "--mode", "accuracy", "--into", into, "--port"];
    let simulate = ["simulate", "--profile", "fpga", "--benchmark", "ic", "--device"];
    for (place, expected) in [
        ("tcp:0.0.0.0:5000", "expected 127.0.0.1 or [::1]"),
        ("tcp:192.0.2.1:5000", "expected 127.0.0.1 or [::1]"),
        ("tcp:localhost", "as in tcp:127.0.0.1:5000"),
    ] {
        for command in [&run[..], &simulate[..]] {
            let output = Command::new(env!("CARGO_BIN_EXE_tinyaudit")).args(command).arg(place).output().unwrap();
            let printed = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.code() == Some(2) && printed.contains(expected), "{printed}");
        }
    }
}

/// If the address is in use, the error names it.
#[test]
fn an_address_in_use_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = format!("tcp:{}", listener.local_addr().unwrap());
    let arguments = ["simulate", "--profile", "fpga", "--benchmark", "ic", "--device", &place];
    let output = Command::new(env!("CARGO_BIN_EXE_tinyaudit")).args(arguments).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && printed.contains(&format!("{place} cannot be opened")), "{printed}");
}
