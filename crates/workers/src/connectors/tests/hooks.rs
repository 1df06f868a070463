//! Webhooks: what they tell is there before anybody looks, and where they are lost, polling finds it.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use domain::connections::Headers;
use domain::hooks::{self, Hook, HookId, Inbox, Kept, NewVendorHook, door};
use domain::kernel::{Scope, Secret};
use domain::tickets::{self, TicketFilter};
use simulators::server::Faults;

use super::World;

/// A request as it came.
#[derive(Clone)]
pub(super) struct Heard {
    pub(super) headers: HashMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Headers for Heard {
    fn get(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// Hears what is posted to it, until the test is over.
pub(super) struct Ear {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Ear {
    pub(super) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, heard) = (listener.local_addr().unwrap(), Arc::default());
        let notes = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let notes = Arc::clone(&notes);
                thread::spawn(move || hear(&stream.unwrap(), &notes));
            }
        });
        Self { address, heard }
    }

    /// What was heard and is not worked off.
    pub(super) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

fn hear(stream: &TcpStream, notes: &Mutex<Vec<Heard>>) -> Option<()> {
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    loop {
        let (mut headers, mut line) = (HashMap::new(), String::new());
        while reader.read_line(&mut line).ok()? > 2 {
            if let Some((name, value)) = line.trim().split_once(": ") {
                headers.insert(name.to_lowercase(), value.to_owned());
            }
            line.clear();
        }
        let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
        reader.read_exact(&mut body).ok()?;
        notes.lock().unwrap().push(Heard { headers, body });
        writer.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").ok()?;
    }
}

impl World {
    /// A hook that the vendor tells, signed with the vendor's secret.
    pub(super) async fn listen(&self, ear: &Ear) -> HookId {
        let secret = self.desk.subscribe(&format!("http://{}/hook", ear.address));
        let new = NewVendorHook { secret: Some(Secret::new(secret)) };
        let make = async |scope: &Scope| hooks::create_for(scope, self.id, new).await;
        self.app().write(&self.acme, make).await.unwrap().hook.id
    }

    /// Takes in what was heard, as the door does, and works it off.
    pub(super) async fn hear(&self, ear: &Ear, hook: HookId) -> usize {
        self.desk.delivered().await;
        self.set_clocks();
        let heard = self.take_in(ear, hook).await;
        self.work().await;
        heard
    }

    /// Takes in what was heard.
    pub(super) async fn take_in(&self, ear: &Ear, hook: HookId) -> usize {
        let inbox = Inbox::start(self.app());
        let heard: Vec<Heard> = std::mem::take(&mut *ear.heard.lock().unwrap());
        let door = door(self.app(), hook).await.unwrap().unwrap();
        for delivery in &heard {
            let now = self.app().clock().now();
            let name = door.verify(delivery, &delivery.body, now).unwrap();
            let kept = Kept { tenant: door.tenant(), hook, name, body: delivery.body.clone() };
            inbox.keep(kept).await.unwrap();
        }
        heard.len()
    }

    pub(super) async fn hook(&self, hook: HookId) -> Hook {
        self.app().read(&self.acme, async |scope| hooks::get(scope, hook).await).await.unwrap()
    }

    /// How many tickets there are.
    async fn count(&self) -> usize {
        let mut args = domain::kernel::PageArgs { limit: Some(200), ..Default::default() };
        let mut count = 0;
        loop {
            let read =
                async |scope: &Scope| tickets::list(scope, &TicketFilter::default(), &args).await;
            let page = self.app().read(&self.acme, read).await.unwrap();
            count += page.items.len();
            match page.next {
                Some(next) => args.after = Some(next),
                None => return count,
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_webhook_tells_is_there_before_anybody_looks() {
    let world = World::new(60, Faults::default()).await;
    world.work().await;
    let ear = Ear::new();
    let hook = world.listen(&ear).await;
    world.desk.change(150);
    let heard = world.hear(&ear, hook).await;
    assert!(heard > 150, "{heard}");
    let shown = world.hook(hook).await;
    assert_eq!((shown.waiting, shown.trouble), (0, None));
    // Those that are away already are not there to be asked for.
    let there = world.desk.desk().count() as usize - world.desk.desk().removed().len();
    assert!(there > 60 && world.count().await >= there, "{there}");
    world.later().await;
    world.assert_true().await;
}
