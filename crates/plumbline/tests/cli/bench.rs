//! The real program, on a data folder of its own.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tempfile::TempDir;

/// The key that a test's own application has, as the program reads it.
pub(crate) const MASTER_KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

pub(crate) struct Bench {
    home: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) exit: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let bench = Self { home: tempfile::tempdir().unwrap() };
        bench.file("password", "correct horse battery staple\n");
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// The program, in the folder and without the environment of whoever runs the test.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plumbline"));
        command
            .args(args)
            .env_clear()
            .env("PLUMBLINE_DATA_DIR", self.data())
            .current_dir(self.home.path())
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ended {
        self.command(args).output().unwrap().into()
    }

    pub(crate) fn create_tenant(&self, slug: &str) -> Command {
        self.command([
            "tenant",
            "create",
            slug,
            "--name",
            "Acme",
            "--admin-email",
            "a@acme.test",
            "--admin-password-file",
            "password",
            "--json",
        ])
    }
}

/// Over a test's database on a server, and not the folder.
pub(crate) fn on_server<'c>(command: &'c mut Command, url: &str) -> &'c mut Command {
    command
        .env_remove("PLUMBLINE_DATA_DIR")
        .env("PLUMBLINE_DATABASE_URL", url)
        .env("PLUMBLINE_MASTER_KEY", MASTER_KEY)
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            exit: output.status.code().expect("it ended by itself"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ended {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.exit, 0, "{}", self.err);
        serde_json::from_str(&self.out).unwrap()
    }

    /// The one line that says why it failed.
    #[track_caller]
    pub(crate) fn failed(&self, exit: i32, words: &[&str]) {
        assert_eq!((self.exit, self.out.as_str()), (exit, ""), "{}", self.err);
        assert_eq!(self.err.trim_end().lines().count(), 1, "{}", self.err);
        for word in words {
            assert!(self.err.contains(word), "`{word}` is not in: {}", self.err);
        }
    }
}

/// A server on ports of its own.
pub(crate) struct Server {
    child: Child,
    log: Arc<Mutex<String>>,
    pub(crate) api: Option<SocketAddr>,
    pub(crate) ops: SocketAddr,
}

impl Server {
    /// Waits until it says that it is ready.
    pub(crate) fn start(mut command: Command) -> Self {
        command.args(["--ops-listen", "127.0.0.1:0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let (mut api, mut seen) = (None, String::new());
        loop {
            let mut line = String::new();
            assert!(log.read_line(&mut line).unwrap() > 0, "it ended: {seen}");
            seen += &line;
            let entry: Value =
                serde_json::from_str(&line).expect("without a terminal, logs are JSON");
            let message = entry["message"].as_str().unwrap_or_default();
            let address = entry["address"].as_str();
            let address = address.map(|address| address.parse().unwrap());
            match message {
                "serving REST and GraphQL" => api = address,
                "ready; health is told here" => {
                    let said = Arc::new(Mutex::new(seen));
                    let heard = Arc::clone(&said);
                    // Somebody has to read what it goes on to say.
                    std::thread::spawn(move || {
                        for line in log.lines().map_while(Result::ok) {
                            *heard.lock().unwrap() += &format!("{line}\n");
                        }
                    });
                    return Self { child, log: said, api, ops: address.unwrap() };
                }
                _ => {}
            }
        }
    }

    /// What it has said.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn stop(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(told.unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
