//! What a demo is made of, kept beside its data.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use chrono::{Days, NaiveDate};
use domain::kernel::{Clock, Error};
use serde::{Deserialize, Serialize};
use simulators::model::{Model, Settings};

use crate::data;
use crate::output::{Failure, Result};

/// The file that says that a folder is a demo's.
const FILE: &str = "demo.json";
const DAYS: u64 = 365;
/// A year of them is read in some seconds.
const TICKETS: u64 = 10_000;
/// Something happens every other second: enough to see it, and few enough to follow.
const LIVE_PER_SECOND: f64 = 0.5;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    seed: u64,
    from: NaiveDate,
    tickets: u64,
    agents: u16,
    /// How many things happen in its helpdesk in a second, from now on.
    live_per_second: f64,
    /// Everything is there.
    built: bool,
}

impl State {
    /// The demo in a folder, a new one where there is none.
    pub(super) fn of(folder: &Path, fresh: bool) -> Result<Self> {
        let file = folder.join(FILE);
        let failed = |what: &str, error: &dyn std::fmt::Display| {
            Failure::new("demo_folder", format!("{} cannot be {what}: {error}", file.display()))
        };
        match fs::read_to_string(&file) {
            Ok(text) if !fresh => serde_json::from_str(&text).map_err(|error| {
                failed("read", &error).hint("`plumbline demo --fresh` begins anew")
            }),
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("read", &error)),
            found => {
                clear(folder, found.is_ok())?;
                Ok(Self::new())
            }
        }
    }

    /// Writes it down, before anything else comes into the folder.
    pub(super) fn keep(&self, folder: &Path) -> Result<()> {
        let file = folder.join(FILE);
        let text = serde_json::to_string_pretty(self).map_err(Error::from)?;
        data::make_folder(folder)?;
        fs::write(&file, text).map_err(|error| {
            Failure::new("demo_folder", format!("{} cannot be written: {error}", file.display()))
        })
    }

    pub(super) const fn tickets(&self) -> u64 {
        self.tickets
    }

    /// Its first day, and the day after its last.
    pub(super) fn year(&self) -> (NaiveDate, NaiveDate) {
        (self.from, self.settings().until())
    }

    pub(super) const fn live_per_second(&self) -> f64 {
        self.live_per_second
    }

    pub(super) const fn is_built(&self) -> bool {
        self.built
    }

    /// The next start finds everything there.
    pub(super) fn finish(&mut self, folder: &Path) -> Result<()> {
        self.built = true;
        self.keep(folder)
    }

    /// The year that ends today.
    fn new() -> Self {
        let Settings { seed, agents, .. } = Settings::default();
        Self {
            seed,
            from: Clock::System.now().date_naive() - Days::new(DAYS),
            tickets: TICKETS,
            agents,
            live_per_second: LIVE_PER_SECOND,
            built: false,
        }
    }

    /// The desk.
    pub(super) fn model(&self) -> Result<Model> {
        Model::new(self.settings()).map_err(|error| {
            Failure::new("demo", format!("the demo's desk cannot be made: {error}"))
        })
    }

    fn settings(&self) -> Settings {
        let Self { seed, from, tickets, agents, live_per_second: _, built: _ } = *self;
        Settings { seed, from, tickets, agents, ..Settings::default() }
    }
}

/// Empties a folder that a demo has made, and refuses one that somebody else has.
fn clear(folder: &Path, is_demo: bool) -> Result<()> {
    let shown = folder.display();
    if is_demo {
        return fs::remove_dir_all(folder).map_err(|error| {
            Failure::new("demo_folder", format!("{shown} cannot be emptied: {error}"))
        });
    }
    match fs::read_dir(folder).map(|mut files| files.next().is_some()) {
        Ok(true) => {
            let message = format!(
                "{shown} is not empty and no demo has made it; give another folder with --data-dir"
            );
            Err(Failure::new("demo_folder", message))
        }
        Ok(false) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => {
            Err(Failure::new("demo_folder", format!("{shown} cannot be looked into: {error}")))
        }
    }
}
