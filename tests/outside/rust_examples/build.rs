//! Links the program with Python, and packs what it imports.

fn main() {
    pyox_build::link();
}
