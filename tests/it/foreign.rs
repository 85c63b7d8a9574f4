//! Our runner with an independent bench, and our simulator with an independent host. Both were written from the
//! description of the protocol and share no code with ours, so that no mistake is made on both sides.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::termios::{OptionalActions, QueueSelector};
use tempfile::TempDir;
use tinyaudit::testbench::device::pty::PseudoTerminal;
use tinyaudit::testbench::device::served::Served;

use super::ports::Simulator;
use super::sessions::{close, data_sets, measured};

/// Duration of an inference on the foreign device. Eleven thousand of them are a window, with a margin on both sides
/// for inaccurate timing on a loaded machine.
const INFERENCE: Duration = Duration::from_micros(1020);
/// Power of the device in mW: multiples of 10 nJ per ms, which the monitor's four digits represent exactly.
const COMPUTING: u32 = 30;
const IDLE: u32 = 4;
/// Settings of a monitor. A program must send all of them before it starts.
const SET_UP: [&str; 9] = [
    "acqtime inf",
    "trigdelay 0",
    "trigsrc sw",
    "eventsrc d7 fal",
    "output energy",
    "format ascii_dec",
    "freq 1k",
    "volt 1800m",
    "pwr on nostatus",
];
/// Time between two polls of a port.
const NAP: Duration = Duration::from_millis(2);

/// A bench: its wires, and what was recorded on them.
#[derive(Default)]
struct Bench {
    over: AtomicBool,
    wires: Mutex<Wires>,
}

#[derive(Default)]
struct Wires {
    /// When the device was powered.
    power: Option<Instant>,
    /// Whether the monitor is sampling.
    sampling: bool,
    /// Changes of the power the device draws, in mW.
    draws: VecDeque<(Instant, u32)>,
    /// Falling edges of the time stamp pin.
    edges: VecDeque<Instant>,
    /// Inputs that arrived completely.
    loaded: Vec<Vec<u8>>,
    /// Violations of the protocol by the host.
    complaints: Vec<String>,
}

impl Bench {
    fn complain(&self, complaint: String) {
        self.wires.lock().unwrap().complaints.push(complaint);
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}

/// Ends the threads of a bench, even if the test fails.
struct Ending<'a>(&'a Bench);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.over.store(true, Ordering::Relaxed);
    }
}

/// Splits the input of a port into commands.
struct Commands {
    end: u8,
    pending: Vec<u8>,
}

impl Commands {
    const fn ending_in(end: u8) -> Self {
        Self { end, pending: Vec::new() }
    }

    fn next(&mut self, port: &mut PseudoTerminal) -> Option<String> {
        self.pending.extend(port.read().unwrap());
        let end = self.pending.iter().position(|byte| *byte == self.end)?;
        let command = self.pending.drain(..=end).take(end).collect();
        Some(String::from_utf8(command).unwrap())
    }

    /// Discards and reports what a program sent before the end of a reply.
    fn hush(&mut self, port: &mut PseudoTerminal, bench: &Bench) {
        self.pending.extend(port.read().unwrap());
        if !self.pending.is_empty() {
            let early = String::from_utf8_lossy(&self.pending).into_owned();
            bench.complain(format!("`{early}` came before the end of a reply"));
            self.pending.clear();
        }
    }
}

/// Firmware of a device, as described in the interface for submitters.
struct Firmware<'a> {
    bench: &'a Bench,
    energy: bool,
    baud: u32,
    /// Whether it makes an extra time stamp before its first window.
    stamps_early: bool,
    booted: Option<Instant>,
    size: usize,
    input: Vec<u8>,
}

impl<'a> Firmware<'a> {
    fn new(bench: &'a Bench, energy: bool) -> Self {
        let baud = if energy { 9600 } else { 115_200 };
        Self { bench, energy, baud, stamps_early: false, booted: None, size: 0, input: Vec::new() }
    }

    /// Waits for the transmission time of a line.
    fn pace(&self, line: &str) {
        sleep(Duration::from_secs_f64((line.len() + 2) as f64 * 10.0 / f64::from(self.baud)));
    }

    fn boot(&mut self, say: &mut dyn FnMut(&str)) {
        self.booted = Some(Instant::now());
        self.draw(IDLE);
        self.say(say, if self.energy { "m-timestamp-mode-energy" } else { "m-timestamp-mode-performance" });
        self.stamp(say);
        self.say(say, "m-init-done");
        self.say(say, "m-ready");
    }

    fn say(&self, say: &mut dyn FnMut(&str), line: &str) {
        self.pace(line);
        say(line);
    }

    fn draw(&self, milliwatts: u32) {
        self.bench.wires.lock().unwrap().draws.push_back((Instant::now(), milliwatts));
    }

    fn stamp(&self, say: &mut dyn FnMut(&str)) {
        if self.energy {
            self.bench.wires.lock().unwrap().edges.push_back(Instant::now());
        } else {
            let lap = self.booted.unwrap().elapsed().as_micros();
            self.say(say, &format!("m-lap-us-{lap}"));
        }
    }

    fn answer(&mut self, command: &str, say: &mut dyn FnMut(&str)) {
        if command.len() > 80 || command.trim_matches(' ').is_empty() || command.contains(char::is_control) {
            self.bench.complain(format!("`{command}` is not a command that the firmware survives"));
        }
        let words: Vec<&str> = command.split(' ').filter(|word| !word.is_empty()).collect();
        match words[..] {
            ["name", ..] => self.say(say, "m-name-dut-[foreign]"),
            ["profile", ..] => {
                self.say(say, "m-profile-[ULPMark for tinyML Firmware V0.0.1]");
                self.say(say, "m-model-[kws01]");
            }
            ["timestamp", ..] => self.stamp(say),
            ["db", "load", size, ..] => {
                if self.stamps_early && self.bench.wires.lock().unwrap().sampling {
                    self.stamps_early = false;
                    self.stamp(say);
                }
                self.size = size.parse().unwrap();
                self.input.clear();
                self.say(say, &format!("m-[Expecting {size} bytes]"));
            }
            ["db", digits, ..] => self.load(digits, say),
            ["infer", ref counts @ ..] => {
                let count = |at: usize, usual| counts.get(at).map_or(usual, |count| count.parse().unwrap());
                self.infer(count(0, 1), count(1, 10), say);
            }
            _ => self.say(say, &format!("e-[Unknown command: {command}]")),
        }
        self.say(say, "m-ready");
    }

    fn load(&mut self, digits: &str, say: &mut dyn FnMut(&str)) {
        if !digits.len().is_multiple_of(2) {
            return self.say(say, "e-[Insufficent number of hex digits]");
        }
        for at in (0..digits.len()).step_by(2) {
            let pair = &digits[at..at + 2];
            let Ok(byte) = u8::from_str_radix(pair, 16) else {
                return self.say(say, &format!("e-[Invalid hex digit '{pair}']"));
            };
            self.input.push(byte);
            if self.input.len() == self.size {
                self.bench.wires.lock().unwrap().loaded.push(self.input.clone());
                return self.say(say, "m-load-done");
            }
        }
    }

    fn infer(&mut self, iterations: u32, warmups: u32, say: &mut dyn FnMut(&str)) {
        self.say(say, &format!("m-warmup-start-{warmups}"));
        self.compute(warmups);
        self.say(say, "m-warmup-done");
        self.say(say, &format!("m-infer-start-{iterations}"));
        self.stamp(say);
        self.compute(iterations);
        self.stamp(say);
        self.say(say, "m-infer-done");
        let class = usize::from(self.input.first().copied().unwrap_or_default()) % 12;
        let outputs: Vec<&str> = (0..12).map(|at| if at == class { "0.964" } else { "0.003" }).collect();
        self.say(say, &format!("m-results-[{}]", outputs.join(",")));
    }

    fn compute(&self, inferences: u32) {
        self.draw(COMPUTING);
        sleep(INFERENCE * inferences);
        self.draw(IDLE);
    }
}

/// A device on its own port. It has booted before a program connects.
fn device(bench: &Bench, mut port: PseudoTerminal) {
    let mut commands = Commands::ending_in(b'%');
    let mut firmware = Firmware::new(bench, false);
    firmware.boot(&mut |line| port.write(format!("{line}\r\n").into_bytes()).unwrap());
    while !bench.is_over() {
        if let Some(command) = commands.next(&mut port) {
            check_baud(bench, &port, firmware.baud);
            firmware.answer(&command, &mut |line| {
                if line == "m-ready" {
                    commands.hush(&mut port, bench);
                }
                port.write(format!("{line}\r\n").into_bytes()).unwrap();
            });
        }
        sleep(NAP);
    }
}

fn check_baud(bench: &Bench, port: &PseudoTerminal, expected: u32) {
    let baud = port.baud().unwrap().unwrap();
    if baud != expected {
        bench.complain(format!("a program talks at {baud} baud, expected {expected}"));
    }
}

/// The interface board with a device behind it, to which it talks at its stored baud rate.
fn board(bench: &Bench, mut port: PseudoTerminal, mut baud: u32, mut firmware: Firmware<'_>) {
    /// Time the device needs to start, and the board to restart.
    const START: Duration = Duration::from_millis(300);
    let mut commands = Commands::ending_in(b'%');
    while !bench.is_over() {
        let power = bench.wires.lock().unwrap().power;
        match power {
            Some(since) if firmware.booted.is_none() && since.elapsed() > START => {
                let heard = baud == firmware.baud;
                firmware.boot(&mut |line| {
                    // At another baud rate the text is garbage.
                    if heard {
                        port.write(format!("[dut]: {line}\r\n").into_bytes()).unwrap();
                    }
                });
            }
            None => firmware.booted = None,
            Some(_) => {}
        }
        let Some(command) = commands.next(&mut port) else {
            sleep(NAP);
            continue;
        };
        check_baud(bench, &port, 115_200);
        match command.split_once(' ').unwrap_or((&command, "")) {
            ("dut", passed) => {
                port.write(format!("m-dut-passthrough({passed})\r\nm-ready\r\n").into_bytes()).unwrap();
                if firmware.booted.is_none() || baud != firmware.baud {
                    // The board waits forever.
                    bench.complain(format!("the device cannot hear `{passed}`"));
                    return;
                }
                firmware.answer(passed, &mut |line| {
                    if line == "m-ready" {
                        commands.hush(&mut port, bench);
                    }
                    port.write(format!("[dut]: {line}\r\n").into_bytes()).unwrap();
                });
            }
            ("setbaud", number) => {
                baud = number.parse().unwrap();
                port.write(format!("set baud to: {baud}\nm-ready\r\n").into_bytes()).unwrap();
                sleep(START);
                // The device does not receive what was sent during the restart.
                port.read().unwrap();
            }
            ("name", _) => port.write(b"tinyML Enhanced Interface Board\r\nm-ready\r\n".to_vec()).unwrap(),
            _ => port.write(b"m-ready\r\n".to_vec()).unwrap(),
        }
    }
}

/// The energy monitor: it supplies power and streams samples.
fn monitor(bench: &Bench, mut port: PseudoTerminal) {
    /// Delay between a sample and its transmission.
    const LAG: Duration = Duration::from_millis(10);
    let mut commands = Commands::ending_in(b'\n');
    let mut taken: Vec<String> = Vec::new();
    let (mut started, mut samples, mut events, mut milliwatts) = (None, 0, 0, 0);
    while !bench.is_over() {
        while let Some(command) = commands.next(&mut port) {
            check_baud(bench, &port, 3_686_400);
            let command = command.strip_suffix('\r').unwrap_or(&command).to_owned();
            let mut wires = bench.wires.lock().unwrap();
            let mut after = "";
            let fits = match command.as_str() {
                "htc" => true,
                // Before `htc` the monitor refuses all commands.
                _ if !taken.iter().any(|earlier| earlier == "htc") => false,
                "pwr on nostatus" => {
                    wires.power = Some(Instant::now());
                    true
                }
                "pwr off" => {
                    wires.power = None;
                    wires.draws.push_back((Instant::now(), 0));
                    true
                }
                "start" if SET_UP.iter().all(|needed| taken.iter().any(|earlier| earlier == needed)) => {
                    wires.sampling = true;
                    wires.edges.clear();
                    started = Some(Instant::now());
                    (samples, events) = (0, 0);
                    true
                }
                "stop" if started.take().is_some() => {
                    wires.sampling = false;
                    after = "Acquisition completed\r\n";
                    true
                }
                "hrc" => true,
                other => other.starts_with("lcd ") || SET_UP.contains(&other),
            };
            let word = if fits { "ack" } else { "error" };
            if !fits {
                wires.complaints.push(format!("the monitor does not take `{command}` after {taken:?}"));
            }
            port.write(format!("\r\nPowerShield > {word} {command}\r\n\r\n{after}").into_bytes()).unwrap();
            taken.push(command);
        }
        let mut lines = Vec::new();
        while let Some(started) = started {
            let end = started + Duration::from_millis(samples + 1);
            if end + LAG > Instant::now() {
                break;
            }
            if samples % 1000 == 0 {
                lines.push(format!("TimeStamp: {:03}s 000ms, buff 00%\r\n", samples / 1000));
            }
            let mut wires = bench.wires.lock().unwrap();
            while wires.edges.pop_front_if(|edge| *edge <= end).is_some() {
                lines.push(format!("event {events:02} ris\r\n"));
                events += 1;
            }
            while let Some((_, drawn)) = wires.draws.pop_front_if(|(at, _)| *at <= end) {
                milliwatts = drawn;
            }
            lines.push(format!("{:04}-08\r\n", milliwatts * 100));
            samples += 1;
        }
        if !lines.is_empty() {
            port.write(lines.concat().into_bytes()).unwrap();
        }
        port.flush().unwrap();
        sleep(NAP);
    }
    if taken.last().is_none_or(|last| last != "hrc") {
        bench.complain(format!("the monitor was left under control: {taken:?}"));
    }
}

/// Measures a complete bench: the energy is what the device draws, whether or not there is an extra time stamp, and
/// whatever baud rate the board had before.
#[test]
fn a_foreign_bench_is_measured() {
    let data = data_sets("kws01");
    let data = data.path();
    scope(|scope| {
        scope.spawn(|| foreign_energy(data, 9600, false));
        scope.spawn(|| foreign_energy(data, 115_200, true));
        scope.spawn(|| foreign_performance(data));
    });
}

fn foreign_energy(data: &Path, baud: u32, stamps_early: bool) {
    let folder = TempDir::new().unwrap();
    let links = ["board", "monitor"].map(|name| (name, folder.path().join(name)));
    let [board_port, monitor_port] = links.each_ref().map(|(_, link)| PseudoTerminal::open(link).unwrap());
    let bench = Bench::default();
    let (claims, _, session) = scope(|scope| {
        let _ending = Ending(&bench);
        let firmware = Firmware { stamps_early, ..Firmware::new(&bench, true) };
        scope.spawn(|| board(&bench, board_port, baud, firmware));
        scope.spawn(|| monitor(&bench, monitor_port));
        let data = data.to_str().unwrap();
        measured(&["--benchmark", "kws", "--mode", "energy", "--datasets", data], &links)
    });
    close(claims.energy.unwrap().value, f64::from(COMPUTING) * 1e3 * INFERENCE.as_secs_f64(), 0.01);
    let json = fs::read_to_string(session.path().join("session/results.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let stamps: Vec<usize> = (0..5).map(|trial| json[trial]["power"]["timestamps"].as_array().unwrap().len()).collect();
    assert_eq!(stamps, [2 + usize::from(stamps_early), 2, 2, 2, 2]);
    let left = bench.wires.into_inner().unwrap();
    assert!(left.power.is_none() && !left.sampling, "the bench is still running");
    check_host(&left, data);
}

fn foreign_performance(data: &Path) {
    let folder = TempDir::new().unwrap();
    let link = folder.path().join("device");
    let port = PseudoTerminal::open(&link).unwrap();
    let bench = Bench::default();
    let (claims, ..) = scope(|scope| {
        let _ending = Ending(&bench);
        scope.spawn(|| device(&bench, port));
        let data = data.to_str().unwrap();
        measured(&["--benchmark", "kws", "--mode", "performance", "--datasets", data], &[("port", link)])
    });
    assert_eq!(claims.windows.len(), 5);
    close(claims.throughput.unwrap().value, 1.0 / INFERENCE.as_secs_f64(), 0.01);
    check_host(&bench.wires.into_inner().unwrap(), data);
}

/// Checks that the host followed the protocol and that the inputs of the five windows arrived. The first input arrives
/// twice: the runner also uses it to determine the number of inferences per window.
fn check_host(seen: &Wires, data: &Path) {
    assert!(seen.complaints.is_empty(), "{:?}", seen.complaints);
    let list = tinyaudit::round::dataset("kws01").unwrap();
    let read = |at: usize| fs::read(data.join("kws01").join(list.inputs[at].0)).unwrap();
    assert!(seen.loaded == [0, 0, 1, 2, 3, 4].map(read), "{} inputs, or other ones", seen.loaded.len());
}

/// A port of the simulator, opened without our code.
struct Client {
    file: File,
    name: &'static str,
}

impl Client {
    fn open(link: &Path, name: &'static str, baud: u32) -> Self {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = rustix::fs::open(link, flags, Mode::empty()).unwrap();
        let mut settings = rustix::termios::tcgetattr(&file).unwrap();
        settings.make_raw();
        settings.set_speed(baud).unwrap();
        rustix::termios::tcsetattr(&file, OptionalActions::Now, &settings).unwrap();
        rustix::termios::tcflush(&file, QueueSelector::IFlush).unwrap();
        Self { file: file.into(), name }
    }

    fn send(&self, text: &str) {
        (&self.file).write_all(text.as_bytes()).unwrap();
    }

    /// Reads everything that is available.
    fn read(&self, into: &mut Vec<u8>) {
        match (&self.file).read_to_end(into) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => panic!("{}: {error}", self.name),
        }
    }

    /// Reads every `nap` until the reply is complete.
    fn until(&self, nap: Duration, is_whole: impl Fn(&str) -> bool) -> String {
        let (mut bytes, begun) = (Vec::new(), Instant::now());
        loop {
            sleep(nap);
            self.read(&mut bytes);
            let text = std::str::from_utf8(&bytes).unwrap();
            if is_whole(text) {
                return text.to_owned();
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "{}: no end of the reply in {text:?}", self.name);
        }
    }

    /// The reply of the board itself.
    fn asked(&self, command: &str) -> String {
        self.send(&format!("{command}%"));
        self.until(NAP, |text| text.ends_with("m-ready\r\n"))
    }

    /// The reply of the device, without the text that the board adds.
    fn relayed(&self, command: &str) -> Vec<String> {
        self.send(&format!("dut {command}%"));
        let text = self.until(NAP, |text| text.ends_with("[dut]: m-ready\r\n"));
        let opening = format!("m-dut-passthrough({command})\r\nm-ready\r\n");
        let relayed = text.strip_prefix(&opening).unwrap_or_else(|| panic!("{text:?} does not start with {opening:?}"));
        let line =
            |line: &str| line.strip_prefix("[dut]: ").and_then(|line| line.strip_suffix("\r\n")).map(str::to_owned);
        let lines: Option<Vec<String>> = relayed.split_inclusive('\n').map(line).collect();
        let mut lines = lines.unwrap_or_else(|| panic!("{relayed:?} contains lines that are not from the device"));
        assert_eq!(lines.pop().as_deref(), Some("m-ready"));
        lines
    }

    /// Sends a command to the monitor and checks that the reply is exactly its acknowledgement.
    fn acknowledged(&self, command: &str) {
        self.send(&format!("{command}\r\n"));
        let text = self.until(NAP, |text| text.len() > 4 && text.ends_with("\r\n\r\n"));
        assert_eq!(text, format!("\r\nPowerShield > ack {command}\r\n\r\n"));
    }
}

/// A program that reads the energy monitor's port only now and then loses nothing, at any simulation speed.
#[test]
fn a_foreign_host_measures() {
    scope(|scope| {
        // A pseudo-terminal buffers the samples of half a second: at the higher speed, samples between two reads have
        // to wait.
        for (speed, seldom) in [("4", 200), ("20", 100)] {
            scope.spawn(move || foreign_host(speed, Duration::from_millis(seldom)));
        }
    });
}

fn foreign_host(speed: &str, seldom: Duration) {
    let arguments = ["--profile", "cortex-m4-reference", "--benchmark", "kws", "--mode", "energy", "--speed", speed];
    let simulator = Simulator::start(&arguments, &["board", "monitor"]);
    let board = Client::open(&simulator.port("board"), "board", 115_200);
    let monitor = Client::open(&simulator.port("monitor"), "monitor", 3_686_400);
    for command in ["htc", "lcd 1 \"MLPerf Tiny\"", "lcd 2 \"     monitor    \"", "pwr off"].iter().chain(&SET_UP[..8])
    {
        monitor.acknowledged(command);
    }
    monitor.acknowledged("lcd 2 \"           1.8V \"");
    monitor.acknowledged("pwr on nostatus");
    sleep(Duration::from_secs(1));
    // The device's output at power-up does not belong to a command.
    board.read(&mut Vec::new());
    assert_eq!(board.asked("setbaud 9600"), "set baud to: 9600\nm-ready\r\n");
    sleep(Duration::from_secs(1));
    let name = board.relayed("name");
    assert!(matches!(&name[..], [name] if name == "m-name-dut-[simulated]"), "{name:?}");
    assert_eq!(board.relayed("profile"), ["m-profile-[ULPMark for tinyML Firmware V0.0.1]", "m-model-[kws01]"]);

    monitor.send("start\r\n");
    let stream = scope(|scope| {
        let reader = scope.spawn(|| monitor.until(seldom, |text| text.contains("Acquisition completed\r\n")));
        assert_eq!(board.relayed("db load 490"), ["m-[Expecting 490 bytes]"]);
        let input: Vec<String> = (0..490u32).map(|byte| format!("{:02x}", byte * 7 % 256)).collect();
        let chunks: Vec<String> = input.chunks(26).map(|chunk| format!("db {}", chunk.concat())).collect();
        let (last, others) = chunks.split_last().unwrap();
        for chunk in others {
            assert!(board.relayed(chunk).is_empty());
        }
        assert_eq!(board.relayed(last), ["m-load-done"]);
        let lines = board.relayed("infer 30 1");
        let (results, before) = lines.split_last().unwrap();
        assert_eq!(before, ["m-warmup-start-1", "m-warmup-done", "m-infer-start-30", "m-infer-done"]);
        let outputs = results.strip_prefix("m-results-[").and_then(|rest| rest.strip_suffix(']')).unwrap();
        let outputs: Vec<f64> = outputs.split(',').map(|output| output.parse().unwrap()).collect();
        assert!(outputs.len() == 12 && outputs.iter().sum::<f64>() > 0.0, "{outputs:?}");
        monitor.send("stop\r\n");
        reader.join().unwrap()
    });
    for command in ["pwr off", "hrc"] {
        monitor.acknowledged(command);
    }
    check_stream(&stream);
    simulator.interrupt();
}

/// Checks the lines between `start` and the end of the acquisition: all are complete, no sample is missing, and the
/// energy between the two events is that of thirty inferences.
fn check_stream(stream: &str) {
    let (mut samples, mut events, mut stamps, mut acknowledged) = (Vec::new(), Vec::new(), 0, Vec::new());
    let mut completed = 0;
    assert!(stream.ends_with("\r\n"), "{:?}", &stream[stream.len().saturating_sub(40)..]);
    for line in stream.split_inclusive('\n') {
        let text = line.strip_suffix("\r\n").unwrap_or_else(|| panic!("{line:?} is not a whole line"));
        let data = completed == 0 && !acknowledged.is_empty();
        let shape = text.replace(|character: char| character.is_ascii_digit(), "0");
        match shape.as_str() {
            "" => {}
            "0000-00" | "0000+00" if data => {
                let (digits, exponent) = text.split_at(4);
                let exponent: i32 = exponent.parse().unwrap();
                samples.push(digits.parse::<f64>().unwrap() * 10f64.powi(exponent));
            }
            "event 00 ris" if data => {
                assert_eq!(text, format!("event {:02} ris", events.len()));
                events.push(samples.len());
            }
            "TimeStamp: 000s 000ms, buff 00%" if data => {
                assert!(text.starts_with(&format!("TimeStamp: {stamps:03}s 000ms,")), "{text} after {stamps} of them");
                assert_eq!(samples.len(), 1000 * stamps, "samples before {text}");
                stamps += 1;
            }
            _ if text.contains("Acquisition completed") => completed += 1,
            _ => acknowledged.push(text.strip_prefix("PowerShield > ").unwrap_or_else(|| panic!("{text:?}"))),
        }
    }
    assert_eq!(acknowledged, ["ack start", "ack stop"]);
    assert!(samples.len() >= 1000 * (stamps - 1) && samples.len() <= 1000 * stamps, "{stamps} and {}", samples.len());
    let [start, stop] = events[..] else { panic!("expected two events, found {events:?}") };
    close((stop - start) as f64 / 1000.0, 30.0 * 0.0752, 0.01);
    close(samples[start..stop].iter().sum(), 30.0 * 33.2e-3 * 0.0752, 0.01);
}
