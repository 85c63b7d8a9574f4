//! Findings as annotations of a GitHub workflow, and as a job summary.

use std::io::{self, Write};

use super::text::summary;
use crate::audit::report::Report;
use crate::parse::text::printable_lines;
use crate::render::untrusted::Untrusted;
use crate::round::Severity;

/// Writes one workflow command per finding. `prefix` is the path of the tree in the repository, empty for the root.
///
/// # Errors
/// When the writer fails.
pub fn write(report: &Report, prefix: &str, threshold: Severity, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.findings().filter(|finding| finding.counts()) {
        let kind = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let path =
            [prefix, finding.path.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        let line = if finding.line > 0 { format!(",line={}", finding.line) } else { String::new() };
        let mut message = finding.with_notes();
        message.push_str("\nWhat to do: ");
        message.push_str(&finding.help);
        writeln!(out, "::{kind} file={}{line},title={}::{}", property(&path), finding.rule.id, data(&message))?;
    }
    writeln!(out, "{}", summary(report, threshold))
}

/// Escapes the text of a command.
fn data(text: &str) -> String {
    printable_lines(&text.replace('%', "%25").replace('\r', "%0D")).replace('\n', "%0A")
}

/// Escapes the value of a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Writes the findings that count as a Markdown table for the job summary.
///
/// # Errors
/// When the writer fails.
pub fn write_summary(report: &Report, threshold: Severity, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## tinyaudit, round {}\n\n{}\n", report.round.name, summary(report, threshold))?;
    if report.findings().any(crate::audit::finding::Finding::counts) {
        writeln!(out, "| | rule | place | finding |\n|---|---|---|---|")?;
    }
    for finding in report.findings().filter(|finding| finding.counts()) {
        let line = if finding.line > 0 { format!(":{}", finding.line) } else { String::new() };
        let place = Untrusted(&format!("{}{line}", finding.path)).for_markdown();
        writeln!(
            out,
            "| {} | {} | {place} | {} |",
            finding.severity.name(),
            finding.rule.id,
            Untrusted(&finding.message).for_markdown()
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_escaped_to_one_line() {
        assert_eq!(data("50 %\nnext\r"), "50 %25%0Anext%0D");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
    }
}
