//! Rounds as data: what one round of MLPerf Tiny demands, read from `rules/<round>/round.yaml`.
//!
//! The rounds are built into the program; a draft can be read from disk. A round file holds numbers, names and lists
//! only, every field is required and no other is allowed, so that a `diff` of two files is the changelog of the rules.

pub mod answers;
mod dataset;
mod description_schema;
mod extends;
pub mod fingerprint;
mod ranges;
mod spec;
pub mod spelling;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use dataset::{Dataset, WakewordTruth, dataset, dataset_names, datasets, wakeword_truth};
pub use spec::{
    BenchmarkSpec, Energy, FileNames, FileRole, Hygiene, Mode, Publication, Runner, RunnerSpec, Runners,
    SystemDescriptionSpec, Target, Task, Tolerances, Wakeword, Weights, Windows,
};

/// What one round demands. The file's name is the round's name. A file that `extends` another round holds the sections that
/// change, whole.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = extends::in_schema)]
pub struct Round {
    /// The round's name, `v1.3`; taken from the name of the file.
    #[serde(skip)]
    pub name: String,
    /// The folders a submission may lie under.
    pub divisions: Vec<String>,
    /// Availability categories, each with spellings that are understood and corrected.
    pub statuses: BTreeMap<String, Vec<String>>,
    /// What is measured, by official short name.
    pub benchmarks: BTreeMap<String, BenchmarkSpec>,
    /// Other names of a run's folder that are understood, each with the run it is.
    pub run_aliases: BTreeMap<String, Mode>,
    /// Names of a session's files.
    pub files: FileNames,
    /// Who may measure it.
    pub runners: Runners,
    /// What a timed window must be.
    pub windows: Windows,
    /// How far figures may lie apart.
    pub tolerances: Tolerances,
    /// Multiplications and additions a cycle that a processor without accelerator can do.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub macs_per_cycle: f64,
    /// When answers are those of known weights.
    pub weights: Weights,
    /// The energy measurement.
    pub energy: Energy,
    /// The streaming wake word measurement, where the round has it.
    pub wakeword: Option<Wakeword>,
    /// What the tree itself may hold.
    pub hygiene: Hygiene,
    /// Keys of a system description.
    pub system_description: SystemDescriptionSpec,
    /// The tables made of the results.
    pub publication: Publication,
    /// Rules that are graver or lighter in this round: by rule, then by division, `*` standing for every division.
    pub severities: BTreeMap<String, BTreeMap<String, Severity>>,
}

/// How bad a broken rule is, in the rule text's own terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Information.
    Note,
    /// A "should": it must be explained or is very likely a mistake.
    Warning,
    /// A "must": it invalidates the result or the submission.
    Error,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Why a round could not be had.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    /// No such round is built in.
    #[error("there is no round {name}; {hint}there are {known}", hint = hint(name), known = Round::names().join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// A round file does not read as a round.
    #[error("round {name}: {reason}")]
    Malformed {
        /// The name it was to have.
        name: String,
        /// What is wrong, with line and column.
        reason: String,
    },
}

/// The round that was probably meant.
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
    /// The text of its `waivers.yaml`: what was published although the rule text forbids it.
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

/// Largest round file that is read, in bytes.
const MAX_BYTES: usize = 1 << 20;

impl Round {
    /// Names of the built-in rounds, oldest first.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        ROUNDS.iter().map(|round| round.name).collect()
    }

    /// Name of the newest built-in round, the default.
    #[must_use]
    pub fn newest() -> &'static str {
        ROUNDS[ROUNDS.len() - 1].name
    }

    /// What was published in a built-in round although the rule text forbids it: a list of waivers, as its file stands.
    #[must_use]
    pub fn built_in_waivers(name: &str) -> Option<&'static str> {
        ROUNDS.iter().find(|round| round.name == name).map(|round| round.waivers)
    }

    /// A built-in round.
    ///
    /// # Errors
    /// When there is no such round.
    pub fn named(name: &str) -> Result<Self, RoundError> {
        let number = |name: &str| name.trim().trim_start_matches(['v', 'V']).to_owned();
        let BuiltIn { name, round: text, .. } = ROUNDS
            .iter()
            .find(|known| number(known.name) == number(name))
            .ok_or_else(|| RoundError::Unknown { name: name.to_owned() })?;
        // A test holds that what is built in is within the ranges.
        let mut round: Self = read(name, text)?;
        (*name).clone_into(&mut round.name);
        Ok(round)
    }

    /// Reads a round from text; `name` is what outputs call it.
    ///
    /// # Errors
    /// When the text is no round; the reason names line and column. When a number lies outside of the range that
    /// `schemas/round.schema.json` states, or a list or division is named that is not there.
    pub fn parse(name: &str, text: &str) -> Result<Self, RoundError> {
        let malformed = |reason: String| RoundError::Malformed { name: name.to_owned(), reason };
        let mut round: Self = read(name, text)?;
        name.clone_into(&mut round.name);
        ranges::check(&read(name, text)?).map_err(malformed)?;
        round.check_lists().map_err(malformed)?;
        round.check_divisions().map_err(malformed)?;
        Ok(round)
    }

    /// Every division whose severities differ must be one of the round.
    fn check_divisions(&self) -> Result<(), String> {
        let named = self.severities.iter().flat_map(|(rule, own)| own.keys().map(move |division| (rule, division)));
        for (rule, division) in named {
            if division != "*" && !self.divisions.contains(division) {
                let known = self.divisions.join(", ");
                return Err(format!(
                    "severities.{rule} names the division {division}; there are {known}, and * for all"
                ));
            }
        }
        Ok(())
    }

    /// Every list a round names must be one we carry.
    fn check_lists(&self) -> Result<(), String> {
        for (name, benchmark) in &self.benchmarks {
            for list in benchmark.lists.iter().chain(&benchmark.superseded_lists) {
                let known = match benchmark.task {
                    Task::Wakeword => wakeword_truth(list).is_some(),
                    Task::Classification | Task::Anomaly => dataset(list).is_some(),
                };
                if !known {
                    let names = dataset_names().join(", ");
                    return Err(format!("benchmark {name} names the input list {list}; there are {names}"));
                }
            }
        }
        Ok(())
    }

    /// The official short name of a benchmark's folder.
    #[must_use]
    pub fn benchmark_of_folder(&self, folder: &str) -> Option<&str> {
        let named = |(name, spec): &(&String, &BenchmarkSpec)| {
            *name == folder || spec.aliases.iter().any(|alias| alias == folder)
        };
        self.benchmarks.iter().find(named).map(|(name, _)| name.as_str())
    }

    /// The run of a folder's name.
    #[must_use]
    pub fn mode_of_folder(&self, folder: &str) -> Option<Mode> {
        Mode::from_name(folder).or_else(|| self.run_aliases.get(folder).copied())
    }

    /// The official status that a word was meant to be: the word itself, a spelling that is understood, or one that a slip
    /// or two away is none of the others.
    #[must_use]
    pub fn status_meant(&self, found: &str) -> Option<&str> {
        /// Slips that still leave no doubt; the statuses lie at least five letters apart.
        const SLIPS: usize = 2;
        let found = found.trim().to_lowercase();
        let known = |(right, others): &(&String, &Vec<String>)| **right == found || others.contains(&found);
        let exact = self.statuses.iter().find(known).map(|(right, _)| right.as_str());
        let long = || self.statuses.keys().map(String::as_str).filter(|right| right.len() > 2 * SLIPS + 1);
        exact.or_else(|| spelling::nearest(&found, long(), SLIPS))
    }

    /// The benchmark whose model string a device reports.
    #[must_use]
    pub fn benchmark_of_model(&self, model: &str) -> Option<&str> {
        self.benchmarks.iter().find(|(_, spec)| spec.model == model).map(|(name, _)| name.as_str())
    }
}

/// Reads the text of a round's file.
fn read<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T, RoundError> {
    let malformed = |reason: String| RoundError::Malformed { name: name.to_owned(), reason };
    if text.len() > MAX_BYTES {
        return Err(malformed(format!("the file has {} bytes, a round file has at most {MAX_BYTES}", text.len())));
    }
    let known = |other: &str| ROUNDS.iter().find(|round| round.name == other && other != name).map(|round| round.round);
    let text = extends::whole(text, known).map_err(malformed)?;
    let options = serde_yaml::options! {
        budget: serde_yaml::budget! { max_nodes: 20_000, max_depth: 32, max_aliases: 100 },
    };
    serde_yaml::from_str_with_options(&text, options).map_err(|error| malformed(error.to_string()))
}

/// A model string of any built-in round and the benchmark it stands for.
#[must_use]
pub fn known_models() -> &'static BTreeMap<String, String> {
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

    #[test]
    fn every_built_in_round_reads_and_names_known_lists() {
        for BuiltIn { name, round: text, .. } in ROUNDS {
            let round = Round::parse(name, text).unwrap();
            assert_eq!(round.name, *name);
            assert!(!round.benchmarks.is_empty());
        }
    }

    #[test]
    fn missing_and_unknown_fields_are_errors_with_line_and_column() {
        let text = ROUNDS[0].round;
        let missing = text.replace("  min_seconds: 10.0\n  min_inf", "  min_inf");
        let error = Round::parse("draft", &missing).unwrap_err().to_string();
        assert!(error.contains("min_seconds") && error.contains("line"), "{error}");
        let unknown = text.replace("windows:\n", "windows:\n  colour: blue\n");
        let error = Round::parse("draft", &unknown).unwrap_err().to_string();
        assert!(error.contains("colour") && error.contains("line"), "{error}");
    }

    #[test]
    fn what_is_outside_of_its_range_or_not_there_is_named() {
        let known = |name: &str| ROUNDS.iter().find(|round| round.name == name).map(|round| round.round);
        let text = extends::whole(ROUNDS[5].round, known).unwrap();
        for (from, to, expected) in [
            ("count: 5", "count: 18446744073709551615", "windows.count is 18446744073709551615, expected 1 to 1000"),
            ("printed_units: 0.53", "printed_units: 1e308", "tolerances.printed_units is 1e+308, expected 0 to 1000"),
            ("printed_units: 0.53", "printed_units: .nan", "non-finite float"),
            ("{auc: 0.85}", "{auc: 85}", "benchmarks.ad.target.auc is 85, expected 0 to 1"),
            ("trials: 1", "trials: 0", "wakeword.trials is 0, expected 1 to 1000"),
            ("  weights-not-reference: {open: note}", "  window-count: {ajar: note}", "names the division ajar"),
        ] {
            assert!(text.contains(from), "{from}");
            let error = Round::parse("draft", &text.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.starts_with("round draft: ") && error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_draft_may_extend_a_round() {
        let draft =
            Round::parse("draft", "windows:\n  count: 6\n  min_seconds: 10.0\n  min_inferences: 10\nextends: v1.4\n");
        let (draft, newest) = (draft.unwrap(), Round::named("v1.4").unwrap());
        assert_eq!((draft.windows.count, newest.windows.count), (6, 5));
        assert_eq!(format!("{:?}", draft.benchmarks), format!("{:?}", newest.benchmarks));
        let unknown = Round::parse("draft", "extends: v9.9\n").unwrap_err().to_string();
        assert!(unknown.contains("v9.9") && unknown.contains("line 1"), "{unknown}");
        let wrong = Round::parse("draft", "extends: v1.4\nwindows:\n  colour: blue\n").unwrap_err().to_string();
        assert!(wrong.contains("colour") && wrong.contains("line 3"), "{wrong}");
    }

    #[test]
    fn an_unknown_round_names_those_there_are() {
        let error = Round::named("v9.9").unwrap_err().to_string();
        assert!(error.contains("v1.2") && error.contains("v1.4"), "{error}");
    }
}
