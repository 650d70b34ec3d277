//! Values of settings as text, as command lines have them.

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

/// One value that a text can stand for.
pub(crate) trait Scalar: Sized {
    /// `None` if the text is no such value.
    fn parse(text: &str) -> Option<Self>;

    /// The values that there are, for people.
    fn expected() -> String;
}

/// What a setting is.
pub(crate) trait Value {
    /// Takes a value; lists get one more item. `None` if the text is no such value.
    fn assign(&mut self, text: &str) -> Option<()>;

    /// The values that there are, for people.
    fn expected() -> String;
}

macro_rules! scalars {
    ($($type:ty, $expected:expr, $parse:expr;)+) => {
        $(
            impl Scalar for $type {
                fn parse(text: &str) -> Option<Self> {
                    let parse: fn(&str) -> Option<Self> = $parse;
                    parse(text)
                }

                fn expected() -> String {
                    $expected.into()
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
            }
        )+
    };
}

macro_rules! words {
    ($($choices:ty,)+) => {
        scalars! {
            $($choices, <$choices>::ALL.iter().map(|choice| choice.word()).collect::<Vec<_>>().join(", "),
                <$choices>::from_word;)+
        }
    };
}

scalars! {
    bool, "true, false", switch;
    Level, "true, false, or a number", |text| switch(text).map(Level::from).or_else(|| text.parse().ok().map(Level));
    u8, "0, 1, 2", |text| text.parse().ok().filter(|level| *level <= 2);
    u32, "a number from 0 to 4294967295", |text| text.parse().ok();
    String, "text", |text| Some(text.to_owned());
    Run, "none, repl, module:NAME, eval:CODE, file:PATH", Run::parse;
    Resolution, "dynamic, none, static:PATH", Resolution::parse;
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
}

impl Value for Vec<String> {
    fn assign(&mut self, text: &str) -> Option<()> {
        self.push(text.to_owned());
        Some(())
    }

    fn expected() -> String {
        "text, once for each item".into()
    }
}

fn switch(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "yes" | "on" | "1" => Some(true),
        "false" | "False" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}
