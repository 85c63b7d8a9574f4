//! Findings as JUnit XML: a suite a submitter, a case a rule and file.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite, XmlString};

use super::text::printable;
use crate::report::Report;
use crate::round::Severity;
use crate::rule::Finding;

/// Writes one document. Findings as grave as `threshold` fail their case; a result without any is a case that passes.
///
/// # Errors
/// When the writer fails.
pub fn write(report: &Report, threshold: Severity, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: BTreeMap<String, Vec<TestCase>> = BTreeMap::new();
    for finding in &report.findings {
        let owner = report.submission.submitter_of(&finding.path);
        let suite = owner.map_or_else(|| "submission".to_owned(), |owner| format!("{}/{}", owner.division, owner.name));
        suites.entry(suite).or_default().push(case(finding, threshold));
    }
    for (system, benchmark) in report.results() {
        let suite = format!("{}/{}", system.division, system.submitter);
        if report.findings_on(system, benchmark).all(|finding| !finding.counts() || finding.severity < threshold) {
            let name = printable(&format!("{} {}", system.name, benchmark.folder));
            let mut case = TestCase::new(name, TestCaseStatus::success());
            case.set_classname(printable(&benchmark.path));
            suites.entry(suite).or_default().push(case);
        }
    }
    let mut document = Document::new("tinyaudit");
    for (name, cases) in suites {
        let mut suite = TestSuite::new(printable(&name));
        suite.add_test_cases(cases);
        document.add_test_suite(suite);
    }
    let text = document.to_string().map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

fn case(finding: &Finding, threshold: Severity) -> TestCase {
    let fails = finding.counts() && finding.severity >= threshold;
    let line = if finding.line > 0 { format!(":{}", finding.line) } else { String::new() };
    let place = printable(&format!("{}{line}", finding.path));
    let told = format!("{place}\n{}\nWhat to do: {}", printable(&finding.message), printable(&finding.help));
    let mut status =
        if fails { TestCaseStatus::non_success(NonSuccessKind::Failure) } else { TestCaseStatus::success() };
    if fails {
        status.set_message(printable(&finding.message)).set_type(finding.rule.id).set_description(told.clone());
    }
    let mut case = TestCase::new(format!("{} {place}", finding.rule.id), status);
    case.set_classname(printable(&finding.path));
    if !fails {
        case.set_system_out(XmlString::new(format!("{}: {told}", finding.severity.name())));
    }
    case
}
