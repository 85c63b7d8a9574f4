//! What a simulated device is like, read from YAML (`schemas/profile.schema.json`).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::round::Mode;

/// A device profile.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The profile's name: the file's name without its ending.
    #[serde(skip)]
    pub name: String,
    /// Name of the system, as its folder.
    pub system: String,
    /// What the device answers to `name`.
    pub vendor: String,
    /// Start of every random sequence.
    pub seed: u64,
    /// System description, by official field.
    pub description: BTreeMap<String, String>,
    /// What it runs, by benchmark.
    pub benchmarks: BTreeMap<String, Speed>,
    /// Power in mW; `null` where the profile has no energy measurement.
    pub power: Option<Power>,
    /// Its serial links.
    pub link: Link,
    /// How it prints.
    pub printing: Printing,
    /// Its clock's error in parts per million; positive runs fast.
    pub clock_ppm: f64,
    /// How good its outputs are, by benchmark.
    pub quality: BTreeMap<String, Quality>,
    /// What goes wrong.
    #[serde(default)]
    pub faults: Vec<Fault>,
}

/// How fast a benchmark runs.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Speed {
    /// Seconds of one inference.
    pub seconds: f64,
    /// Largest deviation of a window from that, as a fraction.
    pub jitter: f64,
}

/// Power in mW.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Power {
    /// While waiting.
    pub idle: f64,
    /// While an input is loaded.
    pub load: f64,
    /// While inferring.
    pub inference: f64,
    /// Supply voltage in mV.
    pub millivolts: u32,
}

/// Serial links.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Baud of the device in performance and accuracy mode.
    pub baud: u64,
    /// Baud of the device in energy mode.
    pub energy_baud: u64,
    /// Baud of the interface board.
    pub board_baud: u64,
}

/// How a device prints.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Printing {
    /// Decimals of an output; zero prints int8 values 0 to 127.
    pub decimals: usize,
    /// Whether a comma follows the last output.
    pub trailing_comma: bool,
    /// Whether the device echoes commands.
    pub echo: bool,
}

/// How good the outputs of a benchmark are.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Quality {
    /// Classification.
    Classes {
        /// Inputs of the list that are classified right.
        right: usize,
        /// Smallest output of the winning class, between 0.5 and 1.
        confidence: f64,
    },
    /// Anomaly detection.
    Anomaly {
        /// The input list it is measured on.
        list: String,
        /// Wanted area under the ROC curve, 0.5 to 1.
        auc: f64,
    },
    /// Streaming wake word.
    Wakeword {
        /// Words it misses.
        misses: usize,
        /// False alarms.
        false_alarms: usize,
    },
}

/// Something that goes wrong, taken from real evidence.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// The first word of the command it happens at; every command if empty.
    #[serde(default)]
    pub command: String,
    /// How many such commands pass unharmed before.
    #[serde(default)]
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
    /// A byte of the reply's last line but one is lost.
    DropFromDevice,
    /// A byte of the command is lost.
    DropToDevice,
    /// A pulse of the time-stamp pin is not seen.
    LostStamp,
    /// A pulse of the time-stamp pin is seen twice.
    ExtraStamp,
    /// The energy monitor loses a second of samples.
    DroppedSamples,
    /// The device's clock runs at two thirds of its speed.
    SlowClock,
    /// The device reports another benchmark's model.
    WrongModel,
    /// A timed window runs only half of its inferences.
    Cheat,
}

/// Why there is no such profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// No profile of that name is built in.
    #[error("there is no profile {name}; there are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// Built-in profiles.
        known: String,
    },
    /// The text is no profile.
    #[error("{file}: {reason}")]
    Malformed {
        /// Which.
        file: String,
        /// Why, with line and column.
        reason: String,
    },
    /// The profile says nothing of power.
    #[error(
        "profile {profile} has no power figures, so its energy cannot be measured; give it `power:` or use another mode"
    )]
    NoPower {
        /// Which profile.
        profile: String,
    },
    /// The device does not run that benchmark.
    #[error("profile {profile} does not run {benchmark}; it runs {known}")]
    NoSuchBenchmark {
        /// Which profile.
        profile: String,
        /// What was asked for.
        benchmark: String,
        /// What it runs.
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
    /// Names of the built-in profiles.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        PROFILES.iter().map(|(name, _)| *name).collect()
    }

    /// A built-in profile.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn named(name: &str) -> Result<Self, ProfileError> {
        let unknown = || ProfileError::Unknown { name: name.to_owned(), known: Self::names().join(", ") };
        let (name, text) = PROFILES.iter().find(|(known, _)| *known == name).ok_or_else(unknown)?;
        Self::parse(name, text)
    }

    /// Reads a profile from text.
    ///
    /// # Errors
    /// When the text is none.
    pub fn parse(name: &str, text: &str) -> Result<Self, ProfileError> {
        let mut profile: Self = serde_yaml::from_str(text)
            .map_err(|error| ProfileError::Malformed { file: format!("{name}.yaml"), reason: error.to_string() })?;
        name.clone_into(&mut profile.name);
        Ok(profile)
    }

    /// How fast it runs a benchmark.
    ///
    /// # Errors
    /// When it does not run it.
    pub fn speed(&self, benchmark: &str) -> Result<Speed, ProfileError> {
        self.benchmarks.get(benchmark).copied().ok_or_else(|| ProfileError::NoSuchBenchmark {
            profile: self.name.clone(),
            benchmark: benchmark.to_owned(),
            known: self.benchmarks.keys().cloned().collect::<Vec<_>>().join(", "),
        })
    }

    /// Speed of the device's port in baud, which depends on what its firmware is built for.
    #[must_use]
    pub fn device_baud(&self, benchmark: &str, mode: Mode) -> u32 {
        let energy = mode == Mode::Energy && benchmark != "sww";
        u32::try_from(if energy { self.link.energy_baud } else { self.link.baud }).unwrap_or(u32::MAX)
    }

    /// Supply voltage in mV; 1800 where the profile has no energy measurement.
    #[must_use]
    pub fn millivolts(&self) -> u32 {
        self.power.map_or(1800, |power| power.millivolts)
    }

    /// Whether a fault of some kind is in the profile at all.
    #[must_use]
    pub fn has_fault(&self, kind: FaultKind) -> bool {
        self.faults.iter().any(|fault| fault.kind == kind)
    }
}
