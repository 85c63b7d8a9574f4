//! An archive is read only if every program reads it the same way: archives of common programs, and malicious ones.

use std::fs;
use std::io::{Cursor, Write as _};
use std::process::Command;

use flate2::Crc;
use tempfile::TempDir;
use tinyaudit::source::{Entry, Kind, Tree};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::golden;

const FILES: [(&str, &[u8]); 3] = [
    ("closed/Co/README.md", b"make && make flash\n"),
    ("closed/Co/results/board/ic/performance/log.txt", b"00001.000 session: x\n"),
    ("closed/Co/systems/board.json", b"{}"),
];

/// An archive written by our library.
fn plain(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in files {
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// How a program writes a file: its flags, whether its sizes come before the content, and what follows it.
#[derive(Clone, Copy)]
struct Habit {
    flags: u16,
    sizes_before: bool,
    signed: bool,
    wide: bool,
}

/// An archive built byte by byte; names are bytes.
fn made(files: &[(&[u8], &[u8])], habit: Habit) -> Vec<u8> {
    let (mut out, mut list) = (Vec::new(), Vec::new());
    let numbers = |numbers: &[(u64, usize)]| -> Vec<u8> {
        numbers.iter().flat_map(|(number, bytes)| number.to_le_bytes()[..*bytes].to_vec()).collect()
    };
    for (name, bytes) in files {
        let mut crc = Crc::new();
        crc.update(bytes);
        let (crc, size, start) = (u64::from(crc.sum()), bytes.len() as u64, out.len() as u64);
        let before = if habit.sizes_before { [crc, size, size] } else { [0; 3] };
        let flags = u64::from(habit.flags);
        out.extend(numbers(&[(0x0403_4b50, 4), (20, 2), (flags, 2), (0, 2), (0, 4)]));
        out.extend(numbers(&[(before[0], 4), (before[1], 4), (before[2], 4), (name.len() as u64, 2), (0, 2)]));
        out.extend(*name);
        out.extend(*bytes);
        if habit.flags & 8 != 0 {
            let width = if habit.wide { 8 } else { 4 };
            out.extend(numbers(&[
                (0x0807_4b50, if habit.signed { 4 } else { 0 }),
                (crc, 4),
                (size, width),
                (size, width),
            ]));
        }
        list.extend(numbers(&[(0x0201_4b50, 4), (0x0315, 2), (20, 2), (flags, 2), (0, 2), (0, 4)]));
        list.extend(numbers(&[(crc, 4), (size, 4), (size, 4), (name.len() as u64, 2), (0, 2), (0, 2)]));
        list.extend(numbers(&[(0, 2), (0, 2), (0o100_644 << 16, 4), (start, 4)]));
        list.extend(*name);
    }
    let (count, start) = (files.len() as u64, out.len() as u64);
    out.extend(&list);
    out.extend(numbers(&[
        (0x0605_4b50, 4),
        (0, 4),
        (count, 2),
        (count, 2),
        (list.len() as u64, 4),
        (start, 4),
        (0, 2),
    ]));
    out
}

fn open(bytes: &[u8]) -> std::io::Result<Tree> {
    let mut file = tempfile::tempfile()?;
    file.write_all(bytes)?;
    Tree::from_archive(file)
}

const PLAIN: Habit = Habit { flags: 0, sizes_before: true, signed: false, wide: false };

#[test]
fn archives_from_many_programs_are_read() {
    let nested = plain(&[("x", b"y")]);
    let names = ["closed/Co/a", "closed/Co/\u{fc}", "closed/Co/inner.zip"];
    let files: Vec<(&[u8], &[u8])> = names.iter().map(|name| (name.as_bytes(), &nested[..])).collect();
    for habit in [
        PLAIN,
        // Like macOS, like Info-ZIP and Python into a pipe, and with sizes before and after the content.
        Habit { flags: 8, sizes_before: false, signed: true, wide: false },
        Habit { flags: 8, sizes_before: false, signed: false, wide: false },
        Habit { flags: 8 | 0x800, sizes_before: false, signed: true, wide: true },
        Habit { flags: 8, sizes_before: true, signed: true, wide: false },
    ] {
        let tree = open(&made(&files, habit)).unwrap();
        for name in names {
            assert_eq!(tree.read(tree.get(name).unwrap()).unwrap(), nested, "{name}");
        }
    }
    // A name as DOS programs write it.
    let tree = open(&made(&[(b"closed/Co/Pr\x81fung.txt", b"x")], PLAIN)).unwrap();
    assert!(tree.get("closed/Co/Pr\u{fc}fung.txt").is_some());
    // With a comment, and empty.
    let mut commented = plain(&FILES);
    let length = commented.len();
    commented[length - 2] = 4;
    commented.extend(b"mine");
    assert_eq!(open(&commented).unwrap().entries().len(), 10);
    assert!(open(&plain(&[])).unwrap().entries().is_empty());
}

/// The bytes with `new` written at `at`.
fn edited(bytes: &[u8], at: usize, new: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

fn word(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap().to_le_bytes()
}

#[test]
fn an_archive_that_programs_read_differently_is_refused() {
    let whole = plain(&FILES);
    let end = whole.len() - 22;
    let list = u32::from_le_bytes(whole[end + 16..end + 20].try_into().unwrap()) as usize;
    let with_comment = |comment: &[u8]| {
        let length = u16::try_from(comment.len()).unwrap().to_le_bytes();
        [&edited(&whole, end + 20, &length)[..], comment].concat()
    };
    let second = plain(&[("closed/Co/other", b"x")]);
    let moved = |inserted: &[u8]| {
        let end_record = edited(&whole[end..], 16, &word(list + inserted.len()));
        [&whole[..list], inserted, &whole[list..end], &end_record].concat()
    };
    let overlapping = {
        let name = FILES[0].0.len();
        edited(&whole, list + 46 + name + 42, &word(0))
    };
    let unlisted = {
        let second = list + 46 + FILES[0].0.len();
        let end_record = edited(&whole[end..], 12, &word(end - second));
        let end_record = edited(&edited(&end_record, 16, &word(second)), 8, &[2, 0, 2, 0]);
        [&whole[..end], &end_record].concat()
    };
    let named =
        |names: &[&str]| made(&names.iter().map(|name| (name.as_bytes(), &b"x"[..])).collect::<Vec<_>>(), PLAIN);
    let deep = format!("closed/Co/{}x", "a/".repeat(200));
    let long = format!("closed/{}", "a".repeat(5000));
    let behind = Habit { flags: 8, sizes_before: false, signed: true, wide: false };
    let descriptor = made(&[(b"closed/a", b"x")], behind);
    let name = u8::try_from(FILES[0].0.len()).unwrap();
    let cases: [(&str, Vec<u8>); 38] = [
        ("is a folder or device by its mode", edited(&whole, list + 38, &[8])),
        ("some programs change", named(&["closed/run.sh;1"])),
        ("some programs change", named(&["closed/READ\u{1}ME"])),
        ("is a folder or device by its mode", edited(&whole, list + 40, &0o040_755_u16.to_le_bytes())),
        ("is a folder or device by its mode", edited(&whole, list + 38, &[16])),
        ("needs a reader that few programs have", edited(&edited(&whole, 6, &[32]), list + 8, &[32])),
        ("needs a reader that few programs have", edited(&whole, list + 6, &[99])),
        ("an extra field that is cut off", edited(&whole, list + 28, &[name - 4, 0, 4])),
        ("before the archive's first file", [b"#!/bin/sh\n", &whole[..]].concat()),
        ("before the archive's first file", [&second[..], &whole].concat()),
        ("after the end", [&whole[..], b"x"].concat()),
        ("two end records", with_comment(&whole[end..])),
        ("may be another archive", with_comment(&second[..40])),
        ("that is not a file", moved(b"hidden")),
        ("that is not a file", moved(&whole[list..end])),
        ("overlaps", overlapping),
        ("before the archive's first file", unlisted),
        ("does not have the stated number of files", edited(&whole, end + 8, &[2, 0, 2, 0])),
        ("several", edited(&whole, end + 4, &[1, 0])),
        ("the name of", edited(&whole, 30, b"C")),
        ("the compression of", edited(&whole, 8, &[8])),
        ("the size or checksum of", edited(&whole, 14, &[whole[14] ^ 1])),
        ("the size or checksum of", edited(&whole, 22, &word(3))),
        ("that is not a file", edited(&descriptor, 30 + 8 + 1 + 4, &[0xFF])),
        ("has two sizes", edited(&edited(&whole, 22, &word(3)), list + 24, &word(3))),
        ("twice", named(&["closed/a", "closed/a"])),
        ("the same file on some systems", named(&["closed/a", "closed/A"])),
        ("the same file on some systems", named(&["closed/a/x", "closed/A/y"])),
        ("the same file on some systems", named(&["closed/\u{fc}", "closed/u\u{308}"])),
        ("the same file on some systems", named(&["closed/a.c", "closed/a.c."])),
        ("the same file on some systems", named(&["closed/a/x", "closed/a /y"])),
        ("the same file on some systems", named(&["closed/stra\u{df}e", "closed/STRASSE"])),
        ("the same file on some systems", named(&["closed/\u{3c3}", "closed/\u{3c2}"])),
        ("do not follow it", edited(&edited(&whole, 6, &[8]), list + 8, &[8])),
        ("the compression of", edited(&whole, 6, &[8])),
        ("has content", named(&["closed\\Co\\"])),
        ("too long", named(&[&deep])),
        ("too long", named(&[&long])),
    ];
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("evil.zip");
    for (expected, bytes) in cases {
        let error = open(&bytes).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(expected), "expected `{expected}`, found `{error}`");
        fs::write(&path, bytes).unwrap();
        for command in ["check", "verify"] {
            let (code, said) = run(&[command, path.to_str().unwrap()]);
            assert!(code == Some(2) && said.contains(expected), "{command}: {said}");
        }
    }
}

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tinyaudit")).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Some programs create a link if the entry says so, whatever system the entry names.
#[test]
fn links_from_any_system_are_recognised() {
    let whole = plain(&FILES);
    let end = whole.len() - 22;
    let list = u32::from_le_bytes(whole[end + 16..end + 20].try_into().unwrap()) as usize;
    for system in [0, 3, 16, 19] {
        let link = edited(&edited(&whole, list + 5, &[system]), list + 40, &0o120_777_u16.to_le_bytes());
        assert_eq!(open(&link).unwrap().get(FILES[0].0).unwrap().kind, Kind::Link);
    }
}

/// The content must be complete and have the claimed checksum.
#[test]
fn content_that_differs_from_the_listing_is_an_error() {
    let whole = plain(&FILES);
    let tree = open(&edited(&whole, 30 + FILES[0].0.len(), b"M")).unwrap();
    let error = tree.read(tree.get(FILES[0].0).unwrap()).unwrap_err().to_string();
    assert!(error.contains("checksum"), "{error}");
}

/// Names that are equal on some systems are not packaged, because the package could not be checked there.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_equal_on_other_systems_are_not_packaged() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("tree");
    crate::golden::copy(&crate::golden::bundled(), &tree);
    let code = tree.join("closed/ExampleCo/code");
    for name in ["a.c", "A.c"] {
        fs::write(code.join(name), "x").unwrap();
    }
    let out = folder.path().join("p.zip");
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let (code, said) = run(&["package", &text(&tree), "--round", "v1.3", "--out", &text(&out)]);
    assert!(code == Some(2) && said.contains("as the same file") && !out.exists(), "{said}");
}

/// A tar archive; each entry is a path, a type and the content.
/// Name, kind and content of an entry of a tar archive.
type Member<'a> = (&'a str, tar::EntryType, &'a [u8]);

fn tarred(entries: &[Member<'_>]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, kind, content) in entries {
        let mut header = tar::Header::new_gnu();
        // Written directly: the library refuses to write paths that leave the archive.
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        header.set_cksum();
        archive.append(&header, *content).unwrap();
    }
    archive.into_inner().unwrap()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// A tar archive is read as the folder, compressed or not, whatever folder is around everything.
#[test]
fn tar_archives_are_read_as_folders_are() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("submission.tar.gz");
    let checked = |path: &std::path::Path| {
        let arguments = ["check", path.to_str().unwrap(), "--round", "v1.3", "--format", "json"];
        Command::new(env!("CARGO_BIN_EXE_tinyaudit")).args(arguments).output().unwrap().stdout
    };
    let expected = checked(&golden::bundled());
    for around in [".", "submission-1.3"] {
        let mut archive = tar::Builder::new(Vec::new());
        archive.append_dir_all(around, golden::bundled()).unwrap();
        let bytes = archive.into_inner().unwrap();
        for bytes in [gzipped(&bytes), bytes] {
            fs::write(&place, bytes).unwrap();
            assert!(checked(&place) == expected, "{around}");
        }
    }
}

/// Programs differ in which of two records about a file counts; an archive in which that matters is refused.
#[test]
fn a_tar_archive_that_programs_read_differently_is_refused() {
    use tar::EntryType::{Directory, GNULongName, Link, Regular, XGlobalHeader, XHeader};
    let record = |text: &str| {
        // The length counts its own digits.
        let length = (text.len() + 3..text.len() + 9)
            .find(|length| length.to_string().len() + text.len() + 2 == *length)
            .unwrap();
        format!("{length} {text}\n")
    };
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("a.tar");
    let opened = |bytes: &[u8]| {
        fs::write(&place, bytes).unwrap();
        Tree::open(&place)
    };
    let own: Member<'_> = ("closed/Co/README.md", Regular, b"x");
    let path = record("path=closed/Co/long/name.md");
    let hidden = record(&format!("comment=a\n{}", record("path=b").trim_end()));
    let sparse = record("GNU.sparse.numblocks=1");
    let cases: [(&str, Vec<Member<'_>>); 9] = [
        ("sets `path` of a file twice", vec![("x", XHeader, [path.as_bytes(); 2].concat().leak()), own]),
        ("sets `path` of a file twice", vec![("x", XHeader, path.as_bytes()), ("L", GNULongName, b"a\0"), own]),
        ("sets `attributes` of a file twice", vec![("x", XHeader, b""), ("x", XHeader, b""), own]),
        ("attributes are malformed", vec![("x", XHeader, hidden.as_bytes()), own]),
        ("sets `path` of all", vec![("g", XGlobalHeader, path.as_bytes()), own]),
        ("sparse", vec![("x", XHeader, sparse.as_bytes()), own]),
        ("two sizes", vec![("x", XHeader, b"10 size=9\n".as_slice()), own]),
        ("type `X`", vec![("x", tar::EntryType::new(b'X'), path.as_bytes()), own]),
        ("has content", vec![own, ("closed/Co/code", Link, b"x")]),
    ];
    for (expected, entries) in cases {
        let error = opened(&tarred(&entries)).err().map_or_else(String::new, |error| error.to_string());
        assert!(error.contains(expected), "{expected}: {error}");
    }
    let attributes = ["path=a\nb", " path=b", " size=1", "uid=99999999999", "mtime=nan", "uname=a\0b", "path="];
    for attribute in attributes.map(record) {
        for kind in [XHeader, XGlobalHeader] {
            let error = opened(&tarred(&[("x", kind, attribute.as_bytes()), own])).err();
            assert!(error.is_some_and(|error| error.to_string().contains("malformed")), "{attribute:?}");
        }
    }
    // Numbers that some programs read and others do not, and a prefix in the format of GNU.
    let whole = tarred(&[own]);
    for (at, value) in [(100, &b"zzz"[..]), (124, b"+1"), (124, b"\x81"), (124, b"\xff"), (136, b"-1"), (345, b"evil")]
    {
        let mut bytes = edited(&whole, at, value);
        let mut header = tar::Header::from_byte_slice(&bytes[..512]).clone();
        header.set_cksum();
        bytes[..512].copy_from_slice(header.as_bytes());
        let error = opened(&bytes).err().map_or_else(String::new, |error| error.to_string());
        assert!(error.contains("two programs may read"), "{at} {value:?}: {error}");
    }
    let said = |bytes: &[u8]| opened(bytes).err().map_or_else(String::new, |error| error.to_string());
    assert!(said(&tarred(&[own, ("closed/Co/code/", Directory, b"x")])).contains("has content"));
    assert!(said(&tarred(&[own, ("closed/Co/code/", Regular, b"")])).contains("name of a folder"));
    assert!(said(&tarred(&[own, (".", Regular, b"")])).contains("name of a folder"));
    let slash = record("path=closed/Co/code/");
    assert!(said(&tarred(&[("x", XHeader, slash.as_bytes()), own])).contains("name of a folder"));
    // What every program reads alike is read.
    let mut attributes = path.clone();
    attributes += &record("mtime=1700000000.5");
    let read = opened(&tarred(&[
        ("g", XGlobalHeader, record("comment=0f").as_bytes()),
        ("x", XHeader, attributes.as_bytes()),
        own,
    ]));
    assert_eq!(read.unwrap().get("closed/Co/long/name.md").and_then(Entry::size), Some(1));
}

/// What leaves the archive, is there twice, is a link or a bomb, or is cut off, is refused or is a finding.
#[test]
fn hostile_tar_archives_are_refused() {
    use tar::EntryType::{Directory, Fifo, Regular, Symlink};
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("a.tgz");
    let opened = |bytes: &[u8]| {
        fs::write(&place, bytes).unwrap();
        Tree::open(&place)
    };
    let error = |bytes: &[u8]| opened(bytes).err().map_or_else(String::new, |error| error.to_string());
    let own: Member<'_> = ("closed/Co/README.md", Regular, b"x");
    for path in ["../evil", "closed/../../evil", "C:/evil", "closed/a\\b"] {
        let said = error(&gzipped(&tarred(&[own, (path, Regular, b"x")])));
        assert!(said.contains("not a path below its root"), "{path}: {said}");
    }
    assert!(error(&gzipped(&tarred(&[own, own]))).contains("twice"), "{}", error(&gzipped(&tarred(&[own, own]))));
    let tree = opened(&gzipped(&tarred(&[
        own,
        ("closed/Co/link", Symlink, b""),
        ("closed/Co/pipe", Fifo, b""),
        ("closed/Co/code/", Directory, b""),
    ])));
    let tree = tree.unwrap();
    let kind = |path: &str| tree.get(path).unwrap().kind.clone();
    assert_eq!((kind("closed/Co/link"), kind("closed/Co/pipe")), (Kind::Link, Kind::Special));
    assert_eq!((kind("closed/Co/code"), tree.read(tree.get(own.0).unwrap()).unwrap()), (Kind::Folder, b"x".to_vec()));
    // 1 GiB of zeros from one megabyte.
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0; 1 << 20];
    (0..1024).for_each(|_| packed.write_all(&zeros).unwrap());
    let bomb = packed.finish().unwrap();
    let said = error(&bomb);
    assert!(said.contains("without a tar archive") || said.contains("when it is unpacked"), "{said}");
    // A long name is a record that readers keep in memory; a second archive is read by some programs.
    let name = vec![b'a'; 1 << 20];
    let said = error(&gzipped(&tarred(&[("././@LongLink", tar::EntryType::GNULongName, &name), own])));
    assert!(said.contains("a name or attributes of 1048576 bytes"), "{said}");
    let two = [tarred(&[own]), tarred(&[("closed/Co/other.md", Regular, b"y")])].concat();
    assert!(error(&two).contains("extra data after the end"), "{}", error(&two));
    let whole = tarred(&[("closed/Co/README.md", Regular, &[b'x'; 5000])]);
    let cut = opened(&gzipped(&whole[..2000])).map(|tree| tree.read(tree.get(own.0).unwrap()));
    assert!(cut.is_err() || cut.is_ok_and(|read| read.is_err()));
    assert!(error(&gzipped(&whole)[..60]).contains("damaged"));
}

/// A file that cannot be read is not missing, and contradicts nothing.
#[test]
fn files_that_cannot_be_read_are_not_called_missing() {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in golden::files(&golden::bundled()) {
        archive.start_file(name.to_str().unwrap(), SimpleFileOptions::default()).unwrap();
        archive.write_all(&bytes).unwrap();
    }
    let mut archive = ZipArchive::new(archive.finish().unwrap()).unwrap();
    let mut flags = Vec::new();
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).unwrap();
        flags.extend([file.header_start() + 6, file.central_header_start() + 8]);
    }
    let files = flags.len() / 2;
    let mut encrypted = archive.into_inner().into_inner();
    for place in flags {
        encrypted[usize::try_from(place).unwrap()] |= 1;
    }
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("encrypted.zip"), encrypted).unwrap();
    let run = |arguments: &[&str]| {
        let output = golden::program().args(arguments).current_dir(folder.path()).output().unwrap();
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr)
    };
    let said = run(&["check", "encrypted.zip", "--round", "v1.3", "--format", "jsonl"]);
    let rules = |rule: &str| said.lines().filter(|line| line.contains(&format!("\"{rule}\""))).count();
    let (unreadable, descriptions) = (rules("file-unreadable"), rules("system-description-malformed"));
    assert_eq!((unreadable, descriptions), (files, 2), "{said}");
    assert_eq!(said.lines().filter(|line| line.contains("\"rule\"")).count(), files + 2, "{said}");
    let said = run(&["check", "encrypted.zip", "--round", "v1.3"]);
    assert!(said.contains("0 of 3 results can be published · 3 cannot be judged"), "{said}");
}

/// All files of an archive together have a budget: 1 GiB, or 200 times the size of the archive. What is beyond it is a
/// finding.
#[test]
fn a_bomb_of_many_small_files_is_not_read() {
    let lines = vec![b'\n'; 16 << 20];
    let mut one = ZipWriter::new(Cursor::new(Vec::new()));
    one.start_file("log.txt", SimpleFileOptions::default()).unwrap();
    one.write_all(&lines).unwrap();
    let mut one = one.finish_into_readable().unwrap();
    let mut all = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..100 {
        let path = format!("closed/Co/results/board/b{number:02}/performance/log.txt");
        all.raw_copy_file_rename(one.by_index(0).unwrap(), path).unwrap();
    }
    // It comes last and is larger than those of another submitter, but it is within its own submitter's share.
    all.start_file("closed/Zed/README.md", SimpleFileOptions::default()).unwrap();
    all.write_all(&vec![b'\n'; 32 << 20]).unwrap();
    let archive = all.finish().unwrap().into_inner();
    assert!(archive.len() < 3 << 20, "{}", archive.len());
    let tree = Tree::from_archive(Cursor::new(archive.clone())).unwrap();
    assert_eq!(tree.entries().iter().filter_map(Entry::size).sum::<u64>(), 64 << 24);
    assert_eq!(tree.get("closed/Zed/README.md").and_then(Entry::size), Some(32 << 20));
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("bomb.zip"), archive).unwrap();
    let check = ["check", "bomb.zip", "--round", "v1.3", "--format", "jsonl"];
    let output = golden::program().args(check).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let unread = said.lines().filter(|line| line.contains("exceeds the share of `closed/Co`"));
    assert_eq!(unread.filter(|line| line.contains("file-unreadable")).count(), 38, "{said}");
}
