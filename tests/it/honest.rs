//! Honest submissions are not rejected: boards with equal latency, a board that is measured again, simulated sessions,
//! and the first steps of a new user.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use tinyaudit::audit::report::{Loading, Report};
use tinyaudit::round::{Round, Runner};
use tinyaudit::source::Tree;
use tinyaudit::submit::demo::{self, Demo};
use tinyaudit::testbench::runner::inputs::Synthetic;
use tinyaudit::testbench::simulator::Profile;

use crate::golden::{self, run, said, text};

/// A board like the reference board, with another name, seed, clock, power and jitter.
fn board(system: &str, seed: u64, jitter: f64) -> Arc<Profile> {
    let mut profile = Profile::named("cortex-m4-reference").unwrap();
    system.clone_into(&mut profile.system);
    profile.seed = seed;
    profile.clock_ppm = 10.0 * seed as f64;
    profile.description.insert("Board Name".to_owned(), format!("Board {seed}"));
    profile.benchmarks.values_mut().for_each(|speed| speed.jitter = jitter);
    if let Some(power) = &mut profile.power {
        power.inference += seed as f64 / 10.0;
    }
    Arc::new(profile)
}

fn made(systems: Vec<(Arc<Profile>, Runner)>, folder: &Path) -> Tree {
    let round = Round::named("v1.3").unwrap();
    let benchmarks = ["ic", "kws"].map(str::to_owned).to_vec();
    let demo =
        Demo { round: &round, division: "closed", submitter: "ExampleCo", systems, benchmarks, inputs: &Synthetic };
    demo::write(&demo, folder, &mut |_, _| {}).unwrap();
    Tree::open(folder).unwrap()
}

/// Rules that report copied evidence.
const COPIES: [&str; 5] =
    ["windows-shared", "session-shared", "session-of-earlier-round", "outputs-shared", "trace-repeated"];

#[test]
fn boards_of_equal_latency_and_boards_measured_again_are_not_copies() {
    for (jitter, runner) in [(4e-4, Runner::Mlcommons), (1e-4, Runner::Eembc), (1e-5, Runner::Mlcommons)] {
        let round = || Round::named(if runner == Runner::Eembc { "v1.2" } else { "v1.3" }).unwrap();
        let (first, again) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let now = made(vec![(board("first", 4, jitter), runner), (board("second", 5, jitter), runner)], again.path());
        let before = made(vec![(board("first", 6, jitter), runner)], first.path());
        let earlier = Report::check(&before, round(), None).unwrap().submission;
        let how = Loading { earlier: Some(earlier), ..Loading::default() };
        let report = Report::load(&now, round(), how).unwrap();
        assert_eq!(report.results().count(), 4);
        let accused: Vec<_> = report.findings().filter(|one| COPIES.contains(&one.rule.id)).collect();
        assert!(accused.is_empty(), "jitter {jitter}: {accused:#?}");
    }
}

/// `import` takes the sessions that `run` writes, and `check` accepts them.
#[test]
fn simulated_sessions_of_several_boards_are_accepted() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("mine");
    let systems = ["--system", "one, two"];
    let init = ["init", text(&root), "--round", "v1.3", "--division", "Closed", "--submitter", "Co", "--benchmark"];
    let output = run(&[&init[..], &["IC,kws", "--status", "Available", "--energy"], &systems].concat());
    assert!(output.status.success(), "{}", said(&output));
    let own = root.join("closed/Co");
    for system in ["one", "two"] {
        let profile = folder.path().join(format!("{system}.yaml"));
        let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles/cortex-m4-reference.yaml");
        let seed = if system == "one" { "seed: 4" } else { "seed: 44" };
        let reference = fs::read_to_string(reference).unwrap().replace("seed: 4", seed);
        fs::write(&profile, reference.replace("simulated_m4_80mhz", system)).unwrap();
        for benchmark in ["ic", "kws"] {
            let into = folder.path().join(format!("{system}-{benchmark}"));
            let energy =
                ["run", "--profile", text(&profile), "--benchmark", benchmark, "--mode", "energy", "--dialect"];
            let output = run(&[&energy[..], &["eembc", "--round", "v1.2", "--into", text(&into)]].concat());
            assert!(output.status.success(), "{}", said(&output));
            let import = ["import", text(&into), "--system", system, "--into", text(&own), "--round", "v1.2"];
            let output = run(&import);
            assert!(output.status.success(), "{}", said(&output));
        }
    }
    let output = run(&["check", text(&root), "--round", "v1.2", "--rule", "session-shared", "--concise"]);
    assert!(!said(&output).contains("[session-shared]"), "{}", said(&output));
    // The same command writes the same bytes.
    let again = ["a", "b"].map(|name| {
        let into = folder.path().join(name);
        let output =
            run(&["run", "--profile", "fpga", "--benchmark", "kws", "--mode", "performance", "--into", text(&into)]);
        assert!(output.status.success(), "{}", said(&output));
        golden::files(&into)
    });
    assert!(again[0] == again[1]);
}

/// `init` writes the round to the settings, so that it does not depend on the name of the worksheet. Without it,
/// commands that change or send something refuse a guess.
#[test]
fn the_round_is_saved_and_a_guess_is_refused() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("mine");
    let init = ["init", text(&root), "--round", "1.3", "--division", "closed", "--submitter", "Co", "--system", "b"];
    assert!(run(&[&init[..], &["--benchmark", "ic"]].concat()).status.success());
    assert_eq!(fs::read_to_string(root.join("tinyaudit.toml")).unwrap(), "round = \"v1.3\"\n");
    let draft = root.join("closed/Co/systems/Checklist_draft_v1.3.docx");
    fs::rename(&draft, draft.with_file_name("checklist.docx")).unwrap();
    assert!(said(&run(&["check", text(&root)])).contains("round v1.3 (named by tinyaudit.toml)"));
    fs::remove_file(root.join("tinyaudit.toml")).unwrap();
    let out = folder.path().join("letters");
    let zip = folder.path().join("p.zip");
    for command in [
        vec!["fix", text(&root), "--apply"],
        vec!["package", text(&root), "--out", text(&zip)],
        vec!["letters", text(&root), "--out", text(&out)],
    ] {
        let output = run(&command);
        assert_eq!(output.status.code(), Some(2), "{command:?}");
        assert!(said(&output).contains("is only a guess; name it with --round"), "{}", said(&output));
    }
    // The case of a round's name does not matter, and the nearest name is suggested.
    assert!(said(&run(&["check", text(&root), "--round", "V1.3"])).contains("round v1.3 (named by --round)"));
    assert!(said(&run(&["check", text(&root), "--round", "v1.5"])).contains("did you mean v1.4?"));
}

/// An extra or missing folder is reported with the command that works.
#[test]
fn an_extra_or_missing_folder_is_reported() {
    let folder = TempDir::new().unwrap();
    let inner = folder.path().join("downloads/submission-main");
    golden::copy(&golden::bundled(), &inner);
    let output = run(&["check", text(&folder.path().join("downloads")), "--round", "v1.3"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains(&format!("did you mean `tinyaudit check {}`?", inner.display())),
        "{}",
        said(&output)
    );
    let own = inner.join("closed/ExampleCo");
    for part in ["results", "systems", "results/simulated_npu_400mhz"] {
        let output = run(&["check", text(&own.join(part)), "--round", "v1.3"]);
        let expected = format!("did you mean `tinyaudit check {}`?", fs::canonicalize(&own).unwrap().display());
        assert!(said(&output).contains(&expected), "{part}: {}", said(&output));
    }
    let session = own.join("results/simulated_npu_400mhz/ic/performance");
    let output = said(&run(&["check", text(&session), "--round", "v1.3"]));
    assert!(
        output.contains("ic performance, EEMBC runner, round v1.3") && output.contains("PASS: 0 errors"),
        "{output}"
    );
    // Inside a submission it is a finding.
    for (from, to) in
        [("closed/ExampleCo", "closed/ExampleCo/ExampleCo"), ("closed/ExampleCo", "closed/closed/ExampleCo")]
    {
        let tree = TempDir::new().unwrap();
        golden::copy(&golden::bundled().join(from), &tree.path().join(to));
        let output = run(&["check", text(tree.path()), "--round", "v1.3", "--full"]);
        let expected = format!("move the contents of `{to}` to `closed/ExampleCo`");
        assert!(said(&output).contains(&expected), "{to}: {}", said(&output));
    }
}

#[test]
fn unknown_names_are_refused_and_case_does_not_matter() {
    let bundled = golden::bundled();
    let check = |more: &[&str]| run(&[&["check", text(&bundled), "--round", "v1.3"], more].concat());
    for (option, name, hint) in
        [("--system", "simulated_npu", "did you mean simulated_npu_400mhz?"), ("--benchmark", "kws", "known: ic, sww")]
    {
        let output = check(&[option, name]);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains(hint), "{}", said(&output));
    }
    assert!(check(&["--benchmark", "IC", "--system", "Simulated_NPU_400MHz"]).status.success());
    let results = run(&["results", text(&bundled), "--round", "v1.3", "--benchmark", "IC", "--division", "Closed"]);
    assert!(results.status.success() && said(&results).contains("662.913"), "{}", said(&results));
}

/// Comparing the same tree at two folder levels reports no change.
#[test]
fn comparing_at_two_folder_levels_reports_no_change() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let own = folder.path().join("closed/ExampleCo");
    fs::write(own.join("code/.DS_Store"), "x").unwrap();
    let results = own.join("results/simulated_npu_400mhz/ic/accuracy/results.txt");
    let lied = fs::read_to_string(&results).unwrap().replace("85.5%", "88.5%");
    fs::write(&results, lied).unwrap();
    let (outer, inner) = (text(folder.path()), text(&own));
    for (old, new) in [(inner, outer), (outer, inner)] {
        let output = run(&["compare", old, new, "--round", "v1.3"]);
        assert!(said(&output).contains("0 changed results, 0 findings fixed, 0 new"), "{}", said(&output));
    }
}

/// A result without its accuracy run is not confirmed.
#[test]
fn a_result_without_a_required_run_is_not_confirmed() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    fs::remove_dir_all(folder.path().join("closed/ExampleCo/results/simulated_fpga_100mhz/ic/accuracy")).unwrap();
    let report = Report::check(&Tree::open(folder.path()).unwrap(), Round::named("v1.3").unwrap(), None).unwrap();
    let (system, benchmark) = report.results().next().unwrap();
    assert_eq!(report.status(system, benchmark), tinyaudit::audit::proof::Status::Unproven);
    let output = run(&["results", text(folder.path()), "--round", "v1.3"]);
    assert!(said(&output).contains("  ?  unproven: there is no accuracy run\n"), "{}", said(&output));
    assert!(said(&output).contains("2 of 3 results can be published · 1 cannot be judged\n"), "{}", said(&output));
}

#[test]
fn refusals_say_what_to_do() {
    let folder = TempDir::new().unwrap();
    let place = text(folder.path());
    let into = folder.path().join("session");
    let sww = ["run", "--profile", "fpga", "--benchmark", "sww", "--mode", "accuracy", "--into", text(&into)];
    assert!(said(&run(&sww)).contains("--mode performance or --mode energy"));
    for name in [".hidden", "board."] {
        let init = ["init", place, "--division", "closed", "--submitter", "Co", "--benchmark", "ic", "--system", name];
        assert!(said(&run(&init)).contains("begins or ends with a dot"), "{name}");
    }
    let device = folder.path().join("device");
    let simulate =
        ["simulate", "--profile", "cortex-m4-reference", "--benchmark", "ic", "--mode", "energy", "--device"];
    let output = run(&[&simulate[..], &[text(&device)]].concat());
    assert!(
        output.status.code() == Some(2) && said(&output).contains("energy mode requires --monitor"),
        "{}",
        said(&output)
    );
    // The cause is listed first: files of two sessions.
    let session = folder.path().join("mixed");
    let own = golden::bundled().join("closed/ExampleCo/results/simulated_npu_400mhz/ic");
    golden::copy(&own.join("performance"), &session);
    fs::copy(own.join("accuracy/results.txt"), session.join("results.txt")).unwrap();
    fs::create_dir_all(folder.path().join("Co/systems")).unwrap();
    let target = folder.path().join("Co");
    let output = run(&["import", text(&session), "--system", "b", "--into", text(&target), "--round", "v1.2"]);
    let first = said(&output).lines().find(|line| line.contains("error[")).unwrap().to_owned();
    assert!(
        first.contains("mode-disagrees-with-folder") || first.contains("log-of-another-session"),
        "{}",
        said(&output)
    );
}

/// Errors in a description are reported once, at their place; UTF-16 is named; for a copy of a file the original is
/// suggested.
#[test]
fn typing_errors_are_reported_at_their_place() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let own = folder.path().join("closed/ExampleCo");
    let description = own.join("systems/simulated_npu_400mhz.json");
    let original = fs::read_to_string(&description).unwrap();
    let check = || said(&run(&["check", text(folder.path()), "--round", "v1.3", "--full"]));
    fs::write(&description, original.trim_end().trim_end_matches('}').trim_end().to_owned() + ",\n}\n").unwrap();
    let output = check();
    assert_eq!(output.matches("remove the comma before `}`").count(), 1, "{output}");
    fs::write(&description, &original).unwrap();
    let results = own.join("results/simulated_npu_400mhz/ic/performance/results.txt");
    let utf16: Vec<u8> = "\u{FEFF}Median".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let plain = fs::read(&results).unwrap();
    fs::write(&results, utf16).unwrap();
    assert!(check().contains("the file is UTF-16"), "{}", check());
    fs::write(&results, plain).unwrap();
    fs::rename(&results, results.with_file_name("results (1).txt")).unwrap();
    assert!(check().contains("did you mean `results (1).txt`?"), "{}", check());
    let fix = |flag: &str| said(&run(&["fix", text(folder.path()), "--round", "v1.3", flag]));
    assert!(fix("--apply").contains("results (1).txt"));
    assert!(results.is_file());
}

/// Misnamed folders hide their content: one `fix --apply` fixes all levels, and one `--undo` reverts everything.
#[test]
fn one_fix_covers_nested_misnamed_folders() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("tree");
    golden::copy(&golden::bundled(), &tree);
    let own = tree.join("closed/ExampleCo");
    fs::remove_dir_all(own.join("results/simulated_fpga_100mhz/ic")).unwrap();
    let description = own.join("systems/simulated_npu_400mhz.json");
    let respelt = fs::read_to_string(&description).unwrap().replace("\"Board Name\"", "\"Board name\"");
    fs::write(&description, respelt).unwrap();
    let benchmark = own.join("results/simulated_npu_400mhz/ic");
    fs::rename(benchmark.join("performance/results.txt"), benchmark.join("performance/Results.txt")).unwrap();
    fs::rename(&benchmark, benchmark.with_file_name("image_classification")).unwrap();
    fs::rename(own.join("results"), own.join("Results")).unwrap();
    fs::rename(tree.join("closed"), tree.join("Closed")).unwrap();
    let broken = golden::files(&tree);
    let fix = |flag: &str| run(&["fix", text(&tree), "--round", "v1.3", flag]);
    let output = fix("--apply");
    assert!(output.status.success(), "{}", said(&output));
    let mut whole = golden::files(&golden::bundled());
    whole.retain(|path, _| !path.starts_with("closed/ExampleCo/results/simulated_fpga_100mhz/ic"));
    assert_eq!(golden::files(&tree).keys().collect::<Vec<_>>(), whole.keys().collect::<Vec<_>>(), "{}", said(&output));
    assert!(golden::files(&tree) == whole);
    assert!(fix("--undo").status.success());
    assert!(golden::files(&tree) == broken);
}
