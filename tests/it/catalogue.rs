//! The rule catalogue is generated, and `explain` knows every rule.

use std::path::Path;

use tinyaudit::judge::rules::RULES;
use tinyaudit::tell::catalogue;

/// `TINYAUDIT_BLESS=1` writes it anew.
#[test]
fn the_checked_in_catalogue_is_that_of_the_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/README.md");
    let text = catalogue::markdown();
    if std::env::var_os("TINYAUDIT_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap_or_default() == text, "write it anew with TINYAUDIT_BLESS=1");
}

#[test]
fn every_rule_is_explained() {
    for rule in RULES {
        let text = catalogue::explain(rule).unwrap();
        assert!(text.contains(rule.title()) && text.contains("v0.5") && text.contains("v1.4"), "{}", rule.id);
    }
}

/// Published rounds pass with their waivers, but for files that this copy lacks, and fail without.
#[test]
fn published_rounds_pass_with_their_waivers() {
    use tinyaudit::judge::report::Report;
    use tinyaudit::round::{Round, Severity};
    let Some(rounds) = crate::corpus::rounds() else { return };
    for name in ["v0.5", "v0.7", "v1.2", "v1.3"] {
        let tree = tinyaudit::read::tree::Tree::open(&rounds.join(name)).unwrap();
        let mut report = Report::of(&tree, Round::named(name).unwrap(), None).unwrap();
        assert!(report.fails(Severity::Error), "{name} without waivers");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("rules/waivers/{name}.yaml"));
        let waivers = tinyaudit::judge::waiver::parse(&std::fs::read_to_string(path).unwrap(), name).unwrap();
        report.waive(&waivers, name);
        let left: Vec<_> = report
            .findings
            .iter()
            .filter(|finding| {
                finding.counts() && (finding.severity == Severity::Error || finding.rule.id == "waiver-unused")
            })
            .filter(|finding| !["file-missing", "run-missing"].contains(&finding.rule.id))
            .map(|finding| format!("{} {}", finding.rule.id, finding.path))
            .collect();
        assert!(left.is_empty(), "{name}: {left:#?}");
    }
}

/// A waived cause keeps its consequences away: the errors fall by those that the waiver covers, and nothing takes their place.
#[test]
fn a_waiver_takes_away_what_it_covers_and_nothing_appears() {
    use std::collections::BTreeSet;
    use tinyaudit::judge::report::Report;
    use tinyaudit::judge::rule::Finding;
    use tinyaudit::judge::waiver;
    use tinyaudit::round::{Round, Severity};
    let Some(rounds) = crate::corpus::rounds() else { return };
    let key = |finding: &Finding| (finding.rule.id, finding.path.clone(), finding.line, finding.message.clone());
    for name in ["v0.5", "v0.7", "v1.2", "v1.3"] {
        let tree = tinyaudit::read::tree::Tree::open(&rounds.join(name)).unwrap();
        let mut report = Report::of(&tree, Round::named(name).unwrap(), None).unwrap();
        let before: BTreeSet<_> = report.findings.iter().map(key).collect();
        let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
        let causes: BTreeSet<(&str, String)> = errors.map(|finding| (finding.rule.id, finding.path.clone())).collect();
        let counts = report.counts();
        for (rule, path) in &causes {
            let covered = |finding: &&Finding| finding.rule.id == *rule && finding.path == *path;
            let expected: usize = report.findings.iter().filter(covered).map(|finding| finding.stands_for).sum();
            let path = serde_json::Value::from(path.as_str());
            let text = format!("- {{rule: {rule}, path: {path}, reason: r, decided_by: d, date: 2026-01-31}}");
            report.waive(&waiver::parse(&text, "w.yaml").unwrap(), "w.yaml");
            let after: BTreeSet<_> = report.findings.iter().map(key).collect();
            assert_eq!(after.difference(&before).collect::<Vec<_>>(), Vec::<&_>::new(), "{name}: {rule} {path}");
            assert_eq!(report.counts().error + expected, counts.error, "{name}: {rule} {path}");
            report.forget_waivers();
        }
        assert_eq!(report.findings.iter().map(key).collect::<BTreeSet<_>>(), before, "{name}");
    }
}
