//! Runs the console blocks of the documents and compares their output.
//!
//! A block is fenced as `console`. A line `$ command` is run; the lines up to the next command are its output. Cargo
//! commands that build or test are not run; `cargo run --release --`, also with `--quiet`, is replaced with the program itself.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tinyaudit");

struct Step {
    command: String,
    output: String,
    here_document: bool,
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(step) = steps.last_mut().filter(|step| inside && step.here_document) {
            // The lines of a here-document belong to the command.
            step.command.push('\n');
            step.command.push_str(line);
            step.here_document = line != "END";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            let here_document = command.ends_with("<<'END'");
            steps.push(Step { command: command.to_owned(), output: String::new(), here_document });
        } else if let Some(step) = steps.last_mut().filter(|_| inside) {
            step.output.push_str(line);
            step.output.push('\n');
        }
    }
    steps
}

fn run(document: &str, at_least: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join(document)).unwrap();
    let folder = TempDir::new().unwrap();
    crate::golden::copy(&crate::golden::bundled(), &folder.path().join("fixtures/submission"));
    let path = std::env::var_os("PATH").unwrap();
    let own = Path::new(PROGRAM).parent().unwrap().to_owned();
    let path = std::env::join_paths([own].into_iter().chain(std::env::split_paths(&path))).unwrap();
    let mut ran = 0;
    for step in steps(&text) {
        let command = step
            .command
            .replace(" --release --quiet --", " --release --")
            .replace("cargo run --release --", "tinyaudit");
        if command.starts_with("cargo ") {
            continue;
        }
        ran += 1;
        let output =
            Command::new("sh").arg("-c").arg(&command).current_dir(folder.path()).env("PATH", &path).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(printed.trim_end(), step.output.trim_end(), "{document}: {}", step.command);
    }
    assert!(ran >= at_least, "{document}: only {ran} commands were run");
}

#[test]
fn the_guides_contain_what_the_program_prints() {
    for (document, at_least) in [("submitters.md", 8), ("reviewers.md", 4), ("formats.md", 1), ("rules.md", 2)] {
        run(&format!("docs/{document}"), at_least);
    }
}

#[test]
fn the_readme_contains_what_the_program_prints() {
    run("README.md", 4);
}
