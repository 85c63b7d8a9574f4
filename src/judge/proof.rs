//! Proof: for every published figure a list of statements that must hold, each proven, refuted or open.
//!
//! A statement is decided while the evidence is at hand, by a function that has to name the lines that prove it; every
//! other way out of it is *open*, so that a comparison with nothing on one side never passes for a right one. A finding
//! of a rule that the statement names refutes it. A figure is confirmed when all its statements are proven,
//! contradicted when one is refuted, else unproven.
//!
//! Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; what every published session shows.

mod accuracy;
mod energy;
mod json;
mod session;
mod throughput;
mod wakeword;

use std::cell::OnceCell;
use std::collections::BTreeMap;

pub use super::figure::{Kind, Status};
use super::rule::{Finding, Rule};
use super::rules::{self, EVIDENCE_UNDECIDED};
use crate::read::location::Line;
use crate::read::submission::{Benchmark, Place, Run, Submission};
use crate::round::{BenchmarkSpec, FileRole, Round, Severity};

/// How a statement ends.
#[derive(Debug, Clone)]
pub enum Ruling {
    /// The evidence shows it: by which file and line.
    Proven(FileRole, Line),
    /// A finding of that rule says otherwise.
    Refuted(&'static Rule),
    /// Nobody can tell: the file to look at, its line, and why.
    Open(FileRole, Line, String),
}

/// Something that must hold of a figure.
#[derive(Debug)]
pub struct Statement {
    /// Kebab case.
    pub id: &'static str,
    /// What must hold, as a sentence.
    pub says: &'static str,
    /// The figures that need it.
    pub of: &'static [Kind],
    /// The rules whose findings refute it.
    pub refuted_by: &'static [&'static str],
    /// Whether it compares several runs.
    pub across_runs: bool,
    /// Decides it from the evidence.
    decide: fn(&Case<'_>) -> Ruling,
}

/// A run with its evidence, about to be judged.
struct Case<'a> {
    run: &'a Run,
    benchmark: &'a Benchmark,
    spec: &'a BenchmarkSpec,
    round: &'a Round,
    shapes: OnceCell<energy::Shapes>,
}

/// A statement with its ruling.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The statement.
    pub statement: &'static Statement,
    /// What came of it.
    pub ruling: Ruling,
}

/// The proof of the figure of one run.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The figure.
    pub kind: Kind,
    /// Its statements, in the order in which an auditor would ask.
    pub statements: Vec<Decided>,
    /// Path of the run.
    pub path: String,
    /// Paths of the run's files.
    pub files: BTreeMap<FileRole, String>,
    /// Whether results.txt claims anything.
    pub claimed: bool,
}

const EVERY: &[Kind] = &[Kind::Throughput, Kind::Quality, Kind::Energy, Kind::Wakeword];

/// Every statement, in the order in which an auditor would ask.
pub static STATEMENTS: &[Statement] = &[
    Statement {
        id: "session-whole",
        says: "the log shows one session from its start to its end, and reads to the end",
        of: EVERY,
        refuted_by: &[
            rules::log_malformed::ID,
            rules::log_incomplete::ID,
            rules::time_runs_back::ID,
            rules::runner_unrecognised::ID,
            rules::file_unreadable::ID,
            rules::file_missing::ID,
        ],
        across_runs: false,
        decide: session::whole,
    },
    Statement {
        id: "no-failure-reported",
        says: "the runner reports no error",
        of: EVERY,
        refuted_by: &[rules::runner_error_reported::ID],
        across_runs: false,
        decide: session::no_failure,
    },
    Statement {
        id: "model-of-benchmark",
        says: "the device names the benchmark's model, each time it names one",
        of: EVERY,
        refuted_by: &[rules::model_disagrees_with_benchmark::ID],
        across_runs: false,
        decide: session::model,
    },
    Statement {
        id: "files-of-the-session",
        says: "log, results and evidence are of one session of that kind and runner",
        of: EVERY,
        refuted_by: &[
            rules::log_of_another_session::ID,
            rules::mode_disagrees_with_folder::ID,
            rules::results_disagree_with_log::ID,
            rules::script_disagrees_with_log::ID,
            rules::session_shared::ID,
            rules::session_of_earlier_round::ID,
            rules::windows_shared::ID,
            rules::sequence_broken::ID,
        ],
        across_runs: false,
        decide: session::one,
    },
    Statement {
        id: "claim-read-alike",
        says: "wherever the official tool may read the claim, it reads the same",
        of: EVERY,
        refuted_by: &[rules::claim_contradicted::ID, rules::claim_missing::ID, rules::claim_read_otherwise::ID],
        across_runs: false,
        decide: session::claim_read,
    },
    Statement {
        id: "claim-printed-whole",
        says: "the claim is printed with the runner's own decimals",
        of: &[Kind::Throughput, Kind::Quality, Kind::Energy],
        refuted_by: &[],
        across_runs: false,
        decide: session::claim_printed,
    },
    Statement {
        id: "entries-in-log",
        says: "results.json and the log show the same inferences, field by field",
        of: EVERY,
        refuted_by: &[rules::results_json_disagrees_with_log::ID, rules::label_disagrees_with_list::ID],
        across_runs: false,
        decide: json::entries,
    },
    Statement {
        id: "windows-counted",
        says: "there are as many windows as the round asks for",
        of: &[Kind::Throughput, Kind::Energy],
        refuted_by: &[
            rules::window_count::ID,
            rules::window_input_repeated::ID,
            rules::firmware_for_another_mode::ID,
            rules::session_in_single_mode::ID,
        ],
        across_runs: false,
        decide: throughput::counted,
    },
    Statement {
        id: "iterations-echoed",
        says: "the device repeats the inferences and warm-ups it was told",
        of: &[Kind::Throughput, Kind::Energy],
        refuted_by: &[rules::inference_count_contradicted::ID, rules::window_too_few_inferences::ID],
        across_runs: false,
        decide: throughput::echoed,
    },
    Statement {
        id: "laps-paired",
        says: "every inference has exactly two stamps of the device, those of a window with a host time",
        of: &[Kind::Throughput, Kind::Quality],
        refuted_by: &[],
        across_runs: false,
        decide: throughput::paired,
    },
    Statement {
        id: "windows-long-enough",
        says: "every window lasts as long, and has as many inferences, as it must",
        of: &[Kind::Throughput, Kind::Energy],
        refuted_by: &[
            rules::window_too_short::ID,
            rules::window_too_few_inferences::ID,
            rules::window_declared_invalid::ID,
        ],
        across_runs: false,
        decide: throughput::long_enough,
    },
    Statement {
        id: "clocks-agree",
        says: "device and host measure the same time",
        of: &[Kind::Throughput],
        refuted_by: &[rules::device_clock_disagrees_with_host::ID],
        across_runs: false,
        decide: throughput::clocks,
    },
    Statement {
        id: "list-covered",
        says: "every input of the official list is inferred, each once",
        of: &[Kind::Quality],
        refuted_by: &[
            rules::input_missing::ID,
            rules::input_repeated::ID,
            rules::input_list_unknown::ID,
            rules::accuracy_inference_repeated::ID,
        ],
        across_runs: false,
        decide: accuracy::covered,
    },
    Statement {
        id: "inputs-whole",
        says: "every input was sent in the benchmark's size",
        of: &[Kind::Quality],
        refuted_by: &[rules::input_incomplete::ID, rules::input_size::ID],
        across_runs: false,
        decide: accuracy::sizes,
    },
    Statement {
        id: "one-answer-each",
        says: "every inference has exactly one output vector; that of an accuracy run is of the right length, and not all zero",
        of: &[Kind::Throughput, Kind::Quality],
        refuted_by: &[rules::output_length::ID],
        across_runs: false,
        decide: accuracy::answers,
    },
    Statement {
        id: "trace-whole",
        says: "the energy trace covers every window, with the stamps expected and no negative sample",
        of: &[Kind::Energy],
        refuted_by: &[
            rules::energy_windows_misplaced::ID,
            rules::energy_samples_dropped::ID,
            rules::energy_monitor_unknown::ID,
            rules::evidence_missing::ID,
        ],
        across_runs: false,
        decide: energy::whole,
    },
    Statement {
        id: "windows-in-place",
        says: "the power at the edges of every window is that of its middle",
        of: &[Kind::Energy],
        refuted_by: &[rules::energy_windows_misplaced::ID],
        across_runs: false,
        decide: energy::in_place,
    },
    Statement {
        id: "speed-of-performance-run",
        says: "the device is as fast as in its performance run",
        of: &[Kind::Energy],
        refuted_by: &[rules::energy_run_of_another_speed::ID],
        across_runs: true,
        decide: energy::speed,
    },
    Statement {
        id: "detections-ascend",
        says: "log and results.json list the same detections, ascending",
        of: &[Kind::Wakeword],
        refuted_by: &[rules::results_json_disagrees_with_log::ID, rules::wakeword_recording_unknown::ID],
        across_runs: false,
        decide: wakeword::detections,
    },
    Statement {
        id: "pulses-whole",
        says: "the activity of the device is recorded pulse by pulse",
        of: &[Kind::Wakeword],
        refuted_by: &[rules::wakeword_duty_cycle_impossible::ID, rules::wakeword_period_differs::ID],
        across_runs: false,
        decide: wakeword::pulses,
    },
    Statement {
        id: "figure-as-claimed",
        says: "the figure recomputed from this evidence is the claimed one",
        of: EVERY,
        refuted_by: &[
            rules::throughput_mismatch::ID,
            rules::window_arithmetic::ID,
            rules::accuracy_mismatch::ID,
            rules::auc_mismatch::ID,
            rules::energy_mismatch::ID,
            rules::energy_arithmetic::ID,
            rules::wakeword_mismatch::ID,
        ],
        across_runs: false,
        decide: session::as_claimed,
    },
];

/// Decides every statement of the figures of a submission of one result, while its evidence is at hand.
#[must_use]
pub fn decide(result: &Submission, round: &Round) -> Vec<Proof> {
    result.runs().filter_map(|place| proof(&place, round)).collect()
}

fn proof(place: &Place<'_>, round: &Round) -> Option<Proof> {
    let spec = place.spec(round)?;
    let (run, benchmark) = (place.run, place.benchmark);
    let kind = Kind::of(spec.task, run.mode);
    let case = Case { run, benchmark, spec, round, shapes: OnceCell::new() };
    let statements = STATEMENTS.iter().filter(|statement| statement.of.contains(&kind));
    let decided = |statement: &'static Statement| Decided { statement, ruling: (statement.decide)(&case) };
    let statements = statements.map(decided).collect();
    Some(Proof { kind, statements, path: run.path.clone(), files: run.paths.clone(), claimed: run.claims.is_some() })
}

/// Rules whose findings say that evidence is not there: they leave a statement open.
const LACKS: [&str; 4] =
    [rules::evidence_missing::ID, rules::file_missing::ID, rules::file_unreadable::ID, rules::log_incomplete::ID];

impl Proof {
    /// Lets the findings on its run refute statements. A finding that was waived takes its statement out of the question, and
    /// those that only its consequences would refute.
    pub fn settle<'a>(&mut self, findings: impl Iterator<Item = &'a Finding>) {
        let errors: Vec<&Finding> = findings.filter(|finding| finding.severity == Severity::Error).collect();
        let kind = self.kind;
        let files = &self.files;
        let role_of = |path: &str| files.iter().find(|(_, own)| *own == path).map_or(FileRole::Log, |(role, _)| *role);
        for decided in &mut self.statements {
            let by = |finding: &&&Finding| decided.statement.refuted_by.contains(&finding.rule.id);
            let found: Vec<&&Finding> = errors.iter().filter(by).collect();
            let mut counting =
                found.iter().filter(|finding| finding.counts() || finding.is_waived() && !finding.lets_through(kind));
            // What is absent contradicts nothing.
            let absent = |finding: &&&&Finding| LACKS.contains(&finding.rule.id);
            // What contradicts the figure says more than that a rule is broken.
            let refuting = counting.clone().filter(|finding| !absent(finding)).min_by_key(|one| one.rule.keeps_figure);
            if let Some(refuting) = refuting {
                decided.ruling = Ruling::Refuted(refuting.rule);
            } else if let Some(lacking) = counting.next() {
                decided.ruling = Ruling::Open(role_of(&lacking.path), lacking.line, lacking.rule.id.to_owned());
            } else if let Some(waived) =
                found.iter().copied().find(|finding| finding.lets_through(kind)).or_else(|| {
                    // What a waived cause explains is waived with it, as far as nothing proves it anyway.
                    let explained = |finding: &&&Finding| {
                        let by = |id: &&str| decided.statement.refuted_by.contains(id) || *id == EVIDENCE_UNDECIDED.id;
                        let undecided = finding.rule.id == EVIDENCE_UNDECIDED.id;
                        finding.lets_through(kind) && (undecided || finding.rule.explains.iter().any(by))
                    };
                    errors.iter().find(explained).filter(|_| !matches!(decided.ruling, Ruling::Proven(..)))
                })
            {
                decided.ruling = Ruling::Proven(role_of(&waived.path), waived.line);
            }
        }
    }

    /// Path of a file of the run, or of the run where it has none of that role.
    #[must_use]
    pub fn path_of(&self, role: FileRole) -> &str {
        self.files.get(&role).map_or(self.path.as_str(), String::as_str)
    }

    /// What can be said of the figure.
    #[must_use]
    pub fn status(&self) -> Status {
        let claim = self.statements.last().is_some_and(|last| matches!(last.ruling, Ruling::Proven(..)));
        let of = |decided: &Decided| match decided.ruling {
            Ruling::Proven(..) => Status::Confirmed,
            Ruling::Open(..) => Status::Unproven,
            Ruling::Refuted(rule) if rule.keeps_figure && claim => Status::NotByTheRules,
            Ruling::Refuted(rule) if rule.keeps_figure => Status::Unproven,
            Ruling::Refuted(_) => Status::Contradicted,
        };
        self.statements.iter().map(of).max().unwrap_or(Status::Unproven)
    }

    /// The first statement that is refuted, or else the first that is open.
    #[must_use]
    pub fn decisive(&self) -> Option<&Decided> {
        let refuted = self.statements.iter().filter(|decided| matches!(decided.ruling, Ruling::Refuted(_)));
        let keeps = |decided: &&Decided| matches!(decided.ruling, Ruling::Refuted(rule) if rule.keeps_figure);
        refuted.min_by_key(keeps).or_else(|| self.first_open())
    }

    /// The first open statement.
    #[must_use]
    pub fn first_open(&self) -> Option<&Decided> {
        self.statements.iter().find(|decided| matches!(decided.ruling, Ruling::Open(..)))
    }

    /// Why the figure is not confirmed; `None` where it is.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        self.decisive().map(|decided| match &decided.ruling {
            Ruling::Refuted(rule) => rule.id.to_owned(),
            Ruling::Open(_, _, why) => format!("{}: {why}", decided.statement.id),
            Ruling::Proven(..) => String::new(),
        })
    }
}

fn open(role: FileRole, line: Line, why: impl Into<String>) -> Ruling {
    Ruling::Open(role, line, why.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::rule::Group;
    use crate::judge::rules::{RULES, rule_named};

    #[test]
    fn statements_name_rules_that_exist_and_every_figure_ends_with_its_claim() {
        for statement in STATEMENTS {
            for id in statement.refuted_by {
                assert!(rule_named(id).is_some(), "{} names {id}", statement.id);
            }
        }
        let last = STATEMENTS.last().unwrap();
        assert!(last.id == "figure-as-claimed" && last.of == EVERY);
    }

    #[test]
    fn every_error_of_evidence_refutes_a_statement() {
        // These judge a proven figure, or the whole result.
        let others = [
            "evidence-undecided",
            "file-unreadable",
            "quality-target-missed",
            "wakeword-limit-exceeded",
            "runner-not-eligible",
            "runner-version-outdated",
            "run-missing",
            "accuracy-inference-repeated",
        ];
        let judged = [Group::Evidence, Group::Performance, Group::Accuracy, Group::Energy, Group::Wakeword];
        for rule in RULES.iter().filter(|rule| judged.contains(&rule.group) && rule.severity == Severity::Error) {
            let named = STATEMENTS.iter().any(|statement| statement.refuted_by.contains(&rule.id));
            assert!(named || others.contains(&rule.id), "{} decides nothing", rule.id);
        }
    }
}
