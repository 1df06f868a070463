//! What was found, and how it is told.

use std::io::{IsTerminal, stdout};
use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use crate::output::{Failure, Result, result};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Ok,
    Warning,
    Error,
}

#[derive(Serialize)]
struct Finding {
    check: &'static str,
    outcome: Outcome,
    message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

/// Every check, in the order it was made.
#[derive(Default)]
pub(super) struct Report(Vec<Finding>);

impl Report {
    pub(super) fn ok(&mut self, check: &'static str, message: impl Into<String>) {
        let message = message.into();
        self.0.push(Finding { check, outcome: Outcome::Ok, message, advice: None });
    }

    /// It works, and something is to be thought about.
    pub(super) fn warning(
        &mut self,
        check: &'static str,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) {
        let (message, advice) = (message.into(), Some(advice.into()));
        self.0.push(Finding { check, outcome: Outcome::Warning, message, advice });
    }

    /// It does not work, or is not safe.
    pub(super) fn error(
        &mut self,
        check: &'static str,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) {
        let (message, advice) = (message.into(), Some(advice.into()));
        self.0.push(Finding { check, outcome: Outcome::Error, message, advice });
    }

    /// An error that says itself what to do.
    pub(super) fn failed(&mut self, check: &'static str, failure: &Failure) {
        let message = failure.message().to_owned();
        self.0.push(Finding { check, outcome: Outcome::Error, message, advice: None });
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn tell(&self, as_json: bool) -> Result<()> {
        let errors = self.0.iter().filter(|it| it.outcome == Outcome::Error).count();
        let width = self.0.iter().map(|it| it.check.len()).max().unwrap_or_default();
        let colour = stdout().is_terminal();
        let lines: String = self.0.iter().map(|it| it.line(width, colour)).collect();
        result(as_json, &json!({ "ok": errors == 0, "checks": self.0 }), &lines)?;
        if errors == 0 {
            return Ok(());
        }
        let message = format!("{errors} of {} checks failed", self.0.len());
        Err(Failure::new("doctor", message).hint("what to do is said with each"))
    }
}

impl Finding {
    fn line(&self, width: usize, colour: bool) -> String {
        let (word, shade) = match self.outcome {
            Outcome::Ok => ("ok", 32),
            Outcome::Warning => ("warning", 33),
            Outcome::Error => ("error", 31),
        };
        let (before, after) =
            if colour { (format!("\u{1b}[{shade}m"), "\u{1b}[0m") } else { (String::new(), "") };
        let Self { check, message, .. } = self;
        let advice = self.advice.iter();
        let advice = advice.map(|it| format!("{:9}{:width$}  -> {it}\n", "", ""));
        format!(
            "{before}{word:7}{after}  {check:width$}  {message}\n{}",
            advice.collect::<String>()
        )
    }
}

/// So many of a thing.
pub(super) fn some(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

pub(super) fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}
