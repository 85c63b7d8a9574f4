//! The web page in a real browser: its output has the same bytes as the command line, it makes no connections, and it
//! handles any dropped file.
//!
//! These tests need Chromium, and `TINYAUDIT_WEB` as the path of the page that `web/build.sh` built; else they print
//! that they are skipped.

mod chromium;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::browser;
use crate::skipping::skipped;
use crate::{corpus, golden, infer};
use chromium::{Chromium, Part};

/// Opens the page if the page and a browser are available.
fn opened() -> Option<Chromium> {
    let Some(file) = std::env::var_os("TINYAUDIT_WEB") else {
        skipped("TINYAUDIT_WEB does not name the page that web/build.sh makes");
        return None;
    };
    Some(Chromium::open(&browser()?, &fs::read_to_string(file).unwrap()))
}

/// Output of the command, whatever its verdict.
fn printed(arguments: &[&str], tree: &Path) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_tinyaudit")).args(arguments).arg(tree).output().unwrap();
    assert!(output.status.code() < Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Texts of the page: the round, the state of the check, and errors.
const GUESSED: &str = "document.getElementById(document.getElementById('ask').hidden ? 'fault' : 'why').textContent";
const VERDICT: &str =
    "document.getElementById(document.getElementById('found').hidden ? 'fault' : 'verdict').textContent";
const FAULT: &str = "document.getElementById('fault').textContent";

/// Waits for the check of what was dropped, checks again with a round and submitter, and returns the verdict.
fn check(page: &mut Chromium, round: &str, submitter: &str) -> String {
    page.wait(VERDICT);
    page.run(&format!(
        "(() => {{ const {{ round, submitter }} = document.getElementById('ask').elements; round.value = '{round}'; \
         submitter.value = '{submitter}'; document.getElementById('ask').requestSubmit(); }})()"
    ));
    page.wait(VERDICT).as_str().unwrap().to_owned()
}

/// The file that a button downloads.
fn made(page: &mut Chromium, name: &str) -> Vec<u8> {
    let click = format!("document.querySelector('[data-file=\"{name}\"]').click()");
    page.downloaded(name, |page| drop(page.run(&click)))
}

/// The bytes and the digest of the package.
fn package(page: &mut Chromium, name: &str) -> (Vec<u8>, String) {
    let bytes = page.downloaded(name, |page| drop(page.run("document.getElementById('package').click()")));
    let text = page.wait("document.getElementById('made').textContent");
    let digest = text.as_str().unwrap().strip_prefix("SHA-256 ").expect("the digest is named");
    (bytes, digest.split("  ").next().unwrap().to_owned())
}

/// The command's package of a tree, and the digest it prints.
fn packaged(tree: &Path, round: &str, more: &[&str]) -> (Vec<u8>, String) {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("p.zip");
    let arguments = [&["package", "--allow-errors", "--round", round, "--out", out.to_str().unwrap()], more].concat();
    let digest = String::from_utf8(printed(&arguments, tree)).unwrap();
    (fs::read(&out).unwrap(), digest.split("  ").next().unwrap().to_owned())
}

/// The bundled submission with a wrong claim.
fn faulty() -> TempDir {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let path = folder.path().join("closed/ExampleCo/results/simulated_npu_400mhz/ic/accuracy/results.txt");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("85.5", "88.5")).unwrap();
    folder
}

/// All output of the page for a folder equals that of the command line, byte for byte.
#[test]
fn the_page_equals_the_command_line() {
    let Some(mut page) = opened() else { return };
    let wrong = faulty();
    for (tree, verdict) in [(golden::bundled(), "PASS"), (wrong.path().to_owned(), "FAIL")] {
        page.drop(&[&tree]);
        let verdict_line = check(&mut page, "v1.3", "");
        let text = String::from_utf8(printed(&["check", "--round", "v1.3"], &tree)).unwrap();
        assert!(verdict_line.starts_with(verdict) && text.lines().last() == Some(&verdict_line), "{verdict_line}");
        for (file, command, format) in [
            ("report.json", "check", "json"),
            ("findings.jsonl", "check", "jsonl"),
            ("letters.md", "check", "markdown"),
            ("results.csv", "results", "csv"),
            ("results.md", "results", "markdown"),
            ("summary.csv", "results", "official-csv"),
            ("results.xlsx", "results", "xlsx"),
        ] {
            let expected = printed(&[command, "--round", "v1.3", "--format", format, "--out", "-"], &tree);
            // There is no letter without requests; and for an empty file the end of the download cannot be detected.
            if !expected.is_empty() {
                assert!(made(&mut page, file) == expected, "{file} of a {verdict}");
            }
        }
        let (bytes, digest) = package(&mut page, "ExampleCo-v1.3.zip");
        assert_eq!(digest, packaged(&tree, "v1.3", &[]).1);
        assert!(bytes == packaged(&tree, "v1.3", &[]).0);
        let desk = String::from_utf8(made(&mut page, "report.html")).unwrap();
        assert!(desk.contains("tinyaudit report, MLPerf Tiny v1.3") && desk.contains(verdict));
    }
    assert_eq!(page.requests, [""; 0]);
}

/// A submitter's folder, a zip archive, a package, and a folder selected with the button: the round is determined as on
/// the command line.
#[test]
fn dropped_files_are_read_as_on_the_command_line() {
    let Some(mut page) = opened() else { return };
    let folder = TempDir::new().unwrap();
    let zip = folder.path().join("mine.zip");
    fs::write(&zip, packaged(faulty().path(), "v1.3", &[]).0).unwrap();
    let own = golden::bundled().join("closed/ExampleCo");
    for (tree, input) in
        [(&own, ""), (&zip, ""), (&golden::bundled().join("closed"), ""), (&zip, "#files"), (&own, "#folder")]
    {
        // The result of the previous drop is removed first.
        page.run("for (const part of ['ask', 'found']) document.getElementById(part).hidden = true");
        match input {
            "" => page.drop(&[tree]),
            input => page.choose(input, &[tree]),
        }
        let guessed = page.wait(GUESSED);
        let text = String::from_utf8(printed(&["check"], tree)).unwrap();
        let said = text.lines().next().unwrap().replace("round ", "").replace("; name another with --round", "");
        assert_eq!(guessed.as_str().unwrap(), said.replace(" (", ": ").replace(')', "."));
        check(&mut page, "v1.3", "");
        let expected = printed(&["check", "--round", "v1.3", "--format", "json"], tree);
        assert!(made(&mut page, "report.json") == expected, "{}", tree.display());
    }
}

/// With the official inputs beside the submission, the models in its code are run as the command does, and the inputs are no
/// part of the submission.
#[test]
fn logs_are_replayed_on_inputs_beside_the_submission() {
    let Some(mut page) = opened() else { return };
    let folder = TempDir::new().unwrap();
    let heap = folder.path().join("heap");
    let (tree, inputs) = (heap.join("submission"), heap.join("datasets"));
    infer::write_inputs(&inputs);
    let own = folder.path().join("own.tflite");
    fs::write(&own, infer::own_model(490, 12)).unwrap();
    let device = ["--profile", "cortex-m4-reference", "--benchmark", "kws", "--model", golden::text(&own)];
    let rest = ["--dialect", "eembc", "--datasets", golden::text(&inputs), "--round", "v1.3"];
    let demo = golden::run(&[&["demo", golden::text(&tree)], &device[..], &rest].concat());
    assert!(demo.status.success(), "{}", golden::said(&demo));
    let code = tree.join("closed/ExampleCo/code/kws");
    fs::create_dir_all(&code).unwrap();
    fs::copy(&own, code.join("own.tflite")).unwrap();
    let hidden = "document.getElementById('replay').hidden";
    page.drop(&[&heap]);
    check(&mut page, "v1.3", "");
    assert!(made(&mut page, "report.json") == printed(&["check", "--round", "v1.3", "--format", "json"], &tree));
    assert_eq!(page.run(hidden), false);
    page.run("document.getElementById('replay').click()");
    let text = page.wait("document.getElementById('made').textContent");
    let expected = printed(&["replay", "--inputs", golden::text(&inputs), "--round", "v1.3"], &tree);
    assert_eq!(text.as_str().unwrap(), String::from_utf8(expected).unwrap());
    assert!(text.as_str().unwrap().contains("1000 of 1000 rows are equal"), "{text}");
    page.drop(&[&tree]);
    check(&mut page, "v1.3", "");
    assert_eq!(page.run(hidden), true);
}

/// The policy forbids every connection: for the page, the worker with the audit, and the frame with the report.
#[test]
fn nothing_leaves_the_page() {
    let Some(mut page) = opened() else { return };
    let tree = faulty();
    page.drop(&[tree.path()]);
    check(&mut page, "v1.3", "");
    page.wait("document.getElementById('desk').src");
    let tried = "(async () => { const tried = []; \
         const note = (event) => tried.push(event.effectiveDirective); addEventListener('securitypolicyviolation', note); \
         tried.push(await fetch('http://host.test/out').then(() => 'reached', () => 'refused')); \
         if (self.document) { const picture = new Image(); \
         tried.push(await new Promise((done) => { picture.onload = () => done('reached'); picture.onerror = () => done('refused'); \
         picture.src = 'http://host.test/out.png'; })); navigator.sendBeacon('http://host.test/out', 'x'); \
         const form = document.createElement('form'); form.action = 'http://host.test/out'; document.body.append(form); form.submit(); } \
         try { new WebSocket('ws://host.test/out').onopen = () => tried.push('reached'); } catch { tried.push('refused'); } \
         await new Promise((done) => setTimeout(done, 300)); return tried; })()";
    for part in [None, Some(Part::Frame), Some(Part::Worker)] {
        let seen = match part {
            Some(part) => page.run_inside(part, tried),
            None => page.run(tried),
        };
        let seen: Vec<&str> = seen.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(seen.contains(&"connect-src") && seen.contains(&"refused") && !seen.contains(&"reached"), "{seen:?}");
    }
    assert_eq!(page.requests, [""; 0]);
}

/// The report works in its frame: filters, and saved decisions.
#[test]
fn the_report_works_in_the_page() {
    let Some(mut page) = opened() else { return };
    let tree = faulty();
    page.drop(&[tree.path()]);
    check(&mut page, "v1.3", "");
    page.wait("document.getElementById('desk').src");
    let seen = page.run_inside(
        Part::Frame,
        "(async () => { while (document.readyState !== 'complete') await new Promise((done) => setTimeout(done, 20)); \
         const field = document.getElementById('filters').elements.benchmark; field.value = 'sww'; \
         field.dispatchEvent(new Event('input', { bubbles: true })); \
         const count = document.getElementById('count').textContent; \
         const finding = document.querySelector('.finding[data-rule=accuracy-mismatch]'); \
         finding.querySelector('.decide input[value=waive]').click(); \
         const reason = finding.querySelector('.because input'); reason.value = 'a slip'; \
         reason.dispatchEvent(new Event('input', { bubbles: true })); \
         document.getElementById('deciding').elements.by.value = 'the group'; \
         return [count, location.hash]; })()",
    );
    assert_eq!(seen, json!(["1 of 3", "#benchmark=sww"]));
    let waivers = page.downloaded("decisions-v1.3.yaml", |page| {
        page.run_inside(Part::Frame, "document.getElementById('save-waivers').click()");
    });

    // The page and the command line accept the saved waivers in the same way.
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("decisions-v1.3.yaml");
    fs::write(&file, waivers).unwrap();
    page.choose("[name=waivers]", &[&file]);
    page.run("document.getElementById('found').hidden = true");
    let verdict_line = check(&mut page, "v1.3", "");
    assert!(verdict_line.starts_with("PASS"), "{verdict_line}");
    let more = ["--waivers", file.to_str().unwrap()];
    let json = [&["check", "--round", "v1.3", "--format", "json"], &more[..]].concat();
    assert!(made(&mut page, "report.json") == printed(&json, tree.path()));
    assert!(package(&mut page, "ExampleCo-v1.3.zip").0 == packaged(tree.path(), "v1.3", &more).0);
}

/// A drop that is not a submission, is malicious, or is too large gives a message, and the page stays usable.
#[test]
fn hostile_and_huge_drops_end_in_a_message() {
    let Some(mut page) = opened() else { return };
    let folder = TempDir::new().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let (huge, empty) = (folder.path().join("huge.zip"), folder.path().join("empty"));
    fs::File::create(&huge).unwrap().set_len(3 << 30).unwrap();
    fs::create_dir(&empty).unwrap();
    let evil = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/archive/hostile-names.zip");
    let package = packaged(&golden::bundled(), "v1.3", &[]).0;
    let cut = file("cut.zip", &package[..package.len() / 2]);
    let behind = file("behind.zip", &[&package[..], b"x"].concat());
    let text = file("results.txt", b"Top-1: 99 %");
    for (path, expected) in [
        (&evil, "one on some systems"),
        (&cut, "the zip archive is cut off"),
        (&behind, "data after the end"),
        (&text, "neither a folder nor an archive that can be read"),
        (&huge, "3.0 GiB; this page reads at most 2 GiB"),
        (&empty, "nothing to check"),
    ] {
        page.drop(&[path]);
        let message = page.wait(FAULT);
        let message = message.as_str().unwrap();
        assert!(message.contains(expected) || path == &evil, "{}: {message}", path.display());
        if path != &huge && path != &empty {
            let output = Command::new(env!("CARGO_BIN_EXE_tinyaudit")).arg("check").arg(path).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.code() == Some(2) && said.trim_end().ends_with(message), "{message}\n{said}");
        }
    }
    page.drop(&[&golden::bundled()]);
    assert!(check(&mut page, "v1.3", "").starts_with("PASS"));
}

/// Cancelling ends a running audit and does not disturb the next one.
#[test]
fn an_audit_can_be_cancelled() {
    let Some(mut page) = opened() else { return };
    page.drop(&[&golden::bundled()]);
    page.wait(VERDICT);
    page.run("document.getElementById('ask').requestSubmit(); document.getElementById('cancel').click()");
    assert_eq!(page.wait("document.getElementById('status').textContent"), "Cancelled.");
    assert_eq!(page.run("document.getElementById('ask').hidden && document.getElementById('running').hidden"), true);
    page.drop(&[&golden::bundled()]);
    assert!(check(&mut page, "v1.3", "").starts_with("PASS"));
}

/// The page can be used with only the keyboard, and on a narrow screen.
#[test]
fn the_page_works_with_the_keyboard_and_in_a_narrow_window() {
    let Some(mut page) = opened() else { return };
    page.width(400);
    let fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth";
    assert_eq!(page.run(fits), true);
    let mut reached = BTreeSet::new();
    for _ in 0..3 {
        page.press("Tab");
        reached.insert(page.run("document.activeElement.id").as_str().unwrap().to_owned());
    }
    assert_eq!(reached, BTreeSet::from(["files", "folder", "example"].map(str::to_owned)));
    page.choose("#folder", &[&golden::bundled()]);
    page.wait(VERDICT);
    page.wait("document.activeElement.id === 'verdict'");
    assert_eq!(page.run(fits), true);
    page.press("Tab");
    assert_eq!(page.run("document.activeElement.id"), "package");
    let Some(file) = std::env::var_os("TINYAUDIT_AXE") else {
        return skipped("TINYAUDIT_AXE does not name axe.min.js");
    };
    page.run(&fs::read_to_string(file).unwrap());
    let found = page.run("axe.run(document, { iframes: false }).then((found) => found.violations.map((one) => one.id + ': ' + one.nodes[0].html))");
    assert_eq!(found, json!([]));
}

/// The example is checked with one click and has one contradicted figure; its name and size are shown, the choice of files makes
/// room, and there is no second scroll bar.
#[test]
fn the_example_is_one_click_away() {
    let Some(mut page) = opened() else { return };
    assert_eq!(page.run("document.getElementById('again').hidden"), true);
    page.run("document.getElementById('example').click()");
    let verdict_line = page.wait(VERDICT);
    assert!(verdict_line.as_str().unwrap().starts_with("FAIL: 1 error"), "{verdict_line}");
    assert_eq!(page.run("document.getElementById('input').textContent"), "example.zip · 1 file");
    let hidden = "['start', 'again'].map((id) => document.getElementById(id).hidden)";
    assert_eq!(page.run(hidden), json!([true, false]));
    let bars = "document.documentElement.scrollHeight <= document.documentElement.clientHeight";
    assert_eq!(page.run(bars), true, "only the report scrolls");
    page.run("document.getElementById('again').click()");
    assert_eq!(page.run(hidden), json!([false, true]));
}

/// Checks a whole round, and one submitter of it; the page stays responsive.
#[test]
fn a_whole_round_equals_the_command_line() {
    let (Some(mut page), Some(rounds)) = (opened(), corpus::rounds()) else { return };
    let tree = rounds.join("v1.2");
    page.run(
        "(() => { self.longest = 0; let last = performance.now(); setInterval(() => { const now = performance.now(); \
         longest = Math.max(longest, now - last); last = now; }, 10); })()",
    );
    page.drop(&[&tree]);
    check(&mut page, "v1.2", "");
    let longest = page.run("longest").as_f64().unwrap();
    assert!(longest < 2000.0, "the page does not respond for {longest} ms");
    assert!(made(&mut page, "report.json") == printed(&["check", "--round", "v1.2", "--format", "json"], &tree));
    check(&mut page, "v1.2", "bosch");
    let (bytes, digest) = package(&mut page, "bosch-v1.2.zip");
    let expected = packaged(&tree, "v1.2", &["--submitter", "bosch"]);
    assert!(digest == expected.1 && bytes == expected.0);
}

/// The page is built from the same crate versions as the program.
#[test]
fn the_page_and_the_program_use_the_same_versions() {
    let locked = |path: &str| -> BTreeMap<String, BTreeSet<String>> {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for package in text.split("[[package]]").skip(1) {
            let of = |key: &str| package.split(&format!("\n{key} = \"")).nth(1).unwrap().split('"').next().unwrap();
            found.entry(of("name").to_owned()).or_default().insert(of("version").to_owned());
        }
        found
    };
    let (command, page) = (locked("Cargo.lock"), locked("web/Cargo.lock"));
    let both: Vec<&String> = command.keys().filter(|name| page.contains_key(*name)).collect();
    assert!(both.len() > 50, "{both:?}");
    for name in both {
        assert!(!command[name].is_disjoint(&page[name]), "{name}: {:?} and {:?}", command[name], page[name]);
    }
}
