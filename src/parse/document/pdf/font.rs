//! The fonts of a PDF: characters and widths of their glyphs.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Encoding, Object};

use super::{MAX_STREAM, UNKNOWN, dictionary, number};

/// Most characters of one glyph.
const MAX_CHARACTERS: usize = 8;

/// A glyph of a font: its text, and its width as a fraction of the font size.
pub struct Shape {
    pub text: String,
    pub width: f64,
}

/// The code of a glyph, and the number of its bytes.
pub type Code = (u32, usize);

/// The needed data of a font.
pub struct Font<'a> {
    /// Whether a code has two bytes.
    is_composite: bool,
    names: BTreeMap<u32, String>,
    encoding: Option<Encoding<'a>>,
    widths: BTreeMap<u32, f64>,
    usual_width: f64,
    symbols: Option<Symbols>,
}

/// Symbol fonts that have boxes and check marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Symbols {
    Wingdings,
    Wingdings2,
    Other,
}

impl Symbols {
    fn from_font_name(font: &[u8]) -> Option<Self> {
        let name = String::from_utf8_lossy(font).to_lowercase().replace([' ', '-'], "");
        if name.contains("wingdings2") {
            Some(Self::Wingdings2)
        } else if name.contains("wingdings3") || name.contains("webdings") || name.contains("dingbats") {
            Some(Self::Other)
        } else {
            name.contains("wingdings").then_some(Self::Wingdings)
        }
    }

    /// Returns the character of a code.
    fn sign(self, code: u32) -> &'static str {
        match (self, code & 0xFF) {
            (_, 0x20) => " ",
            (Self::Wingdings, 0xFB..=0xFE) | (Self::Wingdings2, 0x4F..=0x54) | (Self::Other, 0x33..=0x38) => "☒",
            (Self::Wingdings, 0x6F..=0x72 | 0xA8)
            | (Self::Wingdings2, 0x2A | 0x30 | 0xA3)
            | (Self::Other, 0x6F..=0x72) => "☐",
            _ => "\u{FFFD}",
        }
    }
}

impl<'a> Font<'a> {
    pub fn new(document: &'a Document, font: &'a Dictionary, names_left: &mut usize) -> Self {
        let is_composite = font.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Type0");
        let base = font.get_deref(b"BaseFont", document).and_then(Object::as_name).unwrap_or_default();
        let said = font.get_deref(b"ToUnicode", document).and_then(Object::as_stream);
        let map = said.ok().and_then(|map| map.get_plain_content_with_limit(MAX_STREAM).ok());
        let names = map.map(|map| character_map(&map, names_left)).unwrap_or_default();
        // With a character map, the library would expand all its ranges.
        let asks_map = font.has(b"ToUnicode") && !has_plain_encoding(document, font);
        let encoding =
            if asks_map || is_composite { None } else { font.get_font_encoding_with_limit(document, MAX_STREAM).ok() };
        let mut widths = BTreeMap::new();
        let mut usual_width = 0.5;
        if is_composite {
            let below = font.get_deref(b"DescendantFonts", document).and_then(Object::as_array);
            let below = below.ok().and_then(|fonts| dictionary(document, fonts.first()?));
            usual_width = below.and_then(|font| number(font.get(b"DW").ok()?)).unwrap_or(1000.0) / 1000.0;
            let listed = below.and_then(|font| font.get_deref(b"W", document).ok()?.as_array().ok());
            composite_widths(document, listed.map_or(&[], Vec::as_slice), &mut widths, names_left);
        } else {
            let first = font.get_deref(b"FirstChar", document).ok().and_then(code).unwrap_or_default();
            let listed = font.get_deref(b"Widths", document).and_then(Object::as_array);
            for (code, width) in (first..256).zip(listed.into_iter().flatten()) {
                widths.insert(
                    code,
                    document.dereference(width).ok().and_then(|(_, width)| number(width)).unwrap_or(0.0) / 1000.0,
                );
            }
        }
        Self { is_composite, names, encoding, widths, usual_width, symbols: Symbols::from_font_name(base) }
    }

    pub fn codes<'b>(&self, bytes: &'b [u8]) -> impl Iterator<Item = Code> + use<'b> {
        let length = if self.is_composite { 2 } else { 1 };
        bytes.chunks(length).map(|code| (code.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)), code.len()))
    }

    pub fn glyph(&self, (code, _): Code) -> Shape {
        let width = self.widths.get(&code).copied().unwrap_or(self.usual_width);
        let named = self.names.get(&code).cloned();
        let text = match self.symbols {
            Some(symbols) => {
                let named = named.and_then(|name| name.chars().next()).map(u32::from);
                // A map may give the characters themselves instead of their codes in the font.
                match named.and_then(char::from_u32) {
                    Some(sign) if u32::from(sign) > 0xFF && !(0xF000..=0xF0FF).contains(&u32::from(sign)) => {
                        sign.to_string()
                    }
                    _ => symbols.sign(named.unwrap_or(code)).to_owned(),
                }
            }
            None => named.unwrap_or_else(|| {
                let byte = u8::try_from(code).ok();
                let text = self.encoding.as_ref().and_then(|encoding| encoding.bytes_to_string(&[byte?]).ok());
                text.filter(|text| !text.is_empty()).unwrap_or_else(|| UNKNOWN.to_string())
            }),
        };
        Shape { text, width }
    }
}

/// Whether a font has one of the standard encodings, for which the library does not read the character map.
fn has_plain_encoding(document: &Document, font: &Dictionary) -> bool {
    const PLAIN: [&[u8]; 5] =
        [b"StandardEncoding", b"WinAnsiEncoding", b"MacRomanEncoding", b"MacExpertEncoding", b"PDFDocEncoding"];
    let is_plain = |name: &Object| name.as_name().is_ok_and(|name| PLAIN.contains(&name));
    let Ok(encoding) = font.get_deref(b"Encoding", document) else { return false };
    match encoding.as_dict() {
        Ok(named) => named.get_deref(b"BaseEncoding", document).map_or(true, is_plain),
        Err(_) => is_plain(encoding),
    }
}

/// Reads the widths of a composite font: `first [w w …]` or `first last w`.
fn composite_widths(document: &Document, listed: &[Object], widths: &mut BTreeMap<u32, f64>, left: &mut usize) {
    let mut rest = listed.iter();
    let mut put = |code: u32, width: f64| {
        let any = spend(left);
        if any {
            widths.insert(code, width / 1000.0);
        }
        any
    };
    while let Some(first) = rest.next().and_then(code) {
        let Some((_, second)) = rest.next().and_then(|second| document.dereference(second).ok()) else { return };
        if let Ok(list) = second.as_array() {
            for (code, width) in (first..=0xFFFF).zip(list) {
                put(code, number(width).unwrap_or(0.0));
            }
        } else {
            let last = code(second).unwrap_or_default();
            let width = rest.next().and_then(number).unwrap_or(0.0);
            _ = (first..=last).all(|code| put(code, width));
        }
    }
}

/// Takes one from the budget. Returns false if nothing is left.
fn spend(left: &mut usize) -> bool {
    let any = *left > 0;
    *left = left.saturating_sub(1);
    any
}

/// Reads the characters of a font's character map.
fn character_map(map: &[u8], left: &mut usize) -> BTreeMap<u32, String> {
    let mut names = BTreeMap::new();
    let mut words = MapWords(map);
    let mut kind = None;
    let mut put = |code: u32, text: String| {
        let any = spend(left);
        if any {
            names.insert(code, text);
        }
        any
    };
    while let Some(word) = words.next() {
        match (word, kind) {
            (MapWord::Other(word), _) => {
                kind = match word {
                    b"beginbfchar" => Some(false),
                    b"beginbfrange" => Some(true),
                    _ => None,
                };
            }
            (MapWord::Hex(code), Some(false)) => match words.next() {
                Some(MapWord::Hex(text)) => _ = put(value(&code), characters(&text, 0)),
                _ => kind = None,
            },
            (MapWord::Hex(first), Some(true)) => {
                let Some(MapWord::Hex(last)) = words.next() else { break };
                let first = value(&first);
                let codes = first..=value(&last).min(first.saturating_add(0xFFFF));
                match words.next() {
                    Some(MapWord::Hex(text)) => {
                        _ = codes.zip(0..=u16::MAX).all(|(code, step)| put(code, characters(&text, step)));
                    }
                    Some(MapWord::Other(b"[")) => {
                        let mut codes = codes;
                        while let Some(MapWord::Hex(text)) = words.next() {
                            codes.next().into_iter().for_each(|code| _ = put(code, characters(&text, 0)));
                        }
                    }
                    _ => kind = None,
                }
            }
            (MapWord::Hex(_), None) => {}
        }
    }
    names
}

/// Returns a code of up to four bytes.
fn value(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

/// Decodes UTF-16, with `step` added to the last unit. Without text the result is [`UNKNOWN`].
fn characters(bytes: &[u8], step: u16) -> String {
    let mut units: Vec<u16> = bytes
        .chunks(2)
        .take(MAX_CHARACTERS)
        .map(|pair| pair.iter().fold(0, |sum, byte| sum << 8 | u16::from(*byte)))
        .collect();
    if let Some(last) = units.last_mut() {
        *last = last.wrapping_add(step);
    }
    let text: String = char::decode_utf16(units).map(|unit| unit.unwrap_or(UNKNOWN)).collect();
    if text.is_empty() || text == "\0" { UNKNOWN.to_string() } else { text }
}

enum MapWord<'a> {
    Hex(Vec<u8>),
    Other(&'a [u8]),
}

/// The words of a character map.
struct MapWords<'a>(&'a [u8]);

impl<'a> Iterator for MapWords<'a> {
    type Item = MapWord<'a>;

    fn next(&mut self) -> Option<MapWord<'a>> {
        let start = self.0.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let rest = &self.0[start..];
        if rest[0] == b'<' && rest.get(1) != Some(&b'<') {
            let end = rest.iter().position(|byte| *byte == b'>').unwrap_or(rest.len());
            let digits: Vec<u8> = rest[1..end]
                .iter()
                .filter_map(|byte| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
                .collect();
            self.0 = rest.get(end + 1..).unwrap_or_default();
            return Some(MapWord::Hex(
                digits.chunks(2).map(|pair| pair.iter().fold(0, |sum, digit| sum << 4 | digit)).collect(),
            ));
        }
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"<[]/".contains(byte);
        let length = rest[1..].iter().position(ends).map_or(rest.len(), |end| end + 1);
        let length = if b"[]".contains(&rest[0]) { 1 } else { length };
        self.0 = &rest[length..];
        Some(MapWord::Other(&rest[..length]))
    }
}

/// Returns the code of a glyph.
fn code(object: &Object) -> Option<u32> {
    object.as_i64().ok().and_then(|code| u32::try_from(code).ok()).filter(|code| *code <= 0xFFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_and_check_marks_of_symbol_fonts_are_known() {
        assert_eq!(Symbols::from_font_name(b"BCDFEE+Wingdings-Regular"), Some(Symbols::Wingdings));
        assert_eq!(Symbols::from_font_name(b"Wingdings 2"), Some(Symbols::Wingdings2));
        assert_eq!(Symbols::from_font_name(b"SegoeUISymbol"), None);
        assert_eq!(Symbols::Wingdings.sign(0xF0FE), "☒");
        assert_eq!(Symbols::Wingdings.sign(0xA8), "☐");
        assert_eq!(Symbols::Wingdings2.sign(0x50), "☒");
        assert_eq!(Symbols::Wingdings.sign(0x41), "\u{FFFD}");
    }

    #[test]
    fn a_character_map_stays_within_its_budget() {
        let map = b"9 beginbfrange <0000> <FFFF> <0041> <0000> <FFFF> <0041> <00000000> <FFFFFFFF> <0041> endbfrange";
        let mut left = 70_000;
        assert_eq!(character_map(map, &mut left).len(), 65_536);
        assert_eq!(left, 0);
        assert_eq!(characters(&[0xD8, 0x3D, 0xDD, 0xF9], 0), "🗹");
        assert_eq!(characters(&[], 0), "\u{FFFD}");
    }
}
