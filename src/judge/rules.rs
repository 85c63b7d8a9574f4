//! The rules, one file each, registered by one line.

pub(crate) mod accelerator_half_described;
pub(crate) mod accuracy_inference_repeated;
pub(crate) mod accuracy_mismatch;
pub(crate) mod answers_too_right;
pub(crate) mod auc_mismatch;
pub(crate) mod benchmark_unknown;
pub(crate) mod benchmark_without_code;
pub(crate) mod board_name_shared;
pub(crate) mod builds_differ;
pub(crate) mod byte_order_mark;
pub(crate) mod checklist_answer_disqualifying;
pub(crate) mod checklist_disagrees;
pub(crate) mod checklist_missing;
pub(crate) mod checklist_not_pdf;
pub(crate) mod checklist_of_another_round;
pub(crate) mod checklist_unanswered;
pub(crate) mod checklist_unread;
pub(crate) mod claim_contradicted;
pub(crate) mod claim_missing;
pub(crate) mod claim_read_otherwise;
pub(crate) mod code_missing;
pub(crate) mod description_key_missing;
pub(crate) mod description_key_unknown;
mod description_schema;
pub(crate) mod description_value_empty;
pub(crate) mod description_value_lost;
pub(crate) mod description_value_not_text;
pub(crate) mod descriptions_identical;
pub(crate) mod device_clock_disagrees_with_host;
pub(crate) mod device_clock_drifts;
pub(crate) mod device_name_differs;
pub(crate) mod division_disagrees_with_folder;
pub(crate) mod division_unknown;
pub(crate) mod document_empty;
pub(crate) mod energy_arithmetic;
pub(crate) mod energy_hookup_missing;
pub(crate) mod energy_mismatch;
pub(crate) mod energy_monitor_unknown;
pub(crate) mod energy_run_of_another_speed;
pub(crate) mod energy_samples_dropped;
pub(crate) mod energy_windows_misplaced;
pub(crate) mod energy_windows_uneven;
pub(crate) mod evaluation_inputs_in_code;
mod evidence;
pub(crate) mod evidence_missing;
pub(crate) mod evidence_undecided;
pub(crate) mod evidence_unread;
pub(crate) mod file_large;
pub(crate) mod file_missing;
pub(crate) mod file_too_large;
pub(crate) mod file_unreadable;
pub(crate) mod firmware_for_another_mode;
pub(crate) mod folder_empty;
pub(crate) mod inference_count_contradicted;
pub(crate) mod input_incomplete;
pub(crate) mod input_list_unknown;
pub(crate) mod input_missing;
pub(crate) mod input_repeated;
pub(crate) mod input_size;
pub(crate) mod input_surplus;
pub(crate) mod label_disagrees_with_list;
pub(crate) mod latency_disagrees_with_throughput;
pub(crate) mod log_incomplete;
pub(crate) mod log_malformed;
pub(crate) mod log_of_another_session;
pub(crate) mod mode_disagrees_with_folder;
pub(crate) mod model_disagrees_with_benchmark;
pub(crate) mod name_hidden;
pub(crate) mod name_not_portable;
pub(crate) mod name_with_space;
pub(crate) mod operating_system_dropping;
pub(crate) mod output_length;
pub(crate) mod outputs_shared;
pub(crate) mod path_too_deep;
pub(crate) mod power_unlike_board;
pub(crate) mod preview_not_followed_up;
pub(crate) mod private_key_published;
pub(crate) mod pycache_folder;
pub(crate) mod quality_target_missed;
pub(crate) mod quantisation_undescribed;
pub(crate) mod readme_missing;
pub(crate) mod results_disagree_with_log;
pub(crate) mod results_json_disagrees_with_log;
pub(crate) mod results_shortened;
pub(crate) mod retraining_suspected;
pub(crate) mod run_folder_misnamed;
pub(crate) mod run_missing;
pub(crate) mod runner_error_reported;
pub(crate) mod runner_marker_missing;
pub(crate) mod runner_marker_wrong;
pub(crate) mod runner_not_eligible;
pub(crate) mod runner_unrecognised;
pub(crate) mod runner_version_outdated;
pub(crate) mod runners_mixed;
pub(crate) mod scaffold_untouched;
pub(crate) mod script_disagrees_with_log;
pub(crate) mod sequence_broken;
pub(crate) mod session_in_single_mode;
pub(crate) mod session_of_earlier_round;
pub(crate) mod session_shared;
pub(crate) mod session_started_otherwise;
pub(crate) mod smaller_size_missing;
pub(crate) mod status_unknown;
pub(crate) mod submitter_disagrees_with_folder;
pub(crate) mod submitter_entry_unexpected;
pub(crate) mod submitter_name_differs;
pub(crate) mod submitter_without_results;
pub(crate) mod supply_voltage_changed;
pub(crate) mod symbolic_link;
pub(crate) mod system_description_malformed;
pub(crate) mod system_description_missing;
pub(crate) mod system_description_orphaned;
pub(crate) mod system_without_results;
pub(crate) mod target_met_by_rounding;
pub(crate) mod throughput_implausible;
pub(crate) mod throughput_mismatch;
pub(crate) mod time_runs_back;
pub(crate) mod timer_coarse;
pub(crate) mod timer_frozen;
pub(crate) mod trace_off_grid;
pub(crate) mod trace_repeated;
pub(crate) mod training_code_missing;
pub(crate) mod training_framework_missing;
pub(crate) mod unexpected_file;
pub(crate) mod waiver_unused;
pub(crate) mod wakeword_depends_on_tolerance;
pub(crate) mod wakeword_duty_cycle_impossible;
pub(crate) mod wakeword_limit_exceeded;
pub(crate) mod wakeword_mismatch;
pub(crate) mod wakeword_period_differs;
pub(crate) mod wakeword_recording_unknown;
pub(crate) mod warmups_of_another_speed;
pub(crate) mod weights_not_reference;
pub(crate) mod window_arithmetic;
pub(crate) mod window_count;
pub(crate) mod window_declared_invalid;
pub(crate) mod window_input_repeated;
pub(crate) mod window_input_unknown;
pub(crate) mod window_not_warmed_up;
pub(crate) mod window_too_few_inferences;
pub(crate) mod window_too_short;
pub(crate) mod windows_shared;
pub(crate) mod windows_spread;
pub(crate) mod windows_unequal;

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

    /// A cause is never explained by what follows from it, at any distance: else both would say nothing.
    #[test]
    fn causes_and_consequences_make_no_circle() {
        for rule in RULES {
            let (mut seen, mut open) = (vec![rule.id], rule.explains.to_vec());
            while let Some(id) = open.pop() {
                assert!(id != rule.id, "{id} follows from itself by {seen:?}");
                if !seen.contains(&id) {
                    seen.push(id);
                    open.extend(super::rule_named(id).unwrap().explains);
                }
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
