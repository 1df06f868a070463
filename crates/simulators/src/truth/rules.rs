//! What of one ticket counts in which number, each rule by itself.

use super::Metric;
use crate::model::{Act, Actor, Event, InitiatedBy, Queue, Status, Ticket};

/// Something that counts in a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) metric: Metric,
    pub(super) at: i64,
    pub(super) value: i64,
    pub(super) agent: Option<u16>,
    pub(super) queue: Option<Queue>,
}

/// Tickets that are spam, merged, deleted or tests now are in no number.
pub(super) fn is_out(ticket: &Ticket) -> bool {
    let mut marks = ticket.events.iter().filter_map(|event| match event.act {
        Act::Spam | Act::Deleted | Act::Merged { .. } => Some(true),
        Act::Restored => Some(false),
        _ => None,
    });
    ticket.is_test || marks.next_back().unwrap_or(false)
}

pub(super) fn counted(ticket: &Ticket) -> impl Iterator<Item = Counted> {
    [
        created(ticket),
        first_response(ticket),
        solved(ticket, Metric::TicketsSolved),
        solved(ticket, Metric::FullResolutionTime),
        reopened(ticket),
        escalated(ticket),
    ]
    .into_iter()
    .flatten()
}

fn created(ticket: &Ticket) -> Option<Counted> {
    let queue = queue_after(ticket.events.get(..1)?);
    let metric = Metric::TicketsCreated;
    Some(Counted { metric, at: ticket.created_at, value: 0, agent: None, queue })
}

/// Of tickets that a customer began: the customer waits from their own first message on, or from the creation if there is none.
fn first_response(ticket: &Ticket) -> Option<Counted> {
    if ticket.initiated_by != InitiatedBy::Customer {
        return None;
    }
    let place = ticket
        .events
        .iter()
        .position(|event| event.act == Act::Message { public: true } && human(event).is_some())?;
    let answer = &ticket.events[place];
    let asked = ticket.events[..place]
        .iter()
        .find(|event| event.actor == Actor::Customer && matches!(event.act, Act::Message { .. }));
    let since = asked.map_or(ticket.created_at, |asked| asked.at);
    Some(Counted {
        metric: Metric::FirstResponseTime,
        at: ticket.created_at,
        value: answer.at - since,
        agent: human(answer),
        queue: queue_after(&ticket.events[..=place]),
    })
}

/// The last solve: it is credited to the human who did it; where a program did, to who had the ticket.
fn solved(ticket: &Ticket, metric: Metric) -> Option<Counted> {
    let place = ticket.events.iter().rposition(|event| event.status == Some(Status::Solved))?;
    let history = &ticket.events[..=place];
    let at = ticket.events[place].at;
    let value = match metric {
        Metric::FullResolutionTime => at - ticket.created_at,
        _ => 0,
    };
    Some(Counted { metric, at, value, agent: solver(history), queue: queue_after(history) })
}

/// The first time that the status left solved or closed; it is credited to whose solve did not last.
fn reopened(ticket: &Ticket) -> Option<Counted> {
    let over = |status| matches!(status, Status::Solved | Status::Closed);
    let place = (1..ticket.events.len()).find(|&place| {
        let before = status_after(&ticket.events[..place]);
        over(before) && !over(status_after(&ticket.events[..=place]))
    })?;
    let history = &ticket.events[..place];
    let solve = history.iter().rposition(|event| event.status == Some(Status::Solved));
    Some(Counted {
        metric: Metric::ReopenedTickets,
        at: ticket.events[place].at,
        value: 0,
        agent: solve.and_then(|solve| solver(&history[..=solve])),
        queue: queue_after(&ticket.events[..=place]),
    })
}

fn escalated(ticket: &Ticket) -> Option<Counted> {
    let place = ticket.events.iter().position(|event| event.act == Act::Escalated)?;
    Some(Counted {
        metric: Metric::EscalatedTickets,
        at: ticket.events[place].at,
        value: 0,
        agent: human(&ticket.events[place]),
        queue: queue_after(&ticket.events[..=place]),
    })
}

/// One, if the ticket was open just before an instant.
pub(super) fn backlog(ticket: &Ticket, at: i64) -> Option<Counted> {
    let before = ticket.events.partition_point(|event| event.at < at);
    let history = &ticket.events[..before];
    let is_open = !matches!(status_after(history), Status::Solved | Status::Closed);
    let (metric, agent, queue) = (Metric::Backlog, assignee_after(history), queue_after(history));
    (before > 0 && is_open).then_some(Counted { metric, at, value: 1, agent, queue })
}

/// Who solved a ticket with the last event of a history.
fn solver(history: &[Event]) -> Option<u16> {
    history.last().and_then(human).or_else(|| assignee_after(history))
}

const fn human(event: &Event) -> Option<u16> {
    match event.actor {
        Actor::Agent(agent) => Some(agent),
        Actor::Customer | Actor::Bot | Actor::Automation | Actor::System => None,
    }
}

fn status_after(history: &[Event]) -> Status {
    history.iter().rev().find_map(|event| event.status).unwrap_or(Status::New)
}

fn queue_after(history: &[Event]) -> Option<Queue> {
    history.iter().rev().find_map(|event| event.queue)
}

fn assignee_after(history: &[Event]) -> Option<u16> {
    let last =
        history.iter().rev().find(|event| event.assignee.is_some() || event.act == Act::Unassigned);
    last.and_then(|event| event.assignee)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Model, Settings};

    const ANN: Actor = Actor::Agent(1);
    const BOB: Actor = Actor::Agent(2);
    const SAYS: Act = Act::Message { public: true };

    fn event(at: i64, actor: Actor, act: Act) -> Event {
        let (status, assignee, queue, priority, tag) = (None, None, None, None, None);
        Event { at, actor, act, status, assignee, queue, priority, tag, work: 0 }
    }

    fn status(at: i64, actor: Actor, act: Act, status: Status) -> Event {
        Event { status: Some(status), ..event(at, actor, act) }
    }

    /// A ticket of instant 100 with these events after its creation in the general queue.
    fn ticket(events: &[Event]) -> Ticket {
        let settings = Settings { tickets: 1, days: 1, ..Settings::default() };
        let queue = Some(Queue::General);
        let created = Event { queue, ..status(100, Actor::Customer, Act::Created, Status::New) };
        Ticket {
            created_at: 100,
            initiated_by: InitiatedBy::Customer,
            is_test: false,
            events: [&[created], events].concat(),
            ..Model::new(settings).unwrap().ticket(1)
        }
    }

    fn told(counted: Option<Counted>) -> Option<(i64, i64, Option<u16>, Option<Queue>)> {
        counted.map(|it| (it.at, it.value, it.agent, it.queue))
    }

    const GENERAL: Option<Queue> = Some(Queue::General);

    #[test]
    fn a_response_is_the_first_public_message_of_an_agent_after_the_question() {
        let answered = ticket(&[
            event(130, Actor::Customer, SAYS),
            event(140, Actor::Bot, SAYS),
            event(150, Actor::Automation, SAYS),
            event(160, ANN, Act::Message { public: false }),
            event(170, BOB, SAYS),
            event(180, ANN, SAYS),
        ]);
        assert_eq!(told(first_response(&answered)), Some((100, 40, Some(2), GENERAL)));
        let asked_too_late = ticket(&[event(170, BOB, SAYS), event(175, Actor::Customer, SAYS)]);
        assert_eq!(told(first_response(&asked_too_late)), Some((100, 70, Some(2), GENERAL)));
        assert_eq!(told(first_response(&ticket(&[event(140, Actor::Bot, SAYS)]))), None);
        let own = Ticket { initiated_by: InitiatedBy::Agent, ..answered };
        assert_eq!(told(first_response(&own)), None);
    }

    #[test]
    fn the_last_solve_counts_and_a_program_gives_it_to_who_had_the_ticket() {
        let assigned = Event { assignee: Some(2), ..event(110, ANN, Act::Updated) };
        let by_hand = [
            assigned.clone(),
            status(200, BOB, SAYS, Status::Solved),
            status(300, ANN, SAYS, Status::Solved),
            status(400, Actor::Automation, Act::Updated, Status::Closed),
        ];
        let full = |ticket| told(solved(&ticket, Metric::FullResolutionTime));
        assert_eq!(full(ticket(&by_hand)), Some((300, 200, Some(1), GENERAL)));
        let by_rule = status(200, Actor::Automation, Act::Updated, Status::Solved);
        assert_eq!(
            full(ticket(&[assigned.clone(), by_rule.clone()])),
            Some((200, 100, Some(2), GENERAL))
        );
        let given_back = event(120, ANN, Act::Unassigned);
        assert_eq!(full(ticket(&[assigned, given_back, by_rule])), Some((200, 100, None, GENERAL)));
        let closed = status(200, ANN, Act::Updated, Status::Closed);
        assert_eq!(full(ticket(&[closed])), None);
    }

    #[test]
    fn a_reopening_is_credited_to_the_solve_that_did_not_last() {
        let twice = ticket(&[
            status(200, ANN, SAYS, Status::Solved),
            status(250, Actor::Automation, Act::Updated, Status::Closed),
            status(300, Actor::Customer, SAYS, Status::Open),
            status(400, BOB, SAYS, Status::Solved),
            status(500, Actor::Customer, SAYS, Status::Open),
        ]);
        assert_eq!(told(reopened(&twice)), Some((300, 0, Some(1), GENERAL)));
        let again = ticket(&[
            status(200, ANN, SAYS, Status::Solved),
            status(300, BOB, SAYS, Status::Solved),
        ]);
        assert_eq!(told(reopened(&again)), None);
    }

    #[test]
    fn an_escalation_counts_once_and_where_it_went() {
        let queue = Some(Queue::SecondLine);
        let raised = Event { queue, ..event(200, ANN, Act::Escalated) };
        let again = Event { queue, ..event(300, BOB, Act::Escalated) };
        assert_eq!(told(escalated(&ticket(&[raised, again]))), Some((200, 0, Some(1), queue)));
        let rule = event(200, Actor::Automation, Act::Escalated);
        assert_eq!(told(escalated(&ticket(&[rule]))), Some((200, 0, None, GENERAL)));
    }

    #[test]
    fn the_backlog_is_what_was_open_strictly_before() {
        let assigned = Event { assignee: Some(2), ..event(150, BOB, Act::Updated) };
        let it = ticket(&[assigned, status(200, BOB, SAYS, Status::Solved)]);
        let at = |at| told(backlog(&it, at)).map(|(_, value, agent, _)| (value, agent));
        assert_eq!(at(100), None);
        assert_eq!(at(101), Some((1, None)));
        assert_eq!(at(200), Some((1, Some(2))));
        assert_eq!(at(201), None);
    }

    #[test]
    fn tickets_are_out_until_they_are_restored() {
        let deleted = event(200, ANN, Act::Deleted);
        let restored = event(300, ANN, Act::Restored);
        assert!(!is_out(&ticket(&[])));
        assert!(is_out(&ticket(std::slice::from_ref(&deleted))));
        assert!(!is_out(&ticket(&[deleted, restored])));
        assert!(is_out(&ticket(&[event(200, ANN, Act::Merged { into: 1 })])));
        assert!(is_out(&ticket(&[event(200, Actor::Automation, Act::Spam)])));
        assert!(is_out(&Ticket { is_test: true, ..ticket(&[]) }));
    }
}
