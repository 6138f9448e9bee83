//! Where things are: the root, the files that git knows, the build folder.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The work tree that the chores run on.
pub struct Project {
    /// The folder of the workspace's Cargo.toml.
    pub root: PathBuf,
}

impl Project {
    /// The project that cargo runs this program for: a build folder may serve several clones.
    pub fn find() -> Result<Self> {
        let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&here).parent().context("xtask stands in no workspace")?;
        Ok(Self { root: root.to_owned() })
    }

    /// Paths of all files that are checked in or could be (not ignored), with `/` and relative to the root.
    pub fn files(&self) -> Result<Vec<String>> {
        let listed = output(self.command("git").args(["ls-files", "-co", "--exclude-standard", "-z"]))?;
        let mut files: Vec<String> = listed.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
        files.retain(|path| self.root.join(path).is_file());
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// A command that runs in the root.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// Cargo, the one that started us.
    pub fn cargo(&self) -> Command {
        self.command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
    }

    /// The folder that builds go to, wherever the environment put it.
    pub fn target(&self) -> Result<PathBuf> {
        let text = output(self.cargo().args(["metadata", "--no-deps", "--offline", "--format-version", "1"]))?;
        let metadata: serde_json::Value = serde_json::from_str(&text)?;
        let folder = metadata["target_directory"].as_str().context("cargo metadata names no target directory")?;
        Ok(folder.into())
    }

    /// The program, built for development.
    pub fn program(&self) -> Result<PathBuf> {
        succeed(self.cargo().args(["build", "--quiet", "--package", "yiyang"]))?;
        Ok(self.target()?.join("debug/yiyang"))
    }
}

/// Runs a command and gives what it printed; its errors go to the terminal.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = format!("{command:?}");
    let done = command.stderr(std::process::Stdio::inherit()).output().with_context(|| shown.clone())?;
    if !done.status.success() {
        bail!("{shown}: {}", done.status);
    }
    Ok(String::from_utf8(done.stdout)?)
}

/// Runs a command on our terminal and fails when it fails.
pub fn succeed(command: &mut Command) -> Result<()> {
    let shown = format!("{command:?}");
    let status = command.status().with_context(|| shown.clone())?;
    if !status.success() {
        bail!("{shown}: {status}");
    }
    Ok(())
}

/// Our exit code for that of a command.
pub fn exit_code(status: std::process::ExitStatus) -> ExitCode {
    status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}
