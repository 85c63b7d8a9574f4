//! Dropped files: the browser holds them and returns their bytes on request.

use std::collections::HashMap;
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

    /// Returns the one folder that contains everything; empty if there is none.
    fn folder(&self) -> &str {
        let first = self.files.first().and_then(|(path, _)| path.split_once('/')).map_or("", |(first, _)| first);
        let inside = |path: &str| path.strip_prefix(first).is_some_and(|rest| rest.starts_with('/'));
        if self.files.iter().all(|(path, _)| inside(path)) { first } else { "" }
    }

    /// Returns a name for what was dropped.
    pub fn name(&self) -> String {
        match (&self.files[..], self.folder()) {
            ([(path, _)], "") => path.clone(),
            (files, "") => format!("{} files", files.len()),
            (_, folder) => folder.to_owned(),
        }
    }

    /// Opens the files as the command would: a single file as an archive, a folder as the root.
    pub fn open(&self) -> io::Result<Tree> {
        if let [(path, file)] = &self.files[..]
            && !path.contains('/')
        {
            return Tree::from_archive(file.clone());
        }
        let folder = self.folder();
        let skip = if folder.is_empty() { 0 } else { folder.len() + 1 };
        // The folder itself may be empty.
        let below = || self.files.iter().map(|(path, file)| (&path[skip..], file)).filter(|(path, _)| !path.is_empty());
        let by_path: HashMap<String, File> = below().map(|(path, file)| (path.to_owned(), file.clone())).collect();
        let open = move |path: &str| -> io::Result<Box<dyn Read>> {
            Ok(Box::new(by_path.get(path).ok_or(io::ErrorKind::NotFound)?.clone()))
        };
        Tree::from_files(folder, below().map(|(path, file)| (path.to_owned(), file.size)), open)
    }
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
