use super::{MarshalError, canonicalise};

fn canonical(stream: &[u8]) -> Vec<u8> {
    canonicalise(stream, (3, 12)).expect("a marshal stream")
}

#[test]
fn equal_values_become_references_and_useless_flags_go() {
    // ('ab', 'ab', 1, 1): flagged for nothing, and written twice.
    let stream = b"\xa9\x04\xfa\x02abz\x02ab\xe9\x01\0\0\0r\x02\0\0\0";
    assert_eq!(canonical(stream), b")\x04\xfa\x02abr\0\0\0\0i\x01\0\0\0i\x01\0\0\0");
}

#[test]
fn a_string_that_is_interned_once_is_interned_everywhere() {
    assert_eq!(canonical(b")\x02z\x02abZ\x02ab"), b")\x02\xda\x02abr\0\0\0\0");
    assert_eq!(canonical(b")\x02Z\x02abz\x02ab"), b")\x02\xda\x02abr\0\0\0\0");
    assert_eq!(canonical(b"z\x01."), b"Z\x01.");
    assert_eq!(canonical(b"u\x02\0\0\0\xc3\xa4"), b"t\x02\0\0\0\xc3\xa4");
}

#[test]
fn different_types_stay_apart() {
    // (1, 1.0, True, b'', '')
    let stream = b")\x05i\x01\0\0\0g\0\0\0\0\0\0\xf0?Ts\0\0\0\0Z\0";
    assert_eq!(canonical(stream), stream);
    // 0.0 and -0.0
    let stream = b")\x02g\0\0\0\0\0\0\0\0g\0\0\0\0\0\0\0\x80";
    assert_eq!(canonical(stream), stream);
}

#[test]
fn members_of_sets_are_ordered_by_content() {
    let one = canonical(b">\x03\0\0\0z\x02abN)\x01\xda\x02cd");
    let other = canonical(b">\x03\0\0\0)\x01\xda\x02cdz\x02abN");
    assert_eq!(one, other);
    assert_eq!(canonical(b">\x02\0\0\0z\x02abN"), canonical(b">\x02\0\0\0Nz\x02ab"));
    assert_eq!(canonical(b">\x02\0\0\0)\x01z\x02cdN"), canonical(b"\xbe\x02\0\0\0N\xa9\x01\xfa\x02cd"));
}

#[test]
fn lists_keep_their_identity() {
    // Two equal lists, and one list twice.
    assert_eq!(canonical(b")\x02[\0\0\0\0[\0\0\0\0"), b")\x02[\0\0\0\0[\0\0\0\0");
    assert_eq!(canonical(b"\xa9\x02\xdb\0\0\0\0r\x01\0\0\0"), b")\x02\xdb\0\0\0\0r\0\0\0\0");
    // A dictionary: {'a': None}.
    assert_eq!(canonical(b"{Z\x01aN0"), b"{Z\x01aN0");
}

#[test]
fn the_canonical_form_is_a_fixed_point() {
    for stream in [
        b")\x02z\x02abZ\x02ab".as_slice(),
        b">\x03\0\0\0z\x02abN)\x01\xda\x02cd",
        b"\xa9\x04\xfa\x02abz\x02ab\xe9\x01\0\0\0r\x02\0\0\0",
    ] {
        let once = canonical(stream);
        assert_eq!(canonical(&once), once);
    }
}

#[test]
fn damage_is_told_and_never_fatal() {
    let error = |stream: &[u8]| canonicalise(stream, (3, 12)).expect_err("damage");
    assert_eq!(error(b""), MarshalError::Truncated { offset: 0 });
    assert_eq!(error(b"z\x05ab"), MarshalError::Truncated { offset: 4 });
    assert_eq!(error(b"NN"), MarshalError::Trailing { offset: 1 });
    assert_eq!(error(b"?"), MarshalError::UnknownType { code: b'?', offset: 0 });
    assert_eq!(error(b"r\0\0\0\0"), MarshalError::BadReference { index: 0, offset: 0 });
    // A tuple that contains itself.
    assert_eq!(error(b"\xa9\x01r\0\0\0\0"), MarshalError::BadReference { index: 0, offset: 2 });
    assert_eq!(error(b"s\xff\xff\xff\xff"), MarshalError::BadSize { size: -1, offset: 1 });
    assert!(matches!(error(&b")\x01".repeat(5000)), MarshalError::TooDeep { .. }));
    // Sizes that lie cost no memory.
    assert!(matches!(error(b"(\xff\xff\xff\x7fN"), MarshalError::Truncated { .. }));
    assert!(matches!(error(b"l\0\0\0\x80N"), MarshalError::Truncated { .. }));
    let code = b"c\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0NNNNNNNN\0\0\0\0NN";
    assert_eq!(canonical(code), code);
    for size in 0..code.len() {
        assert_eq!(error(&code[..size]), MarshalError::Truncated { offset: size });
    }
}

#[test]
fn references_are_counted_as_the_loader_counts_them() {
    // (None, 'ab', 'ab'), with a useless flag at None, which gets no number.
    assert_eq!(canonical(b")\x03\xce\xfa\x02abr\0\0\0\0"), b")\x03N\xfa\x02abr\0\0\0\0");
}

#[test]
fn what_the_loader_understands_otherwise_is_refused() {
    let error = |stream: &[u8]| canonicalise(stream, (3, 12)).expect_err("damage");
    // Latin-1, as the loader has it, and UTF-8, as it would be written.
    assert_eq!(error(b"z\x01\xe4"), MarshalError::NotAscii { offset: 2 });
    assert_eq!(error(b"A\x02\0\0\0\xc3\xa4"), MarshalError::NotAscii { offset: 5 });
    // The end of a dictionary where none is.
    assert_eq!(error(b")\x010"), MarshalError::UnknownType { code: b'0', offset: 2 });
    assert_eq!(error(b"{N00"), MarshalError::UnknownType { code: b'0', offset: 2 });
    assert_eq!(canonical(b"{NN\xb0"), b"{NN0");
}

#[test]
fn deep_streams_fit_a_small_stack() {
    let mut stream = b")\x01".repeat(999);
    stream.push(b'N');
    assert_eq!(canonical(&stream), stream);
    // Depth by references: each tuple refers to the one before it.
    let mut stream = b"(\xd0\x07\0\0".to_vec();
    stream.extend(b"\xa9\x00");
    for index in 0..1999_u32 {
        stream.extend(b"\xa9\x01r");
        stream.extend(index.to_le_bytes());
    }
    assert!(matches!(canonicalise(&stream, (3, 12)), Err(MarshalError::TooDeep { .. })));
}
