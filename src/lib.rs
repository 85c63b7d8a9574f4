//! tinyaudit decides whether an MLPerf Tiny result deserves to be published: it recomputes every score from raw logs
//! and traces, compares it with what is claimed, and says what is wrong, with file and line.
//!
//! # The house
//!
//! A **submission** is read once into a typed model in which every value knows the line it came from; a **round** is
//! one YAML file of what that round demands; a **check** is one small file that decides one thing: it passes at a place, fails
//! with **findings**, is unknown, or does not apply. People call it a rule. A score is never believed, always recomputed;
//! *claimed* is what results.txt prints, *recomputed* is what raw evidence gives.
//!
//! Seven wings, upper may use lower, never the reverse, and no two rooms use each other:
//!
//! | wing | what is done there |
//! |---|---|
//! | [`cli`] | one file a command; the only code that prints, reads the environment or the clock |
//! | [`tell`] | reports for people and programs, one file a format; tables, comparison |
//! | [`keep`] | what is done with a submission: packages, mending, forms, a demonstration |
//! | [`mod@bench`] | device, simulator, runner; it stands beside and knows nothing of submissions |
//! | [`judge`] | metrics, checks, one file each, the engine, waivers, the report |
//! | [`read`] | a tree or archive → logs and documents → the typed model |
//! | [`round`] | what a round demands, official lists |
//!
//! # Invariants
//!
//! - Checks do no I/O; renderers write to the writer they are given; nothing below [`cli`] prints or reads the clock.
//! - The content of a submission never causes an error or a panic: a bad submission is a finding, a bad invocation or
//!   an unreadable disk is an error, a broken invariant is a panic.
//! - No check names a round, no round names a check's code; thresholds stand in `rules/<round>/round.yaml` and nowhere else.
//! - The same tree gives the same bytes of output, in any directory order, on any machine, with any number of threads.
//! - One cause, one finding: what needs a check that did not pass is blocked and says nothing.
//! - Nothing passes without a place that shows it. A figure is as good as the worst of the checks that affect it.
//!
//! # As a library
//!
//! Load, recompute, check and render; nothing prints or ends the process. Without the default features `cli` and `bench`
//! the crate is what judges and tells, for any target.
//!
//! | stable: changes are breaking and stand in the changelog | may grow and change |
//! |---|---|
//! | [`read::tree::Tree`], [`round::Round::named`], [`judge::report::Report`], [`judge::report::Loading`] | [`read::submission`], [`read::log`], [`judge::checks`] |
//! | [`judge::finding::Finding`], ids of rules, [`round::Severity`], [`read::submission::Figure`], [`read::submission::Scores`] | [`judge::coverage`], [`judge::follow_up`], [`keep::form`] |
//! | the writers of [`tell`] and the schemas of [`tell::json`] | [`tell::publication`], [`keep::mending`] |
//! | the functions of [`judge::metrics`], [`keep::package::differences`], [`tell::comparison::compare`] | [`mod@bench`] |
//!
//! ```
//! use tinyaudit::{judge::report::Report, read::tree::Tree, round::Round, tell};
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
//! tell::json::write_lines(&report, &mut json)?;
//! # Ok(())
//! # }
//! ```
//!
//! The figures by themselves are pure functions of evidence:
//!
//! ```
//! use tinyaudit::read::log::eembc;
//! use tinyaudit::judge::metrics::median::median;
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
//! [`judge::report::Report::of`] is the plot: load, recompute, judge. Then [`read::submission`] for the nouns,
//! [`judge::engine`] and [`judge::resolve`] for how checks are run and what follows from them, and any file of [`judge::checks`] for
//! what a check looks like.

#[cfg(feature = "bench")]
pub mod bench;
#[cfg(feature = "cli")]
pub mod cli;
pub mod judge;
pub mod keep;
pub mod read;
pub mod round;
pub mod tell;
