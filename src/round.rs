//! Rounds as data: the requirements of one round of MLPerf Tiny, read from `rules/<round>/round.yaml`.
//!
//! The rounds are built into the program; a draft can be read from disk. A round file contains only numbers, names and
//! lists. Every field is required and no others are allowed, so that a `diff` of two files shows every change of the
//! rules.

pub mod answers;
mod dataset;
mod description_schema;
mod extends;
pub(crate) mod fingerprint;
pub mod outputs;
mod spec;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::{FileErrors, Problems, pointer_part, read_yaml, read_yaml_in_range, spelling};

pub use dataset::{Dataset, WakewordTruth, dataset, dataset_names, datasets, wakeword_truth};
pub(crate) use spec::{
    BenchmarkSpec, Energy, FileNames, FileRole, Hygiene, Publication, Runners, SystemDescriptionSpec, Target, Task,
    Timeline, Tolerances, Wakeword, Windows,
};
pub use spec::{Mode, Runner, Weights};

/// The requirements of one round. The name of the file is the name of the round. A file that `extends` another round
/// contains only the sections that differ, each completely.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = extends::in_schema)]
pub struct Round {
    /// Name of the round, `v1.3`, taken from the name of the file.
    #[serde(skip)]
    pub name: String,
    /// Divisions: the top-level folders that may contain submitters.
    pub divisions: Vec<String>,
    /// Availability categories (`Status`), each with other spellings that are recognised and that `tinyaudit fix`
    /// corrects.
    pub statuses: BTreeMap<String, Vec<String>>,
    /// Benchmarks by official short name.
    pub benchmarks: BTreeMap<String, BenchmarkSpec>,
    /// Other names of run folders that are recognised, each with the run it stands for.
    pub run_aliases: BTreeMap<String, Mode>,
    /// File names of a session.
    pub files: FileNames,
    /// Runners: the programs that may measure.
    pub runners: Runners,
    /// Requirements on timed windows.
    pub windows: Windows,
    /// Tolerances of comparisons.
    pub tolerances: Tolerances,
    /// Limits of the intervals of a session.
    pub timeline: Timeline,
    /// Maximum number of multiply-accumulate operations per clock cycle of a processor without accelerator.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub macs_per_cycle: f64,
    /// Limits for comparing answers with those of known weights.
    pub weights: Weights,
    /// Requirements on energy measurements.
    pub energy: Energy,
    /// Requirements on the streaming wake word test; `null` if the round does not have it.
    pub wakeword: Option<Wakeword>,
    /// Limits on the files of a submission.
    pub hygiene: Hygiene,
    /// Keys of system descriptions.
    pub system_description: SystemDescriptionSpec,
    /// The tables of results that the working group publishes.
    pub publication: Publication,
    /// Rules whose severity differs in this round: by rule id, then by division; `*` stands for every division.
    pub severities: BTreeMap<String, BTreeMap<String, Severity>>,
}

/// Severity of a finding, in the terms of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Information.
    Note,
    /// A "should" is violated: it needs an explanation or is very likely a mistake.
    Warning,
    /// A "must" is violated: the result or the submission is not valid.
    Error,
}

impl Severity {
    /// Name in reports and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Error of finding or reading a round.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    /// The round is not built in.
    #[error(
        "there is no round {name}; {hint}the rounds are: {known}",
        hint = hint(name),
        known = Round::names().join(", ")
    )]
    Unknown {
        /// The requested name.
        name: String,
    },
    /// The file is not a valid round file.
    #[error(transparent)]
    Malformed(#[from] FileErrors),
}

/// Suggests the round that was probably meant.
fn hint(name: &str) -> String {
    let number = |name: &str| name.trim().trim_start_matches(['v', 'V', 'r', 'R']).parse::<f64>().ok();
    let Some(wanted) = number(name) else { return String::new() };
    // `v13` lacks its dot.
    let wanted = if wanted >= 10.0 { wanted / 10.0 } else { wanted };
    let away = |known: &str| (number(known).unwrap_or(f64::MAX) - wanted).abs();
    let near = Round::names().into_iter().min_by(|a, b| away(a).total_cmp(&away(b)));
    near.map_or_else(String::new, |near| format!("did you mean {near}? "))
}

/// The folder of a built-in round in `rules`.
struct BuiltIn {
    name: &'static str,
    /// The text of its `round.yaml`.
    round: &'static str,
    /// The text of its `waivers.yaml`: what was published although the rules forbid it.
    waivers: &'static str,
}

macro_rules! built_in {
    ($($name:literal),*) => {
        &[$(BuiltIn {
            name: $name,
            round: include_str!(concat!("../rules/", $name, "/round.yaml")),
            waivers: include_str!(concat!("../rules/", $name, "/waivers.yaml")),
        }),*]
    };
}

/// The built-in rounds, oldest first.
const ROUNDS: &[BuiltIn] = built_in!["v0.5", "v0.7", "v1.0", "v1.1", "v1.2", "v1.3", "v1.4"];

impl Round {
    /// Returns the names of the built-in rounds, oldest first.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        ROUNDS.iter().map(|round| round.name).collect()
    }

    /// Returns the name of the newest built-in round, the default.
    #[must_use]
    pub fn newest() -> &'static str {
        ROUNDS[ROUNDS.len() - 1].name
    }

    /// Returns the text of a built-in round's waiver file: what was published although the rules forbid it.
    #[must_use]
    pub fn built_in_waivers(name: &str) -> Option<&'static str> {
        ROUNDS.iter().find(|round| round.name == name).map(|round| round.waivers)
    }

    /// Returns a built-in round; the `v` of its name may be omitted.
    ///
    /// # Errors
    /// If there is no such round.
    pub fn named(name: &str) -> Result<Self, RoundError> {
        let number = |name: &str| name.trim().trim_start_matches(['v', 'V']).to_owned();
        let BuiltIn { name, round: text, .. } = ROUNDS
            .iter()
            .find(|known| number(known.name) == number(name))
            .ok_or_else(|| RoundError::Unknown { name: name.to_owned() })?;
        // A test compares the built-in files with their schema, so that it is not compiled here.
        let mut round: Self = read_yaml(name, &whole(name, name, text)?)?;
        (*name).clone_into(&mut round.name);
        Ok(round)
    }

    /// Reads a round from the text of `file`; `name` is what outputs call it. `is_rule` says why an id is not one of a
    /// rule.
    ///
    /// # Errors
    /// When the text does not hold a round: all structural errors. When a number is out of the range that
    /// `schemas/round.schema.json` states (feature `schema`), or the text names a list, division or rule that does not
    /// exist: all of them. Each with its line.
    pub fn parse(
        name: &str,
        file: &str,
        text: &str,
        is_rule: impl Fn(&str) -> Result<(), String>,
    ) -> Result<Self, RoundError> {
        let text = whole(name, file, text)?;
        let mut round: Self = read_yaml_in_range(file, &text)?;
        name.clone_into(&mut round.name);
        let mut problems = Problems::new(file, &text);
        round.check_lists(&mut problems);
        round.check_severities(is_rule, &mut problems);
        problems.finish()?;
        Ok(round)
    }

    /// Severities must be those of rules that exist, in divisions of the round.
    fn check_severities(&self, is_rule: impl Fn(&str) -> Result<(), String>, problems: &mut Problems<'_>) {
        for (rule, own) in &self.severities {
            let pointer = format!("/severities/{}", pointer_part(rule));
            if let Err(message) = is_rule(rule) {
                problems.report(&pointer, message);
            }
            for division in own.keys().filter(|division| *division != "*" && !self.divisions.contains(division)) {
                let known = self.divisions.join(", ");
                let message = format!("unknown division `{division}`; expected one of {known}, or * for all");
                problems.report(format!("{pointer}/{}", pointer_part(division)), message);
            }
        }
    }

    /// Every input list that a round names must be built in.
    fn check_lists(&self, problems: &mut Problems<'_>) {
        for (name, benchmark) in &self.benchmarks {
            let is_known = |list: &str| match benchmark.task {
                Task::Wakeword => wakeword_truth(list).is_some(),
                Task::Classification | Task::Anomaly => dataset(list).is_some(),
            };
            for (key, lists) in [("lists", &benchmark.lists), ("superseded_lists", &benchmark.superseded_lists)] {
                for (index, list) in lists.iter().enumerate().filter(|(_, list)| !is_known(list)) {
                    let pointer = format!("/benchmarks/{}/{key}/{index}", pointer_part(name));
                    let names = dataset_names().join(", ");
                    problems.report(pointer, format!("unknown input list `{list}`; expected one of {names}"));
                }
            }
        }
    }

    /// Returns the official short name of the benchmark with this folder name or alias.
    #[must_use]
    pub fn benchmark_of_folder(&self, folder: &str) -> Option<&str> {
        let named = |(name, spec): &(&String, &BenchmarkSpec)| {
            *name == folder || spec.aliases.iter().any(|alias| alias == folder)
        };
        self.benchmarks.iter().find(named).map(|(name, _)| name.as_str())
    }

    /// Returns the mode of a run by the name of its folder or an alias.
    #[must_use]
    pub fn mode_of_folder(&self, folder: &str) -> Option<Mode> {
        Mode::from_name(folder).or_else(|| self.run_aliases.get(folder).copied())
    }

    /// Returns the official status that a word stands for: the word itself, a recognised spelling, or the status that
    /// differs from it by at most two characters.
    #[must_use]
    pub fn status_meant(&self, found: &str) -> Option<&str> {
        /// Maximum edit distance. It is unambiguous: the statuses differ by at least five letters.
        const SLIPS: usize = 2;
        let found = found.trim().to_lowercase();
        let known = |(right, others): &(&String, &Vec<String>)| **right == found || others.contains(&found);
        let exact = self.statuses.iter().find(known).map(|(right, _)| right.as_str());
        let long = || self.statuses.keys().map(String::as_str).filter(|right| right.len() > 2 * SLIPS + 1);
        exact.or_else(|| spelling::nearest(&found, long(), SLIPS))
    }

    /// Returns the benchmark with the model string that a device reports.
    #[must_use]
    pub fn benchmark_of_model(&self, model: &str) -> Option<&str> {
        self.benchmarks.iter().find(|(_, spec)| spec.model == model).map(|(name, _)| name.as_str())
    }
}

/// Returns the text of a round file, completed with the sections of the round that it extends.
fn whole<'a>(name: &str, file: &str, text: &'a str) -> Result<Cow<'a, str>, FileErrors> {
    let known = |other: &str| ROUNDS.iter().find(|round| round.name == other && other != name).map(|round| round.round);
    extends::whole(text, known).map_err(|error| FileErrors::new(file, vec![error]))
}

/// Returns the model strings of all built-in rounds, each with the short name of its benchmark.
#[must_use]
pub(crate) fn known_models() -> &'static BTreeMap<String, String> {
    static MODELS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
        Round::names()
            .into_iter()
            .filter_map(|name| Round::named(name).ok())
            .flat_map(|round| round.benchmarks.into_iter().map(|(name, spec)| (spec.model, name)))
            .collect()
    });
    &MODELS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> Result<Round, RoundError> {
        Round::parse("draft", "draft.yaml", text, |_| Ok(()))
    }

    #[test]
    fn every_built_in_round_reads_and_names_known_lists() {
        for BuiltIn { name, round: text, .. } in ROUNDS {
            let round = Round::parse(name, name, text, |_| Ok(())).unwrap();
            assert_eq!(round.name, *name);
            assert!(!round.benchmarks.is_empty());
        }
    }

    #[test]
    fn missing_and_unknown_fields_are_errors_with_their_line() {
        let text = ROUNDS[0].round;
        let line = 1 + text.lines().position(|line| line == "windows:").unwrap();
        let missing = draft(&text.replace("  min_seconds: 10.0\n  min_inf", "  min_inf")).unwrap_err().to_string();
        assert!(missing.contains("min_seconds"), "{missing}");
        let unknown = draft(&text.replace("windows:\n", "windows:\n  colour: blue\n")).unwrap_err().to_string();
        assert!(unknown.contains("colour") && unknown.starts_with(&format!("draft.yaml:{}", line + 1)), "{unknown}");
    }

    #[cfg(feature = "schema")]
    #[test]
    fn values_out_of_range_and_unknown_names_are_errors() {
        let known = |name: &str| ROUNDS.iter().find(|round| round.name == name).map(|round| round.round);
        let text = extends::whole(ROUNDS[5].round, known).unwrap();
        for (from, to, expected) in [
            (
                "count: 5",
                "count: 18446744073709551615",
                "`windows.count` is `18446744073709551615`; expected 1 to 1000",
            ),
            (
                "printed_units: 0.53",
                "printed_units: 1e308",
                "`tolerances.printed_units` is `1e+308`; expected 0 to 1000",
            ),
            ("printed_units: 0.53", "printed_units: .nan", "non-finite float"),
            ("{auc: 0.85}", "{auc: 85}", "`benchmarks.ad.target.auc` is `85`; expected 0 to 1"),
            ("trials: 1", "trials: 0", "`wakeword.trials` is `0`; expected 1 to 1000"),
            ("  weights-not-reference: {open: note}", "  window-count: {ajar: note}", "unknown division `ajar`"),
        ] {
            assert!(text.contains(from), "{from}");
            let error = draft(&text.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.starts_with("draft.yaml:") && error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_draft_may_extend_a_round() {
        let extended =
            draft("windows:\n  count: 6\n  min_seconds: 10.0\n  min_inferences: 10\nextends: v1.4\n").unwrap();
        let newest = Round::named("v1.4").unwrap();
        assert_eq!((extended.windows.count, newest.windows.count), (6, 5));
        assert_eq!(format!("{:?}", extended.benchmarks), format!("{:?}", newest.benchmarks));
        let unknown = draft("extends: v9.9\n").unwrap_err().to_string();
        assert!(unknown.contains("v9.9") && unknown.starts_with("draft.yaml:1:"), "{unknown}");
        let wrong = draft("extends: v1.4\nwindows:\n  colour: blue\n").unwrap_err().to_string();
        assert!(wrong.contains("draft.yaml:3: unknown key `windows.colour`"), "{wrong}");
    }

    #[test]
    fn an_unknown_round_lists_the_known_rounds() {
        let error = Round::named("v9.9").unwrap_err().to_string();
        assert!(error.contains("v1.2") && error.contains("v1.4"), "{error}");
    }
}
