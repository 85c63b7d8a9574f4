//! One matter of a letter: the findings of a rule with their places, the figures at stake, what to do, the rule and how
//! to reproduce it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{capital, sources, withheld};
use crate::audit::consequence::Consequence;
use crate::audit::finding::{Change, Finding, Related};
use crate::audit::proof::{Kind, Proof, Status};
use crate::audit::report::{Report, weight};
use crate::audit::rule::Affects;
use crate::model::{Benchmark, Figure, Submitter, System};
use crate::render::document::{Block, Item, Rich};
use crate::render::short;
use crate::render::text::{counted, place};
use crate::round::Target;
use crate::source::{around, is_inside};

/// Maximum number of findings of a rule that a letter lists.
const MOST: usize = 100;

/// Writes the matters of one submitter.
pub(super) struct Matters<'a> {
    report: &'a Report,
    submitter: &'a Submitter,
    /// The submitter's results, by path.
    results: BTreeMap<&'a str, (&'a System, &'a Benchmark)>,
}

impl<'a> Matters<'a> {
    pub(super) fn new(report: &'a Report, submitter: &'a Submitter) -> Self {
        let systems = report.submission.systems_of(submitter).iter();
        let results = systems
            .flat_map(|system| system.benchmarks.iter().map(move |one| (one.path.as_str(), (system, one))))
            .collect();
        Self { report, submitter, results }
    }

    /// Returns the findings of one rule: in full if they change a figure, otherwise without rule and command.
    pub(super) fn blocks(&self, findings: &[&Finding]) -> Vec<Block> {
        let (first, rule) = (findings[0], findings[0].rule);
        let is_figure = Consequence::new(first) == Consequence::Figure;
        let count = weight(findings.iter().copied());
        let mut title = Rich::new(rule.title().trim_end_matches('.')).and(Rich::plain(" ("));
        if count > 1 {
            title = title.and(Rich::plain(&format!("{}, ", counted(count, "finding"))));
        }
        if !is_figure {
            title = title.and(Rich::plain(&format!("{}, ", first.severity.name())));
        }
        let title = title.and(Rich::code(rule.id)).and(Rich::plain(")"));
        let shown = &findings[..findings.len().min(MOST)];
        let mut blocks = vec![Block::heading(3, title), Block::List { items: self.items(shown) }];
        if shown.len() < findings.len() {
            let more = format!("And {} more. This command lists them all: ", weight(findings[MOST..].iter().copied()));
            blocks.push(Block::Paragraph { text: Rich::plain(&more).and(Rich::code(&self.command(findings))) });
        }
        blocks.push(Block::Paragraph { text: Rich::plain("What to do: ").and(self.text(&capital(&first.help))) });
        if is_figure {
            blocks.push(Block::Paragraph { text: Rich::plain("Rule: ").and(sources::linked(&rule.source())) });
            if findings.iter().any(|finding| self.mentions_others(finding)) {
                blocks.push(Block::paragraph(
                    "Your folder alone does not reproduce it, because files of another submitter are compared with yours.",
                ));
            } else {
                blocks.push(Block::paragraph("To reproduce:"));
                blocks.push(Block::Code { text: self.command(findings) });
            }
        }
        blocks
    }

    /// Returns one entry per different message, with all its places.
    fn items(&self, findings: &[&Finding]) -> Vec<Item> {
        let mut bundles: Vec<Vec<&Finding>> = Vec::new();
        let mut known = HashMap::new();
        for finding in findings {
            let key = (finding.message.as_str(), &finding.notes[..], finding.help.as_str(), self.related(finding));
            let at = *known.entry(key).or_insert(bundles.len());
            if at == bundles.len() {
                bundles.push(Vec::new());
            }
            bundles[at].push(finding);
        }
        bundles.iter().map(|bundle| self.item(bundle, &findings[0].help)).collect()
    }

    fn item(&self, bundle: &[&Finding], common_help: &str) -> Item {
        let first = bundle[0];
        let where_ = |finding: &Finding| Rich::code(&place(&finding.path, finding.line));
        let mut below = Vec::new();
        let text = if bundle.len() == 1 {
            below.extend(self.at_stake(first).map(|text| Rich::plain("Figure: ").and(text)));
            where_(first).and(Rich::plain(": ")).and(self.text(&first.message))
        } else {
            below.extend(bundle.iter().map(|finding| match self.at_stake(finding) {
                Some(stake) => where_(finding).and(Rich::plain(": ")).and(stake),
                None => where_(finding),
            }));
            self.text(&first.message)
        };
        below.extend(self.related(first));
        below.extend(first.notes.iter().map(|note| self.text(note)));
        if first.help != common_help {
            below.push(Rich::plain("What to do: ").and(self.text(&first.help)));
        }
        Item { text, below }
    }

    /// Returns the published figure that a finding is about, and what becomes of it; `None` if it changes no figure.
    fn at_stake(&self, finding: &Finding) -> Option<Rich> {
        if Consequence::new(finding) != Consequence::Figure {
            return None;
        }
        let result = around(&finding.path).find_map(|folder| self.results.get(folder));
        let Some((system, benchmark)) = result else {
            let mut systems = self.report.submission.systems_of(self.submitter).iter();
            let system = systems
                .find(|system| system.description_path == finding.path || is_inside(&finding.path, &system.path))?;
            return Some(Rich::plain("all results of ").and(Rich::code(&system.name)));
        };
        let name = Rich::code(&format!("{}/{}", system.name, benchmark.label()));
        if let Some(Change { figure, from, to, unit }) = finding.change.as_deref().copied() {
            let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
            let words = format!(": claimed {}, recomputed {}{unit}", short(from), short(to));
            return Some(Rich::plain(&format!("{} of ", figure.name())).and(name).and(Rich::plain(&words)));
        }
        let rule = finding.undecided.unwrap_or(finding.rule);
        if rule.affects == Affects::Result {
            return Some(Rich::plain("all figures of ").and(name));
        }
        let concerned = |proof: &&Proof| {
            proof.status() != Status::Confirmed
                && proof.lines.iter().any(|line| line.rule.id == rule.id && line.status() != Status::Confirmed)
                && (is_inside(&finding.path, &proof.path) || !self.in_another_run(finding, benchmark, proof))
        };
        let words = |proof| {
            let (figure, outcome) = self.figure_and_outcome(benchmark, proof);
            Rich::plain(&format!("{figure} of ")).and(name.clone()).and(Rich::plain(&format!(": {outcome}")))
        };
        let figures = self.report.proofs_of(benchmark).filter(concerned).map(words);
        figures.reduce(|all, next| all.and(Rich::plain("; ")).and(next))
    }

    /// Whether a finding is about a run other than that of a proof.
    fn in_another_run(&self, finding: &Finding, benchmark: &Benchmark, proof: &Proof) -> bool {
        self.report.proofs_of(benchmark).any(|other| {
            other.path != proof.path && (finding.path == other.path || is_inside(&finding.path, &other.path))
        })
    }

    /// Returns the command that prints the findings. It names the system and the benchmark if there is only one.
    fn command(&self, findings: &[&Finding]) -> String {
        let of = |finding: &&&Finding| around(&finding.path).find_map(|folder| self.results.get(folder));
        let results: Vec<_> = findings.iter().filter_map(|finding| of(&finding)).collect();
        let only = |names: BTreeSet<String>| names.into_iter().next().filter(|_| results.len() == findings.len());
        let systems: BTreeSet<String> = results.iter().map(|(system, _)| system.name.clone()).collect();
        let benchmarks: BTreeSet<String> = results.iter().map(|(_, one)| one.short_name().to_owned()).collect();
        let mut command =
            format!("tinyaudit check {} --round {}", argument(&self.submitter.path), self.report.round.name);
        for (option, names) in [("--system", systems), ("--benchmark", benchmarks)] {
            if let Some(name) = Some(names).filter(|names| names.len() == 1).and_then(only) {
                command = format!("{command} {option} {}", argument(&name));
            }
        }
        format!("{command} --rule {} --full", findings[0].rule.id)
    }

    /// Returns the name of a figure that is not confirmed, and what becomes of the claim.
    fn figure_and_outcome(&self, benchmark: &Benchmark, proof: &Proof) -> (&'static str, String) {
        let scores = benchmark.scores();
        let is_auc = benchmark.spec(&self.report.round).is_some_and(|spec| matches!(spec.target, Target::Auc(_)));
        let (name, unit, figure) = match proof.kind {
            Kind::Throughput => ("throughput", " inf/s", scores.throughput),
            Kind::Energy => ("energy", " µJ/inf", scores.energy),
            Kind::Quality if is_auc => ("AUC", "", scores.auc),
            Kind::Quality => ("Top-1", " %", scores.top1),
            Kind::Wakeword => ("wake word figures", "", None),
        };
        let Some(Figure { claimed: Some(claimed), recomputed, .. }) = &figure else {
            return (name, proof.status().to_string());
        };
        let (text, decimals) = (&claimed.text, claimed.decimals());
        let outcome = match recomputed.map(|value| format!("{value:.decimals$}")) {
            Some(value) if proof.status() == Status::Contradicted && value != *text => {
                format!("claimed {text}, recomputed {value}{unit}")
            }
            Some(_) => format!("{text}{unit}, {}", proof.status()),
            None => format!("{text}{unit}, cannot be recomputed"),
        };
        (name, outcome)
    }

    /// Returns the other places that a finding compares with. Those of other submitters are not named.
    fn related(&self, finding: &Finding) -> Vec<Rich> {
        let one = |other: &Related| {
            let place = if self.is_of_others(&other.path) {
                Rich::plain("a file of another submitter")
            } else {
                Rich::code(&place(&other.path, other.line))
            };
            place.and(Rich::plain(": ")).and(self.text(&other.label))
        };
        finding.related.iter().map(one).collect()
    }

    fn is_of_others(&self, path: &str) -> bool {
        withheld(&format!("`{path}`"), self.report, self.submitter) != format!("`{path}`")
    }

    fn mentions_others(&self, finding: &Finding) -> bool {
        let mut texts = finding.notes.iter().chain([&finding.message]);
        texts.any(|text| withheld(text, self.report, self.submitter) != *text)
            || finding.related.iter().any(|other| self.is_of_others(&other.path))
    }

    /// Returns a text of a finding without paths of other submitters.
    fn text(&self, text: &str) -> Rich {
        Rich::new(&withheld(text, self.report, self.submitter))
    }
}

/// Returns an argument as a shell reads it.
fn argument(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    match text {
        "" => ".".to_owned(),
        text if text.chars().all(is_plain) => text.to_owned(),
        text => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_quoted_for_a_shell() {
        let cases = [("closed/Co", "closed/Co"), ("", "."), ("a b", "'a b'"), ("it's; x", "'it'\\''s; x'")];
        for (text, expected) in cases {
            assert_eq!(argument(text), expected);
        }
    }
}
