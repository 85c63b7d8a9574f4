//! Damaged trees are read and audited: damage is a finding, never a panic, and never hides other results.

use std::fs;

use tempfile::TempDir;
use tinyaudit::audit::report::Report;
use tinyaudit::round::Round;
use tinyaudit::source::Tree;
use tinyaudit::testbench::simulator::random::Random;

use crate::golden;

fn report(folder: &std::path::Path) -> Report {
    Report::check(&Tree::open(folder).unwrap(), Round::named("v1.3").unwrap(), None).unwrap()
}

/// Changes, cuts, repeats and removes bytes of any file, hundreds of times.
#[test]
fn any_damage_is_survived_and_hides_no_other_finding() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let originals: Vec<_> = golden::files(folder.path()).into_iter().collect();
    let mut random = Random::new(7);
    for _ in 0..300 {
        let (path, original) = &originals[random.below(originals.len())];
        let mut bytes = original.clone();
        for _ in 0..=random.below(3) {
            if bytes.is_empty() {
                break;
            }
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] = u8::try_from(random.below(256)).unwrap(),
                1 => bytes.truncate(at),
                2 => drop(bytes.remove(at)),
                _ => bytes.splice(at..at, original[..at.min(original.len())].iter().copied()).for_each(drop),
            }
        }
        let place = folder.path().join(path);
        fs::write(&place, &bytes).unwrap();
        let report = report(folder.path());
        // The other system still has no findings.
        for system in ["simulated_npu_400mhz", "simulated_fpga_100mhz"] {
            if !path.to_string_lossy().contains(system) {
                let foreign: Vec<_> = report.findings().filter(|finding| finding.path.contains(system)).collect();
                assert!(foreign.is_empty(), "{} damaged: {foreign:#?}", path.display());
            }
        }
        assert_eq!(report.results().count(), 3, "{} damaged", path.display());
        fs::write(&place, original).unwrap();
    }
}

/// Removing any file of evidence gives a finding.
#[test]
fn removing_any_file_of_a_run_is_detected() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    for (path, original) in golden::files(folder.path()) {
        if !path.to_string_lossy().contains("results/") {
            continue;
        }
        fs::remove_file(folder.path().join(&path)).unwrap();
        assert!(report(folder.path()).findings().len() > 0, "{} can be removed undetected", path.display());
        fs::write(folder.path().join(&path), original).unwrap();
    }
    assert_eq!(report(folder.path()).findings().len(), 0);
}
