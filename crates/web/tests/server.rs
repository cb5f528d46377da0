//! A listening server: clients that are slow, that break off, that are too many; and its end.

mod common;

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tripline_web::{Limits, run};

/// Longest time that a test waits for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server on a free port.
struct Server {
    address: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn start(limits: Limits) -> Self {
        let site = common::starter();
        let (end, ended) = oneshot::channel::<()>();
        let (ready, address) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build();
            runtime.expect("a runtime").block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                ready
                    .send(listener.local_addr().expect("an address"))
                    .expect("heard");
                run(listener, site, limits, async {
                    drop(ended.await);
                })
                .await;
            });
        });
        Self {
            address: address.recv_timeout(PATIENCE).expect("it listens"),
            end: Some(end),
            thread: Some(thread),
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        stream
    }

    /// Asks for a page on a connection of its own.
    fn ask(&self, target: &str) -> String {
        let mut stream = self.connect();
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        rest(&mut stream)
    }

    /// Tells it to end, and waits until it has.
    fn stop(&mut self) {
        if let Some(end) = self.end.take() {
            end.send(()).expect("it still runs");
        }
        if let Some(thread) = self.thread.take() {
            thread.join().expect("an orderly end");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.stop();
        }
    }
}

/// What the server still sends before it closes.
fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("the server does not close: {error}"),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn quick() -> Limits {
    Limits {
        head: Duration::from_millis(400),
        silent: Duration::from_millis(800),
        idle: Duration::from_millis(800),
        end: Duration::from_secs(2),
        ..Limits::default()
    }
}

#[test]
fn a_client_that_dawdles_over_its_head_is_cut_off() {
    let server = Server::start(quick());
    let mut slow = server.connect();
    let begin = Instant::now();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        .expect("sent");
    let mut sent = 0;
    // A header line every 50 ms, which would never end.
    while sent < 200 && slow.write_all(b"X-A: b\r\n").is_ok() {
        sent += 1;
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(sent < 200, "it was let dawdle for {:?}", begin.elapsed());
    assert!(server.ask("/about").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_client_that_says_nothing_is_cut_off() {
    let server = Server::start(quick());
    let mut silent = server.connect();
    let begin = Instant::now();
    let said = rest(&mut silent);
    assert!(!said.contains("200 OK"), "{said}");
    assert!(begin.elapsed() < PATIENCE);
}

#[test]
fn a_text_that_stops_arriving_holds_nothing_up() {
    let server = Server::start(quick());
    let mut slow = server.connect();
    slow.write_all(
        b"POST /api/v1/workbench HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\ntitle",
    )
    .expect("sent");
    assert!(server.ask("/ledger").starts_with("HTTP/1.1 200"));
    let said = rest(&mut slow);
    assert!(!said.contains("200 OK"), "{said}");
}

#[test]
fn clients_beyond_the_limit_wait_for_a_place() {
    let limits = Limits {
        connections: 3,
        head: Duration::from_secs(2),
        ..quick()
    };
    let server = Server::start(limits);
    let mut held: Vec<TcpStream> = (0..3).map(|_| server.connect()).collect();
    // All places are taken; this one is answered once the silent ones are cut off or leave.
    drop(held.pop());
    let said = server.ask("/");
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
}

#[test]
fn what_is_no_request_is_refused() {
    let server = Server::start(quick());
    for (sent, status) in [
        (
            &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..],
            "400",
        ),
        (
            b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
            "400",
        ),
        (
            b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "404",
        ),
        (
            b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "421",
        ),
    ] {
        let mut stream = server.connect();
        stream.write_all(sent).expect("sent");
        let said = rest(&mut stream);
        let begin = format!("HTTP/1.1 {status}");
        assert!(
            said.starts_with(&begin),
            "{}: {said}",
            String::from_utf8_lossy(sent)
        );
        assert!(!said.contains("root:"));
    }
    let mut many = String::from("GET / HTTP/1.1\r\nHost: localhost\r\n");
    many.extend((0..100).map(|number| format!("X-{number}: y\r\n")));
    let mut stream = server.connect();
    stream.write_all((many + "\r\n").as_bytes()).expect("sent");
    assert!(rest(&mut stream).starts_with("HTTP/1.1 431"));
}

#[test]
fn an_end_lets_running_requests_finish() {
    let mut server = Server::start(quick());
    let mut kept = server.connect();
    kept.write_all(b"GET /about HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("sent");
    let mut first = [0; 12];
    kept.read_exact(&mut first).expect("an answer");
    server.stop();
    assert_eq!(&first, b"HTTP/1.1 200");
    let all = rest(&mut kept);
    assert!(all.trim_end().ends_with("</html>"), "the page is whole");
    assert!(
        TcpStream::connect(server.address).is_err(),
        "nobody listens"
    );
}
