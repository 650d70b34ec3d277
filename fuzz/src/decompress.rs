//! Values and dictionaries with any frames: what an encoder made is read as what it was, anything else is an error or
//! what a streaming decoder makes of it, and memory follows what is stored.

use std::io::Read as _;

use arbitrary::{Arbitrary, Unstructured};
use pyox_packed_resources::{Blob, Decoder, Dictionary, Encoding, FieldKind, SectionKind, Writer};

use crate::walk;

/// The first bytes of the input; then the dictionary and the value follow.
#[derive(Arbitrary)]
struct Start {
    /// The dictionary is given as its content, not as the bytes of its section.
    encode_dictionary: bool,
    /// The value is given as its content, not as a frame.
    encode_value: bool,
    with_dictionary: bool,
    checksum: bool,
    level: u8,
    /// How often the content of the value is there once more.
    repeat: u8,
    /// Added to the length that the field states.
    lie: i8,
    dictionary_length: u16,
}

const SECTION: SectionKind = SectionKind::Other(4096);

/// Tries an input.
pub fn run(bytes: &[u8]) {
    let mut input = Unstructured::new(bytes);
    let Ok(start) = Start::arbitrary(&mut input) else { return };
    let rest = input.take_rest();
    let (dictionary, value) = rest.split_at(rest.len().min(start.dictionary_length.into()));
    let level = i32::from(start.level % 19) + 1;

    let section = if start.encode_dictionary {
        zstd::bulk::compress(dictionary, level).expect("compresses")
    } else {
        dictionary.to_vec()
    };
    let content = value.repeat(1 + usize::from(start.repeat));
    let mut encoded = None;
    if start.encode_value {
        let used = if start.with_dictionary { dictionary } else { &[] };
        encoded = zstd::bulk::Compressor::with_dictionary(level, used).ok().and_then(|mut compressor| {
            compressor.include_checksum(start.checksum).expect("is a parameter");
            compressor.compress(&content).ok()
        });
    }
    let frame = encoded.clone().unwrap_or_else(|| value.to_vec());
    let stated = zstd::zstd_safe::get_frame_content_size(&frame).ok().flatten().unwrap_or_default();
    let length = stated.wrapping_add_signed(start.lie.into());

    let mut writer = Writer::new();
    writer.section(SECTION, section).entry("m").field(FieldKind::Source, frame.clone());
    let mut bytes = writer.to_vec().expect("is written");
    let encoding = if start.with_dictionary { Encoding::Dictionary(0) } else { Encoding::Zstd };
    lie(&mut bytes, encoding, length);

    let blob = Blob::open(&bytes).expect("opens");
    let _ = walk::walk(&bytes);
    let decoder = Decoder::new();
    let field = blob.entry("m").expect("is whole").expect("is there").field(FieldKind::Source);
    let field = field.expect("is whole").expect("is there");
    let kept = Dictionary::all_of(&blob).expect("are inside").swap_remove(0).expect("is there").content();
    if start.encode_dictionary {
        assert_eq!(kept.as_ref().expect("was just made"), dictionary);
    }
    let used = if start.with_dictionary { kept.unwrap_or_default() } else { Vec::new() };
    // The second time, the decompressor is there already.
    for value in [decoder.read(&field), decoder.read(&field), field.read()] {
        match value {
            Ok(value) => {
                assert_eq!(value.len() as u64, length);
                let mut stream =
                    zstd::Decoder::with_dictionary(&*frame, &used).expect("has a good dictionary").single_frame();
                stream.window_log_max(31).expect("is a parameter");
                let mut same = Vec::new();
                stream.read_to_end(&mut same).expect("decodes");
                assert!(*value == *same);
                assert!(encoded.is_none() || *value == *content);
            }
            // An encoder does not know what the section has when that is not its dictionary.
            Err(error) => assert!(
                encoded.is_none() || start.lie != 0 || (start.with_dictionary && !start.encode_dictionary),
                "{error}"
            ),
        }
    }
}

/// Makes the opaque section a dictionary, and the only value one of this encoding and length.
fn lie(bytes: &mut [u8], encoding: Encoding, length: u64) {
    let word = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("has four bytes"));
    for record in (0..word(bytes, 12) as usize).map(|i| 48 + i * 24) {
        let kind = SectionKind::from_code(word(bytes, record));
        if kind == SECTION {
            bytes[record..record + 4].copy_from_slice(&SectionKind::Dictionary(0).code().to_le_bytes());
        } else if kind == SectionKind::Fields {
            let field = word(bytes, record + 8) as usize;
            bytes[field + 1] = encoding.code();
            bytes[field + 32..field + 40].copy_from_slice(&length.to_le_bytes());
        }
    }
    walk::reseal(bytes);
}
