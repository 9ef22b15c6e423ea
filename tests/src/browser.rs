//! Chromium, asked over a pipe (Chrome DevTools Protocol): what a person would see and press, with an authenticator in
//! software behind `navigator.credentials`.

#![expect(
    clippy::indexing_slicing,
    reason = "a member that an answer does not have is null"
)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use anyhow::{Context as _, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Names the browser; `tests/run` sets it.
const BROWSER: &str = "YINXIN_TEST_CHROMIUM";
/// How long a browser that is stuck holds a test up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page.
pub struct Browser {
    child: Child,
    asks: ChildStdin,
    told: Receiver<Value>,
    number: u64,
    session: Option<String>,
    _profile: TempDir,
}

impl std::fmt::Debug for Browser {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Browser").finish_non_exhaustive()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Browser {
    /// A browser that reaches this machine alone, where the environment names one. Without it a test says what it left out;
    /// continuous integration has to name it.
    ///
    /// # Errors
    /// It does not begin; continuous integration names none.
    pub fn expected() -> anyhow::Result<Option<Browser>> {
        let Some(program) = std::env::var_os(BROWSER).filter(|program| !program.is_empty()) else {
            if std::env::var_os("CI").is_some() {
                bail!("continuous integration names the browser in {BROWSER}");
            }
            eprintln!("not seen by a browser: none is named in {BROWSER}");
            return Ok(None);
        };
        let profile = tempfile::tempdir()?;
        // It reads its third descriptor and writes its fourth.
        let mut child = Command::new("sh")
            .args([
                "-c",
                "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1",
                "sh",
            ])
            .arg(program)
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-dev-shm-usage",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ])
            .arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args([
                "--remote-debugging-pipe",
                "--window-size=1000,1400",
                "about:blank",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let asks = child.stdin.take().context("a pipe")?;
        let mut answers = BufReader::new(child.stdout.take().context("a pipe")?);
        let (tell, told) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while answers
                .read_until(0, &mut message)
                .is_ok_and(|read| read > 0)
            {
                message.pop();
                let value = serde_json::from_slice(&message).unwrap_or(Value::Null);
                if tell.send(value).is_err() {
                    break;
                }
                message.clear();
            }
        });
        let mut browser = Browser {
            child,
            asks,
            told,
            number: 0,
            session: None,
            _profile: profile,
        };
        browser.attach()?;
        Ok(Some(browser))
    }

    fn attach(&mut self) -> anyhow::Result<()> {
        let target = self.ask("Target.createTarget", &json!({"url": "about:blank"}))?;
        let target = json!({"targetId": target["targetId"], "flatten": true});
        let session = self.ask("Target.attachToTarget", &target)?;
        self.session = session["sessionId"].as_str().map(str::to_owned);
        self.ask("Page.enable", &json!({}))?;
        Ok(())
    }

    /// What the browser answers to one method.
    fn ask(&mut self, method: &str, parameters: &Value) -> anyhow::Result<Value> {
        self.number += 1;
        let mut message = json!({"id": self.number, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut octets = serde_json::to_vec(&message)?;
        octets.push(0);
        self.asks.write_all(&octets)?;
        let number = self.number;
        let answer = self.until(|told| told["id"] == number)?;
        if answer["error"].is_object() {
            bail!("{method}: {}", answer["error"]);
        }
        Ok(answer["result"].clone())
    }

    fn until(&self, wanted: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        loop {
            let told = self.told.recv_timeout(PATIENCE).context("no answer")?;
            if wanted(&told) {
                return Ok(told);
            }
        }
    }

    /// An authenticator of this device that verifies whose finger it is, and whose finger is there.
    ///
    /// # Errors
    /// The browser has none.
    pub fn with_authenticator(&mut self) -> anyhow::Result<()> {
        self.ask("WebAuthn.enable", &json!({"enableUI": false}))?;
        let options = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true,
        });
        self.ask(
            "WebAuthn.addVirtualAuthenticator",
            &json!({"options": options}),
        )?;
        Ok(())
    }

    /// Opens a page and waits until it has loaded.
    ///
    /// # Errors
    /// It does not load.
    pub fn open(&mut self, address: &str) -> anyhow::Result<()> {
        let opened = self.ask("Page.navigate", &json!({"url": address}))?;
        if let Some(fault) = opened["errorText"].as_str() {
            bail!("{address}: {fault}");
        }
        self.until(|told| told["method"] == "Page.loadEventFired")?;
        Ok(())
    }

    /// The value of an expression on the page; of a promise, what it becomes.
    ///
    /// # Errors
    /// What it throws.
    pub fn value(&mut self, expression: &str) -> anyhow::Result<Value> {
        let asked = json!({"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true});
        let answer = self.ask("Runtime.evaluate", &asked)?;
        if answer["exceptionDetails"].is_object() {
            bail!("{expression}: {}", answer["exceptionDetails"]);
        }
        Ok(answer["result"]["value"].clone())
    }

    /// Waits until an expression is true on the page.
    ///
    /// # Errors
    /// It throws, or does not become true for as long as anybody waits.
    pub fn wait(&mut self, expression: &str) -> anyhow::Result<()> {
        let look = format!(
            "new Promise((done) => {{ const look = () => ({expression}) ? done(true) : setTimeout(look, 20); look(); }})"
        );
        let text = "document.body.innerText.slice(0, 2000)";
        if let Err(fault) = self.value(&look) {
            let shown = self.value(text).unwrap_or_default();
            bail!("{expression}: {fault}; {shown}");
        }
        Ok(())
    }

    /// Writes into a field of the page.
    ///
    /// # Errors
    /// There is no such field.
    pub fn write(&mut self, field: &str, text: &str) -> anyhow::Result<()> {
        let (field, text) = (json!(field), json!(text));
        self.value(&format!("document.querySelector({field}).value = {text}"))?;
        Ok(())
    }

    /// Presses a button.
    ///
    /// # Errors
    /// There is no such button.
    pub fn press(&mut self, button: &str) -> anyhow::Result<()> {
        self.value(&format!(
            "document.querySelector({}).click()",
            json!(button)
        ))?;
        Ok(())
    }

    /// Presses what leads to another page, and waits until that has loaded.
    ///
    /// # Errors
    /// There is no such thing; nothing loads.
    pub fn follow(&mut self, link: &str) -> anyhow::Result<()> {
        self.press(link)?;
        self.until(|told| told["method"] == "Page.loadEventFired")?;
        Ok(())
    }

    /// Its window is so wide and high from now on, as on another device.
    ///
    /// # Errors
    /// It cannot be.
    pub fn resize(&mut self, (width, height): (u32, u32)) -> anyhow::Result<()> {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.ask("Emulation.setDeviceMetricsOverride", &size)?;
        Ok(())
    }

    /// It is a telephone from now on: so wide and high, touched and not pointed at.
    ///
    /// # Errors
    /// It cannot be.
    pub fn as_telephone(&mut self, (width, height): (u32, u32)) -> anyhow::Result<()> {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 2, "mobile": true});
        self.ask("Emulation.setDeviceMetricsOverride", &size)?;
        let touched = json!({"enabled": true, "maxTouchPoints": 1});
        self.ask("Emulation.setTouchEmulationEnabled", &touched)?;
        Ok(())
    }

    /// A finger goes down at the first of these points of the window, over the others, and up.
    ///
    /// # Errors
    /// The browser is not touched.
    pub fn stroke(&mut self, points: &[(f64, f64)]) -> anyhow::Result<()> {
        for (place, (x, y)) in points.iter().enumerate() {
            let kind = if place == 0 {
                "touchStart"
            } else {
                "touchMove"
            };
            let finger = json!({"type": kind, "touchPoints": [{"x": x, "y": y}]});
            self.ask("Input.dispatchTouchEvent", &finger)?;
        }
        let up = json!({"type": "touchEnd", "touchPoints": []});
        self.ask("Input.dispatchTouchEvent", &up)?;
        Ok(())
    }

    /// A key is struck: `Tab`, `Enter`, or the blank.
    ///
    /// # Errors
    /// The browser takes none.
    pub fn strike(&mut self, key: &str) -> anyhow::Result<()> {
        let (code, number, text) = match key {
            "Enter" => ("Enter", 13, "\r"),
            " " => ("Space", 32, " "),
            _ => ("Tab", 9, ""),
        };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event = json!({
                "type": kind, "key": key, "code": code, "windowsVirtualKeyCode": number, "text": text,
            });
            self.ask("Input.dispatchKeyEvent", &event)?;
        }
        Ok(())
    }

    /// The next key leads to another page: waits until that has loaded.
    ///
    /// # Errors
    /// Nothing loads.
    pub fn strike_through(&mut self, key: &str) -> anyhow::Result<()> {
        self.strike(key)?;
        self.until(|told| told["method"] == "Page.loadEventFired")?;
        Ok(())
    }

    /// Goes on with the key of tabulators until this has the focus.
    ///
    /// # Errors
    /// It never has.
    pub fn tab_to(&mut self, wanted: &str) -> anyhow::Result<()> {
        let there = format!(
            "document.activeElement?.matches({}) ?? false",
            json!(wanted)
        );
        for _ in 0..60 {
            if self.value(&there)? == json!(true) {
                return Ok(());
            }
            self.strike("Tab")?;
        }
        bail!("{wanted} is never reached")
    }

    /// Types into what has the focus.
    ///
    /// # Errors
    /// The browser takes nothing.
    pub fn type_in(&mut self, text: &str) -> anyhow::Result<()> {
        self.ask("Input.insertText", &json!({"text": text}))?;
        Ok(())
    }

    /// Keeps a picture of the whole page (PNG).
    ///
    /// # Errors
    /// None is taken, or kept.
    pub fn picture(&mut self, file: &Path) -> anyhow::Result<()> {
        let asked = json!({"format": "png", "captureBeyondViewport": true});
        let taken = self.ask("Page.captureScreenshot", &asked)?;
        let octets = STANDARD.decode(taken["data"].as_str().unwrap_or_default())?;
        std::fs::write(file, octets)?;
        Ok(())
    }
}
