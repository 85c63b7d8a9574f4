//! Input and output: files or `-` for the standard streams, and messages on stderr.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Seek, Write};
use std::iter::successors;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::parse::text::{printable, printable_lines};
use crate::render::wrap::wrapped_lines;
use crate::source::{Tree, read_all_of};
use crate::submit::leftovers;

/// How much is printed on stderr in addition to errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Nothing.
    Quiet,
    /// What changes the meaning of the result, and progress on a terminal.
    Normal,
    /// Also what was read from each run.
    Verbose,
}

static VERBOSITY: AtomicU8 = AtomicU8::new(Verbosity::Normal as u8);

/// Sets the verbosity.
pub fn set_verbosity(how: Verbosity) {
    VERBOSITY.store(how as u8, Ordering::Relaxed);
}

/// Returns whether messages of this verbosity are enabled.
pub fn is_enabled(how: Verbosity) -> bool {
    VERBOSITY.load(Ordering::Relaxed) >= how as u8
}

/// Prints a message on stderr, unless `--quiet` is set.
pub fn print_info(text: &str) {
    if is_enabled(Verbosity::Normal) {
        print_error(&printable(text));
    }
}

/// Prints an error on stderr. If stderr is closed, the exit code still reports the error.
pub fn print_error(text: &str) {
    // An error may quote a submission.
    let _ = writeln!(io::stderr(), "{}", printable_lines(text));
}

/// Whether a path stands for a standard stream.
pub fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Returns stdin, which can be read only once.
fn standard_input() -> io::Result<io::StdinLock<'static>> {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    if TAKEN.swap(true, Ordering::Relaxed) {
        return Err(io::Error::other("stdin is named twice"));
    }
    Ok(io::stdin().lock())
}

/// Opens the tree in a folder or package; `-` is a package on stdin.
pub fn open_tree(path: &Path) -> anyhow::Result<Tree> {
    let spooled = || spooled(standard_input()?, MAX_SPOOLED);
    let tree = if is_standard(path) { spooled().and_then(Tree::from_file) } else { Tree::open(path) };
    tree.with_context(|| format!("{} cannot be read", path.display()))
}

/// Maximum size of an archive on stdin, in bytes; a hundred times the largest round.
const MAX_SPOOLED: u64 = 16 << 30;

/// Copies at most `most` bytes to an unnamed file, because an archive is read from its end.
fn spooled(source: impl Read, most: u64) -> io::Result<File> {
    let mut file = leftovers::unnamed()?;
    if io::copy(&mut source.take(most.saturating_add(1)), &mut file)? > most {
        return Err(io::Error::other(format!("it has more than {most} bytes")));
    }
    file.rewind()?;
    Ok(file)
}

/// Maximum size of a text that an option names, in bytes: rules, waivers, lists, recordings.
const MAX_OPTION: u64 = 64 << 20;

/// Reads a text file; `-` is stdin.
pub fn read_text(path: &Path) -> anyhow::Result<String> {
    let text = read_bytes(path, MAX_OPTION).and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other));
    let mut text = text.with_context(|| format!("{} cannot be read", path.display()))?;
    // Some editors write a byte order mark at the start of a text.
    if text.starts_with('\u{FEFF}') {
        text.remove(0);
    }
    Ok(text)
}

/// Reads a file of at most `most` bytes, which may be a pipe or a device without end; `-` is stdin.
pub fn read_bytes(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if is_standard(path) { read_all_of(standard_input()?, most) } else { read_all_of(File::open(path)?, most) }
}

/// Passes a buffered stdout to a renderer. A reader that closes early has seen enough, which does not change how the
/// command ends.
pub fn print(render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match render(&mut out).and_then(|()| out.flush()) {
        Err(error) if is_broken_pipe(&error) => Ok(()),
        printed => Ok(printed?),
    }
}

/// Whether the reader of an output has closed it. Writers of a format wrap the error in their own.
pub fn is_broken_pipe(error: &io::Error) -> bool {
    let mut causes = successors(Some(error as &(dyn Error + 'static)), |&cause| cause.source());
    causes.any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|one| one.kind() == io::ErrorKind::BrokenPipe))
}

/// Writes the text of a renderer in lines that fit the terminal. Lines that follow from a longer one are indented by
/// `hanging` more.
pub fn write_wrapped(
    hanging: usize,
    out: &mut dyn Write,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut text = Vec::new();
    render(&mut text)?;
    out.write_all(wrapped_lines(&String::from_utf8_lossy(&text), columns(), hanging).as_bytes())
}

/// Passes a file to a renderer, or stdout if the file is `None` or `-`. The file is written completely or not at all.
/// An existing file is overwritten only with `force`.
pub fn deliver(
    file: Option<&Path>,
    force: bool,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let is = |path: &Path, names: [&str; 3]| names.iter().any(|name| path == Path::new(name));
    let Some(path) = file.filter(|path| !is_standard(path)) else { return print(render) };
    // These names stand for the open streams, which must not be replaced.
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

/// Says what killed commands left, and this one removed.
pub fn say_swept() {
    for (folder, count) in leftovers::swept() {
        let folder = folder.display();
        print_info(&match count {
            1 => format!("removed 1 temporary file of an interrupted command in {folder}"),
            count => format!("removed {count} temporary files of interrupted commands in {folder}"),
        });
    }
}

/// Returns an error if binary output would go to a terminal.
pub fn refuse_terminal(file: Option<&Path>, what: &str) -> anyhow::Result<()> {
    if file.is_none_or(is_standard) && io::stdout().is_terminal() {
        anyhow::bail!("{what} is not text; name a file with --out");
    }
    Ok(())
}

/// Returns a progress bar with count, total and rate on stderr. It draws nothing if stderr is not a terminal.
pub fn progress(what: &str) -> ProgressBar {
    let template = format!("[{{bar:30}}] {{pos}} of {{len}} {what}, {{rate}}, {{eta}} left");
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let style = style.with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
        let _ = write!(out, "{:.1} per second", state.per_sec());
    });
    let shown = is_enabled(Verbosity::Normal);
    let target = if shown { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
    ProgressBar::with_draw_target(Some(0), target).with_style(style)
}

/// Sets the progress: `done` of `all`.
pub fn advance(bar: &ProgressBar, done: usize, all: usize) {
    bar.set_length(all as u64);
    bar.set_position(done as u64);
}

/// Returns the width in columns of the terminal on stdout, or `None` if stdout is not a terminal.
#[cfg(unix)]
pub fn terminal_width() -> Option<u16> {
    rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| size.ws_col).filter(|columns| *columns > 0)
}

/// Returns `None`: the width is not known on this system.
#[cfg(not(unix))]
pub fn terminal_width() -> Option<u16> {
    None
}

/// Returns the line width in columns: that of the terminal, else 100.
pub fn columns() -> usize {
    const WIDTH: usize = 100;
    terminal_width().map_or(WIDTH, usize::from)
}

/// Returns whether stdout is printed in colour.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_without_end_is_not_spooled() {
        let mut spooled = Vec::new();
        super::spooled(&b"archive"[..], 7).unwrap().read_to_end(&mut spooled).unwrap();
        assert_eq!(spooled, b"archive");
        assert!(super::spooled(io::repeat(b'x'), 7).unwrap_err().to_string().contains("more than 7 bytes"));
    }
}
