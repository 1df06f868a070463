//! What goes wrong, and how often.

use std::str::FromStr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use crate::model::{Chance, Subject};

/// How often something goes wrong, each from 0 to 1. The same faults of the same seed hit the same requests, counted in order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Faults {
    /// A few requests in a row are refused with 429.
    pub limited: f64,
    /// A request is answered with 500, 502, 503 or 504.
    pub failed: f64,
    /// The connection is closed in the middle of the body.
    pub cut: f64,
    /// An answer takes a second longer.
    pub slow: f64,
    /// Items of a page are in it twice.
    pub duplicated_items: f64,
    /// The items of a page are in no order.
    pub reordered_items: f64,
    /// A page of an export leads to itself.
    pub duplicated_page: f64,
    /// A cursor is not known any more.
    pub expired_cursor: f64,
    /// An access token is taken back before its time.
    pub revoked_token: f64,
    /// The items of a page have fields that nobody knows.
    pub unknown_field: f64,
    /// The items of a page have words that nobody knows.
    pub unknown_value: f64,
    /// A webhook is never delivered.
    pub lost_webhook: f64,
    /// A webhook is delivered twice.
    pub doubled_webhook: f64,
    /// A webhook is delivered after later ones.
    pub reordered_webhook: f64,
    /// So many seconds the vendor's clock is fast; not a rate.
    pub skew: i64,
}

/// A rate's place among the faults.
type Rate = fn(&mut Faults) -> &mut f64;

/// The words for rates on a command line.
const RATES: [(&str, Rate); 14] = [
    ("429", |faults| &mut faults.limited),
    ("5xx", |faults| &mut faults.failed),
    ("cut", |faults| &mut faults.cut),
    ("slow", |faults| &mut faults.slow),
    ("duplicated-items", |faults| &mut faults.duplicated_items),
    ("reordered-items", |faults| &mut faults.reordered_items),
    ("duplicated-page", |faults| &mut faults.duplicated_page),
    ("expired-cursor", |faults| &mut faults.expired_cursor),
    ("revoked-token", |faults| &mut faults.revoked_token),
    ("unknown-field", |faults| &mut faults.unknown_field),
    ("unknown-value", |faults| &mut faults.unknown_value),
    ("lost-webhook", |faults| &mut faults.lost_webhook),
    ("doubled-webhook", |faults| &mut faults.doubled_webhook),
    ("reordered-webhook", |faults| &mut faults.reordered_webhook),
];
const SKEW: &str = "skew";

/// Why a text names no faults.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFault {
    /// The word is none of them.
    #[error("`{0}` is no fault; there are {words} and {SKEW}", words = words())]
    Unknown(String),
    /// It does not say how much.
    #[error("`{0}` does not say how often: write it like `cut=0.01`")]
    NoValue(String),
    /// That is no rate.
    #[error("`{0}` is no rate from 0 to 1, such as {1}=0.02")]
    Rate(String, &'static str),
    /// That is no number of seconds.
    #[error("`{0}` is no number of seconds, such as {SKEW}=-90")]
    Seconds(String),
}

fn words() -> String {
    RATES.map(|(word, _)| word).join(", ")
}

impl FromStr for Faults {
    type Err = BadFault;

    /// Reads `5xx=0.02,cut=0.01,skew=-90`.
    fn from_str(text: &str) -> Result<Self, BadFault> {
        let mut faults = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let word = part.split('=').next().unwrap_or_default();
            let known = RATES.iter().find(|(known, _)| *known == word);
            if known.is_none() && word != SKEW {
                return Err(BadFault::Unknown(word.to_owned()));
            }
            let (_, value) =
                part.split_once('=').ok_or_else(|| BadFault::NoValue(part.to_owned()))?;
            match known {
                Some((word, rate)) => {
                    let value = value.parse().ok().filter(|value| (0.0..=1.0).contains(value));
                    *rate(&mut faults) =
                        value.ok_or_else(|| BadFault::Rate(part.to_owned(), word))?;
                }
                None => {
                    let seconds = value.parse();
                    faults.skew = seconds.map_err(|_no| BadFault::Seconds(part.to_owned()))?;
                }
            }
        }
        Ok(faults)
    }
}

/// What goes wrong with one request.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    /// Refused, because there were too many.
    pub limited: bool,
    /// Failed with this status.
    pub failed: Option<u16>,
    /// Cut off.
    pub cut: bool,
    /// Slow.
    pub slow: bool,
    /// Some items come twice.
    pub duplicated_items: bool,
    /// The items are in no order.
    pub reordered_items: bool,
    /// The next page is the same.
    pub duplicated_page: bool,
    /// The cursor is not known any more.
    pub expired_cursor: bool,
    /// The access token is not known any more.
    pub revoked_token: bool,
    /// There are fields that nobody knows.
    pub unknown_field: bool,
    /// There are words that nobody knows.
    pub unknown_value: bool,
    /// For what else is to be decided by chance.
    pub(super) number: u64,
}

/// What goes wrong with one delivery.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DeliveryHits {
    pub(super) lost: bool,
    pub(super) doubled: bool,
    pub(super) reordered: bool,
}

/// Decides what goes wrong with which request.
#[derive(Debug)]
pub(crate) struct Injector {
    faults: Faults,
    seed: u64,
    requests: AtomicU64,
    limited: AtomicU64,
    deliveries: AtomicU64,
    /// How many requests are still to be refused.
    burst: AtomicU32,
    /// The last request whose token was taken back.
    taken_back: AtomicU64,
    is_revoked: AtomicBool,
}

impl Injector {
    /// So many requests are refused in a row.
    const BURST: u32 = 3;

    pub(crate) const fn new(faults: Faults, seed: u64) -> Self {
        let [requests, limited, deliveries, taken_back] = [const { AtomicU64::new(0) }; 4];
        let burst = AtomicU32::new(0);
        let is_revoked = AtomicBool::new(false);
        Self { faults, seed, requests, limited, deliveries, burst, taken_back, is_revoked }
    }

    pub(super) fn request(&self) -> Hits {
        const FAILURES: [u16; 4] = [500, 502, 503, 504];
        let number = self.requests.fetch_add(1, Ordering::SeqCst);
        let mut chance = self.chance(Subject::Fault, number);
        let faults = &self.faults;
        let begins = is_hit(&mut chance, faults.limited);
        let failed = is_hit(&mut chance, faults.failed);
        let status = *chance.one_of(&FAILURES);
        Hits {
            limited: self.is_in_burst(begins),
            failed: failed.then_some(status),
            cut: is_hit(&mut chance, faults.cut),
            slow: is_hit(&mut chance, faults.slow),
            duplicated_items: is_hit(&mut chance, faults.duplicated_items),
            reordered_items: is_hit(&mut chance, faults.reordered_items),
            duplicated_page: is_hit(&mut chance, faults.duplicated_page),
            expired_cursor: is_hit(&mut chance, faults.expired_cursor),
            unknown_field: is_hit(&mut chance, faults.unknown_field),
            unknown_value: is_hit(&mut chance, faults.unknown_value),
            // The last, so that the others hit what they hit before there was this one.
            revoked_token: is_hit(&mut chance, faults.revoked_token) && self.is_rested(number),
            number,
        }
    }

    /// Whether the last token was taken back a while ago: whoever renews one is let use it.
    fn is_rested(&self, number: u64) -> bool {
        const REST: u64 = 16;
        let last = self.taken_back.fetch_max(number, Ordering::SeqCst);
        number.saturating_sub(last) >= REST
    }

    /// Counts those who are told to wait.
    pub(super) fn answered(&self, status: u16) {
        self.limited.fetch_add(u64::from(status == 429), Ordering::SeqCst);
    }

    /// How many requests there were, and how many of them one too many.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.requests.load(Ordering::SeqCst), self.limited.load(Ordering::SeqCst))
    }

    /// Lets nobody in from now on.
    pub(crate) fn revoke(&self) {
        self.is_revoked.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_revoked(&self) -> bool {
        self.is_revoked.load(Ordering::SeqCst)
    }

    fn is_in_burst(&self, begins: bool) -> bool {
        let one_less = |left: u32| left.checked_sub(1);
        let left = self.burst.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less);
        if left.is_err() && begins {
            self.burst.store(Self::BURST - 1, Ordering::SeqCst);
        }
        left.is_ok() || begins
    }

    pub(super) fn delivery(&self) -> DeliveryHits {
        let number = self.deliveries.fetch_add(1, Ordering::SeqCst);
        let mut chance = self.chance(Subject::Delivery, number);
        DeliveryHits {
            lost: is_hit(&mut chance, self.faults.lost_webhook),
            doubled: is_hit(&mut chance, self.faults.doubled_webhook),
            reordered: is_hit(&mut chance, self.faults.reordered_webhook),
        }
    }

    pub(super) fn chance(&self, subject: Subject, number: u64) -> Chance {
        Chance::of(self.seed, subject, number)
    }
}

fn is_hit(chance: &mut Chance, rate: f64) -> bool {
    const FINE: u64 = 1_000_000;
    chance.below(FINE) < (rate * FINE as f64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_words_is_read() {
        let faults: Faults = "5xx=0.02, cut=1,skew=-90,lost-webhook=0.1".parse().unwrap();
        let expected = Faults { failed: 0.02, cut: 1.0, skew: -90, ..Faults::default() };
        assert_eq!(faults, Faults { lost_webhook: 0.1, ..expected });
        assert_eq!("".parse(), Ok(Faults::default()));
    }

    #[test]
    fn a_wrong_word_is_told_which_there_are() {
        let told = |text: &str| text.parse::<Faults>().unwrap_err().to_string();
        assert!(told("6xx=0.1").starts_with("`6xx` is no fault; there are 429, 5xx, cut, slow,"));
        assert_eq!(told("cut"), "`cut` does not say how often: write it like `cut=0.01`");
        assert_eq!(told("cut=2"), "`cut=2` is no rate from 0 to 1, such as cut=0.02");
        assert_eq!(told("skew=now"), "`skew=now` is no number of seconds, such as skew=-90");
    }

    #[test]
    fn a_seed_hits_the_same_requests_and_as_many_as_asked() {
        let faults = Faults { cut: 0.1, ..Faults::default() };
        let cuts = |seed| {
            let injector = Injector::new(faults, seed);
            (0..2_000).map(|_| injector.request().cut).collect::<Vec<_>>()
        };
        assert_eq!(cuts(1), cuts(1));
        assert_ne!(cuts(1), cuts(2));
        let hit = cuts(1).iter().filter(|hit| **hit).count();
        assert!((150..250).contains(&hit), "{hit}");
    }

    #[test]
    fn requests_are_refused_in_bursts() {
        let injector = Injector::new(Faults { limited: 0.05, ..Faults::default() }, 3);
        let refused: Vec<bool> = (0..400).map(|_| injector.request().limited).collect();
        let runs: Vec<usize> =
            refused.split(|refused| !refused).map(<[bool]>::len).filter(|run| *run > 0).collect();
        assert!(runs.len() > 5 && runs.iter().all(|run| run.is_multiple_of(3)), "{runs:?}");
    }
}
