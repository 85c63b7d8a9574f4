//! Sheets of an xlsx workbook.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use calamine::{Data, DataRef, Reader as _, Xlsx, XlsxError};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::{MAX_CELLS, MAX_ROWS, Sheet, SheetRow, TableBudget};

/// Maximum size in bytes of a workbook when unpacked.
const MAX_UNPACKED: u64 = 32 << 20;

/// Reads all sheets of a workbook. A number has all its digits, whatever the cell's format shows.
///
/// # Errors
/// If it is not a workbook, or too large.
pub fn workbook(bytes: &[u8]) -> Result<Vec<Sheet>, String> {
    // The workbook is parsed by a third-party library; a panic in it must not end the program.
    std::panic::catch_unwind(|| sheets(bytes)).unwrap_or_else(|_| Err("the parser failed on it".to_owned()))
}

fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, String> {
    expect_small(bytes)?;
    let mut workbook: Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(|error: XlsxError| error.to_string())?;
    let mut budget = TableBudget::default();
    let mut sheets = Vec::new();
    for name in workbook.sheet_names() {
        let failed = |error: XlsxError| format!("sheet {name}: {error}");
        // The text of merged cells stands in the first of them, but belongs to all.
        let merged = workbook.merge_cells_by_sheet_name(&name).map_err(failed)?;
        let mut rows: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        let mut cells = workbook.worksheet_cells_reader(&name).map_err(failed)?;
        while let Some(cell) = cells.next_cell().map_err(failed)? {
            // Sheets may share a part, which is unpacked once but read for each.
            budget.take(1, 0)?;
            let (row, column) = cell.get_position();
            set(&mut rows, (row, column), text(cell.get_value()), &mut budget)?;
        }
        for area in merged {
            let (first, last) = (area.start, area.end);
            let text = rows.get(&first.0).and_then(|row| row.get(first.1 as usize)).cloned().unwrap_or_default();
            if text.is_empty() {
                continue;
            }
            let below: Vec<u32> = rows.range(first.0..=last.0.max(first.0)).map(|(row, _)| *row).collect();
            for row in below {
                for column in (first.1..=last.1).take(MAX_CELLS) {
                    budget.take(1, 0)?;
                    let own = rows.get(&row).and_then(|row| row.get(column as usize));
                    if own.is_none_or(String::is_empty) {
                        set(&mut rows, (row, column), text.clone(), &mut budget)?;
                    }
                }
            }
        }
        let rows = rows.into_iter().map(|(row, cells)| SheetRow { line: row as usize + 1, cells });
        sheets.push(Sheet { name, rows: rows.collect() });
    }
    sheets.retain(|sheet| !sheet.rows.is_empty());
    Ok(sheets)
}

/// Refuses what would take much memory before a cell is read: parts that are large when they are unpacked, and a number
/// of texts that the part with the texts cannot contain.
fn expect_small(bytes: &[u8]) -> Result<(), String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let mut unpacked = 0_u64;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| error.to_string())?;
        let is_texts = part.name().map_err(|error| error.to_string())?.to_lowercase().ends_with("sharedstrings.xml");
        let size = part.size();
        unpacked = unpacked.saturating_add(size);
        if unpacked > MAX_UNPACKED {
            return Err(format!("unpacked, it has more than {MAX_UNPACKED} bytes"));
        }
        if is_texts && stated_texts(part.take(size)).is_none_or(|texts| texts > size) {
            return Err("it states a number of texts that it does not contain".to_owned());
        }
    }
    Ok(())
}

/// Returns the number of texts that their part states, 0 if it states none; `None` if that is not a number.
fn stated_texts(mut part: impl Read) -> Option<u64> {
    let mut text = Vec::new();
    part.read_to_end(&mut text).ok()?;
    let text = String::from_utf8(text).ok()?;
    let mut xml = Reader::from_str(&text);
    loop {
        match xml.read_event().ok()? {
            Event::Start(start) | Event::Empty(start) if start.local_name().as_ref() == "sst" => {
                let count = start.attributes().flatten().find(|attribute| attribute.key.as_ref() == "uniqueCount");
                return count.map_or(Some(0), |count| count.value.parse().ok());
            }
            Event::Eof => return Some(0),
            _ => {}
        }
    }
}

/// Writes a cell; empty ones are left out.
fn set(
    rows: &mut BTreeMap<u32, Vec<String>>,
    (row, column): (u32, u32),
    text: String,
    budget: &mut TableBudget,
) -> Result<(), String> {
    let column = column as usize;
    if text.is_empty() {
        return Ok(());
    }
    if column >= MAX_CELLS {
        return Err(format!("a row has more than {MAX_CELLS} columns"));
    }
    let cells = rows.entry(row).or_default();
    budget.take(column.saturating_sub(cells.len()) + 1, text.len())?;
    if cells.len() <= column {
        cells.resize(column + 1, String::new());
    }
    cells[column] = text;
    if rows.len() > MAX_ROWS {
        return Err(format!("it has more than {MAX_ROWS} rows"));
    }
    Ok(())
}

fn text(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Empty => String::new(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        other => Data::from(other.clone()).to_string().trim().to_owned(),
    }
}
