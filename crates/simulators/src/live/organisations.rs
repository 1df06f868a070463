//! What organisations are called: as the model has it, until somebody gives one another name.

use std::collections::BTreeMap;

use super::LiveDesk;
use crate::model::Organisation;

/// Another name of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renaming {
    /// Since when.
    pub at: i64,
    /// What it is called now.
    pub name: String,
}

impl LiveDesk {
    /// Gives an organisation another name. Whether there is one of this number.
    pub fn rename_organisation(&self, number: u64, name: &str) -> bool {
        let is_known = (1..=self.model.organisations()).contains(&number);
        if is_known {
            let renaming = Renaming { at: self.clock.now(), name: name.to_owned() };
            self.renamed().insert(number, renaming);
        }
        is_known
    }

    /// The organisation of this number, as it is called now.
    #[must_use]
    pub fn organisation(&self, number: u64) -> Option<Organisation> {
        let is_known = (1..=self.model.organisations()).contains(&number);
        let mut known = is_known.then(|| self.model.organisation(number))?;
        if let Some(renaming) = self.renamed().get(&number) {
            known.name.clone_from(&renaming.name);
        }
        Some(known)
    }

    /// The organisations that are not called what they were, by their numbers.
    #[must_use]
    pub fn renamings(&self) -> BTreeMap<u64, Renaming> {
        self.renamed().clone()
    }

    fn renamed(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Renaming>> {
        self.renamed.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
