//! Files in a submitted tree, or delivered with it, never control the program, and their text starts no command and no
//! formula.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use tempfile::TempDir;

use crate::golden::{self, run, said, text};

/// A folder named like the one where `fix` keeps files, with a journal, may have been in the same archive.
#[test]
fn a_journal_delivered_with_the_files_is_ignored() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("mysub");
    golden::copy(&golden::bundled(), &tree);
    let victim = folder.path().join("victim");
    fs::create_dir(&victim).unwrap();
    fs::write(victim.join("keep.txt"), "mine").unwrap();
    let kept = folder.path().join("mysub.tinyaudit-undo");
    fs::create_dir(&kept).unwrap();
    let step = r#"[{"move": {"from": "../victim/lost.txt", "to": "../victim/keep.txt"}}]"#;
    for journal in [format!("{{\"steps\": {step}}}"), format!("{{\"continues\": false, \"steps\": {step}}}")] {
        for name in ["journal.json", "1.json"] {
            fs::write(kept.join(name), &journal).unwrap();
        }
        let output = run(&["fix", text(&tree), "--round", "v1.3", "--undo"]);
        assert!(output.status.code() == Some(2) && said(&output).contains("nothing to undo"), "{}", said(&output));
    }
    assert_eq!(fs::read(victim.join("keep.txt")).unwrap(), b"mine");
    // Kept files go next to it, not into it.
    fs::write(tree.join("closed/ExampleCo/code/.DS_Store"), "x").unwrap();
    assert!(run(&["fix", text(&tree), "--round", "v1.3", "--apply"]).status.success());
    assert!(run(&["fix", text(&tree), "--round", "v1.3", "--undo"]).status.success());
    assert!(tree.join("closed/ExampleCo/code/.DS_Store").is_file() && kept.join("1.json").is_file());
}

/// If something is in the way of a change, nothing is changed; fixing and undoing work once it is moved away.
#[test]
fn fixing_stops_if_something_is_in_the_way() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("tree");
    golden::copy(&golden::bundled(), &tree);
    let run_of = tree.join("closed/ExampleCo/results/simulated_npu_400mhz/ic/performance");
    fs::write(tree.join("closed/ExampleCo/code/.DS_Store"), "x").unwrap();
    fs::rename(run_of.join("results.txt"), run_of.join("result.txt")).unwrap();
    symlink("/nowhere", run_of.join("results.txt")).unwrap();
    let before = golden::files(&tree.join("closed/ExampleCo/code"));
    let fix = |flag: &str| run(&["fix", text(&tree), "--round", "v1.3", flag]);
    let output = fix("--apply");
    assert!(run_of.join("results.txt").is_symlink(), "{}", said(&output));
    if output.status.code() == Some(2) {
        assert!(said(&output).contains("results.txt") && said(&output).contains("already exists"), "{}", said(&output));
        assert_eq!(golden::files(&tree.join("closed/ExampleCo/code")), before);
    }
    fs::remove_file(run_of.join("results.txt")).unwrap();
    assert!(fix("--apply").status.success());
    assert!(run_of.join("results.txt").is_file());
    while fix("--undo").status.success() {}
    assert!(run_of.join("result.txt").is_file() && tree.join("closed/ExampleCo/code/.DS_Store").is_file());
}

/// A link with the name of the settings file may point to any file of the user, which an error would print.
#[test]
fn settings_are_not_read_through_a_link() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("tree");
    golden::copy(&golden::bundled(), &tree);
    let secret = folder.path().join("secret");
    fs::write(&secret, "TOKEN = s3cr3t-w0rd").unwrap();
    symlink(&secret, tree.join("tinyaudit.toml")).unwrap();
    for command in [vec!["check", text(&tree)], vec!["results", text(&tree)], vec!["fix", text(&tree), "--apply"]] {
        let output = run(&command);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("is a symbolic link") && !said(&output).contains("s3cr3t"), "{}", said(&output));
    }
    fs::remove_file(tree.join("tinyaudit.toml")).unwrap();
    fs::write(tree.join("tinyaudit.toml"), "# ".repeat(1 << 16)).unwrap();
    assert!(said(&run(&["check", text(&tree)])).contains("more than 65536 bytes"));
}

/// Nothing is written through a link out of the submission.
#[test]
fn sessions_are_not_imported_through_a_link() {
    let folder = TempDir::new().unwrap();
    let own = folder.path().join("closed/Co");
    let outside = folder.path().join("outside");
    fs::create_dir_all(own.join("systems")).unwrap();
    fs::create_dir(&outside).unwrap();
    symlink(&outside, own.join("results")).unwrap();
    let session = golden::bundled().join("closed/ExampleCo/results/simulated_fpga_100mhz/ic/performance");
    let output = run(&["import", text(&session), "--system", "b", "--into", text(&own), "--round", "v1.3"]);
    assert!(said(&output).contains("is a symbolic link"), "{}", said(&output));
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
}

/// Output can go to devices and pipes, which are never replaced.
#[test]
fn output_can_go_to_a_device() {
    let bundled = golden::bundled();
    for force in [&[][..], &["--force"]] {
        let check = ["check", text(&bundled), "--round", "v1.3", "--format", "json", "--out", "/dev/stdout"];
        let output = run(&[&check[..], force].concat());
        assert!(output.status.success() && output.stdout.starts_with(b"{"), "{}", said(&output));
        assert!(!Path::new("/dev/stdout").is_file() || Path::new("/dev/stdout").is_symlink());
    }
}

/// Text that a spreadsheet, a terminal or a service that reads output line by line could misinterpret.
const STRANGE: [&str; 6] = ["=1+1", "@SUM(A1)", "::error::owned", "##[error]owned", "-1+1", "x\n::error::owned"];

/// A submission in which every text of the submitter is `name`.
fn strange(name: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let own = folder.path().join(name).join(name);
    golden::copy(&golden::bundled().join("closed/ExampleCo"), &own);
    for system in ["simulated_npu_400mhz", "simulated_fpga_100mhz"] {
        let path = own.join(format!("systems/{system}.json"));
        let description = fs::read_to_string(&path).unwrap();
        let mut fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&description).unwrap();
        fields.values_mut().for_each(|value| *value = name.into());
        fs::write(&path, serde_json::to_string_pretty(&fields).unwrap()).unwrap();
    }
    fs::rename(own.join("systems/simulated_npu_400mhz.json"), own.join(format!("systems/{name}.json"))).unwrap();
    fs::rename(own.join("results/simulated_npu_400mhz/ic"), own.join(format!("results/simulated_npu_400mhz/{name}")))
        .unwrap();
    fs::rename(own.join("results/simulated_npu_400mhz"), own.join(format!("results/{name}"))).unwrap();
    folder
}

#[test]
fn untrusted_text_starts_no_command_and_no_formula() {
    for name in STRANGE {
        let folder = strange(name);
        let tree = text(folder.path());
        for format in ["text", "markdown", "junit", "html", "jsonl", "sarif", "json"] {
            let output = run(&["check", tree, "--round", "v1.3", "--format", format]);
            no_commands(&said(&output), format, name);
        }
        for more in [&["--full"][..], &["--concise"], &["--statistics"], &["--proof", name]] {
            no_commands(&said(&run(&[&["check", tree, "--round", "v1.3"], more].concat())), "check", name);
        }
        for format in ["table", "markdown", "csv", "json", "official-csv", "html"] {
            for selection in [&[][..], &["--include-invalid"], &["--published"]] {
                let output = run(&[&["results", tree, "--round", "v1.3", "--format", format], selection].concat());
                no_commands(&said(&output), format, name);
                if format.ends_with("csv") {
                    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
                    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(printed.as_bytes());
                    for cell in
                        reader.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
                    {
                        let number = cell.parse::<f64>().is_ok();
                        assert!(number || !cell.starts_with(['=', '+', '-', '@']), "{format}: {cell}");
                        assert!(!cell.contains('\n'), "{format}: {cell}");
                    }
                }
            }
        }
        // Errors that quote their arguments.
        for command in [
            vec!["check", tree, "--round", name],
            vec!["explain", name],
            vec!["check", tree, "--system", name, "--round", "v1.3"],
        ] {
            no_commands(&said(&run(&command)), "error", name);
        }
    }
}

/// Checks that no line is a workflow command.
fn no_commands(output: &str, format: &str, name: &str) {
    // Formats for programs keep file names unchanged.
    let for_people = !["html", "json", "jsonl", "sarif"].contains(&format);
    let owned = |line: &&str| line.trim_start().starts_with("::") || for_people && line.contains("##[");
    let found: Vec<&str> = output.lines().filter(owned).take(2).map(|line| &line[..line.len().min(200)]).collect();
    assert!(found.is_empty(), "{format} of {name:?}: {found:?}");
}
