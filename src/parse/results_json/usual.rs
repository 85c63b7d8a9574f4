//! A results.json as the runner writes it, in one pass. Whatever is unusual is left to the library: numbers of many digits,
//! escapes, nested values nobody asks for, and everything that is wrong.

use memchr::memchr;

use super::{Class, DutyCycle, Entry, Infer, MOST, Power};
use crate::parse::text;

/// Most keys of an object.
const KEYS: usize = 16;

/// What is still to be read. Everything ends with `None` where something is unusual.
struct Rest<'a>(&'a [u8]);

/// All entries; `None` where anything is unusual.
pub fn entries(bytes: &[u8]) -> Option<Vec<Entry>> {
    let mut rest = Rest(bytes);
    let mut count = 0;
    let entries = rest.list(|rest| {
        count += 1;
        if count > MOST { None } else { entry(rest) }
    })?;
    rest.blank();
    rest.0.is_empty().then_some(entries)
}

fn entry(rest: &mut Rest<'_>) -> Option<Entry> {
    let mut entry = Entry::default();
    rest.object(|key, rest| {
        match key {
            b"file" => entry.file = rest.or_null(Rest::string)?,
            b"class" => entry.class = rest.or_null(class)?,
            b"infer" => entry.infer = rest.or_null(infer)?,
            b"power" => entry.power = rest.or_null(power)?,
            b"dutycycle" => entry.dutycycle = rest.or_null(duty_cycle)?,
            b"mode" => entry.mode = rest.or_null(Rest::string)?,
            b"error" => entry.error = Some(serde_json::Value::String(rest.string()?)),
            _ => rest.scalar()?,
        }
        Some(())
    })?;
    Some(entry)
}

fn class(rest: &mut Rest<'_>) -> Option<Class> {
    let number = match rest.next()? {
        b'"' => rest.text()?.trim().parse().ok(),
        _ => u32::try_from(rest.integer()?).ok(),
    };
    Some(Class(number))
}

fn infer(rest: &mut Rest<'_>) -> Option<Infer> {
    let mut infer = Infer::default();
    rest.object(|key, rest| {
        match key {
            b"start_time" => infer.start_time = rest.or_null(Rest::number)?,
            b"end_time" => infer.end_time = rest.or_null(Rest::number)?,
            b"elapsed_time" => infer.elapsed_time = rest.or_null(Rest::number)?,
            b"results" => infer.results = rest.or_null(Rest::numbers)?,
            b"iterations" => infer.iterations = rest.or_null(Rest::integer)?,
            b"warmups" => infer.warmups = rest.or_null(Rest::integer)?,
            b"wav_file" => infer.wav_file = rest.or_null(Rest::string)?,
            b"detection_windows" => {
                infer.detection_windows =
                    rest.or_null(|rest| rest.list(|rest| rest.pair(Rest::number, Rest::number)))?;
            }
            b"length_sec" => infer.length_sec = rest.or_null(Rest::number)?,
            b"detections" => infer.detections = rest.or_null(Rest::numbers)?,
            _ => rest.scalar()?,
        }
        Some(())
    })?;
    Some(infer)
}

fn power(rest: &mut Rest<'_>) -> Option<Power> {
    let mut power = Power::default();
    rest.object(|key, rest| {
        match key {
            b"samples" => power.samples = rest.numbers()?,
            b"timestamps" => {
                let index = |rest: &mut Rest<'_>| usize::try_from(rest.integer()?).ok();
                power.timestamps = rest.list(|rest| rest.pair(Rest::string, index))?;
            }
            b"voltage" => power.voltage = rest.or_null(Rest::number)?,
            _ => rest.scalar()?,
        }
        Some(())
    })?;
    Some(power)
}

fn duty_cycle(rest: &mut Rest<'_>) -> Option<DutyCycle> {
    let mut duty = DutyCycle::default();
    rest.object(|key, rest| {
        match key {
            b"duty_cycle" => duty.duty_cycle = rest.or_null(Rest::number)?,
            b"period" => duty.period = rest.or_null(Rest::number)?,
            b"processing_time" => duty.processing_time = rest.or_null(Rest::number)?,
            b"start_times_s" => duty.start_times_s = rest.numbers()?,
            b"stop_times_s" => duty.stop_times_s = rest.numbers()?,
            _ => rest.scalar()?,
        }
        Some(())
    })?;
    Some(duty)
}

/// A number of any length, as JSON has them, and what follows it.
fn long_number(text: &[u8]) -> Option<(f64, &[u8])> {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = usize::from(text.starts_with(b"-"));
    let mut end = whole + digits(whole);
    if end == whole || (text[whole] == b'0' && end > whole + 1) {
        return None;
    }
    if text[end..].starts_with(b".") {
        let decimals = digits(end + 1);
        end += 1 + decimals;
        if decimals == 0 {
            return None;
        }
    }
    // Powers are left to the library.
    let number: f64 = std::str::from_utf8(&text[..end]).ok()?.parse().ok()?;
    number.is_finite().then_some((number, &text[end..]))
}

impl<'a> Rest<'a> {
    fn blank(&mut self) {
        while let [b' ' | b'\n' | b'\r' | b'\t', rest @ ..] = self.0 {
            self.0 = rest;
        }
    }

    /// The next byte that is no blank, which stays.
    fn next(&mut self) -> Option<u8> {
        self.blank();
        self.0.first().copied()
    }

    /// Takes that byte.
    fn take(&mut self, byte: u8) -> Option<()> {
        self.blank();
        self.0 = self.0.strip_prefix(&[byte])?;
        Some(())
    }

    fn null(&mut self) -> bool {
        self.blank();
        let after = self.0.strip_prefix(b"null");
        self.0 = after.unwrap_or(self.0);
        after.is_some()
    }

    #[allow(clippy::option_option)] // unusual, null, or a value
    fn or_null<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.null() { Some(None) } else { read(self).map(Some) }
    }

    /// Things between an opening and a closing byte, with commas between them.
    fn between(&mut self, open: u8, close: u8, mut one: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(open)?;
        if self.next()? == close {
            return self.take(close);
        }
        loop {
            one(self)?;
            match self.next()? {
                b',' => self.take(b',')?,
                _ => return self.take(close),
            }
        }
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut items = Vec::new();
        self.between(b'[', b']', |rest| {
            items.push(item(rest)?);
            Some(())
        })?;
        Some(items)
    }

    /// Hands over every key of an object; none may stand twice.
    fn object(&mut self, mut field: impl FnMut(&[u8], &mut Self) -> Option<()>) -> Option<()> {
        let mut keys: [&[u8]; KEYS] = [b""; KEYS];
        let mut count = 0;
        self.between(b'{', b'}', |rest| {
            let key = rest.plain()?;
            if keys[..count].contains(&key) {
                return None;
            }
            *keys.get_mut(count)? = key;
            count += 1;
            rest.take(b':')?;
            field(key, rest)
        })
    }

    fn pair<A, B>(
        &mut self,
        first: impl FnOnce(&mut Self) -> Option<A>,
        second: impl FnOnce(&mut Self) -> Option<B>,
    ) -> Option<(A, B)> {
        self.take(b'[')?;
        let first = first(self)?;
        self.take(b',')?;
        let second = second(self)?;
        self.take(b']')?;
        Some((first, second))
    }

    /// A text of printable ASCII without escapes.
    fn plain(&mut self) -> Option<&'a [u8]> {
        self.take(b'"')?;
        let end = self.0.iter().position(|byte| !matches!(byte, b' '..=b'~') || matches!(byte, b'"' | b'\\'))?;
        let (text, rest) = self.0.split_at(end);
        self.0 = rest.strip_prefix(b"\"")?;
        Some(text)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.plain()?).ok()
    }

    fn string(&mut self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    /// Whether a number ends here.
    fn ended(&self) -> Option<()> {
        matches!(self.0.first()?, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t').then_some(())
    }

    fn number(&mut self) -> Option<f64> {
        self.blank();
        let (number, rest) = text::leading_short_number(self.0).or_else(|| long_number(self.0))?;
        self.0 = rest;
        self.ended()?;
        Some(number)
    }

    fn integer(&mut self) -> Option<u64> {
        self.blank();
        if let [b'0', b'0'..=b'9', ..] = self.0 {
            return None;
        }
        let (number, rest) = text::leading_integer(self.0)?;
        self.0 = rest;
        self.ended()?;
        Some(number)
    }

    /// A list of numbers: most of the file of an energy run.
    fn numbers(&mut self) -> Option<Vec<f64>> {
        // As many as there are samples of the usual length.
        const SAMPLE: usize = b"1.579e-05, ".len();
        let mut numbers = Vec::with_capacity(memchr(b']', self.0)?.div_ceil(SAMPLE));
        self.between(b'[', b']', |rest| {
            // Samples have four digits and follow each other by a comma and a blank.
            while let Some((number, after)) =
                text::leading_sample(rest.0).or_else(|| text::leading_short_number(rest.0))
                && let [b',', b' ', next @ ..] = after
            {
                numbers.push(number);
                rest.0 = next;
            }
            numbers.push(rest.number()?);
            Some(())
        })?;
        Some(numbers)
    }

    /// A value that nobody asks for.
    fn scalar(&mut self) -> Option<()> {
        match self.next()? {
            b'"' => self.plain().map(|_| ()),
            b'n' => self.null().then_some(()),
            b't' | b'f' => {
                self.0 = self.0.strip_prefix(b"true").or_else(|| self.0.strip_prefix(b"false"))?;
                Some(())
            }
            _ => self.number().map(|_| ()),
        }
    }
}
