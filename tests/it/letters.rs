//! Letters to submitters.

use std::fs;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::golden;

fn tinyaudit(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tinyaudit")).args(arguments).output().unwrap()
}

/// A letter lists what changes a figure, with both figures, line, rule and request, and nothing about other submitters.
#[test]
fn a_letter_contains_requests_and_nothing_about_others() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("round");
    golden::copy(&golden::bundled(), &tree);
    golden::copy(&tree.join("closed/ExampleCo"), &tree.join("closed/Second"));
    let results = tree.join("closed/Second/results/simulated_npu_400mhz/ic/accuracy/results.txt");
    fs::write(&results, fs::read_to_string(&results).unwrap().replace("85.5%", "88.5%")).unwrap();
    let out = folder.path().join("letters");
    let (tree, out_name) = (tree.to_str().unwrap(), out.to_str().unwrap());
    let command = ["letters", tree, "--round", "v1.3", "--out", out_name, "--by", "2026-01-31"];
    assert!(tinyaudit(&command).status.success());
    let letter = fs::read_to_string(out.join("closed-Second.md")).unwrap();
    for part in [
        "# MLPerf Tiny v1.3: closed/Second\n\nDear Second team,\n\nthe review of MLPerf Tiny v1.3 has read",
        "3 results: 3 contradicted by the evidence.",
        "Please answer every matter below by 2026-01-31: ",
        "## Changes a published figure",
        "`closed/Second/results/simulated_npu_400mhz/ic/accuracy/results.txt:1`: claims a Top-1 of 88.5 %, recomputed 85.5 %",
        "  - Figure: quality of `simulated_npu_400mhz/ic`: claimed 88.5, recomputed 85.5 %\n",
        "What to do: Submit log and results of one session, unedited.",
        "Rule: [MLPerf Tiny rules](https://github.com/mlcommons/tiny/blob/master/benchmark/MLPerfTiny_Rules.adoc), 4.1.1",
        "To reproduce:\n\n    tinyaudit check closed/Second --round v1.3 --system simulated_npu_400mhz --benchmark ic --rule \
         accuracy-mismatch --full\n",
        "If no answer arrives by 2026-01-31, a result with a figure under the first heading is not published as valid",
    ] {
        assert!(letter.contains(part), "{part} in {letter}");
    }
    assert!(!letter.contains("closed/ExampleCo"), "{letter}");
    // All places are listed, and each command of the letter prints findings of its rule.
    assert!(!letter.contains(" more"), "{letter}");
    let commands: Vec<&str> = letter.lines().filter_map(|line| line.strip_prefix("    tinyaudit ")).collect();
    assert!(!commands.is_empty() && letter.contains("Your folder alone does not reproduce it"), "{letter}");
    for command in commands {
        let words: Vec<&str> = command.split(' ').collect();
        let rule = words[words.len() - 2];
        let output = Command::new(env!("CARGO_BIN_EXE_tinyaudit")).args(&words).current_dir(tree).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.code() == Some(1) && printed.contains(&format!("error[{rule}]")), "{command}: {printed}");
    }
    assert!(!out.join("closed-ExampleCo.md").exists());
    // The other formats contain the same words.
    for (format, extension, part) in [
        ("text", "txt", "  - Figure: quality of simulated_npu_400mhz/ic: claimed 88.5, recomputed\n    85.5 %\n"),
        ("html", "html", "<h2>Without an answer</h2>"),
    ] {
        let other = [&command[..], &["--format", format]].concat();
        let output = tinyaudit(&other);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("no letter to `closed/ExampleCo`: no findings"), "{said}");
        let other = fs::read_to_string(out.join(format!("closed-Second.{extension}"))).unwrap();
        assert!(other.contains(part) && !other.contains("closed/ExampleCo"), "{other}");
    }
    // Letters are not overwritten without --force.
    let again = tinyaudit(&command);
    assert!(again.status.code() == Some(2) && String::from_utf8_lossy(&again.stderr).contains("--force"));
}

/// Files that are known to be absent are not asked for, and text of strangers does not notify anybody.
#[test]
fn a_letter_asks_only_for_what_can_be_answered() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("round");
    golden::copy(&golden::bundled(), &tree);
    let log = "closed/ExampleCo/results/simulated_npu_400mhz/ic/accuracy/log.txt";
    fs::remove_file(tree.join(log)).unwrap();
    let description = tree.join("closed/ExampleCo/systems/simulated_npu_400mhz.json");
    let text =
        fs::read_to_string(&description).unwrap().replace("\"closed\"", "\"@committee #12 ![x](https://e.org/x)\"");
    fs::write(&description, text).unwrap();
    let list = folder.path().join("absent.txt");
    fs::write(&list, format!("{log}\n")).unwrap();
    let letter = |more: &[&str]| {
        let out = folder.path().join("letters");
        let (tree, out_name) = (tree.to_str().unwrap(), out.to_str().unwrap());
        let command = [&["letters", tree, "--round", "v1.3", "--out", out_name, "--force"], more].concat();
        let output = tinyaudit(&command);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read_to_string(out.join("closed-ExampleCo.md")).unwrap()
    };
    assert!(letter(&[]).contains("`log.txt` is missing"), "{}", letter(&[]));
    let letter = letter(&["--absent", list.to_str().unwrap()]);
    assert!(!letter.contains("`log.txt` is missing") && letter.contains(" not listed here: "), "{letter}");
    for part in ["@committee", "#12", "![x]"] {
        let outside_code: String = letter.split('`').step_by(2).collect();
        assert!(letter.contains(part) && !outside_code.contains(part), "{part} in {letter}");
    }
}

/// `check --format markdown` fits into a comment, however many findings there are.
#[test]
fn a_comment_has_a_length_limit() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let printed = |folder: &TempDir| {
        let output = tinyaudit(&["check", folder.path().to_str().unwrap(), "--round", "v1.3", "--format", "markdown"]);
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(printed(&folder).contains("No findings; no answer is needed."));
    for number in 0..700 {
        let submitter = folder.path().join(format!("closed/Co{number}"));
        fs::create_dir_all(submitter.join("results")).unwrap();
    }
    let long = printed(&folder);
    assert!(long.len() < 61_000 && long.contains(" more lines; run `tinyaudit check` to read them"), "{}", long.len());
}
