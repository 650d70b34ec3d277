//! Values of attributes as plain data.

use std::collections::BTreeMap;

use starlark::values::dict::{AllocDict, DictRef};
use starlark::values::list::{AllocList, ListRef};
use starlark::values::{Heap, UnpackValue, Value};

/// A value that an attribute has or is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Plain {
    None,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<String>),
    Map(BTreeMap<String, String>),
}

impl Plain {
    /// What a Starlark value is; `None` if it is nothing of these.
    pub(crate) fn of(value: Value<'_>) -> Option<Self> {
        if value.is_none() {
            return Some(Self::None);
        }
        if let Some(value) = value.unpack_bool() {
            return Some(Self::Bool(value));
        }
        if let Ok(Some(value)) = i64::unpack_value(value) {
            return Some(Self::Int(value));
        }
        if let Some(text) = value.unpack_str() {
            return Some(Self::Text(text.to_owned()));
        }
        let text = |value: Value<'_>| value.unpack_str().map(str::to_owned);
        if let Some(list) = ListRef::from_value(value) {
            return list.iter().map(text).collect::<Option<_>>().map(Self::List);
        }
        let dict = DictRef::from_value(value)?;
        dict.iter().map(|(name, value)| Some((text(name)?, text(value)?))).collect::<Option<_>>().map(Self::Map)
    }

    /// A new Starlark value.
    pub(crate) fn alloc(self, heap: Heap<'_>) -> Value<'_> {
        match self {
            Self::None => Value::new_none(),
            Self::Bool(value) => Value::new_bool(value),
            Self::Int(value) => heap.alloc(value),
            Self::Text(text) => heap.alloc(text),
            Self::List(items) => heap.alloc(AllocList(items)),
            Self::Map(entries) => heap.alloc(AllocDict(entries)),
        }
    }
}

impl From<bool> for Plain {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Plain {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Plain {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Plain>> From<Option<T>> for Plain {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}
