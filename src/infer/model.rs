//! A model: tensors and operators, as a TFLite file lists them.
//!
//! Source: TensorFlow Lite, `schema.fbs`, version 3.

use super::error::ModelError;
use super::flatbuffer::Table;

/// Maximum size of a file that is read, in bytes; the largest reference model has 2 MB.
pub const MAX_FILE: usize = 64 << 20;
/// Maximum numbers of tensors, buffers and operators.
pub(super) const MAX_ENTRIES: usize = 4096;
/// Maximum number of elements of a tensor.
pub(super) const MAX_ELEMENTS: usize = 1 << 24;
/// Maximum number of dimensions of a tensor.
pub(super) const MAX_DIMENSIONS: usize = 6;

/// Type of the elements of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// 32-bit floating point.
    F32,
    /// 32-bit integers.
    I32,
    /// 8-bit signed integers.
    I8,
    /// Another type, by its number in the schema; operators on it are not supported.
    Other(u8),
}

impl Element {
    const fn from_code(code: u8) -> Self {
        match code {
            0 => Self::F32,
            2 => Self::I32,
            9 => Self::I8,
            other => Self::Other(other),
        }
    }

    /// Number of bytes of an element; `None` for other types.
    #[must_use]
    pub const fn size(self) -> Option<usize> {
        match self {
            Self::F32 | Self::I32 => Some(4),
            Self::I8 => Some(1),
            Self::Other(_) => None,
        }
    }
}

/// A tensor: shape, type, quantisation, and its data if it is constant.
#[derive(Debug, Clone)]
pub struct Tensor {
    /// Name in the file.
    pub name: String,
    /// Number of elements per dimension, outermost first.
    pub shape: Vec<usize>,
    /// Type of the elements.
    pub element: Element,
    /// Scales: none, one, or one per entry of the quantised dimension.
    pub scales: Vec<f32>,
    /// Zero points, as many as scales.
    pub zero_points: Vec<i64>,
    /// The dimension that has one scale per entry.
    pub quantized_dimension: usize,
    /// Offset and bytes of constant data in the file.
    pub data: Option<(usize, Vec<u8>)>,
}

impl Tensor {
    /// Number of elements.
    #[must_use]
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// The scale and zero point of an int8 tensor with a single one; the zero point is an int8 value itself.
    pub(super) fn quantization(&self) -> Result<(f32, i32), ModelError> {
        let pair = self.scales.first().zip(self.zero_points.first());
        let pair = pair.and_then(|(scale, zero)| Some((*scale, i32::from(i8::try_from(*zero).ok()?))));
        pair.filter(|(scale, _)| scale.is_finite() && *scale > 0.0)
            .ok_or_else(|| ModelError::new(format!("the tensor `{}` has no quantisation", self.name)))
    }
}

/// Padding of a window at the edges of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// The output has ⌈input / stride⌉ entries.
    Same,
    /// Windows lie inside of the input.
    Valid,
}

/// Function applied to an operator's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// None.
    None,
    /// Negative values become zero.
    Relu,
    /// Values are limited to 0 … 6.
    Relu6,
}

/// Strides, dilation and padding of a window, each vertical first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Padding at the edges.
    pub padding: Padding,
    /// Steps between two windows.
    pub stride: (usize, usize),
    /// Steps between the entries of a window.
    pub dilation: (usize, usize),
    /// Size of the window; that of the filter for convolutions.
    pub size: (usize, usize),
}

/// What an operator computes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Sum of two tensors of the same shape.
    Add(Activation),
    /// Mean over windows.
    AveragePool(Window, Activation),
    /// Maximum over windows.
    MaxPool(Window, Activation),
    /// Convolution.
    Conv(Window, Activation),
    /// Convolution of each channel by itself.
    DepthwiseConv(Window, Activation, usize),
    /// Product with a matrix.
    FullyConnected(Activation),
    /// Another shape of the same elements.
    Reshape,
    /// Softmax over the last dimension, with its factor β.
    Softmax(f32),
    /// Mean over all but the first and last dimensions.
    Mean,
    /// Zeros around the input.
    Pad,
    /// To integers, or to another scale.
    Quantize,
    /// To floating point.
    Dequantize,
    /// Negative values become zero, or values are limited to 0 … 6.
    Limit(Activation),
}

/// An operator with its tensors, as indices into [`Model::tensors`].
#[derive(Debug, Clone)]
pub struct Operator {
    /// What it computes.
    pub kind: Kind,
    /// Its inputs; `None` for an optional one that is left out.
    pub inputs: Vec<Option<usize>>,
    /// Its output.
    pub output: usize,
}

/// A model with one input and one output.
#[derive(Debug, Clone)]
pub struct Model {
    /// The tensors.
    pub tensors: Vec<Tensor>,
    /// The operators, in the order in which they run.
    pub operators: Vec<Operator>,
    /// Index of the input.
    pub input: usize,
    /// Index of the output.
    pub output: usize,
}

impl Model {
    /// Reads a TFLite file.
    ///
    /// # Errors
    /// If the file is not a valid model, or has an operator that is not supported, which is named.
    pub fn parse(bytes: &[u8]) -> Result<Self, ModelError> {
        let (root, graph) = graph(bytes)?;
        let tensors = tensors(&root, &graph)?;
        let codes = root.tables(1, MAX_ENTRIES)?;
        let codes: Vec<i32> = codes.iter().map(code).collect::<Result<_, _>>()?;
        let index = |index: i32| usize::try_from(index).ok().filter(|index| *index < tensors.len());
        let only = |list: Vec<i32>, what: &str| match list[..] {
            [one] => index(one).ok_or_else(|| ModelError::new(format!("the model's {what} is not a tensor"))),
            _ => Err(ModelError::new(format!("the model has {} {what}s, expected 1", list.len()))),
        };
        let mut operators = Vec::new();
        for table in graph.tables(3, MAX_ENTRIES)? {
            let code = usize::try_from(table.u32(0, 0)?).ok().and_then(|code| codes.get(code));
            let code = code.ok_or_else(|| ModelError::new("an operator has no code"))?;
            let inputs = table.i32s(1)?;
            let output = only(table.i32s(2)?, "operator output")?;
            let inputs: Vec<Option<usize>> = inputs.into_iter().map(index).collect();
            operators.push(Operator { kind: kind(*code, &table)?, inputs, output });
        }
        let (input, output) = (only(graph.i32s(1)?, "input")?, only(graph.i32s(2)?, "output")?);
        Ok(Self { tensors, operators, input, output })
    }

    /// Reads the constant tensors of a TFLite file, whatever its operators are.
    ///
    /// # Errors
    /// If the file is not a valid model.
    pub fn constants(bytes: &[u8]) -> Result<Vec<Tensor>, ModelError> {
        let (root, graph) = graph(bytes)?;
        Ok(tensors(&root, &graph)?.into_iter().filter(|tensor| tensor.data.is_some()).collect())
    }

    pub(super) fn tensor(&self, index: Option<usize>) -> Result<&Tensor, ModelError> {
        let found = index.and_then(|index| self.tensors.get(index));
        found.ok_or_else(|| ModelError::new("an operator lacks an input"))
    }

    /// Number of multiply-adds of one inference.
    #[must_use]
    pub fn multiply_adds(&self) -> u64 {
        self.operators.iter().map(|operator| self.multiply_adds_of(operator)).fold(0, u64::saturating_add)
    }

    /// Number of multiply-adds of an operator: each weight of its filter is used as often as every other.
    pub(super) fn multiply_adds_of(&self, operator: &Operator) -> u64 {
        let product = |factors: &[usize]| factors.iter().fold(1_u64, |all, one| all.saturating_mul(*one as u64));
        let filter = operator.inputs.get(1).copied().flatten().and_then(|index| self.tensors.get(index));
        let Some((output, filter)) = self.tensors.get(operator.output).zip(filter) else { return 0 };
        match (operator.kind, &filter.shape[..]) {
            (Kind::Conv(..), [_, height, width, depth]) => {
                product(&output.shape).saturating_mul(product(&[*height, *width, *depth]))
            }
            (Kind::DepthwiseConv(..), [_, height, width, _]) => {
                product(&output.shape).saturating_mul(product(&[*height, *width]))
            }
            (Kind::FullyConnected(_), [_, depth]) => product(&output.shape).saturating_mul(*depth as u64),
            _ => 0,
        }
    }
}

/// Returns the root table of a file and its first graph.
fn graph(bytes: &[u8]) -> Result<(Table<'_>, Table<'_>), ModelError> {
    if bytes.len() > MAX_FILE {
        return Err(ModelError::new(format!("the file has {} bytes, expected at most {MAX_FILE}", bytes.len())));
    }
    if bytes.get(4..8) != Some(b"TFL3") {
        return Err(ModelError::malformed(4, "`TFL3` is missing"));
    }
    let root = Table::root(bytes)?;
    let graph = root.tables(2, MAX_ENTRIES)?.into_iter().next();
    Ok((root, graph.ok_or_else(|| ModelError::new("the model has no graph"))?))
}

fn tensors(root: &Table<'_>, graph: &Table<'_>) -> Result<Vec<Tensor>, ModelError> {
    let buffers = root.tables(4, MAX_ENTRIES)?;
    graph.tables(0, MAX_ENTRIES)?.iter().map(|table| tensor(table, &buffers)).collect()
}

/// Returns an operator's code. Files before 2020 have only the first field, of 8 bits.
fn code(table: &Table<'_>) -> Result<i32, ModelError> {
    Ok(i32::from(table.u8(0, 0)?).max(table.i32(3, 0)?))
}

fn tensor(table: &Table<'_>, buffers: &[Table<'_>]) -> Result<Tensor, ModelError> {
    let name = String::from_utf8_lossy(table.vector(3, 1)?.1).into_owned();
    let shape: Option<Vec<usize>> = table.i32s(0)?.into_iter().map(|size| usize::try_from(size).ok()).collect();
    let shape = shape.filter(|shape| shape.len() <= MAX_DIMENSIONS);
    let elements = |shape: &Vec<usize>| shape.iter().try_fold(1_usize, |all, one| all.checked_mul(*one));
    let shape = shape.filter(|shape| elements(shape).is_some_and(|count| count <= MAX_ELEMENTS));
    let shape = shape.ok_or_else(|| ModelError::new(format!("the tensor `{name}` has a shape that is too large")))?;
    let element = Element::from_code(table.u8(1, 0)?);
    let buffer = usize::try_from(table.u32(2, 0)?).ok().and_then(|index| buffers.get(index));
    let data = buffer.map(|buffer| buffer.vector(0, 1)).transpose()?.filter(|(_, data)| !data.is_empty());
    if let (Some((_, data)), Some(size)) = (data, element.size())
        && data.len() != size * shape.iter().product::<usize>()
    {
        return Err(ModelError::new(format!("the data of the tensor `{name}` do not fit its shape")));
    }
    let data = data.map(|(at, data)| (at, data.to_vec()));
    let (mut scales, mut zero_points, mut quantized_dimension) = (Vec::new(), Vec::new(), 0);
    if let Some(quantization) = table.table(4)? {
        (scales, zero_points) = (quantization.f32s(2)?, quantization.i64s(3)?);
        quantized_dimension = usize::try_from(quantization.i32(6, 0)?).unwrap_or(usize::MAX);
    }
    Ok(Tensor { name, shape, element, scales, zero_points, quantized_dimension, data })
}

/// Returns what an operator computes, by its code and options.
fn kind(code: i32, table: &Table<'_>) -> Result<Kind, ModelError> {
    let options = table.table(4)?;
    let number = |index: usize, default: i32| options.as_ref().map_or(Ok(default), |one| one.i32(index, default));
    let byte = |index: usize| options.as_ref().map_or(Ok(0), |one| one.u8(index, 0));
    let activation = |index: usize| match byte(index)? {
        0 => Ok(Activation::None),
        1 => Ok(Activation::Relu),
        3 => Ok(Activation::Relu6),
        other => Err(ModelError::new(format!("activation {other} is not supported"))),
    };
    let size = |index: usize, default: i32| {
        let value = number(index, default)?;
        let value = usize::try_from(value).ok().filter(|value| (1..=1 << 12).contains(value));
        value.ok_or_else(|| ModelError::new("a stride or window has an impossible size"))
    };
    let window = |dilation: Option<usize>, filter: Option<usize>| {
        let pair = |index: Option<usize>| match index {
            // The horizontal one comes first in the file.
            Some(index) => Ok::<_, ModelError>((size(index + 1, 1)?, size(index, 1)?)),
            None => Ok((1, 1)),
        };
        let padding = if byte(0)? == 0 { Padding::Same } else { Padding::Valid };
        Ok(Window { padding, stride: pair(Some(1))?, dilation: pair(dilation)?, size: pair(filter)? })
    };
    Ok(match code {
        0 => Kind::Add(activation(0)?),
        1 => Kind::AveragePool(window(None, Some(3))?, activation(5)?),
        3 => Kind::Conv(window(Some(4), None)?, activation(3)?),
        4 => Kind::DepthwiseConv(window(Some(5), None)?, activation(4)?, size(3, 1)?),
        6 => Kind::Dequantize,
        9 => Kind::FullyConnected(activation(0)?),
        17 => Kind::MaxPool(window(None, Some(3))?, activation(5)?),
        19 => Kind::Limit(Activation::Relu),
        21 => Kind::Limit(Activation::Relu6),
        22 => Kind::Reshape,
        25 => Kind::Softmax(options.as_ref().map_or(Ok(1.0), |one| one.f32(0, 0.0))?),
        34 => Kind::Pad,
        40 => Kind::Mean,
        114 => Kind::Quantize,
        other => {
            let named = OPERATORS.iter().find(|(code, _)| *code == other);
            let name = named.map_or_else(|| format!("number {other}"), |(_, name)| (*name).to_owned());
            return Err(ModelError::new(format!("the operator {name} is not supported")));
        }
    })
}

/// Names of operators that models for microcontrollers have and that are not supported.
const OPERATORS: [(i32, &str); 14] = [
    (2, "CONCATENATION"),
    (14, "LOGISTIC"),
    (16, "LSTM"),
    (18, "MUL"),
    (27, "SVDF"),
    (28, "TANH"),
    (32, "CUSTOM"),
    (39, "TRANSPOSE"),
    (41, "SUB"),
    (43, "SQUEEZE"),
    (44, "UNIDIRECTIONAL_SEQUENCE_LSTM"),
    (45, "STRIDED_SLICE"),
    (77, "SHAPE"),
    (83, "PACK"),
];
