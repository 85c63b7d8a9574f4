//! All checks, one file per check.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use super::check::Check;
use super::rule::Rule;
use crate::schema::spelling::nearest;

pub(crate) mod accelerator_half_described;
pub(crate) mod accuracy_clock_differs;
pub(crate) mod accuracy_inference_repeated;
pub(crate) mod accuracy_mismatch;
pub(crate) mod answer_unlike_replay;
pub(crate) mod answers_too_right;
pub(crate) mod auc_mismatch;
pub(crate) mod auc_unlike_published;
pub(crate) mod benchmark_unknown;
pub(crate) mod benchmark_without_code;
pub(crate) mod board_name_shared;
pub(crate) mod builds_differ;
pub(crate) mod byte_order_mark;
pub(crate) mod checklist_answer_disqualifying;
pub(crate) mod checklist_disagrees;
pub(crate) mod checklist_missing;
pub(crate) mod checklist_names_others;
pub(crate) mod checklist_not_pdf;
pub(crate) mod checklist_of_another_round;
pub(crate) mod checklist_unanswered;
pub(crate) mod checklist_unread;
pub(crate) mod chip_unlike_board;
pub(crate) mod claim_contradicted;
pub(crate) mod claim_missing;
pub(crate) mod claim_printed_whole;
pub(crate) mod claim_read_alike;
pub(crate) mod claim_read_otherwise;
pub(crate) mod clocks_agree;
pub(crate) mod code_missing;
pub(crate) mod description_key_missing;
pub(crate) mod description_key_unknown;
pub(crate) mod description_schema;
pub(crate) mod description_value_empty;
pub(crate) mod description_value_lost;
pub(crate) mod description_value_not_text;
pub(crate) mod descriptions_identical;
pub(crate) mod detections_ascend;
pub(crate) mod device_clock_disagrees_with_host;
pub(crate) mod device_clock_drifts;
pub(crate) mod device_name_differs;
pub(crate) mod division_disagrees_with_folder;
pub(crate) mod division_unknown;
pub(crate) mod document_empty;
pub(crate) mod document_figure_differs;
pub(crate) mod energy_arithmetic;
pub(crate) mod energy_hookup_missing;
pub(crate) mod energy_mismatch;
pub(crate) mod energy_monitor_unknown;
pub(crate) mod energy_run_of_another_speed;
pub(crate) mod energy_samples_dropped;
pub(crate) mod energy_samples_unsteady;
pub(crate) mod energy_windows_elsewhere;
pub(crate) mod energy_windows_misplaced;
pub(crate) mod energy_windows_uneven;
pub(crate) mod entries_in_log;
pub(crate) mod evaluation_inputs_in_code;
pub(crate) mod evidence_missing;
pub(crate) mod evidence_undecided;
pub(crate) mod evidence_unread;
pub(crate) mod figure_as_claimed;
pub(crate) mod file_large;
pub(crate) mod file_missing;
pub(crate) mod file_too_large;
pub(crate) mod file_unreadable;
pub(crate) mod files_of_the_session;
pub(crate) mod firmware_for_another_mode;
pub(crate) mod folder_empty;
pub(crate) mod inference_count_contradicted;
pub(crate) mod input_incomplete;
pub(crate) mod input_list_unknown;
pub(crate) mod input_missing;
pub(crate) mod input_repeated;
pub(crate) mod input_size;
pub(crate) mod input_surplus;
pub(crate) mod inputs_whole;
pub(crate) mod iterations_echoed;
pub(crate) mod iterations_not_configured;
pub(crate) mod label_disagrees_with_list;
pub(crate) mod laps_paired;
pub(crate) mod latency_disagrees_with_throughput;
pub(crate) mod latency_unlike_siblings;
pub(crate) mod list_covered;
pub(crate) mod load_time_disagrees;
pub(crate) mod loads_shared;
pub(crate) mod log_incomplete;
pub(crate) mod log_malformed;
pub(crate) mod log_of_another_session;
pub(crate) mod mode_disagrees_with_folder;
pub(crate) mod model_disagrees_with_benchmark;
pub(crate) mod model_of_benchmark;
pub(crate) mod model_unrecognised;
pub(crate) mod name_hidden;
pub(crate) mod name_not_portable;
pub(crate) mod name_with_space;
pub(crate) mod no_failure_reported;
pub(crate) mod one_answer_each;
pub(crate) mod operating_system_dropping;
pub(crate) mod output_length;
pub(crate) mod outputs_shared;
pub(crate) mod path_too_deep;
pub(crate) mod pause_unexplained;
pub(crate) mod power_repeats_otherwise;
pub(crate) mod power_unlike_board;
pub(crate) mod prelude;
pub(crate) mod preview_not_followed_up;
pub(crate) mod private_key_published;
pub(crate) mod pulses_whole;
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
pub(crate) mod session_date_impossible;
pub(crate) mod session_in_single_mode;
pub(crate) mod session_of_earlier_round;
pub(crate) mod session_shared;
pub(crate) mod session_started_otherwise;
pub(crate) mod session_whole;
pub(crate) mod sessions_far_apart;
pub(crate) mod smaller_size_missing;
pub(crate) mod speed_of_performance_run;
pub(crate) mod statement_disagrees;
pub(crate) mod status_unknown;
pub(crate) mod submitter_disagrees_with_folder;
pub(crate) mod submitter_entry_unexpected;
pub(crate) mod submitter_name_confusable;
pub(crate) mod submitter_name_differs;
pub(crate) mod submitter_without_results;
pub(crate) mod supply_voltage_changed;
pub(crate) mod supply_voltage_stated;
pub(crate) mod supply_voltages_differ;
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
pub(crate) mod trace_length;
pub(crate) mod trace_off_grid;
pub(crate) mod trace_repeated;
pub(crate) mod trace_whole;
pub(crate) mod training_code_missing;
pub(crate) mod training_framework_missing;
pub(crate) mod trial_tail;
pub(crate) mod unexpected_file;
pub(crate) mod waiver_unused;
pub(crate) mod wakeword_depends_on_tolerance;
pub(crate) mod wakeword_duty_cycle_impossible;
pub(crate) mod wakeword_duty_disagrees;
pub(crate) mod wakeword_limit_exceeded;
pub(crate) mod wakeword_mismatch;
pub(crate) mod wakeword_period_differs;
pub(crate) mod wakeword_recording_unknown;
pub(crate) mod wakeword_runs_differ;
pub(crate) mod warmups_of_another_speed;
pub(crate) mod weights_not_reference;
pub(crate) mod window_arithmetic;
pub(crate) mod window_count;
pub(crate) mod window_declared_invalid;
pub(crate) mod window_input_repeated;
pub(crate) mod window_input_superseded;
pub(crate) mod window_input_unknown;
pub(crate) mod window_not_warmed_up;
pub(crate) mod window_too_few_inferences;
pub(crate) mod window_too_short;
pub(crate) mod windows_counted;
pub(crate) mod windows_in_place;
pub(crate) mod windows_long_enough;
pub(crate) mod windows_shared;
pub(crate) mod windows_spread;
pub(crate) mod windows_unequal;

/// All checks, in the order in which an auditor would ask: first those that affect figures, where the proofs of a
/// figure follow the checks that may contradict it; then the others by id.
pub(crate) static CHECKS: &[Check] = &[
    log_malformed::CHECK,
    log_incomplete::CHECK,
    time_runs_back::CHECK,
    runner_unrecognised::CHECK,
    file_unreadable::CHECK,
    file_missing::CHECK,
    session_whole::CHECK,
    runner_error_reported::CHECK,
    no_failure_reported::CHECK,
    model_disagrees_with_benchmark::CHECK,
    model_of_benchmark::CHECK,
    log_of_another_session::CHECK,
    mode_disagrees_with_folder::CHECK,
    results_disagree_with_log::CHECK,
    script_disagrees_with_log::CHECK,
    session_shared::CHECK,
    session_of_earlier_round::CHECK,
    windows_shared::CHECK,
    sequence_broken::CHECK,
    pause_unexplained::CHECK,
    files_of_the_session::CHECK,
    claim_contradicted::CHECK,
    claim_missing::CHECK,
    claim_read_otherwise::CHECK,
    claim_read_alike::CHECK,
    claim_printed_whole::CHECK,
    results_json_disagrees_with_log::CHECK,
    label_disagrees_with_list::CHECK,
    entries_in_log::CHECK,
    window_count::CHECK,
    window_input_repeated::CHECK,
    window_input_superseded::CHECK,
    firmware_for_another_mode::CHECK,
    session_in_single_mode::CHECK,
    windows_counted::CHECK,
    inference_count_contradicted::CHECK,
    iterations_not_configured::CHECK,
    window_too_few_inferences::CHECK,
    iterations_echoed::CHECK,
    laps_paired::CHECK,
    window_too_short::CHECK,
    window_declared_invalid::CHECK,
    windows_long_enough::CHECK,
    device_clock_disagrees_with_host::CHECK,
    clocks_agree::CHECK,
    input_missing::CHECK,
    input_repeated::CHECK,
    input_list_unknown::CHECK,
    accuracy_inference_repeated::CHECK,
    list_covered::CHECK,
    input_incomplete::CHECK,
    input_size::CHECK,
    inputs_whole::CHECK,
    output_length::CHECK,
    one_answer_each::CHECK,
    energy_windows_misplaced::CHECK,
    energy_samples_dropped::CHECK,
    trace_length::CHECK,
    energy_windows_elsewhere::CHECK,
    energy_samples_unsteady::CHECK,
    energy_monitor_unknown::CHECK,
    evidence_missing::CHECK,
    trace_whole::CHECK,
    supply_voltage_stated::CHECK,
    windows_in_place::CHECK,
    energy_run_of_another_speed::CHECK,
    speed_of_performance_run::CHECK,
    wakeword_recording_unknown::CHECK,
    detections_ascend::CHECK,
    wakeword_duty_cycle_impossible::CHECK,
    wakeword_period_differs::CHECK,
    wakeword_duty_disagrees::CHECK,
    pulses_whole::CHECK,
    throughput_mismatch::CHECK,
    window_arithmetic::CHECK,
    accuracy_mismatch::CHECK,
    auc_mismatch::CHECK,
    energy_mismatch::CHECK,
    energy_arithmetic::CHECK,
    wakeword_mismatch::CHECK,
    figure_as_claimed::CHECK,
    accelerator_half_described::CHECK,
    accuracy_clock_differs::CHECK,
    answer_unlike_replay::CHECK,
    answers_too_right::CHECK,
    auc_unlike_published::CHECK,
    benchmark_unknown::CHECK,
    benchmark_without_code::CHECK,
    board_name_shared::CHECK,
    builds_differ::CHECK,
    byte_order_mark::CHECK,
    checklist_answer_disqualifying::CHECK,
    checklist_disagrees::CHECK,
    checklist_missing::CHECK,
    checklist_names_others::CHECK,
    checklist_not_pdf::CHECK,
    checklist_of_another_round::CHECK,
    checklist_unanswered::CHECK,
    checklist_unread::CHECK,
    chip_unlike_board::CHECK,
    code_missing::CHECK,
    description_key_missing::CHECK,
    description_key_unknown::CHECK,
    description_value_empty::CHECK,
    description_value_lost::CHECK,
    description_value_not_text::CHECK,
    descriptions_identical::CHECK,
    device_clock_drifts::CHECK,
    device_name_differs::CHECK,
    division_disagrees_with_folder::CHECK,
    division_unknown::CHECK,
    document_empty::CHECK,
    document_figure_differs::CHECK,
    energy_hookup_missing::CHECK,
    energy_windows_uneven::CHECK,
    evaluation_inputs_in_code::CHECK,
    evidence_undecided::CHECK,
    evidence_unread::CHECK,
    file_large::CHECK,
    file_too_large::CHECK,
    folder_empty::CHECK,
    input_surplus::CHECK,
    latency_disagrees_with_throughput::CHECK,
    latency_unlike_siblings::CHECK,
    load_time_disagrees::CHECK,
    loads_shared::CHECK,
    model_unrecognised::CHECK,
    name_hidden::CHECK,
    name_not_portable::CHECK,
    name_with_space::CHECK,
    operating_system_dropping::CHECK,
    outputs_shared::CHECK,
    path_too_deep::CHECK,
    power_repeats_otherwise::CHECK,
    power_unlike_board::CHECK,
    preview_not_followed_up::CHECK,
    private_key_published::CHECK,
    pycache_folder::CHECK,
    quality_target_missed::CHECK,
    quantisation_undescribed::CHECK,
    readme_missing::CHECK,
    results_shortened::CHECK,
    retraining_suspected::CHECK,
    run_folder_misnamed::CHECK,
    run_missing::CHECK,
    runner_marker_missing::CHECK,
    runner_marker_wrong::CHECK,
    runner_not_eligible::CHECK,
    runner_version_outdated::CHECK,
    runners_mixed::CHECK,
    scaffold_untouched::CHECK,
    session_date_impossible::CHECK,
    session_started_otherwise::CHECK,
    sessions_far_apart::CHECK,
    smaller_size_missing::CHECK,
    statement_disagrees::CHECK,
    status_unknown::CHECK,
    submitter_disagrees_with_folder::CHECK,
    submitter_entry_unexpected::CHECK,
    submitter_name_confusable::CHECK,
    submitter_name_differs::CHECK,
    submitter_without_results::CHECK,
    supply_voltage_changed::CHECK,
    supply_voltages_differ::CHECK,
    symbolic_link::CHECK,
    system_description_malformed::CHECK,
    system_description_missing::CHECK,
    system_description_orphaned::CHECK,
    system_without_results::CHECK,
    target_met_by_rounding::CHECK,
    throughput_implausible::CHECK,
    timer_coarse::CHECK,
    timer_frozen::CHECK,
    trace_off_grid::CHECK,
    trace_repeated::CHECK,
    training_code_missing::CHECK,
    training_framework_missing::CHECK,
    trial_tail::CHECK,
    unexpected_file::CHECK,
    waiver_unused::CHECK,
    wakeword_depends_on_tolerance::CHECK,
    wakeword_limit_exceeded::CHECK,
    wakeword_runs_differ::CHECK,
    warmups_of_another_speed::CHECK,
    weights_not_reference::CHECK,
    window_input_unknown::CHECK,
    window_not_warmed_up::CHECK,
    windows_spread::CHECK,
    windows_unequal::CHECK,
];

/// Removed checks, each with the reason. Waivers may still name them.
pub(crate) const RETIRED: [(&str, &str); 1] = [(
    "model-not-reference",
    "the checksum of a model file proves nothing: converted models differ from the reference file; \
     weights-not-reference judges the answers instead",
)];

/// Returns why a rule was removed, if it was.
#[must_use]
pub(crate) fn retired(id: &str) -> Option<&'static str> {
    RETIRED.iter().find(|(name, _)| *name == id).map(|(_, reason)| *reason)
}

static BY_ID: LazyLock<BTreeMap<&'static str, (usize, &'static Check)>> =
    LazyLock::new(|| CHECKS.iter().enumerate().map(|place| (place.1.rule.id, place)).collect());

/// Returns the rules of all checks, sorted by id.
pub fn rules() -> impl ExactSizeIterator<Item = &'static Rule> + Clone {
    BY_ID.values().map(|(_, check)| &check.rule)
}

/// Returns the rule with this id.
#[must_use]
pub fn rule_named(id: &str) -> Option<&'static Rule> {
    BY_ID.get(id).map(|(_, check)| &check.rule)
}

/// Returns the index of a rule's check in [`CHECKS`].
#[must_use]
pub(crate) fn place_of(rule: &Rule) -> usize {
    BY_ID.get(rule.id).map_or(usize::MAX, |(place, _)| *place)
}

/// Returns the length of the longest chain of needs below a rule; every rule is deeper than those it needs.
#[must_use]
pub(crate) fn depth_of(rule: &Rule) -> usize {
    static DEPTHS: LazyLock<HashMap<&'static str, usize>> = LazyLock::new(|| {
        let mut depths = HashMap::new();
        for rule in rules() {
            depth(rule, &mut BTreeSet::new(), &mut depths);
        }
        depths
    });
    DEPTHS.get(rule.id).copied().unwrap_or_default()
}

/// Computes [`depth_of`]. A cycle, which a test rules out, ends at the rule where it began.
fn depth(rule: &Rule, above: &mut BTreeSet<&'static str>, depths: &mut HashMap<&'static str, usize>) -> usize {
    if let Some(depth) = depths.get(rule.id) {
        return *depth;
    }
    if !above.insert(rule.id) {
        return 0;
    }
    let needs = rule.needs.iter().filter_map(|need| rule_named(need.id));
    let below = needs.map(|need| 1 + depth(need, above, depths)).max().unwrap_or(0);
    above.remove(rule.id);
    depths.insert(rule.id, below);
    below
}

/// Succeeds if a rule has this id.
///
/// # Errors
/// When no rule has it: a message that names the rule that was probably meant.
pub fn expect_rule(id: &str) -> Result<(), String> {
    if rule_named(id).is_some() {
        return Ok(());
    }
    let near = nearest(id, rules().map(|rule| rule.id), 3);
    let hint = near.map_or_else(|| "`tinyaudit rules` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
    Err(format!("unknown rule `{id}`; {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::check::Scope;
    use crate::audit::figure::{Kind, Status};
    use crate::audit::rule::{Affects, Group, Severity};
    use crate::round::Round;

    #[test]
    fn ids_are_unique_kebab_case_and_every_check_is_documented() {
        assert_eq!(rules().len(), CHECKS.len());
        for check in rules() {
            assert!(check.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", check.id);
            let documented = !check.help().is_empty() && !check.source().is_empty();
            assert!(check.title().ends_with('.') && documented, "{}", check.id);
        }
    }

    /// Every check that is named as a need exists, and no check needs itself, directly or indirectly.
    #[test]
    fn needs_have_no_cycle() {
        for check in rules() {
            let (mut seen, mut open) = (vec![check.id], check.needs.to_vec());
            while let Some(need) = open.pop() {
                assert!(need.id != check.id, "{} needs itself through {seen:?}", need.id);
                if !seen.contains(&need.id) {
                    seen.push(need.id);
                    open.extend(rule_named(need.id).unwrap().needs);
                }
            }
            assert!(check.needs.iter().all(|need| depth_of(rule_named(need.id).unwrap()) < depth_of(check)));
        }
    }

    /// A blocked check does not report on its figures, so the check that blocks it must: it affects them as well, is an
    /// absence, or is unknown itself.
    #[test]
    fn every_need_of_a_proof_affects_its_figures_or_is_an_absence() {
        for check in rules().filter(|rule| rule.proves) {
            let Affects::Figures(kinds) = check.affects else { panic!("{} proves no figure", check.id) };
            assert!(check.fails == Status::Contradicted && !check.absence, "{} never fails", check.id);
            for need in check.needs.iter().filter(|need| need.mode.is_none()) {
                let need = rule_named(need.id).unwrap();
                if need.absence {
                    continue;
                }
                let affects = kinds.iter().any(|kind| need.affects.includes(*kind));
                assert!(affects, "{} needs {}, which affects none of its figures", check.id, need.id);
            }
        }
        let claim = rule_named(figure_as_claimed::ID).unwrap();
        assert!(Kind::ALL.iter().all(|kind| claim.affects.includes(*kind)));
    }

    #[test]
    fn every_error_of_evidence_affects_a_figure_or_the_result() {
        let judged = [Group::Evidence, Group::Performance, Group::Accuracy, Group::Energy, Group::Wakeword];
        let run = CHECKS.iter().filter(|check| !matches!(check.scope, Scope::Engine)).map(|check| &check.rule);
        for check in run.filter(|rule| judged.contains(&rule.group) && rule.severity == Severity::Error) {
            assert!(check.affects != Affects::Nothing, "{} decides nothing", check.id);
        }
    }

    #[test]
    fn the_coverage_table_names_checks_that_exist() {
        for entry in crate::audit::coverage::entries() {
            for id in &entry.rules {
                assert!(rule_named(id).is_some(), "{} names {id}", entry.entry);
            }
        }
    }

    #[test]
    fn rounds_change_the_severity_of_checks_that_exist() {
        for round in Round::names().into_iter().filter_map(|name| Round::named(name).ok()) {
            assert!(round.severities.keys().all(|id| expect_rule(id) == Ok(())));
        }
        assert!(expect_rule("window-counts").unwrap_err().ends_with("did you mean `window-count`?"));
    }
}
