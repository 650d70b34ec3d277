//! A writer of versions 1 to 3 that writes what it is given.
#![allow(dead_code, reason = "each test uses some of it")]

/// A value of the index: what is counted there, and what it adds to the payload.
pub enum Item<'s> {
    /// A field without a value.
    Flag(u8),
    /// The flavor of version 1.
    Flavor(u8),
    /// A field with one value; the length has that many bytes.
    One(u8, usize, &'s [u8]),
    /// A field with named values; the length of a value has that many bytes.
    Files(u8, usize, &'s [(&'s str, &'s [u8])]),
    /// A field with names.
    Names(u8, &'s [&'s str]),
}

/// A blob in the making.
pub struct Sample {
    pub version: u8,
    /// Sections in this order, as far as there is something in them.
    pub order: Vec<u8>,
    /// A zero after each value, and a field that says so.
    pub padded: bool,
    /// Whether each item of the indexes has its mark of a start.
    pub starts: bool,
    sections: Vec<(u8, Vec<u8>)>,
    index: Vec<u8>,
    count: u32,
}

impl Sample {
    pub fn new(version: u8) -> Self {
        let order = (0..=255).collect();
        Self { version, order, padded: false, starts: true, sections: Vec::new(), index: Vec::new(), count: 0 }
    }

    /// Adds a resource.
    pub fn add(&mut self, name: &str, items: &[Item<'_>]) -> &mut Self {
        self.start();
        self.put(0x03, 2, name.as_bytes(), true);
        for item in items {
            match *item {
                Item::Flag(code) => self.index.push(code),
                Item::Flavor(flavor) => self.index.extend([0x02, flavor]),
                Item::One(code, width, value) => self.put(code, width, value, true),
                Item::Files(code, width, files) => {
                    self.index.push(code);
                    self.index.extend((files.len() as u32).to_le_bytes());
                    for (name, value) in files {
                        self.put(code, 2, name.as_bytes(), false);
                        self.put(code, width, value, false);
                    }
                }
                Item::Names(code, names) => {
                    self.index.push(code);
                    self.index.extend((names.len() as u16).to_le_bytes());
                    names.iter().for_each(|name| self.put(code, 2, name.as_bytes(), false));
                }
            }
        }
        self.index.push(0xff);
        self.count += 1;
        self
    }

    fn start(&mut self) {
        if self.starts {
            self.index.push(0x01);
        }
    }

    fn put(&mut self, code: u8, width: usize, value: &[u8], with_code: bool) {
        if with_code {
            self.index.push(code);
        }
        self.index.extend(&(value.len() as u64).to_le_bytes()[..width]);
        if !self.sections.iter().any(|(section, _)| *section == code) {
            self.sections.push((code, Vec::new()));
        }
        let (_, section) = self.sections.iter_mut().find(|(section, _)| *section == code).expect("was added");
        section.extend(value);
        section.extend(self.padded.then_some(0));
    }

    /// The blob.
    pub fn bytes(&self) -> Vec<u8> {
        let mut sections: Vec<_> = self.sections.iter().collect();
        sections.sort_by_key(|(code, _)| self.order.iter().position(|ordered| ordered == code));
        let mut section_index = Vec::new();
        for (code, content) in &sections {
            section_index.extend(self.starts.then_some(0x01));
            section_index.extend([0x02, *code, 0x03]);
            section_index.extend((content.len() as u64).to_le_bytes());
            section_index.extend(self.padded.then_some([0x04, 0x02]).into_iter().flatten());
            section_index.push(0xff);
        }
        section_index.push(0x00);
        let mut bytes = b"pyembed".to_vec();
        bytes.extend([self.version, sections.len() as u8]);
        for number in [section_index.len() as u32, self.count, self.index.len() as u32 + 1] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(section_index);
        bytes.extend(&self.index);
        bytes.push(0x00);
        sections.iter().for_each(|(_, content)| bytes.extend(content));
        bytes
    }
}

/// Every field that a version has.
pub fn everything(version: u8, padded: bool) -> Sample {
    let mut sample = Sample::new(version);
    sample.padded = padded;
    let what = |flavor: u8, flag: u8| if version == 1 { Item::Flavor(flavor) } else { Item::Flag(flag) };
    sample.add(
        "pkg",
        &[
            what(1, 0x16),
            Item::Flag(0x04),
            Item::One(0x06, 4, b"source"),
            Item::One(0x07, 4, b"code"),
            Item::One(0x08, 4, b"code1"),
            Item::One(0x09, 4, b""),
            Item::Files(0x0b, 8, &[("a.txt", b"a"), ("b/\u{e4}.txt", b"")]),
            Item::Files(0x0c, 8, &[("METADATA", b"Name: pkg\nVersion: 1.0\n")]),
            Item::Files(0x14, 4, &[("c.txt", b"lib/c.txt")]),
            Item::Files(0x15, 4, &[("RECORD", b"lib/RECORD")]),
        ],
    );
    sample.add("space", &[what(1, 0x16), Item::Flag(0x04), Item::Flag(0x05)]);
    let libraries = Item::Names(0x0e, &["libz.so.1", "libc.so.6"]);
    sample.add("_native", &[what(4, 0x19), Item::One(0x0a, 4, b"native"), libraries]);
    sample.add("libz.so.1", &[what(5, 0x1a), Item::One(0x0d, 8, b"library")]);
    sample.add("_io", &[what(2, 0x17)]);
    sample.add("zipimport", &[what(3, 0x18)]);
    let paths = [(0x0f, "m.py"), (0x10, "m.pyc"), (0x11, "m.1.pyc"), (0x12, "m.2.pyc"), (0x13, "m.so")];
    let paths: Vec<_> = paths.iter().map(|(code, path)| Item::One(*code, 4, path.as_bytes())).collect();
    sample.add("m", &paths);
    if version == 3 {
        sample.add("bin/tool", &[Item::Flag(0x1b), Item::Flag(0x1c), Item::One(0x1d, 8, b"#!")]);
        sample.add("share/doc", &[Item::Flag(0x1b), Item::One(0x1e, 4, b"lib/doc")]);
    }
    sample
}
