//! Findings as JUnit XML: one suite per submitter, one case per finding or result without findings.
//!
//! There is no single JUnit format. The output is valid under both the schema of Apache Ant, which requires the most,
//! and that of Jenkins, which allows the least, so that any tool that reads JUnit XML can display it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::BytesText;

use crate::audit::finding::Finding;
use crate::audit::report::Report;
use crate::render::untrusted::Untrusted;
use crate::round::Severity;

/// The cases of one submitter.
#[derive(Default)]
struct Suite {
    cases: Vec<Case>,
    /// Findings that do not fail their case, for the suite's output.
    output: String,
}

struct Case {
    name: String,
    class: String,
    failure: Option<Failure>,
}

struct Failure {
    message: String,
    rule: &'static str,
    text: String,
}

/// Writes one document. Findings at or above `threshold` fail their case; other findings are printed in the output of
/// the suite. A result without failing findings is a case that passes.
///
/// # Errors
/// When the writer fails.
pub fn write(report: &Report, threshold: Severity, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: BTreeMap<String, Suite> = BTreeMap::new();
    for finding in &report.findings {
        let owner = report.submission.submitter_of(&finding.path);
        let name = owner.map_or_else(|| "submission".to_owned(), |owner| format!("{}/{}", owner.division, owner.name));
        suites.entry(name).or_default().add(finding, threshold);
    }
    for (system, benchmark) in report.results() {
        if report.findings_on(system, benchmark).all(|finding| !finding.counts() || finding.severity < threshold) {
            let suite = suites.entry(format!("{}/{}", system.division, system.submitter)).or_default();
            let name = format!("{} {}", system.name, benchmark.folder);
            suite.cases.push(Case { name, class: benchmark.path.clone(), failure: None });
        }
    }
    let mut writer = Writer::new_with_indent(&mut *out, b' ', 2);
    writer.get_mut().write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
    writer.create_element("testsuites").write_inner_content(|writer| {
        suites.iter().enumerate().try_for_each(|(id, (name, suite))| suite.write(id, name, &report.round.name, writer))
    })?;
    writeln!(out)
}

impl Suite {
    fn add(&mut self, finding: &Finding, threshold: Severity) {
        let line = if finding.line > 0 { format!(":{}", finding.line) } else { String::new() };
        let place = format!("{}{line}", finding.path);
        let text = format!(
            "{}\n{}\nWhat to do: {}",
            Untrusted(&place).for_terminal(),
            Untrusted(&finding.message).for_terminal(),
            Untrusted(&finding.help).for_terminal()
        );
        let failure = if finding.counts() && finding.severity >= threshold {
            Some(Failure { message: finding.message.clone(), rule: finding.rule.id, text })
        } else {
            self.output.extend([finding.severity.name(), ": ", text.as_str(), "\n"]);
            None
        };
        let name = format!("{} {place}: {}", finding.rule.id, finding.message);
        self.cases.push(Case { name, class: finding.path.clone(), failure });
    }

    fn write<W: Write>(&self, id: usize, name: &str, round: &str, writer: &mut Writer<W>) -> io::Result<()> {
        let (name, round) = (legal(&Untrusted(name).for_terminal()), legal(&Untrusted(round).for_terminal()));
        let failures = self.cases.iter().filter(|case| case.failure.is_some()).count();
        // Ant's schema requires times and a host; the values are constants because no clock is read.
        writer
            .create_element("testsuite")
            .with_attributes([
                ("name", name.as_str()),
                ("package", "tinyaudit"),
                ("id", &id.to_string()),
                ("timestamp", "1970-01-01T00:00:00"),
                ("hostname", "localhost"),
                ("tests", &self.cases.len().to_string()),
                ("failures", &failures.to_string()),
                ("errors", "0"),
                ("time", "0"),
            ])
            .write_inner_content(|writer| {
                writer.create_element("properties").write_inner_content(|writer| {
                    let property = [("name", "round"), ("value", round.as_str())];
                    writer.create_element("property").with_attributes(property).write_empty().map(drop)
                })?;
                self.cases.iter().try_for_each(|case| case.write(writer))?;
                writer.create_element("system-out").write_text_content(BytesText::new(&legal(&self.output)))?;
                writer.create_element("system-err").write_text_content(BytesText::new("")).map(drop)
            })
            .map(drop)
    }
}

impl Case {
    fn write<W: Write>(&self, writer: &mut Writer<W>) -> io::Result<()> {
        let (name, class) =
            (legal(&Untrusted(&self.name).for_terminal()), legal(&Untrusted(&self.class).for_terminal()));
        let element = writer.create_element("testcase").with_attributes([
            ("name", name.as_str()),
            ("classname", &class),
            ("time", "0"),
        ]);
        let Some(failure) = &self.failure else { return element.write_empty().map(drop) };
        let message = legal(&Untrusted(&failure.message).for_terminal());
        element
            .write_inner_content(|writer| {
                writer
                    .create_element("failure")
                    .with_attributes([("message", message.as_str()), ("type", failure.rule)])
                    .write_text_content(BytesText::new(&legal(&failure.text)))
                    .map(drop)
            })
            .map(drop)
    }
}

/// Replaces the two characters that XML forbids even when escaped.
fn legal(text: &str) -> String {
    text.replace(['\u{FFFE}', '\u{FFFF}'], "\u{FFFD}")
}
