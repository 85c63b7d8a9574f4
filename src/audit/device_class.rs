//! Device class of a system, derived from its description. Figures are compared within a class.

use std::fmt;

use crate::model::System;

/// A class of devices.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DeviceClass {
    /// An Arm Cortex-M without accelerator, with the core number, `33` or `0+`.
    CortexM(String),
    /// A RISC-V core without accelerator.
    RiscV,
    /// Any other processor without accelerator.
    Processor,
    /// A processor with an accelerator.
    Accelerator,
    /// Programmable logic.
    Fpga,
    /// The description does not name a processor.
    Unknown,
}

impl fmt::Display for DeviceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CortexM(core) => write!(f, "Cortex-M{core}"),
            Self::RiscV => f.write_str("RISC-V"),
            Self::Processor => f.write_str("other processor"),
            Self::Accelerator => f.write_str("with an accelerator"),
            Self::Fpga => f.write_str("FPGA"),
            Self::Unknown => f.write_str("not described"),
        }
    }
}

impl DeviceClass {
    /// Returns the class of a system.
    #[must_use]
    pub(crate) fn new(system: &System) -> Self {
        let field = |key: &str| system.description.as_ref().map_or("", |description| description.text(key));
        Self::from_fields(field("Processor(s) Name"), field("Accelerator"))
    }

    fn from_fields(processor: &str, accelerator: &str) -> Self {
        let (processor, accelerator) = (processor.to_lowercase(), accelerator.to_lowercase());
        let both = format!("{processor} {accelerator}");
        let says = |text: &str, signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
        if says(&both, &["fpga", "xilinx", "zynq", "artix", "virtex", "kintex", "microblaze", "xc7", "pynq"]) {
            return Self::Fpga;
        }
        if is_accelerator(&accelerator) {
            return Self::Accelerator;
        }
        // Trademark signs may separate the words, as in `Cortex®-M4`.
        let plain: String = processor.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '+').collect();
        if let Some((_, rest)) = plain.split_once("cortexm") {
            let digits = rest.chars().take_while(char::is_ascii_digit).count().min(2);
            let plus = usize::from(rest[digits..].starts_with('+'));
            if digits > 0 {
                return Self::CortexM(rest[..digits + plus].to_owned());
            }
        }
        if says(&plain, &["riscv", "rv32", "rv64", "andescore"]) {
            return Self::RiscV;
        }
        if plain.is_empty() { Self::Unknown } else { Self::Processor }
    }
}

/// Whether the description names an accelerator; "none", "N/A" and the like do not count.
#[must_use]
pub(crate) fn has_accelerator(system: &System) -> bool {
    is_accelerator(
        &system.description.as_ref().map_or("", |description| description.text("Accelerator")).to_lowercase(),
    )
}

fn is_accelerator(text: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let none = ["none", "no", "na", "not", "without"];
    !(words.is_empty() || words[0] == "n" && words.len() == 2 || none.contains(&words[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_follow_from_the_words_submitters_use() {
        for (processor, accelerator, class) in [
            ("32-bit Arm® Cortex®-M4 (DSP + FPU)", "", "Cortex-M4"),
            ("32-bit Arm® Cortex®-M0+", "No accelerator", "Cortex-M0+"),
            ("ARM Cortex M33 CPU with FPU", "N/A", "Cortex-M33"),
            ("Arm Cortex-M55", "Ethos-U55", "with an accelerator"),
            ("HiFi3 + M0", "Core 2", "with an accelerator"),
            ("RV32IMAC with FPU", "", "RISC-V"),
            ("AndesCore™ D45, 8-stage", "", "RISC-V"),
            ("Microblaze", "Artix-7", "FPGA"),
            ("ARM Cortex A9 Based", "Xilinx Z-7020", "FPGA"),
            ("Renesas RXv2", "-", "other processor"),
            ("Cortex-M", "", "other processor"),
            ("", "", "not described"),
        ] {
            assert_eq!(DeviceClass::from_fields(processor, accelerator).to_string(), class, "{processor}");
        }
    }
}
