//! Packing.

use pyox_packaging::Error;

pub(super) fn hint(error: &Error) -> Option<String> {
    let text = match error {
        Error::Input(error) => return super::inputs::hint(error),
        Error::Distribution(error) => return super::python::hint(error),
        Error::Layer(error) => return super::inputs::layer(error),
        Error::Linker(error) => return super::linker::hint(error),
        Error::Inspect(error) => return super::inspect::hint(error),
        Error::Output(error) => return super::output(error),
        Error::Resources(error) => return super::format(error),
        Error::Setting(error) => return crate::settings::hint(error),
        Error::ExtensionsWithoutLauncher => "leave out --static-extensions".into(),
        Error::NoImporter { .. } => {
            "leave out oxidized_importer=false, or run something that is no part of the program".into()
        }
        Error::NoAllocator { allocator, .. } => format!(
            "build a launcher with the feature {allocator} of pyox-launcher and name it with --launcher, or leave out \
             the setting"
        ),
        Error::LocationOfSharedPackage => "leave out --resource-file, or the location".into(),
        Error::SharedResources { .. }
        | Error::NotSharedResources { .. }
        | Error::SharedResourcesDigest { .. }
        | Error::SharedResourcesPython { .. } => "name a file that does not exist yet: it is made then".into(),
        Error::ImportOrder { .. } | Error::NothingOrdered => {
            r#"write one name a line, for example with print("\n".join(sys.modules)) when the program ends"#.into()
        }
        Error::ForeignFileBeside { .. } => {
            "remove it if nothing needs it, or name another directory with --location".into()
        }
        Error::NothingShared { .. } => "give the same Python and options as when it was made, or name a file that \
            does not exist yet: it is made then"
            .into(),
        Error::Io { source, .. } => return super::io(source.kind()),
        _ => return None,
    };
    Some(text)
}
