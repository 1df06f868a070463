//! State machines as data: one table says what is legal; transitions, the 409 with the legal list, and `allowed_actions` all come from it.

use std::fmt::Display;

use sea_orm::sea_query::ValueType;
use sea_orm::{ActiveModelTrait, ModelTrait, Value};
use serde::Serialize;

use super::{Error, Event, OrInternal, Permission, Result, Scope, TenantOwned, Versioned};

/// One legal step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transition<S: 'static, A: 'static> {
    /// In this state …
    pub(crate) from: S,
    /// … this action …
    pub(crate) action: A,
    /// … by who has this permission …
    pub(crate) who: Permission,
    /// … leads here.
    pub(crate) to: S,
}

/// A legal step, as a line of the table.
pub(crate) const fn step<S: Copy, A: Copy>(
    from: S,
    action: A,
    who: Permission,
    to: S,
) -> Transition<S, A> {
    Transition { from, action, who, to }
}

/// An entity whose rows have states.
pub(crate) trait Machine: TenantOwned {
    /// Its states.
    type State: Copy + PartialEq + 'static;
    /// What can be done to it.
    type Action: Copy + PartialEq + 'static;
    /// Every legal step.
    const TABLE: &'static [Transition<Self::State, Self::Action>];
    /// An action's word.
    fn word(action: Self::Action) -> &'static str;
    /// The code when an action is not legal, like `team_closed`.
    fn code(state: Self::State) -> &'static str;
}

/// One whose log tells of every step.
pub(crate) trait Recorded:
    Machine<State: Serialize + ValueType + Into<Value>> + Versioned
{
    /// The state.
    const STATE: Self::Column;
    /// Since when it is that.
    const STATE_SINCE: Self::Column;
    /// The event, like `team.state_changed`.
    const EVENT: &'static str;
}

/// What the caller may do to a thing in this state.
#[must_use]
pub(crate) fn allowed_actions<M: Machine>(scope: &Scope, state: M::State) -> Vec<M::Action> {
    let legal =
        M::TABLE.iter().filter(|step| step.from == state && scope.reach(step.who).is_some());
    legal.map(|step| step.action).collect()
}

/// Where an action leads from a state.
///
/// # Errors
/// `forbidden` when the caller may not; a conflict with the legal actions when the state forbids it.
pub(crate) fn next<M: Machine>(
    scope: &Scope,
    state: M::State,
    action: M::Action,
) -> Result<M::State> {
    let Some(step) = M::TABLE.iter().find(|step| step.from == state && step.action == action)
    else {
        let legal: Vec<_> = allowed_actions::<M>(scope, state).into_iter().map(M::word).collect();
        let message = format!("this {} cannot do `{}` now", M::NOUN, M::word(action));
        return Err(Error::conflict(M::code(state), message).allowing(legal));
    };
    scope.require(step.who)?;
    Ok(step.to)
}

impl Scope {
    /// Takes a locked row where an action leads, and tells the log.
    ///
    /// # Errors
    /// Those of [`next`].
    pub(crate) async fn enter<E: Recorded>(
        &self,
        row: &E::Model,
        id: impl Display,
        action: E::Action,
    ) -> Result<()>
    where
        E::ActiveModel: Send,
    {
        let from = <E::State as ValueType>::try_from(row.get(E::STATE)).or_internal()?;
        let to = next::<E>(self, from, action)?;
        let mut change = E::ActiveModel::default();
        change.set(E::STATE, to.into());
        change.set(E::STATE_SINCE, self.now().into());
        self.change::<E, _>(row, change).await?;
        self.record(Event::state_changed(E::EVENT, id, E::word(action), &from, &to));
        Ok(())
    }
}
