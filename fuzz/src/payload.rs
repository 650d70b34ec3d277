//! A payload that is attached to any launcher is found again, by tools as by the launcher; in any bytes tools find a
//! payload that is inside, and the one that would run, or an error.

use std::ops::Range;

use pyox_program_format::{Attachment, Error, LauncherMarker, PAYLOAD_MAGIC as MAGIC, Trailer, payload_range};

/// Tries an input.
pub fn run(input: &[u8]) {
    // The last bytes say how long a payload is attached and what changes in the program; the others are the launcher.
    let Some((launcher, &[length, change, at @ ..])) = input.split_last_chunk::<4>() else { return };
    check(launcher);
    let payload = blob(48 + usize::from(length));
    let Ok(plan) = Attachment::plan(launcher, payload.len() as u64) else { return };
    let mut program = Vec::new();
    plan.write(launcher, |out| out.write_all(&payload), &mut program).expect("has the announced lengths");
    let start = usize::try_from(plan.payload_offset()).expect("is in memory");
    assert_eq!(program.len() as u64, plan.program_len());
    assert!(program[start..][..payload.len()] == payload);
    assert!(program[launcher.len()..start].iter().all(|byte| *byte == 0));
    let changed = program.iter().zip(launcher).filter(|(new, old)| new != old).count();
    assert!(changed <= 56);
    assert_eq!(payload_range(&program).expect("was just attached"), start..start + payload.len());
    check(&program);
    assert!(matches!(Attachment::plan(&program, 1), Err(Error::AlreadyAttached)));

    // Both ends of the program are where its parts are described.
    let at = usize::from(u16::from_le_bytes(at));
    let len = program.len();
    let at = if at % 2 == 0 { at / 2 % len } else { len - 1 - at / 2 % len };
    program[at] ^= change;
    check(&program);
}

/// A payload as a reader would take it.
fn blob(length: usize) -> Vec<u8> {
    let mut blob = MAGIC.to_vec();
    blob.resize(length, 1);
    blob[16..24].copy_from_slice(&(length as u64).to_le_bytes());
    blob
}

fn check(program: &[u8]) {
    let _ = LauncherMarker::read(program);
    let named = Trailer::read(program).map(|trailer| Some(trailer?.payload()));
    if let Ok(Some(named)) = &named {
        assert!(named.start < named.end && named.end == (program.len() - Trailer::LEN) as u64);
    }
    let Ok(range) = payload_range(program) else { return };
    assert!(range.start < range.end && range.end <= program.len());
    let range = range.start as u64..range.end as u64;
    assert_eq!(named.expect("has no damage").as_ref(), Some(&range));
    assert!(mapped(program).is_none_or(|mapped| mapped == range));
}

/// The segment that the launcher takes: the last one, if it is only readable and holds packed resources.
fn mapped(program: &[u8]) -> Option<Range<u64>> {
    let word = |at: usize| program.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes);
    let count = usize::from(u16::from_le_bytes(program.get(0x38..0x3a)?.try_into().ok()?));
    let table = usize::try_from(word(0x20)?).ok()?;
    let headers = (0..count).map(|number| table + 56 * number);
    let last = headers.rev().find(|&at| word(at).is_some_and(|kind| kind as u32 == 1))?;
    let (flags, start, length) = (word(last)? >> 32, word(last + 8)?, word(last + 32)?);
    let range = start..start.checked_add(length)?;
    let content = program.get(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)?;
    (flags == 4 && content.starts_with(&MAGIC)).then_some(range)
}
