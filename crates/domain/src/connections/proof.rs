//! How a delivery proves whose it is: over the bytes as they came, before anything of them is read.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use subtle::ConstantTimeEq;

use super::types::{MacAlgorithm, MacEncoding};

/// How old, or how far ahead, a signed time may be: what was overheard is worth nothing after that.
const FRESH: TimeDelta = TimeDelta::minutes(5);
/// The longest text that names a delivery.
const LONGEST_NAME: usize = 256;

/// What a sender puts beside the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A code that only who knows the secret can calculate.
    Mac(MacProof),
    /// The secret itself, in this header: for senders that cannot calculate. What they send is believed as a hint at most.
    Token {
        /// The header.
        header: &'static str,
    },
    /// As [Standard Webhooks](https://www.standardwebhooks.com) has it.
    Standard,
}

/// A message authentication code in a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacProof {
    /// The header that it is in.
    pub header: Cow<'static, str>,
    /// What it is calculated with.
    pub algorithm: MacAlgorithm,
    /// How it is written.
    pub encoding: MacEncoding,
    /// What stands before it.
    pub prefix: Cow<'static, str>,
    /// The time that is signed with the body; `None` where the body alone is.
    pub stamp: Option<Stamp>,
    /// The header that names the delivery; `None` where the body says the same twice only if it is the same.
    pub delivery: Option<&'static str>,
}

/// A time that is signed before the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The header that it is in: as in RFC 3339, or in seconds or milliseconds since 1970-01-01.
    pub header: Cow<'static, str>,
    /// What stands between it and the body.
    pub between: &'static str,
}

/// Why a delivery is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A header that the proof needs is not there.
    #[error("the header `{0}` is missing")]
    Missing(String),
    /// It is not signed with the secret of this hook.
    #[error("the signature is not this hook's: check the secret")]
    Signature,
    /// It was signed too long ago, or is yet to be signed.
    #[error("the signed time is more than five minutes from now")]
    Stale,
}

/// The headers of a delivery, by their names in lower case.
pub trait Headers {
    /// The value of a header, where it is there once and is a text.
    fn get(&self, name: &str) -> Option<&str>;
}

impl Proof {
    /// Whether a delivery is what it says. Gives what it is known by: `None` where it has no name, and may well say the same twice.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn verify(
        &self,
        secret: &[u8],
        headers: &impl Headers,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<[u8; 16]>, Refused> {
        let required =
            |name: &str| headers.get(name).ok_or_else(|| Refused::Missing(name.to_owned()));
        match self {
            Self::Mac(proof) => proof.verify(secret, &required, headers, body, now).map(Some),
            Self::Token { header } => {
                let given = required(header)?;
                require(is_same(given.as_bytes(), secret))?;
                Ok(None)
            }
            Self::Standard => {
                let (id, stamp) = (required("webhook-id")?, required("webhook-timestamp")?);
                let signatures = required("webhook-signature")?;
                let code = MacAlgorithm::Sha256.code(
                    &standard_key(secret),
                    &[id.as_bytes(), b".", stamp.as_bytes(), b".", body],
                );
                let given = signatures.split(' ').filter_map(|it| it.strip_prefix("v1,"));
                require(
                    given.fold(false, |is_one, it| is_one | MacEncoding::Base64.is(it, &code)),
                )?;
                fresh(stamp, now)?;
                Ok(Some(named(id.as_bytes())))
            }
        }
    }

    /// The header in which the sender shows that it knows the secret.
    #[must_use]
    pub fn header(&self) -> &str {
        match self {
            Self::Mac(proof) => &proof.header,
            Self::Token { header } => header,
            Self::Standard => "webhook-signature",
        }
    }
}

impl MacProof {
    fn verify<'h>(
        &self,
        secret: &[u8],
        required: &impl Fn(&str) -> Result<&'h str, Refused>,
        headers: &'h impl Headers,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<[u8; 16], Refused> {
        let given = required(&self.header)?;
        let given = given.strip_prefix(&*self.prefix).ok_or(Refused::Signature)?;
        let stamp = self.stamp.as_ref().map(|stamp| (stamp, required(&stamp.header)));
        let code = match stamp {
            None => self.algorithm.code(secret, &[body]),
            Some((stamp, at)) => {
                let at = at?;
                let parts = [at.as_bytes(), stamp.between.as_bytes(), body];
                let code = self.algorithm.code(secret, &parts);
                // A time that nobody signed says nothing, so the signature comes first.
                require(self.encoding.is(given, &code))?;
                fresh(at, now)?;
                code
            }
        };
        require(self.encoding.is(given, &code))?;
        let name = self.delivery.and_then(|header| headers.get(header));
        Ok(named(name.map_or(body, str::as_bytes)))
    }
}

impl MacAlgorithm {
    fn code(self, secret: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        fn of<M: Mac + KeyInit>(secret: &[u8], parts: &[&[u8]]) -> Vec<u8> {
            // A key of any length is one.
            let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret) else { return Vec::new() };
            for part in parts {
                mac.update(part);
            }
            mac.finalize().into_bytes().to_vec()
        }
        match self {
            Self::Sha1 => of::<Hmac<Sha1>>(secret, parts),
            Self::Sha256 => of::<Hmac<Sha256>>(secret, parts),
            Self::Sha512 => of::<Hmac<Sha512>>(secret, parts),
        }
    }
}

impl MacEncoding {
    fn is(self, given: &str, code: &[u8]) -> bool {
        let written = match self {
            Self::Hex => {
                code.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(hex_digit).collect()
            }
            Self::Base64 => STANDARD.encode(code),
        };
        !code.is_empty() && is_same(given.as_bytes(), written.as_bytes())
    }
}

fn hex_digit(value: u8) -> char {
    char::from_digit(value.into(), 16).unwrap_or_default()
}

fn is_same(given: &[u8], expected: &[u8]) -> bool {
    given.ct_eq(expected).into()
}

fn require(is_so: bool) -> Result<(), Refused> {
    is_so.then_some(()).ok_or(Refused::Signature)
}

/// Its name is the sender's and may be long; a digest is as good.
fn named(name: &[u8]) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(name).into();
    let mut known = [0; 16];
    known.copy_from_slice(&digest[..16]);
    known
}

/// The secret is written in Base64 behind a word; whoever left the word out meant its bytes.
fn standard_key(secret: &[u8]) -> Vec<u8> {
    let written = secret.strip_prefix(b"whsec_").and_then(|rest| STANDARD.decode(rest).ok());
    written.unwrap_or_else(|| secret.to_vec())
}

fn fresh(stamp: &str, now: DateTime<Utc>) -> Result<(), Refused> {
    const MILLISECONDS: i64 = 100_000_000_000;
    let at = match stamp.parse::<i64>() {
        Ok(number) if number >= MILLISECONDS => DateTime::from_timestamp_millis(number),
        Ok(number) => DateTime::from_timestamp(number, 0),
        Err(_) if stamp.len() <= LONGEST_NAME => {
            DateTime::parse_from_rfc3339(stamp).ok().map(|at| at.to_utc())
        }
        Err(_) => None,
    };
    let is_fresh = at.is_some_and(|at| (now - at).abs() <= FRESH);
    is_fresh.then_some(()).ok_or(Refused::Stale)
}
