//! Yiyang (医养): the platform on which a region runs integrated medical and elder care, in one binary.
//!
//! This crate is the outermost: configuration, wiring of all capabilities, the commands, and the synthetic county.
//! Only here are the clock and the operating system's random bytes touched ([`outside`]).

pub mod cli;
pub mod commands;
pub mod demo;
pub mod devices;
pub mod outside;
pub mod place;
pub mod policies;
pub mod server;
pub mod synthetic;
pub mod terminal;
pub mod wiring;

use clap::Parser;
use std::ffi::OsString;

/// Runs a command line.
///
/// # Errors
/// What went wrong, in words for the person at the terminal.
pub fn run(args: impl IntoIterator<Item = OsString>) -> anyhow::Result<()> {
    let cli = match cli::Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(e) => e.exit(),
    };
    commands::run(cli)
}
