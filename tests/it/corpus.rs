//! The published rounds, if `TINYAUDIT_ROUNDS` is the folder where they are unpacked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use tinyaudit::audit::report::{Loading, Report};
use tinyaudit::model::Figure;
use tinyaudit::round::{Mode, Round};
use tinyaudit::source::Tree;

pub fn rounds() -> Option<PathBuf> {
    let folder = std::env::var_os("TINYAUDIT_ROUNDS").map(PathBuf::from);
    if folder.is_none() {
        crate::skipping::skipped("TINYAUDIT_ROUNDS does not name the folder of the published rounds");
    }
    folder
}

fn report(rounds: &Path, name: &str) -> Report {
    let tree = Tree::open(&rounds.join(name)).unwrap();
    Report::check(&tree, Round::named(name).unwrap(), None).unwrap()
}

/// Number of figures that agree, that disagree, and that cannot be recomputed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally(u32, u32, u32);

impl Tally {
    fn add(&mut self, figure: Option<&Figure>) {
        let Some(figure) = figure.filter(|figure| figure.claimed.is_some()) else { return };
        let claimed = figure.claimed.as_ref().unwrap();
        match figure.recomputed {
            Some(value) if claimed.agrees_with(value, 0.53) => self.0 += 1,
            Some(_) => self.1 += 1,
            None => self.2 += 1,
        }
    }
}

fn tally(report: &Report, pick: impl Fn(&tinyaudit::model::Run) -> Option<&Figure>) -> Tally {
    let mut tally = Tally::default();
    for place in report.submission.runs() {
        tally.add(pick(place.run));
    }
    tally
}

fn by_mode(mode: Mode, run: &tinyaudit::model::Run) -> bool {
    run.mode == mode && run.scores.wakeword.is_none()
}

#[test]
fn v1_2_reproduces() {
    let Some(rounds) = rounds() else { return };
    let report = report(&rounds, "v1.2");
    assert_eq!(report.results().count(), 73);
    let throughput = tally(&report, |run| run.scores.throughput.as_ref().filter(|_| by_mode(Mode::Performance, run)));
    assert_eq!(throughput, Tally(72, 1, 0));
    assert_eq!(tally(&report, |run| run.scores.top1.as_ref()), Tally(51, 0, 22));
    assert_eq!(tally(&report, |run| run.scores.auc.as_ref()), Tally(51, 0, 22));
    assert_eq!(tally(&report, |run| run.scores.energy.as_ref()), Tally(18, 0, 0));
    let foreign: Vec<_> =
        report.findings().filter(|finding| finding.rule.id == "log-of-another-session").map(|f| &f.path).collect();
    assert_eq!(foreign, ["closed/bosch/results/CY8CPROTO_062_4343W_int8/ad/performance/results.txt"]);
}

#[test]
fn v1_3_reproduces() {
    let Some(rounds) = rounds() else { return };
    let report = report(&rounds, "v1.3");
    assert_eq!(report.results().count(), 43);
    let throughput = tally(&report, |run| run.scores.throughput.as_ref().filter(|_| by_mode(Mode::Performance, run)));
    assert_eq!(throughput, Tally(34, 0, 0));
    assert_eq!(tally(&report, |run| run.scores.top1.as_ref()), Tally(28, 0, 6));
    assert_eq!(tally(&report, |run| run.scores.auc.as_ref()), Tally(28, 0, 6));
    let energy = tally(&report, |run| run.scores.energy.as_ref().filter(|_| by_mode(Mode::Energy, run)));
    assert_eq!(energy, Tally(15, 0, 3));
    let wakeword = |pick: fn(&tinyaudit::model::WakewordScores) -> &Figure| {
        tally(&report, |run| run.scores.wakeword.as_deref().map(pick))
    };
    for pick in [
        (|scores| &scores.true_positives) as fn(&tinyaudit::model::WakewordScores) -> &Figure,
        |scores| &scores.false_negatives,
        |scores| &scores.false_positives,
    ] {
        assert_eq!(wakeword(pick), Tally(14, 0, 0));
    }
    assert_eq!(wakeword(|scores| &scores.duty_cycle), Tally(5, 0, 9));
    assert_eq!(wakeword(|scores| &scores.throughput), Tally(5, 0, 9));
}

/// The early rounds, with their layouts, names and lists: every figure with raw data agrees or is from another session.
#[test]
fn early_rounds_reproduce() {
    let Some(rounds) = rounds() else { return };
    for (name, results, throughput, accuracy, energy) in [
        ("v0.5", 19, Tally(5, 0, 0), Tally(4, 0, 1), Tally(4, 0, 0)),
        ("v0.7", 59, Tally(57, 2, 0), Tally(42, 1, 16), Tally(20, 0, 14)),
    ] {
        let report = report(&rounds, name);
        assert_eq!(report.results().count(), results, "{name}");
        let found = tally(&report, |run| run.scores.throughput.as_ref().filter(|_| by_mode(Mode::Performance, run)));
        assert_eq!(found, throughput, "{name} throughput");
        assert_eq!(tally(&report, |run| run.scores.top1.as_ref()), accuracy, "{name} Top-1");
        assert_eq!(tally(&report, |run| run.scores.energy.as_ref()), energy, "{name} energy");
    }
}

/// Every Result, Accuracy and Power of the published summary equals ours: recomputed if possible, else as claimed.
#[test]
fn v1_2_equals_the_published_summary() {
    let Some(rounds) = rounds() else { return };
    let report = report(&rounds, "v1.2");
    let summary = std::fs::read_to_string(rounds.join("v1.2/summary.csv")).unwrap();
    let published: BTreeSet<Vec<String>> = summary
        .lines()
        .skip(1)
        .map(|row| {
            let cells: Vec<&str> = row.trim_matches('"').split("\",\"").collect();
            [0, 4, 5, 7, 9, 11].map(|column| cells[column].to_owned()).to_vec()
        })
        .collect();
    let recomputed: BTreeSet<Vec<String>> = report
        .results()
        .map(|(system, benchmark)| {
            let scores = benchmark.scores();
            let foreign = report.findings().any(|finding| {
                finding.rule.id == "log-of-another-session" && finding.path.starts_with(&benchmark.path)
            });
            let number = |figure: &Option<Figure>| figure.as_ref().map_or_else(|| "0".to_owned(), |f| ours(f, foreign));
            let quality = if benchmark.folder == "ad" { &scores.auc } else { &scores.top1 };
            vec![
                system.submitter.clone(),
                system.name.clone(),
                benchmark.folder.clone(),
                number(&scores.throughput).parse::<f64>().unwrap().to_string(),
                number(quality),
                number(&scores.energy).parse::<f64>().unwrap().to_string(),
            ]
        })
        .collect();
    let normal = |rows: &BTreeSet<Vec<String>>| -> BTreeSet<Vec<String>> {
        let plain = |text: &String| text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned);
        rows.iter().map(|row| row.iter().map(plain).collect()).collect()
    };
    assert_eq!(published.len(), 73);
    assert_eq!(normal(&recomputed), normal(&published));
}

/// The recomputed figure, printed like the claim. The claim if nothing can be recomputed, or if the log is from another
/// session and proves nothing.
fn ours(figure: &Figure, foreign: bool) -> String {
    let claimed = figure.claimed.as_ref().unwrap();
    match figure.recomputed {
        Some(value) if !foreign => format!("{value:.*}", claimed.decimals()),
        _ => claimed.text.clone(),
    }
}

/// Findings that do not just follow from a file that this copy lacks.
fn true_findings(rounds: &Path, name: &str) -> Vec<String> {
    let report = report(rounds, name);
    let list = std::fs::read_to_string(rounds.join(format!("{name}.absent.txt"))).unwrap_or_default();
    let absent: BTreeSet<&str> = list.lines().collect();
    report
        .findings()
        .filter(|finding| {
            let names: Vec<&str> = finding.message.split('`').skip(1).step_by(2).collect();
            let is_absent = |name: &&str| {
                ["", "accuracy_"].iter().any(|prefix| {
                    let file = format!("{}/{prefix}{name}", finding.path);
                    absent.iter().any(|path| *path == file || path.starts_with(&format!("{file}/")))
                        || prefix == &"accuracy_" && absent.contains(file.replace(".async", ".txt").as_str())
                })
            };
            let about_files = ["file-missing", "evidence-missing", "run-missing"].contains(&finding.rule.id);
            !about_files || !names.iter().all(is_absent)
        })
        .map(|finding| format!("{}[{}] {}:{}", finding.severity.name(), finding.rule.id, finding.path, finding.line))
        .collect()
}

/// Findings grouped by rule, each group with the judgement why it is true.
fn judged(findings: &[String], judgements: &BTreeMap<String, String>, round: &str) -> String {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for finding in findings {
        let (rule, place) = finding.split_once(' ').unwrap();
        groups.entry(rule).or_default().push(place);
    }
    let mut text = String::new();
    for (rule, places) in groups {
        let id = rule.split(['[', ']']).nth(1).unwrap();
        let judgement = judgements.get(id).map_or("a fact, for information", String::as_str);
        let judged = rule.starts_with("note") || judgements.contains_key(id);
        assert!(judged, "{round}: read the findings of {id} and judge them in judgements.yaml");
        writeln!(text, "{rule} - {judgement}").unwrap();
        text.extend(places.iter().flat_map(|place| ["  ", *place, "\n"]));
    }
    text
}

/// The findings on the published rounds; each was read and judged true.
#[test]
fn published_rounds_have_the_known_findings() {
    let Some(rounds) = rounds() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rounds");
    let judgements = std::fs::read_to_string(folder.join("judgements.yaml")).unwrap();
    let judgements: BTreeMap<String, BTreeMap<String, String>> = serde_yaml::from_str(&judgements).unwrap();
    for name in ["v0.5", "v0.7", "v1.2", "v1.3"] {
        let golden = folder.join(format!("{name}.txt"));
        let found = judged(&true_findings(&rounds, name), &judgements[name], name);
        if std::env::var_os("TINYAUDIT_BLESS").is_some() {
            std::fs::write(&golden, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&golden).unwrap();
        assert_eq!(found, expected, "{name}: read every finding, then rewrite with TINYAUDIT_BLESS=1");
    }
}

/// Which reference weights are in the code of every published result, and which logs are replayed.
#[test]
fn weights_and_replays_of_published_rounds_are_known() {
    let Some(rounds) = rounds() else { return };
    let mut found = String::new();
    for name in ["v0.5", "v0.7", "v1.2", "v1.3"] {
        let tree = Tree::open(&rounds.join(name)).unwrap();
        let how = Loading { weights: true, ..Loading::default() };
        let report = Report::load(&tree, Round::named(name).unwrap(), how).unwrap();
        for (_, benchmark) in report.results() {
            let weights = benchmark.weights.as_ref().unwrap();
            let (rung, reference) = (weights.rung.name(), weights.reference.unwrap_or("nothing"));
            let percent = 100.0 * weights.share;
            write!(found, "{name} {}: {reference} {rung} {percent:.1} %", benchmark.path).unwrap();
            let replay = benchmark.runs.get(&Mode::Accuracy).and_then(|run| run.replay.as_ref());
            if let Some(replay) = replay {
                let (arithmetic, exact, beyond) = (replay.arithmetic, replay.exact, replay.beyond.len());
                write!(found, "; {arithmetic} {exact} rows, {beyond} beyond").unwrap();
            }
            found.push('\n');
        }
    }
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rounds/weights.txt");
    if std::env::var_os("TINYAUDIT_BLESS").is_some() {
        std::fs::write(&golden, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(&golden).unwrap(), "rewrite with TINYAUDIT_BLESS=1 after reading it");
}

/// If a check is blocked only by a check that is blocked itself, the cause is two steps away: each such pair was
/// reviewed.
#[test]
fn indirectly_blocked_checks_are_known() {
    use tinyaudit::audit::proof::Standing;
    let Some(rounds) = rounds() else { return };
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for name in ["v0.5", "v0.7", "v1.2", "v1.3"] {
        let tree = Tree::open(&rounds.join(name)).unwrap();
        let report = Report::check(&tree, Round::named(name).unwrap(), None).unwrap();
        for line in report.proofs.values().flat_map(|proof| &proof.lines) {
            let Standing::Blocked(_, cause, _) = &line.standing else { continue };
            if line.rule.needs.iter().all(|need| need.id != cause.id) {
                *found.entry(format!("{} by {}", line.rule.id, cause.id)).or_default() += 1;
            }
        }
    }
    let lines: Vec<String> = found.into_iter().map(|(pair, count)| format!("{pair}: {count}")).collect();
    let found = lines.join("\n") + "\n";
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rounds/blocked.txt");
    if std::env::var_os("TINYAUDIT_BLESS").is_some() {
        std::fs::write(&golden, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(&golden).unwrap(), "write anew with TINYAUDIT_BLESS=1 after reading it");
}
