//! What was checked and is clean, as numbers of windows, clocks, traces and so on.

use std::collections::HashSet;

use super::checks::{device_clock_disagrees_with_host, trace_whole};
use super::outcome::{Judgement, Outcome};
use super::report::Report;
use super::rule::Group;
use crate::model::Run;
use crate::round::{Mode, Severity};
use crate::source::around;

/// Objects of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Checked {
    /// What they are, in the plural.
    pub kind: &'static str,
    /// Number of objects without an error, a warning or an undecided check.
    pub clean: usize,
    /// Number of objects that were checked.
    pub all: usize,
}

impl Checked {
    /// Counts a report's objects by kind; kinds without objects are left out. Notes and waived findings do not count.
    #[must_use]
    pub(crate) fn of(report: &Report) -> Vec<Self> {
        let flawed = Flawed::new(report);
        let mut kinds = ["timed windows", "device clocks", "energy traces", "accuracy runs", "wake word recordings"]
            .map(|kind| Self { kind, clean: 0, all: 0 });
        let [windows, clocks, traces, accuracy, recordings] = &mut kinds;
        for place in report.submission.runs() {
            let run = place.run;
            let is = |group| flawed.is(run, group);
            let streams = run.scores.wakeword.is_some();
            match run.mode {
                Mode::Accuracy => accuracy.add(1, is(Group::Accuracy)),
                _ if streams => recordings.add(1, is(Group::Wakeword)),
                Mode::Performance => windows.add(run.windows.len(), is(Group::Performance)),
                Mode::Energy => windows.add(run.windows.len(), is(Group::Energy)),
            }
            if flawed.applied.contains(&(device_clock_disagrees_with_host::ID, run.path.as_str())) {
                clocks.add(1, is(Group::Performance));
            }
            if flawed.applied.contains(&(trace_whole::ID, run.path.as_str())) {
                traces.add(1, is(Group::Energy));
            }
        }
        let mut descriptions = Self { kind: "system descriptions", clean: 0, all: 0 };
        for system in report.submission.systems.iter().filter(|system| system.description.is_some()) {
            descriptions.add(1, flawed.findings.contains(&(Group::SystemDescription, &system.description_path)));
        }
        let mut checklists = Self { kind: "checklists", clean: 0, all: 0 };
        for file in report.submission.submitters.iter().flat_map(|submitter| &submitter.documents.checklists) {
            checklists.add(1, file.content.is_err() || flawed.findings.contains(&(Group::Structure, &file.path)));
        }
        kinds.into_iter().chain([descriptions, checklists]).filter(|kind| kind.all > 0).collect()
    }

    const fn add(&mut self, count: usize, is_flawed: bool) {
        self.all += count;
        if !is_flawed {
            self.clean += count;
        }
    }
}

/// Where something is wrong or undecided.
struct Flawed<'a> {
    /// Groups of findings from warnings on, each with every folder above it.
    findings: HashSet<(Group, &'a str)>,
    /// Groups of undecided checks, with the run.
    undecided: HashSet<(Group, &'a str)>,
    /// Ids of checks that passed or failed, with the run.
    applied: HashSet<(&'static str, &'a str)>,
}

impl<'a> Flawed<'a> {
    fn new(report: &'a Report) -> Self {
        let counting = report.findings().filter(|one| one.counts() && one.severity >= Severity::Warning);
        let findings = counting.flat_map(|one| around(&one.path).map(|folder| (one.rule.group, folder))).collect();
        let of = |wanted: fn(&Outcome) -> bool| report.judgements().iter().filter(move |one| wanted(&one.outcome));
        let undecided = of(|outcome| matches!(outcome, Outcome::Unknown(..)));
        let applied = of(|outcome| matches!(outcome, Outcome::Pass(_) | Outcome::Fail(_)));
        let key = |one: &'a Judgement| -> &'a str { &one.object };
        Self {
            findings,
            undecided: undecided.map(|one| (one.rule.group, key(one))).collect(),
            applied: applied.map(|one| (one.rule.id, key(one))).collect(),
        }
    }

    fn is(&self, run: &Run, group: Group) -> bool {
        let key = (group, run.path.as_str());
        self.findings.contains(&key) || self.undecided.contains(&key)
    }
}

/// Returns the counts in one sentence, such as `checked and clean: 218 of 230 timed windows, all 73 device clocks`.
#[must_use]
pub(crate) fn sentence(checked: &[Checked]) -> String {
    let part = |Checked { kind, clean, all }: &Checked| match (clean, all) {
        (1, 1) => format!("the only one of the {kind}"),
        _ if clean == all => format!("all {all} {kind}"),
        _ => format!("{clean} of {all} {kind}"),
    };
    checked.iter().map(part).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::round::Round;
    use crate::source::Tree;

    #[test]
    fn a_submission_without_findings_is_clean_throughout() {
        let tree = Tree::open("fixtures/submission".as_ref()).unwrap();
        let report = Report::check(&tree, Round::named("v1.3").unwrap(), None).unwrap();
        let checked = Checked::of(&report);
        assert!(checked.len() == 7 && checked.iter().all(|one| one.clean == one.all), "{checked:?}");
        assert!(sentence(&checked).starts_with("all 15 timed windows, all "), "{}", sentence(&checked));
    }

    #[test]
    fn a_warning_makes_its_run_unclean() {
        let tree = Tree::open("fixtures/submission".as_ref()).unwrap();
        let mut report = Report::check(&tree, Round::named("v1.3").unwrap(), None).unwrap();
        let path = "closed/ExampleCo/results/simulated_npu_400mhz/ic/performance";
        let rule = crate::audit::checks::rule_named("window-too-short").unwrap();
        report.findings.push(Arc::new(crate::audit::finding::Finding::new(rule, &format!("{path}/log.txt"), 1, "x")));
        let text = sentence(&Checked::of(&report));
        assert!(text.starts_with("10 of 15 timed windows, "), "{text}");
    }
}
