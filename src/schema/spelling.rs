//! Compares names and file names despite misspellings.

/// Returns how many characters differ (Levenshtein), ignoring case.
#[must_use]
pub(crate) fn distance(a: &str, b: &str) -> usize {
    strsim::levenshtein(&a.to_lowercase(), &b.to_lowercase())
}

/// Returns the known name that was probably meant: the nearest one, if at most `most` characters differ.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>, most: usize) -> Option<&'a str> {
    // A longer name differs in at least as many characters as it is longer.
    let length = name.to_lowercase().chars().count();
    known
        .filter(|other| other.to_lowercase().chars().count().abs_diff(length) <= most)
        .map(|other| (distance(name, other), other))
        .min()
        .filter(|(distance, _)| *distance <= most)
        .map(|(_, other)| other)
}

/// Returns only the letters and digits, in lower case. Names with the same result differ only in spelling.
#[must_use]
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns a file name in lower case, without what systems add to the names of copies: `log (1).txt`, `Copy of log.txt`
/// and `log.txt.txt` become `log.txt`.
#[must_use]
pub(crate) fn without_copies(name: &str) -> String {
    let lower = name.to_lowercase();
    let Some((mut stem, ending)) = lower.rsplit_once('.') else { return lower };
    loop {
        let before = stem;
        stem = stem.strip_suffix(ending).and_then(|stem| stem.strip_suffix('.')).unwrap_or(stem).trim();
        stem = stem.strip_prefix("copy of ").unwrap_or(stem);
        stem = stem.strip_suffix("copy").map_or(stem, |stem| stem.trim_end_matches([' ', '-', '_']));
        if let Some((name, number)) = stem.strip_suffix(')').and_then(|stem| stem.rsplit_once('('))
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            stem = name.trim_end_matches([' ', '_']);
        }
        if stem == before {
            return format!("{stem}.{ending}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_have_the_name_of_what_they_copy() {
        for name in [
            "log.txt",
            "Log.TXT",
            "log (1).txt",
            "log(2).txt",
            "log - Copy.txt",
            "Copy of log.txt",
            "log.txt.txt",
            "log.txt (3).txt",
        ] {
            assert_eq!(without_copies(name), "log.txt", "{name}");
        }
        assert_eq!(without_copies("log ().txt"), "log ().txt");
        assert_eq!(without_copies("README"), "readme");
    }

    #[test]
    fn the_nearest_name_is_found() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(nearest("windowcount", ["window-count", "window-too-short"].into_iter(), 3), Some("window-count"));
        assert_eq!(nearest("x", ["window-count"].into_iter(), 3), None);
    }
}
