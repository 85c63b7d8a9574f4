//! Text in lines of a width: words stay whole, and long ones part behind `/`, `_` and `-` only.

/// Where a long word may part.
const JOINTS: [char; 3] = ['/', '_', '-'];

/// The lines of a text, each at most `width` characters long as far as words let it; all but the first are indented.
#[must_use]
pub fn wrapped(text: &str, width: usize, indent: usize) -> Vec<String> {
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
            // A word that would fit a line of its own waits for it.
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

/// A word parted behind the last joint that leaves its head at most `room` characters long.
fn parted(word: &str, room: usize) -> Option<(&str, &str)> {
    let ends = word.char_indices().enumerate().filter(|(_, (_, c))| JOINTS.contains(c));
    let end = ends.take_while(|(count, _)| *count < room).last().map(|(_, (at, c))| at + c.len_utf8())?;
    (end < word.len()).then(|| word.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_and_paths_part_at_their_joints() {
        assert_eq!(wrapped("one two three", 8, 2), ["one two", "  three"]);
        assert_eq!(wrapped("a closed/bosch/results/x", 16, 2), ["a closed/bosch/", "  results/x"]);
        assert_eq!(wrapped("12345678901234567890", 8, 2), ["12345678901234567890"]);
        assert_eq!(wrapped("", 8, 2), [""]);
    }

    #[test]
    fn nothing_is_lost() {
        let text = "closed/STMicroelectronics/results/NUCLEO_U575ZI_Q/ic/performance/log.txt:39 and 1234567.891 inf/s";
        for width in 1..100 {
            let lines = wrapped(text, width, 4);
            let joined: String = lines.iter().flat_map(|line| line.chars()).filter(|c| *c != ' ').collect();
            assert_eq!(joined, text.replace(' ', ""));
        }
    }
}
