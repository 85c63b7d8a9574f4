//! The final report as the working group publishes it: a workbook with one sheet per division.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use rust_xlsxwriter::{
    ConditionalFormatFormula, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Note, Workbook,
    Worksheet, XlsxError,
};

use crate::model::System;
use crate::render::publication::{FIELDS, LeftOut, Row, Shown, link, public_ids, unique_id};
use crate::render::untrusted::Untrusted;
use crate::round::Round;

/// Number of rows above the data.
const HEAD: u32 = 3;

/// Writes the workbook. `repository` is the repository that rows link to; `left_out` gets its own sheet.
///
/// # Errors
/// When the writer fails.
pub fn write(
    rows: &[Row<'_>],
    left_out: &[LeftOut],
    round: &Round,
    repository: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut bytes = workbook(rows, left_out, round, repository).map_err(io::Error::other)?;
    name_one_system(&mut bytes).ok_or_else(|| io::Error::other("the workbook is not a zip archive"))?;
    out.write_all(&bytes)
}

/// Sets the system in every header of a zip archive to Unix. The library writes the system it runs on, but the output
/// must be the same everywhere. Returns `None` if the bytes are not such an archive.
fn name_one_system(archive: &mut [u8]) -> Option<()> {
    /// Size of the end record of an archive, and of a central header without its variable part.
    const END: usize = 22;
    const HEADER: usize = 46;
    const UNIX: u8 = 3;
    let number = |bytes: &[u8], at: usize| Some(usize::from(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?)));
    let end = archive.len().checked_sub(END)?;
    let count = number(archive, end + 10)?;
    let mut at = number(archive, end + 16)? | number(archive, end + 18)? << 16;
    for _ in 0..count {
        let header = archive.get_mut(at..at.checked_add(HEADER)?)?;
        header[5] = UNIX;
        at += HEADER + number(header, 28)? + number(header, 30)? + number(header, 32)?;
    }
    (at == end).then_some(())
}

/// A row of the sheet: index cells and figures by column.
struct Entry<'a> {
    index: Vec<String>,
    /// The accuracy, which is the last index cell of the open division, as a number.
    accuracy: Option<f64>,
    system: &'a System,
    figures: BTreeMap<usize, Shown>,
}

fn workbook(rows: &[Row<'_>], left_out: &[LeftOut], round: &Round, repository: &str) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // A fixed date, so that the same results give the same bytes.
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2021, 6, 16)?));
    let ids = public_ids(rows, round);
    let mut sheets = 0;
    let sheet_of = |row: &Row<'_>| match row.system.division.as_str() {
        "closed" => "closed",
        "open" => "open",
        _ => "other",
    };
    for name in ["closed", "open", "other"] {
        let own: Vec<&Row<'_>> = rows.iter().filter(|row| sheet_of(row) == name).collect();
        if !own.is_empty() {
            sheet(workbook.add_worksheet().set_name(name)?, &own, &ids, round, repository)?;
            sheets += 1;
        }
    }
    if sheets == 0 {
        workbook.add_worksheet().set_name("closed")?;
    }
    if !left_out.is_empty() {
        reasons(workbook.add_worksheet().set_name("left out")?, left_out)?;
    }
    workbook.save_to_buffer()
}

fn sheet(
    sheet: &mut Worksheet,
    rows: &[&Row<'_>],
    ids: &BTreeMap<String, String>,
    round: &Round,
    repository: &str,
) -> Result<(), XlsxError> {
    let open = rows.iter().any(|row| !row.system.is_closed());
    let (index, entries, benchmarks) = (index_names(open), entries(rows, ids, open, round), benchmarks(rows, round));
    let bold = Format::new()
        .set_bold()
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::Top);
    let number = Format::new().set_num_format("#,##0.00");
    let struck = number.clone().set_font_strikethrough();
    let first = column(index.len() + 2);
    let width = benchmarks.len();
    let kinds = [
        ("Result", "Latency in ms per inference."),
        ("Power", "Energy in µJ per inference; for sww the mean power in mW."),
    ];
    sheet.set_column_range_format(first, 100, &number)?;
    for hidden in [1, 2] {
        sheet.set_column_hidden(hidden)?;
    }
    for (kind, (name, says)) in kinds.iter().enumerate() {
        let start = first + column(kind * width);
        if width > 1 {
            sheet.merge_range(0, start, 0, start + column(width - 1), name, &bold)?;
        } else {
            sheet.write_string_with_format(0, start, *name, &bold)?;
        }
        sheet.insert_note(0, start, &note(says))?;
        for (offset, benchmark) in benchmarks.iter().enumerate() {
            let name = Untrusted(benchmark).for_terminal();
            sheet.write_string_with_format(1, start + column(offset), name, &bold)?;
        }
    }
    sheet.write_string_with_format(1, first - 1, "Model", &bold)?;
    for (offset, name) in index.iter().copied().chain(["Details", "Code"]).enumerate() {
        sheet.write_string_with_format(2, column(offset), name, &bold)?;
    }
    for (number_of, entry) in (HEAD..).zip(&entries) {
        for (offset, text) in entry.index.iter().enumerate() {
            let accuracy = entry.accuracy.filter(|_| open && offset + 1 == entry.index.len());
            if let Some(value) = accuracy {
                sheet.write_number_with_format(number_of, column(offset), value, &bold)?;
            } else if text.is_empty() {
                sheet.write_blank(number_of, column(offset), &bold)?;
            } else {
                sheet.write_string_with_format(number_of, column(offset), text.as_str(), &bold)?;
            }
        }
        for (offset, part) in ["results", "code"].into_iter().enumerate() {
            let formula = format!("=HYPERLINK(\"{}\",\"details\")", link(repository, entry.system, part));
            sheet.write_formula_with_format(number_of, column(index.len() + offset), Formula::new(formula), &bold)?;
        }
        for (offset, shown) in &entry.figures {
            let place = first + column(*offset);
            let format = if shown.struck.is_none() { &number } else { &struck };
            sheet.write_number_with_format(number_of, place, shown.value, format)?;
            if let Some(reason) = &shown.struck {
                sheet.insert_note(
                    number_of,
                    place,
                    &note(&format!("Not valid: {}", Untrusted(reason).for_terminal())),
                )?;
            }
        }
    }
    merge_alike(sheet, &entries, &bold)?;
    let shade = ConditionalFormatFormula::new()
        .set_rule("=mod(countunique($c$4:$c4), 2) = 0")
        .set_format(Format::new().set_background_color("#EFEFEF"));
    sheet.add_conditional_format(HEAD, 0, 200, 100, &shade)?;
    // Keep the column headings and the columns that identify a row in view.
    sheet.set_freeze_panes(HEAD, 7)?;
    if !entries.is_empty() {
        sheet.autofilter(HEAD - 1, 0, HEAD + row(entries.len() - 1), first + column(2 * width - 1))?;
    }
    Ok(())
}

/// Writes the sheet of what is left out, and why.
fn reasons(sheet: &mut Worksheet, left_out: &[LeftOut]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    sheet.write_string_with_format(0, 0, "Result", &bold)?;
    sheet.write_string_with_format(0, 1, "Reason", &bold)?;
    for (number, LeftOut { result, reason }) in (1..).zip(left_out) {
        sheet.write_string_with_format(number, 0, Untrusted(result).for_terminal(), &wrapped)?;
        sheet.write_string_with_format(number, 1, Untrusted(reason).for_terminal(), &wrapped)?;
    }
    sheet.set_column_width(0, 60)?.set_column_width(1, 100)?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofilter(0, 0, row(left_out.len()), 1)?;
    Ok(())
}

/// Builds a note without an author.
fn note(text: &str) -> Note {
    Note::new(text).set_author("").add_author_prefix(false)
}

fn column(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

fn index_names(open: bool) -> Vec<&'static str> {
    let mut names =
        vec!["ID", "Unique ID (e.g. for Audit)", "ColorKey", "Submitter", "Availability", "SystemDesc", "BoardName"];
    names.extend(FIELDS.iter().map(|(column, _)| *column));
    if open {
        names.extend(["UsedModel", "Accuracy"]);
    }
    names
}

/// Returns the benchmarks with results in the round's order, unknown ones last.
fn benchmarks<'a>(rows: &[&'a Row<'_>], round: &'a Round) -> Vec<&'a str> {
    let order: Vec<&str> = round.publication.benchmarks.iter().map(String::as_str).collect();
    let known = order.iter().copied().filter(|name| rows.iter().any(|row| row.name() == *name));
    let others: BTreeSet<&str> = rows.iter().map(|row| row.name()).filter(|name| !order.contains(name)).collect();
    known.chain(others).collect()
}

fn entries<'a>(rows: &[&Row<'a>], ids: &BTreeMap<String, String>, open: bool, round: &Round) -> Vec<Entry<'a>> {
    let benchmarks = benchmarks(rows, round);
    let mut entries: Vec<Entry<'a>> = Vec::new();
    let mut known: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for row in rows {
        let unique = unique_id(row);
        let availability = row.availability();
        let mut index = vec![
            ids.get(&unique).cloned().unwrap_or_default(),
            unique,
            format!("{availability}{}", row.system.submitter),
            row.system.submitter.clone(),
            availability,
            row.system.name.clone(),
            row.cell("Board Name"),
        ];
        index.extend(FIELDS.iter().map(|(_, key)| row.cell(key)));
        if open {
            let quality = row.quality.as_ref().map_or_else(String::new, |quality| quality.text.clone());
            index.extend([row.model().to_owned(), quality]);
        }
        let index: Vec<String> = index.iter().map(|text| Untrusted(text).for_terminal()).collect();
        let Some(place) = benchmarks.iter().position(|name| *name == row.name()) else { continue };
        let number = *known.entry(index.clone()).or_insert(entries.len());
        if number == entries.len() {
            let accuracy = row.quality.as_ref().map(|quality| quality.value);
            entries.push(Entry { index, accuracy, system: row.system, figures: BTreeMap::new() });
        }
        let entry = &mut entries[number];
        entry.figures.extend(row.latency().map(|shown| (place, shown)));
        entry.figures.extend(row.energy.clone().map(|shown| (benchmarks.len() + place, shown)));
    }
    entries.sort_by(|a, b| a.index.cmp(&b.index));
    entries
}

/// Merges cells of neighbouring rows that are equal in this and all earlier columns.
fn merge_alike(sheet: &mut Worksheet, entries: &[Entry<'_>], bold: &Format) -> Result<(), XlsxError> {
    let width = entries.first().map_or(0, |entry| entry.index.len());
    for last in 0..width {
        let mut start = 0;
        while start < entries.len() {
            let same = |entry: &&Entry<'_>| entry.index[..=last] == entries[start].index[..=last];
            let length = entries[start..].iter().take_while(same).count();
            if length > 1 {
                let (top, bottom) = (HEAD + row(start), HEAD + row(start + length - 1));
                sheet.merge_range(top, column(last), bottom, column(last), &entries[start].index[last], bold)?;
            }
            start += length;
        }
    }
    Ok(())
}

fn row(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use zip::System;
    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    #[test]
    fn a_workbook_has_the_same_bytes_on_every_system() {
        let archive = |system| {
            let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
            for name in ["xl/workbook.xml", "a"] {
                archive.start_file(name, SimpleFileOptions::default().system(system)).unwrap();
                archive.write_all(b"text").unwrap();
            }
            archive.finish().unwrap().into_inner()
        };
        let (unix, mut windows) = (archive(System::Unix), archive(System::Dos));
        assert_ne!(unix, windows);
        assert_eq!(name_one_system(&mut windows), Some(()));
        assert_eq!(unix, windows);
        assert_eq!(name_one_system(&mut [0; 30]), None);
        assert_eq!(name_one_system(&mut []), None);
    }
}
