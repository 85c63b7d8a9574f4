//! Sheets of an xlsx workbook.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use super::{MAX_CELLS, MAX_ROWS, Sheet, SheetRow};

/// Maximum size in bytes of a workbook when unpacked.
const MAX_UNPACKED: u64 = 128 << 20;

/// Reads all sheets of a workbook. A number has all its digits, whatever the cell's format shows.
///
/// # Errors
/// If it is not a workbook, or too large.
pub fn workbook(bytes: &[u8]) -> Result<Vec<Sheet>, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let count = archive.len();
    let size = |index: usize| archive.by_index_raw(index).map_or(0, |file| file.size());
    let unpacked = (0..count).map(size).fold(0, u64::saturating_add);
    if unpacked > MAX_UNPACKED {
        return Err(format!("unpacked, it has {unpacked} bytes, expected at most {MAX_UNPACKED}"));
    }
    let mut workbook: Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(|error: calamine::XlsxError| error.to_string())?;
    let mut sheets = Vec::new();
    for name in workbook.sheet_names() {
        let range = workbook.worksheet_range(&name).map_err(|error| format!("sheet {name}: {error}"))?;
        let Some((first_row, first_column)) = range.start() else { continue };
        if range.height() > MAX_ROWS {
            return Err(format!("sheet {name} has more than {MAX_ROWS} rows"));
        }
        let before = vec![String::new(); (first_column as usize).min(MAX_CELLS)];
        let rows = range.rows().enumerate().map(|(index, row)| SheetRow {
            line: first_row as usize + index + 1,
            cells: before.iter().cloned().chain(row.iter().map(text)).take(MAX_CELLS).collect(),
        });
        let mut rows: Vec<SheetRow> = rows.collect();
        // The text of merged cells stands in the first of them, but belongs to all.
        let merged = workbook.merge_cells_by_sheet_name(&name).map_err(|error| format!("sheet {name}: {error}"))?;
        for area in merged {
            let row = |row: u32| row.checked_sub(first_row).map(|row| row as usize);
            let Some(text) = row(area.start.0).and_then(|row| rows.get(row)?.cells.get(area.start.1 as usize).cloned())
            else {
                continue;
            };
            for at in (area.start.0..=area.end.0).filter_map(row) {
                let Some(cells) = rows.get_mut(at).map(|row| &mut row.cells) else { break };
                let own = cells.iter_mut().take(area.end.1 as usize + 1).skip(area.start.1 as usize);
                own.filter(|cell| cell.is_empty()).for_each(|cell| cell.clone_from(&text));
            }
        }
        sheets.push(Sheet { name, rows });
    }
    Ok(sheets)
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        other => other.to_string().trim().to_owned(),
    }
}
