//! Business rules that tell somebody of every change of an incident. The vendor signs nothing; a rule sends a header that it was written
//! with.

use std::sync::RwLock;

use serde_json::json;

use super::account::secret;
use super::cells::time;
use super::ids::Id;
use super::incidents;
use crate::live::{LiveDesk, Moment};
use crate::model::Act;
use crate::server::{Call, Deliveries};

#[derive(Debug)]
pub(super) struct Rules {
    seed: u64,
    deliveries: Deliveries,
    /// Where to, and what is sent with it.
    rules: RwLock<Vec<(String, String)>>,
}

impl Rules {
    pub(super) const fn new(seed: u64, deliveries: Deliveries) -> Self {
        Self { seed, deliveries, rules: RwLock::new(Vec::new()) }
    }

    /// Writes a rule, and gives what it sends as `X-Plumbline-Token`.
    pub(super) fn add(&self, endpoint: &str) -> String {
        let mut rules = self.rules.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let token = secret(self.seed, 1_000 + rules.len() as u64);
        rules.push((endpoint.to_owned(), token.clone()));
        token
    }

    pub(super) const fn deliveries(&self) -> &Deliveries {
        &self.deliveries
    }

    pub(super) fn announce(&self, desk: &LiveDesk, moments: &[Moment]) {
        let rules = self.rules.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        if rules.is_empty() {
            return;
        }
        for moment in moments {
            let ticket = desk.ticket(moment.ticket);
            let act = ticket.and_then(|ticket| Some(ticket.events.get(moment.event)?.act));
            let operation = match act {
                // What customers think of it stands in another table.
                None | Some(Act::Rated { .. }) => continue,
                Some(Act::Created) => "insert",
                Some(Act::Deleted) => "delete",
                Some(_) => "update",
            };
            let body = json!({
                "table": "incident",
                "sys_id": Id::Incident(moment.ticket).text(),
                "number": incidents::number(moment.ticket),
                "operation": operation,
                "sys_updated_on": time(moment.at),
            });
            let body = body.to_string().into_bytes();
            for (url, token) in rules.iter() {
                let headers = vec![("X-Plumbline-Token", token.clone())];
                self.deliveries.send(Call { url: url.clone(), headers, body: body.clone() });
            }
        }
    }
}
