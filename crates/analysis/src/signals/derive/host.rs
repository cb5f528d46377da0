//! A machine on paper: what happens on it becomes events of its platform.

use super::folder::Folder;
use super::{base, is_host};
use crate::signals::shell::Place;
use crate::signals::tables::{self, UnixSystem};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Most events of one test.
const MAX_DRAFTS: usize = 300;
/// Most commands of one test, those inside others included.
const MAX_STEPS: usize = 1000;
/// Stands for the account's SID in the registry of users.
const USER_HIVE: &str = "HKU\\S-1-5-21-1111111111-2222222222-3333333333-1001";
/// Where the account's own classes are: `Software\Classes` of its hive only leads there.
const USER_CLASSES: &str = "HKU\\S-1-5-21-1111111111-2222222222-3333333333-1001_Classes";

/// Where a test runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Platform {
    Windows,
    Linux,
    Macos,
    /// No machine: only calls of the service are seen.
    Cloud(&'static str),
}

/// An event to come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    /// Catalogue event.
    pub(crate) key: &'static str,
    /// Id of an event of `key`'s provider that is named by an operation.
    pub(crate) operation: String,
    /// Other events that report the same.
    pub(crate) also: &'static [&'static str],
    /// Values by canonical field.
    pub(crate) fields: BTreeMap<&'static str, String>,
    /// Values that only the event's own names hold.
    pub(crate) native: BTreeMap<String, String>,
    /// The part of the command that it comes from.
    pub(crate) place: Place,
    /// Why.
    pub(crate) why: String,
}

/// A process.
#[derive(Debug, Clone)]
struct Process {
    image: String,
    line: String,
    original: String,
    parent: Option<usize>,
}

/// The machine.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) platform: Platform,
    elevated: bool,
    processes: Vec<Process>,
    steps: usize,
    /// The current directory of what runs.
    pub(crate) folder: Folder,
    /// Command lines of the services that the test registers, by name.
    pub(crate) services: BTreeMap<String, String>,
    /// Events so far, in order.
    pub(crate) drafts: Vec<Draft>,
    /// What could not be derived, with its place.
    pub(crate) unknown: Vec<(Place, String)>,
}

impl Host {
    pub(crate) fn new(platform: Platform, elevated: bool) -> Self {
        Self {
            platform,
            elevated,
            processes: Vec::new(),
            steps: 0,
            folder: Folder::of(platform),
            services: BTreeMap::new(),
            drafts: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// What a Unix shell finds here.
    pub(crate) fn unix(&self) -> UnixSystem {
        UnixSystem::of(self.platform == Platform::Macos)
    }

    /// Counts a command; false when there were too many.
    pub(crate) fn step(&mut self, place: Place) -> bool {
        self.steps += 1;
        if self.steps == MAX_STEPS {
            self.unknown(place, "there are too many commands");
        }
        self.steps < MAX_STEPS
    }

    /// Names what is not known.
    pub(crate) fn unknown(&mut self, place: Place, what: impl Into<String>) {
        let entry = (place, what.into());
        if self.unknown.len() < MAX_DRAFTS && !self.unknown.contains(&entry) {
            self.unknown.push(entry);
        }
    }

    /// Path of a program by its name; the name itself when no table knows it.
    pub(crate) fn program(&self, name: &str) -> String {
        let lower = base(name).to_ascii_lowercase();
        let found = match self.platform {
            Platform::Windows => {
                let with = format!("{lower}.exe");
                let all = tables::windows();
                let found = all.get(&lower).or_else(|| all.get(&with));
                found.map(|program| program.path.clone())
            }
            _ => self.unix().programs.get(base(name)).cloned(),
        };
        found.unwrap_or_else(|| name.to_owned())
    }

    /// A process starts.
    pub(crate) fn start(
        &mut self,
        parent: Option<usize>,
        image: &str,
        line: &str,
        place: Place,
        why: &str,
    ) -> usize {
        let number = self.processes.len();
        let known = tables::windows().get(&base(image).to_ascii_lowercase());
        let on_windows = self.platform == Platform::Windows;
        let own_place = known.filter(|known| on_windows && known.path.eq_ignore_ascii_case(image));
        self.processes.push(Process {
            image: image.to_owned(),
            line: line.to_owned(),
            original: own_place.map_or(String::new(), |known| known.original.clone()),
            parent,
        });
        let mut fields = BTreeMap::new();
        self.describe(number, Role::OWN, &mut fields);
        if let Some(parent) = parent {
            self.describe(parent, Role::PARENT, &mut fields);
        }
        let starter = fields
            .get("process.parent.executable")
            .map_or("", |path| base(path));
        let by_manager = on_windows && starter.eq_ignore_ascii_case("services.exe");
        let by_system = by_manager || (on_windows && starter.eq_ignore_ascii_case("WmiPrvSE.exe"));
        if on_windows {
            let level = match (by_manager, self.elevated) {
                (true, _) => "System",
                (_, true) => "High",
                _ => "Medium",
            };
            fields.insert("process.integrity_level", level.to_owned());
        }
        if by_system {
            let folder = "C:\\Windows\\system32\\".to_owned();
            fields.insert("process.working_directory", folder);
        } else if let Some(folder) = self.folder.path() {
            let end = if on_windows { "\\" } else { "" };
            fields.insert("process.working_directory", format!("{folder}{end}"));
        }
        let (key, also): (_, &[_]) = match self.platform {
            Platform::Windows => ("Sysmon/1", &["Security-Auditing/4688"]),
            Platform::Linux => ("Sysmon-Linux/1", &["Auditd/EXECVE"]),
            Platform::Macos => ("EndpointSecurity/NOTIFY_EXEC", &[]),
            Platform::Cloud(_) => return number,
        };
        self.add(key, also, fields, place, why);
        number
    }

    fn describe(&self, process: usize, role: Role, into: &mut BTreeMap<&'static str, String>) {
        let Some(found) = self.processes.get(process) else {
            return;
        };
        into.insert(role.image, found.image.clone());
        into.insert(role.line, found.line.clone());
        into.insert(role.entity, format!("process-{}", process + 1));
        if !found.original.is_empty() {
            into.insert(role.original, found.original.clone());
        }
        if role.image == Role::ACTOR.image
            && let Some(parent) = found.parent.and_then(|parent| self.processes.get(parent))
        {
            into.insert("actor.parent.executable", parent.image.clone());
        }
    }

    /// Fields of an event that a process causes.
    fn by(&self, actor: usize) -> BTreeMap<&'static str, String> {
        let mut fields = BTreeMap::new();
        self.describe(actor, Role::ACTOR, &mut fields);
        fields
    }

    fn add(
        &mut self,
        key: &'static str,
        also: &'static [&'static str],
        fields: BTreeMap<&'static str, String>,
        place: Place,
        why: &str,
    ) {
        if self.drafts.len() < MAX_DRAFTS {
            self.drafts.push(Draft {
                key,
                also,
                fields,
                place,
                why: why.to_owned(),
                ..Draft::default()
            });
        }
    }

    /// A process that Windows itself runs does something for another: the task scheduler, WMI.
    pub(crate) fn service(&mut self, image: &str, line: &str) -> usize {
        let known = tables::windows().get(&base(image).to_ascii_lowercase());
        self.processes.push(Process {
            image: image.to_owned(),
            line: line.to_owned(),
            original: known.map_or(String::new(), |known| known.original.clone()),
            parent: None,
        });
        self.processes.len() - 1
    }

    /// A file is made or written.
    pub(crate) fn file(&mut self, actor: usize, path: &str, place: Place, why: &str) {
        let Some(path) = self.on_disk(path) else {
            return self.unrooted(path, place);
        };
        let (key, also): (_, &[_]) = match self.platform {
            Platform::Windows => ("Sysmon/11", &[]),
            Platform::Linux => ("Sysmon-Linux/11", &["Auditd/PATH"]),
            Platform::Macos => ("EndpointSecurity/NOTIFY_CREATE", &[]),
            Platform::Cloud(_) => return,
        };
        let mut fields = self.by(actor);
        fields.insert("file.path", path);
        self.add(key, also, fields, place, why);
    }

    /// A file whose folder the text does not tell.
    fn unrooted(&mut self, path: &str, place: Place) {
        let plain = path.trim_matches('"');
        let is_name = !plain.is_empty() && !plain.starts_with(['-', '&', '/', '\\', '$', '%']);
        if is_name && !plain.contains([':', '*']) && self.folder.path().is_none() {
            self.unknown(place, format!("the folder of the file `{plain}`"));
        }
    }

    /// A file is deleted.
    pub(crate) fn file_deleted(&mut self, actor: usize, path: &str, place: Place, why: &str) {
        let Some(path) = self.on_disk(path) else {
            return;
        };
        let (key, also): (_, &[_]) = match self.platform {
            Platform::Windows => ("Sysmon/23", &["Sysmon/26"]),
            Platform::Linux => ("Sysmon-Linux/23", &["Auditd/PATH"]),
            Platform::Macos => ("EndpointSecurity/NOTIFY_UNLINK", &[]),
            Platform::Cloud(_) => return,
        };
        let mut fields = self.by(actor);
        fields.insert("file.path", path);
        self.add(key, also, fields, place, why);
    }

    /// The path that an event has for a file. On macOS three folders are links into `/private`, and
    /// events name what a link leads to.
    fn on_disk(&self, path: &str) -> Option<String> {
        let path = self.folder.rooted(path).filter(|path| self.is_file(path))?;
        let linked = ["/etc/", "/tmp/", "/var/"];
        if self.platform == Platform::Macos && linked.iter().any(|link| path.starts_with(link)) {
            return Some(format!("/private{path}"));
        }
        Some(path)
    }

    /// Whether a text is a path from a root, so that it is the path that an event has.
    fn is_file(&self, path: &str) -> bool {
        if self.platform == Platform::Windows {
            let path = path.trim_matches('"');
            let drive = path.as_bytes().get(1) == Some(&b':');
            (drive || path.starts_with("\\\\")) && !path.ends_with('\\') && path.len() > 3
        } else {
            let device = path.starts_with("/dev/") && !path.starts_with("/dev/shm/");
            path.starts_with('/') && !device && !path.ends_with('/')
        }
    }

    /// A value of the registry is set; `key` begins with a hive in any form.
    pub(crate) fn registry_set(&mut self, actor: usize, value: &RegistryValue<'_>, place: Place) {
        let Some((hive, key)) = hive(value.key) else {
            return self.unknown(place, format!("the registry path `{}`", value.key));
        };
        let mut fields = self.by(actor);
        let name = if value.name.is_empty() {
            "(Default)"
        } else {
            value.name
        };
        fields.insert("registry.path", format!("{hive}\\{key}\\{name}"));
        fields.insert("registry.key", key.to_owned());
        fields.insert("registry.hive", hive.to_owned());
        fields.insert("registry.value", name.to_owned());
        fields.insert("registry.event_type", "SetValue".to_owned());
        if let Some(data) = value.data {
            fields.insert("registry.data", details(value.kind, data));
        }
        self.add(
            "Sysmon/13",
            &[],
            fields,
            place,
            "sets a value of the registry",
        );
    }

    /// A key or value of the registry is made or deleted.
    pub(crate) fn registry_object(
        &mut self,
        actor: usize,
        path: &str,
        kind: &'static str,
        place: Place,
    ) {
        let Some((hive, key)) = hive(path) else {
            return self.unknown(place, format!("the registry path `{path}`"));
        };
        let mut fields = self.by(actor);
        fields.insert("registry.path", format!("{hive}\\{key}"));
        fields.insert("registry.key", key.to_owned());
        fields.insert("registry.hive", hive.to_owned());
        fields.insert("registry.event_type", kind.to_owned());
        let why = match kind {
            "CreateKey" => "makes a key of the registry",
            "DeleteKey" => "deletes a key of the registry",
            _ => "deletes a value of the registry",
        };
        self.add("Sysmon/12", &[], fields, place, why);
    }

    /// A connection to a host; a name is looked up first.
    pub(crate) fn connect(&mut self, actor: usize, host: &str, port: u16, place: Place) {
        if !is_host(host) {
            return self.unknown(place, format!("the host `{host}`"));
        }
        let address: Option<IpAddr> = host.parse().ok();
        if address.is_none() {
            self.dns(actor, host, place);
        }
        let key = match self.platform {
            Platform::Windows => "Sysmon/3",
            Platform::Linux => "Sysmon-Linux/3",
            Platform::Macos => "EndpointSecurity/NETWORK_CONNECT",
            Platform::Cloud(_) => return,
        };
        let mut fields = self.by(actor);
        let to = if address.is_some() {
            "destination.ip"
        } else {
            "destination.domain"
        };
        fields.insert(to, host.to_owned());
        fields.insert("destination.port", port.to_string());
        fields.insert("network.transport", "tcp".to_owned());
        fields.insert("network.initiated", "true".to_owned());
        self.add(key, &[], fields, place, "connects to a host");
    }

    /// A name is looked up. Only Windows has an event for it that names the process.
    pub(crate) fn dns(&mut self, actor: usize, name: &str, place: Place) {
        if self.platform == Platform::Windows && is_host(name) && name.parse::<IpAddr>().is_err() {
            let mut fields = self.by(actor);
            fields.insert("dns.question.name", name.to_owned());
            self.add(
                "Sysmon/22",
                &[],
                fields,
                place,
                "looks up the name of a host",
            );
        }
    }

    /// A library is loaded.
    pub(crate) fn image_load(&mut self, actor: usize, path: &str, place: Place) {
        let whole = self.folder.rooted(path).filter(|path| self.is_file(path));
        if let Some(whole) = whole.filter(|_| self.platform == Platform::Windows) {
            let mut fields = self.by(actor);
            fields.insert("dll.path", whole);
            self.add("Sysmon/7", &[], fields, place, "loads a library");
        }
    }

    /// PowerShell runs a text.
    pub(crate) fn script_block(&mut self, text: &str, place: Place) {
        if self.platform == Platform::Windows {
            let fields = BTreeMap::from([("powershell.script_block", text.to_owned())]);
            let why = "PowerShell runs this text";
            self.add("PowerShell/4104", &[], fields, place, why);
        }
    }

    /// An event that no process is named in.
    pub(crate) fn log(
        &mut self,
        key: &'static str,
        also: &'static [&'static str],
        fields: &[(&'static str, &str)],
        place: Place,
        why: &str,
    ) {
        if self.platform == Platform::Windows {
            let fields = fields
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()));
            self.add(key, also, fields.collect(), place, why);
        }
    }

    /// A call of a cloud service.
    pub(crate) fn call(&mut self, draft: Draft) {
        if self.drafts.len() < MAX_DRAFTS {
            self.drafts.push(draft);
        }
    }
}

/// A value of the registry.
pub(crate) struct RegistryValue<'a> {
    pub(crate) key: &'a str,
    /// Empty for the default value.
    pub(crate) name: &'a str,
    /// `REG_SZ`, `DWord`, ... ; empty when not given.
    pub(crate) kind: &'a str,
    /// `None` when only a run would tell.
    pub(crate) data: Option<&'a str>,
}

/// Names of the fields that describe a process in one role.
#[derive(Clone, Copy)]
struct Role {
    image: &'static str,
    line: &'static str,
    entity: &'static str,
    original: &'static str,
}

impl Role {
    const OWN: Self = Self {
        image: "process.executable",
        line: "process.command_line",
        entity: "process.entity_id",
        original: "process.original_file_name",
    };
    const PARENT: Self = Self {
        image: "process.parent.executable",
        line: "process.parent.command_line",
        entity: "process.parent.entity_id",
        original: "process.parent.original_file_name",
    };
    const ACTOR: Self = Self {
        image: "actor.executable",
        line: "actor.command_line",
        entity: "actor.entity_id",
        original: "actor.original_file_name",
    };
}

/// The hive as Sysmon writes it, and the rest of the path.
fn hive(path: &str) -> Option<(&'static str, &str)> {
    const HIVES: [(&str, &str); 12] = [
        ("HKEY_LOCAL_MACHINE", "HKLM"),
        ("HKEY_CURRENT_USER", USER_HIVE),
        ("HKEY_CLASSES_ROOT", "HKCR"),
        ("HKEY_USERS", "HKU"),
        (
            "HKEY_CURRENT_CONFIG",
            "HKLM\\System\\CurrentControlSet\\Hardware Profiles\\Current",
        ),
        ("HKLM", "HKLM"),
        ("HKCU", USER_HIVE),
        ("HKCR", "HKCR"),
        ("HKU", "HKU"),
        (
            "HKCC",
            "HKLM\\System\\CurrentControlSet\\Hardware Profiles\\Current",
        ),
        ("REGISTRY::HKLM", "HKLM"),
        ("REGISTRY::HKCU", USER_HIVE),
    ];
    let path = path.trim_matches(['"', '\'']);
    let upper = path.to_ascii_uppercase();
    let skip = ["MICROSOFT.POWERSHELL.CORE\\REGISTRY::", "REGISTRY::"]
        .iter()
        .find(|prefix| upper.starts_with(**prefix))
        .map_or(0, |prefix| prefix.len());
    let path = path.get(skip..)?;
    let end = path.find(['\\', ':', '/'])?;
    let (name, rest) = path.split_at(end);
    let found = HIVES
        .iter()
        .find(|(own, _)| own.eq_ignore_ascii_case(name))?;
    let rest = rest.trim_start_matches(':').trim_matches(['\\', '/']);
    let classes = "Software\\Classes\\";
    let in_classes = found.1 == USER_HIVE
        && rest
            .get(..classes.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(classes));
    let (hive, rest) = if in_classes {
        (USER_CLASSES, &rest[classes.len()..])
    } else {
        (found.1, rest)
    };
    (!rest.is_empty()).then_some((hive, rest))
}

/// A value's data as Sysmon writes it.
fn details(kind: &str, data: &str) -> String {
    let kind = kind.to_ascii_lowercase();
    let number = || {
        let hex = data.strip_prefix("0x").or_else(|| data.strip_prefix("0X"));
        match hex {
            Some(hex) => u64::from_str_radix(hex, 16).ok(),
            None => data.parse().ok(),
        }
    };
    match (kind.trim_start_matches("reg_"), number()) {
        ("dword", Some(n)) => format!("DWORD (0x{n:08x})"),
        ("qword", Some(n)) => format!("QWORD (0x{:08x}-0x{:08x})", n >> 32, n & 0xffff_ffff),
        ("binary", _) => "Binary Data".to_owned(),
        _ => data.to_owned(),
    }
}
