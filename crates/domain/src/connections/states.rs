//! What may be done to a connection to a helpdesk, and where it leads. That it is let in, or not any more, is for [`super::sync`] to say.

use super::entity::connection::{Column, Entity};
use super::types::ConnectionAction::{self, Check, Pause, Resume, Resync, Revoke};
use super::types::ConnectionState::{self, Active, Error, Paused, Revoked, Testing};
use crate::kernel::Permission::ConnectionsAdmin;
use crate::kernel::states::{Machine, Recorded, Transition, step};

impl Machine for Entity {
    type State = ConnectionState;
    type Action = ConnectionAction;
    const TABLE: &'static [Transition<ConnectionState, ConnectionAction>] = &[
        step(Testing, Check, ConnectionsAdmin, Testing),
        step(Testing, Pause, ConnectionsAdmin, Paused),
        step(Testing, Resync, ConnectionsAdmin, Testing),
        step(Testing, Revoke, ConnectionsAdmin, Revoked),
        step(Active, Check, ConnectionsAdmin, Testing),
        step(Active, Pause, ConnectionsAdmin, Paused),
        step(Active, Resync, ConnectionsAdmin, Active),
        step(Active, Revoke, ConnectionsAdmin, Revoked),
        step(Paused, Resume, ConnectionsAdmin, Active),
        step(Paused, Revoke, ConnectionsAdmin, Revoked),
        step(Error, Check, ConnectionsAdmin, Testing),
        step(Error, Revoke, ConnectionsAdmin, Revoked),
    ];

    fn word(action: ConnectionAction) -> &'static str {
        match action {
            Check => "check",
            Pause => "pause",
            Resume => "resume",
            Resync => "resync",
            Revoke => "revoke",
        }
    }

    fn code(state: ConnectionState) -> &'static str {
        match state {
            Testing => "connection_testing",
            Active => "connection_active",
            Paused => "connection_paused",
            Error => "connection_error",
            Revoked => "connection_revoked",
        }
    }
}

impl Recorded for Entity {
    const STATE: Column = Column::State;
    const STATE_SINCE: Column = Column::StateSince;
    const EVENT: &'static str = "connection.state_changed";
}
