//! Typical inputs: archives of common programs, files that are only pointers, trees without a named round.

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

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The bundled submission as a zip archive; `name` maps the file names.
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
    let expected = printed(&check(&golden::bundled(), &["--round", "v1.3"]));
    assert!(expected.contains("PASS"), "{expected}");
    let makers: [&dyn Fn(&str) -> String; 3] =
        [&|path| path.to_owned(), &|path| path.replace('/', "\\"), &|path| format!("submission v1.3 final/{path}")];
    for maker in makers {
        zipped(&place, maker);
        assert_eq!(printed(&check(&place, &["--round", "v1.3"])), expected, "{}", maker("a/b"));
    }
}

#[test]
fn a_file_that_is_not_a_zip_archive_is_reported() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("submission.zip");
    zipped(&place, str::to_owned);
    let whole = fs::read(&place).unwrap();
    for (bytes, expected) in [
        (&whole[..whole.len() / 2], "is cut off"),
        (b"\x1F\x8B\x08\0\0\0\0\0", "the gzip archive is damaged"),
        (b"7z\xBC\xAF\x27\x1C", "is not a zip archive, nor a tar archive: unpack it"),
    ] {
        fs::write(&place, bytes).unwrap();
        let output = check(&place, &["--round", "v1.3"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(printed(&output).contains(expected), "{}", printed(&output));
    }
}

#[test]
fn a_git_lfs_pointer_is_not_a_log() {
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
    let printed = printed(&output);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert_eq!(
        printed
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .matches("only the Git LFS pointer is present; run `git lfs pull` to fetch the file")
            .count(),
        2,
        "{printed}"
    );
    // Only the cause is reported.
    assert_eq!(printed.matches("\nerror[").count() + usize::from(printed.starts_with("error[")), 2, "{printed}");
}

#[test]
fn an_unnamed_round_is_guessed() {
    let printed = printed(&check(&golden::bundled(), &[]));
    assert!(
        printed.starts_with("round v1.3 (guessed from the checklist's name; name another with --round)"),
        "{printed}"
    );
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    for name in ["pdf", "docx"] {
        let systems = folder.path().join("closed/ExampleCo/systems");
        let file = systems.join(format!("TinyMLPerf_v1.3_Submission_Checklist.{name}"));
        fs::rename(file, systems.join(format!("checklist.{name}"))).unwrap();
    }
    let output = check(folder.path(), &[]);
    let printed = self::printed(&output);
    assert!(printed.contains("guessed: the last round that permits the EEMBC runner"), "{printed}");
    assert!(!printed.contains("runner-not-eligible"), "{printed}");
    let output = Command::new(env!("CARGO_BIN_EXE_tinyaudit"))
        .args(["check", golden::bundled().to_str().unwrap()])
        .env("TINYAUDIT_ROUND", "v1.2")
        .output()
        .unwrap();
    assert!(self::printed(&output).starts_with("round v1.2 (named by TINYAUDIT_ROUND)"));
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
    let printed = printed(&check(folder.path(), &["--round", "v1.3"]));
    assert!(printed.contains("10 of 11 time stamps exist: the start stamp of window 1 is missing"), "{printed}");
}

/// Checking only a submitter's folder gives no findings that the whole tree does not have.
#[test]
fn a_submitters_folder_is_as_clean_as_the_tree() {
    let printed = printed(&check(&golden::bundled().join("closed/ExampleCo"), &["--round", "v1.3"]));
    assert!(printed.contains("PASS: 0 errors, 0 warnings, 0 notes in 3 results of 2 systems"), "{printed}");
}

/// Settings next to a tree come before the environment and after an option; a wrong setting is an error.
#[test]
fn settings_next_to_a_tree_are_read() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("tree");
    golden::copy(&golden::bundled(), &tree);
    fs::write(tree.join("closed/ExampleCo/.hidden"), "x").unwrap();
    let write = |text: &str| fs::write(folder.path().join("tinyaudit.toml"), text).unwrap();
    let decision = "- {rule: name-hidden, path: '*', reason: r, decided_by: d, date: 2026-01-31}\n";
    fs::write(folder.path().join("decisions.yaml"), decision).unwrap();
    write("round = 'v1.3'\nfail-on = 'note'\n");
    let output = check(&tree, &[]);
    assert!(self::printed(&output).starts_with("round v1.3 (named by tinyaudit.toml)"), "{}", self::printed(&output));
    assert_eq!(output.status.code(), Some(1));
    write("round = 'v1.3'\nfail-on = 'note'\nwaivers = 'decisions.yaml'\n");
    assert!(check(&tree, &[]).status.success());
    // With a byte-order mark and CRLF, as a Windows editor writes them.
    write("\u{FEFF}round = 'v1.3'\r\nfail-on = 'note'\r\nwaivers = 'decisions.yaml'\r\n");
    fs::write(folder.path().join("decisions.yaml"), format!("\u{FEFF}{}", decision.replace('\n', "\r\n"))).unwrap();
    assert!(check(&tree, &[]).status.success(), "{}", self::printed(&check(&tree, &[])));
    assert!(self::printed(&check(&tree, &["--round", "v1.2"])).starts_with("round v1.2 (named by --round)"));
    // A tree cannot waive its own findings or name files elsewhere.
    fs::write(tree.join("tinyaudit.toml"), "waivers = '../decisions.yaml'\n").unwrap();
    assert_eq!(check(&tree, &["--round", "v1.3"]).status.code(), Some(2));
    fs::remove_file(tree.join("tinyaudit.toml")).unwrap();
    for wrong in
        ["waivers = '/etc/hostname'\n", "waivers = '../w.yaml'\n", "rounds = 'v1.3'\n", "round = 'v9'\n", "round = \n"]
    {
        write(wrong);
        let output = check(&tree, &[]);
        assert!(output.status.code() == Some(2) && self::printed(&output).contains("tinyaudit.toml"), "{wrong}");
    }
}

/// A list of absent files may come from a Windows editor.
#[test]
fn a_list_of_absent_files_may_have_windows_line_ends() {
    let folder = TempDir::new().unwrap();
    let (tree, list) = (folder.path().join("tree"), folder.path().join("absent.txt"));
    golden::copy(&golden::bundled(), &tree);
    let absent = "closed/ExampleCo/results/simulated_npu_400mhz/ic/energy/trace1-timestamps.json";
    fs::remove_file(tree.join(absent)).unwrap();
    let arguments = ["--round", "v1.3", "--absent", list.to_str().unwrap()];
    let with = |text: &str| {
        fs::write(&list, text).unwrap();
        printed(&check(&tree, &arguments))
    };
    let (without, unix) = (with(""), with(&format!("{absent}\n")));
    assert_ne!(without, unix);
    assert_eq!(with(&format!("\u{FEFF}{absent}\r\n")), unix);
}

#[test]
fn the_built_in_waivers_are_listed() {
    let output = check(&golden::bundled(), &["--waivers"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        printed(&output).contains("published round: v0.5, v0.7, v1.0, v1.1, v1.2, v1.3, v1.4"),
        "{}",
        printed(&output)
    );
    for round in ["v0.5", "v0.7", "v1.0", "v1.1", "v1.2", "v1.3", "v1.4"] {
        let printed = printed(&check(&golden::bundled(), &["--round", "v1.3", "--waivers", round]));
        assert!(printed.contains("PASS"), "{round}: {printed}");
    }
}

/// If the energy windows cover the gaps between inferences, the finding also gives the energy of the true windows.
#[test]
fn the_energy_of_the_true_windows_is_printed() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let path = folder.path().join("closed/ExampleCo/results/simulated_npu_400mhz/ic/energy/trace1-timestamps.json");
    let text = fs::read_to_string(&path).unwrap();
    let start = text.lines().nth(2).unwrap();
    fs::write(&path, text.replacen(&format!("{start}\n"), "", 1)).unwrap();
    let printed = printed(&check(folder.path(), &["--round", "v1.3"]));
    let note = "the claim is 92.083 uJ/inf; during the inferences of the log, the trace gives 92.0";
    assert!(printed.contains(note), "{printed}");
}
