//! What people hand in: archives as programs make them, files that are not really there, rounds that nobody names.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::golden;

fn check(path: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinyaudit"));
    command.arg("check").arg(path).args(arguments).env_remove("TINYAUDIT_ROUND").output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The bundled submission as a zip archive whose names are made by `name`.
fn zipped(place: &Path, name: impl Fn(&str) -> String) {
    let mut zip = ZipWriter::new(fs::File::create(place).unwrap());
    for (path, bytes) in golden::files(&golden::bundled()) {
        zip.start_file(name(path.to_str().unwrap()), SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn archives_are_read_as_people_make_them() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("submission.zip");
    let expected = told(&check(&golden::bundled(), &["--round", "v1.3"]));
    assert!(expected.contains("PASS"), "{expected}");
    let makers: [&dyn Fn(&str) -> String; 3] =
        [&|path| path.to_owned(), &|path| path.replace('/', "\\"), &|path| format!("submission v1.3 final/{path}")];
    for maker in makers {
        zipped(&place, maker);
        assert_eq!(told(&check(&place, &["--round", "v1.3"])), expected, "{}", maker("a/b"));
    }
}

#[test]
fn what_is_no_zip_archive_is_named() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("submission.zip");
    zipped(&place, str::to_owned);
    let whole = fs::read(&place).unwrap();
    for (bytes, expected) in [
        (&whole[..whole.len() / 2], "is cut off"),
        (b"\x1F\x8B\x08\0\0\0\0\0", "gzip archive (.tar.gz): unpack it"),
        (b"7z\xBC\xAF\x27\x1C", "of another kind than zip"),
    ] {
        fs::write(&place, bytes).unwrap();
        let output = check(&place, &["--round", "v1.3"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(told(&output).contains(expected), "{}", told(&output));
    }
}

#[test]
fn a_pointer_of_git_lfs_is_no_log() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let run = folder.path().join("closed/ExampleCo/results/simulated_npu_400mhz/ic/energy");
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 425989\n",
        "0123456789abcdef".repeat(4)
    );
    for name in ["trace1-energy.bin", "log.txt"] {
        fs::write(run.join(name), &pointer).unwrap();
    }
    let output = check(folder.path(), &["--round", "v1.3"]);
    let told = told(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert_eq!(told.matches("only its Git LFS pointer is here; `git lfs pull` fetches the file").count(), 2, "{told}");
    // The cause alone.
    assert_eq!(told.matches("\nerror[").count() + usize::from(told.starts_with("error[")), 2, "{told}");
}

#[test]
fn a_round_that_nobody_names_is_guessed() {
    let told = told(&check(&golden::bundled(), &[]));
    assert!(told.starts_with("round v1.3 (guessed from the checklist's name; name another with --round)"), "{told}");
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    for name in ["pdf", "docx"] {
        let systems = folder.path().join("closed/ExampleCo/systems");
        let file = systems.join(format!("TinyMLPerf_v1.3_Submission_Checklist.{name}"));
        fs::rename(file, systems.join(format!("checklist.{name}"))).unwrap();
    }
    let output = check(folder.path(), &[]);
    let told = self::told(&output);
    assert!(told.contains("guessed: the last that permits the EEMBC runner"), "{told}");
    assert!(!told.contains("runner-not-eligible"), "{told}");
    let output = Command::new(env!("CARGO_BIN_EXE_tinyaudit"))
        .args(["check", golden::bundled().to_str().unwrap()])
        .env("TINYAUDIT_ROUND", "v1.2")
        .output()
        .unwrap();
    assert!(self::told(&output).starts_with("round v1.2 (named by TINYAUDIT_ROUND)"));
}

#[test]
fn a_lost_time_stamp_is_named() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let run = "closed/ExampleCo/results/simulated_npu_400mhz/ic/energy/trace1-timestamps.json";
    let path = folder.path().join(run);
    let text = fs::read_to_string(&path).unwrap();
    let start = text.lines().nth(2).unwrap();
    fs::write(&path, text.replacen(&format!("{start}\n"), "", 1)).unwrap();
    let told = told(&check(folder.path(), &["--round", "v1.3"]));
    assert!(told.contains("10 of 11 time stamps are there: that of the start of window 1 is lost"), "{told}");
}

/// A submitter who checks the own folder alone is told nothing that the whole tree would not say.
#[test]
fn a_submitters_own_folder_is_clean_as_the_tree_is() {
    let told = told(&check(&golden::bundled().join("closed/ExampleCo"), &["--round", "v1.3"]));
    assert!(told.contains("PASS: 0 errors, 0 warnings, 0 notes in 3 results of 2 systems"), "{told}");
}

/// Settings beside a tree count more than the environment, and less than an option; a wrong one is an error.
#[test]
fn settings_beside_a_tree() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("tree");
    golden::copy(&golden::bundled(), &tree);
    fs::write(tree.join("closed/ExampleCo/.hidden"), "x").unwrap();
    let write = |text: &str| fs::write(folder.path().join("tinyaudit.toml"), text).unwrap();
    let decision = "- {rule: name-hidden, path: '*', reason: r, decided_by: d, date: 2026-01-31}\n";
    fs::write(folder.path().join("decisions.yaml"), decision).unwrap();
    write("round = 'v1.3'\nfail-on = 'note'\n");
    let output = check(&tree, &[]);
    assert!(self::told(&output).starts_with("round v1.3 (named by tinyaudit.toml)"), "{}", self::told(&output));
    assert_eq!(output.status.code(), Some(1));
    write("round = 'v1.3'\nfail-on = 'note'\nwaivers = 'decisions.yaml'\n");
    assert!(check(&tree, &[]).status.success());
    // As an editor of Windows writes them.
    write("\u{FEFF}round = 'v1.3'\r\nfail-on = 'note'\r\nwaivers = 'decisions.yaml'\r\n");
    fs::write(folder.path().join("decisions.yaml"), format!("\u{FEFF}{}", decision.replace('\n', "\r\n"))).unwrap();
    assert!(check(&tree, &[]).status.success(), "{}", self::told(&check(&tree, &[])));
    assert!(self::told(&check(&tree, &["--round", "v1.2"])).starts_with("round v1.2 (named by --round)"));
    // A tree does not waive its own findings, nor does it name files elsewhere.
    fs::write(tree.join("tinyaudit.toml"), "waivers = '../decisions.yaml'\n").unwrap();
    assert_eq!(check(&tree, &["--round", "v1.3"]).status.code(), Some(2));
    fs::remove_file(tree.join("tinyaudit.toml")).unwrap();
    for wrong in
        ["waivers = '/etc/hostname'\n", "waivers = '../w.yaml'\n", "rounds = 'v1.3'\n", "round = 'v9'\n", "round = \n"]
    {
        write(wrong);
        let output = check(&tree, &[]);
        assert!(output.status.code() == Some(2) && self::told(&output).contains("tinyaudit.toml"), "{wrong}");
    }
}

/// A list of absent files may come from an editor of Windows.
#[test]
fn a_list_of_absent_files_has_any_line_ends() {
    let folder = TempDir::new().unwrap();
    let (tree, list) = (folder.path().join("tree"), folder.path().join("absent.txt"));
    golden::copy(&golden::bundled(), &tree);
    let absent = "closed/ExampleCo/results/simulated_npu_400mhz/ic/energy/trace1-timestamps.json";
    fs::remove_file(tree.join(absent)).unwrap();
    let arguments = ["--round", "v1.3", "--absent", list.to_str().unwrap()];
    let with = |text: &str| {
        fs::write(&list, text).unwrap();
        told(&check(&tree, &arguments))
    };
    let (without, unix) = (with(""), with(&format!("{absent}\n")));
    assert_ne!(without, unix);
    assert_eq!(with(&format!("\u{FEFF}{absent}\r\n")), unix);
}

#[test]
fn the_built_in_waivers_are_listed() {
    let output = check(&golden::bundled(), &["--waivers"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("there are v0.5, v0.7, v1.0, v1.1, v1.2, v1.3, v1.4"), "{}", told(&output));
    for round in ["v0.5", "v0.7", "v1.0", "v1.1", "v1.2", "v1.3", "v1.4"] {
        let told = told(&check(&golden::bundled(), &["--round", "v1.3", "--waivers", round]));
        assert!(told.contains("PASS"), "{round}: {told}");
    }
}

/// Energy whose windows measure the gaps is shown beside what the windows of the log give.
#[test]
fn the_energy_of_the_true_windows_is_told() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let path = folder.path().join("closed/ExampleCo/results/simulated_npu_400mhz/ic/energy/trace1-timestamps.json");
    let text = fs::read_to_string(&path).unwrap();
    let start = text.lines().nth(2).unwrap();
    fs::write(&path, text.replacen(&format!("{start}\n"), "", 1)).unwrap();
    let told = told(&check(folder.path(), &["--round", "v1.3"]));
    let note = "claimed are 92.083 uJ/inf; where the log shows the inferences, the trace gives 92.0";
    assert!(told.contains(note), "{told}");
}
