//! Travel times of a day: from a routing service that speaks OSRM's `table`, else the straight line. The service stands in
//! the county's own network (plain HTTP); it is told villages only, never who lives there.

use super::day::MINUTE;
use super::model::Asked;
use routing::{Matrix, NoTravel, Seconds, Travel, osrm_path, osrm_table};
use std::time::Duration;

/// How long the service may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer that is read: a table of a thousand places is about ten megabytes.
const LARGEST: u64 = 32 * 1024 * 1024;
/// OSRM's name for going by car.
const PROFILE: &str = "driving";

/// A routing service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    base: String,
    patience: Duration,
}

impl Service {
    /// Reads an address such as `http://10.1.2.3:5000`.
    ///
    /// # Errors
    /// What is wrong with it and what to do, in Chinese.
    pub fn parse(text: &str) -> Result<Self, String> {
        let base = text.trim().trim_end_matches('/');
        let host = base.strip_prefix("http://").unwrap_or_default();
        if base.starts_with("https://") {
            return Err(format!("行程服务“{text}”：只支持内网的 http:// 地址；需要加密的请在前面放一个代理"));
        }
        if host.is_empty() || host.starts_with('/') || base.contains(|c: char| c.is_whitespace() || "?#@".contains(c)) {
            return Err(format!("行程服务“{text}”不是地址：应如 http://10.1.2.3:5000"));
        }
        Ok(Self { base: base.to_owned(), patience: PATIENCE })
    }

    /// The same with another patience.
    #[must_use]
    pub fn patient(self, patience: Duration) -> Self {
        Self { base: self.base, patience }
    }

    fn ask(&self, path: &str) -> Result<String, NoTravel> {
        let config = ureq::Agent::config_builder().timeout_global(Some(self.patience)).max_redirects(0).proxy(None);
        let agent: ureq::Agent = config.build().into();
        let unreachable = |e: ureq::Error| NoTravel::Unreachable(e.to_string());
        let mut answer = agent.get(format!("{}{path}", self.base)).call().map_err(unreachable)?;
        answer.body_mut().with_config().limit(LARGEST).read_to_string().map_err(unreachable)
    }

    fn matrix(&self, asked: &Asked) -> Result<Matrix, NoTravel> {
        let places = asked.places.len();
        let road = osrm_table(&self.ask(&osrm_path(PROFILE, &asked.places))?, places)?;
        let settle = MINUTE * asked.line.settle as Seconds;
        let legs = (0..places).flat_map(|from| (0..places).map(move |to| (from, to)));
        let leg = |(from, to)| if from == to { 0 } else { road.leg(from, to).saturating_add(settle) };
        Ok(Matrix::new(places, legs.map(leg).collect()))
    }
}

/// Seconds between the places of a question, and a sentence on where they come from. When the service fails, the straight
/// line stands in for it and the sentence says so.
///
/// # Errors
/// When the places or the straight line's numbers are none.
pub fn matrix(service: Option<&Service>, asked: &Asked) -> Result<(Matrix, String), NoTravel> {
    let line = asked.line;
    let words = format!(
        "按直线距离 × {:.2}、每小时 {:.0} 公里估算",
        line.detour_bp as f64 / 10_000.0,
        line.metres_per_hour as f64 / 1_000.0
    );
    // One place has no ways: nothing to ask.
    let Some(service) = service.filter(|_| asked.places.len() > 1) else {
        return Ok((line.straight().matrix(&asked.places)?, words));
    };
    match service.matrix(asked) {
        Ok(matrix) => Ok((matrix, "由行程服务按道路计算".into())),
        Err(e) => Ok((line.straight().matrix(&asked.places)?, format!("{e}；本方案改为{words}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Line;
    use super::*;
    use routing::{Place, Problem, Weights};
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    fn asked() -> Asked {
        let place = |lon| Place { lon, lat: 32.3 };
        Asked {
            problem: Problem { visits: vec![], carers: vec![], weights: Weights::default() },
            soft: vec![],
            places: vec![place(121.0), place(121.1)],
            rows: vec![0, 1, 1],
            line: Line { detour_bp: 14_000, metres_per_hour: 25_000, settle: 3 },
            same_village: 6,
        }
    }

    /// A service on this machine that answers one request so, and the request that it was asked.
    fn fake(answer: impl FnOnce(TcpStream) + Send + 'static) -> (Service, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("port");
        let base = format!("http://{}", listener.local_addr().expect("address"));
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("asked");
            let mut head = vec![0; 4096];
            let read = stream.read(&mut head).expect("request");
            answer(stream);
            String::from_utf8_lossy(&head[..read]).lines().next().unwrap_or_default().to_owned()
        });
        (Service::parse(&base).expect("address"), served)
    }

    fn says(status: &'static str, body: &'static str) -> impl FnOnce(TcpStream) + Send + 'static {
        move |mut stream| {
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
            stream.write_all(head.as_bytes()).expect("answered");
        }
    }

    #[test]
    fn the_service_gives_the_roads_and_is_told_places_only() {
        let (service, served) = fake(says("200 OK", r#"{"code":"Ok","durations":[[0,600.2],[700,0]]}"#));
        let (matrix, words) = matrix(Some(&service), &asked()).expect("matrix");
        assert_eq!((matrix.leg(0, 1), matrix.leg(1, 0), matrix.leg(0, 0)), (601 + 180, 700 + 180, 0));
        assert!(words.contains("行程服务"));
        let request = served.join().expect("served");
        assert_eq!(
            request,
            "GET /table/v1/driving/121.000000,32.300000;121.100000,32.300000?annotations=duration HTTP/1.1"
        );
        let whole = asked().spread(&matrix);
        assert_eq!((whole.leg(1, 2), whole.leg(2, 2), whole.leg(0, 2)), (600, 0, 900), "in steps of five minutes");
    }

    #[test]
    fn a_service_that_fails_is_replaced_by_the_straight_line_and_that_is_said() {
        let straight = matrix(None, &asked()).expect("matrix").0;
        for (status, body, number) in [
            ("500 Internal Server Error", "{}", "RT31"),
            ("302 Found", "", "RT3"),
            ("200 OK", "<html>不是行程表</html>", "RT32"),
            ("200 OK", r#"{"code":"TooBig","message":"Too many table coordinates"}"#, "RT32"),
            ("200 OK", r#"{"code":"Ok","durations":[[0,1]]}"#, "RT32"),
            ("200 OK", r#"{"code":"Ok","durations":[[0,null],[700,0]]}"#, "RT33"),
            ("200 OK", r#"{"code":"Ok","durations":[[0,-5],[700,0]]}"#, "RT32"),
        ] {
            let (service, served) = fake(says(status, body));
            let (matrix, words) = matrix(Some(&service), &asked()).expect("matrix");
            assert_eq!(matrix, straight, "{body}");
            assert!(words.starts_with(number) && words.contains("改为按直线距离"), "{words}");
            served.join().expect("served");
        }
    }

    #[test]
    fn one_that_hangs_or_is_not_there_is_not_waited_for() {
        let (done, wait) = std::sync::mpsc::channel::<()>();
        let (service, served) = fake(move |stream| {
            // Holds the line until the client has given up.
            let _ = wait.recv();
            drop(stream);
        });
        let (_, words) = matrix(Some(&service.patient(Duration::from_millis(50))), &asked()).expect("matrix");
        assert!(words.starts_with("RT31"), "{words}");
        drop(done);
        served.join().expect("served");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("port");
        let gone = Service::parse(&format!("http://{free}")).expect("address");
        assert!(matrix(Some(&gone), &asked()).expect("matrix").1.starts_with("RT31"));
    }

    #[test]
    fn addresses_are_read_or_refused() {
        assert!(Service::parse("http://10.1.2.3:5000/").is_ok());
        for bad in [
            "",
            "10.1.2.3:5000",
            "https://10.1.2.3",
            "http://",
            "http:///x",
            "http://a b",
            "http://u@h",
            "http://h?x=1",
            "ftp://h",
        ] {
            assert!(Service::parse(bad).is_err(), "{bad}");
        }
    }
}
