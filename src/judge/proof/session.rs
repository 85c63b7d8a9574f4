//! What must hold of every session, whatever it measures.

use super::{Case, Kind, Ruling, open};
use crate::judge::evidence::{another_session, read_otherwise};
use crate::read::log::claims::{Claims, Printed};
use crate::read::log::official::Label;
use crate::read::submission::{Figure, Scores};
use crate::round::{FileRole, Mode, Runner, Target};

pub(super) fn whole(case: &Case<'_>) -> Ruling {
    let Some(log) = &case.run.log else { return open(FileRole::Log, 0, "there is no log that anybody can read") };
    if let Some((role, damage)) = case.run.damage.first() {
        return open(*role, damage.line, damage.message.clone());
    }
    if let Some(damage) = log.damage.iter().chain(&log.summary.damage).next() {
        return open(FileRole::Log, damage.line, damage.message.clone());
    }
    if let Some(at) = log.time_runs_back {
        return open(FileRole::Log, at.line, "the host's time runs back");
    }
    match &log.session {
        None => open(FileRole::Log, 1, "the log does not show the start of its session"),
        Some(session) if log.starts != 1 => {
            open(FileRole::Log, session.line, format!("{} sessions begin in one log", log.starts))
        }
        Some(_) if !log.closed => open(FileRole::Log, 0, "the log does not show the end of its session"),
        Some(session) => Ruling::Proven(FileRole::Log, session.line),
    }
}

pub(super) fn no_failure(case: &Case<'_>) -> Ruling {
    let (Some(log), Some(claims)) = (&case.run.log, &case.run.claims) else {
        return open(FileRole::Log, 0, "there is no log, or no results.txt");
    };
    if let Some(failure) = &log.failure {
        return open(FileRole::Log, failure.line, format!("the runner failed: {}", failure.value));
    }
    let refused = |error: &&crate::read::location::At<String>| !error.value.contains("single-run mode");
    if let Some(error) = claims.runner_errors.iter().find(refused) {
        return open(FileRole::Results, error.line, format!("the runner reports: {}", error.value));
    }
    let failed = |entry: &crate::read::log::results_json::Entry| entry.error.is_some();
    if case.run.json.iter().flatten().any(failed) {
        return open(FileRole::Json, 1, "an entry of results.json is an error");
    }
    Ruling::Proven(FileRole::Log, 0)
}

pub(super) fn model(case: &Case<'_>) -> Ruling {
    let expected = &case.spec.model;
    let Some(log) = &case.run.log else { return open(FileRole::Log, 0, "there is no log") };
    match (&log.model, &log.other_model) {
        (_, Some(other)) => {
            open(FileRole::Log, other.line, format!("the device names two models, one of them `{}`", other.value))
        }
        (Some(model), None) if model.value == *expected => Ruling::Proven(FileRole::Log, model.line),
        (Some(model), None) => open(FileRole::Log, model.line, format!("the device names model `{}`", model.value)),
        (None, None) => open(FileRole::Log, 0, "the device never names its model"),
    }
}

pub(super) fn one(case: &Case<'_>) -> Ruling {
    let run = case.run;
    let Some(log) = &run.log else { return open(FileRole::Log, 0, "there is no log") };
    let Some(claims) = &run.claims else { return open(FileRole::Results, 0, "nothing is claimed") };
    if claims.runner != Some(log.runner) {
        return open(FileRole::Results, 1, "results.txt is not in the words of the log's runner");
    }
    let strange = match log.runner {
        Runner::Eembc => vec![FileRole::Json],
        Runner::Mlcommons => vec![FileRole::Script, FileRole::Trace, FileRole::Stamps],
    };
    let strange =
        strange.into_iter().chain([FileRole::Trace, FileRole::Stamps].into_iter().filter(|_| run.mode != Mode::Energy));
    if let Some(role) = strange.into_iter().find(|role| run.has(*role)) {
        return open(role, 0, "the file belongs to no such session of this runner");
    }
    let wakeword = case.kind() == Kind::Wakeword;
    if !wakeword && log.mode.is_none_or(|mode| mode.value != run.mode) {
        return open(FileRole::Log, 0, "the log does not show that it is of such a run");
    }
    match log.runner {
        Runner::Eembc => {
            let (Some(stamp), Some(end)) = (claims.first_stamp, log.end_ms) else {
                return open(FileRole::Results, 0, "results.txt or the log bears no time");
            };
            let gap = (stamp.value as f64 - end as f64) / 1000.0;
            if !(0.0..=case.round.tolerances.session_gap_seconds).contains(&gap) {
                return open(FileRole::Results, stamp.line, "the results were not written at the end of the log");
            }
            Ruling::Proven(FileRole::Results, stamp.line)
        }
        Runner::Mlcommons => {
            let claimed = claimed_texts(claims, case.kind());
            let logged = claimed_texts(&log.summary, case.kind());
            if claimed.is_empty() || claimed != logged {
                return open(FileRole::Log, 0, "the log does not repeat the claims of results.txt");
            }
            let (claimed, logged) = (claims.first_stamp, log.summary.first_stamp);
            if claimed.is_none() != logged.is_none() || another_session(run, case.round).is_some() {
                return open(FileRole::Results, 0, "results.txt bears another time than the log's repetition of it");
            }
            Ruling::Proven(FileRole::Results, claims.first_stamp.map_or(1, |at| at.line))
        }
    }
}

/// The published figures as they are printed.
fn claimed_texts(claims: &Claims, kind: Kind) -> Vec<String> {
    let text = |printed: &Option<Printed>| printed.as_ref().map(|printed| printed.text.clone());
    let counts = claims.wakeword.map(|at| format!("{:?}", at.value));
    let all = match kind {
        Kind::Throughput => vec![text(&claims.throughput)],
        Kind::Quality => vec![text(&claims.top1), text(&claims.auc)],
        Kind::Energy => vec![text(&claims.energy)],
        Kind::Wakeword => vec![counts, text(&claims.duty_cycle), text(&claims.estimated_throughput)],
    };
    all.into_iter().flatten().collect()
}

pub(super) fn claim_read(case: &Case<'_>) -> Ruling {
    let Some(claims) = &case.run.claims else { return open(FileRole::Results, 0, "nothing is claimed") };
    if let Some(damage) = claims.damage.first() {
        return open(FileRole::Results, damage.line, damage.message.clone());
    }
    if let Some((earlier, _)) = claims.contradicted.first() {
        return open(FileRole::Results, earlier.line, format!("the {} is claimed twice", earlier.value));
    }
    if let Some((line, found, own)) = read_otherwise(claims) {
        return open(FileRole::Results, line, format!("the official tool may read `{found}` here, we read {own}"));
    }
    let wanted: &[Label] = match case.kind() {
        Kind::Throughput => &[Label::Throughput],
        Kind::Energy => &[Label::Energy],
        Kind::Quality if matches!(case.spec.target, Target::Auc(_)) => &[Label::Auc],
        Kind::Quality => &[Label::Top1],
        Kind::Wakeword => &[Label::Counts, Label::DutyCycle, Label::FrameThroughput],
    };
    let mut line = 0;
    for label in wanted {
        let Some((_, at)) = claims.readings.iter().find(|(read, _)| read == label) else {
            return open(FileRole::Results, 0, "the figure is not claimed");
        };
        line = at.line;
    }
    Ruling::Proven(FileRole::Results, line)
}

pub(super) fn claim_printed(case: &Case<'_>) -> Ruling {
    let Some(claimed) = case.figure().and_then(|figure| figure.claimed) else {
        return open(FileRole::Results, 0, "the figure is not claimed");
    };
    let mlcommons = case.run.runner == Some(Runner::Mlcommons);
    let wanted = match (case.kind(), mlcommons, case.spec.target) {
        (Kind::Energy, true, _) => 4,
        (Kind::Quality, false, Target::Auc(_)) => 2,
        (Kind::Quality, _, Target::Top1Percent(_)) => 1,
        _ => 3,
    };
    let plain = claimed.text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if plain && claimed.decimals() >= wanted {
        return Ruling::Proven(FileRole::Results, claimed.line);
    }
    let why = format!("`{}` is not as the runner prints it, with {wanted} decimals", claimed.text);
    open(FileRole::Results, claimed.line, why)
}

pub(super) fn as_claimed(case: &Case<'_>) -> Ruling {
    let units = case.round.tolerances.printed_units;
    let figures: Vec<Figure> = match (case.kind(), &case.run.scores.wakeword) {
        (Kind::Wakeword, Some(scores)) => {
            let counts = [&scores.true_positives, &scores.false_negatives, &scores.false_positives];
            let rest = [&scores.duty_cycle, &scores.throughput].into_iter().chain(&scores.power);
            counts.into_iter().chain(rest).cloned().collect()
        }
        (Kind::Wakeword, None) => Vec::new(),
        _ => case.figure().into_iter().collect(),
    };
    if figures.is_empty() {
        return open(FileRole::Results, 0, "there is no figure");
    }
    let mut line = 0;
    for figure in &figures {
        match (&figure.claimed, figure.agrees(units)) {
            (Some(claimed), Some(true)) => line = claimed.line,
            (Some(claimed), Some(false)) => {
                let decimals = claimed.decimals() + 1;
                let ours = figure.recomputed.map(|value| format!("{value:.decimals$}")).unwrap_or_default();
                let why = format!("it claims {}, recomputed {ours}", claimed.text);
                return open(FileRole::Results, claimed.line, why);
            }
            (Some(claimed), None) => {
                let why = figure.reason.clone().unwrap_or_else(|| "there is no evidence".to_owned());
                return open(FileRole::Results, claimed.line, why);
            }
            (None, _) => return open(FileRole::Results, 0, "a figure is not claimed"),
        }
    }
    Ruling::Proven(FileRole::Results, line)
}

impl Case<'_> {
    pub(super) fn kind(&self) -> Kind {
        Kind::of(self.spec.task, self.run.mode)
    }

    /// The published figure of the run; none for the wake word, which has several.
    pub(super) fn figure(&self) -> Option<Figure> {
        let Scores { throughput, top1, auc, energy, .. } = &self.run.scores;
        match (self.kind(), self.spec.target) {
            (Kind::Throughput, _) => throughput.clone(),
            (Kind::Energy, _) => energy.clone(),
            (Kind::Quality, Target::Auc(_)) => auc.clone(),
            (Kind::Quality, _) => top1.clone(),
            (Kind::Wakeword, _) => None,
        }
    }
}
