//! State machines as data: one table says what is legal; transitions, the 409 with the legal list, and `allowed_actions` all come from it.

use super::{Error, Permission, Result, Scope};

/// One legal step.
#[derive(Clone, Copy, Debug)]
pub struct Transition<S: 'static, A: 'static> {
    /// In this state …
    pub from: S,
    /// … this action …
    pub action: A,
    /// … by who has this permission …
    pub who: Permission,
    /// … leads here.
    pub to: S,
}

/// A thing with states.
pub trait Machine: 'static {
    /// Its states.
    type State: Copy + PartialEq + 'static;
    /// What can be done to it.
    type Action: Copy + PartialEq + 'static;
    /// What it is called in an error, like `team`.
    const NOUN: &'static str;
    /// Every legal step.
    const TABLE: &'static [Transition<Self::State, Self::Action>];
    /// An action's word.
    fn word(action: Self::Action) -> &'static str;
    /// The code when an action is not legal, like `team_closed`.
    fn code(state: Self::State) -> &'static str;
}

/// What the caller may do to a thing in this state.
#[must_use]
pub fn allowed_actions<M: Machine>(scope: &Scope, state: M::State) -> Vec<M::Action> {
    let legal =
        M::TABLE.iter().filter(|step| step.from == state && scope.reach(step.who).is_some());
    legal.map(|step| step.action).collect()
}

/// Where an action leads from a state.
///
/// # Errors
/// `forbidden` when the caller may not; a conflict with the legal actions when the state forbids it.
pub fn next<M: Machine>(scope: &Scope, state: M::State, action: M::Action) -> Result<M::State> {
    let Some(step) = M::TABLE.iter().find(|step| step.from == state && step.action == action)
    else {
        let legal: Vec<_> = allowed_actions::<M>(scope, state).into_iter().map(M::word).collect();
        let message = format!("this {} cannot do `{}` now", M::NOUN, M::word(action));
        return Err(Error::conflict(M::code(state), message).allowing(legal));
    };
    scope.require(step.who)?;
    Ok(step.to)
}
