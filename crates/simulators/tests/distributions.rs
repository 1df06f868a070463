//! A year of the desk looks like a year of a desk.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use simulators::model::{Act, Actor, Channel, Model, Queue, Settings, Status, Team, Ticket};
use simulators::truth::{Metric, Of, Truth};

static MODEL: LazyLock<Model> =
    LazyLock::new(|| Model::new(Settings::default()).expect("settings of a desk"));
static TICKETS: LazyLock<Vec<Ticket>> = LazyLock::new(|| MODEL.tickets(MODEL.ends()).collect());
static TRUTH: LazyLock<Truth> = LazyLock::new(|| Truth::of(&MODEL, MODEL.ends()));

#[track_caller]
fn between(what: &str, least: f64, value: f64, most: f64) {
    assert!((least..=most).contains(&value), "{what}: {value} is not within {least} and {most}");
}

/// Of all tickets, in percent.
fn share(is_one: impl Fn(&Ticket) -> bool) -> f64 {
    TICKETS.iter().filter(|ticket| is_one(ticket)).count() as f64 * 100.0 / TICKETS.len() as f64
}

fn has(ticket: &Ticket, is_one: impl Fn(&Act) -> bool) -> bool {
    ticket.events.iter().any(|event| is_one(&event.act))
}

/// Over all months.
fn count(metric: Metric, of: Of) -> usize {
    let figures = TRUTH.figures().filter(|(m, _, o, _)| (*m, *o) == (metric, of));
    figures.map(|(_, _, _, figure)| figure.n).sum()
}

#[test]
fn things_happen_as_often_as_they_should() {
    between("spam", 1.0, share(|it| has(it, |act| *act == Act::Spam)), 3.0);
    between("merged", 1.0, share(|it| has(it, |act| matches!(act, Act::Merged { .. }))), 3.0);
    between("deleted", 0.5, share(|it| has(it, |act| *act == Act::Deleted)), 2.0);
    between("restored", 0.1, share(|it| has(it, |act| *act == Act::Restored)), 0.6);
    between("rated", 15.0, share(|it| has(it, |act| matches!(act, Act::Rated { .. }))), 25.0);
    between("tests", 0.1, share(|it| it.is_test), 0.6);
    let by_bot = |it: &Ticket| {
        let solve = it.events.iter().rfind(|event| event.status == Some(Status::Solved));
        solve.is_some_and(|solve| solve.actor == Actor::Bot)
    };
    between("solved by the bot", 3.0, share(by_bot), 10.0);
    let changes_hands = |it: &Ticket| {
        let mut all: Vec<_> = it.events.iter().filter_map(|event| event.assignee).collect();
        all.dedup();
        all.len() > 1
    };
    between("changes hands", 10.0, share(changes_hands), 25.0);
}

#[test]
fn rates_are_those_of_a_good_desk_with_room_to_improve() {
    let solved = count(Metric::TicketsSolved, Of::Desk) as f64;
    between("solved", 93.0, solved * 100.0 / count(Metric::TicketsCreated, Of::Desk) as f64, 100.0);
    let reopened = count(Metric::ReopenedTickets, Of::Desk) as f64;
    between("reopened", 4.0, reopened * 100.0 / solved, 9.0);
    let escalated = count(Metric::EscalatedTickets, Of::Desk) as f64;
    between("escalated", 5.0, escalated * 100.0 / solved, 10.0);
}

#[test]
fn every_month_answers_within_hours_and_solves_within_a_day_or_so() {
    for (metric, month, of, figure) in TRUTH.figures().filter(|(_, _, of, _)| *of == Of::Desk) {
        let hours = |seconds: i64| seconds as f64 / 3_600.0;
        let what = format!("{metric:?} {of:?} {month}");
        match metric {
            Metric::FirstResponseTime => {
                between(&what, 0.7, hours(figure.p50), 2.5);
                between(&what, 8.0, hours(figure.p90), 24.0);
            }
            Metric::FullResolutionTime => {
                between(&what, 4.0, hours(figure.p50), 14.0);
                between(&what, 72.0, hours(figure.p90), 220.0);
            }
            Metric::Backlog => between(&what, 30.0, figure.n as f64, 180.0),
            Metric::TicketsCreated => between(&what, 1_000.0, figure.n as f64, 2_600.0),
            _ => {}
        }
    }
}

#[test]
fn channels_have_their_own_speed() {
    let median = |channel| {
        let of = Of::Channel(channel);
        let figures = TRUTH
            .figures()
            .filter(|(metric, _, o, _)| *metric == Metric::FirstResponseTime && *o == of);
        let mut months: Vec<i64> = figures.map(|(_, _, _, figure)| figure.p50).collect();
        months.sort_unstable();
        months[months.len() / 2]
    };
    assert!(median(Channel::Phone) < 180, "{}", median(Channel::Phone));
    assert!(median(Channel::Chat) < 400, "{}", median(Channel::Chat));
    assert!(median(Channel::Messaging) > median(Channel::Chat));
    assert!(median(Channel::Email) > median(Channel::Messaging) * 3);
}

#[test]
fn everybody_works_and_nobody_works_for_all() {
    let solved = |agent| count(Metric::TicketsSolved, Of::Agent(Some(agent)));
    let counts: BTreeMap<u16, usize> = (0..24).map(|agent| (agent, solved(agent))).collect();
    assert!(counts.values().all(|count| (200..2_000).contains(count)), "{counts:?}");
    let nobody = count(Metric::TicketsSolved, Of::Agent(None));
    assert!((500..2_500).contains(&nobody), "{nobody}");
}

#[test]
fn who_changes_teams_takes_new_work_along() {
    let mover = MODEL.desk().agents.iter().find(|agent| agent.memberships.len() > 1).unwrap();
    let day = MODEL.midnight(mover.memberships[1].from);
    let taken = |since: bool, queue: Queue| {
        let solved = TICKETS.iter().flat_map(|ticket| {
            let mut lies = Queue::General;
            ticket.events.iter().filter_map(move |event| {
                lies = event.queue.unwrap_or(lies);
                let mine = event.assignee == Some(mover.number) && (event.at >= day) == since;
                (mine && lies == queue).then_some(())
            })
        });
        solved.count()
    };
    assert_eq!(mover.memberships[1].team, Team::Technical);
    assert!(taken(false, Queue::Orders) > 30 && taken(false, Queue::Technical) == 0);
    assert!(taken(true, Queue::Technical) > 30 && taken(true, Queue::Orders) == 0);
}

#[test]
fn careful_agents_are_liked_and_their_tickets_stay_solved() {
    let mut agents: Vec<_> = MODEL.desk().agents.iter().collect();
    agents.sort_by_key(|agent| agent.craft);
    let (worst, best) = (&agents[..8], &agents[16..]);
    let returns = |agents: &[&simulators::model::Agent]| {
        let sum = |metric| {
            let of_agent =
                |agent: &&simulators::model::Agent| count(metric, Of::Agent(Some(agent.number)));
            agents.iter().map(of_agent).sum::<usize>() as f64
        };
        sum(Metric::ReopenedTickets) / sum(Metric::TicketsSolved)
    };
    assert!(returns(worst) > returns(best) * 1.4, "{} {}", returns(worst), returns(best));
    let score = |agents: &[&simulators::model::Agent]| {
        let scores = TICKETS.iter().flat_map(|ticket| {
            let mut has = None;
            ticket.events.iter().filter_map(move |event| {
                has = event.assignee.or(has);
                match event.act {
                    Act::Rated { score, .. } => Some((has?, f64::from(score))),
                    _ => None,
                }
            })
        });
        let of: Vec<f64> = scores
            .filter(|(agent, _)| agents.iter().any(|it| it.number == *agent))
            .map(|(_, score)| score)
            .collect();
        of.iter().sum::<f64>() / of.len() as f64
    };
    assert!(score(best) > score(worst) + 0.4, "{} {}", score(best), score(worst));
    between("worst", 2.5, score(worst), 4.5);
}
