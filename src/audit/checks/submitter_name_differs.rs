use super::prelude::*;

check! {
    /// `Submitter` in a system description has nothing in common with the name of the submitter's folder.
    ///
    /// The published table shows the folder's name. A company and its brand may well have different names.
    ///
    /// Help: use the same name in `Submitter` and for the folder, unless both names are yours.
    ///
    /// Source: system description template.
    "submitter-name-differs", SystemDescription, Note, Submitter(check)
}

/// Maximum number of submitters to compare with; a round has a few dozen.
const MOST: usize = 100;

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let folder = &view.submitter.name;
    let named = view
        .systems()
        .iter()
        .filter_map(|system| Some((&system.description_path, system.description.as_ref()?.get("Submitter")?)));
    let strangers: Vec<_> = named
        .clone()
        .filter(|(_, field)| !related(field.as_str(), folder))
        // The name of another submitter is reported by `submitter-disagrees-with-folder`.
        .filter(|(_, field)| !view.all_submitters().iter().take(MOST).any(|other| related(field.as_str(), &other.name)))
        .collect();
    if let Some((path, field)) = strangers.first() {
        let message = format!("`Submitter` is `{}`, but the folder is called `{folder}`", field.as_str().trim());
        let finding = found.at(path, field.line, message);
        if strangers.len() > 1 {
            finding.note(format!("{} descriptions differ like this; this is the first", strangers.len()));
        }
    }
    let has_text = |name: &str| name.contains(char::is_alphanumeric);
    let mut own = named.filter(|(_, field)| has_text(field.as_str()) && related(field.as_str(), folder));
    found.or_pass(own.next().map(|(path, field)| Place::new(path, field.line)))
}

/// Whether two names share a word of at least three letters, or one contains the other or is its initials. An empty
/// claim counts as related: another rule reports it.
fn related(claimed: &str, folder: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        let parts = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        parts.map(str::to_lowercase).collect()
    };
    let (claimed, folder) = (words(claimed), words(folder));
    let whole = |words: &[String]| words.concat();
    let initials = |words: &[String]| words.iter().filter_map(|word| word.chars().next()).collect::<String>();
    let (one, other) = (whole(&claimed), whole(&folder));
    one.is_empty()
        || one.contains(&other)
        || other.contains(&one)
        || initials(&claimed) == other
        || initials(&folder) == one
        || claimed.iter().any(|word| word.len() >= 3 && other.contains(word.as_str()))
        || folder.iter().any(|word| word.len() >= 3 && one.contains(word.as_str()))
}
