//! Findings as a letter to a submitter in Markdown, for an issue, a mail or a comment on a pull request: findings that
//! change a figure with all lines and the rule, then the other findings in short.

use std::collections::HashMap;
use std::io::{self, Write};

use super::text::place;
use crate::audit::consequence::{Consequence, groups};
use crate::audit::finding::Finding;
use crate::audit::proof::Status;
use crate::audit::report::Report;
use crate::model::Submitter;
use crate::render::untrusted::Untrusted;

/// Findings listed per rule that changes a figure; the others are counted.
const LISTED: usize = 12;
/// Findings listed per other rule.
const FEW: usize = 3;

/// Returns every submitter with the findings in its folder that count.
#[must_use]
pub fn by_submitter(report: &Report) -> Vec<(&Submitter, Vec<&Finding>)> {
    let submitters = &report.submission.submitters;
    let mut own: HashMap<&str, Vec<&Finding>> = HashMap::new();
    for finding in report.findings.iter().filter(|finding| finding.counts()) {
        if let Some(submitter) = report.submission.submitter_of(&finding.path) {
            own.entry(&submitter.path).or_default().push(finding);
        }
    }
    submitters.iter().map(|submitter| (submitter, own.remove(submitter.path.as_str()).unwrap_or_default())).collect()
}

/// Writes the letter to one submitter about the findings in its folder. `by` is the day by which to answer.
///
/// # Errors
/// When the writer fails.
pub fn write(
    report: &Report,
    (submitter, own): (&Submitter, &[&Finding]),
    by: Option<&str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = format!("{}/{}", submitter.division, submitter.name);
    writeln!(out, "# MLPerf Tiny {}: {}\n", report.round.name, Untrusted(&name).for_markdown())?;
    let systems = report.submission.systems_of(submitter);
    let results: Vec<Status> = systems
        .iter()
        .flat_map(|system| system.benchmarks.iter().map(move |benchmark| (system, benchmark)))
        .filter(|(_, benchmark)| !benchmark.runs.is_empty())
        .map(|(system, benchmark)| report.status(system, benchmark))
        .collect();
    let count = |status| results.iter().filter(|one| **one == status).count();
    writeln!(
        out,
        "Results: {}; {} confirmed, {} not by the rules, {} contradicted, {} unproven.",
        results.len(),
        count(Status::Confirmed),
        count(Status::NotByTheRules),
        count(Status::Contradicted),
        count(Status::Unproven)
    )?;
    if own.is_empty() {
        return writeln!(out, "\nNo findings; no answer is needed.");
    }
    for consequence in Consequence::ALL {
        let groups = groups(own.iter().copied(), |finding| finding, consequence);
        if groups.is_empty() {
            continue;
        }
        writeln!(out, "\n## {}", capital(&consequence.to_string()))?;
        for findings in &groups {
            if consequence == Consequence::Figure {
                matter(report, submitter, findings, out)?;
            } else {
                smaller(report, submitter, findings, out)?;
            }
        }
    }
    if let Some(day) = by {
        writeln!(out, "\nPlease answer by {}.", Untrusted(day).for_markdown())?;
    }
    Ok(())
}

/// Writes a letter to every submitter of a tree, one after the other. After `longest` bytes the remaining lines are
/// only counted.
///
/// # Errors
/// When the writer fails.
pub fn write_all(report: &Report, longest: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut whole = Vec::new();
    for (submitter, own) in by_submitter(report) {
        if !whole.is_empty() {
            whole.push(b'\n');
        }
        write(report, (submitter, &own), None, &mut whole)?;
    }
    if whole.len() <= longest {
        return out.write_all(&whole);
    }
    // Cut between lines.
    let end = memchr::memrchr(b'\n', &whole[..longest]).map_or(0, |end| end + 1);
    out.write_all(&whole[..end])?;
    let lines = memchr::memchr_iter(b'\n', &whole[end..]).count();
    writeln!(out, "\nand {lines} more lines; run `tinyaudit check` to read them")
}

/// Writes the findings of one rule that change a figure: places, messages, what to do, and the source of the rule.
fn matter(report: &Report, own: &Submitter, findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let rule = findings[0].rule;
    writeln!(out, "\n### {} (`{}`)\n", Untrusted(rule.title().trim_end_matches('.')).for_markdown(), rule.id)?;
    for finding in findings.iter().take(LISTED) {
        let message = for_submitter(&finding.message, report, own);
        writeln!(out, "- `{}`: {message}", Untrusted(&place(&finding.path, finding.line)).for_markdown_code())?;
        for note in &finding.notes {
            writeln!(out, "  - {}", for_submitter(note, report, own))?;
        }
    }
    if findings.len() > LISTED {
        writeln!(out, "- and {} more", findings.len() - LISTED)?;
    }
    writeln!(out, "\nWhat to do: {}", capital(&for_submitter(&findings[0].help, report, own)))?;
    writeln!(out, "\nRule: {}", for_submitter(&rule.source(), report, own))
}

/// Writes the findings of one rule in short: one line with the help, and a few places.
fn smaller(report: &Report, own: &Submitter, findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let rule = findings[0].rule;
    let title = Untrusted(rule.title().trim_end_matches('.')).for_markdown();
    let count = if findings.len() > 1 { format!(", {} findings", findings.len()) } else { String::new() };
    writeln!(
        out,
        "\n- **{title}**{count} ({}, `{}`): {}",
        findings[0].severity.name(),
        rule.id,
        for_submitter(&findings[0].help, report, own)
    )?;
    for finding in findings.iter().take(FEW) {
        let message = for_submitter(&finding.message, report, own);
        writeln!(out, "  - `{}`: {message}", Untrusted(&place(&finding.path, finding.line)).for_markdown_code())?;
        if finding.help != findings[0].help {
            writeln!(out, "    What to do: {}", for_submitter(&finding.help, report, own))?;
        }
    }
    if findings.len() > FEW {
        writeln!(out, "  - and {} more", findings.len() - FEW)?;
    }
    Ok(())
}

/// Replaces paths of other submitters in a message, so that a letter does not disclose them. Findings that compare
/// results quote such paths.
pub(super) fn withheld(text: &str, report: &Report, own: &Submitter) -> String {
    let foreign = |part: &str| {
        let owner = report.submission.submitter_of(part);
        owner.is_some_and(|other| other.name != own.name && !other.path.is_empty())
    };
    let part = |(quoted, part)| if quoted && foreign(part) { "a path of another submitter" } else { part };
    text.split('`').enumerate().map(|(index, text)| part((index % 2 == 1, text))).collect::<Vec<_>>().join("`")
}

/// Like [`withheld`], escaped for Markdown; text in backticks stays code.
fn for_submitter(text: &str, report: &Report, own: &Submitter) -> String {
    let text = withheld(text, report, own);
    let parts: Vec<&str> = text.split('`').collect();
    let part = |(index, part): (usize, &&str)| match index % 2 {
        // The last of an odd number of backticks does not open a quote.
        1 if index + 1 < parts.len() => format!("`{}`", Untrusted(part).for_markdown_code()),
        _ => Untrusted(part).for_markdown(),
    };
    parts.iter().enumerate().map(part).collect()
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::round::Round;
    use crate::source::Tree;

    #[test]
    fn paths_of_other_submitters_are_left_out() {
        let tree = Tree::open("fixtures/submission".as_ref()).unwrap();
        let report = Report::check(&tree, Round::named("v1.3").unwrap(), None).unwrap();
        let own = &report.submission.submitters[0];
        let text = "the power of `closed/ExampleCo/results/a` is that of `b`, of `closed";
        assert_eq!(withheld(text, &report, own), text);
        let other = Submitter { name: "Other".to_owned(), path: "closed/Other".to_owned(), ..own.clone() };
        let less = "the power of `a path of another submitter` is that of `b`, of `closed";
        assert_eq!(withheld(text, &report, &other), less);
        // Paths of the same submitter in the other division are not withheld.
        let open = Submitter { path: "open/ExampleCo".to_owned(), ..own.clone() };
        assert_eq!(withheld(text, &report, &open), text);
    }
}
