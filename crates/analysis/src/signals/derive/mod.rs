//! From a command to the events that it leaves behind.
//!
//! Only what the text says is derived: a program whose path no table knows keeps its bare name, a
//! value that only a run would tell gives no event, and both are named in [`Host::unknown`].

mod cloud;
mod cmdlets;
mod folder;
mod host;
mod posix;
mod programs;
mod windows;

pub(crate) use host::{Draft, Host, Platform};

use super::shell::{self, Place};
use tripline_attack::atomic::AtomicTest;

/// Runs a test on paper.
pub(crate) fn derive(test: &AtomicTest, command: &str, platform: Platform) -> Host {
    let elevated = test.executor.elevation_required;
    let mut host = Host::new(platform, elevated);
    let executor = test.executor.name.trim().to_ascii_lowercase();
    let whole = (0, command.len());
    let why = "the executor of the test";
    let joined = |with: &str| command.trim().lines().collect::<Vec<_>>().join(with);
    match (executor.as_str(), platform) {
        ("command_prompt", _) => {
            let line = format!("\"cmd.exe\" /c {}", joined(" & "));
            let image = host.program("cmd.exe");
            let actor = host.start(None, &image, &line, whole, why);
            let script = shell::cmd::read(command);
            windows::run_cmd(&mut host, script, actor, None, 0);
        }
        ("powershell", Platform::Windows | Platform::Cloud(_)) => {
            let escaped = command.trim().replace('"', "\\\"\"");
            let line = format!("\"powershell.exe\" & {{{escaped}}}");
            let image = host.program("powershell.exe");
            let actor = host.start(None, &image, &line, whole, why);
            windows::run_powershell(&mut host, command, 0, actor, None, 0);
        }
        ("powershell", _) => {
            let image = host.program("pwsh");
            let line = format!("pwsh -Command {}", command.trim());
            host.start(None, &image, &line, whole, why);
        }
        ("sh" | "bash", _) => {
            let line = format!("{executor} -c {}", joined("; "));
            let image = host.program(&executor);
            let actor = host.start(None, &image, &line, whole, why);
            let script = shell::unix::read(command, host.unix());
            posix::run(&mut host, script, actor, None, 0);
        }
        ("manual", _) => {}
        _ => host.unknown(whole, format!("an executor `{executor}`")),
    }
    host
}

/// Where a part of the test's command stands: inside a text that one of its words holds, it is
/// the place of the whole command.
pub(crate) fn place(own: Place, outer: Option<Place>) -> Place {
    outer.unwrap_or(own)
}

/// The host and port of an address.
pub(crate) fn target(url: &str) -> Option<(String, u16)> {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => return None,
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or(rest);
    let authority = authority.rsplit('@').next().unwrap_or(authority);
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) => (name, port.parse().ok()?),
        None => (authority, 0),
    };
    let usual = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        "ftp" => 21,
        _ => return None,
    };
    is_host(name).then(|| (name.to_owned(), if port == 0 { usual } else { port }))
}

/// Whether a text can be the name or address of a host.
pub(crate) fn is_host(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !name.is_empty() && name.chars().all(fits) && !name.starts_with('-')
}

/// The last part of a path of either kind.
pub(crate) fn base(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path)
}
