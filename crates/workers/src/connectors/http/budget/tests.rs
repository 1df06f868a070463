use domain::kernel::Ids;
use reqwest::header::{HeaderName, HeaderValue};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::*;
use crate::bus::tests::{relay, server};

const LIMITS: LimitHeaders = LimitHeaders {
    limit: "x-limit",
    remaining: Some("x-remaining"),
    reset: Reset::In("x-reset"),
    window: Duration::from_secs(60),
};
const MINUTE: Duration = Duration::from_secs(60);

fn clock() -> Clock {
    Clock::fixed(DateTime::UNIX_EPOCH + TimeDelta::days(20_000))
}

/// Who asks a connection of his own.
fn budget(limits: LimitHeaders, clock: &Clock) -> Budget {
    same(&Budgets::new(Bus::local()), ConnectionId(uuid::Uuid::nil()), limits, clock)
}

fn same(all: &Budgets, connection: ConnectionId, limits: LimitHeaders, clock: &Clock) -> Budget {
    let (all, clock) = (all.clone(), clock.clone());
    let (tenant, vendor, limits) = (TenantId::NONE, Vendor::Zendesk, Some(limits));
    Budget { all, tenant, vendor, connection, limits, clock, leaves: KEPT_FREE }
}

fn headers(texts: &[(&'static str, &str)]) -> HeaderMap {
    let pair = |(name, text): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::try_from(*text).unwrap())
    };
    texts.iter().map(pair).collect()
}

async fn told(budget: &Budget, limit: u32, remaining: u32, reset: u32) {
    let [limit, remaining, reset] = [limit, remaining, reset].map(|number| number.to_string());
    let texts = [("x-limit", &*limit), ("x-remaining", &*remaining), ("x-reset", &*reset)];
    budget.hear(&headers(&texts)).await;
}

/// How many more it lets one ask, and for how long it lets none then.
async fn all_of(budget: &Budget) -> (u32, Duration) {
    let mut taken = 0;
    loop {
        match budget.take().await {
            Ok(()) => taken += 1,
            Err(wait) => return (taken, wait),
        }
        assert!(taken < 1_000, "it has no end");
    }
}

#[tokio::test]
async fn what_reads_in_the_background_leaves_some_for_what_somebody_waits_for() {
    let clock = clock();
    let background = budget(LIMITS, &clock);
    let urgent = background.clone().urgent();
    told(&background, 100, 99, 40).await;
    let wait = Duration::from_secs(40);
    assert_eq!(all_of(&background).await, (79, wait));
    assert_eq!(all_of(&urgent).await, (18, wait));
    clock.advance(TimeDelta::seconds(39));
    assert_eq!(all_of(&urgent).await, (0, Duration::from_secs(1)));
    clock.advance(TimeDelta::seconds(1));
    assert_eq!(background.take().await, Ok(()), "the next window has begun");
}

#[tokio::test]
async fn of_a_small_limit_the_last_request_is_for_what_somebody_waits_for() {
    let background = budget(LIMITS, &clock());
    told(&background, 5, 4, 60).await;
    assert_eq!(all_of(&background).await, (3, MINUTE));
    assert_eq!(all_of(&background.clone().urgent()).await, (1, MINUTE));
}

#[tokio::test]
async fn answers_come_in_any_order_and_know_less_than_was_asked_since() {
    let clock = clock();
    let urgent = budget(LIMITS, &clock).urgent();
    told(&urgent, 10, 9, 60).await;
    for _ in 0..4 {
        urgent.take().await.unwrap();
    }
    // Of the four, in another order; somebody else has asked too.
    for remaining in [6, 4, 7, 5] {
        told(&urgent, 10, remaining, 60).await;
    }
    assert_eq!(all_of(&urgent).await.0, 4);
    clock.advance(TimeDelta::seconds(60));
    told(&urgent, 10, 9, 60).await;
    assert_eq!(all_of(&urgent).await.0, 9, "of another window it is no matter");
}

#[tokio::test]
async fn a_window_whose_end_is_not_told_ends_after_its_time() {
    let clock = clock();
    let urgent = budget(LimitHeaders { reset: Reset::Untold, ..LIMITS }, &clock).urgent();
    told(&urgent, 10, 9, 1).await;
    clock.advance(TimeDelta::seconds(20));
    told(&urgent, 10, 3, 1).await;
    assert_eq!(all_of(&urgent).await, (3, Duration::from_secs(40)));
}

#[tokio::test]
async fn what_is_left_and_not_told_is_counted() {
    let clock = clock();
    let urgent = budget(LimitHeaders { remaining: None, ..LIMITS }, &clock).urgent();
    let texts = headers(&[("x-limit", "10"), ("x-reset", "60")]);
    for _ in 0..4 {
        urgent.take().await.unwrap();
        urgent.hear(&texts).await;
    }
    assert_eq!(all_of(&urgent).await, (6, MINUTE));
}

#[tokio::test]
async fn a_wait_holds_for_all_of_one_connection_and_for_no_other() {
    let (clock, all) = (clock(), Budgets::new(Bus::local()));
    let [one, other] = [uuid::Uuid::nil(), uuid::Uuid::max()].map(ConnectionId);
    let none = HeaderMap::new();
    same(&all, one, LIMITS, &clock).rest(MINUTE, &none).await;
    assert_eq!(same(&all, one, LIMITS, &clock).urgent().take().await, Err(MINUTE));
    assert_eq!(same(&all, other, LIMITS, &clock).take().await, Ok(()));
    // A shorter one does not end it, and what is absurd is not believed.
    same(&all, one, LIMITS, &clock).rest(Duration::from_secs(5), &none).await;
    assert_eq!(same(&all, one, LIMITS, &clock).take().await, Err(MINUTE));
    same(&all, one, LIMITS, &clock).rest(Duration::MAX, &none).await;
    assert_eq!(same(&all, one, LIMITS, &clock).take().await, Err(LONGEST));
}

#[tokio::test]
async fn a_wait_where_some_are_left_is_of_one_endpoint() {
    let budget = budget(LIMITS, &clock());
    budget.rest(MINUTE, &headers(&[("x-remaining", "1")])).await;
    assert_eq!(budget.take().await, Ok(()));
    budget.rest(MINUTE, &headers(&[("x-remaining", "0")])).await;
    assert_eq!(budget.take().await, Err(MINUTE));
}

#[test]
fn a_reset_is_read_as_each_vendor_writes_it() {
    let now = clock().now();
    let at = |reset, texts: &[(&'static str, &str)]| {
        let at = LimitHeaders { reset, ..LIMITS }.resets_at(&headers(texts), now)?;
        Some((at - now).num_seconds())
    };
    let unix = (now.timestamp() + 20).to_string();
    assert_eq!(at(Reset::In("x-reset"), &[("x-reset", "20")]), Some(20));
    assert_eq!(at(Reset::At("x-reset"), &[("x-reset", &unix)]), Some(20));
    // The vendor's clock is a quarter of an hour fast.
    let fast = now + TimeDelta::minutes(15);
    let unix = (fast.timestamp() + 20).to_string();
    let date = fast.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    assert_eq!(at(Reset::At("x-reset"), &[("x-reset", &unix), ("date", &date)]), Some(20));
    assert_eq!(at(Reset::Untold, &[("x-reset", "20")]), None);
    for (text, expected) in [("soon", None), ("-3", Some(0)), ("99999999999999", Some(60))] {
        assert_eq!(at(Reset::In("x-reset"), &[("x-reset", text)]), expected, "{text}");
    }
}

/// One connection as two processes know it, which have nothing in common but Redis.
fn processes(url: &str, clock: &Clock) -> ([Bus; 2], [Budget; 2]) {
    let connection = ConnectionId(Ids::random().next(Clock::System.now()));
    let buses = [(); 2].map(|()| Bus::redis(url).unwrap());
    let budgets = buses.clone().map(|bus| same(&Budgets::new(bus), connection, LIMITS, clock));
    (buses, budgets)
}

#[tokio::test]
async fn two_processes_share_what_is_left_and_a_wait() {
    let Some(url) = server() else { return };
    let clock = clock();
    let (_, [here, there]) = processes(&url, &clock);
    told(&here, 100, 25, 60).await;
    assert_eq!(all_of(&there).await, (5, MINUTE));
    // It is told what one of them has cost, and nothing that others were told is forgotten by it.
    told(&there, 100, 20, 60).await;
    told(&here, 100, 24, 60).await;
    assert_eq!(all_of(&here).await, (0, MINUTE));
    here.rest(2 * MINUTE, &HeaderMap::new()).await;
    assert_eq!(there.clone().urgent().take().await, Err(2 * MINUTE));
    clock.advance(TimeDelta::minutes(2));
    assert_eq!(there.take().await, Ok(()));
    assert_eq!(here.take().await, Ok(()));
}

#[tokio::test]
async fn without_redis_each_process_goes_by_what_it_was_told_itself() {
    let Some(url) = server() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let through = format!("redis://{}/", listener.local_addr().unwrap());
    let (deafen, deaf) = watch::channel(false);
    let (buses, [here, there]) = processes(&through, &clock());
    let script = async {
        told(&here, 100, 99, 60).await;
        assert_eq!(there.take().await, Ok(()));
        // The connections that they have say nothing any more, and nobody looks for others.
        deafen.send_replace(true);
        told(&here, 100, 21, 60).await;
        assert_eq!(all_of(&here).await, (1, MINUTE));
        assert_eq!(all_of(&there).await, (78, MINUTE));
    };
    let back = async {
        // Whoever publishes finds Redis again.
        for bus in &buses {
            bus.waker()();
        }
        loop {
            here.rest(2 * MINUTE, &HeaderMap::new()).await;
            if there.take().await == Err(2 * MINUTE) {
                break;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    let heard = async {
        script.await;
        tokio::select! {
            () = back => {}
            () = buses[0].publish() => {}
            () = buses[1].publish() => {}
        }
    };
    let all = async {
        tokio::select! {
            () = heard => {}
            () = relay(listener, url, deaf) => {}
        }
    };
    timeout(MINUTE, all).await.expect("nobody waits for Redis, and it is found again");
}
