//! Reads flatbuffers: tables, vectors and scalars at offsets that are all checked.
//!
//! A table begins with the signed distance back to its vtable, which lists the offset of every field in the table; zero
//! means that the field has its default. Strings, vectors and tables are stored as forward offsets.
//!
//! Source: FlatBuffers, "Internals".

use super::error::ModelError;

/// A table in a flatbuffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    /// Offset of the table.
    at: usize,
    /// Offset of its vtable.
    vtable: usize,
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], ModelError> {
    let found = bytes.get(at..).and_then(|rest| rest.first_chunk::<N>());
    found.copied().ok_or_else(|| ModelError::malformed(at, "it points outside of the file"))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<usize, ModelError> {
    let value = u32::from_le_bytes(array(bytes, at)?);
    usize::try_from(value).map_err(|_| ModelError::malformed(at, "an offset is too large"))
}

/// Follows the forward offset at a place.
fn follow(bytes: &[u8], at: usize) -> Result<usize, ModelError> {
    let target = at.checked_add(u32_at(bytes, at)?);
    target.filter(|to| *to < bytes.len()).ok_or_else(|| ModelError::malformed(at, "it points outside of the file"))
}

impl<'a> Table<'a> {
    /// Returns the root table of a file.
    pub(super) fn root(bytes: &'a [u8]) -> Result<Self, ModelError> {
        Self::at(bytes, follow(bytes, 0)?)
    }

    fn at(bytes: &'a [u8], at: usize) -> Result<Self, ModelError> {
        let back = i64::from(i32::from_le_bytes(array(bytes, at)?));
        let vtable = i64::try_from(at).ok().and_then(|at| at.checked_sub(back));
        let vtable = vtable.and_then(|vtable| usize::try_from(vtable).ok());
        let vtable = vtable.ok_or_else(|| ModelError::malformed(at, "a table has no list of fields"))?;
        array::<4>(bytes, vtable)?;
        Ok(Self { bytes, at, vtable })
    }

    /// Returns the place of a field; `None` if it has its default.
    fn field(&self, index: usize) -> Result<Option<usize>, ModelError> {
        let entry = 4 + 2 * index;
        let length = usize::from(u16::from_le_bytes(array(self.bytes, self.vtable)?));
        if entry + 2 > length {
            return Ok(None);
        }
        let offset = usize::from(u16::from_le_bytes(array(self.bytes, self.vtable + entry)?));
        Ok((offset > 0).then_some(self.at + offset))
    }

    pub(super) fn u8(&self, index: usize, default: u8) -> Result<u8, ModelError> {
        let at = self.field(index)?;
        at.map_or(Ok(default), |at| array::<1>(self.bytes, at).map(|[byte]| byte))
    }

    pub(super) fn u32(&self, index: usize, default: u32) -> Result<u32, ModelError> {
        let at = self.field(index)?;
        at.map_or(Ok(default), |at| array(self.bytes, at).map(u32::from_le_bytes))
    }

    pub(super) fn i32(&self, index: usize, default: i32) -> Result<i32, ModelError> {
        let at = self.field(index)?;
        at.map_or(Ok(default), |at| array(self.bytes, at).map(i32::from_le_bytes))
    }

    pub(super) fn f32(&self, index: usize, default: f32) -> Result<f32, ModelError> {
        let at = self.field(index)?;
        at.map_or(Ok(default), |at| array(self.bytes, at).map(f32::from_le_bytes))
    }

    pub(super) fn table(&self, index: usize) -> Result<Option<Self>, ModelError> {
        let at = self.field(index)?;
        at.map(|at| Self::at(self.bytes, follow(self.bytes, at)?)).transpose()
    }

    /// Returns the offset in the file and the bytes of a vector whose elements have `size` bytes; empty if it is
    /// absent.
    pub(super) fn vector(&self, index: usize, size: usize) -> Result<(usize, &'a [u8]), ModelError> {
        let Some(at) = self.field(index)? else { return Ok((0, &[])) };
        let start = follow(self.bytes, at)?;
        let length = u32_at(self.bytes, start)?.checked_mul(size);
        let end = length.and_then(|length| (start + 4).checked_add(length));
        let found = end.and_then(|end| self.bytes.get(start + 4..end));
        Ok((start + 4, found.ok_or_else(|| ModelError::malformed(start, "a vector is longer than the file"))?))
    }

    pub(super) fn i32s(&self, index: usize) -> Result<Vec<i32>, ModelError> {
        Ok(self.vector(index, 4)?.1.as_chunks::<4>().0.iter().map(|bytes| i32::from_le_bytes(*bytes)).collect())
    }

    pub(super) fn f32s(&self, index: usize) -> Result<Vec<f32>, ModelError> {
        Ok(self.vector(index, 4)?.1.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    pub(super) fn i64s(&self, index: usize) -> Result<Vec<i64>, ModelError> {
        Ok(self.vector(index, 8)?.1.as_chunks::<8>().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect())
    }

    /// Returns the tables of a vector, at most `most`.
    pub(super) fn tables(&self, index: usize, most: usize) -> Result<Vec<Self>, ModelError> {
        let (start, found) = self.vector(index, 4)?;
        let count = found.len() / 4;
        if count > most {
            return Err(ModelError::malformed(start, format!("a list has {count} entries, expected at most {most}")));
        }
        (0..count).map(|entry| Self::at(self.bytes, follow(self.bytes, start + 4 * entry)?)).collect()
    }
}
