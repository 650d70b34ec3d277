//! `FileContent` (manual 4.8, and what later versions have).

use std::fmt;
use std::sync::{Mutex, PoisonError};

use starlark::values::{Heap, StarlarkValue, Value, starlark_value};

use super::value_type;
use crate::attribute::{self, Attribute};
use crate::manifest::Content;
use crate::plain::Plain;

const TYPE: &str = "FileContent";

/// A file without a directory.
#[derive(Debug, Clone)]
pub(crate) struct NamedContent {
    pub(crate) name: String,
    pub(crate) content: Content,
}

value_type! {
    /// The content of a file, and its name.
    FileContent(Mutex<NamedContent>)
}

impl FileContent {
    pub(crate) fn new(name: &str, content: Content) -> Self {
        Self(Mutex::new(NamedContent { name: name.to_owned(), content }))
    }

    /// The data as it is now.
    pub(crate) fn data(&self) -> NamedContent {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What it has.
pub(crate) const ATTRIBUTES: &[Attribute<NamedContent>] = &[
    Attribute {
        name: "executable",
        expected: "True or False; of a program only True",
        documentation: "Whether it is meant to be executed.",
        get: |file| file.content.is_executable().into(),
        set: Some(|file, value| match (&mut file.content, value) {
            (Content::Data { executable, .. }, Plain::Bool(value)) => {
                *executable = value;
                Some(())
            }
            (Content::Program(_), Plain::Bool(true)) => Some(()),
            _ => None,
        }),
    },
    Attribute {
        name: "filename",
        expected: "a text",
        documentation: "The name of the file.",
        get: |file| file.name.clone().into(),
        set: Some(|file, value| match value {
            Plain::Text(name) => {
                file.name = name;
                Some(())
            }
            _ => None,
        }),
    },
];

impl fmt::Display for FileContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{TYPE}({:?})", self.data().name)
    }
}

#[starlark_value(type = TYPE)]
impl<'v> StarlarkValue<'v> for FileContent {
    fn get_attr(&self, name: &str, heap: Heap<'v>) -> Option<Value<'v>> {
        attribute::get(ATTRIBUTES, &self.data(), name, heap)
    }

    fn set_attr(&self, name: &str, value: Value<'v>) -> starlark::Result<()> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(attribute::set(TYPE, ATTRIBUTES, &mut file, name, value)?)
    }

    fn dir_attr(&self) -> Vec<String> {
        ATTRIBUTES.iter().map(|attribute| attribute.name.to_owned()).collect()
    }
}
