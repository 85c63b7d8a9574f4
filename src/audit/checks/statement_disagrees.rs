use super::prelude::*;
use crate::model::{Closest, closest_list};
use crate::parse::location::At;
use crate::parse::results_json::Entry;
use crate::round::Dataset;

check! {
    /// A quantity that a session states twice has two values.
    ///
    /// The runner prints how large an input's file is, at which offset it begins to send and how many bytes it sends;
    /// the command says the same. The MLCommons runner prints iterations, runtime and their quotient per window, and
    /// writes into results.json how many classes a list has and how many bytes of a file are one input. If two of these
    /// differ, a line was changed.
    ///
    /// Calibrated on 65,131 loads of 356 logs, 16,660 windows and 16,585 entries of results.json: all agree.
    ///
    /// Help: submit the files as the runner wrote them.
    ///
    /// Source: MLPerf Tiny rules, 5.1 (logs as the runner writes them); all published sessions.
    "statement-disagrees", Evidence, Warning, Run(check),
    needs: [input_size],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    let log = view.log();
    if let Some(At { value: message, line }) = log.and_then(|log| log.statement_disagrees.as_ref()) {
        found.at(run.path_of(FileRole::Log), *line, message.clone());
    }
    let entries = run.json.as_deref().unwrap_or_default();
    let names = entries.iter().filter_map(|entry| entry.file.as_deref());
    let spec = view.spec.filter(|_| !view.is_streaming());
    if let Some(Closest { list, .. }) = spec.and_then(|spec| closest_list(&names, spec))
        && let Some(message) = entries.iter().find_map(|entry| other_list(entry, list))
    {
        found.at(run.path_of(FileRole::Json), 1, message);
    }
    let first = log.and_then(|log| log.inferences.first());
    found.or_pass(first.map(|first| view.at(FileRole::Log, first.line)))
}

/// Returns what an entry of results.json says about its list that is not so.
fn other_list(entry: &Entry, list: &Dataset) -> Option<String> {
    let classes = u32::try_from(list.class_names.len()).ok();
    let slice = (list.slices > 1).then_some(list.stride_bytes);
    let stated = [("classes", entry.classes, classes), ("stride", entry.stride, slice)];
    let bytes = ("bytes_to_send", entry.bytes_to_send, list.input_bytes);
    stated.into_iter().chain([bytes]).find_map(|(key, stated, official)| {
        let (stated, official) = (stated?.0?, official?);
        let input = entry.file.as_deref().unwrap_or_default();
        (stated != official)
            .then(|| format!("`{key}` of `{input}` is {stated} in results.json; {official} in {}", list.name))
    })
}
