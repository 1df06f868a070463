//! Connections: how many an address may have open.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::Address;

type Open = Arc<Mutex<HashMap<Address, u32>>>;

pub(super) struct Connections {
    most: u32,
    open: Open,
}

/// An open connection, until it goes.
pub(crate) struct Connection {
    address: Address,
    open: Open,
}

impl Connections {
    pub(super) fn new(most: u32) -> Self {
        Self { most: most.max(1), open: Open::default() }
    }

    pub(super) fn open(&self, address: IpAddr) -> Option<Connection> {
        let address = Address::of(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Connection { address, open: Arc::clone(&self.open) })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}
