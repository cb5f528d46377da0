//! The commit that a folder is checked out at.
//!
//! A minimal reader: it follows `.git` (a folder, or the `gitdir:` file of a worktree or
//! submodule), `HEAD`, loose refs and `packed-refs`. It needs no git and reads no objects.

use std::fs;
use std::path::{Path, PathBuf};

/// Longest chain of symbolic refs that is followed.
const MAX_HOPS: usize = 5;

/// The commit id of the checkout whose top folder is `root`, if it is one.
pub(crate) fn head_commit(root: &Path) -> Option<String> {
    let git = git_folder(&root.join(".git"))?;
    let common = common_folder(&git);
    let mut text = fs::read_to_string(git.join("HEAD")).ok()?;
    for _ in 0..MAX_HOPS {
        let line = text.trim();
        let Some(name) = line.strip_prefix("ref:").map(str::trim) else {
            return is_object_id(line).then(|| line.to_owned());
        };
        if !is_safe_ref(name) {
            return None;
        }
        text = [&git, &common]
            .into_iter()
            .find_map(|folder| fs::read_to_string(folder.join(name)).ok())
            .or_else(|| packed(&common, name))?;
    }
    None
}

/// The address of the remote `origin`, if the checkout has one over http or ssh.
pub(crate) fn origin(root: &Path) -> Option<String> {
    let common = common_folder(&git_folder(&root.join(".git"))?);
    let config = fs::read_to_string(common.join("config")).ok()?;
    let mut inside = false;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[remote \"origin\"]";
        } else if inside && let Some(rest) = line.strip_prefix("url") {
            let url = rest.trim_start().strip_prefix('=')?.trim();
            return Some(without_credentials(url));
        }
    }
    None
}

/// Drops `user:password@` from an http address: it must not reach a catalogue.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

fn git_folder(dot_git: &Path) -> Option<PathBuf> {
    if dot_git.is_dir() {
        return Some(dot_git.to_path_buf());
    }
    let text = fs::read_to_string(dot_git).ok()?;
    let target = text.trim().strip_prefix("gitdir:")?.trim();
    Some(dot_git.parent()?.join(target))
}

/// A worktree keeps its own HEAD and shares refs with the main checkout.
fn common_folder(git: &Path) -> PathBuf {
    match fs::read_to_string(git.join("commondir")) {
        Ok(text) => git.join(text.trim()),
        Err(_) => git.to_path_buf(),
    }
}

fn packed(common: &Path, name: &str) -> Option<String> {
    let text = fs::read_to_string(common.join("packed-refs")).ok()?;
    text.lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(_, found)| *found == name)
        .map(|(id, _)| id.to_owned())
}

fn is_safe_ref(name: &str) -> bool {
    name.starts_with("refs/") && name.split('/').all(|part| part != ".." && !part.is_empty())
}

fn is_object_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef01234567";

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().expect("has a parent")).expect("folder is made");
        fs::write(path, text).expect("file is written");
    }

    #[test]
    fn loose_packed_and_detached_heads() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let git = dir.path().join(".git");
        write(&git.join("HEAD"), "ref: refs/heads/main\n");
        assert_eq!(head_commit(dir.path()), None);
        write(
            &git.join("packed-refs"),
            &format!("# pack-refs with: peeled\n{ID} refs/heads/main\n"),
        );
        assert_eq!(head_commit(dir.path()).as_deref(), Some(ID));
        let loose = ID.replace('0', "f");
        write(&git.join("refs/heads/main"), &format!("{loose}\n"));
        assert_eq!(head_commit(dir.path()), Some(loose));
        write(&git.join("HEAD"), &format!("{ID}\n"));
        assert_eq!(head_commit(dir.path()).as_deref(), Some(ID));
    }

    #[test]
    fn a_worktree_shares_refs() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let main = dir.path().join("main/.git");
        write(&main.join("refs/heads/side"), ID);
        let own = main.join("worktrees/side");
        write(&own.join("HEAD"), "ref: refs/heads/side");
        write(&own.join("commondir"), "../..\n");
        let tree = dir.path().join("side");
        write(&tree.join(".git"), "gitdir: ../main/.git/worktrees/side\n");
        assert_eq!(head_commit(&tree).as_deref(), Some(ID));
    }

    #[test]
    fn refs_outside_the_folder_are_refused() {
        let dir = tempfile::tempdir().expect("temporary folder");
        write(&dir.path().join("secret"), ID);
        write(&dir.path().join(".git/HEAD"), "ref: refs/../../secret");
        assert_eq!(head_commit(dir.path()), None);
    }

    #[test]
    fn the_remote_is_kept_without_credentials() {
        let dir = tempfile::tempdir().expect("temporary folder");
        write(
            &dir.path().join(".git/config"),
            "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = https://me:pw@host.test/a/b\n",
        );
        assert_eq!(origin(dir.path()).as_deref(), Some("https://host.test/a/b"));
    }
}
