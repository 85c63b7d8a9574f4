//! A short, reproducible run of the fuzz targets: every corpus, and mutations of its files.

#[path = "../../fuzz/targets.rs"]
pub mod targets;

use std::path::Path;

use tinyaudit::testbench::simulator::random::Random;

/// Mutations per file.
const MUTATIONS: u64 = 12;

/// Returns the bytes with a few of them changed, removed, repeated, or replaced with bytes of another file.
fn mutated(bytes: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(4) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        let end = (at + 1 + random.below(20)).min(bytes.len());
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.extend_from_within(at..end),
            4 => bytes[at] = b"0123456789-.[]{}\",:\n\0\xff"[random.below(22)],
            _ => {
                let from = random.below(other.len());
                let part = &other[from..(from + 40).min(other.len())];
                bytes.splice(at..at, part.iter().copied());
            }
        }
    }
    bytes
}

/// A target that is defined is also built, and fuzzed every week.
#[test]
fn every_target_is_built_and_fuzzed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let (manifest, workflow) = (read("fuzz/Cargo.toml"), read("docs/ci/fuzz.yml"));
    let list = workflow.split_once("target: [").unwrap().1.split_once(']').unwrap().0;
    let defined: Vec<&str> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(list.split(", ").collect::<Vec<_>>(), defined);
    assert_eq!(manifest.matches("[[bin]]").count(), defined.len());
    for name in defined {
        let entry = format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"");
        let program = read(&format!("fuzz/fuzz_targets/{name}.rs"));
        assert!(manifest.contains(&entry) && program.contains(&format!("targets::{name}(bytes)")), "{name}");
    }
}

#[test]
fn corpora_and_their_mutations_do_no_harm() {
    let corpora = targets::corpora(Path::new(env!("CARGO_MANIFEST_DIR")));
    for (name, run) in targets::TARGETS {
        let files = &corpora[name];
        assert!(!files.is_empty(), "{name} has no corpus");
        let contents: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
        let mut random = Random::new(files.len() as u64);
        for (index, content) in contents.iter().enumerate() {
            assert!(content.len() <= 8192, "{} is large", files[index].display());
            run(content);
            for _ in 0..MUTATIONS {
                run(&mutated(content, &contents[(index + 1) % contents.len()], &mut random));
            }
        }
    }
}
