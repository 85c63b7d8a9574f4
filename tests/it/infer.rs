//! Models are read and run; hostile files end quickly. The models are written here, by a small flatbuffer writer.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;
use tinyaudit::infer::weights::{Form, alive_multiply_adds, forms_of, lines_of, references};
use tinyaudit::infer::{Arithmetic, Interpreter, Model, Values};
use tinyaudit::round::dataset;
use tinyaudit::round::outputs::outputs;

use crate::fuzzing::targets::models;
use crate::golden;

/// A value in a flatbuffer.
#[derive(Clone)]
enum Node {
    /// A table.
    Table(Vec<Node>),
    /// A field that has its default.
    Absent,
    /// A vector of tables.
    Tables(Vec<Node>),
    /// A vector: number of elements and their bytes.
    Bytes(usize, Vec<u8>),
    /// Four bytes in the table itself.
    Word([u8; 4]),
}

fn word(value: i32) -> Node {
    Node::Word(value.to_le_bytes())
}

fn ints(values: &[i32]) -> Node {
    Node::Bytes(values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

fn floats(values: &[f32]) -> Node {
    Node::Bytes(values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

fn longs(values: &[i64]) -> Node {
    Node::Bytes(values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

/// Writes a value at the end of a file and returns its offset.
fn write(node: &Node, file: &mut Vec<u8>) -> usize {
    let u32_of = |value: usize| u32::try_from(value).unwrap().to_le_bytes();
    match node {
        Node::Table(fields) => {
            let vtable = file.len();
            let length = u16::try_from(4 + 2 * fields.len()).unwrap();
            file.extend(length.to_le_bytes());
            file.extend(u16::try_from(4 + 4 * fields.len()).unwrap().to_le_bytes());
            for (index, field) in fields.iter().enumerate() {
                let offset = if matches!(field, Node::Absent) { 0 } else { 4 + 4 * index };
                file.extend(u16::try_from(offset).unwrap().to_le_bytes());
            }
            let table = file.len();
            file.extend(u32_of(table - vtable));
            for field in fields {
                file.extend(if let Node::Word(bytes) = field { *bytes } else { [0; 4] });
            }
            for (index, field) in fields.iter().enumerate() {
                if matches!(field, Node::Word(_) | Node::Absent) {
                    continue;
                }
                let (place, target) = (table + 4 + 4 * index, write(field, file));
                file[place..place + 4].copy_from_slice(&u32_of(target - place));
            }
            table
        }
        Node::Tables(tables) => {
            let start = file.len();
            file.extend(u32_of(tables.len()));
            file.resize(file.len() + 4 * tables.len(), 0);
            for (index, table) in tables.iter().enumerate() {
                let (place, target) = (start + 4 + 4 * index, write(table, file));
                file[place..place + 4].copy_from_slice(&u32_of(target - place));
            }
            start
        }
        Node::Bytes(count, bytes) => {
            let start = file.len();
            file.extend(u32_of(*count));
            file.extend(bytes);
            start
        }
        Node::Word(_) | Node::Absent => unreachable!("it is in its table"),
    }
}

/// A tensor: shape, type, scale and zero point, data.
struct Tensor {
    shape: Vec<i32>,
    element: i32,
    quantization: Option<(Vec<f32>, i64)>,
    data: Vec<u8>,
}

impl Tensor {
    fn int8(shape: &[i32], scales: &[f32], zero: i64, data: &[i8]) -> Self {
        let data = data.iter().map(|value| value.cast_unsigned()).collect();
        Self { shape: shape.to_vec(), element: 9, quantization: Some((scales.to_vec(), zero)), data }
    }

    fn int32(values: &[i32]) -> Self {
        let shape = vec![i32::try_from(values.len()).unwrap()];
        Self { shape, element: 2, quantization: None, data: values.iter().flat_map(|one| one.to_le_bytes()).collect() }
    }

    fn float(shape: &[i32], data: &[f32]) -> Self {
        let data = data.iter().flat_map(|value| value.to_le_bytes()).collect();
        Self { shape: shape.to_vec(), element: 0, quantization: None, data }
    }
}

/// An operator: code, inputs, output, options.
type Operator = (i32, Vec<i32>, i32, Vec<Node>);

/// Writes a model whose first tensor is the input and whose last one is the output.
fn model(tensors: &[Tensor], operators: &[Operator]) -> Vec<u8> {
    let table = Node::Table;
    let buffers = std::iter::once(table(vec![Node::Absent]))
        .chain(tensors.iter().map(|tensor| {
            let data = || Node::Bytes(tensor.data.len(), tensor.data.clone());
            table(vec![if tensor.data.is_empty() { Node::Absent } else { data() }])
        }))
        .collect();
    let tensor_tables = tensors.iter().enumerate().map(|(index, tensor)| {
        let quantization = tensor.quantization.as_ref().map_or(Node::Absent, |(scales, zero)| {
            table(vec![Node::Absent, Node::Absent, floats(scales), longs(&vec![*zero; scales.len()])])
        });
        let buffer = i32::try_from(index + 1).unwrap();
        table(vec![ints(&tensor.shape), word(tensor.element), word(buffer), Node::Absent, quantization])
    });
    let tensor_tables = tensor_tables.collect();
    let codes =
        operators.iter().map(|(code, ..)| table(vec![word(*code), Node::Absent, Node::Absent, word(*code)])).collect();
    let operator_tables = operators.iter().enumerate().map(|(index, (_, inputs, output, options))| {
        let index = i32::try_from(index).unwrap();
        table(vec![word(index), ints(inputs), ints(&[*output]), word(1), table(options.clone())])
    });
    let operator_tables = operator_tables.collect();
    let last = i32::try_from(tensors.len() - 1).unwrap();
    let graph = table(vec![Node::Tables(tensor_tables), ints(&[0]), ints(&[last]), Node::Tables(operator_tables)]);
    let root =
        table(vec![word(3), Node::Tables(codes), Node::Tables(vec![graph]), Node::Absent, Node::Tables(buffers)]);
    let mut file = vec![0, 0, 0, 0, b'T', b'F', b'L', b'3'];
    let target = write(&root, &mut file);
    file[..4].copy_from_slice(&u32::try_from(target).unwrap().to_le_bytes());
    file
}

fn run(file: &[u8], arithmetic: Arithmetic, input: Values) -> Values {
    let model = Model::parse(file).unwrap();
    Interpreter::new(&model, arithmetic).unwrap().run(input).unwrap()
}

const FULLY_CONNECTED: i32 = 9;
const CONV: i32 = 3;
const SOFTMAX: i32 = 25;

/// Two rows of weights, with a softmax behind them.
fn small() -> Vec<u8> {
    let tensors = [
        Tensor::int8(&[1, 4], &[0.5], -1, &[]),
        Tensor::int8(&[2, 4], &[0.25], 0, &[1, 2, 3, 4, -4, -3, -2, -1]),
        Tensor::int32(&[8, -8]),
        Tensor::int8(&[1, 2], &[0.125], 3, &[]),
        Tensor::int8(&[1, 2], &[1.0 / 256.0], -128, &[]),
    ];
    let operators = [
        (FULLY_CONNECTED, vec![0, 1, 2], 3, vec![word(0)]),
        (SOFTMAX, vec![3], 4, vec![Node::Word(1.0_f32.to_le_bytes())]),
    ];
    model(&tensors, &operators)
}

#[test]
fn a_small_model_gives_what_is_computed_by_hand() {
    // Inputs 1, 3, 0, −1 are 1.0, 2.0, 0.5, 0.0. The sums are 1 · 0.5 + … + 8 · 0.125, in eighths.
    let tensors = [
        Tensor::int8(&[1, 4], &[0.5], -1, &[]),
        Tensor::int8(&[2, 4], &[0.25], 0, &[1, 2, 3, 4, -4, -3, -2, -1]),
        Tensor::int32(&[8, -8]),
        Tensor::int8(&[1, 2], &[0.125], 3, &[]),
    ];
    let file = model(&tensors, &[(FULLY_CONNECTED, vec![0, 1, 2], 3, vec![word(0)])]);
    let sum = |row: [i32; 4], bias: i32| row.iter().zip([2, 4, 1, 0]).map(|(a, b)| a * b).sum::<i32>() + bias;
    let expected: Vec<i8> =
        [sum([1, 2, 3, 4], 8), sum([-4, -3, -2, -1], -8)].iter().map(|sum| i8::try_from(sum + 3).unwrap()).collect();
    for arithmetic in Arithmetic::ALL {
        assert_eq!(run(&file, arithmetic, Values::I8(vec![1, 3, 0, -1])), Values::I8(expected.clone()));
    }
    let Values::I8(shares) = run(&small(), Arithmetic::DoubleRounding, Values::I8(vec![1, 3, 0, -1])) else { panic!() };
    assert_eq!(shares, [127, -128], "the first output is 61 / 8 larger");
}

#[test]
fn a_convolution_pads_and_applies_its_scales_per_channel() {
    let filter: Vec<f32> = vec![1.0; 9].into_iter().chain((0..9_u8).map(f32::from)).collect();
    let tensors = [
        Tensor::float(&[1, 3, 3, 1], &[]),
        Tensor::float(&[2, 3, 3, 1], &filter),
        Tensor::float(&[2], &[0.5, 0.0]),
        Tensor::float(&[1, 3, 3, 2], &[]),
    ];
    let options = vec![word(0), word(1), word(1), word(0), word(1), word(1)];
    let file = model(&tensors, &[(CONV, vec![0, 1, 2], 3, options)]);
    let input: Vec<f32> = (1..=9_u8).map(f32::from).collect();
    let Values::F32(out) = run(&file, Arithmetic::SingleRounding, Values::F32(input)) else { panic!() };
    // The corner sees four pixels, the middle all nine.
    assert!((out[0] - (1.0 + 2.0 + 4.0 + 5.0 + 0.5)).abs() < 1e-5, "{out:?}");
    assert!((out[8] - 45.5).abs() < 1e-5, "{out:?}");
    let weighted: f32 = (0..9_u8).map(|k| f32::from(k) * f32::from(k + 1)).sum();
    assert!((out[9] - weighted).abs() < 1e-4, "{out:?}");
    assert_eq!(Model::parse(&file).unwrap().multiply_adds(), 9 * 18);
}

/// Zero points and sums that the arithmetic of int8 cannot hold are refused.
#[test]
fn quantisation_out_of_range_is_refused() {
    let prepared = |file: &[u8]| {
        let model = Model::parse(file).unwrap();
        Interpreter::new(&model, Arithmetic::DoubleRounding).err().map(|error| error.to_string())
    };
    let layer = |zero: i64, depth: i32| {
        let weights = vec![1; usize::try_from(depth).unwrap()];
        let tensors = [
            Tensor::int8(&[1, depth], &[0.5], zero, &[]),
            Tensor::int8(&[1, depth], &[0.25], 0, &weights),
            Tensor::int32(&[0]),
            Tensor::int8(&[1, 1], &[0.125], 3, &[]),
        ];
        prepared(&model(&tensors, &[(FULLY_CONNECTED, vec![0, 1, 2], 3, vec![word(0)])]))
    };
    assert_eq!(layer(-128, 1 << 16), None);
    assert!(layer(128, 4).unwrap().contains("has no quantisation"));
    assert!(layer(i64::from(i32::MIN), 4).unwrap().contains("has no quantisation"));
    assert!(layer(0, (1 << 16) + 1).unwrap().contains("adds 65537 values up"));
}

#[test]
fn what_is_not_supported_is_named() {
    let tensors = || [Tensor::int8(&[1, 4], &[0.5], 0, &[]), Tensor::int8(&[1, 4], &[0.5], 0, &[])];
    let error = Model::parse(&model(&tensors(), &[(14, vec![0], 1, vec![])])).unwrap_err().to_string();
    assert_eq!(error, "the operator LOGISTIC is not supported");
    let error = Model::parse(b"not a model at all").unwrap_err().to_string();
    assert!(error.contains("not a valid TFLite model"), "{error}");
    let file = small();
    let small = Model::parse(&file).unwrap();
    let interpreter = Interpreter::new(&small, Arithmetic::DoubleRounding).unwrap();
    assert!(interpreter.run(Values::I8(vec![0; 5])).unwrap_err().to_string().contains("the model expects 4"));
}

/// Shapes that promise more than the file has, or more work than any model of the benchmark, are refused.
#[test]
fn huge_models_are_refused_before_anything_is_allocated() {
    let huge = [Tensor::int8(&[1, 1 << 30], &[0.5], 0, &[]), Tensor::int8(&[1, 4], &[0.5], 0, &[])];
    assert!(Model::parse(&model(&huge, &[(22, vec![0], 1, vec![])])).unwrap_err().to_string().contains("too large"));
    let tensors = [
        Tensor::int8(&[1, 2000, 2000, 1], &[0.5], 0, &[]),
        Tensor::int8(&[4, 64, 64, 1], &[0.5], 0, &vec![1; 4 * 64 * 64]),
        Tensor::int32(&[0; 4]),
        Tensor::int8(&[1, 2000, 2000, 4], &[0.5], 0, &[]),
    ];
    let options = vec![word(0), word(1), word(1), word(0), word(1), word(1)];
    let file = model(&tensors, &[(CONV, vec![0, 1, 2], 3, options)]);
    let read = Model::parse(&file).unwrap();
    assert!(Interpreter::new(&read, Arithmetic::SingleRounding).unwrap_err().to_string().contains("multiply-adds"));
}

/// Every byte of a model is replaced in turn by the values at which numbers become zero, negative or too large.
#[test]
fn models_with_one_damaged_byte_end() {
    let whole = small();
    for place in 0..whole.len() {
        for byte in [0, 1, 0x7f, 0x80, 0xff] {
            let mut file = whole.clone();
            file[place] = byte;
            models(&file);
        }
    }
}

proptest! {
    /// No change of a model makes it panic.
    #[test]
    fn damaged_models_end(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut file = small();
        for (place, byte) in changes {
            let place = place.index(file.len());
            file[place] = byte;
        }
        models(&file);
    }
}

#[test]
fn forms_of_a_model_are_its_weights_as_they_are_and_quantised_anew() {
    let real: Vec<f32> = (0..128_u8).map(|value| f32::from(value) - 60.0).collect();
    let tensors = [
        Tensor::float(&[1, 16], &[]),
        Tensor::float(&[8, 16], &real),
        Tensor::float(&[8], &[0.0; 8]),
        Tensor::float(&[1, 8], &[]),
    ];
    let lines = lines_of(&forms_of(&model(&tensors, &[(FULLY_CONNECTED, vec![0, 1, 2], 3, vec![word(0)])])).unwrap());
    let forms: Vec<&str> = lines.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(forms, ["float", "per-tensor", "per-channel"]);
    assert!(lines.lines().all(|line| line.contains(" 8x16 128 ")), "{lines}");
}

/// The reference models, if `TINYAUDIT_MODELS` names their folder, have the fingerprints in `rules/weights`, and each runs.
#[test]
fn reference_models_have_the_built_in_fingerprints() {
    let Some(folder) = folder("TINYAUDIT_MODELS") else { return };
    let known: Vec<String> = references().iter().flat_map(|one| one.prints.iter().map(ToString::to_string)).collect();
    for (file, multiply_adds, alive) in [
        ("kws_ref_model.tflite", 2_656_768, 2_656_768),
        ("pretrainedResnet_quant.tflite", 12_501_632, 12_501_632),
        ("pretrainedResnet_large_int8.tflite", 76_473_920, 68_841_920),
        ("vww_96_int8.tflite", 7_489_664, 3_742_091),
        ("ad01_int8.tflite", 264_192, 264_192),
        ("str_ww_ref_model.tflite", 826_368, 826_368),
        ("pretrainedResnet.tflite", 12_501_632, 12_501_632),
    ] {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let prints = forms_of(&bytes).unwrap();
        // Samples are those of the real weights, where there are any.
        let is_sampled = !file.contains("int8") && !file.contains("quant");
        let expected = prints.iter().filter(|print| is_sampled || print.form != Form::Equalised);
        assert!(expected.map(ToString::to_string).all(|print| known.contains(&print)), "{file}");
        let model = Model::parse(&bytes).unwrap();
        assert_eq!((model.multiply_adds(), alive_multiply_adds(&model)), (multiply_adds, alive), "{file}");
        for arithmetic in Arithmetic::ALL {
            let interpreter = Interpreter::new(&model, arithmetic).unwrap();
            let count = model.tensors[model.input].elements();
            let input =
                if file.contains("Resnet.") { Values::F32(vec![0.0; count]) } else { Values::I8(vec![0; count]) };
            interpreter.run(input).unwrap();
        }
    }
}

/// If `TINYAUDIT_INPUTS` names the folder of the official inputs, too, all outputs of kws are those in `rules/outputs`.
#[test]
fn outputs_of_the_reference_model_are_reproduced_to_the_bit() {
    let (Some(models), Some(inputs)) = (folder("TINYAUDIT_MODELS"), folder("TINYAUDIT_INPUTS")) else { return };
    let bytes = std::fs::read(models.join("kws_ref_model.tflite")).unwrap();
    let model = Model::parse(&bytes).unwrap();
    let known = outputs("kws01", "kws01").unwrap();
    for arithmetic in Arithmetic::ALL {
        let reference = known.arithmetics.iter().find(|one| one.name == arithmetic.name()).unwrap();
        let interpreter = Interpreter::new(&model, arithmetic).unwrap();
        for (place, (name, _)) in dataset("kws01").unwrap().inputs.iter().enumerate() {
            let input = std::fs::read(inputs.join("kws01").join(name)).unwrap();
            let input = input.iter().map(|byte| byte.cast_signed()).collect();
            let Values::I8(output) = interpreter.run(Values::I8(input)).unwrap() else { panic!("{name}") };
            let units: Vec<u16> = output.iter().map(|one| u16::try_from(i16::from(*one) + 128).unwrap()).collect();
            assert_eq!(Some(&units[..]), reference.vector(place), "{name}, {}", arithmetic.name());
        }
    }
}

fn folder(name: &str) -> Option<PathBuf> {
    let found = std::env::var_os(name).map(PathBuf::from);
    if found.is_none() {
        crate::skipping::skipped(&format!("{name} is not set"));
    }
    found
}

/// A model of one layer with an input of so many bytes and so many classes. Its weights are those of no reference.
pub fn own_model(input: u32, outputs: u32) -> Vec<u8> {
    let weights: Vec<i8> =
        (0..input * outputs).map(|index| i8::try_from(index % 97 * (index % 89) % 13).unwrap() - 6).collect();
    let (input, outputs) = (i32::try_from(input).unwrap(), i32::try_from(outputs).unwrap());
    let tensors = [
        Tensor::int8(&[1, input], &[0.5], 83, &[]),
        Tensor::int8(&[outputs, input], &[0.01], 0, &weights),
        Tensor::int32(&vec![0; usize::try_from(outputs).unwrap()]),
        Tensor::int8(&[1, outputs], &[2.0], 0, &[]),
        Tensor::int8(&[1, outputs], &[1.0 / 256.0], -128, &[]),
    ];
    let softmax = (SOFTMAX, vec![3], 4, vec![Node::Word(0.1_f32.to_le_bytes())]);
    model(&tensors, &[(FULLY_CONNECTED, vec![0, 1, 2], 3, vec![word(0)]), softmax])
}

/// Writes one file of pseudo-random bytes per input of the list of kws.
pub fn write_inputs(folder: &Path) {
    fs::create_dir_all(folder.join("kws01")).unwrap();
    for (place, (name, _)) in dataset("kws01").unwrap().inputs.iter().enumerate() {
        let bytes: Vec<u8> = (0..490).map(|index| u8::try_from((index * 7 + place * 31) % 251).unwrap()).collect();
        fs::write(folder.join("kws01").join(name), &bytes).unwrap();
    }
}

fn replay_kws(tree: &Path, inputs: &Path) -> std::process::Output {
    let of_tree = ["replay", golden::text(tree), "--inputs", golden::text(inputs), "--round", "v1.3"];
    golden::run(&[&of_tree[..], &["--benchmark", "kws", "--format", "json"]].concat())
}

/// Code that holds the weights of a reference only as tables is replayed with the reference's file beside the inputs, and
/// the report says so.
#[test]
fn weights_in_tables_are_run_with_the_reference_beside_the_inputs() {
    let Some(models) = folder("TINYAUDIT_MODELS") else { return };
    let folder = TempDir::new().unwrap();
    let below = |name: &str| folder.path().join(name);
    let (inputs, tree) = (below("inputs"), below("tree"));
    write_inputs(&inputs);
    let reference = fs::read(models.join("kws_ref_model.tflite")).unwrap();
    let beside = inputs.join("kws_ref_model.tflite");
    fs::write(&beside, &reference).unwrap();
    let device = ["--profile", "cortex-m4-reference", "--benchmark", "kws", "--model", golden::text(&beside)];
    let rest = ["--dialect", "eembc", "--datasets", golden::text(&inputs)];
    let demo = golden::run(&[&["demo", golden::text(&tree), "--round", "v1.3"], &device[..], &rest].concat());
    assert!(demo.status.success(), "{}", golden::said(&demo));
    assert_eq!(replay_kws(&tree, &inputs).status.code(), Some(2));
    let mut tables = String::new();
    for (index, tensor) in Model::constants(&reference).unwrap().iter().enumerate() {
        let (_, data) = tensor.data.as_ref().unwrap();
        let values: Vec<String> = data.iter().map(|byte| byte.cast_signed().to_string()).collect();
        writeln!(tables, "static const int8_t layer_{index}[] = {{{}}};", values.join(", ")).unwrap();
    }
    let code = tree.join("closed/ExampleCo/code/kws");
    fs::create_dir_all(&code).unwrap();
    fs::write(code.join("weights.c"), tables).unwrap();
    let replayed = replay_kws(&tree, &inputs);
    assert!(replayed.status.success(), "{}", golden::said(&replayed));
    let outcome: serde_json::Value = serde_json::from_slice(&replayed.stdout).unwrap();
    let first = &outcome["replayed"][0];
    assert_eq!(first["weights_in"], "closed/ExampleCo/code/kws/weights.c");
    assert_eq!((&first["rows"], &first["comparisons"][0]["exact"]), (&1000.into(), &1000.into()));
    // Other weights beside the inputs are not those in the code.
    fs::write(&beside, own_model(490, 12)).unwrap();
    assert_eq!(replay_kws(&tree, &inputs).status.code(), Some(2));
}

/// A simulated device runs a model on the bytes it is sent. The log of that session is reproduced with the model in the
/// code, and without one it is not compared.
#[test]
fn the_log_of_a_device_with_a_model_is_reproduced() {
    let folder = TempDir::new().unwrap();
    let below = |name: &str| folder.path().join(name);
    let (tree, inputs, session) = (below("tree"), below("inputs"), below("session"));
    golden::copy(golden::OTHERS.path(), &tree);
    write_inputs(&inputs);
    let own = below("own.tflite");
    fs::write(&own, own_model(490, 12)).unwrap();
    let (own, datasets, into) = (golden::text(&own), golden::text(&inputs), golden::text(&session));
    let run = |benchmark: &str, into: &str| {
        let device = ["run", "--profile", "cortex-m4-reference", "--model", own, "--benchmark", benchmark];
        let rest = ["--mode", "accuracy", "--dialect", "eembc", "--datasets", datasets, "--into", into];
        golden::run(&[&device[..], &rest].concat())
    };
    let other = run("vww", golden::text(&below("other")));
    assert!(golden::said(&other).contains("name a model of vww"), "{}", golden::said(&other));
    let measured = run("kws", into);
    assert!(measured.status.success(), "{}", golden::said(&measured));
    let said = golden::said(&measured);
    assert!(said.contains("no weights of a reference model were found"), "{said}");
    // A whole submission of the model has the same answers.
    let demo = below("demo");
    let device = ["--profile", "cortex-m4-reference", "--benchmark", "kws", "--model", own, "--datasets", datasets];
    let written =
        golden::run(&[&["demo", golden::text(&demo), "--round", "v1.3", "--dialect", "eembc"], &device[..]].concat());
    assert!(written.status.success(), "{}", golden::said(&written));
    let answers = |log: &Path| -> Vec<String> {
        let text = fs::read_to_string(log).unwrap();
        text.lines().filter_map(|line| Some(line.split_once("m-results-")?.1.to_owned())).collect()
    };
    let of_demo = demo.join("closed/ExampleCo/results/simulated_m4_80mhz/kws/accuracy/log.txt");
    assert_eq!(answers(&session.join("log.txt")).len(), 1000);
    assert_eq!(answers(&of_demo), answers(&session.join("log.txt")));
    let accuracy = tree.join("closed/ExampleCo/results/simulated_m4_80mhz/kws/accuracy");
    for file in ["log.txt", "results.txt"] {
        fs::copy(session.join(file), accuracy.join(file)).unwrap();
    }
    let replay = || replay_kws(&tree, &inputs);
    let nothing = replay();
    assert_eq!(nothing.status.code(), Some(2), "{}", golden::said(&nothing));
    assert!(golden::said(&nothing).contains("name one with --model"), "{}", golden::said(&nothing));
    fs::create_dir_all(tree.join("closed/ExampleCo/code/kws")).unwrap();
    fs::copy(own, tree.join("closed/ExampleCo/code/kws/own.tflite")).unwrap();
    let replayed = replay();
    assert!(replayed.status.success(), "{}", golden::said(&replayed));
    let outcome: serde_json::Value = serde_json::from_slice(&replayed.stdout).unwrap();
    let first = &outcome["replayed"][0];
    assert_eq!(first["rows"], 1000);
    let double =
        first["comparisons"].as_array().unwrap().iter().find(|one| one["arithmetic"] == "int8-double").unwrap();
    assert_eq!(double["exact"], 1000, "{first}");
}
