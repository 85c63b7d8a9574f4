//! `script.async`: the commands the EEMBC runner was told to send.
//!
//! A list of `{cmd: '…', ms: …, ack: /…/}` in the manner of JavaScript, with doubled backslashes. The commands of the
//! run follow some commands of set-up that the log does not show.

use super::text;
use crate::parse::location::{At, Line};
use crate::round::fingerprint::fingerprint;

/// Fingerprints of the commands, in order, with their lines.
#[must_use]
pub fn parse(bytes: &[u8]) -> Vec<At<u64>> {
    let mut parser = Parser::default();
    parser.block(bytes);
    parser.commands
}

/// Reads a list of commands in blocks of whole lines.
#[derive(Default)]
pub struct Parser {
    /// Fingerprints of the commands so far, with their lines.
    pub commands: Vec<At<u64>>,
    /// Line feeds so far.
    feeds: Line,
    escaped: Escaped,
}

/// The last command that had backslashes. Commands that follow one another mostly name files of one folder.
#[derive(Default)]
struct Escaped {
    /// The quote it stands in, and the command as it is written, up to its last escape.
    written: Vec<u8>,
    /// How long that is without the backslashes.
    length: usize,
    /// The command without the backslashes.
    command: Vec<u8>,
}

impl Parser {
    /// Reads some more lines.
    pub fn block(&mut self, bytes: &[u8]) {
        // Lists of commands are the largest files of a submission: they are searched for quotes, not split into lines.
        let (mut counted, mut from) = (0, 0);
        while let Some(found) = memchr::memchr2(b'\'', b'"', &bytes[from..]) {
            let quote = from + found;
            from = quote + 1;
            let blanks = bytes[..quote].iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            if !bytes[..quote - blanks].ends_with(b"cmd:") {
                continue;
            }
            self.feeds = self.feeds.saturating_add(text::line_feeds(&bytes[counted..quote]));
            counted = quote;
            if let Some((command, length)) = self.escaped.command(&bytes[quote..]) {
                self.commands.push(At::new(fingerprint(command), self.feeds.saturating_add(1)));
                from = quote + length;
            }
        }
        self.feeds = self.feeds.saturating_add(text::line_feeds(&bytes[counted..]));
    }
}

impl Escaped {
    /// The text in the quotes that open here, if they close in the same line, without the backslashes that stand before
    /// characters, and its length as it is written with its quotes.
    fn command<'a>(&'a mut self, quoted: &'a [u8]) -> Option<(&'a [u8], usize)> {
        let quote = *quoted.first()?;
        let close = |from: usize| Some(from + memchr::memchr3(quote, b'\\', b'\n', &quoted[from..])?);
        if self.written.is_empty() || !quoted.starts_with(&self.written) {
            let end = close(1)?;
            if quoted[end] != b'\\' {
                return (quoted[end] == quote).then_some((&quoted[1..end], end + 1));
            }
            self.written.clear();
            self.written.push(quote);
            self.length = 0;
        }
        self.command.truncate(self.length);
        let mut at = self.written.len();
        loop {
            let end = close(at)?;
            self.command.extend_from_slice(&quoted[at..end]);
            match quoted[end] {
                b'\\' => {
                    self.command.push(*quoted.get(end + 1).filter(|byte| **byte != b'\n')?);
                    at = end + 2;
                    self.length = self.command.len();
                }
                byte => return (byte == quote).then_some((&self.command, end + 1)),
            }
            self.written.extend_from_slice(&quoted[self.written.len()..at]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The commands of a list, one by one and without memory of each other.
    fn plain(commands: &[String]) -> Vec<u64> {
        let plain = |command: &String| command.replace("\\\\", "\\").replace("\\'", "'");
        commands.iter().map(|command| fingerprint(plain(command).as_bytes())).collect()
    }

    proptest! {
        #[test]
        fn commands_read_alike_after_any_other(
            commands in proptest::collection::vec("(a|b|ab)?((\\\\\\\\|\\\\')(a|b)){0,3}[ab]{0,9}", 0..12),
        ) {
            let script: Vec<_> = commands.iter().map(|command| format!("cmd: '{command}',\nms: 1\n")).collect();
            let found: Vec<_> = parse(script.concat().as_bytes()).iter().map(|command| command.value).collect();
            prop_assert_eq!(found, plain(&commands));
        }
    }

    #[test]
    fn backslashes_are_doubled() {
        let found = parse(b"[\n    {\n        cmd: 'bload dut \"C:\\\\data\\\\a.bin\"',\n        ms: 7840\n    }\n]");
        assert_eq!(found, [At::new(fingerprint(b"bload dut \"C:\\data\\a.bin\""), 3)]);
        let twice = parse(b"cmd: 'print cmd: \"x\"', cmd: 'y'\ncmd: 'z'");
        assert_eq!(twice.iter().map(|command| command.line).collect::<Vec<_>>(), [1, 1, 2]);
        for open in [&b"cmd: 'open"[..], b"cmd: 'open\n'", b"cmd: 'open\\\n'", b"cmd:", b"cmd: x", b"cmd:\n'x'"] {
            assert_eq!(parse(open), []);
        }
    }
}
