//! How much the clocks of two runs have in common that honest repetitions have not.
//!
//! A board that is measured twice gives nearly the same windows twice, so equal windows alone prove nothing. Every kind of
//! interval (length of a window and pause before it, on the device's clock and on the host's) is compared in steps of the
//! clock, against the distance that windows of the same run have from each other. An interval that two runs share counts
//! as many bits as it has steps within that distance; a board, a host or a stamp that repeats itself counts nothing.
//!
//! Source: 328 published runs of six rounds; boards whose timers repeat to the microsecond (v0.5, 13.650992 s three times
//! of five) and stamps in steps of 1 ms are among them.

use std::cmp::Reverse;

use crate::model::Window;

/// Windows of a run that are compared; the official runners measure five.
const MOST: usize = 16;
/// Steps of its clock that an interval must spread over before it tells one run from another.
const TELLING: f64 = 8.0;

/// Bits that the pauses and the host's clock must have in common, where they tell sessions apart: a chance of one in 65,536.
const AROUND: f64 = 16.0;

/// What two runs have in common.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sameness {
    /// Bits of coincidence: chance alone gives N bits in one of 2^N pairs of runs.
    pub bits: f64,
    /// Windows whose lengths are the same to an eighth of what windows of one run differ by.
    pub windows: usize,
    /// The largest difference of their lengths, in microseconds.
    pub within_us: f64,
    /// What windows of one run differ by, in microseconds.
    pub spread_us: f64,
    /// Whether every clock that tells runs apart agrees.
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

/// An interval of a window by kind, in steps of its unit.
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

/// The greatest common step of a clock's stamps.
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

/// How far an interval of a run is from the nearest other one of its kind: the median of all. Lengths are compared of
/// windows with as many inferences.
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

/// Pairs of windows, each used once: those of the same number of inferences whose lengths are nearest first.
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

/// Compares the windows of two runs; `None` where they have none in common.
#[must_use]
pub fn compare(a: &[Window], b: &[Window]) -> Option<Sameness> {
    let (a, b) = (&a[..a.len().min(MOST)], &b[..b.len().min(MOST)]);
    let pairs = pairs(a, b);
    let mut same = Sameness { bits: 0.0, windows: 0, within_us: 0.0, spread_us: 0.0, is_whole: !pairs.is_empty() };
    // What tells sessions apart whatever the board is: what host and wire did between and around the windows.
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
    // A board may repeat its windows to the last step: then lengths alone prove nothing.
    same.is_whole &= !tells_around || around >= AROUND;
    (!pairs.is_empty()).then_some(same)
}

/// Pairs of runs that may be copies, among runs of many boards: each with the few whose windows last most nearly as long.
/// What is returned are indices into `runs`, the later one first.
#[must_use]
pub fn candidates(runs: &[&[Window]]) -> Vec<(usize, usize)> {
    /// Runs that one is compared with; a copy is the nearest, or one of a few that are equally near.
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

    /// Five windows of ten seconds, a pause of two before each, on a clock of so many microseconds a step.
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
        /// An unchanged board measured again, and another board of equal latency, by timers of every kind.
        #[test]
        fn repetitions_are_no_copies(
            here in prop::array::uniform5(-1.0..1.0_f64),
            there in prop::array::uniform5(-1.0..1.0_f64),
            pauses in prop::array::uniform5(-1.0..1.0_f64),
            jitter in prop::sample::select(vec![4e-4, 1e-4, 1e-5, 1e-6, 0.0]),
            step in prop::sample::select(vec![1, 31, 1000]),
        ) {
            let run = |windows: [f64; 5]| run(&windows.map(|one| one * jitter), &[0.0; 5], step);
            prop_assert!(compare(&run(here), &run(there)).is_none_or(|same| same.bits < LIMIT));
            // The board repeats its windows to the last step; what the host does in between does not repeat.
            let deterministic = |pauses: [f64; 5]| super::tests::run(&here.map(|one| one * jitter), &pauses.map(|one| one * 1e-2), step);
            let same = compare(&deterministic(pauses), &deterministic(there)).unwrap();
            prop_assert!(!same.is_whole || same.bits < LIMIT, "{same:?}");
        }

        /// A copy with one time changed, its windows in another order.
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
    fn coarse_and_steady_clocks_tell_nothing() {
        let steady = run(&[0.0; 5], &[0.0; 5], 1);
        assert!(compare(&steady, &steady).unwrap().bits.abs() < 1e-9);
        let coarse = run(&[1e-4, 2e-4, -1e-4, 3e-4, 0.0], &[0.0; 5], 1000);
        assert!(compare(&coarse, &coarse).unwrap().bits.abs() < 1e-9);
        assert_eq!(compare(&[], &steady), None);
    }
}
