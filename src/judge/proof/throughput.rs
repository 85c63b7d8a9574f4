//! What must hold of timed windows.

use super::{Case, Ruling, open};
use crate::round::{FileRole, Mode, Runner};

/// The MLCommons runner's stamps are whole seconds.
const WHOLE_SECOND: f64 = 1.0;

pub(super) fn counted(case: &Case<'_>) -> Ruling {
    let (windows, inferences) = (case.run.windows.len(), case.run.inferences().len());
    let wanted = case.round.windows.count;
    if windows != wanted || inferences != wanted {
        let why = format!("there are {windows} windows and {inferences} inferences, expected {wanted}");
        return open(FileRole::Log, 0, why);
    }
    let claimed = case.run.claims.as_ref().map_or(0, |claims| claims.windows.len().max(claims.energies.len()));
    if claimed != 0 && claimed != wanted {
        return open(FileRole::Results, 0, format!("results.txt shows {claimed} windows, expected {wanted}"));
    }
    Ruling::Proven(FileRole::Log, case.run.inferences()[0].line)
}

pub(super) fn echoed(case: &Case<'_>) -> Ruling {
    let inferences = case.run.inferences();
    let Some(first) = inferences.first() else { return open(FileRole::Log, 0, "the log shows no inferences") };
    let eembc = case.run.runner == Some(Runner::Eembc);
    for one in inferences {
        let needs_echo = eembc || case.run.mode == Mode::Performance;
        if needs_echo && one.echoed_iterations != Some(one.iterations) {
            return open(
                FileRole::Log,
                one.line,
                format!("nothing repeats that {} inferences were run", one.iterations),
            );
        }
        if eembc && one.echoed_warmups.is_some_and(|echoed| echoed != one.warmups) {
            return open(FileRole::Log, one.line, "the device did other warm-ups than it was told");
        }
    }
    Ruling::Proven(FileRole::Log, first.line)
}

pub(super) fn paired(case: &Case<'_>) -> Ruling {
    let Some(log) = &case.run.log else { return open(FileRole::Log, 0, "there is no log") };
    let Some(first) = log.inferences.first() else { return open(FileRole::Log, 0, "the log shows no inferences") };
    let accuracy = case.run.mode == Mode::Accuracy;
    for one in &log.inferences {
        let whole = match log.runner {
            Runner::Eembc => one.stamps == 2 && (accuracy || one.host_ms().is_some()),
            Runner::Mlcommons if accuracy => one.elapsed_s.is_some(),
            Runner::Mlcommons => one.elapsed_s.is_some() && one.begin_host_ms.is_some() && one.done_host_ms.is_some(),
        };
        if !whole {
            let why = format!("the inferences show {} stamps, or no host time beside them", one.stamps);
            return open(FileRole::Log, one.line, why);
        }
    }
    Ruling::Proven(FileRole::Log, first.line)
}

pub(super) fn long_enough(case: &Case<'_>) -> Ruling {
    let Some(first) = case.run.windows.first() else { return open(FileRole::Log, 0, "there are no windows") };
    let windows = &case.round.windows;
    for window in &case.run.windows {
        let role = window.role.unwrap_or(FileRole::Log);
        let Some(seconds) = window.seconds else { return open(role, window.line, "a window has no length") };
        if seconds < windows.min_seconds - 1e-9 || window.inferences < windows.min_inferences {
            let why = format!("a window lasts {seconds:.3} s and has {} inferences", window.inferences);
            return open(role, window.line, why);
        }
    }
    Ruling::Proven(first.role.unwrap_or(FileRole::Log), first.line)
}

pub(super) fn clocks(case: &Case<'_>) -> Ruling {
    let Some(log) = &case.run.log else { return open(FileRole::Log, 0, "there is no log") };
    let Some(first) = case.run.windows.first() else { return open(FileRole::Log, 0, "there are no windows") };
    let (mut device, mut host) = (0.0, 0.0);
    for (window, inference) in case.run.windows.iter().zip(&log.inferences) {
        let (Some(seconds), Some(host_seconds)) = (window.seconds, window.host_seconds) else {
            return open(FileRole::Log, window.line, "the window is not timed by both clocks");
        };
        // The MLCommons runner stamps the whole command, warm-ups included.
        let all = (inference.iterations as f64 + inference.warmups as f64) / inference.iterations.max(1) as f64;
        device += if log.runner == Runner::Mlcommons { seconds * all } else { seconds };
        host += host_seconds;
    }
    let whole = if log.runner == Runner::Mlcommons { WHOLE_SECOND * case.run.windows.len() as f64 } else { 0.0 };
    let tolerances = &case.round.tolerances;
    let around = tolerances.clock_fraction * device + tolerances.clock_seconds.max(whole);
    if (device - host).abs() > around {
        return open(
            FileRole::Log,
            first.line,
            format!("{device:.3} s by the device's clock, {host:.3} s by the host's"),
        );
    }
    Ruling::Proven(FileRole::Log, first.line)
}
