//! `yiyang policy …`: proving the documents, asking them, and asking them of everybody.

use crate::cli::{Asking, Place, PolicyAction, Printed, Simulating};
use crate::outside::SystemClock;
use crate::place::{self, DIVISIONS};
use anyhow::{Context, anyhow, bail};
use kernel::{Area, Clock, Date};
use oversight::policies::divisions::Divisions;
use oversight::policies::json::{self, Asked};
use oversight::simulation::{self, Assumed, Population, Side};
use policy::{Decision, Library};
use std::io::{Read, Write};
use std::path::Path;
use web::Problem;

/// Most bytes of facts that are read: a question has a few dozen of them.
const LONGEST: u64 = 16 << 20;

/// Runs one of the commands.
///
/// # Errors
/// What is wrong, in words for the person at the terminal.
pub fn run(folder: Option<&Path>, action: &PolicyAction) -> anyhow::Result<()> {
    match action {
        PolicyAction::Check { dir } => {
            let library = place::policies(dir.as_deref().or(folder))?;
            placed(&library)?;
            say(&library.check())
        }
        PolicyAction::Clauses => say(&place::policies(folder)?.clause_list()),
        PolicyAction::Decide(asking) => {
            let library = place::policies(folder)?;
            let decision = decided(&library, asking)?;
            say(&format!("{}\n", serde_json::to_string_pretty(&library.reply_of(&decision, &asking.area))?))
        }
        PolicyAction::Explain(asking) => {
            let library = place::policies(folder)?;
            let decision = decided(&library, asking)?;
            let name = Divisions::name(DIVISIONS, decision.place);
            say(&library.notice(&decision, name.as_deref()))
        }
        PolicyAction::Simulate(wanted) => simulate(folder, wanted),
    }
}

/// That every document is in force at a place that there is: a question for another one is never asked.
fn placed(library: &Library) -> anyhow::Result<()> {
    let divisions = Divisions::of_list(DIVISIONS);
    let nowhere = library.documents().filter(|document| !divisions.knows(document.area));
    let all: Vec<String> = nowhere
        .map(|document| {
            let (id, area) = (&document.id, document.area.short());
            format!("policies/{id}/document.toml：area“{area}”不是现有的区划代码。请改正 area（全国写 000000）。")
        })
        .collect();
    if all.is_empty() { Ok(()) } else { bail!("政策文件有 {} 处错误：\n{}", all.len(), all.join("\n")) }
}

/// Prints; that nobody reads to the end (`| head`) is no error.
fn say(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(anyhow!("不能输出：{e}")),
        _ => Ok(()),
    }
}

/// A problem as a person reads it: what, and what to do.
fn said(problem: Problem) -> anyhow::Error {
    anyhow!("{}。{}", problem.detail, problem.advice)
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = vec![];
    if file == Path::new("-") {
        std::io::stdin().take(LONGEST).read_to_end(&mut bytes).context("不能读标准输入")?;
    } else {
        let open = std::fs::File::open(file).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => anyhow!("没有文件 {}", file.display()),
            std::io::ErrorKind::PermissionDenied => anyhow!("没有权限读文件 {}", file.display()),
            _ => anyhow!("不能读文件 {}", file.display()),
        })?;
        open.take(LONGEST).read_to_end(&mut bytes).map_err(|_| anyhow!("不能读文件 {}", file.display()))?;
    }
    if bytes.len() as u64 == LONGEST {
        bail!("{}：超过 {} MB，一个问题的情况不会有这么多", file.display(), LONGEST >> 20);
    }
    Ok(bytes)
}

fn decided(library: &Library, asking: &Asking) -> anyhow::Result<Decision> {
    let area = Divisions::of_list(DIVISIONS).read(&asking.area).map_err(|why| anyhow!("--area：{why}"))?;
    let on = json::day(&asking.on).map_err(|why| anyhow!("--on：{why}"))?;
    let facts = json::facts_of(&read(&asking.facts)?).map_err(|p| said(p).context("--facts"))?;
    let asked = Asked { area, written: asking.area.clone(), on, facts };
    json::decide(library, &asking.question, asked).map_err(said)
}

/// A document with the day whose version of it is meant.
fn side(text: &str, on: Date) -> anyhow::Result<Side> {
    let Some((document, day)) = text.split_once('@') else {
        return Ok(Side { document: text.to_owned(), on });
    };
    let on = json::day(day).map_err(|why| anyhow!("“{text}”：{why}"))?;
    Ok(Side { document: document.to_owned(), on })
}

/// The day of a made-up population, so that the same seed gives the same figures whenever it is run.
const MADE_UP_ON: &str = "2026-11-01";

/// Most people of a made-up population: more would not fit into the memory of an ordinary machine.
const MOST_MADE_UP: usize = 20_000_000;

fn simulate(folder: Option<&Path>, wanted: &Simulating) -> anyhow::Result<()> {
    let today = || kernel::time::date_of(SystemClock.now()).to_string();
    let on = wanted.on.clone().unwrap_or_else(|| if wanted.elders.is_some() { MADE_UP_ON.into() } else { today() });
    let on = json::day(&on).map_err(|why| anyhow!("--on：{why}"))?;
    let area = wanted.area.as_deref().map(|text| Divisions::of_list(DIVISIONS).read(text)).transpose();
    let area = area.map_err(|why| anyhow!("--area：{why}"))?;
    let library = place::policies(folder)?;
    let (a, b) = (side(&wanted.document, on)?, side(&wanted.against, on)?);
    let assumed: Assumed = wanted.assume.iter().map(|text| assumption(text)).collect::<anyhow::Result<_>>()?;
    let ask = simulation::Ask { question: wanted.question.clone(), a, b, assumed };
    simulation::check(&library, &ask).map_err(|why| anyhow!(why))?;
    let people = match (&wanted.people, wanted.elders) {
        (Some(file), _) => {
            let counties = Divisions::counties(DIVISIONS, Area::COUNTRY);
            Population::of_file(&library, &ask, file, on, &counties).map_err(|why| anyhow!(why))?
        }
        (None, Some(0)) => bail!("--elders 至少为 1"),
        (None, Some(elders)) if elders > MOST_MADE_UP => {
            bail!("--elders 最多为 {MOST_MADE_UP}（一个大城市的老年人也不到这么多），这里是 {elders}")
        }
        (None, Some(elders)) => {
            let home = library.document(&ask.a.document).map_or(Area::COUNTRY, |document| document.area);
            let counties = Divisions::counties(DIVISIONS, area.unwrap_or(home));
            Population::made_up(&library, &ask, elders, (wanted.seed, on), &counties).map_err(|why| anyhow!(why))?
        }
        (None, None) => registered(folder, wanted, &ask, area.unwrap_or(Area::COUNTRY), on)?,
    };
    let result = simulation::run(&library, &ask, &people).map_err(|why| anyhow!(why))?;
    let (library, people) = (&library, &people);
    say(&match wanted.format {
        Printed::Table => simulation::text::table(library, &ask, people, &result),
        Printed::Csv => simulation::text::csv(library, people, &result),
        Printed::Json => serde_json::to_string_pretty(&simulation::text::json(library, &ask, people, &result))? + "\n",
    })
}

fn assumption(text: &str) -> anyhow::Result<(String, String)> {
    let (name, value) =
        text.split_once('=').ok_or_else(|| anyhow!("--assume “{text}”应写成 名=值，如 setting=home"))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn registered(
    folder: Option<&Path>,
    wanted: &Simulating,
    ask: &simulation::Ask,
    area: Area,
    on: Date,
) -> anyhow::Result<Population> {
    if wanted.db.is_none() && !wanted.data.join("yiyang.db").exists() {
        bail!("数据目录 {} 中没有名册；用 --data 指定，或用 --elders 生成合成人群", wanted.data.display());
    }
    let place = Place { data: wanted.data.clone(), db: wanted.db.clone(), policies: folder.map(Path::to_path_buf) };
    let installation = place::open(&place)?;
    let by = db::Actor::system(installation.clock.now());
    let library = &installation.policies;
    let people = simulation::registered(&installation.db, &Default::default(), library, &by, ask, area, on);
    people.map_err(|e| anyhow!(e.text()))
}
