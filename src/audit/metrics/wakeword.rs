//! The streaming wake word test.
//!
//! The first detection marks the start of the recording and is subtracted from all others. A word is detected if there
//! is a detection between its start and `hit` seconds after its end; all detections in that interval belong to it. The
//! remaining detections are false alarms; those within `debounce` seconds of a false alarm belong to it. The runner's
//! code adds its tolerance of one second twice, so results are scored with two seconds; its README documents one.
//!
//! Duty cycle is mean processing time divided by mean period (start to start); throughput is the inverse of the mean
//! processing time.
//!
//! Source: MLPerf Tiny rules, 4.1.1; mlcommons/tiny benchmark/runner, `streaming_ww_utils.py` (behaviour).

use std::collections::BTreeMap;

/// Counts of the wake word test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Words detected.
    pub true_positives: u64,
    /// Words missed.
    pub false_negatives: u64,
    /// Detections without a word.
    pub false_positives: u64,
}

/// Duty cycle of the device.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Duty {
    /// Fraction of the time spent processing, 0 to 1.
    pub cycle: f64,
    /// Mean period, from start to start, in seconds.
    pub period_s: f64,
    /// Inferences per second of processing.
    pub throughput: f64,
}

/// Result of the wake word test.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Words detected and missed, and false alarms.
    pub counts: Counts,
    /// Starts of the missed words, in seconds.
    pub missed: Vec<f64>,
    /// First detection of each false alarm, in seconds since the start of the recording.
    pub alarms: Vec<f64>,
}

/// Scores detections, in milliseconds, against words, in seconds; `None` if there are no detections.
#[must_use]
pub fn judge(detections_ms: &[f64], words: &[(f64, f64)], hit_s: f64, debounce_s: f64) -> Option<Verdict> {
    let (first, rest) = detections_ms.split_first()?;
    let mut left: Vec<f64> = rest.iter().map(|ms| (ms - first) / 1000.0).collect();
    let mut missed = Vec::new();
    for (start, stop) in words {
        let before = left.len();
        left.retain(|time| !(*start <= *time && *time <= stop + hit_s));
        if left.len() == before {
            missed.push(*start);
        }
    }
    let alarms = alarms(&left, debounce_s);
    let counts = Counts {
        true_positives: (words.len() - missed.len()) as u64,
        false_negatives: missed.len() as u64,
        false_positives: alarms.len() as u64,
    };
    Some(Verdict { counts, missed, alarms })
}

/// Returns the detections that do not belong to an earlier alarm, in their order.
fn alarms(detections: &[f64], debounce_s: f64) -> Vec<f64> {
    // Sorted by time, so that only the nearest alarms have to be compared.
    let mut places: Vec<usize> = (0..detections.len()).collect();
    places.sort_by(|a, b| detections[*a].total_cmp(&detections[*b]));
    let mut rank = vec![0; places.len()];
    places.iter().enumerate().for_each(|(at, place)| rank[*place] = at);
    let mut alarms: BTreeMap<usize, f64> = BTreeMap::new();
    let is_alarm = |(place, time): (usize, &f64)| {
        let near = [alarms.range(..rank[place]).next_back(), alarms.range(rank[place]..).next()];
        let stands = near.into_iter().flatten().all(|(_, alarm)| (time - alarm).abs() > debounce_s);
        stands.then(|| alarms.insert(rank[place], *time)).map(|_| *time)
    };
    detections.iter().enumerate().filter_map(is_alarm).collect()
}

/// Like [`judge`], but returns the counts only.
#[must_use]
pub(crate) fn score(detections_ms: &[f64], words: &[(f64, f64)], hit_s: f64, debounce_s: f64) -> Option<Counts> {
    judge(detections_ms, words, hit_s, debounce_s).map(|verdict| verdict.counts)
}

/// Computes duty cycle and throughput from the edges of the processing pin, in seconds; `None` for fewer than two
/// pulses.
#[must_use]
pub(crate) fn duty(starts_s: &[f64], stops_s: &[f64]) -> Option<Duty> {
    let pulses = starts_s.len().min(stops_s.len());
    if pulses < 2 {
        return None;
    }
    let processing = starts_s.iter().zip(stops_s).map(|(start, stop)| stop - start).sum::<f64>() / pulses as f64;
    let period_s = (starts_s[pulses - 1] - starts_s[0]) / (pulses - 1) as f64;
    let duty = Duty { cycle: processing / period_s, period_s, throughput: 1.0 / processing };
    (duty.cycle.is_finite() && duty.throughput.is_finite()).then_some(duty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hits_misses_and_false_alarms_are_counted() {
        let detections = [100.0, 1_600.0, 1_632.0, 9_100.0, 9_900.0, 12_000.0];
        let counts = score(&detections, &[(1.0, 1.4), (5.0, 5.5)], 2.0, 1.0).unwrap();
        assert_eq!(counts, Counts { true_positives: 1, false_negatives: 1, false_positives: 2 });
        assert_eq!(score(&[], &[], 2.0, 1.0), None);
    }

    #[test]
    fn a_late_detection_depends_on_the_tolerance() {
        let word = [(1.0, 2.0)];
        assert_eq!(score(&[0.0, 3_500.0], &word, 2.0, 1.0).unwrap().false_negatives, 0);
        assert_eq!(score(&[0.0, 3_500.0], &word, 1.0, 1.0).unwrap().false_negatives, 1);
    }

    #[test]
    fn times_count_from_the_first_detection() {
        let word = [(1.0, 1.4)];
        assert_eq!(score(&[1000.0, 4300.0], &word, 2.0, 1.0).unwrap().true_positives, 1);
        assert_eq!(score(&[1000.0, 4500.0], &word, 2.0, 1.0).unwrap().true_positives, 0);
    }

    #[test]
    fn processing_half_of_the_time_is_a_duty_cycle_of_one_half() {
        let duty = duty(&[0.0, 0.032, 0.064], &[0.016, 0.048, 0.080]).unwrap();
        assert!((duty.cycle - 0.5).abs() < 1e-12 && (duty.throughput - 62.5).abs() < 1e-9);
        assert_eq!(super::duty(&[0.0], &[0.1]), None);
        // No time passes between the pulses, or within them.
        assert_eq!(super::duty(&[0.0, 0.0], &[0.1, 0.1]), None);
        assert_eq!(super::duty(&[0.0, 1.0], &[0.0, 1.0]), None);
    }

    proptest! {
        #[test]
        fn detections_near_an_alarm_belong_to_it(times in proptest::collection::vec(0u8..60, 0..40)) {
            let times: Vec<f64> = times.into_iter().map(|time| f64::from(time) / 4.0).collect();
            let (mut left, mut expected) = (times.clone(), Vec::new());
            while let Some(alarm) = left.first().copied() {
                expected.push(alarm);
                left.retain(|time| (time - alarm).abs() > 1.0);
            }
            prop_assert_eq!(alarms(&times, 1.0), expected);
        }

        #[test]
        fn duty_cycle_and_throughput_equal_their_definition(
            pulses in proptest::collection::vec((0.001f64..0.1, 0.001f64..0.1), 2..50),
        ) {
            let (mut now, mut starts, mut stops) = (7.0, Vec::new(), Vec::new());
            for (busy, idle) in &pulses {
                starts.push(now);
                stops.push(now + busy);
                now += busy + idle;
            }
            let busy: f64 = pulses.iter().map(|(busy, _)| busy).sum();
            let periods = &pulses[..pulses.len() - 1];
            let period = periods.iter().map(|(busy, idle)| busy + idle).sum::<f64>() / periods.len() as f64;
            let duty = duty(&starts, &stops).unwrap();
            prop_assert!((duty.period_s - period).abs() < 1e-9);
            prop_assert!((duty.throughput - pulses.len() as f64 / busy).abs() < 1e-6);
            prop_assert!((duty.cycle - busy / pulses.len() as f64 / period).abs() < 1e-9);
        }

        #[test]
        fn every_word_is_either_detected_or_missed(times in proptest::collection::vec(0.0f64..60_000.0, 1..60)) {
            let words: Vec<_> = (0..10).map(|word| (f64::from(word) * 6.0, f64::from(word) * 6.0 + 0.5)).collect();
            let counts = score(&times, &words, 2.0, 1.0).unwrap();
            prop_assert_eq!(counts.true_positives + counts.false_negatives, 10);
            prop_assert!(counts.false_positives < times.len() as u64);
        }
    }
}
