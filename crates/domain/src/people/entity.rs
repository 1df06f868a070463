//! Rows.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use super::types::PersonState;
use crate::kernel::{PersonId, TenantId, TenantOwned, Versioned};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "people")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonId,
    pub name: String,
    pub work_email: Option<String>,
    pub employee_no: Option<String>,
    pub time_zone: Option<String>,
    pub locale: Option<String>,
    pub hire_date: Option<NaiveDate>,
    pub leave_date: Option<NaiveDate>,
    pub state: PersonState,
    pub state_since: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;
    const ID: Column = Column::Id;
    const NOUN: &'static str = "person";
    const TAKEN: &'static [(&'static str, &'static str, &'static str)] = &[
        ("people_employee_no_key", "employee_no_taken", "another person has this employee number"),
        ("people_work_email_key", "work_email_taken", "another person has this work e-mail"),
    ];
}

impl Versioned for Entity {
    const VERSION: Column = Column::Version;
    const CREATED_AT: Column = Column::CreatedAt;
    const UPDATED_AT: Column = Column::UpdatedAt;
}
