//! Tables of published results as rows of text: CSV, TSV, spreadsheets, and the tables in a Markdown document.

#[cfg(feature = "cli")]
mod workbook;

use csv::ReaderBuilder;

#[cfg(feature = "cli")]
pub use workbook::workbook;

/// Maximum number of rows of a table; a published table has a few hundred.
pub(crate) const MAX_ROWS: usize = 20_000;
/// Maximum number of columns of a table.
pub(crate) const MAX_CELLS: usize = 1_000;

/// Maximum number of cells of all tables of a file.
const MAX_ALL_CELLS: usize = 1_048_576;
/// Maximum number of bytes of the text in all tables of a file.
const MAX_TEXT: usize = 16 << 20;

/// What the tables of a file have in all.
#[derive(Debug, Default)]
struct TableBudget {
    cells: usize,
    text: usize,
}

impl TableBudget {
    /// Counts more cells, and the bytes of their text.
    ///
    /// # Errors
    /// If there are too many.
    fn take(&mut self, cells: usize, text: usize) -> Result<(), String> {
        (self.cells, self.text) = (self.cells.saturating_add(cells), self.text.saturating_add(text));
        if self.cells > MAX_ALL_CELLS {
            return Err(format!("it has more than {MAX_ALL_CELLS} cells"));
        }
        if self.text > MAX_TEXT {
            return Err(format!("the text of its cells has more than {MAX_TEXT} bytes"));
        }
        Ok(())
    }
}

/// A table. Cells that are missing at the end of a row are empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// Name of the sheet, or the heading above the table; empty if there is none.
    pub name: String,
    /// The rows.
    pub rows: Vec<SheetRow>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// Line of the file, or row of the sheet; the first is 1.
    pub line: usize,
    /// The cells, without surrounding white space.
    pub cells: Vec<String>,
}

/// Reads text with separated cells. A semicolon or tab takes the place of the comma if the first line has more of them.
///
/// # Errors
/// If a line cannot be read, or there are too many.
pub fn separated(bytes: &[u8]) -> Result<Sheet, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or(bytes);
    let count = |wanted: u8| memchr::memchr_iter(wanted, first).count();
    let delimiter = [b',', b'\t', b';'].into_iter().rev().max_by_key(|byte| count(*byte)).unwrap_or(b',');
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes);
    let mut rows = Vec::new();
    let mut budget = TableBudget::default();
    for record in reader.byte_records() {
        let record = record.map_err(|error| error.to_string())?;
        let line =
            record.position().map_or(rows.len() + 1, |place| usize::try_from(place.line()).unwrap_or(usize::MAX));
        budget.take(record.len(), record.as_slice().len())?;
        let cells: Vec<String> = record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        expect_columns(&cells)?;
        rows.push(SheetRow { line, cells });
        if rows.len() > MAX_ROWS {
            return Err(format!("it has more than {MAX_ROWS} rows"));
        }
    }
    Ok(Sheet { name: String::new(), rows })
}

/// Reads the tables of a Markdown document, each with the nearest heading above it.
///
/// # Errors
/// If they are too large.
pub fn markdown(text: &str) -> Result<Vec<Sheet>, String> {
    let mut sheets: Vec<Sheet> = Vec::new();
    let mut budget = TableBudget::default();
    let (mut heading, mut inside, mut fenced) = (String::new(), false, false);
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with("```") || line.starts_with("~~~") {
            fenced = !fenced;
        }
        if !fenced && line.starts_with('#') {
            line.trim_start_matches('#').trim().clone_into(&mut heading);
        }
        // A table has a bar in every line.
        if fenced || !line.contains('|') {
            inside = false;
            continue;
        }
        let count = memchr::memchr_iter(b'|', line.as_bytes()).count() + 1;
        budget.take(count, line.len() + if inside { 0 } else { heading.len() })?;
        let cells = bar_cells(line);
        expect_columns(&cells)?;
        if cells.iter().all(|cell| !cell.is_empty() && cell.chars().all(|c| matches!(c, '-' | ':'))) {
            continue;
        }
        let row = SheetRow { line: index + 1, cells };
        match sheets.last_mut().filter(|_| inside) {
            Some(sheet) if sheet.rows.len() == MAX_ROWS => return Err(format!("it has more than {MAX_ROWS} rows")),
            Some(sheet) => sheet.rows.push(row),
            None => sheets.push(Sheet { name: heading.clone(), rows: vec![row] }),
        }
        inside = true;
    }
    // A single line with a bar is not a table.
    sheets.retain(|sheet| sheet.rows.len() > 1);
    Ok(sheets)
}

/// Refuses a row with text beyond the last column that is read.
fn expect_columns(cells: &[String]) -> Result<(), String> {
    match cells.iter().skip(MAX_CELLS).find(|cell| !cell.is_empty()) {
        Some(_) => Err(format!("a row has more than {MAX_CELLS} columns")),
        None => Ok(()),
    }
}

/// Splits a line at the bars that are not escaped, and removes emphasis and links.
fn bar_cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        match (c, cells.last_mut()) {
            ('\\', Some(cell)) => cell.extend(characters.next_if(char::is_ascii_punctuation).or(Some(c))),
            ('|', _) => cells.push(String::new()),
            (c, Some(cell)) => cell.push(c),
            (_, None) => {}
        }
    }
    if cells.first().is_some_and(|cell| cell.trim().is_empty()) {
        cells.remove(0);
    }
    if cells.len() > 1 && cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    cells.iter().map(|cell| without_markup(cell)).collect()
}

/// Returns the text of a cell: without emphasis, code marks and line breaks, and of a link only its text.
fn without_markup(cell: &str) -> String {
    let cell = cell.replace("<br>", " ").replace("<br/>", " ").replace("**", "").replace('`', "");
    let mut out = String::new();
    let mut rest = cell.as_str();
    while let Some((before, link)) = rest.split_once('[') {
        let Some((text, after)) = link.split_once("](").and_then(|(text, target)| {
            let (_, after) = target.split_once(')')?;
            Some((text, after))
        }) else {
            break;
        };
        out += before;
        out += text;
        rest = after;
    }
    out += rest;
    out.trim().trim_matches('*').trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(sheet: &Sheet) -> Vec<Vec<&str>> {
        sheet.rows.iter().map(|row| row.cells.iter().map(String::as_str).collect()).collect()
    }

    #[test]
    fn markdown_tables_have_their_heading_and_lines() {
        let text = "# A\n\n## Results\n\n| x | **latency** [ms](l) |\n|---|:--:|\n| a\\|b | 1.5 |\n\nno | table\n\n```\n| c | d |\n| 1 | 2 |\n```\n";
        let sheets = markdown(text).unwrap();
        assert_eq!(sheets.len(), 1);
        assert_eq!((sheets[0].name.as_str(), sheets[0].rows[1].line), ("Results", 7));
        assert_eq!(cells(&sheets[0]), [["x", "latency ms"], ["a|b", "1.5"]]);
    }

    #[test]
    fn the_separator_is_found() {
        for text in ["a,b\n\"1,5\",2\n", "a\tb\n1,5\t2\n", "\u{feff}a;b\n1,5;2\n"] {
            assert_eq!(cells(&separated(text.as_bytes()).unwrap()), [["a", "b"], ["1,5", "2"]], "{text}");
        }
    }
}
