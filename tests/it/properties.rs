//! Properties of all sessions: the files of a runner are read back as measured, figures do not depend on the order of
//! the evidence, and output does not depend on threads, folder order or packaging.

use std::fs;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use tempfile::TempDir;
use tinyaudit::audit::metrics::accuracy::{self, Row};
use tinyaudit::audit::metrics::{anomaly, auc, energy, median::median};
use tinyaudit::parse::energy_trace::{self, EnergyTrace, microjoules};
use tinyaudit::parse::{claims, eembc, mlcommons, results_json, script};
use tinyaudit::round::{Mode, Round, Runner};
use tinyaudit::submit::package::{Listed, Manifest};
use tinyaudit::testbench::device::Received;
use tinyaudit::testbench::runner::inputs::Synthetic;
use tinyaudit::testbench::runner::stream::Stream;
use tinyaudit::testbench::runner::{Exchange, Job, Recording, SessionFiles, Setup, Trial, list_for, session_files};

use crate::golden;

/// One trial of a generated session.
#[derive(Debug, Clone)]
struct Made {
    input: usize,
    iterations: u64,
    warmups: u64,
    start_us: u64,
    elapsed_us: u64,
    /// Outputs in thousandths, the precision devices print.
    outputs: Vec<u16>,
}

impl Made {
    fn outputs(&self) -> Vec<f64> {
        self.outputs.iter().map(|thousandths| f64::from(*thousandths) / 1000.0).collect()
    }

    fn stop_us(&self) -> u64 {
        self.start_us + self.elapsed_us
    }

    /// The trial as the runner would record it.
    fn trial(&self, number: u64, list: &[(&str, u32)]) -> Trial {
        let (input, class) = list[self.input % list.len()];
        let printed: Vec<String> = self.outputs().iter().map(|value| format!("{value:.3}")).collect();
        let texts = [
            format!("m-warmup-start-{}", self.warmups),
            "m-warmup-done".to_owned(),
            format!("m-infer-start-{}", self.iterations),
            format!("m-lap-us-{}", self.start_us),
            format!("m-lap-us-{}", self.stop_us()),
            "m-infer-done".to_owned(),
            format!("m-results-[{}]", printed.join(",")),
            "m-ready".to_owned(),
        ];
        let begin = number * 60_000_000;
        let lines = texts.into_iter().enumerate();
        let lines = lines.map(|(index, text)| Received {
            at: begin + 1000 * index as u64,
            text: text.into_bytes(),
            bare: false,
        });
        let command = format!("infer {} {}", self.iterations, self.warmups);
        Trial {
            input: input.to_owned(),
            class,
            slice: 0,
            offset: 0,
            bytes: 3072,
            file_bytes: 3072,
            load: (begin, begin + 500),
            iterations: self.iterations,
            warmups: self.warmups,
            infer: Exchange { command, sent: begin, lines: lines.collect() },
            stamps: Some((self.start_us, self.stop_us())),
            outputs: self.outputs(),
            samples: 0..0,
            events: 0..0,
        }
    }
}

fn made() -> impl Strategy<Value = Made> {
    let times = (0u64..1 << 31, 1u64..40_000_000);
    (0usize..200, 1u64..100_000, 0u64..4, times, proptest::collection::vec(0u16..1000, 10)).prop_map(
        |(input, iterations, warmups, (start_us, elapsed_us), outputs)| Made {
            input,
            iterations,
            warmups,
            start_us,
            elapsed_us,
            outputs,
        },
    )
}

/// The files of a session of these trials.
fn files(all: &[Made], mode: Mode, dialect: Runner, energy: Option<Stream>) -> SessionFiles {
    let round = Round::named("v1.3").unwrap();
    let spec = &round.benchmarks["ic"];
    let (list, truth) = list_for(spec, None).unwrap();
    let mut trials: Vec<Trial> =
        all.iter().zip(0..).map(|(made, number)| made.trial(number, &list.unwrap().inputs)).collect();
    if let (Some(stream), Some(trial)) = (&energy, trials.last_mut()) {
        trial.events = 0..stream.events.len();
    }
    let started = jiff::civil::date(2026, 1, 5).at(8, 0, 0, 0);
    let round = &round;
    let (inputs, setup) = (&Synthetic, Setup::default());
    let job = Job { benchmark: "ic", spec, round, mode, dialect, list, truth, inputs, started, setup };
    let recording = Recording {
        links: Vec::new(),
        banner: Vec::new(),
        vendor: "made".to_owned(),
        handshake: Vec::new(),
        trace_on: 0,
        closing: Vec::new(),
        span: (0, trials.len() as u64 * 60_000_000),
        trials,
        energy,
        heard: None,
    };
    session_files(&job, &recording)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_session_of_the_eembc_runner_is_read_back(made in proptest::collection::vec(made(), 1..12)) {
        let files = files(&made, Mode::Performance, Runner::Eembc, None);
        let log = eembc::parse(&files["log.txt"]);
        prop_assert_eq!(&log.damage, &[]);
        prop_assert_eq!(log.inferences.len(), made.len());
        for (read, made) in log.inferences.iter().zip(&made) {
            prop_assert_eq!((read.iterations, read.warmups), (made.iterations, made.warmups));
            prop_assert_eq!(read.echoed_iterations, Some(made.iterations));
            let stamps = (read.start.unwrap().us, read.stop.unwrap().us);
            prop_assert_eq!(stamps, (made.start_us, made.stop_us()));
            prop_assert_eq!(log.outputs_of(read).unwrap(), &made.outputs()[..]);
        }
        let commanded: Vec<u64> = script::parse(&files["script.async"]).iter().map(|command| command.value).collect();
        let done: Vec<u64> = log.commands.iter().map(|command| command.value).collect();
        prop_assert!(commanded.ends_with(&done), "{} commands in the script, {} done", commanded.len(), done.len());
        let claims = claims::parse(&files["results.txt"]);
        let rates = made.iter().map(|made| made.iterations as f64 / (made.elapsed_us as f64 / 1e6)).collect();
        prop_assert!(claims.throughput.unwrap().agrees_with(median(rates).unwrap(), 0.53));
    }

    #[test]
    fn a_session_of_the_mlcommons_runner_is_read_back(made in proptest::collection::vec(made(), 1..12)) {
        let files = files(&made, Mode::Performance, Runner::Mlcommons, None);
        let log = mlcommons::parse(&files["log.txt"]);
        let entries = results_json::parse(&files["results.json"]).unwrap();
        prop_assert_eq!(&log.damage, &[]);
        prop_assert_eq!((log.inferences.len(), entries.len()), (made.len(), made.len()));
        for ((read, entry), made) in log.inferences.iter().zip(&entries).zip(&made) {
            prop_assert_eq!((read.iterations, read.warmups), (made.iterations, made.warmups));
            prop_assert!((read.elapsed_s.unwrap() - made.elapsed_us as f64 / 1e6).abs() < 0.000_501);
            let infer = entry.infer.as_ref().unwrap();
            prop_assert_eq!((infer.iterations, infer.warmups), (Some(made.iterations), Some(made.warmups)));
            prop_assert_eq!(infer.elapsed_time, Some(made.elapsed_us as f64));
            prop_assert_eq!(infer.results.clone().unwrap(), made.outputs());
            prop_assert_eq!(entry.file.as_deref(), log.input_of(read));
        }
        let claims = claims::parse(&files["results.txt"]);
        prop_assert_eq!(claims.windows.len(), made.len());
    }

    #[test]
    fn an_energy_trace_is_read_back(made in made(), millijoules in proptest::collection::vec(0u32..5000, 20..200)) {
        let samples: Vec<f64> = millijoules.iter().cycle().take(2500).map(|value| f64::from(*value) / 1e9).collect();
        // The time stamp of the boot, which belongs to no window, comes in between.
        let events = [("00", 3), ("01", 9), ("02", 17), ("03", 40)].map(|(name, at)| (name.to_owned(), at)).to_vec();
        let stream = Stream { samples: samples.clone(), events };
        let files = files(&[made], Mode::Energy, Runner::Eembc, Some(stream));
        let trace = EnergyTrace::parse(files["trace1-energy.bin"].clone());
        prop_assert_eq!(&trace.damage, &[]);
        let read: Vec<f64> = trace.samples().iter().map(microjoules).collect();
        prop_assert_eq!(read.len(), 2048, "complete blocks of the monitor are kept");
        prop_assert!(read.iter().zip(&samples).all(|(read, made)| (read - made * 1e6).abs() <= made.abs()));
        let stamps = energy_trace::parse_stamps(&files["trace1-timestamps.json"]).unwrap();
        prop_assert_eq!(stamps, vec![0.003, 0.017, 0.04]);
    }

    #[test]
    fn a_manifest_is_read_back(files in proptest::collection::btree_map("[a-zA-Z0-9 ._/-]{1,30}", any::<Vec<u8>>(), 0..8)) {
        let manifest = Manifest { files: files.iter().map(|(path, bytes)| Listed::from_bytes(path, bytes)).collect() };
        let read = Manifest::parse(&manifest.to_string());
        prop_assert_eq!(read.map(|manifest| manifest.files.len()), Ok(files.len()));
    }

    /// Figures do not depend on the order of the evidence; figures that are counts are equal to the last bit.
    #[test]
    fn figures_do_not_depend_on_order(made in proptest::collection::vec(made(), 12..40), seed in any::<u64>()) {
        let outputs: Vec<Vec<f64>> = made.iter().map(Made::outputs).collect();
        let rows: Vec<Row<'_>> =
            outputs.iter().enumerate().map(|(row, outputs)| Row { outputs, class: row % 10 }).collect();
        let mut random = tinyaudit::testbench::simulator::random::Random::new(seed);
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_cached_key(|_| random.bits());
        let mixed: Vec<Row<'_>> = order.iter().map(|index| rows[*index]).collect();
        prop_assert_eq!(accuracy::top1(&rows), accuracy::top1(&mixed));
        prop_assert_eq!(auc::thresholded_mean(&rows, 10), auc::thresholded_mean(&mixed, 10));
        prop_assert_eq!(auc::one_versus_rest(&rows, 10), auc::one_versus_rest(&mixed, 10));
        let scores = |rows: &[Row<'_>]| rows.iter().map(|row| (row.outputs[0], row.class % 2 == 0)).collect::<Vec<_>>();
        let (before, after) = (scores(&rows), scores(&mixed));
        prop_assert_eq!(anomaly::best_accuracy(&before), anomaly::best_accuracy(&after));
        prop_assert_eq!(anomaly::best_precision_recall(&before), anomaly::best_precision_recall(&after));
        prop_assert_eq!(anomaly::thresholded_auc(&before), anomaly::thresholded_auc(&after));
        let rates: Vec<f64> = rows.iter().map(|row| row.outputs[1]).collect();
        prop_assert_eq!(median(rates.clone()), median(order.iter().map(|index| rates[*index]).collect()));
        // Top-1 by its definition: no output is larger, and no earlier output is equal.
        let right = rows.iter().filter(|row| {
            let own = row.outputs[row.class];
            row.outputs.iter().enumerate().all(|(class, value)| *value < own || (class >= row.class && *value <= own))
        });
        prop_assert_eq!(accuracy::top1(&rows), Ok(100.0 * right.count() as f64 / rows.len() as f64));
    }

    /// The energy of a window is the sum of the samples from its start until just before its stop.
    #[test]
    fn energy_is_the_sum_of_a_windows_samples(
        samples in proptest::collection::vec(0u16..1000, 50..300), start in 0usize..25, length in 1usize..25,
    ) {
        let samples: Vec<f32> = samples.into_iter().map(f32::from).collect();
        // Between two samples, so that rounding of the accumulated time does not matter.
        let at = |index: usize| (index as f64 - 0.5).max(0.0) / 1000.0;
        let found = energy::trace_energies(&samples, |sample| f64::from(*sample), 1000.0, &[(at(start), at(start + length))]);
        let expected: f64 = samples[start..start + length].iter().map(|sample| f64::from(*sample)).sum();
        prop_assert_eq!(found, vec![Some(expected)]);
    }
}

/// The output is the same for any number of threads, for a folder that was filled in another order, and for a package.
#[test]
fn output_does_not_depend_on_threads_or_on_the_order_of_a_folder() {
    let check = |tree: &Path, threads: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_tinyaudit"))
            .args(["check", tree.to_str().unwrap(), "--round", "v1.4", "--format", "json"])
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        output.stdout
    };
    let expected = check(&golden::bundled(), "1");
    for threads in ["2", "3", "8"] {
        assert_eq!(check(&golden::bundled(), threads), expected, "{threads} threads");
    }
    let folder = TempDir::new().unwrap();
    for (path, bytes) in golden::files(&golden::bundled()).into_iter().rev() {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    assert_eq!(check(folder.path(), "2"), expected);
}
