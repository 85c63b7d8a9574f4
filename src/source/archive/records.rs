//! Reads the records of a zip archive so strictly that every other program must read the same.
//!
//! The archive begins with its first file, and every file begins where the one before ends. One file list follows,
//! which agrees with the header of every file. The end of the archive is the end of the file.
//!
//! Source: APPNOTE.TXT 6.3.10, 4.3 to 4.5; archives of Info-ZIP, Python, 7-Zip, Windows and macOS.

use std::io::{self, Read, Seek, SeekFrom};

/// Returns the error for an archive that is refused.
fn refused(what: impl std::fmt::Display) -> io::Error {
    let message = format!("{what}, so two programs may read it differently; pack the files again");
    io::Error::new(io::ErrorKind::InvalidData, message)
}

const LOCAL: &[u8] = b"PK\x03\x04";
const LISTED: &[u8] = b"PK\x01\x02";
const DESCRIPTOR: &[u8] = b"PK\x07\x08";
const END: &[u8] = b"PK\x05\x06";
const LARGE_END: &[u8] = b"PK\x06\x06";
const LARGE_LOCATOR: &[u8] = b"PK\x06\x07";

const LOCAL_BYTES: usize = 30;
const LISTED_BYTES: usize = 46;
const END_BYTES: usize = 22;
const LARGE_END_BYTES: usize = 56;
const LARGE_LOCATOR_BYTES: usize = 20;

/// Value of a 32-bit field whose 64-bit value is in an extra field.
const ELSEWHERE: u64 = 0xFFFF_FFFF;

/// Flag of encrypted files.
const ENCRYPTED: u16 = 1;
/// Flag of files whose sizes are written after their contents.
const SIZES_FOLLOW: u16 = 1 << 3;
/// Flags that change what the contents are: patches, strong encryption, and headers that hide their values.
const STRANGE: u16 = 1 << 5 | 1 << 6 | 1 << 13;
/// Highest version of the format that a reader may need, times ten.
const NEWEST: u16 = 63;
/// Attributes of folders and of names of disks in DOS-like systems.
const FOLDER: u16 = 1 << 4;
const DISK: u16 = 1 << 3;
/// Flag of names in UTF-8.
const UTF8: u16 = 1 << 11;

/// The upper half of code page 437, in which DOS-like programs write names without that flag.
const CODE_PAGE_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
    αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}";

/// The record of a file in the file list.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its name as written.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its compressed size in bytes.
    pub packed: u64,
    /// Its compression method.
    pub method: u16,
    /// Its CRC-32 checksum.
    pub crc: u32,
    /// Whether it is a symbolic link.
    pub is_link: bool,
    flags: u16,
    /// Offset of its header.
    start: u64,
}

impl Record {
    /// Whether it is encrypted.
    pub const fn is_encrypted(&self) -> bool {
        self.flags & ENCRYPTED != 0
    }
}

/// Reads parts of a file through a buffer, for mostly ascending offsets.
pub struct Window<R> {
    file: R,
    length: u64,
    /// Bytes that are read at a time.
    ahead: usize,
    start: u64,
    bytes: Vec<u8>,
}

impl<R: Read + Seek> Window<R> {
    pub const fn new(file: R, length: u64, ahead: usize) -> Self {
        Self { file, length, ahead, start: 0, bytes: Vec::new() }
    }

    /// Returns `count` bytes from an offset on.
    pub fn at(&mut self, place: u64, count: usize) -> io::Result<&[u8]> {
        let end = place.checked_add(count as u64).filter(|end| *end <= self.length);
        let end = end.ok_or_else(|| refused("a record of the archive extends beyond its end"))?;
        if place < self.start || end > self.start + self.bytes.len() as u64 {
            self.file.seek(SeekFrom::Start(place))?;
            self.bytes.clear();
            self.start = place;
            self.file.by_ref().take(count.max(self.ahead) as u64).read_to_end(&mut self.bytes)?;
        }
        let from = usize::try_from(place - self.start).unwrap_or(usize::MAX);
        let part = self.bytes.get(from..from.saturating_add(count));
        part.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))
    }
}

/// Reads a little-endian number. The field must be inside the record.
fn number(record: &[u8], at: usize, bytes: usize) -> u64 {
    record[at..at + bytes].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn short(record: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

/// The position of the file list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List {
    /// Number of files.
    pub count: u64,
    start: u64,
    end: u64,
}

impl List {
    /// Most bytes of a file list.
    const MOST: u64 = 1 << 30;

    /// Finds the file list from the end of an archive. `None` if there is no end record.
    pub fn find(window: &mut Window<impl Read + Seek>) -> io::Result<Option<Self>> {
        let length = window.length;
        let tail = length.min((END_BYTES + usize::from(u16::MAX)) as u64);
        let bytes = window.at(length - tail, usize::try_from(tail).unwrap_or(0))?;
        // An end record gives the length of the comment that follows it, up to the end of the file.
        let reaches = |at: &usize| {
            let rest = &bytes[*at..];
            rest.len() >= END_BYTES && rest.len() == END_BYTES + usize::from(short(rest, 20))
        };
        let ends: Vec<usize> = memchr::memmem::find_iter(bytes, END).collect();
        let mut reaching = ends.iter().copied().filter(reaches);
        let Some(at) = reaching.next() else {
            let extra = || refused("there is data after the end of the archive");
            return if ends.is_empty() { Ok(None) } else { Err(extra()) };
        };
        if reaching.next().is_some() || ends.last() != Some(&at) {
            return Err(refused("the archive has two end records"));
        }
        let end = &bytes[at..];
        if memchr::memmem::find_iter(&end[END_BYTES..], b"PK").next().is_some() {
            return Err(refused("the comment of the archive may be another archive"));
        }
        let (disks, count) = ((short(end, 4), short(end, 6)), (short(end, 8), short(end, 10)));
        let (bytes, start) = (number(end, 12, 4), number(end, 16, 4));
        let whole = disks == (0, 0) && count.0 == count.1;
        let own = length - tail + at as u64;
        let (found, end) = match Self::large(window, own)? {
            Some((large, at)) => {
                let short = Self { count: u64::from(count.0), start, end: start + bytes };
                let agrees = (count.0 == u16::MAX || short.count == large.count)
                    && (start == ELSEWHERE || short.start == large.start)
                    && (bytes == ELSEWHERE || bytes == large.end - large.start);
                if !agrees {
                    return Err(refused("the two end records of the archive give different file lists"));
                }
                (large, at)
            }
            None => (Self { count: u64::from(count.0), start, end: start + bytes }, own),
        };
        if !whole {
            return Err(refused("the archive is split into several parts"));
        }
        if found.end != end {
            return Err(refused("there is data before the archive's first file or after its file list"));
        }
        if found.end - found.start > Self::MOST {
            return Err(refused(format!("the archive's file list has {} bytes", found.end - found.start)));
        }
        Ok(Some(found))
    }

    /// Reads the file list's position from the ZIP64 end record, and returns the offset of that record, too.
    fn large(window: &mut Window<impl Read + Seek>, end: u64) -> io::Result<Option<(Self, u64)>> {
        let Some(locator) = end.checked_sub(LARGE_LOCATOR_BYTES as u64) else { return Ok(None) };
        let record = window.at(locator, LARGE_LOCATOR_BYTES)?;
        if !record.starts_with(LARGE_LOCATOR) {
            return Ok(None);
        }
        let at = number(record, 8, 8);
        let record = window.at(at, LARGE_END_BYTES)?;
        let sound = record.starts_with(LARGE_END)
            && at.checked_add(12).and_then(|start| start.checked_add(number(record, 4, 8))) == Some(locator)
            && number(record, 16, 8) == 0
            && number(record, 24, 8) == number(record, 32, 8);
        let start = number(record, 48, 8);
        match start.checked_add(number(record, 40, 8)) {
            Some(end) if sound => Ok(Some((Self { count: number(record, 32, 8), start, end }, at))),
            _ => Err(refused("the two end records of the archive do not match")),
        }
    }

    /// Reads the record at an offset in the file list.
    pub fn read(self, list: &mut Window<impl Read + Seek>, place: u32) -> io::Result<Record> {
        read(list, self.start + u64::from(place), self.end).map(|(record, _)| record)
    }

    /// Passes every record of the file list to `take`, with its offset in the list, after comparing it with the file's
    /// own header.
    pub fn for_each<R: Read + Seek>(
        self,
        list: &mut Window<R>,
        files: &mut Window<R>,
        mut take: impl FnMut(Record, u32),
    ) -> io::Result<()> {
        let (mut place, mut before): (u64, Option<(Record, u64)>) = (self.start, None);
        for _ in 0..self.count {
            let (record, next) = read(list, place, self.end)?;
            check_gap(files, before.as_ref(), record.start)?;
            let data = check_file_header(files, &record)?;
            before = Some((record.clone(), data));
            take(record, u32::try_from(place - self.start).map_err(io::Error::other)?);
            place = next;
        }
        if place != self.end {
            return Err(refused("the archive's file list does not have the stated number of files"));
        }
        check_gap(files, before.as_ref(), self.start)
    }
}

/// Reads a record of the file list, and returns the offset of the next one, too.
fn read(list: &mut Window<impl Read + Seek>, place: u64, end: u64) -> io::Result<(Record, u64)> {
    let head = list.at(place, LISTED_BYTES)?;
    if !head.starts_with(LISTED) {
        return Err(refused("the archive's file list does not have the stated number of files"));
    }
    let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(short(head, at)));
    let whole = LISTED_BYTES + name + extra + comment;
    let next = place + whole as u64;
    if next > end || short(head, 34) != 0 {
        return Err(refused("the archive's file list does not end where it should"));
    }
    let record = list.at(place, whole)?;
    let (raw, extra) = record[LISTED_BYTES..].split_at(name);
    let extra = &extra[..extra.len() - comment];
    let [packed, size, start] = [20, 24, 42].map(|at| number(record, at, 4));
    let mut wide = wide(extra)?;
    let (size, packed) = (wide.resolve(size)?, wide.resolve(packed)?);
    let name = name_of(raw, extra, short(record, 8))?;
    check_kind(&name, record)?;
    Ok((
        Record {
            start: wide.resolve(start)?,
            name,
            size,
            packed,
            method: short(record, 10),
            crc: u32::try_from(number(record, 16, 4)).unwrap_or(0),
            // Independent of the system field, because some programs ignore it and create a link.
            is_link: short(record, 40) & 0o170_000 == 0o120_000,
            flags: short(record, 8),
        },
        next,
    ))
}

/// Refuses a file that some programs do not read, or make a folder or device of.
fn check_kind(name: &str, record: &[u8]) -> io::Result<()> {
    let (version, flags) = (short(record, 6) & 0xFF, short(record, 8));
    // Independent of the system field, because some programs ignore it.
    let (attributes, mode) = (short(record, 38), short(record, 40) & 0o170_000);
    let is_folder = attributes & (FOLDER | DISK) != 0 || ![0, 0o100_000, 0o120_000].contains(&mode);
    let strange = if flags & STRANGE != 0 || version > NEWEST {
        "needs a reader that few programs have"
    } else if is_folder && (attributes & DISK != 0 || !name.ends_with(['/', '\\'])) {
        "is a folder or device by its mode"
    } else {
        return Ok(());
    };
    Err(refused(format!("`{}` in the archive {strange}", name.escape_debug())))
}

/// Decodes the name of a file. Fails if programs may read it differently.
fn name_of(raw: &[u8], extra: &[u8], flags: u16) -> io::Result<String> {
    const UNICODE_PATH: u16 = 0x7075;
    let not_text = || refused("the archive contains a name that is not UTF-8 text");
    let name = match std::str::from_utf8(raw) {
        // Also without the flag, as macOS and Info-ZIP write names.
        Ok(name) => name.to_owned(),
        Err(_) if flags & UTF8 != 0 => return Err(not_text()),
        Err(_) => {
            let upper = |byte: u8| CODE_PAGE_437.chars().nth(usize::from(byte - 0x80)).unwrap_or('?');
            raw.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { upper(*byte) }).collect()
        }
    };
    if let Some(other) = field(extra, UNICODE_PATH)?.and_then(|field| field.get(5..))
        && other != name.as_bytes()
    {
        return Err(refused(format!("the archive has two names for `{}`", name.escape_debug())));
    }
    Ok(name)
}

/// Returns the contents of an extra field, if there is one.
fn field(mut extra: &[u8], wanted: u16) -> io::Result<Option<&[u8]>> {
    let mut found = None;
    while let [a, b, c, d, rest @ ..] = extra {
        let length = usize::from(u16::from_le_bytes([*c, *d]));
        let Some((content, after)) = rest.split_at_checked(length) else {
            return Err(refused("a record of the archive has an extra field that is cut off"));
        };
        if u16::from_le_bytes([*a, *b]) == wanted && found.replace(content).is_some() {
            return Err(refused("a record of the archive has the same extra field twice"));
        }
        extra = after;
    }
    // Some programs fill up with zeros.
    if extra.iter().any(|byte| *byte != 0) {
        return Err(refused("a record of the archive has an extra field that is cut off"));
    }
    Ok(found)
}

/// The 64-bit values of fields that are too large for 32 bits, in order.
struct Wide<'a>(&'a [u8]);

fn wide(extra: &[u8]) -> io::Result<Wide<'_>> {
    const LARGE: u16 = 1;
    Ok(Wide(field(extra, LARGE)?.unwrap_or_default()))
}

impl Wide<'_> {
    fn resolve(&mut self, short: u64) -> io::Result<u64> {
        if short != ELSEWHERE {
            return Ok(short);
        }
        let (own, rest) =
            self.0.split_first_chunk::<8>().ok_or_else(|| refused("a file of the archive has no size or offset"))?;
        self.0 = rest;
        Ok(u64::from_le_bytes(*own))
    }
}

/// Compares a file's own header with its record in the file list. Returns the offset where its contents end.
fn check_file_header(files: &mut Window<impl Read + Seek>, record: &Record) -> io::Result<u64> {
    let shown = record.name.escape_debug();
    let differs = |what: &str| refused(format!("the {what} of `{shown}` is different in the archive's file list"));
    let (head, data) = local(files, record)?;
    let length = usize::try_from(data - record.start).unwrap_or(0);
    let head_bytes = files.at(record.start, length)?;
    let (raw, extra) = head_bytes[LOCAL_BYTES..].split_at(head.name);
    if name_of(raw, extra, head.flags)? != record.name {
        return Err(differs("name"));
    }
    if head.method != record.method || (head.flags ^ record.flags) & (ENCRYPTED | SIZES_FOLLOW) != 0 {
        return Err(differs("compression"));
    }
    let mut wide = wide(extra)?;
    let own = [u64::from(head.crc), wide.resolve(head.size)?, wide.resolve(head.packed)?];
    let listed = [u64::from(record.crc), record.size, record.packed];
    // Values that follow the file may be zero in its header.
    let follows = head.flags & SIZES_FOLLOW != 0;
    if own.iter().zip(listed).any(|(own, listed)| *own != listed && !(follows && *own == 0)) {
        return Err(differs("size or checksum"));
    }
    if record.method == 0 && record.size != record.packed && !record.is_encrypted() {
        return Err(refused(format!("`{shown}` is not compressed but has two sizes")));
    }
    if record.name.ends_with(['/', '\\']) && record.size > 0 {
        return Err(refused(format!("the folder `{shown}` has content")));
    }
    data.checked_add(record.packed).ok_or_else(|| differs("size"))
}

/// A file's own header.
struct Local {
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    name: usize,
}

fn local(files: &mut Window<impl Read + Seek>, record: &Record) -> io::Result<(Local, u64)> {
    let head = files.at(record.start, LOCAL_BYTES)?;
    if !head.starts_with(LOCAL) {
        return Err(refused(format!("`{}` is not where the archive's file list says", record.name.escape_debug())));
    }
    let (name, extra) = (usize::from(short(head, 26)), usize::from(short(head, 28)));
    let local = Local {
        flags: short(head, 6),
        method: short(head, 8),
        crc: u32::try_from(number(head, 14, 4)).unwrap_or(0),
        packed: number(head, 18, 4),
        size: number(head, 22, 4),
        name,
    };
    Ok((local, record.start + (LOCAL_BYTES + name + extra) as u64))
}

/// Returns the offset of a file's contents.
pub fn data_of(files: &mut Window<impl Read + Seek>, record: &Record) -> io::Result<u64> {
    local(files, record).map(|(_, data)| data)
}

/// Checks that only a data descriptor is between a file and the next record, and nothing is before the first file.
fn check_gap(files: &mut Window<impl Read + Seek>, before: Option<&(Record, u64)>, next: u64) -> io::Result<()> {
    let Some((record, end)) = before else {
        return if next == 0 { Ok(()) } else { Err(refused("there is data before the archive's first file")) };
    };
    let Some(gap) = next.checked_sub(*end) else {
        return Err(refused(format!("`{}` overlaps what follows it in the archive", record.name.escape_debug())));
    };
    if gap == 0 {
        let has_descriptor = record.flags & SIZES_FOLLOW != 0 && !record.name.ends_with(['/', '\\']);
        let shown = record.name.escape_debug();
        return if has_descriptor { Err(refused(format!("the sizes of `{shown}` do not follow it"))) } else { Ok(()) };
    }
    let strange = || refused(format!("there is data after `{}` that is not a file", record.name.escape_debug()));
    let count = usize::try_from(gap).ok().filter(|gap| *gap <= 24).ok_or_else(strange)?;
    let bytes = files.at(*end, count)?;
    let width = if count >= 20 { 8 } else { 4 };
    let numbers = if bytes.len() == 4 + 2 * width { bytes } else { bytes.strip_prefix(DESCRIPTOR).unwrap_or_default() };
    let says = |at: usize, bytes: usize, value: u64| number(numbers, at, bytes) == value;
    let sound = record.flags & SIZES_FOLLOW != 0
        && numbers.len() == 4 + 2 * width
        && says(0, 4, u64::from(record.crc))
        && says(4, width, record.packed)
        && says(4 + width, width, record.size);
    if sound { Ok(()) } else { Err(strange()) }
}

#[cfg(test)]
mod tests {
    use super::CODE_PAGE_437;

    #[test]
    fn the_code_page_has_a_character_for_every_byte() {
        assert_eq!(CODE_PAGE_437.chars().count(), 128);
        assert_eq!(CODE_PAGE_437.chars().nth(0x9B - 0x80), Some('\u{a2}'));
    }
}
