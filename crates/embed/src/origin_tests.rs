use super::*;

/// Number, parent, group, session, start.
type Row = (u32, u32, u32, u32, u64);

const USER: u32 = 7;

fn process((_, parent, group, session, start): Row, has_terminal: bool, user: u32) -> Process {
    Process { parent, group, session, has_terminal, start, privileges: Privileges::of_user(user) }
}

/// Whether process 10 of group 10 and session 5, which has a terminal, has started a process with these ancestors.
/// `others` run other programs, `weak` have another user.
fn started(own: Row, ancestors: &[Row], others: &[u32], weak: &[u32], has_terminal: bool) -> bool {
    let origin = Origin { process: 10, start: 50, session: 5, group: 10, privileges: Privileges::of_user(USER) };
    origin.has_started(&process(own, has_terminal, USER), |number| {
        let row = ancestors.iter().find(|row| row.0 == number)?;
        let user = if weak.contains(&number) { 8 } else { USER };
        Some((process(*row, has_terminal, user), others.contains(&number)))
    })
}

const ORIGIN: Row = (10, 5, 10, 5, 50);
const LOGIN_SHELL: Row = (5, 2, 5, 5, 10);

#[test]
fn what_the_origin_starts_counts_even_when_it_has_gone() {
    for (own, ancestors) in [
        ((20, 10, 10, 5, 60), &[ORIGIN, LOGIN_SHELL][..]),
        ((20, 15, 10, 5, 60), &[(15, 10, 10, 5, 55), ORIGIN, LOGIN_SHELL]),
        ((20, 1, 10, 5, 60), &[]),
        // A group of its own, made by the origin or by `timeout` below it.
        ((20, 10, 20, 5, 60), &[ORIGIN, LOGIN_SHELL]),
        ((20, 15, 15, 5, 60), &[(15, 10, 15, 5, 55), ORIGIN, LOGIN_SHELL]),
        // A group that the origin has made for itself.
        ((20, 10, 12, 5, 60), &[(10, 5, 12, 5, 50), LOGIN_SHELL]),
        // A session of its own; with a shell in it; of which the leader has gone.
        ((20, 10, 20, 20, 60), &[ORIGIN, LOGIN_SHELL]),
        ((20, 15, 15, 15, 60), &[(15, 10, 15, 15, 55), ORIGIN, LOGIN_SHELL]),
        ((20, 1, 15, 15, 60), &[]),
    ] {
        assert!(started(own, ancestors, &[5, 15], &[], true), "{own:?}");
        assert!(started(own, ancestors, &[5, 15], &[], false), "{own:?}");
    }
}

#[test]
fn commands_of_a_person_do_not_count() {
    for (own, ancestors) in [
        // A shell below the origin, or in its place; in the background there; in a script there.
        ((20, 15, 20, 5, 60), &[(15, 10, 15, 5, 55), ORIGIN, LOGIN_SHELL][..]),
        ((20, 10, 20, 5, 60), &[ORIGIN, LOGIN_SHELL]),
        ((20, 18, 18, 5, 60), &[(18, 15, 18, 5, 57), (15, 10, 15, 5, 55), ORIGIN, LOGIN_SHELL]),
        // The shell from which the origin was started, after that.
        ((20, 5, 20, 5, 60), &[LOGIN_SHELL]),
        // A terminal that the origin has opened.
        ((20, 15, 20, 15, 60), &[(15, 10, 15, 15, 55), ORIGIN, LOGIN_SHELL]),
        ((20, 1, 20, 5, 60), &[]),
    ] {
        assert!(!started(own, ancestors, &[5, 10, 15, 18], &[], true), "{own:?}");
    }
}

#[test]
fn below_a_process_that_may_do_less_nothing_counts() {
    let own = (20, 15, 10, 5, 60);
    let ancestors = [(15, 12, 10, 5, 55), (12, 10, 10, 5, 52), ORIGIN, LOGIN_SHELL];
    assert!(started(own, &ancestors, &[], &[10, 5], true), "the origin may have given up privileges");
    assert!(!started(own, &ancestors, &[], &[15], true));
    assert!(!started(own, &ancestors, &[], &[12], false));
    assert!(!Origin { privileges: Privileges::of_user(8), ..Origin::own().unwrap() }.has_started_this_process());
}

#[test]
fn a_process_that_executes_something_else_stays_what_it_is() {
    let own = Origin::own().unwrap();
    assert!(own.has_started_this_process());
    assert_eq!(Origin::decode(&mut own.encode().split(':')), Some(own));
}
