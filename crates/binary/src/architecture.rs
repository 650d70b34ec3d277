//! Names of processors: those that the platform tags of wheels have on Linux, for files of all formats.

use goblin::elf::header::{
    EM_386, EM_AARCH64, EM_ARM, EM_LOONGARCH, EM_MIPS, EM_PPC, EM_PPC64, EM_RISCV, EM_S390, EM_X86_64,
};
use goblin::mach::constants::cputype::{
    CPU_TYPE_ARM, CPU_TYPE_ARM64, CPU_TYPE_I386, CPU_TYPE_POWERPC, CPU_TYPE_POWERPC64, CPU_TYPE_X86_64,
};
use goblin::pe::header::{COFF_MACHINE_ARM64, COFF_MACHINE_ARMNT, COFF_MACHINE_X86, COFF_MACHINE_X86_64};

use crate::ElfTarget;

pub(crate) fn of_elf(target: ElfTarget) -> String {
    let name = match (target.machine, target.is_64, target.little_endian) {
        (EM_386, ..) => "i686",
        (EM_X86_64, true, _) => "x86_64",
        (EM_X86_64, false, _) => "x32",
        (EM_AARCH64, ..) => "aarch64",
        (EM_ARM, ..) => "armv7l",
        (EM_RISCV, true, _) => "riscv64",
        (EM_RISCV, false, _) => "riscv32",
        (EM_PPC64, _, true) => "ppc64le",
        (EM_PPC64, _, false) => "ppc64",
        (EM_PPC, ..) => "ppc",
        (EM_S390, true, _) => "s390x",
        (EM_LOONGARCH, true, _) => "loongarch64",
        (EM_MIPS, ..) => "mips",
        (machine, ..) => return unnamed(machine.into()),
    };
    name.to_owned()
}

pub(crate) fn of_pe(machine: u16) -> String {
    let name = match machine {
        COFF_MACHINE_X86 => "i686",
        COFF_MACHINE_X86_64 => "x86_64",
        COFF_MACHINE_ARM64 => "aarch64",
        COFF_MACHINE_ARMNT => "armv7l",
        machine => return unnamed(machine.into()),
    };
    name.to_owned()
}

pub(crate) fn of_mach_o(cpu: u32) -> String {
    let name = match cpu {
        CPU_TYPE_I386 => "i686",
        CPU_TYPE_X86_64 => "x86_64",
        CPU_TYPE_ARM64 => "aarch64",
        CPU_TYPE_ARM => "armv7l",
        CPU_TYPE_POWERPC => "ppc",
        CPU_TYPE_POWERPC64 => "ppc64",
        cpu => return unnamed(cpu),
    };
    name.to_owned()
}

fn unnamed(number: u32) -> String {
    format!("machine {number:#x}")
}
