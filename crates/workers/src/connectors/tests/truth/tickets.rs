//! Every ticket is here as it is there, as far as the vendor knows it: what it is, and what happened to it when.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::kernel::{PageArgs, PersonId, Scope};
use domain::people::{self, PersonFilter};
use domain::tickets::{
    self, CustomerId, QueueId, Rating, SlaTarget, Ticket, TicketEvent, TicketFilter, TicketId,
};
use simulators::model::{self, Act};

use super::super::World;
use super::history::{History, Step};
use super::{promises, words};

/// A ticket as it is here.
struct Stored {
    ticket: Ticket,
    events: Vec<TicketEvent>,
    ratings: Vec<Rating>,
    targets: Vec<SlaTarget>,
}

/// Everything that is here, and what its ids stand for.
struct Here {
    tickets: BTreeMap<String, Stored>,
    people: HashMap<PersonId, String>,
    queues: HashMap<QueueId, String>,
    /// Whom customers write for.
    organisations: HashMap<CustomerId, String>,
    /// What is called by which id, in the words that effects have for ids.
    names: HashMap<String, String>,
}

/// What a ticket comes to in the end, in words that both sides have.
type Told = BTreeMap<&'static str, String>;

impl World {
    /// All tickets of the desk as its vendor knows them, and no others.
    pub(in super::super) async fn assert_tickets(&self) {
        let (mut here, kind) = (self.here().await, self.desk.kind());
        let (mut wrong, mut rated, mut promised) = (Vec::new(), 0, 0);
        let compared = here.tickets.len();
        for known in self.desk.tickets() {
            let id = self.desk.ticket_id(known.number);
            let stored = here.tickets.remove(&id);
            rated += stored.as_ref().map_or(0, |it| it.ratings.len());
            promised += stored.as_ref().map_or(0, |it| it.targets.len());
            if let Some((there, here)) = self.differs(&here, &known, stored.as_ref()) {
                wrong.push(format!("{id}: there {there}\n  but here {here}"));
            }
        }
        wrong.extend(here.tickets.keys().map(|id| format!("{id} is nowhere but here")));
        let (first, many) = (wrong[..wrong.len().min(5)].join("\n"), wrong.len());
        assert!(wrong.is_empty(), "{kind:?}: {many} of {compared} tickets: {first}");
        let has_ratings = words::rating(kind, 5).is_none() || rated > 0 || compared < 50;
        assert!(compared > 0 && has_ratings, "{kind:?}: {compared} tickets, {rated} ratings");
        let has_promises = promised > compared || !words::has_promises(kind);
        assert!(has_promises, "{kind:?}: {compared} tickets, {promised} promises");
    }

    /// The tickets of which something else happened there than here.
    pub(in super::super) async fn otherwise(&self) -> BTreeSet<String> {
        let here = self.here().await;
        let known = self.desk.tickets().map(|known| (self.desk.ticket_id(known.number), known));
        let differs = |(id, known): &(String, model::Ticket)| match here.tickets.get(id) {
            Some(stored) if gone(known).is_some() => mark_there(known) != mark_of(&stored.ticket),
            // How it is rated is told by itself.
            Some(it) => self.told_there(known)["history"] != here.told_here(it)["history"],
            None => gone(known).is_none(),
        };
        known.filter(differs).map(|(id, _)| id).collect()
    }

    /// What of a ticket is otherwise there and here.
    fn differs(
        &self,
        here: &Here,
        known: &model::Ticket,
        stored: Option<&Stored>,
    ) -> Option<(String, String)> {
        let (there, here) = match (gone(known), stored) {
            // What was gone before it was ever read is not here, and what happened just before it went was not read.
            (Some(_), None) => return None,
            (Some(mark), Some(it)) => (mark.to_owned(), mark_of(&it.ticket).to_owned()),
            (None, None) => ("there".to_owned(), "missing".to_owned()),
            (None, Some(it)) => {
                let (there, here) = (self.told_there(known), here.told_here(it));
                let only = |one: &Told, other: &Told| {
                    let differs = one.iter().filter(|(key, it)| other.get(*key) != Some(*it));
                    differs.map(|(key, it)| format!("\n    {key}: {it}")).collect::<String>()
                };
                (only(&there, &here), only(&here, &there))
            }
        };
        (there != here).then_some((there, here))
    }

    async fn here(&self) -> Here {
        let args = PageArgs { limit: Some(200), after: None };
        let read = async |scope: &Scope| {
            let people = people::list(scope, &PersonFilter::default(), &args).await?.items;
            Ok((people, tickets::queues(scope).await?))
        };
        let (people, queues) = self.app().read(&self.acme, read).await.unwrap();
        let of_people = people.iter().map(|it| (it.id.to_string(), it.name.clone()));
        let of_queues = queues.iter().map(|it| (it.id.to_string(), it.name.clone()));
        let mut here = Here {
            tickets: BTreeMap::new(),
            names: of_people.chain(of_queues).collect(),
            people: people.into_iter().map(|it| (it.id, it.name)).collect(),
            queues: queues.into_iter().map(|it| (it.id, it.name)).collect(),
            organisations: HashMap::new(),
        };
        let mut args = PageArgs { limit: Some(200), after: None };
        loop {
            let read = async |scope: &Scope| {
                let page = tickets::list(scope, &TicketFilter::default(), &args).await?;
                let ids: Vec<TicketId> = page.items.iter().map(|ticket| ticket.id).collect();
                let customers: Vec<_> = page.items.iter().filter_map(|it| it.customer_id).collect();
                let customers = tickets::customers(scope, &customers).await?;
                let events = tickets::events_of(scope, &ids).await?;
                let targets = tickets::sla_targets_of(scope, &ids).await?;
                Ok((page, customers, events, tickets::ratings_of(scope, &ids).await?, targets))
            };
            let (page, customers, events, ratings, targets) =
                self.app().read(&self.acme, read).await.unwrap();
            let named = customers.into_iter().filter_map(|it| Some((it.id, it.organisation?)));
            here.organisations.extend(named);
            let mut events: HashMap<_, _> = events.into_iter().collect();
            let mut ratings: HashMap<_, _> = ratings.into_iter().collect();
            let mut targets: HashMap<_, _> = targets.into_iter().collect();
            for ticket in page.items {
                let events = events.remove(&ticket.id).unwrap();
                let ratings = ratings.remove(&ticket.id).unwrap_or_default();
                here.names.insert(ticket.id.to_string(), ticket.external_id.clone());
                let targets = targets.remove(&ticket.id).unwrap_or_default();
                let stored = Stored { events, ratings, targets, ticket };
                here.tickets.insert(stored.ticket.external_id.clone(), stored);
            }
            match page.next {
                Some(next) => args.after = Some(next),
                None => return here,
            }
        }
    }

    fn told_there(&self, ticket: &model::Ticket) -> Told {
        let kind = self.desk.kind();
        let agents = &self.desk.desk().model().desk().agents;
        let agent = |agent: u16| agents[usize::from(agent)].person.name.clone();
        let id = |number: u64| self.desk.ticket_id(number);
        let steps: Vec<Step> = Step::there(kind, ticket, agent, id).collect();
        let mut told = History::of(&steps).told();
        let mut tags: Vec<&str> = ticket.events.iter().filter_map(|event| event.tag).collect();
        tags.extend(ticket.events.iter().any(|it| it.act == Act::Escalated).then_some("escalated"));
        tags.extend(ticket.is_test.then_some("test"));
        tags.sort_unstable();
        tags.dedup();
        told.insert("tags", tags.join(" "));
        told.insert("created", ticket.created_at.to_string());
        let organisation = self.desk.desk().model().customer(ticket.customer).organisation;
        let organisation = organisation.filter(|_| words::has_organisations(kind));
        let organisation = organisation.and_then(|it| self.desk.desk().organisation(it.number));
        told.insert("organisation", organisation.map_or_else(String::new, |it| it.name));
        told.insert("channel", ticket.channel.word().to_owned());
        told.insert("initiated by", ticket.initiated_by.word().to_owned());
        told.insert("test", ticket.is_test.to_string());
        told.insert("mark", mark_there(ticket).to_owned());
        // What a customer thinks of it is known though nothing of the ticket changes by it.
        let whole = self.desk.desk().ticket(ticket.number).unwrap();
        let ratings = whole.events.iter().filter_map(|event| {
            let Act::Rated { score, .. } = event.act else { return None };
            words::rating(kind, score).map(|score| format!("{} {score}", event.at))
        });
        let mut ratings: Vec<String> = ratings.collect();
        if words::has_one_rating(kind) {
            ratings.drain(..ratings.len().saturating_sub(1));
        }
        told.insert("ratings", ratings.join(", "));
        let is_merged = mark_there(ticket) == "merged";
        told.insert("promises", promises::there(&self.desk.promises(ticket.number), is_merged));
        told
    }
}

impl Here {
    fn told_here(&self, stored: &Stored) -> Told {
        let Stored { ticket, events, ratings, targets } = stored;

        let name = |id: Option<PersonId>| match id {
            Some(id) => self.people.get(&id).map_or("unknown", String::as_str),
            None => "none",
        };
        let queue = |id: Option<QueueId>| match id {
            Some(id) => self.queues.get(&id).map_or("unknown", String::as_str),
            None => "none",
        };
        let named = |word: &str| self.names.get(word).map_or(word, String::as_str).to_owned();
        let steps: Vec<Step> = Step::here(events, named, |id| name(id).to_owned()).collect();
        let mut told = History::of(&steps).told();
        let at = |at: Option<chrono::DateTime<chrono::Utc>>| {
            at.map_or_else(String::new, |at| at.timestamp().to_string())
        };
        told.insert("status", ticket.status.word().to_owned());
        told.insert("assignee", name(ticket.assignee_id).to_owned());
        told.insert("queue", queue(ticket.queue_id).to_owned());
        told.insert("priority", ticket.priority.clone().unwrap_or_else(|| "none".to_owned()));
        told.insert("first solved", at(ticket.first_solved_at));
        told.insert("last solved", at(ticket.last_solved_at));
        let mut tags = ticket.tags.clone();
        tags.sort_unstable();
        tags.dedup();
        told.insert("tags", tags.join(" "));
        told.insert("created", ticket.created_at.timestamp().to_string());
        let organisation = ticket.customer_id.and_then(|id| self.organisations.get(&id));
        told.insert("organisation", organisation.cloned().unwrap_or_default());
        told.insert("channel", ticket.channel.word().to_owned());
        told.insert("initiated by", ticket.initiated_by.word().to_owned());
        told.insert("test", ticket.is_test.to_string());
        told.insert("mark", mark_of(ticket).to_owned());
        let ratings = ratings
            .iter()
            .map(|it| format!("{} {} of {}", it.rated_at.timestamp(), it.score, it.best));
        told.insert("ratings", ratings.collect::<Vec<_>>().join(", "));
        told.insert("promises", promises::here(targets));
        told
    }
}

/// Whether a ticket is away, and by what.
fn mark_there(ticket: &model::Ticket) -> &'static str {
    let mut marks = ticket.events.iter().filter_map(|event| match event.act {
        Act::Merged { .. } => Some("merged"),
        Act::Spam => Some("spam"),
        Act::Deleted => Some("deleted"),
        Act::Restored => Some("there"),
        Act::Created
        | Act::Message { .. }
        | Act::Updated
        | Act::Unassigned
        | Act::Escalated
        | Act::Rated { .. } => None,
    });
    marks.next_back().unwrap_or("there")
}

fn mark_of(ticket: &Ticket) -> &'static str {
    match (ticket.merged_at, ticket.spam_at, ticket.deleted_at) {
        (Some(_), ..) => "merged",
        (_, Some(_), _) => "spam",
        (.., Some(_)) => "deleted",
        _ => "there",
    }
}

/// By what a ticket is away that cannot be read any more.
fn gone(ticket: &model::Ticket) -> Option<&'static str> {
    Some(mark_there(ticket)).filter(|mark| matches!(*mark, "spam" | "deleted"))
}
