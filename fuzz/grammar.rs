//! Generates sessions in the format of both runners: bytes select the next line and its values, so that the input
//! passes the first checks of a parser and reaches windows, traces and figures that are almost correct.

use std::fmt::Write;

/// Bytes that are consumed one by one; when none is left, the first choice is taken.
pub struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    /// Choices from these bytes.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether all bytes are consumed.
    fn spent(&self) -> bool {
        self.0.is_empty()
    }

    fn byte(&mut self) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first)
    }

    fn one<'b>(&mut self, of: &[&'b str]) -> &'b str {
        of[self.byte() % of.len()]
    }
}

const NUMBERS: [&str; 24] = [
    "0",
    "1",
    "2",
    "5",
    "10",
    "11",
    "200",
    "1000",
    "7300",
    "999999",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "18446744073709551616",
    "-1",
    "0.5",
    "10.000",
    "11.015",
    "662.913",
    "1e308",
    "-0.0",
    "nan",
    "00",
    "",
];
const NAMES: [&str; 8] = [
    "emu_s_002009.bin",
    "toy_spaniel_s_000285.bin",
    "000000343218.bin",
    "a.bin",
    "",
    "..",
    "a b.bin",
    "normal_id_01.bin",
];
const LISTS: [&str; 6] = ["0.1,0.9", "0.5, 0.5", "1.0", "", "0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1.0", "nan,inf"];

/// Lines of the EEMBC runner's log; `$` is a number, `@` a name, `*` a list.
const EEMBC: [&str; 26] = [
    "$ sequencer: m-sequencer-start",
    "$ session: m-session-start-id[20260105111400]",
    "$ parser: m-bmark-run-name[ML Performance 1.0.1]-code[ulp-mlperf]",
    "$ parser: Command \"dut infer $\"",
    "$ parser: Command \"dut infer $ $\"",
    "$ parser: Command \"bload dut \"@\" $ $\"",
    "$ parser: Command \"dut profile\"",
    "$ dut: m-profile-[$]",
    "$ dut: m-model-[ic01]",
    "$ dut: m-model-[$]",
    "$ dut: m-ready",
    "$ dut: m-lap-us-$",
    "$ dut: m-timestamp[$]",
    "$ dut: m-warmup-start-$",
    "$ dut: m-warmup-done",
    "$ dut: m-infer-start-$",
    "$ dut: m-infer-done",
    "$ dut: m-results-[*]",
    "$ emon: m-lap-us-$",
    "$ emon: m-lpm01a-[voltage $]",
    "$ parser: m-bm-cfg-name[ulp-mlperf]-key[model]-val[ic01]",
    "$ ulp-mlperf: Top-1: $%",
    "$ ulp-mlperf: AUC: $",
    "$ ulp-mlperf: Median throughput is $ inf./sec.",
    "$ sequencer: m-sequencer-complete",
    "$",
];

/// Lines of the MLCommons runner's log.
const MLCOMMONS: [&str; 20] = [
    "Logging initialized. Writing output to sessions/20260105_080000/log.txt",
    "Initializing SerialDevice on port: COM25 at 115200 baud",
    "Device model retrieved: ic01",
    "Device model retrieved: $",
    "0105.0800$ ulp-mlperf: Loading file @ segment $",
    "0105.0800$ ulp-mlperf: Load complete.",
    "Running inference with $/$ (warmup/measured) iterations ...",
    "done",
    "0105.0800$ ulp-mlperf: Performance results for window $:",
    "0105.0800$ ulp-mlperf:   # Inferences :        $",
    "0105.0800$ ulp-mlperf:   Runtime      :     $ sec.",
    "0105.0800$ ulp-mlperf:   Throughput   :  $ inf./sec.",
    "0105.0800$ ulp-mlperf:   m-results    : [*]",
    "0105.0800$ ulp-mlperf: Energy        :  $ uJ/inf.",
    "0105.0800$ ulp-mlperf: Power         :  $ mW",
    "0105.0800$ ulp-mlperf: Median throughput is $ inf./sec.",
    "0105.0800$ ulp-mlperf: Top-1: $%",
    "[*]",
    "True positives: $",
    "$",
];

/// Lines of results.txt.
const RESULTS: [&str; 12] = [
    "$ ulp-mlperf: Performance results for window $:",
    "$ ulp-mlperf:   # Inferences :         $",
    "$ ulp-mlperf:   Runtime      :       $ sec.",
    "$ ulp-mlperf:   Throughput   :      $ inf./sec.",
    "$ ulp-mlperf: Runtime requirements have been met.",
    "$ ulp-mlperf: Median throughput is $ inf./sec.",
    "$ ulp-mlperf: Top-1: $%",
    "$ ulp-mlperf: AUC: $",
    "$ ulp-mlperf: Median energy cost is $ uJ/inf.",
    "$ ulp-mlperf:   Energy       : $ J",
    "$ ulp-mlperf:   Energy/Inf.  : $ uJ/inf.",
    "True positives: $, False positives: $",
];

/// Entries of results.json.
const ENTRIES: [&str; 6] = [
    r#"{"file": "@", "class": "$", "infer": {"start_time": $, "end_time": $, "results": [*], "iterations": $, "warmups": $}, "mode": "p"}"#,
    r#"{"file": "@", "class": $, "infer": {"results": [*], "iterations": $}, "power": {"samples": [*], "timestamps": [["$", 0], ["$", 1]], "voltage": $}, "mode": "e"}"#,
    r#"{"infer": {"detections": [*], "length_sec": $}, "dutycycle": {"start_times_s": [*], "stop_times_s": [*], "duty_cycle": $}, "mode": "p"}"#,
    r#"{"error": "$", "mode": "a"}"#,
    r#"{"samples": [*], "samples":[*]}"#,
    "$",
];

fn filled(template: &str, choices: &mut Choices<'_>, out: &mut String) {
    for c in template.chars() {
        match c {
            '$' => out.push_str(choices.one(&NUMBERS)),
            '@' => out.push_str(choices.one(&NAMES)),
            '*' => out.push_str(choices.one(&LISTS)),
            c => out.push(c),
        }
    }
}

/// Generates at most `most` lines of these kinds.
fn lines(kinds: &[&str], most: usize, choices: &mut Choices<'_>) -> String {
    let mut text = String::new();
    for index in 0..most {
        if choices.spent() {
            break;
        }
        // Most logs start with the correct line.
        let kind = if index == 0 && choices.byte() < 240 { kinds[0] } else { choices.one(kinds) };
        filled(kind, choices, &mut text);
        text.push_str(choices.one(&["\n", "\n", "\n", "\r\n", ""]));
    }
    text
}

/// Generates the files of one run: name and content.
pub fn session(choices: &mut Choices<'_>) -> Vec<(&'static str, String)> {
    let log = lines(if choices.byte().is_multiple_of(2) { &EEMBC } else { &MLCOMMONS }, 64, choices);
    let results = lines(&RESULTS, 24, choices);
    let mut json = String::from("[");
    for index in 0..choices.byte() % 6 {
        let _ = write!(json, "{}", if index == 0 { "" } else { ", " });
        filled(choices.one(&ENTRIES), choices, &mut json);
    }
    json.push(']');
    let mut files = vec![("log.txt", log), ("results.txt", results)];
    if choices.byte().is_multiple_of(2) {
        files.push(("results.json", json));
    } else {
        files.push(("script.async", "dut infer 10 1\n".repeat(choices.byte() % 8)));
    }
    files
}
