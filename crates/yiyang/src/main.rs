//! The binary: reads the command line and hands over.

use std::process::ExitCode;

fn main() -> ExitCode {
    match yiyang::run(std::env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("错误：{e:#}");
            ExitCode::FAILURE
        }
    }
}
