//! The files of a pack from a disk. What cannot be read is a mistake: a document that is passed over in silence would be out
//! of force without anybody knowing.

use crate::error::Mistake;
use std::io::{Error, ErrorKind};
use std::path::Path;

/// Path and text of every file.
pub(crate) type Files = Vec<(String, String)>;

/// The folders of a pack.
const TOPS: [&str; 2] = ["policies", "scales"];

/// Reads the TOML files of a pack.
pub(crate) fn read(root: &Path) -> Result<Files, Vec<Mistake>> {
    let (mut files, mut mistakes) = (vec![], vec![]);
    let shown = root.display().to_string();
    let absent: Vec<&str> = TOPS.into_iter().filter(|top| !root.join(top).is_dir()).collect();
    if root.exists() && !root.is_dir() {
        return Err(vec![Mistake::new(&shown, "这是文件，不是目录", "指向其中有 policies 和 scales 的目录")]);
    }
    if !absent.is_empty() {
        let what = format!("没有 {} 目录", absent.join(" 和 "));
        let todo = "指向其中有 policies 和 scales 的目录（不是 policies 目录本身），或用 --policies 指定";
        return Err(vec![Mistake::new(&shown, what, todo)]);
    }
    for top in TOPS {
        gather(&root.join(top), top, &mut files, &mut mistakes);
    }
    if mistakes.is_empty() { Ok(files) } else { Err(mistakes) }
}

fn gather(folder: &Path, name: &str, files: &mut Files, mistakes: &mut Vec<Mistake>) {
    let entries = match std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
        Ok(entries) => entries,
        Err(error) => return mistakes.push(unread(name, &error)),
    };
    for entry in entries {
        let path = entry.path();
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        let toml = name.ends_with(".toml");
        if path.is_dir() {
            if toml {
                mistakes.push(Mistake::new(&name, "这是目录，应为文件", "换成文件，或改目录的名字"));
            } else if leads_back(&path) {
                mistakes.push(Mistake::new(&name, "这个链接指回上级目录，读不完", "删去这个链接"));
            } else {
                gather(&path, &name, files, mistakes);
            }
        } else if toml {
            match std::fs::read(&path).map(String::from_utf8) {
                Ok(Ok(text)) => files.push((name, text)),
                Ok(Err(error)) => mistakes.push(not_utf8(&name, error.as_bytes())),
                Err(error) => mistakes.push(unread(&name, &error)),
            }
        } else if name.ends_with("/tables") {
            mistakes.push(Mistake::new(&name, "这是文件，应为目录", "换成目录，每张表一个文件"));
        }
    }
}

/// Whether a link leads to a folder in which it stands.
fn leads_back(path: &Path) -> bool {
    let own = path.parent().and_then(|folder| folder.canonicalize().ok());
    let meant = path.canonicalize().ok();
    own.zip(meant).is_some_and(|(own, meant)| own.starts_with(meant))
}

fn not_utf8(name: &str, bytes: &[u8]) -> Mistake {
    let valid = std::str::from_utf8(bytes).err().map_or(0, |error| error.valid_up_to());
    let line = bytes[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
    let code =
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) { "，而是 UTF-16" } else { "" };
    let what = format!("第 {line} 行不是 UTF-8 编码的文字{code}");
    Mistake::new(name, what, "在编辑器中另存为 UTF-8 编码")
}

fn unread(name: &str, error: &Error) -> Mistake {
    let (what, todo) = match error.kind() {
        ErrorKind::PermissionDenied => ("没有权限读".to_owned(), "给运行本程序的用户读取的权限"),
        ErrorKind::NotFound => ("链接所指的文件不存在".to_owned(), "改正或删去这个链接"),
        _ if Path::new(name).extension().is_some() => {
            (format!("读不出来（{error}）"), "检查它是不是普通文件、链接是不是成圈")
        }
        _ => (format!("目录读不出来（{error}）"), "检查这个目录"),
    };
    Mistake::new(name, what, todo)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A folder with a pack of nothing, removed at the end.
    struct Pack(std::path::PathBuf);

    impl Pack {
        fn new(name: &str) -> Self {
            let root = std::env::temp_dir().join(format!("yiyang-pack-{}-{name}", std::process::id()));
            fs::create_dir_all(root.join("policies/a/b/tables")).expect("folder");
            fs::create_dir_all(root.join("scales")).expect("folder");
            Self(root)
        }

        fn wrong(&self) -> String {
            crate::lines(&read(&self.0).expect_err("mistakes"))
        }
    }

    impl Drop for Pack {
        fn drop(&mut self) {
            _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_cannot_be_read_is_never_passed_over() {
        let pack = Pack::new("unread");
        assert_eq!(read(&pack.0), Ok(vec![]));
        fs::write(pack.0.join("policies/a/b/document.toml"), b"a = 1\nb = \"\xff\"\n").expect("file");
        assert!(pack.wrong().contains("policies/a/b/document.toml：第 2 行不是 UTF-8"), "{}", pack.wrong());
        fs::write(pack.0.join("policies/a/b/document.toml"), b"\xff\xfea\0").expect("file");
        assert!(pack.wrong().contains("UTF-16"), "{}", pack.wrong());
        fs::remove_file(pack.0.join("policies/a/b/document.toml")).expect("removed");
        fs::create_dir(pack.0.join("policies/a/b/document.toml")).expect("folder");
        assert!(pack.wrong().contains("policies/a/b/document.toml：这是目录，应为文件"), "{}", pack.wrong());
        fs::remove_dir(pack.0.join("policies/a/b/document.toml")).expect("removed");
        fs::remove_dir(pack.0.join("policies/a/b/tables")).expect("removed");
        fs::write(pack.0.join("policies/a/b/tables"), "").expect("file");
        assert!(pack.wrong().contains("policies/a/b/tables：这是文件，应为目录"), "{}", pack.wrong());
        fs::remove_dir(pack.0.join("scales")).expect("removed");
        assert!(pack.wrong().contains("没有 scales 目录"), "{}", pack.wrong());
        assert!(
            crate::lines(&read(&pack.0.join("policies/a/b/tables")).expect_err("file")).contains("这是文件，不是目录")
        );
        assert!(
            crate::lines(&read(&pack.0.join("nowhere")).expect_err("none")).contains("没有 policies 和 scales 目录")
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_round_are_named() {
        use std::os::unix::fs::symlink;
        let pack = Pack::new("links");
        symlink("..", pack.0.join("policies/a/round")).expect("link");
        symlink("one.toml", pack.0.join("policies/a/b/one.toml")).expect("link");
        symlink("nowhere", pack.0.join("policies/a/b/two.toml")).expect("link");
        let wrong = pack.wrong();
        for words in [
            "policies/a/round：这个链接指回上级目录",
            "policies/a/b/one.toml：读不出来",
            "two.toml：链接所指的文件不存在",
        ] {
            assert!(wrong.contains(words), "{words}: {wrong}");
        }
    }
}
