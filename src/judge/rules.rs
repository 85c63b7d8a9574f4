//! The rules, one file each, registered by one line.

mod accelerator_half_described;
mod accuracy_inference_repeated;
mod accuracy_mismatch;
mod answers_too_right;
mod auc_mismatch;
mod benchmark_unknown;
mod benchmark_without_code;
mod board_name_shared;
mod builds_differ;
mod byte_order_mark;
mod checklist_answer_disqualifying;
mod checklist_disagrees;
mod checklist_missing;
mod checklist_not_pdf;
mod checklist_of_another_round;
mod checklist_unanswered;
mod checklist_unread;
mod claim_contradicted;
mod claim_missing;
mod claim_read_otherwise;
mod code_missing;
mod description_key_missing;
mod description_key_unknown;
mod description_schema;
mod description_value_empty;
mod description_value_lost;
mod description_value_not_text;
mod descriptions_identical;
mod device_clock_disagrees_with_host;
mod device_clock_drifts;
mod device_name_differs;
mod division_disagrees_with_folder;
mod division_unknown;
mod document_empty;
mod energy_arithmetic;
mod energy_hookup_missing;
mod energy_mismatch;
mod energy_monitor_unknown;
mod energy_run_of_another_speed;
mod energy_samples_dropped;
mod energy_windows_misplaced;
mod energy_windows_uneven;
mod evaluation_inputs_in_code;
mod evidence;
mod evidence_missing;
mod evidence_undecided;
mod evidence_unread;
mod file_large;
mod file_missing;
mod file_too_large;
mod file_unreadable;
mod firmware_for_another_mode;
mod folder_empty;
mod inference_count_contradicted;
mod input_incomplete;
mod input_list_unknown;
mod input_missing;
mod input_repeated;
mod input_size;
mod input_surplus;
mod label_disagrees_with_list;
mod latency_disagrees_with_throughput;
mod log_incomplete;
mod log_malformed;
mod log_of_another_session;
mod mode_disagrees_with_folder;
mod model_disagrees_with_benchmark;
mod name_hidden;
mod name_not_portable;
mod name_with_space;
mod operating_system_dropping;
mod output_length;
mod outputs_shared;
mod path_too_deep;
mod power_unlike_board;
mod preview_not_followed_up;
mod private_key_published;
mod pycache_folder;
mod quality_target_missed;
mod quantisation_undescribed;
mod readme_missing;
mod results_disagree_with_log;
mod results_json_disagrees_with_log;
mod results_shortened;
mod retraining_suspected;
mod run_folder_misnamed;
mod run_missing;
mod runner_error_reported;
mod runner_marker_missing;
mod runner_marker_wrong;
mod runner_not_eligible;
mod runner_unrecognised;
mod runner_version_outdated;
mod runners_mixed;
mod scaffold_untouched;
mod script_disagrees_with_log;
mod sequence_broken;
mod session_in_single_mode;
mod session_of_earlier_round;
mod session_shared;
mod session_started_otherwise;
mod smaller_size_missing;
mod status_unknown;
mod submitter_disagrees_with_folder;
mod submitter_entry_unexpected;
mod submitter_name_differs;
mod submitter_without_results;
mod supply_voltage_changed;
mod symbolic_link;
mod system_description_malformed;
mod system_description_missing;
mod system_description_orphaned;
mod system_without_results;
mod target_met_by_rounding;
mod throughput_implausible;
mod throughput_mismatch;
mod time_runs_back;
mod timer_coarse;
mod timer_frozen;
mod trace_off_grid;
mod trace_repeated;
mod training_code_missing;
mod training_framework_missing;
mod unexpected_file;
mod waiver_unused;
mod wakeword_depends_on_tolerance;
mod wakeword_duty_cycle_impossible;
mod wakeword_limit_exceeded;
mod wakeword_mismatch;
mod wakeword_period_differs;
mod wakeword_recording_unknown;
mod warmups_of_another_speed;
mod weights_not_reference;
mod window_arithmetic;
mod window_count;
mod window_declared_invalid;
mod window_input_repeated;
mod window_input_unknown;
mod window_not_warmed_up;
mod window_too_few_inferences;
mod window_too_short;
mod windows_shared;
mod windows_spread;
mod windows_unequal;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::rule::Rule;
use crate::round::Round;
use crate::round::spelling::nearest;

/// Every rule, sorted by id.
pub static RULES: &[Rule] = &[
    accelerator_half_described::RULE,
    accuracy_inference_repeated::RULE,
    accuracy_mismatch::RULE,
    answers_too_right::RULE,
    auc_mismatch::RULE,
    benchmark_unknown::RULE,
    benchmark_without_code::RULE,
    board_name_shared::RULE,
    builds_differ::RULE,
    byte_order_mark::RULE,
    checklist_answer_disqualifying::RULE,
    checklist_disagrees::RULE,
    checklist_missing::RULE,
    checklist_not_pdf::RULE,
    checklist_of_another_round::RULE,
    checklist_unanswered::RULE,
    checklist_unread::RULE,
    claim_contradicted::RULE,
    claim_missing::RULE,
    claim_read_otherwise::RULE,
    code_missing::RULE,
    description_key_missing::RULE,
    description_key_unknown::RULE,
    description_value_empty::RULE,
    description_value_lost::RULE,
    description_value_not_text::RULE,
    descriptions_identical::RULE,
    device_clock_disagrees_with_host::RULE,
    device_clock_drifts::RULE,
    device_name_differs::RULE,
    division_disagrees_with_folder::RULE,
    division_unknown::RULE,
    document_empty::RULE,
    energy_arithmetic::RULE,
    energy_hookup_missing::RULE,
    energy_mismatch::RULE,
    energy_monitor_unknown::RULE,
    energy_run_of_another_speed::RULE,
    energy_samples_dropped::RULE,
    energy_windows_misplaced::RULE,
    energy_windows_uneven::RULE,
    evaluation_inputs_in_code::RULE,
    evidence_missing::RULE,
    evidence_undecided::RULE,
    evidence_unread::RULE,
    file_large::RULE,
    file_missing::RULE,
    file_too_large::RULE,
    file_unreadable::RULE,
    firmware_for_another_mode::RULE,
    folder_empty::RULE,
    inference_count_contradicted::RULE,
    input_incomplete::RULE,
    input_list_unknown::RULE,
    input_missing::RULE,
    input_repeated::RULE,
    input_size::RULE,
    input_surplus::RULE,
    label_disagrees_with_list::RULE,
    latency_disagrees_with_throughput::RULE,
    log_incomplete::RULE,
    log_malformed::RULE,
    log_of_another_session::RULE,
    mode_disagrees_with_folder::RULE,
    model_disagrees_with_benchmark::RULE,
    name_hidden::RULE,
    name_not_portable::RULE,
    name_with_space::RULE,
    operating_system_dropping::RULE,
    output_length::RULE,
    outputs_shared::RULE,
    path_too_deep::RULE,
    power_unlike_board::RULE,
    preview_not_followed_up::RULE,
    private_key_published::RULE,
    pycache_folder::RULE,
    quality_target_missed::RULE,
    quantisation_undescribed::RULE,
    readme_missing::RULE,
    results_disagree_with_log::RULE,
    results_json_disagrees_with_log::RULE,
    results_shortened::RULE,
    retraining_suspected::RULE,
    run_folder_misnamed::RULE,
    run_missing::RULE,
    runner_error_reported::RULE,
    runner_marker_missing::RULE,
    runner_marker_wrong::RULE,
    runner_not_eligible::RULE,
    runner_unrecognised::RULE,
    runner_version_outdated::RULE,
    runners_mixed::RULE,
    scaffold_untouched::RULE,
    script_disagrees_with_log::RULE,
    sequence_broken::RULE,
    session_in_single_mode::RULE,
    session_of_earlier_round::RULE,
    session_shared::RULE,
    session_started_otherwise::RULE,
    smaller_size_missing::RULE,
    status_unknown::RULE,
    submitter_disagrees_with_folder::RULE,
    submitter_entry_unexpected::RULE,
    submitter_name_differs::RULE,
    submitter_without_results::RULE,
    supply_voltage_changed::RULE,
    symbolic_link::RULE,
    system_description_malformed::RULE,
    system_description_missing::RULE,
    system_description_orphaned::RULE,
    system_without_results::RULE,
    target_met_by_rounding::RULE,
    throughput_implausible::RULE,
    throughput_mismatch::RULE,
    time_runs_back::RULE,
    timer_coarse::RULE,
    timer_frozen::RULE,
    trace_off_grid::RULE,
    trace_repeated::RULE,
    training_code_missing::RULE,
    training_framework_missing::RULE,
    unexpected_file::RULE,
    waiver_unused::RULE,
    wakeword_depends_on_tolerance::RULE,
    wakeword_duty_cycle_impossible::RULE,
    wakeword_limit_exceeded::RULE,
    wakeword_mismatch::RULE,
    wakeword_period_differs::RULE,
    wakeword_recording_unknown::RULE,
    warmups_of_another_speed::RULE,
    weights_not_reference::RULE,
    window_arithmetic::RULE,
    window_count::RULE,
    window_declared_invalid::RULE,
    window_input_repeated::RULE,
    window_input_unknown::RULE,
    window_not_warmed_up::RULE,
    window_too_few_inferences::RULE,
    window_too_short::RULE,
    windows_shared::RULE,
    windows_spread::RULE,
    windows_unequal::RULE,
];

/// What reports waivers that cover nothing.
pub static WAIVER_UNUSED: &Rule = &waiver_unused::RULE;

/// What reports figures that the evidence does not prove.
pub static EVIDENCE_UNDECIDED: &Rule = &evidence_undecided::RULE;

/// The rule that a package waits for.
pub static SCAFFOLD_UNTOUCHED: &Rule = &scaffold_untouched::RULE;

/// Rules that were taken out, each with the reason. Waivers may still name them.
pub const RETIRED: [(&str, &str); 1] = [(
    "model-not-reference",
    "the checksum of a model file tells nothing: converted models differ from the reference file; what the weights answer \
     is judged by weights-not-reference",
)];

/// Why a rule was taken out, if it was.
#[must_use]
pub fn retired(id: &str) -> Option<&'static str> {
    RETIRED.iter().find(|(name, _)| *name == id).map(|(_, reason)| *reason)
}

/// The rule of that id.
#[must_use]
pub fn rule_named(id: &str) -> Option<&'static Rule> {
    static BY_ID: LazyLock<BTreeMap<&'static str, &'static Rule>> =
        LazyLock::new(|| RULES.iter().map(|rule| (rule.id, rule)).collect());
    BY_ID.get(id).copied()
}

/// Whether a round changes the severity of rules that exist.
///
/// # Errors
/// When there is no such rule, with its id.
pub fn check_severities(round: &Round) -> Result<(), String> {
    let Some(id) = round.severities.keys().find(|id| rule_named(id).is_none()) else { return Ok(()) };
    let near = nearest(id, RULES.iter().map(|rule| rule.id), 3);
    let hint = near.map_or_else(|| "`tinyaudit rules` lists them".to_owned(), |near| format!("did you mean {near}?"));
    Err(format!("severities names the rule {id}, which there is not; {hint}"))
}

#[cfg(test)]
mod tests {
    use super::RULES;

    #[test]
    fn ids_are_sorted_kebab_case_and_every_rule_is_documented() {
        assert!(RULES.windows(2).all(|pair| pair[0].id < pair[1].id));
        for rule in RULES {
            assert!(rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", rule.id);
            assert!(rule.title().ends_with('.') && !rule.help().is_empty() && !rule.source().is_empty(), "{}", rule.id);
        }
    }

    #[test]
    fn rules_explain_rules_that_exist() {
        for rule in RULES {
            for other in rule.explains {
                assert!(super::rule_named(other).is_some(), "{} explains {other}", rule.id);
            }
        }
    }

    #[test]
    fn the_coverage_table_names_rules_that_exist() {
        for entry in crate::judge::coverage::entries() {
            for id in &entry.rules {
                assert!(super::rule_named(id).is_some(), "{} names {id}", entry.entry);
            }
        }
    }

    #[test]
    fn rounds_change_the_severity_of_rules_that_exist() {
        for name in crate::round::Round::names() {
            let mut round = crate::round::Round::named(name).unwrap();
            assert_eq!(super::check_severities(&round), Ok(()));
            round.severities.insert("window-counts".to_owned(), std::collections::BTreeMap::new());
            assert!(super::check_severities(&round).unwrap_err().ends_with("did you mean window-count?"));
        }
    }
}
