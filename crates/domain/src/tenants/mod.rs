//! A tenant is one company: a wall around its data, an issuer of its own tokens, and the zone and week its days are counted in.

mod commands;
mod entity;
mod queries;
mod types;

pub use commands::create;
pub(crate) use queries::hold;
pub use queries::{by_slug, get, list, today};
pub use types::{NewTenant, Tenant, TenantState, WeekStart};

pub use crate::kernel::TenantId;
