//! Serving: the listener, the background worker, what is due every minute and every day.

use crate::cli::Devices;
use crate::place::Installation;
use crate::wiring;
use anyhow::Context;
use care::consultations::Rooms;
use db::Actor;
use kernel::Date;
use registry::elders::Columns;
use std::net::SocketAddr;
use std::time::Duration;
use watch::Watching;
use watch::emergencies::Boards;
use web::State;

/// How often the audit is sealed and what is due is looked for.
const ROUND: Duration = Duration::from_secs(60);

/// Threads that wait for the store or compute. More than it has connections gain nothing, and each keeps memory.
const BLOCKING: usize = 32;

/// Serves until the process is asked to stop.
///
/// # Errors
/// When the address is taken, or the store fails at the start.
pub fn serve(installation: &Installation, listen: SocketAddr, ready: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(BLOCKING).build()?;
    let listener = runtime.block_on(bind(listen))?;
    // Outside the runtime: PostgreSQL's driver has one of its own and blocks.
    let (state, routes) = wiring::wire(installation)?;
    let worker = state.jobs.start()?;
    runtime.block_on(async {
        let rounds = tokio::spawn(rounds(state.clone()));
        let seconds = tokio::spawn(seconds(state.clone()));
        let_devices_in(&state, &installation.devices).await?;
        tokio::task::spawn_blocking({
            let state = state.clone();
            move || warm(&state)
        });
        let service = web::serve::app(state.clone(), routes).into_make_service_with_connect_info::<SocketAddr>();
        ready(listener.local_addr()?);
        // Browsers that wait for news of a room or of the board would hold the end up.
        let (rooms, boards) = (state.get::<Rooms>(), state.get::<Boards>());
        let stop = async move {
            asked_to_stop().await;
            rooms.shut();
            boards.shut();
        };
        axum::serve(listener, service).with_graceful_shutdown(stop).await?;
        rounds.abort();
        seconds.abort();
        state.jobs.stop();
        tokio::task::spawn_blocking(move || worker.join()).await?.map_err(|_| anyhow::anyhow!("后台任务线程异常结束"))
    })
}

/// Builds the column copy, so that the first search need not wait for it. A failure shows again at the first use.
fn warm(state: &State) {
    if let Err(e) = state.get::<Columns>().refresh(&state.db) {
        tracing::error!(error = %e, "column copy");
    }
}

async fn bind(listen: SocketAddr) -> anyhow::Result<tokio::net::TcpListener> {
    tokio::net::TcpListener::bind(listen).await.with_context(|| {
        format!("不能监听 {listen}：端口可能已被占用。请关闭占用它的程序，或用 --listen 127.0.0.1:8081 换一个端口")
    })
}

/// Waits until somebody asks the process to stop.
pub(crate) async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(_) => return drop(interrupt.await),
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}

/// Opens the door for devices, and goes to the broker that is named.
async fn let_devices_in(state: &State, devices: &Devices) -> anyhow::Result<()> {
    let Some(watching) = state.try_get::<Watching>() else { return Ok(()) };
    if let Some(at) = devices.devices_listen {
        let bound = watching
            .listen(at)
            .await
            .with_context(|| format!("监测设备不能接入 {at}：端口可能已被占用，请用 --devices-listen 换一个"))?;
        println!("监测设备接入（MQTT）：{bound}");
    }
    if !devices.broker.is_empty() {
        watching.follow(devices.broker.clone(), devices.broker_name.clone());
    }
    Ok(())
}

/// What cannot wait for a minute: alarms that nobody takes go up the ladder.
async fn seconds(state: State) {
    let mut every = tokio::time::interval(Duration::from_secs(1));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let Some(watching) = state.try_get::<Watching>() else { return };
    loop {
        every.tick().await;
        let (state, watching) = (state.clone(), watching.clone());
        match tokio::task::spawn_blocking(move || watching.every_second(&state)).await {
            Ok(Err(error)) => tracing::error!(%error, "alarms"),
            Err(error) => tracing::error!(%error, "alarms"),
            Ok(Ok(())) => {}
        }
    }
}

async fn rounds(state: State) {
    let mut every = tokio::time::interval(ROUND);
    let mut last: Option<Date> = None;
    loop {
        every.tick().await;
        let (state, day) = (state.clone(), kernel::time::date_of(state.clock.now()));
        let new_day = last.replace(day) != Some(day);
        let done = tokio::task::spawn_blocking(move || round(&state, new_day)).await;
        match done {
            Ok(Err(e)) => tracing::error!(error = %e.text(), "round"),
            Err(e) => tracing::error!(error = %e, "round"),
            Ok(Ok(())) => {}
        }
    }
}

/// What is due: the audit's seal always; at the first round of a day, what a date brings about by itself.
fn round(state: &State, new_day: bool) -> Result<(), web::Error> {
    let now = state.clock.now();
    state.db.write(|tx| db::audit::seal(tx, now))?;
    if let Some(watching) = state.try_get::<Watching>() {
        watching.every_minute(state)?;
    }
    if new_day {
        wiring::daily(state, &Actor::system(now))?;
    }
    Ok(())
}
