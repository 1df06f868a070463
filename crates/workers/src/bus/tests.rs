use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::*;

const LONG: Duration = Duration::from_secs(60);

#[expect(clippy::disallowed_methods, reason = "the one way a test run says where its Redis is")]
pub(crate) fn server() -> Option<String> {
    std::env::var("PLUMBLINE_TEST_REDIS_URL").ok()
}

#[tokio::test]
async fn a_wake_up_reaches_another_process() {
    let Some(url) = server() else { return };
    let (here, there) = (Bus::redis(&url).unwrap(), Bus::redis(&url).unwrap());
    assert_eq!(here.answers().await, Some(true));
    let script = async {
        // The first is for having begun to listen.
        there.woken().await;
        here.waker()();
        there.woken().await;
    };
    let heard = async {
        tokio::select! {
            () = script => {}
            () = here.publish() => {}
            () = there.listen() => {}
        }
    };
    timeout(LONG, heard).await.expect("the other side is woken too");
}

/// Passes on what is said to the server of an address. Once `deaf` is set, nothing that is said on the connections of until then.
pub(crate) async fn relay(listener: TcpListener, url: String, deaf: watch::Receiver<bool>) {
    let server = url.trim_start_matches("redis://").trim_end_matches('/').to_owned();
    let mut passing = JoinSet::new();
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut server = TcpStream::connect(&server).await.unwrap();
        let (early, mut deaf) = (!*deaf.borrow(), deaf.clone());
        passing.spawn(async move {
            tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
                () = async { deaf.wait_for(|deaf| *deaf && early).await.map(drop).unwrap() } => {
                    let (mut reader, _writer) = client.split();
                    tokio::io::copy(&mut reader, &mut tokio::io::sink()).await.ok();
                }
            }
        });
    }
}

#[tokio::test]
async fn connections_that_went_silent_are_left_for_new_ones() {
    let Some(url) = server() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let through = format!("redis://{}/", listener.local_addr().unwrap());
    let (deafen, deaf) = watch::channel(false);
    let (here, there) = (Bus::redis(&through).unwrap(), Bus::redis(&through).unwrap());
    let script = async {
        there.woken().await;
        assert_eq!(here.answers().await, Some(true));
        deafen.send_replace(true);
        assert_eq!(here.answers().await, Some(false), "the connection that it had says nothing");
        assert_eq!(here.answers().await, Some(true));
        // For having begun to listen anew.
        there.woken().await;
        here.waker()();
        there.woken().await;
    };
    let heard = async {
        tokio::select! {
            () = script => {}
            () = relay(listener, url, deaf) => {}
            () = here.publish() => {}
            () = there.listen() => {}
        }
    };
    timeout(LONG, heard).await.expect("both sides begin anew");
}

#[tokio::test]
async fn without_redis_this_process_is_still_woken() {
    // Nobody listens on the discard port of this machine.
    let bus = Bus::redis("redis://127.0.0.1:9/").unwrap();
    bus.waker()();
    let script = async {
        bus.woken().await;
        assert_eq!(bus.answers().await, Some(false));
    };
    let all = async {
        tokio::select! {
            () = script => {}
            () = bus.publish() => {}
            () = bus.listen() => {}
        }
    };
    timeout(LONG, all).await.expect("nobody waits for Redis");
}

#[test]
fn an_address_that_is_none_is_refused() {
    assert!(Bus::redis("http://nowhere").is_err());
    assert_eq!(Bus::local().redis.map(|_| ()), None);
}
