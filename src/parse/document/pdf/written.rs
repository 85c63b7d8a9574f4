//! Writes PDFs for tests: text at given positions, boxes and marks in a separate font.

use lopdf::content::{Content, Operation};
use lopdf::{Document, Object, Stream, StringFormat, dictionary};

/// The characters of the second font, whose codes begin at 1. The last one is not in the font's character map.
const SIGNS: [char; 5] = ['❏', '✓', '☒', '≤', '?'];

/// Left edge, height and text.
pub type Put<'a> = (i32, i32, &'a str);

fn literal(bytes: Vec<u8>) -> Object {
    Object::String(bytes, StringFormat::Literal)
}

fn content(texts: &[Put<'_>]) -> Vec<u8> {
    let mut operations = Vec::new();
    for (left, height, text) in texts {
        operations.push(Operation::new("BT", vec![]));
        let place = [1, 0, 0, 1, *left, *height].map(|number| Object::Integer(i64::from(number)));
        operations.push(Operation::new("Tm", place.to_vec()));
        for letter in text.chars() {
            let sign = (1_u8..).zip(SIGNS).find(|(_, sign)| *sign == letter);
            let (font, code) = sign.map_or(("F1", letter as u8), |(code, _)| ("F2", code));
            operations.push(Operation::new("Tf", vec![font.into(), 11.into()]));
            operations.push(Operation::new("Tj", vec![literal(vec![code])]));
        }
        operations.push(Operation::new("ET", vec![]));
    }
    Content { operations }.encode().unwrap()
}

/// Writes a PDF with one page per list of texts, and an annotation of the given kind on the first page.
pub fn pdf(pages: &[Vec<Put<'_>>], annotation: Option<&str>) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let root = document.new_object_id();
    let map = "/CIDInit /ProcSet findresource begin 1 begincodespacerange <00> <FF> endcodespacerange\n\
        1 beginbfchar <01> <274F> endbfchar\n2 beginbfrange <02><02> <2713> <03> <04> [<2612> <2264>] endbfrange end";
    let map = document.add_object(Stream::new(dictionary! {}, map.as_bytes().to_vec()));
    let letters = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
    });
    let signs = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "TrueType", "BaseFont" => "AAAAAA+Signs", "Encoding" => "WinAnsiEncoding",
        "FirstChar" => 1, "Widths" => vec![900.into(); SIGNS.len()], "ToUnicode" => map,
    });
    let kids: Vec<Object> = pages
        .iter()
        .enumerate()
        .map(|(number, texts)| {
            let content = document.add_object(Stream::new(dictionary! {}, content(texts)));
            let mut page = dictionary! {
                "Type" => "Page", "Parent" => root, "Contents" => content,
                "Resources" => dictionary! { "Font" => dictionary! { "F1" => letters, "F2" => signs } },
            };
            if let (0, Some(kind)) = (number, annotation) {
                let note = document.add_object(dictionary! { "Type" => "Annot", "Subtype" => kind });
                page.set("Annots", vec![note.into()]);
            }
            document.add_object(page).into()
        })
        .collect();
    let count = i64::try_from(kids.len()).unwrap();
    document.objects.insert(root, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}
