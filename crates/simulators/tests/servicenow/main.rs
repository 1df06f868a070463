//! ServiceNow over real HTTP, as a stranger's client and a business rule's target meet it.

// Only what says that it is a test may unwrap.
#[cfg(test)]
mod port;
