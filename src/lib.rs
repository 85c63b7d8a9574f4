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
//! Upper wings may use lower ones, never the reverse, and nothing is imported in a circle:
//!
//! | wing | what is done there |
//! |---|---|
//! | [`cli`] | one file per command; the only code that prints, reads the environment or the clock |
//! | [`render`] | reports for people and programs, one file per format; tables, comparison of rounds |
//! | [`submit`] | what a submitter does with a submission: forms, fixes, packages, a demonstration |
//! | [`mod@testbench`] | device, simulator, runner; it knows nothing of submissions |
//! | [`audit`] | metrics, checks in a file each, the engine, waivers, the report |
//! | [`model`] | the typed submission: systems, benchmarks, runs, windows |
//! | [`parse`], [`source`] | logs and documents, one file per format; directories and archives |
//! | [`round`] | what a round demands, official lists |
//! | [`schema`] | files that people write, and their structural errors |
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
//! the crate is what audits and renders, for any target.
//!
//! | stable: changes are breaking and stand in the changelog | may grow and change |
//! |---|---|
//! | [`source::Tree`], [`round::Round::named`], [`audit::report::Report`], [`audit::report::Loading`] | [`model`], [`parse`], [`audit::checks`] |
//! | [`audit::finding::Finding`], ids of rules, [`round::Severity`], [`model::Figure`], [`model::Scores`] | [`audit::coverage`], [`audit::follow_up`], [`submit::form`] |
//! | the writers of [`render`] and the schemas of [`render::json`] | [`render::publication`], [`submit::fixing`] |
//! | the functions of [`audit::metrics`], [`submit::package::differences`], [`render::comparison::compare`] | [`mod@testbench`] |
//!
//! ```
//! use tinyaudit::{audit::report::Report, render, round::Round, source::Tree};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let tree = Tree::open("fixtures/submission".as_ref())?;
//! let report = Report::check(&tree, Round::named("v1.3")?, None)?;
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
//! use tinyaudit::parse::eembc;
//! use tinyaudit::audit::metrics::median::median;
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
//! [`audit::report::Report::check`] is the plot: load, recompute, judge. Then [`model`] for the nouns,
//! [`audit::engine`] and [`audit::resolve`] for how checks are run and what follows from them, and any file of [`audit::checks`] for
//! what a check looks like.

pub mod audit;
#[cfg(feature = "cli")]
pub mod cli;
pub mod model;
pub mod parse;
pub mod render;
pub mod round;
pub mod schema;
pub mod source;
pub mod submit;
#[cfg(feature = "bench")]
pub mod testbench;
