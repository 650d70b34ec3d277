//! Programs that have more privileges than the one who starts them: set-user-ID, set-group-ID, file capabilities.
//!
//! Arguments, environment, open files and the working directory come from a user who may do less than the program. The
//! kernel says so in the auxiliary vector (`AT_SECURE`), and the program then takes no orders from there: it is never
//! an interpreter, and variables of Python and of this project are not even seen.

use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::ptr::null_mut;

/// Beginnings of the names of variables that change what Python or the importer does.
const VARIABLES: [&[u8]; 2] = [b"PYTHON", b"PYOXIDIZER"];

/// The user id of the superuser.
const ROOT: u32 = 0;

/// Capabilities to become any group and any user, by number.
const SET_GROUP: u32 = 6;
const SET_USER: u32 = 7;

/// What a process may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Privileges {
    /// Real, effective and saved id of the user.
    users: Vec<u32>,
    /// The same of the group.
    groups: Vec<u32>,
    further_groups: Vec<u32>,
    /// The permitted capabilities, a bit each.
    capabilities: u64,
}

impl Privileges {
    /// Those of this process.
    pub(crate) fn own() -> Option<Self> {
        let (mut users, mut groups) = (vec![0; 3], vec![0; 3]);
        // SAFETY: each is given three places to write to; asked for no groups, the last one counts them.
        let count = unsafe {
            let [real, effective, saved] = users.get_disjoint_mut([0, 1, 2]).ok()?;
            libc::getresuid(real, effective, saved);
            let [real, effective, saved] = groups.get_disjoint_mut([0, 1, 2]).ok()?;
            libc::getresgid(real, effective, saved);
            libc::getgroups(0, null_mut())
        };
        let mut further_groups = vec![0; usize::try_from(count).ok()?];
        // SAFETY: there is room for as many as there are; the process has one thread, or none that changes them.
        let count = unsafe { libc::getgroups(count, further_groups.as_mut_ptr()) };
        further_groups.truncate(usize::try_from(count).ok()?);
        Some(Self { users, groups, further_groups, capabilities: capabilities()? })
    }

    /// Those that `/proc/PID/status` shows.
    pub(crate) fn parse(status: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(status);
        let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key));
        let ids = |key| value(key)?.split_ascii_whitespace().map(|id| id.parse().ok()).collect::<Option<Vec<u32>>>();
        let three = |key| ids(key).filter(|ids| ids.len() == 4).map(|ids| ids[..3].to_vec());
        Some(Self {
            users: three("Uid:")?,
            groups: three("Gid:")?,
            further_groups: ids("Groups:")?,
            capabilities: u64::from_str_radix(value("CapPrm:")?.trim(), 16).ok()?,
        })
    }

    /// Whether a process with these could give itself the others.
    pub(crate) fn cover(&self, others: &Self) -> bool {
        let has = |capability: u32| self.capabilities & (1 << capability) != 0;
        let own_group = |id: &u32| self.groups.contains(id) || self.further_groups.contains(id);
        (has(SET_USER) || others.users.iter().all(|id| self.users.contains(id)))
            && (has(SET_GROUP)
                || (others.groups.iter().all(|id| self.groups.contains(id))
                    && others.further_groups.iter().all(own_group)))
            && others.capabilities & !self.capabilities == 0
    }

    /// A word without white space that [`Privileges::decode`] reads.
    pub(crate) fn encode(&self) -> String {
        let list = |ids: &[u32]| ids.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let [users, groups, further] = [&self.users, &self.groups, &self.further_groups].map(|ids| list(ids));
        format!("{users};{groups};{further};{:x}", self.capabilities)
    }

    pub(crate) fn decode(text: &str) -> Option<Self> {
        let mut fields = text.split(';');
        let mut ids = || {
            let list = fields.next()?;
            list.split(',').filter(|id| !id.is_empty()).map(|id| id.parse().ok()).collect::<Option<Vec<u32>>>()
        };
        let (users, groups, further_groups) = (ids()?, ids()?, ids()?);
        Some(Self { users, groups, further_groups, capabilities: u64::from_str_radix(fields.next()?, 16).ok()? })
    }
}

#[cfg(test)]
impl Privileges {
    pub(crate) fn of_user(id: u32) -> Self {
        let capabilities = if id == ROOT { !0 } else { 0 };
        Self { users: vec![id; 3], groups: vec![id; 3], further_groups: Vec::new(), capabilities }
    }
}

/// The permitted capabilities of this process (`capget(2)`).
fn capabilities() -> Option<u64> {
    const VERSION_3: u32 = 0x2008_0522;
    let (mut header, mut data) = ([VERSION_3, 0], [[0_u32; 3]; 2]);
    // SAFETY: version 3 has a header of two numbers, and two times three numbers, of which the second is asked for.
    let outcome = unsafe { libc::syscall(libc::SYS_capget, header.as_mut_ptr(), data.as_mut_ptr()) };
    (outcome == 0).then(|| u64::from(data[0][1]) | u64::from(data[1][1]) << 32)
}

/// Whether the program has privileges that the one who started it does not have.
pub(crate) fn elevated() -> bool {
    // SAFETY: has no preconditions.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

/// Takes variables that give orders out of the environment of a program with more privileges, as the dynamic loader
/// does with its own. `-I` alone is not enough: parts of the standard library (`zoneinfo`) read variables regardless.
pub(crate) fn clean_environment() {
    if !elevated() {
        return;
    }
    for (name, _) in std::env::vars_os() {
        if VARIABLES.iter().any(|beginning| name.as_bytes().starts_with(beginning)) {
            // SAFETY: the process has one thread; Python has not started.
            unsafe { std::env::remove_var(name) }
        }
    }
}

/// Whether only those who may change the program itself, or root, may change this file. The path of a program with more
/// privileges can be a hard link in a directory of the one who starts it, and then the files next to it are those of
/// that user.
pub(crate) fn trusts(file: &Metadata) -> bool {
    !elevated()
        || std::fs::metadata("/proc/self/exe")
            .is_ok_and(|program| [ROOT, program.uid()].contains(&file.uid()) && file.mode() & 0o022 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_says_the_same_in_both_ways() {
        let own = Privileges::own().unwrap();
        assert_eq!(Privileges::parse(&std::fs::read("/proc/self/status").unwrap()), Some(own.clone()));
        assert_eq!(Privileges::decode(&own.encode()), Some(own));
        let status = b"Name:\tUid:\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t9 10 \nCapPrm:\t00000000000000ff\n";
        let privileges = Privileges::parse(status).unwrap();
        assert_eq!(privileges.encode(), "1,2,3;5,6,7;9,10;ff");
        assert_eq!(Privileges::decode(&privileges.encode()), Some(privileges));
        for wrong in ["", "1;2;3", "1;2;3;g", "x;2;3;1"] {
            assert_eq!(Privileges::decode(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn another_user_or_more_of_anything_is_not_covered() {
        let privileges = |users: &[u32], groups: &[u32], further: &[u32], capabilities| Privileges {
            users: users.to_vec(),
            groups: groups.to_vec(),
            further_groups: further.to_vec(),
            capabilities,
        };
        let own = privileges(&[7; 3], &[8; 3], &[8, 9], 0b01);
        assert!(own.cover(&own) && privileges(&[7; 3], &[8; 3], &[9, 3], 0b11).cover(&own));
        for less in [
            privileges(&[0; 3], &[8; 3], &[8, 9], 0b01),
            privileges(&[7; 3], &[0; 3], &[8, 9], 0b01),
            privileges(&[7; 3], &[8; 3], &[8], 0b01),
            privileges(&[7; 3], &[8; 3], &[8, 9], 0b10),
        ] {
            assert!(!less.cover(&own), "{less:?}");
        }
        let (root, user) = (Privileges::of_user(ROOT), Privileges::of_user(7));
        assert!(root.cover(&user) && root.cover(&own) && !user.cover(&root));
        let all_but_users = privileges(&[0; 3], &[0; 3], &[], !(1 << SET_USER));
        assert!(!all_but_users.cover(&user) && all_but_users.cover(&privileges(&[0; 3], &[7; 3], &[9], 1)));
    }
}
