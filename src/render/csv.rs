//! Results as CSV: tinyaudit's own table, and the official summary.

use std::io::{self, Write};

use csv::{QuoteStyle, WriterBuilder};

use crate::audit::metrics::spread::Spread;
use crate::parse::python::repr;
use crate::render::publication::{FIELDS, Row, Selection, Shown, measured_energy, public_ids, unique_id};
use crate::render::untrusted::Untrusted;
use crate::round::{Mode, Round, Target};

/// A column: its name with the unit, and a function that formats its cell.
type Column = (&'static str, fn(&Row<'_>) -> String);

/// The columns of tinyaudit's own table.
const COLUMNS: [Column; 20] = [
    ("division", |row| Untrusted(&row.system.division).for_csv()),
    ("submitter", |row| Untrusted(&row.system.submitter).for_csv()),
    ("system", |row| Untrusted(&row.system.name).for_csv()),
    ("availability", |row| Untrusted(&row.availability()).for_csv()),
    ("benchmark", |row| Untrusted(row.name()).for_csv()),
    ("model", |row| Untrusted(row.model()).for_csv()),
    ("throughput_inf_per_s", throughput),
    ("latency_ms", latency),
    ("top1_percent", |row| quality(row, |target| !matches!(target, Some(Target::Auc(_) | Target::Wakeword { .. })))),
    ("auc", |row| quality(row, |target| matches!(target, Some(Target::Auc(_))))),
    ("f1", |row| quality(row, |target| matches!(target, Some(Target::Wakeword { .. })))),
    ("energy_uj_per_inf", energy),
    ("power_mw", power),
    ("false_positives", false_positives),
    ("false_negatives", false_negatives),
    ("duty_cycle", duty_cycle),
    ("valid", valid),
    ("energy_valid", |row| {
        row.energy.as_ref().map_or("", |energy| if energy.struck.is_none() { "yes" } else { "no" }).to_owned()
    }),
    ("throughput_cv_percent", |row| cv(row.benchmark.run(Mode::Performance).and_then(Spread::of_throughput))),
    ("energy_cv_percent", |row| cv(row.benchmark.run(Mode::Energy).and_then(Spread::of_energy))),
];

fn text(shown: Option<&Shown>) -> String {
    shown.map_or_else(String::new, |shown| shown.text.clone())
}

fn cv(spread: Option<Spread>) -> String {
    spread.map_or_else(String::new, |spread| format!("{:.4}", spread.cv_percent))
}

fn latency(row: &Row<'_>) -> String {
    row.latency_ms().map_or_else(String::new, |ms| format!("{ms:.6}"))
}

fn throughput(row: &Row<'_>) -> String {
    text(row.throughput.as_ref())
}

fn energy(row: &Row<'_>) -> String {
    text(row.energy.as_ref().filter(|_| row.wakeword.is_none()))
}

fn power(row: &Row<'_>) -> String {
    text(row.energy.as_ref().filter(|_| row.wakeword.is_some()))
}

fn false_positives(row: &Row<'_>) -> String {
    text(row.wakeword.as_ref().map(|counts| &counts.false_positives))
}

fn false_negatives(row: &Row<'_>) -> String {
    text(row.wakeword.as_ref().map(|counts| &counts.false_negatives))
}

fn valid(row: &Row<'_>) -> String {
    if row.valid { "yes" } else { "no" }.to_owned()
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

/// Figures of a benchmark in the wide table: the end of the column's name, and its cell.
const WIDE: [Column; 9] = [
    ("latency_ms", latency),
    ("throughput_inf_per_s", throughput),
    ("accuracy", |row| text(row.quality.as_ref())),
    ("energy_uj", energy),
    ("power_mw", power),
    ("false_positives", false_positives),
    ("false_negatives", false_negatives),
    ("duty_cycle", duty_cycle),
    ("supply_v", |row| row.benchmark.scores().supply_v.map_or_else(String::new, |volts| volts.to_string())),
];

/// Writes one line per system, with the figures of all benchmarks of the round that have results: latency, throughput,
/// Top-1, AUC or F1, energy or power with the supply voltage, and whether the result is valid. In the open division, a
/// system with several models of a benchmark has several lines.
///
/// # Errors
/// When the writer fails.
pub fn write_wide(rows: &[Row<'_>], round: &Round, out: &mut dyn Write) -> io::Result<()> {
    let ids = public_ids(rows, round);
    let names: Vec<&str> = round.benchmarks.keys().map(String::as_str).collect();
    let measured = names.into_iter().filter(|name| rows.iter().any(|row| row.name() == *name));
    // Energy is a column only where a result has it.
    let columns: Vec<(&str, &Column)> = measured
        .flat_map(|name| WIDE.iter().map(move |column| (name, column)))
        .filter(|(name, (_, cell))| rows.iter().any(|row| row.name() == *name && !cell(row).is_empty()))
        .collect();
    let mut names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    names.dedup();
    let mut writer = WriterBuilder::new().from_writer(out);
    let mut head: Vec<String> =
        ["id", "unique_id", "division", "availability", "submitter", "system", "board_name"].map(str::to_owned).into();
    head.extend(FIELDS.iter().map(|(column, _)| (*column).to_owned()));
    head.extend(columns.iter().map(|(name, (column, _))| format!("{name}_{column}")));
    head.extend(names.iter().map(|name| format!("{name}_valid")));
    writer.write_record(&head)?;
    for (row, own) in lines(rows) {
        let unique = unique_id(row);
        let mut cells = vec![
            ids.get(&unique).cloned().unwrap_or_default(),
            Untrusted(&unique).for_csv(),
            Untrusted(&row.system.division).for_csv(),
            Untrusted(&row.availability()).for_csv(),
            Untrusted(&row.system.submitter).for_csv(),
            Untrusted(&row.system.name).for_csv(),
            Untrusted(&row.cell("Board Name")).for_csv(),
        ];
        cells.extend(FIELDS.iter().map(|(_, key)| Untrusted(&row.cell(key)).for_csv()));
        let of = |name: &str| own.iter().find(|row| row.name() == name);
        cells.extend(columns.iter().map(|(name, (_, cell))| of(name).map_or_else(String::new, |row| cell(row))));
        cells.extend(names.iter().map(|name| of(name).map_or_else(String::new, |row| valid(row))));
        writer.write_record(&cells)?;
    }
    writer.flush()
}

/// Groups the rows of a system; a second model of a benchmark starts another line.
fn lines<'r, 'a>(rows: &'r [Row<'a>]) -> Vec<(&'r Row<'a>, Vec<&'r Row<'a>>)> {
    let mut lines: Vec<(&Row<'_>, Vec<&Row<'_>>)> = Vec::new();
    for row in rows {
        let fits = |(first, own): &&mut (&Row<'_>, Vec<&Row<'_>>)| {
            first.system.path == row.system.path
                && (row.system.is_closed() || first.model() == row.model())
                && own.iter().all(|other| other.name() != row.name())
        };
        match lines.iter_mut().find(fits) {
            Some((_, own)) => own.push(row),
            None => lines.push((row, vec![row])),
        }
    }
    lines
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
            cells.extend([false_positives(row), false_negatives(row), duty_cycle(row)]);
        }
        writer.write_record(&cells)?;
    }
    writer.flush()
}
