//! A listening server: bounded connections, no endless waits, an orderly end.

use crate::respond::SLOW_LIMIT;
use crate::{Hosts, router};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tripline_app::Library;
use tripline_app::coverage::{CoverageQuery, coverage};

/// What to serve where.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 takes any free one.
    pub address: SocketAddr,
    /// Names besides loopback's and the address under which the server answers.
    pub hosts: Vec<String>,
}

/// How much and how long.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at a time; more wait to be accepted.
    pub connections: usize,
    /// Longest time for the head of a request.
    pub head: Duration,
    /// Longest time that a client may send nothing. It counts while its answer is made, too, and so is
    /// longer than the longest making; heads and texts have shorter times of their own.
    pub silent: Duration,
    /// Longest time that a client may take nothing of its answer.
    pub idle: Duration,
    /// Longest time for running requests after the server was told to end.
    pub end: Duration,
}

impl Default for Limits {
    /// 1,000 connections; 10 s for a head, 10 s more of silence than an answer takes, 30 s idle, 5 s to end.
    fn default() -> Self {
        Self {
            connections: 1_000,
            head: Duration::from_secs(10),
            silent: SLOW_LIMIT.saturating_add(Duration::from_secs(10)),
            idle: Duration::from_secs(30),
            end: Duration::from_secs(5),
        }
    }
}

/// Listens until the process is interrupted. `ready` is told the address.
///
/// # Errors
/// The address cannot be listened on.
pub fn serve(
    library: &Library,
    options: &Options,
    ready: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let ended = runtime.block_on(async {
        let listener = TcpListener::bind(options.address).await?;
        let address = listener.local_addr()?;
        let hosts = Hosts::listening_on(address, &options.hosts);
        let end = interrupted()?;
        warm(library);
        ready(address);
        run(listener, router(library, hosts), Limits::default(), end).await;
        Ok(())
    });
    // A page that is still being made is not waited for.
    runtime.shutdown_background();
    ended
}

/// Makes what all answers share before the first of them is asked for.
fn warm(library: &Library) {
    let library = library.clone();
    tokio::task::spawn_blocking(move || {
        drop(coverage(&library, &CoverageQuery::default()));
    });
}

/// Answers connections until `end` comes true, then lets running requests finish.
pub async fn run(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    end: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut end = std::pin::pin!(end);
    loop {
        let next = accept(&listener, &places);
        let (stream, place) = tokio::select! {
            accepted = next => accepted,
            () = &mut end => break,
        };
        connect(stream, place, &router, &limits, &graceful);
    }
    drop(listener);
    // What is still running after the time is cut off with the runtime.
    drop(tokio::time::timeout(limits.end, graceful.shutdown()).await);
}

/// The next connection, when there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            // Out of file handles, or the peer is gone already: others still have theirs.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

fn connect(
    stream: TcpStream,
    place: Option<OwnedSemaphorePermit>,
    router: &Router,
    limits: &Limits,
    graceful: &GracefulShutdown,
) {
    // Answers are written whole: waiting to join small packets would only delay them.
    drop(stream.set_nodelay(true));
    let mut stream = TimeoutStream::new(stream);
    stream.set_read_timeout(Some(limits.silent));
    stream.set_write_timeout(Some(limits.idle));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_headers(64)
        .max_buf_size(32 * 1024)
        .serve_connection(
            TokioIo::new(Box::pin(stream)),
            TowerToHyperService::new(router.clone()),
        );
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        // A client that breaks off, or that is too slow, is its own concern.
        drop(connection.await);
        drop(place);
    });
}

/// Comes true on Ctrl-C and, where there is such a thing, on a request to end.
fn interrupted() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::terminate())?
    };
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        drop(tokio::signal::ctrl_c().await);
    })
}
