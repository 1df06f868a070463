//! Zendesk over real HTTP, as a stranger's client meets it.

// Only what says that it is a test may unwrap.
#[cfg(test)]
mod access;
#[cfg(test)]
mod client;
#[cfg(test)]
mod exports;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod webhooks;
