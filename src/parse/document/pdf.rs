//! Reads the text of a PDF in lines from top to bottom. Wide gaps divide a line into cells.
//!
//! A PDF has no lines, only glyphs at positions. The glyphs of each page are sorted into lines by their height, and
//! into cells and words by the gaps between them. A glyph whose character is unknown becomes [`UNKNOWN`]. In symbol
//! fonts, glyphs that tick a box become `☒`, empty boxes `☐`.

mod font;
mod layout;
#[cfg(test)]
pub(super) mod written;

use std::collections::BTreeMap;

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};

use self::font::Font;
use self::layout::Glyph;
use crate::parse::location::Damage;
use crate::parse::text;

/// Character for a glyph whose character is unknown.
pub(crate) const UNKNOWN: char = '\u{FFFD}';

/// Largest PDF in bytes.
const MAX_FILE: usize = 4 << 20;
/// Most decompressed bytes of all streams together that are needed to find the objects.
const MAX_UNPACKED: usize = 12 << 20;
/// Most decompressed bytes of one stream.
const MAX_STREAM: usize = 2 << 20;
/// Most values in lists and dictionaries of all objects together; a hundred times as many as in a checklist.
const MAX_VALUES: usize = 500_000;
/// Bytes that decompressing a stream costs in addition to its contents, as it may fail after much work.
const UNPACKING: usize = 64 << 10;
const MAX_PAGES: usize = 64;
const MAX_OPERATIONS: usize = 500_000;
const MAX_GLYPHS: usize = 200_000;
/// Most nested form objects.
const MAX_NESTING: usize = 4;
/// Most characters and widths of all fonts together.
const MAX_NAMES: usize = 200_000;
const MAX_FONTS: usize = 256;

/// The text of a PDF.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Text {
    /// The lines in reading order.
    pub lines: Vec<Line>,
    /// Whether there are annotations other than links: notes, stamps, form fields.
    pub annotated: bool,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The page, counted from 0.
    pub page: usize,
    /// Height above the lower edge of the page.
    pub height: f64,
    /// Font size of its largest glyph.
    pub size: f64,
    /// Its cells from left to right, at least one.
    pub cells: Vec<Cell>,
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Left edge.
    pub left: f64,
    /// Right edge.
    pub right: f64,
    /// Right edge of its first word.
    pub first_word: f64,
    /// Its text.
    pub text: String,
}

impl Line {
    /// Returns its left edge.
    #[must_use]
    pub(crate) fn left(&self) -> f64 {
        self.cells.first().map_or(0.0, |cell| cell.left)
    }

    /// Returns its right edge.
    #[must_use]
    pub(crate) fn right(&self) -> f64 {
        self.cells.last().map_or(0.0, |cell| cell.right)
    }

    /// Returns its text, with a space between cells.
    #[must_use]
    pub fn text(&self) -> String {
        self.cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// Reads the text of a PDF.
///
/// # Errors
/// When it is encrypted, damaged or too large, with the reason.
pub fn read(bytes: &[u8]) -> Result<Text, Damage> {
    let damage = |what: &str| Damage::new(0, format!("this PDF cannot be read: {what}"));
    if bytes.len() > MAX_FILE {
        return Err(damage(&format!("it has more than {} MB", MAX_FILE >> 20)));
    }
    if names(bytes, b"Encrypt") {
        return Err(damage("it is encrypted"));
    }
    if lengths_elsewhere(bytes) > MAX_LENGTHS_ELSEWHERE {
        return Err(damage("too many streams have their length in another object"));
    }
    let streams = memchr::memmem::find_iter(bytes, b"stream").count().max(1);
    let options = LoadOptions {
        max_decompressed_size: Some((MAX_UNPACKED / streams).min(MAX_STREAM)),
        force_reconstruct: true,
        filter: Some(within_budget),
        ..LoadOptions::default()
    };
    VALUES_LEFT.set(MAX_VALUES);
    let document =
        Document::load_mem_with_options(&without_table(bytes), options).map_err(|_| damage("it is damaged"))?;
    if VALUES_LEFT.get() == 0 {
        return Err(damage("it has too many values"));
    }
    if document.is_encrypted() || document.was_encrypted() {
        return Err(damage("it is encrypted"));
    }
    let mut walk = Walk::new(&document);
    for (page, id) in document.page_iter().take(MAX_PAGES).enumerate() {
        if walk.unpacked <= MAX_UNPACKED {
            walk.page(page, id);
        }
    }
    Ok(Text { lines: layout::lines(walk.glyphs), annotated: walk.annotated })
}

/// Removes the pointer to the table of objects, as the table may list one object a million times. The library then
/// searches the file for objects.
fn without_table(bytes: &[u8]) -> Vec<u8> {
    const PLACE: &[u8] = b"startxref";
    let mut found = bytes.to_vec();
    for at in memchr::memmem::find_iter(bytes, PLACE) {
        found[at..at + PLACE.len()].fill(b' ');
    }
    found
}

thread_local! {
    /// Values that a PDF may still have.
    static VALUES_LEFT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Keeps an object unless the PDF has too many values.
fn within_budget(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    let left = spent(object, VALUES_LEFT.get());
    VALUES_LEFT.set(left);
    // The library uses the returned object only for object streams, which do not contain streams.
    let kept = || if matches!(object, Object::Stream(_)) { Object::Null } else { object.clone() };
    (left > 0).then(|| (id, kept()))
}

/// Returns how many values are left after those of an object.
fn spent(object: &Object, left: usize) -> usize {
    let left = left.saturating_sub(1);
    match object {
        Object::Array(items) => items.iter().fold(left, |left, item| if left > 0 { spent(item, left) } else { 0 }),
        Object::Dictionary(dictionary) | Object::Stream(Stream { dict: dictionary, .. }) => {
            dictionary.iter().fold(left, |left, (_, item)| if left > 0 { spent(item, left) } else { 0 })
        }
        _ => left,
    }
}

/// Whether a name occurs anywhere in the file.
fn names(bytes: &[u8], name: &[u8]) -> bool {
    after_names(bytes, name).next().is_some()
}

/// Returns the bytes after each occurrence of a name, which may be written with `#` escapes.
fn after_names<'a>(bytes: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    memchr::memchr_iter(b'/', bytes).filter_map(move |slash| {
        let mut rest = &bytes[slash + 1..];
        for wanted in name {
            let digit = |at: usize| rest.get(at).and_then(|byte| char::from(*byte).to_digit(16));
            let escaped = rest.first() == Some(&b'#');
            let (byte, length) = match (escaped, digit(1), digit(2)) {
                (true, Some(high), Some(low)) => (u8::try_from(high * 16 + low).ok(), 3),
                _ => (rest.first().copied(), 1),
            };
            rest = rest.get(length..).unwrap_or_default();
            if byte != Some(*wanted) {
                return None;
            }
        }
        Some(rest)
    })
}

/// Most streams whose length is in another object. The library reads that object to find the length, and if it is a
/// stream itself, the object with its length, and so on. A chain of a thousand crashes the program. The forms of
/// published rounds have ten at most.
const MAX_LENGTHS_ELSEWHERE: usize = 200;

/// Counts stream lengths that are not plain numbers.
fn lengths_elsewhere(bytes: &[u8]) -> usize {
    let is_plain = |value: &[u8]| {
        let number = text::leading_integer(token(value));
        number.is_some_and(|(_, rest)| !token(rest).first().is_some_and(u8::is_ascii_digit))
    };
    after_names(bytes, b"Length").filter(|value| !is_plain(value)).count()
}

/// Skips white space and comments.
fn token(mut bytes: &[u8]) -> &[u8] {
    loop {
        match bytes {
            [b' ' | b'\t' | b'\r' | b'\n' | b'\x0C' | 0, rest @ ..] => bytes = rest,
            [b'%', ..] => {
                let end = memchr::memchr2(b'\r', b'\n', bytes).unwrap_or(bytes.len());
                bytes = &bytes[end..];
            }
            _ => return bytes,
        }
    }
}

/// A transformation matrix of six numbers, as in a PDF.
#[derive(Debug, Clone, Copy)]
struct Matrix([f64; 6]);

impl Matrix {
    const ONE: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    fn moved(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    fn from_operands(operands: &[Object]) -> Option<Self> {
        let numbers: Vec<f64> = operands.iter().filter_map(number).collect();
        Some(Self(numbers.try_into().ok()?))
    }

    /// Applies this matrix first, then `that`.
    fn then(self, that: Self) -> Self {
        let (first, then) = (self.0, that.0);
        let cell = |row: usize, column: usize| {
            let moved = if row == 2 { then[4 + column] } else { 0.0 };
            first[2 * row] * then[column] + first[2 * row + 1] * then[2 + column] + moved
        };
        Self([cell(0, 0), cell(0, 1), cell(1, 0), cell(1, 1), cell(2, 0), cell(2, 1)])
    }

    fn place(self, x: f64, y: f64) -> (f64, f64) {
        let cell = |column: usize| self.0[column] * x + self.0[2 + column] * y + self.0[4 + column];
        (cell(0), cell(1))
    }
}

fn number(object: &Object) -> Option<f64> {
    object.as_float().ok().map(f64::from).filter(|number| number.is_finite())
}

/// The part of the graphics state that text depends on.
#[derive(Debug, Clone)]
struct State {
    page_from_user: Matrix,
    font: Option<usize>,
    size: f64,
    between_glyphs: f64,
    between_words: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
}

/// Collects glyphs from the contents of the pages.
struct Walk<'a> {
    document: &'a Document,
    fonts: Vec<Font<'a>>,
    known_fonts: BTreeMap<*const Dictionary, usize>,
    glyphs: Vec<Glyph>,
    operations: usize,
    unpacked: usize,
    names_left: usize,
    annotated: bool,
    page: usize,
}

impl<'a> Walk<'a> {
    fn new(document: &'a Document) -> Self {
        Self {
            document,
            fonts: Vec::new(),
            known_fonts: BTreeMap::new(),
            glyphs: Vec::new(),
            operations: 0,
            unpacked: 0,
            names_left: MAX_NAMES,
            annotated: false,
            page: 0,
        }
    }

    fn page(&mut self, page: usize, id: ObjectId) {
        self.page = page;
        let document = self.document;
        self.unpacked += UNPACKING * document.get_page_contents(id).len();
        if self.unpacked > MAX_UNPACKED {
            return;
        }
        let Ok(content) = document.get_page_content_with_limit(id, MAX_STREAM) else {
            self.unpacked += MAX_STREAM;
            return;
        };
        self.unpacked += content.len();
        let resources = inherited(document, id, b"Resources");
        self.draw(&content, resources, Matrix::ONE, 0);
        let annotations = document.get_dictionary(id).and_then(|page| page.get_deref(b"Annots", document));
        for annotation in annotations.and_then(Object::as_array).into_iter().flatten() {
            let Some(annotation) = dictionary(document, annotation) else { continue };
            let kind = annotation.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
            self.annotated |= ![&b"Link"[..], b"Popup"].contains(&kind);
        }
    }

    fn draw(&mut self, content: &[u8], resources: Option<&'a Dictionary>, start: Matrix, nesting: usize) {
        let mut state = State {
            page_from_user: start,
            font: None,
            size: 0.0,
            between_glyphs: 0.0,
            between_words: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
        };
        let mut saved: Vec<State> = Vec::new();
        let (mut text, mut line) = (Matrix::ONE, Matrix::ONE);
        for Operation { operator, operands } in Content::decode_iter(content).map_while(Result::ok) {
            self.operations += 1;
            if self.operations > MAX_OPERATIONS || self.glyphs.len() > MAX_GLYPHS {
                return;
            }
            let first = operands.first().and_then(number).unwrap_or(0.0);
            let second = operands.get(1).and_then(number).unwrap_or(0.0);
            match operator.as_str() {
                "q" if saved.len() < 64 => saved.push(state.clone()),
                "Q" => state = saved.pop().unwrap_or(state),
                "cm" => {
                    let moved = Matrix::from_operands(&operands).unwrap_or(Matrix::ONE);
                    state.page_from_user = moved.then(state.page_from_user);
                }
                "BT" => (text, line) = (Matrix::ONE, Matrix::ONE),
                "Tf" => {
                    state.font = operands.first().and_then(|name| self.font(name.as_name().ok()?, resources?));
                    state.size = second;
                }
                "Tc" => state.between_glyphs = first,
                "Tw" => state.between_words = first,
                "Tz" => state.stretch = first / 100.0,
                "TL" => state.leading = first,
                "Ts" => state.rise = first,
                "Td" | "TD" => {
                    if operator == "TD" {
                        state.leading = -second;
                    }
                    line = Matrix::moved(first, second).then(line);
                    text = line;
                }
                "Tm" => {
                    line = Matrix::from_operands(&operands).unwrap_or(line);
                    text = line;
                }
                "T*" | "'" | "\"" => {
                    line = Matrix::moved(0.0, -state.leading).then(line);
                    text = line;
                    if operator == "\"" {
                        (state.between_words, state.between_glyphs) = (first, second);
                    }
                    if let Some(shown) = operands.last() {
                        self.show(&state, &mut text, shown);
                    }
                }
                "Tj" => operands.iter().for_each(|shown| self.show(&state, &mut text, shown)),
                "TJ" => {
                    for part in operands.first().and_then(|parts| parts.as_array().ok()).into_iter().flatten() {
                        match number(part) {
                            Some(back) => {
                                let across = -back / 1000.0 * state.size * state.stretch;
                                text = Matrix::moved(across, 0.0).then(text);
                            }
                            None => self.show(&state, &mut text, part),
                        }
                    }
                }
                "Do" => {
                    let name = operands.first().and_then(|name| name.as_name().ok());
                    if let Some(form) = name.and_then(|name| self.object(name, resources?)) {
                        self.form(form, resources, state.page_from_user, nesting);
                    }
                }
                _ => {}
            }
        }
    }

    /// Draws a form object; images are skipped.
    fn form(&mut self, form: &'a Stream, outer: Option<&'a Dictionary>, start: Matrix, nesting: usize) {
        if nesting >= MAX_NESTING || self.unpacked > MAX_UNPACKED {
            return;
        }
        let is_form = form.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Form");
        if !is_form {
            return;
        }
        let content = form.get_plain_content_with_limit(MAX_STREAM);
        self.unpacked += UNPACKING + content.as_ref().map_or(MAX_STREAM, Vec::len);
        let Ok(content) = content else { return };
        let own = form.dict.get(b"Resources").ok().and_then(|own| dictionary(self.document, own));
        let matrix = form.dict.get_deref(b"Matrix", self.document).and_then(Object::as_array);
        let matrix = matrix.ok().and_then(|numbers| Matrix::from_operands(numbers)).unwrap_or(Matrix::ONE);
        self.draw(&content, own.or(outer), matrix.then(start), nesting + 1);
    }

    fn object(&self, name: &[u8], resources: &'a Dictionary) -> Option<&'a Stream> {
        let objects = dictionary(self.document, resources.get(b"XObject").ok()?)?;
        objects.get_deref(name, self.document).ok()?.as_stream().ok()
    }

    fn font(&mut self, name: &[u8], resources: &'a Dictionary) -> Option<usize> {
        let fonts = dictionary(self.document, resources.get(b"Font").ok()?)?;
        let font = dictionary(self.document, fonts.get(name).ok()?)?;
        if let Some(known) = self.known_fonts.get(&std::ptr::from_ref(font)) {
            return Some(*known);
        }
        if self.fonts.len() >= MAX_FONTS {
            return None;
        }
        self.fonts.push(Font::new(self.document, font, &mut self.names_left));
        self.known_fonts.insert(font, self.fonts.len() - 1);
        Some(self.fonts.len() - 1)
    }

    fn show(&mut self, state: &State, text: &mut Matrix, shown: &Object) {
        let (Ok(bytes), Some(font)) = (shown.as_str(), state.font.and_then(|font| self.fonts.get(font))) else {
            return;
        };
        for code in font.codes(bytes) {
            let glyph = font.glyph(code);
            let blank = if code == (32, 1) { state.between_words } else { 0.0 };
            let across = (glyph.width * state.size + state.between_glyphs + blank) * state.stretch;
            let to_page = text.then(state.page_from_user);
            let (left, height) = to_page.place(0.0, state.rise);
            let (right, _) = to_page.place(glyph.width * state.size * state.stretch, state.rise);
            let (top_x, top_y) = to_page.place(0.0, state.rise + state.size);
            let size = (top_x - left).hypot(top_y - height);
            *text = Matrix::moved(across, 0.0).then(*text);
            if [left, right, height, size].iter().all(|number| number.abs() < 1e6) && self.glyphs.len() <= MAX_GLYPHS {
                let (left, right) = (left.min(right), left.max(right));
                self.glyphs.push(Glyph { page: self.page, left, right, height, size, text: glyph.text });
            }
        }
    }
}

/// Returns a dictionary, directly or by reference.
fn dictionary<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Dictionary> {
    document.dereference(object).ok()?.1.as_dict().ok()
}

/// Returns a dictionary of a page or of the nearest of its parent nodes.
fn inherited<'a>(document: &'a Document, page: ObjectId, key: &[u8]) -> Option<&'a Dictionary> {
    let mut node = document.get_dictionary(page).ok()?;
    for _ in 0..32 {
        if let Some(found) = node.get(key).ok().and_then(|found| dictionary(document, found)) {
            return Some(found);
        }
        node = dictionary(document, node.get(b"Parent").ok()?)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use lopdf::dictionary;

    use super::written::pdf;
    use super::*;

    fn shown(bytes: &[u8]) -> Vec<String> {
        let cells = |line: &Line| line.cells.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>().join(" | ");
        read(bytes).unwrap().lines.iter().map(cells).collect()
    }

    #[test]
    fn text_is_read_in_lines_and_cells_in_any_order() {
        let page = vec![
            (300, 700, "91.1%"),
            (72, 680, "✓ Yes ≤ 8"),
            (72, 700, "Board"),
            (200, 702, "KWS"),
            (72, 660, "?Closed"),
        ];
        let next = vec![(72, 800, "second page")];
        assert_eq!(
            shown(&pdf(&[page, next], None)),
            ["Board | KWS | 91.1%", "✓ Yes ≤ 8", "\u{FFFD}Closed", "second page"]
        );
    }

    #[test]
    fn moved_and_nested_text_is_at_its_visible_position() {
        let text = vec![(0, 0, "x")];
        let bytes = pdf(&[text], None);
        let mut document = Document::load_mem(&bytes).unwrap();
        let page = document.page_iter().next().unwrap();
        let form = Stream::new(
            dictionary! { "Type" => "XObject", "Subtype" => "Form", "Matrix" => vec![1.into(), 0.into(), 0.into(), 1.into(), 100.into(), 0.into()] },
            b"BT /F1 10 Tf 0 50 Td (form) Tj ET".to_vec(),
        );
        let form = document.add_object(form);
        let resources =
            document.get_dictionary_mut(page).unwrap().get_mut(b"Resources").unwrap().as_dict_mut().unwrap();
        resources.set("XObject", dictionary! { "X1" => form });
        let content = b"q 1 0 0 1 0 500 cm /X1 Do Q BT /F1 10 Tf 12 TL 100 400 Td (a) Tj [(b) -250 (c) -5000 (d)] TJ T* (e) Tj (f) ' ET";
        document.change_page_content(page, content.to_vec()).unwrap();
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        let text = read(&bytes).unwrap();
        let places: Vec<_> = text.lines.iter().map(|line| (line.left(), line.height, line.text())).collect();
        let expected = [(100.0, 550.0, "form"), (100.0, 400.0, "ab c d"), (100.0, 388.0, "e"), (100.0, 376.0, "f")];
        assert_eq!(places, expected.map(|(left, height, text)| (left, height, text.to_owned())));
        assert_eq!(text.lines[1].cells.len(), 2);
    }

    #[test]
    fn a_damaged_or_encrypted_pdf_is_damage() {
        let whole = pdf(&[vec![(72, 700, "text")]], None);
        let locked = [&whole[..], b"\ntrailer << /Encr#79pt 1 0 R >>"].concat();
        for (bytes, why) in [(&b""[..], "damaged"), (b"%PDF-1.4\n", "damaged"), (&locked, "encrypted")] {
            assert!(read(bytes).unwrap_err().message.contains(why));
        }
        assert!(read(&vec![b' '; MAX_FILE + 1]).unwrap_err().message.contains("more than 4 MB"));
        assert!(names(b"/Enc /Encrypt", b"Encrypt") && !names(b"/Encoding", b"Encrypt"));
    }

    /// A stream's length may be in another object, whose length is in another one. A long chain would crash the
    /// program.
    #[test]
    fn a_chain_of_lengths_is_refused() {
        let end = "90000 0 obj\n<</Type/Catalog>>\nendobj\ntrailer <</Root 90000 0 R>>\nstartxref\n0\n%%EOF";
        for (name, kind) in [("Length", ""), ("L#65ngth", ""), ("Length", "/Type /ObjStm /N 1 /First 4")] {
            let link = |number: u32| {
                format!("{number} 0 obj\n<<{kind} /{name} {} %x\n0 R>>stream\nx\nendstream\nendobj\n", number + 1)
            };
            let chain: String = (1..4000).map(link).collect();
            let error = read(format!("%PDF-1.5\n{chain}{end}").as_bytes()).unwrap_err();
            assert!(error.message.contains("length"), "{error:?}");
        }
        // Programs that do not know the length in advance write a few lengths into separate objects.
        let whole = pdf(&[vec![(72, 700, "text")]], None);
        assert_eq!(lengths_elsewhere(&whole), 0);
        assert_eq!(
            lengths_elsewhere(b"<</Length 5 0 R>> <</Length 5/X 0>> <</Length %c\n 5>> <</L#65ngth %c\n 5%c\n 0 R>>"),
            2
        );
    }

    /// A small file that refers to one object many times is read as fast as other small files.
    #[test]
    fn repeated_references_are_not_read_each_time() {
        // A table that lists one object twenty thousand times.
        let list = [&b"5 0 obj\n["[..], &b"1 ".repeat(5000), b"]\nendobj\n"].concat();
        let entries = [1, 0, 0, 9].repeat(20_000);
        let head = b"9 0 obj\n<< /Type /XRef /Size 20000 /W [1 3 0] /Root 1 0 R /Length 80000 >>\nstream\n";
        let at = (9 + list.len()).to_string();
        let end = [b"\nendstream\nendobj\nstartxref\n", at.as_bytes(), b"\n%%EOF\n"].concat();
        let _ = read(&[b"%PDF-1.5\n", &list[..], head, &entries, &end].concat());
        // Lists with too many values.
        let lists: Vec<u8> = (1..300)
            .flat_map(|number| [format!("{number} 0 obj\n[").as_bytes(), &b"1 ".repeat(5000), b"]\nendobj\n"].concat())
            .collect();
        let root = b"1000 0 obj\n<</Type/Catalog>>\nendobj\ntrailer <</Root 1000 0 R>>\nstartxref\n0\n%%EOF";
        let many = [b"%PDF-1.5\n", &lists[..], root].concat();
        assert!(read(&many).unwrap_err().message.contains("too many values"));
        // A form that is too large, drawn many times, and a font whose character map has all codes.
        let mut document = Document::load_mem(&pdf(&[vec![(72, 700, "text")]], None)).unwrap();
        let mut form =
            Stream::new(dictionary! { "Type" => "XObject", "Subtype" => "Form" }, vec![b' '; MAX_STREAM + 1]);
        form.compress().unwrap();
        let form = document.add_object(form);
        let map = b"1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange".to_vec();
        let map = document.add_object(Stream::new(dictionary! {}, map));
        let font = document.add_object(dictionary! {
            "Type" => "Font", "Subtype" => "TrueType", "Encoding" => "Identity-H", "ToUnicode" => map,
        });
        let page = document.page_iter().next().unwrap();
        document
            .change_page_content(page, [&b"BT /F9 9 Tf (a) Tj ET "[..], &b"/F Do ".repeat(20_000)].concat())
            .unwrap();
        document.get_object_mut(page).unwrap().as_dict_mut().unwrap().set(
            "Resources",
            dictionary! {
                "XObject" => dictionary! { "F" => form }, "Font" => dictionary! { "F9" => font },
            },
        );
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        assert!(read(&bytes).is_ok());
    }

    /// Changed bytes give damage or other text, but no panic. Deep nesting does not overflow the stack.
    #[test]
    fn hostile_bytes_do_not_panic() {
        let whole = pdf(&[vec![(72, 700, "❏ Open"), (72, 680, "✓ Closed")], vec![(72, 700, "end")]], None);
        let mut state = 7_u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        for _ in 0..3000 {
            let mut bytes = whole.clone();
            for _ in 0..=random(4) {
                let at = random(bytes.len() - 40);
                match random(5) {
                    0 => bytes[at] ^= 1 << random(8),
                    1 => drop(bytes.drain(at..at + 1 + random(30))),
                    2 => bytes.extend_from_within(at..at + 30),
                    3 => bytes[at] = b"0123456789-.[]<>/()\n"[random(20)],
                    _ => drop(bytes.splice(at..at, whole[random(whole.len() - 20)..].iter().take(20).copied())),
                }
            }
            let _ = read(&bytes);
        }
        for opening in [&b"["[..], b"<<", b"(", b"<</A "] {
            let nested = opening.repeat(50_000);
            let _ = read(
                &[b"%PDF-1.4\n1 0 obj\n", &nested[..], b"\nendobj\ntrailer <</Root 1 0 R>>\nstartxref\n9\n%%EOF"]
                    .concat(),
            );
            let page = pdf(&[vec![]], None);
            let mut document = Document::load_mem(&page).unwrap();
            let id = document.page_iter().next().unwrap();
            document.change_page_content(id, nested).unwrap();
            let mut bytes = Vec::new();
            document.save_to(&mut bytes).unwrap();
            let _ = read(&bytes);
        }
    }
}
