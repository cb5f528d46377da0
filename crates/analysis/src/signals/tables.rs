//! The tables of `data/signals`: what programs and commands are, and where they lie.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::OnceLock;

macro_rules! table {
    ($file:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../data/signals/",
            $file
        ))
    };
}

/// A program of Windows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WindowsProgram {
    /// Its file.
    pub(crate) path: String,
    /// The name in its version resource; empty when not known.
    #[serde(default)]
    pub(crate) original: String,
}

/// What cmd.exe itself knows.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cmd {
    pub(crate) builtins: Vec<String>,
    /// By lower-case name.
    pub(crate) variables: BTreeMap<String, String>,
}

/// What PowerShell itself knows.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PowerShell {
    pub(crate) aliases: BTreeMap<String, String>,
    pub(crate) commands: BTreeMap<String, Cmdlet>,
}

/// A command of PowerShell that leaves a trace.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cmdlet {
    /// What happens.
    pub(crate) effect: Effect,
    /// Parameter that says to what.
    pub(crate) path: String,
    /// Position that the parameter takes without its name.
    pub(crate) at: Option<usize>,
    #[serde(default)]
    pub(crate) name: String,
    pub(crate) name_at: Option<usize>,
    #[serde(default)]
    pub(crate) value: String,
    pub(crate) value_at: Option<usize>,
}

/// What a command of PowerShell does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    FileWrite,
    FileCopy,
    WebRequest,
    NewItem,
    RemoveItem,
    RegistrySet,
    RegistryDeleteValue,
    UserCreate,
    ServiceCreate,
    TaskCreate,
    DnsQuery,
    BitsDownload,
    StartProcess,
    Connection,
}

/// What a Unix system knows.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unix {
    pub(crate) builtins: Vec<String>,
    pub(crate) macos_variables: BTreeMap<String, String>,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) linux: BTreeMap<String, String>,
    pub(crate) macos: BTreeMap<String, String>,
}

/// What a Unix shell finds on one system.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnixSystem {
    /// Variables that stand before the usual ones.
    pub(crate) variables: &'static BTreeMap<String, String>,
    /// Paths of programs by base name.
    pub(crate) programs: &'static BTreeMap<String, String>,
}

impl UnixSystem {
    /// macOS, or else a distribution of Linux.
    pub(crate) fn of(macos: bool) -> Self {
        static NONE: BTreeMap<String, String> = BTreeMap::new();
        let all = unix();
        if macos {
            Self {
                variables: &all.macos_variables,
                programs: &all.macos,
            }
        } else {
            Self {
                variables: &NONE,
                programs: &all.linux,
            }
        }
    }
}

/// What command lines of cloud services call.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cloud {
    pub(crate) aws: Aws,
    pub(crate) az: BTreeMap<String, AzCall>,
    pub(crate) gcloud: BTreeMap<String, GcloudCall>,
}

/// Exceptions of AWS's naming.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Aws {
    pub(crate) services: BTreeMap<String, String>,
    pub(crate) operations: BTreeMap<String, String>,
}

/// What a command of `az` is in the logs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AzCall {
    /// `azure` or `entra`.
    pub(crate) log: String,
    pub(crate) operation: String,
}

/// What a command of `gcloud` is in the audit log.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GcloudCall {
    pub(crate) service: String,
    pub(crate) method: String,
}

/// A table; a test shows that every one is read whole.
fn load<T: DeserializeOwned + Default>(text: &str) -> T {
    toml::from_str(text).unwrap_or_default()
}

/// Programs of Windows by lower-case base name.
pub(crate) fn windows() -> &'static BTreeMap<String, WindowsProgram> {
    static TABLE: OnceLock<BTreeMap<String, WindowsProgram>> = OnceLock::new();
    TABLE.get_or_init(|| load(table!("windows.toml")))
}

/// See [`Cmd`].
pub(crate) fn cmd() -> &'static Cmd {
    static TABLE: OnceLock<Cmd> = OnceLock::new();
    TABLE.get_or_init(|| load(table!("cmd.toml")))
}

/// See [`PowerShell`].
pub(crate) fn powershell() -> &'static PowerShell {
    static TABLE: OnceLock<PowerShell> = OnceLock::new();
    TABLE.get_or_init(|| load(table!("powershell.toml")))
}

/// See [`Unix`].
pub(crate) fn unix() -> &'static Unix {
    static TABLE: OnceLock<Unix> = OnceLock::new();
    TABLE.get_or_init(|| load(table!("unix.toml")))
}

/// See [`Cloud`].
pub(crate) fn cloud() -> &'static Cloud {
    static TABLE: OnceLock<Cloud> = OnceLock::new();
    TABLE.get_or_init(|| load(table!("cloud.toml")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole<T: DeserializeOwned>(text: &str) {
        if let Err(error) = toml::from_str::<T>(text) {
            panic!("{error}");
        }
    }

    #[test]
    fn every_table_is_read() {
        whole::<BTreeMap<String, WindowsProgram>>(table!("windows.toml"));
        whole::<Cmd>(table!("cmd.toml"));
        whole::<PowerShell>(table!("powershell.toml"));
        whole::<Unix>(table!("unix.toml"));
        whole::<Cloud>(table!("cloud.toml"));
        for (alias, name) in &powershell().aliases {
            assert!(name.contains('-'), "{alias}");
            assert!(!powershell().commands.contains_key(alias), "{alias}");
        }
    }
}
