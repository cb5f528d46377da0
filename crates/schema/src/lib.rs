//! Names of fields, log sources and events: every vendor's mapped to one canonical form.
//!
//! The facts are tables in `data/schema/*.toml`, embedded and parsed once by
//! [`Schema::builtin`]. Adding a name is one line of data.

use smol_str::SmolStr as Text;
use std::sync::OnceLock;

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
    /// Anything else, or not known.
    #[default]
    Other,
}

/// The tables, indexed.
#[derive(Debug, Default)]
pub struct Schema {}

impl Schema {
    /// The embedded tables.
    pub fn builtin() -> &'static Self {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(Self::default)
    }

    /// The canonical field that `name` means in `scheme` when the event is about `activity`;
    /// `None` when the tables do not know the name.
    pub fn canonical(&self, _scheme: Scheme, _activity: Activity, _name: &str) -> Option<Text> {
        None
    }

    /// The catalogue events (`PROVIDER/ID`, sorted) of a Sigma log source; empty parts are `""`.
    pub fn sigma_events(&self, _product: &str, _category: &str, _service: &str) -> Vec<Text> {
        Vec::new()
    }

    /// The activity of a Sigma log source.
    pub fn sigma_activity(&self, _product: &str, _category: &str, _service: &str) -> Activity {
        Activity::Other
    }

    /// The catalogue events (`PROVIDER/ID`, sorted) that an Elastic rule can see: index
    /// patterns, the event categories and types it asks for (empty: any), and the host
    /// operating systems it asks for (empty: any).
    pub fn ecs_events(
        &self,
        _indices: &[Text],
        _categories: &[Text],
        _types: &[Text],
        _os: &[Text],
    ) -> Vec<Text> {
        Vec::new()
    }

    /// The activity of Elastic's `event.category` values and index patterns.
    pub fn ecs_activity(&self, _indices: &[Text], _categories: &[Text]) -> Activity {
        Activity::Other
    }
}
