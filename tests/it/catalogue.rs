//! The rule catalogue is generated and up to date, and `explain` knows every rule.

use std::path::Path;

use tinyaudit::audit::checks::rules;
use tinyaudit::render::catalogue;

/// `TINYAUDIT_BLESS=1` rewrites it.
#[test]
fn the_checked_in_catalogue_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/README.md");
    let text = catalogue::markdown();
    if std::env::var_os("TINYAUDIT_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap_or_default() == text, "rewrite it with TINYAUDIT_BLESS=1");
}

#[test]
fn every_rule_is_explained() {
    for rule in rules() {
        let text = catalogue::explain(rule).unwrap();
        assert!(text.contains(rule.title()) && text.contains("v0.5") && text.contains("v1.4"), "{}", rule.id);
    }
}

/// The check in `docs/rules.md` is the code of a real check.
#[test]
fn the_check_in_the_guide_is_a_real_check() {
    let file = |path: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let check = file("src/audit/checks/window_declared_invalid.rs");
    assert!(file("docs/rules.md").contains(&check[check.find("check! {").unwrap()..]));
}

/// Published rounds pass with their waivers, except for files that this copy lacks, and fail without them.
#[test]
fn published_rounds_pass_with_their_waivers() {
    use tinyaudit::audit::report::Report;
    use tinyaudit::round::{Round, Severity};
    let Some(rounds) = crate::corpus::rounds() else { return };
    for name in ["v0.5", "v0.7", "v1.2", "v1.3"] {
        let tree = tinyaudit::source::Tree::open(&rounds.join(name)).unwrap();
        let mut report = Report::check(&tree, Round::named(name).unwrap(), None).unwrap();
        assert!(report.fails(Severity::Error), "{name} without waivers");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("rules/{name}/waivers.yaml"));
        let waivers = tinyaudit::audit::waiver::parse(&std::fs::read_to_string(path).unwrap(), name).unwrap();
        report.waive(&waivers, name);
        let left: Vec<_> = report
            .findings()
            .filter(|finding| {
                finding.counts() && (finding.severity == Severity::Error || finding.rule.id == "waiver-unused")
            })
            .filter(|finding| !["file-missing", "run-missing"].contains(&finding.rule.id))
            .map(|finding| format!("{} {}", finding.rule.id, finding.path))
            .collect();
        assert!(left.is_empty(), "{name}: {left:#?}");
    }
}

/// A waived cause still blocks its consequences: only the errors that the waiver covers disappear, and no new finding
/// appears.
#[test]
fn a_waiver_removes_what_it_covers_and_no_finding_appears() {
    use std::collections::BTreeSet;
    use tinyaudit::audit::finding::Finding;
    use tinyaudit::audit::report::Report;
    use tinyaudit::audit::waiver;
    use tinyaudit::round::{Round, Severity};
    let Some(rounds) = crate::corpus::rounds() else { return };
    let key = |finding: &Finding| (finding.rule.id, finding.path.clone(), finding.line, finding.message.clone());
    for name in ["v0.5", "v0.7", "v1.2", "v1.3"] {
        let tree = tinyaudit::source::Tree::open(&rounds.join(name)).unwrap();
        let mut report = Report::check(&tree, Round::named(name).unwrap(), None).unwrap();
        let before: BTreeSet<_> = report.findings().map(key).collect();
        let errors = report.findings().filter(|finding| finding.severity == Severity::Error);
        let causes: BTreeSet<(&str, String)> = errors.map(|finding| (finding.rule.id, finding.path.clone())).collect();
        let counts = report.counts();
        for (rule, path) in &causes {
            let covered = |finding: &&Finding| finding.rule.id == *rule && finding.path == *path;
            let expected: usize = report.findings().filter(covered).map(|finding| finding.finding_count).sum();
            let path = serde_json::Value::from(path.as_str());
            let text = format!("- {{rule: {rule}, path: {path}, reason: r, decided_by: d, date: 2026-01-31}}");
            report.waive(&waiver::parse(&text, "w.yaml").unwrap(), "w.yaml");
            let after: BTreeSet<_> = report.findings().map(key).collect();
            assert_eq!(after.difference(&before).collect::<Vec<_>>(), Vec::<&_>::new(), "{name}: {rule} {path}");
            assert_eq!(report.counts().error + expected, counts.error, "{name}: {rule} {path}");
            report.remove_waivers();
        }
        assert_eq!(report.findings().map(key).collect::<BTreeSet<_>>(), before, "{name}");
    }
}

/// A waiver for a system or a submitter accepts only the figures that it names.
#[test]
fn waivers_name_systems_submitters_and_figures() {
    use tinyaudit::audit::report::Report;
    use tinyaudit::audit::waiver;
    use tinyaudit::round::Round;
    let folder = tempfile::TempDir::new().unwrap();
    crate::golden::copy(&crate::golden::bundled(), folder.path());
    let path = "closed/ExampleCo/results/simulated_npu_400mhz/ic/accuracy/results.txt";
    let results = folder.path().join(path);
    let lied = std::fs::read_to_string(&results).unwrap().replace("85.5%", "88.5%");
    std::fs::write(&results, lied).unwrap();
    let tree = tinyaudit::source::Tree::open(folder.path()).unwrap();
    let mut report = Report::check(&tree, Round::named("v1.3").unwrap(), None).unwrap();
    let by = "reason: r, decided_by: d, date: 2026-01-31";
    for (about, errors, valid, unused) in [
        ("system: simulated_npu_400mhz", 0, 3, 0),
        ("submitter: ExampleCo", 0, 3, 0),
        ("submitter: ExampleCo, system: simulated_npu_400mhz, figures: [quality]", 0, 3, 0),
        ("system: simulated_npu_400mhz, figures: [throughput, energy]", 0, 2, 0),
        ("system: simulated_fpga_100mhz", 1, 2, 1),
        ("rule: accuracy-mismatch, submitter: Other", 1, 2, 1),
        ("rule: accuracy-mismatch", 0, 3, 0),
    ] {
        let waivers = waiver::parse(&format!("- {{{about}, {by}}}"), "w.yaml").unwrap();
        report.waive(&waivers, "w.yaml");
        assert_eq!(report.counts().error, errors, "{about}");
        let published = report.results().filter(|(system, benchmark)| report.is_valid(system, benchmark)).count();
        assert_eq!(published, valid, "{about}");
        let idle = report.findings().filter(|finding| finding.rule.id == "waiver-unused").count();
        assert_eq!(idle, unused, "{about}");
        report.remove_waivers();
    }
    assert!(waiver::parse(&format!("- {{path: '*', {by}}}"), "w.yaml").is_err());
}

/// A rule refers to another by its constant, which the compiler checks, never by a string.
#[test]
fn rule_ids_are_strings_only_in_their_own_file() {
    fn walk(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                walk(&entry, found);
            } else if entry.extension().is_some_and(|ending| ending == "rs") {
                found.push(entry);
            }
        }
    }
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for rule in rules() {
            let own = file.file_stem().is_some_and(|stem| *stem == *rule.id.replace('-', "_"));
            assert!(own || !code.contains(&format!("\"{}\"", rule.id)), "{} in {}", rule.id, file.display());
        }
    }
}
