//! Parser of a checklist in a PDF: restores the lines and table rows of its Word file.
//!
//! Wrapped lines of a question or an answer are joined, and page headers are dropped. An answer is ticked by a mark, as
//! in a Word file, or by an unknown glyph in the place where other answers have an empty box.

use super::{Checklist, EMPTY_BOXES, Item};
use crate::parse::document::pdf::{self, Cell, Line, Text};
use crate::parse::location::Damage;

/// Largest distance between lines of one paragraph, as a multiple of the font size.
const LINE_PITCH: f64 = 1.6;
/// Largest distance between lines of one cell, as a multiple of the font size.
const CELL_PITCH: f64 = 1.4;
/// Largest horizontal distance between cells of one column, in points.
const SAME_PLACE: f64 = 12.0;

/// Beginnings of the official forms' answers. A line without a box is an answer only if it begins like this.
const ANSWERS: [&str; 24] = [
    "yes",
    "no",
    "open",
    "closed",
    "available",
    "preview",
    "research",
    "visual",
    "keyword",
    "anomaly",
    "image",
    "streaming",
    "int",
    "uint",
    "fp",
    "bf",
    "vendor",
    "tf-lite",
    "micro",
    "other",
    "caching",
    "quantization",
    "pruning",
    "none",
];

/// The first character of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Front {
    Nothing,
    EmptyBox,
    /// A glyph whose character is unknown.
    Sign,
}

/// A line of the form, before its neighbours are used to decide whether it is ticked.
#[derive(Debug)]
struct Draft {
    item: Item,
    front: Front,
}

/// Reads a checklist from a PDF.
///
/// # Errors
/// When its answers cannot be read, with the reason.
pub fn parse(bytes: &[u8]) -> Result<Checklist, Damage> {
    parse_text(&pdf::read(bytes)?)
}

fn parse_text(text: &Text) -> Result<Checklist, Damage> {
    let unreadable = |why: &str| Damage::new(0, format!("the answers of this checklist cannot be read: {why}"));
    let letters = text.lines.iter().flat_map(|line| line.cells.iter()).flat_map(|cell| cell.text.chars());
    let (known, unknown): (Vec<char>, Vec<char>) = letters.partition(|letter| *letter != pdf::UNKNOWN);
    if known.is_empty() || unknown.len() > known.len() {
        return Err(unreadable("this PDF contains pictures of pages instead of text"));
    }
    if text.annotated {
        return Err(unreadable("its marks are annotations, not text"));
    }
    let (drafts, rows) = paragraphs(text);
    let mut checklist = Checklist { lines: Vec::new(), rows };
    let has_boxes = drafts.iter().any(|draft| draft.front == Front::EmptyBox);
    let mut rest = &drafts[..];
    while !rest.is_empty() {
        let end = rest[1..].iter().position(|draft| draft.item.asks()).map_or(rest.len(), |next| next + 1);
        let (group, below) = rest.split_at(end);
        rest = below;
        checklist.lines.push(group[0].item.clone());
        let answers = answers(&group[1..], has_boxes);
        if group[0].item.wants_one()
            && answers.iter().filter(|(item, _)| item.ticked).count() > 1
            && answers.iter().any(|(_, concluded)| *concluded)
        {
            return Err(unreadable("its marks cannot be distinguished from its empty boxes"));
        }
        checklist.lines.extend(answers.into_iter().map(|(item, _)| item));
    }
    if !checklist.is_blank() && !is_answered(&checklist) {
        return Err(unreadable("its marks are drawings, not text"));
    }
    Ok(checklist)
}

/// Whether at least two thirds of the questions with one answer have it. If fewer have, the other marks are drawings.
fn is_answered(checklist: &Checklist) -> bool {
    let groups = checklist.lines.chunk_by(|_, below| !below.asks());
    let wanting = groups.filter(|group| group[0].wants_one() && group.len() > 1);
    let (all, answered) = wanting
        .fold((0, 0), |(all, answered), group| (all + 1, answered + usize::from(group.iter().any(|item| item.ticked))));
    checklist.has_marks() && answered * 3 >= all * 2
}

/// Returns the answers to one question. The flag says whether an answer is ticked only by a conclusion from its
/// neighbours.
fn answers(drafts: &[Draft], has_boxes: bool) -> Vec<(Item, bool)> {
    let boxed = drafts.iter().any(|draft| draft.front == Front::EmptyBox);
    let is_answer = |text: &str| {
        let text = text.to_lowercase();
        !text.ends_with(':') && ANSWERS.iter().any(|start| text.starts_with(start))
    };
    drafts
        .iter()
        .map(|draft| {
            let concluded = !draft.item.ticked
                && match draft.front {
                    Front::Sign => has_boxes,
                    Front::Nothing => boxed && is_answer(&draft.item.text),
                    Front::EmptyBox => false,
                };
            (Item { ticked: draft.item.ticked || concluded, ..draft.item.clone() }, concluded)
        })
        .collect()
}

/// Returns the joined lines outside tables, and the rows of tables.
fn paragraphs(text: &Text) -> (Vec<Draft>, Vec<Vec<String>>) {
    let lines = without_heads(&text.lines);
    let margin = lines.iter().filter(|line| line.cells.len() < 3).map(|line| line.right()).fold(0.0, f64::max);
    let mut drafts: Vec<Draft> = Vec::new();
    let mut rows: Vec<Vec<String>> = Vec::new();
    // The columns of the row above, and the line above.
    let mut columns: Option<Vec<f64>> = None;
    let mut above: Option<&Line> = None;
    for line in lines {
        let pitch = above.filter(|above| above.page == line.page).map_or(f64::MAX, |above| above.height - line.height);
        if line.cells.len() >= 3 {
            columns = Some(line.cells.iter().map(|cell| cell.left).collect());
            rows.push(line.cells.iter().map(|cell| cell.text.clone()).collect());
        } else if let (Some(columns), Some(row)) = (&columns, rows.last_mut())
            && let Some(places) = columns_of(&line.cells, columns)
            && (pitch <= CELL_PITCH * line.size || places[0] > 0)
        {
            if pitch > CELL_PITCH * line.size {
                rows.push(vec![String::new(); columns.len()]);
                let row = rows.len() - 1;
                places.iter().zip(&line.cells).for_each(|(place, cell)| rows[row][*place].clone_from(&cell.text));
            } else {
                for (place, cell) in places.iter().zip(&line.cells) {
                    row[*place].push(' ');
                    row[*place].push_str(&cell.text);
                }
            }
        } else {
            columns = None;
            let draft = draft(&line.text());
            let wraps = above.is_some_and(|above| {
                let first_word = line.cells.first().map_or(0.0, |cell| cell.first_word - cell.left);
                above.right() + 0.25 * line.size + first_word > margin && line.left() > above.left() - 1.0
            });
            match drafts.last_mut() {
                Some(last)
                    if wraps
                        && pitch <= LINE_PITCH * line.size
                        && draft.front == Front::Nothing
                        && !draft.item.ticked =>
                {
                    last.item.text.push(' ');
                    last.item.text.push_str(&draft.item.text);
                }
                _ => drafts.push(draft),
            }
        }
        above = Some(line);
    }
    (drafts, rows)
}

/// Drops page headers and footers: first and last lines that an earlier page has in the same place.
fn without_heads(lines: &[Line]) -> Vec<&Line> {
    const SHORTEST: usize = 16;
    let outer: Vec<&Line> = lines
        .chunk_by(|above, below| above.page == below.page)
        .flat_map(|page| page.first().into_iter().chain(page.last()))
        .filter(|line| line.text().len() >= SHORTEST)
        .collect();
    let same = |line: &Line, other: &Line| {
        other.page < line.page && (other.height - line.height).abs() < 3.0 && other.text() == line.text()
    };
    let is_outer = |line: &Line| outer.iter().any(|other| std::ptr::eq(*other, line));
    let is_head = |line: &Line| is_outer(line) && outer.iter().any(|other| same(line, other));
    lines.iter().filter(|line| !is_head(line)).collect()
}

/// Returns the columns of cells. `None` if a cell is in no column, or two cells are not in ascending columns.
fn columns_of(cells: &[Cell], columns: &[f64]) -> Option<Vec<usize>> {
    let place = |cell: &Cell| columns.iter().rposition(|left| (cell.left - left).abs() <= SAME_PLACE);
    let places: Vec<usize> = cells.iter().map(place).collect::<Option<_>>()?;
    places.windows(2).all(|pair| pair[0] < pair[1]).then_some(places).filter(|places| !places.is_empty())
}

fn draft(line: &str) -> Draft {
    let is_sign = |letter: char| letter == pdf::UNKNOWN || ('\u{E000}'..='\u{F8FF}').contains(&letter);
    let front = match line.chars().next() {
        Some('[') if line.starts_with("[ ]") => Front::EmptyBox,
        Some(first) if EMPTY_BOXES.contains(&first) => Front::EmptyBox,
        Some(first) if is_sign(first) => Front::Sign,
        _ => Front::Nothing,
    };
    let text = line.trim_start_matches(|letter: char| is_sign(letter) || letter == ' ');
    Draft { item: Item::parse(text), front }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::document::pdf::written::{Put, pdf};

    /// Makes a form of two pages with the given marks; `❏` is an empty box.
    fn form(marks: [&str; 8]) -> Vec<Vec<(i32, i32, String)>> {
        let [open, closed, available, preview, yes, no, none, pruning] = marks;
        let mut height = 760;
        let mut put = |left: i32, text: String, step: i32| {
            height -= step;
            (left, height, text)
        };
        let first = vec![
            put(135, "The head of every page of this form".into(), 0),
            put(72, "Name of Certifying Engineer(s): A. Turing".into(), 30),
            put(72, "Email of Certifying Engineer(s):".into(), 14),
            put(90, "a@example.org".into(), 14),
            put(72, "Division (check one):".into(), 30),
            put(90, format!("{open}  Open"), 15),
            put(90, format!("{closed}  Closed"), 15),
            put(72, "Category (check one):".into(), 30),
            put(90, format!("{available}  Available"), 15),
            put(90, format!("{preview}  Preview"), 15),
            put(72, "Please fill in the table:".into(), 30),
            put(72, "Board".into(), 20),
            put(200, "Keyword".into(), 0),
            put(330, "91.1%".into(), 0),
            put(200, "Spotting".into(), 12),
        ];
        height = 760;
        let mut put = |left: i32, text: String, step: i32| {
            height -= step;
            (left, height, text)
        };
        let second = vec![
            put(135, "The head of every page of this form".into(), 0),
            put(
                72,
                "For each system and benchmark that is submitted in this round, was the whole validation".into(),
                30,
            ),
            put(72, "set run? (check one):".into(), 14),
            put(90, format!("{yes}  Yes"), 15),
            put(90, format!("{no}  No"), 15),
            put(72, "Which of the following techniques are used? (check all that apply)".into(), 30),
            put(90, format!("{pruning}  Pruning"), 15),
            put(108, "a remark on it".into(), 15),
            put(90, format!("{none}  None"), 15),
        ];
        vec![first, second]
    }

    fn read(pages: &[Vec<(i32, i32, String)>], annotation: Option<&str>) -> Result<Checklist, Damage> {
        let pages: Vec<Vec<Put<'_>>> =
            pages.iter().map(|page| page.iter().map(|(x, y, text)| (*x, *y, text.as_str())).collect()).collect();
        parse(&pdf(&pages, annotation))
    }

    /// Returns the ticked answers.
    fn ticked(checklist: &Checklist) -> Vec<&str> {
        checklist.lines.iter().filter(|item| item.ticked).map(|item| item.text.as_str()).collect()
    }

    #[test]
    fn a_form_is_read_by_its_marks() {
        for mark in ["✓", "☒", "X", "❏ ✓", "✓❏"] {
            let read = read(&form(["❏", mark, mark, "❏", mark, "❏", mark, "❏"]), None).unwrap();
            assert_eq!(ticked(&read), ["Closed", "Available", "Yes", "None"], "{mark}");
            assert_eq!(read.field("name of certifying").as_deref(), Some("A. Turing"));
            assert_eq!(read.field("email of certifying").as_deref(), Some("a@example.org"));
            assert_eq!(read.says_yes("whole validation set run"), Some(true));
            assert_eq!(read.rows, [["Board", "Keyword Spotting", "91.1%"]]);
            assert_eq!(read.lines.iter().filter(|item| item.text.starts_with("The head")).count(), 1);
        }
    }

    #[test]
    fn an_unknown_glyph_ticks_where_others_have_boxes() {
        let read = read(&form(["❏", "?", "?", "❏", "?", "❏", "?", "❏"]), None).unwrap();
        assert_eq!(ticked(&read), ["Closed", "Available", "Yes", "None"]);
        let all = self::read(&form(["?", "?", "?", "?", "?", "?", "?", "?"]), None).unwrap_err();
        assert!(all.message.contains("drawings, not text"), "{}", all.message);
        let both = self::read(&form(["❏", "?", "?", "?", "?", "❏", "?", "❏"]), None).unwrap_err();
        assert!(both.message.contains("cannot be distinguished from its empty boxes"), "{}", both.message);
    }

    #[test]
    fn a_missing_box_ticks_an_answer_but_not_a_remark() {
        let read = read(&form(["❏", "", "", "❏", "", "❏", "", "❏"]), None).unwrap();
        assert_eq!(ticked(&read), ["Closed", "Available", "Yes", "None"]);
    }

    #[test]
    fn marks_that_are_not_text_make_a_checklist_unreadable() {
        let empty = form(["❏"; 8]);
        assert!(read(&empty, None).unwrap_err().message.contains("drawings, not text"));
        // One mark is text, the others are drawings.
        let few = read(&form(["❏", "❏", "✓", "❏", "❏", "❏", "❏", "❏"]), None).unwrap_err();
        assert!(few.message.contains("drawings, not text"), "{}", few.message);
        let marked = form(["❏", "✓", "✓", "❏", "✓", "❏", "✓", "❏"]);
        assert!(read(&marked, Some("Link")).is_ok());
        assert!(read(&marked, Some("FreeText")).unwrap_err().message.contains("annotations, not text"));
        assert!(read(&[vec![]], None).unwrap_err().message.contains("pictures of pages instead of text"));
    }

    #[test]
    fn a_form_that_is_not_filled_in_is_blank() {
        let mut pages = form(["❏"; 8]);
        pages[0].retain(|(_, _, text)| !text.contains('@'));
        for (_, _, text) in &mut pages[0] {
            *text = text.replace(" A. Turing", "");
        }
        assert!(read(&pages, None).unwrap().is_blank());
    }
}
