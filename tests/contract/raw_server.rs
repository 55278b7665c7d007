//! A TCP server that can send any bytes, also those that no HTTP library would send, and keeps the
//! head of each request.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Every read, write and repeated answer ends after this time, whatever a client does.
const LONGEST: Duration = Duration::from_secs(5);

/// One request per connection, answered by a function of the test.
pub(crate) struct RawServer {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
    stopped: Arc<AtomicBool>,
}

impl RawServer {
    pub(crate) fn start(serve: impl Fn(Exchange) + Send + Sync + 'static) -> RawServer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let server = RawServer {
            address: listener.local_addr().expect("an address"),
            heads: Arc::default(),
            connections: Arc::default(),
            stopped: Arc::default(),
        };
        let serve = Arc::new(serve);
        let (heads, connections) = (Arc::clone(&server.heads), Arc::clone(&server.connections));
        let stopped = Arc::clone(&server.stopped);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                connections.fetch_add(1, Ordering::SeqCst);
                let (serve, heads) = (Arc::clone(&serve), Arc::clone(&heads));
                thread::spawn(move || {
                    if let Some(exchange) = Exchange::begin(stream, &heads) {
                        serve(exchange);
                    }
                });
            }
        });
        server
    }

    /// A server that answers every request with the same bytes.
    pub(crate) fn saying(answer: impl Into<Vec<u8>>) -> RawServer {
        let answer = answer.into();
        RawServer::start(move |mut exchange| {
            exchange.send(&answer);
            exchange.finish();
        })
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The heads of all requests so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How many connections were made, with or without a request.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes up the listener, which then stops.
        let _ = TcpStream::connect(self.address);
    }
}

/// A request that has arrived, and its connection.
pub(crate) struct Exchange {
    stream: TcpStream,
    head: String,
    number: usize,
}

impl Exchange {
    /// Reads the head except its last byte.
    ///
    /// A connection that is closed with unread bytes is reset.
    fn begin(mut stream: TcpStream, heads: &Mutex<Vec<String>>) -> Option<Exchange> {
        stream.set_read_timeout(Some(LONGEST)).ok()?;
        stream.set_write_timeout(Some(LONGEST)).ok()?;
        stream.set_nodelay(true).ok()?;
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r") {
            stream.read_exact(&mut byte).ok()?;
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).trim_end().to_owned();
        let mut heads = heads.lock().unwrap_or_else(PoisonError::into_inner);
        heads.push(head.clone());
        Some(Exchange {
            stream,
            head,
            number: heads.len(),
        })
    }

    /// The first line and the headers of the request.
    pub(crate) fn head(&self) -> &str {
        &self.head
    }

    /// The path and the query of the request.
    pub(crate) fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// The number of this request at this server, from 1.
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// Sends bytes; false once the client has closed the connection.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// Sends the same bytes repeatedly, with a pause, until the client closes the connection.
    pub(crate) fn repeat(mut self, bytes: &[u8], pause: Duration) {
        let most = LONGEST.as_millis() / pause.as_millis().max(1);
        for _ in 0..most {
            if !self.send(bytes) {
                return;
            }
            thread::sleep(pause);
        }
    }

    /// Sends nothing more until the client closes the connection.
    pub(crate) fn hold(mut self) {
        let mut rest = [0; 512];
        while matches!(self.stream.read(&mut rest), Ok(1..)) {}
    }

    /// Ends the answer and closes the connection regularly.
    pub(crate) fn finish(self) {
        let _ = self.stream.shutdown(Shutdown::Write);
        self.hold();
    }

    /// Resets the connection, after the bytes that were sent had time to arrive.
    pub(crate) fn reset(self) {
        thread::sleep(Duration::from_millis(50));
    }
}

/// The bytes of a whole answer, with a `content-length`.
pub(crate) fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let length = body.len().to_string();
    let mut bytes = begun(status, &[headers, &[("content-length", &length)]].concat());
    bytes.extend_from_slice(body);
    bytes
}

/// The bytes of a head; a body may follow until the connection closes.
pub(crate) fn begun(status: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    head.into_bytes()
}
