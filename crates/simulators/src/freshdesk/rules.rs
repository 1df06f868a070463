//! Rules of the account that call somebody when a ticket changes: whoever made them chose what is sent. Nothing is signed; a header that the
//! rule always sends is all there is.

use std::sync::RwLock;

use serde_json::json;

use super::service::secret;
use crate::live::{LiveDesk, Moment};
use crate::model::Act;
use crate::server::{Call, Deliveries};

const HEADER: &str = "X-Plumbline-Token";

#[derive(Debug)]
pub(super) struct Rules {
    seed: u64,
    /// Where to, and with what in the header.
    known: RwLock<Vec<(String, String)>>,
    pub(super) deliveries: Deliveries,
}

impl Rules {
    pub(super) const fn new(seed: u64, deliveries: Deliveries) -> Self {
        Self { seed, known: RwLock::new(Vec::new()), deliveries }
    }

    /// Adds a rule, and gives what it sends in the header.
    pub(super) fn add(&self, endpoint: &str) -> String {
        let mut known = self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let token = secret(self.seed, 1_000 + known.len() as u64);
        known.push((endpoint.to_owned(), token.clone()));
        token
    }

    /// Calls for what happened. No rule runs when a ticket is thrown away, or taken back.
    pub(super) fn announce(&self, desk: &LiveDesk, moments: &[Moment]) {
        let known = self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if known.is_empty() {
            return;
        }
        for moment in moments {
            let Some(body) = body(desk, *moment) else { continue };
            for (url, token) in &known {
                let headers = vec![(HEADER, token.clone())];
                self.deliveries.send(Call { url: url.clone(), headers, body: body.clone() });
            }
        }
    }
}

/// What is sent of what happened, if a rule runs for it.
pub(super) fn body(desk: &LiveDesk, moment: Moment) -> Option<Vec<u8>> {
    let act = desk.ticket(moment.ticket)?.events.get(moment.event)?.act;
    let is_thrown = matches!(act, Act::Deleted | Act::Spam | Act::Restored);
    (!is_thrown).then(|| json!({ "ticket_id": moment.ticket }).to_string().into_bytes())
}
