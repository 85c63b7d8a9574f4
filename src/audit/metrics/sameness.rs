//! Measures how improbable it is that the times of two runs agree by chance, to find copied runs.
//!
//! A board that is measured twice gives nearly the same windows twice, so similar windows alone do not prove anything.
//! Each kind of interval (length of a window and pause before it, on the device's clock and on the host's) is compared
//! in steps of the clock, relative to the spread of the same kind of interval within one run. An interval that two runs
//! share counts as log2(spread / difference) bits; a clock whose intervals repeat within a run counts nothing.
//!
//! Source: 328 published runs of six rounds, including boards whose timers repeat to the microsecond (v0.5, 13.650992 s
//! in three of five windows) and stamps in steps of 1 ms.

use std::cmp::Reverse;

use crate::model::Window;

/// Maximum number of windows of a run that are compared; the official runners measure five.
const MOST: usize = 16;
/// Minimum spread of an interval, in steps of its clock, for it to distinguish runs.
const TELLING: f64 = 8.0;

/// Minimum bits of coincidence of pauses and host times, if they distinguish sessions: a chance of one in 65,536.
const AROUND: f64 = 16.0;

/// Agreement of the times of two runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sameness {
    /// Bits of coincidence: by chance, one of 2^N pairs of runs reaches N bits.
    pub bits: f64,
    /// Number of windows whose lengths agree to an eighth of the spread within a run.
    pub windows: usize,
    /// Largest difference of the lengths of these windows, in microseconds.
    pub within_us: f64,
    /// Spread of window lengths within a run, in microseconds.
    pub spread_us: f64,
    /// Whether every kind of interval agrees in most windows.
    pub is_whole: bool,
}

/// Kinds of intervals.
#[derive(Clone, Copy)]
enum Kind {
    Length,
    Pause,
    HostLength,
    HostPause,
}

/// Returns an interval of a window by kind: in microseconds of the device's clock or milliseconds of the host's.
fn interval(windows: &[Window], index: usize, kind: Kind) -> Option<f64> {
    let window = &windows[index];
    let before = || windows.get(index.checked_sub(1)?);
    let between = |(start, stop): (u64, u64)| Some(stop.checked_sub(start)? as f64);
    match kind {
        Kind::Length => between(window.stamps_us?),
        Kind::Pause => between((before()?.stamps_us?.1, window.stamps_us?.0)),
        Kind::HostLength => between(window.host_ms?),
        Kind::HostPause => between((before()?.host_ms?.1, window.host_ms?.0)),
    }
}

/// Returns the resolution of a clock: the greatest common divisor of its stamps.
fn step(windows: &[Window], kind: Kind) -> f64 {
    let pair = |window: &Window| match kind {
        Kind::Length | Kind::Pause => window.stamps_us,
        Kind::HostLength | Kind::HostPause => window.host_ms,
    };
    let stamps = windows.iter().filter_map(pair).flat_map(|(start, stop)| [start, stop]);
    stamps.fold(0, gcd).max(1) as f64
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Returns the spread of a kind of interval within a run: the median distance of an interval from the nearest other
/// one. Lengths are only compared between windows with the same number of inferences.
fn spread(windows: &[Window], kind: Kind) -> Option<f64> {
    let counts = |index: usize| match kind {
        Kind::Length | Kind::HostLength => windows[index].inferences,
        Kind::Pause | Kind::HostPause => 0,
    };
    let known: Vec<(u64, f64)> =
        (0..windows.len()).filter_map(|index| Some((counts(index), interval(windows, index, kind)?))).collect();
    let nearest = known.iter().enumerate().filter_map(|(index, (count, one))| {
        let others = known.iter().enumerate().filter(|(other, (theirs, _))| *other != index && theirs == count);
        others.map(|(_, (_, other))| (one - other).abs()).min_by(f64::total_cmp)
    });
    super::median::median(nearest.collect())
}

/// Pairs the windows of two runs, each used once: windows with the same number of inferences, smallest difference of
/// length first.
fn pairs(a: &[Window], b: &[Window]) -> Vec<(usize, usize)> {
    let mut near: Vec<(f64, usize, usize)> = Vec::new();
    for (i, one) in a.iter().enumerate() {
        for (j, _) in b.iter().enumerate().filter(|(_, other)| other.inferences == one.inferences) {
            let lengths = interval(a, i, Kind::Length).zip(interval(b, j, Kind::Length));
            near.extend(lengths.map(|(here, there)| ((here - there).abs(), i, j)));
        }
    }
    near.sort_by(|x, y| x.0.total_cmp(&y.0).then((x.1.abs_diff(x.2), x.1).cmp(&(y.1.abs_diff(y.2), y.1))));
    let (mut here, mut there) = (vec![false; a.len()], vec![false; b.len()]);
    near.retain(|(_, i, j)| {
        !here[*i] && !there[*j] && {
            here[*i] = true;
            there[*j] = true;
            true
        }
    });
    near.into_iter().map(|(_, i, j)| (i, j)).collect()
}

/// Compares the windows of two runs; `None` if no windows can be paired.
#[must_use]
pub(crate) fn compare(a: &[Window], b: &[Window]) -> Option<Sameness> {
    let (a, b) = (&a[..a.len().min(MOST)], &b[..b.len().min(MOST)]);
    let pairs = pairs(a, b);
    let mut same = Sameness { bits: 0.0, windows: 0, within_us: 0.0, spread_us: 0.0, is_whole: !pairs.is_empty() };
    // Pauses and host times depend on host and serial line, so they distinguish sessions on any board.
    let (mut around, mut tells_around) = (0.0, false);
    for kind in [Kind::Length, Kind::Pause, Kind::HostLength, Kind::HostPause] {
        let step = step(a, kind).max(step(b, kind));
        let Some(spread) = spread(a, kind).zip(spread(b, kind)).map(|(a, b)| a.min(b)) else { continue };
        let differences: Vec<f64> =
            pairs.iter().filter_map(|(i, j)| Some((interval(a, *i, kind)? - interval(b, *j, kind)?).abs())).collect();
        let tells = spread >= TELLING * step;
        let limit = if tells { spread / TELLING } else { 2.0 * step };
        let near: Vec<f64> = differences.iter().copied().filter(|difference| *difference <= limit).collect();
        same.is_whole &= 2 * near.len() > differences.len();
        if !tells {
            continue;
        }
        let bits: f64 = near.iter().map(|difference| (spread / difference.max(step)).log2()).sum();
        same.bits += bits;
        if matches!(kind, Kind::Length) {
            same.windows = near.len();
            same.within_us = near.into_iter().fold(step, f64::max);
            same.spread_us = spread;
        } else {
            around += bits;
            tells_around = true;
        }
    }
    // A board may repeat its windows to the last step; then lengths alone do not prove anything.
    same.is_whole &= !tells_around || around >= AROUND;
    (!pairs.is_empty()).then_some(same)
}

/// Returns pairs of runs that may be copies: each run with the few runs whose windows are most similar in length. The
/// pairs are indices into `runs`, the larger one first.
#[must_use]
pub(crate) fn candidates(runs: &[&[Window]]) -> Vec<(usize, usize)> {
    /// Number of runs that each is compared with. A copy is the nearest one, or one of a few that are equally near.
    const NEIGHBOURS: usize = 32;
    let middle = |windows: &[Window]| {
        let lengths: Vec<f64> =
            (0..windows.len().min(MOST)).filter_map(|i| interval(windows, i, Kind::Length)).collect();
        super::median::median(lengths)
    };
    let mut order: Vec<(u64, f64, usize)> = runs
        .iter()
        .enumerate()
        .filter_map(|(index, windows)| Some((windows.get(windows.len() / 2)?.inferences, middle(windows)?, index)))
        .collect();
    order.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut pairs = Vec::new();
    for (place, (count, _, index)) in order.iter().enumerate() {
        for (_, _, other) in order[place + 1..].iter().take(NEIGHBOURS).take_while(|(other, ..)| other == count) {
            pairs.push(((*index).max(*other), (*index).min(*other)));
        }
    }
    pairs.sort_by_key(|(later, first)| (*later, Reverse(*first)));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMIT: f64 = 24.0;

    /// Five windows of about ten seconds, with a pause of about two before each, on a clock with steps of `step_us`.
    fn run(lengths: &[f64; 5], pauses: &[f64; 5], step_us: u64) -> Vec<Window> {
        let mut now = 0.0;
        let mut stamp = |seconds: f64| {
            now += seconds * 1e6;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // positive
            let us = now as u64;
            us / step_us * step_us
        };
        let window = |(length, pause): (&f64, &f64)| {
            let stamps_us = Some((stamp(2.0 * (1.0 + pause)), stamp(10.0 * (1.0 + length))));
            Window { inferences: 3000, stamps_us, ..Window::default() }
        };
        lengths.iter().zip(pauses).map(window).collect()
    }

    proptest! {
        /// Measures an unchanged board again, or another board of equal latency, with timers of every kind.
        #[test]
        fn repetitions_are_not_copies(
            here in prop::array::uniform5(-1.0..1.0_f64),
            there in prop::array::uniform5(-1.0..1.0_f64),
            pauses in prop::array::uniform5(-1.0..1.0_f64),
            jitter in prop::sample::select(vec![4e-4, 1e-4, 1e-5, 1e-6, 0.0]),
            step in prop::sample::select(vec![1, 31, 1000]),
        ) {
            let run = |windows: [f64; 5]| run(&windows.map(|one| one * jitter), &[0.0; 5], step);
            prop_assert!(compare(&run(here), &run(there)).is_none_or(|same| same.bits < LIMIT));
            // The board repeats its windows to the last step; the pauses of the host do not repeat.
            let deterministic = |pauses: [f64; 5]| super::tests::run(&here.map(|one| one * jitter), &pauses.map(|one| one * 1e-2), step);
            let same = compare(&deterministic(pauses), &deterministic(there)).unwrap();
            prop_assert!(!same.is_whole || same.bits < LIMIT, "{same:?}");
        }

        /// Compares a run with a copy in which one window was changed.
        #[test]
        fn copies_are_found(here in prop::array::uniform5(-1.0..1.0_f64), pauses in prop::array::uniform5(-1.0..1.0_f64)) {
            let apart = |values: &[f64; 5]| (0..5).all(|i| (0..i).all(|j| (values[i] - values[j]).abs() > 0.05));
            let mut copy = here;
            copy[2] += 0.3;
            prop_assume!(apart(&here) && apart(&copy) && apart(&pauses));
            let run = |windows: [f64; 5]| run(&windows.map(|one| one * 4e-4), &pauses.map(|one| one * 4e-3), 1);
            let same = compare(&run(copy), &run(here)).unwrap();
            prop_assert!(same.is_whole && same.bits >= LIMIT && same.windows == 4, "{same:?}");
        }
    }

    #[test]
    fn coarse_and_repeating_clocks_give_zero_bits() {
        let steady = run(&[0.0; 5], &[0.0; 5], 1);
        assert!(compare(&steady, &steady).unwrap().bits.abs() < 1e-9);
        let coarse = run(&[1e-4, 2e-4, -1e-4, 3e-4, 0.0], &[0.0; 5], 1000);
        assert!(compare(&coarse, &coarse).unwrap().bits.abs() < 1e-9);
        assert_eq!(compare(&[], &steady), None);
    }
}
