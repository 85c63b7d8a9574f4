//! Reads the constant tensors of an ONNX file, which is one protocol buffer.
//!
//! A message is a list of fields: a key (number and type) and a number, or a length and so many bytes. Only the path to
//! the constants is followed: model → graph → initialisers.
//!
//! Source: ONNX, `onnx.proto`; Protocol Buffers, "Encoding".

use super::error::ModelError;
use super::model::{Element, MAX_DIMENSIONS, MAX_ELEMENTS, MAX_ENTRIES, Tensor};

/// Numbers of the fields that are read.
const GRAPH: u64 = 7;
const INITIALIZER: u64 = 5;
const DIMENSIONS: u64 = 1;
const ELEMENT: u64 = 2;
const FLOATS: u64 = 4;
const INTEGERS: u64 = 5;
const NAME: u64 = 8;
const RAW: u64 = 9;

/// The value of a field.
enum Value<'a> {
    Number(u64),
    /// Offset in the file, and the bytes.
    Bytes(usize, &'a [u8]),
}

/// The fields of a message.
struct Fields<'a> {
    rest: &'a [u8],
    /// Offset of the rest in the file.
    at: usize,
}

impl<'a> Fields<'a> {
    fn take(&mut self, count: u64) -> Result<&'a [u8], ModelError> {
        let split = usize::try_from(count).ok().and_then(|count| self.rest.split_at_checked(count));
        let (taken, rest) = split.ok_or_else(|| ModelError::malformed(self.at, "a field ends behind the file"))?;
        (self.rest, self.at) = (rest, self.at + taken.len());
        Ok(taken)
    }

    /// Reads a number of seven bits per byte.
    fn number(&mut self) -> Result<u64, ModelError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(ModelError::malformed(self.at, "a number is too long"))
    }

    fn field(&mut self) -> Result<(u64, Value<'a>), ModelError> {
        let key = self.number()?;
        let value = match key & 7 {
            0 => Value::Number(self.number()?),
            1 => Value::Bytes(self.at, self.take(8)?),
            2 => {
                let length = self.number()?;
                Value::Bytes(self.at, self.take(length)?)
            }
            5 => Value::Bytes(self.at, self.take(4)?),
            _ => return Err(ModelError::malformed(self.at, "a field has an unknown type")),
        };
        Ok((key >> 3, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), ModelError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Whether the beginning of a file may be that of an ONNX model: its version comes first, a small number.
#[must_use]
pub fn begins_like_onnx(bytes: &[u8]) -> bool {
    matches!(bytes, [0x08, 1..=0x20, key, ..] if matches!(key & 7, 0 | 2) && (2..=20).contains(&(key >> 3)))
}

/// Reads the constant tensors of bytes, of 8 bits and of real numbers.
///
/// # Errors
/// If the file is not an ONNX model, or has more or larger tensors than a model for microcontrollers.
pub fn constants(bytes: &[u8]) -> Result<Vec<Tensor>, ModelError> {
    let mut tensors = Vec::new();
    for field in (Fields { rest: bytes, at: 0 }) {
        let (GRAPH, Value::Bytes(at, graph)) = field? else { continue };
        for field in (Fields { rest: graph, at }) {
            let (INITIALIZER, Value::Bytes(at, bytes)) = field? else { continue };
            if tensors.len() == MAX_ENTRIES {
                return Err(ModelError::malformed(at, "there are too many tensors"));
            }
            tensors.extend(tensor(bytes, at)?);
        }
    }
    Ok(tensors)
}

/// Reads a tensor; `None` if it has another type of elements, or no values.
fn tensor(bytes: &[u8], at: usize) -> Result<Option<Tensor>, ModelError> {
    let (mut shape, mut element, mut name, mut data) = (Vec::new(), Element::Other(0), String::new(), None);
    let mut add = |size: u64| {
        shape.push(usize::try_from(size).unwrap_or(usize::MAX));
        if shape.len() > MAX_DIMENSIONS {
            Err(ModelError::malformed(at, "a tensor has too many dimensions"))
        } else {
            Ok(())
        }
    };
    for field in (Fields { rest: bytes, at }) {
        match field? {
            (DIMENSIONS, Value::Number(size)) => add(size)?,
            (DIMENSIONS, Value::Bytes(at, sizes)) => {
                let mut sizes = Fields { rest: sizes, at };
                while !sizes.rest.is_empty() {
                    add(sizes.number()?)?;
                }
            }
            (ELEMENT, Value::Number(1)) => element = Element::F32,
            (ELEMENT, Value::Number(3)) => element = Element::I8,
            (NAME, Value::Bytes(_, text)) => name = String::from_utf8_lossy(text).into_owned(),
            (FLOATS | RAW, Value::Bytes(at, values)) => data = Some((at, values.to_vec())),
            (INTEGERS, Value::Bytes(at, values)) => {
                let mut numbers = Fields { rest: values, at };
                let mut values = Vec::new();
                while !numbers.rest.is_empty() {
                    values.push(numbers.number()?.to_le_bytes()[0]);
                }
                data = Some((at, values));
            }
            _ => {}
        }
    }
    let elements = shape.iter().try_fold(1_usize, |all, size| all.checked_mul(*size));
    let elements = elements.filter(|count| *count <= MAX_ELEMENTS);
    let elements = elements.ok_or_else(|| ModelError::malformed(at, "a tensor is too large"))?;
    let fits = |data: &(usize, Vec<u8>)| element.size().is_some_and(|size| data.1.len() == elements * size);
    Ok(data.filter(fits).map(|data| Tensor {
        name,
        shape,
        element,
        scales: Vec::new(),
        zero_points: Vec::new(),
        quantized_dimension: 0,
        data: Some(data),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A field with bytes; lengths below 128.
    fn bytes(number: u8, content: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(content.len()).unwrap()], content].concat()
    }

    fn model(tensor: &[u8]) -> Vec<u8> {
        [vec![0x08, 7], bytes(2, b"maker"), bytes(7, &bytes(5, tensor))].concat()
    }

    #[test]
    fn constants_are_read_in_every_spelling() {
        let raw = [&[0x08, 2, 0x08, 3, 0x10, 3][..], &bytes(8, b"w"), &bytes(9, &[1, 2, 3, 4, 5, 255])].concat();
        let file = model(&raw);
        assert!(begins_like_onnx(&file) && !begins_like_onnx(b"\x7fELF"));
        let tensors = constants(&file).unwrap();
        assert_eq!((tensors[0].name.as_str(), &tensors[0].shape[..]), ("w", &[2, 3][..]));
        let (at, data) = tensors[0].data.as_ref().unwrap();
        assert_eq!((&file[*at..*at + 6], &data[..]), (&[1, 2, 3, 4, 5, 255][..], &[1, 2, 3, 4, 5, 255][..]));
        // Packed sizes, and integers as numbers: −1 has ten bytes.
        let minus = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        let packed = [&bytes(1, &[1, 2])[..], &[0x10, 3], &bytes(5, &[&[7][..], &minus].concat())].concat();
        assert_eq!(constants(&model(&packed)).unwrap()[0].data.as_ref().unwrap().1, [7, 255]);
        // A tensor whose data do not fit its shape is left out.
        let short = [&[0x08, 9, 0x10, 3][..], &bytes(9, &[1])].concat();
        assert!(constants(&model(&short)).unwrap().is_empty());
    }

    #[test]
    fn damaged_files_are_errors() {
        let raw = [&[0x08, 2, 0x10, 3][..], &bytes(9, &[1, 2])].concat();
        let file = model(&raw);
        for length in 3..file.len() {
            assert!(constants(&file[..length]).is_err() || length < 10, "{length}");
        }
        let huge = [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0x08, 9, 0x10, 3];
        assert!(constants(&model(&huge)).is_err());
        let many: Vec<u8> = [0x08, 1].repeat(9);
        assert!(constants(&model(&many)).is_err());
    }
}
