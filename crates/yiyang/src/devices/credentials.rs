//! The file of devices: `serial,secret,kind,person`; the last may be missing. Who reads it can publish as them: mode 0600.

use anyhow::{Context, anyhow};
use std::io::Write;
use std::path::Path;
use watch::devices::model::Kind;

/// A device with its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its serial number.
    pub serial: String,
    /// Its secret.
    pub secret: String,
    /// What it is.
    pub kind: Kind,
    /// Whose body it measures: devices with the same word measure the same one.
    pub person: String,
}

/// Reads them.
///
/// # Errors
/// A sentence that names file and row.
pub fn read(file: &Path) -> anyhow::Result<Vec<Credential>> {
    let open = || format!("不能读取设备凭据 {}", file.display());
    let mut reader = csv::Reader::from_path(file).with_context(open)?;
    let names = reader.headers().with_context(open)?.clone();
    let at = |name: &str| names.iter().position(|one| one.trim() == name);
    let needed = |name: &str| at(name).ok_or_else(|| anyhow!("{} 的表头缺少 {name} 一列", file.display()));
    let (serial, secret, kind, person) = (needed("serial")?, needed("secret")?, needed("kind")?, at("person"));
    let mut all = vec![];
    for (n, row) in reader.records().enumerate() {
        let row = row.with_context(|| format!("{} 第 {} 行", file.display(), n + 2))?;
        let cell = |at: usize| row.get(at).unwrap_or_default().trim().to_owned();
        let word = cell(kind);
        let kind =
            Kind::parse(&word).with_context(|| format!("{} 第 {} 行：没有“{word}”这种设备", file.display(), n + 2))?;
        let serial = cell(serial);
        let person = person.map(cell).filter(|word| !word.is_empty()).unwrap_or_else(|| serial.clone());
        all.push(Credential { serial, secret: cell(secret), kind, person });
    }
    Ok(all)
}

/// Writes them to a file that only its owner can read.
///
/// # Errors
/// When it cannot be written.
pub fn write(file: &Path, all: &[Credential]) -> anyhow::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let failed = || format!("不能写设备凭据 {}", file.display());
    let mut options = std::fs::OpenOptions::new();
    let mut out = options.write(true).create(true).truncate(true).mode(0o600).open(file).with_context(failed)?;
    let mut writer = csv::Writer::from_writer(vec![]);
    writer.write_record(["serial", "secret", "kind", "person"])?;
    for one in all {
        writer.write_record([&one.serial, &one.secret, one.kind.code(), &one.person])?;
    }
    out.write_all(&writer.into_inner().map_err(|e| anyhow!("{e}"))?).with_context(failed)
}
