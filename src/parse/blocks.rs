//! Reads a file in blocks of whole lines, so that memory use does not depend on the size of the file.

use std::cell::RefCell;
use std::io::{self, Read};

/// Bytes that are read at a time; few enough to stay in the processor's cache until they are parsed.
const BLOCK: usize = 128 << 10;

/// Maximum number of bytes that are kept of a log line. The middle of a longer line is dropped.
pub(crate) const LONGEST_LINE: usize = 4 << 20;

/// Maximum number of bytes that are kept of a line of code or of results.txt: generated code has long lines.
pub(crate) const LONGEST_CODE: usize = 16 << 20;

thread_local! {
    /// Buffer of a thread, reused for every file.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Passes a source to `take` in blocks of whole lines. Blocks are never empty. The last one may lack its line feed. Returns
/// whether every line was passed on whole: of a very long one, the middle is dropped.
///
/// # Errors
/// When the source cannot be read; the whole blocks before that were passed on.
pub fn for_each(source: &mut dyn Read, take: impl FnMut(&[u8])) -> io::Result<bool> {
    with_buffer(|buffer| read(source, buffer, LONGEST_LINE, take))
}

/// Like [`for_each`], with longer lines, for code and results.txt.
///
/// # Errors
/// As [`for_each`].
pub(crate) fn for_each_of_code(source: &mut dyn Read, take: impl FnMut(&[u8])) -> io::Result<bool> {
    with_buffer(|buffer| read(source, buffer, LONGEST_CODE, take))
}

fn with_buffer<T>(work: impl FnOnce(&mut Vec<u8>) -> io::Result<T>) -> io::Result<T> {
    let mut buffer = BUFFER.take();
    if buffer.len() < BLOCK {
        buffer.resize(BLOCK, 0);
    }
    let done = work(&mut buffer);
    // Code with lines of a megabyte is common; the memory of longer lines is released.
    if buffer.len() <= LONGEST_LINE {
        BUFFER.set(buffer);
    }
    done
}

/// Passes a source to `take` in parts that are not empty, until one is refused. All parts but the last have the same
/// length, whatever was read before, as the bytes of a compressed file depend on it.
///
/// # Errors
/// When the source cannot be read, and errors of `take`.
pub(crate) fn for_each_part(source: &mut dyn Read, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    with_buffer(|buffer| {
        loop {
            let filled = fill(source, &mut buffer[..BLOCK], 0)?;
            if filled == 0 {
                return Ok(());
            }
            take(&buffer[..filled])?;
        }
    })
}

fn read(source: &mut dyn Read, buffer: &mut Vec<u8>, longest: usize, mut take: impl FnMut(&[u8])) -> io::Result<bool> {
    let (mut filled, mut is_whole) = (0, true);
    loop {
        if filled == buffer.len() {
            if filled < longest {
                buffer.resize(2 * filled, 0);
            } else {
                filled = longest / 2;
                is_whole = false;
            }
        }
        let new = filled..fill(source, buffer, filled)?;
        if new.is_empty() {
            break;
        }
        filled = new.end;
        if let Some(feed) = memchr::memrchr(b'\n', &buffer[new.clone()]) {
            let end = new.start + feed + 1;
            take(&buffer[..end]);
            buffer.copy_within(end..filled, 0);
            filled -= end;
        }
    }
    if filled > 0 {
        take(&buffer[..filled]);
    }
    Ok(is_whole)
}

/// Fills a buffer from an offset on until it is full or the source ends. Returns the end of the filled part.
fn fill(source: &mut dyn Read, buffer: &mut [u8], mut filled: usize) -> io::Result<usize> {
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    /// Reads a few bytes at a time.
    struct SlowReader<'a>(&'a [u8], usize);

    impl Read for SlowReader<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    /// Is interrupted before every read, and fails at its end.
    struct Interrupted<'a>(&'a [u8], bool);

    impl Read for Interrupted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            match self.0.read(buffer)? {
                0 => Err(io::ErrorKind::ConnectionReset.into()),
                count => Ok(count),
            }
        }
    }

    #[test]
    fn reading_goes_on_after_an_interruption_and_ends_at_an_error() {
        let mut whole = Vec::new();
        let ended = for_each(&mut Interrupted(b"one\ntwo", false), |block| whole.extend_from_slice(block));
        assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
        let mut parts = Vec::new();
        let mut chained = Interrupted(b"one\ntwo", false).take(7);
        for_each_part(&mut chained, |part| parts.write_all(part)).unwrap();
        assert_eq!(parts, b"one\ntwo");
    }

    #[test]
    fn lines_of_code_may_be_longer() {
        let line = vec![b'x'; 3 * LONGEST_LINE];
        let length = |long: bool| {
            let (mut length, mut source) = (0, &line[..]);
            let take = |block: &[u8]| length += block.len();
            let is_whole = if long { for_each_of_code(&mut source, take) } else { for_each(&mut source, take) };
            assert_eq!(is_whole.unwrap(), long);
            length
        };
        assert_eq!(length(true), line.len());
        assert!(length(false) < 2 * LONGEST_LINE);
        assert!(BUFFER.take().len() <= LONGEST_LINE, "the memory of long lines is released");
    }

    fn joined(bytes: &[u8], step: usize) -> Vec<u8> {
        let mut all = Vec::new();
        for_each(&mut SlowReader(bytes, step), |block| {
            assert!(!block.is_empty());
            all.extend_from_slice(block);
        })
        .unwrap();
        all
    }

    proptest! {
        #[test]
        fn joined_blocks_are_the_file(bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..300), step in 1usize..50) {
            prop_assert_eq!(joined(&bytes, step), bytes);
        }
    }

    #[test]
    fn parts_have_one_length_whatever_was_read_before() {
        let parts = || {
            let mut lengths = Vec::new();
            let bytes = vec![b'x'; 2 * BLOCK + 1];
            let take = |part: &[u8]| {
                lengths.push(part.len());
                Ok(())
            };
            for_each_part(&mut SlowReader(&bytes, 1000), take).unwrap();
            lengths
        };
        assert_eq!(parts(), [BLOCK, BLOCK, 1]);
        joined(&vec![b'y'; 5 * BLOCK], BLOCK);
        assert_eq!(parts(), [BLOCK, BLOCK, 1]);
    }

    #[test]
    fn long_lines_stay_whole_and_endless_lines_lose_their_middle() {
        let mut long = vec![b'x'; 3 * BLOCK];
        long.extend(b"\nend\n");
        assert_eq!(joined(&long, BLOCK), long);
        let mut endless = vec![b'y'; 3 * LONGEST_LINE];
        endless.extend(b"\nend\n");
        let found = joined(&endless, BLOCK);
        assert!(found.len() < 2 * LONGEST_LINE && found.ends_with(b"y\nend\n"));
        assert_eq!(found.split(|byte| *byte == b'\n').count(), 3);
    }
}
