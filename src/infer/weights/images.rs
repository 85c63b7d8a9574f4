//! Firmware images in text form: Intel HEX and Motorola S-records.

/// Reads the lines of an image and reports the bytes that follow each other.
///
/// `take` receives the address of the bytes, and whether they continue those before.
#[derive(Debug, Default)]
pub(super) struct Image {
    /// Upper part of addresses, from an extended address record.
    upper: u64,
    /// Address after the last bytes.
    next: Option<u64>,
}

/// Whether a line is a record of one of the two formats.
pub(super) fn is_record(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let digits = |from: usize| line.get(from..).is_some_and(|rest| rest.iter().all(u8::is_ascii_hexdigit));
    match line.first() {
        Some(b':') => line.len() >= 11 && digits(1),
        Some(b'S') => line.len() >= 10 && line[1].is_ascii_digit() && digits(2),
        _ => false,
    }
}

fn byte(digits: &[u8]) -> Option<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(value(*digits.first()?)? * 16 + value(*digits.get(1)?)?).ok()
}

impl Image {
    /// Reads a record. A record that is damaged interrupts the image.
    pub(super) fn line(&mut self, line: &[u8], mut take: impl FnMut(u64, bool, &[u8])) {
        let line = line.trim_ascii();
        let digits = line.get(if line.first() == Some(&b':') { 1 } else { 2 }..).unwrap_or_default();
        let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
        let Some(bytes) = bytes else { return };
        let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
        let mut data = |address: u64, data: &[u8]| {
            if !data.is_empty() {
                take(address, self.next == Some(address), data);
                self.next = address.checked_add(data.len() as u64);
            }
        };
        match (line.first(), &bytes[..]) {
            (Some(b':'), [count, high, low, 0, rest @ ..]) => {
                let end = usize::from(*count).min(rest.len().saturating_sub(1));
                data(self.upper + number(&[*high, *low]), &rest[..end]);
            }
            (Some(b':'), [2, _, _, 4, high, low, ..]) => self.upper = number(&[*high, *low]) << 16,
            (Some(b':'), [2, _, _, 2, high, low, ..]) => self.upper = number(&[*high, *low]) << 4,
            (Some(b'S'), [_, rest @ ..]) => {
                let width = match line.get(1) {
                    Some(b'1') => 2,
                    Some(b'2') => 3,
                    Some(b'3') => 4,
                    _ => return,
                };
                // The last byte is a checksum.
                if rest.len() > width {
                    data(number(&rest[..width]), &rest[width..rest.len() - 1]);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, bool, Vec<u8>)> {
        let mut image = Image::default();
        let mut found = Vec::new();
        for line in text.lines() {
            assert!(is_record(line.as_bytes()), "{line}");
            image.line(line.as_bytes(), |address, continues, bytes| found.push((address, continues, bytes.to_vec())));
        }
        found
    }

    #[test]
    fn both_formats_are_read() {
        let hex = ":020000040800F2\n:0400100001020304E2\n:020014000506DF\n:00000001FF";
        assert_eq!(read(hex), [(0x0800_0010, false, vec![1, 2, 3, 4]), (0x0800_0014, true, vec![5, 6])]);
        let records = "S00600004844521B\nS107001001020304DE\nS9030000FC";
        assert_eq!(read(records), [(0x10, false, vec![1, 2, 3, 4])]);
    }

    #[test]
    fn other_lines_are_no_records() {
        for line in ["", ":", ": not a record", "static const int t0[3] = {", "S", "Some text here"] {
            assert!(!is_record(line.as_bytes()), "{line}");
        }
        Image::default().line(b":ZZ", |_, _, _| panic!("no bytes"));
    }
}
