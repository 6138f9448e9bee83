//! The audit as a page, for the operator and the supervisor: who did what, on whom, when and from where.

use crate::cx::Cx;
use crate::error::Error;
use crate::routes::{Nav, Permission, Routes};
use crate::shell::Page;
use crate::ui::{self, PageInfo, Tone};
use db::audit::{Record, Verdict};
use maud::{Markup, html};

/// Reads the audit.
pub const READ: Permission = Permission("audit.read");

/// The menu entry.
pub const NAV: &[Nav] = &[Nav { group: "系统", title: "操作审计", href: "/audit", permission: READ, order: 910 }];

/// Rows on a page.
const ROWS: i64 = 50;

/// `/audit`
pub fn routes() -> Routes {
    Routes::new().get("/audit", READ, list)
}

#[derive(serde::Deserialize)]
struct Asked {
    page: Option<i64>,
    /// Asks for the whole chain to be recomputed; takes a while on a large audit, so only when asked.
    verify: Option<String>,
}

async fn list(cx: Cx, crate::Query(asked): crate::Query<Asked>) -> Result<Markup, Error> {
    let page = asked.page.unwrap_or(1).max(1);
    let (records, total) = cx.read(move |tx, by| db::audit::visible(tx, by, ROWS, (page - 1) * ROWS)).await?;
    let verdict = match asked.verify {
        Some(_) => Some(cx.read(|tx, _| db::audit::verify(tx)).await?),
        None => None,
    };
    let info = PageInfo::new("/audit", page, ROWS, total);
    let body = html! {
        @if let Some(verdict) = &verdict { (state(verdict)) }
        (ui::table(&["时间", "操作人", "来自", "操作", "对象", "说明"], records.iter().map(row)))
        (ui::pager(&info))
    };
    let actions = html! { (ui::link_button("/audit?verify=1", "校验哈希链", Tone::Neutral)) };
    Ok(Page::new(&cx, "操作审计")
        .actions(actions)
        .source("审计表：只增不改，每分钟用 SM3 哈希链封存一次。只列出您辖区内人员的操作。")
        .body(body))
}

fn state(verdict: &Verdict) -> Markup {
    match verdict.broken {
        None => ui::alert(Tone::Success, "记录完好", html! { "已封存 " (verdict.sealed) " 条，哈希链一致。" }),
        Some(seal) => ui::alert(
            Tone::Danger,
            "记录被改动",
            html! { "第 " (seal) " 次封存与记录不符，请立即联系系统管理员并保全数据库。" },
        ),
    }
}

fn row(r: &Record) -> Vec<Markup> {
    vec![
        ui::text(kernel::time::show(r.at)),
        ui::text(&r.name),
        ui::opt(Some(&r.ip)),
        ui::text(action(&r.action)),
        html! { @if let Some(elder) = r.elder { a href={ "/elders/" (elder) } { "老年人档案" } } @if !is_id(&r.subject) { " " (r.subject) } },
        ui::text(&r.detail),
    ]
}

/// Ids say nothing to a reader; they stay in the table and in its hash chain.
fn is_id(subject: &str) -> bool {
    subject.len() >= 32 && subject.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

/// An action in words; one that has none yet is shown by its name in the audit.
fn action(name: &str) -> &str {
    ACTIONS.iter().find(|(code, _)| *code == name).map_or(name, |(_, word)| word)
}

/// Name of an action in the audit, and its word on the page.
const ACTIONS: &[(&str, &str)] = &[
    ("accounts.create", "开通账号"),
    ("accounts.disable", "停用账号"),
    ("accounts.enable", "启用账号"),
    ("accounts.login", "登录"),
    ("accounts.login_failed", "登录失败"),
    ("accounts.logout", "退出"),
    ("accounts.password", "修改密码"),
    ("accounts.reset", "重置密码"),
    ("agreements.draft", "起草合作协议"),
    ("agreements.end", "终止合作协议"),
    ("agreements.expire", "合作协议到期"),
    ("agreements.round", "登记巡诊"),
    ("agreements.sign", "签署合作协议"),
    ("agreements.withdraw", "作废合作协议"),
    ("areas.remove", "撤回导入的区划"),
    ("areas.write", "登记区划"),
    ("assessments.accept", "受理评估申请"),
    ("assessments.add", "增派评估员"),
    ("assessments.agree", "评估结论一致"),
    ("assessments.apply", "提交评估申请"),
    ("assessments.approve", "审核通过"),
    ("assessments.assign", "指派评估员"),
    ("assessments.begin", "开始填评估表"),
    ("assessments.cancel", "终止评估"),
    ("assessments.differ", "评分不一致，待合议"),
    ("assessments.dismiss", "答复异议"),
    ("assessments.dispute", "登记异议"),
    ("assessments.effect", "评估结论生效"),
    ("assessments.notice", "开始公示"),
    ("assessments.reassess", "指派复评"),
    ("assessments.reject", "不予受理"),
    ("assessments.return", "审核退回"),
    ("assessments.submit", "提交评估表"),
    ("assessments.withdraw", "撤回评估申请"),
    ("chart.export", "导出健康档案"),
    ("chart.read", "查看健康档案"),
    ("chart.review", "用药指导或处方点评"),
    ("chart.write", "登记健康档案"),
    ("consents.handle", "处理撤回的同意"),
    ("consents.withdraw", "撤回同意"),
    ("contracts.consent", "征询签约意愿"),
    ("contracts.decline", "谢绝签约"),
    ("contracts.end", "解约"),
    ("contracts.expire", "签约到期"),
    ("contracts.fulfil", "登记履约"),
    ("contracts.reopen", "更正履约"),
    ("contracts.sign", "签约"),
    ("contracts.withdraw", "作废签约记录"),
    ("elders.change", "修改档案"),
    ("elders.create", "建立档案"),
    ("elders.merge", "合并档案"),
    ("elders.remove", "撤回导入的档案"),
    ("elders.restore", "恢复导入前的档案"),
    ("elders.unmask", "查看完整证件号等"),
    ("elders.unmerge", "撤销合并"),
    ("elders.view", "查看档案"),
    ("family.code", "重发家庭页密码"),
    ("family.end", "结束家庭页查看"),
    ("family.open", "开通家庭页"),
    ("family.view", "查看家庭页"),
    ("followups.read", "查看慢病随访"),
    ("followups.write", "登记慢病随访"),
    ("indicators.export", "导出指标"),
    ("institutions.remove", "撤回导入的机构"),
    ("institutions.write", "登记机构"),
    ("ltci.amend", "修改服务记录"),
    ("ltci.assign", "指定服务机构"),
    ("ltci.cancel", "取消上门服务"),
    ("ltci.check_in", "签到"),
    ("ltci.check_out", "签退"),
    ("ltci.correct", "结算更正"),
    ("ltci.correct.withdraw", "撤回更正"),
    ("ltci.end", "终止待遇"),
    ("ltci.enter_late", "补录服务"),
    ("ltci.entitle", "核定待遇"),
    ("ltci.export", "下载结算明细"),
    ("ltci.miss", "登记未服务"),
    ("ltci.pay", "登记拨付"),
    ("ltci.plan", "制定照护计划"),
    ("ltci.plan.end", "终止照护计划"),
    ("ltci.reassign", "改派服务人员"),
    ("ltci.schedule", "排班"),
    ("ltci.check", "试算"),
    ("ltci.settle", "结算"),
    ("records.write", "登记健康体检"),
    ("referrals.accept", "接受转诊"),
    ("referrals.arrive", "到诊"),
    ("referrals.book", "转诊预约"),
    ("referrals.cancel", "撤回转诊"),
    ("referrals.close", "转诊自动关闭"),
    ("referrals.conclude", "转回结论"),
    ("referrals.follow_up", "转诊后随访"),
    ("referrals.lapse", "转诊失效"),
    ("referrals.print", "打印转诊单"),
    ("referrals.record", "查看共享资料"),
    ("referrals.refuse", "拒绝转诊"),
    ("referrals.request", "发出转诊"),
    ("referrals.share", "重新共享资料"),
    ("referrals.treatment", "登记治疗理由"),
    ("referrals.unshare", "停止共享资料"),
    ("referrals.view", "查看转诊"),
    ("simulation.open", "在政策模拟中查看"),
    ("staff.remove", "撤回导入的人员"),
    ("staff.write", "登记从业人员"),
    ("stays.write", "登记住院"),
    ("transfer.apply", "导入"),
    ("transfer.discard", "放弃导入"),
    ("transfer.export", "导出名册"),
    ("transfer.refused", "下载被拒的行"),
    ("transfer.undo", "撤回导入"),
    ("transfer.upload", "上传文件"),
];
