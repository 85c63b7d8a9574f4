//! What must hold of a wake word run.

use super::{Case, Ruling, open};
use crate::round::{FileRole, Mode};

pub(super) fn detections(case: &Case<'_>) -> Ruling {
    let Some(heard) = case.run.log.as_ref().and_then(|log| log.detections.as_ref()) else {
        return open(FileRole::Log, 0, "the log does not list the detections");
    };
    if heard.value.is_empty() || !heard.value.windows(2).all(|pair| pair[0] < pair[1]) {
        return open(FileRole::Log, heard.line, "the detections do not ascend");
    }
    let Some(recording) = case.run.log.as_ref().and_then(|log| log.recording.as_ref()) else {
        return open(FileRole::Log, heard.line, "the log does not name the recording that was played");
    };
    let last = heard.value.last().copied().unwrap_or(0.0) / 1000.0;
    let (_, length) = &recording.value;
    // The first detection marks the start of the recording.
    let first = heard.value[0] / 1000.0;
    if last - first > length + case.round.wakeword.map_or(0.0, |wakeword| wakeword.hit_seconds) {
        return open(FileRole::Log, heard.line, "a detection lies after the end of the recording");
    }
    Ruling::Proven(FileRole::Log, heard.line)
}

pub(super) fn pulses(case: &Case<'_>) -> Ruling {
    let Some([entry]) = case.run.json.as_deref() else { return open(FileRole::Json, 0, "there is no single entry") };
    let Some(edges) = &entry.dutycycle else { return open(FileRole::Json, 1, "no activity is recorded") };
    let wanted = case.round.wakeword.map_or(0, |wakeword| wakeword.pulses);
    let (starts, stops) = (&edges.start_times_s, &edges.stop_times_s);
    if starts.len() != stops.len() || starts.len() < wanted {
        let why =
            format!("{} starts and {} stops of activity are recorded, expected {wanted}", starts.len(), stops.len());
        return open(FileRole::Json, 1, why);
    }
    let ordered = starts.iter().zip(stops).all(|(start, stop)| start < stop)
        && starts.iter().skip(1).zip(stops).all(|(next, stop)| stop <= next);
    if !ordered {
        return open(FileRole::Json, 1, "starts and stops of activity do not alternate");
    }
    if case.run.mode == Mode::Energy {
        let Some(power) = &entry.power else { return open(FileRole::Json, 1, "no samples are recorded") };
        let captured = case.run.log.as_ref().and_then(|log| log.captured.first());
        let counted = (power.samples.len() as u64, power.timestamps.len() as u64);
        match captured {
            Some(logged) if logged.value == counted => {}
            _ => return open(FileRole::Json, 1, "the log does not say that as many samples were captured"),
        }
        if power.samples.iter().any(|sample| *sample < 0.0) {
            return open(FileRole::Json, 1, "a sample is negative");
        }
    }
    Ruling::Proven(FileRole::Json, 1)
}
