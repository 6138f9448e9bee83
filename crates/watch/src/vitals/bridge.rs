//! A county that has a broker already (Mosquitto, EMQX, NATS): we are a client of it. The broker keeps what we have not acknowledged
//! (QoS 1, a session of its own that survives us), and we acknowledge after the commit. That a device publishes under its own name
//! only is the broker's duty there; see `docs/ops/devices.md`.

use super::gateway::{Door, ROOT};
use super::intake::{Reply, Verdict};
use rumqttc::{AsyncClient, ConnectReturnCode, Event, MqttOptions, Packet, Publish, QoS, SubAck, SubscribeReasonCode};
use std::time::Duration;
use tokio::sync::mpsc;

/// So many messages of the broker are on their way to the store at most.
const INFLIGHT: u16 = 2_000;
/// How long to wait before the next try when the broker does not answer, at first and at most.
const PATIENCE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// Seconds between signs of life.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Where the broker is: `mqtt://user:password@host:1883`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    host: String,
    port: u16,
    login: Option<(String, String)>,
}

impl Broker {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = "应为 mqtt://用户:密码@主机:端口，如 mqtt://yiyang:secret@10.1.2.3:1883";
        let rest = text.strip_prefix("mqtt://").ok_or(form)?;
        let (login, place) = match rest.rsplit_once('@') {
            Some((login, place)) => (Some(login.split_once(':').ok_or(form)?), place),
            None => (None, rest),
        };
        let (host, port) = place.rsplit_once(':').unwrap_or((place, "1883"));
        let port = port.parse().map_err(|_| form)?;
        if host.is_empty() {
            return Err(form.into());
        }
        let login = login.map(|(user, password)| (user.to_owned(), password.to_owned()));
        Ok(Self { host: host.to_owned(), port, login })
    }

    fn options(&self, name: &str) -> MqttOptions {
        let mut options = MqttOptions::new(name, &self.host, self.port);
        options.set_keep_alive(KEEP_ALIVE).set_clean_session(false).set_manual_acks(true);
        options.set_max_packet_size(super::mqtt::LARGEST, super::mqtt::LARGEST);
        if let Some((user, password)) = &self.login {
            options.set_credentials(user, password);
        }
        options
    }
}

/// Takes what the broker has until the task is ended; comes back whenever the broker does, by the next of its addresses: those of
/// the nodes of a cluster. `name` is ours at the broker: it keeps the session under it, so it stays the same.
pub async fn run(brokers: Vec<Broker>, name: String, door: Door) {
    let mut wait = PATIENCE.0;
    for broker in brokers.iter().cycle() {
        let Ended { worked, why } = follow(broker, &name, &door).await;
        if worked {
            wait = PATIENCE.0;
        }
        tracing::warn!(host = broker.host, port = broker.port, why, "broker does not answer, trying again");
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(PATIENCE.1);
    }
}

/// How a connection to a broker ended.
struct Ended {
    worked: bool,
    why: String,
}

/// Takes what a broker has until it no longer answers. What is not acknowledged by then it sends again, and a repetition changes
/// nothing.
async fn follow(broker: &Broker, name: &str, door: &Door) -> Ended {
    let (client, mut events) = AsyncClient::new(broker.options(name), INFLIGHT.into());
    let (acknowledge, acknowledged) = mpsc::unbounded_channel();
    tokio::spawn(acknowledge_all(client.clone(), acknowledged));
    let mut worked = false;
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(ack))) if ack.code == ConnectReturnCode::Success => {
                worked = true;
                tracing::info!(host = broker.host, port = broker.port, "broker connected");
                subscribe(&client).await;
            }
            Ok(Event::Incoming(Packet::SubAck(ack))) => subscribed(broker, &ack),
            Ok(Event::Incoming(Packet::Publish(publish))) => take(door, &publish, &acknowledge).await,
            Ok(_) => {}
            Err(error) => return Ended { worked, why: error.to_string() },
        }
    }
}

/// A broker that does not let us hear says so only here.
fn subscribed(broker: &Broker, ack: &SubAck) {
    if ack.return_codes.contains(&SubscribeReasonCode::Failure) {
        tracing::error!(
            host = broker.host,
            port = broker.port,
            "broker refuses the subscription: grant read on {ROOT}/+/#"
        );
    } else {
        tracing::info!(host = broker.host, port = broker.port, "broker subscribed");
    }
}

async fn subscribe(client: &AsyncClient) {
    for form in ["senml", "observation"] {
        if let Err(error) = client.subscribe(format!("{ROOT}/+/{form}"), QoS::AtLeastOnce).await {
            tracing::warn!(%error, "broker refuses the subscription");
        }
    }
}

async fn take(door: &Door, publish: &Publish, acknowledge: &mpsc::UnboundedSender<(u16, Verdict)>) {
    let reply = |verdict| match publish.pkid {
        0 => Reply::None,
        packet => Reply::Packet(acknowledge.clone(), packet, verdict),
    };
    let serial = publish.topic.split('/').nth(1).unwrap_or_default();
    match door.named(serial) {
        Some(device) => {
            // Only the program's end stops the intake, and then the broker keeps the message.
            let _ = door.take(&device, (publish.topic.as_bytes(), &publish.payload), reply).await;
        }
        None => {
            tracing::warn!(topic = publish.topic, "message of a device that is not registered or not in use");
            let _ = acknowledge.send((publish.pkid, Verdict::Useless));
        }
    }
}

/// On a task of its own: the client's queue may be full while the events are read.
async fn acknowledge_all(client: AsyncClient, mut acknowledged: mpsc::UnboundedReceiver<(u16, Verdict)>) {
    while let Some((packet, _)) = acknowledged.recv().await {
        let stored = Publish { pkid: packet, ..Publish::new("", QoS::AtLeastOnce, vec![]) };
        if packet != 0 && client.ack(&stored).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_host_and_perhaps_port_and_log_in() {
        let broker = |host: &str, port, login: Option<(&str, &str)>| Broker {
            host: host.into(),
            port,
            login: login.map(|(user, password)| (user.into(), password.into())),
        };
        assert_eq!(Broker::parse("mqtt://10.1.2.3"), Ok(broker("10.1.2.3", 1883, None)));
        assert_eq!(Broker::parse("mqtt://a:b@c@host:99"), Ok(broker("host", 99, Some(("a", "b@c")))));
        for wrong in ["http://x", "mqtt://", "mqtt://host:port", "mqtt://user@host", "mqtts://host"] {
            assert!(Broker::parse(wrong).is_err(), "{wrong}");
        }
    }
}
