use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// A log does not run from the start of its session to the end.
    ///
    /// Both runners close their logs; one that stops earlier was half copied, cut, or its run was ended. What else does not
    /// fit follows from it.
    ///
    /// Help: copy the whole log of the session the results come from.
    ///
    /// Source: the logs both runners write; one of 718 published logs is cut off.
    "log-incomplete", Evidence, Error, check,
    explains input_missing, results_json_disagrees_with_log, output_length, window_count, window_arithmetic,
        log_of_another_session, script_disagrees_with_log, inference_count_contradicted, throughput_mismatch,
        accuracy_mismatch, auc_mismatch, energy_arithmetic, energy_mismatch, energy_windows_misplaced,
        wakeword_mismatch, results_shortened, window_input_repeated, input_list_unknown, evidence_undecided
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let Some(log) = &place.run.log else { continue };
        let path = place.run.path_of(FileRole::Log);
        if log.session.is_none() {
            findings.at(path, 1, "the log does not show the start of its session, so it is not the whole log");
        } else if !log.closed {
            findings.at(path, 0, "the log does not show the end of its session, so it is not the whole log");
        }
    }
}
