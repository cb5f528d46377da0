//! The embedded tables hold together, and the answers made from them are right.

use tripline_schema::{Activity, ProjectionKind, Schema, Scheme};

fn schema() -> &'static Schema {
    Schema::builtin()
}

fn canonical(scheme: Scheme, activity: Activity, name: &str) -> String {
    schema()
        .canonical(scheme, activity, name)
        .map(String::from)
        .unwrap_or_default()
}

fn texts(keys: &[&str]) -> Vec<smol_str::SmolStr> {
    keys.iter().map(smol_str::SmolStr::new).collect()
}

#[test]
fn the_tables_have_no_flaw() {
    assert_eq!(schema().errors(), &[] as &[String]);
    assert!(schema().fields().len() > 300);
    assert!(schema().events().count() > 400);
}

#[test]
fn a_name_takes_its_role_from_the_activity() {
    use Activity::{File, ImageLoad, Other, Process, ProcessAccess, Registry};
    assert_eq!(
        canonical(Scheme::Sigma, Process, "Image"),
        "process.executable"
    );
    assert_eq!(canonical(Scheme::Sigma, File, "Image"), "actor.executable");
    assert_eq!(
        canonical(Scheme::Ecs, Process, "process.name"),
        "process.name"
    );
    assert_eq!(
        canonical(Scheme::Ecs, Registry, "process.name"),
        "actor.name"
    );
    assert_eq!(
        canonical(Scheme::Ecs, ProcessAccess, "process.name"),
        "source.process.name"
    );
    let name = "InitiatingProcessFileName";
    assert_eq!(
        canonical(Scheme::Defender, Process, name),
        "process.parent.name"
    );
    assert_eq!(canonical(Scheme::Defender, File, name), "actor.name");
    assert_eq!(
        canonical(Scheme::Defender, ImageLoad, "FolderPath"),
        "dll.path"
    );
    assert_eq!(
        canonical(Scheme::Cim, Other, "Processes.process"),
        "process.command_line"
    );
    assert_eq!(
        canonical(Scheme::Cim, Other, "Registry.process_name"),
        "actor.name"
    );
    assert_eq!(
        canonical(Scheme::Udm, Process, "principal.process.file.full_path"),
        "process.parent.executable"
    );
}

#[test]
fn schemes_look_further_in_the_ones_they_contain() {
    let other = Activity::Other;
    assert_eq!(
        canonical(Scheme::Ecs, other, "winlog.event_data.SubjectUserName"),
        "event.user.subject"
    );
    assert_eq!(
        canonical(Scheme::Cim, other, "ScriptBlockText"),
        "powershell.script_block"
    );
    assert_eq!(
        canonical(Scheme::Sentinel, other, "LogonType"),
        "logon.type"
    );
    assert_eq!(
        canonical(Scheme::Ecs, Activity::Process, "process.name.caseless"),
        "process.name"
    );
    assert_eq!(canonical(Scheme::Udm, other, "Image"), "");
}

#[test]
fn projections_take_the_part_they_say() {
    let of = |id: &str| schema().projection(id).expect("projects").clone();
    assert_eq!(of("process.name").of, "process.executable");
    assert_eq!(of("process.name").kind, ProjectionKind::BaseName);
    let take = |id: &str, value| of(id).kind.apply(value).map(str::to_owned);
    assert_eq!(
        take("process.name", r"C:\a\b.exe").as_deref(),
        Some("b.exe")
    );
    assert_eq!(take("process.name", "b.exe").as_deref(), Some("b.exe"));
    assert_eq!(
        take("file.directory", "/etc/cron.d/x").as_deref(),
        Some("/etc/cron.d")
    );
    assert_eq!(take("file.extension", r"C:\a.b\c"), None);
    assert_eq!(
        take("file.extension", r"C:\a.b\c.tar.gz").as_deref(),
        Some("gz")
    );
    assert_eq!(take("file.extension", "/home/.bashrc"), None);
    assert_eq!(
        take("process.hash.md5", "SHA1=AA, md5=BB,IMPHASH=CC").as_deref(),
        Some("BB")
    );
    assert_eq!(
        take("process.user.name", r"NT AUTHORITY\SYSTEM").as_deref(),
        Some("SYSTEM")
    );
    assert!(schema().projection("process.executable").is_none());
}

#[test]
fn names_shown_tell_roles_apart() {
    let show = |id| schema().display_name(id, Scheme::Sigma);
    assert_eq!(show("process.executable"), "Image");
    assert_eq!(show("actor.executable"), "Image (actor)");
    assert_eq!(show("source.process.executable"), "SourceImage");
    assert_eq!(show("process.parent.executable"), "ParentImage");
    assert_eq!(show("process.name"), "process.name");
    assert_eq!(show("file.path"), "TargetFilename");
    assert_eq!(show("process.hashes"), "Hashes");
    assert_eq!(show("event.code"), "EventID");
    assert_eq!(show("no.such.field"), "no.such.field");
    assert_eq!(
        schema().display_name("process.parent.executable", Scheme::Defender),
        "InitiatingProcessFolderPath"
    );
}

/// Two fields never share a shown name, and a shown name leads back to its field.
#[test]
fn shown_names_are_unambiguous() {
    for scheme in Scheme::ALL {
        let mut seen = std::collections::BTreeMap::new();
        for field in schema().fields() {
            let shown = schema().display_name(&field.id, scheme);
            if let Some(other) = seen.insert(shown.clone(), field.id.clone()) {
                panic!("{scheme:?} shows {other} and {} as {shown}", field.id);
            }
            let bare = shown.split(" (").next().unwrap_or(&shown);
            assert!(
                schema()
                    .lookup_field(bare)
                    .iter()
                    .any(|found| found.id == field.id),
                "{shown} does not lead back to {}",
                field.id
            );
        }
    }
}

#[test]
fn a_name_is_found_in_any_scheme_and_case() {
    let ids = |name: &str| -> Vec<String> {
        let found = schema().lookup_field(name);
        found.iter().map(|field| field.id.to_string()).collect()
    };
    assert_eq!(
        ids("image"),
        [
            "process.executable",
            "actor.executable",
            "source.process.executable"
        ]
    );
    assert_eq!(ids("winlog.event_data.TargetObject"), ["registry.path"]);
    assert_eq!(ids("Processes.process_name"), ["process.name"]);
    assert!(ids("zzz").is_empty());
}

#[test]
fn sigma_sources_name_their_events() {
    let events = schema().sigma_events("windows", "process_creation", "");
    assert_eq!(events, texts(&["Security-Auditing/4688", "Sysmon/1"]));
    assert_eq!(
        schema().sigma_activity("windows", "registry_set", ""),
        Activity::Registry
    );
    assert_eq!(
        schema().sigma_events("linux", "", "sshd"),
        texts(&["Linux-Auth/*"])
    );
    assert!(schema().sigma_events("", "", "").is_empty());
    assert!(schema().sigma_events("nothing", "", "here").is_empty());
    let source = &schema().event("Sysmon/12").expect("listed").sigma_sources;
    assert!(source.iter().any(|own| own == "windows/registry_add/"));
}

#[test]
fn elastic_sources_name_their_events() {
    let none: &[smol_str::SmolStr] = &[];
    let ask = |index: &[&str], category: &[&str], kind: &[&str], os: &[&str]| {
        schema().ecs_events(&texts(index), &texts(category), &texts(kind), &texts(os))
    };
    let endpoint = ["logs-endpoint.events.process-*"];
    assert_eq!(
        ask(&endpoint, &["process"], &["start"], &["windows"]),
        texts(&["Security-Auditing/4688", "Sysmon/1"])
    );
    assert_eq!(
        ask(
            &["winlogbeat-*", endpoint[0]],
            &["process"],
            &["start"],
            &["linux"]
        ),
        texts(&["Auditd/EXECVE", "Sysmon-Linux/1"])
    );
    assert_eq!(
        ask(&["logs-aws.cloudtrail-*"], &[], &[], &[]),
        texts(&["AWS-CloudTrail/*"])
    );
    assert_eq!(
        ask(&["winlogbeat-*", "logs-system.security*"], &[], &[], &[]),
        texts(&["Eventlog/1102", "Security-Auditing/*"])
    );
    assert_eq!(
        ask(
            &["cluster:logs-endpoint.events.registry*"],
            &["registry"],
            &["change"],
            &[]
        ),
        texts(&["Sysmon/13", "Sysmon/14"])
    );
    assert!(schema().ecs_events(none, none, none, none).is_empty());
    assert_eq!(
        schema().ecs_activity(&texts(&["logs-endpoint.events.file-*"]), none),
        Activity::File
    );
    assert_eq!(
        schema().ecs_activity(&texts(&["winlogbeat-*"]), &texts(&["library"])),
        Activity::ImageLoad
    );
}

#[test]
fn tests_of_routing_fields_narrow() {
    let narrow =
        |events: &[&str], field, values: &[&str]| schema().narrow(&texts(events), field, values);
    let security = ["Eventlog/1102", "Security-Auditing/*"];
    assert_eq!(
        narrow(&security, "EventID", &["4624"]),
        texts(&["Security-Auditing/4624"])
    );
    assert_eq!(
        narrow(&security, "event.code", &["1102"]),
        texts(&["Eventlog/1102"])
    );
    assert_eq!(
        narrow(&["Security-Auditing/*"], "EventID", &["9999", "4625"]),
        texts(&["Security-Auditing/4625", "Security-Auditing/9999"])
    );
    let scm = ["Service-Control-Manager/7045"];
    assert_eq!(narrow(&["System/*"], "EventID", &["7045"]), texts(&scm));
    let provider = narrow(&["System/*"], "Provider_Name", &["Service Control Manager"]);
    assert_eq!(provider, texts(&["Service-Control-Manager/*"]));
    assert_eq!(
        schema().narrow(&provider, "EventID", &["7045"]),
        texts(&scm)
    );
    assert_eq!(
        narrow(&["Windows/*"], "EventID", &["4104"]),
        texts(&["PowerShell/4104"])
    );
    assert_eq!(
        narrow(
            &["Sysmon/12", "Sysmon/13", "Sysmon/14"],
            "registry.event_type",
            &["DeleteKey"]
        ),
        texts(&["Sysmon/12"])
    );
    assert_eq!(
        narrow(&["AWS-CloudTrail/*"], "cloud.api.action", &["CreateUser"]),
        texts(&["AWS-CloudTrail/CreateUser"])
    );
    assert_eq!(
        narrow(&["Sysmon/11", "Sysmon/23"], "ActionType", &["FileDeleted"]),
        texts(&["Sysmon/23"])
    );
    let process = ["Auditd/EXECVE", "Security-Auditing/4688", "Sysmon/1"];
    assert_eq!(
        narrow(&process, "host.os.type", &["windows"]),
        texts(&process[1..])
    );
    assert_eq!(narrow(&process, "EventID", &["1*"]), texts(&process));
    assert_eq!(narrow(&process, "process.name", &["x"]), texts(&process));
}

#[test]
fn events_are_known_by_provider_channel_and_id() {
    let key = |provider, channel, id| schema().event_key(provider, channel, id).map(String::from);
    assert_eq!(
        key("Microsoft-Windows-Sysmon", "", "1").as_deref(),
        Some("Sysmon/1")
    );
    assert_eq!(
        key("", "Security", "1102").as_deref(),
        Some("Eventlog/1102")
    );
    assert_eq!(
        key("", "Security", "4624").as_deref(),
        Some("Security-Auditing/4624")
    );
    assert_eq!(
        key("", "System", "7045").as_deref(),
        Some("Service-Control-Manager/7045")
    );
    assert_eq!(key("nobody", "", "1"), None);
    let event = schema().event("Security-Auditing/4688").expect("listed");
    assert_eq!(event.title, "A new process has been created");
    assert_eq!(event.channel, "Security");
    assert!(event.fields.iter().any(|field| field == "NewProcessName"));
    assert_eq!(schema().event_title("Security-Auditing/9999"), "Event 9999");
    assert_eq!(
        schema().describe_event("AWS-CloudTrail/CreateUser").title,
        "CreateUser"
    );
}

#[test]
fn any_schemes_source_is_known() {
    let known = |name: &str| schema().source_events(name).map(|(_, activity)| activity);
    assert_eq!(known("DeviceProcessEvents"), Some(Activity::Process));
    assert_eq!(known("Endpoint.Registry"), Some(Activity::Registry));
    assert_eq!(known("windows/image_load/"), Some(Activity::ImageLoad));
    assert_eq!(
        known("logs-endpoint.events.network-default"),
        Some(Activity::Network)
    );
    assert_eq!(known("no such source"), None);
}

#[test]
fn a_named_operation_is_an_event_of_the_log_that_records_it() {
    let narrow =
        |events: &[&str], field, values: &[&str]| schema().narrow(&texts(events), field, values);
    let several = ["AWS-CloudTrail/*", "Okta/*", "Security-Auditing/4720"];
    assert_eq!(
        narrow(&several, "cloud.api.action", &["user.account.lock"]),
        texts(&["Okta/user.account.lock"])
    );
    // What other sources call an action is no operation of theirs.
    assert_eq!(
        narrow(
            &["Azure-Activity/*", "Network-Flow/*", "Sysmon/3"],
            "event.action",
            &["connection_attempted"]
        ),
        texts(&["Sysmon/3"])
    );
    assert_eq!(
        narrow(&["Network-Flow/*"], "event.action", &["netflow_flow"]),
        texts(&["Network-Flow/*"])
    );
    // An operation that is narrowed to stays that one.
    assert_eq!(
        narrow(&["Okta/a.b", "Okta/c.d"], "cloud.api.action", &["a.b"]),
        texts(&["Okta/a.b"])
    );
    assert_eq!(
        narrow(&["Auditd/*"], "linux.audit_type", &["EXECVE", "USER_LOGIN"]),
        texts(&["Auditd/EXECVE", "Auditd/USER_LOGIN"])
    );
    assert_eq!(
        narrow(&["Auditd/*"], "event.action", &["opened-file"]),
        texts(&["Auditd/*"])
    );
}

#[test]
fn what_no_event_fits_leaves_none() {
    let narrow =
        |events: &[&str], field, values: &[&str]| schema().narrow(&texts(events), field, values);
    let table = |name| schema().table_events(name).expect("a table").0;
    let device = table("DeviceEvents");
    let found = schema().narrow(&device, "event.action", &["PnpDeviceConnected"]);
    assert_eq!(found, texts(&["DeviceEvents/PnpDeviceConnected"]));
    let found = schema().narrow(
        &device,
        "event.action",
        &["OpenProcessApiCall", "UserAccountCreated"],
    );
    assert_eq!(found, texts(&["Security-Auditing/4720", "Sysmon/10"]));
    let asked = table("IdentityQueryEvents");
    let found = schema().narrow(&asked, "event.action", &["LDAP query"]);
    assert_eq!(found, texts(&["IdentityQueryEvents/LDAP query"]));
    assert!(narrow(&["Sysmon/11"], "event.action", &["SensitiveFileRead"]).is_empty());
    // Kinds of actions tell no events apart, and neither do unknown data sets.
    let change = ["Security-Auditing/4720"];
    assert_eq!(
        narrow(&change, "event.action", &["created"]),
        texts(&change)
    );
    assert_eq!(narrow(&change, "event.dataset", &["x.y"]), texts(&change));
}

#[test]
fn a_provider_of_a_log_is_told_from_others() {
    let table = schema().table_events("SecurityEvent").expect("a table").0;
    let adfs = schema().narrow(&table, "event.provider", &["AD FS Auditing"]);
    assert_eq!(adfs, texts(&["AD-FS-Auditing/*"]));
    assert_eq!(
        schema().narrow(&adfs, "event.code", &["412"]),
        texts(&["AD-FS-Auditing/412"])
    );
    let unknown = schema().narrow(&texts(&["System/*"]), "event.provider", &["Some Driver"]);
    assert_eq!(unknown, texts(&["Some Driver/*"]));
}

#[test]
fn an_operation_is_one_field_in_every_audit_log() {
    let named = [
        (Scheme::Sigma, "eventName"),
        (Scheme::Ecs, "event.action"),
        (Scheme::Ecs, "okta.event_type"),
        (Scheme::Cim, "command"),
        (Scheme::Defender, "ActionType"),
        (Scheme::Sentinel, "OperationName"),
        (Scheme::Udm, "metadata.product_event_type"),
    ];
    for (scheme, name) in named {
        let found = schema().canonical(scheme, Activity::Audit, name);
        assert_eq!(found.as_deref(), Some("cloud.api.action"), "{name}");
    }
    let elsewhere = schema().canonical(Scheme::Ecs, Activity::Process, "event.action");
    assert_eq!(elsewhere.as_deref(), Some("event.action"));
    let okta = schema().canonical_in(Some("Okta/*"), Scheme::Sigma, Activity::Audit, "eventType");
    assert_eq!(okta.as_deref(), Some("cloud.api.action"));
    assert_eq!(
        schema().ecs_activity(
            &texts(&["filebeat-*", "logs-okta*"]),
            &texts(&["authentication"])
        ),
        Activity::Audit
    );
    assert_eq!(
        schema().udm_product("aws cloudtrail"),
        Some((texts(&["AWS-CloudTrail/*"]), Activity::Audit))
    );
}
