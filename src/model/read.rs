//! Reads the files of a run, and derives its windows from them.

use std::io::{self, Read};

use super::{Identity, Run, Window};
use crate::parse::energy_trace::EnergyTrace;
use crate::parse::location::Damage;
use crate::parse::log::{Inference, SessionLog};
use crate::parse::{blocks, claims, eembc, energy_trace, mlcommons, results_json, script, text};
use crate::round::{FileRole, Mode, Round, Runner};
use crate::source::{Entry, Tree};

/// Maximum size of a results.json or trace that is read, in bytes; ten times the largest that either runner writes.
const MAX_JSON: u64 = 256 << 20;

/// Maximum size of a log or script that is read, in bytes; a thousand times the largest of any round.
const MAX_LOG: u64 = 4 << 30;

/// Maximum size of a results.txt that is read, in bytes: no line of it is shortened, because the official checker reads
/// a claim in the middle of a line, too.
const MAX_RESULTS: u64 = blocks::LONGEST_CODE as u64;

/// Maximum size of a list of time stamps that is read, in bytes; a run has a dozen stamps.
const MAX_STAMPS: u64 = 1 << 20;

/// Maximum number of bytes of evidence that are read of a tree; a hundred times those of the largest round.
pub(super) const MAX_EVIDENCE: u64 = 16 << 30;

fn beyond() -> io::Error {
    let most = MAX_EVIDENCE >> 30;
    io::Error::other(format!(
        "the tree has more than {most} GiB of evidence, and this result exceeds its submitter's share"
    ))
}

fn at_most(entry: &Entry, most: u64) -> io::Result<()> {
    match entry.size() {
        Some(size) if size > most => Err(io::Error::other(format!("it has {size} bytes, expected at most {most}"))),
        _ => Ok(()),
    }
}

/// Reads the files of a run, unless the evidence of its result exceeds the budget of the tree.
pub(super) fn read_run(tree: &Tree, round: &Round, run: &mut Run, is_within_budget: bool) {
    let roles: Vec<_> = run.paths.iter().map(|(role, path)| (*role, path.clone())).collect();
    for (role, path) in roles {
        let Some(entry) = tree.get(&path) else { continue };
        match if is_within_budget { read_file(tree, entry, run, role) } else { Err(beyond()) } {
            Ok(Content::Something) => {}
            Ok(Content::Nothing) => run.damage.push((role, Damage::new(0, "the file is empty"))),
            Ok(Content::Utf16) => run.damage.push((role, Damage::new(1, text::UTF16))),
            Err(error) => run.unread.push((role, error.to_string())),
        }
    }
    run.runner = run
        .log
        .as_ref()
        .map(|log| log.runner)
        .or_else(|| run.claims.as_ref().filter(|claims| !claims.is_empty()).and_then(|claims| claims.runner))
        .or_else(|| run.has(FileRole::Json).then_some(Runner::Mlcommons))
        .or_else(|| run.has(FileRole::Script).then_some(Runner::Eembc));
    run.identity = run.log.as_deref().and_then(Identity::new);
    run.loads_ms = run.log.as_mut().map(|log| std::mem::take(&mut log.loads_ms)).unwrap_or_default();
    run.windows = windows(run, round);
    run.supply_v = supply_v(run).filter(|_| run.mode == Mode::Energy);
}

/// Returns the supply voltage in the log, otherwise that in results.json, in V.
fn supply_v(run: &Run) -> Option<f64> {
    let of_trial = || run.json.iter().flatten().find_map(|entry| entry.power.as_ref()?.voltage);
    let of_log = run.log.as_ref().and_then(|log| log.voltage_mv).map(|at| at.value as f64 / 1000.0);
    of_log.or_else(of_trial).filter(|volts| volts.is_finite() && *volts > 0.0)
}

/// Whether a file has content.
enum Content {
    Nothing,
    /// Text in an encoding that neither runner writes.
    Utf16,
    Something,
}

fn read_file(tree: &Tree, entry: &Entry, run: &mut Run, role: FileRole) -> io::Result<Content> {
    let any;
    if matches!(role, FileRole::Results | FileRole::Log | FileRole::Script | FileRole::Json) {
        let mut first = Vec::new();
        tree.stream(entry, |source| source.take(4).read_to_end(&mut first))?;
        if text::is_utf16(&first) {
            return Ok(Content::Utf16);
        }
    }
    match role {
        FileRole::Results => {
            at_most(entry, MAX_RESULTS)?;
            let mut parser = claims::Parser::default();
            any = by_blocks(tree, entry, role, |block| parser.block(block))?;
            run.claims = any.then_some(Box::new(parser.claims));
        }
        FileRole::Log => {
            at_most(entry, MAX_LOG)?;
            let mut parser = None;
            any = by_blocks(tree, entry, role, |block| {
                parser.get_or_insert_with(|| LogParser::of(block)).block(block);
            })?;
            run.log = parser.and_then(LogParser::finish).map(Box::new);
        }
        FileRole::Script => {
            at_most(entry, MAX_LOG)?;
            let mut parser = script::Parser::default();
            any = by_blocks(tree, entry, role, |block| parser.block(block))?;
            run.script = any.then_some(parser.commands);
        }
        FileRole::Json | FileRole::Stamps => {
            at_most(entry, if role == FileRole::Json { MAX_JSON } else { MAX_STAMPS })?;
            any = tree.read_with(entry, |bytes| {
                if !bytes.is_empty() {
                    parse_json(run, role, bytes);
                }
                !bytes.is_empty()
            })?;
        }
        FileRole::Trace => {
            at_most(entry, MAX_JSON)?;
            let bytes = tree.read(entry)?;
            any = !bytes.is_empty();
            if any {
                let mut trace = EnergyTrace::parse(bytes);
                run.damage.extend(trace.damage.drain(..).map(|damage| (role, damage)));
                run.trace = Some(trace);
            }
        }
    }
    Ok(if any { Content::Something } else { Content::Nothing })
}

/// Reads a file of a run in blocks, and returns whether it has any content. A line that is too long to be read whole is an
/// error.
fn by_blocks(tree: &Tree, entry: &Entry, role: FileRole, mut take: impl FnMut(&[u8])) -> io::Result<bool> {
    let mut any = false;
    let each = |block: &[u8]| {
        any = true;
        take(block);
    };
    let (longest, is_whole) = if role == FileRole::Results {
        (blocks::LONGEST_CODE, tree.stream(entry, |source| blocks::for_each_of_code(source, each))?)
    } else {
        (blocks::LONGEST_LINE, tree.stream(entry, |source| blocks::for_each(source, each))?)
    };
    if !is_whole {
        return Err(io::Error::other(format!("a line has more than {} MiB", longest >> 20)));
    }
    Ok(any)
}

fn parse_json(run: &mut Run, role: FileRole, bytes: &[u8]) {
    let damage = if role == FileRole::Stamps {
        energy_trace::parse_stamps(bytes).map(|stamps| run.stamps = Some(stamps))
    } else {
        run.keys_read = results_json::keys_read(bytes);
        results_json::parse(bytes).map(|entries| run.json = Some(entries))
    };
    run.damage.extend(damage.err().map(|damage| (role, damage)));
}

/// Parser of a log, chosen by the first lines of the log.
enum LogParser {
    Eembc(Box<eembc::Parser>),
    Mlcommons(Box<mlcommons::Parser>),
    Unknown,
}

impl LogParser {
    fn of(first: &[u8]) -> Self {
        if eembc::recognises(first) {
            Self::Eembc(Box::default())
        } else if mlcommons::recognises(first) {
            Self::Mlcommons(Box::default())
        } else {
            Self::Unknown
        }
    }

    fn block(&mut self, block: &[u8]) {
        match self {
            Self::Eembc(parser) => parser.block(block),
            Self::Mlcommons(parser) => parser.block(block),
            Self::Unknown => {}
        }
    }

    fn finish(self) -> Option<SessionLog> {
        match self {
            Self::Eembc(parser) => Some(parser.finish()),
            Self::Mlcommons(parser) => Some(parser.finish()),
            Self::Unknown => None,
        }
    }
}

/// Returns the timed windows: from the time stamps of an energy trace, otherwise from the entries of results.json,
/// otherwise from the inferences in the log.
fn windows(run: &Run, round: &Round) -> Vec<Window> {
    if run.mode == Mode::Accuracy {
        return Vec::new();
    }
    // Files that do not belong to this mode or runner are ignored.
    if let Some(stamps) = run.stamps.as_ref().filter(|_| run.mode == Mode::Energy) {
        return trace_windows(run, round, stamps);
    }
    if let Some(entries) = run.json.as_ref().filter(|_| run.runner == Some(Runner::Mlcommons)) {
        return json_windows(run, entries);
    }
    run.log
        .as_ref()
        .map_or_else(Vec::new, |log| log.inferences.iter().map(|inference| log_window(log, inference)).collect())
}

/// Maximum rounding error of a time in the MLCommons runner's log, which prints milliseconds; in seconds.
const PRINTED_ROUNDING: f64 = 0.0005;

fn log_window(log: &SessionLog, inference: &Inference) -> Window {
    Window {
        role: Some(FileRole::Log),
        line: inference.start.map_or(inference.line, |stamp| stamp.line),
        input: log.input_of(inference).map(str::to_owned),
        inferences: inference.iterations,
        seconds: inference.seconds(),
        rounding: if inference.start.is_none() && inference.elapsed_s.is_some() { PRINTED_ROUNDING } else { 0.0 },
        host_seconds: host_seconds(log, inference),
        stamps_us: inference.start.zip(inference.stop).map(|(start, stop)| (start.us, stop.us)),
        host_ms: inference.begin_host_ms.zip(inference.done_host_ms),
        ..Window::default()
    }
}

fn host_seconds(log: &SessionLog, inference: &Inference) -> Option<f64> {
    let ms = match log.runner {
        Runner::Eembc => inference.host_ms(),
        Runner::Mlcommons => inference.done_host_ms?.checked_sub(inference.begin_host_ms?),
    };
    ms.map(|ms| ms as f64 / 1000.0)
}

/// Rounds a stamp to whole microseconds; `None` if it is negative or implausibly large.
fn whole_us(us: f64) -> Option<u64> {
    const MOST: f64 = 1e15;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within the range
    (0.0..MOST).contains(&us).then(|| us.round() as u64)
}

fn json_windows(run: &Run, entries: &[results_json::Entry]) -> Vec<Window> {
    entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.file.is_some())
        .map(|(index, entry)| {
            let infer = entry.infer.as_ref();
            let span = entry.power.as_ref().and_then(|power| {
                let [.., (_, start), (_, stop)] = &power.timestamps[..] else { return None };
                Some((*start as f64 / 1000.0, *stop as f64 / 1000.0))
            });
            let seconds = span.map(|(start, stop)| stop - start).or_else(|| elapsed(infer?));
            let in_log = run.log.as_ref().and_then(|log| Some((log, log.inferences.get(index)?)));
            // results.json is a single line; the log has one line per window.
            let (role, line) = in_log.map_or((FileRole::Json, 1), |(_, inference)| (FileRole::Log, inference.line));
            Window {
                role: Some(role),
                line,
                input: entry.file.clone(),
                inferences: infer.and_then(|infer| infer.iterations).unwrap_or(0),
                seconds,
                host_seconds: in_log.and_then(|(log, inference)| host_seconds(log, inference)),
                stamps_us: span
                    .map(|(start, stop)| (start * 1e6, stop * 1e6))
                    .or_else(|| infer?.start_time.zip(infer?.end_time))
                    .and_then(|(start, stop)| whole_us(start).zip(whole_us(stop))),
                host_ms: in_log.and_then(|(_, inference)| inference.begin_host_ms.zip(inference.done_host_ms)),
                span,
                ..Window::default()
            }
        })
        .collect()
}

fn elapsed(infer: &results_json::Infer) -> Option<f64> {
    match (infer.start_time, infer.end_time) {
        (Some(start), Some(stop)) => Some((stop - start) / 1e6),
        _ => infer.elapsed_time.map(|us| us / 1e6),
    }
}

fn trace_windows(run: &Run, round: &Round, stamps: &[f64]) -> Vec<Window> {
    let inferences = run.inferences();
    let trace_on = run.log.as_ref().and_then(|log| log.trace_on_ms);
    let on_trace = |ms: Option<u64>| Some((ms? as f64 - trace_on? as f64) / 1000.0);
    stamps
        .get(round.energy.stamps_before_windows..)
        .unwrap_or_default()
        .chunks_exact(2)
        .enumerate()
        .map(|(index, pair)| {
            let inference = inferences.get(index);
            let begin = inference.and_then(|inference| on_trace(inference.begin_host_ms));
            let done = inference.and_then(|inference| on_trace(inference.done_host_ms));
            Window {
                role: Some(FileRole::Stamps),
                line: 0,
                input: inference.and_then(|inference| run.log.as_ref()?.input_of(inference)).map(str::to_owned),
                inferences: inference.map_or(0, |inference| inference.iterations),
                seconds: Some(pair[1] - pair[0]),
                host_seconds: begin.zip(done).map(|(begin, done)| done - begin),
                stamps_us: whole_us(pair[0] * 1e6).zip(whole_us(pair[1] * 1e6)),
                host_ms: inference.and_then(|inference| inference.begin_host_ms.zip(inference.done_host_ms)),
                span: Some((pair[0], pair[1])),
                inference_span: begin.zip(done),
                ..Window::default()
            }
        })
        .collect()
}
