//! Reading a file in blocks of whole lines, so that memory does not grow with the file.

use std::cell::RefCell;
use std::io::{self, Read};

/// Bytes that are asked for at a time: few enough to stay in the processor's cache until they are parsed.
const BLOCK: usize = 128 << 10;

/// Most bytes of a line of a log that are looked at; of a longer one the middle is left out.
const LONGEST_LINE: usize = 4 << 20;

/// Most bytes of a line of code that are looked at: programs are made to write long ones.
const LONGEST_CODE: usize = 16 << 20;

thread_local! {
    /// One buffer for all files that a thread reads one after the other.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Hands over a source in blocks that end with a line feed, the last one perhaps without. Blocks are never empty, and all
/// but the last are large.
///
/// # Errors
/// When the source cannot be read; whole blocks before that were handed over.
pub fn for_each(source: &mut dyn Read, take: impl FnMut(&[u8])) -> io::Result<()> {
    with_buffer(|buffer| read(source, buffer, LONGEST_LINE, take))
}

/// The same for code.
///
/// # Errors
/// As [`for_each`].
pub fn for_each_of_code(source: &mut dyn Read, take: impl FnMut(&[u8])) -> io::Result<()> {
    with_buffer(|buffer| read(source, buffer, LONGEST_CODE, take))
}

fn with_buffer(work: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
    let mut buffer = BUFFER.take();
    if buffer.len() < BLOCK {
        buffer.resize(BLOCK, 0);
    }
    let done = work(&mut buffer);
    // Some programs are written in lines of a megabyte; a longer line does not keep its memory.
    if buffer.len() <= LONGEST_LINE {
        BUFFER.set(buffer);
    }
    done
}

/// Hands over a source in parts, none of them empty, until one is refused. All but the last have one length, whatever was
/// read before: what is packed depends on it.
///
/// # Errors
/// When the source cannot be read, and what `take` says.
pub fn for_each_part(source: &mut dyn Read, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
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

fn read(source: &mut dyn Read, buffer: &mut Vec<u8>, longest: usize, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    let mut filled = 0;
    loop {
        if filled == buffer.len() {
            if filled < longest {
                buffer.resize(2 * filled, 0);
            } else {
                filled = longest / 2;
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
    Ok(())
}

/// Fills a buffer from a place on, as far as the source reaches, and says where it ends.
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

    /// Gives a few bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn joined(bytes: &[u8], step: usize) -> Vec<u8> {
        let mut all = Vec::new();
        for_each(&mut Drops(bytes, step), |block| {
            assert!(!block.is_empty());
            all.extend_from_slice(block);
        })
        .unwrap();
        all
    }

    proptest! {
        #[test]
        fn blocks_join_to_the_file(bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..300), step in 1usize..50) {
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
            for_each_part(&mut Drops(&bytes, 1000), take).unwrap();
            lengths
        };
        assert_eq!(parts(), [BLOCK, BLOCK, 1]);
        joined(&vec![b'y'; 5 * BLOCK], BLOCK);
        assert_eq!(parts(), [BLOCK, BLOCK, 1]);
    }

    #[test]
    fn lines_of_several_blocks_stay_whole_and_endless_ones_lose_their_middle() {
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
