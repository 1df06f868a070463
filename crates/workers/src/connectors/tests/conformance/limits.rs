//! Answers that take too long, or are too long: they are given up and asked for again, and keep nobody else waiting.

use std::time::Duration;

use chrono::TimeDelta;
use domain::connections::{self, ConnectionState, RunState, SyncStream};
use domain::kernel::Scope;
use domain::kernel::jobs::{Claimed, Outcome};

use super::super::World;
use super::super::between::{Between, NONE_YET};
use crate::egress::Egress;

/// So long an answer may take here, which is less than a slow one takes.
const WITHIN: Duration = Duration::from_millis(500);
/// So much it may be here, which is more than any that is due.
const AT_MOST: usize = 1 << 20;

impl World {
    async fn failing(&self) -> Vec<SyncStream> {
        let read = async |scope: &Scope| connections::streams(scope, self.id).await;
        let mut streams = self.app().read(&self.acme, read).await.unwrap();
        streams.retain(|stream| stream.failures > 0);
        streams
    }

    /// What there is to read is due, and taken on.
    async fn due(&self) -> Claimed {
        self.app().clock().advance(TimeDelta::minutes(20));
        self.set_clocks();
        self.claimed().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_too_slow_or_too_large_is_given_up_and_asked_for_again() {
    let body = " ".repeat(AT_MOST + 1);
    let long = format!("200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let long: &'static str = long.leak();
    for (answer, code) in [(NONE_YET, "helpdesk_unavailable"), (long, "helpdesk_refused")] {
        for mut world in World::each(60, "").await {
            world.work().await;
            let between = Between::new(world.desk.address(), answer);
            world.by_way_of(&between).await;
            world.desk.change(60);
            between.answers_everything();
            let patient = world.context.egress.clone();
            world.context.egress = patient.no_more_than(WITHIN, AT_MOST);
            let job = world.due().await;
            let outcome = world.take_turn(&job).await.unwrap();
            world.app().finish(&job, &outcome, None).await.unwrap();
            let (run, failing) = (world.runs().await.pop().unwrap(), world.failing().await);
            let who = format!("{:?} after {outcome:?}: {run:?} {failing:?}", world.desk.kind());
            assert_eq!(world.connection().await.state, ConnectionState::Active, "{who}");
            assert!(!failing.is_empty(), "{who}");
            assert!(failing.iter().all(|it| it.trouble_code.as_deref() == Some(code)), "{who}");
            // Its run goes on in a while where nothing came, and ends where something did that is of no use.
            match answer {
                NONE_YET => assert!(matches!(outcome, Outcome::Snooze(wait) if !wait.is_zero())),
                _ => assert_eq!((outcome, run.state), (Outcome::Done, RunState::Partial), "{who}"),
            }
            between.answers_for(None);
            world.context.egress = patient;
            world.later().await;
            assert!(world.failing().await.is_empty(), "{who}");
            world.next_day().await;
            world.assert_true().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_slow_now_and_then_is_tried_again_and_changes_nothing() {
    for mut world in World::each(60, "slow=0.03").await {
        let patient = world.context.egress.clone();
        world.context.egress = patient.no_more_than(WITHIN, usize::MAX);
        let mut put_off = world.work().await;
        for turn in 0..60 {
            if turn > 2 && put_off > 0 {
                break;
            }
            world.desk.change(20);
            put_off += world.later().await;
        }
        assert!(put_off > 0, "{:?} was never slow", world.desk.kind());
        world.next_day().await;
        world.assert_true().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_for_an_answer_keeps_nobody_waiting() {
    for mut world in World::each(20, "").await {
        world.work().await;
        let between = Between::new(world.desk.address(), NONE_YET);
        world.by_way_of(&between).await;
        world.desk.change(20);
        let mut other = world.beside().await;
        // Either may take on what is the other's.
        let allowed = [world.desk.address(), between.address, other.desk.address()];
        let allowed = allowed.map(|it| it.to_string().parse().unwrap());
        world.context.egress = Egress::new(allowed.into()).unwrap();
        other.context.egress = world.context.egress.clone();
        between.answers_everything();
        let job = world.due().await;
        assert_eq!(job.tenant, world.acme.tenant);
        let waiting = world.take_turn(&job);
        between.is_asked().await;
        other.work().await;
        assert_eq!(other.connection().await.state, ConnectionState::Active);
        assert!(!waiting.is_finished(), "{:?} does not wait", world.desk.kind());
        between.answers_for(None);
        let outcome = waiting.await.unwrap();
        assert!(matches!(outcome, Outcome::Snooze(_)), "{outcome:?}");
        world.app().finish(&job, &outcome, None).await.unwrap();
        world.later().await;
        world.next_day().await;
        for world in [world, other] {
            world.set_clocks();
            world.work().await;
            world.assert_true().await;
        }
    }
}
