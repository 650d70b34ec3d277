use super::*;
use crate::privileges::Privileges;

fn interprets(arguments: &[CString], ancestors: &[Vec<CString>]) -> bool {
    let roots = crate::interpreter::roots("/opt/app".into(), 13);
    let run = pyox_interpreter_config::Run::Script { file: "script.py".into() };
    super::interprets(arguments, ancestors, &crate::invocation::Recognised { roots: &roots, run: &run })
}

fn words(arguments: &[&str]) -> Vec<CString> {
    arguments.iter().map(|argument| CString::new(*argument).unwrap()).collect()
}

/// Processes by number, each with its parent, session and start.
fn ancestors(own: (u32, u32, u64), processes: &[(u32, u32, u32, u64)], others: &[u32]) -> Vec<u32> {
    let privileges = |user| Privileges::of_user(user);
    let process = |parent, session, start, user| Process {
        parent,
        group: session,
        session,
        has_terminal: true,
        start,
        privileges: privileges(user),
    };
    let found = trusted_ancestors(&process(own.0, own.1, own.2, 7), |number| {
        let &(number, parent, session, start) = processes.iter().find(|process| process.0 == number)?;
        Some(process(parent, session, start, if others.contains(&number) { 8 } else { 7 }))
    });
    found.into_iter().map(|(number, _)| number).collect()
}

#[test]
fn ancestors_of_another_session_or_user_end_the_lineage() {
    let tree = [(50, 40, 30, 90), (40, 30, 30, 80), (30, 20, 30, 70), (20, 1, 20, 60), (1, 0, 1, 0)];
    assert_eq!(ancestors((50, 30, 99), &tree, &[]), [50, 40, 30]);
    assert_eq!(ancestors((50, 60, 99), &tree, &[]), [50], "a new session");
    assert_eq!(ancestors((50, 30, 99), &tree, &[40]), [50], "what is above another user");
    assert_eq!(ancestors((50, 30, 99), &tree, &[50]), [0; 0]);
    assert_eq!(ancestors((45, 30, 99), &tree, &[]), [0; 0], "a parent that is not shown");
}

#[test]
fn a_process_younger_than_its_child_is_no_ancestor() {
    assert_eq!(ancestors((50, 30, 99), &[(50, 40, 30, 100)], &[]), [0; 0]);
    assert_eq!(ancestors((50, 30, 99), &[(50, 40, 30, 90), (40, 0, 30, 91)], &[]), [50]);
}

#[test]
fn the_first_process_adopts_orphans_of_other_sessions() {
    assert_eq!(ancestors((1, 30, 99), &[(1, 0, 1, 0)], &[]), [0; 0]);
    assert_eq!(ancestors((1, 1, 99), &[(1, 0, 1, 0)], &[]), [1], "the program is the first process of a container");
}

#[test]
fn arguments_that_the_application_was_given_mean_the_application() {
    let command = words(&["-c", "print()"]);
    let application = |arguments: &[&str]| vec![words(arguments)];
    assert!(interprets(&command, &application(&["serve"])));
    assert!(interprets(&command, &application(&[])));
    assert!(!interprets(&command, &application(&["-c", "print()"])));
    assert!(!interprets(&command, &application(&["run", "--", "-c", "print()"])));
    assert!(interprets(&command, &application(&["-c", "other"])));
    // Worker processes made by fork have the arguments of the application.
    assert!(!interprets(&command, &[words(&["-c", "print()"]), words(&["-c", "print()"])]));
    // An interpreter may start itself again with the same arguments.
    assert!(interprets(&command, &[words(&["-c", "print()"]), words(&["serve"])]));
    // So may a helper process, even if what has started it has ended.
    let helper = words(&["--multiprocessing-fork", "pipe_handle=7"]);
    assert!(interprets(&helper, std::slice::from_ref(&helper)));
    assert!(!interprets(&words(&["run"]), &application(&["serve"])));
    // Whoever has chosen the arguments may not choose packed code either.
    let packed = words(&["/opt/app/python/bin/tool", "x"]);
    assert!(interprets(&packed, &application(&["serve"])));
    assert!(!interprets(&packed, &application(&["/opt/app/python/bin/tool", "x"])));
    assert!(!interprets(&packed, &application(&["run", "/opt/app/python/bin/tool", "x"])));
}
