//! Texts of licences, recognised by the sentences that make them what they are.

/// A licence by its text.
struct Known {
    id: &'static str,
    /// What it says, in this order, in words without punctuation.
    says: &'static [&'static str],
    /// What it does not say.
    never: &'static [&'static str],
    /// The most words from the first of these to the last.
    span: usize,
    /// The most words of a text that has nothing else in it but who holds the copyright.
    alone: usize,
}

const SOURCE_FORM: &str = concat!(
    "redistributions of source code must retain the above copyright notice ",
    "this list of conditions and the following disclaimer"
);
const BINARY_FORM: &str = "in binary form must reproduce the above copyright notice";
const DAMAGES: &str = "even if advised of the possibility of such damage";
const ADVERTISING: &str = "all advertising materials mentioning features or use of this software";

/// What is looked for, the more particular first.
const KNOWN: &[Known] = &[
    Known {
        id: "MIT",
        says: &[
            "permission is hereby granted free of charge to any person obtaining a copy of this software and",
            "the above copyright notice and this permission notice shall be included in all copies or substantial",
            "the software is provided as is without warranty of any kind",
        ],
        never: &["except as contained in this notice", "shall be used for good not evil"],
        span: 180,
        alone: 240,
    },
    Known {
        id: "BSD-3-Clause",
        says: &[
            SOURCE_FORM,
            BINARY_FORM,
            "be used to endorse or promote products derived from this software without specific prior written",
            "in no event shall",
            DAMAGES,
        ],
        never: &[ADVERTISING],
        span: 260,
        alone: 330,
    },
    Known {
        id: "BSD-2-Clause",
        says: &[SOURCE_FORM, BINARY_FORM, "in no event shall", DAMAGES],
        never: &[ADVERTISING, "endorse or promote products"],
        span: 215,
        alone: 270,
    },
    Known {
        id: "ISC",
        says: &[
            "permission to use copy modify and or distribute this software for any purpose with or without fee is",
            "hereby granted provided that the above copyright notice and this permission notice appear in all copies",
            "the software is provided as is and the author disclaims all warranties",
        ],
        never: &[],
        span: 80,
        alone: 190,
    },
    Known {
        id: "ISC",
        says: &[
            "permission to use copy modify and distribute this software for any purpose with or without fee is",
            "hereby granted provided that the above copyright notice and this permission notice appear in all copies",
            "the software is provided as is and the author disclaims all warranties",
        ],
        never: &[],
        span: 80,
        alone: 190,
    },
    Known {
        id: "Apache-2.0",
        says: &[
            "apache license version 2 0 january 2004",
            "terms and conditions for use reproduction and distribution",
            "grant of patent license",
            "accepting warranty or additional liability",
        ],
        never: &[],
        span: 1_700,
        alone: 2_000,
    },
    Known {
        id: "MPL-2.0",
        says: &[
            "mozilla public license version 2 0",
            "grants and conditions",
            "exhibit b incompatible with secondary licenses notice",
        ],
        never: &[],
        span: 2_700,
        alone: 2_800,
    },
    Known {
        id: "Unlicense",
        says: &[
            "this is free and unencumbered software released into the public domain",
            "anyone is free to copy modify publish use compile sell or distribute this software",
        ],
        never: &[],
        span: 60,
        alone: 260,
    },
    Known {
        id: "ZPL-2.1",
        says: &["zope public license zpl version 2 1", "this software is provided by the copyright holders"],
        never: &[],
        span: 350,
        alone: 480,
    },
];

/// The licence whose text this is, and nothing else but names and years.
pub(crate) fn is_text_of(text: &str) -> Option<&'static str> {
    let words = Words::of(text);
    let mut found = KNOWN.iter().filter(|known| words.position(known).is_some());
    let first = found.next()?;
    (words.count <= first.alone && found.all(|other| other.id == first.id)).then_some(first.id)
}

/// Which of some licences a text has first, whatever else is in it.
pub(crate) fn first_of(text: &str, ids: &[&str]) -> Option<&'static str> {
    let words = Words::of(text);
    let found = KNOWN.iter().filter(|known| ids.contains(&known.id));
    found.filter_map(|known| Some((words.position(known)?, known.id))).min().map(|(_, id)| id)
}

/// A text as words in lower case with one blank between them.
struct Words {
    text: String,
    count: usize,
}

impl Words {
    fn of(text: &str) -> Self {
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        Self { count: words.len(), text: words.join(" ") }
    }

    /// Where a licence begins, if it is there.
    fn position(&self, known: &Known) -> Option<usize> {
        let (first, rest) = known.says.split_first()?;
        self.text.match_indices(first).find_map(|(start, _)| {
            let mut end = start + first.len();
            for says in rest {
                end += self.text[end..].find(says)? + says.len();
            }
            let part = &self.text[start..end];
            let is_near = part.split(' ').count() <= known.span;
            // What would make it another licence may also stand just behind.
            let behind: String = self.text[end..].chars().take(600).collect();
            let is_other = known.never.iter().any(|never| part.contains(never) || behind.contains(never));
            (is_near && !is_other).then_some(start)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIT: &str = include_str!("../LICENSE-MIT");
    const APACHE: &str = include_str!("../LICENSE-APACHE");
    const BSD: &str = "Copyright (c) 2020, Someone. Redistribution and use in source and binary forms are permitted: \
        * Redistributions of source code must retain the above copyright notice, this list of conditions and the \
        following disclaimer. * Redistributions in binary form must reproduce the above copyright notice. ENDORSE \
        THIS IS PROVIDED AS IS. In no event shall they be liable, even if advised of the possibility of such damage.";
    const ENDORSE: &str = "* The names may not be used: they may be used to endorse or promote products derived from \
        this software without specific prior written permission.";

    #[test]
    fn texts_of_one_licence() {
        let three = BSD.replace("ENDORSE", ENDORSE);
        for (text, expected) in [
            (MIT, Some("MIT")),
            (APACHE, Some("Apache-2.0")),
            (&BSD.replace("ENDORSE", ""), Some("BSD-2-Clause")),
            (&three, Some("BSD-3-Clause")),
            (&format!("{MIT}\n{three}"), None),
            (&format!("{MIT}\nExcept as contained in this notice, the name shall not be used."), None),
            ("All rights reserved", None),
        ] {
            assert_eq!(is_text_of(text), expected, "{text:.80}");
        }
    }

    #[test]
    fn the_first_one_of_those_in_question_counts() {
        let text = format!("{APACHE}\n{}\nparts: {}", BSD.replace("ENDORSE", ENDORSE), BSD.replace("ENDORSE", ""));
        assert_eq!(first_of(&text, &["BSD-2-Clause", "BSD-3-Clause"]), Some("BSD-3-Clause"));
        assert_eq!(first_of(&text, &["ISC"]), None);
    }
}
