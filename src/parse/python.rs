//! Formats values as Python prints them, for files that a Python program would have written.

/// Returns `repr` of a float: the shortest text that reads back as the same number.
#[must_use]
pub(crate) fn repr(value: f64) -> String {
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    let plain = format!("{value}");
    if plain.contains('.') { plain } else { format!("{plain}.0") }
}

/// Returns `str` of a JSON value: text as it is, any other value as the `repr` of a Python object.
#[must_use]
pub(crate) fn text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        other => object(other),
    }
}

/// Returns `repr` of a JSON value.
fn object(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => match number.as_f64() {
            Some(value) if number.is_f64() => repr(value),
            _ => number.to_string(),
        },
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("[{}]", items.iter().map(object).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| format!("{}: {}", quoted(key), object(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Returns `repr` of a text: in single quotes, unless it contains single quotes and no double ones.
fn quoted(text: &str) -> String {
    let mark = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(mark);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == mark => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push(mark);
    out
}

/// Returns `repr` of a list of floats.
#[must_use]
pub(crate) fn list(values: &[f64]) -> String {
    let items: Vec<String> = values.iter().map(|value| repr(*value)).collect();
    format!("[{}]", items.join(", "))
}

/// Formats an array as numpy does with at most three decimals: padded to one width, at most 75 characters per line.
#[must_use]
pub(crate) fn array(values: &[f64]) -> String {
    const LONGEST_LINE: usize = 75;
    let texts: Vec<String> =
        values.iter().map(|value| format!("{value:.3}").trim_end_matches('0').to_owned()).collect();
    let widest = |pick: fn(&str) -> usize| texts.iter().map(|text| pick(text)).max().unwrap_or(0);
    let before = |text: &str| text.find('.').unwrap_or(text.len());
    let after = |text: &str| text.len() - text.find('.').unwrap_or(text.len());
    let (whole, part) = (widest(before), widest(after));
    let mut out = String::from("[");
    let mut column = 1;
    for (index, text) in texts.iter().enumerate() {
        let padded = format!("{:>whole$}{:<part$}", &text[..before(text)], &text[before(text)..]);
        if index > 0 && column + 1 + padded.len() >= LONGEST_LINE {
            out.push('\n');
            column = 0;
        }
        if index > 0 {
            out.push(' ');
            column += 1;
        }
        column += padded.len();
        out.push_str(&padded);
    }
    out.push(']');
    out
}

/// Formats a number as `{:1.5}` does: five significant digits, without trailing zeros.
#[must_use]
pub(crate) fn significant(value: f64) -> String {
    const DIGITS: i32 = 5;
    let scientific = format!("{value:.4e}");
    let exponent: i32 = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    if !(-4..DIGITS).contains(&exponent) {
        let mantissa = scientific.split_once('e').map_or(scientific.as_str(), |(mantissa, _)| mantissa);
        let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    let decimals = usize::try_from(DIGITS - 1 - exponent).unwrap_or(0);
    let plain = format!("{value:.decimals$}");
    let trimmed = plain.trim_end_matches('0');
    if trimmed.ends_with('.') { format!("{trimmed}0") } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn arrays_are_padded_and_folded_as_numpy_does() {
        assert_eq!(super::array(&[]), "[]");
        assert_eq!(super::array(&[612.555, 715.31]), "[612.555 715.31 ]");
        assert_eq!(super::array(&[20.0, 60.0, 103.0]), "[ 20.  60. 103.]");
        assert_eq!(super::array(&[1.5]), "[1.5]");
        let folded = super::array(&[573.793; 12]);
        assert_eq!(folded.lines().map(str::len).collect::<Vec<_>>(), [72, 25]);
    }

    use super::*;

    #[test]
    fn objects_print_as_in_python() {
        let value = serde_json::json!({"a'b": {"SHA": ""}, "n": [1, 2.5, null, true]});
        assert_eq!(text(&value), "{\"a'b\": {'SHA': ''}, 'n': [1, 2.5, None, True]}");
    }

    #[test]
    fn numbers_print_as_in_python() {
        for (value, text) in
            [(10.0, "10.0"), (1.542e-5, "1.542e-05"), (0.0001, "0.0001"), (1e16, "1e+16"), (0.0, "0.0")]
        {
            assert_eq!(repr(value), text);
        }
        for (value, text) in
            [(0.559_141, "0.55914"), (51.4400, "51.44"), (1430.84, "1430.8"), (123_456.0, "1.2346e+05"), (20.0, "20.0")]
        {
            assert_eq!(significant(value), text);
        }
    }
}
