use super::prelude::*;

check! {
    /// Log and results.json list the same detections in ascending order.
    ///
    /// Help: submit all files of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; all published sessions.
    "detections-ascend", Wakeword, Error, Figure(check),
    affects: [Wakeword],
    needs: [
        evidence_missing, file_missing, mode_disagrees_with_folder, results_json_disagrees_with_log, session_whole,
        wakeword_recording_unknown,
    ],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    let Some(heard) = view.log().and_then(|log| log.detections.as_ref()) else {
        return view.unknown(FileRole::Log, 0, "the log does not list the detections");
    };
    if heard.value.is_empty() || !heard.value.windows(2).all(|pair| pair[0] < pair[1]) {
        return view.unknown(FileRole::Log, heard.line, "the list of detections is empty or not in ascending order");
    }
    let Some(recording) = view.log().and_then(|log| log.recording.as_ref()) else {
        return view.unknown(FileRole::Log, heard.line, "the log does not name the recording that was played");
    };
    let last = heard.value.last().copied().unwrap_or(0.0) / 1000.0;
    let (_, length) = &recording.value;
    // The first detection marks the start of the recording.
    let first = heard.value[0] / 1000.0;
    if last - first > length + view.round.wakeword.map_or(0.0, |wakeword| wakeword.hit_seconds) {
        return view.unknown(FileRole::Log, heard.line, "the last detection is after the end of the recording");
    }
    Outcome::Pass(view.at(FileRole::Log, heard.line))
}
