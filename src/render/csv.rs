//! Results as CSV: tinyaudit's own table, and the official summary.

use std::io::{self, Write};

use csv::{QuoteStyle, WriterBuilder};

use crate::parse::python::repr;
use crate::render::publication::{FIELDS, Row, Selection, Shown, measured_energy};
use crate::render::untrusted::Untrusted;
use crate::round::{Round, Target};

/// A column: its name with the unit, and a function that formats its cell.
type Column = (&'static str, fn(&Row<'_>) -> String);

/// The columns of tinyaudit's own table.
const COLUMNS: [Column; 18] = [
    ("division", |row| Untrusted(&row.system.division).for_csv()),
    ("submitter", |row| Untrusted(&row.system.submitter).for_csv()),
    ("system", |row| Untrusted(&row.system.name).for_csv()),
    ("availability", |row| Untrusted(&row.availability()).for_csv()),
    ("benchmark", |row| Untrusted(row.name()).for_csv()),
    ("model", |row| Untrusted(row.model()).for_csv()),
    ("throughput_inf_per_s", |row| text(row.throughput.as_ref())),
    ("latency_ms", |row| row.latency_ms().map_or_else(String::new, |ms| format!("{ms:.6}"))),
    ("top1_percent", |row| quality(row, |target| !matches!(target, Some(Target::Auc(_) | Target::Wakeword { .. })))),
    ("auc", |row| quality(row, |target| matches!(target, Some(Target::Auc(_))))),
    ("f1", |row| quality(row, |target| matches!(target, Some(Target::Wakeword { .. })))),
    ("energy_uj_per_inf", |row| text(row.energy.as_ref().filter(|_| row.wakeword.is_none()))),
    ("power_mw", |row| text(row.energy.as_ref().filter(|_| row.wakeword.is_some()))),
    ("false_positives", |row| text(row.wakeword.as_ref().map(|counts| &counts.false_positives))),
    ("false_negatives", |row| text(row.wakeword.as_ref().map(|counts| &counts.false_negatives))),
    ("duty_cycle", duty_cycle),
    ("valid", |row| if row.valid { "yes" } else { "no" }.to_owned()),
    ("energy_valid", |row| {
        row.energy.as_ref().map_or("", |energy| if energy.struck.is_none() { "yes" } else { "no" }).to_owned()
    }),
];

fn text(shown: Option<&Shown>) -> String {
    shown.map_or_else(String::new, |shown| shown.text.clone())
}

fn duty_cycle(row: &Row<'_>) -> String {
    text(row.wakeword.as_ref().and_then(|counts| counts.duty_cycle.as_ref()))
}

/// Formats the quality of a result in the column of its kind of target; the other quality columns stay empty.
fn quality(row: &Row<'_>, is_own: fn(Option<Target>) -> bool) -> String {
    text(row.quality.as_ref().filter(|_| is_own(row.spec.map(|spec| spec.target))))
}

/// Writes one line per result with units in the header. `valid` says whether the result may be published,
/// `energy_valid` whether its energy may be.
///
/// # Errors
/// When the writer fails.
pub fn write(rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    let mut writer = WriterBuilder::new().from_writer(out);
    writer.write_record(COLUMNS.map(|(name, _)| name))?;
    for row in rows {
        writer.write_record(COLUMNS.map(|(_, cell)| cell(row)))?;
    }
    writer.flush()
}

/// Writes the official summary of the round, as `submission_checker.py --csv` writes it and the working group's report
/// tool reads it: the header without quotes, every cell quoted.
///
/// # Errors
/// When the writer fails.
pub fn write_official(rows: &[Row<'_>], round: &Round, selection: Selection, out: &mut dyn Write) -> io::Result<()> {
    let publication = &round.publication;
    let mut columns = vec![
        "Organization",
        "Availability",
        "Division",
        "BoardName",
        "SystemDesc",
        "Model",
        "MlperfModel",
        "Result",
        "ResultUnit",
        "Accuracy",
        "HasPower",
        "Power",
        "PowerUnit",
    ];
    columns.extend(FIELDS.iter().map(|(column, _)| *column));
    if publication.wakeword_columns {
        columns.extend(["FalsePositives", "FalseNegatives", "DutyCycle"]);
    }
    writeln!(out, "{}", columns.join(","))?;
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(out);
    // If no result has power, the official tool writes the column as whole numbers.
    let whole = rows.iter().all(|row| row.energy.is_none());
    let absent_power = if whole { publication.absent_power.trim_end_matches(".0") } else { &publication.absent_power };
    for row in rows {
        let field =
            |key: &str| Untrusted(&row.field(key).unwrap_or_else(|| publication.absent_field.clone())).for_csv();
        let streams = row.wakeword.is_some();
        let has_power = row.energy.is_some() || (selection == Selection::AsPublished && measured_energy(row.benchmark));
        let mut cells = vec![
            Untrusted(&row.system.submitter).for_csv(),
            Untrusted(&row.availability()).for_csv(),
            Untrusted(&row.system.division).for_csv(),
            field("Board Name"),
            Untrusted(&row.system.name).for_csv(),
            Untrusted(row.model()).for_csv(),
            Untrusted(row.name()).for_csv(),
            row.throughput.as_ref().map_or_else(String::new, |shown| repr(shown.value)),
            "inf./sec.".to_owned(),
            // The official tool computes the F1 score and prints it as Python does; other accuracies it copies from the
            // logs.
            row.quality
                .as_ref()
                .map_or_else(String::new, |shown| if streams { repr(shown.value) } else { shown.text.clone() }),
            if has_power { "True" } else { "False" }.to_owned(),
            row.energy.as_ref().map_or_else(|| absent_power.to_owned(), |shown| repr(shown.value)),
            if streams { "mW" } else { "uJ/inf." }.to_owned(),
        ];
        cells.extend(FIELDS.iter().map(|(_, key)| field(key)));
        if publication.wakeword_columns {
            let counts = row.wakeword.as_ref();
            cells.push(text(counts.map(|counts| &counts.false_positives)));
            cells.push(text(counts.map(|counts| &counts.false_negatives)));
            cells.push(duty_cycle(row));
        }
        writer.write_record(&cells)?;
    }
    writer.flush()
}
