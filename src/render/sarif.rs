//! Findings as SARIF 2.1.0, for code-scanning services.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::audit::checks::rules;
use crate::audit::finding::Finding;
use crate::audit::report::Report;
use crate::audit::rule::{Group, Rule};
use crate::parse::location::Line;
use crate::parse::text;
use crate::render::url;

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    results: Results<'a>,
    properties: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Text,
    full_description: Text,
    help: Help,
    default_configuration: Configuration,
    properties: Tags,
}

#[derive(Serialize)]
struct Tags {
    tags: Vec<Group>,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Text>,
}

/// Writes one SARIF log. Fingerprints are made of rule, path and message, so that a finding keeps its fingerprint when
/// lines move.
///
/// # Errors
/// When the writer fails.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: env!("CARGO_PKG_NAME"),
                    version: env!("CARGO_PKG_VERSION"),
                    rules: rules().map(descriptor).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results: Results(report),
            properties: BTreeMap::from([("round", report.round.name.clone())]),
        }],
    };
    super::json::write(&log, out)
}

fn descriptor(rule: &Rule) -> Descriptor {
    let explanation = rule.explanation();
    let full = if explanation.is_empty() { rule.title().to_owned() } else { explanation };
    let (help, source) = (rule.help(), rule.source());
    Descriptor {
        id: rule.id,
        short_description: Text { text: rule.title().to_owned() },
        help: Help {
            text: format!("{help}\nSource: {source}"),
            markdown: format!("{full}\n\n**What to do:** {help}\n\n**Source:** {source}"),
        },
        full_description: Text { text: full },
        default_configuration: Configuration { level: rule.severity.name() },
        properties: Tags { tags: vec![rule.group] },
    }
}

/// The findings of a report, whose results are built one by one as they are written.
struct Results<'a>(&'a Report);

impl Serialize for Results<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seen = HashMap::new();
        serializer.collect_seq(self.0.findings().map(|finding| result(finding, &mut seen)))
    }
}

/// Number of findings with the same digest so far.
type Seen = HashMap<[u8; 32], usize>;

fn result(finding: &Finding, seen: &mut Seen) -> SarifResult {
    let key = format!("{}\n{}\n{}", finding.rule.id, finding.path, finding.message);
    let digest: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    let number = seen.entry(digest).and_modify(|count| *count += 1).or_insert(1);
    let fingerprint = format!("{}:{number}", text::hex(&digest));
    SarifResult {
        rule_id: finding.rule.id,
        rule_index: rules().position(|rule| rule.id == finding.rule.id).unwrap_or_default(),
        level: finding.severity.name(),
        message: Text { text: finding.with_notes() },
        locations: [location(&finding.path, finding.line, finding.excerpt.as_ref(), finding.label.as_ref())],
        related_locations: finding
            .related
            .iter()
            .map(|place| location(&place.path, place.line, place.excerpt.as_ref(), Some(&place.label)))
            .collect(),
        partial_fingerprints: BTreeMap::from([("tinyaudit/v1", fingerprint)]),
        suppressions: finding
            .suppression
            .iter()
            .map(|suppression| Suppression { kind: "external", justification: suppression.to_string() })
            .collect(),
    }
}

fn location(path: &str, line: Line, excerpt: Option<&String>, label: Option<&String>) -> Location {
    let text = |text: Option<&String>| text.cloned().map(|text| Text { text });
    Location {
        physical_location: Physical {
            artifact_location: Artifact { uri: url::path(path) },
            region: (line > 0).then(|| Region { start_line: line, snippet: text(excerpt) }),
        },
        message: text(label),
    }
}
