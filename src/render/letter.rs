//! Findings as a letter to whoever can answer them: what changes a figure with its lines and the rule, then the smaller
//! things together. Ready for an issue, a mail or a comment on a pull request.

use std::collections::HashMap;
use std::io::{self, Write};

use super::text::place;
use crate::audit::consequence::{Consequence, groups};
use crate::audit::finding::Finding;
use crate::audit::proof::Status;
use crate::audit::report::Report;
use crate::model::Submitter;
use crate::render::untrusted::Untrusted;

/// Places of a matter that are listed; the rest is counted.
const LISTED: usize = 12;
/// Places of a smaller matter.
const FEW: usize = 3;

/// All submitters with what was found in their folders and counts.
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

/// Writes the letter to one submitter on what was found in its folder. `by` is the day until which an answer is asked for.
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
        "Of {} results {} are confirmed, {} not by the rules, {} contradicted, {} unproven.",
        results.len(),
        count(Status::Confirmed),
        count(Status::NotByTheRules),
        count(Status::Contradicted),
        count(Status::Unproven)
    )?;
    if own.is_empty() {
        return writeln!(out, "\nThere is nothing to answer.");
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

/// Writes a letter to every submitter of a tree, one after the other, at most so many bytes long: what does not fit is
/// counted.
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
    // Whole lines only.
    let end = memchr::memrchr(b'\n', &whole[..longest]).map_or(0, |end| end + 1);
    out.write_all(&whole[..end])?;
    let lines = memchr::memchr_iter(b'\n', &whole[end..]).count();
    writeln!(out, "\nand {lines} lines more, which `tinyaudit check` prints")
}

/// A matter that changes a figure: every place, what is asked, and the rule.
fn matter(report: &Report, own: &Submitter, findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let rule = findings[0].rule;
    writeln!(out, "\n### {} (`{}`)\n", Untrusted(rule.title().trim_end_matches('.')).for_markdown(), rule.id)?;
    for finding in findings.iter().take(LISTED) {
        let message = told(&finding.message, report, own);
        writeln!(out, "- `{}`: {message}", Untrusted(&place(&finding.path, finding.line)).for_markdown_code())?;
        for note in &finding.notes {
            writeln!(out, "  - {}", told(note, report, own))?;
        }
    }
    if findings.len() > LISTED {
        writeln!(out, "- and {} more", findings.len() - LISTED)?;
    }
    writeln!(out, "\nWhat is asked: {}", capital(&told(&findings[0].help, report, own)))?;
    writeln!(out, "\nRule: {}", told(&rule.source(), report, own))
}

/// A smaller matter in a line, with a few places.
fn smaller(report: &Report, own: &Submitter, findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let rule = findings[0].rule;
    let title = Untrusted(rule.title().trim_end_matches('.')).for_markdown();
    let count = if findings.len() > 1 { format!(", {} times", findings.len()) } else { String::new() };
    writeln!(
        out,
        "\n- **{title}**{count} ({}, `{}`): {}",
        findings[0].severity.name(),
        rule.id,
        told(&findings[0].help, report, own)
    )?;
    for finding in findings.iter().take(FEW) {
        let message = told(&finding.message, report, own);
        writeln!(out, "  - `{}`: {message}", Untrusted(&place(&finding.path, finding.line)).for_markdown_code())?;
        if finding.help != findings[0].help {
            writeln!(out, "    What is asked: {}", told(&finding.help, report, own))?;
        }
    }
    if findings.len() > FEW {
        writeln!(out, "  - and {} more", findings.len() - FEW)?;
    }
    Ok(())
}

/// A message as a submitter may read it: what belongs to others, whose paths findings name that compare results, is left
/// out.
pub(super) fn withheld(text: &str, report: &Report, own: &Submitter) -> String {
    let foreign = |part: &str| {
        let owner = report.submission.submitter_of(part);
        owner.is_some_and(|other| other.name != own.name && !other.path.is_empty())
    };
    let part = |(quoted, part)| if quoted && foreign(part) { "another submitter's" } else { part };
    text.split('`').enumerate().map(|(index, text)| part((index % 2 == 1, text))).collect::<Vec<_>>().join("`")
}

/// The same as Markdown: what it quotes stays quoted.
fn told(text: &str, report: &Report, own: &Submitter) -> String {
    let text = withheld(text, report, own);
    let parts: Vec<&str> = text.split('`').collect();
    let part = |(index, part): (usize, &&str)| match index % 2 {
        // Of an odd number of backticks the last quotes nothing.
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
    fn what_belongs_to_others_is_left_out() {
        let tree = Tree::open("fixtures/submission".as_ref()).unwrap();
        let report = Report::of(&tree, Round::named("v1.3").unwrap(), None).unwrap();
        let own = &report.submission.submitters[0];
        let text = "the power of `closed/ExampleCo/results/a` is that of `b`, of `closed";
        assert_eq!(withheld(text, &report, own), text);
        let other = Submitter { name: "Other".to_owned(), path: "closed/Other".to_owned(), ..own.clone() };
        let less = "the power of `another submitter's` is that of `b`, of `closed";
        assert_eq!(withheld(text, &report, &other), less);
        // The same submitter's other division is no secret.
        let open = Submitter { path: "open/ExampleCo".to_owned(), ..own.clone() };
        assert_eq!(withheld(text, &report, &open), text);
    }
}
