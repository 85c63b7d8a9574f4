//! Builds the self-contained page from a module: `cargo run --example page -- MODULE.wasm PAGE.html`. The page contains
//! style, script, worker and module, and its content security policy allows only these.

use std::error::Error;
use std::path::PathBuf;

use tinyaudit::output::html::{self, policy};
use wasm_bindgen_cli_support::Bindgen;
use zopfli::{Format, Options};

const PAGE: &str = include_str!("../page/page.html");
const STYLE: &str = include_str!("../page/style.css");
const SCRIPT: &str = include_str!("../page/page.js");
const WORKER: &str = include_str!("../page/worker.js");

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
