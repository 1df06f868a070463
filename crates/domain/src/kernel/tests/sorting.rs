//! Walking the pages of a sorted list gives every row once, in order, also while rows are added.

use std::cell::Cell;
use std::cmp::Ordering;

use chrono::{Days, NaiveDate, TimeDelta};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::kernel::{Caller, ErrorKind, Page, PageArgs, Result, Scope};
use crate::people::{self, NewPerson, Person, PersonFilter, PersonSort};
use crate::teams::{self, NewTeam, Team, TeamFilter, TeamSort};
use crate::testing::TestApp;
use crate::tickets::{self, Ticket, TicketFilter, TicketSort};

const SORTS: [Option<PersonSort>; 5] = [
    None,
    Some(PersonSort::Name),
    Some(PersonSort::NameDesc),
    Some(PersonSort::HireDate),
    Some(PersonSort::HireDateDesc),
];

/// Few names and days, so that many are the same.
fn any_person() -> impl Strategy<Value = NewPerson> {
    let names =
        prop::sample::select(vec!["ada", "Ada", "ADA", "Bea", "Zoë", "Émile", "o'Neil", "_"]);
    (names, prop::option::of(0..4u64)).prop_map(|(name, hired)| NewPerson {
        name: name.to_owned(),
        hire_date: hired.map(|day| NaiveDate::from_ymd_opt(2026, 1, 30).unwrap() + Days::new(day)),
        ..Default::default()
    })
}

async fn add(test: &TestApp, caller: &Caller, people: Vec<NewPerson>) -> Vec<Person> {
    let create = async |scope: &Scope| {
        let mut made = Vec::new();
        for new in people {
            made.push(people::create(scope, new).await?);
        }
        Ok(made)
    };
    test.app.write(caller, create).await.unwrap()
}

/// The order that is promised.
fn order(sort: Option<PersonSort>, a: &Person, b: &Person) -> Ordering {
    let name = |person: &Person| person.name.to_ascii_lowercase();
    let last = |person: &Person| person.hire_date.is_none();
    match sort {
        None => a.id.cmp(&b.id),
        Some(PersonSort::Name) => (name(a), a.id).cmp(&(name(b), b.id)),
        Some(PersonSort::NameDesc) => (name(b), b.id).cmp(&(name(a), a.id)),
        Some(PersonSort::HireDate) => {
            (last(a), a.hire_date, a.id).cmp(&(last(b), b.hire_date, b.id))
        }
        Some(PersonSort::HireDateDesc) => {
            let days = last(a).cmp(&last(b)).then(b.hire_date.cmp(&a.hire_date));
            days.then(b.id.cmp(&a.id))
        }
    }
}

async fn page(
    test: &TestApp,
    caller: &Caller,
    sort: Option<PersonSort>,
    args: PageArgs,
) -> Result<Page<Person>> {
    let filter = PersonFilter { sort, ..Default::default() };
    test.app.read(caller, async |scope| people::list(scope, &filter, &args).await).await
}

/// Walks a list, adding somebody after every page, and checks what came.
async fn walk(
    test: &TestApp,
    caller: &Caller,
    sort: Option<PersonSort>,
    limit: u32,
    before: &[Person],
    mut newcomers: Vec<NewPerson>,
) {
    let (mut seen, mut after): (Vec<Person>, _) = (Vec::new(), None);
    loop {
        let args = PageArgs { limit: Some(limit), after };
        let page = page(test, caller, sort, args).await.unwrap();
        let last = page.items.last().map(|person| page.cursor(person.id.0));
        assert!(page.next.is_none() || page.next == last);
        seen.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
        add(test, caller, newcomers.pop().into_iter().collect()).await;
    }
    assert!(seen.is_sorted_by(|a, b| order(sort, a, b) == Ordering::Less), "{sort:?} {seen:#?}");
    for person in before {
        assert!(seen.contains(person), "{sort:?}: {person:?} was passed over");
    }
}

#[test]
fn pages_give_every_row_once_in_order_while_rows_are_added() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let test = runtime.block_on(TestApp::new());
    let mut runner = TestRunner::new(Config { cases: 12, ..Config::default() });
    let people = || prop::collection::vec(any_person(), 0..14);
    let tenants = Cell::new(0);
    let outcome = runner.run(&(people(), people(), 1..6u32), |(first, then, limit)| {
        runtime.block_on(async {
            for sort in SORTS {
                tenants.set(tenants.get() + 1);
                let caller = test.tenant(&format!("tenant-{}", tenants.get())).await;
                let before = add(&test, &caller, first.clone()).await;
                walk(&test, &caller, sort, limit, &before, then.clone()).await;
            }
        });
        Ok(())
    });
    outcome.unwrap();
}

#[tokio::test]
async fn a_cursor_is_good_in_its_own_order_alone() {
    let test = TestApp::new().await;
    let (acme, globex) = (test.tenant("acme").await, test.tenant("globex").await);
    let named = |name: &str| NewPerson { name: name.to_owned(), ..Default::default() };
    for caller in [&acme, &globex] {
        add(&test, caller, vec![named("Ada"), named("Bea")]).await;
    }
    for of in SORTS {
        let args = PageArgs { limit: Some(1), after: None };
        let after = page(&test, &acme, of, args).await.unwrap().next;
        for (caller, sort) in SORTS.iter().map(|sort| (&acme, *sort)).chain([(&globex, of)]) {
            let args = PageArgs { limit: Some(1), after: after.clone() };
            match page(&test, caller, sort, args).await {
                Ok(_) => assert!(sort == of && caller.tenant == acme.tenant),
                Err(error) => {
                    assert_eq!(
                        (error.code(), error.kind()),
                        ("cursor_invalid", ErrorKind::Malformed)
                    );
                    assert!(sort != of || caller.tenant == globex.tenant);
                }
            }
        }
    }
}

#[tokio::test]
async fn teams_are_listed_by_name_and_tickets_by_time() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    for name in ["b", "C", "a"] {
        let new = NewTeam { name: name.to_owned(), parent_id: None, kind: None };
        test.app.write(&acme, async |scope| teams::create(scope, new).await).await.unwrap();
        test.app.clock().advance(TimeDelta::seconds(1));
    }
    let args = PageArgs::default();
    for (sort, names) in [(TeamSort::Name, ["a", "b", "C"]), (TeamSort::NameDesc, ["C", "b", "a"])]
    {
        let filter = TeamFilter { sort: Some(sort), ..Default::default() };
        let list = async |scope: &Scope| teams::list(scope, &filter, &args).await;
        let page: Page<Team> = test.app.read(&acme, list).await.unwrap();
        assert_eq!(page.items.iter().map(|team| team.name.as_str()).collect::<Vec<_>>(), names);
    }
    for sort in [TicketSort::CreatedAt, TicketSort::UpdatedAtDesc] {
        let filter = TicketFilter { sort: Some(sort), ..Default::default() };
        let list = async |scope: &Scope| tickets::list(scope, &filter, &args).await;
        let page: Page<Ticket> = test.app.read(&acme, list).await.unwrap();
        assert!(page.items.is_empty());
    }
}
