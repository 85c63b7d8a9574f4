//! Random structural edits of valid submissions: no figure may stay confirmed if its claim changed or its evidence
//! shrank.
//!
//! `TINYAUDIT_EDITS=100000 cargo test --release --test it -- adversary` makes more edits; `TINYAUDIT_SEED` selects
//! others. A figure may stay confirmed only if the edit changes no published figure and removes none of its evidence.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use tinyaudit::audit::proof::{Kind, Status};
use tinyaudit::audit::report::{Loading, Report};
use tinyaudit::model::Run;
use tinyaudit::round::{Mode, Round};
use tinyaudit::source::Tree;

use crate::golden;

/// Small random number generator: a seed gives the same edits on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

/// Published figures of a run, and the amount of evidence for them.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    status: Status,
    claims: Vec<Option<f64>>,
    evidence: [usize; 6],
}

fn seen(folder: &Path) -> BTreeMap<(String, Kind), Seen> {
    let tree = Tree::open(folder).unwrap();
    let how = Loading { evidence: true, ..Loading::default() };
    let Ok(report) = Report::load(&tree, Round::named("v1.3").unwrap(), how) else { return BTreeMap::new() };
    let mut found = BTreeMap::new();
    for run in report.submission.runs().map(|place| place.run) {
        let Some(proof) = report.proofs.get(&run.path) else { continue };
        let seen = Seen { status: proof.status(), claims: claims(run, proof.kind), evidence: evidence(run) };
        found.insert((run.path.clone(), proof.kind), seen);
    }
    found
}

fn claims(run: &Run, kind: Kind) -> Vec<Option<f64>> {
    let Some(claims) = &run.claims else { return Vec::new() };
    let value = |printed: &Option<tinyaudit::parse::claims::Printed>| printed.as_ref().map(|printed| printed.value);
    match kind {
        Kind::Throughput => vec![value(&claims.throughput)],
        // The Top-1 of anomaly detection means nothing and is not published.
        Kind::Quality if run.path.contains("/ad/") => vec![value(&claims.auc)],
        Kind::Quality => vec![value(&claims.top1)],
        Kind::Energy => vec![value(&claims.energy)],
        Kind::Wakeword => {
            let counts = claims.wakeword.map(|at| (at.true_positives, at.false_negatives, at.false_positives));
            let count = |pick: fn((u64, u64, u64)) -> u64| counts.map(|counts| pick(counts) as f64);
            vec![
                count(|counts| counts.0),
                count(|counts| counts.1),
                count(|counts| counts.2),
                value(&claims.duty_cycle),
                value(&claims.estimated_throughput),
            ]
        }
    }
}

/// Counts inferences, outputs (which do not matter in an energy run), device time stamps, detections, entries, samples.
fn evidence(run: &Run) -> [usize; 6] {
    let log = run.log.as_ref();
    let entries = run.json.as_deref().unwrap_or_default();
    let samples: usize = entries.iter().filter_map(|entry| entry.power.as_ref()).map(|power| power.samples.len()).sum();
    [
        run.inferences().len(),
        log.filter(|_| run.mode != Mode::Energy).map_or(0, |log| log.outputs.len()),
        run.inferences().iter().map(|one| one.stamps as usize).sum(),
        log.and_then(|log| log.detections.as_ref()).map_or(0, |heard| heard.value.len()),
        entries.len(),
        samples,
    ]
}

fn ending(path: &Path) -> &str {
    path.extension().and_then(|ending| ending.to_str()).unwrap_or_default()
}

/// Edits a file and returns the kind of edit; `None` if the edit changes nothing.
fn edit(path: &Path, chance: &mut Chance) -> Option<String> {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let bytes = fs::read(path).unwrap();
    let (how, new) = if chance.below(40) == 0 {
        fs::remove_file(path).unwrap();
        return Some(format!("{name}: the file deleted"));
    } else if chance.below(30) == 0 {
        ("cut", bytes[..chance.below(bytes.len())].to_vec())
    } else if ending(path) == "bin" {
        match chance.below(3) {
            0 => ("samples halved", bytes.iter().copied().take(5 + (bytes.len() - 5) / 8 * 4).collect()),
            1 => ("a byte changed", changed_byte(bytes.clone(), chance)),
            _ => {
                let (how, edit) = SERIES[chance.below(SERIES.len())];
                (how, samples(&bytes, edit))
            }
        }
    } else if ending(path) == "json" {
        let mut value: Value = serde_json::from_slice(&bytes).ok()?;
        let how = edit_json(&mut value, chance)?;
        (how, serde_json::to_vec(&value).unwrap())
    } else {
        edit_lines(&String::from_utf8_lossy(&bytes), &name, chance)?
    };
    if new == bytes {
        return None;
    }
    fs::write(path, new).unwrap();
    Some(format!("{name}: {how}"))
}

fn changed_byte(mut bytes: Vec<u8>, chance: &mut Chance) -> Vec<u8> {
    let at = chance.below(bytes.len());
    bytes[at] ^= 1 << chance.below(8);
    bytes
}

type EditSamples = fn(&mut Vec<f32>);

/// Edits of the samples of an energy trace.
const SERIES: [(&str, EditSamples); 5] = [
    ("scaled", |all| all.iter_mut().for_each(|sample| *sample *= 0.5)),
    ("shifted", |all| {
        let by = all.len() / 3;
        all.rotate_right(by);
    }),
    ("stretched", |all| *all = all.iter().flat_map(|sample| [*sample, *sample]).collect()),
    ("thinned out", |all| all.iter_mut().skip(1).step_by(2).for_each(|sample| *sample = 0.0)),
    ("noise added", |all| {
        all.iter_mut().enumerate().for_each(|(at, sample)| *sample *= if at % 3 == 0 { 0.9 } else { 0.97 });
    }),
];

fn samples(bytes: &[u8], edit: EditSamples) -> Vec<u8> {
    let body = bytes[5..].chunks_exact(4).map(|sample| f32::from_le_bytes(sample.try_into().unwrap()));
    let mut all: Vec<f32> = body.collect();
    edit(&mut all);
    bytes[..5].iter().copied().chain(all.into_iter().flat_map(f32::to_le_bytes)).collect()
}

/// Changes a value at a random position.
fn edit_json(value: &mut Value, chance: &mut Chance) -> Option<&'static str> {
    let children = match value {
        Value::Array(items) => items.len(),
        Value::Object(fields) => fields.len(),
        _ => 0,
    };
    if children > 0 && chance.below(4) > 0 {
        let at = chance.below(children);
        let child = match value {
            Value::Array(items) => items.get_mut(at)?,
            Value::Object(fields) => fields.values_mut().nth(at)?,
            _ => return None,
        };
        return edit_json(child, chance);
    }
    Some(match (value, chance.below(4)) {
        (Value::Array(items), 0) if !items.is_empty() => {
            let at = chance.below(items.len());
            items.remove(at);
            "an item dropped"
        }
        (Value::Array(items), 1) if !items.is_empty() => {
            let again = items[chance.below(items.len())].clone();
            items.push(again);
            "an item repeated"
        }
        (Value::Array(items), 2) => {
            items.reverse();
            "a list reversed"
        }
        (Value::Object(fields), 0 | 1) if !fields.is_empty() => {
            let key = fields.keys().nth(chance.below(fields.len()))?.clone();
            fields.remove(&key);
            "a key dropped"
        }
        (value @ Value::Number(_), 0 | 1) => {
            *value = serde_json::json!(value.as_f64()? * 0.5 + 1.0);
            "a number changed"
        }
        (value, 2) => {
            *value = serde_json::json!([]);
            "a value emptied"
        }
        (value, _) => {
            *value = Value::Null;
            "a value made null"
        }
    })
}

fn edit_lines(text: &str, name: &str, chance: &mut Chance) -> Option<(&'static str, Vec<u8>)> {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let at = chance.below(lines.len());
    let how = match chance.below(if name.contains("results") { 8 } else { 6 }) {
        0 => {
            lines.remove(at);
            "a line dropped"
        }
        1 => {
            lines.insert(at, lines[at].clone());
            "a line repeated"
        }
        2 => {
            let with = chance.below(lines.len());
            lines.swap(at, with);
            "two lines swapped"
        }
        3 | 4 => {
            let digits: Vec<usize> =
                lines[at].char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(i, _)| i).collect();
            let place = *digits.get(chance.below(digits.len()))?;
            let digit = char::from(b'0' + u8::try_from(chance.below(10)).unwrap());
            lines[at].replace_range(place..=place, &digit.to_string());
            "a digit changed"
        }
        5 => {
            let words: Vec<&str> = lines[at].split(' ').collect();
            let without = chance.below(words.len());
            let kept = words.iter().enumerate().filter(|(index, _)| *index != without).map(|(_, word)| *word);
            lines[at] = kept.collect::<Vec<_>>().join(" ");
            "a word dropped"
        }
        _ => {
            let claims = [
                "Median throughput is 9999.000 inf./sec.",
                "Top-1: 99.9%",
                "x Top 1% = 99.9",
                "AUC = 0.999",
                "Median energy cost is 1.0000 uJ/inf.",
                "Accuracy: 50 True positives, 0 False negatives, 0 False positives",
            ];
            let glue = ["", "\r", " ", "00001.000 ulp-mlperf: ", "0726.010245 ulp-mlperf: "][chance.below(5)];
            let claim = format!("{}{glue}{}", lines[at], claims[chance.below(claims.len())]);
            lines[at] = claim;
            "a claim glued to a line"
        }
    };
    Some((how, lines.join("\n").into_bytes()))
}

/// The files of runs.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.components().any(|part| part.as_os_str() == "results") {
                found.push(path);
            }
        }
    }
    found.retain(|path| ending(path) != "png");
    found.sort();
    found
}

/// Whether an edited figure may still be confirmed: same claim, not less evidence.
fn is_sound(before: &Seen, after: &Seen) -> bool {
    let close = |(a, b): (&Option<f64>, &Option<f64>)| a == b;
    before.claims.len() == after.claims.len()
        && before.claims.iter().zip(&after.claims).all(close)
        && before.evidence.iter().zip(&after.evidence).all(|(before, after)| after >= before)
}

#[test]
fn no_edit_leaves_a_changed_figure_confirmed() {
    let number = |name: &str, otherwise: usize| std::env::var(name).map_or(otherwise, |text| text.parse().unwrap());
    let (edits, seed) = (number("TINYAUDIT_EDITS", 300), number("TINYAUDIT_SEED", 14));
    let mut chance = Chance(seed as u64);
    let (mut confirmed, mut wrong) = (BTreeMap::<String, usize>::new(), Vec::new());
    let trees = [
        golden::bundled(),
        golden::ENERGY.path().to_owned(),
        golden::OTHERS.path().to_owned(),
        golden::STREAMING.path().to_owned(),
    ];
    let each = edits / trees.len();
    for (tree, origin) in trees.into_iter().enumerate() {
        let folder = TempDir::new().unwrap();
        golden::copy(&origin, folder.path());
        let before = seen(folder.path());
        assert!(before.values().all(|seen| seen.status == Status::Confirmed), "{before:?}");
        let files = files(folder.path());
        for index in 0..each {
            let path = &files[chance.below(files.len())];
            let kept = fs::read(path).unwrap();
            let Some(how) = edit(path, &mut chance) else { continue };
            let after = seen(folder.path());
            fs::write(path, kept).unwrap();
            for (figure, now) in after.iter().filter(|(_, now)| now.status == Status::Confirmed) {
                let Some(was) = before.get(figure) else { continue };
                if !path.starts_with(folder.path().join(&figure.0)) {
                    continue;
                }
                *confirmed.entry(how.clone()).or_default() += 1;
                if !is_sound(was, now) {
                    wrong.push(format!("tree {tree}, edit {index}: {how}: {figure:?} {was:?} {now:?}"));
                }
            }
        }
    }
    println!("{edits} edits; still confirmed with the same claim and evidence: {confirmed:#?}");
    assert!(wrong.is_empty(), "{} unsound:\n{}", wrong.len(), wrong.join("\n"));
    let listed = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/adversary.yaml")).unwrap();
    let listed: BTreeMap<String, usize> = serde_yaml::from_str(&listed).unwrap();
    let strange: Vec<_> = confirmed.keys().filter(|how| !listed.contains_key(*how)).collect();
    assert!(strange.is_empty(), "new kinds of edits that change nothing: {strange:?}");
}
