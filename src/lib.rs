//! tinyaudit decides whether an MLPerf Tiny result deserves to be published: it recomputes every score from raw logs
//! and traces, compares it with what is claimed, and says what is wrong, with file and line.
//!
//! # The house
//!
//! A **submission** is read once into a typed model in which every value knows the line it came from; a **round** is
//! one YAML file of what that round demands; a **rule** is one small file that compares the two and reports
//! **findings**. A score is never believed, always recomputed; *claimed* is what results.txt prints, *recomputed* is
//! what raw evidence gives.
//!
//! Layers, upper may use lower, never the reverse:
//!
//! `cli` → [`render`] → [`publication`], [`package`], [`comparison`], [`mending`] → [`report`], [`runner`] → [`checks`] →
//! [`rule`], [`metrics`], [`follow_up`], [`form`], [`coverage`] → [`submission`] → [`log`], [`tree`] → [`round`] →
//! [`location`]
//!
//! Beside them, [`device`] is the one seam between host and device, and [`simulator`] puts simulated firmware, boards
//! and energy monitors behind it; neither knows anything of submissions.
//!
//! # Invariants
//!
//! - Checks do no I/O; renderers write to the writer they are given; nothing below `cli` prints or reads the clock.
//! - The content of a submission never causes an error or a panic: a bad submission is a finding, a bad invocation or
//!   an unreadable disk is an error, a broken invariant is a panic.
//! - No rule names a round, no round names a rule's code; thresholds stand in `rules/*.yaml` and nowhere else.
//! - The same tree gives the same bytes of output, in any directory order, on any machine, with any number of threads.
//! - One cause, one finding: what is missing or malformed is that rule's finding and nobody else's.
//!
//! # As a library
//!
//! Load, recompute, check and render; nothing prints or ends the process.
//!
//! | stable: changes are breaking and stand in the changelog | may grow and change |
//! |---|---|
//! | [`tree::Tree`], [`round::Round::named`], [`report::Report`], [`report::Loading`] | [`submission`], [`log`], [`checks`] |
//! | [`rule::Finding`], ids of rules, [`round::Severity`], [`submission::Figure`], [`submission::Scores`] | [`coverage`], [`form`], [`follow_up`] |
//! | the writers of [`render`] and the schemas of [`render::json`] | [`publication`], [`mending`] |
//! | the functions of [`metrics`], [`package::differences`], [`comparison::compare`] | [`runner`], [`simulator`], [`device`] |
//!
//! ```
//! use tinyaudit::{render, report::Report, round::Round, tree::Tree};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let tree = Tree::open("fixtures/submission".as_ref())?;
//! let report = Report::of(&tree, Round::named("v1.3")?, None)?;
//! assert!(report.findings.is_empty());
//! for (system, benchmark) in report.results() {
//!     let scores = benchmark.scores();
//!     if let Some(throughput) = &scores.throughput {
//!         assert_eq!(throughput.agrees(report.round.tolerances.printed_units), Some(true), "{}", system.name);
//!     }
//! }
//! let mut json = Vec::new();
//! render::json::write_lines(&report, &mut json)?;
//! # Ok(())
//! # }
//! ```
//!
//! The figures by themselves are pure functions of evidence:
//!
//! ```
//! use tinyaudit::log::eembc;
//! use tinyaudit::metrics::median::median;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let path = "fixtures/submission/closed/ExampleCo/results/simulated_npu_400mhz/ic/performance/log.txt";
//! let log = eembc::parse(&std::fs::read(path)?);
//! let rates = log.inferences.iter().filter_map(|one| Some(one.iterations as f64 / one.seconds()?)).collect();
//! assert_eq!(format!("{:.3}", median(rates).unwrap_or_default()), "662.913");
//! # Ok(())
//! # }
//! ```
//!
//! # Reading order
//!
//! [`report::Report::of`] is the plot: load, recompute, judge. Then [`submission`] for the nouns, [`rule`] for the
//! engine, and any file of [`checks`] for what a rule looks like.

pub mod checks;
pub mod cli;
pub mod comparison;
pub mod coverage;
pub mod device;
pub mod fingerprint;
pub mod follow_up;
pub mod form;
pub mod location;
pub mod log;
pub mod mending;
pub mod metrics;
pub mod output;
pub mod package;
pub mod publication;
pub mod python;
pub mod render;
pub mod report;
pub mod round;
pub mod rule;
pub mod runner;
pub mod simulator;
pub mod spelling;
pub mod submission;
pub mod tree;
pub mod waiver;
