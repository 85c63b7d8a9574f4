//! Numbers and lists as Python prints them, for files that a Python program would have written.

/// `repr` of a float: the shortest text that reads back as the same number.
pub fn repr(value: f64) -> String {
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

/// A list of floats.
pub fn list(values: &[f64]) -> String {
    let items: Vec<String> = values.iter().map(|value| repr(*value)).collect();
    format!("[{}]", items.join(", "))
}

/// `{:1.5}`: five significant digits, trailing zeros left out.
pub fn significant(value: f64) -> String {
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
    use super::*;

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
