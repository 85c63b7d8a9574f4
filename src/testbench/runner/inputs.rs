//! Sources of input files: a folder with the data sets, or synthetic files with the right names and sizes.

use std::io;
use std::path::{Path, PathBuf};

use crate::round::Dataset;
use crate::testbench::simulator::answers::synthetic_input;

/// Source of input files.
pub trait Inputs {
    /// Reads the whole file of an input.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn read(&self, list: &Dataset, name: &str) -> io::Result<Vec<u8>>;

    /// Returns the folder of the files, as a log names it.
    fn place(&self) -> String;
}

/// Files `<folder>/<list>/<name>`, as in the official data sets.
struct Folder(PathBuf);

impl Inputs for Folder {
    fn read(&self, list: &Dataset, name: &str) -> io::Result<Vec<u8>> {
        let folder = list.name.split('-').next().unwrap_or(list.name);
        std::fs::read(self.0.join(folder).join(name))
    }

    fn place(&self) -> String {
        self.0.display().to_string()
    }
}

/// Returns the inputs in a folder, or synthetic ones.
#[must_use]
pub fn inputs_of(folder: Option<&Path>) -> Box<dyn Inputs> {
    match folder {
        Some(folder) => Box::new(Folder(folder.to_owned())),
        None => Box::new(Synthetic),
    }
}

/// Synthetic files, for simulated devices.
pub struct Synthetic;

impl Inputs for Synthetic {
    fn read(&self, list: &Dataset, name: &str) -> io::Result<Vec<u8>> {
        let slice = list.input_bytes.unwrap_or(490) as usize;
        let stride = list.stride_bytes as usize;
        let bytes = slice + stride * (list.slices as usize - 1);
        Ok(synthetic_input(name, bytes, stride))
    }

    fn place(&self) -> String {
        // The folder of the EEMBC runner for data sets.
        "/home/user/eembc/runner/benchmarks/ulp-mlperf/datasets".to_owned()
    }
}
