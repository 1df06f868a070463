//! What lies between a program and a server that it depends on, and can fail in every way a network does.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

/// How soon a change is felt.
const TICK: Duration = Duration::from_millis(5);

/// How the network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    Fair,
    /// Nobody listens.
    Refused,
    /// Every piece takes this long.
    Slow(Duration),
    /// Connections are taken, and everything said on them vanishes, for as long as they live.
    Hole,
    /// The next COMMIT reaches the server, and its answer nobody.
    LostCommit,
}

/// Passes on what is said between its own address and the server's.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    server: SocketAddr,
    weather: Mutex<Weather>,
    live: Mutex<Vec<TcpStream>>,
    over: AtomicBool,
}

impl Proxy {
    pub(crate) fn before(server: SocketAddr) -> Self {
        let listener = bind();
        let address = listener.local_addr().unwrap();
        let weather = Mutex::new(Weather::Fair);
        let shared =
            Arc::new(Shared { server, weather, live: Mutex::default(), over: false.into() });
        let of_thread = Arc::clone(&shared);
        spawn(move || of_thread.listen(listener, address));
        Self { address, shared }
    }

    pub(crate) fn turn(&self, weather: Weather) {
        *self.shared.weather.lock().unwrap() = weather;
        if weather == Weather::Refused {
            self.cut();
        }
        // The listener follows.
        sleep(4 * TICK);
    }

    pub(crate) fn weather(&self) -> Weather {
        self.shared.weather()
    }

    /// Breaks every connection there is.
    pub(crate) fn cut(&self) {
        self.shared.cut();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        self.cut();
    }
}

/// Outside of the ports that the system gives to outgoing connections, so that it can be let go and taken again.
fn bind() -> TcpListener {
    let begin = u16::try_from(std::process::id() % 16_000).unwrap() + 11_000;
    (begin..30_000).find_map(|port| TcpListener::bind(("127.0.0.1", port)).ok()).unwrap()
}

impl Shared {
    fn weather(&self) -> Weather {
        *self.weather.lock().unwrap()
    }

    fn cut(&self) {
        for stream in self.live.lock().unwrap().drain(..) {
            stream.shutdown(Shutdown::Both).ok();
        }
    }

    fn listen(self: Arc<Self>, listener: TcpListener, address: SocketAddr) {
        let mut listener = Some(listener);
        while !self.over.load(Ordering::Relaxed) {
            if self.weather() == Weather::Refused {
                listener = None;
                sleep(TICK);
                continue;
            }
            let listener = listener.get_or_insert_with(|| TcpListener::bind(address).unwrap());
            listener.set_nonblocking(true).unwrap();
            match listener.accept() {
                Ok((client, _)) => self.clone().connect(client),
                Err(_) => sleep(TICK),
            }
        }
    }

    fn connect(self: Arc<Self>, client: TcpStream) {
        client.set_nonblocking(false).unwrap();
        let Ok(server) = TcpStream::connect(self.server) else { return };
        let ends = [client, server].map(|stream| {
            stream.set_nodelay(true).unwrap();
            let kept = stream.try_clone().unwrap();
            self.live.lock().unwrap().push(kept);
            stream
        });
        let [client, server] = ends;
        let (client_too, server_too) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let lost = Arc::new(AtomicBool::new(false));
        let (shared, lost_too) = (Arc::clone(&self), Arc::clone(&lost));
        spawn(move || shared.pass(client_too, server_too, &lost_too));
        spawn(move || self.pass(server, client, &lost));
    }

    /// Until one side ends; then the other is ended too.
    fn pass(&self, mut from: TcpStream, mut to: TcpStream, lost: &AtomicBool) {
        let mut piece = [0; 16 << 10];
        while let Ok(length @ 1..) = from.read(&mut piece) {
            let piece = &piece[..length];
            match self.weather() {
                Weather::Hole => lost.store(true, Ordering::Relaxed),
                Weather::Slow(time) => sleep(time),
                Weather::LostCommit if piece.windows(6).any(|word| word == b"COMMIT") => {
                    *self.weather.lock().unwrap() = Weather::Fair;
                    lost.store(true, Ordering::Relaxed);
                    // It has this before it learns that nobody is there for the answer.
                    to.write_all(piece).unwrap();
                    self.cut();
                    return;
                }
                Weather::Fair | Weather::Refused | Weather::LostCommit => {}
            }
            if !lost.load(Ordering::Relaxed) && to.write_all(piece).is_err() {
                break;
            }
        }
        from.shutdown(Shutdown::Both).ok();
        to.shutdown(Shutdown::Both).ok();
    }
}

/// Waits for something, and tells after how long it came.
#[track_caller]
pub(crate) fn until(what: &str, limit: Duration, mut is: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < limit, "not within {limit:?}: {what}");
        sleep(Duration::from_millis(20));
    }
    begun.elapsed()
}
