//! What programs of Windows are known to do, read off their arguments.

use super::host::{Host, RegistryValue};
use super::windows::{Started, into, nested_cmd, run_powershell, start};
use super::{base, is_host, target};
use crate::signals::shell::{MAX_DEPTH, Place};

/// Where a program ran from, and with what.
struct Run<'a> {
    args: &'a [String],
    line: &'a str,
    process: usize,
    at: Place,
    depth: usize,
    /// Whether all of it is what a run would give.
    known: bool,
}

impl Run<'_> {
    /// The argument after one of these, in any letter case.
    fn after(&self, names: &[&str]) -> Option<&str> {
        let is = |arg: &String| names.iter().any(|name| arg.eq_ignore_ascii_case(name));
        let at = self.args.iter().position(is)?;
        self.args.get(at + 1).map(String::as_str)
    }

    fn has(&self, name: &str) -> bool {
        self.args.iter().any(|arg| arg.eq_ignore_ascii_case(name))
    }

    fn arg(&self, at: usize) -> &str {
        self.args.get(at).map_or("", String::as_str)
    }

    fn verb(&self) -> String {
        self.arg(0).to_ascii_lowercase()
    }

    /// The arguments that are addresses.
    fn urls(&self) -> impl Iterator<Item = &str> {
        self.args.iter().filter_map(|arg| {
            let start = arg.to_ascii_lowercase().find("http");
            start.map(|start| arg[start..].trim_matches(['"', '\'', ')', ';', '(']))
        })
    }

    /// What stands in the command line after the first of these words.
    fn rest(&self, flags: &[&str]) -> Option<&str> {
        let lower = self.line.to_ascii_lowercase();
        let found = flags.iter().filter_map(|flag| {
            let mut from = 0;
            while let Some(at) = lower[from..].find(flag) {
                let start = from + at;
                let end = start + flag.len();
                let alone = lower[..start].ends_with([' ', '"'])
                    && lower[end..].starts_with([' ', '"', '\n']);
                if alone {
                    return Some((start, end));
                }
                from = end;
            }
            None
        });
        let (_, end) = found.min()?;
        let rest = self.line[end..].trim();
        let inner = rest
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        Some(inner.unwrap_or(rest))
    }
}

/// Derives what the program does beside starting.
pub(crate) fn effects(
    host: &mut Host,
    program: &str,
    started: &Started,
    process: usize,
    at: Place,
    depth: usize,
) {
    let run = Run {
        args: &started.args,
        line: &started.line,
        process,
        at,
        depth,
        known: started.known,
    };
    match program {
        "cmd.exe" => {
            if let Some(inner) = run.rest(&["/c", "/k", "/r"]) {
                nested_cmd(host, inner, process, at, depth);
            }
        }
        "powershell.exe" | "pwsh.exe" => powershell(host, &run),
        "reg.exe" => reg(host, &run),
        "schtasks.exe" => schtasks(host, &run),
        "sc.exe" => service_control(host, &run),
        "net.exe" => net(host, &run),
        "net1.exe" => accounts(host, &run),
        "wevtutil.exe" => wevtutil(host, &run),
        "certutil.exe" => certutil(host, &run),
        "bitsadmin.exe" => bitsadmin(host, &run),
        "curl.exe" => curl(host, &run),
        "rundll32.exe" | "regsvr32.exe" => libraries(host, program, &run),
        "wmic.exe" => wmic(host, &run),
        "mshta.exe" | "msiexec.exe" | "cscript.exe" | "wscript.exe" | "hh.exe" => web(host, &run),
        "forfiles.exe" => child(host, &run, run.after(&["/c"])),
        "pcalua.exe" => child(host, &run, run.after(&["-a"])),
        "makecab.exe" | "expand.exe" | "extrac32.exe" | "xcopy.exe" => copies(host, &run),
        "auditpol.exe" if run.has("/set") || run.has("/clear") || run.has("/remove") => {
            let why = "changes the audit policy";
            host.log("Security-Auditing/4719", &[], &[], at, why);
        }
        "ping.exe" | "nslookup.exe" | "ssh.exe" | "ftp.exe" => names(host, program, &run),
        _ => {}
    }
}

/// Starts a program that another one is told to start.
fn child(host: &mut Host, run: &Run<'_>, line: Option<&str>) {
    if let Some(line) = line {
        start_line(host, line, run.process, run.at, run.depth);
    }
}

fn start_line(host: &mut Host, line: &str, parent: usize, at: Place, depth: usize) {
    let script = crate::signals::shell::cmd::read(line);
    let Some(command) = script.commands.first().filter(|_| depth < MAX_DEPTH) else {
        return;
    };
    let started = Started {
        name: command.name().to_owned(),
        line: line.to_owned(),
        args: command.args().into_iter().map(str::to_owned).collect(),
        name_known: command.words.first().is_some_and(|word| word.known),
        known: true,
    };
    start(host, &started, parent, at, depth + 1);
}

fn powershell(host: &mut Host, run: &Run<'_>) {
    let flag = |arg: &str, name: &str, least: usize| {
        let arg = arg.to_ascii_lowercase();
        let arg = arg.trim_start_matches(['-', '/']);
        arg.len() >= least && name.starts_with(arg)
    };
    let encoded = run.args.iter().position(|arg| {
        arg.starts_with(['-', '/'])
            && (flag(arg, "encodedcommand", 1) || arg[1..].eq_ignore_ascii_case("ec"))
    });
    if let Some(position) = encoded {
        match decode(run.arg(position + 1)) {
            Some(text) if run.depth < MAX_DEPTH => {
                run_powershell(host, &text, 0, run.process, Some(run.at), run.depth + 1);
            }
            _ => host.unknown(run.at, "the encoded command"),
        }
        return;
    }
    if !run.known {
        return host.unknown(run.at, "the text that PowerShell runs");
    }
    let names = [
        "-command", "-c", "/c", "-comm", "-com", "-co", "/command", "-cmd",
    ];
    if let Some(text) = run.rest(&names).filter(|_| run.depth < MAX_DEPTH) {
        let text = text.replace("\\\"", "\"");
        return run_powershell(host, &text, 0, run.process, Some(run.at), run.depth + 1);
    }
    if run
        .args
        .iter()
        .any(|arg| arg.starts_with('-') && flag(arg, "file", 1))
    {
        return;
    }
    // Without a flag, what is no parameter is the command.
    let takes_value = |arg: &str| {
        [
            "executionpolicy",
            "windowstyle",
            "version",
            "inputformat",
            "outputformat",
            "configurationname",
        ]
        .iter()
        .any(|name| flag(arg, name, 1))
            || arg.eq_ignore_ascii_case("-ep")
            || arg.eq_ignore_ascii_case("-ex")
    };
    let mut at = 0;
    while let Some(arg) = run.args.get(at).filter(|arg| arg.starts_with('-')) {
        at += if takes_value(arg) { 2 } else { 1 };
    }
    let rest: Vec<&str> = run.args.iter().skip(at).map(String::as_str).collect();
    let script = rest
        .first()
        .is_some_and(|first| first.to_ascii_lowercase().ends_with(".ps1"));
    if !rest.is_empty() && !script && run.depth < MAX_DEPTH {
        let text = rest.join(" ");
        run_powershell(host, &text, 0, run.process, Some(run.at), run.depth + 1);
    }
}

/// The text of `-EncodedCommand`: UTF-16 in Base64.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bits = 0_u32;
    let mut count = 0;
    let mut bytes = Vec::new();
    for byte in text.trim_matches(['"', '\'']).bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0x00ff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    let text = String::from_utf16(&units).ok()?;
    (!text.is_empty()).then_some(text)
}

fn reg(host: &mut Host, run: &Run<'_>) {
    let key = run.arg(1).trim_matches('"');
    match run.verb().as_str() {
        "add" => {
            let name = if run.has("/ve") {
                Some("")
            } else {
                run.after(&["/v"])
            };
            match name {
                Some(name) => host.registry_set(
                    run.process,
                    &RegistryValue {
                        key,
                        name,
                        kind: run.after(&["/t"]).unwrap_or("REG_SZ"),
                        data: run.after(&["/d"]).or(Some("")),
                    },
                    run.at,
                ),
                None => host.registry_object(run.process, key, "CreateKey", run.at),
            }
        }
        "delete" => match run.after(&["/v"]) {
            Some(name) => {
                let path = format!("{key}\\{name}");
                host.registry_object(run.process, &path, "DeleteValue", run.at);
            }
            None => host.registry_object(run.process, key, "DeleteKey", run.at),
        },
        "save" | "export" => {
            let why = "saves a part of the registry to this file";
            host.file(run.process, run.arg(2), run.at, why);
        }
        _ => {}
    }
}

fn schtasks(host: &mut Host, run: &Run<'_>) {
    let Some(name) = run.after(&["/tn"]).filter(|_| run.after(&["/s"]).is_none()) else {
        return;
    };
    let name = name.trim_matches('"').trim_start_matches('\\');
    if run.has("/create") {
        task_created(host, name, run.after(&["/tr"]), run.at);
    } else if run.has("/delete") {
        let full = format!("\\{name}");
        let why = "deletes a scheduled task";
        host.log(
            "Security-Auditing/4699",
            &[],
            &[("task.name", &full)],
            run.at,
            why,
        );
    }
}

/// A task is registered: the service writes its definition into a file.
pub(crate) fn task_created(host: &mut Host, name: &str, action: Option<&str>, at: Place) {
    let full = format!("\\{name}");
    let content = action.map(|action| {
        let (program, arguments) = split_action(action);
        let arguments = match arguments {
            "" => String::new(),
            some => format!("<Arguments>{some}</Arguments>"),
        };
        format!("<Actions><Exec><Command>{program}</Command>{arguments}</Exec></Actions>")
    });
    let mut fields = vec![("task.name", full.as_str())];
    if let Some(content) = &content {
        fields.push(("task.content", content));
    }
    host.log(
        "Security-Auditing/4698",
        &[],
        &fields,
        at,
        "registers a scheduled task",
    );
    host.log(
        "TaskScheduler/106",
        &[],
        &fields[..1],
        at,
        "registers a scheduled task",
    );
    let line = "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule";
    let service = host.service("C:\\Windows\\System32\\svchost.exe", line);
    let file = format!("C:\\Windows\\System32\\Tasks\\{name}");
    host.file(
        service,
        &file,
        at,
        "the task scheduler keeps the task in this file",
    );
    let key = format!("{TASK_CACHE}\\{name}");
    host.registry_object(service, &key, "CreateKey", at);
}

/// Where the task scheduler lists its tasks.
const TASK_CACHE: &str =
    "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree";

/// The program and the arguments of a task's action.
fn split_action(action: &str) -> (&str, &str) {
    let action = action.trim();
    let inner = action
        .strip_prefix('"')
        .and_then(|rest| rest.split_once('"'));
    match inner {
        Some((program, rest)) if rest.is_empty() || rest.starts_with(' ') => (program, rest.trim()),
        _ => match action.split_once(' ') {
            Some((program, rest)) => (program, rest.trim()),
            None => (action, ""),
        },
    }
}

/// A service is registered: the service control manager writes its key.
pub(crate) fn service_created(host: &mut Host, name: &str, image: Option<&str>, at: Place) {
    let mut fields = vec![("windows_service.name", name)];
    fields.extend(image.map(|image| ("windows_service.image_path", image)));
    let also = &["Security-Auditing/4697"];
    let why = "registers a service";
    host.log("Service-Control-Manager/7045", also, &fields, at, why);
    if let Some(image) = image {
        let name = name.to_ascii_lowercase();
        host.services.insert(name, image.to_owned());
    }
    let program = "C:\\Windows\\System32\\services.exe";
    let manager = host.service(program, program);
    let key = format!("HKLM\\System\\CurrentControlSet\\Services\\{name}");
    let value = RegistryValue {
        key: &key,
        name: "ImagePath",
        kind: "REG_EXPAND_SZ",
        data: image,
    };
    host.registry_set(manager, &value, at);
}

/// The service control manager starts a service that the test has registered.
fn service_started(host: &mut Host, name: &str, run: &Run<'_>) {
    let Some(line) = host.services.get(&name.to_ascii_lowercase()).cloned() else {
        return;
    };
    let program = "C:\\Windows\\System32\\services.exe";
    let manager = host.service(program, program);
    start_line(host, &line, manager, run.at, run.depth);
}

fn service_control(host: &mut Host, run: &Run<'_>) {
    let remote = run.arg(0).starts_with("\\\\");
    if remote {
        return;
    }
    let equals = |name: &str| {
        let joined = format!("{name}=");
        run.after(&[&joined]).or_else(|| {
            let lower = |arg: &String| arg.to_ascii_lowercase().starts_with(&joined);
            let arg = run.args.iter().find(|arg| lower(arg))?;
            Some(&arg[joined.len()..]).filter(|rest| !rest.is_empty())
        })
    };
    let name = run.arg(1);
    match run.verb().as_str() {
        "create" => service_created(host, name, equals("binpath"), run.at),
        "start" => service_started(host, name, run),
        "config" => {
            if let Some(image) = equals("binpath") {
                let key = format!("HKLM\\System\\CurrentControlSet\\Services\\{name}");
                let program = "C:\\Windows\\System32\\services.exe";
                let manager = host.service(program, program);
                let value = RegistryValue {
                    key: &key,
                    name: "ImagePath",
                    kind: "REG_EXPAND_SZ",
                    data: Some(image),
                };
                host.registry_set(manager, &value, run.at);
            }
        }
        _ => {}
    }
}

/// `net` hands most of its commands on to `net1`.
fn net(host: &mut Host, run: &Run<'_>) {
    const HANDED_ON: [&str; 12] = [
        "accounts",
        "config",
        "group",
        "localgroup",
        "pause",
        "session",
        "share",
        "start",
        "statistics",
        "stop",
        "time",
        "user",
    ];
    if !HANDED_ON.contains(&run.verb().as_str()) {
        return;
    }
    let image = host.program("net1.exe");
    let line = format!("C:\\Windows\\system32\\net1 {}", run.args.join(" "));
    let why = "net.exe hands this command on to net1.exe";
    let process = host.start(Some(run.process), &image, &line, run.at, why);
    accounts(host, &Run { process, ..*run });
}

fn accounts(host: &mut Host, run: &Run<'_>) {
    let name = run.arg(1);
    let adds = run.has("/add");
    let log = |host: &mut Host, key: &'static str, why: &str| {
        host.log(key, &[], &[("event.user.target", name)], run.at, why);
    };
    match run.verb().as_str() {
        "user" if adds => log(host, "Security-Auditing/4720", "makes an account"),
        "user" if run.has("/delete") || run.has("/del") => {
            log(host, "Security-Auditing/4726", "deletes an account");
        }
        "start" => service_started(host, name, run),
        "localgroup" if adds && run.args.len() > 3 => {
            log(
                host,
                "Security-Auditing/4732",
                "adds a member to a local group",
            );
        }
        _ => {}
    }
}

fn wevtutil(host: &mut Host, run: &Run<'_>) {
    if matches!(run.verb().as_str(), "cl" | "clear-log") && !run.arg(1).is_empty() {
        log_cleared(host, run.arg(1), run.at);
    }
}

/// A log is cleared; the Security log says so in itself.
pub(crate) fn log_cleared(host: &mut Host, log: &str, at: Place) {
    if log.eq_ignore_ascii_case("security") {
        host.log("Eventlog/1102", &[], &[], at, "clears the Security log");
    } else {
        host.log("Eventlog/104", &[], &[], at, "clears a log");
    }
}

fn certutil(host: &mut Host, run: &Run<'_>) {
    let lower = run.line.to_ascii_lowercase();
    let plain: Vec<&String> = run
        .args
        .iter()
        .filter(|arg| !arg.starts_with(['-', '/']))
        .collect();
    if lower.contains("urlcache") || lower.contains("verifyctl") {
        web(host, run);
        let url = plain.iter().position(|arg| arg.contains("://"));
        if let Some(file) = url.and_then(|at| plain.get(at + 1)) {
            host.file(run.process, file, run.at, "the file that it downloads");
        }
    } else if lower.contains("decode") || lower.contains("encode") {
        if let Some(file) = plain.get(1) {
            host.file(run.process, file, run.at, "the file that it writes");
        }
    }
}

/// The transfer service makes the connection and the file.
pub(crate) fn bits(host: &mut Host, url: &str, file: Option<&str>, at: Place) {
    let fields = [("bits.remote_url", url)];
    host.log("Bits-Client/59", &[], &fields, at, "starts a transfer job");
    let line = "C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s BITS";
    let service = host.service("C:\\Windows\\System32\\svchost.exe", line);
    if let Some((name, port)) = target(url) {
        host.connect(service, &name, port, at);
    }
    if let Some(file) = file {
        host.file(service, file, at, "the transfer service writes the file");
    }
}

fn bitsadmin(host: &mut Host, run: &Run<'_>) {
    let url = run.args.iter().position(|arg| arg.contains("://"));
    let Some(at) = url.filter(|_| run.has("/transfer") || run.has("/addfile")) else {
        return;
    };
    let file = run.args.get(at + 1).map(String::as_str);
    bits(host, run.arg(at), file, run.at);
}

fn curl(host: &mut Host, run: &Run<'_>) {
    web(host, run);
    if let Some(file) = run.after(&["-o", "--output"]) {
        host.file(run.process, file, run.at, "the file that it downloads");
    }
}

fn web(host: &mut Host, run: &Run<'_>) {
    for (name, port) in run.urls().filter_map(target).collect::<Vec<_>>() {
        host.connect(run.process, &name, port, run.at);
    }
}

fn libraries(host: &mut Host, program: &str, run: &Run<'_>) {
    let plain = run.args.iter().filter(|arg| !arg.starts_with(['/', '-']));
    let library = match program {
        "rundll32.exe" => run.args.first(),
        _ => plain.last(),
    };
    let Some(library) = library else { return };
    let path = library
        .split(',')
        .next()
        .unwrap_or(library)
        .trim_matches('"');
    let path = if path.contains(['\\', '/', '%']) || !path.to_ascii_lowercase().ends_with(".dll") {
        path.to_owned()
    } else {
        format!("C:\\Windows\\System32\\{path}")
    };
    host.image_load(run.process, &path, run.at);
    web(host, run);
}

fn wmic(host: &mut Host, run: &Run<'_>) {
    let lower: Vec<String> = run
        .args
        .iter()
        .map(|arg| arg.to_ascii_lowercase())
        .collect();
    let words: Vec<&str> = lower.iter().map(String::as_str).collect();
    let call = words
        .windows(3)
        .position(|w| w == ["process", "call", "create"]);
    let remote = words.iter().any(|word| word.starts_with("/node"));
    web(host, run);
    if let Some(line) = call.and_then(|at| run.args.get(at + 3)).filter(|_| !remote) {
        by_wmi(host, line, run.at, run.depth);
    }
}

/// WMI's host process starts what it is told to.
pub(crate) fn by_wmi(host: &mut Host, line: &str, at: Place, depth: usize) {
    let program = "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe";
    let line_of = "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding";
    let service = host.service(program, line_of);
    start_line(host, line.trim_matches(['"', '\'']), service, at, depth);
}

fn copies(host: &mut Host, run: &Run<'_>) {
    let plain = run.args.iter().filter(|arg| !arg.starts_with(['/', '-']));
    let plain: Vec<&String> = plain.collect();
    if let [from, to] = plain[..] {
        let path = into(from, to);
        host.file(run.process, &path, run.at, "the file that it writes");
    }
}

fn names(host: &mut Host, program: &str, run: &Run<'_>) {
    let plain = run.args.iter().filter(|arg| !arg.starts_with(['/', '-']));
    let Some(name) = plain.map(String::as_str).find(|arg| arg.contains('.')) else {
        return;
    };
    let name = base(name.rsplit('@').next().unwrap_or(name));
    if !is_host(name) {
        return;
    }
    match program {
        "ssh.exe" => host.connect(run.process, name, 22, run.at),
        "ftp.exe" => host.connect(run.process, name, 21, run.at),
        _ => host.dns(run.process, name, run.at),
    }
}
