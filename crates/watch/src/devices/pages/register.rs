//! Registering one device or a pasted list of them, and the slips with their secrets.

use super::super::model::{Device, Kind};
use super::super::store::steps::{self, NewDevice};
use super::{SOURCE, device_id, reload};
use axum::extract::Path;
use axum::http::{HeaderMap, header};
use kernel::{DeviceId, InstitutionId};
use registry::institutions;
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

/// So many rows of a pasted list at once.
const MOST_ROWS: usize = 500;
const EXAMPLE: &str = "W-1001,手环,掘港街道 1 号\nBP-2001,血压计,日间照料中心";

pub(in super::super) async fn blank(cx: Cx) -> Result<Markup, Error> {
    let places = cx.read(|tx, by| institutions::store::options(tx, by, &[])).await?;
    let mut homes = vec![(String::new(), "不属于机构".to_owned())];
    homes.extend(places.into_iter().map(|(id, name)| (id.to_string(), name)));
    let place = || ui::select("负责机构", "institution", &homes, &own(&cx));
    let one = html! {
        (ui::form_row(&[
            ui::field("设备编号", "serial", "", Field::text().required().limit(64).autocomplete("off").hint("印在设备上，只用字母、数字、“-”和“_”")),
            ui::select_with("类型", "kind", &Kind::options(), "wristband", Field::default().required()),
        ]))
        (ui::form_row(&[
            ui::field("名称", "name", "", Field::text().limit(100).placeholder("如：掘港街道 1 号手环")),
            ui::field("厂家", "maker", "", Field::text().limit(100)),
            place(),
        ]))
        (ui::submit("登记并打印密钥条"))
    };
    let many = html! {
        p { "每行一台，从 Excel 复制或用逗号分隔：设备编号、类型、名称。一次最多 " (MOST_ROWS) " 台；有错的行会指出来，其余的照样登记。" }
        (ui::textarea("清单", "rows", "", Field::default().required().placeholder(EXAMPLE)))
        (place())
        (ui::submit("登记清单并打印密钥条"))
    };
    let body = html! {
        (ui::card("登记一台", ui::form_among(&cx, "/devices", one)))
        (ui::card("登记一批", ui::form_among(&cx, "/devices/many", many)))
    };
    Ok(Page::new(&cx, "登记设备").crumb("监测设备", "/devices").source(SOURCE).body(body))
}

fn own(cx: &Cx) -> String {
    cx.user.institution.map(|id| id.to_string()).unwrap_or_default()
}

fn institution(text: Option<&str>) -> Result<Option<InstitutionId>, Error> {
    text.map(|text| InstitutionId::parse(text).ok_or(Error::NotFound)).transpose()
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    serial: String,
    kind: Kind,
    name: Option<String>,
    maker: Option<String>,
    institution: Option<String>,
}

/// What stands on a slip.
struct Slip {
    id: DeviceId,
    serial: String,
    kind: Kind,
    name: String,
    secret: String,
}

pub(in super::super) async fn one(cx: Cx, headers: HeaderMap, Form(f): Form<Filled>) -> Result<Markup, Error> {
    let (name, maker) = (f.name.unwrap_or_default(), f.maker.unwrap_or_default());
    let institution = institution(f.institution.as_deref())?;
    let new = NewDevice { serial: f.serial, kind: f.kind, name, maker, area: cx.user.scope.area, institution };
    let made = new.clone();
    let (id, secret) = cx.write(move |tx, by| steps::register(tx, by, &made)).await?;
    reload(&cx, None).await?;
    let slip = Slip { id, serial: kernel::text::clean(&new.serial), kind: new.kind, name: new.name, secret };
    Ok(slips(&cx, &headers, &[slip], html! {}))
}

pub(in super::super) async fn renew(cx: Cx, headers: HeaderMap, Path(id): Path<String>) -> Result<Markup, Error> {
    let id = device_id(&id)?;
    let (Device { serial, kind, name, .. }, secret) = cx.write(move |tx, by| steps::renew(tx, by, id)).await?;
    reload(&cx, None).await?;
    Ok(slips(&cx, &headers, &[Slip { id, serial, kind, name, secret }], html! {}))
}

#[derive(Deserialize)]
pub(in super::super) struct Pasted {
    rows: String,
    institution: Option<String>,
}

/// A row of a pasted list as it came out: its number, serial, and the slip or what is wrong.
type Outcome = (usize, String, Result<Slip, String>);

pub(in super::super) async fn many(cx: Cx, headers: HeaderMap, Form(p): Form<Pasted>) -> Result<Markup, Error> {
    let institution = institution(p.institution.as_deref())?;
    let rows: Vec<(usize, String)> = p
        .rows
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| (at + 1, line.to_owned()))
        .collect();
    if rows.len() > MOST_ROWS {
        let message = format!("有 {} 行，一次最多 {MOST_ROWS} 行，请分几次登记", rows.len());
        return Err(Error::field("rows", "清单", message));
    }
    let area = cx.user.scope.area;
    let done: Vec<Outcome> = cx
        .write(move |tx, by| {
            // Whoever may not see the institution learns nothing of what is wrong with the rows.
            if let Some(id) = institution {
                institutions::store::find(tx, by, id)?;
            }
            let mut done = vec![];
            for (at, line) in &rows {
                let (serial, new) = read_row(line, area, institution);
                let made = match new {
                    Err(wrong) => Err(wrong),
                    Ok(new) => match steps::register(tx, by, &new) {
                        Ok((id, secret)) => {
                            Ok(Slip { id, serial: serial.clone(), kind: new.kind, name: new.name, secret })
                        }
                        Err(Error::Db(e)) => return Err(Error::Db(e)),
                        Err(other) => Err(other.text()),
                    },
                };
                done.push((*at, serial, made));
            }
            Ok::<_, Error>(done)
        })
        .await?;
    reload(&cx, None).await?;
    let result = outcome(&done);
    let made: Vec<Slip> = done.into_iter().filter_map(|(.., made)| made.ok()).collect();
    Ok(slips(&cx, &headers, &made, result))
}

/// A row of the list: tabs as Excel copies them, or commas.
fn read_row(line: &str, area: kernel::Area, institution: Option<InstitutionId>) -> (String, Result<NewDevice, String>) {
    let mark = if line.contains('\t') { '\t' } else { ',' };
    let line = if mark == ',' { line.replace('，', ",") } else { line.to_owned() };
    let mut cells = line.split(mark).map(kernel::text::clean);
    let (serial, kind) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
    let name = cells.next().unwrap_or_default();
    let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    let new = Kind::parse(&kind)
        .ok_or_else(|| format!("类型“{kind}”不认识，应为：{}", known.join("、")))
        .map(|kind| NewDevice { serial: serial.clone(), kind, name, maker: String::new(), area, institution });
    (serial, new)
}

fn outcome(done: &[Outcome]) -> Markup {
    let wrong = done.iter().filter(|(.., made)| made.is_err()).count();
    let rows = done.iter().map(|(at, serial, made)| {
        let said = match made {
            Ok(_) => ui::badge(Tone::Success, "已登记"),
            Err(why) => html! { (ui::badge(Tone::Danger, "没有登记")) " " (why) },
        };
        vec![ui::text(at), ui::text(serial), said]
    });
    html! {
        p { "共 " (done.len()) " 行，登记 " (done.len() - wrong) " 台，" (wrong) " 行有错。有错的行改好后可以单独再贴一次。" }
        (ui::table(&[">行", "设备编号", "结果"], rows))
    }
}

/// The secrets, this once.
fn slips(cx: &Cx, headers: &HeaderMap, all: &[Slip], result: Markup) -> Markup {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let body = html! {
        @if !result.0.is_empty() { (ui::card("登记结果", result)) }
        @if !all.is_empty() {
            (ui::alert(Tone::Warning, "密钥只显示这一次", "平台只存它的摘要，离开本页后再也看不到。请打印，写入设备后撕毁；遗失了就换发。"))
            (ui::print_sheet("设备密钥条", html! { @for slip in all { (one_slip(slip, host, name)) } }))
        }
        div.btn-list.d-print-none {
            @if let [slip] = all { (ui::link_button(&format!("/devices/{}", slip.id), "打开设备，绑定老年人", Tone::Primary)) }
            (ui::link_button("/devices", "返回设备列表", Tone::Neutral))
        }
    };
    Page::new(cx, "设备密钥条").crumb("监测设备", "/devices").source(SOURCE).body(body)
}

fn one_slip(slip: &Slip, host: &str, name: &str) -> Markup {
    let topic = format!("yiyang/{}/senml", slip.serial);
    html! {
        section.yy-slip.yy-device-slip {
            h3 { (slip.kind) " " (slip.serial) @if !slip.name.is_empty() { "　" (slip.name) } }
            dl {
                dt { "MQTT 地址" } dd { code { (name) } "，端口问系统管理员（一般为 1883）" }
                dt { "用户名" } dd { code { (slip.serial) } }
                dt { "密钥" } dd { code.yy-secret { (slip.secret) } }
                dt { "主题" } dd { code { (topic) } }
                dt { "或 HTTP" } dd { code { "POST " (host) "/vitals/" (slip.serial) "/senml" } "（Basic 认证，用户名和密钥同上）" }
            }
        }
    }
}
