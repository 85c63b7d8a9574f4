//! What the words of a table say: headings of columns, labels of rows, units of numbers.

use crate::parse::claims::Printed;
use crate::round::Round;
use crate::schema::spelling::plain;

/// A column that describes a system or says what a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Division,
    Availability,
    Submitter,
    System,
    Board,
    /// A field of the system description, by its name there.
    Description(&'static str),
    /// Framework and libraries together.
    Software,
    Id,
    UniqueId,
    Benchmark,
    Model,
    ResultUnit,
    HasPower,
    PowerUnit,
}

/// Names of columns, as letters and digits only.
const FIELDS: [(Field, &[&str]); 24] = [
    (Field::Division, &["division"]),
    (Field::Availability, &["availability", "status", "category", "availabilitycategory"]),
    (Field::Submitter, &["organization", "organisation", "submitter", "submitters", "company", "vendor"]),
    (Field::System, &["systemdesc", "system", "systemname", "systemdescription", "systemundertest", "sut"]),
    (Field::Board, &["boardname", "board", "device", "devicename", "platform"]),
    (
        Field::Description("Processor(s) Name"),
        &["hostprocessormodelname", "processorsname", "processorname", "processor", "processors", "hostprocessor"],
    ),
    (
        Field::Description("Processor(s) Frequencies"),
        &["hostprocessorfrequency", "processorsfrequencies", "processorfrequency", "frequency"],
    ),
    (
        Field::Description("Processor memory type and capacity"),
        &["hostprocessormemory", "processormemorytypeandcapacity", "processormemory", "memory"],
    ),
    (Field::Description("Accelerator"), &["acceleratormodelname", "accelerator", "accelerators"]),
    (
        Field::Description("Accelerator(s) Frequencies"),
        &["acceleratorfrequency", "acceleratorsfrequencies", "acceleratorfrequencies"],
    ),
    (
        Field::Description("Accelerator memory type and capacity"),
        &["acceleratormemory", "acceleratormemorytypeandcapacity"],
    ),
    (Field::Description("Hardware Notes"), &["hardwarenotes"]),
    (Field::Description("Inference Framework"), &["inferenceframework", "framework"]),
    (Field::Description("Software Libraries"), &["softwarelibraries"]),
    (Field::Software, &["software"]),
    (Field::Description("Software Notes"), &["softwarenotes"]),
    (Field::Id, &["id", "publicid"]),
    (Field::UniqueId, &["uniqueid", "uniqueidegforaudit"]),
    (Field::Benchmark, &["mlperfmodel", "benchmark", "task", "workload"]),
    (Field::Model, &["model", "usedmodel"]),
    (Field::ResultUnit, &["resultunit", "unit"]),
    (Field::HasPower, &["haspower"]),
    (Field::PowerUnit, &["powerunit"]),
    // Ours, which says nothing about a figure.
    (Field::Description(""), &["valid", "energyvalid", "details", "code", "colorkey"]),
];

/// Returns the field that a heading names as a whole.
pub(crate) fn field(heading: &str) -> Option<Field> {
    let plain = plain(heading);
    FIELDS.iter().find(|(_, names)| names.contains(&plain.as_str())).map(|(field, _)| *field)
}

/// What a figure measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Metric {
    /// Throughput or latency, as the unit says.
    Speed,
    /// Top-1, AUC or F1, as the benchmark says.
    Quality,
    /// Energy per inference, or power for the wake word, as the unit says.
    Energy,
    FalsePositives,
    FalseNegatives,
    DutyCycle,
}

/// Unit of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// Inferences per second.
    PerSecond,
    /// Milliseconds per inference.
    Milliseconds,
    /// Microseconds per inference.
    Microseconds,
    /// Microjoules per inference.
    Microjoules,
    /// Millijoules per inference.
    Millijoules,
    /// Milliwatts.
    Milliwatts,
    /// Microwatts.
    Microwatts,
    /// Per cent.
    Percent,
}

const UNITS: [(Unit, &[&str]); 8] = [
    (Unit::PerSecond, &["infs", "infsec", "inferencess", "infers", "inferencespersecond", "infpers", "fps", "ips"]),
    (Unit::Milliseconds, &["ms", "msec", "msinf", "msinference", "milliseconds"]),
    (Unit::Microseconds, &["us", "μs", "usec", "usinf", "microseconds"]),
    (Unit::Microjoules, &["uj", "μj", "ujinf", "μjinf", "ujinference", "microjoules", "ujperinf"]),
    (Unit::Millijoules, &["mj", "mjinf", "millijoules"]),
    (Unit::Milliwatts, &["mw", "milliwatts"]),
    (Unit::Microwatts, &["uw", "μw", "microwatts"]),
    (Unit::Percent, &["percent"]),
];

impl Unit {
    /// Returns the unit that a text is, as a whole: `inf./sec.`, `µJ`.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        if text.trim() == "%" {
            return Some(Self::Percent);
        }
        let plain = plain(&text.replace('µ', "μ"));
        UNITS.iter().find(|(_, names)| names.contains(&plain.as_str())).map(|(unit, _)| *unit)
    }

    /// Name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PerSecond => "inf/s",
            Self::Milliseconds => "ms",
            Self::Microseconds => "µs",
            Self::Microjoules => "µJ",
            Self::Millijoules => "mJ",
            Self::Milliwatts => "mW",
            Self::Microwatts => "µW",
            Self::Percent => "%",
        }
    }

    /// Whether figures of a metric can have this unit.
    pub(crate) fn measures(self, metric: Metric) -> bool {
        self.metric() == metric
    }

    const fn metric(self) -> Metric {
        match self {
            Self::PerSecond | Self::Milliseconds | Self::Microseconds => Metric::Speed,
            Self::Microjoules | Self::Millijoules | Self::Milliwatts | Self::Microwatts => Metric::Energy,
            Self::Percent => Metric::Quality,
        }
    }
}

/// Words that name a metric, each with the unit it implies.
const METRICS: [(&str, Metric, Option<Unit>); 17] = [
    ("throughput", Metric::Speed, Some(Unit::PerSecond)),
    ("latency", Metric::Speed, None),
    ("result", Metric::Speed, None),
    ("results", Metric::Speed, None),
    ("energy", Metric::Energy, None),
    ("power", Metric::Energy, None),
    ("accuracy", Metric::Quality, None),
    ("quality", Metric::Quality, None),
    ("top1", Metric::Quality, None),
    ("auc", Metric::Quality, None),
    ("f1", Metric::Quality, None),
    ("falsepositives", Metric::FalsePositives, None),
    ("falsealarms", Metric::FalsePositives, None),
    ("falsenegatives", Metric::FalseNegatives, None),
    ("misses", Metric::FalseNegatives, None),
    ("dutycycle", Metric::DutyCycle, None),
    ("duty", Metric::DutyCycle, None),
];

/// What a text, or several together, say about the figures beside or below them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub benchmark: Option<String>,
    pub metric: Option<Metric>,
    pub unit: Option<Unit>,
}

impl Meaning {
    /// Reads a heading or label.
    pub(crate) fn of(text: &str, round: &Round) -> Self {
        let words = words(text);
        let whole = plain(text);
        let named = METRICS.iter().find(|(name, ..)| {
            words.iter().any(|word| word == name) || words.windows(2).any(|pair| pair.concat() == *name)
        });
        // A unit is one word, or several: `inf./sec.`, `µJ/inf.`, `inf per s`.
        let unit = (1..=3).rev().find_map(|count| words.windows(count).find_map(|some| Unit::named(&some.concat())));
        let unit = unit.or_else(|| text.contains('%').then_some(Unit::Percent));
        let metric = named.map(|(_, metric, _)| *metric).or_else(|| Some(unit?.metric()));
        let unit = unit.or_else(|| named.and_then(|(.., unit)| *unit)).filter(|unit| Some(unit.metric()) == metric);
        Self { benchmark: benchmark(&words, &whole, round), metric, unit }
    }

    /// Adds what another text says; what is known already stays.
    pub(crate) fn and(self, other: &Self) -> Self {
        let metric = self.metric.or(other.metric);
        // A unit of another quantity belongs to another figure.
        let unit = self.unit.or(other.unit).filter(|unit| metric.is_none_or(|metric| metric == unit.metric()));
        Self { benchmark: self.benchmark.or_else(|| other.benchmark.clone()), metric, unit }
    }

    /// Whether nothing was recognised.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Splits a text into words of letters and digits, in lower case.
fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase().replace('µ', "μ").replace("top-1", "top1").replace("top 1", "top1");
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Returns the one benchmark that a text names, by its short name, its title or another name of its folder.
fn benchmark(words: &[String], whole: &str, round: &Round) -> Option<String> {
    let named = |name: &str, spec: &crate::round::BenchmarkSpec| {
        let title = plain(&spec.title);
        let is_word = |name: &str| words.iter().any(|word| word == name);
        let in_words = is_word(name) || is_word(&spec.model) || spec.aliases.iter().any(|alias| is_word(&plain(alias)));
        // `Visual Wake Words`, `visual wakewords`, `keyword spotting (KWS)`.
        if whole.contains(&title) { Some(title.len()) } else { in_words.then_some(name.len()) }
    };
    let found = round.benchmarks.iter().filter_map(|(name, spec)| Some((named(name, spec)?, name)));
    let found: Vec<(usize, &String)> = found.collect();
    let longest = found.iter().map(|(length, _)| *length).max()?;
    let mut best = found.into_iter().filter(|(length, _)| *length == longest);
    let (_, name) = best.next()?;
    best.next().is_none().then(|| name.clone())
}

/// A number in a cell, with the unit beside it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Number {
    pub printed: Printed,
    pub unit: Option<Unit>,
}

/// Reads a cell that is a number: `13.4`, `1,356.2`, `75.2 ms`, `90.1%`, `≈ 12`.
pub(crate) fn number(cell: &str) -> Option<Number> {
    let text = cell.trim().trim_start_matches(['~', '≈', '≤', '<', '>']).trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+' | 'e' | 'E')));
    let (mut number, mut rest) = text.split_at(end.unwrap_or(text.len()));
    // The `e` of a unit's name is not an exponent.
    if let Some(at) = number.find(['e', 'E']).filter(|at| number[at + 1..].trim_start_matches(['-', '+']).is_empty()) {
        (number, rest) = text.split_at(at);
    }
    let number = without_groups(number)?;
    let unit = rest.trim().trim_start_matches('*').trim();
    if !unit.is_empty() && Unit::named(unit).is_none() {
        return None;
    }
    Some(Number { printed: Printed::parse(number.as_bytes(), 0)?, unit: Unit::named(unit) })
}

/// Removes the commas between groups of three digits. A comma elsewhere is not a number of these tables.
fn without_groups(number: &str) -> Option<String> {
    let Some((first, groups)) = number.split_once(',') else { return Some(number.to_owned()) };
    let whole = groups.split('.').next().unwrap_or(groups);
    let fits = (1..=3).contains(&first.trim_start_matches('-').len()) && whole.split(',').all(|group| group.len() == 3);
    fits.then(|| number.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(text: &str) -> Meaning {
        Meaning::of(text, &Round::named("v1.4").unwrap())
    }

    #[test]
    fn headings_are_read_by_their_words() {
        let cases = [
            ("Latency (ms)", None, Some(Metric::Speed), Some(Unit::Milliseconds)),
            ("throughput_inf_per_s", None, Some(Metric::Speed), Some(Unit::PerSecond)),
            ("Visual Wake Words — Energy [µJ]", Some("vww"), Some(Metric::Energy), Some(Unit::Microjoules)),
            ("KWS accuracy", Some("kws"), Some(Metric::Quality), None),
            ("Top-1 %", None, Some(Metric::Quality), Some(Unit::Percent)),
            ("Power", None, Some(Metric::Energy), None),
            ("inf./sec.", None, Some(Metric::Speed), Some(Unit::PerSecond)),
            ("uJ/inf.", None, Some(Metric::Energy), Some(Unit::Microjoules)),
            ("ic2", Some("ic2"), None, None),
            ("Image classification", Some("ic"), None, None),
            ("Image classification, larger model", Some("ic2"), None, None),
            ("static", None, None, None),
        ];
        for (text, benchmark, metric, unit) in cases {
            let expected = Meaning { benchmark: benchmark.map(str::to_owned), metric, unit };
            assert_eq!(meaning(text), expected, "{text}");
        }
        assert_eq!(field("Unique ID (e.g. for Audit)"), Some(Field::UniqueId));
        assert_eq!(field("Board Name"), Some(Field::Board));
        assert_eq!(field("Result"), None);
    }

    #[test]
    fn numbers_may_have_groups_and_units() {
        let value = |text: &str| number(text).map(|one| (one.printed.value, one.printed.unit, one.unit));
        assert_eq!(value("1,356.20"), Some((1356.2, 0.01, None)));
        assert_eq!(value("75.2 ms"), Some((75.2, 0.1, Some(Unit::Milliseconds))));
        assert_eq!(value("90.1%"), Some((90.1, 0.1, Some(Unit::Percent))));
        assert_eq!(value("~12 µJ/inf"), Some((12.0, 1.0, Some(Unit::Microjoules))));
        for text in ["", "v1.2", "12 MHz", "Cortex-M4", "1,5", "2021-05-07", "N/A", "-"] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
