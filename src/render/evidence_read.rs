//! How much of a result's evidence takes part in the audit, as text and JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::untrusted::Untrusted;
use crate::model::Benchmark;
use crate::parse::log::EvidenceRead;
use crate::round::FileRole;

/// How much of one file takes part in the audit.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct EvidenceReadRow {
    /// The file: a log or results.json.
    path: String,
    /// What is counted: `lines` of a log without empty ones, or `keys` of results.json.
    unit: &'static str,
    /// How many there are.
    all: u64,
    /// How many of them are read and compared with something.
    read: u64,
    /// The kinds of the others, in the order in which they appear; at most twelve kinds.
    unread: Vec<UnreadRow>,
}

/// A kind of line or key that is not read.
#[derive(Debug, Serialize, JsonSchema)]
struct UnreadRow {
    /// The text, with `#` for every word with digits.
    text: String,
    /// How often it appears.
    count: u32,
    /// The line where it appears first.
    line: u32,
}

impl EvidenceReadRow {
    /// Returns one row per log and results.json of a result.
    #[must_use]
    pub(crate) fn for_result(benchmark: &Benchmark) -> Vec<Self> {
        let mut rows = Vec::new();
        for run in benchmark.runs.values() {
            let lines = run.log.as_ref().map(|log| (FileRole::Log, "lines", &log.lines_read));
            for (role, unit, found) in lines.into_iter().chain([(FileRole::Json, "keys", &run.keys_read)]) {
                if found.all > 0 {
                    rows.push(Self::new(run.path_of(role), unit, found));
                }
            }
        }
        rows
    }

    fn new(path: &str, unit: &'static str, found: &EvidenceRead) -> Self {
        let unread = found.unread.iter();
        let unread = unread.map(|kind| UnreadRow { text: kind.shape.clone(), count: kind.count, line: kind.line });
        Self { path: path.to_owned(), unit, all: found.all, read: found.read, unread: unread.collect() }
    }

    /// Formats the row in one line, with the most frequent kinds that are not read.
    #[must_use]
    pub(crate) fn words(&self) -> String {
        /// Most kinds that are named.
        const MOST: usize = 3;
        let Self { path, unit, all, read, .. } = self;
        // Rounded down, so that 100 % means all.
        let percent = (1000.0 * *read as f64 / (*all).max(1) as f64).floor() / 10.0;
        let mut kinds: Vec<&UnreadRow> = self.unread.iter().collect();
        kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
        let named = |kind: &&UnreadRow| format!("`{}` ({} times)", kind.text, kind.count);
        let named: Vec<String> = kinds.iter().take(MOST).map(named).collect();
        let rest = if named.is_empty() { String::new() } else { format!("; not read: {}", named.join(", ")) };
        Untrusted(&format!("{read} of {all} {unit} of `{path}` are read and compared ({percent} %){rest}"))
            .for_terminal()
    }
}
