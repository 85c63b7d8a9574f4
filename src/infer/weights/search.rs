//! Searches a file for the weights of the reference models.

use std::collections::BTreeMap;
use std::io;
use std::sync::LazyLock;

use super::equalised::{equalised, has_length};
use super::fingerprint::{Form, Print, Value};
use super::images::{Image, is_record};
use super::layout::layout_of;
use super::reference::references;
use super::scanner::{Hit, Scanner, Target, Targets};
use super::tables::{Number, Tables, Token};
use crate::infer::model::{Element, Model};
use crate::infer::onnx;

/// A tensor of a reference model in a file.
#[derive(Debug, Clone)]
pub struct Found {
    /// The tensor; references that contain the same tensor have the same sum.
    pub print: &'static Print,
    /// Offset of its first byte in the file; in text, of the first number of its table.
    pub offset: u64,
    /// The order in which its values are stored; `None` if it is none of the usual ones.
    pub layout: Option<String>,
}

/// Everything that is searched for.
struct Known {
    tensors: Vec<&'static Print>,
    bytes: Targets,
    words: Targets,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let tensors: Vec<&'static Print> = references().iter().flat_map(|reference| &reference.prints).collect();
    let targets = |float: bool| {
        // Forms of a tensor may be equal; they are found by the first one.
        let mut seen = std::collections::BTreeSet::new();
        // Equalised tensors have no sum; they are compared where a tensor's beginning is known.
        let of_kind = tensors
            .iter()
            .enumerate()
            .filter(move |(_, print)| print.form != Form::Equalised && print.form.is_float() == float);
        let first = of_kind.filter(move |(_, print)| seen.insert((print.elements(), print.sum)));
        Targets::new(first.map(|(index, print)| (print.elements(), Target { sum: print.sum, index })))
    };
    let (bytes, words) = (targets(false), targets(true));
    Known { tensors, bytes, words }
});

/// Bytes at the beginning of a file by which its kind is decided.
const BEGINNING: usize = 4 << 10;

/// Beginnings of files that hold no tables of numbers: images, documents, compressed files.
const OTHERS: [&[u8]; 9] =
    [b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"BM", b"RIFF", b"7z\xbc\xaf", b"Rar!", b"\xfd7zXZ"];

/// What a file is.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Bytes,
    Image,
    Text,
    Other,
}

impl Kind {
    fn of(beginning: &[u8]) -> Self {
        if OTHERS.iter().any(|other| beginning.starts_with(other)) {
            return Self::Other;
        }
        let printable = |byte: &&u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
        let is_text =
            !beginning.contains(&0) && beginning.iter().filter(printable).count() * 20 >= beginning.len() * 19;
        match beginning.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()) {
            Some(line) if is_text && is_record(line) => Self::Image,
            _ if is_text => Self::Text,
            _ => Self::Bytes,
        }
    }
}

/// Passes the parts of a file to a function, from the beginning, every time it is called.
pub type Read<'a> = dyn FnMut(&mut dyn FnMut(&[u8])) -> io::Result<()> + 'a;

/// Searches a file. It is read up to six times, so that little memory is needed.
///
/// # Errors
/// If the file cannot be read.
pub fn search(read: &mut Read<'_>) -> io::Result<Vec<Found>> {
    let mut beginning = Vec::new();
    let mut is_empty = true;
    read(&mut |part| {
        let most = BEGINNING - beginning.len().min(BEGINNING);
        beginning.extend_from_slice(&part[..part.len().min(most)]);
        is_empty &= part.iter().all(|byte| *byte == part[0]);
    })?;
    let mut found = Findings::default();
    let kind = Kind::of(&beginning);
    if is_empty || kind == Kind::Other {
        return Ok(Vec::new());
    }
    if kind == Kind::Text {
        let mut decoder = Decoder::new();
        let mut tables = Tables::default();
        read(&mut |part| tables.read(part, |token| decoder.token(token, &mut found)))?;
        tables.finish(|token| decoder.token(token, &mut found));
        return Ok(found.found);
    }
    scan_bytes(kind, read, &mut found)?;
    for skip in 0..4 {
        scan_words(kind, read, skip, &mut found)?;
    }
    Ok(found.found)
}

/// Whether the beginning of a file, eight bytes, may be that of a model that [`search_model`] reads.
#[must_use]
pub fn begins_like_model(beginning: &[u8]) -> bool {
    beginning.get(4..8) == Some(b"TFL3") || onnx::begins_like_onnx(beginning)
}

/// Compares the tensors of a model, a TFLite or ONNX file, with the reference's after equalisation. Files that are neither
/// have none.
#[must_use]
pub fn search_model(bytes: &[u8]) -> Vec<Found> {
    if !begins_like_model(bytes) {
        return Vec::new();
    }
    let tensors = if onnx::begins_like_onnx(bytes) { onnx::constants(bytes) } else { Model::constants(bytes) };
    let found = tensors.unwrap_or_default().into_iter().filter_map(|tensor| {
        let (at, data) = tensor.data?;
        let (print, layout) = match tensor.element {
            Element::I8 => equalised(data.len(), &|place| f64::from(data[place].cast_signed()), 0.5),
            Element::F32 => {
                let (words, _) = data.as_chunks::<4>();
                equalised(words.len(), &|place| f64::from(f32::from_le_bytes(words[place])), 0.0)
            }
            Element::I32 | Element::Other(_) => None,
        }?;
        Some(Found { print, offset: at as u64, layout: Some(layout) })
    });
    found.collect()
}

/// Passes the content of a file on: place of the first byte, whether the bytes continue those before, and the bytes.
fn pass(kind: Kind, read: &mut Read<'_>, take: &mut dyn FnMut(u64, bool, &[u8])) -> io::Result<()> {
    let mut place = 0;
    if kind == Kind::Bytes {
        return read(&mut |part| {
            take(place, place > 0, part);
            place += part.len() as u64;
        });
    }
    // The place of bytes in an image is their address.
    let (mut image, mut line) = (Image::default(), Vec::new());
    read(&mut |part| {
        for part in part.split_inclusive(|byte| *byte == b'\n') {
            if line.len() < BEGINNING {
                line.extend_from_slice(part);
            }
            if part.ends_with(b"\n") {
                image.line(&line, &mut *take);
                line.clear();
            }
        }
    })?;
    image.line(&line, take);
    Ok(())
}

fn scan_bytes(kind: Kind, read: &mut Read<'_>, found: &mut Findings) -> io::Result<()> {
    let mut scanner = Scanner::new(&KNOWN.bytes);
    pass(kind, read, &mut |place, continues, bytes| {
        if !continues {
            scanner.finish(|hit| found.add(&hit, hit.place));
            scanner.restart(place);
        }
        scanner.push(bytes, |hit| found.add(&hit, hit.place));
    })?;
    scanner.finish(|hit| found.add(&hit, hit.place));
    Ok(())
}

/// Scans the words that begin at every fourth byte, from `skip` on.
fn scan_words(kind: Kind, read: &mut Read<'_>, skip: u64, found: &mut Findings) -> io::Result<()> {
    let mut scanner = Scanner::new(&KNOWN.words);
    // The first byte of the first word, bytes before it that are left, and those of an incomplete word.
    let (mut start, mut left, mut rest) = (0, 0_usize, Vec::new());
    let mut words: Vec<u32> = Vec::new();
    pass(kind, read, &mut |place, continues, bytes| {
        if !continues {
            scanner.finish(|hit| found.add(&hit, start + 4 * hit.place));
            scanner.restart(0);
            rest.clear();
            left = usize::try_from((4 + skip - place % 4) % 4).unwrap_or(0);
            start = place + left as u64;
        }
        let dropped = left.min(bytes.len());
        left -= dropped;
        rest.extend_from_slice(&bytes[dropped..]);
        let (whole, _) = rest.as_chunks::<4>();
        words.clear();
        words.extend(whole.iter().map(|word| u32::from_le_bytes(*word)));
        rest.drain(..4 * words.len());
        scanner.push(&words, |hit| found.add(&hit, start + 4 * hit.place));
    })?;
    scanner.finish(|hit| found.add(&hit, start + 4 * hit.place));
    Ok(())
}

/// Tensors found so far, each once.
#[derive(Default)]
struct Findings {
    found: Vec<Found>,
    /// How many windows with the sum of a tensor had no known layout.
    tried: BTreeMap<usize, u32>,
}

/// Most windows with the sum of a tensor whose layout is searched for. Windows beside the right one have the same sum if
/// the values that enter and leave are equal.
const MOST_TRIED: u32 = 16;

impl Findings {
    fn add<T: Value>(&mut self, hit: &Hit<'_, T>, offset: u64) {
        let print = KNOWN.tensors[hit.index];
        let known = |one: &&mut Found| std::ptr::eq(one.print, print);
        let before = self.found.iter_mut().find(known);
        if before.as_ref().is_some_and(|before| before.layout.is_some()) {
            return;
        }
        let tried = self.tried.entry(hit.index).or_default();
        *tried += 1;
        let layout = if *tried > MOST_TRIED { None } else { layout_of(hit.window, print) };
        match before {
            Some(before) if layout.is_some() => *before = Found { print, offset, layout },
            Some(_) => {}
            None => self.found.push(Found { print, offset, layout }),
        }
    }
}

/// Values that are collected before they are scanned.
const BATCH: usize = 4 << 10;

/// A stream of values of a table.
struct Stream<T: 'static> {
    scanner: Scanner<'static, T>,
    batch: Vec<T>,
    /// Offset of the first number of the table.
    start: Option<u64>,
    /// Number of values of the table.
    count: usize,
    /// The number that a value stands for, and the largest error by which it is rounded.
    number: fn(T) -> f64,
    rounding: f64,
}

impl<T: Value> Stream<T> {
    fn new(targets: &'static Targets, number: fn(T) -> f64, rounding: f64) -> Self {
        Self { scanner: Scanner::new(targets), batch: Vec::new(), start: None, count: 0, number, rounding }
    }

    fn push(&mut self, place: u64, value: T, found: &mut Findings) {
        self.start.get_or_insert(place);
        self.count += 1;
        self.batch.push(value);
        if self.batch.len() == BATCH {
            self.flush(found);
        }
    }

    fn flush(&mut self, found: &mut Findings) {
        let start = self.start.unwrap_or(0);
        self.scanner.push(&self.batch, |hit| found.add(&hit, start));
        self.batch.clear();
    }

    /// Ends the table.
    fn end(&mut self, found: &mut Findings) {
        let Some(start) = self.start else { return };
        self.flush(found);
        self.scanner.finish(|hit| found.add(&hit, start));
        if has_length(self.count)
            && let Some(table) = self.scanner.last(self.count)
            && let Some((print, layout)) = equalised(table.len(), &|place| (self.number)(table[place]), self.rounding)
        {
            found.found.push(Found { print, offset: start, layout: Some(layout) });
        }
        self.scanner.restart(0);
        (self.start, self.count) = (None, 0);
    }
}

/// Decodes the tables of a text in every way that their spelling allows.
struct Decoder {
    /// Numbers of 8 bits, whatever their type.
    narrow: Stream<u8>,
    /// The little-endian bytes of wider numbers.
    packed: Stream<u8>,
    /// Real numbers, and numbers of 32 bits.
    words: Stream<u32>,
    /// Bytes of strings.
    is_text: bool,
    /// Width of the type that was declared last, in bytes; 0 if unknown.
    width: u8,
}

impl Decoder {
    fn new() -> Self {
        let int8 = |byte: u8| f64::from(byte.cast_signed());
        let (bytes, words) = (&KNOWN.bytes, &KNOWN.words);
        Self {
            narrow: Stream::new(bytes, int8, 0.5),
            packed: Stream::new(bytes, int8, 0.5),
            words: Stream::new(words, |word| f64::from(f32::from_bits(word)), 0.0),
            is_text: false,
            width: 0,
        }
    }

    fn end(&mut self, found: &mut Findings) {
        self.narrow.end(found);
        self.packed.end(found);
        self.words.end(found);
    }

    fn token(&mut self, token: Token, found: &mut Findings) {
        match token {
            Token::Break(width) => {
                if width > 0 {
                    self.width = width;
                }
                // Adjacent strings are one; a string is ended by the next number.
                if !self.is_text {
                    self.end(found);
                }
            }
            Token::Byte(place, byte) => {
                if !std::mem::replace(&mut self.is_text, true) {
                    self.end(found);
                }
                self.narrow.push(place, byte, found);
            }
            Token::Number(place, number) => {
                if std::mem::take(&mut self.is_text) {
                    self.end(found);
                }
                self.number(place, number, found);
            }
        }
    }

    fn number(&mut self, place: u64, number: Number, found: &mut Findings) {
        let (value, digits) = match number {
            Number::Real(real) => {
                self.narrow.end(found);
                self.packed.end(found);
                self.words.push(place, real.to_bits(), found);
                return;
            }
            Number::Whole(value, digits) => (value, digits),
        };
        if (-128..=255).contains(&value) {
            self.narrow.push(place, value.to_le_bytes()[0], found);
        } else {
            self.narrow.end(found);
        }
        let width = usize::from(self.width.max(digits)).next_power_of_two().clamp(1, 8);
        if width > 1 {
            for byte in &value.to_le_bytes()[..width] {
                self.packed.push(place, *byte, found);
            }
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)] // the low bits
        if width == 4 && digits > 0 {
            self.words.push(place, value as u32, found);
        } else if self.words.start.is_some() {
            // A real number that is spelled without a point.
            self.words.push(place, (value as f32).to_bits(), found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::weights::{Form, references};

    fn found_in(content: &[u8]) -> Vec<Found> {
        let mut read = |take: &mut dyn FnMut(&[u8])| {
            content.chunks(5000).for_each(take);
            Ok(())
        };
        search(&mut read).unwrap()
    }

    #[test]
    fn random_bytes_and_text_match_nothing() {
        let mut state = 7_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        };
        let bytes: Vec<u8> = (0..600_000).map(|_| random()).collect();
        assert!(found_in(&bytes).is_empty());
        let table: String = bytes.iter().fold(String::new(), |all, byte| all + &byte.to_string() + ", ");
        assert!(found_in(table.as_bytes()).is_empty());
        assert!(found_in(&[]).is_empty() && found_in(&vec![0; 100_000]).is_empty());
    }

    #[test]
    fn kinds_of_files_are_told_apart() {
        assert!(Kind::of(b":020000040800F2\n") == Kind::Image);
        assert!(Kind::of(b"static const int a[] = {1, 2};\n") == Kind::Text);
        assert!(Kind::of(b"\x7fELF\x01\0\0") == Kind::Bytes);
        assert!(Kind::of(b"\x89PNG\r\n") == Kind::Other);
    }

    #[test]
    fn every_form_of_a_reference_is_searched_for() {
        let forms: std::collections::BTreeSet<Form> =
            references().iter().flat_map(|one| one.prints.iter().map(|print| print.form)).collect();
        assert_eq!(forms.len(), 6);
    }
}
