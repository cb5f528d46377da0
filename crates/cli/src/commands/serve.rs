//! `tripline serve`.

use super::shared::open;
use crate::exit::{Exit, Problem};
use crate::output::notice;
use crate::settings::Settings;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use tripline_web::Options;

/// Serves pages for a browser and an API for programs, until interrupted.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Address to listen on; port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7373")]
    addr: SocketAddr,
    /// Answer under this name too. Loopback names and the address itself are always answered.
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<String>,
    /// Open the first page in a browser.
    #[arg(long)]
    open: bool,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open(settings)?;
    let options = Options {
        address: args.addr,
        hosts: args.hosts.clone(),
    };
    let ready = |address: SocketAddr| {
        let page = format!("http://{}/", reachable(address));
        notice(settings, &format!("listening on {page}, Ctrl-C ends"));
        if args.open {
            browse(settings, &page);
        }
    };
    tripline_web::serve(library, &options, ready).map_err(|error| {
        let message = format!("{} cannot be listened on: {error}", args.addr);
        Problem::new(Exit::Failure, message).hint("`--addr 127.0.0.1:0` takes any free port")
    })?;
    Ok(Exit::Success)
}

/// The address that a browser on this machine can use.
fn reachable(address: SocketAddr) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    let loopback = if address.is_ipv4() {
        std::net::Ipv4Addr::LOCALHOST.into()
    } else {
        std::net::Ipv6Addr::LOCALHOST.into()
    };
    SocketAddr::new(loopback, address.port())
}

/// Asks the desktop to show a page.
fn browse(settings: &Settings, page: &str) {
    let (program, first): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start", ""])
    } else {
        ("xdg-open", &[])
    };
    let started = Command::new(program)
        .args(first)
        .arg(page)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Err(error) = started {
        notice(settings, &format!("no browser could be opened: {error}"));
    }
}
