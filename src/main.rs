//! The `tinyaudit` program. See the wing `cli`.

fn main() -> std::process::ExitCode {
    tinyaudit::main()
}
