//! From sessions to a verified package, and hostile packages.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use tinyaudit::submit::package::Listed;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::golden;

fn tinyaudit(arguments: &[&str]) -> Output {
    golden::program().args(arguments).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn succeeds(arguments: &[&str]) -> String {
    let output = tinyaudit(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    said(&output)
}

/// A package of a tree.
fn package(tree: &Path, folder: &Path, name: &str) -> PathBuf {
    let out = folder.join(name);
    succeeds(&["package", text(tree), "--round", "v1.3", "--out", text(&out)]);
    out
}

#[test]
fn the_same_tree_gives_the_same_bytes() {
    let folder = TempDir::new().unwrap();
    let first = package(&golden::bundled(), folder.path(), "a.zip");
    // Created in another order, with other permissions, and from the submitter's folder.
    let copy = folder.path().join("closed");
    let mut files: Vec<_> = golden::files(&golden::bundled()).into_iter().collect();
    files.reverse();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    fs::write(copy.join("ExampleCo/.DS_Store"), "junk").unwrap();
    let second = package(&copy, folder.path(), "b.zip");
    let third = package(&copy.join("ExampleCo"), folder.path(), "c.zip");
    assert!(fs::read(&first).unwrap() == fs::read(&second).unwrap());
    assert!(fs::read(&first).unwrap() == fs::read(&third).unwrap());
    assert!(succeeds(&["verify", text(&first)]).contains("UNCHANGED: every file is as it was packaged"));
}

#[test]
fn a_package_gives_the_same_results_as_its_folder() {
    let folder = TempDir::new().unwrap();
    let package = package(&golden::bundled(), folder.path(), "a.zip");
    for command in [["check", "--format", "json"], ["results", "--format", "json"], ["check", "--format", "text"]] {
        let of = |path: &Path| tinyaudit(&[command[0], text(path), command[1], command[2], "--round", "v1.3"]).stdout;
        assert_eq!(of(&package), of(&golden::bundled()), "{command:?}");
    }
    let refused = tinyaudit(&["package", text(&golden::bundled()), "--round", "v1.3", "--out", text(&package)]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(said(&refused).contains("--force"), "{}", said(&refused));
}

#[test]
fn other_programs_can_read_a_package() {
    let folder = TempDir::new().unwrap();
    let package = package(&golden::bundled(), folder.path(), "a.zip");
    let run = |program: &str, arguments: &[&str], at: &Path| {
        let output = Command::new(program).args(arguments).current_dir(at).output();
        match output {
            Ok(output) => assert!(output.status.success(), "{program}: {}", said(&output)),
            Err(_) => crate::skipping::skipped(&format!("{program} is not installed")),
        }
    };
    run("unzip", &["-tq", text(&package)], folder.path());
    run(
        "python3",
        &["-c", "import sys, zipfile; sys.exit(zipfile.ZipFile(sys.argv[1]).testzip() is not None)", text(&package)],
        folder.path(),
    );
    let unpacked = folder.path().join("unpacked");
    let mut archive = zip::ZipArchive::new(fs::File::open(&package).unwrap()).unwrap();
    archive.extract(&unpacked).unwrap();
    run("sha256sum", &["-c", "--quiet", "--strict", "MANIFEST.sha256"], &unpacked);
    assert!(succeeds(&["verify", text(&unpacked)]).contains("UNCHANGED: every file is as it was packaged"));
    // One changed, one missing, one extra file.
    let place = |name: &str| unpacked.join("closed/ExampleCo").join(name);
    fs::write(place("README.md"), "changed").unwrap();
    fs::remove_file(place("code/ic/README.md")).unwrap();
    fs::write(place("code/new.md"), "new").unwrap();
    let output = tinyaudit(&["verify", text(&unpacked)]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1));
    for line in [
        "closed/ExampleCo/README.md: it has 7 bytes",
        "closed/ExampleCo/code/ic/README.md: it is missing",
        "closed/ExampleCo/code/new.md: it is not in the manifest",
    ] {
        assert!(said.contains(line), "{said}");
    }
}

/// A changed byte in the content of a file is reported with the name of the file, or the archive cannot be read.
#[test]
fn any_changed_byte_is_detected() {
    let folder = TempDir::new().unwrap();
    let package = package(&golden::bundled(), folder.path(), "a.zip");
    let bytes = fs::read(&package).unwrap();
    let edited = folder.path().join("edited.zip");
    for at in (0..bytes.len()).step_by(bytes.len() / 150) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        fs::write(&edited, changed).unwrap();
        let output = tinyaudit(&["verify", text(&edited)]);
        let code = output.status.code();
        // Unused bytes in the archive's own structures may change without harm.
        let harmless = code == Some(0)
            && zip::ZipArchive::new(Cursor::new(fs::read(&edited).unwrap())).is_ok_and(|mut archive| {
                (0..archive.len())
                    .all(|index| std::io::copy(&mut archive.by_index(index).unwrap(), &mut std::io::sink()).is_ok())
            });
        assert!(code == Some(1) || code == Some(2) || harmless, "byte {at}: {}", said(&output));
        assert!(!said(&output).contains("panicked"), "byte {at}: {}", said(&output));
    }
}

fn hostile(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn hostile_archives_end_in_an_error() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("evil.zip");
    let cases: [(&str, Vec<u8>); 7] = [
        ("not a path below its root", hostile(&[("../evil.txt", b"x")])),
        ("not a path below its root", hostile(&[("/etc/evil.txt", b"x")])),
        ("not a path below its root", hostile(&[("closed\\x", b"x"), ("open/y", b"y")])),
        ("inside a path that is a file", hostile(&[("closed/a", b"x"), ("closed/a/results/x", b"x")])),
        ("cannot be read", b"PK\x03\x04 no archive".to_vec()),
        ("cannot be read", Vec::new()),
        ("nothing to check", hostile(&[("x.txt", b"x")])),
    ];
    for (expected, bytes) in cases {
        fs::write(&path, bytes).unwrap();
        for command in ["check", "results", "verify"] {
            let output = tinyaudit(&[command, text(&path)]);
            let said = said(&output);
            assert_eq!(output.status.code(), Some(2), "{command}: {said}");
            assert!(command == "verify" || said.contains(expected), "{command}: {said}");
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is written next to it");
}

/// A bomb in a package, links, and encrypted files are findings on these files.
#[test]
fn bombs_and_links_are_findings() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("bomb.zip");
    let mut archive = ZipWriter::new(fs::File::create(&path).unwrap());
    let options = SimpleFileOptions::default();
    for (name, bytes) in golden::files(&golden::bundled()) {
        archive.start_file(name.to_str().unwrap(), options).unwrap();
        archive.write_all(&bytes).unwrap();
    }
    archive.start_file("closed/ExampleCo/code/bomb.txt", options).unwrap();
    for _ in 0..200 {
        archive.write_all(&vec![0; 1 << 20]).unwrap();
    }
    archive.add_symlink("closed/ExampleCo/code/link", "/etc/passwd", options).unwrap();
    archive.finish().unwrap();
    let output = tinyaudit(&["check", text(&path), "--round", "v1.3"]);
    let said = said(&output);
    assert!(said.contains("symbolic-link") && said.contains("code/link"), "{said}");
    assert!(said.contains("file-large") || said.contains("file-unreadable"), "{said}");
}

/// Sessions of both runners, in both divisions, become a verified package.
#[test]
fn sessions_become_a_verified_package() {
    for (division, round, runner) in
        [("closed", "v1.3", "eembc"), ("closed", "v1.3", "mlcommons"), ("open", "v1.4", "mlcommons")]
    {
        let folder = TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        let tree = at("tree");
        let system = "board_80mhz";
        let init = [
            "init",
            text(&tree),
            "--round",
            round,
            "--division",
            division,
            "--submitter",
            "Co",
            "--system",
            system,
            "--benchmark",
            "kws",
        ];
        succeeds(&init);
        assert!(succeeds(&init).contains("kept"));
        for mode in ["accuracy", "performance"] {
            succeeds(&[
                "run",
                "--profile",
                "cortex-m4-reference",
                "--benchmark",
                "kws",
                "--mode",
                mode,
                "--round",
                round,
                "--dialect",
                runner,
                "--into",
                text(&at(mode)),
            ]);
        }
        let own = tree.join(division).join("Co");
        let import = |session: &Path| {
            tinyaudit(&["import", text(session), "--system", system, "--into", text(&own), "--round", round])
        };
        for mode in ["accuracy", "performance"] {
            let output = import(&at(mode));
            assert!(output.status.success(), "{}", said(&output));
            assert!(said(&output).contains(&format!("kws {mode} of {system}")));
        }
        let again = import(&at("accuracy"));
        assert_eq!(again.status.code(), Some(1), "{}", said(&again));
        // The fields that `init` leaves open for the engineer.
        let description = own.join(format!("systems/{system}.json"));
        let filled = [
            "Board Name",
            "Processor(s) Name",
            "Processor(s) Frequencies",
            "Inference Framework",
            "Software Libraries",
            "Quantization Method",
            "Training framework (open division)",
        ]
        .iter()
        .fold(fs::read_to_string(&description).unwrap(), |text, key| {
            text.replace(&format!("\"{key}\": \"\""), &format!("\"{key}\": \"given\""))
        });
        fs::write(&description, filled).unwrap();
        fs::write(own.join("code/kws/train.py"), "train()\n").unwrap();
        // Text that still is what `init` wrote is not packaged.
        let out = at("package.zip");
        let untouched = tinyaudit(&["package", text(&tree), "--round", round, "--out", text(&out)]);
        assert_eq!(untouched.status.code(), Some(1));
        assert!(said(&untouched).contains("warning[scaffold-untouched]"), "{}", said(&untouched));
        for readme in ["README.md", "code/kws/README.md"] {
            fs::write(own.join(readme), "make && make flash\n").unwrap();
        }
        fs::write(own.join(format!("systems/TinyMLPerf_{round}_Submission_Checklist.pdf")), "%PDF-1.4\n").unwrap();
        succeeds(&["package", text(&tree), "--round", round, "--out", text(&out)]);
        assert!(succeeds(&["verify", text(&out)]).contains("UNCHANGED: every file is as it was packaged"));
        assert!(succeeds(&["check", text(&out), "--round", round]).contains("PASS: 0 errors"));
    }
}

/// If results exist, the worksheet contains their values; an existing worksheet is never overwritten.
#[test]
fn the_worksheet_is_filled_in_with_the_results() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let systems = folder.path().join("closed/ExampleCo/systems");
    for ending in ["docx", "pdf"] {
        fs::remove_file(systems.join(format!("TinyMLPerf_v1.3_Submission_Checklist.{ending}"))).unwrap();
    }
    let init = ["init", text(folder.path()), "--round", "v1.3", "--division", "closed", "--submitter", "ExampleCo"];
    assert!(succeeds(&init).contains("wrote closed/ExampleCo/systems/Checklist_draft_v1.3.docx"));
    let draft = systems.join("Checklist_draft_v1.3.docx");
    let written = fs::read(&draft).unwrap();
    let form = tinyaudit::parse::document::checklist::parse(&written).unwrap();
    assert!(form.is_worksheet());
    assert_eq!(form.field("name(s) of system").as_deref(), Some("simulated_fpga_100mhz, simulated_npu_400mhz"),);
    let ticked: Vec<&str> = form.lines.iter().filter(|item| item.ticked).map(|item| item.text.as_str()).collect();
    assert_eq!(
        ticked,
        [
            "Closed",
            "Available",
            "image classification",
            "streaming wake word",
            "Yes, image classification, Top-1 of at least 85 %",
            "Yes, streaming wake word, at most 8 false positives and 8 false negatives",
            "MLCommons runner",
            "EEMBC runner",
        ]
    );
    assert_eq!(form.rows.len(), 4);
    assert_eq!(form.rows[2], ["simulated_fpga_100mhz", "sww", "8 FP / 8 FN"]);
    assert_eq!(form.rows[3], ["simulated_npu_400mhz", "ic", "85.5 % / 0.93 AUC"]);
    assert!(succeeds(&init).contains("kept closed/ExampleCo/systems/Checklist_draft_v1.3.docx"));
    assert_eq!(fs::read(&draft).unwrap(), written);
    let findings = said(&tinyaudit(&["check", text(folder.path()), "--round", "v1.3"]));
    assert!(findings.contains("only tinyaudit's worksheet for it"), "{findings}");
}

/// A session of another model, a broken session and an unrelated folder are refused with the reason.
#[test]
fn sessions_that_do_not_fit_are_refused() {
    let folder = TempDir::new().unwrap();
    let session = golden::bundled().join("closed/ExampleCo/results/simulated_fpga_100mhz/ic/performance");
    let edited = folder.path().join("edited");
    golden::copy(&session, &edited);
    let results = edited.join("results.txt");
    fs::write(&results, fs::read_to_string(&results).unwrap().replace("3690.894", "9690.894")).unwrap();
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let into = folder.path().join("into");
    fs::create_dir_all(into.join("systems")).unwrap();
    let import = |into: &Path| {
        let sessions = [text(&edited), text(&empty), text(&session)];
        tinyaudit(&[&["import"][..], &sessions, &["--system", "s", "--into", text(into), "--round", "v1.3"]].concat())
    };
    let elsewhere = import(folder.path());
    assert_eq!(elsewhere.status.code(), Some(2));
    assert!(said(&elsewhere).contains("contains neither `systems` nor `results`"), "{}", said(&elsewhere));
    fs::write(into.join("systems/sys.json"), "{}").unwrap();
    let undescribed = said(&import(&into));
    assert!(undescribed.contains("there is no systems/s.json"), "{undescribed}");
    fs::write(into.join("systems/s.json"), "{}").unwrap();
    let output = import(&into);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("throughput-mismatch") && said.contains("it does not contain session files"), "{said}");
    assert!(into.join("results/s/ic/performance/log.txt").is_file());
}

/// What is not a folder that can be read is not replaced, whatever it is.
#[test]
fn import_never_takes_the_place_of_a_file() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let own = folder.path().join("closed/ExampleCo");
    let (run, session) = (own.join("results/simulated_npu_400mhz/ic/performance"), folder.path().join("session"));
    fs::rename(&run, &session).unwrap();
    fs::write(&run, "notes").unwrap();
    for more in [&[][..], &["--replace"]] {
        let place = ["--system", "simulated_npu_400mhz", "--into", text(&own), "--round", "v1.3"];
        let output = tinyaudit(&[&["import", text(&session)][..], &place, more].concat());
        assert!(
            !output.status.success() && said(&output).contains("not a folder that can be read"),
            "{}",
            said(&output)
        );
        assert_eq!(fs::read(&run).unwrap(), b"notes");
    }
}

/// `import --replace` replaces a session and keeps the old one; images are copied too, other files are listed as
/// skipped.
#[test]
fn import_replaces_a_session_and_keeps_the_old_one() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("tree");
    golden::copy(&golden::bundled(), &tree);
    let own = tree.join("closed/ExampleCo");
    let run = own.join("results/simulated_fpga_100mhz/ic/performance");
    let session = folder.path().join("session");
    golden::copy(&run, &session);
    fs::create_dir(session.join("power")).unwrap();
    fs::write(session.join("power/energy_inf_000.png"), "picture").unwrap();
    fs::write(session.join("notes.md"), "warm day").unwrap();
    fs::write(run.join("log.txt"), "older").unwrap();
    let import = |more: &[&str]| {
        let place = ["import", text(&session), "--system", "simulated_fpga_100mhz", "--into", text(&own)];
        tinyaudit(&[&place[..], more].concat())
    };
    let refused = import(&[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("use --replace to replace it"), "{}", said(&refused));
    let output = import(&["--replace"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("skipped, not runner output files: notes.md"), "{}", said(&output));
    assert_eq!(fs::read(run.join("energy_inf_000.png")).unwrap(), b"picture");
    let kept = folder.path().join("tree.tinyaudit-replaced/closed/ExampleCo/simulated_fpga_100mhz/ic/performance-1");
    assert_eq!(fs::read(kept.join("log.txt")).unwrap(), b"older");
    assert!(import(&["--replace"]).status.success() && kept.with_file_name("performance-2").is_dir());
}

/// A system is a name, not a path; if two files could be the log, the session is refused.
#[test]
fn sessions_are_imported_only_into_the_submission() {
    let folder = TempDir::new().unwrap();
    let own = folder.path().join("closed/Co");
    fs::create_dir_all(own.join("systems")).unwrap();
    let session = folder.path().join("session");
    golden::copy(&golden::bundled().join("closed/ExampleCo/results/simulated_fpga_100mhz/ic/performance"), &session);
    let import = |system: &str| {
        tinyaudit(&["import", text(&session), "--system", system, "--into", text(&own), "--round", "v1.3"])
    };
    for system in ["../../escape", "", ".."] {
        let output = import(system);
        assert!(
            output.status.code() == Some(2) && said(&output).contains("cannot be the name of a folder")
                || said(&output).contains("begins or ends with a dot"),
            "{}",
            said(&output)
        );
    }
    fs::copy(session.join("log.txt"), session.join("log_backup.txt")).unwrap();
    let output = import("s");
    assert!(said(&output).contains("both `log.txt` and `log_backup.txt` may be its `log.txt`"), "{}", said(&output));
    assert!(!own.join("results").exists());
}

/// Sessions are refused by the rules of their division and by the committee's decisions.
#[test]
fn sessions_are_judged_in_their_division() {
    let folder = TempDir::new().unwrap();
    let session = folder.path().join("session");
    golden::copy(&golden::bundled().join("closed/ExampleCo/results/simulated_npu_400mhz/ic/performance"), &session);
    let log = session.join("log.txt");
    let lines: Vec<String> = fs::read_to_string(&log).unwrap().split_inclusive('\n').map(str::to_owned).collect();
    fs::write(&log, lines[..lines.len() - 2].concat()).unwrap();
    let into = |division: &str| {
        let own = folder.path().join(format!("tree/{division}/Co"));
        fs::create_dir_all(own.join("systems")).unwrap();
        fs::write(own.join("systems/s.json"), "{}").unwrap();
        own
    };
    let import = |division: &str, more: &[&str]| {
        let own = into(division);
        let place = ["import", text(&session), "--system", "s", "--round", "v1.3", "--into", text(&own)];
        tinyaudit(&[&place[..], more].concat())
    };
    for division in ["closed", "open"] {
        let output = import(division, &[]);
        assert_eq!(output.status.code(), Some(1));
        let said = said(&output);
        assert!(said.contains(&format!("rules of v1.3 in the {division} division")), "{said}");
        assert!(said.contains("help: copy the whole log of the session"), "{said}");
    }
    let waivers = folder.path().join("w.yaml");
    let rules = ["log-incomplete", "log-of-another-session", "window-count", "evidence-undecided", "window-arithmetic"];
    let decision = |rule: &&str| {
        format!("- {{rule: {rule}, path: 'open/Co/*', reason: lost, decided_by: WG, date: 2026-01-31}}\n")
    };
    fs::write(&waivers, rules.iter().map(decision).collect::<Vec<_>>().concat()).unwrap();
    let output = import("open", &["--waivers", text(&waivers)]);
    assert!(output.status.success(), "{}", said(&output));
}

/// Submitters cannot waive: a package is checked without its waivers unless they are trusted.
#[test]
fn waivers_in_a_package_are_not_trusted() {
    let folder = TempDir::new().unwrap();
    let (tree, package) = (folder.path().join("tree"), folder.path().join("p.zip"));
    golden::copy(&golden::bundled(), &tree);
    fs::remove_dir_all(tree.join("closed/ExampleCo/code")).unwrap();
    let waivers = folder.path().join("waivers.yaml");
    let decision = "- rule: code-missing\n  path: closed/ExampleCo\n  reason: under embargo until the release\n  \
                    decided_by: Tiny working group\n  date: 2026-01-31\n";
    fs::write(&waivers, decision).unwrap();
    succeeds(&["package", text(&tree), "--round", "v1.3", "--waivers", text(&waivers), "--out", text(&package)]);
    let output = tinyaudit(&["verify", text(&package)]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("the package contains 1 waiver (not trusted"), "{}", said(&output));
    assert!(succeeds(&["verify", text(&package), "--trust-waivers"]).contains("1 waived"));
    assert!(succeeds(&["verify", text(&package), "--waivers", text(&waivers)]).contains("1 waived"));
}

/// `--only-valid` leaves out an energy, a result, or a system without a valid result, and says so everywhere.
#[test]
fn only_what_is_valid_is_packaged_on_request() {
    let (folder, unpacked) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let tree = folder.path().join("round");
    let results = |place: &str| tree.join("closed/ExampleCo/results").join(place).join("results.txt");
    let edits = [
        ("simulated_npu_400mhz/ic/energy", "92.083", "82.083", "ic: only energy is left out: it is contradicted"),
        ("simulated_fpga_100mhz/ic/accuracy", "85.0", "88.0", "ic: quality is contradicted: accuracy-mismatch"),
        ("simulated_npu_400mhz/ic/accuracy", "85.5", "88.5", "ic: quality is contradicted: accuracy-mismatch"),
    ];
    for (index, (place, from, to, reason)) in edits.into_iter().enumerate() {
        golden::copy(&golden::bundled(), &tree);
        let claims = fs::read_to_string(results(place)).unwrap();
        assert!(claims.contains(from), "{claims}");
        fs::write(results(place), claims.replace(from, to)).unwrap();
        let out = folder.path().join(format!("{index}.zip"));
        let refused = tinyaudit(&["package", text(&tree), "--round", "v1.3", "--out", text(&out)]);
        assert!(refused.status.code() == Some(1) && said(&refused).contains("or --only-valid to leave out"));
        let command = ["package", text(&tree), "--round", "v1.3", "--out", text(&out), "--only-valid"];
        let printed = succeeds(&command);
        assert!(printed.contains("left out: closed/ExampleCo/") && printed.contains(reason), "{printed}");
        let verified = succeeds(&["verify", text(&out)]);
        assert!(verified.contains("left out of the package: closed/") && verified.contains(reason), "{verified}");
        let root = unpacked.path().join(index.to_string());
        zip::ZipArchive::new(fs::File::open(&out).unwrap()).unwrap().extract(&root).unwrap();
        for (name, part) in [("RESULTS.md", "## Left out"), ("REPORT.json", "\"left_out\"")] {
            assert!(fs::read_to_string(root.join(name)).unwrap().contains(part), "{name}");
        }
        let own = root.join("closed/ExampleCo");
        assert!(!own.join("results").join(place).exists());
        assert_eq!(own.join("results/simulated_npu_400mhz/ic/performance").exists(), index != 2);
        assert_eq!(own.join("systems/simulated_npu_400mhz.json").exists(), index != 2);
        assert!(own.join("results/simulated_fpga_100mhz/sww").exists());
        assert_eq!(own.join("results/simulated_fpga_100mhz/ic").exists(), index != 1);
        // What the package says was left out is part of what is verified.
        let report = fs::read_to_string(root.join("REPORT.json")).unwrap();
        fs::write(root.join("REPORT.json"), report.replace("\"left_out\"", "\"left\"")).unwrap();
        assert_eq!(tinyaudit(&["verify", text(&root)]).status.code(), Some(1));
        fs::remove_dir_all(&tree).unwrap();
    }
}

/// A results table whose digest was updated in the manifest, too, is no longer that of the check.
#[test]
fn edited_documents_of_a_package_are_detected() {
    let folder = TempDir::new().unwrap();
    let package = package(&golden::bundled(), folder.path(), "a.zip");
    let unpacked = folder.path().join("unpacked");
    zip::ZipArchive::new(fs::File::open(&package).unwrap()).unwrap().extract(&unpacked).unwrap();
    succeeds(&["verify", text(&unpacked)]);
    let manifest = unpacked.join("MANIFEST.sha256");
    for name in ["RESULTS.md", "REPORT.json"] {
        let kept = fs::read_to_string(unpacked.join(name)).unwrap();
        let kept_manifest = fs::read_to_string(&manifest).unwrap();
        let edited = kept.replacen('1', "9", 1);
        let listed = |text: &str| Listed::from_bytes(name, text.as_bytes()).sha256.clone();
        fs::write(unpacked.join(name), &edited).unwrap();
        fs::write(&manifest, kept_manifest.replace(&listed(&kept), &listed(&edited))).unwrap();
        let output = tinyaudit(&["verify", text(&unpacked)]);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(&format!("{name}: a new check gives another one")), "{}", said(&output));
        fs::write(unpacked.join(name), kept).unwrap();
        fs::write(&manifest, kept_manifest).unwrap();
    }
}

/// `fix` corrects names that differ from the official ones in case or are short forms, innermost first.
#[test]
fn fix_corrects_names() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("tree");
    golden::copy(&golden::bundled(), &tree);
    let own = tree.join("closed/ExampleCo");
    let systems = own.join("systems");
    let description = systems.join("simulated_npu_400mhz.json");
    let bytes = fs::read(&description).unwrap();
    fs::write(&description, [b"\xEF\xBB\xBF", &bytes[..]].concat()).unwrap();
    let ic = own.join("results/simulated_npu_400mhz/ic");
    for (folder, from, to) in [
        (&systems, "simulated_npu_400mhz.json", "Simulated-NPU-400MHz.JSON"),
        (&ic.join("accuracy"), "log.txt", "LOG.TXT"),
        (&ic.join("performance"), "script.async", "Script.Async"),
        (&ic, "EEMBC_RUNNER", "eembc_runner"),
        (&ic, "energy", "Power"),
        (&ic, "performance", "perf"),
        (&ic, "accuracy", "Accuracy"),
        (&own.join("results/simulated_npu_400mhz"), "ic", "IC"),
        (&own, "results", "Results"),
        (&own, "code", "Code"),
    ] {
        fs::rename(folder.join(from), folder.join(to)).unwrap();
    }
    let broken = golden::files(&tree);
    let plan = succeeds(&["fix", text(&tree), "--round", "v1.3"]);
    assert_eq!(golden::files(&tree), broken, "printing the plan changes nothing");
    assert!(plan.contains("move closed/ExampleCo/Results to closed/ExampleCo/results"), "{plan}");
    succeeds(&["fix", text(&tree), "--round", "v1.3", "--apply"]);
    assert_eq!(golden::files(&tree), golden::files(&golden::bundled()));
    succeeds(&["fix", text(&tree), "--round", "v1.3", "--undo"]);
    assert_eq!(golden::files(&tree), broken);
}

#[test]
fn fixing_can_be_undone() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("tree");
    golden::copy(&golden::bundled(), &tree);
    let own = tree.join("closed/ExampleCo");
    let npu = own.join("results/simulated_npu_400mhz/ic");
    fs::rename(npu.join("accuracy/results.txt"), npu.join("accuracy/result.txt")).unwrap();
    fs::rename(npu.join("EEMBC_RUNNER"), npu.join("energy/EEMBC_RUNNER")).unwrap();
    fs::write(own.join("code/.DS_Store"), "junk").unwrap();
    fs::create_dir_all(own.join("code/empty/inner")).unwrap();
    fs::create_dir_all(own.join("code/__pycache__")).unwrap();
    fs::write(own.join("code/__pycache__/x.pyc"), "x").unwrap();
    let description = own.join("systems/simulated_npu_400mhz.json");
    fs::write(
        &description,
        fs::read_to_string(&description).unwrap().replace("\"available\"", "\"Available on premise\""),
    )
    .unwrap();
    let broken = golden::files(&tree);
    let fix = |flag: &str| succeeds(&["fix", text(&tree), "--round", "v1.3", flag]);
    let plan = succeeds(&["fix", text(&tree), "--round", "v1.3"]);
    assert!(plan.contains("6 changes; run with --apply to make them"), "{plan}");
    assert_eq!(golden::files(&tree), broken, "printing the plan changes nothing");
    fix("--apply");
    assert_eq!(golden::files(&tree), golden::files(&golden::bundled()));
    assert!(!own.join("code/empty").exists());
    // Files created or edited since are not overwritten.
    let in_the_way = [
        (own.join("code/.DS_Store"), "exists again"),
        (npu.join("accuracy/result.txt"), "exists again"),
        (description, "was edited since"),
    ];
    for (path, reason) in in_the_way {
        let before = fs::read(&path).ok();
        fs::write(&path, "by hand").unwrap();
        let output = tinyaudit(&["fix", text(&tree), "--round", "v1.3", "--undo"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains(reason), "{}", said(&output));
        assert_eq!(fs::read(&path).unwrap(), b"by hand");
        match before {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
    }
    // Later fixes are undone first, and earlier kept files are not changed.
    let fixed = golden::files(&tree);
    fs::write(own.join("code/.DS_Store"), "more").unwrap();
    fix("--apply");
    fs::write(own.join("code/Thumbs.db"), "still more").unwrap();
    fix("--apply");
    assert_eq!(golden::files(&tree), fixed);
    fix("--undo");
    assert_eq!(fs::read(own.join("code/Thumbs.db")).unwrap(), b"still more");
    fix("--undo");
    assert_eq!(fs::read(own.join("code/.DS_Store")).unwrap(), b"more");
    fs::remove_file(own.join("code/.DS_Store")).unwrap();
    fs::remove_file(own.join("code/Thumbs.db")).unwrap();
    fix("--undo");
    assert_eq!(golden::files(&tree), broken);
    assert!(own.join("code/empty/inner").exists());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn changes_are_listed() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("tree");
    golden::copy(&golden::bundled(), &tree);
    let own = tree.join("closed/ExampleCo");
    fs::remove_dir_all(own.join("results/simulated_fpga_100mhz/sww")).unwrap();
    let results = own.join("results/simulated_npu_400mhz/ic/accuracy/results.txt");
    fs::write(&results, fs::read_to_string(&results).unwrap().replace("85.5", "88.5")).unwrap();
    let old = golden::bundled();
    let said = succeeds(&["compare", text(&old), text(&tree), "--round", "v1.3"]);
    for line in [
        "removed closed/ExampleCo/simulated_fpga_100mhz/sww",
        "new finding: error[accuracy-mismatch] 1×",
        "evidence changed: closed/ExampleCo/results/simulated_npu_400mhz/ic/accuracy/results.txt",
    ] {
        assert!(said.contains(line), "{said}");
    }
    assert!(
        succeeds(&["compare", text(&old), text(&tree), "--round", "v1.3", "--format", "json"]).contains("\"removed\"")
    );
    assert!(
        succeeds(&["compare", text(&old), text(&tree), "--round", "v1.3", "--format", "markdown"])
            .contains("| removed |")
    );
}

/// Renamed systems are compared too; each state is checked with its own round.
#[test]
fn renamed_systems_are_recognised() {
    let folder = TempDir::new().unwrap();
    let (tree, package) = (folder.path().join("tree"), folder.path().join("old.zip"));
    golden::copy(&golden::bundled(), &tree);
    succeeds(&["package", text(&tree), "--round", "v1.3", "--out", text(&package)]);
    let own = tree.join("closed/ExampleCo");
    for (from, to) in
        [("results/simulated_npu_400mhz", "results/npu"), ("systems/simulated_npu_400mhz.json", "systems/npu.json")]
    {
        fs::rename(own.join(from), own.join(to)).unwrap();
    }
    let said = succeeds(&["compare", text(&package), text(&tree), "--round", "v1.3", "--findings"]);
    assert!(!said.contains("description:") && !said.contains("files:"), "{said}");
    let renamed = "renamed: closed/ExampleCo/simulated_npu_400mhz is now closed/ExampleCo/npu (the same sessions)";
    assert!(said.contains(renamed) && said.contains("0 changed results"), "{said}");
    fs::write(folder.path().join("tinyaudit.toml"), "round = 'v1.2'\n").unwrap();
    let fresh = TempDir::new().unwrap();
    let moved = fresh.path().join("old.zip");
    fs::rename(&package, &moved).unwrap();
    let said = succeeds(&["compare", text(&moved), text(&tree)]);
    assert!(said.starts_with("checked against rounds v1.3 and v1.2"), "{said}");
}

/// Changes of claim, description, code and evidence of a renamed system are listed, although no recomputed figure
/// changed.
#[test]
fn changes_that_matter_in_a_review_are_listed() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("tree");
    golden::copy(&golden::bundled(), &tree);
    let own = tree.join("closed/ExampleCo");
    let edit = |path: &str, old: &str, new: &str| {
        let path = own.join(path);
        fs::write(&path, fs::read_to_string(&path).unwrap().replace(old, new)).unwrap();
    };
    edit("results/simulated_npu_400mhz/ic/accuracy/results.txt", "85.5%", "86.5%");
    edit("systems/simulated_npu_400mhz.json", "\"Status\": \"available\"", "\"Status\": \"preview\"");
    fs::write(own.join("code/ic/run.sh"), "other").unwrap();
    fs::write(own.join("code/ic/more.c"), "more").unwrap();
    fs::rename(own.join("results/simulated_npu_400mhz"), own.join("results/npu")).unwrap();
    fs::rename(own.join("systems/simulated_npu_400mhz.json"), own.join("systems/npu.json")).unwrap();
    let said = succeeds(&["compare", text(&golden::bundled()), text(&tree), "--round", "v1.3"]);
    for line in [
        "    claimed Top-1 in %: 85.50 to 86.50 (+1.17 %)",
        "    with name: `simulated_npu_400mhz` to `npu`",
        "    not valid: quality contradicted: accuracy-mismatch",
        "description: closed/ExampleCo/npu: Status: `available` to `preview`",
        "files: closed/ExampleCo code: 1 added, 0 removed, 1 changed",
        "evidence changed: closed/ExampleCo/results/npu/ic/accuracy/results.txt",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
}

/// If stdout is closed, everything is still imported, and the exit code is correct.
#[test]
fn a_closed_stream_does_not_stop_an_import() {
    let folder = TempDir::new().unwrap();
    let own = folder.path().join("closed/Co");
    fs::create_dir_all(own.join("systems")).unwrap();
    fs::write(own.join("systems/s.json"), "{}").unwrap();
    let sessions = golden::bundled().join("closed/ExampleCo/results/simulated_fpga_100mhz/ic");
    let script = format!(
        "'{}' import '{sessions}/accuracy' '{sessions}/performance' --system s --into '{}' --round v1.3 | true; \
         '{0}' check /nowhere 2>/dev/full; echo $?",
        env!("CARGO_BIN_EXE_tinyaudit"),
        text(&own),
        sessions = text(&sessions)
    );
    let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "2");
    for run in ["accuracy", "performance"] {
        assert!(own.join("results/s/ic").join(run).join("log.txt").is_file(), "{run}");
    }
}

#[test]
fn unknown_names_are_errors_not_empty_tables() {
    let bundled = golden::bundled();
    for (option, name) in [("--benchmark", "foo"), ("--division", "opn"), ("--benchmark", "ic,foo")] {
        let output = tinyaudit(&["results", text(&bundled), "--round", "v1.3", option, name]);
        assert!(output.status.code() == Some(2) && said(&output).contains("there are no results of "), "{name}");
    }
    let both = succeeds(&["results", text(&bundled), "--round", "v1.3", "--benchmark", "ic,sww", "--format", "csv"]);
    assert_eq!(both.lines().count(), 4);
}

/// A package may not have the name of another archive format.
#[test]
fn a_package_is_a_zip_archive() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("mine.tar.gz");
    let output = tinyaudit(&["package", text(&golden::bundled()), "--round", "v1.3", "--out", text(&place)]);
    assert!(output.status.code() == Some(2) && said(&output).contains("mine.tar.zip"), "{}", said(&output));
    assert!(!place.exists());
}

/// `fix` adds a missing marker, and undo removes it; `fix` corrects a typing error in a status.
#[test]
fn fix_adds_a_marker_and_corrects_a_status() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("tree");
    golden::copy(&golden::bundled(), &tree);
    let own = tree.join("closed/ExampleCo");
    fs::remove_file(own.join("results/simulated_npu_400mhz/ic/EEMBC_RUNNER")).unwrap();
    let description = own.join("systems/simulated_npu_400mhz.json");
    fs::write(&description, fs::read_to_string(&description).unwrap().replace("available", "Availble")).unwrap();
    let broken = golden::files(&tree);
    succeeds(&["fix", text(&tree), "--round", "v1.3", "--apply"]);
    assert_eq!(golden::files(&tree), golden::files(&golden::bundled()));
    succeeds(&["fix", text(&tree), "--undo"]);
    assert_eq!(golden::files(&tree), broken);
}

/// A waiver of the committee makes a result of the history valid.
#[test]
fn the_history_follows_the_decisions_of_the_committee() {
    let folder = TempDir::new().unwrap();
    let round = folder.path().join("v1.3");
    golden::copy(&golden::bundled(), &round);
    let results = round.join("closed/ExampleCo/results/simulated_npu_400mhz/ic/accuracy/results.txt");
    fs::write(&results, fs::read_to_string(&results).unwrap().replace("85.5%", "88.5%")).unwrap();
    assert!(succeeds(&["history", text(&round)]).contains("(not valid)"));
    let waivers = folder.path().join("waivers.yaml");
    let decision = "- {round: v1.3, rule: accuracy-mismatch, reason: a slip, decided_by: us, date: '2026-01-01'}\n";
    fs::write(&waivers, decision).unwrap();
    let waived = succeeds(&["history", text(&round), "--waivers", text(&waivers)]);
    assert!(!waived.contains("(not valid)"), "{waived}");
    assert!(succeeds(&["history", text(&round), "--waivers"]).contains("(not valid)"));
}

/// A system is followed through rounds under another name; a system that disappeared is listed.
#[test]
fn systems_are_followed_through_rounds() {
    let folder = TempDir::new().unwrap();
    let (old, new) = (folder.path().join("v1.3"), folder.path().join("v1.4"));
    for place in [&old, &new] {
        golden::copy(&golden::bundled(), place);
    }
    let own = new.join("closed/ExampleCo");
    fs::rename(own.join("results/simulated_npu_400mhz"), own.join("results/npu")).unwrap();
    fs::rename(own.join("systems/simulated_npu_400mhz.json"), own.join("systems/npu.json")).unwrap();
    fs::remove_dir_all(own.join("results/simulated_fpga_100mhz")).unwrap();
    let printed = succeeds(&["history", text(&old), text(&new)]);
    for part in [
        "closed/ExampleCo npu\n  with an accelerator, in v1.3 as simulated_npu_400mhz, v1.4 as npu (the same sessions)",
        "ic inf/s: v1.3 662.9, v1.4 662.9 (+0.0 %)",
        "closed/ExampleCo simulated_fpga_100mhz, missing from the last round",
        "ic with an accelerator: first v1.3 3690.9 inf/s ExampleCo/simulated_fpga_100mhz",
        "ic µJ/inf: v1.3 92.08 at 3.3 V, v1.4 92.08 (+0.0 %) at 3.3 V",
        "ic v1.3: fastest 3690.9 inf/s ExampleCo/simulated_fpga_100mhz, least energy 92.08 µJ/inf at 3.3 V",
    ] {
        assert!(printed.contains(part), "{part} in {printed}");
    }
    // Without its log, the result is unproven, which a list of absent files explains.
    let log = "closed/ExampleCo/results/simulated_npu_400mhz/ic/accuracy/log.txt";
    let taken = fs::read(old.join(log)).unwrap();
    fs::remove_file(old.join(log)).unwrap();
    let list = folder.path().join("v1.3.absent.txt");
    fs::write(&list, log).unwrap();
    let both = ["history", text(&old), text(&new)];
    for (more, said) in [(vec![], "(not valid)"), (vec!["--absent", text(&list)], "(unproven, files absent)")] {
        let printed = succeeds(&[&both[..], &more].concat());
        assert!(printed.contains(&format!("v1.3 662.9 {said}")), "{printed}");
    }
    fs::write(old.join(log), taken).unwrap();
    let json = succeeds(&["history", text(&old), text(&new), "--format", "json"]);
    assert!(json.contains("\"vanished\": true") && json.contains("\"sure\": true"), "{json}");
    assert!(
        succeeds(&["history", text(&old), text(&new), "--format", "markdown"]).contains("### closed/ExampleCo npu")
    );
    let page = folder.path().join("history.html");
    succeeds(&["history", text(&old), text(&new), "--format", "html", "--out", text(&page)]);
    let page = fs::read_to_string(page).unwrap();
    for part in [
        "ic: latency in ms of 2 systems, round by round",
        "<h2 id=\"vanished-title\">",
        "v1.4 as npu (the same sessions)",
        "not valid",
        "default-src 'none'",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
}

/// Sessions at any depth, in an archive, as a trial, and into the submitter that describes the system.
#[test]
fn a_heap_of_sessions_is_imported() {
    let folder = TempDir::new().unwrap();
    let own = folder.path().join("closed/Co");
    fs::create_dir_all(own.join("systems")).unwrap();
    fs::create_dir_all(folder.path().join("closed/Other/systems")).unwrap();
    fs::write(own.join("systems/s.json"), "{}").unwrap();
    let heap = folder.path().join("heap");
    let measured = golden::bundled().join("closed/ExampleCo/results/simulated_fpga_100mhz/ic");
    for mode in ["accuracy", "performance"] {
        golden::copy(&measured.join(mode), &heap.join("monday/board/again").join(mode));
    }
    let archive = folder.path().join("heap.zip");
    let mut zip = zip::ZipWriter::new(fs::File::create(&archive).unwrap());
    for mode in ["accuracy", "performance"] {
        for entry in fs::read_dir(measured.join(mode)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("day/{mode}/{}", path.file_name().unwrap().to_str().unwrap());
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut zip, &fs::read(&path).unwrap()).unwrap();
        }
    }
    zip.finish().unwrap();
    let import = |what: &str, more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_tinyaudit"))
            .args(["import", what, "--system", "s", "--round", "v1.3"])
            .args(more)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        said
    };
    let run = own.join("results/s/ic/performance/log.txt");
    for what in ["heap", "heap.zip"] {
        let said = import(what, &["--dry-run"]);
        assert!(said.contains("would be ic accuracy of s") && said.contains("would be ic performance of s"), "{said}");
        assert!(said.contains("into ./closed/Co") && !own.join("results").exists(), "{said}");
        let said = import(what, &[]);
        assert!(said.contains("/performance: ic performance of s"), "{said}");
        // A trial says what the import would say.
        let again = Command::new(env!("CARGO_BIN_EXE_tinyaudit"))
            .args(["import", what, "--system", "s", "--round", "v1.3", "--dry-run"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(again.status.code(), Some(1));
        assert!(import(what, &["--dry-run", "--replace"]).contains("would replace the session that is there"));
        assert_eq!(fs::read(&run).unwrap(), fs::read(measured.join("performance/log.txt")).unwrap());
        fs::remove_dir_all(own.join("results")).unwrap();
    }
}
