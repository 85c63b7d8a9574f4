//! `tinyaudit package` and `tinyaudit verify`

use std::io::{self, Seek, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use super::streams::{advance, complain, deliver, open_tree, print, progress, refuse_terminal, remark, styled};
use super::{ChosenRound, Input, Waivers, Wanted, read_waivers};
use crate::audit::report::Report;
use crate::audit::waiver::{self, Waiver};
use crate::render;
use crate::render::untrusted::Untrusted;
use crate::round::{Round, Severity};
use crate::source::{Entry, Tree};
use crate::submit::package::{self, Difference, Documents, Obstacle, PackageError, WAIVERS};

const PACKAGE_EXAMPLES: &str = "\
Examples:
  tinyaudit package submission --round v1.4 --out mine.zip
  tinyaudit package v1.4 --submitter ExampleCo --out - | ssh host 'cat > mine.zip'

Exit codes: 0 a package was written, 1 the submission has errors, 2 nothing could be packaged.";

const VERIFY_EXAMPLES: &str = "\
Examples:
  tinyaudit verify mine.zip
  unzip -q mine.zip -d unpacked && tinyaudit verify unpacked
  tinyaudit verify mine.zip --waivers decisions.yaml        as the committee that made them

Exit codes: 0 unchanged and without errors, 1 changed or with errors, 2 nothing could be verified.";

/// Check a submission and write a package: its files, a manifest, the report and the table of results.
///
/// The same tree gives the same bytes on any machine. What `check` refuses is not packaged.
#[derive(Debug, Args)]
#[command(after_help = PACKAGE_EXAMPLES)]
pub struct Package {
    #[command(flatten)]
    input: Input,
    /// The package to write; `-` is stdout
    #[arg(long, value_name = "FILE.zip")]
    out: PathBuf,
    /// Replace that file if it is there
    #[arg(long)]
    force: bool,
    /// Package a submission with errors or untouched documents, too; its report says so
    #[arg(long)]
    allow_errors: bool,
}

/// Hold a package, or its unpacked folder, against its manifest, check it again and compare with its report.
///
/// Waivers that the package carries are anybody's word: they are counted, but decide nothing unless you trust them.
#[derive(Debug, Args)]
#[command(after_help = VERIFY_EXAMPLES)]
pub struct Verify {
    /// A package, `-` for one on stdin, or its unpacked folder
    package: PathBuf,
    /// Trust the waivers that the package carries
    #[arg(long, conflicts_with = "waivers")]
    trust_waivers: bool,
    /// Decisions of the review committee: a file, or the name of a published round
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
}

impl Package {
    /// Checks and packages.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        refuse_terminal(Some(&self.out), "a package")?;
        let ending = self.out.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if ["gz", "tgz", "tar", "xz", "bz2", "zst", "7z", "rar"].contains(&ending.as_str()) {
            bail!("a package is a zip archive; name it so: --out {}", self.out.with_extension("zip").display());
        }
        let tree = open_tree(&self.input.dir)?;
        let chosen = self.input.round(&tree)?;
        chosen.certain("package")?;
        let ChosenRound { round, said, .. } = chosen;
        let (tree, left_out) =
            package::of_submitter(tree, &round, self.input.submitter.as_deref()).map_err(|error| match error {
                PackageError::Several { .. } => anyhow::anyhow!("{error}; name one with --submitter"),
                PackageError::Nobody(error) => anyhow::Error::new(error).context(self.input.dir.display().to_string()),
                error => error.into(),
            })?;
        let waivers = self.input.waivers()?.map(|waivers| Waivers { name: WAIVERS.to_owned(), ..waivers });
        let report = self.input.report(&tree, round, waivers.as_ref(), Wanted::default())?;
        let folders = walkdir::WalkDir::new(&self.input.dir).max_depth(4).sort_by_file_name().into_iter();
        let folders = folders.filter_map(Result::ok).filter(|entry| entry.file_name() == ".git");
        for folder in folders {
            let below = folder.path().strip_prefix(&self.input.dir).unwrap_or(folder.path());
            remark(&format!("left out: {}: it belongs to version control", below.display()));
        }
        for one in &left_out {
            remark(&format!("left out: {}: {}", one.path, one.reason));
        }
        let obstacle = Obstacle::of(&report).filter(|_| !self.allow_errors);
        if let Some(obstacle) = obstacle {
            let show = |out: &mut dyn Write| {
                writeln!(out, "{said}\n")?;
                render::text::write(&report, Severity::Error, styled(), out)
            };
            // Where the package was to go to stdout, nothing else may.
            if self.out.as_os_str() == "-" {
                show(&mut io::stderr().lock())?;
            } else {
                print(show)?;
            }
            let why = match obstacle {
                Obstacle::Errors => "",
                Obstacle::Untouched => ": replace the text that `tinyaudit init` wrote into the documents above",
            };
            complain(&format!("tinyaudit: nothing was packaged{why}; --allow-errors packages it all the same"));
            return Ok(ExitCode::FAILURE);
        }
        let documents = documents(&report, waivers.map(|waivers| waivers.text.into_bytes()))?;
        let mut digest = String::new();
        let bar = progress("files");
        deliver(Some(&self.out), self.force, |out| {
            let mut file = tempfile::tempfile()?;
            let mut told = |done, all| advance(&bar, done, all);
            package::write(&tree, &documents, &mut told, &mut io::BufWriter::new(&mut file))
                .map_err(io::Error::other)?;
            bar.finish_and_clear();
            file.rewind()?;
            (_, digest) = package::copy_and_hash(&mut file, out)?;
            Ok(())
        })?;
        let summary = render::text::summary(&report, Severity::Error);
        remark(&summary);
        // The digest alone, so that what is printed is a file for `sha256sum -c`.
        let digest = format!("{digest}  {}", self.out.file_name().unwrap_or_default().to_string_lossy());
        if self.out.as_os_str() == "-" {
            remark(&digest);
        } else {
            print(|out| writeln!(out, "{digest}"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What a new check of a package gives.
struct Again {
    /// Without the waivers it carries.
    report: Report,
    /// Whether it gives the stored report, with these waivers.
    same: bool,
    /// The waivers it carries.
    carried: Vec<Waiver>,
}

/// Checks a package as it was checked when it was made.
fn check_again(tree: &mut Tree) -> anyhow::Result<Again> {
    let name = package::stored_round(tree).map_err(|reason| anyhow::anyhow!(reason))?;
    let stored = tree.get(package::REPORT).cloned();
    let waivers = tree.get(WAIVERS);
    if let Some(size) = waivers.and_then(Entry::size).filter(|size| *size > waiver::MAX_FILE) {
        anyhow::bail!("{WAIVERS} has {size} bytes, at most {} are expected", waiver::MAX_FILE);
    }
    let text = waivers.map(|entry| tree.read(entry)).transpose()?;
    let carried = text.map(|bytes| waiver::parse(&String::from_utf8_lossy(&bytes), WAIVERS)).transpose()?;
    tree.retain(|entry| entry.path.contains('/') || !entry.is_file());
    let mut report = Report::of(tree, Round::named(&name)?, None)?;
    if let Some(waivers) = &carried {
        report.waive(waivers, WAIVERS);
    }
    let again = documents(&report, None)?.report;
    // Another size says enough, whatever size that is.
    let stored = stored.filter(|entry| entry.size() == Some(again.len() as u64));
    let same = stored.is_some_and(|entry| tree.read(&entry).is_ok_and(|stored| stored == again));
    report.forget_waivers();
    Ok(Again { report, same, carried: carried.unwrap_or_default() })
}

fn list(differences: &[Difference], out: &mut dyn Write) -> io::Result<()> {
    differences
        .iter()
        .try_for_each(|one| writeln!(out, "{}: {}", one.path.escape_debug(), Untrusted(&one.message).for_terminal()))
}

fn documents(report: &Report, waivers: Option<Vec<u8>>) -> anyhow::Result<Documents> {
    let (report, summary) = render::enclosed(report)?;
    Ok(Documents { report, summary, waivers })
}

impl Verify {
    /// Verifies and prints.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let shown = self.package.display();
        let mut tree = open_tree(&self.package)?;
        let differences = package::differences(&tree).map_err(|reason| anyhow::anyhow!("{shown}: {reason}"))?;
        let Again { mut report, same, carried } = match check_again(&mut tree) {
            Ok(checked) => checked,
            Err(error) if differences.is_empty() => return Err(error.context(shown.to_string())),
            Err(error) => {
                print(|out| {
                    list(&differences, out)?;
                    writeln!(out, "CHANGED: the package is not as it was made; {error:#}")
                })?;
                return Ok(ExitCode::FAILURE);
            }
        };
        if self.trust_waivers {
            report.waive(&carried, WAIVERS);
        } else if let Some(trusted) = read_waivers(self.waivers.as_deref())? {
            report.waive(&waiver::parse(&trusted.text, &trusted.name)?, &trusted.name);
        }
        print(|out| {
            list(&differences, out)?;
            if !carried.is_empty() {
                let (count, noun) = (carried.len(), if carried.len() == 1 { "waiver" } else { "waivers" });
                let trust = if self.trust_waivers { "trusted" } else { "not trusted; --trust-waivers does" };
                writeln!(out, "{WAIVERS}: the package carries {count} {noun} ({trust})")?;
            }
            if !same {
                writeln!(out, "{}: a new check gives another report", package::REPORT)?;
            }
            writeln!(out, "{}", render::text::summary(&report, Severity::Error))?;
            let verdict = if differences.is_empty() && same {
                "UNCHANGED: every file is as it was packaged"
            } else {
                "CHANGED: the package is not as it was made"
            };
            writeln!(out, "{verdict}, round {}", report.round.name)
        })?;
        let sound = differences.is_empty() && same && !report.fails(Severity::Error);
        Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
