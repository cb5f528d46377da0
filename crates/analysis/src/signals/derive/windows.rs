//! Commands of cmd.exe and PowerShell to what they start.

use super::host::Host;
use super::{base, cmdlets, place, programs};
use crate::signals::shell::{Command, MAX_DEPTH, Place, Script, cmd, powershell};
use crate::signals::tables;

/// Runs the commands of cmd.exe; `outer` is where they stand when another command holds them.
pub(crate) fn run_cmd(
    host: &mut Host,
    script: Script,
    actor: usize,
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
        written(host, &command, actor, at);
        let name = command.name().to_ascii_lowercase();
        let builtin = builtin(&name);
        if tables::cmd().builtins.iter().any(|own| own == builtin) {
            builtin_effect(host, builtin, &command, actor, at);
        } else {
            let known = command.words.iter().all(|word| word.known);
            let run = Started {
                name: command.name().to_owned(),
                line: command.line(),
                args: command.args().into_iter().map(str::to_owned).collect(),
                name_known: command.words.first().is_some_and(|word| word.known),
                known,
            };
            start(host, &run, actor, at, depth);
        }
    }
}

/// The name of a built-in that something is joined to: `echo.`, `cd..`.
fn builtin(name: &str) -> &str {
    let end = name
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(name.len());
    let joined = name[end..].starts_with(['.', '\\', '/', ':']) && !name[end..].contains(".exe");
    if joined { &name[..end] } else { name }
}

fn builtin_effect(host: &mut Host, name: &str, command: &Command, actor: usize, at: Place) {
    let known = |index: usize| {
        let mut words = command.words.iter().skip(1);
        let mut plain = words.by_ref().filter(|word| !word.text.starts_with('/'));
        plain
            .nth(index)
            .filter(|word| word.known)
            .map(|word| word.text.clone())
    };
    match name {
        "copy" | "move" => {
            if let (Some(from), Some(to)) = (known(0), known(1)) {
                host.file(
                    actor,
                    &into(&from, &to),
                    at,
                    "copies or moves a file to here",
                );
            }
        }
        "mklink" => {
            if let Some(link) = known(0) {
                host.file(actor, &link, at, "makes a link");
            }
        }
        "cd" | "chdir" | "pushd" => {
            let named = command
                .words
                .iter()
                .skip(1)
                .any(|word| !word.text.starts_with('/'));
            if named {
                host.folder.go(known(0).as_deref());
            }
        }
        "del" | "erase" => {
            if let Some(path) = known(0) {
                host.file_deleted(actor, &path, at, "deletes a file");
            }
        }
        _ => {}
    }
}

/// The path of a file copied to `to`: a folder keeps the file's name.
pub(crate) fn into(from: &str, to: &str) -> String {
    if to.ends_with('\\') || to.ends_with('/') {
        return format!("{to}{}", base(from));
    }
    let folder = !base(to).contains('.') && base(from).contains('.');
    if folder {
        return format!("{to}\\{}", base(from));
    }
    to.to_owned()
}

/// Files that redirections write.
pub(crate) fn written(host: &mut Host, command: &Command, actor: usize, at: Place) {
    for redirect in &command.redirects {
        if redirect.writes && redirect.target.known {
            let path = redirect.target.text.clone();
            host.file(actor, &path, at, "output is redirected into this file");
        } else if redirect.writes {
            host.unknown(at, format!("the file `{}`", redirect.target.text));
        }
    }
}

/// A program that a shell starts.
pub(crate) struct Started {
    /// As written.
    pub(crate) name: String,
    /// The command line as the program sees it.
    pub(crate) line: String,
    pub(crate) args: Vec<String>,
    /// Whether the name is what a run would give.
    pub(crate) name_known: bool,
    /// Whether all of it is.
    pub(crate) known: bool,
}

/// Starts a program, and derives what it is known to do.
pub(crate) fn start(host: &mut Host, run: &Started, parent: usize, at: Place, depth: usize) {
    if !run.name_known || run.name.is_empty() {
        return host.unknown(at, format!("the program `{}`", run.name));
    }
    if depth > MAX_DEPTH {
        return host.unknown(at, "commands are nested too deep");
    }
    let name = run.name.trim_matches('"').replace('/', "\\");
    let lower = base(&name).to_ascii_lowercase();
    let (image, line) = match opened_by(&lower) {
        Some(("", _)) => return,
        Some((program, before)) => {
            let image = host.program(program);
            (image, format!("{before}{}", run.line))
        }
        None => (image(host, &name), run.line.clone()),
    };
    let process = host.start(
        Some(parent),
        &image,
        &line,
        at,
        "the command starts this program",
    );
    if !run.known {
        host.unknown(at, "a value that only a run would tell");
    }
    let program = base(&image).to_ascii_lowercase();
    let folder = host.folder.clone();
    programs::effects(host, &program, run, process, at, depth);
    host.folder = folder;
}

/// Path of a program: as written when from a root, else that of the table.
fn image(host: &Host, name: &str) -> String {
    let lower = base(name).to_ascii_lowercase();
    let extension = lower.rsplit_once('.').map(|(_, extension)| extension);
    let whole = if matches!(
        extension,
        Some("exe" | "com" | "scr" | "dll" | "tmp" | "pif")
    ) {
        name.to_owned()
    } else if tables::windows().contains_key(&format!("{lower}.exe")) || extension.is_none() {
        format!("{name}.exe")
    } else {
        name.to_owned()
    };
    if whole.contains('\\') {
        let rooted = host.folder.rooted(&whole);
        return rooted.unwrap_or_else(|| base(&whole).to_owned());
    }
    host.program(&whole)
}

/// Which program opens a file of this kind, and what stands before the file in its command line.
/// An empty program: the shell itself does.
fn opened_by(name: &str) -> Option<(&'static str, &'static str)> {
    let (_, extension) = name.rsplit_once('.')?;
    match extension {
        "bat" | "cmd" => Some(("cmd.exe", "C:\\Windows\\system32\\cmd.exe /c ")),
        "vbs" | "vbe" | "js" | "jse" | "wsf" => {
            Some(("wscript.exe", "\"C:\\Windows\\System32\\WScript.exe\" "))
        }
        "msc" => Some(("mmc.exe", "\"C:\\Windows\\System32\\mmc.exe\" ")),
        "hta" => Some(("mshta.exe", "\"C:\\Windows\\System32\\mshta.exe\" ")),
        "cpl" => Some(("control.exe", "\"C:\\Windows\\System32\\control.exe\" ")),
        "ps1" | "txt" | "lnk" | "url" => Some(("", "")),
        _ => None,
    }
}

/// Runs a text of PowerShell, which logs it as a script block. `offset` is where the text begins
/// in the command.
pub(crate) fn run_powershell(
    host: &mut Host,
    text: &str,
    offset: usize,
    actor: usize,
    outer: Option<Place>,
    depth: usize,
) {
    let at = outer.unwrap_or((offset, offset + text.len()));
    host.script_block(text, at);
    let mut script = Script::default();
    script.absorb(powershell::read(text), offset);
    for (at, what) in script.unknown {
        host.unknown(place(at, outer), what);
    }
    let commands = script.commands;
    for (number, command) in commands.iter().enumerate() {
        let at = place(command.place, outer);
        if !host.step(at) {
            return;
        }
        written(host, command, actor, at);
        let before = number
            .checked_sub(1)
            .and_then(|before| commands.get(before));
        let input = before.filter(|before| command.reads_pipe && before.piped);
        cmdlets::run(host, command, input, actor, at, depth);
    }
}

/// Runs commands of cmd.exe inside another command.
pub(crate) fn nested_cmd(host: &mut Host, text: &str, actor: usize, at: Place, depth: usize) {
    if depth >= MAX_DEPTH {
        return host.unknown(at, "commands are nested too deep");
    }
    run_cmd(host, cmd::read(text), actor, Some(at), depth + 1);
}
