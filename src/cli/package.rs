//! `tinyaudit package` and `tinyaudit verify`

use std::collections::BTreeSet;
use std::io::{self, Seek, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use super::streams::{
    advance, columns, deliver, open_tree, print, print_error, print_info, progress, refuse_terminal, styled,
};
use super::{ChosenRound, Input, ReportNeeds, Waivers, read_waivers};
use crate::audit::report::Report;
use crate::audit::waiver::{self, Waiver};
use crate::render;
use crate::render::publication::{self, Filter, LeftOut, Selection};
use crate::render::text::Layout;
use crate::render::untrusted::Untrusted;
use crate::round::{Round, Severity};
use crate::source::{Entry, Tree, around};
use crate::submit::package::{self, Difference, Documents, Obstacle, PackageError, WAIVERS};

const PACKAGE_EXAMPLES: &str = "\
Examples:
  tinyaudit package submission --round v1.4 --out mine.zip
  tinyaudit package submission --only-valid --out mine.zip            without what is not valid
  tinyaudit package v1.4 --submitter ExampleCo --out - | ssh host 'cat > mine.zip'

Exit codes: 0 a package was written, 1 the submission has errors or unedited documents, 2 nothing could be packaged.";

const VERIFY_EXAMPLES: &str = "\
Examples:
  tinyaudit verify mine.zip
  unzip -q mine.zip -d unpacked && tinyaudit verify unpacked
  tinyaudit verify mine.zip --waivers decisions.yaml        with the committee's waivers

Exit codes: 0 unchanged and without errors, 1 changed or with errors, 2 nothing could be verified.";

/// Arguments of `tinyaudit package`.
#[derive(Debug, Args)]
#[command(after_help = PACKAGE_EXAMPLES)]
pub struct Package {
    #[command(flatten)]
    input: Input,
    /// Package to write, or `-` for stdout
    #[arg(long, value_name = "FILE.zip")]
    out: PathBuf,
    /// Overwrite existing output
    #[arg(long)]
    force: bool,
    /// Package even with errors or unedited documents; the report lists them
    #[arg(long)]
    allow_errors: bool,
    /// Leave out results and energies that are not valid, instead of refusing the submission
    ///
    /// The report and the table in the package list what was left out. Errors that remain still prevent packaging.
    #[arg(long, conflicts_with = "allow_errors")]
    only_valid: bool,
}

/// Arguments of `tinyaudit verify`.
#[derive(Debug, Args)]
#[command(after_help = VERIFY_EXAMPLES)]
pub struct Verify {
    /// Package (`-` for a package on stdin), or its unpacked folder
    package: PathBuf,
    /// Apply the waivers in the package
    #[arg(long, conflicts_with = "waivers")]
    trust_waivers: bool,
    /// Waivers: a file, `-` for stdin, or the name of a published round
    ///
    /// Decisions of the review committee (schemas/waivers.schema.json).
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
}

impl Package {
    /// Checks the submission and writes the package.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        refuse_terminal(Some(&self.out), "a package")?;
        let ending = self.out.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if ["gz", "tgz", "tar", "xz", "bz2", "zst", "7z", "rar"].contains(&ending.as_str()) {
            bail!("a package is a zip archive; use --out {}", self.out.with_extension("zip").display());
        }
        let tree = open_tree(&self.input.dir)?;
        let chosen = self.input.round(&tree)?;
        chosen.certain("package")?;
        let ChosenRound { round, said, .. } = chosen;
        let (mut tree, left_out) =
            package::for_submitter(tree, &round, self.input.submitter.as_deref()).map_err(|error| match error {
                PackageError::Several { .. } => anyhow::anyhow!("{error}; name one with --submitter"),
                PackageError::Nobody(error) => anyhow::Error::new(error).context(self.input.dir.display().to_string()),
                error => error.into(),
            })?;
        let waivers = self.input.waivers()?.map(|waivers| Waivers { name: WAIVERS.to_owned(), ..waivers });
        let check = |tree: &Tree| self.input.report(tree, round.clone(), waivers.as_ref(), ReportNeeds::default());
        let mut report = check(&tree)?;
        let mut invalid = Vec::new();
        // Without a result, others may become invalid.
        loop {
            let paths = if self.only_valid { package::invalid_paths(&report) } else { BTreeSet::new() };
            if paths.is_empty() {
                break;
            }
            if report.results().all(|(system, benchmark)| !report.is_valid(system, benchmark)) {
                bail!("no result is valid; `tinyaudit check` prints why");
            }
            let (_, more) = publication::rows(&report, Selection::Valid, &Filter::default());
            invalid.extend(more);
            tree.retain(|entry| !around(&entry.path).any(|path| paths.contains(path)));
            report = check(&tree)?;
        }
        for one in &invalid {
            print_info(&format!("left out: {}: {}", one.result, one.reason));
        }
        let folders = walkdir::WalkDir::new(&self.input.dir).max_depth(4).sort_by_file_name().into_iter();
        let folders = folders.filter_map(Result::ok).filter(|entry| entry.file_name() == ".git");
        for folder in folders {
            let below = folder.path().strip_prefix(&self.input.dir).unwrap_or(folder.path());
            print_info(&format!("left out: {}: it belongs to version control", below.display()));
        }
        for one in &left_out {
            print_info(&format!("left out: {}: {}", one.path, one.reason));
        }
        let obstacle = Obstacle::find(&report).filter(|_| !self.allow_errors);
        if let Some(obstacle) = obstacle {
            let show = |out: &mut dyn Write| {
                writeln!(out, "{said}\n")?;
                let findings: Vec<_> = report.findings().collect();
                let layout = Layout { width: columns(), styled: styled(), threshold: Severity::Error };
                render::text::write(&report, &findings, layout, out)
            };
            // The package may go to stdout, where nothing else may be printed.
            if self.out.as_os_str() == "-" {
                show(&mut io::stderr().lock())?;
            } else {
                print(show)?;
            }
            let why = match obstacle {
                Obstacle::Errors => "",
                Obstacle::Untouched => ": replace the text that `tinyaudit init` wrote into the documents above",
            };
            let valid = if self.only_valid { "" } else { ", or --only-valid to leave out what is not valid" };
            print_error(&format!(
                "tinyaudit: nothing was packaged{why}; use --allow-errors to package it anyway{valid}"
            ));
            return Ok(ExitCode::FAILURE);
        }
        let documents = documents(&report, &invalid, waivers.map(|waivers| waivers.text.into_bytes()))?;
        let mut digest = String::new();
        let bar = progress("files");
        deliver(Some(&self.out), self.force, |out| {
            let mut file = crate::submit::leftovers::unnamed()?;
            let mut report_progress = |done, all| advance(&bar, done, all);
            package::write(&tree, &documents, &mut report_progress, &mut io::BufWriter::new(&mut file))
                .map_err(io::Error::other)?;
            bar.finish_and_clear();
            file.rewind()?;
            (_, digest) = package::copy_and_hash(&mut file, out)?;
            Ok(())
        })?;
        let summary = render::text::summary(&report, Severity::Error);
        print_info(&summary);
        // Only the digest is printed, so that stdout is a file for `sha256sum -c`.
        let digest = format!("{digest}  {}", self.out.file_name().unwrap_or_default().to_string_lossy());
        if self.out.as_os_str() == "-" {
            print_info(&digest);
        } else {
            print(|out| writeln!(out, "{digest}"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Outcome of checking a package again.
struct Again {
    /// Report without the waivers in the package.
    report: Report,
    /// Names of the stored documents that differ from those of this check with these waivers.
    changed: Vec<&'static str>,
    /// What the package says was left out.
    left_out: Vec<LeftOut>,
    /// Waivers in the package.
    carried: Vec<Waiver>,
}

/// Checks a package again, with the round of its stored report.
fn check_again(tree: &mut Tree) -> anyhow::Result<Again> {
    let package::Stored { round, left_out } = package::stored(tree).map_err(|reason| anyhow::anyhow!(reason))?;
    let stored = [package::REPORT, package::SUMMARY].map(|name| (name, tree.get(name).cloned()));
    let waivers = tree.get(WAIVERS);
    if let Some(size) = waivers.and_then(Entry::size).filter(|size| *size > waiver::MAX_FILE) {
        anyhow::bail!("{WAIVERS} has {size} bytes; at most {} are allowed", waiver::MAX_FILE);
    }
    let text = waivers.map(|entry| tree.read(entry)).transpose()?;
    let carried = text.map(|bytes| waiver::parse(&String::from_utf8_lossy(&bytes), WAIVERS)).transpose()?;
    tree.retain(|entry| entry.path.contains('/') || !entry.is_file());
    let mut report = Report::check(tree, Round::named(&round)?, None)?;
    if let Some(waivers) = &carried {
        report.waive(waivers, WAIVERS);
    }
    let again = documents(&report, &left_out, None)?;
    let changed = stored.into_iter().zip([&again.report, &again.summary]).filter(|((_, stored), again)| {
        // A document of another size differs, and may be too large to read.
        let alike = stored.as_ref().filter(|entry| entry.size() == Some(again.len() as u64));
        !alike.is_some_and(|entry| tree.read(entry).is_ok_and(|stored| stored == **again))
    });
    let changed = changed.map(|((name, _), _)| name).collect();
    report.remove_waivers();
    Ok(Again { report, changed, left_out, carried: carried.unwrap_or_default() })
}

fn list(differences: &[Difference], out: &mut dyn Write) -> io::Result<()> {
    differences
        .iter()
        .try_for_each(|one| writeln!(out, "{}: {}", one.path.escape_debug(), Untrusted(&one.message).for_terminal()))
}

fn documents(report: &Report, left_out: &[LeftOut], waivers: Option<Vec<u8>>) -> anyhow::Result<Documents> {
    let (report, summary) = render::package_documents(report, left_out)?;
    Ok(Documents { report, summary, waivers })
}

impl Verify {
    /// Verifies the package and prints the outcome.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let shown = self.package.display();
        let mut tree = open_tree(&self.package)?;
        let differences = package::differences(&tree).map_err(|reason| anyhow::anyhow!("{shown}: {reason}"))?;
        let Again { mut report, changed, left_out, carried } = match check_again(&mut tree) {
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
                let trust =
                    if self.trust_waivers { "trusted" } else { "not trusted; use --trust-waivers to apply them" };
                writeln!(out, "{WAIVERS}: the package contains {count} {noun} ({trust})")?;
            }
            for LeftOut { result, reason } in &left_out {
                let line = Untrusted(&format!("{result}: {reason}")).for_terminal();
                writeln!(out, "left out of the package: {line}")?;
            }
            for name in &changed {
                writeln!(out, "{name}: a new check gives another one")?;
            }
            writeln!(out, "{}", render::text::summary(&report, Severity::Error))?;
            let verdict = if differences.is_empty() && changed.is_empty() {
                "UNCHANGED: every file is as it was packaged"
            } else {
                "CHANGED: the package is not as it was made"
            };
            writeln!(out, "{verdict}, round {}", report.round.name)
        })?;
        let sound = differences.is_empty() && changed.is_empty() && !report.fails(Severity::Error);
        Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
