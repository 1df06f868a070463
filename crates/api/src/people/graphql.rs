//! Resolvers.

use async_graphql::{ComplexObject, Context, ID, Object, Result, SimpleObject};
use chrono::NaiveDate;
use domain::kernel::{PageArgs, PersonId, Scope};
use domain::people::identities::{self, Identity, IdentityId, NewIdentity};
use domain::people::{
    self, NewPerson, Person, PersonAction, PersonFilter, PersonPatch, PersonSort,
};

use super::edges::{IdentitiesOf, MembershipsOf};
use crate::graphql::{FirstPage, PageOf, found, load, page, read, write};
use crate::teams::MembershipNode;

/// Somebody who works in support.
#[derive(SimpleObject)]
#[graphql(name = "Person", complex)]
pub(crate) struct PersonNode {
    #[graphql(flatten)]
    person: Person,
}

impl PersonNode {
    /// The id, for the `Node` interface.
    pub(crate) async fn id(&self, _: &Context<'_>) -> Result<ID> {
        Ok(self.person.id.into())
    }
}

impl From<Person> for PersonNode {
    fn from(person: Person) -> Self {
        Self { person }
    }
}

#[ComplexObject]
impl PersonNode {
    /// Where they are and were, the oldest first; on a day, where one is given.
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        on: Option<NaiveDate>,
    ) -> Result<Vec<MembershipNode>> {
        let memberships = load(ctx, MembershipsOf(self.person.id)).await?.unwrap_or_default();
        let holds = |from: NaiveDate, to: Option<NaiveDate>| {
            on.is_none_or(|day| from <= day && to.is_none_or(|to| day < to))
        };
        Ok(memberships
            .into_iter()
            .filter(|it| holds(it.valid_from, it.valid_to))
            .map(Into::into)
            .collect())
    }

    /// Under which ids the sources know them.
    async fn identities(
        &self,
        ctx: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
    ) -> Result<PageOf<Identity>> {
        let person = self.person.id;
        let later =
            async |scope: &Scope, args: &PageArgs| identities::list(scope, person, args).await;
        FirstPage::or_later(ctx, IdentitiesOf(person), first, after, later).await
    }
}

#[derive(Default)]
pub(crate) struct PersonQuery;

#[Object]
impl PersonQuery {
    /// One person, or null where there is none within reach.
    async fn person(&self, ctx: &Context<'_>, id: PersonId) -> Result<Option<PersonNode>> {
        Ok(found(people::get(&*read(ctx).await?, id).await)?.map(Into::into))
    }

    /// People.
    async fn people(
        &self,
        ctx: &Context<'_>,
        filter: Option<PersonFilter>,
        #[graphql(
            desc = "What they are listed by; by when their records were made, if not given."
        )]
        sort: Option<PersonSort>,
        first: Option<u32>,
        after: Option<String>,
    ) -> Result<PageOf<PersonNode>> {
        let filter = PersonFilter { sort, ..filter.unwrap_or_default() };
        page(ctx, first, after, async |scope, args| people::list(scope, &filter, args).await).await
    }
}

#[derive(Default)]
pub(crate) struct PersonMutation;

#[Object]
impl PersonMutation {
    /// Make a person.
    async fn create_person(&self, ctx: &Context<'_>, input: NewPerson) -> Result<PersonNode> {
        Ok(write(ctx, async |scope| people::create(scope, input).await).await?.into())
    }

    /// Change a person's fields.
    async fn update_person(
        &self,
        ctx: &Context<'_>,
        id: PersonId,
        input: PersonPatch,
    ) -> Result<PersonNode> {
        Ok(write(ctx, async |scope| people::update(scope, id, input).await).await?.into())
    }

    /// Activate an invited person: the first day has come.
    async fn activate_person(&self, ctx: &Context<'_>, id: PersonId) -> Result<PersonNode> {
        act(ctx, id, PersonAction::Activate).await
    }

    /// Start a leave.
    async fn start_person_leave(&self, ctx: &Context<'_>, id: PersonId) -> Result<PersonNode> {
        act(ctx, id, PersonAction::StartLeave).await
    }

    /// End a leave.
    async fn end_person_leave(&self, ctx: &Context<'_>, id: PersonId) -> Result<PersonNode> {
        act(ctx, id, PersonAction::EndLeave).await
    }

    /// Offboard a person.
    async fn offboard_person(&self, ctx: &Context<'_>, id: PersonId) -> Result<PersonNode> {
        act(ctx, id, PersonAction::Offboard).await
    }

    /// Rehire a person who had left.
    async fn rehire_person(&self, ctx: &Context<'_>, id: PersonId) -> Result<PersonNode> {
        act(ctx, id, PersonAction::Rehire).await
    }

    /// Tell under which id a source knows a person.
    async fn add_identity(
        &self,
        ctx: &Context<'_>,
        person_id: PersonId,
        input: NewIdentity,
    ) -> Result<Identity> {
        Ok(write(ctx, async |scope| identities::add(scope, person_id, input).await).await?)
    }

    /// Take an external identity from its person. Returns its id.
    async fn remove_identity(&self, ctx: &Context<'_>, id: IdentityId) -> Result<IdentityId> {
        write(ctx, async |scope| identities::remove(scope, id).await).await?;
        Ok(id)
    }
}

async fn act(ctx: &Context<'_>, id: PersonId, action: PersonAction) -> Result<PersonNode> {
    Ok(write(ctx, async |scope| people::act(scope, id, action).await).await?.into())
}
