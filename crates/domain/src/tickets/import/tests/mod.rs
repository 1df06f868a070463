mod lines;

use std::sync::Arc;

use super::*;
use crate::tickets::source::{
    SourceActor, SourceAgent, SourceEffect, SourceEvent, SourceKey, SourceTicket,
};
use crate::tickets::{ActorKind, Channel, StatusCategory};

/// What a file gives: its tickets, and the rejected lines.
fn read_with(
    run_bytes: usize,
    chunk: usize,
    mapping: &Mapping,
    file: &[u8],
) -> Result<(Vec<SourceTicket>, Vec<Reject>), IntakeError> {
    let options = IntakeOptions { temp_dir: std::env::temp_dir(), rejects: Rejects::default() };
    let mut intake = Intake::with_runs_of(run_bytes, Arc::new(mapping.clone()), options);
    for chunk in file.chunks(chunk) {
        intake.feed(chunk)?;
    }
    let mut sorted = intake.finish()?;
    let mut tickets = Vec::new();
    while let Some(ticket) = sorted.next_ticket()? {
        tickets.push(ticket);
    }
    let rows = sorted.rows();
    assert_eq!(rows, tickets.iter().map(|ticket| ticket.rows).sum::<u64>());
    let (count, rejects) = sorted.into_rejects()?;
    assert_eq!(count.min(1_000), rejects.len() as u64);
    Ok((tickets, rejects))
}

fn read(mapping: &str, file: &str) -> (Vec<SourceTicket>, Vec<Reject>) {
    read_with(1 << 20, 7, &Mapping::parse(mapping).unwrap(), file.as_bytes()).unwrap()
}

fn canonical(file: &str) -> (Vec<SourceTicket>, Vec<Reject>) {
    read_with(1 << 20, 4_096, &Mapping::default(), file.as_bytes()).unwrap()
}

fn refused(mapping: &str) -> String {
    Mapping::parse(mapping).unwrap_err().to_string()
}

fn unfit(mapping: &str, file: &str) -> String {
    read_with(1 << 20, 4_096, &Mapping::parse(mapping).unwrap(), file.as_bytes())
        .unwrap_err()
        .to_string()
}

fn reason(rejects: &[Reject], line: u64) -> &str {
    &rejects
        .iter()
        .find(|reject| reject.line == line)
        .unwrap_or_else(|| panic!("line {line} in {rejects:?}"))
        .reason
}

#[test]
fn canonical_events_need_no_mapping() {
    let (tickets, rejects) = canonical(concat!(
        "ticket,time,kind,actor,actor_kind,status,queue,tags,channel,customer\n",
        "12,2024-05-01T10:00:00Z,created,,customer,new,Billing,,email,Acme\n",
        "7,2024-05-01T10:00:00+02:00,message:private,ann,,,,,,\n",
        "12,2024-05-01T10:05:00.123456Z,message:public,ann,,open,,vip,,\n",
    ));
    assert_eq!(rejects, []);
    assert_eq!(
        tickets.iter().map(|ticket| ticket.external_id.as_str()).collect::<Vec<_>>(),
        ["7", "12"]
    );
    let twelve = &tickets[1];
    assert_eq!(twelve.attributes.channel, Some(Channel::Email));
    assert_eq!(twelve.attributes.customer.as_ref().unwrap().name, "Acme");
    let [created, answer] = twelve.events.as_slice() else { panic!("{twelve:?}") };
    assert_eq!(created.event.actor, SourceActor { kind: ActorKind::Customer, who: None });
    let new = SourceEffect::Status(StatusCategory::New);
    assert_eq!(
        created.event.effects,
        [SourceEffect::Created, new, SourceEffect::Queue(Some("Billing".to_owned()))]
    );
    assert_eq!(answer.event.at, 1_714_557_900_123_456);
    assert_eq!(answer.event.actor.who.as_ref().unwrap().name, "ann");
    let open = SourceEffect::Status(StatusCategory::Open);
    assert_eq!(
        answer.event.effects,
        [SourceEffect::Message { public: true }, open, SourceEffect::Tag("vip".to_owned())]
    );
    assert_eq!(tickets[0].events[0].event.at, 1_714_550_400_000_000);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one mapping and one file, told from top to bottom")]
fn a_mapping_names_columns_effects_values_bots_and_defaults() {
    let mapping = r#"
        source = "desk"
        zone = "Europe/Rome"
        time_format = ["%d/%m/%Y %H:%M", "unix_ms"]
        tag_separator = " "
        nothing = "-"
        bots = "Robbie"
        [columns]
        ticket = "No"
        time = "When"
        kind = "What"
        actor_email = "Mail"
        actor_name = "Who"
        assignee = "Owner"
        tags = ["Tags", "Area"]
        channel = "Via"
        status = "State"
        [effects]
        "Answer" = ["message:public", "assignee:actor"]
        "Question" = ["message", "by:customer"]
        "Up" = "escalated"
        [values.channel]
        "E-Mail" = "email"
        "*" = "other"
        [values.status]
        "In work" = "open"
        [defaults]
        priority = "normal"
        is_test = false
    "#;
    let (tickets, rejects) = read(
        mapping,
        concat!(
            "No,When,What,Mail,Who,Owner,Tags,Area,Via,State\r\n",
            "1,01/07/2024 12:00,Question,,Jo,,a b,c,E-Mail,\r\n",
            "1,01/07/2024 12:30,Answer,Ann@Desk.test,Ann,,,,Fax,In work\r\n",
            "\r\n",
            "1,1719831600000,Whatever,,Robbie,-,,,,CLOSED\r\n",
        ),
    );
    assert_eq!(rejects, []);
    let events: Vec<&SourceEvent> = tickets[0].events.iter().map(|event| &event.event).collect();
    assert_eq!(events[0].at, 1_719_828_000_000_000);
    assert_eq!(events[0].actor.kind, ActorKind::Customer);
    let ann = SourceAgent {
        id: "ann@desk.test".to_owned(),
        name: "Ann".to_owned(),
        email: Some("ann@desk.test".to_owned()),
    };
    assert_eq!(events[1].actor, SourceActor { kind: ActorKind::Human, who: Some(ann.clone()) });
    assert!(events[1].effects.contains(&SourceEffect::Assignee(Some(ann))));
    assert!(events[1].effects.contains(&SourceEffect::Status(StatusCategory::Open)));
    assert_eq!(events[2].actor.kind, ActorKind::Bot);
    assert_eq!(events[2].at, events[0].at + 3_600_000_000);
    assert!(events[2].effects.contains(&SourceEffect::Assignee(None)));
    assert!(events[2].effects.contains(&SourceEffect::Status(StatusCategory::Closed)));
    let tags: Vec<_> =
        events[0].effects.iter().filter(|effect| matches!(effect, SourceEffect::Tag(_))).collect();
    assert_eq!(tags.len(), 3);
    assert!(events[0].effects.contains(&SourceEffect::Priority(Some("normal".to_owned()))));
    assert_eq!(tickets[0].attributes.channel, Some(Channel::Other));
}

#[test]
fn a_ticket_row_tells_its_times_as_events() {
    let (tickets, rejects) = canonical(concat!(
        "ticket,created,first_response,first_response_by,solved,solved_by,closed,status,assignee,updated,spam,merged_into\n",
        "1,2024-05-01T10:00:00Z,2024-05-01T11:00:00Z,ann,2024-05-02T10:00:00Z,bob,2024-05-05T10:00:00Z,closed,bob,2024-05-05T10:00:00Z,no,\n",
        "2,2024-05-01T10:00:00Z,,,2024-05-02T10:00:00Z,,,open,,2024-05-03T10:00:00Z,yes,1\n",
        "3,2024-05-01T10:00:00Z,2024-04-01T10:00:00Z,,,,,,,,,\n",
        "4,2024-05-01T10:00:00Z,,,,,,solved,,,,\n",
        "5,2024-05-01T10:00:00Z,,,,,,pending,,,,\n",
    ));
    assert_eq!(
        reason(&rejects, 4),
        "column `first_response`: `2024-04-01T10:00:00Z` is before the ticket was created"
    );
    assert!(reason(&rejects, 5).contains("no column says when"), "{rejects:?}");
    let kinds = |ticket: usize| {
        tickets[ticket].events.iter().map(|event| event.event.kind.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(0), ["created", "first_response", "solved", "closed"]);
    assert_eq!(kinds(1), ["created", "solved", "status", "merged", "spam"]);
    assert_eq!(kinds(2), ["created"]);
    assert_eq!(tickets[0].version, Some(1_714_903_200_000_000));
    assert!(tickets[0].events.iter().all(|event| SourceKey::of_ticket_row().contains(&event.key)));
    let reopened = &tickets[1].events[2].event;
    assert_eq!(
        (reopened.at, &reopened.effects[..]),
        (1_714_730_400_000_000, &[SourceEffect::Status(StatusCategory::Open)][..])
    );
    assert!(
        tickets[2].events[0].event.effects.contains(&SourceEffect::Status(StatusCategory::Pending))
    );
}

#[test]
fn of_several_ticket_rows_the_newest_counts() {
    let (tickets, _) = canonical(concat!(
        "ticket,created,version,priority\n",
        "1,2024-05-01T10:00:00Z,2,high\n",
        "1,2024-05-01T10:00:00Z,1,low\n",
        "2,2024-05-01T10:00:00Z,,low\n",
        "2,2024-05-01T10:00:00Z,,high\n",
    ));
    for ticket in tickets {
        assert!(
            ticket.events[0]
                .event
                .effects
                .contains(&SourceEffect::Priority(Some("high".to_owned()))),
            "{ticket:?}"
        );
        assert_eq!(ticket.rows, 2);
    }
}

#[test]
fn a_mapping_that_is_wrong_names_the_line_and_what_to_write() {
    let wrong = [
        ("rows = \"events\"", "missing field `source`"),
        ("source = \"x\"\nrows = \"event\"", "line 2"),
        ("source = \"x\"\nzone = \"Rome\"", "Europe/Rome"),
        ("source = \"x\"\ntime_format = \"ISO\"", "strftime"),
        ("source = \"x\"\ntime_format = \"%H:%M\"", "whole date"),
        ("source = \"x\"\ncolour = 1", "unknown field `colour`"),
        ("source = \"x\"\n[columns]\ntickets = \"Case\"", "unknown variant `tickets`"),
        ("source = \"x\"\n[effects]\nReopen = \"reopened\"", "derived from the status"),
        ("source = \"x\"\n[effects]\nDone = [\"status:done\"]", "`done` is no status"),
        ("source = \"x\"\n[effects]\nDone = \"finish\"", "write one of none, created"),
        ("source = \"x\"\n[values.channel]\nMail = \"mail\"", "expected one of `email`"),
        ("source = \"x\"\nrows = \"events\"\n[columns]\nsolved = \"Done\"", "columns.solved"),
        ("source = \"x\"\n[defaults]\nchannel = \"mail\"", "defaults.channel"),
        ("source = \"\"", "source"),
    ];
    for (mapping, words) in wrong {
        let error = refused(mapping);
        assert!(error.contains(words), "{mapping}: {error}");
    }
}

#[test]
fn the_header_must_have_what_is_named_exactly_once() {
    let mapping = "source = \"x\"\n[columns]\nticket = \"Case\"\ntime = \"At\"\nqueue = \"Group\"";
    assert!(unfit(mapping, "Case,At\n").contains("queue is read from a column `Group`"));
    assert!(unfit(mapping, "Case,At,Group,Group\n").contains("twice"));
    assert!(unfit(mapping, "Case;At;Group\n").contains("delimiter"));
    assert!(unfit("source = \"x\"", "ticket,status,time,status\n").contains("twice"));
    assert!(unfit("source = \"x\"", "a,b\n").contains("`ticket`"));
    let (tickets, rejects) = read(
        mapping,
        "Case,Other,At,Group,Other,status,status\n1,a,2024-05-01T10:00:00Z,g,b,x,y\n",
    );
    assert_eq!((tickets.len(), rejects.len()), (1, 0));
    let (tickets, rejects) = read(
        "source = \"x\"\nignore = \"status\"",
        "ticket,time,status\n1,2024-05-01T10:00:00Z,odd\n",
    );
    assert_eq!((tickets.len(), rejects.len()), (1, 0));
}

#[test]
fn local_times_around_a_change_of_clocks_have_one_meaning() {
    let mapping = "source = \"x\"\nzone = \"Europe/Rome\"";
    let (tickets, _) = read(
        mapping,
        "ticket,time\n1,2024-10-27T02:30:00\n1,2024-03-31 02:30:00\n1,2024-10-27T02:30:00+01:00\n",
    );
    let times: Vec<i64> =
        tickets[0].events.iter().map(|event| event.event.at / 1_000_000).collect();
    assert_eq!(times, [1_729_989_000, 1_711_848_600, 1_729_992_600]);
}

#[test]
fn equal_events_are_told_apart_by_their_order_and_known_again() {
    let file = "ticket,time,kind,actor\n1,2024-05-01T10:00:00Z,message,ann\n2,2024-05-01T10:00:00Z,message,ann\n1,2024-05-01T10:00:00Z,message,ann\n1,2024-05-01T10:00:00Z,message,bob\n";
    let (tickets, _) = canonical(file);
    let keys: std::collections::HashSet<_> =
        tickets[0].events.iter().map(|event| event.key).collect();
    assert_eq!(keys.len(), 3);
    assert_eq!(
        tickets[0].events[0].key, tickets[1].events[0].key,
        "the ticket is in the key of the table"
    );
    assert_eq!(canonical(file).0, tickets);
}

#[test]
fn of_rows_with_one_event_id_the_last_counts_in_the_place_of_the_first() {
    let (tickets, _) = canonical(
        "ticket,time,event_id,kind\n1,2024-05-01T10:00:00Z,e1,message\n1,2024-05-01T10:00:00Z,e2,message\n1,2024-05-01T11:00:00Z,e1,escalated\n",
    );
    let kinds: Vec<_> = tickets[0].events.iter().map(|event| event.event.kind.as_str()).collect();
    assert_eq!(kinds, ["escalated", "message"]);
}

#[test]
fn the_example_of_the_guide_reads_rows_like_its_source() {
    let mapping = include_str!("../../../../../../docs/examples/helpdesk-event-log.toml");
    let (tickets, rejects) = read(
        mapping,
        concat!(
            "Case ID,Activity,Resource,Complete Timestamp,Variant,Variant,customer,product,service_level,support_section,workgroup\n",
            "Case 10,Take in charge ticket,Agent 1,2012/10/09 14:51:01.000,v,v,C,P,L,S,W\n",
            "Case 9,Polish,Agent 1,2012/10/09 14:51:01.000,v,v,C,P,L,S,W\n",
        ),
    );
    assert_eq!(rejects, []);
    assert_eq!(
        tickets.iter().map(|ticket| ticket.external_id.as_str()).collect::<Vec<_>>(),
        ["Case 9", "Case 10"]
    );
    let standing = ["W", "L", "S", "P"].map(str::to_owned);
    let [queue, priority, section, product] = standing;
    let standing = [
        SourceEffect::Queue(Some(queue)),
        SourceEffect::Priority(Some(priority)),
        SourceEffect::Tag(section),
        SourceEffect::Tag(product),
    ];
    assert_eq!(tickets[0].events[0].event.effects, standing);
    let taken = &tickets[1].events[0].event;
    assert_eq!(
        taken.effects[..2],
        [SourceEffect::Status(StatusCategory::Open), SourceEffect::Message { public: true }]
    );
    assert_eq!(taken.effects[2..], standing);
}
