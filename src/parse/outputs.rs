//! Output vectors of a model, as people write them: CSV, JSON, or an array that NumPy saved (`.npy`).

use csv::ReaderBuilder;
use serde::Deserialize;

/// An output vector with the name of its input, if the file states one.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputRow {
    /// Name of the input; `None` if the rows are in the order of the official list.
    pub input: Option<String>,
    /// The output vector.
    pub outputs: Vec<f64>,
}

/// A larger file is not read; the largest list has 248 files of 196 slices.
pub const LARGEST: u64 = 256 << 20;

/// The start of a NumPy file.
const NPY: &[u8] = b"\x93NUMPY";

/// Parses outputs; the format is recognised by the content.
///
/// - CSV, TSV, semicolons or spaces: one input per line, its name first if it is not a number, then its outputs. A first line without
///   numbers is a heading.
/// - JSON: an object of vectors by name, a list of vectors, or a list of objects with `input` (or `file`) and `outputs` (or
///   `results`).
/// - NumPy: a two-dimensional array of numbers, one row per input.
///
/// # Errors
/// What is wrong, with the line or row.
pub fn parse(bytes: &[u8]) -> Result<Vec<OutputRow>, String> {
    let rows = if bytes.starts_with(NPY) {
        numpy(bytes)?
    } else if matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
        json(bytes)?
    } else {
        table(bytes)?
    };
    let Some(first) = rows.first() else { return Err("there are no outputs".to_owned()) };
    let width = first.outputs.len();
    if let Some((index, row)) = rows.iter().enumerate().find(|(_, row)| row.outputs.len() != width) {
        return Err(format!("row {} has {} outputs, the first one {width}", index + 1, row.outputs.len()));
    }
    if let Some(index) = rows.iter().position(|row| row.input.is_some() != first.input.is_some()) {
        return Err(format!("row {} differs from the first one in whether it names its input", index + 1));
    }
    if let Some(index) = rows.iter().position(|row| row.outputs.iter().any(|output| !output.is_finite())) {
        return Err(format!("row {} has an output that is not a finite number", index + 1));
    }
    Ok(rows)
}

fn table(bytes: &[u8]) -> Result<Vec<OutputRow>, String> {
    let head = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    // `numpy.savetxt` separates by spaces.
    let delimiter = [b'\t', b';', b',', b' '].into_iter().find(|delimiter| head.contains(delimiter)).unwrap_or(b',');
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes);
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(rows),
            Err(error) => return Err(format!("line {line}: {error}")),
        }
        let number = |text: &str| text.trim().parse::<f64>().ok();
        let mut cells = record.iter().map(str::trim).peekable();
        let input = cells.next_if(|first| number(first).is_none()).map(str::to_owned);
        // An empty cell at the end of a line is no output.
        let cells: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
        let outputs: Vec<Option<f64>> = cells.iter().map(|cell| number(cell)).collect();
        if rows.is_empty() && outputs.iter().all(Option::is_none) {
            continue;
        }
        if let Some(index) = outputs.iter().position(Option::is_none) {
            return Err(format!("line {line}: `{}` is not a number", cells[index]));
        }
        rows.push(OutputRow { input, outputs: outputs.into_iter().flatten().collect() });
    }
}

/// The forms of JSON.
#[derive(Deserialize)]
#[serde(untagged)]
enum Json {
    ByName(serde_json::Map<String, serde_json::Value>),
    Vectors(Vec<Vec<f64>>),
    Objects(Vec<Named>),
}

#[derive(Deserialize)]
struct Named {
    #[serde(alias = "file", alias = "name")]
    input: String,
    #[serde(alias = "results", alias = "output")]
    outputs: Vec<f64>,
}

fn json(bytes: &[u8]) -> Result<Vec<OutputRow>, String> {
    // An error of the syntax has a line; one of the form does not.
    let _: serde::de::IgnoredAny = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let expected =
        "expected an object of vectors by input, a list of vectors, or a list of objects with `input` and `outputs`";
    match serde_json::from_slice(bytes).map_err(|_| expected.to_owned())? {
        Json::ByName(all) => all
            .into_iter()
            .map(|(input, outputs)| {
                let outputs =
                    serde_json::from_value(outputs).map_err(|_| format!("`{input}` is not a vector of numbers"))?;
                Ok(OutputRow { input: Some(input), outputs })
            })
            .collect(),
        Json::Vectors(all) => Ok(all.into_iter().map(|outputs| OutputRow { input: None, outputs }).collect()),
        Json::Objects(all) => {
            Ok(all.into_iter().map(|one| OutputRow { input: Some(one.input), outputs: one.outputs }).collect())
        }
    }
}

/// Reads an array of NumPy's format, versions 1 to 3 (`numpy.lib.format`).
fn numpy(bytes: &[u8]) -> Result<Vec<OutputRow>, String> {
    let damaged = || "the header of the NumPy file is damaged".to_owned();
    let major = *bytes.get(NPY.len()).ok_or_else(damaged)?;
    let (start, length) = if major == 1 {
        let length = bytes.get(8..10).and_then(|two| two.try_into().ok()).map(u16::from_le_bytes);
        (10, length.map(usize::from))
    } else {
        let length = bytes.get(8..12).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes);
        (12, length.and_then(|length| usize::try_from(length).ok()))
    };
    let end = length.and_then(|length| length.checked_add(start)).ok_or_else(damaged)?;
    let header = bytes.get(start..end).and_then(|header| std::str::from_utf8(header).ok()).ok_or_else(damaged)?;
    let value = |key: &str| Some(header.split_once(&format!("'{key}':"))?.1.trim_start());
    let kind = value("descr").and_then(|rest| rest.strip_prefix('\'')?.split('\'').next()).ok_or_else(damaged)?;
    if value("fortran_order").is_none_or(|rest| !rest.starts_with("False")) {
        return Err("the NumPy array is in Fortran order; save it with numpy.ascontiguousarray".to_owned());
    }
    let shape = value("shape").and_then(|rest| rest.strip_prefix('(')?.split(')').next()).ok_or_else(damaged)?;
    let shape: Vec<usize> = shape
        .split(',')
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .map(|one| one.parse().ok())
        .collect::<Option<_>>()
        .ok_or_else(damaged)?;
    let (rows, width) = match shape[..] {
        [rows, width] => (rows, width),
        [rows] => (rows, 1),
        _ => return Err(format!("the NumPy array has {} dimensions, expected 2: inputs and outputs", shape.len())),
    };
    let big = kind.starts_with('>');
    let read = |part: &[u8]| -> Option<f64> {
        macro_rules! number {
            ($kind:ty) => {{
                let bytes = part.try_into().ok()?;
                #[allow(clippy::cast_lossless, clippy::cast_precision_loss)]
                let value = if big { <$kind>::from_be_bytes(bytes) } else { <$kind>::from_le_bytes(bytes) } as f64;
                value
            }};
        }
        Some(match kind.get(1..)? {
            "f4" => number!(f32),
            "f8" => number!(f64),
            "i1" => number!(i8),
            "u1" => number!(u8),
            "i2" => number!(i16),
            "u2" => number!(u16),
            "i4" => number!(i32),
            "u4" => number!(u32),
            "i8" => number!(i64),
            _ => return None,
        })
    };
    let size = kind.get(2..).and_then(|size| size.parse::<usize>().ok()).filter(|size| (1..=8).contains(size));
    let size = size.filter(|size| read(&vec![0; *size]).is_some());
    let size =
        size.ok_or_else(|| format!("the NumPy array has elements of type `{kind}`, expected numbers of 1 to 8 bytes"))?;
    let body = &bytes[end..];
    let line = width.checked_mul(size).filter(|line| *line > 0).ok_or_else(damaged)?;
    if line.checked_mul(rows) != Some(body.len()) {
        return Err(format!("the NumPy array has {} bytes, which is not {rows} times {width} numbers", body.len()));
    }
    let row = |part: &[u8]| OutputRow { input: None, outputs: part.chunks(size).filter_map(read).collect() };
    Ok(body.chunks(line).map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rows = Vec<(Option<String>, Vec<f64>)>;

    fn rows(text: &str) -> Result<Rows, String> {
        parse(text.as_bytes()).map(|rows| rows.into_iter().map(|row| (row.input, row.outputs)).collect())
    }

    #[test]
    fn tables_and_json_in_every_form() {
        let named = Ok(vec![(Some("a.bin".to_owned()), vec![0.5, 0.25]), (Some("b.bin".to_owned()), vec![1.0, 2.0])]);
        for text in [
            "a.bin,0.5,0.25\nb.bin,1,2\n",
            "input;yes;no\r\na.bin;0.5;0.25;\r\nb.bin;1;2;\r\n",
            "a.bin\t0.5\t0.25\nb.bin\t1\t2",
            r#"{"a.bin": [0.5, 0.25], "b.bin": [1, 2]}"#,
            r#"[{"file": "a.bin", "results": [0.5, 0.25]}, {"input": "b.bin", "outputs": [1, 2]}]"#,
        ] {
            assert_eq!(rows(text), named, "{text}");
        }
        let bare = Ok(vec![(None, vec![0.5, 0.25]), (None, vec![1.0, 2.0])]);
        assert_eq!(rows("0.5,0.25\n1,2"), bare);
        assert_eq!(rows("5.0e-01 2.5e-01\n1.0e+00 2.0e+00\n"), bare);
        assert_eq!(rows("[[0.5, 0.25], [1, 2]]"), bare);
    }

    #[test]
    fn errors_name_line_or_row() {
        for (text, part) in [
            ("", "no outputs"),
            ("a,1,2\nb,1,x", "line 2: `x` is not a number"),
            ("a,1,2\nb,1", "row 2 has 1 outputs"),
            ("a,1\n2,3", "row 2 has 2 outputs"),
            ("a,1,2\n1,3", "row 2 differs from the first one"),
            ("a,1,nan", "row 1 has an output that is not"),
            ("{\"a\": [1", "line 1"),
            ("[{\"a\": 1}]", "expected an object"),
            ("{\"a\": 1}", "`a` is not a vector"),
        ] {
            let error = rows(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    fn npy(kind: &str, shape: &str, order: &str, body: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        let length = u16::try_from(header.len()).unwrap().to_le_bytes();
        [NPY, &[1, 0], &length, header.as_bytes(), body].concat()
    }

    #[test]
    fn arrays_of_every_type_and_version() {
        let types: [(&str, Vec<u8>, f64); 9] = [
            ("f4", (-1.5_f32).to_le_bytes().to_vec(), -1.5),
            ("f8", 0.1_f64.to_le_bytes().to_vec(), 0.1),
            ("i1", vec![0xFE], -2.0),
            ("u1", vec![0xFE], 254.0),
            ("i2", vec![0xFE, 0xFF], -2.0),
            ("u2", vec![0xFE, 0xFF], 65_534.0),
            ("i4", vec![0xFE, 0xFF, 0xFF, 0xFF], -2.0),
            ("u4", vec![0xFE, 0xFF, 0xFF, 0xFF], 4_294_967_294.0),
            ("i8", [vec![0xFE], vec![0xFF; 7]].concat(), -2.0),
        ];
        for (kind, little, value) in types {
            let big: Vec<u8> = little.iter().rev().copied().collect();
            for (order, body) in [("<", &little), (">", &big)] {
                let first = npy(&format!("{order}{kind}"), "(1, 1)", "False", body);
                // From version 2 on, the length of the header has four bytes.
                let later = [NPY, &[2, 0], &first[8..10], &[0, 0], &first[10..]].concat();
                for bytes in [first, later] {
                    assert_eq!(parse(&bytes).unwrap()[0].outputs, [value], "{order}{kind}");
                }
            }
        }
    }

    #[test]
    fn arrays_of_numpy() {
        let floats: Vec<u8> = [0.5f32, 0.25, 1.0, 2.0].iter().flat_map(|one| one.to_le_bytes()).collect();
        let read = parse(&npy("<f4", "(2, 2)", "False", &floats)).unwrap();
        assert_eq!(read[1], OutputRow { input: None, outputs: vec![1.0, 2.0] });
        assert_eq!(parse(&npy("|i1", "(2, 1)", "False", &[1, 255])).unwrap()[1].outputs, [-1.0]);
        assert_eq!(parse(&npy(">i2", "(1,)", "False", &[1, 0])).unwrap()[0].outputs, [256.0]);
        for (bytes, part) in [
            (npy("<f4", "(2, 2)", "True", &floats), "Fortran"),
            (npy("<f4", "(2, 3)", "False", &floats), "is not 2 times 3"),
            (npy("<f4", "(1, 2, 2)", "False", &floats), "3 dimensions"),
            (npy("|O", "(2, 2)", "False", &floats), "elements of type"),
            (npy("\u{e9}4", "(2, 2)", "False", &floats), "elements of type"),
            (npy("<f4", "(0, 0)", "False", &[]), "damaged"),
            (npy("<f4", "(99999999999999999999, 1)", "False", &[]), "damaged"),
            (NPY.to_vec(), "damaged"),
        ] {
            let error = parse(&bytes).expect_err(part);
            assert!(error.contains(part), "{error}");
        }
        // A file that is cut anywhere is an error, never a panic.
        let whole = npy("<f4", "(2, 2)", "False", &floats);
        for end in 0..whole.len() {
            assert!(parse(&whole[..end]).is_err());
        }
    }
}
