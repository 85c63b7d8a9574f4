//! A model of one benchmark: converts the bytes of an input as the benchmark's firmware does, and gives what the device
//! prints.
//!
//! Keywords are int8 features. Pictures are unsigned bytes, which int8 models take less 128. A slice of sound is 640
//! real numbers; its score is the mean squared difference of output and input.
//!
//! Source: mlcommons/tiny, reference submissions (behaviour).

use super::arithmetic::Arithmetic;
use super::error::ModelError;
use super::interpreter::{Interpreter, Values, quantized};
use super::model::{Element, Model};

/// A model that answers the inputs of a benchmark.
#[derive(Debug)]
pub struct Network<'a> {
    model: &'a Model,
    interpreter: Interpreter<'a>,
    kind: Kind,
    /// Scale and zero point of the input and of the output; 1 and 0 for real numbers.
    input: (f32, i32),
    output: (f32, i32),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Keywords,
    Pictures,
    /// Pictures whose real models take 0 to 1.
    People,
    Anomaly,
}

/// Number of bytes of an input and of outputs, by the model string that devices report.
const SIZES: [(&str, Kind, usize, usize); 5] = [
    ("kws01", Kind::Keywords, 490, 12),
    ("ic01", Kind::Pictures, 3072, 10),
    ("ic02", Kind::Pictures, 3072, 10),
    ("vww01", Kind::People, 27_648, 2),
    ("ad01", Kind::Anomaly, 2560, 640),
];

/// Returns the model strings of the benchmarks whose input and output a model has.
#[must_use]
pub(crate) fn benchmarks_of(model: &Model) -> Vec<&'static str> {
    SIZES.iter().map(|(name, ..)| *name).filter(|name| fits(model, name)).collect()
}

/// Whether a model has the input and output of the benchmark with a model string.
#[must_use]
pub fn fits(model: &Model, name: &str) -> bool {
    let (input, output) = (model.tensors[model.input].elements(), model.tensors[model.output].elements());
    SIZES.iter().any(|(known, kind, bytes, outputs)| {
        let width = if *kind == Kind::Anomaly { 4 } else { 1 };
        *known == name && input * width == *bytes && output == *outputs
    })
}

impl<'a> Network<'a> {
    /// Prepares a model for the benchmark with a model string, `kws01`.
    ///
    /// # Errors
    /// If the model does not have the benchmark's input and output, or cannot be run.
    pub fn new(model: &'a Model, arithmetic: Arithmetic, name: &str) -> Result<Self, ModelError> {
        let kind = SIZES.iter().find(|(known, ..)| *known == name).map(|(_, kind, ..)| *kind);
        let kind = kind.filter(|_| fits(model, name));
        let kind = kind.ok_or_else(|| ModelError::new(format!("it does not have the input and output of {name}")))?;
        let quantization = |index: usize| match &model.tensors[index] {
            tensor if tensor.element == Element::I8 => tensor.quantization(),
            _ => Ok((1.0, 0)),
        };
        let (input, output) = (quantization(model.input)?, quantization(model.output)?);
        Ok(Self { model, interpreter: Interpreter::new(model, arithmetic)?, kind, input, output })
    }

    /// Returns what a device prints for the bytes of an input: one number per class, 0 to 1, or the score of a slice.
    ///
    /// # Errors
    /// If the input does not have the right number of bytes.
    pub fn answer(&self, bytes: &[u8]) -> Result<Vec<f64>, ModelError> {
        let reals: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|word| f32::from_le_bytes(*word)).collect();
        let output = self.interpreter.run(self.input(bytes, &reals))?;
        if self.kind != Kind::Anomaly {
            return Ok(real(&output, 1.0 / 256.0, -128));
        }
        let output = real(&output, f64::from(self.output.0), self.output.1);
        let errors = reals.iter().zip(&output).map(|(input, output)| (f64::from(*input) - output).powi(2));
        Ok(vec![errors.sum::<f64>() / reals.len().max(1) as f64])
    }

    fn input(&self, bytes: &[u8], reals: &[f32]) -> Values {
        let int8 = self.model.tensors[self.model.input].element == Element::I8;
        match (self.kind, int8) {
            (Kind::Keywords, true) => Values::I8(bytes.iter().map(|byte| byte.cast_signed()).collect()),
            (Kind::Keywords, false) => Values::F32(bytes.iter().map(|byte| f32::from(byte.cast_signed())).collect()),
            (Kind::Pictures | Kind::People, true) => {
                Values::I8(bytes.iter().map(|byte| (byte ^ 0x80).cast_signed()).collect())
            }
            (Kind::Pictures, false) => Values::F32(bytes.iter().map(|byte| f32::from(*byte)).collect()),
            (Kind::People, false) => Values::F32(bytes.iter().map(|byte| f32::from(*byte) / 255.0).collect()),
            (Kind::Anomaly, true) => {
                Values::I8(reals.iter().map(|real| quantized(*real, self.input.0, self.input.1)).collect())
            }
            (Kind::Anomaly, false) => Values::F32(reals.to_vec()),
        }
    }
}

/// Returns real outputs as they are, and int8 outputs in real numbers.
fn real(values: &Values, scale: f64, zero: i32) -> Vec<f64> {
    match values {
        Values::I8(values) => values.iter().map(|value| f64::from(i32::from(*value) - zero) * scale).collect(),
        Values::F32(values) => values.iter().map(|value| f64::from(*value)).collect(),
        Values::I32(values) => values.iter().map(|value| f64::from(*value)).collect(),
    }
}
