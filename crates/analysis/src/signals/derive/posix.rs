//! Commands of Unix shells to what they start and do.

use super::host::Host;
use super::windows::written;
use super::{base, cloud, is_host, place, target};
use crate::signals::shell::{Command, MAX_DEPTH, Place, Script, unix};
use crate::signals::tables;

/// Runs the commands of a shell; `outer` is where they stand when another command holds them.
pub(crate) fn run(
    host: &mut Host,
    script: Script,
    shell: usize,
    outer: Option<Place>,
    depth: usize,
) {
    for (at, what) in script.unknown {
        host.unknown(place(at, outer), what);
    }
    for command in script.commands {
        let at = place(command.place, outer);
        if !host.step(at) {
            return;
        }
        written(host, &command, shell, at);
        for redirect in &command.redirects {
            device(host, &redirect.target.text, shell, at);
        }
        words(host, &command, shell, at, depth);
    }
}

/// Bash opens `/dev/tcp/HOST/PORT` as a connection.
fn device(host: &mut Host, text: &str, shell: usize, at: Place) {
    let rest = text
        .strip_prefix("/dev/tcp/")
        .or_else(|| text.strip_prefix("/dev/udp/"));
    if let Some((name, port)) = rest.and_then(|rest| rest.split_once('/'))
        && let Ok(port) = port.parse()
    {
        host.connect(shell, name, port, at);
    }
}

fn words(host: &mut Host, command: &Command, parent: usize, at: Place, depth: usize) {
    let Some(first) = command.words.first() else {
        return;
    };
    if !first.known {
        return host.unknown(at, format!("the program `{}`", first.text));
    }
    let name = first.text.as_str();
    if matches!(name, "exec" | "command" | "builtin") && command.words.len() > 1 {
        // `command -v` only asks.
        if name == "command" && matches!(command.words[1].text.as_str(), "-v" | "-V") {
            return;
        }
        return words(host, &without(command, 1), parent, at, depth);
    }
    if tables::unix().builtins.iter().any(|own| own == name) {
        if matches!(name, "cd" | "pushd") && command.words.len() > 1 {
            let to = &command.words[1];
            host.folder.go(Some(to.text.as_str()).filter(|_| to.known));
        }
        if name == "eval" && command.words.iter().all(|word| word.known) {
            let text = command.args().join(" ");
            nested(host, &text, parent, at, depth);
        }
        return;
    }
    let image = if name.starts_with('/') {
        name.to_owned()
    } else if name.contains('/') {
        let rooted = host.folder.rooted(name);
        rooted.unwrap_or_else(|| base(name).to_owned())
    } else {
        host.program(name)
    };
    let line = command.line();
    let process = host.start(
        Some(parent),
        &image,
        &line,
        at,
        "the command starts this program",
    );
    if !command.words.iter().all(|word| word.known) {
        host.unknown(at, "a value that only a run would tell");
    }
    let folder = host.folder.clone();
    effects(host, base(name), command, process, at, depth);
    host.folder = folder;
}

fn without(command: &Command, count: usize) -> Command {
    let mut inner = command.clone();
    inner.words.drain(..count.min(command.words.len()));
    inner.redirects.clear();
    inner
}

/// Reads and runs a text that a word holds.
fn nested(host: &mut Host, text: &str, shell: usize, at: Place, depth: usize) {
    if depth >= MAX_DEPTH {
        return host.unknown(at, "commands are nested too deep");
    }
    run(
        host,
        unix::read(text, host.unix()),
        shell,
        Some(at),
        depth + 1,
    );
}

/// Files that a command names, those whose value is not known left out.
fn plain(command: &Command) -> Vec<String> {
    let rest = command.words.iter().skip(1);
    rest.filter(|word| word.known && !word.text.starts_with('-'))
        .map(|word| word.text.clone())
        .collect()
}

/// The argument after one of these.
fn after(command: &Command, names: &[&str]) -> Option<String> {
    let at = command
        .words
        .iter()
        .position(|word| names.contains(&word.text.as_str()))?;
    let word = command.words.get(at + 1).filter(|word| word.known)?;
    Some(word.text.clone())
}

fn effects(
    host: &mut Host,
    name: &str,
    command: &Command,
    process: usize,
    at: Place,
    depth: usize,
) {
    match name {
        "sudo" | "nohup" | "env" | "time" | "timeout" | "setsid" | "doas" | "nice" | "xargs"
        | "stdbuf" => {
            carried(host, name, command, process, at, depth);
        }
        "sh" | "bash" | "zsh" | "dash" | "ksh" => {
            if let Some(text) = after(command, &["-c", "-lc", "-ic"]) {
                nested(host, &text, process, at, depth);
            }
        }
        "su" => {
            if let Some(text) = after(command, &["-c"]) {
                nested(host, &text, process, at, depth);
            }
        }
        "curl" | "wget" => download(host, name, command, process, at),
        "touch" | "tee" | "truncate" | "mkfifo" => {
            for path in plain(command) {
                host.file(process, &path, at, "makes or writes this file");
            }
        }
        "cp" | "mv" | "install" | "ln" | "rsync" => copied(host, command, process, at),
        "rm" | "unlink" | "shred" => {
            for path in plain(command) {
                host.file_deleted(process, &path, at, "deletes this file");
            }
        }
        "dd" => {
            let args = plain(command);
            if let Some(path) = args.iter().find_map(|arg| arg.strip_prefix("of=")) {
                host.file(process, path, at, "writes this file");
            }
        }
        "nc" | "ncat" | "netcat" | "telnet" | "ssh" | "scp" | "sftp" => {
            connection(host, name, command, process, at);
        }
        "aws" | "az" | "gcloud" => cloud::call(host, name, command, at),
        "zip" | "tar" => {
            let out = if name == "zip" {
                plain(command).into_iter().next()
            } else {
                archive(command)
            };
            if let Some(path) = out {
                host.file(process, &path, at, "writes this archive");
            }
        }
        _ => {}
    }
}

/// The archive that `tar` writes.
fn archive(command: &Command) -> Option<String> {
    let flags = command.words.get(1)?;
    let creates = flags.text.contains('c') && flags.text.contains('f');
    let word = command.words.get(2).filter(|word| creates && word.known)?;
    Some(word.text.clone())
}

/// A command that another one starts.
fn carried(
    host: &mut Host,
    name: &str,
    command: &Command,
    process: usize,
    at: Place,
    depth: usize,
) {
    const WITH_VALUE: [&str; 9] = ["-u", "-g", "-p", "-h", "-n", "-I", "-L", "-P", "-s"];
    let mut skip = 1;
    while let Some(word) = command.words.get(skip) {
        if WITH_VALUE.contains(&word.text.as_str()) && !(name == "sudo" && word.text == "-n") {
            skip += 2;
        } else if word.text.starts_with('-') || (name != "xargs" && word.text.contains('=')) {
            skip += 1;
        } else {
            break;
        }
    }
    if name == "timeout" {
        skip += 1;
    }
    if skip < command.words.len() && depth < MAX_DEPTH {
        words(host, &without(command, skip), process, at, depth + 1);
    }
}

fn download(host: &mut Host, name: &str, command: &Command, process: usize, at: Place) {
    let args = plain(command);
    for url in args.iter().filter(|arg| arg.contains("://")) {
        if let Some((name, port)) = target(url) {
            host.connect(process, &name, port, at);
        }
    }
    let out = match name {
        "curl" => after(
            command,
            &["-o", "--output", "-so", "-sLo", "-Lo", "-sSLo", "-fsSLo"],
        ),
        _ => after(command, &["-O", "--output-document", "-qO", "-o"]),
    };
    if let Some(path) = out {
        host.file(process, &path, at, "the file that it downloads");
    }
}

fn copied(host: &mut Host, command: &Command, process: usize, at: Place) {
    let args = plain(command);
    if let [.., from, to] = &args[..] {
        let whole = if to.ends_with('/') {
            format!("{to}{}", base(from))
        } else {
            to.clone()
        };
        host.file(process, &whole, at, "copies, moves or links a file to here");
    }
}

fn connection(host: &mut Host, name: &str, command: &Command, process: usize, at: Place) {
    let args = plain(command);
    let port = |text: &String| text.parse::<u16>().ok();
    if matches!(name, "ssh" | "scp" | "sftp") {
        let remote = args
            .iter()
            .find(|arg| arg.contains('@') || arg.contains(':'));
        let whole = remote
            .and_then(|arg| arg.rsplit('@').next())
            .unwrap_or_default();
        let to = whole.split(':').next().unwrap_or_default();
        if is_host(to) {
            host.connect(process, to, 22, at);
        }
        return;
    }
    let listens = command
        .words
        .iter()
        .any(|word| word.text.starts_with('-') && word.text.contains('l'));
    let pair = args
        .windows(2)
        .find_map(|two| Some((two[0].clone(), port(&two[1])?)));
    if let Some((to, port)) = pair.filter(|(to, _)| !listens && is_host(to)) {
        host.connect(process, &to, port, at);
    }
}
