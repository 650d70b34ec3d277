//! Values of settings as text, as command lines have them, and as plain data, as configuration files have them.

use serde::{Deserialize, Serialize};

use crate::{
    Allocator, BytesWarning, CheckHashPycsMode, CoerceCLocale, DomainAllocator, LazyImports, Profile, Resolution, Run,
    StartMethod,
};

/// A switch of CPython that can also be a number: `verbose` and the like. `true` is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
pub struct Level(pub u32);

impl From<bool> for Level {
    fn from(value: bool) -> Self {
        Self(value.into())
    }
}

impl From<u32> for Level {
    fn from(value: u32) -> Self {
        Self(value)
    }
}

/// The value of a setting as plain data.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingValue {
    /// Nothing is set.
    Unset,
    /// A switch.
    Switch(bool),
    /// A number.
    Number(u32),
    /// A text, also one of several words.
    Text(String),
    /// Several texts.
    List(Vec<String>),
}

impl SettingValue {
    /// As text of one item, if it is a value of the kind that `form` is.
    fn text(&self, form: &Self) -> Option<String> {
        match (self, form) {
            (Self::Switch(value), Self::Switch(_)) => Some(value.to_string()),
            (Self::Number(value), Self::Number(_)) => Some(value.to_string()),
            (Self::Text(value), Self::Text(_)) => Some(value.clone()),
            _ => None,
        }
    }
}

/// One value that a text can stand for.
pub(crate) trait Scalar: Sized {
    /// `None` if the text is no such value.
    fn parse(text: &str) -> Option<Self>;

    /// The values that there are, for people.
    fn expected() -> String;

    /// The value as plain data.
    fn plain(&self) -> SettingValue;

    /// From plain data; `None` if it is no such value.
    fn of(value: &SettingValue) -> Option<Self>;
}

/// What a setting is.
pub(crate) trait Value {
    /// Takes a value; lists get one more item. `None` if the text is no such value.
    fn assign(&mut self, text: &str) -> Option<()>;

    /// The values that there are, for people.
    fn expected() -> String;

    /// The value as plain data.
    fn plain(&self) -> SettingValue;

    /// Takes plain data instead of what is set; `None` if it is no such value.
    fn put(&mut self, value: &SettingValue) -> Option<()>;
}

macro_rules! scalars {
    ($($type:ty, $expected:expr, $parse:expr, $plain:expr;)+) => {
        $(
            impl Scalar for $type {
                fn parse(text: &str) -> Option<Self> {
                    let parse: fn(&str) -> Option<Self> = $parse;
                    parse(text)
                }

                fn expected() -> String {
                    $expected.into()
                }

                fn plain(&self) -> SettingValue {
                    let plain: fn(&Self) -> SettingValue = $plain;
                    plain(self)
                }

                fn of(value: &SettingValue) -> Option<Self> {
                    // What it is as plain data says of which kind it is; a level is also a switch.
                    let parsed = match value {
                        SettingValue::Switch(value) => Self::parse(&value.to_string()),
                        SettingValue::Number(value) => Self::parse(&value.to_string()),
                        SettingValue::Text(value) => Self::parse(value),
                        _ => None,
                    }?;
                    let is_level = match (Scalar::plain(&parsed), value) {
                        (SettingValue::Number(level), SettingValue::Switch(value)) => level == u32::from(*value),
                        _ => false,
                    };
                    (is_level || value.text(&Scalar::plain(&parsed)).is_some()).then_some(parsed)
                }
            }

            impl Value for $type {
                fn assign(&mut self, text: &str) -> Option<()> {
                    *self = Self::parse(text)?;
                    Some(())
                }

                fn expected() -> String {
                    <Self as Scalar>::expected()
                }

                fn plain(&self) -> SettingValue {
                    <Self as Scalar>::plain(self)
                }

                fn put(&mut self, value: &SettingValue) -> Option<()> {
                    *self = Self::of(value)?;
                    Some(())
                }
            }
        )+
    };
}

macro_rules! words {
    ($($choices:ty,)+) => {
        scalars! {
            $($choices, <$choices>::ALL.iter().map(|choice| choice.word()).collect::<Vec<_>>().join(", "),
                <$choices>::from_word, |choice| SettingValue::Text(choice.word().to_owned());)+
        }
    };
}

scalars! {
    bool, "true, false", switch, |value| SettingValue::Switch(*value);
    Level, "true, false, or a number", |text| switch(text).map(Level::from).or_else(|| text.parse().ok().map(Level)),
        |value| SettingValue::Number(value.0);
    u8, "0, 1, 2", |text| text.parse().ok().filter(|level| *level <= 2), |value| SettingValue::Number((*value).into());
    u32, "a number from 0 to 4294967295", |text| text.parse().ok(), |value| SettingValue::Number(*value);
    String, "text", |text| Some(text.to_owned()), |value| SettingValue::Text(value.clone());
    Run, "none, repl, module:NAME, eval:CODE, file:PATH", Run::parse, |value| SettingValue::Text(value.to_string());
    Resolution, "dynamic, none, static:PATH, packed:PATH", Resolution::parse,
        |value| SettingValue::Text(value.to_string());
}

words! {
    Profile,
    Allocator,
    DomainAllocator,
    CoerceCLocale,
    BytesWarning,
    CheckHashPycsMode,
    StartMethod,
    LazyImports,
}

impl<T: Scalar> Value for Option<T> {
    fn assign(&mut self, text: &str) -> Option<()> {
        *self = Some(T::parse(text)?);
        Some(())
    }

    fn expected() -> String {
        T::expected()
    }

    fn plain(&self) -> SettingValue {
        self.as_ref().map_or(SettingValue::Unset, Scalar::plain)
    }

    fn put(&mut self, value: &SettingValue) -> Option<()> {
        *self = match value {
            SettingValue::Unset => None,
            value => Some(T::of(value)?),
        };
        Some(())
    }
}

impl Value for Vec<String> {
    fn assign(&mut self, text: &str) -> Option<()> {
        self.push(text.to_owned());
        Some(())
    }

    fn expected() -> String {
        "text, once for each item".into()
    }

    fn plain(&self) -> SettingValue {
        if self.is_empty() { SettingValue::Unset } else { SettingValue::List(self.clone()) }
    }

    fn put(&mut self, value: &SettingValue) -> Option<()> {
        *self = match value {
            SettingValue::Unset => Vec::new(),
            SettingValue::List(items) => items.clone(),
            _ => return None,
        };
        Some(())
    }
}

fn switch(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "yes" | "on" | "1" => Some(true),
        "false" | "False" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}
