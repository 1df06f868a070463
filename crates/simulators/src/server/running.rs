//! A vendor on a port.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix_web::body::SizedStream;
use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, DATE};
use actix_web::rt::{self, time::sleep};
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use futures_util::stream;

use super::disturb::disturb;
use super::faults::Injector;
use super::{Answer, Request, Vendor};

const THREADS: usize = 2;
/// So long a slow answer takes.
const SLOW: Duration = Duration::from_secs(1);
/// After so many refusals in a row there are none, so nobody needs to wait longer.
const PAUSE: u32 = 1;

/// A vendor that serves, on threads of its own, until it is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    server: ServerHandle,
    thread: Option<JoinHandle<io::Result<()>>>,
}

struct Served {
    vendor: Arc<dyn Vendor>,
    injector: Arc<Injector>,
}

impl Running {
    /// Serves a vendor, and does beside it what else is to be done while it serves.
    ///
    /// # Errors
    /// Those of the listener.
    pub(crate) fn start<B: Future<Output = ()> + 'static>(
        listener: TcpListener,
        vendor: Arc<dyn Vendor>,
        injector: Arc<Injector>,
        beside: impl FnOnce() -> B + Send + 'static,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (tell, told) = mpsc::channel();
        let served = Data::new(Served { vendor, injector });
        let thread = thread::Builder::new().name("simulator".to_owned()).spawn(move || {
            rt::System::new().block_on(async move {
                let app =
                    move || App::new().app_data(served.clone()).default_service(web::to(serve));
                let server = HttpServer::new(app)
                    .workers(THREADS)
                    .shutdown_timeout(1)
                    .disable_signals()
                    .listen(listener)?
                    .run();
                // Who does not wait to be told does not mind.
                tell.send(server.handle()).ok();
                rt::spawn(beside());
                server.await
            })
        })?;
        match told.recv() {
            Ok(server) => Ok(Self { address, server, thread: Some(thread) }),
            Err(_gone) => Err(thread
                .join()
                .ok()
                .and_then(Result::err)
                .unwrap_or_else(|| io::Error::other("the server ended before it served"))),
        }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The message is sent when the call is made; nobody needs to wait for the answer.
        drop(self.server.stop(false));
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

async fn serve(served: Data<Served>, http: HttpRequest, body: Bytes) -> HttpResponse {
    let Served { vendor, injector } = served.get_ref();
    let mut request = read(&http, &body);
    if injector.is_revoked() {
        // What they show opens nothing, as if they had shown nothing.
        request.headers.clear();
        request.body.clear();
    }
    let hits = injector.request();
    if hits.slow {
        sleep(SLOW).await;
    }
    let mut answer = match hits.failed {
        _ if hits.limited => vendor.limited(PAUSE),
        Some(status) => vendor.failed(status),
        None => vendor.answer(&request, &hits),
    };
    if answer.status == 200 {
        answer.body = disturb(answer.body, &hits, injector, vendor.words());
    }
    injector.answered(answer.status);
    written(answer, vendor.now(), hits.cut)
}

fn read(http: &HttpRequest, body: &[u8]) -> Request {
    let headers = http.headers().iter();
    let headers = headers.filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    Request {
        method: http.method().to_string(),
        path: http.path().to_owned(),
        query: form_urlencoded::parse(http.query_string().as_bytes()).into_owned().collect(),
        headers: headers.collect(),
        body: body.to_vec(),
    }
}

fn written(answer: Answer, now: i64, is_cut: bool) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    response.insert_header((CONTENT_TYPE, "application/json; charset=utf-8"));
    let date = chrono::DateTime::from_timestamp(now, 0).unwrap_or_default();
    response.insert_header((DATE, date.format("%a, %d %b %Y %H:%M:%S GMT").to_string()));
    for header in answer.headers {
        response.insert_header(header);
    }
    if !is_cut {
        return response.body(answer.body);
    }
    let (whole, mut body) = (answer.body.len() as u64, answer.body);
    body.truncate(body.len() / 2);
    let pieces = [Ok(Bytes::from(body)), Err(io::Error::other("cut off, as asked"))];
    response.body(SizedStream::new(whole, stream::iter(pieces)))
}
