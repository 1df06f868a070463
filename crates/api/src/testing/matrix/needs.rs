//! Which permissions a call needs, found by trying.

use domain::accounts::Role;
use domain::kernel::Permission;

use super::world::World;

/// What one must have: any one of some permissions, or, where none is enough by itself, all of some.
#[derive(Debug)]
pub(super) struct Needs {
    any: Vec<Permission>,
    all: Vec<Permission>,
}

impl Needs {
    /// By who is refused.
    pub(super) async fn found(world: &World, refused: impl AsyncFn(&str) -> bool) -> Self {
        let (mut any, mut all) = (Vec::new(), Vec::new());
        for (permission, token) in &world.clients {
            if !refused(token).await {
                any.push(*permission);
            }
        }
        for (permission, token) in &world.lacking {
            if any.is_empty() && refused(token).await {
                all.push(*permission);
            }
        }
        Self { any, all }
    }

    /// Whether it is one permission, with those that include it, or several together.
    pub(super) fn are_some(&self) -> bool {
        let is_one = |it: &Permission| it.or_wider().eq(self.any.iter().copied());
        self.all.len() > 1 || Permission::ALL.iter().any(is_one)
    }

    /// The tokens that are not enough: with one permission alone, or with all but one.
    pub(super) fn refused<'a>(&self, world: &'a World) -> Vec<(String, &'a str)> {
        let alone = world.clients.iter().filter(|it| !self.any.contains(&it.0));
        let lacking = world.lacking.iter().filter(|it| self.all.contains(&it.0));
        let alone = alone.map(|it| (format!("{} alone", it.0), it.1.as_str()));
        let lacking = lacking.map(|it| (format!("all but {}", it.0), it.1.as_str()));
        alone.chain(lacking).collect()
    }

    /// Whether a role has them.
    pub(super) fn are_met_by(&self, role: Role) -> bool {
        let has = |it: &Permission| role.permissions().iter().any(|own| own.0 == *it);
        match self.any.is_empty() {
            true => self.all.iter().all(has),
            false => self.any.iter().any(has) || self.any.len() == Permission::ALL.len(),
        }
    }
}
