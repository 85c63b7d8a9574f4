//! Dropped files: the browser holds them and returns their bytes on request.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read, Seek, SeekFrom};

use tinyaudit::Tree;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Reads bytes of one of the dropped files.
    #[wasm_bindgen(catch, js_name = readPart)]
    fn read_part(number: u32, start: f64, end: f64) -> Result<Vec<u8>, JsValue>;
}

/// Bytes per request to the browser; requests are slow.
const AHEAD: u64 = 256 << 10;

/// Dropped files with the path each was dropped with; a path that ends with `/` is an empty folder.
pub struct Dropped {
    files: Vec<(String, File)>,
}

impl Dropped {
    /// Creates the list from paths and sizes in the order in which the browser numbers the files.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // browsers give sizes as floating-point numbers
    pub fn new(paths: Vec<String>, sizes: &[f64]) -> Self {
        let numbered = paths.into_iter().zip(sizes).zip(0..);
        Self { files: numbered.map(|((path, size), number)| (path, File::of(number, *size as u64))).collect() }
    }

    /// Returns a name for what was dropped.
    pub fn name(&self) -> String {
        match (&self.files[..], folder_of(self.paths())) {
            ([(path, _)], "") => path.clone(),
            (files, "") => format!("{} files", files.len()),
            (_, folder) => folder.to_owned(),
        }
    }

    /// Opens the files as the command would: a single file as an archive, a folder as the root. Folders of official
    /// inputs beside the submission do not belong to it.
    pub fn open(&self) -> io::Result<Tree> {
        if let [(path, file)] = &self.files[..]
            && !path.contains('/')
        {
            return Tree::from_archive(file.clone());
        }
        let beside = self.inputs_beside();
        let own = || self.files.iter().filter(|(path, _)| !is_in(path, &beside));
        let outer = folder_of(own().map(|(path, _)| path.as_str()));
        // A folder of a submission and its inputs is not the submission's.
        let inner = match outer.len() {
            length @ 1.. if !beside.is_empty() => folder_of(own().map(move |(path, _)| &path[length + 1..])),
            _ => "",
        };
        if inner.is_empty() || SUBMISSION.contains(&inner) {
            return tree(outer, outer, &own());
        }
        tree(inner, &format!("{outer}/{inner}"), &own())
    }

    /// Opens the folders of official inputs beside the submission; `None` if there are none.
    pub fn open_inputs(&self) -> Option<io::Result<Tree>> {
        let beside = self.inputs_beside();
        let inputs = || self.files.iter().filter(|(path, _)| is_in(path, &beside));
        let folder = match &beside[..] {
            [] => return None,
            [one] => one,
            // Several, such as `kws01` and `vww01`: what contains them.
            _ => folder_of(self.paths()),
        };
        Some(tree("", folder, &inputs()))
    }

    fn paths(&self) -> impl Iterator<Item = &str> + Clone {
        self.files.iter().map(|(path, _)| path.as_str())
    }

    /// Returns the folders, beside others, that hold inputs or models and no submission.
    fn inputs_beside(&self) -> Vec<String> {
        let outer = folder_of(self.paths());
        let skip = if outer.is_empty() { 0 } else { outer.len() + 1 };
        // Whether a folder holds inputs, and whether it is or holds a submission.
        let mut folders: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
        for path in self.paths() {
            let Some((name, rest)) = path[skip..].split_once('/') else { continue };
            let (inputs, submission) = folders.entry(&path[..skip + name.len()]).or_default();
            let ends = |ending: &&str| rest.ends_with(*ending);
            *inputs |= [".bin", ".npy", ".tflite"].iter().any(ends);
            *submission |= std::iter::once(name).chain(rest.split('/')).any(|part| SUBMISSION.contains(&part));
        }
        let is_submitter = ["systems", "results"].iter().any(|name| folders.keys().any(|path| path[skip..] == **name));
        if is_submitter || !folders.values().any(|(_, submission)| *submission) {
            return Vec::new();
        }
        let beside = folders.into_iter().filter(|(_, (inputs, submission))| *inputs && !submission);
        beside.map(|(path, _)| path.to_owned()).collect()
    }
}

/// Folders that only submissions have.
const SUBMISSION: [&str; 5] = ["closed", "open", "results", "systems", "code"];

/// Returns the one folder that contains all paths; empty if there is none.
fn folder_of<'a>(mut paths: impl Iterator<Item = &'a str> + Clone) -> &'a str {
    let first = paths.clone().next().and_then(|path| path.split_once('/')).map_or("", |(first, _)| first);
    let inside = |path: &str| path.strip_prefix(first).is_some_and(|rest| rest.starts_with('/'));
    if first.is_empty() || !paths.all(inside) {
        return "";
    }
    first
}

fn is_in(path: &str, folders: &[String]) -> bool {
    folders.iter().any(|folder| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/')))
}

/// Opens the files below a folder.
fn tree<'a>(name: &str, folder: &str, files: &(impl Iterator<Item = &'a (String, File)> + Clone)) -> io::Result<Tree> {
    let skip = if folder.is_empty() { 0 } else { folder.len() + 1 };
    // The folder itself may be empty.
    let below = || files.clone().map(|(path, file)| (&path[skip..], file)).filter(|(path, _)| !path.is_empty());
    let by_path: HashMap<String, File> = below().map(|(path, file)| (path.to_owned(), file.clone())).collect();
    let open = move |path: &str| -> io::Result<Box<dyn Read>> {
        Ok(Box::new(by_path.get(path).ok_or(io::ErrorKind::NotFound)?.clone()))
    };
    Tree::from_files(name, below().map(|(path, file)| (path.to_owned(), file.size)), open)
}

/// One dropped file, read in parts.
#[derive(Clone)]
pub struct File {
    number: u32,
    size: u64,
    position: u64,
    /// Bytes read ahead; `start` is their offset in the file.
    ahead: Vec<u8>,
    start: u64,
}

impl File {
    const fn of(number: u32, size: u64) -> Self {
        Self { number, size, position: 0, ahead: Vec::new(), start: 0 }
    }
}

impl Read for File {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        let end = self.start + self.ahead.len() as u64;
        if !(self.start..end).contains(&self.position) {
            let end = (self.position + AHEAD).min(self.size);
            self.ahead = read_part(self.number, self.position as f64, end as f64).map_err(|why| failed(&why))?;
            self.start = self.position;
            if self.ahead.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let from = usize::try_from(self.position - self.start).unwrap_or(usize::MAX);
        let count = (&self.ahead[from..]).read(buffer)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for File {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

/// Converts an exception of the browser into an I/O error.
fn failed(why: &JsValue) -> io::Error {
    io::Error::other(why.as_string().unwrap_or_else(|| "the browser cannot read it".to_owned()))
}
