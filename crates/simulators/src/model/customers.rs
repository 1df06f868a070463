//! Who writes. A few write often, most write once or never.

use serde::Serialize;

use super::chance::{Chance, Subject};
use super::{Settings, names};

/// Somebody who needs help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Customer {
    /// From 1 on.
    pub number: u64,
    /// Their name; two customers may have the same.
    pub name: String,
    /// Their address, in a domain that is reserved for examples.
    pub email: String,
    /// Where they work, if they write for somebody.
    pub organisation: Option<Organisation>,
}

/// Whom customers write for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Organisation {
    /// From 1 on.
    pub number: u64,
    /// What it is called.
    pub name: String,
    /// The domain of its addresses, reserved for examples.
    pub domain: String,
}

/// How many tickets there are for each customer.
const TICKETS_EACH: u64 = 4;
/// How many customers there are for each organisation.
const CUSTOMERS_EACH: u64 = 8;
const MAILBOXES: [&str; 3] = ["example.com", "example.net", "example.org"];

pub(super) fn count(settings: &Settings) -> u64 {
    settings.tickets.div_ceil(TICKETS_EACH).max(20)
}

pub(super) fn organisations(settings: &Settings) -> u64 {
    count(settings).div_ceil(CUSTOMERS_EACH)
}

/// Who wrote a ticket.
pub(super) fn draw(settings: &Settings, chance: &mut Chance) -> u64 {
    const FINE: u64 = 1 << 20;
    // The square of an even draw: low numbers come up often.
    let draw = chance.below(FINE);
    1 + ((u128::from(draw * draw) * u128::from(count(settings))) >> 40) as u64
}

impl Customer {
    pub(super) fn new(settings: &Settings, number: u64) -> Self {
        let mut chance = Chance::of(settings.seed, Subject::Customer, number);
        let name = names::person(chance.below(names::PEOPLE));
        let organisation = chance
            .percent(55)
            .then(|| Organisation::new(1 + chance.below(organisations(settings))));
        let private = *chance.one_of(&MAILBOXES);
        let domain = organisation.as_ref().map_or(private, |organisation| &organisation.domain);
        let email = format!("{}.{number}@{domain}", names::in_address(&name, '.'));
        Self { number, name, email, organisation }
    }
}

impl Organisation {
    pub(super) fn new(number: u64) -> Self {
        let name = names::organisation(number);
        let domain = format!("{}.example", names::in_address(&name, '-'));
        Self { number, name, domain }
    }
}
