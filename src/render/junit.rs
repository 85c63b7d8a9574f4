//! Findings as JUnit XML: one suite per submitter, one case per finding or result without findings.
//!
//! There is no single JUnit format. The output is valid under both the schema of Apache Ant, which requires the most,
//! and that of Jenkins, which allows the least, so that any tool that reads JUnit XML can display it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_xml::events::{BytesText, Event};
use quick_xml::writer::{ElementWriter, Writer};

use crate::audit::finding::Finding;
use crate::audit::report::Report;
use crate::model::{Benchmark, System};
use crate::render::untrusted::Untrusted;
use crate::round::Severity;

/// The cases of one submitter, in the order in which they are written.
#[derive(Default)]
struct Suite<'a> {
    /// The findings, each with whether it fails its case.
    findings: Vec<(&'a Finding, bool)>,
    /// The results without failing findings.
    passed: Vec<(&'a System, &'a Benchmark)>,
}

/// Writes one document. Findings at or above `threshold` fail their case; other findings are printed in the output of
/// the suite. A result without failing findings is a case that passes.
///
/// # Errors
/// When the writer fails.
pub fn write(report: &Report, threshold: Severity, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: BTreeMap<String, Suite<'_>> = BTreeMap::new();
    let fails = |finding: &Finding| finding.counts() && finding.severity >= threshold;
    for finding in report.findings() {
        let owner = report.submission.submitter_of(&finding.path);
        let name = owner.map_or_else(|| "submission".to_owned(), |owner| format!("{}/{}", owner.division, owner.name));
        suites.entry(name).or_default().findings.push((finding, fails(finding)));
    }
    for (system, benchmark) in report.results() {
        if !report.findings_on(system, benchmark).any(fails) {
            let suite = suites.entry(format!("{}/{}", system.division, system.submitter)).or_default();
            suite.passed.push((system, benchmark));
        }
    }
    let mut writer = Writer::new_with_indent(&mut *out, b' ', 2);
    writer.get_mut().write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
    writer.create_element("testsuites").write_inner_content(|writer| {
        suites.iter().enumerate().try_for_each(|(id, (name, suite))| suite.write(id, name, &report.round.name, writer))
    })?;
    writeln!(out)
}

impl Suite<'_> {
    fn write<W: Write>(&self, id: usize, name: &str, round: &str, writer: &mut Writer<W>) -> io::Result<()> {
        let (name, round) = (legal(&Untrusted(name).for_terminal()), legal(&Untrusted(round).for_terminal()));
        let failures = self.findings.iter().filter(|(_, fails)| *fails).count();
        let tests = self.findings.len() + self.passed.len();
        // Ant's schema requires times and a host; the values are constants because no clock is read.
        writer
            .create_element("testsuite")
            .with_attributes([
                ("name", name.as_str()),
                ("package", "tinyaudit"),
                ("id", &id.to_string()),
                ("timestamp", "1970-01-01T00:00:00"),
                ("hostname", "localhost"),
                ("tests", &tests.to_string()),
                ("failures", &failures.to_string()),
                ("errors", "0"),
                ("time", "0"),
            ])
            .write_inner_content(|writer| {
                writer.create_element("properties").write_inner_content(|writer| {
                    let property = [("name", "round"), ("value", round.as_str())];
                    writer.create_element("property").with_attributes(property).write_empty().map(drop)
                })?;
                self.findings.iter().try_for_each(|(finding, fails)| write_finding(finding, *fails, writer))?;
                self.passed.iter().try_for_each(|(system, benchmark)| write_passed(system, benchmark, writer))?;
                // Findings that do not fail their case.
                writer.create_element("system-out").write_inner_content(|writer| {
                    // Without a text, the end of the element would be on a line of its own.
                    writer.write_event(Event::Text(BytesText::new("")))?;
                    self.findings.iter().filter(|(_, fails)| !fails).try_for_each(|(finding, _)| {
                        let text = format!("{}: {}\n", finding.severity.name(), text_of(finding));
                        writer.write_event(Event::Text(BytesText::new(&legal(&text))))
                    })
                })?;
                writer.create_element("system-err").write_text_content(BytesText::new("")).map(drop)
            })
            .map(drop)
    }
}

/// Formats path and line.
fn place(finding: &Finding) -> String {
    if finding.line > 0 { format!("{}:{}", finding.path, finding.line) } else { finding.path.clone() }
}

/// Returns place, message and help.
fn text_of(finding: &Finding) -> String {
    format!(
        "{}\n{}\nWhat to do: {}",
        Untrusted(&place(finding)).for_terminal(),
        Untrusted(&finding.message).for_terminal(),
        Untrusted(&finding.help).for_terminal()
    )
}

fn write_finding<W: Write>(finding: &Finding, fails: bool, writer: &mut Writer<W>) -> io::Result<()> {
    let name = format!("{} {}: {}", finding.rule.id, place(finding), finding.message);
    write_case(&name, &finding.path, writer, |element| {
        if !fails {
            return element.write_empty().map(drop);
        }
        let message = legal(&Untrusted(&finding.message).for_terminal());
        let failure = |writer: &mut Writer<W>| {
            writer
                .create_element("failure")
                .with_attributes([("message", message.as_str()), ("type", finding.rule.id)])
                .write_text_content(BytesText::new(&legal(&text_of(finding))))
                .map(drop)
        };
        element.write_inner_content(failure).map(drop)
    })
}

fn write_passed<W: Write>(system: &System, benchmark: &Benchmark, writer: &mut Writer<W>) -> io::Result<()> {
    let name = format!("{} {}", system.name, benchmark.folder);
    write_case(&name, &benchmark.path, writer, |element| element.write_empty().map(drop))
}

/// Writes one case; `content` completes its element.
fn write_case<W: Write>(
    name: &str,
    class: &str,
    writer: &mut Writer<W>,
    content: impl FnOnce(ElementWriter<'_, W>) -> io::Result<()>,
) -> io::Result<()> {
    let [name, class] = [name, class].map(|text| legal(&Untrusted(text).for_terminal()));
    content(writer.create_element("testcase").with_attributes([
        ("name", name.as_str()),
        ("classname", &class),
        ("time", "0"),
    ]))
}

/// Replaces the two characters that XML forbids even when escaped.
fn legal(text: &str) -> String {
    text.replace(['\u{FFFE}', '\u{FFFF}'], "\u{FFFD}")
}
