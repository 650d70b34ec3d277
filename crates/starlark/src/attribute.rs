//! Attributes of values, as tables: what there is, what it takes, and what it does.

use starlark::values::{Heap, Value};

use crate::fault::Fault;
use crate::plain::Plain;

/// One attribute of a value whose data is a `T`.
pub(crate) struct Attribute<T: 'static> {
    pub(crate) name: &'static str,
    /// What it is, for people, and what can be assigned.
    pub(crate) expected: &'static str,
    pub(crate) documentation: &'static str,
    pub(crate) get: fn(&T) -> Plain,
    /// Takes a value, `None` if it is no such; absent for what cannot be assigned.
    pub(crate) set: Option<fn(&mut T, Plain) -> Option<()>>,
}

/// How alike a name has to be to one that exists, from 0 to 1.
const NEAR: f64 = 0.8;

/// The names that are like a name, those that are most like it first.
pub(crate) fn near<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Vec<String> {
    let alike = |known: &str| strsim::jaro_winkler(name, known);
    let mut near: Vec<&str> = known.into_iter().filter(|known| alike(known) >= NEAR).collect();
    near.sort_by(|one, two| alike(two).total_cmp(&alike(one)));
    near.into_iter().take(3).map(str::to_owned).collect()
}

/// The value of an attribute.
pub(crate) fn get<'v, T>(table: &[Attribute<T>], data: &T, name: &str, heap: Heap<'v>) -> Option<Value<'v>> {
    Some((table.iter().find(|attribute| attribute.name == name)?.get)(data).alloc(heap))
}

/// Assigns an attribute.
pub(crate) fn set<T>(
    type_name: &'static str,
    table: &[Attribute<T>],
    data: &mut T,
    name: &str,
    value: Value<'_>,
) -> Result<(), Fault> {
    let Some(attribute) = table.iter().find(|attribute| attribute.name == name) else {
        let near = near(name, table.iter().map(|attribute| attribute.name));
        return Err(Fault::Attribute { type_name, name: name.to_owned(), near });
    };
    let Some(set) = attribute.set else {
        let assignable = table.iter().filter(|attribute| attribute.set.is_some());
        let assignable = assignable.map(|attribute| attribute.name).collect();
        return Err(Fault::ReadOnly { type_name, name: name.to_owned(), assignable });
    };
    Plain::of(value).and_then(|plain| set(data, plain)).ok_or_else(|| Fault::Value {
        type_name,
        name: name.to_owned(),
        value: value.to_repr(),
        expected: attribute.expected.to_owned(),
    })
}

/// The setter of a switch.
macro_rules! switch {
    ($($place:tt)+) => {
        Some(|data, value| match value {
            $crate::plain::Plain::Bool(value) => {
                data.$($place)+ = value;
                Some(())
            }
            _ => None,
        })
    };
}
pub(crate) use switch;
