//! What commands and methods of PowerShell do.

use super::host::{Host, RegistryValue};
use super::windows::{Started, into, run_powershell, start};
use super::{base, is_host, programs, target};
use crate::signals::shell::{Command, MAX_DEPTH, Place, Word};
use crate::signals::tables::{self, Cmdlet, Effect};

/// Runs one command; `input` is the command whose output it reads.
pub(crate) fn run(
    host: &mut Host,
    command: &Command,
    input: Option<&Command>,
    actor: usize,
    at: Place,
    depth: usize,
) {
    if command.method {
        return method(host, command, actor, at, depth);
    }
    let Some(first) = command.words.first() else {
        return;
    };
    if first.quoted && command.words.len() == 1 && command.piped {
        return;
    }
    let lower = first.text.to_ascii_lowercase();
    let name = tables::powershell().aliases.get(&lower).unwrap_or(&lower);
    if name == "invoke-expression" {
        return expression(host, command, input, actor, at, depth);
    }
    if matches!(name.as_str(), "set-location" | "push-location") {
        let to = Parameters::of(command).get("path", Some(0));
        if let Some(to) = to {
            host.folder.go(Some(to.text.as_str()).filter(|_| to.known));
        }
        return;
    }
    if matches!(name.as_str(), "clear-eventlog" | "remove-eventlog") {
        let log = Parameters::of(command).get("logname", Some(0));
        if let Some(log) = log.filter(|log| log.known) {
            programs::log_cleared(host, &log.text, at);
        }
        return;
    }
    if let Some(known) = tables::powershell().commands.get(name) {
        return effect(host, known, command, actor, at, depth);
    }
    if is_program(&lower) {
        return program(host, command, actor, at, depth);
    }
    if !first.known {
        host.unknown(at, format!("the command `{}`", first.text));
    }
}

/// Whether a name stands for a file that Windows runs, and not for a cmdlet or function.
fn is_program(lower: &str) -> bool {
    let name = base(lower);
    let programs = tables::windows();
    let bare = programs.contains_key(&format!("{name}.exe"));
    let verb = name.contains('-') && !name.contains('.');
    programs.contains_key(name)
        || (bare && !verb)
        || [
            ".exe", ".com", ".bat", ".cmd", ".vbs", ".js", ".scr", ".msc", ".cpl",
        ]
        .iter()
        .any(|end| name.ends_with(end))
}

/// PowerShell starts a program under its full path.
fn program(host: &mut Host, command: &Command, actor: usize, at: Place, depth: usize) {
    let name = command.name();
    let found = host.program(&if base(name).contains('.') {
        name.to_owned()
    } else {
        format!("{name}.exe")
    });
    let shown = if name.contains(['\\', '/']) {
        name.to_owned()
    } else {
        found
    };
    let rest: Vec<&str> = command.words[1..]
        .iter()
        .map(|word| word.raw.as_str())
        .collect();
    let mut line = format!("\"{shown}\"");
    for part in &rest {
        line.push(' ');
        line.push_str(part);
    }
    let started = Started {
        name: name.to_owned(),
        line,
        args: command.args().into_iter().map(str::to_owned).collect(),
        name_known: command.words[0].known,
        known: command.words.iter().all(|word| word.known),
    };
    start(host, &started, actor, at, depth);
}

/// `Invoke-Expression` of a text that is there.
fn expression(
    host: &mut Host,
    command: &Command,
    input: Option<&Command>,
    actor: usize,
    at: Place,
    depth: usize,
) {
    let piped = input.and_then(|input| input.words.first());
    let given = Parameters::of(command).get("command", Some(0));
    let text = given.or(piped.filter(|word| word.quoted));
    match text.filter(|word| word.known && depth < MAX_DEPTH) {
        Some(word) => run_powershell(host, &word.text, 0, actor, Some(at), depth + 1),
        None => host.unknown(at, "the text that Invoke-Expression runs"),
    }
}

/// Parameters by name, and the arguments without one.
struct Parameters<'c> {
    named: Vec<(String, Option<&'c Word>)>,
    plain: Vec<&'c Word>,
}

/// Switches of the commands of the table: no value follows them.
const SWITCHES: [&str; 12] = [
    "force",
    "recurse",
    "passthru",
    "usebasicparsing",
    "wait",
    "append",
    "nonewline",
    "noclobber",
    "whatif",
    "confirm",
    "verbose",
    "nonewwindow",
];

impl<'c> Parameters<'c> {
    fn of(command: &'c Command) -> Self {
        let mut found = Self {
            named: Vec::new(),
            plain: Vec::new(),
        };
        let mut words = command.words.iter().skip(1).peekable();
        while let Some(word) = words.next() {
            let name = word.text.strip_prefix('-').filter(|_| !word.quoted);
            let Some(name) = name.filter(|name| name.starts_with(char::is_alphabetic)) else {
                found.plain.push(word);
                continue;
            };
            let name = name.trim_end_matches(':').to_ascii_lowercase();
            let is_switch = SWITCHES.contains(&name.as_str());
            let value =
                words.next_if(|next| !is_switch && (next.quoted || !next.text.starts_with('-')));
            found.named.push((name, value));
        }
        found
    }

    /// The value of a parameter, whose name may be cut short, or at a place among the others.
    fn get(&self, name: &str, at: Option<usize>) -> Option<&'c Word> {
        if name.is_empty() {
            return None;
        }
        let fits = |own: &str| {
            own == name || (own.len() > 2 && name.starts_with(own)) || own == same_as(name)
        };
        let mut all = self.named.iter();
        let named = all.find(|(own, value)| value.is_some() && fits(own));
        named
            .and_then(|(_, value)| *value)
            .or_else(|| self.plain.get(at?).copied())
    }
}

/// Another name of the same parameter.
fn same_as(name: &str) -> &str {
    match name {
        "path" => "literalpath",
        "filepath" => "path",
        _ => name,
    }
}

fn effect(
    host: &mut Host,
    known: &Cmdlet,
    command: &Command,
    actor: usize,
    at: Place,
    depth: usize,
) {
    let given = Parameters::of(command);
    let Some(path) = given.get(&known.path, known.at) else {
        return;
    };
    if !path.known {
        return host.unknown(at, format!("`{}`", path.text));
    }
    let text = path.text.as_str();
    let name = given
        .get(&known.name, known.name_at)
        .filter(|word| word.known);
    let value = given.get(&known.value, known.value_at);
    let known_value = value
        .filter(|word| word.known)
        .map(|word| word.text.as_str());
    match known.effect {
        Effect::FileWrite => host.file(actor, text, at, "writes this file"),
        Effect::FileCopy => {
            let from = given.get("path", Some(0)).filter(|word| word.known);
            let to = from.map_or(text.to_owned(), |from| into(&from.text, text));
            host.file(actor, &to, at, "copies or moves a file to here");
        }
        Effect::WebRequest => {
            if let Some((name, port)) = target(text) {
                host.connect(actor, &name, port, at);
            }
            if let Some(file) = given.get("outfile", None).filter(|word| word.known) {
                host.file(actor, &file.text, at, "the file that it downloads");
            }
        }
        Effect::NewItem => new_item(host, &given, text, actor, at),
        Effect::RemoveItem if is_registry(text) => {
            host.registry_object(actor, text, "DeleteKey", at);
        }
        Effect::RemoveItem => host.file_deleted(actor, text, at, "deletes a file"),
        Effect::RegistrySet if is_registry(text) => {
            if let Some(name) = name {
                set_value(host, &given, [text, &name.text], known_value, actor, at);
            }
        }
        Effect::RegistryDeleteValue if is_registry(text) => {
            if let Some(name) = name {
                let path = format!("{text}\\{}", name.text);
                host.registry_object(actor, &path, "DeleteValue", at);
            }
        }
        Effect::RegistrySet | Effect::RegistryDeleteValue => {}
        Effect::UserCreate => {
            let fields = [("event.user.target", text)];
            host.log(
                "Security-Auditing/4720",
                &[],
                &fields,
                at,
                "makes an account",
            );
        }
        Effect::ServiceCreate => programs::service_created(host, text, known_value, at),
        Effect::TaskCreate => programs::task_created(host, text.trim_start_matches('\\'), None, at),
        Effect::DnsQuery => host.dns(actor, text, at),
        Effect::BitsDownload => programs::bits(host, text, known_value, at),
        Effect::StartProcess => start_process(host, text, value, actor, at, depth),
        Effect::Connection => {
            if let Some(port) = known_value
                .and_then(|port| port.parse().ok())
                .filter(|_| is_host(text))
            {
                host.connect(actor, text, port, at);
            }
        }
    }
}

/// `Set-ItemProperty` and its kin: `place` is the key and the value's name.
fn set_value(
    host: &mut Host,
    given: &Parameters<'_>,
    place: [&str; 2],
    data: Option<&str>,
    actor: usize,
    at: Place,
) {
    let [key, name] = place;
    let kind = given
        .get("propertytype", None)
        .or_else(|| given.get("type", None));
    let kind = kind.map_or("", |word| word.text.as_str());
    let number = data.is_some_and(|value| value.parse::<u32>().is_ok());
    let value = RegistryValue {
        key,
        name: if name.eq_ignore_ascii_case("(default)") {
            ""
        } else {
            name
        },
        kind: if kind.is_empty() && number {
            "dword"
        } else {
            kind
        },
        data,
    };
    host.registry_set(actor, &value, at);
}

/// `Start-Process`, with what it hands over.
fn start_process(
    host: &mut Host,
    name: &str,
    handed: Option<&Word>,
    actor: usize,
    at: Place,
    depth: usize,
) {
    let shown = if name.contains(' ') {
        format!("\"{name}\"")
    } else {
        name.to_owned()
    };
    let args = handed
        .filter(|word| word.known)
        .map(|word| word.text.as_str());
    let line = match args {
        Some(args) => format!("{shown} {args}"),
        None => shown,
    };
    let known = handed.is_none_or(|word| word.known);
    begin(
        host,
        name,
        &line,
        args.unwrap_or_default(),
        known,
        actor,
        at,
        depth,
    );
}

#[expect(clippy::too_many_arguments, reason = "all of one start, said once")]
fn begin(
    host: &mut Host,
    name: &str,
    line: &str,
    args: &str,
    known: bool,
    actor: usize,
    at: Place,
    depth: usize,
) {
    let words = crate::signals::shell::cmd::read(&format!("x {args}"));
    let first = words.commands.first();
    let args = first.map(|command| command.args().into_iter().map(str::to_owned).collect());
    let found = host.program(name);
    let line = match line.strip_prefix(name) {
        Some(rest) => format!("\"{found}\"{rest}"),
        None => line.to_owned(),
    };
    let started = Started {
        name: name.to_owned(),
        line,
        args: args.unwrap_or_default(),
        name_known: true,
        known,
    };
    start(host, &started, actor, at, depth);
}

fn is_registry(path: &str) -> bool {
    let upper = path.to_ascii_uppercase();
    [
        "HKLM:",
        "HKCU:",
        "HKCR:",
        "HKU:",
        "REGISTRY::",
        "HKEY_",
        "MICROSOFT.POWERSHELL.CORE\\REGISTRY::",
    ]
    .iter()
    .any(|start| upper.starts_with(start))
}

fn new_item(host: &mut Host, given: &Parameters<'_>, path: &str, actor: usize, at: Place) {
    if is_registry(path) {
        return host.registry_object(actor, path, "CreateKey", at);
    }
    let kind = given
        .get("itemtype", None)
        .map(|word| word.text.to_ascii_lowercase());
    let is_file = kind.is_some_and(|kind| kind == "file" || kind.contains("link"));
    if is_file {
        let name = given.get("name", None).filter(|word| word.known);
        let whole = name.map_or(path.to_owned(), |name| format!("{path}\\{}", name.text));
        host.file(actor, &whole, at, "makes this file");
    }
}

/// Calls of methods whose effect is certain.
fn method(host: &mut Host, command: &Command, actor: usize, at: Place, depth: usize) {
    let full = command.name().to_ascii_lowercase();
    let name = full.rsplit("::").next().unwrap_or(&full).to_owned();
    let arg = |at: usize| command.words.get(at + 1).filter(|word| word.known);
    match name.as_str() {
        "downloadstring"
        | "downloaddata"
        | "openread"
        | "downloadfile"
        | "downloadfileasync"
        | "downloadstringasync"
        | "uploadstring"
        | "uploadfile" => {
            let Some(url) = arg(0) else {
                return host.unknown(at, format!("the address of `{}`", command.name()));
            };
            if let Some((name, port)) = target(&url.text) {
                host.connect(actor, &name, port, at);
            }
            if let Some(file) = arg(1).filter(|_| name.starts_with("downloadfile")) {
                let path = file.text.clone();
                host.file(actor, &path, at, "the file that it downloads");
            }
        }
        "writealltext" | "writeallbytes" | "writealllines" => {
            if let Some(path) = arg(0) {
                host.file(actor, &path.text, at, "writes this file");
            }
        }
        "start" if full.contains("process") => {
            if let Some(program) = arg(0) {
                let args = arg(1).map_or("", |word| word.text.as_str());
                let line = format!("{} {args}", program.text);
                begin(
                    host,
                    &program.text,
                    line.trim_end(),
                    args,
                    true,
                    actor,
                    at,
                    depth,
                );
            }
        }
        "create" if full.contains("win32_process") => {
            if let Some(line) = arg(0) {
                programs::by_wmi(host, &line.text, at, depth);
            }
        }
        _ => {}
    }
}
