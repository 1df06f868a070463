//! Intercom, asked as a client would.

// Only what says that it is a test may unwrap.
#[cfg(test)]
mod access;
#[cfg(test)]
mod asked;
#[cfg(test)]
mod conversations;
#[cfg(test)]
mod search;
#[cfg(test)]
mod webhooks;
