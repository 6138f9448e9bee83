//! A connection to a broker by MQTT 3.1.1 or 5, as the sender needs it: publish at least once, and hear what was acknowledged.

use super::credentials::Credential;
use anyhow::Context;
use rumqttc::v5::mqttbytes::v5::{Packet as PacketFive, PubAckReason};
use rumqttc::{Packet as PacketFour, v5};
use std::net::SocketAddr;
use std::time::Duration;

/// Publications that may wait for their acknowledgement.
pub const WINDOW: u16 = 50;
const KEEP_ALIVE: Duration = Duration::from_secs(60);

/// Which MQTT is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Version {
    /// 3.1.1
    #[value(name = "4")]
    Four,
    /// 5
    #[value(name = "5")]
    Five,
}

/// Where the broker is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
}

impl Address {
    /// Reads `host:port`.
    ///
    /// # Errors
    /// A sentence that shows how it is written.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
        let (host, port) = parts.ok_or_else(|| format!("“{text}”不是地址，应如 127.0.0.1:1883"))?;
        Ok(Self { host: host.to_owned(), port })
    }
}

impl From<SocketAddr> for Address {
    fn from(at: SocketAddr) -> Self {
        Self { host: at.ip().to_string(), port: at.port() }
    }
}

/// What happened on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The broker let us in.
    Connected,
    /// The next of what was to be published has gone out under this number.
    Sent(u16),
    /// What went out under this number is acknowledged; false when the broker refused it.
    Acknowledged(u16, bool),
    /// Nothing that matters.
    Other,
}

/// Publishes.
pub enum Sender {
    /// By 3.1.1.
    Four(rumqttc::AsyncClient),
    /// By 5.
    Five(v5::AsyncClient),
}

/// Hears.
pub enum Listener {
    /// By 3.1.1.
    Four(Box<rumqttc::EventLoop>),
    /// By 5.
    Five(Box<v5::EventLoop>),
}

/// A new connection of a device, which begins when one listens.
pub fn open(broker: &Address, version: Version, of: &Credential) -> (Sender, Listener) {
    let capacity = usize::from(WINDOW);
    match version {
        Version::Four => {
            let mut options = rumqttc::MqttOptions::new(&of.serial, &broker.host, broker.port);
            options.set_credentials(&of.serial, &of.secret).set_keep_alive(KEEP_ALIVE).set_inflight(WINDOW);
            let (client, events) = rumqttc::AsyncClient::new(options, capacity);
            (Sender::Four(client), Listener::Four(Box::new(events)))
        }
        Version::Five => {
            let mut options = v5::MqttOptions::new(&of.serial, &broker.host, broker.port);
            options.set_credentials(&of.serial, &of.secret).set_keep_alive(KEEP_ALIVE);
            options.set_outgoing_inflight_upper_limit(WINDOW);
            let (client, events) = v5::AsyncClient::new(options, capacity);
            (Sender::Five(client), Listener::Five(Box::new(events)))
        }
    }
}

impl Sender {
    /// Hands a publication over.
    pub async fn publish(&self, topic: &str, payload: Vec<u8>) -> anyhow::Result<()> {
        match self {
            Self::Four(client) => {
                client.publish(topic, rumqttc::QoS::AtLeastOnce, false, payload).await.context("publish")
            }
            Self::Five(client) => {
                client.publish(topic, v5::mqttbytes::QoS::AtLeastOnce, false, payload).await.context("publish")
            }
        }
    }
}

impl Listener {
    /// What happens next.
    ///
    /// # Errors
    /// When the line is lost or the broker does not let us in.
    pub async fn next(&mut self) -> anyhow::Result<Heard> {
        Ok(match self {
            Self::Four(events) => heard_four(&events.poll().await?),
            Self::Five(events) => heard_five(&events.poll().await?),
        })
    }
}

fn heard_four(event: &rumqttc::Event) -> Heard {
    match event {
        rumqttc::Event::Incoming(PacketFour::ConnAck(_)) => Heard::Connected,
        rumqttc::Event::Incoming(PacketFour::PubAck(ack)) => Heard::Acknowledged(ack.pkid, true),
        rumqttc::Event::Outgoing(rumqttc::Outgoing::Publish(number)) => Heard::Sent(*number),
        _ => Heard::Other,
    }
}

fn heard_five(event: &v5::Event) -> Heard {
    match event {
        v5::Event::Incoming(PacketFive::ConnAck(_)) => Heard::Connected,
        v5::Event::Incoming(PacketFive::PubAck(ack)) => {
            let taken = matches!(ack.reason, PubAckReason::Success | PubAckReason::NoMatchingSubscribers);
            Heard::Acknowledged(ack.pkid, taken)
        }
        v5::Event::Outgoing(rumqttc::Outgoing::Publish(number)) => Heard::Sent(*number),
        _ => Heard::Other,
    }
}
