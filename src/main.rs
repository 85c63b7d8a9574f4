//! The `tinyaudit` program: parse, dispatch, exit code.

fn main() -> std::process::ExitCode {
    tinyaudit::cli::main()
}
