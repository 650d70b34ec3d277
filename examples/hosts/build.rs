//! Links the programs with Python, and packs what they import.

fn main() {
    pyox_build::link();
}
