//! The `tinyaudit` program. See [`tinyaudit::cli`].

fn main() -> std::process::ExitCode {
    tinyaudit::cli::main()
}
