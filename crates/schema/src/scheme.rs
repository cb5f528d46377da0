//! Naming schemes and activities.

/// A naming scheme: whose field and source names a rule or event uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// The Sigma taxonomy, which is Sysmon's and Windows' own naming for Windows events.
    Sigma,
    /// Elastic Common Schema, with `winlog.event_data.*` and integration fields.
    Ecs,
    /// Splunk's Common Information Model and the raw fields of its add-ons.
    Cim,
    /// Defender XDR advanced hunting.
    Defender,
    /// Microsoft Sentinel tables.
    Sentinel,
    /// Google's Unified Data Model.
    Udm,
}

impl Scheme {
    /// Every scheme, in the order in which names are looked for.
    pub const ALL: [Self; 6] = [
        Self::Sigma,
        Self::Ecs,
        Self::Cim,
        Self::Defender,
        Self::Sentinel,
        Self::Udm,
    ];

    /// Lower-case name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sigma => "sigma",
            Self::Ecs => "ecs",
            Self::Cim => "cim",
            Self::Defender => "defender",
            Self::Sentinel => "sentinel",
            Self::Udm => "udm",
        }
    }

    /// The scheme of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.name() == name)
    }
}

/// What kind of activity a rule or event is about. It decides the role of a name: Sigma's
/// `Image` is the started process under `Process` and the acting process everywhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Activity {
    /// Process start, end, or any event whose subject is a process.
    Process,
    /// File creation, change, deletion, rename, access.
    File,
    /// Registry keys and values.
    Registry,
    /// Network connections.
    Network,
    /// Name resolution.
    Dns,
    /// A module loaded into a process.
    ImageLoad,
    /// A driver loaded.
    DriverLoad,
    /// A process opened another.
    ProcessAccess,
    /// A thread created in another process.
    RemoteThread,
    /// Named pipes.
    Pipe,
    /// WMI filters, consumers, bindings.
    Wmi,
    /// Script blocks and modules (PowerShell, AMSI).
    Script,
    /// Logons and authentication.
    Authentication,
    /// Operations that the audit log of a cloud or service records.
    Audit,
    /// Anything else, or not known.
    #[default]
    Other,
}

impl Activity {
    /// Every activity, in declaration order.
    pub const ALL: [Self; 15] = [
        Self::Process,
        Self::File,
        Self::Registry,
        Self::Network,
        Self::Dns,
        Self::ImageLoad,
        Self::DriverLoad,
        Self::ProcessAccess,
        Self::RemoteThread,
        Self::Pipe,
        Self::Wmi,
        Self::Script,
        Self::Authentication,
        Self::Audit,
        Self::Other,
    ];

    /// Name in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::File => "file",
            Self::Registry => "registry",
            Self::Network => "network",
            Self::Dns => "dns",
            Self::ImageLoad => "image_load",
            Self::DriverLoad => "driver_load",
            Self::ProcessAccess => "process_access",
            Self::RemoteThread => "remote_thread",
            Self::Pipe => "pipe",
            Self::Wmi => "wmi",
            Self::Script => "script",
            Self::Authentication => "authentication",
            Self::Audit => "audit",
            Self::Other => "other",
        }
    }

    /// The activity of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|activity| activity.name() == name)
    }
}
