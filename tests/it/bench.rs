//! The simulated bench: firmware dialogues, complete submissions, faults, and a real pseudo-terminal.

use std::sync::Arc;

use tempfile::TempDir;
use tinyaudit::audit::report::Report;
use tinyaudit::round::{Mode, Round, Runner, Severity};
use tinyaudit::source::Tree;
use tinyaudit::submit::demo::{self, Demo, simulate_session};
use tinyaudit::submit::output::write_files;
use tinyaudit::testbench::runner::inputs::Synthetic;
use tinyaudit::testbench::simulator::profile::{Fault, FaultKind, Quality};
use tinyaudit::testbench::simulator::{Bench, Port, Profile, Wiring};

const DIRECT: Wiring = Wiring { energy: false, board: None };

fn bench(benchmark: &str, wiring: Wiring) -> Bench {
    Bench::from_profile(&Arc::new(Profile::named("cortex-m4-reference").unwrap()), benchmark, wiring).unwrap()
}

/// The complete answer of a device to these bytes, however long it takes.
fn answer(bench: &mut Bench, port: Port, bytes: &[u8]) -> String {
    bench.take(port, 1000, bytes);
    let out: Vec<u8> = bench.drain(port, u64::MAX / 4).into_iter().flat_map(|timed| timed.bytes).collect();
    String::from_utf8_lossy(&out).into_owned()
}

/// The dialogue of the reference firmware, command by command, spelling mistakes included.
#[test]
fn the_firmware_answers_as_the_reference_does() {
    let mut kws = bench("kws", DIRECT);
    for (command, reply) in [
        ("name%", "m-name-dut-[simulated]\r\nm-ready\r\n"),
        ("profile%", "m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[kws01]\r\nm-ready\r\n"),
        ("db%", "e-[Command 'db' requires a subcommand]\r\nm-ready\r\n"),
        ("db load%", "e-[Command 'db load' requires the # of bytes]\r\nm-ready\r\n"),
        ("db load 0%", "e-[Command 'db load' must be >0 bytes]\r\nm-ready\r\n"),
        ("db load -5%", "Supplied buffer size -5 exceeds maximum of 490\nm-ready\r\n"),
        ("db load abc%", "e-[Command 'db load' must be >0 bytes]\r\nm-ready\r\n"),
        ("db load 8%", "m-[Expecting 8 bytes]\r\nm-ready\r\n"),
        ("db 0011%", "m-ready\r\n"),
        ("db 44556677%", "m-ready\r\n"),
        ("db 8899%", "m-load-done\r\nm-ready\r\n"),
        ("db print%", "m-buffer-00-11-44-55-66-77-88-99\r\nm-ready\r\n"),
        ("db 4%", "e-[Insufficent number of hex digits]\r\nm-ready\r\n"),
        ("db load 4%", "m-[Expecting 4 bytes]\r\nm-ready\r\n"),
        ("db zz%", "e-[Invalid hex digit 'zz']\r\nm-ready\r\n"),
        ("db 0g%", "e-[Invalid hex digit '0g']\r\nm-ready\r\n"),
        ("db 00112233445566%", "m-load-done\r\nm-ready\r\n"),
        ("db 77%", "m-ready\r\n"),
        ("db print 2 1%", "m-buffer-00-11-22-33\r\n\r\nm-ready\r\n"),
        ("db load 30000%", "Supplied buffer size 30000 exceeds maximum of 490\nm-ready\r\n"),
        ("infer 0%", "e-[Inference iterations must be >0]\r\nm-ready\r\n"),
        ("infer -1%", "e-[Inference iterations must be >0]\r\nm-ready\r\n"),
        ("infer 2 -1%", "e-[Inference warmup must be >=0]\r\nm-ready\r\n"),
        ("foo%", "e-[Unknown command: foo]\r\nm-ready\r\n"),
        ("NAME%", "e-[Unknown command: NAME]\r\nm-ready\r\n"),
        ("name extra args%", "m-name-dut-[simulated]\r\nm-ready\r\n"),
        ("  name%", "m-name-dut-[simulated]\r\nm-ready\r\n"),
        ("name\r\n%", "e-[Unknown command: name\r\n]\r\nm-ready\r\n"),
        ("name%name%", "m-name-dut-[simulated]\r\nm-ready\r\nm-name-dut-[simulated]\r\nm-ready\r\n"),
    ] {
        assert_eq!(answer(&mut kws, Port::Dut, command.as_bytes()), reply, "{command}");
    }
    let long = answer(&mut kws, Port::Dut, format!("{}%", "a".repeat(100)).as_bytes());
    assert_eq!(long, format!("e-[Unknown command: {}]\r\nm-ready\r\n", "a".repeat(80)));
    assert_eq!(answer(&mut kws, Port::Dut, b"na"), "");
    assert_eq!(answer(&mut kws, Port::Dut, b"me%"), "m-name-dut-[simulated]\r\nm-ready\r\n");
    let help = answer(&mut kws, Port::Dut, b"help%");
    assert_eq!(help.lines().count(), 13);
    assert!(help.contains("timestsamp   : Generate a timetsamp"));
}

/// What the firmware stores, where it ends a command, and what crashes it.
#[test]
fn the_firmware_has_the_memory_limits_of_the_reference() {
    let mut ad = bench("ad", DIRECT);
    for (command, reply) in [
        ("results%", "m-results-[0.000]\r\nm-ready\r\n"),
        ("db load 5121%", "Supplied buffer size 5121 exceeds maximum of 5120\nm-ready\r\n"),
        ("db load 5120%", "m-[Expecting 5120 bytes]\r\nm-ready\r\n"),
        ("db load 8%", "m-[Expecting 8 bytes]\r\nm-ready\r\n"),
        ("db 0011223344556677%", "m-load-done\r\nm-ready\r\n"),
        ("db load 4%", "m-[Expecting 4 bytes]\r\nm-ready\r\n"),
        ("db aabb%", "m-ready\r\n"),
        ("db print%", "m-buffer-aa-bb-22-33\r\n\r\nm-ready\r\n"),
        ("name\0 and more%", "m-name-dut-[simulated]\r\nm-ready\r\n"),
    ] {
        assert_eq!(answer(&mut ad, Port::Dut, command.as_bytes()), reply, "{command}");
    }
    assert!(answer(&mut ad, Port::Dut, b"infer 1 0%").starts_with("Input db has 0 elemented, expected 640\n"));
    assert_eq!(answer(&mut bench("kws", DIRECT), Port::Dut, b"results%").matches("0.000").count(), 12);
    for empty in ["%", " %"] {
        assert_eq!(answer(&mut ad, Port::Dut, empty.as_bytes()), "");
        assert_eq!(answer(&mut ad, Port::Dut, b"name%"), "", "it does not answer until it is powered again");
    }
}

#[test]
fn the_monitor_counts_from_the_start_and_refuses_unknown_commands() {
    let mut bench = bench("kws", Wiring { energy: true, ..DIRECT });
    let mut at = 1000;
    let mut say = |bench: &mut Bench, port, text: &str| {
        at += 100_000;
        bench.take(port, at, text.as_bytes());
        at += 400_000;
        let out: Vec<u8> = bench.drain(port, at).into_iter().flat_map(|timed| timed.bytes).collect();
        String::from_utf8_lossy(&out).into_owned()
    };
    assert!(say(&mut bench, Port::Monitor, "volt 2100m\r\n").contains("ack volt 2100m"));
    assert!(say(&mut bench, Port::Monitor, "volt get\r\n").contains("2100m"));
    assert!(say(&mut bench, Port::Monitor, "version\r\n").contains("ack version"));
    for (command, why) in
        [("volt 5000m", "1800m to 3300m"), ("frequency 1k", "unknown command"), ("freq", "bad argument")]
    {
        let printed = say(&mut bench, Port::Monitor, &format!("{command}\r\n"));
        assert!(printed.contains(&format!("error {command}\r\nError detail: ")) && printed.contains(why), "{printed}");
    }
    say(&mut bench, Port::Monitor, "pwr on\r\n");
    for _ in 0..2 {
        say(&mut bench, Port::Monitor, "start\r\n");
        say(&mut bench, Port::Dut, "timestamp%");
        let printed = say(&mut bench, Port::Monitor, "");
        assert!(printed.contains("event 00 ris\r\n") && !printed.contains("event 01 ris"), "{printed}");
        say(&mut bench, Port::Monitor, "stop\r\n");
    }
}

#[test]
fn the_wake_word_device_knows_its_commands() {
    let mut sww = bench("sww", DIRECT);
    for (command, part) in [
        ("help%", "extract_uart_stream"),
        ("state%", "Idle\r\n"),
        ("start%", "Listening for I2S data ... \r\nDMA receive initiated.\r\n"),
        ("start%", "I2S Rx currently in progress. Ignoring request\r\n"),
        ("stop%", "Streaming stopped.\r\ntarget activations: \r\n[]\r\nm-ready\r\n"),
        ("db load 4%", "Expecting 4 bytes\r\n"),
        ("db 0102%", "2 bytes received\r\n"),
        ("db 0304%", "m-load-done\r\n"),
        ("db getptr%", "4\r\n"),
        ("db print 4%", "01, 02, 03, 04\r\n"),
        ("db print_i16 2%", "513, 1027\r\n"),
        ("db zz%", "Error: "),
        ("extract_uart_stream%", "m-activations-["),
        ("run_model class0%", "m-activations-[+121, -127, -127]\r\n"),
        ("nonsense%", "Unrecognized command nonsense\r\n"),
    ] {
        let printed = answer(&mut sww, Port::Dut, command.as_bytes());
        let echo = format!("Received command: {}\r\n", command.trim_end_matches('%'));
        assert!(
            printed.starts_with(&echo) && printed.contains(part) && printed.ends_with("m-ready\r\n"),
            "{command}: {printed}"
        );
    }
}

#[test]
fn an_inference_has_two_laps_or_two_pulses() {
    let mut direct = bench("kws", DIRECT);
    let reply = answer(&mut direct, Port::Dut, b"infer 3 1%");
    let kinds: Vec<String> =
        reply.lines().map(|line| line.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()).collect();
    assert_eq!(kinds[0], "Input db has 0 elemented, expected ");
    assert_eq!(
        kinds[1..7],
        ["m-warmup-start-", "m-warmup-done", "m-infer-start-", "m-lap-us-", "m-lap-us-", "m-infer-done"]
    );
    assert!(kinds[7].starts_with("m-results-[") && kinds[8] == "m-ready");
    let mut energy = bench("kws", Wiring { energy: true, ..DIRECT });
    assert_eq!(answer(&mut energy, Port::Dut, b"timestamp%"), "", "it has no power yet");
    assert!(answer(&mut energy, Port::Monitor, b"pwr on nostatus\r\n").contains("ack pwr on nostatus"));
    assert_eq!(answer(&mut energy, Port::Dut, b""), "m-timestamp-mode-energy\r\nm-init-done\r\nm-ready\r\n");
    assert_eq!(answer(&mut energy, Port::Dut, b"timestamp%"), "m-ready\r\n");
    assert!(!answer(&mut energy, Port::Dut, b"infer 3 1%").contains("m-lap"));
    assert_eq!(energy.target.activity().pulses.len(), 4, "boot, timestamp, start and end");
    answer(&mut energy, Port::Monitor, b"pwr off\r\n");
    assert_eq!(answer(&mut energy, Port::Dut, b"name%"), "");
}

#[test]
fn the_interface_board_forwards_commands_and_has_its_quirks() {
    use tinyaudit::testbench::simulator::board::BoardKind;
    let mut bench = bench("sww", Wiring { energy: false, board: Some(BoardKind::Interface) });
    assert_eq!(answer(&mut bench, Port::Board, b"name%"), "tinyML Enhanced Interface Board\r\nm-ready\r\n");
    assert_eq!(answer(&mut bench, Port::Board, b"named%"), "");
    assert_eq!(answer(&mut bench, Port::Board, b"nonsense%"), "m-ready\r\n");
    let passed = answer(&mut bench, Port::Board, b"dut name%");
    // The board starts at the device's baud rate for energy; a device with another rate does not answer.
    assert_eq!(passed, "m-dut-passthrough(name)\r\nm-ready\r\n");
    let mut bench = self::bench("sww", Wiring { energy: false, board: Some(BoardKind::Interface) });
    assert_eq!(answer(&mut bench, Port::Board, b"checkbaud%"), "baud is: 9600\nm-ready\r\n");
    assert_eq!(answer(&mut bench, Port::Board, b"setbaud 115200%"), "set baud to: 115200\nm-ready\r\n");
    assert_eq!(answer(&mut bench, Port::Board, b"checkbaud%"), "baud is: 115200\nm-ready\r\n");
    let passed = answer(&mut bench, Port::Board, b"dut name%");
    assert!(passed.starts_with("m-dut-passthrough(name)\r\nm-ready\r\n[dut]: Received command: name\r\n"), "{passed}");
    assert!(passed.ends_with("[dut]: m-ready\r\n"));
    assert!(answer(&mut bench, Port::Board, b"dut stop%").contains("I2S is already idle.  Ignoring stop request"));
    answer(&mut bench, Port::Board, b"dut start%");
    answer(&mut bench, Port::Board, b"record_detections%");
    assert!(answer(&mut bench, Port::Board, b"play none.wav%").contains("Error playing file."));
    assert!(answer(&mut bench, Port::Board, b"play long_wav.wav%").ends_with("succeeded.\nm-ready\r\n"));
    assert!(answer(&mut bench, Port::Board, b"print_detections%").starts_with("Detection Timestamps (ms)\r\n"));
    // A hundred values are twelve full lines and one of four; the final `m-ready` follows on that line.
    assert!(answer(&mut bench, Port::Board, b"print_dutycycle%").ends_with(", m-ready\r\n"));
}

fn report(folder: &std::path::Path, round: &str) -> Report {
    Report::check(&Tree::open(folder).unwrap(), Round::named(round).unwrap(), None).unwrap()
}

/// Simulates, runs, writes and checks: no finding above a note, and the results are those of the profile.
fn end_to_end(round_name: &str, dialect: Runner) {
    let round = Round::named(round_name).unwrap();
    let folder = TempDir::new().unwrap();
    let systems: Vec<_> =
        Profile::names().into_iter().map(|name| (Arc::new(Profile::named(name).unwrap()), dialect)).collect();
    let demo = Demo {
        round: &round,
        division: "closed",
        submitter: "ExampleCo",
        systems: systems.clone(),
        benchmarks: vec![],
        inputs: &Synthetic,
    };
    demo::write(&demo, folder.path(), &mut |_, _| {}).unwrap();
    let report = report(folder.path(), round_name);
    let grave: Vec<_> = report.findings().filter(|finding| finding.severity > Severity::Note).collect();
    assert!(grave.is_empty(), "{grave:#?}");
    let mut seen = 0;
    for (system, benchmark) in report.results() {
        let profile = &systems.iter().find(|(profile, _)| profile.system == system.name).unwrap().0;
        let name = benchmark.name.as_deref().unwrap();
        let scores = benchmark.scores();
        let speed = profile.benchmarks[name];
        if let Some(rate) = scores.throughput.and_then(|figure| figure.recomputed) {
            let error = (rate * speed.seconds - 1.0).abs();
            assert!(error <= speed.jitter + profile.clock_ppm.abs() * 1e-6 + 1e-5, "{name}: {rate} inf/s");
        }
        if let Some(energy) = scores.energy.and_then(|figure| figure.recomputed) {
            let truth = profile.power.unwrap().inference * 1e3 * speed.seconds;
            assert!((energy / truth - 1.0).abs() < 0.01, "{name}: {energy} uJ/inf, the truth is {truth}");
        }
        match &profile.quality[name] {
            Quality::Classes { right, .. } => {
                let inputs = tinyaudit::testbench::simulator::answers::list_of(profile, name).unwrap().inputs.len();
                let truth = 100.0 * *right as f64 / inputs as f64;
                assert_eq!(scores.top1.unwrap().recomputed, Some(truth), "{} {name}", system.name);
            }
            Quality::Anomaly { auc, .. } => {
                let found = scores.auc.unwrap().recomputed.unwrap();
                assert!((found - auc).abs() < 0.01, "{}: AUC {found}, wanted {auc}", system.name);
            }
            Quality::Wakeword { misses, false_alarms } => {
                let wakeword = scores.wakeword.unwrap();
                assert_eq!(wakeword.false_negatives.recomputed, Some(*misses as f64));
                assert_eq!(wakeword.false_positives.recomputed, Some(*false_alarms as f64));
            }
        }
        seen += 1;
    }
    let permitted = &round.runners.get(dialect).benchmarks;
    assert_eq!(seen, 4 * permitted.len());
}

#[test]
fn every_profile_passes_v1_2_with_the_eembc_runner() {
    end_to_end("v1.2", Runner::Eembc);
}

#[test]
fn every_profile_passes_v1_3_with_the_eembc_runner() {
    end_to_end("v1.3", Runner::Eembc);
}

#[test]
fn every_profile_passes_v1_3_with_the_mlcommons_runner() {
    end_to_end("v1.3", Runner::Mlcommons);
}

#[test]
fn every_profile_passes_v1_4_with_the_mlcommons_runner() {
    end_to_end("v1.4", Runner::Mlcommons);
}

fn with_fault(kind: FaultKind, command: &str, after: usize) -> Arc<Profile> {
    let mut profile = Profile::named("cortex-m4-reference").unwrap();
    profile.faults.push(Fault { kind, command: command.to_owned(), after });
    Arc::new(profile)
}

/// Every fault ends the session with an error that names the command, what was expected and what was received.
#[test]
fn faults_end_a_session_with_a_clear_error() {
    let round = Round::named("v1.3").unwrap();
    for (kind, command, after, mode, expected) in [
        (FaultKind::NoReply, "infer", 3, Mode::Performance, &["`infer ", "received nothing"][..]),
        (FaultKind::NoReply, "db", 40, Mode::Performance, &["`db ", "received nothing"]),
        (FaultKind::MissingReady, "infer", 3, Mode::Performance, &["`infer ", "m-ready", "m-results"]),
        (FaultKind::StaleReady, "infer", 3, Mode::Performance, &["`db load 490`", "Expecting 490 bytes"]),
        (FaultKind::Reset, "infer", 3, Mode::Performance, &["`infer ", "restarted", "m-timestamp-mode"]),
        (FaultKind::Garbage, "infer", 3, Mode::Accuracy, &["`infer 1 0`", "m-results-"]),
        (FaultKind::DropFromDevice, "infer", 3, Mode::Accuracy, &["`infer 1 0`", "m-results-"]),
        (FaultKind::DropToDevice, "db", 60, Mode::Accuracy, &["`db ", "e-[Insufficent number of hex digits]"]),
        (FaultKind::LostStamp, "infer", 3, Mode::Energy, &["energy monitor", "time stamps"]),
        (FaultKind::ExtraStamp, "infer", 3, Mode::Energy, &["energy monitor", "time stamps"]),
        (FaultKind::DroppedSamples, "", 0, Mode::Energy, &["energy monitor", "samples were lost"]),
        (FaultKind::WrongModel, "", 0, Mode::Performance, &["`profile`", "m-model-[kws01]", "m-model-[vww01]"]),
    ] {
        for dialect in [Runner::Eembc, Runner::Mlcommons] {
            let profile = with_fault(kind, command, after);
            let Err(error) = simulate_session(&profile, &round, ("kws", mode, dialect), &Synthetic, 0) else {
                panic!("{kind:?} went unnoticed in {dialect:?}");
            };
            let error = error.to_string() + &std::error::Error::source(&error).unwrap().to_string();
            for text in expected {
                assert!(error.contains(text), "{kind:?} in {dialect:?}: {error}");
            }
        }
    }
}

/// A device with a wrong clock gives a complete session; the check detects it.
#[test]
fn a_slow_clock_is_detected_by_the_check() {
    let round = Round::named("v1.3").unwrap();
    for dialect in [Runner::Eembc, Runner::Mlcommons] {
        let honest = Arc::new(Profile::named("cortex-m4-reference").unwrap());
        let folder = TempDir::new().unwrap();
        let demo = Demo {
            round: &round,
            division: "closed",
            submitter: "ExampleCo",
            systems: vec![(honest, dialect)],
            benchmarks: vec!["ic".to_owned()],
            inputs: &Synthetic,
        };
        demo::write(&demo, folder.path(), &mut |_, _| {}).unwrap();
        let run = folder.path().join("closed/ExampleCo/results/simulated_m4_80mhz/ic/performance");
        std::fs::remove_dir_all(&run).unwrap();
        let slow = with_fault(FaultKind::SlowClock, "none", 0);
        write_files(&simulate_session(&slow, &round, ("ic", Mode::Performance, dialect), &Synthetic, 9).unwrap(), &run)
            .unwrap();
        let report = report(folder.path(), "v1.3");
        let found: Vec<_> = report.findings().map(|finding| finding.rule.id).collect();
        // The energy run, which uses the monitor's clock, and the accuracy run show the same.
        let rules =
            ["energy-run-of-another-speed", "latency-disagrees-with-throughput", "device-clock-disagrees-with-host"];
        assert_eq!(found, rules, "{dialect:?}");
    }
}

/// The same profile gives the same bytes.
#[test]
fn sessions_repeat_exactly() {
    let round = Round::named("v1.3").unwrap();
    let profile = Arc::new(Profile::named("fpga").unwrap());
    let run = || simulate_session(&profile, &round, ("ic", Mode::Accuracy, Runner::Mlcommons), &Synthetic, 0).unwrap();
    assert!(run() == run());
}

/// The kinds of lines in a log: everything except names, numbers and times.
fn line_kinds(log: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(log)
        .lines()
        .map(|line| {
            let line = line.split_once(' ').map_or(line, |(_, rest)| rest).trim_end();
            let line = line.split(['"', '[']).next().unwrap_or(line);
            // Names of ports, folders and devices depend on the machine.
            let cut = ["port ", "sessions", "name retrieved:"].iter().filter_map(|word| line.find(word)).min();
            let line = &line[..cut.unwrap_or(line.len())];
            line.chars().filter(|c| !c.is_ascii_digit()).collect::<String>()
        })
        .collect()
}

/// The simulated log of a five-window run has the same sequence of line kinds as a published one.
#[test]
fn logs_look_like_published_ones() {
    let Some(rounds) = crate::corpus::rounds() else { return };
    let profile = Arc::new(Profile::named("cortex-m4-reference").unwrap());
    for (round, path, benchmark, dialect) in [
        ("v1.2", "v1.2/closed/STMicroelectronics/results/NUCLEO_L4R5ZI/kws/performance/log.txt", "kws", Runner::Eembc),
        (
            "v1.3",
            "v1.3/closed/STMicroelectronics/results/NUCLEO_L4R5ZI-P/kws/performance/log.txt",
            "kws",
            Runner::Mlcommons,
        ),
    ] {
        let published = line_kinds(&std::fs::read(rounds.join(path)).unwrap());
        let round = Round::named(round).unwrap();
        let files = simulate_session(&profile, &round, (benchmark, Mode::Performance, dialect), &Synthetic, 0).unwrap();
        let simulated = line_kinds(&files["log.txt"]);
        let known = |line: &&String| !line.contains("SerialDevice") && !line.contains("Device name retrieved");
        let (simulated, published): (Vec<_>, Vec<_>) =
            (simulated.iter().filter(known).collect(), published.iter().filter(known).collect());
        assert_eq!(simulated, published, "{dialect:?}");
    }
}
