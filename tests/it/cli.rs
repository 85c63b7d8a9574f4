//! The command line: exit codes, formats, conventions.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::golden;

fn tinyaudit(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tinyaudit")).args(arguments).output().unwrap()
}

fn bundled() -> String {
    golden::bundled().display().to_string()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn exit_codes_distinguish_pass_fail_and_nothing_to_check() {
    let bundled = bundled();
    let pass = tinyaudit(&["check", &bundled, "--round", "v1.3"]);
    assert_eq!(pass.status.code(), Some(0), "{}", text(&pass.stdout));
    assert!(text(&pass.stdout).starts_with("round v1.3 (named by --round)"));
    assert!(text(&pass.stdout).ends_with("PASS: 0 errors, 0 warnings, 0 notes in 3 results of 2 systems\n"));
    let fail = tinyaudit(&["check", &bundled, "--round", "v1.4"]);
    assert_eq!(fail.status.code(), Some(1));
    let empty = TempDir::new().unwrap();
    for arguments in [
        vec!["check", empty.path().to_str().unwrap()],
        vec!["check", "/nonexistent/folder"],
        vec!["check", &bundled, "--round", "v9"],
        vec!["check", &bundled, "--submitter", "nobody"],
        vec!["check"],
        vec!["results", empty.path().to_str().unwrap()],
    ] {
        let output = tinyaudit(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn warnings_fail_when_asked_to() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let trace = "closed/ExampleCo/results/simulated_npu_400mhz/ic/energy/trace1-energy.bin";
    std::fs::remove_file(folder.path().join(trace)).unwrap();
    let path = folder.path().to_str().unwrap();
    assert_eq!(tinyaudit(&["check", path, "--round", "v1.3"]).status.code(), Some(0));
    assert_eq!(tinyaudit(&["check", path, "--round", "v1.3", "--fail-on", "warning"]).status.code(), Some(1));
}

#[test]
fn json_keeps_its_contract() {
    let output = tinyaudit(&["check", &bundled(), "--round", "v1.4", "--format", "json"]);
    let check: Value = serde_json::from_slice(&output.stdout).unwrap();
    for key in ["tool", "version", "round", "verdict", "counts", "systems", "results", "findings"] {
        assert!(check.get(key).is_some(), "{key}");
    }
    let finding = &check["findings"][0];
    for key in ["rule", "severity", "path", "line", "message", "notes", "help", "source"] {
        assert!(finding.get(key).is_some(), "{key}");
    }
    assert_eq!(check["verdict"], "fail");
    assert!(finding["path"].as_str().unwrap().starts_with("closed/"));
    let output = tinyaudit(&["results", &bundled(), "--round", "v1.3", "--format", "json"]);
    let results: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = results["results"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    let energy = &rows[2];
    assert_eq!(energy["energy"]["unit"], "uJ/inf");
    assert_eq!(energy["throughput"]["claimed"], 662.913);
    assert_eq!(energy["wakeword"], Value::Null);
    let wakeword = &rows[1]["wakeword"];
    assert_eq!(wakeword["false_positives"]["recomputed"], 8);
    assert_eq!(rows[1]["benchmark"], "sww");
    assert!(rows.iter().all(|row| row["valid"] == true));
}

/// A round, a division and a submitter's folder give the same results.
#[test]
fn any_part_of_a_round_can_be_checked() {
    for part in ["", "closed", "closed/ExampleCo"] {
        let path = golden::bundled().join(part);
        let output = tinyaudit(&["results", path.to_str().unwrap(), "--round", "v1.3", "--format", "json"]);
        let results: Value = serde_json::from_slice(&output.stdout).unwrap();
        let rows = results["results"].as_array().unwrap();
        assert_eq!(rows.len(), 3, "{part}");
        assert!(rows.iter().all(|row| row["division"] == "closed" && row["submitter"] == "ExampleCo"), "{part}");
        assert_eq!(tinyaudit(&["check", path.to_str().unwrap(), "--round", "v1.3"]).status.code(), Some(0), "{part}");
    }
}

#[test]
fn a_draft_of_the_rules_is_read_from_disk() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/v1.3/round.yaml");
    let folder = TempDir::new().unwrap();
    let draft = folder.path().join("v9.9.yaml");
    let text_of_rules = std::fs::read_to_string(rules).unwrap().replace("top1_percent: 85.0", "top1_percent: 86.0");
    std::fs::write(&draft, text_of_rules).unwrap();
    let output = tinyaudit(&["check", &bundled(), "--rules", draft.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).starts_with("round v9.9 (read from --rules)"));
    assert!(text(&output.stdout).contains("the target is 86 %"));
    let of_a_folder = folder.path().join("v9.8").join("round.yaml");
    std::fs::create_dir(of_a_folder.parent().unwrap()).unwrap();
    std::fs::copy(&draft, &of_a_folder).unwrap();
    let output = tinyaudit(&["check", &bundled(), "--rules", of_a_folder.to_str().unwrap()]);
    assert!(text(&output.stdout).starts_with("round v9.8 (read from --rules)"), "as the built-in rounds lie");
    std::fs::write(&draft, "windows: 5\n").unwrap();
    let output = tinyaudit(&["check", &bundled(), "--rules", draft.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.contains("v9.9.yaml:1: `windows` is `5`"), "{said}");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tinyaudit"))
        .args(["results", &bundled(), "--round", "v1.3", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
}

/// A reader that closes early does not turn a failure into a pass.
#[test]
fn a_closed_pipe_does_not_change_the_verdict() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    std::fs::remove_file(folder.path().join("closed/ExampleCo/results/simulated_npu_400mhz/ic/performance/log.txt"))
        .unwrap();
    let ends_with = |arguments: &[&str], code| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinyaudit"));
        command.args(arguments).args(["--round", "v1.3"]).env_remove("GITHUB_STEP_SUMMARY");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output.stderr));
    };
    for (tree, code) in [(folder.path().to_str().unwrap(), 1), (bundled().as_str(), 0)] {
        for format in ["text", "json", "jsonl", "sarif", "github", "junit", "markdown", "html"] {
            ends_with(&["check", tree, "--format", format], code);
        }
        for format in ["table", "markdown", "csv", "json", "wide-csv", "page-json", "official-csv"] {
            ends_with(&["results", tree, "--format", format], 0);
        }
    }
}

/// An option's file without an end is an error, and is not read for ever.
#[cfg(target_os = "linux")]
#[test]
fn options_are_not_read_for_ever() {
    for arguments in [
        &["check", "SUBMISSION", "--rules", "/dev/zero"][..],
        &["check", "SUBMISSION", "--waivers", "/dev/zero"],
        &["check", "SUBMISSION", "--absent", "/dev/zero"],
        &["simulate", "--recording", "/dev/zero", "--device", "tcp:127.0.0.1:0"],
        &["score", "--benchmark", "kws", "/dev/zero"],
    ] {
        let bundled = bundled();
        let arguments = arguments.iter().map(|argument| argument.replace("SUBMISSION", &bundled));
        let output = Command::new(env!("CARGO_BIN_EXE_tinyaudit")).args(arguments.clone()).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("it has more than"), "{:?}: {said}", arguments.collect::<Vec<_>>());
    }
}

/// Help that cannot be printed is an error.
#[cfg(target_os = "linux")]
#[test]
fn help_on_a_full_disk_is_an_error() {
    for argument in ["--help", "--version"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let status = Command::new(env!("CARGO_BIN_EXE_tinyaudit")).arg(argument).stdout(full).status().unwrap();
        assert_eq!(status.code(), Some(2), "{argument}");
    }
}

/// Changing any digit of a claimed figure fails the check, with the line of the claim.
#[test]
fn changing_any_digit_of_a_claim_fails() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let claims = [
        ("simulated_npu_400mhz/ic/performance", "Median throughput is "),
        ("simulated_npu_400mhz/ic/energy", "Median energy cost is "),
        ("simulated_npu_400mhz/ic/accuracy", "Top-1: "),
        ("simulated_npu_400mhz/ic/accuracy", "AUC: "),
        ("simulated_fpga_100mhz/ic/performance", "Median throughput is   "),
        ("simulated_fpga_100mhz/ic/accuracy", "Top 1% = "),
        ("simulated_fpga_100mhz/ic/accuracy", "AUC = "),
        ("simulated_fpga_100mhz/sww/performance", "Average duty cycle: "),
        ("simulated_fpga_100mhz/sww/performance", "Estimated throughput: "),
        ("simulated_fpga_100mhz/sww/performance", "Accuracy: "),
    ];
    let round = tinyaudit::round::Round::named("v1.3").unwrap();
    let mut edits = 0;
    for (run, label) in claims {
        let path = folder.path().join("closed/ExampleCo/results").join(run).join("results.txt");
        let original = std::fs::read_to_string(&path).unwrap();
        let start = original.find(label).unwrap() + label.len();
        let line = u32::try_from(original[..start].matches('\n').count() + 1).unwrap();
        let figure: String = original[start..].chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        for (offset, digit) in figure.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
            let other = if digit == '9' { '8' } else { char::from(digit as u8 + 1) };
            let mut edited = original.clone();
            edited.replace_range(start + offset..=start + offset, &other.to_string());
            std::fs::write(&path, edited).unwrap();
            let tree = tinyaudit::source::Tree::open(folder.path()).unwrap();
            let report = tinyaudit::audit::report::Report::check(&tree, round.clone(), None).unwrap();
            let named = report.findings().any(|f| f.path.ends_with(&format!("{run}/results.txt")) && f.line == line);
            assert!(
                report.fails(tinyaudit::audit::rule::Severity::Error) && named,
                "{run}: {label}{figure}, digit {offset}"
            );
            edits += 1;
        }
        std::fs::write(&path, original).unwrap();
    }
    assert!(edits > 40);
}

#[test]
fn case_does_not_matter_in_submitter_names() {
    let output = tinyaudit(&["check", &bundled(), "--round", "v1.3", "--submitter", "exampleco"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn an_error_names_each_cause_once() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("x.zip");
    std::fs::write(&place, "PK\x03\x04").unwrap();
    let output = tinyaudit(&["check", place.to_str().unwrap()]);
    let printed = text(&output.stderr);
    assert_eq!(printed.matches("is cut off").count(), 1, "{printed}");
}

/// On a terminal, progress shows the count, the total and the rate; stdout contains only the result.
#[cfg(unix)]
#[test]
fn progress_has_a_length_and_a_rate() {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use std::io::Read;
    let folder = TempDir::new().unwrap();
    let (package, demo) = (folder.path().join("p.zip"), folder.path().join("demo"));
    let (package, demo, bundled) = (package.to_str().unwrap(), demo.to_str().unwrap(), bundled());
    for (arguments, what) in [
        (vec!["check", &bundled, "--round", "v1.3"], " of 3 results, "),
        (vec!["package", &bundled, "--round", "v1.3", "--out", package], " files, "),
        (vec!["demo", demo, "--profile", "fpga", "--benchmark", "ic"], " of 2 sessions, "),
    ] {
        let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&screen).unwrap();
        unlockpt(&screen).unwrap();
        let name = ptsname(&screen, Vec::new()).unwrap();
        let terminal = std::fs::File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_tinyaudit"))
            .args(&arguments)
            .env("TERM", "xterm")
            .stdout(Stdio::piped())
            .stderr(terminal)
            .spawn()
            .unwrap();
        let reading = std::thread::spawn(move || {
            // Reading the terminal fails once the other side is closed.
            let mut seen = Vec::new();
            let _ = std::fs::File::from(screen).read_to_end(&mut seen);
            seen
        });
        let mut result = String::new();
        child.stdout.take().unwrap().read_to_string(&mut result).unwrap();
        assert!(child.wait().unwrap().success(), "{arguments:?}");
        let seen = text(&reading.join().unwrap());
        assert!(seen.contains(what) && seen.contains(" per second, "), "{arguments:?}: {seen:?}");
        assert!(!result.contains(" per second"), "{result}");
    }
}

/// Without a folder, commands work in the current one; names that other programs have for a command lead to it.
#[test]
fn commands_do_what_people_expect() {
    let inside = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinyaudit"));
        command.args(arguments).current_dir("fixtures/submission").output().unwrap()
    };
    for command in ["check", "results", "fix"] {
        assert!(inside(&[command, "--round", "v1.3"]).status.success(), "{command}");
    }
    for (typed, command) in [("validate", "check"), ("lint", "check"), ("new", "init"), ("rounds", "rules")] {
        let output = inside(&[typed]);
        let said = text(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains(&format!("`tinyaudit {command}`")), "{said}");
    }
}

/// Several submissions are checked one after the other, and one that cannot be read does not hide the others.
#[test]
fn several_submissions_are_checked() {
    let bundled = golden::bundled();
    let bundled = golden::text(&bundled);
    let both = golden::run(&["check", bundled, bundled, "--round", "v1.3", "--concise"]);
    assert!(both.status.success(), "{}", golden::said(&both));
    assert_eq!(text(&both.stdout).matches("PASS").count(), 2);
    let missing = golden::run(&["check", bundled, "no/such/folder", bundled, "--round", "v1.3", "--concise"]);
    assert_eq!(missing.status.code(), Some(2));
    assert_eq!(text(&missing.stdout).matches("PASS").count(), 2);
    let first = golden::run(&["check", "no/such/folder", bundled, "--round", "v1.3", "--concise"]);
    assert!(first.status.code() == Some(2) && text(&first.stdout).contains("PASS"), "{}", golden::said(&first));
    assert!(text(&missing.stderr).contains("no/such/folder cannot be read"));
    let failed = golden::run(&["check", bundled, bundled, "--round", "v1.4", "--concise"]);
    assert_eq!(failed.status.code(), Some(1));
    let json = golden::run(&["check", bundled, bundled, "--round", "v1.3", "--format", "json"]);
    assert!(json.status.code() == Some(2) && json.stdout.is_empty());
}

/// `fix --rule` makes only the changes of a rule, `check --fix` makes all before it checks, and both can be undone.
#[test]
fn fixes_can_be_chosen_by_rule_and_made_before_a_check() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("tree");
    golden::copy(&golden::bundled(), &tree);
    let junk = tree.join("closed/ExampleCo/.DS_Store");
    let empty = tree.join("closed/ExampleCo/code/empty");
    let litter = || {
        std::fs::write(&junk, "x").unwrap();
        std::fs::create_dir_all(&empty).unwrap();
    };
    litter();
    let tree = golden::text(&tree);
    let of_rule = golden::run(&["fix", tree, "--round", "v1.3", "--rule", "folder-empty", "--apply"]);
    assert!(of_rule.status.success(), "{}", golden::said(&of_rule));
    assert!(junk.exists() && !empty.exists());
    let unknown = golden::run(&["fix", tree, "--round", "v1.3", "--rule", "folder-full"]);
    assert!(unknown.status.code() == Some(2) && golden::said(&unknown).contains("folder-full"));
    litter();
    // What ends the command does so before anything is changed.
    let out = folder.path().join("report.json");
    std::fs::write(&out, "mine").unwrap();
    for more in [&["--rule", "folder-full"][..], &["--format", "json", "--out", golden::text(&out)]] {
        let refused = golden::run(&[&["check", tree, "--round", "v1.3", "--fix"], more].concat());
        assert!(refused.status.code() == Some(2) && junk.exists(), "{}", golden::said(&refused));
    }
    let fixed = golden::run(&["check", tree, "--round", "v1.3", "--fix", "--fail-on", "note"]);
    assert!(fixed.status.success(), "{}", golden::said(&fixed));
    assert!(!junk.exists() && !empty.exists());
    assert!(text(&fixed.stderr).contains("`tinyaudit fix --undo` reverts all of them"), "{}", text(&fixed.stderr));
    assert!(golden::run(&["fix", tree, "--undo"]).status.success());
    assert!(junk.exists() && empty.exists());
}

/// Warnings and notes that the user's settings ignore are counted, and errors are never ignored; settings in the checked
/// tree have no say.
#[test]
fn ignored_rules_are_counted_and_errors_are_not_ignored() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("tree");
    golden::copy(&golden::bundled(), &tree);
    std::fs::write(tree.join("closed/ExampleCo/.DS_Store"), "x").unwrap();
    let check = |more: &[&str]| {
        golden::run(&[&["check", golden::text(&tree), "--round", "v1.4", "--fail-on", "warning"], more].concat())
    };
    let settings = "ignore = [\"operating-system-dropping\", \"runner-not-eligible\"]\n";
    std::fs::write(tree.join("tinyaudit.toml"), settings).unwrap();
    let inside = check(&[]);
    assert!(text(&inside.stderr).contains("`ignore` in tinyaudit.toml of the checked tree has no effect"));
    assert!(text(&inside.stdout).contains("1 error, 1 warning"), "{}", text(&inside.stdout));
    std::fs::rename(tree.join("tinyaudit.toml"), folder.path().join("tinyaudit.toml")).unwrap();
    let outside = check(&[]);
    assert!(text(&outside.stdout).contains("1 error, 0 warnings, 1 note, 1 ignored"), "{}", text(&outside.stdout));
    let json: Value = serde_json::from_slice(&check(&["--format", "json"]).stdout).unwrap();
    let ignored: Vec<&Value> =
        json["findings"].as_array().unwrap().iter().filter(|one| one["ignored"] == "tinyaudit.toml").collect();
    assert!(ignored.len() == 1 && ignored[0]["rule"] == "operating-system-dropping", "{ignored:?}");
    std::fs::write(folder.path().join("tinyaudit.toml"), "ignore = [\"no-such-rule\"]\n").unwrap();
    let unknown = check(&[]);
    assert!(unknown.status.code() == Some(2) && text(&unknown.stderr).contains("no-such-rule"));
}

/// The next command that writes into a folder removes what a killed one left there, and says so.
#[cfg(target_os = "linux")]
#[test]
fn leftovers_of_killed_commands_are_removed() {
    let folder = TempDir::new().unwrap();
    let mut ended = Command::new("true").spawn().unwrap();
    let dead = ended.id();
    ended.wait().unwrap();
    let space = std::fs::read_link("/proc/self/ns/pid").unwrap();
    let space: String = space.to_string_lossy().chars().filter(char::is_ascii_digit).collect();
    let left = folder.path().join(format!(".tinyaudit-{space}-{dead}-a1B2c3"));
    std::fs::write(&left, "half of a report").unwrap();
    let out = folder.path().join("report.json");
    let bundled = golden::bundled();
    let arguments = ["check", golden::text(&bundled), "--round", "v1.3", "--format", "json", "--out"];
    let written = golden::run(&[&arguments[..], &[golden::text(&out)]].concat());
    assert!(written.status.success() && !left.exists());
    let said = text(&written.stderr);
    assert!(said.contains("removed 1 temporary file of an interrupted command"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
