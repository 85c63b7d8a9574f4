//! Parser of `trace1-energy.bin` and `trace1-timestamps.json`, which the EEMBC EnergyRunner writes.
//!
//! The trace begins with the byte `0xF1` and the sample rate in Hz as a little-endian `f32`. One little-endian `f32`
//! per sample follows, the energy of that sample in µJ. The time stamps are seconds since the trace was switched on:
//! one for the handshake, then start and stop of every window.

use crate::parse::location::{Damage, Line};

/// The first byte of a trace.
const MAGIC: u8 = 0xF1;

/// Bytes before the first sample: the first byte and the sample rate.
const HEAD: usize = 5;

/// The bytes of a sample, a little-endian `f32`.
pub(crate) type Sample = [u8; 4];

/// An energy trace. Its samples are kept as bytes.
#[derive(Debug, Clone, Default)]
pub struct EnergyTrace {
    /// Samples per second.
    pub rate_hz: f64,
    /// The whole file: head, then little-endian `f32` samples in µJ.
    bytes: Vec<u8>,
    /// What could not be read.
    pub damage: Vec<Damage>,
}

impl EnergyTrace {
    /// Reads a trace.
    #[must_use]
    pub fn parse(bytes: Vec<u8>) -> Self {
        let [magic, a, b, c, d, ..] = bytes[..] else {
            let message = format!("the file has {} bytes; at least {HEAD} expected", bytes.len());
            return Self { damage: vec![Damage::new(0, message)], ..Self::default() };
        };
        let mut damage = Vec::new();
        if magic != MAGIC {
            damage.push(Damage::new(0, format!("the file begins with byte 0x{magic:02X}; expected 0x{MAGIC:02X}")));
            return Self { damage, ..Self::default() };
        }
        let rate_hz = f64::from(f32::from_le_bytes([a, b, c, d]));
        if !(rate_hz.is_finite() && rate_hz > 0.0) {
            damage.push(Damage::new(0, format!("the sample rate is {rate_hz} Hz; expected a positive number")));
            return Self { damage, ..Self::default() };
        }
        let left = (bytes.len() - HEAD) % 4;
        if left != 0 {
            damage.push(Damage::new(0, format!("the file ends with a sample of {left} bytes; expected 4")));
        }
        Self { rate_hz, bytes, damage }
    }

    /// Returns the bytes of the samples between two times in seconds, four bytes per sample.
    #[must_use]
    pub fn bytes_between(&self, start_s: f64, stop_s: f64) -> &[u8] {
        let samples = self.bytes.get(HEAD..).unwrap_or_default();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
        let offset = |seconds: f64| ((seconds * self.rate_hz) as usize).saturating_mul(4).min(samples.len());
        samples.get(offset(start_s)..offset(stop_s)).unwrap_or_default()
    }

    /// Returns the bytes of all samples; [`microjoules`] converts them to energy.
    #[must_use]
    pub fn samples(&self) -> &[Sample] {
        self.bytes.get(HEAD..).unwrap_or_default().as_chunks().0
    }
}

/// Returns the energy of a sample in µJ.
#[must_use]
#[allow(clippy::trivially_copy_pass_by_ref)] // it is mapped over slices
pub fn microjoules(sample: &Sample) -> f64 {
    f64::from(f32::from_le_bytes(*sample))
}

/// Reads the time stamps of a trace, in seconds.
///
/// # Errors
/// When the file is not a JSON list of numbers.
pub fn parse_stamps(bytes: &[u8]) -> Result<Vec<f64>, Damage> {
    serde_json::from_slice(bytes).map_err(|error| {
        let line = Line::try_from(error.line()).unwrap_or(0);
        Damage::new(line, format!("the file is not a JSON list of seconds: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_read_and_damage_is_reported() {
        let mut bytes = vec![MAGIC];
        for value in [1000.0f32, 1.5, 2.5] {
            bytes.extend(value.to_le_bytes());
        }
        let trace = EnergyTrace::parse(bytes.clone());
        assert_eq!(trace.samples().iter().map(microjoules).collect::<Vec<_>>(), [1.5, 2.5]);
        assert!(trace.damage.is_empty());
        bytes.push(0);
        assert_eq!(EnergyTrace::parse(bytes.clone()).damage.len(), 1);
        bytes[0] = 0;
        assert_eq!(EnergyTrace::parse(bytes).samples().len(), 0);
        assert_eq!(EnergyTrace::parse(vec![MAGIC]).damage.len(), 1);
    }

    #[test]
    fn bytes_are_found_by_time() {
        let mut bytes = vec![MAGIC];
        for value in [2.0f32, 1.0, 2.0, 3.0, 4.0] {
            bytes.extend(value.to_le_bytes());
        }
        let trace = EnergyTrace::parse(bytes);
        let between =
            |start, stop| trace.bytes_between(start, stop).as_chunks().0.iter().map(microjoules).collect::<Vec<_>>();
        assert_eq!(between(0.5, 1.5), [2.0, 3.0]);
        assert_eq!(between(-1.0, 9.0), [1.0, 2.0, 3.0, 4.0]);
        assert!(between(1.5, 0.5).is_empty());
    }

    #[test]
    fn a_trace_needs_a_head_and_a_positive_rate() {
        let of = |magic: u8, rate: f32| EnergyTrace::parse([&[magic][..], &rate.to_le_bytes()].concat());
        assert!(of(MAGIC, 1.0).damage.is_empty());
        for (magic, rate) in [(0xF2, 1.0), (MAGIC, 0.0), (MAGIC, -1.0), (MAGIC, f32::INFINITY), (MAGIC, f32::NAN)] {
            assert_eq!(of(magic, rate).damage.len(), 1, "{magic} {rate}");
        }
    }

    #[test]
    fn time_stamps_are_a_list_of_numbers() {
        assert_eq!(parse_stamps(b"[\n\t0.015,\n\t2.878\n]").unwrap(), [0.015, 2.878]);
        assert!(parse_stamps(b"[0.1,").is_err());
    }
}
