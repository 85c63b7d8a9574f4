//! Line wrapping: words stay whole; long ones break only after `/`, `_` and `-`.

/// A long word may break after these characters.
const JOINTS: [char; 3] = ['/', '_', '-'];

/// Wraps a text into lines of at most `width` characters, unless a word cannot be broken. All lines but the first are
/// indented.
#[must_use]
pub(crate) fn wrapped(text: &str, width: usize, indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let length = |text: &str| text.chars().count();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut word = word;
        loop {
            let start = if line.is_empty() && !lines.is_empty() { " ".repeat(indent) } else { String::new() };
            let blank = usize::from(!line.trim().is_empty());
            let room = width.saturating_sub(length(&line) + length(&start) + blank);
            if length(word) <= room {
                line = format!("{line}{start}{}{word}", " ".repeat(blank));
                break;
            }
            // A word that fits on a line of its own is not broken.
            let whole = width.saturating_sub(indent);
            if !line.trim().is_empty() && length(word) <= whole {
                lines.push(std::mem::take(&mut line));
                continue;
            }
            match parted(word, room) {
                Some((head, tail)) => {
                    lines.push(format!("{line}{start}{}{head}", " ".repeat(blank)));
                    line = String::new();
                    word = tail;
                }
                None if line.trim().is_empty() => {
                    line = format!("{line}{start}{word}");
                    break;
                }
                None => lines.push(std::mem::take(&mut line)),
            }
        }
    }
    lines.push(line);
    lines
}

/// Wraps each line of a text. Spaces inside a line stay, so that columns stay aligned. Lines that follow from a longer one
/// are indented like it, and by `hanging` more.
#[must_use]
pub fn wrapped_lines(text: &str, width: usize, hanging: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let end = line.char_indices().nth(width).map(|(end, _)| end);
        let first = end.filter(|_| width > indent + hanging).and_then(|end| {
            let at = if line[end..].starts_with(' ') { Some(end) } else { line[..end].rfind(' ') };
            let cut = at.filter(|cut| *cut > indent)?;
            Some((line[..cut].trim_end(), line[cut..].trim_start()))
        });
        let (head, rest) = first.unwrap_or((line, ""));
        out.push_str(head);
        out.push('\n');
        if !rest.is_empty() {
            for part in wrapped(rest, width - indent - hanging, 0) {
                out.push_str(&" ".repeat(indent + hanging));
                out.push_str(&part);
                out.push('\n');
            }
        }
    }
    out
}

/// Splits a word after its last joint such that the head has at most `room` characters.
fn parted(word: &str, room: usize) -> Option<(&str, &str)> {
    let ends = word.char_indices().enumerate().filter(|(_, (_, c))| JOINTS.contains(c));
    let end = ends.take_while(|(count, _)| *count < room).last().map(|(_, (at, c))| at + c.len_utf8())?;
    (end < word.len()).then(|| word.split_at(end))
}

/// Wraps parts that are separated by ` · ` into lines of at most `width` characters, between the parts where possible.
#[must_use]
pub(crate) fn wrapped_parts(text: &str, width: usize, indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in text.split(" · ") {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 3 + part.chars().count() <= width => {
                *line = format!("{line} · {part}");
            }
            Some(_) => lines.push(format!("{}· {part}", " ".repeat(indent))),
            None => lines.push(part.to_owned()),
        }
    }
    lines
        .iter()
        .flat_map(|line| {
            let start = line.chars().take_while(|c| *c == ' ').count();
            let mut whole = wrapped(line, width.saturating_sub(start), indent);
            if let Some(first) = whole.first_mut() {
                *first = format!("{}{}", " ".repeat(start), first.trim_start());
            }
            whole
        })
        .collect()
}

/// Shortens a name in the middle to at most `width` characters.
#[must_use]
pub(crate) fn shortened(name: &str, width: Option<usize>) -> String {
    let letters: Vec<char> = name.chars().collect();
    let Some(width) = width.filter(|width| letters.len() > *width) else { return name.to_owned() };
    let kept = width.saturating_sub(1);
    let (start, end) = (kept.div_ceil(2), kept / 2);
    letters[..start].iter().chain(&['…']).chain(&letters[letters.len() - end..]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_and_paths_break_at_their_joints() {
        assert_eq!(wrapped("one two three", 8, 2), ["one two", "  three"]);
        assert_eq!(wrapped("a closed/bosch/results/x", 16, 2), ["a closed/bosch/", "  results/x"]);
        assert_eq!(wrapped("12345678901234567890", 8, 2), ["12345678901234567890"]);
        assert_eq!(wrapped("", 8, 2), [""]);
    }

    #[test]
    fn lines_keep_their_indentation() {
        assert_eq!(wrapped_lines("  one two three\n\n  x\n", 9, 2), "  one two\n    three\n\n  x\n");
        assert_eq!(wrapped_lines("    one two", 4, 2), "    one two\n");
        assert_eq!(wrapped_lines("id    one two three", 13, 6), "id    one two\n      three\n");
    }

    #[test]
    fn wrapping_loses_no_text() {
        let text = "closed/STMicroelectronics/results/NUCLEO_U575ZI_Q/ic/performance/log.txt:39 and 1234567.891 inf/s";
        for width in 1..100 {
            let lines = wrapped(text, width, 4);
            let joined: String = lines.iter().flat_map(|line| line.chars()).filter(|c| *c != ' ').collect();
            assert_eq!(joined, text.replace(' ', ""));
        }
    }
}
