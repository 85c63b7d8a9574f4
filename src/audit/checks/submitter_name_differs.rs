use super::prelude::*;

check! {
    /// The submitter named in a system description has nothing in common with the folder's name.
    ///
    /// The published table shows the folder's name. Names of companies and of their brands may well differ.
    ///
    /// Help: name your organisation in `Submitter` as in the folder, unless both are yours.
    ///
    /// Source: system description template.
    "submitter-name-differs", SystemDescription, Note, Submitter(check)
}

/// Most submitters of whom one may be meant; a round has a few dozen.
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
        // Another submitter of the round is a graver rule's finding.
        .filter(|(_, field)| !view.all_submitters().iter().take(MOST).any(|other| related(field.as_str(), &other.name)))
        .collect();
    if let Some((path, field)) = strangers.first() {
        let message = format!("`Submitter` is `{}`, the folder is called `{folder}`", field.as_str().trim());
        let finding = found.at(path, field.line, message);
        if strangers.len() > 1 {
            finding.note(format!("so it is in {} descriptions, this is the first", strangers.len()));
        }
    }
    let says = |name: &str| name.contains(char::is_alphanumeric);
    let mut own = named.filter(|(_, field)| says(field.as_str()) && related(field.as_str(), folder));
    found.or_pass(own.next().map(|(path, field)| Place::new(path, field.line)))
}

/// Whether two names share a word of three letters or more, or one is the other's initials or beginning. An empty one
/// is another rule's finding.
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
