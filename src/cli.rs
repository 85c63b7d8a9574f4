//! The command line, one file a subcommand. The only code that prints, reads the environment or the clock.

mod answers;
mod check;
mod compare;
mod demo;
mod explain;
mod fix;
mod history;
mod import;
mod init;
mod letters;
mod package;
mod results;
mod run;
mod settings;
mod simulate;
mod streams;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::audit::report::{Loading, Report};
use crate::model::{LoadError, Submission};
use crate::parse::text::printable_lines;
use crate::render;
use crate::round::Round;
use crate::round::spelling::nearest;
use crate::source::Tree;

use settings::Settings;
use streams::{Talk, complain, open_tree, print, read_text, remark, says};

/// Audits MLPerf Tiny submissions: recomputes every score from raw logs and traces and says what is wrong.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colour; NO_COLOR is heeded, too
    #[arg(long, value_enum, default_value_t, global = true)]
    color: Color,
    /// Say nothing on stderr but errors
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Say on stderr what was understood of every run
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    verbose: bool,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Color {
    /// On a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How a comparison of trees is told.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Telling {
    /// In words
    #[default]
    Text,
    /// Markdown
    Markdown,
    /// One JSON object, described in `schemas`
    Json,
}

const EXAMPLES: &str = "\
Examples:
  tinyaudit check --round v1.3 submission        what is wrong, with file and line
  tinyaudit explain window-too-short             what a rule means and what to do
  tinyaudit results submission --format markdown the table that is published
  tinyaudit package submission --out mine.zip    a package, if the submission passes

Exit codes: 0 passes, 1 a finding is as grave as --fail-on, 2 nothing could be checked.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Say what is wrong with a submission
    Check(check::Check),
    /// Say what a rule means, why it exists and what to do
    Explain(explain::Explain),
    /// List the rules
    Rules(explain::Rules),
    /// List the results, claimed beside recomputed
    Results(results::Results),
    /// Measure a device and write a session
    Run(run::Run),
    /// Put a simulated bench on pseudo-terminals or TCP for other programs
    Simulate(simulate::Simulate),
    /// Make a complete submission of simulated systems
    Demo(demo::DemoCommand),
    /// Begin a submission: folders, descriptions, checklist
    Init(init::Init),
    /// Put sessions of a runner in their place
    Import(import::Import),
    /// Mend what needs no judgement and touches no evidence
    Fix(fix::Fix),
    /// Write a letter to every submitter of a round
    Letters(letters::Letters),
    /// Make a package of a submission that passes
    Package(package::Package),
    /// Hold a package against its manifest and its report
    Verify(package::Verify),
    /// Say what changed between two states of a submission, or two rounds
    Compare(compare::Compare),
    /// Follow every system through several rounds
    History(history::History),
    /// Make `rules/answers` anew from published rounds
    #[command(hide = true)]
    Answers(answers::Answers),
    /// Write a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder
    Man {
        /// The folder
        dir: PathBuf,
    },
}

/// What tree to read and which round to hold it against.
#[derive(Debug, Args)]
struct Input {
    /// A round, a folder with `closed` or `open`, a division, a submitter's own folder, or a package (`-`: on stdin)
    dir: PathBuf,
    /// The round whose rules count [default: that of tinyaudit.toml, TINYAUDIT_ROUND, a package's own, a guess]
    #[arg(long, value_name = "ROUND", conflicts_with = "rules")]
    round: Option<String>,
    /// A draft of a round's rules, instead of a built-in round; `-` is stdin
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Decisions of the review committee (schemas/waivers.schema.json): a file, `-` for stdin, or a published round's
    /// name; without a value, lists those that are built in [default: those of tinyaudit.toml]
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "?")]
    waivers: Option<PathBuf>,
    /// Only this submitter
    #[arg(long, value_name = "NAME")]
    submitter: Option<String>,
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help goes to stdout and is no failure.
            let text = error.render().to_string();
            if printable_lines(&text) == text {
                let _ = error.print();
            } else {
                complain(&text);
            }
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    match cli.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    streams::talk(match (cli.quiet, cli.verbose) {
        (true, _) => Talk::Quiet,
        (false, true) => Talk::Verbose,
        (false, false) => Talk::Normal,
    });
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
        Command::History(command) => command.run(),
        Command::Completions { shell } => completions(shell),
        Command::Man { dir } => manual(&dir),
    };
    match done {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("tinyaudit: {}", told(&error)));
            ExitCode::from(2)
        }
    }
}

/// An error with its causes, each said once: many errors end in the words of their cause.
fn told(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !told.ends_with(&cause) {
            told = if told.is_empty() { cause } else { format!("{told}: {cause}") };
        }
    }
    told
}

fn completions(shell: clap_complete::Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tinyaudit", &mut script);
    print(|out| out.write_all(&script))?;
    Ok(ExitCode::SUCCESS)
}

/// One page for the program and one for each subcommand.
fn manual(dir: &Path) -> anyhow::Result<ExitCode> {
    let mut whole = Cli::command();
    whole.build();
    let mut pages = vec![("tinyaudit.1".to_owned(), whole.clone())];
    for command in whole.get_subcommands().filter(|command| command.get_name() != "help") {
        let name = format!("tinyaudit-{}", command.get_name());
        pages.push((format!("{name}.1"), command.clone().name(name.clone()).display_name(name)));
    }
    for (file, command) in pages {
        crate::submit::output::write(&dir.join(file), true, |out| clap_mangen::Man::new(command).render(&mut { out }))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let of_io = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(of_io)
            || cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind)
                == Some(io::ErrorKind::BrokenPipe)
    })
}

/// A file of waivers as it stands.
struct Waivers {
    text: String,
    /// The name that findings give it.
    name: String,
    /// Whether they are those of a published round, of which a tree has a part at most.
    built_in: bool,
}

/// What a command needs beside the tree and the round.
#[derive(Default)]
struct Wanted {
    /// The submission of the round before.
    earlier: Option<Submission>,
    /// Whether the evidence is needed after it was judged.
    evidence: bool,
}

/// The round before.
#[derive(Debug, Args)]
struct Before {
    /// The tree of the round before: finds sessions submitted again and previews that did not come back
    #[arg(long, value_name = "DIR")]
    previous: Option<PathBuf>,
    /// The round of --previous [default: the one before]
    #[arg(long, value_name = "ROUND", requires = "previous")]
    previous_round: Option<String>,
}

impl Before {
    /// The submission of the round before.
    fn earlier(&self, now: &str) -> anyhow::Result<Option<Submission>> {
        let Some(folder) = &self.previous else { return Ok(None) };
        let names = Round::names();
        let before = names.iter().position(|name| *name == now).and_then(|index| names.get(index.checked_sub(1)?));
        let own = || crate::submit::package::stored_round(&open_tree(folder).ok()?).ok();
        let name = self.previous_round.clone().or_else(own).or_else(|| before.map(|name| (*name).to_owned()));
        let name = name.with_context(|| format!("{now} has no round before it; name one with --previous-round"))?;
        Ok(Some(judged(folder, Some(&name))?.1.submission))
    }
}

/// The name that was meant, of those that there are; case does not matter.
fn known_name(what: &str, wanted: &str, known: &BTreeSet<String>) -> anyhow::Result<String> {
    let found = known.get(wanted).or_else(|| known.iter().find(|name| name.eq_ignore_ascii_case(wanted)));
    if let Some(name) = found {
        return Ok(name.clone());
    }
    let holds = |name: &&str| name.to_lowercase().contains(&wanted.to_lowercase());
    let names = || known.iter().map(String::as_str);
    let near = nearest(wanted, names(), wanted.len() / 3 + 1).or_else(|| names().find(holds));
    let hint = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
    anyhow::bail!(
        "there are no results of a {what} `{wanted}`; {hint}there are {}",
        names().collect::<Vec<_>>().join(", ")
    )
}

/// Loads and judges another tree than the one a command is about.
fn judged(path: &Path, round: Option<&str>) -> anyhow::Result<(Tree, Report)> {
    let tree = open_tree(path)?;
    let ChosenRound { round, said, .. } = round_of(&tree, path, round)?;
    remark(&format!("{}: {said}", path.display()));
    let report = Report::of(&tree, round, None).with_context(|| path.display().to_string())?;
    Ok((tree, report))
}

/// The waivers of a file, or those that are built in for a round.
fn read_waivers(path: Option<&Path>) -> anyhow::Result<Option<Waivers>> {
    let Some(path) = path else { return Ok(None) };
    if path.as_os_str() == "?" {
        let known = Round::names().join(", ");
        anyhow::bail!("--waivers takes a file or the name of a published round; there are {known}");
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let built_in = path.to_str().and_then(Round::built_in_waivers).filter(|_| !path.is_file());
    let text = built_in.map_or_else(|| read_text(path), |text| Ok(text.to_owned()))?;
    Ok(Some(Waivers { text, name, built_in: built_in.is_some() }))
}

impl Input {
    /// Judges a tree.
    fn report(&self, tree: &Tree, round: Round, waivers: Option<&Waivers>, wanted: Wanted) -> anyhow::Result<Report> {
        let bar = streams::progress("results");
        let progress = |done, all| streams::advance(&bar, done, all);
        let how = Loading {
            submitter: self.submitter.as_deref(),
            earlier: wanted.earlier,
            evidence: wanted.evidence,
            progress: Some(&progress),
        };
        let loaded = Report::load(tree, round, how);
        bar.finish_and_clear();
        let mut report = loaded.map_err(|error| misplaced(error, &self.dir))?;
        if let Some(waivers) = waivers {
            let parsed = crate::audit::waiver::parse(&waivers.text, &waivers.name)?;
            // Built-in waivers are of a whole round; a part of it needs some of them only.
            if waivers.built_in {
                report.apply(&parsed);
            } else {
                report.waive(&parsed, &waivers.name);
            }
        }
        if says(Talk::Verbose) {
            render::text::understood(&report, &mut io::stderr().lock())?;
        }
        Ok(report)
    }

    fn waivers(&self) -> anyhow::Result<Option<Waivers>> {
        if let Some(path) = &self.waivers {
            return read_waivers(Some(path));
        }
        let named = read_waivers(Settings::beside(&self.dir)?.waivers.as_deref())?;
        if let Some(waivers) = &named {
            remark(&format!("waivers of {}, as {} says", waivers.name, settings::NAME));
        }
        Ok(named)
    }

    /// The round whose rules count.
    fn round(&self, tree: &Tree) -> anyhow::Result<ChosenRound> {
        let Some(path) = &self.rules else { return round_of(tree, &self.dir, self.round.as_deref()) };
        let name = name_of_rules(path);
        let round = Round::parse(&name, &read_text(path)?).with_context(|| path.display().to_string())?;
        crate::audit::checks::check_severities(&round)
            .map_err(|reason| anyhow::anyhow!("{}: {reason}", path.display()))?;
        let said = format!("round {} (read from --rules)", round.name);
        Ok(ChosenRound { round, said, is_guess: false })
    }
}

/// The name of the round in a file: a folder's, as those that are built in have it (`v1.5/round.yaml`), else the file's.
fn name_of_rules(path: &Path) -> String {
    let of_folder = || path.parent()?.file_name().filter(|_| path.file_name() == Some("round.yaml".as_ref()));
    of_folder().or_else(|| path.file_stem()).unwrap_or_default().to_string_lossy().into_owned()
}

/// Why a tree holds nothing to check, with the command that does what was meant.
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
                format!("this is a part of a submission; did you mean `tinyaudit check {}`?", submitter.display())
            }
            None => return anyhow::Error::new(error).context(shown.to_string()),
        },
        _ => return anyhow::Error::new(error).context(shown.to_string()),
    };
    anyhow::anyhow!("{shown}: {error}; {hint}")
}

/// The round whose rules count.
struct ChosenRound {
    round: Round,
    /// What to say of it.
    said: String,
    /// Whether nobody named it.
    is_guess: bool,
}

impl ChosenRound {
    /// Refuses a guess where a wrong one would do harm.
    fn certain(&self, command: &str) -> anyhow::Result<()> {
        anyhow::ensure!(
            !self.is_guess,
            "{command} needs to know the round, and {} is a guess; name it with --round, or write `round = \"…\"` into {} \
             beside `closed` and `open`",
            self.round.name,
            settings::NAME
        );
        Ok(())
    }
}

/// The round of a tree, the one that is named most closely: by an option, by the settings beside the tree, by the
/// environment, by a package; else it is guessed.
fn round_of(tree: &Tree, dir: &Path, named: Option<&str>) -> anyhow::Result<ChosenRound> {
    let settings = Settings::beside(dir)?;
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
        said = format!("{said}; {} says {other}", settings::NAME);
    }
    Ok(ChosenRound { round, said, is_guess })
}
