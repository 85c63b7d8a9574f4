//! The command line: one file per subcommand. No other code prints, or reads the environment or the clock.

mod answers;
mod check;
mod compare;
mod demo;
mod doctor;
mod explain;
mod fix;
mod history;
mod import;
mod init;
mod letters;
mod package;
mod reconcile;
mod replay;
mod results;
mod run;
mod score;
mod session;
mod settings;
mod signals;
mod simulate;
mod streams;
mod submission_checker;
mod weights;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::error::{ContextKind, ContextValue};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::audit::report::{Loading, Report};
use crate::model::{LoadError, Submission};
use crate::parse::text::{printable, printable_lines};
use crate::render;
use crate::round::Round;
use crate::schema::spelling::nearest;
use crate::source::Tree;

use settings::Settings;
use streams::{Verbosity, is_enabled, open_tree, print, print_error, print_info, read_text};

/// Audits MLPerf Tiny submissions: recomputes scores from raw logs and traces and reports findings.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colour: auto, always or never
    ///
    /// `auto` uses colour on a terminal, unless NO_COLOR is set.
    #[arg(long, value_enum, default_value_t, global = true, hide_possible_values = true)]
    color: Color,
    /// On stderr, print only errors
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Print on stderr what was read from each run
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    verbose: bool,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Output format of `tinyaudit compare`.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum ComparisonFormat {
    /// Plain text
    #[default]
    Text,
    /// Markdown
    Markdown,
    /// One JSON object (schemas/compare.schema.json)
    Json,
}

const EXAMPLES: &str = "\
Examples:
  tinyaudit check --round v1.3 submission          findings, with file and line
  tinyaudit explain window-too-short               what a rule means and how to fix a finding
  tinyaudit results submission --format markdown   the table that is published
  tinyaudit package submission --out mine.zip      a package, if the submission passes

Exit codes: 0 pass, 1 a finding at or above --fail-on, 2 nothing could be checked.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a submission and report findings
    ///
    /// Recomputes every score from raw logs and traces, compares it with the claim, and checks the rules of the round.
    Check(check::Check),
    /// Explain what a rule means, why it exists and how to fix a finding
    Explain(explain::Explain),
    /// List all rules
    Rules(explain::Rules),
    /// List the results, claimed and recomputed, or write the published tables
    ///
    /// Prints one row per system and benchmark. The formats `table` and `json` contain every result. The other formats
    /// contain only valid results with recomputed figures, unless --include-invalid or --published is given; results
    /// that they leave out are listed on stderr.
    Results(results::Results),
    /// Measure a real or simulated device and write the session files
    ///
    /// Writes the files that the EEMBC runner or the MLCommons runner would have written (--dialect).
    Run(run::Run),
    /// Simulate a device, board and energy monitor for other programs
    ///
    /// Creates a pseudo-terminal or a TCP port for each of them, so that other programs can connect. Runs until
    /// interrupted.
    Simulate(simulate::Simulate),
    /// Generate a complete submission of simulated systems
    ///
    /// Every session is run on simulated devices with a virtual clock.
    Demo(demo::DemoCommand),
    /// Start a submission: folders, system descriptions, READMEs, checklist
    ///
    /// Writes system descriptions with the official fields, READMEs, and a worksheet for the official checklist. On a
    /// terminal, asks for values that are not given. If results of the submitter already exist, takes systems and
    /// benchmarks from them and fills in the worksheet. Existing files are never overwritten.
    Init(init::Init),
    /// Copy runner sessions into a submission
    ///
    /// Runner, mode and benchmark are read from the logs. A session that breaks a rule of the round in that division is
    /// not imported.
    Import(import::Import),
    /// Fix misspelled names, misplaced markers, junk files and description keys
    ///
    /// Prints the planned changes. --apply makes them. --undo reverts the last --apply, unless one of its
    /// files was edited or created again since. Logs, traces and results are never edited.
    Fix(fix::Fix),
    /// Write one letter per submitter of a round
    ///
    /// A letter lists first what changes a figure, with lines, rule and what to do, then the minor findings.
    /// It contains nothing about other submitters.
    Letters(letters::Letters),
    /// Package a submission that passes the check
    ///
    /// A package contains the files, a manifest, the report and the table of results. The same tree gives the same
    /// bytes on any machine. A submission that `tinyaudit check` fails is not packaged.
    Package(package::Package),
    /// Verify a package against its manifest and its report
    ///
    /// Compares a package, or its unpacked folder, with its manifest, checks the submission again and compares the
    /// outcome with the report in the package. Anybody can put waivers into a package, so they apply only with
    /// --trust-waivers.
    Verify(package::Verify),
    /// Show what changed between two states of a submission, or two rounds
    ///
    /// Lists figures first, then systems that were added, removed or renamed, then evidence, previews and findings.
    Compare(compare::Compare),
    /// Show the results of every system over several rounds
    ///
    /// Lists figures and their changes, systems missing from the last round, and the best result per round and class of
    /// devices. A folder named after a round, such as v1.2, is checked against that round. A renamed system is
    /// recognised, and the reason is printed.
    History(history::History),
    /// Run a model on the official inputs and compare it with the accuracy logs
    ///
    /// The model is taken from the submission's code, or given. It is run in the arithmetics of known runtimes. A log
    /// of the same model and arithmetic is reproduced row by row.
    Replay(replay::Replay),
    /// Find out why a bench is silent
    ///
    /// Lists the serial ports with their USB names, or asks a device and an energy monitor a few harmless questions, and
    /// says the next step.
    Doctor(doctor::Doctor),
    /// Score output vectors that were computed without a runner
    ///
    /// Computes Top-1 and AUC as the MLCommons runner does, against the official list, per class, and says which known
    /// weights answered.
    Score(score::Score),
    /// Take the place of the official checker in a pipeline
    ///
    /// Has the options of `submission_checker.py`, writes its summary and its log, and lists our findings after them.
    SubmissionChecker(submission_checker::SubmissionChecker),
    /// Compare a published table with the submissions
    ///
    /// Reads CSV, TSV, xlsx and the tables in Markdown. Every figure is compared with the claimed and the recomputed one;
    /// where a figure differs, says which other result, session or round has it. Texts such as division and board are
    /// compared, too.
    Reconcile(reconcile::Reconcile),
    /// Regenerate a file of `rules/answers` from published rounds
    ///
    /// Each accuracy run is assigned to the known weights whose clear answers it gives. Runs that match no known
    /// weights are left out and listed.
    #[command(hide = true)]
    Answers(answers::Answers),
    /// Print the fingerprints of a model's weights, for a file of `rules/weights`
    ///
    /// They do not contain the weights: a sum and two hashes per tensor and form, and a sample of at most 144 values.
    #[command(hide = true)]
    Weights(weights::Weights),
    /// Print a shell completion script
    Completions {
        /// Shell that the script is for
        shell: clap_complete::Shell,
    },
    /// Write manual pages into a folder
    Man {
        /// Folder for the pages; existing pages are overwritten
        dir: PathBuf,
    },
}

/// Tree to read, round and waivers.
#[derive(Debug, Clone, Args)]
struct Input {
    /// Folder of a submission or round, or a package (`-` for a package on stdin)
    ///
    /// Takes a round, a folder with `closed` or `open`, a division, a submitter's own folder, or a package.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Round whose rules apply, for example v1.3
    ///
    /// Default: the round in tinyaudit.toml, else in the environment variable TINYAUDIT_ROUND, else in the package,
    /// else a guess.
    #[arg(long, value_name = "ROUND", conflicts_with = "rules")]
    round: Option<String>,
    /// Draft of a round's rules, instead of a built-in round: a file, or `-` for stdin
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    rules: Option<PathBuf>,
    /// Waivers: a file, `-` for stdin, or the name of a published round
    ///
    /// Decisions of the review committee (schemas/waivers.schema.json). Without a value, lists the built-in waivers by
    /// round. Default: the waivers named in tinyaudit.toml.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "?")]
    waivers: Option<PathBuf>,
    /// Only this submitter
    #[arg(long, value_name = "NAME")]
    submitter: Option<String>,
}

/// Files that the tree is known not to have.
#[derive(Debug, Clone, Args)]
struct Absent {
    /// List of files that are known to be absent, one path per line
    ///
    /// Findings that follow from these files are counted separately.
    #[arg(long = "absent", value_name = "FILE", hide_short_help = true)]
    list: Option<PathBuf>,
}

impl Absent {
    /// Marks the findings that follow from the absent files.
    fn mark(&self, report: &mut Report) -> anyhow::Result<()> {
        let Some(list) = &self.list else { return Ok(()) };
        let text = read_text(list)?;
        let paths = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        report.mark_known_absent(&paths, &list.file_name().unwrap_or_default().to_string_lossy());
        Ok(())
    }
}

/// Names that other programs have for a command.
const OTHER_NAMES: [(&[&str], &str); 8] = [
    (&["validate", "lint", "audit", "test", "checker"], "check"),
    (&["new", "create", "start", "scaffold"], "init"),
    (&["rounds", "rule", "list-rules"], "rules"),
    (&["pack", "zip", "bundle", "archive"], "package"),
    (&["report", "summary", "table", "tables", "scores"], "results"),
    (&["diff"], "compare"),
    (&["repair", "format", "fmt"], "fix"),
    (&["mail", "letter", "mails"], "letters"),
];

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help is printed on stdout and is not an error.
            let text = error.render().to_string();
            if printable_lines(&text) == text {
                if let Err(failed) = error.print()
                    && !streams::is_broken_pipe(&failed)
                {
                    return ExitCode::from(2);
                }
            } else {
                print_error(&text);
            }
            if let Some(ContextValue::String(unknown)) = error.get(ContextKind::InvalidSubcommand)
                && let Some((_, command)) = OTHER_NAMES.iter().find(|(names, _)| names.contains(&unknown.as_str()))
            {
                print_error(&format!("  tip: you may want `tinyaudit {command}`"));
            }
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    match cli.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    streams::set_verbosity(match (cli.quiet, cli.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, true) => Verbosity::Verbose,
        (false, false) => Verbosity::Normal,
    });
    if !matches!(cli.command, Command::Simulate(_)) {
        signals::clean_up_when_ended();
    }
    let done = match cli.command {
        Command::Check(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Rules(command) => command.run(),
        Command::Results(command) => command.run(),
        Command::Run(command) => command.run(),
        Command::Simulate(command) => command.run(),
        Command::Demo(command) => command.run(),
        Command::Init(command) => command.run(),
        Command::Import(command) => command.run(),
        Command::Fix(command) => command.run(),
        Command::Letters(command) => command.run(),
        Command::Package(command) => command.run(),
        Command::Verify(command) => command.run(),
        Command::Compare(command) => command.run(),
        Command::Answers(command) => command.run(),
        Command::Replay(command) => command.run(),
        Command::Doctor(command) => command.run(),
        Command::Score(command) => command.run(),
        Command::SubmissionChecker(command) => command.run(),
        Command::Reconcile(command) => command.run(),
        Command::Weights(command) => command.run(),
        Command::History(command) => command.run(),
        Command::Completions { shell } => completions(shell),
        Command::Man { dir } => manual(&dir),
    };
    streams::say_swept();
    match done {
        Ok(code) => code,
        Err(error) => {
            print_error(&format!("tinyaudit: {}", with_causes(&error)));
            ExitCode::from(2)
        }
    }
}

/// Renders an error with its causes. Many errors already end with the text of their cause, which is not repeated.
fn with_causes(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !text.ends_with(&cause) {
            text = if text.is_empty() { cause } else { format!("{text}: {cause}") };
        }
    }
    text
}

fn completions(shell: clap_complete::Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tinyaudit", &mut script);
    print(|out| out.write_all(&script))?;
    Ok(ExitCode::SUCCESS)
}

/// Writes one manual page for the program and one per command that `--help` lists.
fn manual(dir: &Path) -> anyhow::Result<ExitCode> {
    let mut whole = Cli::command();
    whole.build();
    let mut pages = vec![("tinyaudit.1".to_owned(), whole.clone())];
    for command in whole.get_subcommands().filter(|command| command.get_name() != "help" && !command.is_hide_set()) {
        let name = format!("tinyaudit-{}", command.get_name());
        pages.push((format!("{name}.1"), command.clone().name(name.clone()).display_name(name)));
    }
    for (file, command) in pages {
        crate::submit::output::write(&dir.join(file), true, |out| clap_mangen::Man::new(command).render(&mut { out }))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Text of a waiver file, not yet parsed.
struct Waivers {
    text: String,
    /// Name of the file in findings.
    name: String,
    /// Whether these are the built-in waivers of a whole published round.
    built_in: bool,
}

/// What a command needs in addition to the tree and the round.
#[derive(Default)]
struct ReportNeeds {
    /// Submission of the previous round.
    earlier: Option<Submission>,
    /// Whether the evidence is kept in memory after the check.
    evidence: bool,
    /// Whether the code is searched for the weights of the reference models.
    weights: bool,
}

/// Where a command writes its output.
#[derive(Debug, Clone, Args)]
struct Output {
    /// Write to FILE instead of stdout
    ///
    /// `-` is stdout, too.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Overwrite existing output
    #[arg(long, requires = "out")]
    force: bool,
}

impl Output {
    /// Returns an error if the file exists and must not be overwritten.
    fn expect_free(&self) -> anyhow::Result<()> {
        match &self.out {
            Some(path) if !self.force && path.is_file() => {
                anyhow::bail!("{}: already exists; use --force to overwrite", path.display())
            }
            _ => Ok(()),
        }
    }

    /// Passes the output to a renderer.
    fn deliver(&self, render: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> anyhow::Result<()> {
        streams::deliver(self.out.as_deref(), self.force, render)
    }
}

/// Options that name the previous round.
#[derive(Debug, Clone, Args)]
struct PreviousRound {
    /// Folder or package of the previous round, to compare with
    ///
    /// Finds sessions that were submitted again, and preview systems that were not submitted again.
    #[arg(long, value_name = "DIR")]
    previous: Option<PathBuf>,
    /// Round of --previous [default: the package's own, else the round before]
    #[arg(long, value_name = "ROUND", requires = "previous", hide_short_help = true)]
    previous_round: Option<String>,
}

impl PreviousRound {
    /// Loads the submission of the previous round.
    fn earlier(&self, now: &str) -> anyhow::Result<Option<Submission>> {
        let Some(folder) = &self.previous else { return Ok(None) };
        let names = Round::names();
        let before = names.iter().position(|name| *name == now).and_then(|index| names.get(index.checked_sub(1)?));
        let own = || Some(crate::submit::package::stored(&open_tree(folder).ok()?).ok()?.round);
        let name = self.previous_round.clone().or_else(own).or_else(|| before.map(|name| (*name).to_owned()));
        let name = name.with_context(|| format!("there is no round before {now}; name one with --previous-round"))?;
        Ok(Some(load_report(folder, Some(&name))?.1.submission))
    }
}

/// Returns the known name that was meant, ignoring case.
fn known_name(what: &str, wanted: &str, known: &BTreeSet<String>) -> anyhow::Result<String> {
    let found = known.get(wanted).or_else(|| known.iter().find(|name| name.eq_ignore_ascii_case(wanted)));
    if let Some(name) = found {
        return Ok(name.clone());
    }
    let holds = |name: &&str| name.to_lowercase().contains(&wanted.to_lowercase());
    let names = || known.iter().map(String::as_str);
    let near = nearest(wanted, names(), wanted.len() / 3 + 1).or_else(|| names().find(holds));
    let hint = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
    // Names of folders may contain line feeds.
    let known = printable(&names().collect::<Vec<_>>().join(", "));
    anyhow::bail!("there are no results of {what} `{wanted}`; {hint}known: {known}")
}

/// Returns an error if an option names a rule that does not exist.
fn expect_known_rule(id: Option<&str>) -> anyhow::Result<()> {
    match id.filter(|id| crate::audit::checks::rule_named(id).is_none()) {
        Some(unknown) => anyhow::bail!("there is no rule {unknown}; `tinyaudit rules` lists all rules"),
        None => Ok(()),
    }
}

/// Loads and checks a tree that is not the `Input` of a command.
fn load_report(path: &Path, round: Option<&str>) -> anyhow::Result<(Tree, Report)> {
    let tree = open_tree(path)?;
    let ChosenRound { round, said, .. } = round_of(&tree, path, round)?;
    print_info(&format!("{}: {said}", path.display()));
    let report = Report::check(&tree, round, None).with_context(|| path.display().to_string())?;
    Ok((tree, report))
}

/// Loads and checks a whole round; a folder named like a round is that round.
fn load_named_round(path: &Path) -> anyhow::Result<Report> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(load_report(path, Round::names().into_iter().find(|round| *round == name))?.1)
}

/// Reads waivers from a file, or returns the built-in waivers of a round.
fn read_waivers(path: Option<&Path>) -> anyhow::Result<Option<Waivers>> {
    let Some(path) = path else { return Ok(None) };
    if path.as_os_str() == "?" {
        let known = Round::names().join(", ");
        anyhow::bail!("--waivers requires a file or the name of a published round: {known}");
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let built_in = path.to_str().and_then(Round::built_in_waivers).filter(|_| !path.is_file());
    let text = built_in.map_or_else(|| read_text(path), |text| Ok(text.to_owned()))?;
    Ok(Some(Waivers { text, name, built_in: built_in.is_some() }))
}

impl Input {
    /// Checks a tree.
    fn report(
        &self,
        tree: &Tree,
        round: Round,
        waivers: Option<&Waivers>,
        wanted: ReportNeeds,
    ) -> anyhow::Result<Report> {
        let bar = streams::progress("results");
        let progress = |done, all| streams::advance(&bar, done, all);
        let how = Loading {
            submitter: self.submitter.as_deref(),
            earlier: wanted.earlier,
            evidence: wanted.evidence,
            weights: wanted.weights,
            progress: Some(&progress),
        };
        let loaded = Report::load(tree, round, how);
        bar.finish_and_clear();
        let mut report = loaded.map_err(|error| misplaced(error, &self.dir))?;
        if let Some(waivers) = waivers {
            let parsed = crate::audit::waiver::parse(&waivers.text, &waivers.name)?;
            // Built-in waivers cover a whole round. A tree may be a part of it, so unused ones are not reported.
            if waivers.built_in {
                report.apply(&parsed);
            } else {
                report.waive(&parsed, &waivers.name);
            }
        }
        if is_enabled(Verbosity::Verbose) {
            render::text::understood(&report, &mut io::stderr().lock())?;
        }
        Ok(report)
    }

    fn waivers(&self) -> anyhow::Result<Option<Waivers>> {
        if let Some(path) = &self.waivers {
            return read_waivers(Some(path));
        }
        let named = read_waivers(Settings::find(&self.dir)?.waivers.as_deref())?;
        if let Some(waivers) = &named {
            print_info(&format!("waivers: {}, named in {}", waivers.name, settings::NAME));
        }
        Ok(named)
    }

    /// Returns the round whose rules apply.
    fn round(&self, tree: &Tree) -> anyhow::Result<ChosenRound> {
        let Some(path) = &self.rules else { return round_of(tree, &self.dir, self.round.as_deref()) };
        let name = name_of_rules(path);
        let file = path.display().to_string();
        let round = Round::parse(&name, &file, &read_text(path)?, crate::audit::checks::expect_rule)?;
        let said = format!("round {} (read from --rules)", round.name);
        Ok(ChosenRound { round, said, is_guess: false })
    }
}

/// Returns the name of a draft round: the folder's for `v1.5/round.yaml`, as built-in rounds are stored, else the
/// file's.
fn name_of_rules(path: &Path) -> String {
    let of_folder = || path.parent()?.file_name().filter(|_| path.file_name() == Some("round.yaml".as_ref()));
    of_folder().or_else(|| path.file_stem()).unwrap_or_default().to_string_lossy().into_owned()
}

/// Explains why a tree contains nothing to check, with the command that was probably meant.
fn misplaced(error: LoadError, dir: &Path) -> anyhow::Error {
    let shown = dir.display();
    let LoadError::Nothing { elsewhere, .. } = &error else {
        return anyhow::Error::new(error).context(shown.to_string());
    };
    let whole = dunce::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    let is_submitter = |folder: &&Path| folder.join("results").is_dir() && folder.join("systems").is_dir();
    let hint = match &elsewhere[..] {
        [only] if dir.is_dir() => format!("did you mean `tinyaudit check {}`?", dir.join(only).display()),
        [] if dir.join("log.txt").is_file() => {
            "this is a session; `tinyaudit import` copies it into a submission".to_owned()
        }
        [] => match whole.ancestors().skip(1).take(4).find(is_submitter) {
            Some(submitter) => {
                format!("this is part of a submission; did you mean `tinyaudit check {}`?", submitter.display())
            }
            None => return anyhow::Error::new(error).context(shown.to_string()),
        },
        _ => return anyhow::Error::new(error).context(shown.to_string()),
    };
    anyhow::anyhow!("{shown}: {error}; {hint}")
}

/// Round whose rules apply, and how it was chosen.
struct ChosenRound {
    round: Round,
    /// Line that tells the user which round was chosen and why.
    said: String,
    /// Whether the round is a guess, because nothing names it.
    is_guess: bool,
}

impl ChosenRound {
    /// Returns an error if the round is a guess, for commands where a wrong guess would do harm.
    fn certain(&self, command: &str) -> anyhow::Result<()> {
        anyhow::ensure!(
            !self.is_guess,
            "{command} needs the round, and {} is only a guess; name it with --round, or write `round = \"…\"` into {} \
             beside `closed` and `open`",
            self.round.name,
            settings::NAME
        );
        Ok(())
    }
}

/// Chooses the round of a tree: the one named by the option, else by the settings beside the tree, else by the
/// environment, else by the package, else a guess.
fn round_of(tree: &Tree, dir: &Path, named: Option<&str>) -> anyhow::Result<ChosenRound> {
    let settings = Settings::find(dir)?;
    let environment = std::env::var("TINYAUDIT_ROUND").ok().filter(|name| !name.is_empty());
    let (round, why, is_guess) = if let Some(name) = named {
        (Round::named(name)?, "named by --round".to_owned(), false)
    } else if let Some(name) = &settings.round {
        (Round::named(name).context(settings::NAME)?, format!("named by {}", settings::NAME), false)
    } else if let Some(name) = environment {
        (Round::named(&name).context("TINYAUDIT_ROUND")?, "named by TINYAUDIT_ROUND".to_owned(), false)
    } else {
        let guess = crate::submit::guess::round_of(tree)?;
        (guess.round, format!("{}; name another with --round", guess.why), guess.is_guess)
    };
    let mut said = format!("round {} ({why})", round.name);
    let other = settings.round.filter(|other| Round::named(other).is_ok_and(|other| other.name != round.name));
    if let Some(other) = other {
        said = format!("{said}; {} names {other}", settings::NAME);
    }
    Ok(ChosenRound { round, said, is_guess })
}
