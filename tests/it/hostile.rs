//! Hostile and broken input: bounded time and memory, a clear finding or error, and no other finding hidden.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use tempfile::TempDir;
use tinyaudit::audit::report::Report;
use tinyaudit::round::Round;
use tinyaudit::source::Tree;

use crate::golden;

const NPU: &str = "closed/ExampleCo/results/simulated_npu_400mhz/ic";

fn run(arguments: &[&str]) -> Output {
    golden::program().args(arguments).output().unwrap()
}

/// Checks a bundled submission in which one file was replaced. The check must not panic and must still list all three
/// results.
fn survives(file: &str, write: impl FnOnce(&Path)) -> String {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    write(&folder.path().join(file));
    let output = run(&["check", folder.path().to_str().unwrap(), "--round", "v1.3"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)) && !said.contains("panicked"), "{file}: {said}");
    assert!(said.contains("in 3 results of 2 systems"), "{file}: {said}");
    said
}

fn pieces(path: &Path, piece: &[u8], times: usize) {
    let mut file = std::io::BufWriter::new(fs::File::create(path).unwrap());
    (0..times).for_each(|_| file.write_all(piece).unwrap());
}

fn log() -> String {
    format!("{NPU}/performance/log.txt")
}

#[test]
fn one_endless_line() {
    for file in [log(), format!("{NPU}/performance/results.txt"), format!("{NPU}/performance/script.async")] {
        survives(&file, |path| pieces(path, &vec![b'x'; 1 << 20], 100));
    }
}

/// Code generators write long lines too.
#[test]
fn a_key_in_a_long_line() {
    let said = survives("closed/ExampleCo/code/long.json", |path| {
        let half = "x".repeat(3 << 20);
        fs::write(path, format!("{half}-----BEGIN PRIVATE KEY-----{half}\n")).unwrap();
    });
    assert!(said.contains("private-key-published"), "{said}");
}

/// A gigabyte without a line feed, in a process whose memory limit is smaller.
#[cfg(unix)]
#[test]
fn a_gigabyte_in_one_line() {
    let fpga = "closed/ExampleCo/results/simulated_fpga_100mhz/ic";
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    for file in [
        log(),
        format!("{NPU}/performance/results.txt"),
        format!("{NPU}/performance/script.async"),
        format!("{fpga}/performance/log.txt"),
        format!("{fpga}/performance/results.json"),
        "closed/ExampleCo/code/ic/README.md".to_owned(),
    ] {
        let path = folder.path().join(&file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::OpenOptions::new().write(true).create(true).truncate(false).open(path).unwrap().set_len(1 << 30).unwrap();
    }
    let output = Command::new("sh")
        .args([
            "-c",
            "ulimit -v 900000; exec \"$0\" \"$@\"",
            env!("CARGO_BIN_EXE_tinyaudit"),
            "check",
            "--round",
            "v1.3",
        ])
        .arg(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("in 3 results of 2 systems"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("it has 1073741824 bytes"), "{said}");
}

/// Files that are truncated or removed after the tree was listed.
#[test]
fn files_that_shrink_while_they_are_read() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let tree = Tree::open(folder.path()).unwrap();
    for (index, path) in golden::files(folder.path()).into_keys().enumerate() {
        let path = folder.path().join(path);
        let length = path.metadata().unwrap().len();
        if index % 5 == 0 {
            fs::remove_file(path).unwrap();
        } else {
            fs::OpenOptions::new().write(true).open(path).unwrap().set_len(length / 2).unwrap();
        }
    }
    let report = Report::check(&tree, Round::named("v1.3").unwrap(), None).unwrap();
    assert_eq!(report.results().count(), 3);
    let unreadable = report.findings().filter(|finding| finding.message.contains("cannot be read")).count();
    assert!(unreadable > 1, "{:#?}", report.counts());
}

#[test]
fn ten_million_empty_lines() {
    survives(&log(), |path| pieces(path, &vec![b'\n'; 1 << 16], 160));
    survives(&format!("{NPU}/accuracy/results.txt"), |path| pieces(path, &vec![b'\n'; 1 << 16], 160));
}

#[test]
fn deep_nesting() {
    for open in [&b"["[..], b"{\"a\":"] {
        survives("closed/ExampleCo/systems/simulated_npu_400mhz.json", |path| pieces(path, open, 200_000));
        survives("closed/ExampleCo/results/simulated_fpga_100mhz/ic/performance/results.json", |path| {
            pieces(path, open, 200_000);
        });
    }
}

#[test]
fn alias_bombs_and_huge_rounds_are_refused() {
    let folder = TempDir::new().unwrap();
    let bomb = folder.path().join("bomb.yaml");
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let alias = format!("*a{}", level - 1);
        writeln!(text, "a{level}: &a{level} [{}]", [alias.as_str(); 9].join(", ")).unwrap();
    }
    fs::write(&bomb, text).unwrap();
    let bundled = golden::bundled();
    for flag in ["--rules", "--waivers"] {
        let output = run(&["check", bundled.to_str().unwrap(), flag, bomb.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("bomb.yaml"));
    }
}

#[test]
fn figures_that_are_not_valid_numbers() {
    let endless = format!("0.{}1", "0".repeat(70_000));
    for figure in ["NaN", "inf", "-1.0", "1e999", "99999999999999999999999", "0x10", "", &endless] {
        survives(&format!("{NPU}/performance/results.txt"), |path| {
            let text = fs::read_to_string(path).unwrap();
            fs::write(path, text.replace("662.913", figure).replace("7300", figure)).unwrap();
        });
        survives(&log(), |path| {
            let text = fs::read_to_string(path).unwrap();
            fs::write(path, text.replace("m-lap-us-59448000", &format!("m-lap-us-{figure}"))).unwrap();
        });
    }
}

/// Control codes, bidirectional marks and line ends in names do not reach the terminal.
#[cfg(target_os = "linux")]
#[test]
fn names_send_no_control_codes_to_a_terminal() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let name = "x\u{1b}[2J\u{9b}2J\u{202e}\u{2028}\r";
    for inside in ["results", "systems"] {
        let path = folder.path().join("closed/ExampleCo").join(inside).join(name).join("ic/performance");
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("log.txt"), format!("00001.000 dut: m-name-dut-[{name}]\n")).unwrap();
    }
    let tree = folder.path().to_str().unwrap();
    let checks = ["text", "github", "markdown"].map(|one| vec!["check", tree, "--format", one]);
    let tables = ["text", "csv", "markdown", "official-csv"]
        .map(|one| vec!["results", tree, "--include-invalid", "--format", one]);
    let others = [vec!["check", tree, "--full"], vec!["check", tree, "--concise"], vec!["fix", tree]];
    for arguments in checks.into_iter().chain(tables).chain(others) {
        let output = run(&[&arguments[..], &["--round", "v1.3"]].concat());
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("[2J") || arguments[0] != "check", "{arguments:?}: {said}");
        let order = said.chars().find(|c| *c != '\n' && c.is_control() || "\u{202e}\u{2028}".contains(*c));
        assert_eq!(order, None, "{arguments:?}: {said}");
    }
}

#[test]
fn counters_that_wrap_or_stand_still() {
    for stamp in ["4049471", "0", "18446744073709551615"] {
        survives(&log(), |path| {
            let text = fs::read_to_string(path).unwrap();
            fs::write(path, text.replace("m-lap-us-15064150", &format!("m-lap-us-{stamp}"))).unwrap();
        });
    }
}

#[test]
fn sixty_five_thousand_windows() {
    let said = survives(&format!("{NPU}/performance/results.txt"), |path| {
        let mut text = String::new();
        for window in 0..65_000 {
            write!(text, "00086.460 ulp-mlperf: Performance results for window {window}:\n00086.460 ulp-mlperf:   # Inferences :  10\n").unwrap();
        }
        fs::write(path, text).unwrap();
    });
    assert!(said.contains("65000 windows"), "{said}");
}

#[cfg(unix)]
#[test]
fn loops_pipes_devices_and_locked_files() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let said = survives("closed/ExampleCo/code/ic/loop", |path| {
        symlink("..", path).unwrap();
        let pipe = path.with_file_name("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let locked = path.with_file_name("locked.c");
        fs::write(&locked, "x").unwrap();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o0)).unwrap();
    });
    assert!(said.contains("symbolic-link") && said.contains("file-unreadable"), "{said}");
}

#[test]
fn a_hundred_thousand_files() {
    survives("closed/ExampleCo/code/many", |path| {
        for folder in 0..100 {
            let folder = path.join(folder.to_string());
            fs::create_dir_all(&folder).unwrap();
            for file in 0..1000 {
                fs::write(folder.join(format!("{file}.c")), "").unwrap();
            }
        }
    });
}

/// A log that no runner writes is not read; a file without content can have that size, too.
#[cfg(target_os = "linux")]
#[test]
fn a_log_of_five_gigabytes_is_not_read() {
    let said =
        survives(&log(), |path| fs::OpenOptions::new().write(true).open(path).unwrap().set_len(5 << 30).unwrap());
    assert!(said.contains("`log.txt` cannot be read: it has 5368709120 bytes"), "{said}");
}

/// A file that grows while it is read has no end, but the check has. Whether it reads the file before or after it grew is
/// up to the system.
#[test]
fn a_log_that_grows_does_not_hold_the_check() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let log = folder.path().join(log());
    let stop = std::sync::atomic::AtomicBool::new(false);
    let output = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = fs::OpenOptions::new().append(true).open(&log).unwrap();
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                file.write_all(&[b'x'; 64]).unwrap();
            }
        });
        let output = run(&["check", folder.path().to_str().unwrap(), "--round", "v1.3"]);
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        output
    });
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(matches!(output.status.code(), Some(0 | 1)) && said.contains("in 3 results of 2 systems"), "{said}");
}

/// Characters that do not show, or that change what is shown beside them, are in no table and in no part of a page.
#[cfg(target_os = "linux")]
#[test]
fn hidden_characters_are_in_no_output() {
    let hidden = ['\u{85}', '\u{9b}', '\u{ad}', '\u{61c}', '\u{200b}', '\u{202e}', '\u{3164}', '\u{feff}'];
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let name: String = hidden.iter().collect();
    fs::rename(
        folder.path().join(NPU).parent().unwrap(),
        folder.path().join(format!("closed/ExampleCo/results/a{name}b")),
    )
    .unwrap();
    let tree = folder.path().to_str().unwrap();
    let out = folder.path().join("out.xlsx");
    let xlsx =
        ["results", tree, "--round", "v1.3", "--include-invalid", "--format", "xlsx", "--out", out.to_str().unwrap()];
    assert_ne!(run(&xlsx).status.code(), Some(2));
    let mut workbook = zip::ZipArchive::new(fs::File::open(&out).unwrap()).unwrap();
    let strings = std::io::read_to_string(workbook.by_name("xl/sharedStrings.xml").unwrap()).unwrap();
    let html = String::from_utf8(run(&["check", tree, "--round", "v1.3", "--format", "html"]).stdout).unwrap();
    assert!(strings.contains("a\u{fffd}") && html.contains("\\u009b\\u00ad\\u061c"), "{strings}");
    for c in hidden {
        assert!(!strings.contains(c), "{c:?} in the workbook");
        // The page's own places for line breaks are tags, so that nothing hidden is the page's.
        assert!(!html.contains(c), "{c:?} on the page");
    }
}

/// A line of a log that is too long to be read whole is a finding, and the rest is read.
#[test]
fn a_line_that_is_too_long_is_a_finding() {
    let said = survives(&format!("{NPU}/performance/log.txt"), |path| {
        let log = fs::read(path).unwrap();
        fs::write(path, [&log[..], &vec![b'x'; 9 << 20], b"\n"].concat()).unwrap();
    });
    assert!(said.contains("`log.txt` cannot be read: a line has more than 4 MiB"), "{said}");
    assert!(said.contains("1 cannot be judged"), "{said}");
}

/// Evidence beyond the budget of a tree is that of the largest results, whoever comes first.
#[cfg(unix)]
#[test]
fn huge_evidence_of_one_submitter_does_not_harm_another() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let before = run(&["results", folder.path().to_str().unwrap(), "--round", "v1.3", "--format", "csv"]);
    let own = folder.path().join("closed/Aaa/results/board/kws/performance");
    fs::create_dir_all(&own).unwrap();
    fs::File::create(own.join("log.txt")).unwrap().set_len(17 << 30).unwrap();
    let tree = folder.path().to_str().unwrap();
    let after = run(&["results", tree, "--round", "v1.3", "--format", "csv"]);
    assert_eq!(String::from_utf8_lossy(&after.stdout), String::from_utf8_lossy(&before.stdout));
    let found = run(&["check", tree, "--round", "v1.3", "--concise"]);
    let said = String::from_utf8_lossy(&found.stdout).into_owned();
    let beyond: Vec<&str> = said.lines().filter(|line| line.contains("16 GiB of evidence")).collect();
    assert!(beyond.len() == 1 && beyond[0].contains("closed/Aaa/"), "{said}");
}

/// An empty folder in place of a result takes about 2 kB of memory in every format.
#[cfg(target_os = "linux")]
#[test]
fn empty_folders_take_little_memory() {
    fits_into(80, 20_000, |number| format!("closed/Co/results/board/b{number}"));
}

/// A result whose only run is empty takes about 10 kB of memory in every format, its proof included.
#[cfg(target_os = "linux")]
#[test]
fn empty_runs_take_little_memory() {
    fits_into(130, 6_000, |number| format!("closed/Co/results/board{number}/kws/performance"));
}

/// Checks a tree of empty folders in every format with so many megabytes of data.
#[cfg(target_os = "linux")]
fn fits_into(megabytes: usize, count: usize, path: impl Fn(usize) -> String) {
    let folder = TempDir::new().unwrap();
    for number in 0..count {
        fs::create_dir_all(folder.path().join(path(number))).unwrap();
    }
    let limited = |arguments: &str| {
        let program = golden::program().get_program().to_owned();
        let command = format!("ulimit -d {megabytes}000; exec \"$0\" check . --round v1.3 {arguments}");
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(command).arg(program).current_dir(folder.path()).env("RAYON_NUM_THREADS", "1");
        shell.stdout(Stdio::null()).output().unwrap()
    };
    for format in ["text", "json", "jsonl", "sarif", "github", "junit", "markdown", "html"] {
        let output = limited(&format!("--format {format}"));
        assert_eq!(output.status.code(), Some(1), "{format}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A full disk gives an error that names the file, and leaves no partial file.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let output = golden::program()
        .args(["results", golden::bundled().to_str().unwrap(), "--round", "v1.3"])
        .stdout(Stdio::from(fs::OpenOptions::new().write(true).open("/dev/full").unwrap()))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}

/// Two processes write the same package: one wins, and the file is complete.
#[test]
fn two_writers_leave_one_complete_file() {
    let folder = TempDir::new().unwrap();
    let out: PathBuf = folder.path().join("p.zip");
    let start = || {
        golden::program()
            .args([
                "package",
                golden::bundled().to_str().unwrap(),
                "--round",
                "v1.3",
                "--force",
                "--out",
                out.to_str().unwrap(),
            ])
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let (mut first, mut second) = (start(), start());
    assert!(first.wait().unwrap().success() && second.wait().unwrap().success());
    assert_eq!(run(&["verify", out.to_str().unwrap()]).status.code(), Some(0));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Runs a command to its end, then kills it at several points in time.
fn killed(arguments: &[&str], prepare: impl Fn(), judge: impl Fn(&str)) {
    prepare();
    let start = Instant::now();
    run(arguments);
    let whole = start.elapsed();
    judge("at its end");
    for moment in 1..10 {
        prepare();
        let mut child = golden::program().args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * moment / 10);
        child.kill().unwrap();
        child.wait().unwrap();
        judge(&format!("after {moment} tenths"));
    }
}

/// A package is complete or does not exist, and the old package stays until it is replaced.
#[test]
fn packaging_can_be_killed() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("tree");
    golden::copy(&golden::bundled(), &tree);
    let out = folder.path().join("out/p.zip");
    let package = ["package", tree.to_str().unwrap(), "--round", "v1.3", "--force", "--out", out.to_str().unwrap()];
    assert_eq!(run(&package).status.code(), Some(0));
    let before = fs::read(&out).unwrap();
    fs::write(tree.join("closed/ExampleCo/code/new.md"), "new").unwrap();
    assert_eq!(run(&package).status.code(), Some(0));
    let after = fs::read(&out).unwrap();
    assert!(before != after);
    killed(
        &package,
        || fs::write(&out, &before).unwrap(),
        |when| {
            let now = fs::read(&out).unwrap();
            assert!(now == before || now == after, "{when}");
        },
    );
}

/// Whenever `fix` is killed, undoing restores the tree.
#[test]
fn fixing_can_be_killed() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("tree");
    golden::copy(&golden::bundled(), &tree);
    let own = tree.join("closed/ExampleCo");
    for number in 0..300 {
        let code = own.join(format!("code/{number}"));
        fs::create_dir_all(&code).unwrap();
        fs::write(code.join(".DS_Store"), number.to_string()).unwrap();
        fs::write(code.join("main.c"), "").unwrap();
    }
    for system in ["simulated_npu_400mhz", "simulated_fpga_100mhz"] {
        let description = own.join(format!("systems/{system}.json"));
        let text = fs::read_to_string(&description).unwrap();
        fs::write(&description, text.replace("\"available\"", "\"Available on premise\"")).unwrap();
    }
    let broken = golden::files(&tree);
    let fix = |flag| ["fix", tree.to_str().unwrap(), "--round", "v1.3", flag];
    killed(
        &fix("--apply"),
        || assert_eq!(golden::files(&tree), broken),
        |when| {
            let changed = golden::files(&tree) != broken;
            let undone = run(&fix("--undo")).status.success();
            assert!(undone || !changed, "{when}: nothing to undo");
            assert_eq!(golden::files(&tree), broken, "{when}");
            // Killed before its journal was complete.
            let _ = fs::remove_dir_all(folder.path().join("tree.tinyaudit-undo"));
        },
    );
}
