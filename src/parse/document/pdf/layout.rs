//! Sorts glyphs into lines by their height, and into cells and words by the gaps between them.

use super::{Cell, Line};

/// Smallest gaps between words and between cells, as fractions of the font size.
const WORD_GAP: f64 = 0.17;
const CELL_GAP: f64 = 1.6;
/// Largest difference in height between glyphs of one line, as a fraction of the font size.
const SAME_HEIGHT: f64 = 0.45;

/// A glyph and its position.
#[derive(Debug, Clone)]
pub struct Glyph {
    pub page: usize,
    pub left: f64,
    pub right: f64,
    pub height: f64,
    pub size: f64,
    pub text: String,
}

/// Sorts glyphs into lines, from top to bottom.
pub fn lines(mut glyphs: Vec<Glyph>) -> Vec<Line> {
    glyphs.retain(|glyph| glyph.size > 0.5);
    glyphs.sort_by(|a, b| a.page.cmp(&b.page).then(b.height.total_cmp(&a.height)));
    let mut lines = Vec::new();
    let mut rest = &glyphs[..];
    while let Some(first) = rest.first() {
        let within = |glyph: &Glyph| {
            glyph.page == first.page && first.height - glyph.height <= SAME_HEIGHT * first.size.min(glyph.size.max(4.0))
        };
        let length = rest.iter().position(|glyph| !within(glyph)).unwrap_or(rest.len());
        let (line, below) = rest.split_at(length);
        rest = below;
        let mut line: Vec<&Glyph> = line.iter().collect();
        line.sort_by(|a, b| a.left.total_cmp(&b.left));
        lines.extend(cells(&line));
    }
    lines
}

/// Divides the glyphs of a line into cells. `None` if there are only spaces.
fn cells(glyphs: &[&Glyph]) -> Option<Line> {
    let mut cells: Vec<Cell> = Vec::new();
    let (mut size, mut height, mut blank, mut one_word) = (0.0_f64, 0.0_f64, false, true);
    for glyph in glyphs {
        if glyph.text.chars().all(char::is_whitespace) {
            blank = true;
            continue;
        }
        if glyph.size > size {
            (size, height) = (glyph.size, glyph.height);
        }
        let gap = cells.last().map(|cell| (glyph.left - cell.right) / glyph.size);
        match (gap, cells.last_mut()) {
            (Some(gap), Some(cell)) if gap <= CELL_GAP => {
                if blank || gap > WORD_GAP {
                    cell.text.push(' ');
                    one_word = false;
                } else if one_word {
                    cell.first_word = glyph.right;
                }
                cell.text.push_str(&glyph.text);
                cell.right = cell.right.max(glyph.right);
            }
            _ => {
                one_word = true;
                cells.push(Cell {
                    left: glyph.left,
                    right: glyph.right,
                    first_word: glyph.right,
                    text: glyph.text.clone(),
                });
            }
        }
        blank = false;
    }
    let first = glyphs.first()?;
    (!cells.is_empty()).then_some(Line { page: first.page, height, size, cells })
}
