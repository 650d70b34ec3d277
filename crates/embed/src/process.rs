//! What the kernel says about a process.

use std::ffi::CString;
use std::os::unix::fs::MetadataExt;

/// A process, as `/proc` shows it to everybody.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    pub(crate) parent: u32,
    pub(crate) session: u32,
    /// When it was started, in ticks of the clock since the machine was. Executing another program leaves it as it is.
    pub(crate) start: u64,
    pub(crate) privileges: Privileges,
}

/// What a process may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Privileges {
    /// Real, effective, saved and file system id of the user.
    users: Vec<u32>,
    /// The same of the group.
    groups: Vec<u32>,
    further_groups: Vec<u32>,
    /// The permitted capabilities.
    capabilities: u64,
}

impl Privileges {
    /// Whether these are those of the same user and group, and nothing is lacking that `others` have.
    pub(crate) fn cover(&self, others: &Self) -> bool {
        self.users == others.users
            && self.groups == others.groups
            && others.further_groups.iter().all(|group| self.further_groups.contains(group))
            && others.capabilities & !self.capabilities == 0
    }
}

#[cfg(test)]
impl Privileges {
    pub(crate) fn of_user(id: u32) -> Self {
        Self { users: vec![id; 4], groups: vec![id; 4], further_groups: Vec::new(), capabilities: 0 }
    }
}

impl Process {
    /// A process by its number, or `self`. `None` if it does not exist, or the kernel does not show it.
    pub(crate) fn read(process: &str) -> Option<Self> {
        let (parent, session, start) = parse_stat(&file(process, "stat")?)?;
        Some(Self { parent, session, start, privileges: parse_status(&file(process, "status")?)? })
    }
}

/// When this process was started, as in [`Process::start`].
pub(crate) fn own_start() -> Option<u64> {
    Some(parse_stat(&file("self", "stat")?)?.2)
}

/// The file that a process runs, by device and number, if this process may know.
pub(crate) fn executable(process: &str) -> Option<(u64, u64)> {
    let metadata = std::fs::metadata(format!("/proc/{process}/exe")).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// The arguments of a process, without its name.
pub(crate) fn arguments(process: &str) -> Vec<CString> {
    let bytes = file(process, "cmdline").unwrap_or_default();
    let words = bytes.strip_suffix(b"\0").unwrap_or(&bytes).split(|&byte| byte == 0);
    words.skip(1).filter_map(|word| CString::new(word).ok()).collect()
}

fn file(process: &str, name: &str) -> Option<Vec<u8>> {
    std::fs::read(format!("/proc/{process}/{name}")).ok()
}

/// Parent, session and time of the start.
fn parse_stat(bytes: &[u8]) -> Option<(u32, u32, u64)> {
    // The name before the last parenthesis may hold any bytes; after it are state, parent, group, session, 15 more.
    let end = bytes.iter().rposition(|&byte| byte == b')')?;
    let mut fields = std::str::from_utf8(&bytes[end + 1..]).ok()?.split_ascii_whitespace().skip(1);
    Some((fields.next()?.parse().ok()?, fields.nth(1)?.parse().ok()?, fields.nth(15)?.parse().ok()?))
}

fn parse_status(bytes: &[u8]) -> Option<Privileges> {
    let text = String::from_utf8_lossy(bytes);
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key));
    let ids = |key| value(key)?.split_ascii_whitespace().map(|id| id.parse().ok()).collect::<Option<Vec<u32>>>();
    Some(Privileges {
        users: ids("Uid:")?,
        groups: ids("Gid:")?,
        further_groups: ids("Groups:")?,
        capabilities: u64::from_str_radix(value("CapPrm:")?.trim(), 16).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_tells_what_a_process_is() {
        let process = Process::read("self").unwrap();
        assert_eq!(process.parent, std::os::unix::process::parent_id());
        // SAFETY: have no preconditions.
        let (session, user, group) = unsafe { (libc::getsid(0), libc::geteuid(), libc::getegid()) };
        assert_eq!(process.session as i32, session);
        assert_eq!((process.privileges.users[1], process.privileges.groups[1]), (user, group));
        let parent = Process::read(&process.parent.to_string()).unwrap();
        assert!(parent.start <= process.start && process.start > 0);
        assert_eq!(executable("self"), executable(&std::process::id().to_string()));
        let words = std::env::args_os().skip(1).map(|word| CString::new(word.into_encoded_bytes()).unwrap());
        assert_eq!(arguments("self"), words.collect::<Vec<_>>());
    }

    #[test]
    fn a_name_forges_no_field() {
        let stat = b"7 (a) R 1 1 1) S 5 6 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 2345 25";
        assert_eq!(parse_stat(stat), Some((5, 8, 2345)));
        let status = b"Name:\tUid:\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t9 10 \nCapPrm:\t00000000000000ff\n";
        let privileges = parse_status(status).unwrap();
        assert_eq!((privileges.users[1], privileges.further_groups, privileges.capabilities), (2, vec![9, 10], 0xff));
    }

    #[test]
    fn another_user_or_more_of_anything_is_not_covered() {
        let privileges = |users: &[u32], groups: &[u32], further: &[u32], capabilities| Privileges {
            users: users.to_vec(),
            groups: groups.to_vec(),
            further_groups: further.to_vec(),
            capabilities,
        };
        let own = privileges(&[7; 4], &[8; 4], &[8, 9], 0b01);
        assert!(own.cover(&own) && privileges(&[7; 4], &[8; 4], &[9, 8, 3], 0b11).cover(&own));
        for less in [
            privileges(&[0; 4], &[8; 4], &[8, 9], !0),
            privileges(&[7, 0, 0, 0], &[8; 4], &[8, 9], 0b01),
            privileges(&[7, 7, 0, 7], &[8; 4], &[8, 9], 0b01),
            privileges(&[7; 4], &[0; 4], &[8, 9], 0b01),
            privileges(&[7; 4], &[8; 4], &[8], 0b01),
            privileges(&[7; 4], &[8; 4], &[8, 9], 0b10),
        ] {
            assert!(!less.cover(&own), "{less:?}");
        }
    }
}
