//! Webhooks on their way.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::time::{sleep, timeout};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, RETRY_AFTER};
use hyper::{Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use super::faults::{DeliveryHits, Injector};

/// A request to whoever wants to hear of something.
#[derive(Clone, Debug)]
pub struct Call {
    /// Where to; only `http://` is spoken.
    pub url: String,
    /// The headers beside the type of the content, the signature among them.
    pub headers: Vec<(&'static str, String)>,
    /// The body, always JSON.
    pub body: Vec<u8>,
}

/// Calls that are made one after the other, in the background.
#[derive(Debug)]
pub struct Deliveries {
    calls: UnboundedSender<Call>,
    /// How many are neither made nor given up.
    open: watch::Sender<usize>,
}

/// Makes them.
#[derive(Debug)]
pub(crate) struct Courier {
    calls: UnboundedReceiver<Call>,
    open: watch::Sender<usize>,
    injector: Arc<Injector>,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Deliveries {
    pub(crate) fn new(injector: Arc<Injector>) -> (Self, Courier) {
        let (sender, calls) = unbounded_channel();
        let open = watch::Sender::new(0);
        let client = Client::builder(TokioExecutor::new()).build_http();
        let courier = Courier { calls, open: open.clone(), injector, client };
        (Self { calls: sender, open }, courier)
    }

    /// Has a call made.
    pub fn send(&self, call: Call) {
        self.open.send_modify(|open| *open += 1);
        if self.calls.send(call).is_err() {
            self.open.send_modify(|open| *open -= 1);
        }
    }

    /// Waits until every call has been made or given up.
    pub async fn settled(&self) {
        // The sender is here, so the wait cannot end without the value.
        self.open.subscribe().wait_for(|open| *open == 0).await.ok();
    }
}

impl Courier {
    /// How often a call is tried that is answered with "later" or not at all.
    const TRIES: u32 = 3;
    const PATIENCE: Duration = Duration::from_secs(12);
    /// Who asks for more is not waited for.
    const LONGEST_PAUSE: u64 = 60;

    pub(crate) async fn run(mut self) {
        let mut held = Vec::new();
        loop {
            let call = match self.calls.try_recv() {
                Ok(call) => call,
                Err(_none) => {
                    self.deliver_all(&mut held).await;
                    let Some(call) = self.calls.recv().await else { return };
                    call
                }
            };
            let DeliveryHits { lost, doubled, reordered } = self.injector.delivery();
            if reordered && !lost {
                held.push(call);
                continue;
            }
            if !lost {
                self.deliver(&call).await;
            }
            if doubled && !lost {
                self.deliver(&call).await;
            }
            self.is_done();
            self.deliver_all(&mut held).await;
        }
    }

    fn is_done(&self) {
        self.open.send_modify(|open| *open -= 1);
    }

    async fn deliver_all(&self, held: &mut Vec<Call>) {
        for call in held.drain(..) {
            self.deliver(&call).await;
            self.is_done();
        }
    }

    async fn deliver(&self, call: &Call) {
        for _ in 0..Self::TRIES {
            match self.post(call).await {
                Some(answer) if !is_later(answer.status()) => return,
                answer => sleep(pause(answer.as_ref())).await,
            }
        }
    }

    async fn post(&self, call: &Call) -> Option<Response<hyper::body::Incoming>> {
        let mut request = Request::post(&call.url).header(CONTENT_TYPE, "application/json");
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        // An address that cannot be called is called in vain, as any other that nobody answers at.
        let request = request.body(Full::new(Bytes::from(call.body.clone()))).ok()?;
        timeout(Self::PATIENCE, self.client.request(request)).await.ok()?.ok()
    }
}

fn is_later(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    )
}

fn pause<B>(answer: Option<&Response<B>>) -> Duration {
    let asked = answer.and_then(|answer| answer.headers().get(RETRY_AFTER));
    let asked = asked.and_then(|after| after.to_str().ok()?.parse().ok());
    asked.map_or(Duration::from_millis(50), |seconds: u64| {
        Duration::from_secs(seconds.min(Courier::LONGEST_PAUSE))
    })
}
