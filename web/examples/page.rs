//! Builds the self-contained page from a module: `cargo run --example page -- MODULE.wasm PAGE.html`. The page contains
//! style, script, worker and module, and its content security policy allows only these.

use std::error::Error;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use tinyaudit::Tree;
use tinyaudit::output::html::{self, policy};
use wasm_bindgen_cli_support::Bindgen;
use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipWriter};
use zopfli::{Format, Options};

const PAGE: &str = include_str!("../page/page.html");
const STYLE: &str = include_str!("../page/style.css");
const SCRIPT: &str = include_str!("../page/page.js");
const MANIFEST: &str = include_str!("../../Cargo.toml");
const WORKER: &str = include_str!("../page/worker.js");

/// The claim of the bundled submission that the example changes: file, claim, and wrong claim.
const WRONG: [&str; 3] = ["closed/ExampleCo/results/simulated_npu_400mhz/ic/accuracy/results.txt", "85.5", "88.5"];

/// Returns a zip archive of the bundled submission with one wrong figure.
fn example() -> Result<Vec<u8>, Box<dyn Error>> {
    let tree = Tree::open(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/submission")))?;
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let [path, claim, wrong] = WRONG;
    let mut is_wrong = false;
    for entry in tree.entries().iter().filter(|entry| entry.is_file()) {
        let mut bytes = tree.read(entry)?;
        if *entry.path == *path {
            let text = String::from_utf8(bytes)?;
            is_wrong = text.contains(claim);
            bytes = text.replace(claim, wrong).into_bytes();
        }
        zip.start_file(&*entry.path, SimpleFileOptions::default().last_modified_time(DateTime::default()))?;
        zip.write_all(&bytes)?;
    }
    if !is_wrong {
        return Err(format!("{path} does not claim {claim}").into());
    }
    Ok(zip.finish()?.into_inner())
}

/// Returns what the manifest of tinyaudit states under a key.
fn stated(key: &str) -> Result<String, Box<dyn Error>> {
    let line = MANIFEST.lines().find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='));
    Ok(line.ok_or_else(|| format!("the manifest has no {key}"))?.trim().trim_matches('"').to_owned())
}

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [module, page] = &files[..] else { return Err("give two files: the module and the page to write".into()) };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).no_modules(true)?.typescript(false).remove_name_section(true);
    let mut bound = bindgen.generate_output()?;
    let bytes = bound.wasm_mut().emit_wasm();
    let mut packed = Vec::new();
    zopfli::compress(Options::default(), Format::Gzip, &bytes[..], &mut packed)?;

    let script = format!("(() => {{\n\"use strict\";\n{SCRIPT}}})();\n");
    let worker = format!("{}\n{WORKER}", bound.js());
    if worker.contains("</script") {
        return Err("the worker contains </script, which would end its script element".into());
    }
    let [desk_style, desk_script] = html::sources();
    let may = format!(
        "default-src 'none'; script-src '{}' '{desk_script}' 'wasm-unsafe-eval'; style-src '{}' '{desk_style}'; \
         worker-src blob:; frame-src blob:; img-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'",
        policy::source(&script),
        policy::source(STYLE),
    );
    let parts = [
        ("@policy@", may.as_str()),
        ("@style@", STYLE),
        ("@script@", &script),
        ("@worker@", &worker),
        ("@module@", &policy::base64(&packed)),
        ("@example@", &policy::base64(&example()?)),
        ("@version@", &stated("version")?),
        ("@license@", &stated("license")?),
    ];
    let text = parts.iter().fold(PAGE.to_owned(), |text, (name, part)| text.replacen(name, part, 1));
    std::fs::write(page, &text)?;
    println!(
        "{}: {} bytes, including {} of the packed module of {}",
        page.display(),
        text.len(),
        packed.len(),
        bytes.len()
    );
    Ok(())
}
