//! Searches the code of a submission for the weights of the reference models.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::Hasher;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::Submitter;
use crate::infer::Model;
use crate::infer::network::benchmarks_of;
use crate::infer::weights::{Form, Found, Reference, begins_like_model, references, search, search_model};
use crate::parse::blocks::for_each_part;
use crate::schema::spelling::plain;
use crate::source::{Entry, Tree, join, parent_of};

/// Maximum size of a file that is searched, in bytes; larger ones are not firmware of a microcontroller.
const MAX_FILE: u64 = 64 << 20;
/// Maximum number of bytes that all compressed files of a submitter are unpacked to; each has the same share.
const MAX_UNPACKED: u64 = 64 << 20;
/// Maximum size of a compressed file, which is read as a whole.
const MAX_ARCHIVE: u64 = 32 << 20;

/// The weights in the code of a submitter.
#[derive(Debug, Clone, Default)]
pub struct CodeWeights {
    /// Files below `code` in which weights were found, sorted by path.
    pub files: Vec<WeightsFile>,
    /// Models that can be read, with the model strings of the benchmarks whose input and output they have.
    pub models: Vec<(String, Vec<&'static str>)>,
    /// Number of files with content below `code`.
    pub searched: usize,
    /// Number of these that could not be read.
    pub unreadable: usize,
}

/// A file with weights of reference models.
#[derive(Debug, Clone)]
pub struct WeightsFile {
    /// Path of the file.
    pub path: String,
    /// The tensors in it.
    pub found: Arc<Vec<Found>>,
}

/// Digest and length of the content of a file, and how much of it is unpacked.
type Content = (u64, u64, u64);

/// Returns which reference weights of a benchmark are in a file, given its name and content.
#[must_use]
pub fn weights_of(path: &str, content: &[u8], benchmark: &str) -> WeightsInCode {
    CodeWeights::of_file(path, content).of_result("", (benchmark, ""), false)
}

/// Results by content, so that copies are searched once.
#[derive(Default)]
pub(crate) struct Searched(Mutex<BTreeMap<Content, Arc<Vec<Found>>>>);

/// Searches the files below a submitter's `code` in parallel.
#[must_use]
pub(crate) fn read(tree: &Tree, submitter: &Submitter, searched: &Searched) -> CodeWeights {
    let entries = tree.below(&join(&submitter.path, "code"));
    let files: Vec<&Entry> = entries.iter().filter(|entry| entry.is_file() && entry.size() != Some(0)).collect();
    let packed = files.par_iter().filter(|entry| is_packed(tree, entry)).count() as u64;
    let most = MAX_UNPACKED / packed.max(1);
    let results: Vec<io::Result<Option<WeightsFile>>> = files
        .par_iter()
        .map(|entry| {
            let found = search_entry(tree, entry, most, searched)?;
            Ok((!found.is_empty()).then(|| WeightsFile { path: entry.path.to_string(), found }))
        })
        .collect();
    let models = models(tree, submitter, MAX_ARCHIVE).filter_map(|(entry, model)| {
        let fitting = benchmarks_of(&model);
        (!fitting.is_empty()).then(|| (entry.path.to_string(), fitting))
    });
    let models = models.collect();
    let unreadable = results.iter().filter(|result| result.is_err()).count();
    let files_found = results.into_iter().flatten().flatten().collect();
    CodeWeights { files: files_found, models, searched: files.len(), unreadable }
}

/// Returns the TFLite files of at most `most` bytes below a submitter's `code` that can be read.
pub(crate) fn models<'a>(
    tree: &'a Tree,
    submitter: &Submitter,
    most: u64,
) -> impl Iterator<Item = (&'a Entry, Model)> + use<'a> {
    let is_model = move |entry: &&Entry| {
        let named = entry.name().rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("tflite"));
        entry.is_file() && named && entry.size().is_some_and(|size| size <= most)
    };
    let entries = tree.below(&join(&submitter.path, "code")).iter().filter(is_model);
    entries.filter_map(|entry| Some((entry, Model::parse(&tree.read(entry).ok()?).ok()?)))
}

/// Beginnings of a gzip file and of a zip archive.
const PACKED: [&[u8]; 2] = [&[0x1f, 0x8b], b"PK\x03\x04"];

fn is_packed(tree: &Tree, entry: &Entry) -> bool {
    let mut beginning = Vec::new();
    let read = tree.stream(entry, |source| source.take(4).read_to_end(&mut beginning));
    read.is_ok() && PACKED.iter().any(|mark| beginning.starts_with(mark))
}

/// Searches a file, of which at most `most` bytes are unpacked if it is compressed.
fn search_entry(tree: &Tree, entry: &Entry, most: u64, searched: &Searched) -> io::Result<Arc<Vec<Found>>> {
    let size = entry.size().unwrap_or(0);
    if size > MAX_FILE {
        return Err(io::Error::other("the file is too large to be searched"));
    }
    let mut stream = |take: &mut dyn FnMut(&[u8])| tree.stream(entry, |source| parts(source, u64::MAX, take));
    let mut digest = DefaultHasher::new();
    let mut beginning = [0; 8];
    let mut length = 0;
    stream(&mut |part| {
        if length == 0 {
            let count = part.len().min(beginning.len());
            beginning[..count].copy_from_slice(&part[..count]);
        }
        length += part.len() as u64;
        digest.write(part);
    })?;
    let [gzip, zip] = PACKED.map(|mark| beginning.starts_with(mark) && size <= MAX_ARCHIVE);
    let key = (digest.finish(), length, if gzip || zip { most } else { 0 });
    let known =
        |searched: &Searched| searched.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).map(Arc::clone);
    if let Some(found) = known(searched) {
        return Ok(found);
    }
    let mut found = if gzip {
        let mut stream = |take: &mut dyn FnMut(&[u8])| {
            tree.stream(entry, |source| parts(&mut flate2::read::MultiGzDecoder::new(source), most, take))
        };
        search(&mut stream)?
    } else if zip {
        search_zip(&tree.read(entry)?, most)
    } else {
        search(&mut stream)?
    };
    if size <= MAX_ARCHIVE && begins_like_model(&beginning) {
        found.extend(search_model(&tree.read(entry)?));
    }
    let found = Arc::new(found);
    searched.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&found));
    Ok(found)
}

/// Searches the files of a zip archive, of which at most `most` bytes are unpacked; damaged ones are left out.
fn search_zip(bytes: &[u8], most: u64) -> Vec<Found> {
    let Ok(mut archive) = zip::ZipArchive::new(io::Cursor::new(bytes)) else { return Vec::new() };
    let mut all = Vec::new();
    let mut left = most;
    for index in 0..archive.len() {
        let Ok(file) = archive.by_index(index) else { continue };
        let mut content = Vec::new();
        if file.is_dir() || file.take(left).read_to_end(&mut content).is_err() {
            continue;
        }
        left = left.saturating_sub(content.len() as u64);
        all.extend(search_bytes(&content));
        if left == 0 {
            break;
        }
    }
    all
}

/// Passes at most `most` bytes of a source on.
fn parts(source: &mut dyn Read, most: u64, take: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    for_each_part(&mut source.take(most), |part| {
        take(part);
        Ok(())
    })
}

/// Searches bytes that are in memory.
fn search_bytes(content: &[u8]) -> Vec<Found> {
    let mut read = |take: &mut dyn FnMut(&[u8])| {
        take(content);
        Ok(())
    };
    search(&mut read).unwrap_or_default()
}

/// How much of a reference model is in the code of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// The int8 values of the reference.
    ExactInt8,
    /// The real values, quantised anew. Where the real values are there, too, they are what was converted.
    Requantised,
    /// The real values of the reference.
    ExactFloat,
    /// The int8 values without channels whose weights are zero.
    DeadChannelsRemoved,
    /// The weights after equalisation of layers: each output and each input channel times a factor.
    Equalised,
    /// A part of the weights.
    Partial,
    /// Nothing. This says nothing about the result: most submissions do not contain weights.
    None,
}

impl Rung {
    /// Name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExactInt8 => "exact-int8",
            Self::ExactFloat => "exact-float",
            Self::Requantised => "requantised",
            Self::DeadChannelsRemoved => "dead-channels-removed",
            Self::Equalised => "equalised",
            Self::Partial => "partial",
            Self::None => "none",
        }
    }

    const fn of(form: Form) -> Self {
        match form {
            Form::Int8 => Self::ExactInt8,
            Form::Float => Self::ExactFloat,
            Form::PerTensor | Form::PerChannel => Self::Requantised,
            Form::Alive => Self::DeadChannelsRemoved,
            Form::Equalised => Self::Equalised,
        }
    }
}

/// Reference weights in the code of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightsInCode {
    /// How much of the reference is there.
    pub rung: Rung,
    /// Name of the reference, `kws-a`.
    pub reference: Option<&'static str>,
    /// How real values were quantised anew: `per-tensor` or `per-channel`.
    pub scheme: Option<&'static str>,
    /// Fraction of the reference's weights, 0 to 1, without those behind channels that are zero.
    pub share: f64,
    /// Order in which the values of the largest tensor are stored; `unknown` if it is none of the usual ones.
    pub layout: Option<String>,
    /// The file that holds the most of them, and the offset of the first tensor in it.
    pub file: Option<(String, u64)>,
    /// Whether the file may belong to other systems of the submitter, too.
    pub is_shared: bool,
    /// `shipped`, `absent` or `unreadable`.
    pub code: &'static str,
    /// A model with the benchmark's input and output, if nothing in the code has reference weights.
    pub other_model: Option<String>,
}

/// What the code contains, in one line.
impl fmt::Display for WeightsInCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rung, reference, scheme, share, layout, file, is_shared, code, .. } = self;
        let (Some(reference), Some((file, offset))) = (reference, file) else {
            return f.write_str(match *code {
                "absent" => "there is no code to search for weights",
                "unreadable" => "the code cannot be read",
                _ => "no weights of a reference model were found in the code, which says nothing about the result",
            });
        };
        let what = match rung {
            Rung::ExactInt8 => "the int8 weights",
            Rung::ExactFloat => "the real weights",
            Rung::Requantised if *scheme == Some("per-tensor") => "the real weights, quantised anew per tensor,",
            Rung::Requantised => "the real weights, quantised anew per channel,",
            Rung::DeadChannelsRemoved => "the int8 weights, without channels whose weights are zero,",
            Rung::Equalised => "the weights, equalised between layers,",
            Rung::Partial | Rung::None => "a part of the weights",
        };
        let shared = if *is_shared { ", in a folder that is not named like the system" } else { "" };
        // Rounded down, so that 100 % means all.
        let percent = (share * 1000.0).floor() / 10.0;
        let layout = layout.as_deref().unwrap_or("unknown");
        write!(
            f,
            "{what} of the reference {reference} are in `{file}` from byte {offset} on ({percent} %, order {layout}){shared}"
        )?;
        if *rung == Rung::DeadChannelsRemoved {
            // A channel of zeros has a constant output. What is multiplied by it can be left out without changing an
            // answer, although it is not zero.
            f.write_str(
                "; for the committee: weights that are not zero are left out, which rule 8.2 does not permit, but they do \
                 not change any output, and rule 8.1 permits a purely mathematical transformation",
            )?;
        }
        Ok(())
    }
}

/// Minimum share of the weights for a whole model.
const WHOLE: f64 = 0.85;
/// Minimum share of the weights, and minimum number of tensors of 1 kB, for a part of a model.
const PART_OF: (f64, usize) = (0.1, 2);
const KILOBYTE: usize = 1024;

/// A reference in one form, as far as it is in some files.
struct Candidate<'a> {
    /// Whether a folder is named like the system.
    own_folder: u8,
    rung: Rung,
    reference: &'static Reference,
    form: Form,
    share: f64,
    /// The largest tensor that was found.
    largest: (&'a WeightsFile, &'a Found),
}

impl CodeWeights {
    /// Searches one file, given its name and content.
    #[must_use]
    pub(crate) fn of_file(path: &str, content: &[u8]) -> Self {
        let file = WeightsFile { path: path.to_owned(), found: Arc::new(search_bytes(content)) };
        Self { files: vec![file], models: Vec::new(), searched: 1, unreadable: 0 }
    }

    /// Returns which reference weights of a benchmark are in the code of a system. `several` says whether the submitter
    /// has other systems.
    #[must_use]
    pub(crate) fn of_result(&self, system: &str, (benchmark, name): (&str, &str), several: bool) -> WeightsInCode {
        let none = WeightsInCode {
            rung: Rung::None,
            reference: None,
            scheme: None,
            share: 0.0,
            layout: None,
            file: None,
            is_shared: false,
            code: match (self.searched, self.unreadable) {
                (0, _) => "absent",
                (all, unreadable) if all == unreadable => "unreadable",
                _ => "shipped",
            },
            other_model: None,
        };
        let mut best: Option<Candidate<'_>> = None;
        let files = self.files.iter().map(|file| vec![file]);
        let folders = self.folders().into_values().filter(|files| files.len() > 1);
        for group in files.chain(folders) {
            let found = group.iter().flat_map(|file| file.found.iter().map(move |found| (*file, found)));
            let hits: Hits<'_> =
                found.map(|(file, found)| ((found.print.elements(), found.print.sum), (file, found))).collect();
            for reference in references().iter().filter(|reference| reference.benchmark == benchmark) {
                for form in Form::EACH {
                    let Some(candidate) = candidate(&hits, reference, form, system) else { continue };
                    if best.as_ref().is_none_or(|best| candidate.is_better(best)) {
                        best = Some(candidate);
                    }
                }
            }
        }
        let Some(Candidate { own_folder, rung, reference, form, share, largest: (file, found) }) = best else {
            let fits = |(_, names): &&(String, Vec<&str>)| names.contains(&name);
            let other_model = self.models.iter().find(fits).map(|(path, _)| path.clone());
            return WeightsInCode { other_model, ..none };
        };
        WeightsInCode {
            rung,
            reference: Some(reference.name),
            scheme: match (rung, form) {
                (Rung::Requantised, Form::PerTensor) => Some("per-tensor"),
                (Rung::Requantised, _) => Some("per-channel"),
                _ => None,
            },
            share,
            layout: Some(found.layout.clone().unwrap_or_else(|| "unknown".to_owned())),
            file: Some((file.path.clone(), found.offset)),
            is_shared: several && own_folder == 0,
            ..none
        }
    }

    /// Groups the files by folder: a model may be spread over several files.
    fn folders(&self) -> BTreeMap<&str, Vec<&WeightsFile>> {
        let mut folders: BTreeMap<&str, Vec<&WeightsFile>> = BTreeMap::new();
        for file in &self.files {
            folders.entry(parent_of(&file.path)).or_default().push(file);
        }
        folders
    }
}

impl Candidate<'_> {
    /// Whether it says more: whole before partial, own folder before shared, then what is likely to run.
    fn is_better(&self, other: &Self) -> bool {
        let rank = |one: &Self| (one.rung == Rung::Partial, std::cmp::Reverse(one.own_folder), one.rung);
        rank(self).cmp(&rank(other)).then(other.share.total_cmp(&self.share)).is_lt()
    }
}

/// Tensors in some files by number of values and sum: forms of a tensor may be equal.
type Hits<'a> = BTreeMap<(usize, u64), (&'a WeightsFile, &'a Found)>;

fn candidate<'a>(hits: &Hits<'a>, reference: &'static Reference, form: Form, system: &str) -> Option<Candidate<'a>> {
    let (mut all, mut known, mut any, mut large) = (0, 0, 0, 0);
    let mut largest: Option<(usize, (&'a WeightsFile, &'a Found))> = None;
    for print in reference.of_form(form) {
        all += print.alive;
        let Some(hit) = hits.get(&(print.elements(), print.sum)) else { continue };
        any += print.alive;
        known += if hit.1.layout.is_some() { print.alive } else { 0 };
        let bytes = print.elements() * if form.is_float() { 4 } else { 1 };
        large += usize::from(bytes >= KILOBYTE);
        if largest.is_none_or(|(most, _)| print.elements() > most) {
            largest = Some((print.elements(), *hit));
        }
    }
    let (_, largest) = largest?;
    let share = |part: usize| part as f64 / all.max(1) as f64;
    let whole = share(known) >= WHOLE;
    if !whole && (share(any) < PART_OF.0 || large < PART_OF.1) {
        return None;
    }
    Some(Candidate {
        own_folder: likeness(&largest.0.path, system),
        rung: if whole { Rung::of(form) } else { Rung::Partial },
        reference,
        form,
        share: if whole { share(known) } else { share(any) },
        largest,
    })
}

/// Returns how much a folder of a path below `code` is named like a system: 2 for the same name, 1 for a part of it.
fn likeness(path: &str, system: &str) -> u8 {
    let below = path.split_once("/code/").map_or("", |(_, below)| parent_of(below));
    let name = plain(system);
    let of_folder = |folder: &str| {
        let folder = plain(folder);
        let alike = folder.len() >= 4 && (name.contains(&folder) || folder.contains(&name));
        if folder == name { 2 } else { u8::from(alike) }
    };
    below.split('/').map(of_folder).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_for_and_against_leaving_channels_out_are_quoted() {
        let of_rung = |rung| WeightsInCode {
            rung,
            reference: Some("vww"),
            scheme: None,
            share: 1.0,
            layout: None,
            file: Some(("closed/A/code/vww/m.bin".to_owned(), 12)),
            is_shared: false,
            code: "shipped",
            other_model: None,
        };
        let left_out = of_rung(Rung::DeadChannelsRemoved).to_string();
        assert!(left_out.contains("rule 8.2") && left_out.contains("rule 8.1"), "{left_out}");
        assert!(!of_rung(Rung::ExactInt8).to_string().contains("rule"));
    }
}
