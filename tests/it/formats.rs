//! Formats for pipelines: each contains the same findings, whatever the names and messages contain.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::{corpus, golden};

fn tinyaudit(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tinyaudit")).args(arguments).env_remove("GITHUB_STEP_SUMMARY").output().unwrap()
}

fn check(tree: &Path, round: &str, format: &str) -> String {
    let output = tinyaudit(&["check", tree.to_str().unwrap(), "--round", round, "--format", format]);
    assert!(output.status.code() != Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A submission whose names contain characters that could break a format.
fn strange() -> TempDir {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let own = folder.path().join("closed/ExampleCo");
    for name in [
        "a b.c",
        "quo\"te'.c",
        "per%cent,col:on.c",
        "line\nbreak.c",
        "ünï.c",
        "<tag>&amp;.c",
        "]]>.c",
        "no\u{FFFE}\u{FFFF}.c",
    ] {
        fs::write(own.join("code").join(name), "-----BEGIN PRIVATE KEY-----\n").unwrap();
    }
    #[cfg(unix)]
    fs::create_dir_all(folder.path().join("closed/con\u{1}trol/results/board")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        fs::write(own.join("code").join(std::ffi::OsStr::from_bytes(b"bytes\xff.c")), "x").unwrap();
    }
    folder
}

/// Rule and path of every finding, from the JSON format.
fn findings(json: &str) -> Vec<(String, String)> {
    let report: Value = serde_json::from_str(json).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    report["findings"].as_array().unwrap().iter().map(|one| (text(&one["rule"]), text(&one["path"]))).collect()
}

/// The official SARIF schema, from a development dependency.
static SARIF_SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let said = Command::new("rustc").arg("-vV").output().unwrap().stdout;
    let said = String::from_utf8(said).unwrap();
    let host = said.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let manifest = packages.iter().find(|package| package["name"] == "serde-sarif").unwrap()["manifest_path"].as_str();
    let schema = fs::read_to_string(Path::new(manifest.unwrap()).with_file_name("src/schema.json")).unwrap();
    // Two of its patterns, for languages, have an extra bracket; logs without a language do not need them.
    let schema = schema.replace("^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "");
    jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap()
});

/// Validates a document with xmllint and the JUnit schemas listed in `TINYAUDIT_JUNIT_XSD`.
fn junit_is_valid(text: &str) {
    let Some(schemas) = std::env::var_os("TINYAUDIT_JUNIT_XSD") else {
        return crate::skipping::skipped("TINYAUDIT_JUNIT_XSD lists no schemas of JUnit");
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    for schema in std::env::split_paths(&schemas) {
        let output =
            Command::new("xmllint").arg("--noout").arg("--schema").args([&schema, file.path()]).output().unwrap();
        assert!(output.status.success(), "{}: {}", schema.display(), String::from_utf8_lossy(&output.stderr));
    }
}

fn sarif_is_sound(text: &str, expected: usize) {
    let log: Value = serde_json::from_str(text).unwrap();
    let mistakes: Vec<String> = SARIF_SCHEMA.iter_errors(&log).map(|error| error.to_string()).collect();
    assert!(mistakes.is_empty(), "{mistakes:?}");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), expected);
    let mut fingerprints = BTreeSet::new();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        let physical = &result["locations"][0]["physicalLocation"];
        let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)), "{uri}");
        assert!(physical["region"].is_null() || physical["region"]["startLine"].as_u64().unwrap() > 0);
        assert!(fingerprints.insert(result["partialFingerprints"].to_string()), "{result}");
    }
}

fn junit_is_sound(text: &str) -> (usize, usize) {
    junit_is_valid(text);
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut cases, mut failures) = (0, 0);
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                match tag.local_name().as_ref() {
                    "testcase" => cases += 1,
                    "failure" => failures += 1,
                    _ => {}
                }
            }
            quick_xml::events::Event::Eof => return (cases, failures),
            _ => {}
        }
    }
}

fn holds_the_same(tree: &Path, round: &str) {
    let json = check(tree, round, "json");
    let expected = findings(&json);
    let report: Value = serde_json::from_str(&json).unwrap();
    let lines = check(tree, round, "jsonl");
    let listed: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(Value::from(listed), report["findings"]);
    sarif_is_sound(&check(tree, round, "sarif"), expected.len());
    let annotations = check(tree, round, "github");
    let commands = annotations.lines().filter(|line| line.starts_with("::")).count();
    assert_eq!(commands, expected.len());
    assert_eq!(annotations.lines().count(), expected.len() + 1, "one line per finding, and the verdict");
    let (cases, failures) = junit_is_sound(&check(tree, round, "junit"));
    assert_eq!(failures as u64, report["counts"]["error"].as_u64().unwrap());
    assert!(cases >= expected.len());
}

#[test]
fn every_format_contains_the_same_findings() {
    holds_the_same(&golden::bundled(), "v1.3");
    let strange = strange();
    holds_the_same(strange.path(), "v1.3");
    if let Some(rounds) = corpus::rounds() {
        for round in ["v0.5", "v0.7", "v1.2", "v1.3"] {
            holds_the_same(&rounds.join(round), round);
        }
    }
}

/// Fingerprints in the SARIF log stay the same when lines move.
#[test]
fn fingerprints_survive_edits() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let results = folder.path().join("closed/ExampleCo/results/simulated_npu_400mhz/ic/accuracy/results.txt");
    let text = fs::read_to_string(&results).unwrap().replace("85.5", "88.5");
    let prints = |text: &str| {
        fs::write(&results, text).unwrap();
        let log: Value = serde_json::from_str(&check(folder.path(), "v1.3", "sarif")).unwrap();
        log["runs"][0]["results"][0]["partialFingerprints"].clone()
    };
    assert_eq!(prints(&text), prints(&format!("\n{text}")));
}

/// Runs the script of the GitHub Action.
#[test]
fn the_action_annotates_and_summarises() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), &folder.path().join("submission"));
    let results =
        folder.path().join("submission/closed/ExampleCo/results/simulated_npu_400mhz/ic/accuracy/results.txt");
    fs::write(&results, fs::read_to_string(&results).unwrap().replace("85.5", "88.5")).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_tinyaudit")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let path = std::env::join_paths([program.to_owned()].into_iter().chain(std::env::split_paths(&path))).unwrap();
    let output = Command::new("bash")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci/audit.sh"))
        .current_dir(folder.path())
        .env("PATH", path)
        .env("TINYAUDIT_PATH", "submission")
        .env("TINYAUDIT_ROUND", "v1.3")
        .env("TINYAUDIT_SARIF", "log.sarif")
        .env("GITHUB_STEP_SUMMARY", folder.path().join("summary.md"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("::error file=submission/closed/ExampleCo/results/"), "{said}");
    sarif_is_sound(&fs::read_to_string(folder.path().join("log.sarif")).unwrap(), 1);
    let summary = fs::read_to_string(folder.path().join("summary.md")).unwrap();
    assert!(summary.contains("| error | accuracy-mismatch |") && summary.contains("## closed, available"), "{summary}");
}

#[test]
fn command_line_conventions() {
    let said = |arguments: &[&str]| {
        let output = tinyaudit(arguments);
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
        )
    };
    let bundled = golden::bundled();
    let bundled = bundled.to_str().unwrap();
    assert!(said(&["check", bundled, "--round", "v13"]).1.contains("did you mean v1.3?"));
    assert!(said(&["chekc", bundled]).1.contains("check"));
    assert!(said(&["explain", "window-count-"]).1.contains("did you mean window-count?"));
    assert!(said(&["--help"]).1.contains("Exit codes") && said(&["--help"]).1.contains("Examples"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(said(&["completions", shell]).1.contains("tinyaudit"));
    }
    let folder = TempDir::new().unwrap();
    assert_eq!(said(&["man", folder.path().to_str().unwrap()]).0, Some(0));
    assert!(fs::read_to_string(folder.path().join("tinyaudit-check.1")).unwrap().contains("tinyaudit"));
    assert!(said(&["check", bundled, "--round", "v1.3", "--color", "always"]).1.contains("PASS"));
    let escape = '\u{1b}';
    assert!(!said(&["check", bundled, "--round", "v1.4", "--color", "never"]).1.contains(escape));
    assert!(said(&["check", bundled, "--round", "v1.4", "--color", "always"]).1.contains(escape));
}

/// Submissions are read from stdin and results written to stdout.
#[test]
fn a_dash_means_stdin_or_stdout() {
    let folder = TempDir::new().unwrap();
    let bundled = golden::bundled();
    let bundled = bundled.to_str().unwrap();
    let fed = |arguments: &[&str], input: &[u8]| {
        use std::io::Write;
        let mut child = Command::new(env!("CARGO_BIN_EXE_tinyaudit"))
            .args(arguments)
            .current_dir(folder.path())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    };
    let package = fed(&["package", bundled, "--round", "v1.3", "--out", "-"], b"");
    assert!(String::from_utf8_lossy(&package.stderr).contains("PASS: 0 errors"));
    for arguments in [&["check", "-", "--round", "v1.3"][..], &["verify", "-"], &["results", "-", "--round", "v1.3"]] {
        let output = fed(arguments, &package.stdout);
        assert_eq!(output.status.code(), Some(0), "{arguments:?} {}", String::from_utf8_lossy(&output.stderr));
    }
    let none = fed(&["check", "-"], b"no archive");
    assert_eq!(none.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&none.stderr).contains("- cannot be read"));
    let rules = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/v1.3/round.yaml")).unwrap();
    let draft = fed(&["check", bundled, "--rules", "-", "--out", "-", "--format", "jsonl"], &rules);
    assert_eq!((draft.status.code(), draft.stdout.len()), (Some(0), 0), "{}", String::from_utf8_lossy(&draft.stderr));
    let twice = fed(&["check", "-", "--rules", "-"], &package.stdout);
    assert!(String::from_utf8_lossy(&twice.stderr).contains("stdin is named twice"));
    let again = fed(&["package", bundled, "--rules", "-", "--out", "-"], &rules);
    assert_eq!(again.status.code(), Some(0), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "no file named `-` is made");
    fs::create_dir(folder.path().join("v1.3")).unwrap();
    let waived = fed(&["check", bundled, "--round", "v1.3", "--waivers", "v1.3"], b"");
    assert_eq!(
        waived.status.code(),
        Some(0),
        "the built-in decisions are meant, and idle ones are no fault of the tree"
    );
    let annotated = fed(&["check", "-", "--round", "v1.4", "--format", "github"], &package.stdout);
    assert!(String::from_utf8_lossy(&annotated.stdout).contains("file=closed/"), "a package is not in a folder");
}

/// `--verbose` prints what was understood, `--quiet` prints nothing; stdout is the same.
#[test]
fn verbose_and_quiet_change_only_stderr() {
    let bundled = golden::bundled();
    let arguments = ["check", bundled.to_str().unwrap(), "--round", "v1.3"];
    let with = |option: &str| tinyaudit(&[&arguments[..], &[option]].concat());
    let (verbose, quiet) = (with("--verbose"), with("--quiet"));
    assert_eq!(verbose.stdout, quiet.stdout);
    assert!(quiet.stderr.is_empty());
    let printed = String::from_utf8_lossy(&verbose.stderr);
    assert!(printed.contains("simulated_npu_400mhz/ic/energy: ic, EEMBC runner, 5 files, 5 windows"), "{printed}");
}

/// The help of every subcommand has examples.
#[test]
fn every_help_has_examples() {
    let commands = [
        "check", "results", "explain", "run", "demo", "init", "import", "fix", "history", "letters", "package",
        "verify", "compare",
    ];
    for command in commands {
        let help = tinyaudit(&[command, "--help"]).stdout;
        assert!(String::from_utf8_lossy(&help).contains(&format!("Examples:\n  tinyaudit {command}")), "{command}");
    }
}

/// The workflow step that finds the submitter of a pull request.
#[test]
fn the_workflow_finds_the_submitter() {
    let folder = TempDir::new().unwrap();
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .args(["-c", "user.name=x", "-c", "user.email=x@example.com"])
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let commit = |path: &str| {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, path).unwrap();
        git(&["add", "-A"]);
        git(&["commit", "-qm", "x"]);
        git(&["rev-parse", "HEAD"])
    };
    git(&["init", "-q"]);
    let workflow = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci/workflow.yml")).unwrap();
    let workflow: Value = serde_yaml::from_str(&workflow).unwrap();
    let steps = workflow["jobs"]["audit"]["steps"].as_array().unwrap();
    let script = steps.iter().find(|step| step["id"] == "whose").unwrap()["run"].as_str().unwrap();
    let whose = |base: &str| {
        let outputs = folder.path().join(".git/outputs");
        fs::write(&outputs, "").unwrap();
        let step = Command::new("bash")
            .args(["-e", "-c", script])
            .current_dir(folder.path())
            .env("BASE", base)
            .env("GITHUB_OUTPUT", &outputs)
            .status()
            .unwrap();
        assert!(step.success());
        fs::read_to_string(outputs).unwrap()
    };
    let base = commit("README.md");
    let first = commit("closed/A Co/results/x");
    assert_eq!(whose(&base), "submitter=A Co\n");
    commit("open/B/results/x");
    assert_eq!((whose(&base), whose(&first)), (String::new(), "submitter=B\n".to_owned()));
}

/// A finding that compares two lines contains both, in every format.
#[test]
fn both_lines_of_a_comparison_are_printed() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let path = "closed/ExampleCo/results/simulated_npu_400mhz/ic/performance/results.txt";
    let results = folder.path().join(path);
    let text = fs::read_to_string(&results).unwrap();
    let own = text.lines().position(|line| line.contains("Median throughput is")).unwrap() + 1;
    let other = "00086.460 ulp-mlperf: Median throughput is 999.000 inf./sec.";
    fs::write(&results, format!("{text}{other}\n")).unwrap();
    let added = text.lines().count() + 1;

    let report: Value = serde_json::from_str(&check(folder.path(), "v1.3", "json")).unwrap();
    let all = report["findings"].as_array().unwrap();
    let finding = all.iter().find(|finding| finding["rule"] == "claim-contradicted").unwrap();
    assert_eq!((&finding["line"], &finding["label"]), (&own.into(), &"claimed here".into()));
    assert_eq!((&finding["related"][0]["path"], &finding["related"][0]["line"]), (&path.into(), &added.into()));

    let log: Value = serde_json::from_str(&check(folder.path(), "v1.3", "sarif")).unwrap();
    let all = log["runs"][0]["results"].as_array().unwrap();
    let result = all.iter().find(|result| result["ruleId"] == "claim-contradicted").unwrap();
    let region = &result["relatedLocations"][0]["physicalLocation"]["region"];
    assert_eq!((&region["startLine"], &region["snippet"]["text"]), (&added.into(), &other.into()));

    for format in ["text", "html"] {
        let output = tinyaudit(&["check", folder.path().to_str().unwrap(), "--round", "v1.3", "--format", format]);
        let printed = String::from_utf8(output.stdout).unwrap().replace("&#x2f;", "/");
        for part in [text.lines().nth(own - 1).unwrap(), other, "claimed here", "another value here"] {
            assert!(printed.contains(part), "{format}: {part}");
        }
    }
}
