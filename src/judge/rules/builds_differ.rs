use crate::judge::rule::{Findings, rule};
use crate::read::log::{Chatter, SessionLog};
use crate::read::submission::{Run, Submission};
use crate::round::{FileRole, Mode, Round};

rule! {
    /// Only one of accuracy and performance run prints text while it infers.
    ///
    /// The same code must be run for both. Text between the two stamps of an inference costs time; where only the accuracy
    /// run has it, the throughput was measured with another build.
    ///
    /// Calibrated on 185 results of four rounds: two do so, and both are slower in the accuracy run; two more print the same
    /// in both runs, of which nothing is said.
    ///
    /// Help: measure both with one build; if it is one, say which switch silences it and what it changes.
    ///
    /// Source: MLPerf Tiny rules, 6.1 ("the same code must be run").
    "builds-differ", Evidence, Warning, check, needs evidence
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for (_, benchmark) in submission.benchmarks() {
        let of = |mode| benchmark.runs.get(&mode).and_then(|run: &Run| Some((run, run.log.as_ref()?)));
        let (Some(accuracy), Some(performance)) = (of(Mode::Accuracy), of(Mode::Performance)) else { continue };
        for (here, there) in [(accuracy, performance), (performance, accuracy)] {
            for chatter in alone(here.1, there.1) {
                let message = format!(
                    "`{}` stands {} times between the stamps of inferences here, never in the {} run",
                    chatter.shape, chatter.count, there.0.mode
                );
                let finding = findings.at(here.0.path_of(FileRole::Log), chatter.line, message);
                finding.label("printed while the time runs");
            }
        }
    }
}

/// Texts that every inference of one log has, and none of the other.
fn alone<'a>(here: &'a SessionLog, there: &'a SessionLog) -> impl Iterator<Item = &'a Chatter> {
    let is_there = |shape: &str| there.between.iter().any(|other| other.shape == shape);
    let inferences = if there.inferences.is_empty() { usize::MAX } else { here.inferences.len() };
    here.between.iter().filter(move |one| one.count as usize >= inferences && !is_there(&one.shape))
}
