use super::prelude::*;
use crate::schema::spelling::nearest;

check! {
    /// A system description has a field that the template does not have.
    ///
    /// Nobody reads it; often it is a misspelled field of the template.
    ///
    /// Help: use the fields of the official template.
    ///
    /// Source: system description template.
    "description-key-unknown", SystemDescription, Note, System(check)
}

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let fields = view.system.description.as_ref().map_or(&[][..], |description| &description.fields);
    let (known, path) = (&view.round.system_description.fields, &view.system.description_path);
    for key in fields.iter().map(|field| &field.key).filter(|key| !known.contains(&key.value)) {
        let finding = found.at(path, key.line, format!("`{}` is not a field of the template", key.value));
        if let Some(near) = nearest(&key.value, known.iter().map(String::as_str), 3) {
            finding.help(format!("did you mean `{near}`?"));
        }
    }
    found.or_pass(fields.first().map(|_| Place::whole(path)))
}
