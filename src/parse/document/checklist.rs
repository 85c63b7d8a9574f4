//! Parser of the submission checklist, a Word file or a PDF: lines with their marks, and rows of tables.
//!
//! The official form has no form fields. An answer is ticked by an `X` or a check mark before or after its text, or by
//! a symbol of the Wingdings font. In a PDF, marks may be drawn anywhere on the page; such a checklist cannot be read.

mod printed;

use std::fmt::Write as _;
use std::io::{Cursor, Read, Write as _};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::parse::location::Damage;

/// Largest text of a Word file in bytes.
const MAX_BYTES: u64 = 4 << 20;

/// Codes of ticked boxes and check marks in the Wingdings fonts.
const TICKED_SYMBOLS: [&str; 7] = ["F0FE", "F0FD", "F0FC", "F0FB", "F052", "F053", "F054"];

/// The contents of a checklist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checklist {
    /// The lines with text outside tables, in order.
    pub lines: Vec<Item>,
    /// The rows of all tables, cell by cell.
    pub rows: Vec<Vec<String>>,
}

/// Characters that tick an answer, before or after it.
const MARKS: [char; 14] = ['✓', '✔', '✅', '☑', '☒', '✗', '✘', '✖', '❎', '🗸', '🗹', '🗷', '■', '√'];
/// Boxes that are not ticked.
const EMPTY_BOXES: [char; 9] = ['☐', '❏', '❐', '❑', '❒', '□', '▢', '◻', '⬜'];
/// Marks in brackets that tick an answer, without the opening bracket.
const BRACKETED: [&str; 6] = ["x]", "X]", "x)", "X)", "✓]", "✔]"];
/// Most words of an answer that a letter after it ticks. After a longer text, the letter may be part of the sentence.
const SHORT_ANSWER: usize = 4;

/// Removes a mark after the text, as in `Yes ✅` and `No X`. Returns the text, and whether there was a mark.
fn without_mark_at_end(line: &str) -> (&str, bool) {
    let bare = line.trim_end_matches(['\u{FE0F}', ' ']);
    if let Some(text) = bare.strip_suffix(MARKS).map(|text| text.trim_end_matches('\u{FE0F}').trim_end())
        && !text.is_empty()
    {
        return (text, true);
    }
    let letter = [" x", " X", "\tx", "\tX", "[x]", "[X]", "(x)", "(X)"].iter().find_map(|mark| bare.strip_suffix(mark));
    match letter.map(str::trim_end) {
        Some(text) if !text.is_empty() && text.split_whitespace().count() <= SHORT_ANSWER => (text, true),
        _ => (line, false),
    }
}

/// A line of a checklist, without its mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The text.
    pub text: String,
    /// Whether it is ticked.
    pub ticked: bool,
}

impl Item {
    fn parse(line: &str) -> Self {
        let (mut text, mut ticked) = without_mark_at_end(line.trim());
        while let Some(first) = text.chars().next() {
            let rest = &text[first.len_utf8()..];
            let alone = rest.starts_with(char::is_whitespace) || rest.starts_with(char::is_uppercase);
            match first {
                mark if MARKS.contains(&mark) => ticked = true,
                '[' | '(' if BRACKETED.iter().any(|mark| rest.starts_with(mark)) => {
                    ticked = true;
                    text = rest[2..].trim_start();
                    continue;
                }
                '[' if rest.starts_with([' ', ']']) => {
                    text = rest.trim_start_matches(' ').strip_prefix(']').unwrap_or(rest).trim_start();
                    continue;
                }
                'X' | 'x' if alone && !ticked => ticked = true,
                '\u{FE0F}' => {}
                empty if EMPTY_BOXES.contains(&empty) => {}
                _ => break,
            }
            text = rest.trim_start();
        }
        Self { text: text.to_owned(), ticked }
    }

    /// Whether the line is a question. The lines after it are its answers.
    #[must_use]
    pub fn asks(&self) -> bool {
        let end = self.text.trim_end();
        let begins = |word: &str| end.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let is_question = end.ends_with(['?', ':']) || end.contains("(check");
        is_question && !begins("other") && !begins("vendor")
    }

    /// Returns whether the first word is yes or no; `None` if it is neither.
    #[must_use]
    pub fn says_yes(&self) -> Option<bool> {
        let text = self.text.to_lowercase();
        match text.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()) {
            Some("yes") => Some(true),
            Some("no") => Some(false),
            _ => None,
        }
    }

    /// Whether the line is `None of the above`, even with a typing error.
    fn says_none(&self) -> bool {
        let text = self.text.to_lowercase();
        let letters: String = text.chars().filter(|c| c.is_alphabetic()).collect();
        letters.contains("noneof") || letters.contains("oftheabove") || letters.starts_with("none")
    }

    /// Whether the line is a question with exactly one answer.
    fn wants_one(&self) -> bool {
        let text = self.text.to_lowercase();
        self.asks() && (text.contains("(check one)") || text.contains("congruent with"))
    }
}

/// The meaning of a ticked answer about a technique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Technique {
    /// No technique is used.
    None,
    /// This technique is used.
    Used,
    /// The answer is not one of the form's, or another ticked answer contradicts it.
    Unclear,
}

impl Checklist {
    /// Whether any answer is ticked. A checklist without a mark was filled in some other way.
    #[must_use]
    pub fn has_marks(&self) -> bool {
        self.lines.iter().any(|item| item.ticked)
    }

    /// Returns the answers to the question that contains `words`; `None` if there is no such question.
    #[must_use]
    pub fn answers(&self, words: &str) -> Option<&[Item]> {
        let asked = self.lines.iter().position(|item| item.asks() && item.text.to_lowercase().contains(words))?;
        let rest = &self.lines[asked + 1..];
        let end = rest.iter().position(Item::asks).unwrap_or(rest.len());
        Some(&rest[..end])
    }

    /// Returns whether the question that contains `words` is answered with yes; `None` if the answer is not clear.
    #[must_use]
    pub fn says_yes(&self, words: &str) -> Option<bool> {
        let mut ticked = self.answers(words)?.iter().filter(|item| item.ticked).map(Item::says_yes);
        let first = ticked.next()??;
        ticked.all(|other| other == Some(first)).then_some(first)
    }

    /// Returns the ticked answers to a yes-or-no question that are neither yes nor no.
    pub fn neither_yes_nor_no(&self, words: &str) -> impl Iterator<Item = &Item> {
        let ticked = self.answers(words).unwrap_or_default().iter().filter(|item| item.ticked);
        ticked.filter(|item| item.says_yes().is_none())
    }

    /// Returns the ticked answers to a question about techniques, each with its meaning. The last answer of the form is
    /// `None of the above`. `known` has one word of every technique in the form.
    #[must_use]
    pub fn techniques(&self, question: &str, known: &[&str]) -> Vec<(&Item, Technique)> {
        let ticked: Vec<&Item> = self.answers(question).unwrap_or_default().iter().filter(|item| item.ticked).collect();
        let none = ticked.iter().any(|item| item.says_none());
        let says = |item: &Item| {
            let text = item.text.to_lowercase();
            let named = known.iter().any(|word| text.contains(word));
            let mut words = text.split(|c: char| !c.is_alphanumeric());
            let denied = none || words.any(|word| ["no", "not", "never", "none"].contains(&word));
            match (item.says_none(), named && !denied) {
                (true, _) if !named => Technique::None,
                (false, true) => Technique::Used,
                _ => Technique::Unclear,
            }
        };
        ticked.into_iter().map(|item| (item, says(item))).collect()
    }

    /// Returns the text after a label such as `Name of Certifying Engineer(s):`, in its line and the lines below.
    /// `None` if there is no such label.
    #[must_use]
    pub fn field(&self, label: &str) -> Option<String> {
        let (at, value) = self.lines.iter().enumerate().find_map(|(at, item)| {
            let (name, value) = item.text.split_once(':')?;
            name.to_lowercase().starts_with(label).then_some((at, value.trim()))
        })?;
        let below = self.lines[at + 1..].iter().map(|item| item.text.as_str());
        let below = below.take_while(|line| !line.contains([':', '?']));
        let parts = std::iter::once(value).chain(below).filter(|part| !part.is_empty());
        Some(parts.collect::<Vec<_>>().join(" "))
    }

    /// Returns the answer for a benchmark by its title, ticked or not; `None` if the form does not have it.
    #[must_use]
    pub fn benchmark(&self, title: &str) -> Option<&Item> {
        let plain = |text: &str| text.to_lowercase().replace(' ', "");
        let wanted = plain(title.trim_end_matches('s'));
        self.answers("benchmark(s)")?.iter().find(|item| plain(&item.text).contains(&wanted))
    }

    /// Whether it is a worksheet that tinyaudit wrote, not the official form.
    #[must_use]
    pub fn is_worksheet(&self) -> bool {
        self.lines.first().is_some_and(|item| item.text.starts_with(WORKSHEET))
    }

    /// Returns the round in the title of the form, such as `v1.3`.
    #[must_use]
    pub fn round(&self) -> Option<&str> {
        let head = self.lines.iter().map(|item| item.text.as_str()).take_while(|line| !line.contains(':'));
        let is_title = |line: &&str| ["tiny", "checklist"].iter().all(|word| line.to_lowercase().contains(word));
        let version = |word: &&str| {
            let number = word.strip_prefix(['v', 'V']).and_then(|number| number.split_once('.'));
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            number.is_some_and(|(major, minor)| digits(major) && digits(minor))
        };
        head.filter(is_title).find_map(|line| line.split([' ', '_', ',']).find(version))
    }

    /// Whether the form is not filled in: no answer is ticked, and no engineer is named.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        let is_empty = |label: &str| self.field(label).is_some_and(|value| value.is_empty());
        !self.has_marks() && ENGINEER.iter().all(|label| is_empty(label))
    }
}

/// Beginning of the worksheet that tinyaudit writes.
pub(crate) const WORKSHEET: &str = "Worksheet of tinyaudit";

/// The labels of the certifying engineer's name and email address.
pub(crate) const ENGINEER: [&str; 2] = ["name of certifying", "email of certifying"];

/// Reads a PDF.
///
/// # Errors
/// When its answers cannot be read, with the reason.
pub fn parse_pdf(bytes: &[u8]) -> Result<Checklist, Damage> {
    printed::parse(bytes)
}

/// Reads a Word file.
///
/// # Errors
/// When it is not a Word file, with the reason.
pub fn parse(bytes: &[u8]) -> Result<Checklist, Damage> {
    let damage = |what: String| Damage::new(0, format!("the file is not a valid Word file: {what}"));
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| damage(error.to_string()))?;
    let part = archive.by_name(DOCUMENT).map_err(|error| damage(error.to_string()))?;
    let mut xml = Vec::new();
    part.take(MAX_BYTES + 1).read_to_end(&mut xml).map_err(|error| damage(error.to_string()))?;
    if xml.len() as u64 > MAX_BYTES {
        return Err(damage(format!("its text has more than {} MB", MAX_BYTES >> 20)));
    }
    read_document(&xml).map_err(|error| damage(error.to_string()))
}

/// Writes a Word file that reads back as the same checklist. Ticked lines begin with an `X`.
///
/// # Errors
/// Never in practice: everything is written to memory.
pub fn write(checklist: &Checklist) -> std::io::Result<Vec<u8>> {
    let mut body = String::new();
    for item in &checklist.lines {
        let mark = if item.ticked { "X " } else { "" };
        let text = quick_xml::escape::escape(item.text.as_str());
        let _ = write!(body, "<w:p><w:r><w:t xml:space=\"preserve\">{mark}{text}</w:t></w:r></w:p>");
    }
    body.push_str(if checklist.rows.is_empty() { "" } else { "<w:tbl>" });
    for row in &checklist.rows {
        body.push_str("<w:tr>");
        for cell in row {
            let text = quick_xml::escape::escape(cell.as_str());
            let _ = write!(body, "<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
        }
        body.push_str("</w:tr>");
    }
    body.push_str(if checklist.rows.is_empty() { "" } else { "</w:tbl><w:p/>" });
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:document xmlns:w=\"{WORD}\"><w:body>{body}</w:body></w:document>"
    );
    let mut file = ZipWriter::new(Cursor::new(Vec::new()));
    let options =
        SimpleFileOptions::default().system(zip::System::Unix).compression_method(zip::CompressionMethod::Stored);
    for (name, content) in [("[Content_Types].xml", CONTENT_TYPES), ("_rels/.rels", RELATIONS), (DOCUMENT, &document)] {
        file.start_file(name, options)?;
        file.write_all(content.as_bytes())?;
    }
    Ok(file.finish()?.into_inner())
}

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const DOCUMENT: &str = "word/document.xml";
const CONTENT_TYPES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";
const RELATIONS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>";

fn read_document(xml: &[u8]) -> Result<Checklist, quick_xml::Error> {
    let mut reader = Reader::from_reader(xml);
    let mut checklist = Checklist::default();
    let (mut line, mut row): (String, Option<Vec<String>>) = (String::new(), None);
    let mut in_text = false;
    loop {
        match reader.read_event()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "t" => in_text = true,
                "tr" => row = Some(Vec::new()),
                "tc" => row.iter_mut().for_each(|cells| cells.push(String::new())),
                _ => symbol(&tag, &mut line),
            },
            Event::Empty(tag) => symbol(&tag, &mut line),
            Event::Text(text) if in_text => line.push_str(&text),
            Event::GeneralRef(entity) if in_text => {
                let known = quick_xml::escape::resolve_predefined_entity(&entity);
                line.extend(entity.resolve_char_ref()?);
                line.push_str(known.unwrap_or_default());
            }
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => in_text = false,
                "p" => {
                    let text = std::mem::take(&mut line);
                    if let Some(cell) = row.as_mut().and_then(|cells| cells.last_mut()) {
                        cell.push_str(text.trim());
                    } else if !text.trim().is_empty() {
                        checklist.lines.push(Item::parse(&text));
                    }
                }
                "tr" => checklist.rows.extend(row.take()),
                _ => {}
            },
            Event::Eof => return Ok(checklist),
            _ => {}
        }
    }
}

/// Adds the character for an XML element: a space, a box or a mark.
fn symbol(tag: &BytesStart<'_>, line: &mut String) {
    let value = |name: &str| {
        tag.attributes()
            .with_checks(false)
            .flatten()
            .find(|attribute| attribute.key.local_name().as_ref() == name)
            .map(|found| found.value)
    };
    match tag.local_name().as_ref() {
        "tab" | "br" => line.push(' '),
        "sym" => {
            let ticked = value("char").is_some_and(|code| TICKED_SYMBOLS.contains(&code.to_ascii_uppercase().as_str()));
            line.push(if ticked { '☒' } else { '☐' });
        }
        "checked" if value("val").is_some_and(|value| matches!(value.as_ref(), "1" | "true")) => line.push('☒'),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a Word file with the given paragraphs.
    fn word(paragraphs: &[&str]) -> Vec<u8> {
        let body = format!("<w:p><w:r>{}</w:r></w:p>", paragraphs.join("</w:r></w:p><w:p><w:r>"));
        let mut file = zip::ZipWriter::new(Cursor::new(Vec::new()));
        file.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
        write!(file, "<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>").unwrap();
        file.finish().unwrap().into_inner()
    }

    #[test]
    fn marks_are_read_after_the_text_and_in_brackets() {
        for (line, text, ticked) in [
            ("Yes ✅", "Yes", true),
            ("✅ Yes", "Yes", true),
            ("✔️ Yes", "Yes", true),
            ("No X", "No", true),
            ("Yes [x]", "Yes", true),
            ("[x] Yes", "Yes", true),
            ("( X ) Yes", "( X ) Yes", false),
            ("[ ] No", "No", false),
            ("(x) Available", "Available", true),
            ("The engineer who certifies is Mr X", "The engineer who certifies is Mr X", false),
            ("Windows X", "Windows", true),
            ("X", "X", false),
            ("No", "No", false),
        ] {
            assert_eq!(Item::parse(line), Item { text: text.to_owned(), ticked }, "{line}");
        }
    }

    #[test]
    fn boxes_are_ticked_by_letters_marks_and_symbols() {
        let file = word(&[
            "<w:t>Name of Certifying Engineer(s): A &amp; B</w:t>",
            "<w:t>Division (check one):</w:t>",
            "<w:t>Open</w:t>",
            "<w:t>XClosed</w:t>",
            "<w:t>Same code? (check one)</w:t>",
            "<w:sym w:font=\"Wingdings\" w:char=\"F0FE\"/><w:t>  Yes</w:t>",
            "<w:sym w:font=\"Wingdings\" w:char=\"F0A8\"/><w:t>  No</w:t>",
            "<w:t>Congruent with all rules?</w:t>",
            "<w:t>Yes</w:t>",
            "<w:t>✓</w:t><w:tab/><w:t>No</w:t>",
        ]);
        let checklist = parse(&file).unwrap();
        assert_eq!(checklist.field("name of certifying").as_deref(), Some("A & B"));
        let division: Vec<_> = checklist.answers("division").unwrap().iter().map(|item| item.ticked).collect();
        assert_eq!(division, [false, true]);
        assert_eq!(checklist.says_yes("same code"), Some(true));
        assert_eq!(checklist.says_yes("congruent"), Some(false));
        assert_eq!(checklist.says_yes("never asked"), None);
    }

    #[test]
    fn tables_are_rows_and_not_lines() {
        let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
        let table = format!("</w:r></w:p><w:tbl><w:tr>{}{}</w:tr></w:tbl><w:p><w:r>", cell("Board"), cell("KWS"));
        let checklist = parse(&word(&[&table])).unwrap();
        assert_eq!(checklist.rows, [["Board", "KWS"]]);
        assert!(checklist.lines.is_empty());
    }

    #[test]
    fn contradictory_answers_are_unclear() {
        let known = ["pruning", "aware training"];
        let of = |answers: &[&str]| {
            let lines = std::iter::once("Which of the following techniques are used?").chain(answers.iter().copied());
            let checklist = Checklist { lines: lines.map(Item::parse).collect(), rows: Vec::new() };
            checklist.techniques("following techniques", &known).into_iter().map(|(_, says)| says).collect::<Vec<_>>()
        };
        for slip in [
            "✅ qNone of the above",
            "X None",
            "x  none of the  above.",
            "☒ Nnone of the above",
            "[x] N0ne of the above",
        ] {
            assert_eq!(of(&["Pruning", slip]), [Technique::None], "{slip}");
        }
        assert_eq!(of(&["X Pruning", "None of the above"]), [Technique::Used]);
        assert_eq!(of(&["X Pruning", "X None of the above"]), [Technique::Unclear, Technique::None]);
        for unclear in ["X No pruning", "X see README", "X Pruning, none of the others", "X Pruning - none"] {
            assert_eq!(of(&[unclear]), [Technique::Unclear], "{unclear}");
        }
        let yes = |text: &str| Item { text: text.to_owned(), ticked: true }.says_yes();
        assert_eq!(
            (yes("Yes. (with a change)"), yes("No, not all"), yes("qYes"), yes("North")),
            (Some(true), Some(false), None, None)
        );
    }

    #[test]
    fn anything_else_is_damage() {
        for bytes in [&b""[..], b"%PDF-1.4", b"PK\x03\x04"] {
            assert!(parse(bytes).unwrap_err().message.contains("not a valid Word file"));
        }
    }
}
