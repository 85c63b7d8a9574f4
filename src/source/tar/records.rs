//! Records about the files of a tar archive: long names and attributes, which come before the file itself.
//!
//! Programs differ in which of several records counts, in what a record may change, and in how they read what no program
//! writes. Such archives are refused, so that what was checked is what others unpack.
//!
//! Source: POSIX.1-2017, pax Interchange Format; the GNU tar manual, Basic Tar Format; measured with GNU tar and Python's
//! tarfile.

use std::collections::BTreeSet;
use std::io::{self, Read};

use memchr::memmem;
use tar::{Entry, EntryType, Header};

use super::{damaged, refused};

/// Most bytes of a long name or of attributes.
const MOST_OF_RECORD: u64 = 64 << 10;
/// Attributes that say which file is meant, and how long it is.
const KEYS: [&str; 3] = ["path", "linkpath", "size"];
/// Place of the mark of an extended header of a sparse file.
const IS_EXTENDED: usize = 482;

/// The records since the last file.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// Kinds of records, and keys of attributes.
    seen: BTreeSet<String>,
    /// Size in the attributes.
    size: Option<u64>,
}

impl Records {
    /// Takes the next header of an archive, and reads it if it is a record.
    ///
    /// # Errors
    /// If programs would read it differently.
    pub(super) fn take(&mut self, entry: &mut Entry<'_, impl Read>) -> io::Result<()> {
        let header = entry.header();
        if header.as_gnu().is_none() && header.as_ustar().is_none_or(|ustar| ustar.version != *b"00") {
            return Err(ambiguous("it is in an old format"));
        }
        expect_numbers(header)?;
        let (kind, size) = (header.entry_type(), entry.size());
        let is_record = matches!(
            kind,
            EntryType::GNULongName | EntryType::GNULongLink | EntryType::XHeader | EntryType::XGlobalHeader
        );
        if is_record && size > MOST_OF_RECORD {
            return Err(refused(format!("the archive has a name or attributes of {size} bytes")));
        }
        match kind {
            EntryType::GNULongName => self.add("path"),
            EntryType::GNULongLink => self.add("linkpath"),
            EntryType::XHeader => {
                self.add("attributes")?;
                for (key, value) in attributes(&content(entry)?)? {
                    if key == "size" {
                        self.size = Some(value.parse().map_err(|_| ambiguous("a size is not a number"))?);
                    }
                    self.add(&key)?;
                }
                Ok(())
            }
            EntryType::XGlobalHeader => {
                let of_all = attributes(&content(entry)?)?;
                match of_all.iter().find(|(key, _)| KEYS.contains(&key.as_str()) || is_sparse(key)) {
                    Some((key, _)) => Err(ambiguous(&format!("it sets `{key}` of all its files"))),
                    None if self.seen.is_empty() => Ok(()),
                    None => Err(ambiguous("attributes of all files stand before those of one")),
                }
            }
            _ => {
                let records = std::mem::take(self);
                if records.size.is_some_and(|stated| stated != size) {
                    return Err(ambiguous("a file has two sizes"));
                }
                match kind {
                    EntryType::GNUSparse if header_byte(entry, IS_EXTENDED) != 0 => Err(sparse()),
                    EntryType::Regular | EntryType::Continuous if entry.path_bytes().ends_with(b"/") => {
                        Err(ambiguous("a file has the name of a folder"))
                    }
                    EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => Ok(()),
                    EntryType::Directory
                    | EntryType::Symlink
                    | EntryType::Link
                    | EntryType::Fifo
                    | EntryType::Char
                    | EntryType::Block => match size {
                        0 => Ok(()),
                        _ => Err(ambiguous("a folder, link or device has content")),
                    },
                    other => Err(ambiguous(&format!("it has an entry of type `{}`", other.as_byte().escape_ascii()))),
                }
            }
        }
    }

    /// Adds a record or attribute, which may occur once.
    fn add(&mut self, key: &str) -> io::Result<()> {
        if is_sparse(key) {
            return Err(sparse());
        }
        if !self.seen.insert(key.to_owned()) {
            return Err(ambiguous(&format!("it sets `{key}` of a file twice")));
        }
        Ok(())
    }
}

/// Refuses numbers that programs read differently: each must be octal, or binary and positive where it is a size.
fn expect_numbers(header: &Header) -> io::Result<()> {
    // Mode, owner, group, size, time, and the numbers of a device.
    const FIELDS: [(usize, usize); 7] = [(100, 8), (108, 8), (116, 8), (124, 12), (136, 12), (329, 8), (337, 8)];
    const SIZE: usize = 124;
    // Of GNU archives this is another time; where a program takes it for a part of the name, it must be empty.
    const PREFIX: std::ops::Range<usize> = 345..IS_EXTENDED;
    let bytes = header.as_bytes();
    for (start, length) in FIELDS {
        let field = &bytes[start..start + length];
        let sound = match field {
            [0x80, rest @ ..] => start != SIZE || rest[..3].iter().all(|byte| *byte == 0),
            [0xFF, ..] => start != SIZE,
            _ => {
                let text = field.split(|byte| *byte == 0).next().unwrap_or_default().trim_ascii();
                text.iter().all(|byte| matches!(byte, b'0'..=b'7'))
            }
        };
        if !sound {
            return Err(ambiguous("a number of a header is not one"));
        }
    }
    let is_own = matches!(header.entry_type(), EntryType::GNUSparse | EntryType::GNULongName | EntryType::GNULongLink);
    if header.as_ustar().is_none() && !is_own && bytes[PREFIX].iter().any(|byte| *byte != 0) {
        return Err(ambiguous("a header has text where some programs expect a part of the name"));
    }
    Ok(())
}

fn header_byte(entry: &Entry<'_, impl Read>, place: usize) -> u8 {
    entry.header().as_bytes()[place]
}

fn is_sparse(key: &str) -> bool {
    key.starts_with("GNU.sparse.")
}

fn sparse() -> io::Error {
    ambiguous("it contains a sparse file; pack it without that option (`tar -S`)")
}

fn ambiguous(what: &str) -> io::Error {
    refused(format!("two programs may read the tar archive differently: {what}"))
}

fn content(entry: &mut Entry<'_, impl Read>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(damaged)?;
    Ok(bytes)
}

/// Reads attributes: lines `LENGTH KEY=VALUE`, each with its length in bytes, so that a value may contain line feeds.
fn attributes(mut bytes: &[u8]) -> io::Result<Vec<(String, String)>> {
    let malformed = || ambiguous("its attributes are malformed");
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let space = bytes.iter().position(|byte| *byte == b' ').ok_or_else(malformed)?;
        let digits = std::str::from_utf8(&bytes[..space]).map_err(|_| malformed())?;
        let length = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let length: usize = length.and_then(|digits| digits.parse().ok()).ok_or_else(malformed)?;
        let line = bytes.get(space + 1..length).and_then(|line| line.strip_suffix(b"\n")).ok_or_else(malformed)?;
        // A program that splits attributes at line feeds finds others in such a value.
        let hides_another = || KEYS.iter().any(|key| memmem::find(line, format!(" {key}=").as_bytes()).is_some());
        if line.contains(&b'\n') && hides_another() {
            return Err(malformed());
        }
        let equals = line.iter().position(|byte| *byte == b'=').ok_or_else(malformed)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (key, value) = (text(&line[..equals]), text(&line[equals + 1..]));
        if !is_sound(&key, &value) {
            return Err(malformed());
        }
        found.push((key, value));
        bytes = &bytes[length..];
    }
    Ok(found)
}

/// Whether every program reads an attribute alike: some skip blanks before a key, and some stop at a value that is not of its
/// kind.
fn is_sound(key: &str, value: &str) -> bool {
    const LONGEST_NUMBER: usize = 32;
    let is_number = |signs: &str| {
        let plain = value.chars().all(|c| c.is_ascii_digit() || signs.contains(c));
        plain && value.len() <= LONGEST_NUMBER && value.parse::<f64>().is_ok()
    };
    let fits = match key {
        "uid" | "gid" => is_number("") && value.parse::<u32>().is_ok(),
        "size" => is_number(""),
        "mtime" | "atime" | "ctime" => is_number("-."),
        "path" | "linkpath" | "uname" | "gname" => !value.is_empty() && !value.contains(['\0', '\n']),
        _ => true,
    };
    fits && !key.starts_with([' ', '\t']) && !key.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::attributes;

    #[test]
    fn attributes_have_their_length() {
        let read = attributes(b"11 path=ab\n19 comment=a b = c\n").unwrap();
        assert_eq!(read, [("path".to_owned(), "ab".to_owned()), ("comment".to_owned(), "a b = c".to_owned())]);
        for bad in [
            "12 path=ab\n",
            "10 path=ab\n",
            "path=ab\n",
            "+11 path=ab",
            "0 path=ab\n",
            "17 a=b\n9 path=c\n",
            "99 a=b\n",
        ] {
            assert!(attributes(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
