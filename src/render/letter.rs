//! Findings as a letter to a submitter: what changes a published figure with all places, the rule and how to reproduce
//! it, then the smaller matters, and what happens without an answer. As Markdown, for an issue or a comment on a pull
//! request, as plain text for a mail, or as a page.

mod matter;
mod sources;

use std::collections::HashMap;
use std::io::{self, Write};

use self::matter::Matters;
use super::document::{self, Block, Rich};
use super::text::counted;
use crate::audit::consequence::{Consequence, groups};
use crate::audit::finding::Finding;
use crate::audit::proof::Status;
use crate::audit::report::{Report, weight};
use crate::model::Submitter;
use crate::round::Severity;

/// A submitter and the findings in its folder.
#[derive(Debug, Clone)]
pub struct Recipient<'a> {
    /// The submitter.
    pub submitter: &'a Submitter,
    /// The findings that count.
    findings: Vec<&'a Finding>,
    /// Number of findings that follow from files known to be absent.
    absent: usize,
}

impl<'a> Recipient<'a> {
    /// Returns every submitter of a report, in the order of their paths.
    #[must_use]
    pub fn all(report: &'a Report) -> Vec<Self> {
        let recipient = |submitter| Self { submitter, findings: Vec::new(), absent: 0 };
        let mut all: Vec<Self> = report.submission.submitters.iter().map(recipient).collect();
        let places: HashMap<&str, usize> =
            all.iter().enumerate().map(|(place, one)| (one.submitter.path.as_str(), place)).collect();
        for finding in report.findings() {
            let Some(submitter) = report.submission.submitter_of(&finding.path) else { continue };
            let own = &mut all[places[submitter.path.as_str()]];
            if finding.counts() {
                own.findings.push(finding);
            } else if finding.is_absent() {
                own.absent += finding.finding_count;
            }
        }
        all
    }

    /// Why no letter is needed; `None` if one is. Notes alone ask for nothing.
    #[must_use]
    pub fn nothing_to_ask(&self) -> Option<String> {
        if self.findings.is_empty() {
            return Some("no findings".to_owned());
        }
        let only_notes = self.findings.iter().all(|finding| finding.severity == Severity::Note);
        only_notes.then(|| format!("only {}", counted(weight(self.findings.iter().copied()), "note")))
    }
}

/// Format of a letter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum LetterFormat {
    /// Markdown, for issues
    #[default]
    Markdown,
    /// Plain text, for mails
    Text,
    /// One page each
    Html,
}

impl LetterFormat {
    /// Extension of a letter's file.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Text => "txt",
            Self::Html => "html",
        }
    }
}

/// Writes the letter to a submitter. `by` is the day by which to answer.
///
/// # Errors
/// When the writer fails.
pub fn write(
    report: &Report,
    to: &Recipient<'_>,
    by: Option<&str>,
    format: LetterFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    let letter = letter(report, to, by);
    match format {
        LetterFormat::Markdown => document::write_markdown(&letter, out),
        LetterFormat::Text => document::write_text(&letter, out),
        LetterFormat::Html => super::html::letter::write(&title(report, to), &letter, out),
    }
}

/// Writes the findings of every submitter of a tree as Markdown, without the words around them. After `longest` bytes the
/// remaining lines are only counted.
///
/// # Errors
/// When the writer fails.
pub fn write_all(report: &Report, longest: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut whole = Vec::new();
    for to in Recipient::all(report) {
        if !whole.is_empty() {
            whole.push(b'\n');
        }
        let mut comment = vec![heading(report, &to), Block::paragraph(&statuses(report, to.submitter))];
        if to.findings.is_empty() {
            comment.push(Block::paragraph("No findings; no answer is needed."));
        }
        comment.extend(sections(report, &to));
        document::write_markdown(&comment, &mut whole)?;
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

fn title(report: &Report, to: &Recipient<'_>) -> String {
    format!("MLPerf Tiny {}: {}", report.round.name, to.submitter.full_name())
}

fn heading(report: &Report, to: &Recipient<'_>) -> Block {
    Block::heading(1, Rich::plain(&title(report, to)))
}

fn letter(report: &Report, to: &Recipient<'_>, by: Option<&str>) -> Vec<Block> {
    let Submitter { name, division, .. } = to.submitter;
    let round = &report.round.name;
    let (day, before) = match by {
        Some(day) => (format!("by {day}"), format!("by {day}")),
        None => ("before the results are published".to_owned(), "before then".to_owned()),
    };
    let division = if division.is_empty() { String::new() } else { format!(" to the {division} division") };
    let mut letter = vec![
        heading(report, to),
        Block::Paragraph { text: Rich::plain(&format!("Dear {name} team,")) },
        Block::Paragraph {
            text: Rich::plain(&format!(
                "the review of MLPerf Tiny {round} has read your submission{division}: every figure whose files are there was \
                 recomputed and compared with results.txt, and descriptions and documents were checked against the rules \
                 of the round."
            )),
        },
        Block::paragraph(&statuses(report, to.submitter)),
        Block::Paragraph {
            text: Rich::plain(&format!(
                "Please answer every matter below {day}: send a corrected or missing file, or explain why the finding is \
                 wrong or should be accepted. A finding may be mistaken; then please say so."
            )),
        },
    ];
    letter.extend(sections(report, to));
    letter.push(Block::heading(2, Rich::plain("Without an answer")));
    let figures = to.findings.iter().any(|finding| Consequence::new(finding) == Consequence::Figure);
    let figures = if figures {
        "a result with a figure under the first heading is not published as valid (of an energy, only the energy is left \
         out), and the other findings stay in the report of the round as they are"
    } else {
        "all results are published, because no figure depends on it; the findings stay in the report of the round as they \
         are"
    };
    letter.push(Block::Paragraph { text: Rich::plain(&format!("If no answer arrives {before}, {figures}.")) });
    if to.absent > 0 {
        let text = format!(
            "{} not listed here: the files they are about are known to be missing from the copy that was reviewed.",
            if to.absent == 1 { "1 finding is".to_owned() } else { format!("{} findings are", to.absent) }
        );
        letter.push(Block::paragraph(&text));
    }
    letter
}

/// Returns the number of results per status, in one sentence.
fn statuses(report: &Report, submitter: &Submitter) -> String {
    let systems = report.submission.systems_of(submitter);
    let results: Vec<Status> = systems
        .iter()
        .flat_map(|system| system.benchmarks.iter().map(move |benchmark| (system, benchmark)))
        .filter(|(_, benchmark)| !benchmark.runs.is_empty())
        .map(|(system, benchmark)| report.status(system, benchmark))
        .collect();
    let count = |status| results.iter().filter(|one| **one == status).count();
    let parts = [
        (Status::Confirmed, "confirmed"),
        (Status::NotByTheRules, "recomputed as claimed but against a rule"),
        (Status::Contradicted, "contradicted by the evidence"),
        (Status::Unproven, "unproven"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(status, words)| (count(status), words))
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} {words}"))
        .collect();
    let of = counted(results.len(), "result");
    if parts.is_empty() { format!("{of}.") } else { format!("{of}: {}.", parts.join(", ")) }
}

/// Returns a heading and the matters of every consequence that occurs.
fn sections(report: &Report, to: &Recipient<'_>) -> Vec<Block> {
    let matters = Matters::new(report, to.submitter);
    let mut blocks = Vec::new();
    for consequence in Consequence::ALL {
        let groups = groups(to.findings.iter().copied(), |finding| finding, consequence);
        if groups.is_empty() {
            continue;
        }
        blocks.push(Block::heading(2, Rich::plain(&capital(&consequence.to_string()))));
        for findings in &groups {
            blocks.extend(matters.blocks(findings));
        }
    }
    blocks
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
