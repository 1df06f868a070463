//! KPIs and the tickets behind them, as they are served.

pub(crate) mod codes;
mod graphql;
mod rest;

pub(crate) use graphql::KpiQuery;
pub(crate) use rest::routes;
