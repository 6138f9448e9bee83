//! Styles and scripts inside the binary. Their address carries a hash of their content, so browsers keep them for good.

use crate::state::State;
use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sm3::{Digest, Sm3};
use std::sync::OnceLock;

/// Name, media type and content of all that pages may ask for.
const FILES: [(&str, &str, &[u8]); 15] = [
    ("app.css", CSS, include_bytes!("../assets/app.css")),
    ("app.js", JS, include_bytes!("../assets/app.js")),
    ("board.css", CSS, include_bytes!("../assets/board.css")),
    ("board.js", JS, include_bytes!("../assets/board.js")),
    ("call.css", CSS, include_bytes!("../assets/call.css")),
    ("call.js", JS, include_bytes!("../assets/call.js")),
    ("day.css", CSS, include_bytes!("../assets/day.css")),
    ("day.js", JS, include_bytes!("../assets/day.js")),
    ("kiosk.css", CSS, include_bytes!("../assets/kiosk.css")),
    ("planner.css", CSS, include_bytes!("../assets/planner.css")),
    ("planner.js", JS, include_bytes!("../assets/planner.js")),
    ("icon.svg", "image/svg+xml", include_bytes!("../assets/icon.svg")),
    ("tabler.min.css", CSS, include_bytes!("../../../node_modules/@tabler/core/dist/css/tabler.min.css")),
    ("htmx.min.js", JS, include_bytes!("../../../node_modules/htmx.org/dist/htmx.min.js")),
    ("echarts.common.min.js", JS, include_bytes!("../../../node_modules/echarts/dist/echarts.common.min.js")),
];
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// What keeps the carer's page for a day without a signal; served beside that page, so that it may.
pub const WORKER: &str = include_str!("../assets/worker.js");

/// The first digits of the hash over all files.
pub fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let mut hash = Sm3::new();
        FILES.iter().for_each(|(_, _, content)| hash.update(content));
        hash.update(WORKER.as_bytes());
        hash.finalize()[..6].iter().map(|b| format!("{b:02x}")).collect()
    })
}

/// The address of a file.
#[must_use]
pub fn url(name: &str) -> String {
    format!("/assets/{}/{name}", version())
}

/// The routes of the files.
pub fn router() -> Router<State> {
    Router::new().route("/assets/{version}/{name}", get(serve))
}

async fn serve(Path((_, wanted)): Path<(String, String)>) -> Response {
    match FILES.iter().find(|(name, _, _)| *name == wanted) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some((_, kind, content)) => {
            let headers =
                [(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
            (headers, *content).into_response()
        }
    }
}
