//! First aid for a silent bench: asks a device or an energy monitor a few harmless questions and says what is wrong.

use std::io;

use super::device::{Device, LinkError, MOST_OF_REPLY, Micros, Received, SECOND, discard_arrived};
use super::runner::dialogue::{digits, token};
use crate::parse::text::is_hidden;
use crate::round::Round;

/// What was seen, and the next step if something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remark {
    /// What was seen.
    pub says: String,
    /// The next step; `None` if all is well.
    pub next: Option<String>,
}

impl Remark {
    fn good(says: impl Into<String>) -> Self {
        Self { says: says.into(), next: None }
    }

    fn bad(says: impl Into<String>, next: impl Into<String>) -> Self {
        Self { says: says.into(), next: Some(next.into()) }
    }
}

/// Opens the port at a baud rate.
pub(crate) type Opener<'a> = &'a mut dyn FnMut(u32) -> io::Result<Box<dyn Device>>;

/// Baud rates that firmware uses.
pub(crate) const BAUDS: [u32; 4] = [115_200, 9600, 921_600, 1_000_000];
/// Baud rate of the monitor.
const MONITOR_BAUD: u32 = 3_686_400;
/// Longest wait for a line of a reply.
const LINE: Micros = SECOND;
/// Longest time of a whole reply.
const REPLY: Micros = 5 * SECOND;
/// Time between two time stamps that are compared.
const BETWEEN: Micros = 2 * SECOND;
/// Maximum difference between the device's clock and the host's, as a fraction.
const CLOCK: f64 = 0.02;
/// The first version of the monitor's firmware that the runners support.
const MONITOR_VERSION: [u32; 3] = [1, 0, 6];

/// A reply: its lines up to `m-ready`.
struct Reply {
    lines: Vec<Received>,
    /// Bytes after the last line.
    unfinished: usize,
    /// Whether a line ends with `m-ready`.
    ready: bool,
}

impl Reply {
    fn texts(&self) -> impl Iterator<Item = String> + '_ {
        self.lines.iter().map(|line| String::from_utf8_lossy(line.text.trim_ascii()).into_owned())
    }

    /// Returns the value of a token, for example `kws01` of `m-model-[kws01]`.
    fn token(&self, opening: &str) -> Option<String> {
        self.lines.iter().find_map(|line| token(&line.text, opening))
    }

    fn is_text(&self) -> bool {
        let odd = |c: char| c == '\u{FFFD}' || c.is_control() || is_hidden(c);
        self.texts().all(|text| !text.contains(odd))
    }

    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.unfinished == 0
    }

    /// Returns the first line as it can be shown.
    fn sample(&self) -> String {
        let text: String = self.texts().next().unwrap_or_default().chars().take(60).collect();
        text.replace(|c: char| c.is_control() || is_hidden(c), "\u{FFFD}")
    }
}

fn ask(device: &mut dyn Device, sent: &[u8]) -> Result<Reply, LinkError> {
    discard_arrived(device)?;
    device.send(sent)?;
    let until = device.now() + REPLY;
    let mut reply = Reply { lines: Vec::new(), unfinished: 0, ready: false };
    let mut bytes = 0;
    while device.now() < until && bytes < MOST_OF_REPLY {
        let Some(line) = device.receive(LINE)? else { break };
        let ready = line.text.trim_ascii().ends_with(b"m-ready");
        bytes += line.memory();
        reply.lines.push(line);
        if ready {
            reply.ready = true;
            break;
        }
    }
    reply.unfinished = device.unfinished();
    Ok(reply)
}

/// Examines a device under test, or the interface board in front of one.
///
/// # Errors
/// When the port cannot be opened, or the link breaks.
pub(crate) fn examine_device(open: Opener<'_>, bauds: &[u32], round: &Round) -> io::Result<Vec<Remark>> {
    let tried = || bauds.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let mut best: Option<Reply> = None;
    for baud in bauds {
        let mut device = open(*baud)?;
        let reply = ask(&mut *device, b"name%").map_err(io::Error::other)?;
        if reply.ready {
            let mut remarks = vec![Remark::good(format!("the device answers at {baud} baud"))];
            remarks.extend(questions(&mut *device, &reply, round).map_err(io::Error::other)?);
            return Ok(remarks);
        }
        if !reply.is_empty() && best.as_ref().is_none_or(|best| !best.is_text() || best.lines.is_empty()) {
            best = Some(reply);
        }
    }
    Ok(vec![match best {
        None => Remark::bad(
            format!("no byte came at {} baud", tried()),
            "check power and cable, close other programs that use the port, swap RX and TX, and reset the board: its firmware \
             prints m-ready when it starts",
        ),
        Some(reply) if reply.lines.is_empty() || !reply.is_text() => Remark::bad(
            format!("bytes came that are not text, at {} baud", tried()),
            "the firmware uses another baud rate; find it in its source and name it with --baud",
        ),
        Some(reply) => Remark::bad(
            format!("the device prints text such as `{}`, but does not end a reply with m-ready", reply.sample()),
            "flash the benchmark's firmware; if it is, its command parser does not print m-ready",
        ),
    }])
}

fn questions(device: &mut dyn Device, name: &Reply, round: &Round) -> Result<Vec<Remark>, LinkError> {
    let mut remarks = Vec::new();
    if let Some(name) = name.token("m-name-dut-[") {
        remarks.push(Remark::good(format!("it is a device under test, name `{name}`")));
    } else if name.texts().any(|text| text.contains("Interface Board") || text.contains("m-name-[")) {
        remarks.push(Remark::bad(
            format!("this is an interface board (`{}`), not the device", name.sample()),
            "name its port with --board, and measure with `tinyaudit run --board`",
        ));
        return Ok(remarks);
    } else {
        remarks.push(Remark::bad(
            format!("`name` is answered with `{}`", name.sample()),
            "the reply needs a line m-name-dut-[…], by which the runners recognise a device",
        ));
    }
    if !name.is_text() {
        remarks.push(Remark::bad(
            "a reply contains bytes that are not text",
            "bytes are damaged on the way: use a shorter cable, a common ground, or a lower baud rate",
        ));
    }
    if let Some(line) = device.receive(SECOND / 2)? {
        let text = String::from_utf8_lossy(&line.text).trim().to_owned();
        remarks.push(Remark::bad(
            format!("after its m-ready, the device goes on with `{text}`"),
            "print m-ready once, at the end of a reply: the runner takes this line for the reply to its next command",
        ));
    }
    remarks.push(model(&ask(device, b"profile%")?, round));
    let load = ask(device, b"db load 8%")?;
    let bytes = ask(device, b"db 0011223344556677%")?;
    remarks.push(if load.texts().any(|text| text.contains("Expecting 8 bytes")) && bytes.texts().any(|text| text.contains("m-load-done")) {
        Remark::good("inputs can be loaded")
    } else {
        Remark::bad(
            format!("8 bytes of an input were not taken: `{}`", if bytes.is_empty() { load.sample() } else { bytes.sample() }),
            "bytes are lost on the way to the device: its receive buffer must hold a command of 80 characters while it works",
        )
    });
    remarks.extend(stamps(device)?);
    Ok(remarks)
}

fn model(reply: &Reply, round: &Round) -> Remark {
    let Some(model) = reply.token("m-model-[") else {
        return Remark::bad(
            "`profile` does not name a model",
            "the reply needs a line m-model-[…], by which the runners choose the inputs",
        );
    };
    match round.benchmark_of_model(&model) {
        Some(benchmark) => Remark::good(format!("its model is `{model}`, benchmark {benchmark}")),
        None => Remark::bad(
            format!("its model is `{model}`, which is not a benchmark of {}", round.name),
            "set the model string of the benchmark in the firmware (TH_MODEL_VERSION)",
        ),
    }
}

/// Compares two time stamps with the host's clock.
fn stamps(device: &mut dyn Device) -> Result<Vec<Remark>, LinkError> {
    let lap = |reply: &Reply| -> Option<(u64, Micros)> {
        reply.lines.iter().find_map(|line| Some((digits(&line.text, "m-lap-us-")?, line.at)))
    };
    let first = ask(device, b"timestamp%")?;
    let Some((start, at)) = lap(&first) else {
        return Ok(vec![if first.ready {
            Remark::bad(
                "`timestamp` prints no time: the firmware is built for energy mode",
                "measure with --mode energy and a monitor, or build the firmware for performance (EE_CFG_ENERGY_MODE 0)",
            )
        } else {
            Remark::bad("`timestamp` is not answered", "the firmware must implement th_timestamp")
        }]);
    };
    let until = device.now() + BETWEEN;
    while device.now() < until {
        device.receive(until.saturating_sub(device.now()))?;
    }
    let Some((stop, later)) = lap(&ask(device, b"timestamp%")?) else {
        return Ok(vec![Remark::bad(
            "the second `timestamp` is not answered",
            "see whether the firmware restarts: it then prints its banner",
        )]);
    };
    let mut remarks = vec![Remark::good("the firmware is built for performance: `timestamp` prints a time")];
    let (device_s, host_s) = (stop.saturating_sub(start) as f64 / 1e6, (later - at) as f64 / 1e6);
    let ratio = device_s / host_s;
    remarks.push(if stop <= start {
        Remark::bad("the time stamps do not increase", "start the timer that th_timestamp reads")
    } else if (ratio - 1.0).abs() > CLOCK {
        Remark::bad(
            format!("the device counts {device_s:.3} s while {host_s:.3} s pass ({:+.1} %)", 100.0 * (ratio - 1.0)),
            "correct the frequency that the firmware's timer assumes: the throughput would be wrong by as much",
        )
    } else {
        Remark::good(format!("its clock agrees with this computer's ({:+.2} %)", 100.0 * (ratio - 1.0)))
    });
    if start.is_multiple_of(10_000) && stop.is_multiple_of(10_000) {
        remarks.push(Remark::bad(
            "the time stamps are multiples of 10 ms",
            "use a timer with a resolution of at least 1 ms (MLPerf Tiny rules, time stamps)",
        ));
    }
    Ok(remarks)
}

/// Examines an energy monitor of the kind LPM01A, which samples for about a second. With `millivolts`, it then supplies the
/// device, as long as the returned link is open.
///
/// # Errors
/// When the port cannot be opened, or the link breaks.
pub(crate) fn examine_monitor(open: Opener<'_>, millivolts: Option<u32>) -> io::Result<(Vec<Remark>, Box<dyn Device>)> {
    let mut monitor = open(MONITOR_BAUD)?;
    let mut remarks = monitor_questions(&mut *monitor).map_err(io::Error::other)?;
    // Nothing is powered by what is not known to be a monitor.
    if let Some(millivolts) = millivolts.filter(|_| remarks.iter().all(|remark| remark.next.is_none())) {
        let mut accepted = true;
        for command in [format!("volt {millivolts}m"), "pwr on".to_owned()] {
            let reply = ask(&mut *monitor, format!("{command}\n").as_bytes()).map_err(io::Error::other)?;
            accepted = accepted && reply.texts().any(|text| text.contains("ack"));
        }
        remarks.push(if accepted {
            Remark::good(format!("it supplies the device with {millivolts} mV"))
        } else {
            Remark::bad(format!("it does not accept a supply of {millivolts} mV"), "see the manual of the monitor")
        });
    }
    Ok((remarks, monitor))
}

fn monitor_questions(monitor: &mut dyn Device) -> Result<Vec<Remark>, LinkError> {
    let version = ask(monitor, b"version\n")?;
    if version.is_empty() {
        return Ok(vec![Remark::bad(
            "the monitor does not answer",
            "connect the USB port of the monitor itself, give it its own supply, and close STM32CubeMonitor-Power",
        )]);
    }
    let mut remarks = vec![Remark::good("the monitor answers")];
    let number = |text: &str| -> Option<[u32; 3]> {
        text.split_ascii_whitespace().find_map(|word| {
            let parts: Vec<u32> = word.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
            parts.try_into().ok()
        })
    };
    let known = version.texts().find_map(|text| number(&text));
    remarks.push(match known {
        Some(own) if own >= MONITOR_VERSION => {
            Remark::good(format!("its firmware is {}", own.map(|part| part.to_string()).join(".")))
        }
        Some(own) => Remark::bad(
            format!("its firmware is {}", own.map(|part| part.to_string()).join(".")),
            format!(
                "update it to {} or later; older ones refuse commands of the runner",
                MONITOR_VERSION.map(|part| part.to_string()).join(".")
            ),
        ),
        None => Remark::bad(
            format!("it answers `version` with `{}`", version.sample()),
            "this is not an LPM01A; other monitors are not examined",
        ),
    });
    if known.is_none() {
        return Ok(remarks);
    }
    ask(monitor, b"htc\n")?;
    ask(monitor, b"output energy\n")?;
    ask(monitor, b"format ascii_dec\n")?;
    ask(monitor, b"freq 1k\n")?;
    ask(monitor, b"acqtime inf\n")?;
    monitor.send(b"start\n")?;
    let (mut samples, until) = (0, monitor.now() + SECOND);
    while monitor.now() < until {
        if let Some(line) = monitor.receive(SECOND / 10)? {
            let is_sample = |text: &[u8]| text.len() == 7 && text[..4].iter().all(u8::is_ascii_digit);
            samples += u32::from(is_sample(line.text.trim_ascii()));
        }
    }
    monitor.send(b"stop\n")?;
    ask(monitor, b"pwr get\n")?;
    remarks.push(if samples >= 500 {
        Remark::good(format!("it samples: {samples} samples in about a second"))
    } else {
        Remark::bad(
            format!("it sends {samples} samples in about a second, expected about 1000"),
            "restart the monitor; through a USB hub, connect it directly",
        )
    });
    Ok(remarks)
}
