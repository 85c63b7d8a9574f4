//! Controls a browser over a pipe with the DevTools protocol.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tinyaudit::render::html::policy::base64;

/// Address of the page. The host does not exist; the test answers its requests.
pub const ADDRESS: &str = "http://host.test/any/path/page.html";

/// Time-out for an answer.
const PATIENCE: Duration = Duration::from_secs(100);

/// A page in a browser without other connections.
pub struct Chromium {
    child: Child,
    to: File,
    from: Receiver<Value>,
    calls: u64,
    /// The tab.
    tab: String,
    page: String,
    /// Contexts in which scripts run, each with its session and frame.
    contexts: Vec<(String, u64, String)>,
    /// Requests for other addresses.
    pub requests: Vec<String>,
    folder: TempDir,
}

impl Chromium {
    /// Opens a page.
    pub fn open(browser: &Path, page: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let pipes = ["in", "out"].map(|name| folder.path().join(name));
        assert!(Command::new("mkfifo").args(&pipes).status().unwrap().success());
        let child = Command::new("sh")
            .args(["-c", "exec 3<\"$1\" 4>\"$2\"; shift 2; exec \"$@\"", "sh"])
            .args(&pipes)
            .arg(browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--no-first-run", "about:blank"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = fs::OpenOptions::new().write(true).open(&pipes[0]).unwrap();
        let out = BufReader::new(File::open(&pipes[1]).unwrap());
        let (sender, from) = channel();
        std::thread::spawn(move || {
            for message in out.split(0).map_while(Result::ok) {
                let _ = sender.send(serde_json::from_slice(&message).unwrap());
            }
        });
        let mut opened = Self {
            child,
            to,
            from,
            calls: 0,
            tab: String::new(),
            page: page.to_owned(),
            contexts: Vec::new(),
            requests: Vec::new(),
            folder,
        };
        let target = opened.call("", "Target.createTarget", &json!({"url": "about:blank"}))["targetId"].clone();
        let attached = opened.call("", "Target.attachToTarget", &json!({"targetId": target, "flatten": true}));
        attached["sessionId"].as_str().unwrap().clone_into(&mut opened.tab);
        let downloads = json!({"behavior": "allow", "downloadPath": opened.folder.path().join("downloads")});
        opened.call("", "Browser.setDownloadBehavior", &downloads);
        let tab = opened.tab.clone();
        opened.prepare(&tab);
        opened.call(&tab, "Page.enable", &json!({}));
        opened.call(&tab, "Page.navigate", &json!({"url": ADDRESS}));
        opened.run("new Promise((done) => document.readyState === 'complete' ? done(1) : addEventListener('load', () => done(1)))");
        opened
    }

    /// Listens to a part of the page: the tab, its frames, its workers.
    fn prepare(&mut self, session: &str) {
        let watched = json!({"autoAttach": true, "waitForDebuggerOnStart": false, "flatten": true});
        self.send(session, "Fetch.enable", &json!({}));
        self.send(session, "Runtime.enable", &json!({}));
        self.send(session, "Target.setAutoAttach", &watched);
    }

    fn send(&mut self, session: &str, method: &str, parameters: &Value) -> u64 {
        self.calls += 1;
        let mut message = json!({"id": self.calls, "method": method, "params": parameters});
        if !session.is_empty() {
            message["sessionId"] = session.into();
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        self.calls
    }

    /// Calls a method and returns its result; handles events in the meantime.
    pub fn call(&mut self, session: &str, method: &str, parameters: &Value) -> Value {
        self.try_call(session, method, parameters).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    fn try_call(&mut self, session: &str, method: &str, parameters: &Value) -> Result<Value, Value> {
        let id = self.send(session, method, parameters);
        loop {
            let message = self.from.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no answer to {method}"));
            if message["id"] == id {
                return if message["error"].is_null() {
                    Ok(message["result"].clone())
                } else {
                    Err(message["error"].clone())
                };
            }
            self.hear(&message);
        }
    }

    fn hear(&mut self, message: &Value) {
        let (session, parameters) = (message["sessionId"].as_str().unwrap_or_default(), &message["params"]);
        match message["method"].as_str() {
            Some("Target.attachedToTarget") => self.prepare(parameters["sessionId"].as_str().unwrap()),
            Some("Runtime.executionContextCreated") => {
                let context = &parameters["context"];
                let frame = context["auxData"]["frameId"].as_str().unwrap_or_default();
                self.contexts.push((session.to_owned(), context["id"].as_u64().unwrap(), frame.to_owned()));
            }
            Some("Runtime.executionContextDestroyed") => {
                self.contexts.retain(|(own, id, _)| own != session || parameters["executionContextId"] != *id);
            }
            Some("Runtime.executionContextsCleared") => self.contexts.retain(|(own, ..)| own != session),
            Some("Target.detachedFromTarget") => self.contexts.retain(|(own, ..)| parameters["sessionId"] != **own),
            Some("Fetch.requestPaused") => {
                let url = parameters["request"]["url"].as_str().unwrap().to_owned();
                let mut answer = json!({"requestId": parameters["requestId"]});
                let method = if url == ADDRESS {
                    answer["responseCode"] = 200.into();
                    answer["responseHeaders"] = json!([{"name": "Content-Type", "value": "text/html"}]);
                    answer["body"] = base64(self.page.as_bytes()).into();
                    "Fetch.fulfillRequest"
                } else if url.starts_with("blob:") || url.starts_with("data:") {
                    "Fetch.continueRequest"
                } else {
                    self.requests.push(url);
                    answer["errorReason"] = "AccessDenied".into();
                    "Fetch.failRequest"
                };
                self.send(session, method, &answer);
            }
            _ => {}
        }
    }

    /// Runs a script in the page and returns its result, after promises are resolved.
    pub fn run(&mut self, script: &str) -> Value {
        let tab = self.tab.clone();
        self.run_in(&tab, None, script)
    }

    /// Runs a script in the frame of the report or in the worker, once it is loaded.
    pub fn run_inside(&mut self, part: Part, script: &str) -> Value {
        let frames = self.call(&self.tab.clone(), "Page.getFrameTree", &json!({}));
        let own = frames["frameTree"]["frame"]["id"].as_str().unwrap().to_owned();
        let since = Instant::now();
        loop {
            assert!(since.elapsed() < PATIENCE, "the part does not exist");
            let is_meant = |(_, _, frame): &&(String, u64, String)| match part {
                Part::Frame => !frame.is_empty() && own != *frame,
                Part::Worker => frame.is_empty(),
            };
            let found = self.contexts.iter().rev().find(is_meant).cloned();
            if let Some((session, context, _)) = found {
                let asked = json!({"expression": "location.protocol", "contextId": context});
                let answer = self.try_call(&session, "Runtime.evaluate", &asked);
                if answer.is_ok_and(|answer| answer["result"]["value"] == "blob:") {
                    return self.run_in(&session, Some(context), script);
                }
            }
            // In the meantime the browser reports its contexts.
            std::thread::sleep(Duration::from_millis(20));
            self.call("", "Browser.getVersion", &json!({}));
        }
    }

    fn run_in(&mut self, session: &str, context: Option<u64>, script: &str) -> Value {
        let mut parameters =
            json!({"expression": script, "awaitPromise": true, "returnByValue": true, "userGesture": true});
        if let Some(context) = context {
            parameters["contextId"] = context.into();
        }
        let answer = self.call(session, "Runtime.evaluate", &parameters);
        assert!(answer["exceptionDetails"].is_null(), "{script}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Waits until a condition is true in the page, and returns its value.
    pub fn wait(&mut self, condition: &str) -> Value {
        self.run(&format!(
            "new Promise((done) => {{ const look = () => {{ const seen = {condition}; \
             if (seen) done(seen); else setTimeout(look, 20); }}; look(); }})"
        ))
    }

    /// Drops files or folders on the page.
    pub fn drop(&mut self, files: &[&Path]) {
        let tab = self.tab.clone();
        for kind in ["dragEnter", "dragOver", "drop"] {
            let data = json!({"items": [], "files": files, "dragOperationsMask": 1});
            self.call(&tab, "Input.dispatchDragEvent", &json!({"type": kind, "x": 100, "y": 150, "data": data}));
        }
    }

    /// Selects files or a folder with an input element.
    pub fn choose(&mut self, input: &str, files: &[&Path]) {
        let tab = self.tab.clone();
        let found =
            self.call(&tab, "Runtime.evaluate", &json!({"expression": format!("document.querySelector({input:?})")}));
        let object = &found["result"]["objectId"];
        self.call(&tab, "DOM.setFileInputFiles", &json!({"files": files, "objectId": object}));
    }

    /// Presses a key.
    pub fn press(&mut self, key: &str) {
        let tab = self.tab.clone();
        let text = if key == "Enter" { "\r" } else { "" };
        let code = if key == "Enter" { 13 } else { 9 };
        for kind in ["keyDown", "keyUp"] {
            let event = json!({"type": kind, "key": key, "text": text, "windowsVirtualKeyCode": code});
            self.call(&tab, "Input.dispatchKeyEvent", &event);
        }
    }

    /// Sets the width of the window.
    pub fn width(&mut self, width: u32) {
        let metrics = json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false});
        let tab = self.tab.clone();
        self.call(&tab, "Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Clicks and returns the downloaded file once it is complete. A busy browser sometimes loses a download; then it
    /// clicks again.
    pub fn downloaded(&mut self, name: &str, click: impl Fn(&mut Self)) -> Vec<u8> {
        let folder = self.folder.path().join("downloads");
        let path: PathBuf = folder.join(name);
        for _ in 0..3 {
            click(self);
            let since = Instant::now();
            while since.elapsed() < PATIENCE / 3 {
                // The browser creates an empty file first.
                if fs::metadata(&path).map_or(0, |file| file.len()) > 0 {
                    let bytes = fs::read(&path).unwrap();
                    fs::remove_file(path).unwrap();
                    return bytes;
                }
                // Answers requests of the browser in the meantime.
                self.call("", "Browser.getVersion", &json!({}));
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        let there: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        panic!("{name} was not downloaded; found {there:?}")
    }
}

/// A part of the page that runs its own scripts.
#[derive(Clone, Copy)]
pub enum Part {
    /// The frame with the report.
    Frame,
    /// The worker with the audit.
    Worker,
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
