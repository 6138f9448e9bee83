//! Brokers of others between devices and server: Mosquitto, gone for a while; three NATS nodes, one of them killed.

use super::Options;
use super::count::{self, Found};
use super::place::{FEW, LINE, Place, Running, Server, at, free_port, length, look_away, text, until};
use crate::project::succeed;
use anyhow::{Context, Result};
use std::fs::File;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Our own log-in at the broker.
const OURS: (&str, &str) = ("yiyang", "bridge");
/// Devices hurry, so that there is a load.
const LOAD: [&str; 8] = ["--hours", "12", "--speed", "300", "--events", super::EVENTS, "--patience", "100"];

/// Names and secrets of the devices.
fn logins(place: &Place) -> Result<Vec<(String, String)>> {
    let rows = std::fs::read_to_string(place.path("devices.csv"))?;
    let pair = |line: &str| {
        let mut cells = line.split(',').map(str::to_owned);
        Some((cells.next()?, cells.next()?))
    };
    rows.lines().skip(1).map(pair).collect::<Option<_>>().context("devices.csv")
}

/// Starts a broker; it is there when it listens.
fn start(place: &Place, program: &str, words: &[&str], (name, port): (&str, u16)) -> Result<Running> {
    let log = File::options().create(true).append(true).open(place.path(&format!("{name}.log")))?;
    let mut command = Command::new(program);
    // Debian keeps it where only root looks.
    let paths = format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default());
    command.args(words).env("PATH", paths).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    let child =
        command.spawn().with_context(|| format!("{program} is missing; on Debian: apt-get install {program}"))?;
    let mut running = Running(child);
    until(&format!("{name} listens"), || Ok(TcpStream::connect(at(port)).is_ok()), || running.is_there())?;
    Ok(running)
}

/// How often a server has said that the broker lets it hear: once for each of two topics.
fn subscribed(place: &Place) -> usize {
    let log = std::fs::read_to_string(place.path("server.log")).unwrap_or_default();
    log.matches("broker subscribed").count()
}

/// The server as a client of the broker at any of these ports, its subscriptions made.
fn bridged(place: &Place, ports: &[u16]) -> Result<Server> {
    let before = subscribed(place);
    let address = |port: &u16| format!("mqtt://{}:{}@127.0.0.1:{port}", OURS.0, OURS.1);
    let all: Vec<String> = ports.iter().map(address).collect();
    let mut server = place.serve(&["--broker", &all.join(",")])?;
    until("the server is at the broker", || Ok(subscribed(place) >= before + 2), || server.running.is_there())?;
    Ok(server)
}

/// Lets the devices go on for so many more acknowledgements.
fn go_on(file: &Path, lines: u64, sender: &mut Running) -> Result<()> {
    let enough = length(file) + lines * LINE;
    until("devices are acknowledged", || Ok(length(file) > enough), || sender.is_there())
}

/// Ends the devices once somebody has called for help.
fn end(file: &Path, sender: &mut Running) -> Result<()> {
    until("somebody has called for help", || Ok(count::called(&[file])), || sender.is_there())?;
    sender.stop()
}

/// What the broker has acknowledged is in the database in the end.
fn arrived(place: &Place, file: &Path, server: &mut Server) -> Result<Found> {
    let mut found = None;
    let there = |found: &mut Option<Found>| {
        look_away(Duration::from_millis(300));
        *found = count::all(&place.database(), &[file]).ok();
        Ok(found.is_some())
    };
    let waited = until("everything has come through the broker", || there(&mut found), || server.running.is_there());
    // When it has not, the count says what is missing.
    waited.or_else(|e| count::all(&place.database(), &[file]).map(drop).map_err(|missing| e.context(missing)))?;
    found.context("not counted")
}

/// Mosquitto with a password and a topic for each device. It is stopped for a while, the server killed; both come back.
pub fn mosquitto(place: &Place, options: &Options) -> Result<String> {
    place.prepare(FEW)?;
    let port = free_port()?;
    let words = mosquitto_settings(place, port)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut broker = start(place, "mosquitto", &words, ("mosquitto", port))?;
    let mut server = bridged(place, &[port])?;
    let file = place.path("acknowledged");
    let mut sender = place.send(at(port), &place.path("devices.csv"), &file, &LOAD)?;
    go_on(&file, 500, &mut sender)?;
    broker.stop()?;
    look_away(Duration::from_secs(options.away));
    server.running.is_there()?;
    broker = start(place, "mosquitto", &words, ("mosquitto", port))?;
    go_on(&file, 500, &mut sender)?;
    server.running.kill()?;
    go_on(&file, 500, &mut sender)?;
    server = bridged(place, &[port])?;
    end(&file, &mut sender)?;
    let found = arrived(place, &file, &mut server)?;
    server.running.kill()?;
    broker.stop()?;
    Ok(format!("the broker gone for {} s, the server killed meanwhile; {found}", options.away))
}

fn mosquitto_settings(place: &Place, port: u16) -> Result<Vec<String>> {
    let (passwords, rights, settings) = (place.path("passwords"), place.path("rights"), place.path("mosquitto.conf"));
    let mut all = logins(place)?;
    all.push((OURS.0.into(), OURS.1.into()));
    let lines: Vec<String> = all.iter().map(|(name, secret)| format!("{name}:{secret}")).collect();
    std::fs::write(&passwords, lines.join("\n") + "\n")?;
    succeed(Command::new("mosquitto_passwd").args(["-U", text(&passwords)?]))?;
    // %u is the name of whoever publishes: nobody publishes as another.
    std::fs::write(
        &rights,
        format!(
            "user {}\ntopic read yiyang/+/senml\ntopic read yiyang/+/observation\n\
             pattern write yiyang/%u/senml\npattern write yiyang/%u/observation\n",
            OURS.0
        ),
    )?;
    let (passwords, rights, store) = (text(&passwords)?, text(&rights)?, place.keep());
    let lines = [
        format!("listener {port} 127.0.0.1"),
        "user root".into(),
        "allow_anonymous false".into(),
        format!("password_file {passwords}"),
        format!("acl_file {rights}"),
        "persistence true".into(),
        format!("persistence_location {store}/"),
        // What we have not taken yet is kept, however much it is.
        "max_queued_messages 0".into(),
        "max_inflight_messages 1000".into(),
    ];
    std::fs::write(&settings, lines.join("\n") + "\n")?;
    Ok(vec!["-c".into(), text(&settings)?.into()])
}

struct Node {
    client: u16,
    cluster: u16,
    mqtt: u16,
}

/// Three nodes that keep every message three times. The devices are at one; the one at which the server is is killed, and the
/// server goes to the next.
pub fn nats(place: &Place, options: &Options) -> Result<String> {
    place.prepare(FEW)?;
    let port = |_| Ok(Node { client: free_port()?, cluster: free_port()?, mqtt: free_port()? });
    let nodes: Vec<Node> = (0..3).map(port).collect::<Result<_>>()?;
    let mut running = vec![];
    for n in 0..nodes.len() {
        let settings = nats_settings(place, &nodes, n)?;
        running.push(start(place, "nats-server", &["-c", &settings], (&format!("nats-{n}"), nodes[n].mqtt))?);
    }
    let led = || {
        let log = |n: usize| std::fs::read_to_string(place.path(&format!("nats-{n}.log"))).unwrap_or_default();
        Ok((0..3).any(|n| log(n).contains("new metadata leader") || log(n).contains("cluster leader")))
    };
    until("the cluster has a leader", led, || running[0].is_there())?;
    let mut server = bridged(place, &[nodes[1].mqtt, nodes[2].mqtt, nodes[0].mqtt])?;
    let file = place.path("acknowledged");
    let mut sender = place.send(at(nodes[0].mqtt), &place.path("devices.csv"), &file, &LOAD)?;
    go_on(&file, 500, &mut sender)?;
    running[1].kill()?;
    go_on(&file, 1_000, &mut sender)?;
    look_away(Duration::from_secs(options.away));
    end(&file, &mut sender)?;
    let found = arrived(place, &file, &mut server)?;
    server.running.kill()?;
    running[0].kill()?;
    running[2].kill()?;
    Ok(format!("of three nodes that of the server killed; {found}"))
}

fn nats_settings(place: &Place, nodes: &[Node], n: usize) -> Result<String> {
    let user = |(name, secret): &(String, String)| {
        format!("{{user: \"{name}\", password: \"{secret}\", permissions: {{publish: \"yiyang.{name}.*\"}}}}")
    };
    let devices: Vec<String> = logins(place)?.iter().map(user).collect();
    let routes: Vec<String> = nodes.iter().map(|node| format!("\"nats://127.0.0.1:{}\"", node.cluster)).collect();
    let (node, store) = (&nodes[n], place.path(&format!("nats-{n}")));
    let settings = format!(
        "server_name: n{n}
listen: \"127.0.0.1:{}\"
jetstream {{store_dir: \"{}\"}}
cluster {{name: yiyang, listen: \"127.0.0.1:{}\", routes: [{}]}}
mqtt {{listen: \"127.0.0.1:{}\", stream_replicas: 3, max_ack_pending: 1000}}
authorization {{users: [{{user: \"{}\", password: \"{}\"}},
{}]}}
",
        node.client,
        text(&store)?,
        node.cluster,
        routes.join(", "),
        node.mqtt,
        OURS.0,
        OURS.1,
        devices.join(",\n")
    );
    let path = place.path(&format!("nats-{n}.conf"));
    std::fs::write(&path, settings)?;
    Ok(text(&path)?.to_owned())
}
