//! The binary: reads the command line and hands over.

use std::process::ExitCode;

/// The C library keeps what many threads have freed, each in an arena of its own; here it goes back to the system.
/// SQLite keeps the C library's: a program whose `malloc` is replaced as well does not start under every preloaded library.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match yiyang::run(std::env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("错误：{e:#}");
            ExitCode::FAILURE
        }
    }
}
