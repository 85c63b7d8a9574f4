//! Profile of a simulated device, read from YAML (`schemas/profile.schema.json`).

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::infer::Model;
use crate::round::Mode;
use crate::schema::{FileErrors, read_yaml, read_yaml_in_range};

/// Device profile.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Name of the profile: the file name without extension.
    #[serde(skip)]
    pub name: String,
    /// Name of the system, also of its folder.
    pub system: String,
    /// Reply of the device to `name`.
    pub vendor: String,
    /// Seed of the random numbers.
    pub seed: u64,
    /// System description, by official field.
    pub description: BTreeMap<String, String>,
    /// Speed, by benchmark; a benchmark that is missing is not supported.
    pub benchmarks: BTreeMap<String, Speed>,
    /// Power in mW; `null` if energy cannot be measured.
    pub power: Option<Power>,
    /// Serial links.
    pub link: Link,
    /// Format of its replies.
    pub printing: Printing,
    /// Error of its clock in parts per million; a positive value means that the clock is fast.
    #[schemars(range(min = -1_000_000.0, max = 1_000_000.0))]
    pub clock_ppm: f64,
    /// Quality of its outputs, by benchmark.
    pub quality: BTreeMap<String, Quality>,
    /// Faults that happen during a session.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// A TFLite file whose outputs the device gives, beside the profile or with a whole path; without it, the outputs
    /// have the quality above. Only for a profile in a file.
    #[serde(default)]
    pub model: Option<String>,
    /// The model that was read.
    #[serde(skip)]
    pub network: Option<Arc<Model>>,
}

/// Speed of a benchmark.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Speed {
    /// Seconds per inference.
    #[schemars(range(min = 0.0, max = 3600.0))]
    pub seconds: f64,
    /// Largest deviation of a window from that, as a fraction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub jitter: f64,
}

/// Power in mW.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Power {
    /// While waiting.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub idle: f64,
    /// While an input is loaded.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub load: f64,
    /// While inferring.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub inference: f64,
    /// Supply voltage in mV.
    #[schemars(range(min = 1, max = 100_000))]
    pub millivolts: u32,
}

/// Serial links.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Baud rate of the device in performance and accuracy mode.
    #[schemars(range(min = 1, max = 100_000_000))]
    pub baud: u64,
    /// Baud rate of the device in energy mode.
    #[schemars(range(min = 1, max = 100_000_000))]
    pub energy_baud: u64,
    /// Baud rate of the interface board.
    #[schemars(range(min = 1, max = 100_000_000))]
    pub board_baud: u64,
}

/// Format of a device's replies.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Printing {
    /// Number of decimals of an output; 0 prints int8 values from 0 to 127.
    #[schemars(range(min = 0, max = 17))]
    pub decimals: usize,
    /// Whether a comma follows the last output.
    pub trailing_comma: bool,
    /// Whether the device echoes commands.
    pub echo: bool,
}

/// Quality of the outputs of a benchmark.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Quality {
    /// Classification.
    Classes {
        /// Number of inputs that are classified correctly.
        #[schemars(range(min = 0, max = 1_000_000))]
        right: usize,
        /// Smallest output of the winning class, between 0.5 and 1.
        #[schemars(range(min = 0.5, max = 1.0))]
        confidence: f64,
    },
    /// Anomaly detection.
    Anomaly {
        /// Input list that it is measured on.
        list: String,
        /// Wanted area under the ROC curve, 0.5 to 1.
        #[schemars(range(min = 0.5, max = 1.0))]
        auc: f64,
    },
    /// Streaming wake word.
    Wakeword {
        /// Number of wake words that it misses.
        #[schemars(range(min = 0, max = 1_000_000))]
        misses: usize,
        /// Number of false alarms.
        #[schemars(range(min = 0, max = 1_000_000))]
        false_alarms: usize,
    },
}

/// Fault, taken from real evidence.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Kind of fault.
    pub kind: FaultKind,
    /// First word of the command at which it happens; empty for every command.
    #[serde(default)]
    pub command: String,
    /// Number of such commands before the one at which it happens.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub after: usize,
}

/// Kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The command is not answered.
    NoReply,
    /// The reply lacks its `m-ready`.
    MissingReady,
    /// An extra `m-ready` follows the reply.
    StaleReady,
    /// The device restarts and prints its banner.
    Reset,
    /// A byte 0xFF is mixed into the reply.
    Garbage,
    /// A byte of the second-last line of the reply is lost.
    DropFromDevice,
    /// A byte of the command is lost.
    DropToDevice,
    /// A pulse of the time-stamp pin is missed.
    LostStamp,
    /// A pulse of the time-stamp pin is seen twice.
    ExtraStamp,
    /// The energy monitor loses one second of samples.
    DroppedSamples,
    /// The device's clock runs at two thirds of its nominal speed.
    SlowClock,
    /// The device reports another benchmark's model.
    WrongModel,
    /// A timed window runs only half of its inferences.
    Cheat,
}

/// Error of a profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// No profile of that name is built in.
    #[error("there is no profile {name}; known: {known}")]
    Unknown {
        /// Requested name.
        name: String,
        /// Names of the built-in profiles.
        known: String,
    },
    /// The text is not a valid profile.
    #[error(transparent)]
    Malformed(#[from] FileErrors),
    /// The profile does not have power figures.
    #[error("profile {profile} has no power figures, so energy cannot be measured; add `power:` or use another mode")]
    NoPower {
        /// Name of the profile.
        profile: String,
    },
    /// The device does not run that benchmark.
    #[error("profile {profile} does not run {benchmark}; it runs {known}")]
    NoSuchBenchmark {
        /// Name of the profile.
        profile: String,
        /// Requested benchmark.
        benchmark: String,
        /// Benchmarks that the device runs.
        known: String,
    },
}

const PROFILES: &[(&str, &str)] = &[
    ("cortex-m0plus", include_str!("../../../profiles/cortex-m0plus.yaml")),
    ("cortex-m4-reference", include_str!("../../../profiles/cortex-m4-reference.yaml")),
    ("fast-accelerator", include_str!("../../../profiles/fast-accelerator.yaml")),
    ("fpga", include_str!("../../../profiles/fpga.yaml")),
];

impl Profile {
    /// Returns the names of the built-in profiles.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        PROFILES.iter().map(|(name, _)| *name).collect()
    }

    /// Returns a built-in profile.
    ///
    /// # Errors
    /// When there is no profile with that name.
    pub fn named(name: &str) -> Result<Self, ProfileError> {
        let unknown = || ProfileError::Unknown { name: name.to_owned(), known: Self::names().join(", ") };
        let (name, text) = PROFILES.iter().find(|(known, _)| *known == name).ok_or_else(unknown)?;
        // A test compares the built-in files with their schema, so that it is not compiled here.
        let mut profile: Self = read_yaml(name, text)?;
        (*name).clone_into(&mut profile.name);
        Ok(profile)
    }

    /// Parses a profile.
    ///
    /// # Errors
    /// When the text is not a valid profile.
    pub fn parse(name: &str, file: &str, text: &str) -> Result<Self, ProfileError> {
        let mut profile: Self = read_yaml_in_range(file, text)?;
        name.clone_into(&mut profile.name);
        Ok(profile)
    }

    /// Returns the speed of a benchmark.
    ///
    /// # Errors
    /// When the device does not run the benchmark.
    pub(crate) fn speed(&self, benchmark: &str) -> Result<Speed, ProfileError> {
        self.benchmarks.get(benchmark).copied().ok_or_else(|| ProfileError::NoSuchBenchmark {
            profile: self.name.clone(),
            benchmark: benchmark.to_owned(),
            known: self.benchmarks.keys().cloned().collect::<Vec<_>>().join(", "),
        })
    }

    /// Returns the baud rate of the device's port, which depends on the mode that its firmware is built for.
    #[must_use]
    pub(crate) fn device_baud(&self, benchmark: &str, mode: Mode) -> u32 {
        let energy = mode == Mode::Energy && benchmark != "sww";
        u32::try_from(if energy { self.link.energy_baud } else { self.link.baud }).unwrap_or(u32::MAX)
    }

    /// Returns the supply voltage in mV; 1800 if the profile does not have power figures.
    #[must_use]
    pub(crate) fn millivolts(&self) -> u32 {
        self.power.map_or(1800, |power| power.millivolts)
    }

    /// Returns whether the profile has a fault of this kind.
    #[must_use]
    pub(crate) fn has_fault(&self, kind: FaultKind) -> bool {
        self.faults.iter().any(|fault| fault.kind == kind)
    }
}
