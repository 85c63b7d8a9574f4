//! Files that people write: all structural errors come at once, each with its line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/structure")
}

/// What the program prints on stderr when it is given a broken file; it must end with exit code 2.
fn refusal(arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tinyaudit")).args(arguments).current_dir(folder).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

/// Compares with the golden file; run with `TINYAUDIT_BLESS=1` to write it.
fn assert_golden(name: &str, found: &str) {
    let path = fixtures().join(format!("{name}.stderr"));
    if std::env::var_os("TINYAUDIT_BLESS").is_some() {
        fs::write(&path, found).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), found, "{}", path.display());
}

#[test]
fn every_error_of_a_broken_file_is_reported() {
    let submission = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/submission");
    let submission = submission.to_str().unwrap();
    for name in ["waivers", "waivers-content"] {
        let file = format!("{name}.yaml");
        assert_golden(name, &refusal(&["check", submission, "--waivers", &file], &fixtures()));
    }
    for name in ["round", "round-content"] {
        let file = format!("{name}.yaml");
        assert_golden(name, &refusal(&["check", submission, "--rules", &file], &fixtures()));
    }
    let profile = ["demo", "out", "--profile", "profile.yaml"];
    assert_golden("profile", &refusal(&profile, &fixtures()));
}

#[test]
fn every_error_of_broken_settings_is_reported() {
    for name in ["tinyaudit", "syntax"] {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("closed/ExampleCo")).unwrap();
        fs::copy(fixtures().join(format!("{name}.toml")), folder.path().join("tinyaudit.toml")).unwrap();
        assert_golden(name, &refusal(&["check", "."], folder.path()));
    }
}
