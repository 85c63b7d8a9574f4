//! tinyaudit decides whether an MLPerf Tiny result deserves to be published: it recomputes every score from raw logs
//! and traces, compares it with what is claimed, and says what is wrong, with file and line.
//!
//! # As a library
//!
//! Load, recompute, check and render; nothing prints or ends the process. What is exported here is stable: a change is breaking
//! and is in the changelog. Without the default features the crate is what audits and renders, for any target.
//!
//! ```
//! use tinyaudit::{Report, Round, Tree, output};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let tree = Tree::open("fixtures/submission".as_ref())?;
//! let report = Report::check(&tree, Round::named("v1.3")?, None)?;
//! assert_eq!(report.findings().len(), 0);
//! for (system, benchmark) in report.results() {
//!     let scores = benchmark.scores();
//!     if let Some(throughput) = &scores.throughput {
//!         assert_eq!(throughput.agrees(report.round.tolerances.printed_units), Some(true), "{}", system.name);
//!     }
//! }
//! let mut lines = Vec::new();
//! output::json::write_lines(&report, &mut lines)?;
//! # Ok(())
//! # }
//! ```
//!
//! # The house
//!
//! A **submission** is read once into a typed model in which every value knows the line it came from. A **round** is one YAML
//! file with the requirements of that round. A **check** is one small file that decides one thing: it passes at a place, fails
//! with **findings**, is unknown, or does not apply. People call it a rule. A score is never believed, always recomputed:
//! *claimed* is what results.txt prints, *recomputed* is what the raw evidence gives.
//!
//! Upper wings may use lower ones, never the reverse, and there are no import cycles. Wings are private; the feature
//! `internals` exports them for tests, benchmarks and fuzz targets.
//!
//! | wing | content |
//! |---|---|
//! | `cli` | one file per command; the only code that prints, reads the environment or the clock |
//! | `render` | reports for people and programs, one file per format; tables, comparison of rounds |
//! | `submit` | what a submitter does with a submission: forms, fixes, packages, a demonstration |
//! | `testbench` | device, simulator, runner; it knows nothing of submissions |
//! | `audit` | metrics, checks in a file each, the engine, waivers, the report |
//! | `model` | the typed submission: systems, benchmarks, runs, windows |
//! | `parse`, `source` | logs and documents, one file per format; directories and archives |
//! | `infer` | models: read, run, and their weights recognised; it knows nothing of submissions |
//! | `round` | requirements of a round, official lists |
//! | `schema` | files that people write, and their structural errors |
//!
//! # Invariants
//!
//! - Checks do no I/O; renderers write to the writer they are given; nothing below `cli` prints or reads the clock.
//! - The content of a submission never causes an error or a panic: a bad submission is a finding, a bad invocation or
//!   an unreadable disk is an error, a broken invariant is a panic.
//! - No check names a round, and no round names the code of a check; thresholds are in `rules/<round>/round.yaml` and nowhere
//!   else.
//! - The same tree gives the same bytes of output, in any directory order, on any machine, with any number of threads.
//! - One cause, one finding: a check is blocked, and reports nothing, if a check that it needs did not pass.
//! - No check passes without a place that proves it. A figure is as good as the worst of the checks that affect it.
//!
//! # Reading order
//!
//! `Report::load` is the plot: load, recompute, judge. Then `model` for the nouns, `audit::engine` and `audit::resolve` for how
//! checks are run and what follows from them, and any file of `audit::checks` for what a check looks like.

// Without the program, some of what the wings offer is not used.
#![cfg_attr(not(feature = "cli"), allow(dead_code))]

#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod audit;
#[cfg(not(feature = "internals"))]
mod audit;
#[cfg(all(feature = "cli", feature = "internals"))]
#[doc(hidden)]
pub mod cli;
#[cfg(all(feature = "cli", not(feature = "internals")))]
mod cli;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod infer;
#[cfg(not(feature = "internals"))]
mod infer;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod model;
#[cfg(not(feature = "internals"))]
mod model;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod parse;
#[cfg(not(feature = "internals"))]
mod parse;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod render;
#[cfg(not(feature = "internals"))]
mod render;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod round;
#[cfg(not(feature = "internals"))]
mod round;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod schema;
#[cfg(not(feature = "internals"))]
mod schema;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod source;
#[cfg(not(feature = "internals"))]
mod source;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod submit;
#[cfg(not(feature = "internals"))]
mod submit;
#[cfg(all(feature = "bench", feature = "internals"))]
#[doc(hidden)]
pub mod testbench;
#[cfg(all(feature = "bench", not(feature = "internals")))]
mod testbench;

pub use audit::finding::Finding;
pub use audit::report::{Loading, Report};
pub use audit::rerun::{Inputs, replay_submission};
pub use audit::waiver::{Waiver, parse as parse_waivers};
pub use model::{Figure, LoadError, Scores, submitters};
pub use round::{Round, RoundError, Severity};
pub use schema::FileErrors;
pub use source::Tree;
pub use submit::guess::{Guess, round_of as guess_round};
pub use submit::package;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub use cli::main;

/// Writers of a report, one module per format.
pub mod output {
    pub use crate::render::html::{self, ReportOptions};
    pub use crate::render::page::ResultsPage;
    pub use crate::render::publication::{Filter, Selection, rows};
    pub use crate::render::rerun;
    pub use crate::render::text::summary;
    pub use crate::render::{csv, github, json, junit, letter, markdown, package_documents, sarif, xlsx};
}
