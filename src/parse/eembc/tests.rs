use super::*;
use proptest::prelude::*;

fn inference(device_lines: &str) -> SessionLog {
    let log = format!(
        "00010.000 parser: Command \"bload dut \"C:\\data\\ic01\\emu_s_002009.bin\"\"\n\
         00010.001 parser: Sending 3072 bytes\n\
         00010.002 parser: Command \"dut infer 100 1\"\n{device_lines}"
    );
    parse(log.as_bytes())
}

fn seconds(log: &SessionLog) -> f64 {
    log.inferences[0].seconds().unwrap()
}

#[test]
fn a_plain_inference_is_read() {
    let log = inference(
        "00010.010 dut: m-warmup-start-1\n00010.020 dut: m-infer-start-100\n00010.021 dut: m-lap-us-1000000\n\
         00021.021 dut: m-lap-us-12000000\n00021.022 dut: m-infer-done\n00021.030 dut: m-results-[0.250,0.750]\n",
    );
    let first = &log.inferences[0];
    assert!((seconds(&log) - 11.0).abs() < 1e-9);
    assert_eq!(first.host_ms(), Some(11_000));
    assert_eq!((first.iterations, first.warmups, first.bytes), (100, 1, Some(3072)));
    assert_eq!(log.input_of(first), Some("emu_s_002009.bin"));
    assert_eq!(log.outputs_of(first), Some(&[0.25, 0.75][..]));
}

#[test]
fn tokens_are_found_after_echoes_text_line_breaks_and_colours() {
    for lines in [
        "00010.010 dut: infer 100 1%m-warmup-start-1\n00010.020 dut: x m-infer-start-100 m-lap-us-1000000\n00021.0 m-lap-us-12000000\n",
        "00010.010 dut: junk 27648m-lap-us-1000000\ngot ack from dsp\nm-lap-us-12000000\n",
        "00010.010 dut: \rm-lap-us-1000000\r\n00010.011 dut: \rm-lap-us-12000000\r\n",
        "00010.010 dut: \x1b[32mOK\x1b[0m m-lap-us-1000000\n00010.011 dut: m-lap-us-12000000\n",
    ] {
        let log = inference(lines);
        assert!((seconds(&log) - 11.0).abs() < 1e-9, "{lines}");
    }
}

#[test]
fn a_wrapped_counter_is_unwrapped() {
    let log = inference("00010.010 dut: m-lap-us-4294000000\n00010.011 dut: m-lap-us-10032704\n");
    assert!((seconds(&log) - 11.0).abs() < 1e-6);
}

#[test]
fn vectors_may_be_empty_or_have_integers_or_trailing_commas() {
    for (vector, expected) in
        [("-1.812,1.753,", vec![-1.812, 1.753]), ("0,127", vec![0.0, 127.0]), ("", vec![]), ("11.772", vec![11.772])]
    {
        let log = inference(&format!("00010.010 dut: m-results-[{vector}]\n"));
        assert_eq!(log.outputs_of(&log.inferences[0]), Some(&expected[..]), "{vector}");
        assert!(log.damage.is_empty());
    }
}

#[test]
fn damage_does_not_affect_other_outputs() {
    let log = inference("00010.010 dut: m-results-[0.1,oops,0.2]\n");
    assert_eq!(log.damage.len(), 1);
    assert_eq!(log.damage[0].line, 4);
    assert_eq!(log.outputs_of(&log.inferences[0]), Some(&[0.1, 0.2][..]));
}

#[test]
fn stamps_of_board_and_handshake_do_not_count() {
    let log = inference(
        "00010.010 io: m-lap-us-5\n00010.010 emon: m-lap-us-6\n00010.020 dut: m-infer-done\n00010.030 dut: m-lap-us-7\n",
    );
    assert_eq!(log.inferences[0].stamps, 0);
}

#[test]
fn a_session_is_read_as_a_whole() {
    let log = parse(
        b"00001.000 session: m-session-start-id[2024_01]\n\
          00001.001 parser: m-version[1.2.3]\n\
          00001.002 parser: m-bm-cfg-name[ic]-key[iterInfer]-val[100]\n\
          00001.003 parser: m-bmark-run-name[x]-code[ulp-ml]\n\
          00001.004 parser: m-bm-cfg-name[ic]-key[runMode]-val[multi]\n\
          00001.005 emon: m-regfile-fn[a.bin]-name[js110]\n\
          00001.006 emon: m-voltage-mv[3000]\n\
          00001.007 emon: m-voltage-mv[3001]\n\
          00001.008 emon: m-trace[on]\n\
          00001.009 emon: m-[Dropped 3 packets out of 2652928, 0%]\n\
          00001.010 dut: m-name-dut-[board]\n\
          00001.011 io: m-name-dut-[interface]\n\
          00001.012 dut: m-model-[ic01]\n\
          00001.013 emon: m-trace[off]\n\
          00001.014 session: something else\n\
          00001.015 session: m-session-stop-id[2024_01]\n\
          00001.016 parser: chatter of the runner\n",
    );
    assert_eq!((log.session.as_ref().unwrap().value.as_str(), log.starts, log.closed), ("2024_01", 1, true));
    assert_eq!(log.end_ms, Some(1015));
    assert_eq!(log.runner_version.as_ref().unwrap().value, "1.2.3");
    assert_eq!(log.configured_iterations.unwrap().value, 100);
    assert_eq!(log.mode.unwrap(), At::new(Mode::Energy, 4));
    assert_eq!(log.monitor.as_ref().unwrap().value, "js110");
    assert_eq!((log.voltage_mv.unwrap().value, log.other_voltage_mv.unwrap().value), (3000, 3001));
    assert_eq!((log.trace_on_ms, log.trace_off_ms), (Some(1008), Some(1013)));
    assert_eq!(log.dropped.unwrap().value, (3, 2_652_928));
    assert_eq!(log.device_name.as_ref().unwrap().value, "board");
    assert_eq!(log.model.as_ref().unwrap().value, "ic01");
    assert!(log.damage.is_empty() && log.failure.is_none());
    let unread: Vec<Line> = log.lines_read.unread.iter().map(|one| one.line).collect();
    assert_eq!((log.lines_read.all, log.lines_read.read, unread), (17, 14, vec![12, 15, 17]));
}

#[test]
fn a_session_that_stops_with_another_id_is_damaged_and_starts_are_counted() {
    let log = parse(
        b"00001.000 session: m-session-start-id[1]\n00001.000 session: m-session-start-id[2]\n\
          00002.000 session: m-session-stop-id[3]\n",
    );
    assert_eq!((log.starts, log.damage.len()), (2, 1));
    assert_eq!(log.damage[0].message, "the session starts with id 2 and stops with id 3");
}

#[test]
fn the_mode_comes_from_the_configuration_or_from_the_inferences() {
    let name = "00001.000 parser: m-bmark-run-name[x]-code[ulp-mlperf]\n";
    let mode = |key: &str| format!("{name}00001.001 parser: m-bm-cfg-name[ic]-key[runMode]-val[{key}]\n");
    let infer = |count: u32| format!("{name}00001.001 parser: Command \"dut infer {count} 0\"\n");
    for (text, expected) in [
        (mode("multi"), Some(At::new(Mode::Accuracy, 2))),
        (mode("single"), Some(At::new(Mode::Performance, 2))),
        (mode("other"), Some(At::new(Mode::Performance, 2))),
        (infer(1), Some(At::new(Mode::Accuracy, 1))),
        (infer(2), Some(At::new(Mode::Performance, 1))),
        ("00001.000 parser: m-bload\n".to_owned(), None),
    ] {
        let log = parse(text.as_bytes());
        assert_eq!(log.mode, expected, "{text}");
        assert_eq!(log.single_mode.is_some(), text.contains("single"), "{text}");
    }
}

#[test]
fn commands_are_numbered_consecutively_from_a_start() {
    let numbered = |numbers: &[&str]| {
        let line = |number: &&str| match *number {
            "start" => "00001.000 sequencer: m-sequencer-start\n".to_owned(),
            number => format!("00001.000 sequencer: m-sequencing-i[{number}]-command[x]\n"),
        };
        parse(numbers.iter().map(line).collect::<String>().as_bytes())
    };
    assert_eq!(numbered(&["5", "6", "start", "1", "2"]).sequence_broken, None);
    assert_eq!(numbered(&["5", "6", "8", "20"]).sequence_broken, Some(At::new((6, 8), 3)));
    assert_eq!(numbered(&["start", "1", "2"]).lines_read.read, 3);
}

#[test]
fn an_input_has_a_name_an_offset_and_a_size() {
    let log = parse(
        b"00010.000 parser: Command \"bload dut \"ad.bin\" 1280 2560\"\n00010.001 parser: Sending 2560 bytes\n\
          00010.002 parser: Command \"dut infer 7 2\"\n00010.003 parser: Command \"io dut infer 8\"\n",
    );
    let [first, second] = &log.inferences[..] else { panic!("{log:?}") };
    assert_eq!(log.input_of(first), Some("ad.bin"));
    assert_eq!((first.line, first.offset, first.bytes, first.iterations, first.warmups), (3, 1280, Some(2560), 7, 2));
    assert_eq!((second.line, second.iterations, second.warmups), (4, 8, 0));
}

#[test]
fn what_is_said_about_a_load_must_agree() {
    let said = |arguments: &str, lines: &[&str]| {
        let lines: Vec<String> = lines.iter().map(|line| format!("00010.001 parser: {line}\n")).collect();
        let log = format!("00010.000 parser: Command \"bload dut \"x.bin\"{arguments}\"\n{}", lines.concat());
        parse(log.as_bytes()).statement_disagrees.map(|at| at.value)
    };
    let file = "File size is 490, loading...";
    for (arguments, lines) in [
        ("", &["Sending 490 bytes"][..]),
        ("", &[file, "Sending 490 bytes"]),
        (" 100 390", &[file, "Starting at byte offset 100", "Sending 390 bytes"]),
        (" 100 200", &[file, "Starting at byte offset 100", "Sending 200 bytes"]),
        (" 0 490", &[file, "Sending 490 bytes"]),
        (" 100", &[file, "Starting at byte offset 100", "Sending 200 bytes"]),
    ] {
        assert_eq!(said(arguments, lines), None, "{arguments} {lines:?}");
    }
    for (arguments, lines, expected) in [
        ("", &[file, "Sending 489 bytes"][..], "489 bytes are sent from byte 0; the file is stated to have 490"),
        ("", &[file, "Sending 491 bytes"], "491 bytes are sent from byte 0; the file is stated to have 490"),
        (
            " 100 391",
            &[file, "Starting at byte offset 100", "Sending 391 bytes"],
            "391 bytes are sent from byte 100; the file is stated to have 490",
        ),
        (
            " 100 390",
            &["Starting at byte offset 99", "Sending 390 bytes"],
            "the input is sent from byte 99; the command says 100",
        ),
        (" 100 390", &["Sending 389 bytes"], "389 bytes are sent; the command says 390"),
    ] {
        assert_eq!(said(arguments, lines).as_deref(), Some(expected), "{arguments} {lines:?}");
    }
}

#[test]
fn the_load_whose_time_differs_most_is_kept() {
    let load = |from: u32, to: u32, stated: &str| {
        format!(
            "{from:05}.000 parser: Sending 3072 bytes\n{to:05}.000 parser: Binary load took {stated} sec, or 15.078 kB/sec\n"
        )
    };
    let log = parse(format!("{}{}{}", load(1, 2, "1.2"), load(3, 4, "3.0"), load(5, 6, "0.9")).as_bytes());
    assert_eq!(log.loads_ms, [1200, 3000, 900]);
    assert_eq!(log.load_time, Some(At::new((3000, 1000), 4)));
    // Two loads that differ as much: the first is kept.
    let log = parse(format!("{}{}", load(1, 2, "0.8"), load(3, 4, "1.2")).as_bytes());
    assert_eq!(log.load_time, Some(At::new((800, 1000), 2)));
    let many = parse("00001.000 parser: Binary load took 0.1 sec\n".repeat(MOST_LOADS + 1).as_bytes());
    assert_eq!((many.loads_ms.len(), many.load_time), (MOST_LOADS, None));
}

#[test]
fn the_longest_pause_of_each_kind_is_kept() {
    let once = |ms: [u32; 4]| {
        let [command, start, stop, between] = ms;
        let times = [0, command, 0, start, 0, stop, between];
        let mut now = 0;
        let lines = [
            "parser: Command \"dut infer 10 0\"",
            "dut: m-warmup-start-0",
            "dut: m-infer-start-10",
            "dut: m-lap-us-1",
            "dut: m-lap-us-2",
            "dut: m-infer-done",
            "dut: m-results-[1]",
        ];
        let line = |(wait, text): (u32, &str)| {
            now += wait;
            format!("{:05}.{:03} {text}\n", now / 1000, now % 1000)
        };
        times.into_iter().zip(lines).map(line).collect::<String>()
    };
    // Every part begins at time zero, so going from one to the next is no pause.
    let log = parse(format!("{}{}{}", once([5, 6, 7, 8]), once([50, 60, 70, 80]), once([50, 6, 7, 8])).as_bytes());
    let Pauses { between, command, start, stop } = log.pauses;
    assert_eq!(command, Some(At::new(50, 9)));
    assert_eq!(start, Some(At::new(60, 11)));
    assert_eq!(stop, Some(At::new(70, 13)));
    assert_eq!(between, Some(At::new(80, 14)));
}

#[test]
fn errors_count_from_every_source() {
    for source in ["dut", "io", "emon", "session", "parser", "sequencer", "other"] {
        let log = parse(format!("00001.000 {source}: e-[no answer]\n").as_bytes());
        assert_eq!(log.failure, Some(At::new("e-[no answer]".to_owned(), 1)), "{source}");
        assert_eq!((log.summary.runner_errors.len(), log.lines_read.read), (1, 1), "{source}");
    }
}

#[test]
fn a_board_may_relay_the_device_but_its_stamps_do_not_count() {
    let log = inference("00010.010 io: [dut]: m-results-[0.5]\n00010.010 io: [dut]: m-lap-us-5\n");
    assert_eq!(log.outputs_of(&log.inferences[0]), Some(&[0.5][..]));
    assert_eq!(log.inferences[0].stamps, 0);
}

#[test]
fn only_lines_after_a_device_message_continue_it() {
    let log = inference("00010.010 dut: m-infer-start-100\nm-lap-us-1\n00010.011 parser: m-bload\nm-lap-us-2\n");
    assert_eq!(log.inferences[0].stamps, 1);
}

#[test]
fn text_between_the_stamps_is_kept() {
    let log = inference(
        "00010.010 dut: before\n00010.010 dut: m-lap-us-1\n00010.011 dut: ---\n00010.012 dut: layer 3 done\n\
         00010.013 io: board\n00010.020 dut: m-lap-us-2\n00010.021 dut: after\n",
    );
    let shapes: Vec<&str> = log.between.iter().map(|one| one.shape.as_str()).collect();
    assert_eq!(shapes, ["layer # done"]);
    // 3 lines of the session, the stamps and the text between them.
    assert_eq!(log.lines_read.read, 6);
}

#[test]
fn inputs_of_the_wrong_size_and_energy_firmware_are_noticed() {
    let log = inference(
        "00010.010 dut: Input db has 490 elemented, expected 490\n00010.010 dut: Input db has 459 elemented, expected 490\n\
         00010.011 dut: m-timestamp-mode-energy\n",
    );
    assert_eq!(log.short_input.unwrap().value, (459, 490));
    assert_eq!(log.energy_firmware.unwrap().line, 6);
    assert_eq!(log.lines_read.read, 6);
}

#[test]
fn only_the_first_vector_of_an_inference_is_read() {
    let log = inference("00010.010 dut: m-results-[1]\n00010.011 dut: m-results-[2]\n00010.012 dut: m-results-[3\n");
    assert_eq!((log.inferences[0].vectors, log.outputs_of(&log.inferences[0])), (3, Some(&[1.0][..])));
    assert!(log.damage.is_empty());
    let log = inference("00010.010 dut: m-results-[1\n");
    assert_eq!(log.damage[0].message, "the output vector has no closing bracket");
}

#[test]
fn the_runner_is_recognised_in_the_first_fifty_lines() {
    let after = |count: usize| format!("{}00001.000 dut: x\n", "text\n".repeat(count));
    assert!(recognises(after(49).as_bytes()) && !recognises(after(50).as_bytes()));
}

#[test]
fn evidence_is_dropped() {
    let mut log = parse(
        b"00001.000 parser: Command \"bload dut \"a\"\"\n00001.000 parser: Command \"dut infer 1 0\"\n00001.000 dut: m-results-[1]\n",
    );
    assert_eq!([log.commands.len(), log.inferences.len(), log.outputs.len(), log.inputs.len()], [2, 1, 1, 1]);
    log.drop_evidence();
    assert_eq!([log.commands.len(), log.inferences.len(), log.outputs.len(), log.inputs.len()], [0; 4]);
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&bytes);
    }
}
