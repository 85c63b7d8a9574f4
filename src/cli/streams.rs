//! What comes in and goes out: files or `-` for the standard streams, and words for people on stderr.

use std::fmt;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Seek, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::parse::text::{printable, printable_lines};
use crate::source::Tree;

/// How much is said on stderr beside errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Talk {
    /// Nothing.
    Quiet,
    /// What changes the meaning of the result, and progress on a terminal.
    Normal,
    /// What was understood of every run, too.
    Verbose,
}

static TALK: AtomicU8 = AtomicU8::new(Talk::Normal as u8);

/// Settles how much is said.
pub fn talk(how: Talk) {
    TALK.store(how as u8, Ordering::Relaxed);
}

/// Whether so much is said.
pub fn says(how: Talk) -> bool {
    TALK.load(Ordering::Relaxed) >= how as u8
}

/// Says something on stderr that is no error.
pub fn remark(text: &str) {
    if says(Talk::Normal) {
        complain(&printable(text));
    }
}

/// Says on stderr what keeps a command from its work. Where nobody listens, the exit code says it all the same.
pub fn complain(text: &str) {
    // What is wrong may be told with words of a submission.
    let _ = writeln!(io::stderr(), "{}", printable_lines(text));
}

/// Whether a path stands for a standard stream.
pub fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Stdin, which can be read once only.
fn standard_input() -> io::Result<io::StdinLock<'static>> {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    if TAKEN.swap(true, Ordering::Relaxed) {
        return Err(io::Error::other("stdin is named twice"));
    }
    Ok(io::stdin().lock())
}

/// The tree in a folder or package; `-` is a package on stdin.
pub fn open_tree(path: &Path) -> anyhow::Result<Tree> {
    let tree = if is_standard(path) { spooled().and_then(Tree::of_archive) } else { Tree::open(path) };
    tree.with_context(|| format!("{} cannot be read", path.display()))
}

/// An archive is read from its end, so stdin is kept in an unnamed file.
fn spooled() -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(&mut standard_input()?, &mut file)?;
    file.rewind()?;
    Ok(file)
}

/// A file as text; `-` is stdin.
pub fn read_text(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = if is_standard(path) {
        standard_input().and_then(|mut stdin| stdin.read_to_string(&mut text))
    } else {
        File::open(path).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.with_context(|| format!("{} cannot be read", path.display()))?;
    // Editors of some systems put a byte order mark before a text.
    if text.starts_with('\u{FEFF}') {
        text.remove(0);
    }
    Ok(text)
}

/// Hands a buffered stdout to a renderer.
pub fn print(render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    render(&mut out)?;
    out.flush()?;
    Ok(())
}

/// Hands a file to a renderer, or stdout, which is also `-`. The file is complete or not there at all, and replaced only
/// by `force`.
pub fn deliver(
    file: Option<&Path>,
    force: bool,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let is = |path: &Path, names: [&str; 3]| names.iter().any(|name| path == Path::new(name));
    let Some(path) = file.filter(|path| !is_standard(path)) else { return print(render) };
    // These lead to what the streams lead to, which is not replaced.
    if is(path, ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]) {
        return print(render);
    }
    if is(path, ["/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"]) {
        let mut out = io::BufWriter::new(io::stderr().lock());
        return Ok(render(&mut out).and_then(|()| out.flush())?);
    }
    match crate::submit::output::write(path, force, render) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            anyhow::bail!("{error}; use --force to overwrite")
        }
        done => Ok(done?),
    }
}

/// Refuses to write bytes that are no text to a terminal.
pub fn refuse_terminal(file: Option<&Path>, what: &str) -> anyhow::Result<()> {
    if file.is_none_or(is_standard) && io::stdout().is_terminal() {
        anyhow::bail!("{what} is no text; name a file with --out");
    }
    Ok(())
}

/// Counts things on stderr, how many of how many and how fast, where that is a terminal; elsewhere it draws nothing.
pub fn progress(what: &str) -> ProgressBar {
    let template = format!("[{{bar:30}}] {{pos}} of {{len}} {what}, {{rate}}, {{eta}} left");
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let style = style.with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
        let _ = write!(out, "{:.1} a second", state.per_sec());
    });
    let shown = says(Talk::Normal);
    let target = if shown { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
    ProgressBar::with_draw_target(Some(0), target).with_style(style)
}

/// So many of so many are done.
pub fn advance(bar: &ProgressBar, done: usize, all: usize) {
    bar.set_length(all as u64);
    bar.set_position(done as u64);
}

/// Columns of the terminal on stdout, if it is one.
#[cfg(unix)]
pub fn terminal_width() -> Option<u16> {
    rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| size.ws_col).filter(|columns| *columns > 0)
}

/// No width is known.
#[cfg(not(unix))]
pub fn terminal_width() -> Option<u16> {
    None
}

/// Columns of a line of text: those of the terminal, or what is read well where there is none.
pub fn columns() -> usize {
    const WIDTH: usize = 100;
    terminal_width().map_or(WIDTH, usize::from)
}

/// Whether stdout takes colour.
pub fn styled() -> bool {
    use anstream::ColorChoice;
    match ColorChoice::global() {
        ColorChoice::Never => false,
        ColorChoice::Always | ColorChoice::AlwaysAnsi => true,
        ColorChoice::Auto => {
            io::stdout().is_terminal() && anstream::AutoStream::choice(&io::stdout()) != ColorChoice::Never
        }
    }
}
