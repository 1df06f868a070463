//! What kind of thing may be done: `<feature>.<read|write|admin>`. Whose it may be done to is [`super::Reach`].

use std::fmt;

macro_rules! permissions {
    ($($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)?) => {
        /// A kind of thing that may be done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Permission { $($(#[$doc])* $variant),+ }

        impl Permission {
            /// Every permission, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// How it is written, also as an API client's scope.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The permission of a word, if it is one.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

permissions! {
    /// See users, roles and API clients.
    AccountsRead = "accounts.read",
    /// Make, change and end users, roles and API clients.
    AccountsAdmin = "accounts.admin",
    /// Make, change and revoke connections to helpdesks.
    ConnectionsAdmin = "connections.admin",
    /// See totals of KPIs.
    KpisRead = "kpis.read",
    /// See KPIs of single people, and the tickets behind a number.
    KpisPeople = "kpis.people",
    /// See people.
    PeopleRead = "people.read",
    /// Make and change people, their identities and memberships.
    PeopleWrite = "people.write",
    /// See teams.
    TeamsRead = "teams.read",
    /// Make and change teams and their leads.
    TeamsWrite = "teams.write",
    /// See tickets and their events.
    TicketsRead = "tickets.read",
    /// Import tickets, keep mappings and link queues to teams.
    TicketsWrite = "tickets.write",
}

impl Permission {
    /// It and those that include it: whoever may change a kind of thing may see it.
    pub fn or_wider(self) -> impl Iterator<Item = Self> {
        let feature = self.word().strip_suffix(".read");
        let changes = move |word: &str| {
            let (of, verb) = word.split_once('.').unwrap_or_default();
            feature == Some(of) && matches!(verb, "write" | "admin")
        };
        Self::ALL.iter().copied().filter(move |it| *it == self || changes(it.word()))
    }

    /// Whether one of some words names it, or one that includes it.
    pub fn is_in<'a>(self, words: impl IntoIterator<Item = &'a str>) -> bool {
        let mut words = words.into_iter().filter_map(Self::from_word);
        words.any(|word| self.or_wider().any(|it| it == word))
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::Permission;

    #[test]
    fn whoever_may_change_may_see() {
        let wider = |permission: Permission| permission.or_wider().collect::<Vec<_>>();
        let see = [Permission::PeopleRead, Permission::PeopleWrite];
        assert_eq!(wider(Permission::PeopleRead), see);
        assert_eq!(wider(Permission::PeopleWrite), [Permission::PeopleWrite]);
        assert!(wider(Permission::AccountsRead).contains(&Permission::AccountsAdmin));
        assert_eq!(wider(Permission::KpisRead), [Permission::KpisRead]);
    }
}
