//! Answers of known weights to the official inputs, from published submissions (`rules/answers/*.txt`).
//!
//! A file consists of a header, an empty line, and one line per input. The header has `key: value` lines: list, model
//! string, kind of answers, source, and one line per family of weights (number of submitters and a description). The
//! input lines are in the order of the list and have three numbers per family. For `classes`: the answer, the number of
//! submitters that gave it, and the mean margin of the best score over the second in thousandths. For `scores` (anomaly
//! detection): the mean score of the file, the number of submitters near it, and their largest deviation in thousandths
//! of it.

use std::fmt::Write as _;
use std::sync::LazyLock;

/// Answers of the known weights of one model to one list.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers {
    /// Name of the list.
    pub list: String,
    /// Model string that devices report.
    pub model: String,
    /// Whether the answers are scores rather than classes.
    pub scores: bool,
    /// Source of the answers.
    pub source: String,
    /// Known families of weights.
    pub families: Vec<Family>,
}

/// A family of weights: all runs with them give nearly the same answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// Letter of the family.
    pub name: String,
    /// Number of submitters that measured it.
    pub submitters: u32,
    /// Description.
    pub title: String,
    /// Answers in the order of the list.
    pub answers: Vec<Known>,
}

impl Family {
    /// Whether the answers are anomaly scores. They come from one computation of the reference, not from submissions,
    /// so that they show how near a run is, but do not judge it.
    #[must_use]
    pub fn has_scores(&self) -> bool {
        matches!(self.answers.first(), Some(Known { answer: Answer::Score(_), .. }))
    }
}

/// Answer of a family to one input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// The answer.
    pub answer: Answer,
    /// Number of submitters that gave it.
    pub agreeing: u32,
    /// For a class, the mean margin of the best score over the second, 0 to 1; for a score, the largest deviation of a
    /// submitter's score, as a fraction of it.
    pub margin: f64,
}

/// An answer to one input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Answer {
    /// The class with the largest score.
    Class(u32),
    /// The anomaly score of the file.
    Score(f64),
}

macro_rules! files {
    ($($name:literal),*) => { &[$(($name, include_str!(concat!("../../rules/answers/", $name, ".txt")))),*] };
}

const FILES: &[(&str, &str)] = files!["ad01", "ad01-alt", "ic01", "ic01-v05", "kws01", "vww01"];

/// Returns the known answers of a model to a list.
#[must_use]
pub fn answers(list: &str, model: &str) -> Option<&'static Answers> {
    of_list(list).filter(|known| known.model == model)
}

/// Returns the known answers to a list, parsed on first use.
#[must_use]
pub fn of_list(list: &str) -> Option<&'static Answers> {
    static READ: [LazyLock<Option<Answers>>; FILES.len()] = [
        LazyLock::new(|| Answers::parse(FILES[0].1)),
        LazyLock::new(|| Answers::parse(FILES[1].1)),
        LazyLock::new(|| Answers::parse(FILES[2].1)),
        LazyLock::new(|| Answers::parse(FILES[3].1)),
        LazyLock::new(|| Answers::parse(FILES[4].1)),
        LazyLock::new(|| Answers::parse(FILES[5].1)),
    ];
    FILES.iter().position(|(known, _)| *known == list).and_then(|index| READ[index].as_ref())
}

impl Answers {
    /// Parses a file; `None` if it is not valid. A test checks that the built-in files are.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\n\n")?;
        let head: Vec<(&str, &str)> = head.lines().filter_map(|line| line.split_once(": ")).collect();
        let value = |key: &str| head.iter().find(|(known, _)| *known == key).map(|(_, value)| (*value).to_owned());
        let scores = value("kind")? == "scores";
        let mut families: Vec<Family> = head
            .iter()
            .filter_map(|(key, value)| {
                let name = key.strip_prefix("family ")?.to_owned();
                let (submitters, title) = value.split_once(" submitters, ")?;
                let submitters = submitters.parse().ok()?;
                Some(Family { name, submitters, title: title.to_owned(), answers: Vec::new() })
            })
            .collect();
        for line in body.lines() {
            let numbers: Vec<f64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
            if numbers.len() != 3 * families.len() {
                return None;
            }
            for (family, known) in families.iter_mut().zip(numbers.chunks_exact(3)) {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // small counts
                let (class, agreeing) = (known[0] as u32, known[1] as u32);
                let answer = if scores { Answer::Score(known[0]) } else { Answer::Class(class) };
                family.answers.push(Known { answer, agreeing, margin: known[2] / 1000.0 });
            }
        }
        Some(Self { list: value("list")?, model: value("model")?, scores, source: value("source")?, families })
    }

    /// Returns the text of the file that [`Answers::parse`] reads.
    #[must_use]
    pub(crate) fn to_text(&self) -> String {
        let kind = if self.scores { "scores" } else { "classes" };
        let mut text = format!("list: {}\nmodel: {}\nkind: {kind}\nsource: {}\n", self.list, self.model, self.source);
        for Family { name, submitters, title, .. } in &self.families {
            let _ = writeln!(text, "family {name}: {submitters} submitters, {title}");
        }
        text.push('\n');
        for input in 0..self.families.first().map_or(0, |family| family.answers.len()) {
            let known = self.families.iter().filter_map(|family| family.answers.get(input)).map(|known| {
                let answer = match known.answer {
                    Answer::Class(class) => class.to_string(),
                    Answer::Score(score) => format!("{score:.4}"),
                };
                format!("{answer} {} {:.0}", known.agreeing, known.margin * 1000.0)
            });
            let _ = writeln!(text, "{}", known.collect::<Vec<_>>().join(" "));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::round::dataset;

    #[test]
    fn every_built_in_file_reads_and_covers_its_list() {
        for (name, text) in FILES {
            let read = Answers::parse(text).unwrap();
            assert_eq!(read.list, *name);
            let list = dataset(&read.list).unwrap();
            assert!(
                !read.families.is_empty() && read.families.iter().all(|one| one.answers.len() == list.inputs.len())
            );
            assert_eq!(read.to_text(), *text);
        }
    }

    #[test]
    fn scores_are_read_as_they_are_written() {
        let known = Known { answer: Answer::Score(12.5), agreeing: 3, margin: 0.004 };
        let family = Family { name: "a".into(), submitters: 3, title: "the reference".into(), answers: vec![known] };
        let answers = Answers {
            list: "ad01".into(),
            model: "ad01".into(),
            scores: true,
            source: "a test".into(),
            families: vec![family],
        };
        assert_eq!(Answers::parse(&answers.to_text()), Some(answers));
    }
}
